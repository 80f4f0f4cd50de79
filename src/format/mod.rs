// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The bytes of a stage file. One file per heading of `docs/format.md`, which alone describes them;
//! here are named constants and checks. No I/O: readers hand in slices, writers get buffers.

mod attachment;
mod block;
mod checksum;
mod footer;
mod header;
mod index;
mod packed;
mod record;
mod versions;
mod wire;

pub(crate) use attachment::{ATTACHMENT_BLOCK, ATTACHMENT_WINDOW, AttachmentBlock};
pub(crate) use block::{BlockEncoder, block_elements, decode_byte_block, decode_word_block};
pub(crate) use checksum::{StreamHasher, base_digest, crc32, stage_digest, tables_digest};
pub(crate) use footer::{FOOTER_SIZE, Footer, SECTION_INDEX, SECTION_RECORD, Section};
pub(crate) use header::{HEADER_SIZE, Header};
pub(crate) use index::{decode_index, encode_index};
pub(crate) use record::{Record, decode_record, encode_record};
pub(crate) use versions::{Versions, draft};

// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The C ABI. `docs/c-abi.md` has its rules; `include/ckp.h` is generated from here.
//!
//! Every function converts its arguments, calls the safe library inside [`guard::guard`], and
//! converts the outcome. A pointer is *valid* when it is NULL, or came from a function of this
//! library, was not freed or consumed since, and is used from the threads that its kind allows:
//! exclusive handles (`T *`) from one at a time, shared ones (`const T *`) from any number. Handles are looked up
//! before they are followed ([`handle`]), so only what other threads do, and arrays, are taken on trust.

#![allow(unsafe_code, non_camel_case_types)]
// What `# Safety` would say of each function is said once, above and in docs/c-abi.md.
#![allow(clippy::missing_safety_doc)]

mod alignment;
mod arrays;
mod capture;
mod clocks;
mod diffs;
mod guard;
mod handle;
mod html;
mod keep;
mod lists;
mod objects;
mod options;
mod path_query;
mod paths;
mod queries;
mod stage;
mod status;
mod store;
mod text;

pub use alignment::*;
pub use arrays::*;
pub use capture::*;
pub use clocks::*;
pub use diffs::*;
pub use html::*;
pub use keep::*;
pub use lists::*;
pub use objects::*;
pub use options::*;
pub use path_query::*;
pub use paths::*;
pub use queries::*;
pub use stage::*;
pub use status::*;
pub use store::*;
pub use text::*;

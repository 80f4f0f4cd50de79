// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! Pins found by their names as users write them.

mod common;

use ckp::query::{PinRows, find_pin, near_pins};
use ckp::{Capture, CaptureOptions, ErrorKind, ObjectTable};
use common::create;

/// Rows in this order; a driver flag behind the name.
const PINS: [(&str, u8); 6] = [
    ("top/u1/A", 0),
    ("top/regs\\[3\\]/D", 0),
    ("pad", 0),
    ("pad", 1),
    ("top/x\\/y/Z", 0),
    ("top/x/y/Z", 0),
];

#[test]
fn a_pin_is_found_however_it_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let store = create(&directory.path().join("s.ckp"));
    let mut table = ObjectTable::new();
    let cell = table.add_cell("X");
    for (name, driver) in PINS {
        table.add_vertices(name.as_bytes(), &[name.len() as u32], &[driver], &[cell]).unwrap();
    }
    let capture = Capture::begin(&store, "a", CaptureOptions::default(), table).unwrap();
    let stage = capture.commit(&store).unwrap();
    let one = |row| PinRows { row, driver: None };
    for (written, expected) in [
        ("top/u1/A", one(0)),
        (" {top/u1/A} ", one(0)),
        ("top/regs\\[3\\]/D", one(1)),
        ("top/regs[3]/D", one(1)),
        ("top/\\regs[3] /D", one(1)),
        ("pad", PinRows { row: 2, driver: Some(3) }),
        ("pad (load)", one(2)),
        ("pad (driver)", one(3)),
        ("top/x\\/y/Z", one(4)),
        ("top/x/y/Z", one(5)),
    ] {
        assert_eq!(find_pin(&stage, written).unwrap(), expected, "{written}");
    }
    let several = find_pin(&stage, "top\\/x/y/Z").unwrap_err();
    assert_eq!(several.kind(), ErrorKind::InvalidArgument);
    assert!(several.to_string().contains("top/x/y/Z, top/x\\/y/Z"), "{several}");
    for (written, hint) in [
        ("top/u1/B", "near names are top/u1/A."),
        ("u1/A", "near names are top/u1/A."),
        ("top/u1/A (driver)", "near names are top/u1/A."),
        ("nothing at all like it", "no name of a pin is near to it."),
        ("", "no name of a pin is near to it."),
    ] {
        let error = find_pin(&stage, written).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().ends_with(hint), "{error}");
    }
    assert_eq!(near_pins(&stage, "top/u2/A").unwrap()[0], "top/u1/A");
}

// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! The committed header is the one that the sources give. CKP_BLESS=1 rewrites it.

use std::fs;
use std::path::Path;

fn generated() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(root.join("cbindgen.toml")).unwrap();
    let mut header = Vec::new();
    cbindgen::generate_with_config(root, config).unwrap().write(&mut header);
    String::from_utf8(header).unwrap()
}

#[test]
fn the_committed_header_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/ckp.h");
    let generated = generated();
    if std::env::var_os("CKP_BLESS").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "include/ckp.h differs: run CKP_BLESS=1 cargo test --test abi");
}

#[test]
fn the_header_compiles_as_c_and_as_cpp_without_a_warning() {
    let directory = tempfile::tempdir().unwrap();
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("include");
    // Included twice, and used.
    let source = "#include \"ckp.h\"\n#include \"ckp.h\"\nuint32_t f(void);\n\
                  uint32_t f(void) { return ckp_abi_version() - CKP_ABI_VERSION; }\n";
    for (file, is_cpp, standard) in [("c.c", false, "-std=c11"), ("cpp.cpp", true, "-std=c++17")] {
        let path = directory.path().join(file);
        fs::write(&path, source).unwrap();
        let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let compiled = cc::Build::new()
            .cpp(is_cpp)
            .file(&path)
            .include(&include)
            .flags([standard, "-pedantic"])
            .warnings(true)
            .extra_warnings(true)
            .warnings_into_errors(true)
            .opt_level(0)
            .host(&triple)
            .target(&triple)
            .out_dir(directory.path())
            .cargo_metadata(false)
            .try_compile("header");
        assert!(compiled.is_ok(), "{file}: {compiled:?}");
    }
}

/// Constants, types and functions of a header, without comments, each on a line.
fn declarations(header: &str) -> Vec<String> {
    let mut code = String::new();
    for part in header.split("/*") {
        code.push_str(part.split_once("*/").map_or(part, |(_, code)| code));
    }
    let (constants, rest): (Vec<&str>, Vec<&str>) =
        code.lines().partition(|line| line.starts_with("#define "));
    let rest: Vec<&str> = rest.into_iter().filter(|line| !line.starts_with('#')).collect();
    let rest = rest.join("\n");
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let all = constants.into_iter().chain(rest.split(';')).map(one_line);
    all.filter(|declaration| !declaration.is_empty()).collect()
}

/// Names of the crate itself would be in the way of those of a program.
#[test]
fn all_that_is_declared_bears_the_prefix() {
    let mut declared = declarations(&generated());
    declared.retain(|declaration| declaration != "} // extern \"C\"");
    let strange: Vec<&String> = declared
        .iter()
        .filter(|declaration| !declaration.contains("CKP_") && !declaration.contains("ckp_"))
        .collect();
    assert!(strange.is_empty(), "{strange:#?}");
    assert!(declared.len() > 200, "the header is not empty");
}

/// docs/c-abi.md, "Versions". A release adds its new declarations to the file, and changes no line of it.
#[test]
fn what_was_released_is_declared_as_it_was() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/abi-1.txt");
    let released = fs::read_to_string(path).unwrap();
    let now = declarations(&generated());
    let gone: Vec<&str> =
        released.lines().filter(|line| !now.iter().any(|declared| declared == line)).collect();
    assert!(gone.is_empty(), "{gone:#?}");
    assert!(released.lines().count() > 200, "the file is not empty");
}

#[test]
fn every_export_is_guarded_or_returns_a_constant() {
    const CONSTANT: [&str; 2] = ["ckp_abi_version", "ckp_version"];
    let mut exports = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/ffi")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for item in text.split("#[unsafe(no_mangle)]").skip(1) {
            let name = item.split("fn ").nth(1).unwrap().split('(').next().unwrap();
            let body = item.split("\n}\n").next().unwrap();
            exports += 1;
            let is_guarded = body.contains("guard(out_error, ");
            assert_eq!(is_guarded, body.contains("out_error: "), "{name}");
            let is_contained = body.contains("contain(");
            assert!(CONSTANT.contains(&name) || is_guarded != is_contained, "{name}");
        }
    }
    assert!(exports > 40, "only {exports} exports were found");
}

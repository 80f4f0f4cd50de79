// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What the documents promise is what the sources have.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// The number that `text` begins with, after blanks.
fn number(text: &str) -> Option<u32> {
    let digits: String = text.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[test]
fn message_ids_are_those_of_the_table() {
    let mut used = BTreeSet::new();
    let folders =
        ["cpp/src", "cpp/openroad"].map(|folder| fs::read_dir(root().join(folder)).unwrap());
    for entry in folders.into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = fs::read_to_string(path).unwrap();
            used.extend(text.split("CKP,").skip(1).filter_map(number));
            used.extend(text.split("Error(").skip(1).filter_map(number));
        }
    }
    let table = read("docs/messages.md");
    let listed: Vec<u32> =
        table.lines().filter_map(|line| number(line.strip_prefix("| ")?)).collect();
    let unique: BTreeSet<u32> = listed.iter().copied().collect();
    assert_eq!(unique.len(), listed.len(), "an id stands twice in docs/messages.md");
    assert!(used.len() > 20, "only {used:?} were found");
    assert_eq!(used, unique);
}

#[test]
fn the_readme_names_every_command_and_option() {
    let tcl = read("tcl/Checkpoint.tcl");
    let readme = read("README.md");
    let mut commands = 0;
    for definition in tcl.split("define_cmd_args \"").skip(1) {
        let (command, rest) = definition.split_once('"').unwrap();
        let usage = rest.split('}').next().unwrap();
        let line = readme
            .lines()
            .find(|line| line.starts_with(command))
            .unwrap_or_else(|| panic!("README.md has no synopsis of {command}"));
        let at = readme.find(line).unwrap();
        let synopsis = readme[at..].split("\n\n").next().unwrap();
        for option in usage.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_') {
            if option.starts_with('-') {
                assert!(synopsis.contains(option), "{command} {option} is not in README.md");
            }
        }
        commands += 1;
    }
    assert_eq!(commands, 9);
}

#[test]
fn sources_are_ascii_and_of_a_readable_size() {
    let mut seen = 0;
    let mut folders = vec![root().join("src"), root().join("cpp"), root().join("tcl")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // Documents have no license line.
            if path.extension().is_some_and(|extension| extension == "md") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.is_ascii(), "{} is not ASCII", path.display());
            assert!(text.lines().count() <= 650, "{} is too long", path.display());
            assert!(text.contains("SPDX-License-Identifier"), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 50, "only {seen} files were found");
}

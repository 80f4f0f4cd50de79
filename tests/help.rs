// SPDX-License-Identifier: BSD-3-Clause
// Copyright (c) 2026, The ckp Authors

//! What the command line says of itself: every example is run.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use ckp::CaptureOptions;
use common::command::{failure, text};
use common::{create, registers};

/// Names of the commands, out of the help.
fn commands() -> Vec<String> {
    let help = text(&["--help"]);
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The lines of the examples of a command.
fn examples(command: &str) -> Vec<String> {
    let help = text(&[command, "--help"]);
    let examples = help.split("Example:\n").nth(1).unwrap_or_default();
    let lines = examples.lines().map(str::trim).take_while(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn run(directory: &Path, line: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_ckp"));
    let path =
        format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", line]).current_dir(directory).env("PATH", path).output().unwrap()
}

/// The store that the examples are about: chip.ckp with the stages place, cts and route.
fn chip(directory: &Path) {
    let store = create(&directory.join("chip.ckp"));
    for stage in ["place", "cts", "route"] {
        registers::save(&store, stage, CaptureOptions::default());
    }
}

#[test]
fn every_command_has_examples_that_work() {
    let names = commands();
    assert!(names.len() >= 10, "{names:?}");
    for command in &names {
        let directory = tempfile::tempdir().unwrap();
        chip(directory.path());
        let lines = examples(command);
        assert!(!lines.is_empty(), "{command} has no example");
        for line in lines {
            assert!(line.starts_with(&format!("ckp {command}")), "{line}");
            let output = run(directory.path(), &line);
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && error.is_empty(), "{line}: {error}");
        }
    }
}

#[test]
fn every_command_has_a_manual_page_with_its_example() {
    let directory = tempfile::tempdir().unwrap();
    let pages = directory.path().join("share/man1");
    assert_eq!(text(&["man", pages.to_str().unwrap()]), "");
    let page = |name: &str| fs::read_to_string(pages.join(name)).unwrap();
    assert!(page("ckp.1").contains("Exit codes"));
    for command in commands() {
        let page = page(&format!("ckp-{command}.1"));
        assert!(page.contains(".TH "), "{page}");
        // As roff has it.
        let plain = page.replace("\\-", "-").replace("\\(aq", "'").replace("\\*(Aq", "'");
        for line in examples(&command) {
            assert!(plain.contains(&line), "{line}: {plain}");
        }
    }
    assert_eq!(fs::read_dir(&pages).unwrap().count(), commands().len() + 1);
    assert!(text(&["man"]).contains(".TH ckp 1"));
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    assert_eq!(failure(&["man", file.to_str().unwrap()]).0, 1);
}

#[test]
fn completions_know_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let script = text(&["completions", shell]);
        for command in commands() {
            assert!(script.contains(&command), "{shell} does not know {command}");
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ckp.bash");
    fs::write(&path, text(&["completions", "bash"])).unwrap();
    let line = "bash -c '. ./ckp.bash; COMP_WORDS=(ckp en) COMP_CWORD=1; _ckp ckp en ckp; \
                echo \"$COMPREPLY\"'";
    let output = run(directory.path(), line);
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "endpoints");
}

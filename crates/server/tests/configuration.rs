//! What it says about options that it cannot use.

use crate::program::Program;
use std::process::Command;
use tempfile::tempdir;

#[test]
fn a_bad_file_is_named_with_the_key_and_the_fix() {
    let folder = tempdir().expect("a folder");
    #[expect(clippy::disallowed_methods, reason = "the test plays the operator")]
    std::fs::write(folder.path().join("longshore.toml"), "drian = 3\n").expect("a file");
    let program = Program::start(folder.path(), &["serve"]);
    program.ended().check(2, &["longshore.toml: drian", "did you mean `drain`?"]);
}

#[test]
fn a_bad_flag_is_named_with_what_is_expected() {
    let folder = tempdir().expect("a folder");
    Program::start(folder.path(), &["serve", "--durability", "mostly"]).ended().check(2, &["--durability", "always"]);
}

#[test]
fn without_arguments_it_shows_the_way() {
    let program = Command::new(env!("CARGO_BIN_EXE_longshore")).output().expect("it starts");
    let shown = String::from_utf8(program.stdout).expect("text");
    assert!(program.status.success() && shown.contains("longshore serve") && shown.contains("First steps"), "{shown}");
}

#[test]
fn it_knows_its_version() {
    let program = Command::new(env!("CARGO_BIN_EXE_longshore")).arg("--version").output().expect("it starts");
    assert_eq!(
        String::from_utf8(program.stdout).expect("text"),
        concat!("longshore ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

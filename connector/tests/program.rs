//! The program itself, as it is built: that it runs and says what it is. This also makes sure that
//! it is there when the tests that use it from outside begin.

use std::process::Command;

#[test]
fn the_program_says_its_version() {
    let said = Command::new(env!("CARGO_BIN_EXE_allmende")).arg("--version").output().unwrap();
    assert!(said.status.success());
    let said = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.trim(), concat!("allmende ", env!("CARGO_PKG_VERSION")));
}

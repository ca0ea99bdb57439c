//! One home, one process; and a store that is not what was written starts nothing. With the program
//! itself, as an operator meets it.

use std::fs;
use std::path::Path;

use allmende_tests::machines::{Machine, Machines, copy};
use allmende_tests::program::{Ran, Up};
use serde_json::json;

const ULM: &str = "ulm.localhost";

/// An authority, and a town with one dataset.
fn town() -> (Machines, Machine) {
    let machines = Machines::found();
    let ulm = machines.join("ulm", &[ULM]);
    publish(&ulm, "Parking");
    (machines, ulm)
}

fn publish(ulm: &Machine, title: &str) {
    ulm.write(ULM, "parking.csv", b"Rathaus,12\n");
    let _ = ulm.run(&["dataset", "add", "--title", title, "--file", "parking.csv"]).done();
}

/// Asserts that starting ended as `docs/exit-codes.md` says, naming `file` and the remedy.
fn refused(started: Result<Up, Ran>, file: &Path, remedy: &str, case: &str) {
    let ran = started.err().unwrap_or_else(|| panic!("{case}: it runs"));
    let (exit, told) = ran.refused();
    assert_eq!((exit, &told["code"]), (1, &json!("store-unusable")), "{case}: {told:#}");
    let why = told["why"]["en"].as_str().unwrap();
    assert!(why.contains(&format!("`{}`", file.display())), "{case}: {why}");
    assert!(told["remedy"]["en"].as_str().unwrap().contains(remedy), "{case}: {told:#}");
}

#[test]
fn a_second_process_on_a_home_or_its_store_is_refused_and_the_first_goes_on() {
    let (_machines, mut ulm) = town();
    let run_file = ulm.home.join("run").join("management.json");
    let before = fs::read(&run_file).unwrap();
    let store = ulm.home.join("store");
    refused(ulm.another(), &store, "stop the other process first", "the same home");

    let twin = ulm.home.with_file_name("twin");
    copy(&ulm.home.join("participants"), &twin.join("participants"));
    fs::copy(ulm.home.join("allmende.toml"), twin.join("allmende.toml")).unwrap();
    std::os::unix::fs::symlink(&store, twin.join("store")).unwrap();
    let second = Up::start(&twin, &["up"]);
    refused(second, &twin.join("store"), "stop the other process first", "another home");

    assert!(ulm.runs());
    assert_eq!(fs::read(&run_file).unwrap(), before);
    publish(&ulm, "Wastepaper");
    assert_eq!(ulm.desk(ULM).get("/datasets").as_array().unwrap().len(), 2);
}

/// Damage: what it is called, the file of the store, and what is made of its bytes.
type Damage = (&'static str, &'static str, fn(Vec<u8>) -> Vec<u8>);

const DAMAGES: [Damage; 5] = [
    ("the records end in the middle", "db", |bytes| bytes[..bytes.len() / 2].to_vec()),
    ("the records are gone", "db", |_| Vec::new()),
    ("a byte in each block of the records is flipped", "db", |bytes| flipped(bytes, 256)),
    ("a byte of the height is flipped", "height", |bytes| flipped(bytes, 16)),
    ("the height is cut off", "height", |bytes| bytes[..5].to_vec()),
];

fn flipped(mut bytes: Vec<u8>, every: usize) -> Vec<u8> {
    bytes.iter_mut().step_by(every).for_each(|byte| *byte ^= 0x55);
    bytes
}

#[test]
fn a_damaged_store_starts_nothing_names_the_file_and_a_backup_brings_all_back() {
    let (_machines, mut ulm) = town();
    let datasets = ulm.desk(ULM).get("/datasets");
    ulm.kill();
    let (store, backup) = (ulm.home.join("store"), ulm.home.join("backup"));
    copy(&store, &backup);
    for (case, name, harm) in DAMAGES {
        let file = store.join(name);
        fs::write(&file, harm(fs::read(&file).unwrap())).unwrap();
        refused(ulm.another(), &file, "put back a backup", case);
        fs::remove_dir_all(&store).unwrap();
        copy(&backup, &store);
    }
    ulm.up();
    assert_eq!(ulm.desk(ULM).get("/datasets"), datasets);
}

//! Paths that try to leave the data root, and roots that would publish state.

use std::os::unix::fs::symlink;

use super::*;

fn did(host: &str) -> Did {
    Did::of_host(host, 9444).unwrap()
}

/// A home with two participants; everything of each lies under `participants/<host>/`.
fn home() -> (tempfile::TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("allmende"));
    for host in ["ulm.localhost", "neu-ulm.localhost"] {
        for below in ["data/maps", "keys", "held"] {
            std::fs::create_dir_all(home.participant(&did(host)).join(below)).unwrap();
        }
    }
    std::fs::create_dir_all(home.store()).unwrap();
    std::fs::write(folder.path().join("outside.csv"), "secret").unwrap();
    (folder, home)
}

fn root(home: &Home, path: impl AsRef<Path>) -> Result<DataRoot, DataRootError> {
    DataRoot::open(home, &did("ulm.localhost"), path.as_ref())
}

#[test]
fn only_regular_files_beneath_the_root_are_opened() {
    let (folder, home) = home();
    let data = home.participant(&did("ulm.localhost")).join("data");
    std::fs::write(data.join("maps/town.csv"), "a,b").unwrap();
    symlink(data.join("maps/town.csv"), data.join("link.csv")).unwrap();
    symlink("maps", data.join("folder-link")).unwrap();
    symlink(folder.path(), data.join("out")).unwrap();
    symlink("/proc/self/environ", data.join("environ")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, data.join("pipe"), FileType::Fifo, Mode::RUSR, 0).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(data.join("socket")).unwrap();
    let root = root(&home, "data").unwrap();
    let absolute = folder.path().join("outside.csv");
    for (path, expected) in [
        ("maps/town.csv", None),
        ("maps/../maps/town.csv", None),
        ("../data/maps/town.csv", Some("source-outside-root")),
        ("../../../../outside.csv", Some("source-outside-root")),
        ("maps/../../keys", Some("source-outside-root")),
        (absolute.to_str().unwrap(), Some("source-outside-root")),
        ("/dev/null", Some("source-outside-root")),
        ("link.csv", Some("source-outside-root")),
        ("folder-link/town.csv", Some("source-outside-root")),
        ("out/outside.csv", Some("source-outside-root")),
        ("environ", Some("source-outside-root")),
        ("maps", Some("source-not-a-file")),
        (".", Some("source-not-a-file")),
        ("pipe", Some("source-not-a-file")),
        ("socket", Some("source-not-a-file")),
        ("missing.csv", Some("source-missing")),
        ("maps/town.csv/x", Some("source-missing")),
        ("", Some("source-missing")),
        ("a\0b", Some("source-unreadable")),
    ] {
        let code = root.open_file(path).err().map(|error| error.code());
        assert_eq!(code, expected, "{path:?}");
    }
}

#[test]
fn a_device_is_not_opened() {
    let (_folder, home) = home();
    let devices = root(&home, "/dev").unwrap();
    let refused = devices.open_file("null").unwrap_err();
    assert_eq!(refused.code(), "source-not-a-file");
}

#[test]
fn a_root_never_holds_or_lies_in_state() {
    let (folder, home) = home();
    std::fs::create_dir(folder.path().join("elsewhere")).unwrap();
    symlink(home.store(), folder.path().join("disguised")).unwrap();
    for (path, opens) in [
        (PathBuf::from("data"), true),
        (PathBuf::from("data/maps"), true),
        (folder.path().join("elsewhere"), true),
        (PathBuf::from("."), false),
        (PathBuf::from("keys"), false),
        (PathBuf::from("held"), false),
        (PathBuf::from(".."), false),
        (PathBuf::from("../neu-ulm.localhost/data"), false),
        (home.path().to_owned(), false),
        (home.store(), false),
        (folder.path().to_owned(), false),
        (folder.path().join("disguised"), false),
        (PathBuf::from("/"), false),
        (PathBuf::from("missing"), false),
    ] {
        assert_eq!(root(&home, &path).is_ok(), opens, "{}", path.display());
    }
}

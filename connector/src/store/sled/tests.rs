//! What sled must survive, and what must be refused when it is opened.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::FileExt as _,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::*;
use crate::store::{Batch, Embedded, Key, Kind, Log, Scope, Settings, Span, Store as _};

fn open(folder: &Path) -> Result<Embedded, OpenError> {
    Embedded::open(folder, Settings::of_folder(folder, 0))
}

/// Opens a store whose last life has ended in this process: under load sled's threads let go of its
/// files a little later.
fn open_again(folder: &Path) -> Embedded {
    again(|| open(folder))
}

fn again<T>(open: impl Fn() -> Result<T, OpenError>) -> T {
    let mut opened = open();
    for _ in 0..OPENINGS_MAX {
        if opened.is_ok() {
            break;
        }
        std::thread::yield_now();
        opened = open();
    }
    opened.unwrap()
}

/// How often a store is opened whose last life may not have let go of it.
const OPENINGS_MAX: u32 = 1_000;

fn key(number: u64) -> Key {
    Key::new(Scope::Process, Kind::Setting, format!("{number:08}"))
}

fn log() -> Log {
    Log::new(Scope::Process, "2026")
}

/// Some commits hold a value that needs several pieces.
fn value(number: u64) -> Vec<u8> {
    let length = if number.is_multiple_of(7) { 9000 } else { 300 };
    number.to_be_bytes().repeat(length / 8)
}

/// Each commit writes a record and its entry.
fn batch(number: u64) -> Batch {
    let mut batch = Batch::new();
    batch.create(key(number), value(number)).append(log(), number.to_be_bytes().to_vec());
    batch
}

/// Every record with its entry, no gap, and the number of them.
async fn whole_to(store: &Embedded) -> u64 {
    let size = store.log_size(&log()).await.unwrap();
    let mut seen = 0;
    while seen < size {
        for entry in store.entries(&log(), seen, 1000).await.unwrap() {
            assert_eq!((entry.index, &*entry.value), (seen, &seen.to_be_bytes()[..]));
            let record = store.get(&key(seen)).await.unwrap().unwrap();
            assert_eq!(record.value, value(seen));
            seen += 1;
        }
    }
    assert_eq!(store.get(&key(size)).await.unwrap(), None);
    size
}

#[tokio::test]
async fn everything_is_there_after_opening_again() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..4_u64 {
        let store = open_again(folder.path());
        assert_eq!(whole_to(&store).await, round * 20);
        for number in round * 20..(round + 1) * 20 {
            let committed = store.commit(batch(number)).await.unwrap();
            assert_eq!(committed.appended(), [(log(), number)]);
            assert_eq!(committed.version().number(), number + 1);
        }
    }
    let blobs = fs::read_dir(folder.path().join("blobs")).unwrap().count();
    assert_eq!(blobs, 0, "values are cut so that sled needs no files of its own");
}

#[tokio::test]
async fn long_values_beside_each_other_need_no_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    for number in 0..60 {
        let mut batch = Batch::new();
        batch.put(key(number), vec![7; 60_000]);
        store.commit(batch).await.unwrap();
    }
    assert_eq!(fs::read_dir(folder.path().join("blobs")).unwrap().count(), 0);
    assert_eq!(store.range(&Span::new(Scope::Process, Kind::Setting)).await.unwrap().len(), 60);
}

#[tokio::test]
async fn a_second_opening_is_told_that_the_store_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    let second = open(folder.path());
    assert!(matches!(second, Err(OpenError::InUse { folder: f }) if f == folder.path()));
    drop(store);
    assert!(open(folder.path()).is_ok());
}

/// A closed store of 200 commits.
async fn written() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    for number in 0..200 {
        store.commit(batch(number)).await.unwrap();
    }
    folder
}

fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    fs::create_dir(to.path().join("blobs")).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
        }
    }
    to
}

/// Damages a copy of the store; it must be refused with the name of a file, or still be whole
/// because the damage hit what is no longer used.
async fn damage(original: &Path, what: &str, harm: impl FnOnce(&Path)) -> Option<PathBuf> {
    let folder = copy(original);
    harm(folder.path());
    match open(folder.path()) {
        Ok(store) => {
            assert_eq!(whole_to(&store).await, 200, "{what}: opened, but not whole");
            None
        }
        Err(OpenError::Corrupt { file } | OpenError::RolledBack { file, .. }) => {
            assert!(file.starts_with(folder.path()), "{what}");
            Some(file.file_name().unwrap().into())
        }
        Err(other) => panic!("{what}: {other}"),
    }
}

fn write_at(file: &Path, bytes: &[u8], offset: u64) {
    OpenOptions::new().write(true).open(file).unwrap().write_all_at(bytes, offset).unwrap();
}

fn cut(file: &Path, length: u64) {
    OpenOptions::new().write(true).open(file).unwrap().set_len(length).unwrap();
}

#[tokio::test]
async fn a_damaged_store_is_refused_with_the_name_of_the_file() {
    let original = written().await;
    let at = original.path();
    let length = fs::metadata(at.join("db")).unwrap().len();
    let db = Some(PathBuf::from("db"));
    let refused = [
        damage(at, "emptied", |f| cut(&f.join("db"), 0)).await,
        damage(at, "gone", |f| fs::remove_file(f.join("db")).unwrap()).await,
        damage(at, "halved", |f| cut(&f.join("db"), length / 2)).await,
        damage(at, "another's", |f| fs::write(f.join("db"), vec![0x5A; 700_000]).unwrap()).await,
        damage(at, "zeroed", |f| fs::write(f.join("db"), vec![0; 2_000_000]).unwrap()).await,
    ];
    assert_eq!(refused, std::array::from_fn(|_| db.clone()));
    let mut holes = Vec::new();
    for place in 0..16 {
        let hole = |f: &Path| write_at(&f.join("db"), &[0xFF; 4096], length * place / 16);
        holes.push(damage(at, &format!("hole {place}"), hole).await);
    }
    assert!(holes.contains(&db), "some of the sixteen places must be in use");
    let height = damage(at, "height", |f| write_at(&f.join("height"), &[1], 3)).await;
    assert_eq!(height, Some(PathBuf::from("height")));
    let conf = damage(at, "conf", |f| write_at(&f.join("conf"), &[1, 2, 3], 2)).await;
    assert!(conf.is_some());
}

#[tokio::test]
async fn a_changed_byte_is_never_read_as_if_it_were_right() {
    let original = written().await;
    let file = fs::read(original.path().join("db")).unwrap();
    let mut refused = 0;
    for place in 0..40 {
        let offset = file.len() * place / 40 + 17;
        let flip = |folder: &Path| {
            let byte = file[offset] ^ 0x10;
            write_at(&folder.join("db"), &[byte], u64::try_from(offset).unwrap());
        };
        let outcome = damage(original.path(), &format!("byte {offset}"), flip).await;
        refused += usize::from(outcome.is_some());
    }
    assert!(refused > 0, "some of the forty places must be in use");
}

#[tokio::test]
async fn an_older_copy_of_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    store.commit(batch(0)).await.unwrap();
    drop(store);
    let older = copy(folder.path());
    let store = open(folder.path()).unwrap();
    store.commit(batch(1)).await.unwrap();
    drop(store);
    fs::copy(folder.path().join("height"), older.path().join("height")).unwrap();
    let opened = open(older.path());
    assert!(matches!(opened, Err(OpenError::RolledBack { found: 1, acknowledged: 2, .. })));
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    assert!(matches!(open(&file), Err(OpenError::Io { path, .. }) if path == file));
}

/// The victim of the test below: commits without end and says what was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started as a child by the kill -9 test, which writes a folder to its standard input"]
async fn victim() {
    let mut folder = String::new();
    io::stdin().read_line(&mut folder).unwrap();
    let store = open(Path::new(folder.trim_end())).unwrap();
    let first = whole_to(&store).await;
    // Two commits at a time, so that groups of more than one form.
    for number in first.. {
        let (outcome, _) = tokio::join!(store.commit(batch(number)), store.commit(noise(number)));
        outcome.unwrap();
        // Past the test harness, which keeps what print! writes.
        writeln!(io::stdout(), "acknowledged {number}").unwrap();
    }
}

fn noise(number: u64) -> Batch {
    let mut batch = Batch::new();
    batch.put(
        Key::new(Scope::Process, Kind::Meter, "noise"),
        vec![0; 64 + 128 * (number as usize % 64)],
    );
    batch
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let name = concat!(module_path!(), "::victim");
    let name = name.split_once("::").unwrap().1;
    let mut acknowledged = None;
    for round in 0..8_usize {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([name, "--exact", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().unwrap(), "{}", folder.path().display()).unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut numbers = lines.by_ref().map_while(Result::ok).filter_map(|line| {
            line.strip_prefix("acknowledged ").map(|number| number.parse::<u64>().unwrap())
        });
        acknowledged = numbers.by_ref().nth(5 + 37 * round % 90).or(acknowledged);
        child.kill().unwrap();
        // What it said before it died counts too.
        acknowledged = numbers.last().or(acknowledged);
        child.wait().unwrap();

        let store = open(folder.path()).unwrap();
        let whole = whole_to(&store).await;
        assert!(Some(whole) > acknowledged, "round {round}: {whole} of {acknowledged:?}");
        assert!(whole >= 5, "the child was killed in the middle of its work");
    }
}

#[tokio::test]
async fn what_is_replaced_or_deleted_leaves_no_piece_behind() {
    let folder = tempfile::tempdir().unwrap();
    let pieces = || {
        let engine = again(|| Sled::open(folder.path()));
        engine.tree.iter().keys().filter(|key| chunk::is_chunk(key.as_ref().unwrap())).count()
    };
    for (length, expected) in [
        (Some(20_000), 4),
        (Some(4097), 1),
        (Some(9000), 2),
        (Some(10), 0),
        (Some(5000), 1),
        (None, 0),
    ] {
        let store = open_again(folder.path());
        let mut batch = Batch::new();
        match length {
            Some(length) => batch.put(key(1), vec![1; length]),
            None => batch.delete(key(1)),
        };
        store.commit(batch).await.unwrap();
        drop(store);
        assert_eq!(pieces(), expected, "{length:?}");
    }
}

//! What an engine on disk must survive, and what must be refused when it is opened.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::fs::FileExt as _,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::*;
use crate::store::again::again;
use crate::store::{Batch, Embedded, Key, Kind, Log, Scope, Settings, Store as _};

fn open(engine: OnDisk, folder: &Path) -> Result<Embedded, OpenError> {
    Embedded::open(engine, folder, Settings::of_folder(folder, 0))
}

fn open_again(engine: OnDisk, folder: &Path) -> Embedded {
    again(|| open(engine, folder))
}

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

async fn everything_is_there_after_opening_again(engine: OnDisk) {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..4_u64 {
        let store = open_again(engine, folder.path());
        assert_eq!(whole_to(&store).await, round * 20);
        for number in round * 20..(round + 1) * 20 {
            let committed = store.commit(batch(number)).await.unwrap();
            assert_eq!(committed.appended(), [(log(), number)]);
            assert_eq!(committed.version().number(), number + 1);
        }
    }
}

async fn a_second_opening_is_told_that_the_store_is_in_use(engine: OnDisk) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(engine, folder.path()).unwrap();
    let second = open(engine, folder.path());
    assert!(matches!(second, Err(OpenError::InUse { folder: f }) if f == folder.path()));
    drop(store);
    drop(open_again(engine, folder.path()));
}

/// A closed store of 200 commits.
async fn written(engine: OnDisk) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let store = open(engine, folder.path()).unwrap();
    for number in 0..200 {
        store.commit(batch(number)).await.unwrap();
    }
    folder
}

fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    // sled's own folder, empty here.
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
async fn damage(
    engine: OnDisk,
    original: &Path,
    what: &str,
    harm: impl FnOnce(&Path),
) -> Option<PathBuf> {
    let folder = copy(original);
    harm(folder.path());
    match open(engine, folder.path()) {
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

async fn a_damaged_store_is_refused_with_the_name_of_the_file(engine: OnDisk) {
    let original = written(engine).await;
    let at = original.path();
    let length = fs::metadata(at.join(engine.file())).unwrap().len();
    let db = Some(PathBuf::from(engine.file()));
    let refused = [
        damage(engine, at, "emptied", |f| cut(&f.join(engine.file()), 0)).await,
        damage(engine, at, "gone", |f| fs::remove_file(f.join(engine.file())).unwrap()).await,
        damage(engine, at, "halved", |f| cut(&f.join(engine.file()), length / 2)).await,
        damage(engine, at, "another's", |f| {
            fs::write(f.join(engine.file()), vec![0x5A; 700_000]).unwrap()
        })
        .await,
        damage(engine, at, "zeroed", |f| {
            fs::write(f.join(engine.file()), vec![0; 2_000_000]).unwrap()
        })
        .await,
    ];
    assert_eq!(refused, std::array::from_fn(|_| db.clone()));
    let mut holes = Vec::new();
    for place in 0..16 {
        let hole = |f: &Path| write_at(&f.join(engine.file()), &[0xFF; 4096], length * place / 16);
        holes.push(damage(engine, at, &format!("hole {place}"), hole).await);
    }
    assert!(holes.contains(&db), "some of the sixteen places must be in use");
    let height = damage(engine, at, "height", |f| write_at(&f.join("height"), &[1], 3)).await;
    assert_eq!(height, Some(PathBuf::from("height")));
}

async fn a_changed_byte_is_never_read_as_if_it_were_right(engine: OnDisk) {
    let original = written(engine).await;
    let file = fs::read(original.path().join(engine.file())).unwrap();
    let mut refused = 0;
    for place in 0..40 {
        let offset = file.len() * place / 40 + 17;
        let flip = |folder: &Path| {
            let byte = file[offset] ^ 0x10;
            write_at(&folder.join(engine.file()), &[byte], u64::try_from(offset).unwrap());
        };
        let outcome = damage(engine, original.path(), &format!("byte {offset}"), flip).await;
        refused += usize::from(outcome.is_some());
    }
    assert!(refused > 0, "some of the forty places must be in use");
}

async fn an_older_copy_of_the_file_is_refused(engine: OnDisk) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(engine, folder.path()).unwrap();
    store.commit(batch(0)).await.unwrap();
    drop(store);
    let older = copy(folder.path());
    let store = open_again(engine, folder.path());
    store.commit(batch(1)).await.unwrap();
    drop(store);
    fs::copy(folder.path().join("height"), older.path().join("height")).unwrap();
    let opened = open(engine, older.path());
    assert!(matches!(opened, Err(OpenError::RolledBack { found: 1, acknowledged: 2, .. })));
}

async fn a_folder_that_cannot_be_written_is_told(engine: OnDisk) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, b"").unwrap();
    assert!(matches!(open(engine, &file), Err(OpenError::Io { path, .. }) if path == file));
}

/// The victim of the test below: commits without end and says what was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started as a child by the kill -9 test, which writes engine and folder to its standard input"]
async fn victim() {
    let mut told = String::new();
    io::stdin().read_line(&mut told).unwrap();
    let (name, folder) = told.trim_end().split_once(' ').unwrap();
    let engine = OnDisk::ALL.into_iter().find(|engine| engine.name() == name).unwrap();
    let store = open(engine, Path::new(folder)).unwrap();
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

async fn nothing_acknowledged_is_lost_by_kill_9(engine: OnDisk) {
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
        let folder_of = folder.path().display();
        writeln!(child.stdin.take().unwrap(), "{} {folder_of}", engine.name()).unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut numbers = lines.by_ref().map_while(Result::ok).filter_map(|line| {
            line.strip_prefix("acknowledged ").map(|number| number.parse::<u64>().unwrap())
        });
        acknowledged = numbers.by_ref().nth(5 + 37 * round % 90).or(acknowledged);
        child.kill().unwrap();
        // What it said before it died counts too.
        acknowledged = numbers.last().or(acknowledged);
        child.wait().unwrap();

        let store = open(engine, folder.path()).unwrap();
        let whole = whole_to(&store).await;
        assert!(Some(whole) > acknowledged, "round {round}: {whole} of {acknowledged:?}");
        assert!(whole >= 5, "the child was killed in the middle of its work");
    }
}

macro_rules! on {
    ($engine:ident $kind:ident $($property:ident)*) => {
        mod $engine {
            $(#[tokio::test]
            async fn $property() {
                super::$property(super::OnDisk::$kind).await;
            })*
        }
    };
}

macro_rules! on_each_engine {
    ($($property:ident,)*) => {
        on!(redb Redb $($property)*);
        on!(sled Sled $($property)*);
    };
}

on_each_engine!(
    everything_is_there_after_opening_again,
    a_second_opening_is_told_that_the_store_is_in_use,
    a_damaged_store_is_refused_with_the_name_of_the_file,
    a_changed_byte_is_never_read_as_if_it_were_right,
    an_older_copy_of_the_file_is_refused,
    a_folder_that_cannot_be_written_is_told,
    nothing_acknowledged_is_lost_by_kill_9,
);

//! Reading a regular file in blocks on the blocking pool.
//!
//! What is delivered is one state of the file: before a block is handed on, the file is looked at
//! again, and if it has changed the body breaks off. A change within the same tick of the file
//! system's clock (about 4 ms) that keeps the size cannot be seen; files that are replaced by
//! renaming, as they should be, are safe from that, and a running delivery ends with the old state.

use std::fs::File;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use rustix::buffer::spare_capacity;
use rustix::fs::{Stat, fstat};
use rustix::io::pread;
use wire::digest::Digest;

use super::{Answer, Opened, Parts, SourceError};
use crate::data::chunks::Chunks;
use crate::data::demand::{Choice, Demand, Span};
use crate::data::version::Version;

/// Bytes that are read at once from the disk.
pub const BLOCK_BYTES: usize = 256 * 1024;
/// Bytes that are handed on at once: what a connection encrypts well between two looks at a cut.
pub const CHUNK_BYTES: usize = 64 * 1024;

/// A file together with the state in which it was found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    file: Arc<File>,
    stamp: Stamp,
}

/// What changes when a file's content changes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Stamp {
    inode: u64,
    length: u64,
    modified_s: i64,
    modified_ns: i64,
}

impl Found {
    /// Looks at an opened file.
    pub(in crate::data) fn new(file: File) -> io::Result<Self> {
        let stamp = Stamp::of(&file)?;
        Ok(Self { file: Arc::new(file), stamp })
    }

    pub(in crate::data) fn length(&self) -> u64 {
        self.stamp.length
    }

    /// The bytes of `span`, which lies within the file.
    pub(in crate::data) fn chunks(self, span: Span) -> Chunks<SourceError> {
        let end = span.first.saturating_add(span.length);
        let reader = Reader { found: self, at: span.first, end, ready: Bytes::new() };
        Chunks::new(stream::try_unfold(reader, Reader::next))
    }
}

impl Stamp {
    fn of(file: &File) -> io::Result<Self> {
        let Stat { st_ino, st_size, st_mtime, st_mtime_nsec, .. } = fstat(file)?;
        Ok(Self {
            inode: st_ino,
            length: u64::try_from(st_size).unwrap_or_default(),
            modified_s: st_mtime,
            modified_ns: i64::try_from(st_mtime_nsec).unwrap_or_default(),
        })
    }

    fn version(&self) -> Option<Version> {
        let Self { inode, length, modified_s, modified_ns } = self;
        let text = format!("file {inode} {length} {modified_s} {modified_ns}");
        Version::strong(&Digest::of(text.as_bytes()).hex()).ok()
    }
}

/// What `found` has for `demand`, its version made from inode, size and time of modification.
pub(in crate::data) fn answer(found: Found, media_type: &str, demand: &Demand) -> Answer {
    let version = found.stamp.version();
    answer_as(found, version, media_type, demand)
}

/// What `found` has for `demand` under a version that is known otherwise.
pub(in crate::data) fn answer_as(
    found: Found,
    version: Option<Version>,
    media_type: &str,
    demand: &Demand,
) -> Answer {
    let length = found.length();
    let span = match (demand.choose(version.as_ref(), length), &version) {
        (Choice::NotModified, Some(version)) => {
            return Answer::NotModified { version: version.clone() };
        }
        (Choice::Unsatisfiable, _) => return Answer::Unsatisfiable { length: Some(length) },
        (Choice::Part(span), _) => Some(span),
        (Choice::NotModified, None) | (Choice::Whole, _) => None,
    };
    Answer::Opened(Opened {
        version,
        media_type: media_type.to_owned(),
        total: Some(length),
        span,
        parts: Parts::Ranges,
        chunks: found.chunks(span.unwrap_or(Span { first: 0, length })),
    })
}

struct Reader {
    found: Found,
    at: u64,
    end: u64,
    ready: Bytes,
}

impl Reader {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, SourceError> {
        if self.ready.is_empty() {
            if self.at >= self.end {
                return Ok(None);
            }
            let (found, at, end) = (self.found.clone(), self.at, self.end);
            self.ready = blocking(move || read_block(&found, at, end)).await?;
            self.at = self.at.saturating_add(self.ready.len() as u64);
        }
        let chunk = self.ready.split_to(self.ready.len().min(CHUNK_BYTES));
        Ok(Some((chunk, self)))
    }
}

/// The next block from `at`; never empty.
fn read_block(found: &Found, at: u64, end: u64) -> Result<Bytes, SourceError> {
    let wanted = usize::try_from(end - at).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
    let mut block = Vec::with_capacity(wanted);
    while block.len() < wanted {
        let place = at.saturating_add(block.len() as u64);
        match pread(&*found.file, spare_capacity(&mut block), place) {
            Ok(0) => return Err(SourceError::Changed),
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(SourceError::Unreadable { source: errno.into() }),
        }
    }
    block.truncate(wanted);
    if Stamp::of(&found.file)? == found.stamp {
        Ok(Bytes::from(block))
    } else {
        Err(SourceError::Changed)
    }
}

/// Runs `work`, which waits for the disk, where it holds up nobody.
pub(in crate::data) async fn blocking<T, E>(
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<io::Error> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(_) => Err(io::Error::other("the disk's worker stopped").into()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use futures_util::StreamExt;

    use super::*;

    struct Bench {
        folder: tempfile::TempDir,
        content: Vec<u8>,
    }

    impl Bench {
        fn of(length: usize) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let content: Vec<u8> = (0..length).map(|at| (at / 7 % 251) as u8).collect();
            std::fs::write(folder.path().join("file"), &content).unwrap();
            Self { folder, content }
        }

        fn open(&self, demand: &Demand) -> Opened {
            match self.ask(demand) {
                Answer::Opened(opened) => opened,
                Answer::NotModified { .. } | Answer::Unsatisfiable { .. } => panic!("no body"),
            }
        }

        fn ask(&self, demand: &Demand) -> Answer {
            let file = File::open(self.folder.path().join("file")).unwrap();
            answer(Found::new(file).unwrap(), "text/csv", demand)
        }
    }

    async fn read(opened: Opened) -> Result<Vec<u8>, SourceError> {
        let chunks: Vec<_> = opened.chunks.collect().await;
        let mut whole = Vec::new();
        for chunk in chunks {
            whole.extend_from_slice(&chunk?);
        }
        Ok(whole)
    }

    fn range(text: &str) -> Demand {
        Demand::parse(Some(text), None, None)
    }

    #[tokio::test]
    async fn files_of_all_sizes_come_whole() {
        for length in [0, 1, CHUNK_BYTES, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 77] {
            let bench = Bench::of(length);
            let opened = bench.open(&Demand::default());
            assert_eq!((opened.length(), opened.span), (Some(length as u64), None));
            assert_eq!(read(opened).await.unwrap(), bench.content, "{length}");
        }
    }

    #[tokio::test]
    async fn parts_are_cut_out_exactly() {
        let bench = Bench::of(2 * BLOCK_BYTES + 10);
        for (first, last) in [(0, 0), (5, BLOCK_BYTES + 5), (BLOCK_BYTES, 2 * BLOCK_BYTES + 9)] {
            let opened = bench.open(&range(&format!("bytes={first}-{last}")));
            assert_eq!(opened.length(), Some((last - first + 1) as u64));
            assert_eq!(read(opened).await.unwrap(), bench.content[first..=last]);
        }
        let beyond = bench.ask(&range("bytes=99999999-"));
        assert!(matches!(beyond, Answer::Unsatisfiable { length: Some(_) }), "{beyond:?}");
    }

    #[tokio::test]
    async fn an_unchanged_file_is_not_sent_again_and_a_changed_one_is() {
        let bench = Bench::of(10);
        let version = bench.open(&Demand::default()).version.unwrap().to_string();
        let again = Demand::parse(None, None, Some(&version));
        assert!(matches!(bench.ask(&again), Answer::NotModified { .. }));
        std::fs::write(bench.folder.path().join("file"), "other").unwrap();
        assert_ne!(bench.open(&again).version.unwrap().to_string(), version);
    }

    #[tokio::test]
    async fn a_file_that_is_overwritten_while_it_is_read_breaks_off() {
        let bench = Bench::of(3 * BLOCK_BYTES);
        for change in [overwrite as fn(&std::path::Path), append, truncate] {
            std::fs::write(bench.folder.path().join("file"), &bench.content).unwrap();
            let mut opened = bench.open(&Demand::default());
            let first = opened.chunks.next().await.unwrap().unwrap();
            assert_eq!(first, bench.content[..CHUNK_BYTES]);
            change(&bench.folder.path().join("file"));
            let rest: Vec<_> = opened.chunks.collect().await;
            let (last, before) = rest.split_last().unwrap();
            assert!(matches!(last, Err(SourceError::Changed)), "{last:?}");
            let got: usize = before.iter().map(|chunk| chunk.as_ref().unwrap().len()).sum();
            assert_eq!(got, BLOCK_BYTES - CHUNK_BYTES, "only the block from before the change");
        }
    }

    #[tokio::test]
    async fn a_file_that_is_replaced_while_it_is_read_is_delivered_in_its_old_state() {
        let bench = Bench::of(2 * BLOCK_BYTES);
        let opened = bench.open(&Demand::default());
        std::fs::write(bench.folder.path().join("new"), "other").unwrap();
        std::fs::rename(bench.folder.path().join("new"), bench.folder.path().join("file")).unwrap();
        assert_eq!(read(opened).await.unwrap(), bench.content);
    }

    fn overwrite(path: &std::path::Path) {
        let mut file = File::options().write(true).open(path).unwrap();
        file.write_all(b"other").unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    }

    fn append(path: &std::path::Path) {
        File::options().append(true).open(path).unwrap().write_all(b"more").unwrap();
    }

    fn truncate(path: &std::path::Path) {
        File::options().write(true).open(path).unwrap().set_len(100).unwrap();
    }
}

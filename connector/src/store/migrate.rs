//! From one engine to the other: every record and entry is copied into a new folder beside the store
//! and compared, then the two folders change places in one step, which is the last. Until then nothing
//! of the store is touched; after it, what was the copy's folder keeps the store as it was.

use std::{
    fs::{self, File},
    io, iter,
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::Serialize;

use super::{
    disk::{self, OnDisk},
    engine::{Engine, EngineError, META_KEY, Op, Raw},
    error::OpenError,
    span::RawSpan,
};

/// How many records are copied at once.
const PAGE: usize = 64;

/// What was moved.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Moved {
    /// How many records and log entries.
    pub records: u64,
    /// Where the store as it was is kept; nothing needs it any more.
    pub former: PathBuf,
}

/// Why a store was not moved. But for [`Unsure`](Self::Unsure), it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A store does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// An engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// There is no store.
    #[error("there is no store in `{}`", .folder.display())]
    Nothing {
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// The folder of an earlier migration is still there.
    #[error("`{}` is still there", .path.display())]
    Former {
        /// Where it lies.
        path: PathBuf,
    },
    /// What was copied is not what was read.
    #[error("the copy in `{}` differs from the store", .folder.display())]
    Differs {
        /// Where the copy lies.
        folder: PathBuf,
    },
    /// The system refused to put the copy in the store's place.
    #[error("cannot put the copy in `{}` in the store's place ({kind})", .folder.display())]
    Io {
        /// Where the copy lies.
        folder: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The copy is in the store's place, but whether that outlasts a power cut is not known.
    #[error("that the folders in `{}` changed places is not on the disk ({kind})", .folder.display())]
    Unsure {
        /// The folder around the store.
        folder: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
}

/// Gives the store in `folder` to another engine, and says now and then how much was copied; nothing
/// where that engine keeps it already. The store as it was stays beside it, under the former engine's
/// name.
///
/// # Errors
/// [`MigrateError`].
pub fn migrate(
    folder: &Path,
    to: OnDisk,
    told: impl FnMut(u64),
) -> Result<Option<Moved>, MigrateError> {
    let from = OnDisk::found_in(folder);
    let from = from.ok_or_else(|| MigrateError::Nothing { folder: folder.to_owned() })?;
    if from == to {
        return Ok(None);
    }
    // The copy lies where the store as it was will lie.
    let copy = beside(folder, from.name());
    let io = |error: io::Error| MigrateError::Io { folder: copy.clone(), kind: error.kind() };
    // Held until the folders have changed places: nobody commits to what is being left.
    let lock = disk::lock(folder)?;
    match OnDisk::found_in(&copy) {
        // What an interrupted migration has left.
        Some(found) if found == to => fs::remove_dir_all(&copy).map_err(io)?,
        None if !copy.exists() => {}
        Some(_) | None => return Err(MigrateError::Former { path: copy }),
    }
    let records = {
        let source = from.open_locked(folder, lock.try_clone().map_err(io)?)?;
        let target = to.open(&copy)?;
        let records = copy_all(&*source, &*target, told)?;
        if !are_same(&*source, &*target)? {
            return Err(MigrateError::Differs { folder: copy });
        }
        records
    };
    renameat_with(CWD, folder, CWD, &copy, RenameFlags::EXCHANGE).map_err(|e| io(e.into()))?;
    let above = folder.parent().unwrap_or(Path::new("/"));
    File::open(above)
        .and_then(|above| above.sync_all())
        .map_err(|error| MigrateError::Unsure { folder: above.to_owned(), kind: error.kind() })?;
    drop(lock);
    Ok(Some(Moved { records, former: copy }))
}

/// `store.sled` beside `store`.
fn beside(folder: &Path, name: &str) -> PathBuf {
    let mut path = folder.as_os_str().to_owned();
    path.push(".");
    path.push(name);
    path.into()
}

/// The number of the last commit goes last: a copy without it is none.
fn copy_all(
    source: &dyn Engine,
    target: &dyn Engine,
    mut told: impl FnMut(u64),
) -> Result<u64, EngineError> {
    let mut records = 0;
    for page in pages(source) {
        let put = |Raw { key, value }| Op { key, value: Some(value), former_bytes: 0 };
        let ops: Vec<Op> = page?.into_iter().map(put).collect();
        target.apply(&ops, 0)?;
        records += u64::try_from(ops.len()).unwrap_or(u64::MAX);
        told(records);
    }
    if let Some(meta) = source.get(&META_KEY)? {
        let number = meta.last_chunk().map_or(0, |number| u64::from_be_bytes(*number));
        let put = Op { key: META_KEY.to_vec(), value: Some(meta), former_bytes: 0 };
        target.apply(&[put], number)?;
    }
    Ok(records)
}

fn are_same(source: &dyn Engine, target: &dyn Engine) -> Result<bool, EngineError> {
    let (mut mine, mut its) = (pages(source), pages(target));
    loop {
        match (mine.next().transpose()?, its.next().transpose()?) {
            (None, None) => return Ok(source.get(&META_KEY)? == target.get(&META_KEY)?),
            (one, other) if one == other => {}
            (Some(_) | None, Some(_) | None) => return Ok(false),
        }
    }
}

/// All records and entries, page after page.
fn pages(engine: &dyn Engine) -> impl Iterator<Item = Result<Vec<Raw>, EngineError>> {
    let mut last = None;
    iter::from_fn(move || {
        let page = engine.range(&RawSpan::all_after(last.as_deref(), PAGE), &|_| false);
        if let Ok(page) = &page {
            last = Some(page.last()?.key.clone());
        }
        Some(page)
    })
}

#[cfg(test)]
mod tests;

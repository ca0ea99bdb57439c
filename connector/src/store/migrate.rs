//! From one engine to the other: every record and entry is copied into a new folder beside the store
//! and compared, then the two folders change places in one step. Until that step nothing of the
//! store is touched; after it the former folder is kept.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::{
    disk::{self, OnDisk},
    engine::{Engine, EngineError, META_KEY, Op, Raw},
    error::OpenError,
    span::RawSpan,
};

/// How many records are copied at once.
const PAGE: usize = 256;

/// What a migration came to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Migrated {
    /// The engine keeps the store already.
    Already,
    /// So many records and entries lie with the engine now.
    Moved {
        /// How many.
        records: u64,
        /// Where the folder as it was is kept.
        former: PathBuf,
    },
}

/// Why nothing was migrated. The store is as it was.
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
    /// The system refused.
    #[error("cannot put the copy in `{}` in the store's place ({kind})", .folder.display())]
    Io {
        /// Where the copy lies.
        folder: PathBuf,
        /// What the system said.
        kind: io::ErrorKind,
    },
}

/// Gives the store in `folder` to another engine, and says now and then how much was copied. The
/// former folder stays beside it under the former engine's name.
///
/// # Errors
/// [`MigrateError`]; the store is as it was.
pub fn migrate(
    folder: &Path,
    to: OnDisk,
    mut told: impl FnMut(u64),
) -> Result<Migrated, MigrateError> {
    let Some(from) = OnDisk::found_in(folder) else {
        return Err(MigrateError::Nothing { folder: folder.to_owned() });
    };
    if from == to {
        return Ok(Migrated::Already);
    }
    let former = beside(folder, from.name());
    if former.exists() {
        return Err(MigrateError::Former { path: former });
    }
    let copy = beside(folder, "copy");
    let io = |error: io::Error| MigrateError::Io { folder: copy.clone(), kind: error.kind() };
    // Held until the folders have changed places: nobody commits to what is being left.
    let lock = disk::lock(folder)?;
    if copy.exists() {
        fs::remove_dir_all(&copy).map_err(io)?;
    }
    let records = {
        let source = from.open_locked(folder, lock.try_clone().map_err(io)?)?;
        let target = to.open(&copy)?;
        let records = copy_all(&*source, &*target, &mut told)?;
        if !are_same(&*source, &*target)? {
            return Err(MigrateError::Differs { folder: copy });
        }
        records
    };
    renameat_with(CWD, folder, CWD, &copy, RenameFlags::EXCHANGE).map_err(|e| io(e.into()))?;
    fs::rename(&copy, &former).map_err(io)?;
    let above = folder.parent().unwrap_or(Path::new("/"));
    File::open(above).and_then(|above| above.sync_all()).map_err(io)?;
    drop(lock);
    Ok(Migrated::Moved { records, former })
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
    told: &mut impl FnMut(u64),
) -> Result<u64, EngineError> {
    let (mut records, mut last) = (0, None);
    loop {
        let page = page(source, last.as_deref())?;
        let Some(Raw { key, .. }) = page.last() else { break };
        last = Some(key.clone());
        records += u64::try_from(page.len()).unwrap_or(u64::MAX);
        let put = |Raw { key, value }| Op { key, value: Some(value), former_bytes: 0 };
        target.apply(&page.into_iter().map(put).collect::<Vec<_>>(), 0)?;
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
    let mut last = None;
    loop {
        let (mine, its) = (page(source, last.as_deref())?, page(target, last.as_deref())?);
        if mine != its {
            return Ok(false);
        }
        match mine.last() {
            Some(Raw { key, .. }) => last = Some(key.clone()),
            None => return Ok(source.get(&META_KEY)? == target.get(&META_KEY)?),
        }
    }
}

fn page(engine: &dyn Engine, after: Option<&[u8]>) -> Result<Vec<Raw>, EngineError> {
    engine.range(&RawSpan::all_after(after, PAGE), &|_| false)
}

#[cfg(test)]
mod tests;

//! What the kernel says of a process: memory, processor time, wake-ups.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::Fallible;

/// Clock ticks per second of `/proc`; fixed for user space on Linux.
const TICKS_PER_SECOND: u64 = 100;

/// One process.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process(pub(crate) u32);

impl Process {
    pub(crate) fn ours() -> Self {
        Self(std::process::id())
    }

    /// Processor time of all its threads, user and system.
    pub(crate) fn cpu(self) -> Fallible<Duration> {
        self.ticks(11)
    }

    /// Processor time of its children that have ended and were waited for.
    pub(crate) fn children_cpu(self) -> Fallible<Duration> {
        self.ticks(13)
    }

    /// The sum of two neighbouring fields of `stat`, counted after the command's name.
    fn ticks(self, field: usize) -> Fallible<Duration> {
        let stat = std::fs::read_to_string(self.path("stat"))?;
        let (_, rest) = stat.rsplit_once(") ").ok_or("`stat` has no command")?;
        let ticks = rest.split(' ').skip(field).take(2).filter_map(|it| it.parse::<u64>().ok());
        Ok(Duration::from_millis(ticks.sum::<u64>() * 1_000 / TICKS_PER_SECOND))
    }

    /// A field of `status` in KiB: `VmRSS`, `VmHWM`, `RssAnon`.
    pub(crate) fn kib(self, field: &str) -> Fallible<u64> {
        let status = std::fs::read_to_string(self.path("status"))?;
        Ok(number(&status, field).ok_or("no such field in `status`")?)
    }

    /// Forgets the highest memory use so far.
    pub(crate) fn forget_peak(self) -> Fallible<()> {
        Ok(std::fs::write(self.path("clear_refs"), "5")?)
    }

    /// Each thread's name and how often it went to sleep by itself, by its id.
    pub(crate) fn sleeps(self) -> Fallible<BTreeMap<u32, (String, u64)>> {
        let mut sleeps = BTreeMap::new();
        for task in std::fs::read_dir(self.path("task"))? {
            let task = task?;
            let (Ok(status), Ok(name)) = (
                std::fs::read_to_string(task.path().join("status")),
                std::fs::read_to_string(task.path().join("comm")),
            ) else {
                continue;
            };
            let count = number(&status, "voluntary_ctxt_switches").unwrap_or_default();
            let id = task.file_name().to_string_lossy().parse()?;
            sleeps.insert(id, (name.trim().to_owned(), count));
        }
        Ok(sleeps)
    }

    fn path(self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.0))
    }
}

fn number(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

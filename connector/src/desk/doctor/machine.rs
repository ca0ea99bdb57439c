//! The machine: clock, store, disk, key files, log.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use audit::entry::Entry;
use wire::did::Did;

use super::super::Inner;
use super::{fine, wrong};
use crate::clock::Clock;
use crate::engine::parts::Parts;
use crate::log::page::page;
use crate::management::refusal::Refusal;
use crate::management::view::{CheckView, Words};
use crate::store::Store;

/// Entries at the end of the log that are looked at.
const ENTRIES_LOOKED: u64 = 256;

impl<P: Parts, D> Inner<P, D> {
    pub(super) fn check_clock(&self) -> CheckView {
        let behind = self.engine.clock().behind_seconds();
        if behind == 0 {
            return fine("clock", "Die Uhr geht nicht nach.", "the clock is not behind");
        }
        wrong(
            "clock",
            Words::new(
                format!("Die Uhr des Rechners geht {behind} Sekunden nach."),
                format!("the machine's clock is {behind} seconds behind"),
            ),
            Words::new(
                "Die Zeit des Rechners über NTP stellen lassen; bis dahin steht die Zeit hier still.",
                "set the machine's time by NTP; until then time stands still here",
            ),
        )
    }

    pub(super) fn check_store(&self) -> CheckView {
        match self.engine.store().stopped() {
            None => fine("store", "Es kann gespeichert werden.", "the store takes commits"),
            Some(reason) => wrong(
                "store",
                Words::new(
                    format!("Es kann nichts gespeichert werden: {reason}"),
                    format!("nothing can be stored: {reason}"),
                ),
                Words::new("Speicherplatz schaffen oder den Dienst neu starten.", reason.hint()),
            ),
        }
    }

    pub(super) fn check_disk(&self) -> CheckView {
        let reserve = self.config.store.disk_reserve_mib.saturating_mul(1024 * 1024);
        let (free, plenty) = match self.free_bytes() {
            Ok(free) => (free, free >= reserve.saturating_mul(2)),
            Err(_) => (0, false),
        };
        let mib = free / (1024 * 1024);
        let reserve_mib = self.config.store.disk_reserve_mib;
        let detail = Words::new(
            format!("{mib} MiB sind frei, {reserve_mib} MiB bleiben als Reserve."),
            format!("{mib} MiB are free, {reserve_mib} MiB are kept in reserve"),
        );
        if plenty {
            return fine("disk", detail.de, detail.en);
        }
        let remedy = Words::new(
            "Platz auf der Platte schaffen, auf der der Ordner des Dienstes liegt.",
            "free space on the disk where the home folder lies",
        );
        wrong("disk", detail, remedy)
    }

    pub(super) fn check_keys(&self, ours: &Did) -> CheckView {
        let mut open = Vec::new();
        let mut files = vec![self.home.management()];
        let keys = std::fs::read_dir(self.home.keys(ours));
        files.extend(keys.into_iter().flatten().flatten().map(|entry| entry.path()));
        for file in files {
            if is_open(&file) {
                open.push(file.display().to_string());
            }
        }
        if open.is_empty() {
            let de = "Schlüssel und Zugänge liest nur der Dienst selbst.";
            return fine("key-files", de, "keys and tokens are readable by their owner only");
        }
        let names = open.join(", ");
        wrong(
            "key-files",
            Words::new(
                format!("Auch andere können das lesen: {names}"),
                format!("others can read this: {names}"),
            ),
            Words::new("`chmod 600` auf diese Dateien anwenden.", "run `chmod 600` on these files"),
        )
    }

    pub(super) fn check_lag(&self, ours: &Did) -> CheckView {
        let lag = self.engine.heads().lag_ms(ours, self.engine.clock().now());
        let most = self.engine.limits().checkpoint_lag_max_ms;
        let detail = Words::new(
            format!("Das Protokoll ist seit {lag} ms nicht bis zum Ende unterschrieben."),
            format!("the log has not been signed to its end for {lag} ms"),
        );
        if lag == 0 {
            let de = "Das Protokoll ist bis zum Ende unterschrieben.";
            return fine("log-lag", de, "the log is signed to its end");
        }
        if lag <= most {
            return fine("log-lag", detail.de, detail.en);
        }
        let remedy = Words::new(
            "Solange das so ist, wird nichts geliefert: Platte und Auslastung prüfen, sonst neu starten.",
            "as long as it is so nothing is delivered: check disk and load, else restart",
        );
        wrong("log-lag", detail, remedy)
    }

    /// The end of the log: every entry can be read, belongs to this participant and is no older
    /// than the one before; and no more was signed than is there.
    pub(super) async fn check_log(&self, ours: &Did) -> Option<CheckView> {
        let ends = match page(&self.engine, ours, u64::MAX, 0, |_: &Entry| false).await {
            Ok(page) => page,
            Err(error) => return Some(from_refusal(error.into())),
        };
        let from = ends.size.saturating_sub(ENTRIES_LOOKED);
        let looked = page(&self.engine, ours, from, usize::MAX, |_: &Entry| true).await;
        let looked = match looked {
            Ok(looked) => looked,
            Err(error) => return Some(from_refusal(error.into())),
        };
        let of_another = looked.entries.iter().find(|row| row.entry.participant != *ours);
        let (size, signed) = (looked.size, looked.signed_size);
        if let Some(row) = of_another {
            return Some(broken(&format!("entry {} belongs to somebody else", row.index)));
        }
        if signed > size {
            return Some(broken(&format!("{signed} entries were signed, {size} are there")));
        }
        Some(fine(
            "log",
            format!("{size} Einträge, davon {signed} unterschrieben; das Ende ist lesbar."),
            format!("{size} entries, {signed} of them signed; its end can be read"),
        ))
    }
}

/// Whether others than the owner may read a file; a file that is not there cannot be read.
fn is_open(file: &PathBuf) -> bool {
    let found = std::fs::metadata(file);
    found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o077 != 0)
}

fn from_refusal(refusal: Refusal) -> CheckView {
    wrong("log", refusal.reason, *refusal.remedy)
}

fn broken(what: &str) -> CheckView {
    wrong(
        "log",
        Words::new(
            format!("Das Protokoll ist beschädigt: {what}"),
            format!("the log is broken: {what}"),
        ),
        Words::new(
            "Den ganzen Ordner sichern und das Protokoll mit `allmende audit verify` prüfen.",
            "keep a copy of the whole home and verify the log with `allmende audit verify`",
        ),
    )
}

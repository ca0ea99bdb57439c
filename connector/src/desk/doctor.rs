//! Looking for what is wrong, all at once and each within a few seconds, with what helps.

mod machine;
mod network;
mod standing;

use std::future::Future;
use std::time::Duration;

use super::Inner;
use crate::engine::parts::Parts;
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::view::{CheckView, DoctorView, Words};

/// How long one check may take.
const CHECK_SECONDS_MAX: u64 = 4;

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn doctor(&self, actor: &Actor) -> Answer<DoctorView> {
        let ours = actor.participant();
        let checks: Vec<CheckView> = [
            vec![
                self.check_clock(),
                self.check_store(),
                self.check_disk(),
                self.check_keys(ours),
                self.check_lag(ours),
            ],
            self.check_standing(ours),
        ]
        .concat();
        let (log, name, ports, authority, partners) = tokio::join!(
            in_time("log", self.check_log(ours)),
            in_time("own-name", self.check_name(ours)),
            in_time("listeners", self.check_ports()),
            in_time("authority", self.check_authority(ours)),
            in_time("partners", self.check_partners(ours)),
        );
        let waited = [log, name, ports, authority, partners].into_iter().flatten();
        let checks: Vec<CheckView> = checks.into_iter().chain(waited).collect();
        Ok(DoctorView { ok: checks.iter().all(|check| check.ok), checks })
    }
}

/// A check that found nothing wrong.
fn fine(check: &str, de: impl Into<String>, en: impl Into<String>) -> CheckView {
    CheckView { check: check.to_owned(), ok: true, detail: Words::new(de, en), remedy: None }
}

/// A check that found something.
fn wrong(check: &str, detail: Words, remedy: Words) -> CheckView {
    CheckView { check: check.to_owned(), ok: false, detail, remedy: Some(remedy) }
}

/// What a check finds in its time; nothing where there is nothing to check.
async fn in_time(name: &str, check: impl Future<Output = Option<CheckView>>) -> Option<CheckView> {
    let limit = Duration::from_secs(CHECK_SECONDS_MAX);
    match tokio::time::timeout(limit, check).await {
        Ok(found) => found,
        Err(_) => Some(wrong(
            name,
            Words::new(
                format!("Nach {CHECK_SECONDS_MAX} Sekunden kam keine Antwort."),
                format!("no answer came within {CHECK_SECONDS_MAX} seconds"),
            ),
            Words::new(
                "Netz, Namensauflösung und Auslastung des Rechners prüfen.",
                "check the network, the name server and the machine's load",
            ),
        )),
    }
}

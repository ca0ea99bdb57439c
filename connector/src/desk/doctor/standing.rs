//! The participant in its data space: certificate and the authority's list.

use jiff::{SignedDuration, Timestamp};
use wire::did::Did;

use super::super::Inner;
use super::{fine, wrong};
use crate::clock::Clock;
use crate::engine::parts::Parts;
use crate::management::view::{CheckView, Words};
use crate::participant::Standing;

impl<P: Parts, D> Inner<P, D> {
    pub(super) fn check_standing(&self, ours: &Did) -> Vec<CheckView> {
        let participant = self.engine.hosted().by_did(ours);
        let Some(standing) = participant.and_then(|participant| participant.standing()) else {
            return vec![wrong(
                "membership",
                Words::new(
                    "Dieser Teilnehmer gehört keinem Datenraum an.",
                    "this participant has not joined a data space",
                ),
                Words::new(
                    "Mit dem Code der Vertrauensstelle `allmende join` ausführen.",
                    "run `allmende join` with the authority's code",
                ),
            )];
        };
        let now = self.engine.clock().now();
        vec![certificate(&standing, now), list(&standing, ours, now)]
    }
}

fn certificate(standing: &Standing, now: Timestamp) -> CheckView {
    let leaf = standing.material.leaf();
    let (ends, renew) = (leaf.validity().not_after, leaf.renew_at());
    let days = ends.duration_since(now).as_hours() / 24;
    let detail = Words::new(
        format!("Das Zertifikat gilt noch {days} Tage, bis {ends}."),
        format!("the certificate is valid for {days} more days, until {ends}"),
    );
    if let Err(distrust) = standing.material.check_itself(now) {
        let detail = Words::new(
            format!("Das eigene Zertifikat wird nicht anerkannt: {distrust}"),
            format!("our own certificate is not accepted: {distrust}"),
        );
        return wrong("certificate", detail, Words::same(distrust.remedy()));
    }
    // It renews itself from `renew_at` on; a day later, something keeps it from doing so.
    let late = renew.saturating_add(SignedDuration::from_hours(24)).unwrap_or(ends);
    if now < late {
        return fine("certificate", detail.de, detail.en);
    }
    let remedy = Words::new(
        "Es erneuert sich von selbst, sobald die Vertrauensstelle erreichbar ist: Netz prüfen.",
        "it renews itself as soon as the authority can be reached: check the network",
    );
    wrong("certificate", detail, remedy)
}

fn list(standing: &Standing, ours: &Did, now: Timestamp) -> CheckView {
    let list = &standing.list;
    let detail = Words::new(
        format!("Die Mitgliederliste Nr. {} gilt bis {}.", list.number, list.expires),
        format!("the list of members no. {} is valid until {}", list.number, list.expires),
    );
    let is_listed = list.member(ours).is_some() || list.authority == *ours;
    if list.check_time(now).is_err() {
        let remedy = Words::new(
            "Die Vertrauensstelle erreichbar machen; bis dahin ruht jeder Austausch.",
            "make the authority reachable; until then nothing is exchanged",
        );
        return wrong("trust-list", detail, remedy);
    }
    if !is_listed {
        let detail = Words::new(
            "Die Mitgliederliste nennt diesen Teilnehmer nicht.",
            "the list of members does not name this participant",
        );
        let remedy = Words::new("Die Vertrauensstelle fragen.", "ask the authority");
        return wrong("trust-list", detail, remedy);
    }
    fine("trust-list", detail.de, detail.en)
}

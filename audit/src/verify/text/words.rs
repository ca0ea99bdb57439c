//! Logs, agreements and pairs in words, both languages side by side.

use protocol::role::Role;
use wire::did::Did;

use super::{
    super::{
        finding::{Doubt, Failure, Limit, Remark},
        report::{
            AgreementReport, Delivered, DeliveryReport, Different, End, LogReport, PairReport,
            SharedEvent, SignatureStatus, Standing, Unmatched, Verdict, WitnessReport,
        },
    },
    Lang, findings,
};
use crate::entry::{EndCause, EntryType};

/// German and English.
pub(super) struct Pair(pub(super) String, pub(super) String);

impl Pair {
    pub(super) fn of(german: &str, english: &str) -> Self {
        Self(german.to_owned(), english.to_owned())
    }

    fn said(self, lang: Lang) -> String {
        match lang {
            Lang::De => self.0,
            Lang::En => self.1,
        }
    }
}

/// Words of one language.
#[derive(Clone, Copy)]
pub(super) struct Words(pub(super) Lang);

impl Words {
    pub(super) fn overall(self, verdict: Verdict, agree: bool) -> String {
        let said = self.verdict(verdict);
        let together = match (verdict, agree) {
            (Verdict::Broken, _) => Pair::of(
                "Verlassen Sie sich nicht auf diese Protokolle.",
                "Do not rely on these logs.",
            ),
            (_, true) => Pair::of(
                "Die Protokolle widersprechen einander nicht.",
                "The logs do not contradict each other.",
            ),
            (_, false) => Pair::of(
                "Die Protokolle sagen nicht dasselbe; siehe unten.",
                "The logs do not say the same; see below.",
            ),
        };
        format!(
            "{}: {said}. {}",
            Pair::of("Ergebnis", "Result").said(self.0),
            together.said(self.0)
        )
    }

    fn verdict(self, verdict: Verdict) -> String {
        match verdict {
            Verdict::Proven => Pair::of("bewiesen", "proven"),
            Verdict::OnlySelfConsistent => Pair::of("nur in sich stimmig", "only self-consistent"),
            Verdict::Broken => Pair::of("gebrochen", "broken"),
        }
        .said(self.0)
    }

    pub(super) fn folder(self) -> &'static str {
        match self.0 {
            Lang::De => "Zum Ordner als Ganzem:",
            Lang::En => "About the folder as a whole:",
        }
    }

    pub(super) fn limits(self) -> &'static str {
        match self.0 {
            Lang::De => "Was kein Protokoll, oder keines von diesen, beweisen kann:",
            Lang::En => "What no log, or none of these, can prove:",
        }
    }

    pub(super) fn more(self, rest: usize) -> String {
        Pair(format!("und {rest} weitere"), format!("and {rest} more")).said(self.0)
    }

    pub(super) fn log(self, log: &LogReport) -> String {
        let (name, verdict) = (&log.log, self.verdict(log.verdict));
        let whose = log.participant.as_ref().map_or_else(String::new, |did| format!(" ({did})"));
        Pair(format!("Protokoll {name}{whose}: {verdict}"), format!("Log {name}{whose}: {verdict}"))
            .said(self.0)
    }

    pub(super) fn whole_to(self, log: &LogReport) -> String {
        let LogReport { whole_to, witnessed_to, size, .. } = log;
        Pair(
            format!("vollständig bis Eintrag {whole_to} von {size}; bis {witnessed_to} von genug anderen gesehen"),
            format!("whole to {whole_to} of {size} entries; seen by enough others to {witnessed_to}"),
        )
        .said(self.0)
    }

    pub(super) fn witness(self, one: &WitnessReport) -> String {
        let WitnessReport { by, size } = one;
        Pair(format!("{by} hat {size} Einträge gesehen"), format!("{by} saw {size} entries"))
            .said(self.0)
    }

    pub(super) fn failure(self, one: &Failure) -> String {
        let place = findings::place(&one.place).said(self.0);
        let problem = findings::problem(&one.problem).said(self.0);
        Pair(format!("FEHLER in {place}: {problem}"), format!("FAILURE in {place}: {problem}"))
            .said(self.0)
    }

    pub(super) fn remark(self, one: &Remark) -> String {
        let place = findings::place(&one.place).said(self.0);
        let remark = findings::remark(&one.kind).said(self.0);
        Pair(format!("Hinweis zu {place}: {remark}"), format!("note on {place}: {remark}"))
            .said(self.0)
    }

    pub(super) fn doubt(self, one: &Doubt) -> String {
        let doubt = findings::doubt(one).said(self.0);
        Pair(format!("nicht bewiesen: {doubt}"), format!("not proven: {doubt}")).said(self.0)
    }

    pub(super) fn limit(self, one: &Limit) -> String {
        findings::limit(one).said(self.0)
    }

    pub(super) fn agreement(self, one: &AgreementReport) -> String {
        let AgreementReport { agreement, consumer, provider, .. } = one;
        let standing = match one.standing {
            Standing::Agreed => {
                Pair::of("beide Protokolle sagen dasselbe", "both logs say the same")
            }
            Standing::OneSided => Pair::of(
                "nichts widerspricht ihm, aber nicht alles liegt von beiden Seiten vor",
                "nothing contradicts it, but not everything is here from both sides",
            ),
            Standing::Disputed => Pair::of("strittig", "disputed"),
        }
        .said(self.0);
        Pair(
            format!("Vertrag {agreement}: {consumer} erhält von {provider}; {standing}"),
            format!("Agreement {agreement}: {consumer} gets from {provider}; {standing}"),
        )
        .said(self.0)
    }

    pub(super) fn signatures(self, one: &AgreementReport) -> String {
        let (consumer, provider) =
            (self.signature(one.consumer_signature), self.signature(one.provider_signature));
        let document = &one.document;
        Pair(
            format!("Unterschriften unter {document}: Empfänger {consumer}, Anbieter {provider}"),
            format!("signatures on {document}: consumer {consumer}, provider {provider}"),
        )
        .said(self.0)
    }

    fn signature(self, status: SignatureStatus) -> String {
        match status {
            SignatureStatus::Valid => Pair::of("gültig", "valid"),
            SignatureStatus::KeyUnknown => {
                Pair::of("vorhanden, Schlüssel unbekannt", "there, key unknown")
            }
            SignatureStatus::Missing => Pair::of("fehlt", "missing"),
            SignatureStatus::Invalid => Pair::of("falsch", "false"),
        }
        .said(self.0)
    }

    pub(super) fn ended(self, one: &AgreementReport) -> String {
        if one.ended.is_empty() {
            return Pair::of("kein Ende aufgezeichnet", "no end recorded").said(self.0);
        }
        let ends: Vec<String> = one.ended.iter().map(|end| self.end(end)).collect();
        Pair(format!("beendet: {}", ends.join("; ")), format!("ended: {}", ends.join("; ")))
            .said(self.0)
    }

    fn end(self, end: &End) -> String {
        let cause = match end.cause {
            EndCause::Consumer => Pair::of("vom Empfänger", "by the consumer"),
            EndCause::Provider => Pair::of("vom Anbieter", "by the provider"),
            EndCause::TimeCame => Pair::of("durch Zeitablauf", "because its time came"),
            EndCause::TrustLost => {
                Pair::of("wegen verlorenen Vertrauens", "because trust was lost")
            }
        }
        .said(self.0);
        let (role, time) = (self.role(end.role), end.time);
        Pair(
            format!("{cause}, laut {role} am {time}"),
            format!("{cause}, says the {role}, at {time}"),
        )
        .said(self.0)
    }

    fn role(self, role: Role) -> String {
        match role {
            Role::Consumer => Pair::of("Empfänger", "consumer"),
            Role::Provider => Pair::of("Anbieter", "provider"),
        }
        .said(self.0)
    }

    pub(super) fn delivery(self, one: &DeliveryReport) -> String {
        let name = &one.delivery;
        let side = |end: &Option<Delivered>| match end {
            Some(end) if end.whole => {
                Pair(format!("{} Bytes, ganz", end.bytes), format!("{} bytes, whole", end.bytes))
            }
            Some(end) => Pair(
                format!("{} Bytes, abgebrochen", end.bytes),
                format!("{} bytes, stopped", end.bytes),
            ),
            None => Pair::of("nichts", "nothing"),
        };
        let (consumer, provider) =
            (side(&one.consumer).said(self.0), side(&one.provider).said(self.0));
        let matches = if one.matches {
            Pair::of("stimmt überein", "they match")
        } else {
            Pair::of("stimmt nicht überein", "they do not match")
        }
        .said(self.0);
        Pair(
            format!("Lieferung {name}: Anbieter {provider}, Empfänger {consumer}; {matches}"),
            format!("delivery {name}: provider {provider}, consumer {consumer}; {matches}"),
        )
        .said(self.0)
    }

    pub(super) fn pair(self, pair: &PairReport) -> String {
        let PairReport { here, there, matched, .. } = pair;
        let (left, right) = (pair.only_here.len(), pair.only_there.len());
        let different = pair.different.len();
        Pair(
            format!("{here} und {there}: {matched} gleich, {left} nur bei {here}, {right} nur bei {there}, {different} verschieden"),
            format!("{here} and {there}: {matched} matched, {left} only at {here}, {right} only at {there}, {different} different"),
        )
        .said(self.0)
    }

    pub(super) fn only(self, of: &Did, one: &Unmatched) -> String {
        let (entry, log, event) = (one.entry, &one.log, self.event(&one.event));
        Pair(
            format!("nur bei {of}: {event} ({log}, Eintrag {entry})"),
            format!("only at {of}: {event} ({log}, entry {entry})"),
        )
        .said(self.0)
    }

    pub(super) fn different(self, one: &Different) -> String {
        let event = self.event(&one.here.event);
        let (here, there) = (&one.here, &one.there);
        let places = format!("{} {} / {} {}", here.log, here.entry, there.log, there.entry);
        Pair(format!("verschieden: {event} ({places})"), format!("different: {event} ({places})"))
            .said(self.0)
    }

    fn event(self, event: &SharedEvent) -> String {
        let kind = self.kind(event.entry_type);
        let detail = event.detail.as_deref().unwrap_or("");
        let about = event.agreement.as_ref().map(ToString::to_string);
        let about = about.or_else(|| event.process.clone()).unwrap_or_default();
        [kind, detail.to_owned(), about]
            .into_iter()
            .filter(|s| !s.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn kind(self, kind: EntryType) -> String {
        match kind {
            EntryType::AgreementEnded => Pair::of("Ende des Vertrags", "end of the agreement"),
            EntryType::AgreementSigned => Pair::of("Vertragsschluss", "signed agreement"),
            EntryType::DeliveryFinished | EntryType::DeliveryStopped => {
                Pair::of("Ende der Lieferung", "end of the delivery")
            }
            EntryType::DeliveryStarted => {
                Pair::of("Beginn der Lieferung", "beginning of the delivery")
            }
            EntryType::DeliveryWindow => Pair::of("Stand der Lieferung", "state of the delivery"),
            EntryType::NegotiationStep => Pair::of("Verhandlung", "negotiation"),
            EntryType::TransferStep => Pair::of("Übertragung", "transfer"),
            EntryType::AdministratorAction
            | EntryType::ApprovalGiven
            | EntryType::ApprovalRefused
            | EntryType::CertificateChanged
            | EntryType::CheckpointReceived
            | EntryType::CopyErased
            | EntryType::DecisionMade
            | EntryType::DatasetPublished
            | EntryType::DatasetReplaced
            | EntryType::DatasetWithdrawn
            | EntryType::Erasure
            | EntryType::HandoverEnded
            | EntryType::HandoverStarted
            | EntryType::KeyChanged
            | EntryType::LogShardOpened
            | EntryType::TrustListAccepted => Pair::of(kind.name(), kind.name()),
        }
        .said(self.0)
    }
}

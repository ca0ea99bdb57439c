//! Each finding in words, both languages side by side.

use super::{
    super::finding::{Doubt, Limit, Place, Problem, RemarkKind},
    words::Pair,
};

pub(super) fn place(place: &Place) -> Pair {
    let file = &place.file;
    match place.entry {
        Some(entry) => Pair(format!("{file}, Eintrag {entry}"), format!("{file}, entry {entry}")),
        None => Pair(file.clone(), file.clone()),
    }
}

#[expect(clippy::too_many_lines, reason = "a table: one line of words for each problem")]
pub(super) fn problem(problem: &Problem) -> Pair {
    match problem {
        Problem::BundleUnreadable => Pair::of(
            "die Einträge enden hier anders, als sie müssten",
            "the entries end here in another way than they must",
        ),
        Problem::CounterGap { agreement, expected, found } => Pair(
            format!(
                "zum Vertrag {agreement} müsste hier Nummer {expected} stehen, es ist {found}: \
                 dazwischen fehlt etwas"
            ),
            format!(
                "number {expected} about the agreement {agreement} should stand here, not {found}: \
                 something is missing between"
            ),
        ),
        Problem::DocumentChanged => Pair::of(
            "das Dokument hat nicht die Prüfsumme, die sein Name sagt",
            "the document does not have the digest that its name says",
        ),
        Problem::DuplicateEntry { first } => Pair(
            format!("derselbe Eintrag steht schon als Nummer {first} da"),
            format!("the same entry already stands as number {first}"),
        ),
        Problem::EntryChanged => {
            Pair::of("dieser Eintrag wurde geändert", "this entry was changed")
        }
        Problem::EntryMalformed => {
            Pair::of("das ist kein gültiger Eintrag", "this is no valid entry")
        }
        Problem::EntryOfAnotherLog => Pair::of(
            "der Eintrag gehört zu einem anderen Protokoll",
            "the entry belongs to another log",
        ),
        Problem::EntryTypeUnknown { name } => Pair(
            format!("die Art „{name}“ kennt dieses Programm nicht; ein neueres vielleicht"),
            format!("this program does not know the type “{name}”; a newer one may"),
        ),
        Problem::EntryVersionUnknown { version } => Pair(
            format!(
                "Fassung {version} der Einträge kennt dieses Programm nicht; ein neueres vielleicht"
            ),
            format!("this program does not know version {version} of entries; a newer one may"),
        ),
        Problem::FileMissing => Pair::of("die Datei fehlt", "the file is missing"),
        Problem::OpeningMisplaced => Pair::of(
            "ein Jahresband muss mit seiner Eröffnung und dem letzten Stand des vorigen beginnen",
            "a shard must begin with its opening and the last head of the one before",
        ),
        Problem::TileChanged => {
            Pair::of("die Datei passt nicht zu den Einträgen", "the file does not fit the entries")
        }
        Problem::CheckpointForged => Pair::of(
            "die Unterschrift unter dem Stand ist gefälscht oder beschädigt",
            "the signature on the head is forged or damaged",
        ),
        Problem::CheckpointMissing => {
            Pair::of("der unterschriebene Stand fehlt", "the signed head is missing")
        }
        Problem::CheckpointUnreadable => {
            Pair::of("der unterschriebene Stand ist nicht lesbar", "the signed head cannot be read")
        }
        Problem::CheckpointUnsigned => Pair::of(
            "der Stand ist nicht mit dem Schlüssel unterschrieben, den Sie erwarten",
            "the head is not signed with the key that you expect",
        ),
        Problem::CosignatureForged { name } => Pair(
            format!("die Gegenzeichnung von {name} ist gefälscht oder beschädigt"),
            format!("the countersignature of {name} is forged or damaged"),
        ),
        Problem::Forked { size, by } => Pair(
            format!(
                "{by} hat einen anderen Stand mit {size} Einträgen gesehen: die Vergangenheit wurde geändert"
            ),
            format!("{by} saw another head with {size} entries: the past was changed"),
        ),
        Problem::LogMissing { log } => Pair(
            format!("das Protokoll {log}, das Sie erwarten, ist nicht da"),
            format!("the log {log}, which you expect, is not here"),
        ),
        Problem::NameDiffers { name } => Pair(
            format!("der Stand gehört zu {name}, nicht in diesen Ordner"),
            format!("the head is that of {name}, not of this folder"),
        ),
        Problem::ReceivedCheckpointForged { name } => Pair(
            format!("der aufgezeichnete Stand von {name} ist nicht von diesem unterschrieben"),
            format!("the recorded head of {name} is not signed by it"),
        ),
        Problem::ReceivedCheckpointUnreadable => Pair::of(
            "der aufgezeichnete Stand eines anderen ist nicht lesbar",
            "the recorded head of another cannot be read",
        ),
        Problem::RootDiffers => Pair::of(
            "die Einträge ergeben nicht den Stand, der unterschrieben wurde",
            "the entries do not lead to the head that was signed",
        ),
        Problem::ShardContinued { size } => Pair(
            format!(
                "der vorige Jahresband wurde mit {size} Einträgen geschlossen und hat jetzt mehr"
            ),
            format!("the shard before was closed with {size} entries and has more now"),
        ),
        Problem::SignatureInvalid { by } => Pair(
            format!("die Unterschrift von {by} unter dem Vertrag stimmt nicht"),
            format!("the signature of {by} on the agreement does not match"),
        ),
        Problem::Truncated { size, by } => Pair(
            format!(
                "{by} hat schon {size} Einträge gesehen: das Ende wurde abgeschnitten, oder diese Kopie ist älter"
            ),
            format!(
                "{by} had already seen {size} entries: the end was cut off, or this copy is older"
            ),
        ),
    }
}

pub(super) fn remark(kind: &RemarkKind) -> Pair {
    match kind {
        RemarkKind::BeyondCheckpoint => Pair::of(
            "liegt hinter dem unterschriebenen Stand und wurde nicht geprüft",
            "lies beyond the signed head and was not checked",
        ),
        RemarkKind::DocumentMissing => Pair::of(
            "das Dokument dieses Vertrags liegt nicht bei",
            "the document of this agreement is not in the folder",
        ),
        RemarkKind::DocumentUnused => {
            Pair::of("kein Vertrag nennt dieses Dokument", "no agreement names this document")
        }
        RemarkKind::HeadUnknown { name } => Pair(
            format!("ein Stand von {name}, dessen Schlüssel Sie nicht nennen: er sagt nichts"),
            format!("a head of {name}, whose key you do not name: it says nothing"),
        ),
        RemarkKind::MoreFailures { count } => {
            Pair(format!("und {count} weitere Fehler"), format!("and {count} more failures"))
        }
        RemarkKind::OlderCheckpoint => Pair::of(
            "hier kam ein älterer Stand nach einem neueren",
            "an older head came here after a newer one",
        ),
        RemarkKind::SeenNotSigned => Pair::of(
            "dieser Stand aus Ihren Angaben ist nicht mit einem Schlüssel unterschrieben, den Sie nennen",
            "this head from your anchors is not signed with a key that you name",
        ),
        RemarkKind::SignatureUnknown { name } => Pair(
            format!(
                "die Unterschrift von {name} zählt nicht: der Schlüssel ist Ihnen nicht bekannt"
            ),
            format!("the signature of {name} counts for nothing: you do not know its key"),
        ),
        RemarkKind::TimeWentBack => {
            Pair::of("die Uhr ging hier zurück", "the clock went back here")
        }
        RemarkKind::UnknownFile => Pair::of(
            "gehört zu keinem Protokoll und wurde nicht geprüft",
            "belongs to no log and was not checked",
        ),
    }
}

pub(super) fn doubt(doubt: &Doubt) -> Pair {
    match doubt {
        Doubt::KeyUnknown => Pair::of(
            "Ihre Angaben nennen den Schlüssel dieses Protokolls nicht: jeder könnte es geschrieben haben",
            "your anchors do not name the key of this log: anyone could have written it",
        ),
        Doubt::TailTooLong { entries, allowed } => Pair(
            format!(
                "die letzten {entries} Einträge hat niemand sonst gesehen; erlaubt sind {allowed}"
            ),
            format!("nobody else saw the last {entries} entries; {allowed} are allowed"),
        ),
        Doubt::TooFewWitnesses { have, need } => Pair(
            format!("{have} andere haben einen Stand gesehen; verlangt sind {need}"),
            format!("{have} others saw a head; {need} are demanded"),
        ),
    }
}

pub(super) fn limit(limit: &Limit) -> Pair {
    match limit {
        Limit::BothLeftOut => Pair::of(
            "einen Eintrag, den beide Seiten weggelassen haben",
            "an entry that both sides left out",
        ),
        Limit::ContentIsTrue => Pair::of(
            "ob Daten und genannte Zwecke der Wahrheit entsprechen",
            "whether data and stated purposes are true",
        ),
        Limit::OtherLogMissing { of, other } => Pair(
            format!("was {other} über {of} aufgezeichnet hat: dieses Protokoll liegt nicht bei"),
            format!("what {other} recorded about {of}: its log is not here"),
        ),
        Limit::TailUnseen { log, entries } => Pair(
            format!("die letzten {entries} Einträge von {log}: niemand sonst hatte sie gesehen"),
            format!("the last {entries} entries of {log}: nobody else had seen them"),
        ),
        Limit::TimeIsExact => Pair::of(
            "die genaue Uhrzeit: jedes Protokoll geht nach seiner eigenen Uhr",
            "the exact time: each log goes by its own clock",
        ),
        Limit::UseAfterHandover => Pair::of(
            "was nach der Übergabe mit den Daten geschah",
            "what happened to the data after it was handed over",
        ),
    }
}

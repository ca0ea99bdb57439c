//! The book of sentences: it can be read, each sentence can be typed, and sentence → rule → sentence
//! loses nothing.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use insta::assert_snapshot;
use odrl_parser::{Policy, Term, TermKind};
use serde_json::{Value as Json, json};

use super::{parsed, voice};
use crate::book::{Beside, Book, BookError, Chosen, Files};
use crate::text::Lang;

pub(super) fn book() -> &'static Book {
    Book::shipped()
}

fn built(chosen: &[Chosen]) -> Json {
    let mut json = book().build(chosen).unwrap().policy;
    json["@id"] = json!("urn:o");
    json
}

pub(super) fn policy(chosen: &[Chosen]) -> Policy {
    parsed(&built(chosen))
}

fn choose(typed: &[&str]) -> Vec<Chosen> {
    book().choose(typed).unwrap_or_else(|error| panic!("{}", error.words(book(), Lang::En)))
}

/// One valid text for each blank.
fn sample(sentence: &crate::book::Sentence, lang: Lang) -> String {
    let mut text = sentence.wording(lang).to_owned();
    for (blank, value) in [
        ("amount", "5,00"),
        ("areas", "Österreich, Germany"),
        ("cases", "10"),
        ("connector", "urn:connector:1"),
        ("count", "1.000"),
        ("day", "31.12.2027"),
        ("days", "90"),
        ("instant", "2027-12-31T18:00:00Z"),
        ("issuers", "https://permits.example/"),
        ("kinds", "Mobilitätsdienst oder municipality"),
        ("level", "2"),
        ("licence", "CC BY 4.0"),
        ("partners", "did:web:firm.example and did:web:ulm.example"),
        ("purposes", "„Werbung“, credit scoring"),
        ("rate", "10"),
        ("volume", "5 GB"),
    ] {
        text = text.replace(&format!("{{{blank}}}"), value);
    }
    assert!(!text.contains('{'), "{text}");
    text
}

#[test]
fn the_book_of_this_version_can_be_read() {
    let read = Book::read(&Files::SHIPPED).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read.sentences().len(), book().sentences().len());
    assert!(read.sentences().len() >= 38);
}

#[test]
fn every_sentence_is_typed_in_both_languages_and_found_in_its_rule() {
    for sentence in book().sentences() {
        for lang in Lang::ALL {
            let chosen = choose(&[&sample(sentence, lang)]);
            assert_eq!(chosen[0].key, sentence.key());
            if sentence.beside().is_none() {
                let whole = book().recognise(&policy(&chosen)).whole();
                assert_eq!(whole, Some(chosen), "{}", sentence.key());
            }
        }
    }
}

#[test]
fn every_sentence_has_a_badge() {
    let mut all = String::new();
    for sentence in book().sentences().iter().filter(|it| it.beside().is_none()) {
        let policy = policy(&choose(&[&sample(sentence, Lang::En)]));
        let line = voice(Lang::En).lines(&policy).pop().unwrap();
        writeln!(all, "[{}] {}", line.badge, line.text).unwrap();
    }
    assert_snapshot!(all, @r"
    [enforced] Every member of the data space may use the dataset.
    [promised] Open data under the licence “CC BY 4.0”, name the source.
    [promised] Free for all, name the source.
    [promised] Only for members of the data space whose membership is in force.
    [enforced] Only for members that the authority has vetted as “mobility service” or “municipality”.
    [enforced] Only for public bodies.
    [enforced] Only for these partners: did:web:firm.example and did:web:ulm.example.
    [promised] Only through this connector: “urn:connector:1”.
    [promised] Only through a connector of security level 2 or higher.
    [promised] The offer is seen only by members that the authority has vetted as “mobility service” or “municipality”.
    [enforced] Only from 31 December 2027 (UTC).
    [enforced] Only until 31 December 2027 (UTC).
    [enforced] Only before 31 December 2027, 18:00 UTC.
    [enforced] Only for 90 days from the agreement on.
    [promised] Only on weekdays in office hours, by the clock of Berlin.
    [promised] At most 1000 requests a day.
    [promised] At most 5 GB in total.
    [promised] At most 10 messages a second.
    [promised] Only for this purpose: “advertising” or “credit scoring”.
    [promised] Never for this purpose: “advertising” or “credit scoring”.
    [promised] Only for research with a permit from “https://permits.example/”.
    [promised] Process only in the EU.
    [promised] Process only in the EEA.
    [promised] Process only in these areas: “Austria” or “Germany”.
    [promised] Do not use it to train AI.
    [promised] Only inside an attested compute room, without a copy.
    [promised] Only as long as the consent of the persons concerned holds.
    [promised] Only aggregated (at least 10 cases per value).
    [promised] Only with values masked or rounded as the dataset describes.
    [promised] Do not pass on.
    [promised] Pass on only under the same rule.
    [promised] Delete after 90 days and confirm it.
    [promised] Delete within 90 days after the contract's end.
    [promised] Delete immediately on revocation.
    [promised] Pay 5.00 euro before use.
    [promised] Pay 5.00 euro each month.
    [promised] Report on use each quarter.
    [promised] Tell us when you publish results.
    [promised] Log every use.
    ");
}

#[test]
fn every_sentence_can_be_judged() {
    for sentence in book().sentences().iter().filter(|it| it.beside().is_none()) {
        let policy = policy(&choose(&[&sample(sentence, Lang::En)]));
        assert_eq!(crate::check(&policy).err(), None, "{}", sentence.key());
    }
}

#[test]
fn settings_beside_the_rule_are_no_odrl() {
    let chosen = choose(&[
        "Jeder neue Vertrag braucht unsere Freigabe.",
        "Stop at once on a breach",
        "Free for all, no condition",
    ]);
    let built = book().build(&chosen).unwrap();
    assert_eq!(built.beside, BTreeSet::from([Beside::Approval, Beside::StopOnBreach]));
    assert_eq!(built.policy["permission"], json!([{ "action": "use" }]));
}

#[test]
fn conditions_join_the_one_permission_and_the_rest_stands_beside_it() {
    let chosen = choose(&[
        "no-training",
        "Nicht an Dritte weitergeben",
        "Delete after 30 days and confirm it.",
        "nur bis zum 31.12.2027",
        "At most 1,000 requests a day",
        "die quelle nennen",
        "Pay 5 euro before use",
    ]);
    let keys: Vec<&str> = chosen.iter().map(|it| it.key.as_str()).collect();
    assert_snapshot!(keys.join(" "), @"attribute until requests-per-day no-training no-distribution delete-after pay-before-use");
    let built = built(&chosen);
    let count = |member: &str| built[member].as_array().unwrap().len();
    assert_eq!((count("permission"), count("prohibition"), count("obligation")), (1, 3, 3));
    let permission = json!({
        "action": "use",
        "constraint": [
            {
                "leftOperand": "odrl:dateTime",
                "operator": "lteq",
                "rightOperand": {
                    "@type": "xsd:date",
                    "@value": "2027-12-31"
                }
            },
            {
                "leftOperand": "odrl:count",
                "operator": "lteq",
                "rightOperand": {
                    "@type": "xsd:integer",
                    "@value": "1000"
                }
            },
            {
                "leftOperand": "odrl:timeInterval",
                "operator": "eq",
                "rightOperand": {
                    "@type": "xsd:duration",
                    "@value": "P1D"
                }
            },
            {
                "leftOperand": "odrl:payAmount",
                "odrl:unit": {
                    "@id": "https://w3id.org/allmende/v1/unit/eur"
                },
                "operator": "gteq",
                "rightOperand": {
                    "@type": "xsd:decimal",
                    "@value": "5.00"
                }
            }
        ],
        "duty": [
            {
                "action": "odrl:compensate"
            }
        ]
    });
    assert_eq!(built["permission"][0], permission);
    assert_eq!(book().recognise(&policy(&chosen)).whole(), Some(chosen.clone()));
    assert_snapshot!(voice(Lang::En).sentence(&policy(&chosen)), @"Every member of the data space may use the dataset until 31 December 2027 (UTC). At most 1000 requests a day (promised). Pay 5.00 euro before use (promised). Do not use it to train AI (promised). Do not pass on (promised). Name the source (promised). Delete after 30 days and confirm it (promised).");
    assert_snapshot!(voice(Lang::De).sentence(&policy(&chosen)), @"Jedes Mitglied des Datenraums darf den Datensatz bis zum 31. Dezember 2027 (UTC) nutzen. Höchstens 1000 Abrufe am Tag (zugesagt). Vor der Nutzung 5,00 Euro zahlen (zugesagt). Nicht zum Trainieren von KI verwenden (zugesagt). Nicht an Dritte weitergeben (zugesagt). Die Quelle nennen (zugesagt). Nach 30 Tagen löschen und die Löschung bestätigen (zugesagt).");
}

#[test]
fn what_is_no_sentence_names_the_nearest() {
    let mut all = String::new();
    for typed in [
        &["Nur bis zum Sankt-Nimmerleins-Tag."][..],
        &["Nur bis 31.12.2027"],
        &["Do not pass it on"],
        &["until"],
        &["untill=2027-12-31"],
        &["partners=ulm"],
        &["Only for these partners: …"],
        &["free", "until=2027-12-31"],
        &["Frei für alle, Quelle nennen.", "until=2027-12-31"],
        &["until=2027-12-31", "Only until 1 January 2028."],
        &["x\u{202e}\u{1b}[31m"],
        &["pay-before-use=5 $"],
    ] {
        let error = book().choose(typed).unwrap_err();
        writeln!(all, "{} {}", error.at(), error.code()).unwrap();
        for lang in Lang::ALL {
            writeln!(all, "  {}", error.words(book(), lang)).unwrap();
        }
    }
    assert_snapshot!(all, @r"
    0 sentence-blank-invalid
      Im Satz „Nur bis zum ….“ passt „Sankt-Nimmerleins-Tag“ nicht: einen Tag wie `31.12.2027` schreiben.
      in “Only until ….”, “Sankt-Nimmerleins-Tag” does not fit: write a day such as `2027-12-31` or `31.12.2027`
    0 sentence-unknown
      „Nur bis 31.12.2027“ ist keiner der Sätze. Am nächsten kommen: „Nur bis zum ….“ (`until`), „Nur vor dem ….“ (`before`), „Nur für diesen Zweck: ….“ (`purpose`).
      “Nur bis 31.12.2027” is none of the sentences; the nearest are “Only until ….” (`until`), “Only before ….” (`before`), “Only for this purpose: ….” (`purpose`)
    0 sentence-unknown
      „Do not pass it on“ ist keiner der Sätze. Am nächsten kommen: „Nicht an Dritte weitergeben.“ (`no-distribution`), „Nicht zum Trainieren von KI verwenden.“ (`no-training`), „Nur in diesen Gebieten verarbeiten: ….“ (`only-in`).
      “Do not pass it on” is none of the sentences; the nearest are “Do not pass on.” (`no-distribution`), “Do not use it to train AI.” (`no-training`), “Process only in these areas: ….” (`only-in`)
    0 sentence-blank-invalid
      Im Satz „Nur bis zum ….“ passt „“ nicht: es steht nichts da.
      in “Only until ….”, “” does not fit: it is empty
    0 sentence-unknown
      „untill=2027-12-31“ ist keiner der Sätze. Am nächsten kommen: „Nur bis zum ….“ (`until`), „Nur solange die Einwilligung der Betroffenen gilt.“ (`consent`), „Jeden Monat … Euro zahlen.“ (`pay-monthly`).
      “untill=2027-12-31” is none of the sentences; the nearest are “Only until ….” (`until`), “Only as long as the consent of the persons concerned holds.” (`consent`), “Pay … euro each month.” (`pay-monthly`)
    0 sentence-blank-invalid
      Im Satz „Nur für diese Partner: ….“ passt „ulm“ nicht: die DID des Partners wie `did:web:stadt.example` schreiben.
      in “Only for these partners: ….”, “ulm” does not fit: write the partner's DID, such as `did:web:town.example`
    0 sentence-blank-invalid
      Im Satz „Nur für diese Partner: ….“ passt „…“ nicht: die DID des Partners wie `did:web:stadt.example` schreiben.
      in “Only for these partners: ….”, “…” does not fit: write the partner's DID, such as `did:web:town.example`
    0 sentence-not-alone
      Der Satz „Frei für alle, ohne Bedingung.“ ist die ganze Regel; nichts steht daneben.
      “Free for all, no condition.” is a whole rule; nothing stands beside it
    0 sentence-not-alone
      Der Satz „Die Quelle nennen.“ ist die ganze Regel; nichts steht daneben.
      “Name the source.” is a whole rule; nothing stands beside it
    1 sentence-twice
      Der Satz „Nur bis zum ….“ steht schon in der Regel.
      “Only until ….” stands in the rule already
    0 sentence-unknown
      „x\u{202e}\u{1b}[31m“ ist keiner der Sätze.
      “x\u{202e}\u{1b}[31m” is none of the sentences
    0 sentence-blank-invalid
      Im Satz „Vor der Nutzung … Euro zahlen.“ passt „5 $“ nicht: einen Betrag wie `5,00` schreiben, mit höchstens zwei Nachkommastellen.
      in “Pay … euro before use.”, “5 $” does not fit: write an amount such as `5.00`, with at most two decimals
    ");
    let long = "x".repeat(crate::book::TYPED_BYTES_MAX + 1);
    assert_eq!(book().choose(&[long]).unwrap_err().code(), "sentence-unknown");
}

#[test]
fn every_term_has_words_in_both_languages() {
    for lang in Lang::ALL {
        for term in Term::all(TermKind::LeftOperand) {
            let words = book().terms.operand(term, lang);
            assert!(!words.contains('`'), "{term}");
            assert!(book().terms.values(term).is_some(), "{term}");
        }
        for term in Term::all(TermKind::Action) {
            let words = book().terms.action(term, lang);
            assert!(!words.verb.contains('`'), "{term}");
        }
    }
}

#[test]
fn a_fault_in_a_file_has_a_place() {
    fn check(sentences: &str, expected: &str) {
        let files = Files { sentences, ..Files::SHIPPED };
        let error: BookError = Book::read(&files).unwrap_err();
        let text = error.to_string();
        assert!(text.contains(expected), "{text} lacks {expected}");
    }
    let one = |body: &str| format!("[[sentence]]\nkey = \"k\"\n{body}");
    let words = "de = \"Bis {day}.\"\nen = \"To {day}.\"\n";
    let rule = |value: &str| {
        format!(
            "odrl = '{{\"permission\": [{{\"action\": \"use\", \"constraint\": [{{\"leftOperand\": \"odrl:dateTime\", \"operator\": \"lt\", \"rightOperand\": \"{value}\"}}]}}]}}'\n"
        )
    };
    check("[[sentence]", "line 1, column");
    check(
        &one("de = \"a\"\nen = \"b\"\nbadge = \"enforced\"\n"),
        "line 5, column 1: unknown field `badge`",
    );
    check(&one("de = \"a\"\nen = \"b\"\n"), "k: a sentence stands for a rule");
    check(
        &one(&format!("{words}blanks = {{ day = \"week\" }}\n{}", rule("{day}"))),
        "`week` is no type",
    );
    check(&one(&format!("{words}{}", rule("{day}"))), "`{day}` has no type");
    check(
        &one(&format!("{words}blanks = {{ day = \"day\" }}\n{}", rule("2027"))),
        "stands nowhere in the rule",
    );
    check(
        &one(&format!("de = \"a\"\nen = \"b\"\nblanks = {{ day = \"day\" }}\n{}", rule("{day}"))),
        "must stand once in each wording",
    );
    check(
        &one("de = \"a\"\nen = \"b\"\nodrl = '{\"permission\": [{\"action\": \"odrl:fly\"}]}'\n"),
        "at `/permission/0/action`",
    );
    check(&one("de = \"a\"\nen = \"b\"\nodrl = '{\"a\":1,\"a\":2}'\n"), "is no JSON");
    check(
        &one(
            "de = \"a\"\nen = \"b\"\nbeside = \"approval\"\nlegal-text = { iri = \"urn:x\", version = \"\", digest = \"\" }\n",
        ),
        "a legal text has",
    );
    let twice = one("de = \"a\"\nen = \"b\"\nbeside = \"approval\"\n").repeat(2);
    check(&twice, "a key is made of");
    let terms = Files::SHIPPED.terms.replace("\"odrl:delete\" =", "\"odrl:dilate\" =");
    let error = Book::read(&Files { terms: &terms, ..Files::SHIPPED }).unwrap_err();
    assert_eq!(error.to_string(), "terms.toml, odrl:dilate: `odrl:dilate` is no known term");
}

#[test]
fn a_legal_text_is_cited_in_the_rule_and_is_no_part_of_it() {
    let cited = "legal-text = { iri = \"https://law.example/8\", version = \"3\", digest = \"sha256:0000000000000000000000000000000000000000000000000000000000000000\" }";
    let empty = "legal-text = { iri = \"\", version = \"\", digest = \"\" }";
    let sentences = Files::SHIPPED.sentences.replace(empty, cited);
    let book = Book::read(&Files { sentences: &sentences, ..Files::SHIPPED }).unwrap();
    let chosen = book.choose(&["until=2027-12-31"]).unwrap();
    let mut json = book.build(&chosen).unwrap().policy;
    assert_eq!(
        json["dct:bibliographicCitation"],
        json!([
            "https://law.example/8 3 sha256:0000000000000000000000000000000000000000000000000000000000000000"
        ])
    );
    json["@id"] = json!("urn:o");
    assert_eq!(book.recognise(&parsed(&json)).whole(), Some(chosen));
}

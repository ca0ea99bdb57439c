//! What stands behind a rule, computed from what both programs can do.

use std::fmt::Write as _;

use insta::assert_snapshot;
use odrl_parser::{Policy, Term, TermKind};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{agreement, atom, capabilities, parsed, to_use, voice};
use crate::text::{self, Lang, Voice};
use crate::{Badge, Book, Capabilities, Standing, before_signing};

fn offer(sentences: &[&str]) -> Policy {
    let book = Book::shipped();
    let mut json = book.build(&book.choose(sentences).unwrap()).unwrap().policy;
    json["@id"] = json!("urn:o");
    parsed(&json)
}

fn action(name: &str) -> Term {
    Term::action(name).unwrap()
}

const SENTENCES: [&str; 8] = [
    "until=2027-12-31",
    "purpose=research",
    "requests-per-day=1000",
    "no-distribution",
    "delete-after=30",
    "log",
    "masked",
    "pay-before-use=5",
];

fn badges(standing: Standing<'_>) -> String {
    let voice = Voice { book: Book::shipped(), standing, lang: Lang::En };
    let mut all = String::new();
    for line in voice.lines(&offer(&SENTENCES)) {
        writeln!(all, "[{}] {}", line.badge, line.text).unwrap();
    }
    all
}

#[test]
fn a_badge_grows_with_what_the_programs_can_do() {
    let ours = capabilities();
    let peer = |key: &str| Book::shipped().peers().iter().find(|peer| peer.key() == key);
    assert_snapshot!(badges(Standing { ours, partner: None }), @r"
    [enforced] Only until 31 December 2027 (UTC).
    [promised] At most 1000 requests a day.
    [promised] Only for this purpose: “research”.
    [promised] Pay 5.00 euro before use.
    [promised] Only with values masked or rounded as the dataset describes.
    [promised] Do not pass on.
    [promised] Delete after 30 days and confirm it.
    [promised] Log every use.
    ");
    assert_eq!(
        badges(Standing { ours, partner: None }),
        badges(Standing { ours, partner: peer("edc") })
    );
    let more = Capabilities {
        transforms: [action("https://w3id.org/allmende/v1/transform")].into(),
        receipts_before: [action("odrl:compensate")].into(),
        ..ours.clone()
    };
    assert_snapshot!(badges(Standing { ours: &more, partner: peer("allmende") }), @r"
    [enforced] Only until 31 December 2027 (UTC).
    [promised] At most 1000 requests a day.
    [promised] Only for this purpose: “research”.
    [promised] Pay 5.00 euro before use.
    [enforced] Only with values masked or rounded as the dataset describes.
    [promised] Do not pass on.
    [promised] Delete after 30 days and confirm it.
    [evidenced] Log every use.
    ");
    let nothing = Capabilities::default();
    assert!(!badges(Standing { ours: &nothing, partner: None }).contains("[enforced]"));
}

#[test]
fn before_signing_the_gaps_of_the_partner_are_named() {
    let policy = offer(&SENTENCES);
    let mut all = String::new();
    for (key, lang) in [("edc", Lang::De), ("sovity", Lang::En), ("fiware", Lang::En)] {
        let peer = Book::shipped().peers().iter().find(|peer| peer.key() == key);
        let peer = peer.unwrap();
        for text::IgnoredPart { part, what, .. } in text::ignored(&voice(lang), &policy, peer) {
            writeln!(all, "{}: {part} – {what}", peer.name(lang)).unwrap();
        }
    }
    assert_snapshot!(all, @r"
    Eclipse EDC: Nur bis zum 31. Dezember 2027 (UTC). – Eine Bedingung, deren Gegenstand es nicht kennt, lässt es weg; die Regel gilt ihm dann ohne sie.
    Eclipse EDC: Höchstens 1000 Abrufe am Tag. – Eine Bedingung, deren Gegenstand es nicht kennt, lässt es weg; die Regel gilt ihm dann ohne sie.
    Eclipse EDC: Nur für diesen Zweck: „Forschung“. – Eine Bedingung, deren Gegenstand es nicht kennt, lässt es weg; die Regel gilt ihm dann ohne sie.
    Eclipse EDC: Vor der Nutzung 5,00 Euro zahlen. – Eine Bedingung, deren Gegenstand es nicht kennt, lässt es weg; die Regel gilt ihm dann ohne sie.
    Eclipse EDC: Nur mit unkenntlich gemachten oder gerundeten Angaben, wie im Datensatz beschrieben. – Von einer Pflicht prüft es nur die Bedingungen; ob sie erfüllt ist, weiß es nicht.
    Eclipse EDC: Vor der Nutzung 5,00 Euro zahlen. – Von einer Pflicht prüft es nur die Bedingungen; ob sie erfüllt ist, weiß es nicht.
    Eclipse EDC: Nicht an Dritte weitergeben. – Ein Verbot ohne Bedingungen beachtet es nicht.
    Eclipse EDC: Nicht an Dritte weitergeben. – Eine Regel über eine Handlung, die es nicht kennt, lässt es weg.
    Eclipse EDC: Nach 30 Tagen löschen und die Löschung bestätigen. – Von einer Pflicht prüft es nur die Bedingungen; ob sie erfüllt ist, weiß es nicht.
    Eclipse EDC: Nach 30 Tagen löschen und die Löschung bestätigen. – Eine Bedingung, deren Gegenstand es nicht kennt, lässt es weg; die Regel gilt ihm dann ohne sie.
    Eclipse EDC: Jede Nutzung protokollieren. – Von einer Pflicht prüft es nur die Bedingungen; ob sie erfüllt ist, weiß es nicht.
    sovity EDC: Only until 31 December 2027 (UTC). – It leaves out a condition whose subject it does not know; to it the rule then holds without.
    sovity EDC: At most 1000 requests a day. – It leaves out a condition whose subject it does not know; to it the rule then holds without.
    sovity EDC: Only for this purpose: “research”. – It leaves out a condition whose subject it does not know; to it the rule then holds without.
    sovity EDC: Pay 5.00 euro before use. – It leaves out a condition whose subject it does not know; to it the rule then holds without.
    sovity EDC: Only with values masked or rounded as the dataset describes. – It knows no duties.
    sovity EDC: Pay 5.00 euro before use. – It knows no duties.
    sovity EDC: Do not pass on. – It knows no prohibitions.
    sovity EDC: Delete after 30 days and confirm it. – It knows no duties.
    sovity EDC: Log every use. – It knows no duties.
    FIWARE Data Space Connector: Only with values masked or rounded as the dataset describes. – It knows no duties.
    FIWARE Data Space Connector: Pay 5.00 euro before use. – It knows no duties.
    FIWARE Data Space Connector: Do not pass on. – It knows no prohibitions.
    FIWARE Data Space Connector: Delete after 30 days and confirm it. – It knows no duties.
    FIWARE Data Space Connector: Log every use. – It knows no duties.
    ");
    let allmende = Book::shipped().peers().iter().find(|peer| peer.key() == "allmende");
    assert_eq!(before_signing(&policy, allmende.unwrap()), []);
}

fn constraint() -> impl Strategy<Value = Json> {
    let operands: Vec<Term> = Term::all(TermKind::LeftOperand).collect();
    let leaf = proptest::sample::select(operands).prop_map(|operand| {
        json!({ "leftOperand": operand.spelling(), "operator": "eq", "rightOperand": "urn:x" })
    });
    leaf.prop_recursive(2, 8, 3, |inner| {
        let operator = proptest::sample::select(vec!["and", "or", "xone"]);
        (operator, proptest::collection::vec(inner, 1..3))
            .prop_map(|(name, of)| json!({ name: of }))
    })
}

proptest! {
    #[test]
    fn what_nothing_prevents_is_never_called_enforced(
        constraints in proptest::collection::vec(constraint(), 1..4),
        action in proptest::sample::select(Term::all(TermKind::Action).collect::<Vec<_>>()),
    ) {
        let rule = json!({ "action": action.spelling(), "constraint": constraints });
        let policy = parsed(&agreement(json!([to_use(json!([]))]), json!([rule])));
        let standing = Standing { ours: capabilities(), partner: None };
        let rule = &policy.prohibitions[0];
        let text = odrl_parser::to_json(&policy).to_string();
        let decided = Term::all(TermKind::LeftOperand)
            .filter(|it| text.contains(&format!("\"leftOperand\":\"{}\"", it.spelling())))
            .all(|it| capabilities().operands.contains_key(&it));
        let prevented = decided && action == Term::USE;
        prop_assert_eq!(standing.prohibition(rule).badge == Badge::Enforced, prevented);
    }

    #[test]
    fn every_operand_operator_and_action_of_a_rule_is_said(
        constraints in proptest::collection::vec(constraint(), 0..4),
        action in proptest::sample::select(Term::all(TermKind::Action).collect::<Vec<_>>()),
    ) {
        let rule = json!({ "action": action.spelling(), "constraint": constraints });
        let policy = parsed(&agreement(json!([rule]), json!([])));
        for lang in Lang::ALL {
            let said = voice(lang).sentence(&policy);
            let lines: Vec<String> =
                voice(lang).lines(&policy).into_iter().map(|line| line.text).collect();
            let text = odrl_parser::to_json(&policy).to_string();
            // A sentence of the book has words of its own for it.
            let connector = Term::left_operand("https://w3id.org/allmende/v1/connector").unwrap();
            let placed = [
                Term::DATE_TIME,
                Term::SINCE_AGREEMENT,
                Term::PARTICIPANT,
                Term::PURPOSE,
                connector,
            ];
            for operand in Term::all(TermKind::LeftOperand).filter(|it| !placed.contains(it)) {
                if text.contains(&format!("\"leftOperand\":\"{}\"", operand.spelling())) {
                    let words = Book::shipped().terms.operand(operand, lang);
                    prop_assert!(said.contains(&words), "{said} lacks {words}");
                    prop_assert!(lines.join(" ").contains(&words), "{lines:?} lack {words}");
                }
            }
            let verb = Book::shipped().terms.action(action, lang).verb;
            prop_assert!(said.contains(&verb));
        }
    }
}

#[test]
fn plain_odrl_is_said_with_everything_that_it_names() {
    let json = json!({
        "@context": "http://www.w3.org/ns/odrl.jsonld",
        "@type": "Agreement", "uid": "urn:p", "conflict": "perm",
        "permission": [{
            "target": {"@type": "AssetCollection", "source": "urn:d", "refinement": [
                {"leftOperand": "resolution", "operator": "lteq", "rightOperand": {"@value": "1200", "@type": "xsd:integer"}}
            ]},
            "assigner": "urn:ulm", "assignee": {"@type": "PartyCollection", "uid": "urn:firms"},
            "action": [{"rdf:value": {"@id": "odrl:print"}, "refinement": [
                {"leftOperand": "count", "operator": "lteq", "rightOperand": {"@value": "3", "@type": "xsd:integer"}, "status": {"@value": "1", "@type": "xsd:integer"}}
            ]}],
            "constraint": [{"leftOperand": "event", "operator": "lt", "rightOperand": {"@id": "http://www.w3.org/ns/odrl/2/policyUsage"}}],
            "duty": [{
                "action": [{"rdf:value": {"@id": "odrl:compensate"}, "refinement": [
                    {"leftOperand": "payAmount", "operator": "eq", "rightOperand": {"@value": "5.00", "@type": "xsd:decimal"}, "unit": "http://dbpedia.org/resource/Euro"}
                ]}],
                "compensatedParty": "urn:ulm",
                "consequence": [{"action": "inform", "informedParty": "urn:authority"}]
            }]
        }],
        "prohibition": [{
            "target": "urn:d", "assigner": "urn:ulm", "assignee": "urn:firm", "action": "archive",
            "remedy": [{"action": "delete", "target": "urn:d"}]
        }]
    });
    let policy = odrl_parser::parse_policy(&wire::node::Node::root(&json));
    let policy = policy.unwrap_or_else(|error| panic!("{error}"));
    let mut all = String::new();
    for lang in Lang::ALL {
        writeln!(all, "{}", voice(lang).sentence(&policy)).unwrap();
        for line in voice(lang).lines(&policy) {
            writeln!(all, "- [{}] {}", line.badge, line.text).unwrap();
        }
    }
    assert_snapshot!(all, @r"
    Der genannte Verpflichtete darf den Datensatz ausdrucken (nur so, dass gilt: die Zahl der Ausführungen ist höchstens 3 (angeblicher Stand: 1) (zugesagt)), sofern gilt: die Handlung geschieht vor „die Nutzung selbst“ (zugesagt). Gegenstand: alle in „urn:d“, für die gilt: die Auflösung ist höchstens 1200 (zugesagt). Beteiligte: der Anbieter „urn:ulm“; der Verpflichtete alle in „urn:firms“. Dafür ist Bedingung: das vereinbarte Entgelt zahlen (nur so, dass gilt: der gezahlte Betrag ist 5 http://dbpedia.org/resource/Euro (zugesagt)) (zugesagt). Beteiligte: wer bezahlt wird „urn:ulm“. Wer das nicht tut, muss außerdem über die Nutzung des Datensatzes unterrichten (zugesagt). Beteiligte: wer unterrichtet wird „urn:authority“. Es ist verboten, den Datensatz zu archivieren (zugesagt). Gegenstand: „urn:d“. Beteiligte: der Anbieter „urn:ulm“; der Verpflichtete „urn:firm“. Wer dagegen verstößt, muss den Datensatz löschen (zugesagt). Gegenstand: „urn:d“. Widersprechen sich Erlaubnis und Verbot, gilt die Erlaubnis.
    - [promised] Der genannte Verpflichtete darf den Datensatz ausdrucken (nur so, dass gilt: die Zahl der Ausführungen ist höchstens 3 (angeblicher Stand: 1) (zugesagt)), sofern gilt: die Handlung geschieht vor „die Nutzung selbst“ (zugesagt). Gegenstand: alle in „urn:d“, für die gilt: die Auflösung ist höchstens 1200 (zugesagt). Beteiligte: der Anbieter „urn:ulm“; der Verpflichtete alle in „urn:firms“. Dafür ist Bedingung: das vereinbarte Entgelt zahlen (nur so, dass gilt: der gezahlte Betrag ist 5 http://dbpedia.org/resource/Euro (zugesagt)) (zugesagt). Beteiligte: wer bezahlt wird „urn:ulm“. Wer das nicht tut, muss außerdem über die Nutzung des Datensatzes unterrichten (zugesagt). Beteiligte: wer unterrichtet wird „urn:authority“.
    - [promised] Es ist verboten, den Datensatz zu archivieren (zugesagt). Gegenstand: „urn:d“. Beteiligte: der Anbieter „urn:ulm“; der Verpflichtete „urn:firm“. Wer dagegen verstößt, muss den Datensatz löschen (zugesagt). Gegenstand: „urn:d“.
    - [enforced] Widersprechen sich Erlaubnis und Verbot, gilt die Erlaubnis.
    The assignee named here may print the dataset (only so that: the number of executions is at most 3 (claimed state: 1) (promised)), provided that the action happens before “the use itself” (promised). About: all in “urn:d”, of which holds: the resolution is at most 1200 (promised). Parties: the assigner “urn:ulm”; the assignee all in “urn:firms”. On this condition: whoever uses the dataset must pay the agreed compensation (only so that: the amount paid is 5 http://dbpedia.org/resource/Euro (promised)) (promised). Parties: the party that is paid “urn:ulm”. Whoever does not do so must also inform of the use of the dataset (promised). Parties: the party that is informed “urn:authority”. It is forbidden to archive the dataset (promised). About: “urn:d”. Parties: the assigner “urn:ulm”; the assignee “urn:firm”. Whoever violates this must delete the dataset (promised). About: “urn:d”. If permission and prohibition contradict each other, the permission holds.
    - [promised] The assignee named here may print the dataset (only so that: the number of executions is at most 3 (claimed state: 1) (promised)), provided that the action happens before “the use itself” (promised). About: all in “urn:d”, of which holds: the resolution is at most 1200 (promised). Parties: the assigner “urn:ulm”; the assignee all in “urn:firms”. On this condition: whoever uses the dataset must pay the agreed compensation (only so that: the amount paid is 5 http://dbpedia.org/resource/Euro (promised)) (promised). Parties: the party that is paid “urn:ulm”. Whoever does not do so must also inform of the use of the dataset (promised). Parties: the party that is informed “urn:authority”.
    - [promised] It is forbidden to archive the dataset (promised). About: “urn:d”. Parties: the assigner “urn:ulm”; the assignee “urn:firm”. Whoever violates this must delete the dataset (promised). About: “urn:d”.
    - [enforced] If permission and prohibition contradict each other, the permission holds.
    ");
}

#[test]
fn hostile_names_are_shown_escaped_and_whole() {
    let long = format!("urn:{}", "x".repeat(1500));
    let constraints = json!([
        atom("language", "eq", json!("de\u{202e}\u{1b}[31m`rm`")),
        atom("purpose", "eq", json!(long)),
    ]);
    let policy = parsed(&agreement(json!([to_use(constraints)]), json!([])));
    let said = voice(Lang::En).sentence(&policy);
    assert!(said.contains("“de\\u{202e}\\u{1b}[31m\\u{60}rm\\u{60}”"), "{said}");
    assert!(said.contains(&long));
}

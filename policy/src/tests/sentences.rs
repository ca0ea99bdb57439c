//! Sentences, reasons and remedies in both languages, and the way from sentence to rule and back.

use std::fmt::Write as _;

use insta::assert_snapshot;
use odrl_parser::Policy;
use serde_json::{Value as Json, json};

use super::{MOBILITY, TRAFFIC, agreement, atom, checked, facts, parsed, request, to_use, voice};
use crate::text::{Lang, reason, redacted_reason, redacted_remedy, remedy};
use crate::{Book, evaluate, text};

fn offer(sentences: &[&str]) -> Policy {
    let book = Book::shipped();
    let mut json = book.build(&book.choose(sentences).unwrap()).unwrap().policy;
    json["@id"] = json!("urn:o");
    parsed(&json)
}

fn both(policy: &Policy) -> String {
    let badges = voice(Lang::En).sentences(policy);
    let badges: Vec<&str> = badges.iter().map(|rule| rule.badge.name()).collect();
    let (english, german) = (voice(Lang::En).sentence(policy), voice(Lang::De).sentence(policy));
    format!("[{}]\n{english}\n{german}", badges.join(" "))
}

#[test]
fn common_sentences_read_as_one() {
    let mut all = String::new();
    for sentences in [
        &[][..],
        &["until=2026-12-31"],
        &["until=2026-12-31+01:00"],
        &["before=2026-12-31T18:30:00Z"],
        &["vetted-as=mobility-service"],
        &["partners=did:web:ulm.example, did:web:firm.example"],
        &["partners=did:web:ulm.example", "vetted-as=mobility-service"],
        &["purpose=traffic-planning"],
        &["vetted-as=mobility-service", "until=2026-12-31", "purpose=traffic-planning"],
        &[
            "vetted-as=municipality or https://example.org/k",
            "partners=did:web:ulm.example, did:web:firm.example",
            "until=2026-12-31",
            "purpose=research, new-thing",
        ],
    ] {
        writeln!(all, "{}\n", both(&offer(sentences))).unwrap();
    }
    assert_snapshot!(all, @r#"
    [enforced]
    Every member of the data space may use the dataset.
    Jedes Mitglied des Datenraums darf den Datensatz nutzen.

    [enforced]
    Every member of the data space may use the dataset until 31 December 2026 (UTC).
    Jedes Mitglied des Datenraums darf den Datensatz bis zum 31. Dezember 2026 (UTC) nutzen.

    [enforced]
    Every member of the data space may use the dataset until 31 December 2026 (UTC+01:00).
    Jedes Mitglied des Datenraums darf den Datensatz bis zum 31. Dezember 2026 (UTC+01:00) nutzen.

    [enforced]
    Every member of the data space may use the dataset before 31 December 2026, 18:30 UTC.
    Jedes Mitglied des Datenraums darf den Datensatz vor dem 31. Dezember 2026, 18:30 Uhr UTC nutzen.

    [enforced]
    Members that the authority has vetted as “mobility service” may use the dataset.
    Mitglieder, die die Vertrauensstelle als „Mobilitätsdienst“ anerkannt hat, dürfen den Datensatz nutzen.

    [enforced]
    Only the partners did:web:ulm.example and did:web:firm.example may use the dataset.
    Nur die Partner did:web:ulm.example und did:web:firm.example dürfen den Datensatz nutzen.

    [enforced]
    Only the partner did:web:ulm.example, if the authority has vetted it as “mobility service”, may use the dataset.
    Nur der Partner did:web:ulm.example, sofern die Vertrauensstelle ihn als „Mobilitätsdienst“ anerkannt hat, darf den Datensatz nutzen.

    [promised]
    Every member of the data space may use the dataset, for “traffic planning” (promised).
    Jedes Mitglied des Datenraums darf den Datensatz nutzen, für den Zweck „Verkehrsplanung“ (zugesagt).

    [promised]
    Members that the authority has vetted as “mobility service” may use the dataset until 31 December 2026 (UTC), for “traffic planning” (promised).
    Mitglieder, die die Vertrauensstelle als „Mobilitätsdienst“ anerkannt hat, dürfen den Datensatz bis zum 31. Dezember 2026 (UTC) nutzen, für den Zweck „Verkehrsplanung“ (zugesagt).

    [promised]
    Only the partners did:web:ulm.example and did:web:firm.example, if the authority has vetted them as “municipality” or “https://example.org/k”, may use the dataset until 31 December 2026 (UTC), for “research” or “https://w3id.org/allmende/v1/purpose/new-thing” (promised).
    Nur die Partner did:web:ulm.example und did:web:firm.example, sofern die Vertrauensstelle sie als „Kommune“ oder „https://example.org/k“ anerkannt hat, dürfen den Datensatz bis zum 31. Dezember 2026 (UTC) nutzen, für den Zweck „Forschung“ oder „https://w3id.org/allmende/v1/purpose/new-thing“ (zugesagt).
    "#);
}

#[test]
fn chosen_sentences_become_the_offer_that_is_published() {
    let book = Book::shipped();
    let chosen = book.choose(&["until=2026-12-31", "vetted-as=mobility-service"]).unwrap();
    let bytes = wire::json::canonical(&book.build(&chosen).unwrap().policy).unwrap();
    assert_snapshot!(String::from_utf8(bytes).unwrap(), @r#"{"@type":"Offer","permission":[{"action":"use","constraint":[{"leftOperand":"https://w3id.org/allmende/v1/vettedAs","operator":"isAnyOf","rightOperand":["https://w3id.org/allmende/v1/kind/mobility-service"]},{"leftOperand":"odrl:dateTime","operator":"lteq","rightOperand":{"@type":"xsd:date","@value":"2026-12-31"}}]}],"profile":"https://w3id.org/allmende/v1/"}"#);
}

#[test]
fn rules_that_no_sentence_covers_are_said_term_by_term() {
    let mut all = String::new();
    for (permissions, prohibitions) in [
        (
            json!([to_use(json!([
                atom("dateTime", "gteq", "2026-12-01"),
                atom("dateTime", "lt", "2027-01-01T00:00:00Z"),
                atom("sinceAgreement", "lteq", "P90D"),
                atom("purpose", "isNoneOf", json!(["urn:ads", "urn:scoring"])),
                {"or": [atom("vettedAs", "hasPart", json!([MOBILITY, "urn:x"])), atom("participant", "neq", "did:web:b.example")]}
            ]))]),
            json!([{"action": "odrl:distribute"}]),
        ),
        (
            json!([to_use(
                json!([{"xone": [atom("dateTime", "gt", "2026-12-01"), atom("purpose", "isA", TRAFFIC)]}])
            )]),
            json!([to_use(json!([
                atom("purpose", "eq", "urn:ads"),
                atom("dateTime", "neq", "2026-12-24")
            ]))]),
        ),
        (json!([{"action": "odrl:print"}]), json!([])),
    ] {
        let policy = parsed(&agreement(permissions, prohibitions));
        assert_eq!(Book::shipped().recognise(&policy).whole(), None);
        writeln!(all, "{}\n", both(&policy)).unwrap();
    }
    assert_snapshot!(all, @r"
    [promised promised]
    Every member of the data space may use the dataset from 1 December 2026 (UTC) before 1 January 2027, 00:00 UTC for at most 90 days after the agreement, provided that the stated purpose is not “urn:ads” or “urn:scoring” (promised) and (what the authority has vetted the member as includes “mobility service” and “urn:x” or the partner is not “did:web:b.example”). It is forbidden to pass the dataset on to third parties (promised).
    Jedes Mitglied des Datenraums darf den Datensatz ab dem 1. Dezember 2026 (UTC) vor dem 1. Januar 2027, 00:00 Uhr UTC höchstens 90 Tage lang nach Vertragsschluss nutzen, sofern gilt: der angegebene Zweck ist nicht „urn:ads“ oder „urn:scoring“ (zugesagt) und (die Anerkennung durch die Vertrauensstelle umfasst „Mobilitätsdienst“ und „urn:x“ oder der Partner ist nicht „did:web:b.example“). Es ist verboten, den Datensatz an Dritte weiterzugeben (zugesagt).

    [promised promised]
    Every member of the data space may use the dataset, provided that exactly one of these holds: (the time is after 1 December 2026 (UTC); the stated purpose is a kind of “traffic planning” (promised)). It is forbidden to use the dataset if the stated purpose is “urn:ads” (promised) and the time is not 24 December 2026 (UTC).
    Jedes Mitglied des Datenraums darf den Datensatz nutzen, sofern gilt: genau eines davon gilt: (der Zeitpunkt liegt nach dem 1. Dezember 2026 (UTC); der angegebene Zweck ist eine Art von „Verkehrsplanung“ (zugesagt)). Es ist verboten, den Datensatz zu nutzen, wenn gilt: der angegebene Zweck ist „urn:ads“ (zugesagt) und der Zeitpunkt ist nicht der 24. Dezember 2026 (UTC).

    [promised]
    Every member of the data space may print the dataset.
    Jedes Mitglied des Datenraums darf den Datensatz ausdrucken.
    ");
}

fn denial(constraint: Json) -> String {
    let policy = checked(&agreement(json!([to_use(json!([constraint]))]), json!([])));
    let decision = evaluate(&policy, &request(), &facts());
    let redacted = decision.redacted();
    let mut words = String::new();
    for lang in [Lang::En, Lang::De] {
        let book = Book::shipped();
        let (why, what) = (reason(book, &decision, lang), remedy(book, &decision, lang));
        writeln!(words, "{why} | {what}").unwrap();
        let (reason, remedy) = (redacted_reason(&redacted, lang), redacted_remedy(&redacted, lang));
        writeln!(words, "  peer: {reason} | {remedy}").unwrap();
    }
    words
}

#[test]
fn denials_say_why_and_what_helps_and_tell_the_peer_less() {
    let mut all = String::new();
    for constraint in [
        atom("vettedAs", "isAnyOf", "https://w3id.org/allmende/v1/kind/public-body"),
        atom("participant", "isAnyOf", json!(["did:web:secret.example", "did:web:other.example"])),
        atom("dateTime", "lteq", "2026-10-31"),
        atom("purpose", "eq", "https://w3id.org/allmende/v1/purpose/research"),
    ] {
        writeln!(all, "{}", denial(constraint)).unwrap();
    }
    assert_snapshot!(all, @r#"
    The authority has not vetted the partner as “public body”, only as “mobility service”. | Ask the authority of the data space to vet you as “public body”.
      peer: The vetting that is demanded is missing. | Ask the authority of the data space for the vetting that the offer demands.
    Die Vertrauensstelle hat den Partner nicht als „öffentliche Stelle“ anerkannt, nur als „Mobilitätsdienst“. | Bitten Sie die Vertrauensstelle des Datenraums, Sie als „öffentliche Stelle“ anzuerkennen.
      peer: Die nötige Anerkennung durch die Vertrauensstelle fehlt. | Bitten Sie die Vertrauensstelle des Datenraums um die Anerkennung, die das Angebot verlangt.

    The contract is not for this partner. Demanded: the partner is “did:web:secret.example” or “did:web:other.example”. Seen: “did:web:firm.example”. | Ask the provider for an offer that includes you.
      peer: The contract is not for this partner. | Ask the provider for an offer that includes you.
    Der Vertrag gilt nicht für diesen Partner. Verlangt: der Partner ist „did:web:secret.example“ oder „did:web:other.example“. Gesehen: „did:web:firm.example“. | Bitten Sie den Anbieter um ein Angebot, das Sie einschließt.
      peer: Der Vertrag gilt nicht für diesen Partner. | Bitten Sie den Anbieter um ein Angebot, das Sie einschließt.

    The agreed time is over. Demanded: the time is not after 31 October 2026 (UTC). Seen: 23 November 2026, 12:00 UTC. | Ask the provider for a new contract.
      peer: The agreed time is over. | Ask the provider for a new contract.
    Die vereinbarte Zeit ist vorbei. Verlangt: der Zeitpunkt liegt nicht nach dem 31. Oktober 2026 (UTC). Gesehen: 23. November 2026, 12:00 Uhr UTC. | Bitten Sie den Anbieter um einen neuen Vertrag.
      peer: Die vereinbarte Zeit ist vorbei. | Bitten Sie den Anbieter um einen neuen Vertrag.

    The stated purpose is not the one that is demanded. Demanded: the stated purpose is “research”. Seen: “traffic planning”. | State “research” as your purpose, if that is true.
      peer: The stated purpose is not the one that is demanded. | State the purpose that the offer names, if that is true.
    Der angegebene Zweck ist nicht der verlangte. Verlangt: der angegebene Zweck ist „Forschung“. Gesehen: „Verkehrsplanung“. | Geben Sie als Zweck „Forschung“ an, wenn das stimmt.
      peer: Der angegebene Zweck ist nicht der verlangte. | Geben Sie den Zweck an, den das Angebot nennt, wenn das stimmt.
    "#);
    // Case 82: the peer learns neither thresholds nor names of others.
    let peer: Vec<&str> = all.lines().filter(|line| line.starts_with("  peer")).collect();
    assert!(peer.iter().all(|line| !line.contains("secret") && !line.contains("2026")));
}

#[test]
fn hostile_text_is_shown_escaped_and_never_run() {
    let policy = parsed(&agreement(
        json!([to_use(json!([atom("purpose", "eq", "urn:%7B%7B$(x)';drop")]))]),
        json!([]),
    ));
    assert!(voice(Lang::En).sentence(&policy).contains("“urn:%7B%7B$(x)';drop”"));
}

#[test]
fn every_code_and_badge_has_words() {
    let mut seen = std::collections::BTreeSet::new();
    for code in crate::ReasonCode::ALL {
        for lang in [Lang::De, Lang::En] {
            let reason = crate::Reason { code, rule: None, constraint: None };
            assert!(text::reason_words(Book::shipped(), &reason, lang).ends_with('.'));
            assert!(text::remedy_words(Book::shipped(), &reason, lang).ends_with('.'));
            assert!(
                seen.insert(text::reason_words(Book::shipped(), &reason, lang)),
                "{code} shares its words"
            );
        }
    }
}

#[test]
fn each_condition_is_a_line_with_its_own_badge() {
    let sentences = ["vetted-as=mobility-service", "until=2026-12-31", "purpose=traffic-planning"];
    let lines = voice(Lang::En).lines(&offer(&sentences));
    let lines: Vec<String> = lines
        .iter()
        .map(|line| format!("{} [{}] {}", line.text, line.badge, line.pointer.as_str()))
        .collect();
    assert_snapshot!(lines.join("\n"), @r"
    Only for members that the authority has vetted as “mobility service”. [enforced] /permission/0/constraint/0
    Only until 31 December 2026 (UTC). [enforced] /permission/0/constraint/1
    Only for this purpose: “traffic planning”. [promised] /permission/0/constraint/2
    ");
    assert_eq!(voice(Lang::En).lines(&offer(&[])).len(), 1);
}

#[test]
fn what_would_help_is_said_in_full_and_to_the_peer_by_noun_alone() {
    let mut all = String::new();
    for constraints in [
        json!([atom("dateTime", "lt", "2026-03-01")]),
        json!([atom("vettedAs", "isAnyOf", "https://w3id.org/allmende/v1/kind/public-body")]),
        json!([atom("purpose", "eq", "urn:secret"), atom("dateTime", "lt", "2026-03-01")]),
    ] {
        let policy = checked(&agreement(json!([to_use(constraints)]), json!([])));
        let found = crate::explain(&policy, &request(), &facts());
        for lang in Lang::ALL {
            let said = voice(lang).explanation(policy.policy(), &found).join(" ");
            let told = text::redacted_explanation(Book::shipped(), &found, lang);
            assert!(!told.contains("secret") && !told.contains("2026"));
            writeln!(all, "{said}\n  peer: {told}").unwrap();
        }
    }
    let duty = json!({"action": "use", "duty": [{"action": "odrl:inform"}]});
    let policy = checked(&agreement(json!([duty]), json!([])));
    let found = crate::explain(&policy, &request(), &facts());
    for lang in Lang::ALL {
        writeln!(all, "{}", voice(lang).explanation(policy.policy(), &found).join(" ")).unwrap();
    }
    assert_snapshot!(all, @r"
    Es fehlt: der Zeitpunkt liegt vor dem 1. März 2026 (UTC). Erlaubt vor dem 1. März 2026, 00:00 Uhr UTC.
      peer: Es kommt an auf: der Zeitpunkt.
    Missing: the time is before 1 March 2026 (UTC). Allowed before 1 March 2026, 00:00 UTC.
      peer: It depends on: the time.
    Es fehlt: die Anerkennung durch die Vertrauensstelle umfasst „öffentliche Stelle“. Erlaubt für Mitglieder, anerkannt als „öffentliche Stelle“.
      peer: Es kommt an auf: die Anerkennung durch die Vertrauensstelle.
    Missing: what the authority has vetted the member as includes “public body”. Allowed for members vetted as “public body”.
      peer: It depends on: what the authority has vetted the member as.
    Es fehlt: der angegebene Zweck ist „urn:secret“ (zugesagt). Es fehlt: der Zeitpunkt liegt vor dem 1. März 2026 (UTC).
      peer: Es kommt an auf: der Zeitpunkt und der angegebene Zweck.
    Missing: the stated purpose is “urn:secret” (promised). Missing: the time is before 1 March 2026 (UTC).
      peer: It depends on: the time and the stated purpose.
    Es fehlt: Wer den Datensatz nutzt, muss über die Nutzung des Datensatzes unterrichten (zugesagt). Erlaubt sobald dies getan ist: über die Nutzung des Datensatzes unterrichten.
    Missing: Whoever uses the dataset must inform of the use of the dataset (promised). Allowed once this is done: inform of the use of the dataset.
    ");
}

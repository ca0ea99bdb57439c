//! Rules as a clerk says them, and as they are shown.

use super::super::words::Speaker;
use super::parking;
use super::world::{Space, actor};
use crate::management::desk::Desk as _;
use crate::management::view::{Approval, BadgeName, RuleInput, RuleSentence};

#[tokio::test]
async fn what_is_said_wrongly_is_refused_at_its_sentence() {
    let (space, anna) = (Space::new(), actor("ulm", "anna"));
    for (sentence, code) in [
        ("Only until the cows come home.", "sentence-blank-invalid"),
        ("Sonntags nie", "sentence-unknown"),
        ("Nur bis zum 1.1.2027.", "sentence-twice"),
        ("Free for all, no condition.", "sentence-not-alone"),
    ] {
        let mut input = parking(Approval::Automatic);
        if let RuleInput::Sentences { sentences } = &mut input.rule {
            sentences.push(RuleSentence::Said { sentence: sentence.to_owned() });
        }
        let refusal = space.desk.add_dataset(&anna, input).await.unwrap_err();
        let found = refusal.pointer.as_ref().map(|pointer| pointer.as_str().to_owned());
        assert_eq!((refusal.code, found.as_deref()), (code, Some("/rule/sentences/3")));
    }
}

#[tokio::test]
async fn sentences_are_taken_as_they_are_said_and_settings_beside_them_are_made() {
    let (space, anna) = (Space::new(), actor("ulm", "anna"));
    let mut input = parking(Approval::Automatic);
    let said = ["Nur bis zum 31.12.2027.", "Do not pass on", "approval", "stop-on-breach"];
    let said = said.map(|sentence| RuleSentence::Said { sentence: sentence.to_owned() });
    input.rule = RuleInput::Sentences { sentences: said.to_vec() };
    let view = space.desk.add_dataset(&anna, input.clone()).await.unwrap();
    assert_eq!(view.approval, Approval::SecondPerson);
    let lines = view.rules.iter().map(|line| format!("{:?} {}", line.badge, line.sentence.de));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r"
    Enforced Nur bis zum 31. Dezember 2027 (UTC).
    Promised Nicht an Dritte weitergeben.
    ");
    // A contract's terms cannot hold what only our own program can do.
    let refusal = super::super::rule::terms(policy::Book::shipped(), input.rule).unwrap_err();
    assert_eq!(refusal.code, "sentence-not-term");
}

#[test]
fn a_rule_that_nobody_here_can_judge_is_shown_all_the_same() {
    let offer = serde_json::json!({
        "@id": "urn:o", "@type": "Offer",
        "permission": [{"action": "use", "constraint": [{
            "leftOperand": "odrl:virtualLocation", "operator": "eq", "rightOperand": "net.example"
        }]}]
    });
    let policy = odrl_parser::parse_offer(&wire::node::Node::root(&offer)).unwrap();
    assert!(policy::check(&policy).is_err());
    let lines = Speaker::of(policy::Book::shipped()).lines_of(&policy);
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(line.badge, BadgeName::Promised);
    assert!(line.sentence.en.contains("the place in the network is “net.example”"), "{line:?}");
}

//! Negotiations between real engines: from the request to a contract that both have signed, and
//! every way in which none comes about.

mod approval;
mod moves;
mod replay;
mod scripted;
mod terms;

use allmende_tests::cast::{Says, Who, cast};
use allmende_tests::dataspace::Dataspace;
use allmende_tests::network::Trouble;
use allmende_tests::story::{described, rule};
use audit::agreement::{Statement, verify};
use audit::entry::{Body, EntryType, Verdict};
use connector::record::agreement::AgreementRecord;
use connector::record::negotiation::By;
use identity::OpensslVerify;
use protocol::negotiation::State;

/// Checks one party's signature over what the other party keeps.
fn check_signature(signer: Who, statement: &Statement, signature: Option<&String>) {
    let list = cast().list(&Says::default());
    let key = &list.member(&signer.did()).unwrap().registration.agreement_key;
    verify(&OpensslVerify, key, statement, signature.unwrap()).unwrap();
}

async fn statement(space: &Dataspace, agreement: &AgreementRecord) -> Statement {
    let process = space.negotiation(Who::Company, &agreement.negotiation).await.process;
    Statement {
        dataspace: agreement.dataspace.clone(),
        consumer: Who::Company.did(),
        provider: Who::Ulm.did(),
        consumer_pid: process.consumer_pid.unwrap(),
        provider_pid: process.provider_pid.unwrap(),
        agreement: agreement.id.clone(),
        document: agreement.document,
    }
}

#[tokio::test]
async fn a_request_becomes_a_contract_that_both_have_signed() {
    let space = Dataspace::new();
    space.contract(&rule()).await;
    for who in [Who::Company, Who::Ulm] {
        let agreements = space.kept(who).await.agreements;
        let [agreement] = agreements.as_slice() else { panic!("{agreements:?}") };
        let statement = statement(&space, &space.kept(Who::Company).await.agreements[0]).await;
        check_signature(Who::Ulm, &statement, agreement.provider_signature.as_ref());
        check_signature(Who::Company, &statement, agreement.consumer_signature.as_ref());
    }
}

#[tokio::test]
async fn five_messages_make_a_contract_and_each_is_answered() {
    let space = Dataspace::new();
    space.contract(&rule()).await;
    let letters = space.network.letters();
    let seen: Vec<_> = letters
        .iter()
        .map(|letter| {
            (letter.host.as_str(), letter.path.rsplit('/').next().unwrap(), letter.status)
        })
        .collect();
    let (ulm, company) = (Who::Ulm.host(), Who::Company.host());
    assert_eq!(
        seen,
        [
            (ulm, "request", Some(201)),
            (company, "agreement", Some(200)),
            (ulm, "verification", Some(200)),
            (company, "events", Some(200)),
        ]
    );
}

#[tokio::test]
async fn both_logs_tell_the_same_story() {
    let space = Dataspace::new();
    space.contract(&rule()).await;
    for who in [Who::Company, Who::Ulm] {
        let log = space.kept(who).await.log;
        let signed = log.iter().filter(|it| it.entry_type() == EntryType::AgreementSigned).count();
        assert_eq!(signed, 1, "{who:?}");
        let steps = log.iter().filter(|it| it.entry_type() == EntryType::NegotiationStep).count();
        assert_eq!(steps, 4, "{who:?}");
    }
    let log = space.kept(Who::Ulm).await.log;
    let permits = log
        .iter()
        .filter(|entry| matches!(entry.body, Body::DecisionMade { verdict: Verdict::Permit, .. }));
    assert_eq!(permits.count(), 1);
}

#[tokio::test]
async fn who_is_not_vetted_is_refused_with_the_reason_and_the_remedy() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    let pid = space.ask(Who::Firm, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    let refused = space.negotiation(Who::Firm, &pid).await;
    assert_eq!(refused.process.state, Some(State::Terminated));
    let why = refused.why.unwrap();
    assert_eq!(why.by, By::Peer);
    insta::assert_snapshot!(format!("{}\n{}", why.code, why.words.join("\n")), @r"
    not-vetted
    The vetting that is demanded is missing. Ask the authority of the data space for the vetting that the offer demands.
    ");
    let log = space.kept(Who::Ulm).await.log;
    let denied = log
        .iter()
        .find(|it| matches!(it.body, Body::DecisionMade { verdict: Verdict::Deny, .. }))
        .unwrap();
    assert_eq!(denied.reasons[0].as_str(), why.code);
    for who in [Who::Firm, Who::Ulm] {
        assert!(space.kept(who).await.agreements.is_empty());
    }
}

#[tokio::test]
async fn the_kind_counts_at_the_moment_of_the_request() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    space.learn(&Says { number: 1, unvetted: vec![Who::Company], ..Says::default() }).await;
    let late = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    let state = space.negotiation(Who::Company, &late).await.process.state;
    assert_eq!(state, Some(State::Terminated));
    space.learn(&Says { number: 2, ..Says::default() }).await;
    let again = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    let state = space.negotiation(Who::Company, &again).await.process.state;
    assert_eq!(state, Some(State::Finalized));
}

#[tokio::test]
async fn a_member_that_the_authority_suspends_gets_no_answer_but_not_found() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&[])).await;
    for says in [
        Says { number: 1, suspended: vec![Who::Firm], ..Says::default() },
        Says { number: 2, unlisted: vec![Who::Firm], ..Says::default() },
        Says { number: 3, revoked: vec![Who::Firm], ..Says::default() },
    ] {
        space.node(Who::Ulm).learn(&says).await;
        let pid = space.ask(Who::Firm, Who::Ulm, &dataset).await.unwrap();
        space.settle_in_time().await;
        let letter = space.network.letters().pop().unwrap();
        assert_eq!((letter.status, letter.answer.len()), (Some(404), 0), "{says:?}");
        assert!(space.kept(Who::Ulm).await.negotiations.is_empty());
        let refused = space.negotiation(Who::Firm, &pid).await;
        assert_eq!(refused.process.awaiting, None);
    }
}

#[tokio::test]
async fn when_the_list_has_expired_nobody_is_believed() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&[])).await;
    let expires = Some(space.now() + jiff::SignedDuration::from_secs(1));
    space.node(Who::Ulm).learn(&Says { number: 1, expires, ..Says::default() }).await;
    space.pass(jiff::SignedDuration::from_secs(2)).await;
    space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    assert_eq!(space.network.letters().pop().unwrap().status, Some(404));
}

#[tokio::test]
async fn two_messages_that_cross_leave_both_of_one_mind() {
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    // The company breaks off while Ulm's agreement is on its way.
    space.network.trouble("/agreement", Trouble::Delay);
    let pid = space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    assert!(space.network.holds_back());
    let ending = connector::engine::negotiation::Ending {
        account: "engineer".to_owned(),
        code: "no-longer-needed",
        words: None,
    };
    let engine = space.at(Who::Company);
    engine.break_off(&Who::Company.did(), &pid, &ending).await.unwrap();
    space.network.deliver_late().await;
    space.settle_in_time().await;
    for who in [Who::Company, Who::Ulm] {
        let kept = space.kept(who).await;
        let states: Vec<_> = kept.negotiations.values().map(|it| it.process.state).collect();
        assert_eq!(states, [Some(State::Terminated)], "{who:?}");
        assert!(kept.agreements.is_empty());
    }
}

//! What stops running data: the end of a contract by either side, the rule's own time, a vetting, a
//! membership or a certificate that is gone. Each is learnt while a delivery runs.

use allmende_tests::cast::{Says, Who, cast};
use allmende_tests::dataspace::Dataspace;
use allmende_tests::network::{Letter, Trouble};
use allmende_tests::story::{ENGINEER, PUBLISHER, rule, rule_end};
use audit::entry::{Body, EndCause};
use bytes::Bytes;
use connector::engine::live::{Admission, Cut};
use jiff::SignedDuration;
use protocol::transfer::State;
use serde_json::{Value, json};

use super::running;

/// A delivery of Ulm's to the company that runs.
async fn delivering() -> (Dataspace, String, Admission) {
    let (space, token) = running().await;
    let admission = space.read(Who::Company, &token).await.unwrap().split().1;
    assert_eq!(admission.is_cut(), None);
    (space, token, admission)
}

/// Nothing is read any more, and both sides know that the transfer is over.
async fn is_over(space: &Dataspace, token: &str) {
    space.settle().await;
    for who in [Who::Company, Who::Ulm] {
        let (_, transfer) = space.only_transfer(who).await;
        assert_eq!(transfer.process.state, Some(State::Terminated), "{who:?}");
        assert!(transfer.why.is_some(), "{who:?} cannot say why");
    }
    assert!(space.read(Who::Company, token).await.is_err());
}

/// What both logs say about the end of the contract.
async fn causes(space: &Dataspace) -> Vec<EndCause> {
    let mut causes = Vec::new();
    for who in [Who::Company, Who::Ulm] {
        for entry in space.kept(who).await.log {
            if let Body::AgreementEnded { cause } = entry.body {
                causes.push(cause);
            }
        }
    }
    causes
}

#[tokio::test]
async fn the_provider_ends_the_contract() {
    let (space, token, admission) = delivering().await;
    let agreement = space.kept(Who::Ulm).await.agreements.remove(0);
    let (ulm, company) = (Who::Ulm.did(), Who::Company.did());
    let engine = space.at(Who::Ulm);
    engine.end_agreement(&ulm, &agreement.id, &company, PUBLISHER, "enough").await.unwrap();
    // Before anybody else was told.
    assert_eq!(admission.is_cut(), Some(Cut::AgreementEnded));
    is_over(&space, &token).await;
    assert_eq!(causes(&space).await, [EndCause::Provider, EndCause::Provider]);
    let known = space.kept(Who::Company).await.agreements.remove(0);
    assert_eq!(known.ended.as_ref().unwrap().reason, "enough");
    let refused = space.at(Who::Company).ask_for_data(&company, &known, ENGINEER).await;
    assert_eq!(refused.unwrap_err().code(), "agreement-ended");
    let twice = engine.end_agreement(&ulm, &agreement.id, &company, PUBLISHER, "again").await;
    assert_eq!(twice.unwrap_err().code(), "agreement-ended");
}

#[tokio::test]
async fn the_consumer_ends_the_contract() {
    let (space, token, admission) = delivering().await;
    let agreement = space.kept(Who::Company).await.agreements.remove(0);
    let (ulm, company) = (Who::Ulm.did(), Who::Company.did());
    let engine = space.at(Who::Company);
    engine.end_agreement(&company, &agreement.id, &ulm, ENGINEER, "not used").await.unwrap();
    space.settle().await;
    assert_eq!(admission.is_cut(), Some(Cut::AgreementEnded));
    is_over(&space, &token).await;
    assert_eq!(causes(&space).await, [EndCause::Consumer, EndCause::Consumer]);
}

#[tokio::test]
async fn a_contract_that_has_ended_is_refused_to_whoever_asks_all_the_same() {
    let (space, _, _admission) = delivering().await;
    let agreement = space.kept(Who::Ulm).await.agreements.remove(0);
    let engine = space.at(Who::Ulm);
    let (ulm, company) = (Who::Ulm.did(), Who::Company.did());
    engine.end_agreement(&ulm, &agreement.id, &company, PUBLISHER, "enough").await.unwrap();
    let request = space.network.letter("transfers/request");
    let mut body: Value = serde_json::from_slice(request.body.as_ref().unwrap()).unwrap();
    body["consumerPid"] = json!("urn:uuid:by-hand");
    let letter = Letter { body: Some(Bytes::from(body.to_string())), ..request };
    let answer = space.network.post(letter).await.unwrap();
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((answer.status, &told["code"]), (400, &json!("agreement-ended")));
}

#[tokio::test]
async fn the_rules_time_cuts_at_its_instant_and_not_before() {
    let (space, token, admission) = delivering().await;
    let left = rule_end().duration_since(space.now());
    space.pass(left - SignedDuration::from_millis(1)).await;
    assert_eq!(admission.is_cut(), None);
    let engine = space.at(Who::Ulm);
    assert_eq!(engine.next_deadline(&Who::Ulm.did()).await.unwrap(), Some(rule_end()));
    space.clock.advance(SignedDuration::from_millis(1));
    engine.do_what_is_due(&Who::Ulm.did()).await.unwrap();
    assert_eq!(admission.is_cut(), Some(Cut::RuleRefuses));
    is_over(&space, &token).await;
    let next = engine.next_deadline(&Who::Ulm.did()).await.unwrap();
    assert!(next.is_none_or(|due| due > space.now()), "nothing due is left: {next:?}");
}

#[tokio::test]
async fn after_the_rules_time_a_new_transfer_is_refused_with_the_reason() {
    let (space, _, _admission) = delivering().await;
    let agreement = space.kept(Who::Company).await.agreements.remove(0);
    space.clock.advance_to(rule_end());
    let engine = space.at(Who::Company);
    let pid = engine.ask_for_data(&Who::Company.did(), &agreement, ENGINEER).await.unwrap();
    space.settle().await;
    let refused = space.transfer_of(Who::Company, &pid).await;
    assert_eq!(refused.process.state, Some(State::Terminated));
    let why = refused.why.unwrap();
    insta::assert_snapshot!(format!("{}\n{}", why.code, why.words.join("\n")), @r"
    time-over
    The agreed time is over. Ask the provider for a new contract.
    ");
}

/// Ulm learns this while it delivers.
async fn learnt(says: Says, cut: Cut) {
    let (space, token, admission) = delivering().await;
    space.node(Who::Ulm).learn(&Says { number: 1, ..says }).await;
    assert_eq!(admission.is_cut(), Some(cut));
    is_over(&space, &token).await;
}

#[tokio::test]
async fn a_suspended_member_is_cut() {
    learnt(Says { suspended: vec![Who::Company], ..Says::default() }, Cut::CertificateRefused)
        .await;
}

#[tokio::test]
async fn a_member_that_left_is_cut() {
    learnt(Says { unlisted: vec![Who::Company], ..Says::default() }, Cut::CertificateRefused).await;
}

#[tokio::test]
async fn a_revoked_certificate_is_cut() {
    learnt(Says { revoked: vec![Who::Company], ..Says::default() }, Cut::CertificateRefused).await;
}

#[tokio::test]
async fn a_lost_vetting_is_cut() {
    learnt(Says { unvetted: vec![Who::Company], ..Says::default() }, Cut::RuleRefuses).await;
}

#[tokio::test]
async fn news_about_others_cut_nobody() {
    let (space, token, admission) = delivering().await;
    let says = Says { number: 1, suspended: vec![Who::Firm], ..Says::default() };
    let says = Says { revoked: vec![Who::NeuUlm], ..says };
    space.node(Who::Ulm).learn(&says).await;
    assert_eq!(admission.is_cut(), None);
    space.read(Who::Company, &token).await.unwrap();
}

#[tokio::test]
async fn a_partner_that_takes_no_termination_holds_up_no_other_deadline() {
    let (space, _, _ended) = delivering().await;
    let ended = space.kept(Who::Ulm).await.agreements.remove(0);
    let other = space.contract(&rule()).await;
    let engine = space.at(Who::Company);
    engine.ask_for_data(&Who::Company.did(), &other, ENGINEER).await.unwrap();
    space.settle().await;
    // The termination of the first transfer does not arrive.
    space.network.cut_off(Who::Company);
    let (ulm, company) = (Who::Ulm.did(), Who::Company.did());
    let engine = space.at(Who::Ulm);
    engine.end_agreement(&ulm, &ended.id, &company, PUBLISHER, "enough").await.unwrap();
    space.settle().await;
    space.clock.advance_to(rule_end());
    engine.do_what_is_due(&ulm).await.unwrap();
    for (pid, transfer) in space.kept(Who::Ulm).await.transfers {
        let what = transfer.process.awaiting.map(|outgoing| outgoing.what);
        assert_eq!(what, Some(protocol::transfer::Move::Terminate), "{pid}");
    }
    let next = engine.next_deadline(&ulm).await.unwrap();
    assert!(next.is_none_or(|due| due > space.now()), "nothing due is left: {next:?}");
}

#[tokio::test]
async fn a_completion_and_a_termination_that_cross_leave_both_of_one_mind() {
    let (space, _, _admission) = delivering().await;
    let (pid, _) = space.only_transfer(Who::Company).await;
    let agreement = space.kept(Who::Ulm).await.agreements.remove(0);
    let (ulm, company) = (Who::Ulm.did(), Who::Company.did());
    space.network.trouble("/completion", Trouble::Delay);
    space.at(Who::Company).complete_transfer(&company, &pid).await.unwrap();
    space.node(Who::Company).work().await;
    let engine = space.at(Who::Ulm);
    engine.end_agreement(&ulm, &agreement.id, &company, PUBLISHER, "enough").await.unwrap();
    space.settle_in_time().await;
    let states = [
        space.only_transfer(Who::Company).await.1.process.state,
        space.only_transfer(Who::Ulm).await.1.process.state,
    ];
    assert_eq!(states[0], states[1]);
    assert!(states[0].unwrap().is_terminal());
    assert!(space.kept(Who::Company).await.agreements[0].ended.is_some(), "and the end is known");
}

#[tokio::test]
async fn a_list_that_has_expired_vouches_for_nobody_who_reads() {
    let space = Dataspace::new();
    // A rule that asks nothing of the list.
    let agreement = space.contract(&[]).await;
    space.transfer(&agreement).await;
    let token = space.token().await;
    let (_granted, admission) = space.read(Who::Company, &token).await.unwrap().split();
    let expires = cast().list(&Says::default()).expires;
    space.clock.advance_to(expires);
    let engine = space.at(Who::Ulm);
    engine.do_what_is_due(&Who::Ulm.did()).await.unwrap();
    assert_eq!(admission.is_cut(), None);
    space.clock.advance(SignedDuration::from_secs(1));
    engine.do_what_is_due(&Who::Ulm.did()).await.unwrap();
    assert_eq!(admission.is_cut(), Some(Cut::CertificateRefused));
}

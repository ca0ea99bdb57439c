//! Requests for data whose answer never came, was a refusal, or had another name than ours.

use std::sync::atomic::Ordering;

use audit::entry::{Body, Entry};

use super::world::{DATA, Space, actor, did};
use super::{WAIT, in_force};
use crate::management::desk::Desk;
use crate::management::view::{DeliveryOutcome, DeliveryView};

/// A pull to its end; whenever somebody pauses, the pause is over at once.
async fn pull(space: &Space) -> DeliveryView {
    let contract = in_force(space).await;
    let carl = actor("firm", "carl");
    let begun = space.desk.pull(&carl, &contract.id).await.unwrap();
    let ended = async {
        loop {
            let seen = space.desk.delivery(&carl, &begun.id, WAIT).await.unwrap();
            if seen.outcome.is_some() {
                return seen;
            }
        }
    };
    let pauses = async {
        loop {
            space.engine.clock().pass_pause().await;
            for name in ["firm", "ulm"] {
                space.engine.heads().signed(&did(name), "a signed note", None);
            }
        }
    };
    tokio::select! {
        ended = ended => ended,
        () = pauses => unreachable!(),
    }
}

/// What a log tells of deliveries: which one, what of it, and the reason.
async fn told(space: &Space, name: &str) -> Vec<(String, String, String)> {
    let tell = |entry: &Entry| {
        let (Body::DeliveryStarted { delivery }
        | Body::DeliveryFinished { delivery, .. }
        | Body::DeliveryStopped { delivery, .. }) = &entry.body
        else {
            return None;
        };
        let reason = entry.reasons.first().map(|it| it.to_string()).unwrap_or_default();
        Some((delivery.to_string(), entry.entry_type().to_string(), reason))
    };
    space.log(name).await.iter().filter_map(tell).collect()
}

/// What happened, without the names.
fn events(told: &[(String, String, String)]) -> Vec<(&str, &str)> {
    told.iter().map(|(_, event, reason)| (&**event, &**reason)).collect()
}

#[tokio::test]
async fn answers_that_were_lost_stand_in_both_logs_under_the_same_names() {
    let space = Space::new();
    space.flow.loses.store(2, Ordering::SeqCst);
    let delivery = pull(&space).await;
    assert_eq!(delivery.outcome, Some(DeliveryOutcome::Complete), "{delivery:?}");
    let (ours, theirs) = (told(&space, "firm").await, told(&space, "ulm").await);
    let lost = [("delivery-started", ""), ("delivery-stopped", "connection-broken")];
    let last = [("delivery-started", ""), ("delivery-finished", "")];
    assert_eq!(events(&ours), [lost, lost, last].concat());
    let names = |told: &[(String, String, String)]| -> Vec<String> {
        told.iter().map(|(name, ..)| name.clone()).collect()
    };
    assert_eq!(names(&ours), names(&theirs));
    assert_ne!(ours[0].0, ours[2].0, "each request is a delivery of its own");
}

#[tokio::test]
async fn a_provider_that_takes_no_name_of_ours_is_followed() {
    let space = Space::new();
    space.flow.renames.store(true, Ordering::SeqCst);
    let delivery = pull(&space).await;
    assert_eq!(delivery.bytes, DATA.len() as u64);
    let (ours, theirs) = (told(&space, "firm").await, told(&space, "ulm").await);
    let unused = [("delivery-started", ""), ("delivery-stopped", "delivery-renamed")];
    let used = [("delivery-started", ""), ("delivery-finished", "")];
    assert_eq!(events(&ours), [unused, used].concat());
    assert_eq!(ours[2..], theirs[..]);
}

#[tokio::test]
async fn a_refused_request_is_closed_with_the_providers_reason_and_never_with_our_death() {
    for (code, recorded) in [
        ("rule-refuses", "rule-refuses"),
        ("process-died", "refused-by-provider"),
        ("--", "refused-by-provider"),
    ] {
        let space = Space::new();
        space.flow.refuses.set(code).unwrap();
        let delivery = pull(&space).await;
        assert_eq!(delivery.code.as_deref(), Some(code));
        let expected = [("delivery-started", ""), ("delivery-stopped", recorded)];
        assert_eq!(events(&told(&space, "firm").await), expected);
        assert_eq!(told(&space, "ulm").await, []);
    }
}

//! Both logs side by side: exactly what one side lacks is listed.

use proptest::prelude::*;
use protocol::{Event, message::MessageKind};
use wire::digest::Digest;

use super::{
    super::*,
    world::{Side, World, delivered},
};
use crate::entry::{Body, DeliveryId, EndCause, EntryType};

/// Writes a log without some of its entries, as if they had never been recorded.
fn leave_out(side: &mut Side, missing: &[usize]) {
    let mut number = 0;
    side.entries.retain(|_| {
        number += 1;
        !missing.contains(&(number - 1))
    });
    // A participant who leaves entries out numbers the rest without gaps and recorded no head.
    side.entries.retain(|entry| entry.entry_type() != EntryType::CheckpointReceived);
    let about = side.entries.iter_mut().filter_map(|entry| entry.agreement.as_mut());
    (1..).zip(about).for_each(|(counter, about)| about.counter = counter);
}

/// The report after both sides recorded as they did, and then wrote their logs.
fn report(change: impl Fn(&mut World)) -> Report {
    let mut world = World::with_deliveries(5);
    change(&mut world);
    leave_out(&mut world.ulm, &[]);
    leave_out(&mut world.firm, &[]);
    world.files.clear();
    world.write();
    world.report()
}

#[test]
fn what_both_recorded_matches() {
    let report = report(|_| {});
    assert!(report.is_proven(), "{}", report.text(Lang::En));
    assert_eq!(report.pairs[0].matched, 8);
    assert!(report.agreements[0].deliveries.iter().all(|delivery| delivery.matches));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn exactly_the_missing_entries_are_listed(missing in prop::collection::btree_set(1_usize..8, 0..6)) {
        let missing: Vec<usize> = missing.into_iter().collect();
        let report = report(|world| leave_out(&mut world.firm, &missing));
        let pair = &report.pairs[0];
        // The firm comes first by name; what it lacks is only there, in Ulm's log.
        let listed: Vec<u64> = pair.only_there.iter().map(|one| one.entry).collect();
        let expected: Vec<u64> = missing.iter().map(|number| *number as u64).collect();
        prop_assert_eq!(listed, expected);
        prop_assert_eq!(&pair.only_here, &vec![]);
        prop_assert_eq!(&pair.different, &vec![]);
        prop_assert_eq!(report.agree, missing.is_empty());
        // Each log by itself is whole: no tree shows what was never written.
        prop_assert_eq!(report.verdict, Verdict::Proven);
    }
}

#[test]
fn a_different_digest_is_listed() {
    let report = report(|world| {
        if let Body::DeliveryFinished { digest, .. } = &mut world.firm.entries[4].body {
            *digest = Digest::of(b"other");
        }
    });
    let pair = &report.pairs[0];
    assert_eq!((pair.matched, pair.different.len()), (7, 1));
    assert_eq!((pair.different[0].here.entry, pair.different[0].there.entry), (4, 4));
    assert_eq!(report.agreements[0].standing, Standing::Disputed);
    assert!(!report.agree);
}

#[test]
fn bytes_lost_on_the_way_of_a_stopped_delivery_are_no_difference() {
    let stopped = |bytes, digest: &[u8]| Body::DeliveryStopped {
        delivery: "d0".parse().unwrap(),
        bytes,
        digest: Digest::of(digest),
    };
    let matches = |sent: Body, received: Body| {
        let report = report(|world| {
            world.ulm.entries[3].body = sent.clone();
            world.firm.entries[3].body = received.clone();
        });
        (report.agree, report.agreements[0].deliveries[0].matches)
    };
    assert_eq!(matches(stopped(9, b"sent"), stopped(7, b"received")), (true, true));
    assert_eq!(matches(stopped(9, b"same"), stopped(9, b"same")), (true, true));
    assert_eq!(matches(stopped(9, b"same"), stopped(9, b"other")), (false, false));
    assert_eq!(matches(stopped(7, b"sent"), stopped(9, b"received")), (false, false));
    assert_eq!(matches(delivered(0), stopped(7, b"received")), (false, false));
}

#[test]
fn whoever_died_over_a_delivery_contradicts_nobody_about_its_end() {
    let stopped = |bytes, digest: &[u8]| Body::DeliveryStopped {
        delivery: "d0".parse().unwrap(),
        bytes,
        digest: Digest::of(digest),
    };
    let agree = |ulm_died: bool, firm_died: bool, sent: &Body, received: &Body| {
        let report = report(|world| {
            for (side, died, body) in
                [(&mut world.ulm, ulm_died, sent), (&mut world.firm, firm_died, received)]
            {
                side.entries[3].body = body.clone();
                side.entries[3].reasons = vec!["process-died".parse().unwrap()];
                side.entries[3].reasons.retain(|_| died);
            }
        });
        (report.agree, report.agreements[0].deliveries[0].matches)
    };
    let nothing = stopped(0, b"");
    for (ulm_died, firm_died, sent, received) in [
        (true, false, &nothing, &stopped(7, b"received")),
        (true, false, &nothing, &delivered(0)),
        (false, true, &stopped(9, b"sent"), &nothing),
        (false, true, &delivered(0), &nothing),
        (true, true, &nothing, &nothing),
    ] {
        let found = agree(ulm_died, firm_died, sent, received);
        assert_eq!(found, (true, true), "{sent:?} {received:?}");
    }
    assert_eq!(agree(false, false, &nothing, &stopped(7, b"received")), (false, false));
    // A whole delivery is known, whatever reason stands with it.
    let other = Body::DeliveryFinished {
        delivery: "d0".parse().unwrap(),
        bytes: 1,
        digest: Digest::of(b"other"),
    };
    assert_eq!(agree(true, false, &other, &delivered(0)), (false, false));
}

#[test]
fn a_window_that_was_lost_on_the_way_of_a_stopped_delivery_is_no_difference() {
    let window = |bytes| Body::DeliveryWindow {
        delivery: "d0".parse().unwrap(),
        bytes,
        digest: Digest::of(b"window"),
    };
    let stopped = |bytes| Body::DeliveryStopped {
        delivery: "d0".parse().unwrap(),
        bytes,
        digest: Digest::of(b"stopped"),
    };
    let agrees = |sent: &[u64], received: &[u64]| {
        let report = report(|world| {
            world.ulm.entries[3].body = stopped(40);
            world.firm.entries[3].body = stopped(39);
            sent.iter().for_each(|bytes| world.ulm.record(window(*bytes)));
            received.iter().for_each(|bytes| world.firm.record(window(*bytes)));
        });
        report.agree
    };
    assert!(agrees(&[20, 40], &[20]));
    assert!(!agrees(&[20, 40], &[]), "what arrived is recorded");
    assert!(!agrees(&[20], &[20, 30]), "what was never sent cannot arrive");
    let agrees_though_dead = |ulm: bool, sent: &[u64], received: &[u64]| {
        let report = report(|world| {
            world.ulm.entries[3].body = stopped(40);
            world.firm.entries[3].body = stopped(40);
            let dead = if ulm { &mut world.ulm } else { &mut world.firm };
            dead.entries[3].body = stopped(0);
            dead.entries[3].reasons = vec!["process-died".parse().unwrap()];
            sent.iter().for_each(|bytes| world.ulm.record(window(*bytes)));
            received.iter().for_each(|bytes| world.firm.record(window(*bytes)));
        });
        report.agree
    };
    assert!(agrees_though_dead(true, &[10], &[10, 20]));
    assert!(agrees_though_dead(false, &[10, 20], &[10]));
    assert!(!agrees_though_dead(false, &[20], &[10, 20]), "the living know what they sent");
}

/// A delivery's entries on one side or both, and whether the two logs then agree about it.
fn agree_about(of_ulm: &[Body], of_firm: &[Body], reason: Option<&str>) -> bool {
    let report = report(|world| {
        for (side, bodies) in [(&mut world.ulm, of_ulm), (&mut world.firm, of_firm)] {
            for body in bodies {
                side.record(body.clone());
                let last = side.entries.last_mut().unwrap();
                if last.entry_type() == EntryType::DeliveryStopped {
                    last.reasons = reason.into_iter().map(|it| it.parse().unwrap()).collect();
                }
            }
        }
    });
    let alike = report.agreements[0].deliveries.iter().all(|delivery| delivery.matches);
    let ended = [of_ulm, of_firm].concat().iter().any(|body| {
        matches!(body.entry_type(), EntryType::DeliveryFinished | EntryType::DeliveryStopped)
    });
    assert!(alike == report.agree || !ended, "{}", report.text(Lang::En));
    report.agree
}

fn named(name: &str, bytes: u64) -> [Body; 4] {
    let delivery: DeliveryId = name.parse().unwrap();
    let digest = Digest::of(b"");
    [
        Body::DeliveryStarted { delivery: delivery.clone() },
        Body::DeliveryStopped { delivery: delivery.clone(), bytes, digest },
        Body::DeliveryFinished { delivery: delivery.clone(), bytes, digest },
        Body::DeliveryWindow { delivery, bytes, digest },
    ]
}

#[test]
fn a_delivery_that_moved_nothing_may_stand_in_one_log_only() {
    let [started, stopped, ..] = named("lost", 0);
    let alone = [started, stopped];
    for reason in [None, Some("connection-broken")] {
        assert!(agree_about(&alone, &[], reason), "only at the provider: {reason:?}");
        assert!(agree_about(&[], &alone, reason), "only at the consumer: {reason:?}");
        assert!(agree_about(&alone, &alone, reason), "at both: {reason:?}");
    }
    assert!(agree_about(&[], &alone, Some("process-died")));
}

#[test]
fn a_delivery_in_one_log_only_that_may_have_moved_something_is_a_difference() {
    let [started, nothing, finished, window] = named("lost", 0);
    let [_, some, _, _] = named("lost", 1);
    let [_, other_nothing, ..] = named("other", 0);
    for bodies in [
        vec![started.clone(), some.clone()],
        vec![started.clone(), finished.clone()],
        vec![started.clone(), window.clone(), nothing.clone()],
        vec![started.clone(), nothing.clone(), some],
        vec![started.clone(), nothing.clone(), nothing.clone()],
        vec![started.clone(), other_nothing],
        vec![started.clone()],
        vec![nothing.clone()],
        vec![finished],
        vec![window],
    ] {
        assert!(!agree_about(&bodies, &[], None), "only at the provider: {bodies:?}");
        assert!(!agree_about(&[], &bodies, None), "only at the consumer: {bodies:?}");
    }
    // A provider that died does not know what it sent: the consumer does not deny it by silence.
    let alone = [started.clone(), nothing.clone()];
    assert!(!agree_about(&alone, &[], Some("process-died")));
    // What the other log names at all, it must tell to its end.
    assert!(!agree_about(&alone, std::slice::from_ref(&started), None));
    assert!(!agree_about(std::slice::from_ref(&started), &alone, None));
}

#[test]
fn a_lost_answer_without_a_byte_is_no_difference_and_one_with_bytes_is() {
    let [started, stopped, finished, _] = named("lost", 0);
    let consumer = [started.clone(), stopped];
    assert!(agree_about(&[started.clone(), finished.clone()], &consumer, None));
    let [_, _, some, _] = named("lost", 1);
    assert!(!agree_about(&[started.clone(), some], &consumer, None));
    assert!(!agree_about(&consumer, &[started, finished], None), "nobody received the end");
}

#[test]
fn both_must_say_the_same_end() {
    for (ulm, firm, standing) in [
        (EndCause::Provider, EndCause::Provider, Standing::Agreed),
        // Both ended it at once.
        (EndCause::Provider, EndCause::Consumer, Standing::Agreed),
        // Each says that the other did.
        (EndCause::Consumer, EndCause::Provider, Standing::Disputed),
        (EndCause::TimeCame, EndCause::Consumer, Standing::Disputed),
    ] {
        let report = report(|world| {
            for (side, cause) in [(&mut world.ulm, ulm), (&mut world.firm, firm)] {
                side.entries.last_mut().unwrap().body = Body::AgreementEnded { cause };
            }
        });
        let different = usize::from(standing == Standing::Disputed);
        assert_eq!(report.pairs[0].different.len(), different, "{ulm:?}, {firm:?}");
        assert_eq!(report.agreements[0].standing, standing, "{ulm:?}, {firm:?}");
    }
}

#[test]
fn a_message_that_was_refused_given_up_or_taken_back_may_have_arrived_or_not() {
    let message = MessageKind::TransferRequestMessage;
    let step = |event| Body::TransferStep { message, event, state: None };
    for outcome in [Event::RefusedByPeer, Event::GivenUp, Event::Withdrawn, Event::Compared] {
        for arrived in [false, true] {
            let report = report(|world| {
                world.firm.record(step(Event::Sent));
                world.firm.record(step(outcome));
                if arrived {
                    world.ulm.record(step(Event::Received));
                }
            });
            assert!(report.agree, "{}", report.text(Lang::En));
        }
    }
    // The same message once more: only the second has arrived, and belongs to the second.
    for firm_sends in [true, false] {
        let again = report(|world| {
            let (sender, receiver) = match firm_sends {
                true => (&mut world.firm, &mut world.ulm),
                false => (&mut world.ulm, &mut world.firm),
            };
            for event in [Event::Sent, Event::Withdrawn, Event::Sent] {
                sender.record(step(event));
            }
            receiver.record(step(Event::Received));
        });
        assert!(again.agree, "{}", again.text(Lang::En));
    }
    let report = report(|world| world.firm.record(step(Event::Sent)));
    assert_eq!(report.pairs[0].only_here.len(), 1);
    let both = super::pairs::report(|world| {
        world.firm.record(step(Event::Sent));
        world.ulm.record(step(Event::Received));
    });
    assert!(both.agree);
    let twice_sent = super::pairs::report(|world| {
        world.firm.record(step(Event::Sent));
        world.ulm.record(step(Event::Sent));
    });
    let pair = &twice_sent.pairs[0];
    assert_eq!((pair.only_here.len(), pair.only_there.len()), (1, 1));
}

#[test]
fn a_process_is_known_by_either_name() {
    let message = MessageKind::TransferRequestMessage;
    let report = report(|world| {
        world.firm.record(Body::TransferStep { message, event: Event::Sent, state: None });
        world.ulm.record(Body::TransferStep { message, event: Event::Received, state: None });
        // The consumer does not know the provider's name yet when it sends its request.
        let first = world.firm.entries.last_mut().unwrap();
        first.process.as_mut().unwrap().provider_pid = None;
        let other = world.ulm.entries.last_mut().unwrap();
        other.process.as_mut().unwrap().consumer_pid = None;
    });
    assert!(report.agree, "{}", report.text(Lang::En));
}

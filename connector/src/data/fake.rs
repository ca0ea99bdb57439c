//! Parts of tests: a clock that is set by hand, and admissions to cut.

use jiff::{SignedDuration, Timestamp};
use protocol::id::AgreementId;
use tokio::sync::watch;
use wire::did::Did;

use crate::clock::Clock;
use crate::engine::live::{Admission, Grounds, Live};

/// A clock that stands still until it is told to go on.
#[derive(Debug)]
pub(crate) struct HandClock {
    now: watch::Sender<Timestamp>,
    /// How many wait on it.
    waiting: watch::Sender<usize>,
}

impl HandClock {
    pub(crate) fn new() -> Self {
        let (now, _) = watch::channel(Timestamp::UNIX_EPOCH);
        let (waiting, _) = watch::channel(0);
        Self { now, waiting }
    }

    /// Goes on by `seconds`, once somebody waits.
    pub(crate) async fn pass(&self, seconds: i64) {
        self.waiting.subscribe().wait_for(|waiting| *waiting > 0).await.unwrap();
        self.now.send_modify(|now| *now += SignedDuration::from_secs(seconds));
    }
}

/// Counts one who waits, for as long as it lives.
struct Waiting<'a>(&'a watch::Sender<usize>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    async fn sleep_until(&self, at: Timestamp) {
        let mut now = self.now.subscribe();
        self.waiting.send_modify(|waiting| *waiting += 1);
        let _waiting = Waiting(&self.waiting);
        now.wait_for(|now| *now >= at).await.unwrap();
    }
}

pub(crate) fn did(host: &str) -> Did {
    Did::of_host(host, 9444).unwrap()
}

/// A delivery of Ulm's, admitted to `live`.
pub(crate) fn admit(live: &Live) -> Admission {
    live.admit(Grounds {
        participant: did("ulm.localhost"),
        peer: did("firm.localhost"),
        verified: None,
        agreement: AgreementId::parse("urn:uuid:a1").unwrap(),
        transfer: "urn:uuid:t1".to_owned(),
    })
}

//! The deliveries that are running now, and the means to cut each of them off at once.
//!
//! A stop does not wait for the store: whoever learns that a contract has ended, that a rule's
//! time has come or that a certificate is revoked cuts here first and records after.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use identity::chain::VerifiedPeer;
use protocol::id::AgreementId;
use tokio::sync::watch;
use wire::did::Did;

/// Why a running delivery is cut off.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Cut {
    /// One of the parties ended the contract.
    AgreementEnded,
    /// The peer's certificate is revoked, expired or no longer provable.
    CertificateRefused,
    /// How it goes can no longer be recorded.
    NotRecorded,
    /// What was to be pushed cannot be delivered.
    PushFailed,
    /// The rule does not permit it any longer.
    RuleRefuses,
    /// The process is stopping.
    ShuttingDown,
    /// The reader takes less than the least that is asked of it.
    SlowReader,
    /// One of the parties ended or suspended the transfer.
    TransferStopped,
}

impl Cut {
    /// All reasons.
    const ALL: [Self; 8] = [
        Self::AgreementEnded,
        Self::CertificateRefused,
        Self::NotRecorded,
        Self::PushFailed,
        Self::RuleRefuses,
        Self::ShuttingDown,
        Self::SlowReader,
        Self::TransferStopped,
    ];

    /// The reason with this code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cut| cut.code() == code)
    }

    /// The reason code of the log and of messages.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AgreementEnded => "agreement-ended",
            Self::CertificateRefused => "certificate-refused",
            Self::NotRecorded => "not-recorded",
            Self::PushFailed => "push-failed",
            Self::RuleRefuses => "rule-refuses",
            Self::ShuttingDown => "shutting-down",
            Self::SlowReader => "slow-reader",
            Self::TransferStopped => "transfer-stopped",
        }
    }
}

/// What a running delivery hangs on.
#[derive(Clone, Debug)]
pub struct Grounds {
    /// The participant that delivers.
    pub participant: Did,
    /// The partner that reads.
    pub peer: Did,
    /// The partner as its connection proved it; none where the data goes to our own programs.
    pub verified: Option<VerifiedPeer>,
    /// The contract.
    pub agreement: AgreementId,
    /// The transfer process at our side; [`HANDOVER`] and an id where held data is handed over.
    pub transfer: String,
}

/// What stands in the place of a transfer where held data is handed over to our own programs.
pub const HANDOVER: &str = "handover/";

impl Grounds {
    /// Whether held data is handed over to our own programs, without a partner reading.
    #[must_use]
    pub fn is_handover(&self) -> bool {
        self.transfer.starts_with(HANDOVER)
    }
}

/// All running deliveries of this process.
#[derive(Clone, Debug, Default)]
pub struct Live {
    running: Arc<Mutex<Running>>,
}

#[derive(Debug, Default)]
struct Running {
    next: u64,
    deliveries: BTreeMap<u64, (Grounds, watch::Sender<Option<Cut>>)>,
}

/// One running delivery; dropping it ends its registration.
#[derive(Debug)]
pub struct Admission {
    live: Live,
    number: u64,
    cut: watch::Receiver<Option<Cut>>,
}

impl Live {
    /// Registers a delivery that is about to start.
    #[must_use]
    pub fn admit(&self, grounds: Grounds) -> Admission {
        let (sender, cut) = watch::channel(None);
        let mut running = self.running();
        let number = running.next;
        running.next += 1;
        running.deliveries.insert(number, (grounds, sender));
        Admission { live: self.clone(), number, cut }
    }

    /// Cuts each running delivery whose grounds `concern`, the first reason being the one that
    /// counts; says how many.
    pub fn cut(&self, reason: Cut, concern: impl Fn(&Grounds) -> bool) -> usize {
        let running = self.running();
        let mut count = 0;
        for (grounds, cut) in running.deliveries.values() {
            if concern(grounds) {
                cut.send_if_modified(|first| {
                    let is_first = first.is_none();
                    first.get_or_insert(reason);
                    is_first
                });
                count += 1;
            }
        }
        count
    }

    /// The grounds of all running deliveries, for a second look after facts have changed.
    #[must_use]
    pub fn grounds(&self) -> Vec<Grounds> {
        self.running().deliveries.values().map(|(grounds, _)| grounds.clone()).collect()
    }

    /// How many deliveries `participant` has running to `peer`.
    #[must_use]
    pub fn count(&self, participant: &Did, peer: &Did) -> usize {
        let running = self.running();
        let same = |grounds: &Grounds| grounds.participant == *participant && grounds.peer == *peer;
        running.deliveries.values().filter(|(grounds, _)| same(grounds)).count()
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admission {
    /// Resolves when the delivery has been cut off, with the reason.
    pub async fn until_cut(&mut self) -> Cut {
        loop {
            if let Some(reason) = *self.cut.borrow_and_update() {
                return reason;
            }
            if self.cut.changed().await.is_err() {
                return Cut::ShuttingDown;
            }
        }
    }

    /// The reason, if the delivery has been cut off already.
    #[must_use]
    pub fn is_cut(&self) -> Option<Cut> {
        *self.cut.borrow()
    }

    /// A second look at the same cut, for the body that is delivered: it sees a cut even before
    /// the task that waits for it has run.
    #[must_use]
    pub fn observe(&self) -> watch::Receiver<Option<Cut>> {
        self.cut.clone()
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.live.running().deliveries.remove(&self.number);
    }
}

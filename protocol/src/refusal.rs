//! Why a step was not made: whose fault it is, a code, and where the process stood.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clause::Clause;
use crate::role::Role;

/// Whose fault a refusal is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The peer sent what may not be sent.
    Peer,
    /// Our operator or decider asked for what may not be done, or not yet.
    Operator,
    /// Our own engine used the state machine wrongly.
    Engine,
}

/// A step that was refused. The stored state stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// Whose fault it is.
    pub fault: Fault,
    /// What is wrong.
    pub code: Code,
    /// Our role in the process, where there is one.
    pub role: Option<Role>,
    /// The state of the process, where there is one.
    pub state: Option<&'static str>,
    /// The message or command that was refused, by the standard's name.
    pub input: &'static str,
    /// The rule that it breaks.
    pub clause: Clause,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident => $code:literal, $words:literal;)*) => {
        /// What is wrong, as a stable name.
        #[derive(
            Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code in kebab-case, as logs, error bodies and the table in `docs/` have it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// The same in words.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self {
                    $(Self::$name => $words,)*
                }
            }
        }
    };
}

codes! {
    /// The acknowledgement names another process.
    AcknowledgementOfOther => "acknowledgement-of-other", "the acknowledgement names another process";
    /// A creation was acknowledged without the peer's process id.
    AcknowledgementWithoutPid => "acknowledgement-without-pid", "the acknowledgement does not name the new process";
    /// The agreement is about another dataset than the offer.
    AgreementOtherTarget => "agreement-other-target", "the agreement is about another dataset than the offer";
    /// Our last message is not acknowledged yet.
    AwaitingAcknowledgement => "awaiting-acknowledgement", "the last message is not acknowledged yet";
    /// Two messages crossed and the other one is more final.
    Crossed => "crossed", "a message that is more final is already under way";
    /// A data address is needed here.
    DataAddressMissing => "data-address-missing", "a data address is needed here";
    /// A data address is not allowed here.
    DataAddressNotExpected => "data-address-not-expected", "a data address is not allowed here";
    /// A message that opens a process was sent to one that is there.
    InitialInProcess => "initial-in-process", "a message that opens a process was sent to one that is there";
    /// No arrow of the state machine for this message in this state.
    IllegalTransition => "illegal-transition", "this message is not allowed in this state";
    /// The sender is no party of the process.
    NotAParty => "not-a-party", "there is no such process for the sender";
    /// The offer on the table is the acceptor's own.
    OwnOffer => "own-offer", "the last offer is the sender's own";
    /// A process of this id is there already, opened by other bytes.
    PidTaken => "pid-taken", "a process with this id was opened by another message";
    /// The process ids in the message are not those of the process.
    PidsDiffer => "pids-differ", "the process ids are not those of this process";
    /// The process has ended.
    ProcessEnded => "process-ended", "the process has ended";
    /// A termination at this point is the other side's right.
    TerminationNotOurs => "termination-not-ours", "in this state only the other side may terminate";
    /// There is no such process.
    UnknownProcess => "unknown-process", "there is no such process";
    /// A message that opens a process has the form of one that continues it.
    WrongForm => "wrong-form", "the message has the form of one that continues a process";
    /// A message that only the other role may send.
    WrongRole => "wrong-role", "only the other role may send this message";
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` was refused", self.input)?;
        if let Some(state) = self.state {
            write!(f, " in `{state}`")?;
        }
        write!(f, ": {} ({})", self.code.words(), self.clause.section())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

//! What people and the data plane want of a transfer: ask for one, suspend and resume it, complete
//! it, end it.

use protocol::Role;
use protocol::address::CallbackAddress;
use protocol::id::ConsumerPid;
use protocol::transfer::{Begin, Command, Flow as Direction, Input, State};
use wire::did::Did;

use super::address::DataPath;
use super::flow::{Flow, Opening};
use super::load::under;
use crate::engine::Engine;
use crate::engine::agreement::{AGREEMENT_ENDED, ended_words, told};
use crate::engine::draft::Draft;
use crate::engine::error::EngineError;
use crate::engine::judged::{Judged, Recorded};
use crate::engine::live::Cut;
use crate::engine::negotiation::{Ending, TRIES_MAX};
use crate::engine::parts::{Parts, Transport};
use crate::record::agreement::AgreementRecord;
use crate::record::dataset::{FORMAT_PULL, FORMAT_PUSH};
use crate::store::Kind;

impl<P: Parts> Engine<P> {
    /// Asks the provider of an agreement for its data, which we then fetch; returns our own pid of
    /// the transfer.
    ///
    /// # Errors
    /// When the agreement is not ours to use or has ended, or nothing can be committed.
    pub async fn ask_for_data(
        &self,
        participant: &Did,
        agreement: &AgreementRecord,
        account: &str,
    ) -> Result<String, EngineError> {
        self.ask_for(participant, agreement, account, Direction::Pull).await
    }

    /// Asks the provider of an agreement to send its data to us; returns our own pid of the
    /// transfer.
    ///
    /// # Errors
    /// As [`Engine::ask_for_data`].
    pub async fn ask_for_push(
        &self,
        participant: &Did,
        agreement: &AgreementRecord,
        account: &str,
    ) -> Result<String, EngineError> {
        self.ask_for(participant, agreement, account, Direction::Push).await
    }

    async fn ask_for(
        &self,
        participant: &Did,
        agreement: &AgreementRecord,
        account: &str,
        way: Direction,
    ) -> Result<String, EngineError> {
        if agreement.role != Role::Consumer {
            let words = "this participant provides the data of this contract";
            return Err(EngineError::operator("not-the-consumer", words));
        }
        if let Some(ended) = &agreement.ended {
            let words = ended_words(ended);
            return Err(EngineError::operator(AGREEMENT_ENDED, words));
        }
        let (participant, standing) = self.member(participant)?;
        let base = self.transport.dsp_base(participant.did(), &agreement.peer).await?;
        let address = |text: &str| {
            CallbackAddress::parse(text)
                .map_err(|error| EngineError::operator("bad-address", error.to_string()))
        };
        let pid = self.fresh_urn();
        let (format, given) = match way {
            Direction::Pull => (FORMAT_PULL, None),
            Direction::Push => (FORMAT_PUSH, Some(DataPath::fresh(self, &participant, &pid))),
        };
        let (data_address, token) = given.map(|path| (path.address, path.token)).unzip();
        let begin = Begin {
            own_pid: ConsumerPid::parse(&pid)
                .map_err(|_| EngineError::Internal { what: "a process id" })?,
            peer: agreement.peer.clone(),
            peer_address: address(&base)?,
            data_space: standing.dataspace.clone(),
            callback_address: address(&participant.dsp_base())?,
            agreement_id: agreement.id.clone(),
            format: format.to_owned(),
            data_address,
        };
        for _ in 0..TRIES_MAX {
            let draft = Draft::new(self, &participant, standing.clone());
            let mut flow = Flow::new(self, draft, pid.clone(), None);
            flow.actor = Some(account.to_owned());
            flow.opening = Some(Opening { dataset: agreement.dataset.clone() });
            let listed = under(&agreement.id, &agreement.peer, &pid);
            flow.draft.write(Kind::Index, &listed, None, &pid)?;
            flow.run(Input::Command(Command::Request(Box::new(begin.clone())))).await?;
            flow.set_aside(|record| record.token = token);
            match flow.commit().await {
                Err(error) if error.is_lost() => {}
                Err(error) => return Err(error),
                Ok(errands) => {
                    errands.release(self);
                    return Ok(pid);
                }
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    /// Says that all data has come over.
    ///
    /// # Errors
    /// When the transfer is not under way, or nothing can be committed.
    pub async fn complete_transfer(&self, participant: &Did, pid: &str) -> Result<(), EngineError> {
        self.command_transfer(participant, pid, &Command::Complete, Cut::TransferStopped).await
    }

    /// Suspends a running transfer: its data path is cut first. Whoever suspended it resumes it.
    ///
    /// # Errors
    /// When it is not under way, or nothing can be committed.
    pub async fn suspend_transfer(
        &self,
        participant: &Did,
        pid: &str,
        ending: &Ending,
    ) -> Result<(), EngineError> {
        for _ in 0..TRIES_MAX {
            let mut flow = self.flow_for_person(participant, pid, &ending.account).await?;
            let code = Some(ending.code.to_owned());
            let command = Command::Suspend { code, reason: ending.words.clone() };
            flow.run(Input::Command(command)).await?;
            match flow.commit().await {
                Err(error) if error.is_lost() => {}
                done => return done.map(|errands| errands.release(self)),
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    /// Lets a suspended transfer go on, or starts one that waits for a person. The side that gives
    /// the data address starts it, if the agreement permits it at this moment, and else ends it; the
    /// other side asks for it, and the transfer stays suspended until the answer is a start.
    ///
    /// # Errors
    /// When there is nothing to start, the agreement has ended, or nothing can be committed.
    pub async fn resume_transfer(
        &self,
        participant: &Did,
        pid: &str,
        account: &str,
    ) -> Result<(), EngineError> {
        for _ in 0..TRIES_MAX {
            let mut flow = self.flow_for_person(participant, pid, account).await?;
            let process = &flow.current()?.process;
            if !matches!(process.state, Some(State::Requested | State::Suspended)) {
                let words = "the transfer is neither suspended nor waiting for a start";
                return Err(EngineError::operator("nothing-to-resume", words));
            }
            let (agreement, peer) = (process.agreement_id.clone(), process.peer.clone());
            let agreed = self.agreement(participant, &agreement, &peer).await?.1;
            if let Some(ended) = &agreed.ended {
                return Err(EngineError::operator(AGREEMENT_ENDED, ended_words(ended)));
            }
            let command = flow.start_command().await?;
            flow.run(Input::Command(command)).await?;
            flow.held_no_more()?;
            match flow.commit().await {
                Err(error) if error.is_lost() => {}
                done => return done.map(|errands| errands.release(self)),
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }

    async fn flow_for_person(
        &self,
        participant: &Did,
        pid: &str,
        account: &str,
    ) -> Result<Flow<'_, P>, EngineError> {
        let ours = self.hosted.by_did(participant).ok_or(EngineError::NotFound)?;
        let standing = ours.standing().ok_or(EngineError::NotJoined)?;
        let found = self.transfer(participant, pid).await?;
        let draft = Draft::new(self, ours, standing);
        let mut flow = Flow::new(self, draft, found.pid.clone(), Some(found));
        flow.actor = Some(account.to_owned());
        Ok(flow)
    }

    /// Ends a transfer: its data path is cut first.
    ///
    /// # Errors
    /// When there is none, it is over, or nothing can be committed.
    pub async fn terminate_transfer(
        &self,
        participant: &Did,
        pid: &str,
        cut: Cut,
        words: Option<String>,
    ) -> Result<(), EngineError> {
        self.live
            .cut(cut, |grounds| grounds.participant == *participant && grounds.transfer == pid);
        let command = Command::Terminate { code: Some(cut.code().to_owned()), reason: words };
        self.command_transfer(participant, pid, &command, cut).await
    }

    /// As [`Engine::terminate_transfer`], for what must be over whoever ended it: a transfer that
    /// is over, or whose termination is on its way, is left as it is.
    ///
    /// # Errors
    /// When nothing can be committed.
    pub(in crate::engine) async fn stop_transfer(
        &self,
        participant: &Did,
        pid: &str,
        cut: Cut,
        words: Option<String>,
    ) -> Result<(), EngineError> {
        over_anyway(self.terminate_transfer(participant, pid, cut, words).await)
    }

    /// As [`Engine::stop_transfer`], because the rule says so; what it said is recorded with the end.
    ///
    /// # Errors
    /// When nothing can be committed. What was running is cut all the same.
    pub(in crate::engine) async fn stop_refused(
        &self,
        participant: &Did,
        pid: &str,
        judged: &Judged,
    ) -> Result<(), EngineError> {
        let cut = Cut::RuleRefuses;
        self.live
            .cut(cut, |grounds| grounds.participant == *participant && grounds.transfer == pid);
        let (code, reason) = (Some(cut.code().to_owned()), Some(told(&judged.decision)));
        let command = Command::Terminate { code, reason };
        let decided = Some(&judged.recorded()?);
        over_anyway(self.command_transfer_on(participant, pid, &command, cut, decided).await)
    }

    async fn command_transfer(
        &self,
        participant: &Did,
        pid: &str,
        command: &Command,
        cut: Cut,
    ) -> Result<(), EngineError> {
        self.command_transfer_on(participant, pid, command, cut, None).await
    }

    /// Does what is commanded; the decision that it rests on is recorded in the same commit.
    async fn command_transfer_on(
        &self,
        participant: &Did,
        pid: &str,
        command: &Command,
        cut: Cut,
        decided: Option<&Recorded>,
    ) -> Result<(), EngineError> {
        for _ in 0..TRIES_MAX {
            let (ours, standing) = self.member(participant)?;
            let found = self.transfer(participant, pid).await?;
            let draft = Draft::new(self, &ours, standing);
            let mut flow = Flow::new(self, draft, found.pid.clone(), Some(found));
            flow.cut = cut;
            if let Some(decided) = decided {
                flow.note_decision(decided).await?;
            }
            flow.run(Input::Command(command.clone())).await?;
            match flow.commit().await {
                Err(error) if error.is_lost() => {}
                Err(error) => return Err(error),
                Ok(errands) => {
                    errands.release(self);
                    return Ok(());
                }
            }
        }
        Err(EngineError::Busy { reason: "contended" })
    }
}

/// What must be over may be over already.
fn over_anyway(done: Result<(), EngineError>) -> Result<(), EngineError> {
    match done {
        Ok(()) | Err(EngineError::NotFound | EngineError::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

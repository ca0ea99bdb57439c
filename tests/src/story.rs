//! What the people of a story do, one call each: publish, ask, pull, end.

use connector::engine::dataset::Described;
use connector::engine::error::EngineError;
use connector::engine::negotiation::Asked;
use connector::engine::permit::Permit;
use connector::record::agreement::AgreementRecord;
use connector::record::dataset::{ApprovalRule, DatasetRecord, ListedFor, Source};
use connector::record::negotiation::NegotiationRecord;
use connector::record::transfer::TransferRecord;
use jiff::{SignedDuration, Timestamp};
use policy::Book;
use protocol::id::DatasetId;
use protocol::message::data_address::AUTHORIZATION;
use protocol::{negotiation, transfer};
use serde_json::Value;

use crate::cast::{Who, cast, mobility_service, now};
use crate::dataspace::Dataspace;
use crate::judge::{Kept, kept_by};

/// The account of whoever publishes.
pub const PUBLISHER: &str = "clerk";
/// The account of whoever asks.
pub const ENGINEER: &str = "engineer";
/// The account of a second person.
pub const SECOND: &str = "second";

/// The rule of most stories: for vetted mobility services, for twelve hours.
#[must_use]
pub fn rule() -> Vec<String> {
    rule_until(rule_end())
}

/// That rule with another end.
#[must_use]
pub fn rule_until(end: Timestamp) -> Vec<String> {
    vec![format!("vetted-as={}", mobility_service()), format!("before={end}")]
}

/// The offer that sentences stand for.
///
/// # Panics
/// If one of them is no sentence.
#[must_use]
pub fn offer(sentences: &[String]) -> Value {
    let book = Book::shipped();
    book.build(&book.choose(sentences).unwrap()).unwrap().policy
}

/// When that rule ends.
#[must_use]
pub fn rule_end() -> Timestamp {
    now() + SignedDuration::from_hours(12)
}

/// A dataset under a rule.
#[must_use]
pub fn described(rule: &[String]) -> Described {
    Described {
        title: "Parking".to_owned(),
        description: "Free places".to_owned(),
        source: Source::File { path: "parking.csv".to_owned() },
        media_type: "text/csv".to_owned(),
        offer: offer(rule),
        approval: ApprovalRule::Automatic,
        listed_for: ListedFor::Members,
        account: PUBLISHER.to_owned(),
    }
}

impl Dataspace {
    /// What `who` keeps.
    pub async fn kept(&self, who: Who) -> Kept {
        kept_by(&self.node(who).running().store, &who.did()).await
    }

    /// `who` publishes a dataset.
    pub async fn publish(&self, who: Who, described: Described) -> DatasetRecord {
        self.at(who).publish(&who.did(), described).await.unwrap()
    }

    /// `consumer` asks `provider` for a contract on exactly the offer of its dataset.
    ///
    /// # Errors
    /// What the consumer's own engine refuses.
    pub async fn ask(
        &self,
        consumer: Who,
        provider: Who,
        dataset: &DatasetRecord,
    ) -> Result<String, EngineError> {
        self.ask_for(consumer, provider, dataset.id.clone(), dataset.offer.clone()).await
    }

    /// As [`Dataspace::ask`], for terms of its own.
    ///
    /// # Errors
    /// What the consumer's own engine refuses.
    pub async fn ask_for(
        &self,
        consumer: Who,
        provider: Who,
        dataset: DatasetId,
        offer: Value,
    ) -> Result<String, EngineError> {
        let account = ENGINEER.to_owned();
        let asked = Asked { peer: provider.did(), dataset, offer, account };
        self.at(consumer).ask(&consumer.did(), asked).await
    }

    /// Publishes, asks and settles: a contract of the company with Ulm under `rule`.
    pub async fn contract(&self, rule: &[String]) -> AgreementRecord {
        let dataset = self.publish(Who::Ulm, described(rule)).await;
        let pid = self.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
        self.settle().await;
        let state = self.negotiation(Who::Company, &pid).await.process.state;
        assert_eq!(state, Some(negotiation::State::Finalized));
        let mut agreements = self.kept(Who::Company).await.agreements;
        agreements.retain(|agreement| agreement.negotiation == pid);
        agreements.pop().unwrap()
    }

    /// The company asks for the data of a contract and settles; its own pid of the transfer.
    pub async fn transfer(&self, agreement: &AgreementRecord) -> String {
        let company = Who::Company.did();
        let engine = self.at(Who::Company);
        let pid = engine.ask_for_data(&company, agreement, ENGINEER).await.unwrap();
        drop(engine);
        self.settle().await;
        let state = self.transfer_of(Who::Company, &pid).await.process.state;
        assert_eq!(state, Some(transfer::State::Started));
        pid
    }

    /// The negotiation `pid` as `who` keeps it.
    pub async fn negotiation(&self, who: Who, pid: &str) -> NegotiationRecord {
        self.kept(who).await.negotiations.remove(pid).unwrap()
    }

    /// The transfer `pid` as `who` keeps it.
    pub async fn transfer_of(&self, who: Who, pid: &str) -> TransferRecord {
        self.kept(who).await.transfers.remove(pid).unwrap()
    }

    /// The only transfer that `who` keeps.
    pub async fn only_transfer(&self, who: Who) -> (String, TransferRecord) {
        let transfers = self.kept(who).await.transfers;
        assert_eq!(transfers.len(), 1);
        transfers.into_iter().next().unwrap()
    }

    /// The token that the company was given for its only transfer.
    pub async fn token(&self) -> String {
        let (_, transfer) = self.only_transfer(Who::Company).await;
        let address = transfer.process.data_address.unwrap();
        address.property(AUTHORIZATION).unwrap().to_owned()
    }

    /// `reader`, over its own connection, asks Ulm for the bytes of Ulm's only transfer.
    ///
    /// # Errors
    /// What Ulm's engine refuses.
    pub async fn read(&self, reader: Who, token: &str) -> Result<Permit, EngineError> {
        let (pid, _) = self.only_transfer(Who::Ulm).await;
        let engine = self.at(Who::Ulm);
        let ours = engine.hosted().by_did(&Who::Ulm.did()).unwrap().clone();
        let standing = ours.standing().unwrap();
        let peer = cast().verified(reader);
        engine.permit_delivery(&ours, standing, &peer, &pid, token, None).await
    }
}

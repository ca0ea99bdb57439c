//! Suspending and resuming a delivery by a person.

use super::super::Inner;
use super::super::contract::check_reason;
use crate::engine::negotiation::Ending;
use crate::engine::parts::Parts;
use crate::engine::transfer::SUSPENDED;
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::view::{DeliveryId, DeliveryView, PersonReason};

impl<P: Parts, D> Inner<P, D> {
    /// What runs is cut before this returns.
    pub(in crate::desk) async fn suspend_delivery(
        &self,
        actor: &Actor,
        id: &DeliveryId,
        reason: PersonReason,
    ) -> Answer<DeliveryView> {
        check_reason(&reason)?;
        let ours = actor.participant();
        let pid = self.find_transfer(ours, id).await?.pid;
        let ending = Ending {
            account: actor.account().as_str().to_owned(),
            code: SUSPENDED,
            words: Some(reason.reason),
        };
        self.engine.suspend_transfer(ours, &pid, &ending).await?;
        let found = self.engine.transfer(ours, &pid).await?;
        self.delivery_view(ours, &found).await
    }

    pub(in crate::desk) async fn resume_delivery(
        &self,
        actor: &Actor,
        id: &DeliveryId,
    ) -> Answer<DeliveryView> {
        let ours = actor.participant();
        let pid = self.find_transfer(ours, id).await?.pid;
        self.engine.resume_transfer(ours, &pid, actor.account().as_str()).await?;
        let found = self.engine.transfer(ours, &pid).await?;
        self.delivery_view(ours, &found).await
    }
}

//! Named accounts of a participant. A token is shown once and kept as its hash.

use std::collections::BTreeSet;

use wire::did::Did;

use super::Inner;
use super::refusal::{conflict, input, unknown};
use crate::clock::Clock;
use crate::engine::administer::Action;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::ids::random;
use crate::management::actor::{AccountName, AccountRole, Actor};
use crate::management::desk::Answer;
use crate::management::token::{Token, TokenHash};
use crate::management::view::{AccountAdded, AccountView, NewAccount};
use crate::record::account::{self, AccountRecord};
use crate::store::{Batch, CommitError, Key, Kind, Span, Store, Version};

/// The most accounts of one participant.
const ACCOUNTS_MAX: usize = 1_000;

impl<P: Parts, D> Inner<P, D> {
    pub(super) async fn account_of(
        &self,
        participant: &Did,
        token: &TokenHash,
    ) -> Answer<Option<(AccountName, BTreeSet<AccountRole>)>> {
        let key = Key::new(participant, Kind::Account, account::token_id(token));
        let found = self.engine.store().get_json::<AccountName>(&key).await;
        let Some((_, name)) = found.map_err(EngineError::from)? else { return Ok(None) };
        let found = self.account(participant, &name).await?;
        // A token that leads to an account with another one leads nowhere.
        let own = found.filter(|(_, record)| record.token == *token);
        Ok(own.map(|(_, record)| (record.name, record.roles)))
    }

    pub(super) async fn accounts(&self, actor: &Actor) -> Answer<Vec<AccountView>> {
        let records = self.account_records(actor.participant()).await?;
        Ok(records.into_iter().map(view).collect())
    }

    pub(super) async fn add_account(&self, actor: &Actor, new: NewAccount) -> Answer<AccountAdded> {
        let ours = actor.participant();
        if new.roles.is_empty() {
            let de = "Ein Konto braucht mindestens eine Rolle.";
            return Err(input("roles-missing", de, "an account needs at least one role"));
        }
        if new.name.as_str() == AccountName::LOCAL_OPERATOR {
            return Err(taken());
        }
        if self.account_records(ours).await?.len() >= ACCOUNTS_MAX {
            return Err(conflict(
                "too-many-accounts",
                ("Es gibt schon zu viele Konten.", "there are too many accounts already"),
                ("Nicht mehr gebrauchte Konten entfernen.", "remove accounts that are not used"),
            ));
        }
        let token = Token::of(random(self.engine.ids()));
        let record = AccountRecord {
            name: new.name,
            roles: new.roles,
            token: token.hash(),
            added: self.engine.clock().now(),
            added_by: actor.account().clone(),
        };
        let mut changes = Batch::new();
        let id = account::id(&record.name);
        let written =
            changes.create_json(Key::new(ours, Kind::Account, id), &record).and_then(|changes| {
                let id = account::token_id(&record.token);
                changes.create_json(Key::new(ours, Kind::Account, id), &record.name)
            });
        written.map_err(EngineError::from)?;
        let action = Action {
            account: actor.account().as_str(),
            code: "account-added",
            subject: Some(record.name.as_str()),
        };
        match self.engine.administer(ours, action, changes).await {
            Ok(()) => Ok(AccountAdded { account: view(record), token }),
            Err(EngineError::Commit(CommitError::Lost { .. })) => Err(taken()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn remove_account(&self, actor: &Actor, name: &AccountName) -> Answer<()> {
        let ours = actor.participant();
        let found = self.account(ours, name).await?;
        let (version, record) = found.ok_or_else(|| unknown("Dieses Konto", "account"))?;
        let mut changes = Batch::new();
        changes
            .remove(Key::new(ours, Kind::Account, account::id(name)), version)
            .delete(Key::new(ours, Kind::Account, account::token_id(&record.token)))
            .restricting();
        let action = Action {
            account: actor.account().as_str(),
            code: "account-removed",
            subject: Some(name.as_str()),
        };
        Ok(self.engine.administer(ours, action, changes).await?)
    }

    async fn account(
        &self,
        participant: &Did,
        name: &AccountName,
    ) -> Answer<Option<(Version, AccountRecord)>> {
        let key = Key::new(participant, Kind::Account, account::id(name));
        Ok(self.engine.store().get_json(&key).await.map_err(EngineError::from)?)
    }

    async fn account_records(&self, participant: &Did) -> Answer<Vec<AccountRecord>> {
        let span = Span::new(participant, Kind::Account).prefix(account::NAMES);
        let rows = self.engine.store().range_json(&span).await.map_err(EngineError::from)?;
        Ok(rows.into_iter().map(|(_, _, record)| record).collect())
    }
}

fn taken() -> crate::management::refusal::Refusal {
    conflict(
        "account-exists",
        ("Ein Konto dieses Namens gibt es schon.", "there is an account of this name already"),
        ("Einen anderen Namen wählen.", "choose another name"),
    )
}

fn view(record: AccountRecord) -> AccountView {
    AccountView {
        name: record.name,
        roles: record.roles,
        added: record.added,
        added_by: record.added_by,
    }
}

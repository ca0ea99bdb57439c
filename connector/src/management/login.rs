//! The login check: the one place where an [`Actor`] is made.
//!
//! A token is looked up under the participant that the path names and under no other, so that a
//! wrong token, another participant's token and an unknown participant look alike.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::http::header;
use wire::did::Did;

use super::actor::{AccountName, AccountRole, Actor};
use super::complaint::Complaint;
use super::desk::Desk;
use super::refusal::Refusal;
use super::token::{Token, TokenHash};

/// The hashes of the tokens in `run/management.json`, fresh at each start, one per participant.
#[derive(Clone, Debug, Default)]
pub struct LocalTokens {
    by_participant: BTreeMap<Did, TokenHash>,
}

impl LocalTokens {
    /// Keeps the hashes of what was written to `run/management.json`.
    #[must_use]
    pub fn of(tokens: &BTreeMap<Did, Token>) -> Self {
        let hash = |(did, token): (&Did, &Token)| (did.clone(), token.hash());
        Self { by_participant: tokens.iter().map(hash).collect() }
    }

    fn is_of(&self, participant: &Did, token: &TokenHash) -> bool {
        self.by_participant.get(participant) == Some(token)
    }
}

/// Who is calling, if the request's token opens `participant`.
///
/// # Errors
/// [`Complaint::TokenMissing`] without a token, [`Complaint::ParticipantUnknown`] where it does
/// not fit, and what the desk says when it cannot look.
pub async fn check<D: Desk>(
    desk: &D,
    local: &LocalTokens,
    request: &HttpRequest,
    participant: &str,
) -> Result<Actor, Refusal> {
    let token = bearer(request).ok_or(Complaint::TokenMissing)?.hash();
    let participant = Did::parse(participant).map_err(|_| Complaint::ParticipantUnknown)?;
    if !desk.serves(&participant) {
        return Err(Complaint::ParticipantUnknown.into());
    }
    if local.is_of(&participant, &token) {
        let roles = AccountRole::ALL.into_iter().collect();
        return Ok(Actor::checked(participant, AccountName::local_operator(), roles));
    }
    let account = desk.account_of(&participant, &token).await?;
    let (name, roles) = account.ok_or(Complaint::ParticipantUnknown)?;
    Ok(Actor::checked(participant, name, roles))
}

/// The token of the only `Authorization: Bearer` header.
fn bearer(request: &HttpRequest) -> Option<Token> {
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let (value, another) = (values.next()?, values.next());
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    (another.is_none() && scheme.eq_ignore_ascii_case("bearer"))
        .then(|| Token::presented(token))
        .flatten()
}

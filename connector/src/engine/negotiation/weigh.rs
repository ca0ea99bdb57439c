//! Terms of a partner beside our own: whether our acceptance policy takes them without a person.

use audit::entry::{Body, Verdict};
use policy::{CheckedPolicy, Grant};
use protocol::Role;
use serde_json::{Value, json};
use wire::digest::Digest;

use super::flow::Flow;
use crate::engine::acceptance;
use crate::engine::decider::Terms;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::promises;
use crate::engine::rule::{self, Shape};
use crate::record::acceptance::{Acceptance, Otherwise};

/// The reason codes of what was found.
pub(super) mod code {
    /// Terms of the partner's that a rule of the acceptance policy names.
    pub(crate) const LISTED: &str = "terms-listed";
    /// Terms that are provably no worse for us than our own.
    pub(crate) const NO_WORSE: &str = "terms-no-worse";
    /// Other terms, about which a person is asked.
    pub(crate) const FOR_PERSON: &str = "terms-for-a-person";
    /// Terms that make us promise what no person of ours asked for or named; a person is asked.
    pub(crate) const PROMISES: &str = "promises-for-a-person";
    /// Other terms, which the acceptance policy refuses.
    pub(crate) const REFUSED: &str = "other-terms";
    /// Our own terms.
    pub(crate) const OURS: &str = "terms-ours";
}

/// What is weighed against what.
struct Scales {
    /// Rules that are ours: what we offered or asked for.
    own: Vec<CheckedPolicy>,
    /// Rules that the acceptance policy names.
    also: Vec<CheckedPolicy>,
    /// As consumer: whether the terms make us promise what no person of ours asked for or named.
    promises_more: bool,
}

/// What the partner's terms are laid beside.
#[derive(Clone, Copy, Debug)]
pub(super) enum Beside<'a> {
    /// As consumer: what we asked for. The document of the terms.
    Asked(&'a Value),
    /// As provider: the offer of our catalogue.
    Catalogue(&'a Value),
}

/// Our answer to terms, and why.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Weighed {
    pub(super) terms: Terms,
    pub(super) code: &'static str,
}

/// Pure: the partner's terms, our rules, our policy.
fn weigh(role: Role, terms: &CheckedPolicy, scales: &Scales, policy: &Acceptance) -> Weighed {
    let found = |terms, code| Weighed { terms, code };
    let among = |rules: &[CheckedPolicy], fits: &dyn Fn(Grant) -> bool| {
        rules.iter().any(|rule| fits(terms.grant_beside(rule)))
    };
    let no_worse = |grant| match (role, grant) {
        (_, Grant::Same) | (Role::Provider, Grant::Less) | (Role::Consumer, Grant::More) => true,
        (Role::Provider, Grant::More) | (Role::Consumer, Grant::Less) | (_, Grant::Open) => false,
    };
    let same = |grant| grant == Grant::Same;
    // What nobody here keeps by itself is a person's to promise.
    if scales.promises_more && !policy.promises {
        return match policy.otherwise {
            Otherwise::AskPerson => found(Terms::ForPerson, code::PROMISES),
            Otherwise::Refuse => found(Terms::Refused, code::REFUSED),
        };
    }
    if among(&scales.own, &same) {
        found(Terms::Ours, code::OURS)
    } else if among(&scales.also, &same) {
        found(Terms::Accepted, code::LISTED)
    } else if policy.no_worse && (among(&scales.own, &no_worse) || among(&scales.also, &no_worse)) {
        found(Terms::Accepted, code::NO_WORSE)
    } else {
        match policy.otherwise {
            Otherwise::AskPerson => found(Terms::ForPerson, code::FOR_PERSON),
            Otherwise::Refuse => found(Terms::Refused, code::REFUSED),
        }
    }
}

impl<P: Parts> Flow<'_, P> {
    /// The terms on the table, the partner's, beside our own. What our policy decides is recorded;
    /// that a person is asked is no decision yet.
    pub(super) async fn weigh(
        &mut self,
        terms: &CheckedPolicy,
        beside: Beside<'_>,
    ) -> Result<Weighed, EngineError> {
        let ours = self.draft.participant().did();
        let record = self.current()?;
        let (role, target) = (record.process.role, record.process.offer.target.clone());
        let digest = record.process.offer.digest;
        let mine = record.offers.iter().rev().find(|made| made.by == role);
        let mine = mine.map(|made| (made.digest, made.account.is_some()));
        // What people of ours asked for or named, as it was written.
        let mut given: Vec<(CheckedPolicy, Value)> = Vec::new();
        let mut own: Vec<CheckedPolicy> = Vec::new();
        // What cannot be read any more is nothing to compare with.
        if let Beside::Catalogue(offer) = beside {
            own.extend(rule::read(offer, Shape::Offer).ok());
        }
        if let Some((mine, by_person)) = mine {
            let document = self.engine.document(ours, &mine).await?;
            let rule = rule::read(&document, Shape::Request).ok();
            own.extend(rule.clone());
            given.extend(rule.filter(|_| by_person).map(|rule| (rule, document)));
        }
        let dataset = match role {
            Role::Provider => Some(&target),
            Role::Consumer => None,
        };
        let policy = self.engine.acceptance(ours, dataset).await?;
        let also = policy.also.iter();
        let also = also.filter_map(|it| Some((rule::read(&it.rule, Shape::Offer).ok()?, &it.rule)));
        let also: Vec<(CheckedPolicy, &Value)> = also.collect();
        let promises_more = match beside {
            Beside::Catalogue(_) => false,
            Beside::Asked(document) => {
                let asked = given.iter().map(|(rule, document)| (rule.policy(), document));
                let named = also.iter().map(|(rule, document)| (rule.policy(), *document));
                promises::asks_more(
                    (terms.policy(), document),
                    &asked.chain(named).collect::<Vec<_>>(),
                )
            }
        };
        let also = also.into_iter().map(|(rule, _)| rule).collect();
        let scales = Scales { own, also, promises_more };
        let weighed = weigh(role, terms, &scales, &policy);
        let verdict = match weighed.terms {
            Terms::Accepted => Verdict::Permit,
            Terms::Refused => Verdict::Deny,
            Terms::Ours | Terms::ForPerson => return Ok(weighed),
        };
        self.note_weighed(weighed, verdict, digest, &policy)?;
        Ok(weighed)
    }

    fn note_weighed(
        &mut self,
        weighed: Weighed,
        verdict: Verdict,
        terms: Digest,
        policy: &Acceptance,
    ) -> Result<(), EngineError> {
        let (digest, document) = acceptance::document(policy)?;
        self.draft.document(&digest, &document)?;
        let explained = json!({
            "acceptance": weighed.code,
            "terms": terms.to_string(),
            "policy": digest.to_string(),
        });
        let decision = Digest::of_canonical(&explained)
            .map_err(|_| EngineError::Internal { what: "the decision's digest" })?;
        self.draft.document(&decision, &explained)?;
        let about = self.about(vec![weighed.code.to_owned()])?;
        self.draft.record(about, Body::DecisionMade { verdict, decision, policy: digest })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn until(day: Option<&str>) -> CheckedPolicy {
        let mut offer = json!({
            "@id": "urn:o", "@type": "Offer", "permission": [{ "action": "use" }],
        });
        if let Some(day) = day {
            let right = json!({ "@value": day, "@type": "xsd:date" });
            offer["permission"][0]["constraint"] = json!([{ "leftOperand": "odrl:dateTime", "operator": "lteq", "rightOperand": right }]);
        }
        rule::read(&offer, Shape::Offer).unwrap()
    }

    /// A policy in short.
    fn policy(no_worse: bool, otherwise: Otherwise) -> Acceptance {
        Acceptance { also: Vec::new(), no_worse, promises: false, otherwise }
    }

    #[test]
    fn what_the_policy_says_of_terms() {
        use Otherwise::{AskPerson, Refuse};
        use Role::{Consumer, Provider};
        let (may, june, july) = (Some("2026-05-31"), Some("2026-06-30"), Some("2026-07-31"));
        let check = |role, terms, also: Option<&str>, policy: &Acceptance, expected| {
            let also = also.map(|day| vec![until(Some(day))]).unwrap_or_default();
            // Our own terms end in June.
            let scales = Scales { own: vec![until(june)], also, promises_more: false };
            let weighed = weigh(role, &until(terms), &scales, policy);
            assert_eq!(weighed.code, expected, "{role:?} {terms:?} {policy:?}");
        };
        for role in Role::ALL {
            for taken in [policy(false, Refuse), policy(true, AskPerson)] {
                check(role, june, None, &taken, code::OURS);
            }
            check(role, may, may, &policy(false, Refuse), code::LISTED);
            check(role, july, july, &policy(false, Refuse), code::LISTED);
            check(role, may, None, &policy(false, AskPerson), code::FOR_PERSON);
            check(role, july, None, &policy(false, Refuse), code::REFUSED);
        }
        check(Provider, may, None, &policy(true, Refuse), code::NO_WORSE);
        check(Provider, july, None, &policy(true, Refuse), code::REFUSED);
        check(Provider, None, None, &policy(true, AskPerson), code::FOR_PERSON);
        check(Consumer, july, None, &policy(true, Refuse), code::NO_WORSE);
        check(Consumer, None, None, &policy(true, Refuse), code::NO_WORSE);
        check(Consumer, may, None, &policy(true, Refuse), code::REFUSED);
        check(Consumer, june, may, &policy(true, Refuse), code::OURS);
        check(Provider, june, july, &policy(true, Refuse), code::OURS);
    }

    #[test]
    fn where_nobody_said_anything_a_provider_asks_and_a_consumer_takes_what_is_no_worse() {
        assert_eq!(Acceptance::of(Role::Provider), policy(false, Otherwise::AskPerson));
        assert_eq!(Acceptance::of(Role::Consumer), policy(true, Otherwise::AskPerson));
    }

    #[test]
    fn what_nobody_keeps_by_itself_is_a_persons_to_promise_unless_the_policy_says_otherwise() {
        let june = until(Some("2026-06-30"));
        for (promises, otherwise, expected) in [
            (false, Otherwise::AskPerson, code::PROMISES),
            (false, Otherwise::Refuse, code::REFUSED),
            (true, Otherwise::Refuse, code::OURS),
        ] {
            let policy = Acceptance { promises, ..policy(true, otherwise) };
            let scales = Scales { own: vec![june.clone()], also: vec![], promises_more: true };
            assert_eq!(weigh(Role::Consumer, &june, &scales, &policy).code, expected);
        }
    }
}

//! Which of the windows of time that a rule names are open.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use odrl_parser::Term;
use policy::{Asked, CheckedPolicy, Fact, FactKey, Facts, Profile, Provenance, Value};
use wire::iri::Iri;

/// Adds the windows that are open `now`, good until one opens or closes. Where one has no name or no
/// zone that is known, nothing is known of any.
pub(super) fn open(facts: Facts, asked: &[Asked<'_>], profile: &Profile, now: Timestamp) -> Facts {
    let of_windows = asked.iter().filter(|asked| asked.key.operand() == Term::TIME_WINDOW);
    let named: BTreeSet<&Value> = of_windows.flat_map(|asked| asked.demanded).collect();
    let (mut values, mut turns) = (BTreeSet::new(), None::<Timestamp>);
    for value in &named {
        let Some((is_open, turn)) = value.iri().and_then(|name| look(profile, name, now)) else {
            return facts;
        };
        if is_open {
            values.insert((*value).clone());
        }
        turns = turns.into_iter().chain(turn).min();
    }
    if named.is_empty() {
        return facts;
    }
    let provenance = Provenance::OwnClock;
    let fact = Fact::Known { values, provenance, valid_until: turns };
    facts.with(FactKey::of(Term::TIME_WINDOW), fact)
}

/// The next instants at which one of the windows that a rule names opens or closes.
pub(in crate::engine) fn turns(rule: &CheckedPolicy, now: Timestamp) -> BTreeSet<Timestamp> {
    let asked = rule.asked();
    let of_windows = asked.iter().filter(|asked| asked.key.operand() == Term::TIME_WINDOW);
    let named = of_windows.flat_map(|asked| asked.demanded).filter_map(Value::iri);
    named.filter_map(|name| look(rule.profile(), name, now)?.1).collect()
}

/// Whether a window has a name and a zone that are known here.
pub(in crate::engine) fn is_known(profile: &Profile, name: &Iri) -> bool {
    look(profile, name, Timestamp::UNIX_EPOCH).is_some()
}

fn look(profile: &Profile, name: &Iri, now: Timestamp) -> Option<(bool, Option<Timestamp>)> {
    let window = profile.window(name)?;
    let zone = TimeZone::get(window.zone()).ok()?;
    Some(window.at(now, &zone))
}

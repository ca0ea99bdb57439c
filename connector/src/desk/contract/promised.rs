//! What we promise as consumer: the lines of a rule that no program keeps for us, so that people
//! here must.

use policy::CheckedPolicy;
use wire::pointer::Pointer;

use super::super::words::Speaker;
use crate::engine::promises;
use crate::management::view::{BadgeName, RuleLine};

/// The lines of `rule` that people of ours must keep themselves.
pub(in crate::desk) fn by_us(speaker: Speaker<'_>, rule: &CheckedPolicy) -> Vec<RuleLine> {
    let promised = promises::of(rule.policy());
    let bare = |line: &RuleLine| {
        let is_it = |at: &Pointer| at.as_str() == line.pointer;
        let permission = rule.policy().permissions.iter().any(|it| is_it(&it.pointer));
        let within = format!("{}/", line.pointer);
        permission && !promised.iter().any(|at| at.as_str().starts_with(&within))
    };
    let mut lines = speaker.lines(rule);
    lines.retain(|line| line.badge == BadgeName::Promised && !bare(line));
    lines
}

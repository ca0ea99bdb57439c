//! What would have to hold for a permit, as what follows "if".

use odrl_parser::Policy;

use super::Voice;
use crate::explain::Missing;
use crate::truth::Truth;

impl Voice<'_> {
    /// One thing that stands in the way, as the condition under which it would not. For our own
    /// people.
    #[must_use]
    pub fn needed(&self, policy: &Policy, missing: &Missing) -> String {
        let part = self.part(policy, &missing.pointer);
        let part = part.trim_end_matches('.');
        match missing.must_be {
            Truth::Unsatisfied => {
                let not = self.lang.pick("nicht zutrifft", "this does not hold");
                format!("{not}: {part}")
            }
            Truth::Satisfied | Truth::Unknown => part.to_owned(),
        }
    }
}

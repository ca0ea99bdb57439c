//! The twelve operators of ODRL 2.2 and its four logical operators.

use std::fmt;

use crate::context::Context;
use crate::term::{Namespace, UnknownTerm};

/// A relation between a left operand's value and the right operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    /// `eq`: equal.
    Eq,
    /// `gt`: greater.
    Gt,
    /// `gteq`: greater or equal.
    Gteq,
    /// `hasPart`: the left set contains all of the right.
    HasPart,
    /// `isA`: an instance of.
    IsA,
    /// `isAllOf`: all of the right are in the left set.
    IsAllOf,
    /// `isAnyOf`: some of the right is in the left set.
    IsAnyOf,
    /// `isNoneOf`: none of the right is in the left set.
    IsNoneOf,
    /// `isPartOf`: the left is contained in the right.
    IsPartOf,
    /// `lt`: less.
    Lt,
    /// `lteq`: less or equal.
    Lteq,
    /// `neq`: not equal.
    Neq,
}

impl Operator {
    /// All operators, in the order of their names.
    pub const ALL: [Self; 12] = [
        Self::Eq,
        Self::Gt,
        Self::Gteq,
        Self::HasPart,
        Self::IsA,
        Self::IsAllOf,
        Self::IsAnyOf,
        Self::IsNoneOf,
        Self::IsPartOf,
        Self::Lt,
        Self::Lteq,
        Self::Neq,
    ];

    /// The name, which is also how DSP 2025-1 writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Gt => "gt",
            Self::Gteq => "gteq",
            Self::HasPart => "hasPart",
            Self::IsA => "isA",
            Self::IsAllOf => "isAllOf",
            Self::IsAnyOf => "isAnyOf",
            Self::IsNoneOf => "isNoneOf",
            Self::IsPartOf => "isPartOf",
            Self::Lt => "lt",
            Self::Lteq => "lteq",
            Self::Neq => "neq",
        }
    }

    /// Whether the right operand may list several values.
    #[must_use]
    pub const fn takes_list(self) -> bool {
        match self {
            Self::HasPart | Self::IsAllOf | Self::IsAnyOf | Self::IsNoneOf | Self::IsPartOf => true,
            Self::Eq | Self::Gt | Self::Gteq | Self::IsA | Self::Lt | Self::Lteq | Self::Neq => {
                false
            }
        }
    }

    /// The operator that a member value names: bare under either context, prefixed or in full.
    ///
    /// # Errors
    /// [`UnknownTerm`], also for `term-lteq`, a slip in the published schema.
    pub fn parse(written: &str) -> Result<Self, UnknownTerm> {
        let name = match Context::Dsp.split(written) {
            Some((Namespace::Odrl, name)) => name,
            Some((Namespace::Allmende | Namespace::CreativeCommons, _)) | None => "",
        };
        let found = Self::ALL.into_iter().find(|operator| operator.name() == name);
        found.ok_or_else(|| UnknownTerm { suggestion: Self::suggest(written) })
    }

    fn suggest(written: &str) -> Option<String> {
        let name = written.rsplit(['/', '#', ':', '-']).next()?;
        let symbol = match written {
            "=" | "==" | "equals" => "eq",
            "<" => "lt",
            "<=" => "lteq",
            ">" => "gt",
            ">=" => "gteq",
            "!=" | "isNot" => "neq",
            "in" => "isAnyOf",
            _ => name,
        };
        let near = Self::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(symbol));
        near.map(|operator| operator.name().to_owned())
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How constraints combine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogicalOperator {
    /// `and`: all hold.
    And,
    /// `andSequence`: all hold, and came to hold in their order.
    AndSequence,
    /// `or`: at least one holds.
    Or,
    /// `xone`: exactly one holds.
    Xone,
}

impl LogicalOperator {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 4] = [Self::And, Self::AndSequence, Self::Or, Self::Xone];
    /// Those that survive the DSP 2025-1 context: it loses the order of `andSequence`.
    pub const DSP: [Self; 3] = [Self::And, Self::Or, Self::Xone];

    /// The member name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::AndSequence => "andSequence",
            Self::Or => "or",
            Self::Xone => "xone",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_resolve_bare_prefixed_and_in_full() {
        for operator in Operator::ALL {
            let name = operator.name();
            let full = format!("http://www.w3.org/ns/odrl/2/{name}");
            for written in [name, &format!("odrl:{name}"), &full] {
                assert_eq!(Operator::parse(written), Ok(operator));
            }
        }
    }

    #[test]
    fn unknown_operators_are_refused_with_a_suggestion() {
        for (written, suggestion) in [
            ("term-lteq", Some("lteq")),
            ("EQ", Some("eq")),
            ("<=", Some("lteq")),
            ("isNot", Some("neq")),
            ("regex", None),
            ("https://w3id.org/allmende/v1/eq", Some("eq")),
        ] {
            let unknown = Operator::parse(written).unwrap_err();
            assert_eq!(unknown.suggestion.as_deref(), suggestion, "{written}");
        }
    }
}

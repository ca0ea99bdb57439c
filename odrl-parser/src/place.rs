//! The places where rules stand. A place says what a rule is and which duties may hang on it.

/// Where a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Permission,
    Prohibition,
    Obligation,
    Duty,
    Remedy,
    Consequence,
}

impl Place {
    /// The member that holds it.
    pub(crate) const fn member(self) -> &'static str {
        match self {
            Self::Permission => "permission",
            Self::Prohibition => "prohibition",
            Self::Obligation => "obligation",
            Self::Duty => "duty",
            Self::Remedy => "remedy",
            Self::Consequence => "consequence",
        }
    }

    /// The class of the rules in it.
    pub(crate) const fn type_name(self) -> &'static str {
        match self {
            Self::Permission => "Permission",
            Self::Prohibition => "Prohibition",
            Self::Obligation | Self::Duty | Self::Remedy | Self::Consequence => "Duty",
        }
    }

    /// The place of the duties that may hang on a rule: a remedy and a consequence have none (ODRL
    /// Information Model 2.2, section 2.6).
    pub(crate) const fn duties(self) -> Option<Self> {
        match self {
            Self::Permission => Some(Self::Duty),
            Self::Prohibition => Some(Self::Remedy),
            Self::Obligation | Self::Duty => Some(Self::Consequence),
            Self::Remedy | Self::Consequence => None,
        }
    }
}

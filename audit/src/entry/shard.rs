//! The name of a shard of a log: the year, and a number where the year has more than one.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A shard: `2026`, or `2026-2` for the second one of that year, which is opened after a restore.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Shard {
    year: u16,
    number: u16,
}

/// A text that names no shard.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a shard is written as a year of four digits, and `-` and a number from the second on")]
pub struct ShardError;

impl Shard {
    /// The first shard of a year. Years before 1000 and after 9999 become the nearest of these.
    pub const fn first(year: u16) -> Self {
        let year = if year < 1000 {
            1000
        } else if year > 9999 {
            9999
        } else {
            year
        };
        Self { year, number: 1 }
    }

    /// The shard that is opened after this one within the same year.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { year: self.year, number: self.number.saturating_add(1) }
    }

    /// The year whose entries it holds.
    pub const fn year(self) -> u16 {
        self.year
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.year)?;
        if self.number > 1 {
            write!(f, "-{}", self.number)?;
        }
        Ok(())
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (year, number) = text.split_once('-').unwrap_or((text, "1"));
        let year = year.parse().map_err(|_| ShardError)?;
        let number = number.parse().map_err(|_| ShardError)?;
        let shard = Self { year, number };
        let known = (1000..=9999).contains(&year) && number > 0;
        if known && shard.to_string() == text { Ok(shard) } else { Err(ShardError) }
    }
}

impl Serialize for Shard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Shard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_has_one_spelling() {
        assert_eq!(Shard::first(2026).to_string(), "2026");
        assert_eq!(Shard::first(2026).next().to_string(), "2026-2");
        for good in ["2026", "2026-2", "2026-17"] {
            assert_eq!(good.parse::<Shard>().unwrap().to_string(), good);
        }
        for bad in
            ["", "26", "02026", "2026-1", "2026-0", "2026-02", "2026-", "-2", "+2026", "2026-2-3"]
        {
            assert_eq!(bad.parse::<Shard>(), Err(ShardError), "{bad}");
        }
    }
}

//! The names of tiles: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`.
//!
//! Each tile has one name; every other spelling is refused.

use std::{fmt, str::FromStr};

use super::{LEVEL_MAX, TILE_WIDTH};

/// What a tile holds.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// Entries, length-prefixed.
    Entries,
    /// Hashes of complete subtrees of `256^level` entries.
    Hashes {
        /// The level of tiles, 0 for leaf hashes.
        level: u32,
    },
}

/// The path of one tile, relative to the log's folder.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct TilePath {
    kind: Kind,
    index: u64,
    width: u64,
}

/// A text that names no tile in the one spelling of tlog-tiles.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the path names no tile")]
pub struct PathError;

impl TilePath {
    /// The path of a full tile.
    pub const fn full(kind: Kind, index: u64) -> Self {
        Self { kind, index, width: TILE_WIDTH }
    }

    /// The path of a partial tile; there is none of width 0 or of 256 and more.
    pub fn partial(kind: Kind, index: u64, width: u64) -> Option<Self> {
        (1..TILE_WIDTH).contains(&width).then_some(Self { kind, index, width })
    }

    /// The path of the tile with the first `width` hashes or entries, full or partial.
    pub fn of_width(kind: Kind, index: u64, width: u64) -> Option<Self> {
        if width == TILE_WIDTH {
            Some(Self::full(kind, index))
        } else {
            Self::partial(kind, index, width)
        }
    }

    /// What the tile holds.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The index of the tile within its level.
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds, 1 to 256.
    pub const fn width(&self) -> u64 {
        self.width
    }

    /// The full tile at the same place.
    #[must_use]
    pub const fn to_full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// The folder that holds all partial forms of this tile; it may go once the full one is there.
    pub fn partials_folder(&self) -> String {
        format!("{}.p", self.to_full())
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Entries => f.write_str("tile/entries/")?,
            Kind::Hashes { level } => write!(f, "tile/{level}/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for (left, group) in groups.iter().enumerate().rev() {
            if left > 0 {
                write!(f, "x{group:03}/")?;
            } else {
                write!(f, "{group:03}")?;
            }
        }
        if self.width < TILE_WIDTH {
            write!(f, ".p/{}", self.width)?;
        }
        Ok(())
    }
}

impl FromStr for TilePath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let (kind, rest) =
            text.strip_prefix("tile/").and_then(|t| t.split_once('/')).ok_or(PathError)?;
        let kind = if kind == "entries" {
            Kind::Entries
        } else {
            let level = kind.parse().map_err(|_| PathError)?;
            Kind::Hashes { level }
        };
        let (place, width) = match rest.split_once(".p/") {
            Some((place, width)) => (place, width.parse().map_err(|_| PathError)?),
            None => (rest, TILE_WIDTH),
        };
        let mut index = 0_u64;
        for group in place.split('/').map(|group| group.strip_prefix('x').unwrap_or(group)) {
            let number: u64 = group.parse().map_err(|_| PathError)?;
            index = index.checked_mul(1000).and_then(|i| i.checked_add(number)).ok_or(PathError)?;
        }
        let known = match kind {
            Kind::Entries => true,
            Kind::Hashes { level } => level <= LEVEL_MAX,
        };
        let path = Self::of_width(kind, index, width).filter(|_| known).ok_or(PathError)?;
        // One spelling only: whatever was read must be written the same way.
        if path.to_string() == text { Ok(path) } else { Err(PathError) }
    }
}

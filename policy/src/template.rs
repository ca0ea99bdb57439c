//! Sentences as rules.

//! Placeholder until the verifier is written: it works offline on copied files.

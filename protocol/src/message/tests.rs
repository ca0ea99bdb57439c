//! Every message beside the standard's own schemas and examples, and what is refused.

mod refused;
mod schemas;
mod snapshots;
mod versions;

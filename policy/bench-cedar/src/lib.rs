//! Nothing but benchmarks: `cargo bench` here.

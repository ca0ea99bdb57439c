//! The commands with which terms are talked over.

/// Each command, and its calls.
pub(super) const CALLS: [(&str, &[&str]); 6] = [
    ("contract acceptance", &["acceptance"]),
    ("contract acceptance --no-worse no --otherwise refuse", &["changeAcceptance"]),
    ("contract counter c0ffee00 --until 2026-12-31", &["contracts", "counterContract"]),
    ("contract offer c0ffee00 --vetted-as town", &["contracts", "offerContract"]),
    ("contract offer 5f1c2a34 --to a.example", &["datasets", "proposeContract"]),
    (
        "dataset accept 5f1c2a34 --no-worse yes --purpose planning",
        &["datasets", "datasetAcceptance"],
    ),
];

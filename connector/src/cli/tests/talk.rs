//! The commands with which terms are talked over.

/// Each command, and its calls.
pub(super) const CALLS: [(&str, &[&str]); 12] = [
    ("partner list", &["partners"]),
    ("partner show wegweiser.localhost", &["partners"]),
    ("partner program wegweiser.localhost edc", &["partnerProgram"]),
    ("partner program wegweiser.localhost --unknown", &["partnerProgram"]),
    (
        "policy explain --contract c0ffee00 --at 2027-01-01T00:00:00Z",
        &["contracts", "explainContract"],
    ),
    ("contract request ulm.localhost urn:uuid:1", &["catalog", "requestContract"]),
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

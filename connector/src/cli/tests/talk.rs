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

/// What a person sees of a rule before it is signed.
#[tokio::test]
async fn whoever_asks_or_approves_reads_the_rule_before() {
    let connector = super::connector();
    let home = connector.home.path();
    let ask = ["contract", "request", "ulm.localhost", "5f1c2a34-0000-4000-8000-000000000001"];
    for line in [&ask[..], &["contract", "approve", "c0ffee00"]] {
        let line = [line, &["--participant", "ulm.localhost", "--lang", "en"]].concat();
        let left = super::typed(home, &line).await;
        assert_eq!(left.exit, 0, "{left:?}");
        assert!(left.stderr.contains("[promised] only for traffic planning"), "{left:?}");
        assert!(left.stderr.contains("ours to keep"), "{left:?}");
    }
    connector.server.stop(false).await;
}

//! Terms talked over on the command line, by two homes: a counter-request, a person who approves, a
//! contract; an acceptance rule, and an offer that nobody asked for.

use allmende_tests::program::program;

use crate::readme::{SCRIPT, User};

/// What each command must print.
const TALK: &[(&str, &str)] = &[
    (
        "allmende account add berta --role approver --home ulm --json > berta.json && sed -n 's/.*\"token\": *\"\\([^\"]*\\)\".*/\\1/p' berta.json > berta.token && chmod 600 berta.token && echo done",
        "done",
    ),
    ("printf '%s' '{\"permission\":[{\"action\":\"use\"}]}' > open.json && echo done", "done"),
    (
        "allmende contract request ulm.localhost Parking --rule open.json --wait 0 --home company",
        "negotiating",
    ),
    ("allmende contract list --pending --home ulm", "Parking"),
    ("allmende contract offer Parking --until 2030-12-31 --home ulm", "31 December 2030"),
    ("allmende contract list --pending --home company", "Parking"),
    ("allmende contract counter Parking --until 2031-12-31 --home company", "31 December 2031"),
    ("allmende contract list --pending --home ulm", "Parking"),
    ("allmende contract approve Parking --home ulm --token-file berta.token", "we agreed"),
    ("allmende contract show Parking --wait 30 --home company", "in force"),
    // What the second person offers themselves is agreed as soon as it is accepted; what the publisher
    // offers waits for the second person then.
    (
        "allmende account add carla --role approver --role clerk --home ulm --json > carla.json && sed -n 's/.*\"token\": *\"\\([^\"]*\\)\".*/\\1/p' carla.json > carla.token && chmod 600 carla.token && echo done",
        "done",
    ),
    (
        "allmende dataset add --title Museum --file parking.csv --vetted-as mobility-service --until 2099-12-31 --second-person --home ulm",
        "Museum",
    ),
    (
        "allmende contract offer Museum --to company.localhost --home ulm --token-file carla.token",
        "negotiating",
    ),
    // Nobody here asked for it: it has no title yet.
    ("allmende contract list --pending --home company", "urn:uuid:"),
    (
        "allmende contract approve $(allmende contract list --pending --home company | sed -n '2s/ .*//p') --home company",
        "urn:uuid:",
    ),
    ("allmende contract show Museum --wait 30 --home ulm", "in force"),
    (
        "allmende dataset add --title Theatre --file parking.csv --vetted-as mobility-service --until 2099-12-31 --second-person --home ulm",
        "Theatre",
    ),
    ("allmende contract offer Theatre --to company.localhost --home ulm", "negotiating"),
    // Nobody here asked for it: it has no title yet.
    ("allmende contract list --pending --home company", "urn:uuid:"),
    (
        "allmende contract approve $(allmende contract list --pending --home company | sed -n '2s/ .*//p') --home company",
        "urn:uuid:",
    ),
    ("allmende contract list --pending --home ulm", "Theatre"),
    ("allmende contract approve Theatre --home ulm --token-file berta.token", "Theatre"),
    ("allmende contract show Theatre --wait 30 --home ulm", "in force"),
    (
        "allmende dataset accept Parking --no-worse yes --otherwise refuse --home ulm",
        "the rest is refused",
    ),
    ("allmende contract acceptance --otherwise refuse --home company", "the rest is refused"),
];

#[test]
fn terms_are_countered_and_approved_on_the_command_line() {
    let mut user = User::new(program());
    let published = SCRIPT.iter().position(|(command, _)| command.contains("dataset add")).unwrap();
    for (command, expected) in &SCRIPT[..=published] {
        let ended = user.types(command);
        assert_eq!(ended.exit, Some(*expected), "$ {command}\n{}", ended.printed);
    }
    for (command, expected) in TALK {
        // What the other side's program has yet to send is looked for again, and only looked for.
        let looks = ["contract show", "contract list"].iter().any(|look| command.contains(look));
        let ended = allmende_tests::wait::until(command, || {
            let ended = user.types(command);
            (!looks || ended.printed.contains(expected)).then_some(ended)
        });
        let done = ended.exit == Some(0) && ended.printed.contains(expected);
        assert!(done, "$ {command}\n{}", ended.printed);
    }
}

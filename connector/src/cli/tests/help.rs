//! The help as it is printed, for the root and for each group.

use clap::CommandFactory as _;

use crate::cli::arguments::Arguments;

fn help(path: &[&str]) -> String {
    let mut command = Arguments::command().term_width(100);
    command.build();
    let mut found = &mut command;
    for name in path {
        found = found.find_subcommand_mut(name).unwrap();
    }
    let text = found.render_help().to_string();
    // The options for every command are the same below each.
    let (own, _) = text.split_once("\nFor every command:").unwrap_or((&text, ""));
    own.to_owned()
}

#[test]
fn root() {
    insta::assert_snapshot!(Arguments::command().render_help().to_string(), @r"
    Allmende, a sovereign data-space connector.

    Usage: allmende [OPTIONS] <COMMAND>

    Clerk: share data, see and stop what happens to it
      dataset    publish, replace, withdraw and list datasets
      contract   request, decide, follow and end contracts
      delivery   list, suspend and resume what flows under contracts
      partner    say and see which programs partners run, and what these ignore
      members    list the members of the data space

    Engineer: find data and let it flow
      catalog    read a partner's catalogue
      policy     check, explain, render and test policies
      pull       fetch the data of a contract
      receive    have the data of a contract sent by the provider
      serve      open a local address where your own programs read it

    Auditor: who got what, when, under which contract
      audit      verify, read and export the log

    Operator: run it
      init       create the home folder, or add a participant to it
      join       join a data space with an enrolment code
      up         serve the participants of this home until stopped
      gate       let a connector of another make take part in the data space
      status     show how the participant is doing
      store      move the store of a home that is not running
      doctor     look for what is wrong
      account    manage named accounts
      authority  run the authority of a data space

    Everybody: see it work
      demo       play a whole data space on this machine, step by step

    For every command:
      --home <FOLDER>         the folder of the process [env: ALLMENDE_HOME] [default: ./allmende]
      --participant <NAME>    whom to speak for, by host name or DID [env: ALLMENDE_PARTICIPANT]
      --json                  print data as JSON, and nothing else
      --lang <de|en>          the language; without it, that of the system
      --token-file <FILE>     the token of a named account [env: ALLMENDE_TOKEN_FILE]
      --connector <ADDRESS>   the management address [env: ALLMENDE_CONNECTOR]
      -h, --help              print help, also after a command
      -V, --version           print the version

    Exit codes: 0 done, 1 refused, 2 usage, 3 unreachable, 4 verification failed.
    Start with `allmende demo`.
    ");
}

#[test]
fn groups() {
    insta::assert_snapshot!(help(&["account"]), @r"
    Manage named accounts

    Usage: allmende account [OPTIONS] <COMMAND>

    Commands:
      add     Add an account; its token is printed this once
      list    List the accounts
      remove  Remove an account; its token is worthless at once

    Options:
      -h, --help  Print help
    ");
    insta::assert_snapshot!(help(&["audit"]), @r"
    Verify, read and export the log

    Usage: allmende audit [OPTIONS] <COMMAND>

    Commands:
      export  Write an auditor's folder beneath `export/<host>/` of the home
      replay  Make every recorded decision of a folder of logs again, offline, and flag what differs
      show    Read the log
      verify  Verify a folder of logs offline; needs no running connector

    Options:
      -h, --help  Print help
    ");
    insta::assert_snapshot!(help(&["authority"]), @r"
    Run the authority of a data space

    Usage: allmende authority [OPTIONS] <COMMAND>

    Commands:
      anchors    Write to stdout which keys and heads an auditor may believe
      init       Create a data space: its root, issuing key, lists and home folder
      invite     Make a one-time code for somebody who may join
      reinstate  Let a suspended member take part again
      revoke     Withdraw a member's certificates for good
      root-crl   Sign the root's revocation list anew; the only command beside `init` that opens the
                 root key
      suspend    Keep a member out for the time being
      up         Run the authority until stopped
      vet        Say as what kinds of member a participant was vetted

    Options:
      -h, --help  Print help
    ");
    insta::assert_snapshot!(help(&["contract"]), @r"
    Request, decide, follow and end contracts

    Usage: allmende contract [OPTIONS] <COMMAND>

    Commands:
      acceptance  Show or change which offers of partners are accepted without asking a person
      approve     Agree to a contract that waits for approval
      counter     Ask for other terms than those that the provider offers
      end         End a contract; running deliveries are cut at once
      list        List contracts
      offer       Offer other terms than those asked for; with `--to`, offer a contract unasked
      reject      Say no to a contract that waits for approval
      request     Ask a partner for a contract
      show        Show a contract with its rule, signatures and deliveries

    Options:
      -h, --help  Print help
    ");
    insta::assert_snapshot!(help(&["dataset"]), @r"
    Publish, replace, withdraw and list datasets

    Usage: allmende dataset [OPTIONS] <COMMAND>

    Commands:
      accept    Say which other terms for a dataset are accepted without asking a person
      add       Publish a dataset under a rule
      list      List datasets
      replace   Publish another version of a dataset; contracts in force keep their agreement
      show      Show a dataset with its rule
      withdraw  Withdraw a dataset; contracts in force stay

    Options:
      -h, --help  Print help
    ");
}

#[test]
fn what_a_new_user_types_first() {
    insta::assert_snapshot!(help(&["init"]), @r"
    Create the home folder, or add a participant to it

    Usage: allmende init [OPTIONS] --host <NAME> --name <NAME>

    Options:
          --host <NAME>     The participant's own host name; its DID is made from it
          --name <NAME>     The name shown to people
          --gate <ADDRESS>  Make it the gate of a connector of another make, which listens on this
                            machine at this http address; for `allmende gate`
      -h, --help            Print help

    Where it listens (written to allmende.toml; ignored when that exists):
          --loopback                Listen on loopback only and let partners be on this machine: for
                                    trying out
          --mutual-port <PORT>      The port of the mutual listener, as partners reach it [default:
                                    8443]
          --public-port <PORT>      The port of the public listener; part of the DID unless it is 443
                                    [default: 8444]
          --management-port <PORT>  The port of the management listener, on loopback [default: 8180]
          --handover-port <PORT>    The port of the local hand-over, on loopback [default: 8181]
    ");
}

#[test]
fn what_a_new_member_types_first() {
    insta::assert_snapshot!(help(&["join"]), @r"
    Join a data space with an enrolment code

    Usage: allmende join [OPTIONS] --fingerprint <FINGERPRINT> <AUTHORITY>

    Arguments:
      <AUTHORITY>  The authority's DID, as it came with the code

    Options:
          --fingerprint <FINGERPRINT>  The fingerprint of the data space's root, as it came with the
                                       code (64 digits; spaces and hyphens do not matter)
          --code-file <FILE>           A file with the enrolment code; without it, you are asked
      -h, --help                       Print help
    ");
    insta::assert_snapshot!(help(&["dataset", "add"]), @r#"
    Publish a dataset under a rule

    Usage: allmende dataset add [OPTIONS] --title <TITLE> <--file <PATH>|--http <URL>>

    Options:
          --title <TITLE>              The name that people see
          --description <DESCRIPTION>  What it holds, in words [default: ""]
          --file <PATH>                A file, as a path below the participant's data folder
          --http <URL>                 An HTTP source, read anew for each delivery
          --media-type <TYPE>          The media type; without it, guessed from the name's ending
          --second-person              Let a second person decide about each contract
          --visible-to <VISIBLE_TO>    Who sees the dataset in the catalogue [default: members]
                                       [possible values: members, permitted]
      -h, --help                       Print help (see more with '--help')

    The rule (all that is given must hold; nothing: every member):
          --rule <SENTENCE|FILE>  A sentence that `dataset add --help` lists, in German or English or by
                                  its key (`until=2027-12-31`); several: all must hold. Or one file with
                                  an ODRL offer in the JSON of DSP 2025-1, instead of everything below
          --until <DAY>           Only until this day (2026-12-31, or with an offset 2026-12-31+01:00)
                                  or instant
          --vetted-as <KIND>      Only for members vetted as this kind; several: any of them
          --partner <DID>         Only for this partner; several: any of them
          --purpose <PURPOSE>     Only for this purpose (promised by the partner, not enforced)
    "#);
    insta::assert_snapshot!(help(&["contract", "request"]), @r"
    Ask a partner for a contract

    Usage: allmende contract request [OPTIONS] <PEER> <DATASET>

    Arguments:
      <PEER>     The partner, by host name or DID
      <DATASET>  The dataset: its id, the first eight or more characters of it, or its exact title

    Options:
          --offer <OFFER>         The offer, where the dataset has several
          --purpose <PURPOSE>     The purpose that you state
          --rule <SENTENCE|FILE>  Other terms than the offer's: sentences that `dataset add --help`
                                  lists, or a file with an ODRL offer in the JSON of DSP 2025-1
          --wait <WAIT>           Seconds to wait for the answer [default: 30]
      -h, --help                  Print help
    ");
    insta::assert_snapshot!(help(&["pull"]), @r"
    Fetch the data of a contract

    Usage: allmende pull [OPTIONS] <CONTRACT>

    Arguments:
      <CONTRACT>  The contract: its id, the first eight or more characters of it, or its title

    Options:
      -o, --output <FILE>  Where to put the data; `-` for stdout
      -h, --help           Print help
    ");
}

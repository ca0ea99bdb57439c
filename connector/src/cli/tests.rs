//! The program as its users meet it: what stands on stdout, what on stderr, and the exit code,
//! against a listener with a desk of fixed answers.

mod help;
mod policy;
mod store;
mod talk;
mod tasks;

use std::net::TcpListener;
use std::sync::Arc;

use clap::Parser as _;
use tempfile::TempDir;

use self::tasks::FixtureTasks;
use super::*;
use crate::home::Home;
use crate::ids::CountedIds;
use crate::management::fixture::{FixtureDesk, neu_ulm, ulm};
use crate::management::login::LocalTokens;
use crate::management::run_file::RunFile;
use crate::management::server;

/// A running listener and the home that leads to it.
struct Connector {
    home: TempDir,
    desk: Arc<FixtureDesk>,
    server: actix_web::dev::ServerHandle,
}

fn connector() -> Connector {
    let home = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let file = RunFile::fresh(address, [ulm(), neu_ulm()], &CountedIds::default());
    file.write(&Home::at(home.path())).unwrap();
    let desk = Arc::new(FixtureDesk::default());
    let local = LocalTokens::of(&file.participants);
    let server = server::server(Arc::clone(&desk), local, listener).unwrap();
    let handle = server.handle();
    drop(tokio::spawn(server));
    Connector { home, desk, server: handle }
}

/// What a command left behind.
#[derive(Debug, PartialEq)]
struct Left {
    exit: u8,
    stdout: String,
    stderr: String,
}

async fn typed(home: &std::path::Path, line: &[&str]) -> Left {
    typed_to(&FixtureTasks, home, line).await
}

async fn typed_to<T: Tasks>(tasks: &T, home: &std::path::Path, line: &[&str]) -> Left {
    let start = ["allmende", "--home", home.to_str().unwrap()];
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let exit = match Arguments::try_parse_from(start.iter().chain(line)) {
        Ok(arguments) => {
            let lang = arguments.common.lang.unwrap_or_default();
            let mut output = Output::new(&mut stdout, &mut stderr, lang);
            output.json = arguments.common.json;
            run(tasks, arguments, &mut output).await.number()
        }
        Err(error) => {
            stderr = error.to_string().into_bytes();
            u8::try_from(error.exit_code()).unwrap()
        }
    };
    let text =
        |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(home.to_str().unwrap(), "HOME");
    Left { exit, stdout: text(stdout), stderr: text(stderr) }
}

#[tokio::test]
async fn every_command_reaches_its_call() {
    let connector = connector();
    let call = |line: &'static str, calls: &'static [&'static str]| (line, calls);
    for (line, calls) in [
        call("account add anna.huber --role clerk --role approver", &["addAccount"]),
        call("account list", &["listAccounts"]),
        call("account remove anna.huber", &["removeAccount"]),
        call("audit export all", &["exportLog"]),
        call("audit export c0ffee00 march", &["contracts", "exportLog"]),
        call("audit show --contract c0ffee00", &["contracts", "logEntries"]),
        call("authority invite did:web:a.example --name A --as town", &["inviteMember"]),
        call("authority reinstate a.example", &["reinstateMember"]),
        call("authority revoke a.example --reason gone", &["revokeMember"]),
        call("authority suspend did:web:a.example --reason late", &["suspendMember"]),
        call("authority vet a.example --as town", &["vetMember"]),
        call("catalog neu-ulm.localhost", &["catalog"]),
        call("catalog neu-ulm.localhost --filter title~Park --filter id=a", &["catalog"]),
        call("contract approve c0ffee00", &["contracts", "contract", "approveContract"]),
        call("contract end urn:uuid:1 --reason enough", &["endContract"]),
        call("contract list", &["contracts"]),
        call("contract list --pending", &["listApprovals"]),
        call("contract reject c0ffee00 --reason no", &["contracts", "rejectContract"]),
        call(
            "contract request ulm.localhost 5f1c2a34-0000-4000-8000-000000000001",
            &["catalog", "requestContract"],
        ),
        call("contract show c0ffee00 --wait 5", &["contracts", "contract"]),
        call("dataset add --title T --file a.csv --until 2026-12-31", &["addDataset"]),
        call("dataset list", &["datasets"]),
        call(
            "dataset replace 5f1c2a34 --title T --http http://a.example/",
            &["datasets", "replaceDataset"],
        ),
        call("dataset show 5f1c2a34", &["datasets", "dataset"]),
        call("dataset withdraw 5f1c2a34", &["datasets", "withdrawDataset"]),
        call("delivery list", &["deliveries"]),
        call("delivery list --contract c0ffee00", &["contracts", "deliveries"]),
        call("delivery resume de11ve12", &["resumeDelivery"]),
        call("delivery show de11ve12", &["delivery"]),
        call("delivery suspend de11ve12 --reason repair", &["suspendDelivery"]),
        call("doctor", &["doctor"]),
        call("members", &["members"]),
        call("pull c0ffee00", &["contracts", "pull"]),
        call("receive c0ffee00", &["contracts", "receive"]),
        call("serve c0ffee00", &["contracts", "serve"]),
        call("serve c0ffee00 --stop", &["contracts", "unserve"]),
        call("status", &["status"]),
    ]
    .into_iter()
    .chain(talk::CALLS)
    {
        for json in [false, true] {
            let mut words: Vec<_> = line.split(' ').collect();
            words.extend(["--participant", "ulm.localhost"]);
            if json {
                words.push("--json");
            }
            let left = typed(connector.home.path(), &words).await;
            let expected = u8::from(line == "doctor");
            assert_eq!(left.exit, expected, "{line}: {left:?}");
            let called = |call: &&str| format!("ulm.localhost local-operator {call}");
            assert_eq!(connector.desk.calls(), calls.iter().map(called).collect::<Vec<_>>());
            if json && !left.stdout.is_empty() {
                let data: serde_json::Value = serde_json::from_str(&left.stdout).unwrap();
                assert!(data.is_object() || data.is_array(), "{line}");
                assert_eq!(left.stderr, "", "{line}");
            }
            assert!(!left.stdout.contains('\u{1b}') || json, "{line}: {left:?}");
        }
    }
    connector.server.stop(false).await;
}

#[tokio::test]
async fn a_contract_is_named_by_its_datasets_title() {
    let connector = connector();
    let pull = ["--participant", "ulm.localhost", "pull", "Parkhäuser Ulm"];
    let left = typed(connector.home.path(), &pull).await;
    assert_eq!(left.exit, 0, "{left:?}");
    let calls = ["ulm.localhost local-operator contracts", "ulm.localhost local-operator pull"];
    assert_eq!(connector.desk.calls(), calls);
    let left =
        typed(connector.home.path(), &["pull", "Parkhäuser", "--participant", "ulm.localhost"])
            .await;
    assert!(left.exit == 1 && left.stderr.contains("nothing-named"), "{left:?}");
    connector.server.stop(false).await;
}

#[tokio::test]
async fn a_refused_contract_is_shown_with_its_remedy_and_ends_with_one() {
    let connector = connector();
    let line =
        ["--participant", "ulm.localhost", "contract", "request", "neu-ulm.localhost", "refused"];
    // The catalogue has no such title: nothing is asked for.
    let left = typed(connector.home.path(), &line).await;
    assert_eq!(left.exit, 1);
    insta::assert_snapshot!(left.stderr, @r"
    error: nothing is called `refused`
      next: take the id from the list, eight characters of it at least
      code: nothing-named
    ");
    assert_eq!(connector.desk.calls(), ["ulm.localhost local-operator catalog"]);
    let line =
        ["--participant", "ulm.localhost", "contract", "reject", "urn:uuid:1", "--reason", "no"];
    let left = typed(connector.home.path(), &line).await;
    assert_eq!(left.exit, 0);
    connector.server.stop(false).await;
}

#[tokio::test]
async fn a_refusal_of_the_connector_is_said_in_both_languages() {
    let connector = connector();
    let home = connector.home.path();
    // The desk refuses to pull under the contract whose agreement is called `ended`.
    let line = ["--participant", "ulm.localhost", "pull", "urn:ended", "--lang"];
    let english = typed(home, &[&line[..], &["en"]].concat()).await;
    assert_eq!((english.exit, &*english.stdout), (1, ""));
    insta::assert_snapshot!(english.stderr, @r"
    error: the contract has ended
      next: request a new contract
      code: contract-ended
    ");
    let german = typed(home, &[&line[..], &["de"]].concat()).await;
    insta::assert_snapshot!(german.stderr, @r"
    Fehler: Der Nutzungsvertrag ist beendet.
      Nächster Schritt: Einen neuen Nutzungsvertrag anfragen.
      Kennung: contract-ended
    ");
    let json = typed(home, &[&line[..], &["en", "--json"]].concat()).await;
    assert_eq!((json.exit, &*json.stdout), (1, ""));
    insta::assert_snapshot!(json.stderr, @r#"
    {
      "error": {
        "code": "contract-ended",
        "what": {
          "de": "Der Nutzungsvertrag ist beendet.",
          "en": "the contract has ended"
        },
        "remedy": {
          "de": "Einen neuen Nutzungsvertrag anfragen.",
          "en": "request a new contract"
        }
      },
      "exit": 1
    }
    "#);
    connector.server.stop(false).await;
}

#[tokio::test]
async fn without_a_connector_the_code_is_three_and_the_way_out_is_named() {
    let home = tempfile::tempdir().unwrap();
    let left = typed(home.path(), &["contract", "list"]).await;
    assert_eq!((left.exit, &*left.stdout), (3, ""));
    insta::assert_snapshot!(left.stderr, @r"
    error: no connector runs from this home folder
      why: `HOME/run/management.json` is not there
      next: start `allmende up`, or name the running connector's folder with `--home`
      code: connector-not-running
    ");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    RunFile::fresh(closed, [ulm()], &CountedIds::default()).write(&Home::at(home.path())).unwrap();
    let left = typed(home.path(), &["status"]).await;
    assert_eq!(left.exit, 3, "{left:?}");
    assert!(left.stderr.contains("connector-unreachable"), "{left:?}");
}

#[tokio::test]
async fn an_unclear_command_line_ends_with_two() {
    let connector = connector();
    let home = connector.home.path();
    for line in [
        &["contract", "list"][..],
        &["nonsense"],
        &["join", "did:web:a.example", "--fingerprint", "x", "--code", "secret"],
        &["contract", "request", "ulm.localhost", "d", "--wait", "61"],
        &["dataset", "add", "--title", "no source"],
        &["catalog", "UPPER.example"],
    ] {
        let left = typed(home, line).await;
        assert_eq!((left.exit, &*left.stdout), (2, ""), "{line:?} {left:?}");
        assert!(!left.stderr.is_empty());
    }
    assert_eq!(connector.desk.calls(), Vec::<String>::new());
    connector.server.stop(false).await;
}

#[tokio::test]
async fn a_folder_that_is_not_proven_ends_with_four() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let anchors = home.path().join("anchors.json");
    std::fs::write(
        &anchors,
        r#"{"version":1,"participants":[],"witnesses":[],"policy":{"quorum":1},"seen":[]}"#,
    )
    .unwrap();
    let (folder, anchors) = (folder.to_str().unwrap(), anchors.to_str().unwrap());
    let left = typed(home.path(), &["audit", "verify", folder, "--anchors", anchors]).await;
    assert_eq!(left.exit, 4, "{left:?}");
    assert!(!left.stdout.is_empty());
    let left = typed(home.path(), &["audit", "verify", folder, "--anchors", folder]).await;
    assert_ne!(left.exit, 4, "what cannot be read was not verified: {left:?}");
}

#[tokio::test]
async fn a_home_is_made_and_a_data_space_founded() {
    let (town, office) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let init = ["init", "--host", "ulm.localhost", "--name", "Stadt Ulm", "--loopback"];
    let left = typed(town.path(), &init).await;
    assert_eq!((left.exit, &*left.stderr), (0, ""));
    insta::assert_snapshot!(left.stdout, @r"
    participant  did:web:ulm.localhost%3A8444
    settings     HOME/allmende.toml
    data folder  HOME/participants/ulm.localhost/data
    ");
    let again = typed(town.path(), &[&init[..], &["--lang", "de"]].concat()).await;
    assert_eq!((again.exit, &*again.stdout), (1, ""));
    insta::assert_snapshot!(again.stderr, @r"
    Fehler: Am Ordner des Konnektors wurde nichts geändert.
      Grund: the home has a participant with the host name of `did:web:ulm.localhost%3A8444` already
      Nächster Schritt: Einen anderen Rechnernamen wählen, oder den vorhandenen Teilnehmer verwenden.
      Kennung: participant-exists
    ");
    let left = typed(
        office.path(),
        &["authority", "init", "--host", "authority.localhost", "--name", "Region", "--loopback"],
    )
    .await;
    assert_eq!((left.exit, &*left.stderr), (0, ""));
    assert!(left.stdout.contains("did:web:authority.localhost%3A8444"), "{left:?}");
    assert_eq!(typed(office.path(), &["authority", "root-crl"]).await.exit, 0);
    for serve in [&["up"][..], &["authority", "up"]] {
        let left = typed(town.path(), serve).await;
        assert_eq!(left.exit, 0);
        insta::allow_duplicates! { insta::assert_snapshot!(left.stdout, @r"
        participant  did:web:ulm.localhost%3A9444
        partners     https://ulm.localhost:9443
        public       https://ulm.localhost:9444
        management   http://127.0.0.1:8180
        hand-over    http://127.0.0.1:8181
        "); }
    }
    assert_eq!(typed(town.path(), &["demo"]).await.exit, 0);
}

#[tokio::test]
async fn a_code_is_read_from_a_file_and_never_shown() {
    let home = tempfile::tempdir().unwrap();
    let code = home.path().join("code");
    std::fs::write(&code, "this-is-no-code\n").unwrap();
    let fingerprint = "ab".repeat(32);
    let join = [
        "join",
        "did:web:authority.localhost%3A9344",
        "--fingerprint",
        &fingerprint,
        "--code-file",
        code.to_str().unwrap(),
    ];
    let left = typed(home.path(), &join).await;
    assert!(left.stderr.contains("no-home"), "{left:?}");
    let init = ["init", "--host", "ulm.localhost", "--name", "Stadt Ulm", "--loopback"];
    assert_eq!(typed(home.path(), &init).await.exit, 0);
    let left = typed(home.path(), &join).await;
    assert_eq!((left.exit, &*left.stdout), (2, ""));
    assert!(left.stderr.contains("code-invalid"), "{left:?}");
    assert!(!left.stderr.contains("this-is-no-code"), "{left:?}");
}

#[tokio::test]
async fn an_invitation_can_go_to_a_file_of_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let connector = connector();
    let path = connector.home.path().join("code");
    let invite = ["authority", "invite", "did:web:a.example", "--name", "A"];
    let invite = [&invite[..], &["--participant", "ulm.localhost"]].concat();
    let left = typed(connector.home.path(), &invite).await;
    insta::assert_snapshot!(left.stdout, @r"
    enrolment code  the-code
    expires         2026-01-16 08:00 UTC
    fingerprint     abcd-abcd
    next            allmende join did:web:authority.localhost%3A9344 --fingerprint abcd-abcd
    ");
    let to_file = [&invite[..], &["--code-file", path.to_str().unwrap()]].concat();
    let left = typed(connector.home.path(), &to_file).await;
    assert!(!left.stdout.contains("the-code") && left.exit == 0, "{left:?}");
    assert_eq!(std::fs::read(&path).unwrap(), b"the-code");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    connector.server.stop(false).await;
}

#[test]
fn the_exit_codes_are_documented() {
    let documented = include_str!("../../../docs/exit-codes.md");
    for exit in Exit::ALL {
        assert!(documented.contains(&format!("\n| {} |", exit.number())), "{exit:?}");
    }
}

#[test]
fn the_codes_of_the_command_line_are_documented() {
    let documented = include_str!("../../../docs/errors.md");
    for source in [
        include_str!("client.rs"),
        include_str!("dataset.rs"),
        include_str!("find.rs"),
        include_str!("pull.rs"),
        include_str!("run.rs"),
        include_str!("verify.rs"),
        include_str!("../cli.rs"),
    ] {
        let product = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for code in product.split("Exit::").skip(1).filter_map(|rest| {
            let (_, rest) = rest.split_once(",\n")?;
            rest.trim_start().strip_prefix('"')?.split_once('"').map(|(code, _)| code)
        }) {
            assert!(documented.contains(&format!("| `{code}` |")), "{code}");
        }
    }
}

//! What the operator's journal says: at its usual level what needs a person, each thing once.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use allmende_tests::cast::Who;
use allmende_tests::dataspace::Dataspace;
use allmende_tests::network::Letter;
use allmende_tests::story::{described, rule};
use bytes::Bytes;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tracing::Level;
use tracing::subscriber::DefaultGuard;

/// What this thread writes to the journal from now on.
#[derive(Clone, Debug, Default)]
struct Journal(Arc<Mutex<Vec<u8>>>);

impl Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Journal {
    fn at(level: Level) -> (Self, DefaultGuard) {
        let journal = Self::default();
        let lines = journal.clone();
        let writer = move || lines.clone();
        let subscriber = tracing_subscriber::fmt().with_max_level(level).with_writer(writer);
        let subscriber = subscriber.with_ansi(false).finish();
        (journal, tracing::subscriber::set_default(subscriber))
    }

    /// The lines that have `part` in them.
    fn lines(&self, part: &str) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| line.contains(part)).map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_delivered_is_told_once_and_again_when_it_is_given_up() {
    let (journal, _guard) = Journal::at(Level::WARN);
    let space = Dataspace::new();
    let dataset = space.publish(Who::Ulm, described(&rule())).await;
    space.ask(Who::Company, Who::Ulm, &dataset).await.unwrap();
    space.network.cut_off(Who::Ulm);
    space.settle().await;
    for _ in 0..5 {
        space.pass(SignedDuration::from_mins(10)).await;
    }
    let late = journal.lines("a message is not delivered yet");
    assert_eq!(late.len(), 1, "{late:#?}");
    assert!(late[0].contains("WARN") && late[0].contains("ContractRequestMessage"), "{late:?}");
    assert!(journal.lines("given up").is_empty());

    space.pass(SignedDuration::from_hours(25)).await;
    let given_up = journal.lines("a message is given up");
    assert_eq!(given_up.len(), 1, "{given_up:#?}");
    assert!(given_up[0].contains("ContractRequestMessage"), "{given_up:?}");
    assert_eq!(journal.lines("not delivered yet").len(), 1);
}

#[tokio::test]
async fn members_that_mean_nothing_here_are_named_by_their_places() {
    let (journal, _guard) = Journal::at(Level::INFO);
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.transfer(&agreement).await;
    assert!(journal.lines("members-ignored").is_empty());
    let opened = space.network.letter("transfers/request");
    let mut body: Value = serde_json::from_slice(opened.body.as_ref().unwrap()).unwrap();
    body["consumerPid"] = json!("urn:uuid:0b0e2f0c-7c0e-4c39-9f4b-3d0a9d8c1a11");
    body["https://example.org/remark"] = json!("for whoever reads it");
    let letter = Letter { body: Some(Bytes::from(body.to_string())), ..opened };
    assert_eq!(space.network.post(letter).await.unwrap().status, 201);
    let told = journal.lines("members-ignored");
    assert_eq!(told.len(), 1, "{told:#?}");
    let place = "/https:~1~1example.org~1remark";
    assert!(told[0].contains(place) && told[0].contains("TransferRequestMessage"), "{told:?}");
}

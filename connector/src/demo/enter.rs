//! How the data space comes to be: an authority founds it, four participants join, everybody
//! starts.

use serde_json::Value;

use super::line::Line;
use super::party::Party;
use super::{Play, local};
use crate::cli::exit::Failure;
use crate::management::view::Words;

/// The kind of member that the rule asks for.
pub(super) const KIND: &str = "mobility-service";

impl Play {
    /// The authority founds the data space and starts.
    pub(super) async fn found(&mut self) -> Result<(), Failure> {
        self.teller.step(
            Words::new("Eine Vertrauensstelle gründet den Datenraum.", "An authority founds the data space."),
            &Words::new(
                "Sie entscheidet, wer mitmacht. Ihr Wurzelschlüssel kommt danach in den Tresor: zum Betrieb wird er nicht gebraucht.",
                "It decides who takes part. Its root key then goes into a safe: running needs it no more.",
            ),
        );
        let authority = self.cast.authority.clone();
        let line = Line::new(&["authority", "init"]).and(&["--host", authority.host]);
        let line = located(line.and(&["--name", authority.name]), &authority);
        let founded: Value = self.stage.show(&mut self.teller, &line).await?;
        let up = Line::new(&["authority", "up"]).by(&authority);
        self.start_one(&up, &authority).await?;
        let fingerprint = Words::new("Fingerabdruck", "fingerprint");
        self.teller.fact("fingerprint", &fingerprint, text(&founded, "fingerprint"));
        self.teller.done()
    }

    /// Four participants make their keys and join.
    pub(super) async fn enrol(&mut self) -> Result<(), Failure> {
        self.teller.step(
            Words::new(
                "Zwei Städte und zwei Firmen treten bei.",
                "Two towns and two firms join.",
            ),
            &Words::new(
                "Ulm und Neu-Ulm laufen in einem Prozess, wie bei einem kommunalen IT-Dienstleister; die Firmen betreiben sich selbst. Jeder macht seine eigenen Schlüssel und erhält einen Code, der einmal gilt.",
                "Ulm and Neu-Ulm run in one process, as at a public IT provider; the firms run their own. Each makes its own keys and gets a code that works once.",
            ),
        );
        for (index, party) in self.cast.members().map(Party::clone).iter().enumerate() {
            self.join(party, index == 0).await?;
        }
        self.teller.say(&Words::new(
            "… ebenso Neu-Ulm und die beiden Firmen (alle Befehle stehen in commands.txt).",
            "… and so do Neu-Ulm and the two firms (commands.txt has all commands).",
        ));
        self.teller.say(&Words::new(
            "Die Vertrauensstelle hat die Wegweiser GmbH geprüft: Sie ist ein Mobilitätsdienst. Die Plakat AG ist es nicht.",
            "The authority has vetted Wegweiser GmbH: it is a mobility service. Plakat AG is not.",
        ));
        let line = Line::new(&["authority", "vet", self.cast.company.host, "--as", KIND]);
        let line = line.by(&self.cast.authority);
        let _: Value = self.stage.show(&mut self.teller, &line).await?;
        self.teller.done()
    }

    async fn join(&mut self, party: &Party, shown: bool) -> Result<(), Failure> {
        let init = Line::new(&["init", "--host", party.host, "--name", party.name]);
        let init = located(init, party);
        let code = self.folder.join(format!("{}.code", party.host)).display().to_string();
        let did = party.did.to_string();
        let invite = Line::new(&["authority", "invite", &did, "--name", party.name])
            .and(&["--code-file", &code])
            .by(&self.cast.authority);
        for line in [&init, &invite] {
            self.typed(line, shown);
            let made: Value = self.stage.run(line).await?.data()?;
            if let Some(fingerprint) = made.get("fingerprint").and_then(Value::as_str) {
                let authority = self.cast.authority.did.to_string();
                let join = Line::new(&["join", &authority, "--fingerprint", fingerprint])
                    .and(&["--code-file", &code])
                    .by(party);
                self.typed(&join, shown);
                let _: Value = self.stage.run(&join).await?.data()?;
            }
        }
        Ok(())
    }

    fn typed(&mut self, line: &Line, shown: bool) {
        if shown {
            self.teller.typed(line);
        } else {
            self.teller.also(line);
        }
    }

    /// Three processes start.
    pub(super) async fn start(&mut self) -> Result<(), Failure> {
        self.teller.step(
            Words::new("Alle starten ihren Konnektor.", "Everybody starts their connector."),
            &Words::new(
                "Zwischen ihnen gibt es nur TLS 1.3 mit Zertifikaten auf beiden Seiten.",
                "Between them there is only TLS 1.3 with certificates on both sides.",
            ),
        );
        for party in [&self.cast.ulm, &self.cast.company, &self.cast.second_firm].map(Party::clone)
        {
            let up = Line::new(&["up", "--home", &party.home]);
            self.start_one(&up, &party).await?;
        }
        self.teller.done()
    }

    async fn start_one(&mut self, line: &Line, party: &Party) -> Result<(), Failure> {
        self.teller.typed(line);
        let mut journal = std::path::PathBuf::from(&party.home);
        journal.set_extension("journal");
        let began = crate::clock::Clock::now(self.teller.clock());
        self.stage.up(line, &journal).await?;
        let ms = self.teller.ms_since(began);
        let name = format!("{}Ms", party.host);
        self.teller.fact(&name, &Words::new("bereit", "ready"), format!("{ms} ms"));
        Ok(())
    }

    /// A town's file, where its connector may read it.
    pub(super) fn place_file(&self, party: &Party, name: &str) -> Result<u64, Failure> {
        let data = std::path::Path::new(&party.home).join("participants").join(party.host);
        let path = data.join("data").join(name);
        super::fixture::write(&path).map_err(|error| local(&error))?;
        Ok(std::fs::metadata(&path).map_err(|error| local(&error))?.len())
    }
}

/// The line with the home and the ports of a party's process.
fn located(line: Line, party: &Party) -> Line {
    let ports = party.ports;
    let [mutual, public, management, handover] =
        [ports.mutual, ports.public, ports.management, ports.handover].map(|port| port.to_string());
    line.and(&["--loopback", "--mutual-port", &mutual, "--public-port", &public])
        .and(&["--management-port", &management, "--handover-port", &handover])
        .and(&["--home", &party.home])
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value.get(member).and_then(Value::as_str).unwrap_or_default()
}

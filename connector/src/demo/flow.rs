//! How data flows: a town publishes, a company asks, both sign, the data comes, a program reads it.

use std::path::Path;

use super::enter::KIND;
use super::line::Line;
use super::program;
use super::{Play, megabytes, short};
use crate::cli::exit::Failure;
use crate::clock::Clock as _;
use crate::management::view::{
    BadgeName, CatalogView, ContractStage, ContractView, DatasetView, DeliveryView, HandoverView,
    RuleLine, Words,
};

/// The dataset of the main story.
pub(super) const PARKING: &str = "Parkhausbelegung";
/// Its file.
const FILE: &str = "parking.csv";
/// The purpose that the rule asks for.
pub(super) const PURPOSE: &str = "traffic-planning";

impl Play {
    /// Ulm publishes a dataset under a rule.
    pub(super) async fn publish(&mut self) -> Result<(), Failure> {
        self.teller.step(
            Words::new(
                "Ulm veröffentlicht die Belegung seiner Parkhäuser.",
                "Ulm publishes how full its car parks are.",
            ),
            &Words::new(
                "Die Regel ist ein Satz. Bei jeder Zeile steht, was dahinter steht: erzwungen heißt, das Programm verhindert es; zugesagt heißt, jemand hat es versprochen.",
                "The rule is a sentence. Each line says what stands behind it: enforced means that the program prevents it; promised means that somebody gave their word.",
            ),
        );
        let ulm = self.cast.ulm.clone();
        let bytes = self.place_file(&ulm, FILE)?;
        let line = Line::new(&["dataset", "add", "--title", PARKING, "--file", FILE]);
        let line = self.ruled(line).by(&ulm);
        let dataset: DatasetView = self.stage.show(&mut self.teller, &line).await?;
        let lang = self.teller.lang;
        let size = megabytes(bytes);
        self.teller.fact("bytes", &Words::new("Datei", "file"), size.in_lang(lang));
        self.rule(&dataset.rules);
        self.teller.done()
    }

    /// The line with the rule of the story.
    pub(super) fn ruled(&self, line: Line) -> Line {
        line.and(&["--vetted-as", KIND, "--until", &self.until, "--purpose", PURPOSE])
    }

    /// The rule line by line, with its badges.
    pub(super) fn rule(&mut self, rules: &[RuleLine]) {
        let lang = self.teller.lang;
        let lines: Vec<String> = rules
            .iter()
            .map(|rule| {
                let badge = badge(rule.badge);
                format!("[{}] {}", badge.in_lang(lang), rule.sentence.in_lang(lang))
            })
            .collect();
        self.teller.lines("rule", &lines);
    }

    /// The company reads the catalogue and gets a contract.
    pub(super) async fn agree(&mut self) -> Result<(), Failure> {
        self.teller.step(
            Words::new(
                "Die Wegweiser GmbH findet den Datensatz und schließt einen Vertrag.",
                "Wegweiser GmbH finds the dataset and gets a contract.",
            ),
            &Words::new(
                "Die beiden Programme verhandeln nach dem Dataspace Protocol; beide unterschreiben dieselben Bytes.",
                "The two programs negotiate by the Dataspace Protocol; both sign the same bytes.",
            ),
        );
        let company = self.cast.company.clone();
        let ulm = self.cast.ulm.host;
        let line = Line::new(&["catalog", ulm]).by(&company);
        let catalog: CatalogView = self.stage.show(&mut self.teller, &line).await?;
        let titles: Vec<&str> = catalog.offers.iter().map(|offer| offer.title.as_str()).collect();
        self.teller.fact("catalog", &Words::new("Katalog", "catalogue"), titles.join(", "));
        let line = Line::new(&["contract", "request", ulm, PARKING, "--purpose", PURPOSE]);
        let began = self.teller.clock().now();
        let ran = {
            let line = line.by(&company);
            self.teller.typed(&line);
            self.stage.run(&line).await?
        };
        let contract: ContractView = ran.data()?;
        self.sums.contract_ms = self.teller.ms_since(began);
        if contract.stage != ContractStage::InForce {
            return Err(ran.unexpected());
        }
        self.standing(&contract);
        self.teller.done()
    }

    /// Where a contract stands, in words.
    pub(super) fn standing(&mut self, contract: &ContractView) {
        let lang = self.teller.lang;
        let (id, why) = (short(contract.id.as_str()), contract.why.in_lang(lang).to_owned());
        self.teller.fact("contract", &Words::new("Vertrag", "contract"), &id);
        let state = match contract.stage {
            ContractStage::Ended => Words::new("beendet", "ended"),
            ContractStage::InForce => Words::new("in Kraft", "in force"),
            ContractStage::Negotiating => Words::new("in Verhandlung", "negotiating"),
            ContractStage::Refused => Words::new("abgelehnt", "refused"),
            ContractStage::WaitingForApproval => {
                Words::new("wartet auf Freigabe", "waiting for approval")
            }
        };
        self.teller.fact("state", &Words::new("Stand", "state"), state.in_lang(lang));
        if contract.stage == ContractStage::InForce {
            let valid = contract.signatures.iter().filter(|signature| signature.verified).count();
            let words = Words::new(format!("{valid} gültige"), format!("{valid} valid"));
            let label = Words::new("Unterschriften", "signatures");
            self.teller.fact("signatures", &label, words.in_lang(lang));
        } else {
            self.teller.fact("why", &Words::new("Grund", "why"), why);
        }
    }

    /// The data comes, and the company's own program reads it.
    pub(super) async fn deliver(&mut self) -> Result<(), Failure> {
        self.teller.step(
            Words::new(
                "Die Daten kommen, und ein Programm der Firma liest sie.",
                "The data comes, and a program of the firm reads it.",
            ),
            &Words::new(
                "`pull` holt über TLS mit Zertifikaten auf beiden Seiten. `serve` öffnet eine Adresse, die es nur auf diesem Rechner gibt: Wer dort liest, braucht vom Datenraum nichts zu wissen.",
                "`pull` fetches over TLS with certificates on both sides. `serve` opens an address on this machine only: who reads there need not know of data spaces.",
            ),
        );
        let company = self.cast.company.clone();
        let lang = self.teller.lang;
        let target = self.folder.join("received.csv");
        let target_text = target.display().to_string();
        let began = self.teller.clock().now();
        let line = Line::new(&["pull", PARKING, "--output", &target_text]).by(&company);
        let pulled: DeliveryView = self.stage.show(&mut self.teller, &line).await?;
        self.sums.pulled = (pulled.bytes, self.teller.ms_since(began));
        let same = same_bytes(&target, &self.source_of_ulm());
        let size = megabytes(pulled.bytes);
        let said = if same {
            Words::new(
                format!("{}, Byte für Byte wie bei Ulm", size.de),
                format!("{}, byte for byte as Ulm has it", size.en),
            )
        } else {
            Words::new("ANDERS als bei Ulm", "DIFFERENT from Ulm's")
        };
        self.teller.fact("received", &Words::new("empfangen", "received"), said.in_lang(lang));
        let line = Line::new(&["serve", PARKING]).by(&company);
        let view: HandoverView = self.stage.show(&mut self.teller, &line).await?;
        let curl = Line::of("curl", &["-H", "Authorization: Bearer …", &view.url]);
        self.teller.typed(&curl);
        let answer = program::read(&view).await?;
        self.teller.lines("firstLines", &answer.first_lines(3));
        let read = megabytes(u64::try_from(answer.body.len()).unwrap_or(u64::MAX));
        let said = format!("HTTP {}, {}", answer.status, read.in_lang(lang));
        self.teller.fact("read", &Words::new("gelesen", "read"), said);
        self.teller.done()
    }

    fn source_of_ulm(&self) -> std::path::PathBuf {
        let ulm = &self.cast.ulm;
        Path::new(&ulm.home).join("participants").join(ulm.host).join("data").join(FILE)
    }
}

fn same_bytes(one: &Path, other: &Path) -> bool {
    matches!((std::fs::read(one), std::fs::read(other)), (Ok(one), Ok(other)) if one == other)
}

/// A badge in words.
fn badge(badge: BadgeName) -> Words {
    match badge {
        BadgeName::Enforced => Words::new("erzwungen", "enforced"),
        BadgeName::Evidenced => Words::new("im Protokoll sichtbar", "evidenced"),
        BadgeName::Promised => Words::new("zugesagt", "promised"),
    }
}

//! How it is proven: each side hands out its log, the authority hands out the keys to believe, and
//! the verifier needs nothing else.

use serde_json::Value;

use super::line::Line;
use super::{Play, folder, local};
use crate::cli::exit::Failure;
use crate::management::view::{ExportView, Words};

impl Play {
    /// Both logs are exported and verified.
    pub(super) async fn prove(&mut self, stay: bool) -> Result<(), Failure> {
        self.teller.step(
            Words::new(
                "Eine Prüferin prüft beide Protokolle, ohne Netz.",
                "An auditor verifies both logs, without a network.",
            ),
            &Words::new(
                "Jede Seite gibt ihr Protokoll heraus. Welchen Schlüsseln sie glaubt, weiß die Prüferin aus anderer Hand: von der Vertrauensstelle.",
                "Each side hands out its log. Which keys to believe, the auditor knows from elsewhere: from the authority.",
            ),
        );
        let audit = self.folder.join("audit");
        let audit_text = audit.display().to_string();
        let anchors = self.folder.join("anchors.json");
        let anchors_text = anchors.display().to_string();
        self.anchors(&anchors).await?;
        for party in [self.cast.ulm.clone(), self.cast.company.clone()] {
            let line = Line::new(&["audit", "export", "all"]).by(&party);
            let export: ExportView = self.stage.show(&mut self.teller, &line).await?;
            let written = format!("{}/export/{}/all/.", party.home, party.did.host());
            let copy = Line::of("cp", &["-r", &written, &audit_text]);
            self.teller.typed(&copy);
            folder::copy(export.path.as_ref(), &audit).map_err(|error| local(&error))?;
        }
        if !stay {
            self.stage.stop().await;
            self.teller.say(&Words::new(
                "Alle Konnektoren sind jetzt aus.",
                "All connectors are off now.",
            ));
        }
        let line = Line::new(&["audit", "verify", &audit_text, "--anchors", &anchors_text]);
        self.teller.typed(&line);
        let ran = self.stage.run(&line).await?;
        let report: Value = ran.printed().ok_or_else(|| ran.unexpected())?;
        self.report(&report);
        if ran.exit() != Some(0) {
            return Err(ran.unexpected());
        }
        self.replay(&audit_text, &anchors_text).await?;
        self.teller.done()
    }

    /// Every decision is made again from what the logs recorded.
    async fn replay(&mut self, folder: &str, anchors: &str) -> Result<(), Failure> {
        let line = Line::new(&["audit", "replay", folder, "--anchors", anchors]);
        self.teller.typed(&line);
        let ran = self.stage.run(&line).await?;
        let report: Value = ran.printed().ok_or_else(|| ran.unexpected())?;
        let counts = report.get("counts").cloned().unwrap_or_default();
        let (alike, decisions) = (number(&counts, "alike"), number(&counts, "decisions"));
        let said = Words::new(
            format!("{alike} von {decisions} kommen wieder genau so heraus"),
            format!("{alike} of {decisions} come out alike again"),
        );
        let lang = self.teller.lang;
        let name = Words::new("Entscheidungen", "decisions");
        self.teller.fact("replayed", &name, said.in_lang(lang));
        if ran.exit() == Some(0) { Ok(()) } else { Err(ran.unexpected()) }
    }
}

impl Play {
    /// What the authority says is to be believed, once it has seen both logs. It looks a moment after
    /// a log has become quiet.
    async fn anchors(&mut self, path: &std::path::Path) -> Result<(), Failure> {
        let (ulm, company) = (self.cast.ulm.host, self.cast.company.host);
        let line = Line::new(&["authority", "anchors", ulm, company]).by(&self.cast.authority);
        self.teller.typed(&line.clone().into(&path.display().to_string()));
        let ran = self.stage.run(&line).await?;
        let _: Value = ran.data()?;
        std::fs::write(path, ran.text()).map_err(|error| local(&error))
    }

    /// The verifier's report in short.
    fn report(&mut self, report: &Value) {
        let verdict = match report.get("verdict").and_then(Value::as_str) {
            Some("proven") => Words::new("bewiesen", "proven"),
            Some("only-self-consistent") => {
                Words::new("nur in sich stimmig", "only self-consistent")
            }
            Some(_) | None => Words::new("gebrochen", "broken"),
        };
        let lang = self.teller.lang;
        self.teller.fact("verdict", &Words::new("Ergebnis", "verdict"), verdict.in_lang(lang));
        for log in list(report, "logs") {
            let (whole, size) = (number(log, "wholeTo"), number(log, "size"));
            let said = Words::new(
                format!("vollständig bis Eintrag {whole} von {size}"),
                format!("whole to {whole} of {size} entries"),
            );
            let name = log.get("log").and_then(Value::as_str).unwrap_or_default().to_owned();
            self.teller.fact(
                &name,
                &Words::new("Protokoll", "log"),
                format!("{name}: {}", said.in_lang(lang)),
            );
        }
        let agreed = report.get("agree").and_then(Value::as_bool) == Some(true);
        let agreements = list(report, "agreements").len();
        let said = if agreed {
            Words::new(
                format!("über alle {agreements} Verträge sagen sie dasselbe"),
                format!("they say the same about all {agreements} contracts"),
            )
        } else {
            Words::new("sie sagen NICHT dasselbe", "they do NOT say the same")
        };
        self.teller.fact("agree", &Words::new("beide", "both"), said.in_lang(lang));
        self.teller.say(&Words::new(
            "Was kein Protokoll beweisen kann, steht im vollen Bericht: denselben Befehl selbst ausführen.",
            "What no log can prove stands in the full report: run the same command yourself.",
        ));
    }
}

fn list<'a>(value: &'a Value, member: &str) -> &'a [Value] {
    value.get(member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn number(value: &Value, member: &str) -> u64 {
    value.get(member).and_then(Value::as_u64).unwrap_or_default()
}

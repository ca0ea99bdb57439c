//! The end: what it came to, and what to try next.

use std::path::Path;

use super::{Play, folder, megabytes};
use crate::management::view::Words;

impl Play {
    /// Times, bytes, sizes, and what to try next.
    pub(super) fn sum_up(&mut self) {
        let lang = self.teller.lang;
        let title = Words::new("Zusammengefasst", "In short");
        self.teller.step(title, &Words::same(""));
        let (bytes, pull_ms) = self.sums.pulled;
        let rate = bytes.saturating_mul(1_000) / u64::try_from(pull_ms.max(1)).unwrap_or(1);
        let (size, rate) = (megabytes(bytes), megabytes(rate));
        let (contract_ms, cut_ms) = (self.sums.contract_ms, self.sums.cut_ms);
        let logs = |home: &str| folder::size(&Path::new(home).join("log")) / 1_000;
        let (ulm, company) = (logs(&self.cast.ulm.home), logs(&self.cast.company.home));
        let whole = self.teller.ms_in_all();
        for (name, label, said) in [
            (
                "contract",
                Words::new("Vertrag", "contract"),
                Words::same(format!("{contract_ms} ms")),
            ),
            (
                "delivery",
                Words::new("Lieferung", "delivery"),
                Words::new(
                    format!("{} in {pull_ms} ms ({}/s)", size.de, rate.de),
                    format!("{} in {pull_ms} ms ({}/s)", size.en, rate.en),
                ),
            ),
            ("cut", Words::new("Abbruch", "cut"), Words::same(format!("{cut_ms} ms"))),
            (
                "logs",
                Words::new("Protokolle", "logs"),
                Words::new(
                    format!("Städte {ulm} kB, Wegweiser GmbH {company} kB auf der Platte"),
                    format!("towns {ulm} kB, Wegweiser GmbH {company} kB on disk"),
                ),
            ),
            ("all", Words::new("alles", "all of it"), Words::same(format!("{whole} ms"))),
        ] {
            self.teller.fact(name, &label, said.in_lang(lang));
        }
    }

    /// What to try next, when everything has been stopped.
    pub(super) fn next(&mut self) {
        let folder = self.folder.display().to_string();
        self.teller.put("");
        self.teller.say(&Words::new("Als Nächstes:", "What to try next:"));
        for (words, line) in [
            (
                Words::new(
                    "weiterlaufen lassen und selbst tippen",
                    "keep it running and type yourself",
                ),
                "allmende demo --stay".to_owned(),
            ),
            (
                Words::new("den vollen Prüfbericht lesen", "read the verifier's full report"),
                format!("allmende audit verify {folder}/audit --anchors {folder}/anchors.json"),
            ),
        ] {
            let lang = self.teller.lang;
            self.teller.put(&format!("      {:<44}{line}", words.in_lang(lang)));
        }
        self.program();
    }

    /// Where everybody answers, and how to talk to them.
    pub(super) fn stay(&mut self) {
        let lang = self.teller.lang;
        self.teller.put("");
        self.teller.say(&Words::new(
            "Alles läuft weiter, bis Sie Strg-C drücken. In einem zweiten Terminal, in diesem Verzeichnis:",
            "Everything keeps running until you press Ctrl-C. In a second terminal, in this directory:",
        ));
        let (towns, company) = (self.cast.ulm.home.clone(), self.cast.company.home.clone());
        let firm = self.cast.second_firm.home.clone();
        let audit = self.folder.join("audit").display().to_string();
        for line in [
            format!("allmende contract list --home {company}"),
            format!("allmende serve Parkhausbelegung --home {company}"),
            format!("allmende dataset list --home {towns} --participant ulm.localhost"),
            format!("allmende audit show --home {towns} --participant ulm.localhost"),
            format!("allmende catalog ulm.localhost --home {firm}"),
            format!("allmende doctor --home {company}"),
            format!(
                "allmende audit verify {audit} --anchors {}",
                self.folder.join("anchors.json").display()
            ),
        ] {
            self.teller.put(&format!("      $ {line}"));
        }
        self.program();
        self.teller.put("");
        let cast = self.cast.clone();
        for (party, ports) in [&cast.authority, &cast.ulm, &cast.company, &cast.second_firm]
            .map(|party| (party, party.ports))
        {
            let (mutual, public) = (ports.mutual, ports.public);
            let management = ports.management;
            let said = Words::new(
                format!(
                    "{:<24}Partner {mutual}, öffentlich {public}, Verwaltung {management}",
                    party.host
                ),
                format!(
                    "{:<24}partners {mutual}, public {public}, management {management}",
                    party.host
                ),
            );
            self.teller.put(&format!("      {}", said.in_lang(lang)));
        }
    }

    /// Where the program lies, since it may not be in the search path.
    fn program(&mut self) {
        let program = self.stage.program().display().to_string();
        self.teller.say(&Words::new(
            format!("(`allmende` ist {program})"),
            format!("(`allmende` is {program})"),
        ));
    }
}

//! How things stand, for people: log, accounts, members, checks, status.

use super::card::Card;
use super::table::table;
use super::{LINE_CHARS_MAX, Show, instant, safe, size};
use crate::management::actor::AccountRole;
use crate::management::view::{
    AccountAdded, AccountView, DoctorView, ExportView, LogPage, MembersView, StatusView,
};
use crate::words::{Lang, Phrase};

impl Show for LogPage {
    fn show(&self, lang: Lang) -> String {
        let rows: Vec<_> = self
            .entries
            .iter()
            .map(|entry| {
                [
                    entry.index.to_string(),
                    instant(entry.at, lang),
                    entry.sentence.in_lang(lang).to_owned(),
                    entry.account.clone().unwrap_or_default(),
                ]
            })
            .collect();
        let heading = [Phrase::Number, Phrase::Moment, Phrase::Event, Phrase::Account];
        let mut text = table(heading.map(|phrase| phrase.text(lang)), &rows);
        if let Some(next) = self.next {
            text.push_str(&format!("{} {next}\n", Phrase::MoreEntries.text(lang)));
        }
        text
    }
}

impl Show for ExportView {
    fn show(&self, lang: Lang) -> String {
        let entries = match lang {
            Lang::De => format!("{} Einträge, {}", self.entries, size(self.bytes, lang)),
            Lang::En => format!("{} entries, {}", self.entries, size(self.bytes, lang)),
        };
        Card::new(lang).line(Phrase::Folder, &self.path).line(Phrase::Log, entries).text()
    }
}

fn roles<'a>(roles: impl IntoIterator<Item = &'a AccountRole>) -> String {
    roles.into_iter().map(|role| role.name()).collect::<Vec<_>>().join(", ")
}

impl Show for Vec<AccountView> {
    fn show(&self, lang: Lang) -> String {
        if self.is_empty() {
            return format!("{}\n", Phrase::NothingHere.text(lang));
        }
        let row = |account: &AccountView| {
            let added = format!("{} ({})", instant(account.added, lang), account.added_by);
            [account.name.to_string(), roles(&account.roles), added]
        };
        let heading = [Phrase::Account, Phrase::Roles, Phrase::Added];
        let rows: Vec<_> = self.iter().map(row).collect();
        table(heading.map(|phrase| phrase.text(lang)), &rows)
    }
}

impl Show for AccountAdded {
    fn show(&self, lang: Lang) -> String {
        Card::new(lang)
            .line(Phrase::Account, self.account.name.as_str())
            .line(Phrase::Roles, roles(&self.account.roles))
            .line(Phrase::Token, self.token.reveal())
            .text()
    }
}

impl Show for MembersView {
    fn show(&self, lang: Lang) -> String {
        let rows: Vec<_> = self
            .members
            .iter()
            .map(|member| {
                [
                    member.name.clone().unwrap_or_default(),
                    member.status.clone(),
                    member.vetted_as.join(", "),
                    member.did.to_string(),
                ]
            })
            .collect();
        let heading = [Phrase::Member, Phrase::State, Phrase::Kinds, Phrase::Participant];
        let list = match lang {
            Lang::De => format!("Liste {} bis {}", self.number, instant(self.expires, lang)),
            Lang::En => format!("list {} until {}", self.number, instant(self.expires, lang)),
        };
        let card = Card::new(lang).line(Phrase::Dataspace, format!("{} ({list})", self.dataspace));
        format!("{}\n{}", card.text(), table(heading.map(|phrase| phrase.text(lang)), &rows))
    }
}

impl Show for DoctorView {
    fn show(&self, lang: Lang) -> String {
        let mut text = String::new();
        for check in &self.checks {
            let mark = if check.ok { Phrase::CheckOk } else { Phrase::CheckBad };
            let width = Phrase::CheckBad.text(lang).chars().count();
            let line = format!(
                "{:<width$}  {}: {}\n",
                mark.text(lang),
                check.check,
                safe(check.detail.in_lang(lang), LINE_CHARS_MAX),
            );
            text.push_str(&line);
            if let Some(remedy) = &check.remedy {
                let remedy = safe(remedy.in_lang(lang), LINE_CHARS_MAX);
                text.push_str(&format!("{:width$}  → {remedy}\n", ""));
            }
        }
        text
    }
}

impl Show for StatusView {
    fn show(&self, lang: Lang) -> String {
        let log = match lang {
            Lang::De => {
                format!("{} Einträge, {} davon besiegelt", self.log.size, self.log.signed_size)
            }
            Lang::En => {
                format!("{} entries, {} of them sealed", self.log.size, self.log.signed_size)
            }
        };
        let store = match lang {
            Lang::De => {
                format!("{}, {} frei", self.store.engine, size(self.store.free_bytes, lang))
            }
            Lang::En => {
                format!("{}, {} free", self.store.engine, size(self.store.free_bytes, lang))
            }
        };
        let writable = (!self.store.writable).then(|| Phrase::NotWritable.text(lang));
        Card::new(lang)
            .line(Phrase::Participant, format!("{} ({})", self.name, self.participant))
            .maybe(Phrase::Dataspace, self.dataspace.as_ref())
            .line(Phrase::Version, format!("{} (DSP {})", self.version, self.protocol_version))
            .line(Phrase::Started, instant(self.started, lang))
            .maybe(Phrase::Certificate, self.certificate_expires.map(|at| instant(at, lang)))
            .line(Phrase::Store, store)
            .maybe(Phrase::Error, writable)
            .line(Phrase::Log, log)
            .line(Phrase::Datasets, self.datasets.to_string())
            .line(Phrase::Contracts, self.contracts_in_force.to_string())
            .line(Phrase::Pending, self.approvals_pending.to_string())
            .text()
    }
}

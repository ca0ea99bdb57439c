//! What the commands on a home folder gave back, for people.

use super::card::Card;
use super::{Show, instant};
use crate::cli::task::{
    AuthorityInitialised, Initialised, Invited, Joined, Listening, RootCrl, Vetted,
};
use crate::words::{Lang, Phrase};

impl Show for Initialised {
    fn show(&self, lang: Lang) -> String {
        Card::new(lang)
            .line(Phrase::Participant, self.did.as_str())
            .line(Phrase::Settings, self.config.display().to_string())
            .line(Phrase::DataFolder, self.data_root.display().to_string())
            .text()
    }
}

impl Show for Joined {
    fn show(&self, lang: Lang) -> String {
        Card::new(lang)
            .line(Phrase::Participant, self.did.as_str())
            .line(Phrase::Dataspace, &self.dataspace)
            .line(Phrase::Certificate, instant(self.certificate_expires, lang))
            .text()
    }
}

impl Show for Listening {
    fn show(&self, lang: Lang) -> String {
        let mut dids = self.participants.iter();
        let card = Card::new(lang).maybe(Phrase::Participant, dids.next().map(|did| did.as_str()));
        dids.fold(card, |card, did| card.more(did.as_str()))
            .line(Phrase::ListenMutual, &self.mutual)
            .line(Phrase::ListenPublic, &self.public)
            .maybe(Phrase::ListenManagement, self.management.as_ref())
            .maybe(Phrase::ListenHandover, self.handover.as_ref())
            .text()
    }
}

impl Show for AuthorityInitialised {
    fn show(&self, lang: Lang) -> String {
        Card::new(lang)
            .line(Phrase::Dataspace, self.did.as_str())
            .line(Phrase::Fingerprint, self.fingerprint.to_string())
            .line(Phrase::RootKey, self.root.display().to_string())
            .text()
    }
}

impl Show for Invited {
    fn show(&self, lang: Lang) -> String {
        let join = format!("allmende join {} --fingerprint {}", self.authority, self.fingerprint);
        Card::new(lang)
            .maybe(Phrase::Code, self.code.as_ref())
            .maybe(Phrase::Code, self.code_file.as_ref().map(|path| path.display().to_string()))
            .line(Phrase::Expires, instant(self.expires, lang))
            .line(Phrase::Fingerprint, self.fingerprint.to_string())
            .line(Phrase::Remedy, join)
            .text()
    }
}

impl Show for Vetted {
    fn show(&self, lang: Lang) -> String {
        Card::new(lang)
            .line(Phrase::Member, self.did.as_str())
            .line(Phrase::State, &self.status)
            .line(Phrase::Kinds, self.vetted_as.join(", "))
            .line(Phrase::TrustList, self.trust_list.to_string())
            .text()
    }
}

impl Show for RootCrl {
    fn show(&self, lang: Lang) -> String {
        Card::new(lang)
            .line(Phrase::Number, self.number.to_string())
            .line(Phrase::Expires, instant(self.next_update, lang))
            .text()
    }
}

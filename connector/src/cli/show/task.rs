//! What the commands on a home folder gave back, and what an authority did, for people.

use wire::did::Did;

use super::card::Card;
use super::{Show, instant};
use crate::cli::home::{Founded, Initialised, Joined, RootCrl};
use crate::cli::task::{GateListening, Listening, StoreMoved};
use crate::management::view::{InvitationView, MemberChanged};
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
        let card = Card::new(lang).maybe(Phrase::Participant, dids.next().map(Did::as_str));
        dids.fold(card, |card, did| card.more(did.as_str()))
            .line(Phrase::ListenMutual, &self.mutual)
            .line(Phrase::ListenPublic, &self.public)
            .line(Phrase::ListenManagement, &self.management)
            .line(Phrase::ListenHandover, &self.handover)
            .text()
    }
}

impl Show for GateListening {
    fn show(&self, lang: Lang) -> String {
        Card::new(lang)
            .line(Phrase::Participant, self.participant.as_str())
            .line(Phrase::ListenMutual, &self.mutual)
            .line(Phrase::ListenPublic, &self.public)
            .line(Phrase::ForeignConnector, &self.to)
            .line(Phrase::ListenOutward, &self.outward)
            .line(Phrase::ListenProxy, &self.proxy)
            .line(Phrase::GateFolder, self.folder.display().to_string())
            .text()
    }
}

impl Show for StoreMoved {
    fn show(&self, lang: Lang) -> String {
        let moved = self.moved.as_ref();
        Card::new(lang)
            .line(Phrase::Store, self.engine)
            .maybe(Phrase::Moved, moved.map(|it| it.records.to_string()))
            .maybe(Phrase::FormerStore, moved.map(|it| it.former.display().to_string()))
            .text()
    }
}

impl Show for Founded {
    fn show(&self, lang: Lang) -> String {
        Card::new(lang)
            .line(Phrase::Dataspace, self.did.as_str())
            .line(Phrase::Fingerprint, &self.fingerprint)
            .line(Phrase::RootKey, self.root.display().to_string())
            .text()
    }
}

impl Show for InvitationView {
    fn show(&self, lang: Lang) -> String {
        let join = format!("allmende join {} --fingerprint {}", self.authority, self.fingerprint);
        Card::new(lang)
            .line(Phrase::Code, &self.code)
            .line(Phrase::Expires, instant(self.expires, lang))
            .line(Phrase::Fingerprint, &self.fingerprint)
            .line(Phrase::Remedy, join)
            .text()
    }
}

impl Show for MemberChanged {
    fn show(&self, lang: Lang) -> String {
        Card::new(lang)
            .line(Phrase::Member, self.member.did.as_str())
            .maybe(Phrase::Name, self.member.name.as_ref())
            .line(Phrase::State, &self.member.status)
            .line(Phrase::Kinds, self.member.vetted_as.join(", "))
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

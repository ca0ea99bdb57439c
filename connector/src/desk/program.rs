//! Which programs partners run: what a person of ours said, else what the data space's list tells,
//! else nothing. Of an unknown program nothing is assumed.

use std::collections::BTreeMap;

use identity::trust::Member;
use policy::book::{Gap, Peer};
use policy::text::Lang;
use wire::did::Did;

use super::Inner;
use super::refusal::input;
use super::words::{Speaker, both};
use crate::clock::Clock;
use crate::engine::administer::Action;
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::management::actor::Actor;
use crate::management::desk::Answer;
use crate::management::view::{PartnerView, PeerName, ProgramInput, ProgramView, Words};
use crate::record::program::{self, PartnerProgram};
use crate::store::{Batch, Key, Kind, Span, Store};
use crate::trust::CAPABILITIES;

/// The key of our own program in the book.
const OURS: &str = "allmende";
/// The code of the log entry.
const ACTION: &str = "partner-program-said";
/// Rows that are read from the store at once.
const PAGE: usize = 1_000;

/// A partner's program, and how it is known.
#[derive(Clone, Debug)]
pub(super) enum Program {
    /// The list registers it with all that our program does.
    Listed,
    /// A person of ours said it.
    Said(PartnerProgram),
    /// Nobody said it.
    Unknown,
}

impl Program {
    fn key(&self) -> Option<&str> {
        match self {
            Self::Listed => Some(OURS),
            Self::Said(said) => Some(&said.program),
            Self::Unknown => None,
        }
    }
}

impl<P: Parts, D> Inner<P, D> {
    /// The program of a partner.
    pub(super) async fn program_of(&self, ours: &Did, partner: &Did) -> Answer<Program> {
        let key = Key::new(ours, Kind::Setting, program::id(partner));
        let said = self.engine.store().get_json::<PartnerProgram>(&key).await;
        let said = said.map_err(EngineError::from)?.map(|(_, said)| said);
        let standing = self.engine.member(ours).ok().map(|(_, standing)| standing);
        let member = standing.as_ref().and_then(|standing| standing.list.member(partner));
        Ok(known(said, member))
    }

    /// Who speaks of a rule between us and a partner with this program.
    pub(super) fn speaker(&self, program: &Program) -> Speaker<'_> {
        Speaker { book: &self.book, partner: self.entry(program) }
    }

    fn entry(&self, program: &Program) -> Option<&Peer> {
        let key = program.key()?;
        self.book.peers().iter().find(|peer| peer.key() == key)
    }

    pub(super) fn program_view(&self, program: Program) -> ProgramView {
        let entry = self.entry(&program);
        let gaps = |peer: &Peer| {
            let gaps = Gap::ALL.into_iter().filter(|gap| peer.has(*gap));
            gaps.map(|gap| both(|lang| peer.gap(gap, lang).unwrap_or_default().to_owned()))
                .collect()
        };
        ProgramView {
            program: program.key().map(str::to_owned),
            words: words(&program, entry),
            source: entry.map(|peer| peer.source().to_owned()),
            gaps: entry.map(gaps).unwrap_or_default(),
            said_by: match &program {
                Program::Said(said) => Some(said.said_by.clone()),
                Program::Listed | Program::Unknown => None,
            },
            said: match &program {
                Program::Said(said) => Some(said.said),
                Program::Listed | Program::Unknown => None,
            },
        }
    }

    pub(super) async fn partners(&self, actor: &Actor) -> Answer<Vec<PartnerView>> {
        let ours = actor.participant();
        let (_, standing) = self.member(actor)?;
        let mut said = self.all_said(ours).await?;
        let others = standing.list.members.iter().filter(|member| member.did != *ours);
        let view = |member: &Member| PartnerView {
            did: member.did.clone(),
            name: member.name.clone(),
            program: self.program_view(known(said.remove(&member.did), Some(member))),
        };
        Ok(others.map(view).collect())
    }

    async fn all_said(&self, ours: &Did) -> Answer<BTreeMap<Did, PartnerProgram>> {
        let mut all = BTreeMap::new();
        let whole = || Span::new(ours, Kind::Setting).prefix(program::PREFIX).limit(PAGE);
        let mut span = whole();
        loop {
            let rows = self.engine.store().range_json::<PartnerProgram>(&span).await;
            let rows = rows.map_err(EngineError::from)?;
            let Some((last, _, _)) = rows.last() else { return Ok(all) };
            span = whole().after(last.clone());
            all.extend(rows.into_iter().map(|(_, _, said)| (said.partner.clone(), said)));
        }
    }

    pub(super) async fn partner_program(
        &self,
        actor: &Actor,
        partner: &PeerName,
        given: ProgramInput,
    ) -> Answer<PartnerView> {
        let ours = actor.participant();
        let partner = self.partner(actor, partner)?;
        let key = Key::new(ours, Kind::Setting, program::id(&partner));
        let mut changes = Batch::new();
        match given.program {
            Some(program) => {
                self.check_program(&program)?;
                let (said_by, said) =
                    (actor.account().as_str().to_owned(), self.engine.clock().now());
                let row = PartnerProgram { partner: partner.clone(), program, said_by, said };
                changes.put_json(key, &row).map_err(EngineError::from)?;
            }
            None => {
                changes.delete(key);
            }
        }
        let account = actor.account().as_str();
        let action = Action { account, code: ACTION, subject: Some(partner.as_str()) };
        self.engine.administer(ours, action, changes).await?;
        let program = self.program_of(ours, &partner).await?;
        let name = self.name_of(ours, &partner);
        Ok(PartnerView { name, did: partner, program: self.program_view(program) })
    }

    fn check_program(&self, program: &str) -> Answer<()> {
        if self.book.peers().iter().any(|peer| peer.key() == program) {
            return Ok(());
        }
        let known: Vec<&str> = self.book.peers().iter().map(Peer::key).collect();
        let known = known.join(", ");
        Err(input(
            "program-unknown",
            format!("Von diesem Programm ist nichts bekannt; bekannt sind: {known}"),
            format!("nothing is known of this program; known are: {known}"),
        ))
    }
}

/// What a person said comes before what the list tells.
fn known(said: Option<PartnerProgram>, member: Option<&Member>) -> Program {
    let registered = |member: &Member| {
        let has = |capability: &&str| member.registration.capabilities.contains(*capability);
        CAPABILITIES.iter().all(has)
    };
    match said {
        Some(said) => Program::Said(said),
        None if member.is_some_and(registered) => Program::Listed,
        None => Program::Unknown,
    }
}

fn words(program: &Program, entry: Option<&Peer>) -> Words {
    let name = |lang| match (entry, program.key()) {
        (Some(peer), _) => peer.name(lang).to_owned(),
        (None, Some(key)) => match lang {
            Lang::De => format!("{key}, worüber hier nichts bekannt ist"),
            Lang::En => format!("{key}, of which nothing is known here"),
        },
        (None, None) => String::new(),
    };
    let (de, en) = (name(Lang::De), name(Lang::En));
    match program {
        Program::Listed => Words::new(
            format!("{de} (laut Liste des Datenraums)"),
            format!("{en} (by the data space's list)"),
        ),
        Program::Said(said) => {
            let by = &said.said_by;
            Words::new(format!("{de} (sagt {by})"), format!("{en} (says {by})"))
        }
        Program::Unknown => Words::new(
            "unbekannt; was es einhält, weiß hier niemand",
            "unknown; what it keeps, nobody here knows",
        ),
    }
}

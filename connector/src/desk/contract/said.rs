//! Why a contract stands where it stands, in a person's words.

use policy::{Decision, Verdict};
use protocol::Role;

use super::super::find::Contract;
use super::super::words::{Speaker, Told, of_code, of_why};
use super::talk;
use crate::management::view::{ContractStage, Words};
use crate::record::agreement::{Ended, EndedBy, Notice};
use crate::record::negotiation::{By, NegotiationRecord};

/// Why a contract stands where it stands.
pub(super) struct Said {
    pub(super) why: Words,
    pub(super) code: Option<String>,
    pub(super) remedy: Option<Words>,
}

impl Said {
    fn plain(de: &str, en: &str) -> Self {
        Self { why: Words::new(de, en), code: None, remedy: None }
    }

    fn told(code: &str, told: Told) -> Self {
        Self { why: told.reason, code: Some(code.to_owned()), remedy: Some(told.remedy) }
    }
}

pub(super) fn said(
    speaker: Speaker<'_>,
    stage: ContractStage,
    contract: &Contract,
    decision: Option<&Decision>,
) -> Said {
    let record = &contract.negotiation.record;
    match stage {
        ContractStage::Ended => {
            match contract.agreement.as_ref().and_then(|it| it.ended.as_ref()) {
                Some(ended) => said_of_end(ended),
                None => Said::plain("Der Vertrag ist beendet.", "the contract has ended"),
            }
        }
        ContractStage::InForce => match decision {
            Some(decision) if decision.verdict == Verdict::Deny => {
                let code = decision.reasons.first().map_or("rule-refuses", |it| it.code.code());
                Said::told(code, speaker.of_decision(decision))
            }
            Some(_) => Said::plain(
                "Beide Seiten haben zugestimmt; Daten dürfen fließen.",
                "both sides have agreed; data may flow",
            ),
            None => Said::plain(
                "Der Vertrag gilt, aber seine Regel kann hier nicht beurteilt werden.",
                "the contract is in force, but its rule cannot be judged here",
            ),
        },
        ContractStage::Negotiating if record.process.state.is_none() => Said::plain(
            "Die Anfrage ist unterwegs; der Partner hat noch nicht geantwortet.",
            "the request is on its way; the partner has not answered yet",
        ),
        ContractStage::Negotiating => Said::plain(
            "Die beiden Programme verhandeln, oder beim Partner entscheidet ein Mensch.",
            "the two programs are negotiating, or a person at the partner's decides",
        ),
        ContractStage::WaitingForApproval => {
            let code = record.asked.clone().unwrap_or_else(|| "second-person".to_owned());
            Said { why: talk::asked(&code), code: Some(code), remedy: None }
        }
        ContractStage::Refused => said_of_refusal(record),
    }
}

fn said_of_refusal(record: &NegotiationRecord) -> Said {
    let Some(why) = &record.why else {
        return Said::plain(
            "Die Verhandlung wurde ohne Angabe von Gründen beendet.",
            "the negotiation was ended without a reason",
        );
    };
    if record.process.role == Role::Provider && why.by == By::Us && of_code(&why.code).is_none() {
        let remedy = Words::new("Der Partner kann neu anfragen.", "the partner may request again");
        return Said::told(&why.code, Told { remedy, ..of_why(why) });
    }
    Said::told(&why.code, of_why(why))
}

/// An end of ours, and whether the partner knows of it.
fn with_notice(why: &Words, notice: Notice) -> Words {
    let (de, en) = match notice {
        Notice::OnItsWay => ("Der Partner erfährt es gerade.", "the partner is being told"),
        Notice::Taken => ("Der Partner weiß es.", "the partner knows"),
        Notice::Refused => (
            "Sein Programm nahm die Nachricht nicht an; bei der nächsten Anfrage erfährt er es.",
            "its program did not take the message; it will learn when it asks again",
        ),
        Notice::GivenUp => (
            "Der Partner war nicht zu erreichen; bei der nächsten Anfrage erfährt er es.",
            "the partner was not reached; it will learn when it asks again",
        ),
    };
    Words::new(format!("{} ({de})", why.de), format!("{} ({en})", why.en))
}

fn said_of_end(ended: &Ended) -> Said {
    let words = &ended.reason;
    let why = match ended.by {
        EndedBy::Us => Words::new(
            format!("Wir haben den Vertrag beendet: {words}"),
            format!("we ended the contract: {words}"),
        ),
        EndedBy::Peer => Words::new(
            format!("Der Partner hat den Vertrag beendet: {words}"),
            format!("the partner ended the contract: {words}"),
        ),
        EndedBy::Rule => Words::new(
            "Die Zeit, die die Regel nennt, ist abgelaufen.",
            "the time that the rule names is over",
        ),
    };
    let why = match ended.notice {
        None => why,
        Some(notice) => with_notice(&why, notice),
    };
    let remedy = Words::new("Einen neuen Vertrag anfragen.", "request a new contract");
    let code = crate::engine::agreement::AGREEMENT_ENDED.to_owned();
    Said { why, code: Some(code), remedy: Some(remedy) }
}

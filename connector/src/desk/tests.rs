//! The desk over a whole data space in one process.

mod erase;
mod explained;
mod flow;
mod haggle;
mod held;
mod lines;
mod missing;
mod programs;
mod promised;
mod said;
mod story;
mod unanswered;
mod words;
mod world;

use protocol::id::DatasetId;

use crate::management::desk::Desk;
use crate::management::view::{
    Approval, ContractRequest, ContractStage, ContractView, DatasetInput, DatasetView, PeerName,
    RuleInput, RuleSentence, SourceInput, Visibility, Wait,
};

use world::{Space, actor, did};

/// Long enough for everything that happens in one process.
const WAIT: Wait = Wait { seconds: 20, seen: None };

/// A dataset for mobility services, until the end of the year, for traffic planning.
fn parking(approval: Approval) -> DatasetInput {
    DatasetInput {
        title: "Parkhäuser".to_owned(),
        description: "Belegung".to_owned(),
        source: SourceInput::File { path: "parking.csv".to_owned() },
        media_type: "text/csv".to_owned(),
        rule: RuleInput::Sentences {
            sentences: vec![
                RuleSentence::VettedAs { kinds: vec!["mobility-service".to_owned()] },
                RuleSentence::Until { until: "2026-12-31".to_owned() },
                RuleSentence::Purpose { purpose: "traffic-planning".to_owned() },
            ],
        },
        approval,
        visibility: Visibility::Members,
    }
}

async fn publish(space: &Space, approval: Approval) -> DatasetView {
    space.desk.add_dataset(&actor("ulm", "anna"), parking(approval)).await.unwrap()
}

async fn ask(space: &Space, who: &str, dataset: &DatasetId, wait: Wait) -> ContractView {
    let request = ContractRequest {
        peer: PeerName::Did(did("ulm")),
        dataset: dataset.clone(),
        offer: None,
        purpose: None,
        terms: None,
    };
    space.desk.request_contract(&actor(who, "carl"), request, wait).await.unwrap()
}

/// A contract between Ulm and the vetted company that is in force on both sides, as the company sees
/// it. For Ulm it is so a moment later: once the company's answer to the last message has come.
async fn in_force(space: &Space) -> ContractView {
    let dataset = publish(space, Approval::Automatic).await;
    let mut watch = space.engine.watch();
    let contract = ask(space, "firm", &dataset.id, WAIT).await;
    assert_eq!(contract.stage, ContractStage::InForce, "{contract:?}");
    let is_in_force = |theirs: &ContractView| {
        theirs.agreement == contract.agreement && theirs.stage == ContractStage::InForce
    };
    while !space.desk.contracts(&actor("ulm", "anna")).await.unwrap().iter().any(is_in_force) {
        watch.recv().await.unwrap();
    }
    contract
}

/// Until Ulm has something to approve.
async fn until_asked(space: &Space) {
    let mut watch = space.engine.watch();
    while space.desk.approvals(&actor("ulm", "anna")).await.unwrap().is_empty() {
        watch.recv().await.unwrap();
    }
}

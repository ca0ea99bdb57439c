//! Views and a desk for tests: two participants, fixed answers, and a note of who called what.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use jiff::Timestamp;
use protocol::Role;
use protocol::id::{AgreementId, DatasetId, OfferId};
use serde_json::{Value, json};
use wire::did::Did;

use super::actor::{AccountName, AccountRole, Actor};
use super::desk::{Answer, Desk};
use super::refusal::{Fault, Refusal};
use super::token::{Token, TokenHash};
use super::view::*;

pub(crate) fn ulm() -> Did {
    Did::parse("did:web:ulm.localhost%3A9444").unwrap()
}

pub(crate) fn neu_ulm() -> Did {
    Did::parse("did:web:neu-ulm.localhost%3A9444").unwrap()
}

pub(crate) fn company() -> Did {
    Did::parse("did:web:wegweiser.localhost%3A9544").unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rules() -> Vec<RuleLine> {
    let line = |de: &str, en: &str, badge, pointer: &str| RuleLine {
        sentence: Words::new(de, en),
        badge,
        pointer: pointer.to_owned(),
    };
    vec![
        line(
            "nur für Mitglieder, die als Mobilitätsdienst geprüft sind",
            "only for members vetted as mobility service",
            BadgeName::Enforced,
            "/permission/0/constraint/0",
        ),
        line(
            "nur bis 31.12.2026",
            "only until 2026-12-31",
            BadgeName::Enforced,
            "/permission/0/constraint/1",
        ),
        line(
            "nur für Verkehrsplanung",
            "only for traffic planning",
            BadgeName::Promised,
            "/permission/0/constraint/2",
        ),
    ]
}

fn sentence() -> Words {
    Words::new(
        "Nutzung nur für geprüfte Mobilitätsdienste, bis 31.12.2026, für Verkehrsplanung.",
        "Use only by vetted mobility services, until 2026-12-31, for traffic planning.",
    )
}

pub(crate) fn dataset() -> DatasetView {
    DatasetView {
        id: DatasetId::parse("urn:uuid:5f1c2a34-0000-4000-8000-000000000001").unwrap(),
        title: "Parkhäuser Ulm\u{1b}[31m".into(),
        description: "Belegung der Parkhäuser, alle fünf Minuten.".into(),
        source: SourceInput::File { path: "parking/occupancy.csv".into() },
        media_type: "text/csv".into(),
        sentence: sentence(),
        rules: rules(),
        offer: json!({"@type": "Offer"}),
        approval: Approval::SecondPerson,
        visibility: Visibility::Members,
        version: 2,
        published_by: "anna.huber".into(),
        published: at("2026-01-15T09:30:00Z"),
        withdrawn: None,
        contracts_in_force: 1,
    }
}

pub(crate) fn catalog() -> CatalogView {
    let offer = |number: u8, expected| OfferView {
        dataset: DatasetId::parse(&format!("urn:uuid:5f1c2a34-0000-4000-8000-00000000000{number}"))
            .unwrap(),
        offer: OfferId::parse(&format!("urn:uuid:77aa2a34-0000-4000-8000-00000000000{number}"))
            .unwrap(),
        title: format!("Dataset {number}"),
        description: "As the partner wrote it".into(),
        media_type: Some("text/csv".into()),
        sentence: sentence(),
        rules: rules(),
        expected,
        obstacle: (!expected).then(|| {
            Words::new(
                "Sie sind nicht als Mobilitätsdienst geprüft.",
                "you are not vetted as mobility service",
            )
        }),
        policy: json!({"@type": "Offer"}),
    };
    CatalogView {
        peer: ulm(),
        peer_name: Some("Stadt Ulm".into()),
        offers: vec![offer(1, true), offer(2, false)],
        next: None,
    }
}

pub(crate) fn delivery() -> DeliveryView {
    DeliveryView {
        id: DeliveryId::parse("urn:uuid:d0000000-0000-4000-8000-000000000001").unwrap(),
        contract: contract().id,
        role: Role::Consumer,
        protocol_state: "COMPLETED".into(),
        bytes: 1_234_567,
        bytes_total: Some(1_234_567),
        media_type: Some("text/csv".into()),
        started: at("2026-01-15T10:00:05Z"),
        finished: Some(at("2026-01-15T10:00:06Z")),
        outcome: Some(DeliveryOutcome::Complete),
        code: None,
        why: None,
        remedy: None,
        digest: Some("sha256:ab12".into()),
        held_at: Some("/nowhere/held/parking.csv".into()),
    }
}

pub(crate) fn contract() -> ContractView {
    ContractView {
        id: ContractId::parse("urn:uuid:c0ffee00-0000-4000-8000-000000000001").unwrap(),
        revision: 5,
        role: Role::Consumer,
        peer: ulm(),
        peer_name: Some("Stadt Ulm".into()),
        dataset: dataset().id,
        title: "Parkhäuser Ulm".into(),
        stage: ContractStage::InForce,
        protocol_state: "FINALIZED".into(),
        turn: Turn::Nobody,
        why: Words::new("Beide Seiten haben unterschrieben.", "Both sides have signed."),
        code: None,
        remedy: None,
        sentence: sentence(),
        rules: rules(),
        permitted_now: true,
        next_change: Some(at("2026-12-31T23:00:00Z")),
        agreement: Some(
            AgreementId::parse("urn:uuid:a9000000-0000-4000-8000-000000000001").unwrap(),
        ),
        document_digest: Some("sha256:cd34".into()),
        signatures: vec![
            SignatureView { by: ulm(), verified: true },
            SignatureView { by: company(), verified: true },
        ],
        requested: at("2026-01-15T10:00:00Z"),
        concluded: Some(at("2026-01-15T10:00:01Z")),
        ended: None,
        account: Some("local-operator".into()),
        served_at: None,
        deliveries: Vec::new(),
    }
}

pub(crate) fn refused_contract() -> ContractView {
    ContractView {
        id: ContractId::parse("urn:uuid:bad00000-0000-4000-8000-000000000002").unwrap(),
        stage: ContractStage::Refused,
        protocol_state: "TERMINATED".into(),
        why: Words::new(
            "Sie sind nicht als Mobilitätsdienst geprüft.",
            "You are not vetted as mobility service.",
        ),
        code: Some("not-vetted".into()),
        remedy: Some(Words::new(
            "Bei der Zulassungsstelle die Prüfung beantragen.",
            "Ask the authority to vet you.",
        )),
        permitted_now: false,
        next_change: None,
        agreement: None,
        document_digest: None,
        signatures: Vec::new(),
        concluded: None,
        ended: Some(at("2026-01-15T10:00:01Z")),
        ..contract()
    }
}

pub(crate) fn log_page() -> LogPage {
    LogPage {
        entries: vec![LogEntryView {
            index: 41,
            at: at("2026-01-15T10:00:01Z"),
            kind: "contract-concluded".into(),
            sentence: Words::new(
                "Nutzungsvertrag mit Stadt Ulm geschlossen.",
                "Contract with Stadt Ulm concluded.",
            ),
            contract: Some(contract().id),
            account: Some("local-operator".into()),
            entry: json!({"kind": "contract-concluded"}),
        }],
        next: None,
        size: 42,
        signed_size: 42,
    }
}

pub(crate) fn doctor() -> DoctorView {
    DoctorView {
        ok: false,
        checks: vec![
            CheckView {
                check: "clock".into(),
                ok: true,
                detail: Words::new("Die Uhr geht richtig.", "the clock is right"),
                remedy: None,
            },
            CheckView {
                check: "certificate".into(),
                ok: false,
                detail: Words::new(
                    "Das Zertifikat läuft in 3 Tagen ab.",
                    "the certificate expires in 3 days",
                ),
                remedy: Some(Words::new(
                    "Zulassungsstelle erreichbar machen.",
                    "make the authority reachable",
                )),
            },
        ],
    }
}

pub(crate) fn members() -> MembersView {
    MembersView {
        dataspace: "did:web:authority.localhost%3A9344".into(),
        number: 7,
        issued: at("2026-01-15T00:00:00Z"),
        expires: at("2026-01-16T00:00:00Z"),
        members: vec![MemberView {
            did: company(),
            name: Some("Wegweiser GmbH".into()),
            status: "active".into(),
            vetted_as: vec!["mobility-service".into()],
        }],
    }
}

pub(crate) fn status() -> StatusView {
    StatusView {
        participant: ulm(),
        name: "Stadt Ulm".into(),
        dataspace: Some("did:web:authority.localhost%3A9344".into()),
        version: "0.1.0".into(),
        protocol_version: "2025-1".into(),
        started: at("2026-01-15T08:00:00Z"),
        mutual_url: "https://ulm.localhost:9443".into(),
        certificate_expires: Some(at("2026-03-15T08:00:00Z")),
        store: StoreStatus { engine: "sled".into(), writable: true, free_bytes: 9_876_543_210 },
        log: LogStatus { size: 42, signed_size: 42, lag_ms: 0 },
        datasets: 1,
        contracts_in_force: 1,
        approvals_pending: 0,
    }
}

fn changed() -> MemberChanged {
    MemberChanged { member: members().members.remove(0), trust_list: 8 }
}

fn account() -> AccountView {
    AccountView {
        name: AccountName::parse("anna.huber").unwrap(),
        roles: BTreeSet::from([AccountRole::Clerk]),
        added: at("2026-01-15T08:00:00Z"),
        added_by: AccountName::local_operator(),
    }
}

/// A desk of fixed answers.
#[derive(Debug, Default)]
pub(crate) struct FixtureDesk {
    accounts: BTreeMap<(Did, TokenHash), (AccountName, BTreeSet<AccountRole>)>,
    calls: Mutex<Vec<String>>,
}

impl FixtureDesk {
    /// A token of a fresh account with exactly these roles.
    pub(crate) fn with_account(&mut self, of: Did, number: u8, roles: &[AccountRole]) -> Token {
        let token = Token::of([number; 32]);
        let name = AccountName::parse(&format!("account-{number}")).unwrap();
        let _ = self.accounts.insert((of, token.hash()), (name, roles.iter().copied().collect()));
        token
    }

    /// What was called since the last look, as `participant account call`.
    pub(crate) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    fn note<T>(&self, actor: &Actor, call: &str, answer: T) -> Answer<T> {
        let line = format!("{} {} {call}", actor.participant().host(), actor.account());
        self.calls.lock().unwrap().push(line);
        Ok(answer)
    }
}

/// A refusal of the desk.
pub(crate) fn refusal() -> Refusal {
    Refusal::new(
        Fault::Conflict,
        "contract-ended",
        Words::new("Der Nutzungsvertrag ist beendet.", "the contract has ended"),
        Words::new("Einen neuen Nutzungsvertrag anfragen.", "request a new contract"),
    )
}

impl Desk for FixtureDesk {
    fn serves(&self, participant: &Did) -> bool {
        *participant == ulm() || *participant == neu_ulm()
    }
    async fn account_of(
        &self,
        participant: &Did,
        token: &TokenHash,
    ) -> Answer<Option<(AccountName, BTreeSet<AccountRole>)>> {
        Ok(self.accounts.get(&(participant.clone(), *token)).cloned())
    }
    async fn add_dataset(&self, actor: &Actor, _: DatasetInput) -> Answer<DatasetView> {
        self.note(actor, "addDataset", dataset())
    }
    async fn replace_dataset(
        &self,
        actor: &Actor,
        id: &DatasetId,
        _: DatasetInput,
    ) -> Answer<DatasetView> {
        self.note(actor, "replaceDataset", DatasetView { id: id.clone(), ..dataset() })
    }
    async fn withdraw_dataset(&self, actor: &Actor, _: &DatasetId) -> Answer<DatasetView> {
        let withdrawn = Some(at("2026-02-01T08:00:00Z"));
        self.note(actor, "withdrawDataset", DatasetView { withdrawn, ..dataset() })
    }
    async fn datasets(&self, actor: &Actor) -> Answer<Vec<DatasetView>> {
        self.note(actor, "datasets", vec![dataset()])
    }
    async fn dataset(&self, actor: &Actor, _: &DatasetId) -> Answer<DatasetView> {
        self.note(actor, "dataset", dataset())
    }
    async fn catalog(&self, actor: &Actor, _: &PeerName, _: Option<&str>) -> Answer<CatalogView> {
        self.note(actor, "catalog", catalog())
    }
    async fn request_contract(
        &self,
        actor: &Actor,
        request: ContractRequest,
        _: Wait,
    ) -> Answer<ContractView> {
        let refused = request.dataset.as_str() == "refused";
        let view = if refused { refused_contract() } else { contract() };
        self.note(actor, "requestContract", view)
    }
    async fn contracts(&self, actor: &Actor) -> Answer<Vec<ContractView>> {
        self.note(actor, "contracts", vec![contract(), refused_contract()])
    }
    async fn contract(&self, actor: &Actor, id: &ContractId, _: Wait) -> Answer<ContractView> {
        let deliveries = vec![delivery()];
        self.note(actor, "contract", ContractView { id: id.clone(), deliveries, ..contract() })
    }
    async fn approvals(&self, actor: &Actor) -> Answer<Vec<ApprovalView>> {
        let view = ApprovalView { contract: contract(), published_by: "anna".into(), yours: true };
        self.note(actor, "listApprovals", vec![view])
    }
    async fn approve_contract(&self, actor: &Actor, _: &ContractId) -> Answer<ContractView> {
        self.note(actor, "approveContract", contract())
    }
    async fn reject_contract(
        &self,
        actor: &Actor,
        _: &ContractId,
        _: PersonReason,
    ) -> Answer<ContractView> {
        self.note(actor, "rejectContract", refused_contract())
    }
    async fn end_contract(
        &self,
        actor: &Actor,
        _: &ContractId,
        _: PersonReason,
    ) -> Answer<ContractView> {
        self.note(actor, "endContract", ContractView { stage: ContractStage::Ended, ..contract() })
    }
    async fn pull(&self, actor: &Actor, contract: &ContractId) -> Answer<DeliveryView> {
        self.note(actor, "pull", ())?;
        if contract.as_str().ends_with("ended") { Err(refusal()) } else { Ok(delivery()) }
    }
    async fn delivery(&self, actor: &Actor, _: &DeliveryId, _: Wait) -> Answer<DeliveryView> {
        self.note(actor, "delivery", delivery())
    }
    async fn deliveries(&self, actor: &Actor, _: Option<&ContractId>) -> Answer<Vec<DeliveryView>> {
        self.note(actor, "deliveries", vec![delivery()])
    }
    async fn serve(&self, actor: &Actor, contract: &ContractId) -> Answer<HandoverView> {
        let url = "http://127.0.0.1:8181/contracts/c0ffee00".to_owned();
        let view = HandoverView { contract: contract.clone(), url, token: Token::of([9; 32]) };
        self.note(actor, "serve", view)
    }
    async fn unserve(&self, actor: &Actor, _: &ContractId) -> Answer<()> {
        self.note(actor, "unserve", ())
    }
    async fn log_entries(
        &self,
        actor: &Actor,
        _: u64,
        _: u16,
        _: Option<&ContractId>,
    ) -> Answer<LogPage> {
        self.note(actor, "logEntries", log_page())
    }
    async fn export_log(&self, actor: &Actor, export: ExportRequest) -> Answer<ExportView> {
        let path = format!("/home/export/{}", export.name.as_str());
        let view = ExportView { path, entries: 42, signed_size: 42, bytes: 81_920 };
        self.note(actor, "exportLog", view)
    }
    async fn accounts(&self, actor: &Actor) -> Answer<Vec<AccountView>> {
        self.note(actor, "listAccounts", vec![account()])
    }
    async fn add_account(&self, actor: &Actor, _: NewAccount) -> Answer<AccountAdded> {
        let added = AccountAdded { account: account(), token: Token::of([8; 32]) };
        self.note(actor, "addAccount", added)
    }
    async fn remove_account(&self, actor: &Actor, _: &AccountName) -> Answer<()> {
        self.note(actor, "removeAccount", ())
    }
    async fn members(&self, actor: &Actor) -> Answer<MembersView> {
        self.note(actor, "members", members())
    }
    async fn invite_member(&self, actor: &Actor, _: InvitationInput) -> Answer<InvitationView> {
        let invitation = InvitationView {
            authority: Did::parse("did:web:authority.localhost%3A9344").unwrap(),
            fingerprint: "abcd-abcd".into(),
            code: "the-code".into(),
            expires: at("2026-01-16T08:00:00Z"),
        };
        self.note(actor, "inviteMember", invitation)
    }
    async fn vet_member(
        &self,
        actor: &Actor,
        _: &PeerName,
        _: KindsInput,
    ) -> Answer<MemberChanged> {
        self.note(actor, "vetMember", changed())
    }
    async fn suspend_member(
        &self,
        actor: &Actor,
        _: &PeerName,
        _: PersonReason,
    ) -> Answer<MemberChanged> {
        self.note(actor, "suspendMember", changed())
    }
    async fn reinstate_member(&self, actor: &Actor, _: &PeerName) -> Answer<MemberChanged> {
        self.note(actor, "reinstateMember", changed())
    }
    async fn revoke_member(
        &self,
        actor: &Actor,
        _: &PeerName,
        _: PersonReason,
    ) -> Answer<MemberChanged> {
        self.note(actor, "revokeMember", changed())
    }
    async fn anchors(&self, actor: &Actor, members: &[PeerName]) -> Answer<Value> {
        assert_eq!(members.len(), 2);
        self.note(actor, "anchors", json!({"version": 1}))
    }
    async fn doctor(&self, actor: &Actor) -> Answer<DoctorView> {
        self.note(actor, "doctor", doctor())
    }
    async fn status(&self, actor: &Actor) -> Answer<StatusView> {
        self.note(actor, "status", status())
    }
}

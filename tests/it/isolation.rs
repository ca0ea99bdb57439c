//! Two towns in one process: nothing of one is named, read, changed or stopped in the name of the
//! other, by any call of the engine and for any kind of record.

use allmende_tests::cast::{Who, cast};
use allmende_tests::dataspace::Dataspace;
use allmende_tests::network::Letter;
use allmende_tests::story::{PUBLISHER, SECOND, described, rule};
use audit::entry::DeliveryId;
use connector::engine::catalog::filter::Filter;
use connector::engine::catalog::{Place, Wanted};
use connector::engine::live::Cut;
use connector::engine::negotiation::Ending;
use connector::record::agreement::AgreementRecord;
use connector::store::{Batch, Embedded, Key, Kind, Scope, Span, Store};
use protocol::id::DatasetId;

/// Every record of Ulm's.
async fn everything(store: &Embedded) -> Vec<(Kind, connector::store::Entry)> {
    let mut all = Vec::new();
    for kind in Kind::ALL {
        let found = store.range(&Span::new(&Who::Ulm.did(), kind)).await.unwrap();
        all.extend(found.into_iter().map(|entry| (kind, entry)));
    }
    all
}

struct Stage {
    space: Dataspace,
    dataset: DatasetId,
    negotiation: String,
    transfer: String,
    agreement: AgreementRecord,
    token: String,
}

async fn stage() -> Stage {
    let space = Dataspace::new();
    let agreement = space.contract(&rule()).await;
    space.transfer(&agreement).await;
    let token = space.token().await;
    let kept = space.kept(Who::Ulm).await;
    Stage {
        dataset: agreement.dataset,
        negotiation: kept.negotiations.keys().next().unwrap().clone(),
        transfer: kept.transfers.keys().next().unwrap().clone(),
        agreement: kept.agreements[0].clone(),
        token,
        space,
    }
}

/// Asserts that there is no such thing.
macro_rules! not_found {
    ($($call:expr;)*) => {
        $(assert_eq!(
            $call.await.map(|_| ()).unwrap_err().code(),
            "not-found",
            "{}",
            stringify!($call)
        );)*
    };
}

#[tokio::test]
async fn no_call_in_the_neighbours_name_finds_anything() {
    let Stage { space, dataset, negotiation, transfer, agreement, token } = stage().await;
    let engine = space.at(Who::NeuUlm);
    let store = space.node(Who::Ulm).running().store;
    let before = everything(&store).await;
    let (other, peer) = (Who::NeuUlm.did(), Who::Company.did());
    let ending = Ending { account: SECOND.to_owned(), code: "no", words: None };
    let participant = engine.hosted().by_did(&other).unwrap().clone();
    let standing = participant.standing().unwrap();
    let verified = cast().verified(Who::Company);
    let delivery = DeliveryId::parse("urn:uuid:00000000-0000-4000-8000-000000000001").unwrap();
    let (n, t, id) = (negotiation.as_str(), transfer.as_str(), &agreement.id);
    not_found! {
        engine.dataset(&other, &dataset);
        engine.replace(&other, &dataset, described(&rule()));
        engine.withdraw(&other, &dataset, PUBLISHER);
        engine.negotiation(&other, n);
        engine.negotiation_for(&other, &peer, n);
        engine.approve(&other, n, SECOND);
        engine.break_off(&other, n, &ending);
        engine.transfer(&other, t);
        engine.transfer_for(&other, &peer, t);
        engine.complete_transfer(&other, t);
        engine.terminate_transfer(&other, t, Cut::TransferStopped, None);
        engine.agreement(&other, id, &peer);
        engine.document(&other, &agreement.document);
        engine.end_agreement(&other, id, &peer, PUBLISHER, "enough");
        engine.permit_delivery(&participant, standing.clone(), &verified, t, &token, None);
        engine.permit_receipt(&other, &agreement, t, delivery.clone());
        engine.catalog_dataset(&participant, &standing, &peer, dataset.as_str());
    }
    assert!(engine.datasets(&other).await.unwrap().is_empty());
    assert!(engine.negotiations(&other, None, 100).await.unwrap().is_empty());
    assert!(engine.agreements(&other, "").await.unwrap().is_empty());
    assert!(engine.transfers_under(&other, id, &peer).await.unwrap().is_empty());
    assert!(engine.waiting(&other).await.unwrap().is_empty());
    assert_eq!(engine.next_deadline(&other).await.unwrap(), None);
    let (place, filter) = (Place::Start, Filter::default());
    let wanted = Wanted { place: &place, limit: 100, filter: &filter };
    let page = engine.catalog_page(&participant, &standing, &peer, wanted).await.unwrap();
    assert!(page.datasets.is_empty());
    engine.reconsider_transfer(&other, t).await.unwrap();
    engine.reconsider_all(&other).await.unwrap();
    assert_eq!(everything(&store).await, before);
}

#[tokio::test]
async fn the_neighbour_stops_no_running_delivery() {
    let Stage { space, transfer, agreement, token, .. } = stage().await;
    let (_granted, admission) = space.read(Who::Company, &token).await.unwrap().split();
    let engine = space.at(Who::NeuUlm);
    let (other, peer) = (Who::NeuUlm.did(), Who::Company.did());
    engine.end_agreement(&other, &agreement.id, &peer, PUBLISHER, "enough").await.unwrap_err();
    engine.terminate_transfer(&other, &transfer, Cut::TransferStopped, None).await.unwrap_err();
    assert_eq!(admission.is_cut(), None);
}

#[tokio::test]
async fn the_partner_reaches_nothing_of_ulm_at_the_neighbours_host() {
    let Stage { space, negotiation, transfer, .. } = stage().await;
    let look = |path: String| Letter {
        from: Who::Company.did(),
        host: Who::NeuUlm.host().to_owned(),
        path,
        body: None,
        status: None,
        answer: bytes::Bytes::new(),
    };
    for path in [format!("/negotiations/{negotiation}"), format!("/transfers/{transfer}")] {
        assert_eq!(space.network.post(look(path)).await.unwrap().status, 404);
    }
    for letter in space.network.letters() {
        if letter.host == Who::Ulm.host() && letter.body.is_some() && letter.path.contains("urn:") {
            let host = Who::NeuUlm.host().to_owned();
            let answer = space.network.post(Letter { host, ..letter }).await.unwrap();
            assert_eq!(answer.status, 404);
        }
    }
}

#[tokio::test]
async fn no_kind_of_record_is_seen_from_the_neighbour_or_from_the_process() {
    let store = Dataspace::new().node(Who::Ulm).running().store;
    let (ulm, other) = (Who::Ulm.did(), Who::NeuUlm.did());
    for kind in Kind::ALL {
        let mut batch = Batch::new();
        batch.put(Key::new(&ulm, kind, "secret"), b"of Ulm".to_vec());
        store.commit(batch).await.unwrap();
        for scope in [Scope::Participant(other.clone()), Scope::Process] {
            let key = Key::new(scope.clone(), kind, "secret");
            assert_eq!(store.get(&key).await.unwrap(), None, "{kind:?} {scope:?}");
            let found = store.range(&Span::new(scope.clone(), kind)).await.unwrap();
            assert!(found.is_empty(), "{kind:?} {scope:?}");
            let mut batch = Batch::new();
            batch.delete(key);
            store.commit(batch).await.unwrap();
        }
        let found = store.get(&Key::new(&ulm, kind, "secret")).await.unwrap();
        assert_eq!(&*found.unwrap().value, b"of Ulm", "{kind:?}");
    }
}

#[tokio::test]
async fn a_message_to_one_town_leaves_no_trace_at_the_other() {
    let Stage { space, .. } = stage().await;
    let kept = space.kept(Who::NeuUlm).await;
    assert!(kept.log.is_empty() && kept.outbox.is_empty());
    let store = space.node(Who::NeuUlm).running().store;
    for kind in Kind::ALL {
        let found = store.range(&Span::new(&Who::NeuUlm.did(), kind)).await.unwrap();
        assert!(found.is_empty(), "{kind:?}");
    }
    let dataset = space.publish(Who::Ulm, described(&[])).await;
    space.ask(Who::NeuUlm, Who::Ulm, &dataset).await.unwrap();
    space.settle().await;
    assert_eq!(space.kept(Who::NeuUlm).await.agreements.len(), 1, "towns are partners too");
}

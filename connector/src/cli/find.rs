//! Finds what a person names: the running connector, the participant, and things by the first
//! characters of their id.

use std::collections::BTreeSet;
use std::path::Path;

use protocol::id::DatasetId;
use serde_json::{Value, json};
use wire::did::Did;

use super::arguments::Common;
use super::client::{Call, Client};
use super::exit::{Exit, Failure};
use super::local_file;
use crate::home::Home;
use crate::management::operation::Operation;
use crate::management::run_file::{RunFile, RunFileError};
use crate::management::token::Token;
use crate::management::view::{
    CatalogView, ContractId, ContractStage, ContractView, DatasetView, OfferView, PeerName, Words,
};

/// The fewest characters of an id that name a thing.
const PREFIX_CHARS_MIN: usize = 8;

/// A client of the running connector, for the participant that is meant.
pub(super) fn client(common: &Common) -> Result<Client, Failure> {
    let token = common.token_file.as_deref().map(token_in).transpose()?;
    if let (Some(address), Some(token)) = (common.connector, &token) {
        // An account that cannot read the home says everything itself.
        return match &common.participant {
            Some(PeerName::Did(did)) => Client::new(address, did.clone(), token.clone()),
            Some(PeerName::Host(_)) | None => Err(participant_unclear(std::iter::empty())),
        };
    }
    let file = RunFile::read(&Home::at(&common.home)).map_err(|error| not_running(&error))?;
    let did = participant(common.participant.as_ref(), file.participants.keys())?;
    let own = file.participants.get(&did).cloned();
    let token = token.or(own).ok_or_else(|| participant_unclear(file.participants.keys()))?;
    Client::new(common.connector.unwrap_or(file.address), did, token)
}

fn token_in(path: &Path) -> Result<Token, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| local_file(path, &error))?;
    Token::presented(&text).ok_or_else(|| {
        let path = path.display();
        Failure::new(
            Exit::Usage,
            "token-file-invalid",
            Words::new(
                format!("`{path}` enthält keinen Zugangsschlüssel."),
                format!("`{path}` holds no token"),
            ),
            Words::new(
                "Den Schlüssel, der mit dem Konto ausgegeben wurde, als einzige Zeile hineinschreiben.",
                "write the token that was shown when the account was added into it, as its only line",
            ),
        )
    })
}

/// The one of `present` that is named, or that needs no name.
pub(super) fn participant<'a>(
    named: Option<&PeerName>,
    present: impl Iterator<Item = &'a Did> + Clone,
) -> Result<Did, Failure> {
    let fits = |did: &&Did| match named {
        Some(PeerName::Did(named)) => named == *did,
        Some(PeerName::Host(host)) => did.host() == host,
        None => true,
    };
    let mut found = present.clone().filter(fits);
    match (found.next(), found.next()) {
        (Some(did), None) => Ok(did.clone()),
        (Some(_) | None, _) => Err(participant_unclear(present)),
    }
}

fn participant_unclear<'a>(present: impl Iterator<Item = &'a Did>) -> Failure {
    let hosts: Vec<_> = present.map(Did::host).collect();
    let hosts = hosts.join(", ");
    Failure::new(
        Exit::Usage,
        "participant-unclear",
        Words::new(
            "Es ist nicht klar, für welchen Teilnehmer der Befehl gilt.",
            "it is not clear which participant the command is for",
        ),
        Words::new(
            format!("`--participant` mit Namen oder DID angeben ({hosts})."),
            format!("say it with `--participant`, by host name or DID ({hosts})"),
        ),
    )
}

fn not_running(error: &RunFileError) -> Failure {
    Failure::new(
        Exit::Unreachable,
        "connector-not-running",
        Words::new(
            "Aus diesem Ordner läuft kein Konnektor.",
            "no connector runs from this home folder",
        ),
        Words::new(
            "`allmende up` starten, oder mit `--home` den Ordner des laufenden Konnektors nennen.",
            "start `allmende up`, or name the running connector's folder with `--home`",
        ),
    )
    .because(error.to_string())
}

/// The contract that a person names: by its id or the first characters of it, by its agreement's
/// id, or by its dataset's exact title. Of several with one title, the only one in force is meant;
/// if none is, the newest.
pub(super) async fn contract(client: &Client, named: &str) -> Result<ContractId, Failure> {
    if named.starts_with("urn:") {
        return ContractId::parse(named).map_err(|_| nothing_named(named));
    }
    let contracts: Vec<ContractView> = client.call(Operation::Contracts, Call::plain()).await?;
    let is_meant = |contract: &&ContractView| {
        let agreement = contract.agreement.as_ref().map(|id| id.as_str());
        begins(contract.id.as_str(), named) || agreement == Some(named)
    };
    let mut found: Vec<&ContractView> = contracts.iter().filter(is_meant).collect();
    if found.is_empty() {
        found = titled(&contracts, named);
    }
    only(found.into_iter().map(|contract| contract.id.clone()), named)
}

/// The contracts about a dataset with this title that can be meant; `contracts` has the newest first.
fn titled<'a>(contracts: &'a [ContractView], title: &str) -> Vec<&'a ContractView> {
    let all = || contracts.iter().filter(|contract| contract.title == title);
    let open = |contract: &&ContractView| match contract.stage {
        ContractStage::InForce | ContractStage::Negotiating | ContractStage::WaitingForApproval => {
            true
        }
        ContractStage::Ended | ContractStage::Refused => false,
    };
    let found: Vec<_> = all().filter(open).collect();
    if found.is_empty() { all().take(1).collect() } else { found }
}

/// The own dataset that a person names.
pub(super) async fn dataset(client: &Client, named: &str) -> Result<DatasetId, Failure> {
    let datasets: Vec<DatasetView> = client.call(Operation::Datasets, Call::plain()).await?;
    let is_meant =
        |dataset: &&DatasetView| begins(dataset.id.as_str(), named) || dataset.title == named;
    only(datasets.iter().filter(is_meant).map(|dataset| dataset.id.clone()), named)
}

/// The partner's dataset that a person names, and what its catalogue says of it. A whole id need not
/// stand there.
pub(super) async fn offered(
    client: &Client,
    peer: &PeerName,
    named: &str,
) -> Result<(DatasetId, CatalogView), Failure> {
    let whole = if named.starts_with("urn:") { DatasetId::parse(named).ok() } else { None };
    let filter = whole.iter().map(|id| json!({"property": "id", "operator": "eq", "value": id}));
    let mut catalog = catalog(client, peer, &filter.collect::<Vec<_>>()).await?;
    let id = match whole {
        Some(id) => id,
        None => {
            let is_meant =
                |offer: &&OfferView| begins(offer.dataset.as_str(), named) || offer.title == named;
            let mut found: Vec<_> =
                catalog.offers.iter().filter(is_meant).map(|offer| offer.dataset.clone()).collect();
            found.dedup();
            only(found.into_iter(), named)?
        }
    };
    catalog.offers.retain(|offer| offer.dataset == id);
    Ok((id, catalog))
}

/// The most pages of a catalogue that are read at once.
const PAGES_MAX: usize = 1_000;

/// What a person wrote as filters, as the management API takes them.
pub(super) fn comparisons(filters: &[String]) -> Result<Vec<Value>, Failure> {
    let read = |filter: &String| {
        let (at, operator) = filter.char_indices().find_map(|(at, sign)| match sign {
            '=' => Some((at, "eq")),
            '~' => Some((at, "contains")),
            _ => None,
        })?;
        let (property, value) = (filter.get(..at)?, filter.get(at + 1..)?);
        Some(json!({"property": property, "operator": operator, "value": value}))
    };
    filters.iter().map(|filter| read(filter).ok_or_else(|| filter_unclear(filter))).collect()
}

fn filter_unclear(filter: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        "filter-unclear",
        Words::new(format!("`{filter}` ist kein Filter."), format!("`{filter}` is no filter")),
        Words::new(
            "`title=…` für den ganzen Text, `title~…` für einen Teil davon.",
            "`title=…` for the whole text, `title~…` for a part of it",
        ),
    )
}

/// All pages of a partner's catalogue as one, as far as they pass the comparisons.
pub(super) async fn catalog(
    client: &Client,
    peer: &PeerName,
    comparisons: &[Value],
) -> Result<CatalogView, Failure> {
    let asking = || {
        let call = Call::plain().with("peer", peer);
        if comparisons.is_empty() {
            return call;
        }
        call.with("filter", Value::from(comparisons.to_vec()))
    };
    let mut whole: CatalogView = client.call(Operation::Catalog, asking()).await?;
    let mut seen = BTreeSet::new();
    for _ in 1..PAGES_MAX {
        let Some(next) = whole.next.take() else { break };
        if !seen.insert(next.clone()) {
            return Err(page_loop());
        }
        let call = asking().with("page", next);
        let page: CatalogView = client.call(Operation::Catalog, call).await?;
        whole.offers.extend(page.offers);
        whole.filtered_here |= page.filtered_here;
        // Each page may name them again.
        let new = page.catalogs.into_iter().filter(|it| !whole.catalogs.contains(it));
        let new: Vec<_> = new.collect();
        whole.catalogs.extend(new);
        whole.next = page.next;
    }
    Ok(whole)
}

fn page_loop() -> Failure {
    Failure::new(
        Exit::Refused,
        "page-loop",
        Words::new(
            "Die Seiten des Katalogs führen im Kreis.",
            "the pages of the catalogue lead in a circle",
        ),
        Words::new("Dem Partner diese Meldung zeigen.", "show this message to the partner"),
    )
}

/// Whether `named` is `id`, or enough of its beginning.
fn begins(id: &str, named: &str) -> bool {
    let uuid = id.strip_prefix("urn:uuid:").unwrap_or(id);
    id == named || (named.len() >= PREFIX_CHARS_MIN && uuid.starts_with(named))
}

fn only<T>(mut found: impl Iterator<Item = T>, named: &str) -> Result<T, Failure> {
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(several_named(named)),
        (None, _) => Err(nothing_named(named)),
    }
}

fn nothing_named(named: &str) -> Failure {
    Failure::new(
        Exit::Refused,
        "nothing-named",
        Words::new(format!("Nichts heißt `{named}`."), format!("nothing is called `{named}`")),
        Words::new(
            "Die Kennung aus der Liste übernehmen, mindestens acht Zeichen.",
            "take the id from the list, eight characters of it at least",
        ),
    )
}

fn several_named(named: &str) -> Failure {
    Failure::new(
        Exit::Refused,
        "several-named",
        Words::new(format!("Mehreres heißt `{named}`."), format!("several are called `{named}`")),
        Words::new("Die ganze Kennung angeben.", "give the whole id"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_named_by_eight_characters_or_more() {
        let id = "urn:uuid:c0ffee00-0000-4000-8000-000000000001";
        assert!(begins(id, id) && begins(id, "c0ffee00") && begins(id, "c0ffee00-0000"));
        assert!(!begins(id, "c0ffee0") && !begins(id, "c0ffee01") && !begins(id, ""));
    }

    #[test]
    fn the_participant_must_be_clear() {
        let did = |text| Did::parse(text).unwrap();
        let (ulm, neu) = (did("did:web:ulm.localhost%3A1"), did("did:web:neu.localhost%3A1"));
        let (one, two) = ([ulm.clone()], [ulm.clone(), neu.clone()]);
        assert_eq!(participant(None, one.iter()).unwrap(), ulm);
        assert_eq!(participant(Some(&"neu.localhost".parse().unwrap()), two.iter()).unwrap(), neu);
        assert_eq!(participant(None, two.iter()).unwrap_err().exit, Exit::Usage);
        let other = "other.localhost".parse().unwrap();
        assert_eq!(participant(Some(&other), one.iter()).unwrap_err().code, "participant-unclear");
    }
}

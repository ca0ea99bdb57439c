//! Catalogues inside a partner's catalogue: told of, never followed. How many there may be, and how
//! deep, is bounded where they are read.

use protocol::message::{AccessService, DataService, NestedCatalog};

use super::title_of;
use crate::management::view::CatalogReference;

/// The catalogues inside `catalog`, each before those inside it.
pub(super) fn references(catalog: &NestedCatalog) -> Vec<CatalogReference> {
    let mut found = Vec::new();
    let services: Vec<&DataService> = catalog.services.iter().collect();
    for inner in &catalog.catalogs {
        add(inner, &services, &mut found);
    }
    found
}

fn add(catalog: &NestedCatalog, outer: &[&DataService], found: &mut Vec<CatalogReference>) {
    let mut services: Vec<&DataService> = catalog.services.iter().collect();
    services.extend(outer);
    found.push(CatalogReference {
        id: catalog.id.as_str().to_owned(),
        title: title_of(&catalog.properties).unwrap_or_else(|| catalog.id.as_str().to_owned()),
        address: address(catalog, &services),
        datasets: catalog.datasets.len(),
    });
    for inner in &catalog.catalogs {
        add(inner, &services, found);
    }
}

/// Where it is had: at the service of a distribution of its own, which may stand in a catalogue around
/// it, or at a service of its own.
fn address(catalog: &NestedCatalog, services: &[&DataService]) -> Option<String> {
    let distributed = catalog.distributions.iter().find_map(|it| match &it.access_service {
        AccessService::Embedded(service) => Some(service.endpoint_url.clone()),
        AccessService::Reference(id) => {
            let service = services.iter().find(|service| service.id == *id);
            service.map(|service| service.endpoint_url.clone())
        }
    });
    distributed.or_else(|| Some(catalog.services.first()?.endpoint_url.clone()))
}

#[cfg(test)]
mod tests {
    use protocol::message::Catalog;
    use serde_json::{Value, json};
    use wire::node::Node;

    use super::*;

    fn service(id: &str, url: &str) -> Value {
        json!({"@id": id, "@type": "DataService", "endpointURL": url})
    }

    /// `id | title | address | datasets` of each, of a catalogue that holds these.
    fn told(nested: Value) -> Vec<String> {
        let catalog = json!({
            "@context": [protocol::context::DSP], "@id": "urn:c", "@type": "Catalog",
            "participantId": "did:web:ulm.example", "catalog": nested,
            "service": [service("urn:outer", "https://outer.example/dsp")],
        });
        let catalog = Catalog::parse(&Node::root(&catalog)).unwrap();
        let words = |it: CatalogReference| {
            let address = it.address.unwrap_or_default();
            format!("{} | {} | {address} | {}", it.id, it.title, it.datasets)
        };
        references(&catalog.content).into_iter().map(words).collect()
    }

    #[test]
    fn every_catalogue_inside_is_told_with_the_address_where_it_is_had() {
        let at = |service: Value| json!([{"format": "Catalog", "accessService": service}]);
        let dataset = json!({
            "@id": "urn:d", "hasPolicy": [{"@id": "urn:o", "@type": "Offer", "permission": [{"action": "use"}]}],
            "distribution": [{"format": "HttpData-PULL", "accessService": "urn:own"}],
        });
        for (nested, expected) in [
            (json!([{"@id": "urn:1", "@type": "Catalog"}]), vec!["urn:1 | urn:1 |  | 0"]),
            (
                json!([{"@id": "urn:1", "@type": "Catalog", "dct:title": "Region",
                    "distribution": at(json!("urn:outer"))}]),
                vec!["urn:1 | Region | https://outer.example/dsp | 0"],
            ),
            (
                json!([{"@id": "urn:1", "@type": "Catalog", "distribution":
                    at(service("urn:in", "https://in.example/dsp"))}]),
                vec!["urn:1 | urn:1 | https://in.example/dsp | 0"],
            ),
            (
                json!([{"@id": "urn:1", "@type": "Catalog", "distribution": at(json!("urn:none")),
                    "service": [service("urn:own", "https://own.example/dsp")],
                    "dataset": [dataset]}]),
                vec!["urn:1 | urn:1 | https://own.example/dsp | 1"],
            ),
            (
                json!([
                    {"@id": "urn:1", "@type": "Catalog", "catalog": [
                        {"@id": "urn:2", "@type": "Catalog"}]},
                    {"@id": "urn:3", "@type": "Catalog"}]),
                vec!["urn:1 | urn:1 |  | 0", "urn:2 | urn:2 |  | 0", "urn:3 | urn:3 |  | 0"],
            ),
        ] {
            assert_eq!(told(nested.clone()), expected, "{nested}");
        }
    }
}

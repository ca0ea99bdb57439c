//! The catalogue over HTTP: streamed, paged with `Link`, and only what is shown to the requester.

use actix_web::HttpResponse;
use actix_web::http::header;
use bytes::Bytes;
use futures_util::stream;
use protocol::message::{CatalogRequestMessage, Parsed};
use serde_json::json;
use wire::json::{Limits, parse};
use wire::node::Node;

use super::Served;
use super::dsp::{Asked, Family, page_link, refuse};
use crate::engine::catalog::filter::Filter;
use crate::engine::catalog::{Place, Shown, Wanted, service};
use crate::engine::error::EngineError;
use crate::engine::parts::Parts;
use crate::engine::rests;
use crate::http::coding::{self, Packer};
use crate::http::problem::{self, SentPids};

/// Datasets that one answer may hold when the requester asks for more than a page.
const STREAM_MAX: usize = 100_000;
/// Datasets that are joined into one chunk.
const CHUNK_DATASETS: usize = 64;

/// What the query of a catalogue request says. It comes from our own links, or from a requester
/// that wants larger pages (`limit`, ours).
#[derive(Debug, Default, PartialEq)]
struct Paging {
    place: Place,
    limit: Option<usize>,
    /// The name of the filter that the first page was asked for with.
    filter: Option<String>,
}

impl Paging {
    fn parse(query: &str) -> Self {
        let mut paging = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
            match name {
                "after" => paging.place = Place::After(value.into_owned()),
                "before" => paging.place = Place::Before(value.into_owned()),
                "filter" => paging.filter = Some(value.into_owned()),
                "limit" => paging.limit = value.parse().ok(),
                _ => {}
            }
        }
        paging
    }
}

/// `POST /catalog/request`.
pub(super) async fn page<P: Parts, F>(
    served: &Served<P, F>,
    asked: &Asked<'_>,
    body: &[u8],
) -> HttpResponse {
    match find(served, asked, body).await {
        Ok(response) => response,
        Err(error) => refuse(asked.caller, &error, Family::Catalog, SentPids::default()),
    }
}

async fn find<P: Parts, F>(
    served: &Served<P, F>,
    asked: &Asked<'_>,
    body: &[u8],
) -> Result<HttpResponse, EngineError> {
    let value = parse(body, &Limits::message())?;
    let Parsed { message, ignored } = CatalogRequestMessage::parse(&Node::root(&value))?;
    rests::ignored(asked.caller.peer.did(), "CatalogRequestMessage", &ignored);
    let filter = Filter::read(&message.filter)?;
    let engine = &served.engine;
    let paging = Paging::parse(asked.query);
    let limit = paging.limit.unwrap_or(engine.limits().catalog_page_max).clamp(1, STREAM_MAX);
    let (participant, peer) = (&asked.caller.participant, asked.caller.peer.did());
    if paging.place != Place::Start && paging.filter != filter.name() {
        let words = "a further page is asked for with the body of the first one";
        return Err(EngineError::peer("page-of-another-filter", words));
    }
    let wanted = Wanted { place: &paging.place, limit, filter: &filter };
    let page = engine.catalog_page(participant, &asked.standing, peer, wanted).await?;

    let head = json!({
        "@context": [protocol::context::DSP],
        "@id": format!("{}#catalog", participant.did()),
        "@type": "Catalog",
        "participantId": participant.did().as_str(),
        "service": [service(participant)],
    });
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, problem::JSON));
    for (id, parameter, relation) in
        [(&page.next, "after", "next"), (&page.previous, "before", "previous")]
    {
        if let Some(id) = id {
            let id = protocol::http_path::segment(id.as_str()).replace('&', "%26");
            let mut query = format!("{parameter}={id}&limit={limit}");
            if let Some(filter) = filter.name() {
                query.push_str("&filter=");
                query.push_str(&filter);
            }
            let base = participant.mutual_url();
            response.append_header((header::LINK, page_link(base, &query, relation)));
        }
    }
    let size: usize = page.datasets.iter().map(Shown::size).sum();
    let chunks = chunks(&head.to_string(), page.datasets);
    if asked.takes_gzip && coding::is_worth(size) {
        response.insert_header((header::CONTENT_ENCODING, coding::GZIP));
        response.insert_header((header::VARY, "Accept-Encoding"));
        return Ok(response.streaming(stream::iter(packed(chunks))));
    }
    Ok(response.streaming(stream::iter(chunks)))
}

type Chunk = Result<Bytes, std::convert::Infallible>;

/// The catalogue's bytes: the head without its closing brace, then the datasets, a few per chunk.
fn chunks(head: &str, datasets: Vec<Shown>) -> impl Iterator<Item = Chunk> + use<> {
    let open = head.strip_suffix('}').unwrap_or(head).to_owned();
    let groups: Vec<Vec<Shown>> = datasets.chunks(CHUNK_DATASETS).map(<[Shown]>::to_vec).collect();
    let last = groups.len();
    let start = if last == 0 { format!("{open}}}") } else { format!("{open},\"dataset\":[") };
    let rest = groups.into_iter().enumerate().map(move |(number, group)| {
        let mut chunk = if number == 0 { String::new() } else { ",".to_owned() };
        for (place, dataset) in group.iter().enumerate() {
            if place > 0 {
                chunk.push(',');
            }
            chunk.push_str(&dataset.json());
        }
        if number + 1 == last {
            chunk.push_str("]}");
        }
        chunk
    });
    std::iter::once(start).chain(rest).map(|chunk| Ok(Bytes::from(chunk)))
}

/// The same bytes as gzip, a few per chunk.
fn packed(
    chunks: impl Iterator<Item = Chunk>,
) -> impl Iterator<Item = Result<Bytes, std::io::Error>> {
    let mut packer = Some(Packer::default());
    let mut chunks = chunks.fuse();
    std::iter::from_fn(move || {
        let made = match chunks.next() {
            Some(Ok(chunk)) => packer.as_mut()?.push(&chunk),
            Some(Err(never)) => match never {},
            None => packer.take()?.finish(),
        };
        Some(made)
    })
    // An empty chunk would end the body.
    .filter(|made| !made.as_ref().is_ok_and(Bytes::is_empty))
}

/// `GET /catalog/datasets/{id}`.
pub(super) async fn dataset<P: Parts, F>(
    served: &Served<P, F>,
    asked: &Asked<'_>,
    id: &str,
) -> HttpResponse {
    let (participant, peer) = (&asked.caller.participant, asked.caller.peer.did());
    let found = served.engine.catalog_dataset(participant, &asked.standing, peer, id).await;
    match found {
        Ok(dataset) => {
            let context = json!([protocol::context::DSP]);
            let json = dataset.json();
            let rest = json.strip_prefix('{').unwrap_or("}");
            let body = format!("{{\"@context\":{context},{rest}");
            let mut response = HttpResponse::Ok();
            response.insert_header((header::CONTENT_TYPE, problem::JSON));
            let worth = asked.takes_gzip && coding::is_worth(body.len());
            match worth.then(|| coding::pack(body.as_bytes())).flatten() {
                Some(packed) => response
                    .insert_header((header::CONTENT_ENCODING, coding::GZIP))
                    .insert_header((header::VARY, "Accept-Encoding"))
                    .body(packed),
                None => response.body(body),
            }
        }
        Err(error) => refuse(asked.caller, &error, Family::Catalog, SentPids::default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_of_ours_is_read_back() {
        let paging = Paging::parse("after=urn:uuid:1%26x&limit=7&other");
        let place = Place::After("urn:uuid:1&x".into());
        assert_eq!(paging, Paging { place, limit: Some(7), filter: None });
    }

    #[test]
    fn an_empty_catalogue_leaves_the_datasets_out() {
        let bytes: Vec<u8> =
            chunks("{\"a\":1}", Vec::new()).flat_map(|chunk| chunk.unwrap()).collect();
        assert_eq!(bytes, b"{\"a\":1}");
    }
}

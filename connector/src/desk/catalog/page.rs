//! Which page of a partner's catalogue is asked for, and where the next one lies: by the partner's own
//! links, or, for a partner that has none, by EDC's query from an offset on.

use identity::guard::{Target, check_same_host};
use protocol::message::Dataset;
use serde_json::{Value, json};
use wire::did::Did;
use wire::digest::Digest;

use super::super::refusal::{input, partner};
use crate::engine::parts::Pages;
use crate::management::desk::Answer;

/// Datasets on a page of a partner that pages by offset: what EDC sends where nobody says otherwise.
/// A first page of exactly as many, without a link, may therefore not be the last one.
const QUERY_PAGE: usize = 50;
/// The most datasets that are skipped.
const OFFSET_MAX: usize = 100_000;
/// What the terms of EDC's queries begin with.
const EDC: &str = "https://w3id.org/edc/v0.0.1/ns/";

/// A page, as it is asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Page {
    /// The first one.
    First,
    /// One that a link of the partner's names.
    Linked(String),
    /// One from this offset on.
    Skipping {
        /// How many datasets come before it.
        offset: usize,
        /// The name of the page before, by its first dataset: the partner may know no offsets and
        /// say the same again.
        before: String,
    },
}

/// A partner that is asked for pages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) peer: &'a Did,
    /// Where its first page lies.
    pub(super) first: &'a str,
}

impl Page {
    /// Reads what a view gave as its next or previous page.
    pub(super) fn read(text: Option<&str>, place: Place<'_>) -> Answer<Self> {
        let Some(text) = text else { return Ok(Self::First) };
        let Some(query) = text.strip_prefix("offset=") else {
            return Ok(Self::Linked(place.under(text)?));
        };
        let read = || {
            let (offset, before) = query.split_once("&before=")?;
            let offset = offset.parse().ok().filter(|offset| *offset <= OFFSET_MAX)?;
            Some(Self::Skipping { offset, before: before.to_owned() })
        };
        read().ok_or_else(|| input("page-unclear", "Das ist keine Seite.", "this is no page"))
    }

    /// How a view names it.
    fn name(&self) -> Option<String> {
        match self {
            Self::First => None,
            Self::Linked(url) => Some(url.clone()),
            Self::Skipping { offset, before } => Some(format!("offset={offset}&before={before}")),
        }
    }

    /// Where it lies.
    pub(super) fn url<'a>(&'a self, place: Place<'a>) -> &'a str {
        match self {
            Self::First | Self::Skipping { .. } => place.first,
            Self::Linked(url) => url,
        }
    }

    /// What takes the place of a filter, for a page that has no address of its own.
    pub(super) fn query(&self) -> Option<Value> {
        let Self::Skipping { offset, .. } = self else { return None };
        Some(json!({
            "@type": format!("{EDC}QuerySpec"),
            (format!("{EDC}offset")): offset,
            (format!("{EDC}limit")): QUERY_PAGE,
        }))
    }

    /// Whether the partner said the page before once more.
    pub(super) fn repeats(&self, datasets: &[Dataset]) -> bool {
        match self {
            Self::First | Self::Linked(_) => false,
            Self::Skipping { before, .. } => {
                datasets.first().is_some_and(|first| name_of(first) == *before)
            }
        }
    }

    /// The pages after and before this one, which holds `datasets`.
    pub(super) fn neighbours(
        &self,
        place: Place<'_>,
        links: &Pages,
        datasets: &[Dataset],
    ) -> Answer<(Option<String>, Option<String>)> {
        let url = self.url(place);
        let link = |link: &Option<String>| {
            let link = link.as_deref().map(|link| place.absolute(link)).transpose()?;
            match link {
                Some(link) if link == url => {
                    Err(partner("page-loop", "a page names itself as the one after or before it"))
                }
                link => Ok(link),
            }
        };
        let (next, previous) = (link(&links.next)?, link(&links.previous)?);
        Ok((next.or_else(|| self.further(datasets)), previous))
    }

    /// The page after a full one that has no link.
    fn further(&self, datasets: &[Dataset]) -> Option<String> {
        let offset = match self {
            Self::First => 0,
            Self::Linked(_) => return None,
            Self::Skipping { offset, .. } => *offset,
        };
        let first = datasets.first().filter(|_| datasets.len() == QUERY_PAGE)?;
        let offset = Some(offset + QUERY_PAGE).filter(|offset| *offset <= OFFSET_MAX)?;
        Self::Skipping { offset, before: name_of(first) }.name()
    }
}

fn name_of(dataset: &Dataset) -> String {
    Digest::of(dataset.id.as_str().as_bytes()).hex()
}

impl Place<'_> {
    /// A page of the partner's catalogue: it must lie where the first one does.
    fn under(self, url: &str) -> Answer<String> {
        let foreign =
            || partner("page-other-host", "its next page does not lie under its own host");
        let target = Target::parse(url).map_err(|_| foreign())?;
        check_same_host(&target, self.peer).map_err(|_| foreign())?;
        let first = Target::parse(self.first).map_err(|_| foreign())?;
        if target.authority() == first.authority() {
            Ok(target.to_string())
        } else {
            Err(foreign())
        }
    }

    /// A link as the partner wrote it: whole, or a path on the host that was asked.
    fn absolute(self, link: &str) -> Answer<String> {
        if !link.starts_with('/') || link.starts_with("//") {
            return self.under(link);
        }
        let host = Target::parse(self.first);
        let host = host.map_err(|_| partner("page-other-host", "its next page"))?;
        self.under(&format!("https://{}{link}", host.authority()))
    }
}

#[cfg(test)]
mod tests {
    use wire::node::Node;

    use super::*;

    const FIRST: &str = "https://ulm.localhost:9443/dsp/2025-1/catalog/request";

    fn ulm() -> Did {
        Did::parse("did:web:ulm.localhost%3A9444").unwrap()
    }

    fn datasets(from: usize, count: usize) -> Vec<Dataset> {
        let one = |number: usize| {
            let dataset = json!({
                "@id": format!("urn:{number}"), "@type": "Dataset",
                "hasPolicy": [{"@id": "urn:o", "@type": "Offer", "permission": [{"action": "use"}]}],
                "distribution": [{"format": "HttpData-PULL", "accessService": "urn:s"}],
            });
            Dataset::parse_entry(&Node::root(&dataset)).unwrap()
        };
        (from..from + count).map(one).collect()
    }

    #[test]
    fn a_next_page_lies_where_the_first_one_does() {
        let peer = ulm();
        let place = Place { peer: &peer, first: FIRST };
        for (link, expected) in [
            ("https://ulm.localhost:9443/p?after=a", Some("https://ulm.localhost:9443/p?after=a")),
            ("/p?after=a", Some("https://ulm.localhost:9443/p?after=a")),
            ("https://ulm.localhost:9444/p", None),
            ("https://ulm.localhost/p", None),
            ("https://neu-ulm.localhost:9443/p", None),
            ("//neu-ulm.localhost:9443/p", None),
            ("http://ulm.localhost:9443/p", None),
            ("https://ulm.localhost@evil.example/p", None),
            ("/../p", None),
            ("p", None),
        ] {
            let found = place.absolute(link);
            assert_eq!(found.ok().as_deref(), expected, "{link}");
            let pages = Pages { next: Some(link.to_owned()), previous: None };
            let found = Page::First.neighbours(place, &pages, &[]);
            assert_eq!(found.ok().and_then(|found| found.0).as_deref(), expected, "{link}");
        }
    }

    #[test]
    fn a_page_that_names_itself_is_a_loop() {
        let peer = ulm();
        let place = Place { peer: &peer, first: FIRST };
        let link = |to: &str| Pages { next: Some(to.to_owned()), previous: None };
        let second = Page::read(Some("https://ulm.localhost:9443/p?2"), place).unwrap();
        for (page, links) in [
            (&Page::First, link(FIRST)),
            (&second, link("/p?2")),
            (&second, Pages { next: None, previous: Some("/p?2".to_owned()) }),
        ] {
            let refused = page.neighbours(place, &links, &[]).unwrap_err();
            assert_eq!(refused.code, "page-loop", "{page:?}");
        }
        assert!(second.neighbours(place, &link("/p?3"), &[]).is_ok());
    }

    #[test]
    fn a_full_page_without_a_link_is_asked_on_from_its_end() {
        let peer = ulm();
        let place = Place { peer: &peer, first: FIRST };
        let next = |page: &Page, datasets: &[Dataset]| {
            page.neighbours(place, &Pages::default(), datasets).unwrap().0
        };
        let second = next(&Page::First, &datasets(0, 50)).unwrap();
        let second = Page::read(Some(&second), place).unwrap();
        assert_eq!(second.url(place), FIRST);
        let query = second.query().unwrap();
        assert_eq!(
            (&query[format!("{EDC}offset")], &query[format!("{EDC}limit")]),
            (&json!(50), &json!(50))
        );
        assert!(second.repeats(&datasets(0, 50)), "a partner that knows no offsets");
        assert!(!second.repeats(&datasets(50, 50)) && !second.repeats(&[]));
        let third = next(&second, &datasets(50, 50)).unwrap();
        assert!(third.starts_with("offset=100&"), "{third}");
        for count in [0, 1, 49, 51, 100] {
            assert_eq!(next(&Page::First, &datasets(0, count)), None, "{count}");
        }
        // A partner that has links says by them where its catalogue ends.
        assert_eq!(next(&Page::Linked(FIRST.to_owned()), &datasets(0, 50)), None);
        let last = Page::Skipping { offset: OFFSET_MAX, before: String::new() };
        assert_eq!(next(&last, &datasets(0, 50)), None, "at some point it is enough");
        for unclear in ["offset=", "offset=1", "offset=-1&before=a", "offset=100001&before=a"] {
            let refused = Page::read(Some(unclear), place).unwrap_err();
            assert_eq!(refused.code, "page-unclear", "{unclear}");
        }
    }
}

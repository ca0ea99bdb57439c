//! What a participant's datasets are read from over the network.
//!
//! Everybody's way is https to public addresses. A back end in the own network, plain http, an
//! address instead of a name, or another port needs the operator, who lists its origin in the
//! participant's `sources`. A listed origin opens itself alone: redirects are not followed.

use std::sync::Arc;

use http::HeaderName;
use identity::guard::{Origin, Scheme};

use super::fetch::{Fetcher, Roots};
use super::guard::Guard;
use super::unsent::Failure;
use crate::data::source::http::{Fetch, FetchError, Fetched};

/// Reads network sources for one participant. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Sources {
    ways: Arc<Ways>,
    listed: Arc<[Origin]>,
}

/// The three ways out, shared by all participants of a process.
#[derive(Debug)]
struct Ways {
    guard: Guard,
    public: Fetcher,
    own_clear: Fetcher,
    own_tls: Fetcher,
}

impl Sources {
    /// A reader to which no origin is listed. Servers must chain to the web's roots or to `also`.
    #[must_use]
    pub fn new(guard: &Guard, also: &Roots) -> Self {
        let roots = also.with_the_web();
        let way = |guard: Guard| Fetcher::new(guard, roots.clone());
        let ways = Ways {
            guard: guard.clone(),
            public: way(guard.clone()),
            own_clear: way(guard.for_own(Scheme::Http)),
            own_tls: way(guard.for_own(Scheme::Https)),
        };
        Self { ways: Arc::new(ways), listed: Arc::default() }
    }

    /// The same reader for a participant to whom these origins are listed.
    #[must_use]
    pub fn listing(&self, origins: &[Origin]) -> Self {
        Self { ways: self.ways.clone(), listed: origins.into() }
    }

    async fn open(
        &self,
        url: &str,
        headers: Vec<(HeaderName, String)>,
    ) -> Result<super::fetch::Stream, Failure> {
        let (origin, path) = Origin::split(url).map_err(|_| Failure::BadAddress)?;
        if !self.listed.contains(&origin) {
            refuse_unlisted(&origin, &self.listed)?;
            return self.ways.public.open(url, headers).await;
        }
        let way = match origin.scheme() {
            Scheme::Http => &self.ways.own_clear,
            Scheme::Https => &self.ways.own_tls,
        };
        // A written address passes no resolver, so it is checked here.
        if let Some(address) = origin.literal() {
            self.ways.guard.check_own(address, origin.scheme())?;
        }
        way.open_checked(format!("{origin}{path}"), headers).await
    }
}

/// Refuses an origin that only its listing would open, as far as its spelling tells.
///
/// # Errors
/// [`Failure::Forbidden`]; [`line()`] is what opens it.
pub fn refuse_unlisted(origin: &Origin, listed: &[Origin]) -> Result<(), Failure> {
    let needs_listing = origin.scheme() == Scheme::Http || origin.literal().is_some();
    if needs_listing && !listed.contains(origin) {
        let reason = format!("`{origin}` is not among the participant's sources");
        return Err(Failure::Forbidden { reason });
    }
    Ok(())
}

/// What the operator does to open an origin.
fn remedy(origin: &Origin, listed: &[Origin]) -> String {
    format!(
        "in allmende.toml, under this participant's `[[participant]]`, set this and start anew: {}",
        line(origin, listed)
    )
}

/// The line of the settings that lists `origin` beside those that are listed already.
#[must_use]
pub fn line(origin: &Origin, listed: &[Origin]) -> String {
    let all = listed.iter().chain([origin]).map(|origin| format!("\"{origin}\""));
    format!("sources = [{}]", all.collect::<Vec<_>>().join(", "))
}

impl Fetch for Sources {
    async fn get(
        &self,
        url: &str,
        headers: Vec<(HeaderName, String)>,
    ) -> Result<Fetched, FetchError> {
        match self.open(url, headers).await {
            Ok(answer) => Ok(answer.fetched()),
            Err(Failure::Forbidden { reason }) => Err(FetchError::NotAllowed {
                words: match Origin::split(url) {
                    Ok((origin, _)) if !self.listed.contains(&origin) => {
                        format!("{reason}. If it is your own: {}", remedy(&origin, &self.listed))
                    }
                    Ok(_) | Err(_) => reason,
                },
            }),
            Err(failure) => Err(failure.into()),
        }
    }
}

#[cfg(test)]
mod tests;

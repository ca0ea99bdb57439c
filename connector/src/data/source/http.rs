//! A source on the network, read anew for each delivery and passed through as it comes.
//!
//! The address is the dataset's own. Of what a reader sends, only a byte range and versions that
//! this very source gave out earlier are passed on, each read strictly and written anew.

use std::future::Future;

use http::{HeaderMap, HeaderName, header};
use wire::digest::Digest;

use super::{Answer, Opened, Parts, SourceError};
use crate::data::chunks::{Chunks, Misfit};
use crate::data::demand::{Demand, Known, OnlyOf, Range, Span, number};
use crate::data::version::Version;

/// The longest body that is passed through, in bytes.
pub const BODY_BYTES_MAX: u64 = 1 << 40;

/// The guarded fetcher: it calls public addresses and those that the operator allowed, follows no
/// redirect, and limits the time to connect, to the head of an answer and between two chunks.
pub trait Fetch: Send + Sync + 'static {
    /// Sends a GET with these header fields and returns when the head of the answer is there.
    fn get(
        &self,
        url: &str,
        headers: Vec<(HeaderName, String)>,
    ) -> impl Future<Output = Result<Fetched, FetchError>> + Send;
}

/// An upstream's answer.
#[derive(Debug)]
pub struct Fetched {
    /// The HTTP status.
    pub status: u16,
    /// Its header fields.
    pub headers: HeaderMap,
    /// The body, as it comes.
    pub chunks: Chunks<FetchError>,
}

/// Why an upstream could not be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The connection broke.
    #[error("the connection to the upstream broke: {words}")]
    Broken {
        /// What happened, for the operator.
        words: String,
    },
    /// The guard does not let us call this address.
    #[error("the address may not be called: {words}")]
    NotAllowed {
        /// Which rule, for the operator.
        words: String,
    },
    /// It took too long.
    #[error("the upstream took too long")]
    TimedOut,
    /// There was no connection.
    #[error("the upstream cannot be reached: {words}")]
    Unreachable {
        /// What happened, for the operator.
        words: String,
    },
}

impl FetchError {
    /// The reason code for the log and the operator.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Broken { .. } => "source-broken",
            Self::NotAllowed { .. } => "source-not-allowed",
            Self::TimedOut => "source-timed-out",
            Self::Unreachable { .. } => "source-unreachable",
        }
    }
}

/// Asks the upstream at `url` for what `demand` wants.
///
/// # Errors
/// [`SourceError`] when it gives no usable body.
pub(super) async fn open<F: Fetch>(
    fetch: &F,
    url: &str,
    media_type: &str,
    demand: &Demand,
) -> Result<Answer, SourceError> {
    let asked = Asked::of(url, demand);
    let fetched = fetch.get(url, asked.headers()).await;
    asked.answer(fetched.map_err(|source| SourceError::Fetch { source })?, media_type)
}

/// What is asked of the upstream, in its own versions.
struct Asked {
    /// Stands before the upstream's tags in ours, so that a tag of another address means nothing.
    prefix: String,
    known: Vec<Version>,
    part: Option<(Range, Option<Version>)>,
}

impl Asked {
    fn of(url: &str, demand: &Demand) -> Self {
        let mut prefix: String = Digest::of(url.as_bytes()).hex().chars().take(16).collect();
        prefix.push('-');
        let known = match &demand.known {
            Known::Any | Known::Nothing => Vec::new(),
            Known::Versions(known) => {
                known.iter().filter_map(|version| version.without(&prefix)).collect()
            }
        };
        let part = demand.range.and_then(|range| match &demand.only_of {
            OnlyOf::Any => Some((range, None)),
            OnlyOf::Incomparable => None,
            OnlyOf::Version(version) => version.without(&prefix).map(|own| (range, Some(own))),
        });
        Self { prefix, known, part }
    }

    fn headers(&self) -> Vec<(HeaderName, String)> {
        let mut headers = vec![(header::ACCEPT_ENCODING, "identity".to_owned())];
        if !self.known.is_empty() {
            let known: Vec<_> = self.known.iter().map(Version::to_string).collect();
            headers.push((header::IF_NONE_MATCH, known.join(", ")));
        }
        if let Some((range, only_of)) = &self.part {
            headers.push((header::RANGE, written(*range)));
            if let Some(version) = only_of {
                headers.push((header::IF_RANGE, version.to_string()));
            }
        }
        headers
    }

    fn answer(&self, fetched: Fetched, media_type: &str) -> Result<Answer, SourceError> {
        let Fetched { status, headers, chunks } = fetched;
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let version = text(header::ETAG).and_then(|tag| Version::parse(tag).ok());
        let upstream = version.and_then(|version| version.under(&self.prefix).ok());
        match status {
            200 | 206 => {}
            304 => return self.not_modified(upstream),
            416 if self.part.is_some() => {
                let total = text(header::CONTENT_RANGE).and_then(|it| it.strip_prefix("bytes */"));
                return Ok(Answer::Unsatisfiable { length: total.and_then(number) });
            }
            status => return Err(SourceError::Upstream { status }),
        }
        if text(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err(SourceError::Encoded);
        }
        let announced = text(header::CONTENT_LENGTH).and_then(number);
        let (span, total) = match status {
            206 => {
                let range = text(header::CONTENT_RANGE).and_then(parse_content_range);
                let (span, total) = range.ok_or(SourceError::Inconsistent)?;
                if !self.asked_for(span, total) || announced.is_some_and(|it| it != span.length) {
                    return Err(SourceError::Inconsistent);
                }
                (Some(span), total)
            }
            _ => (None, announced),
        };
        let parts = match text(header::ACCEPT_RANGES) {
            Some("bytes") => Parts::Ranges,
            Some(_) | None if span.is_some() => Parts::Ranges,
            Some(_) | None => Parts::None,
        };
        let length = span.map_or(total, |span| Some(span.length));
        let chunks = held_to(chunks, length)?;
        let media_type = media_type.to_owned();
        Ok(Answer::Opened(Opened { version: upstream, media_type, total, span, parts, chunks }))
    }

    fn not_modified(&self, upstream: Option<Version>) -> Result<Answer, SourceError> {
        let known = self.known.first().filter(|_| self.known.len() == 1);
        let known = known.and_then(|version| version.under(&self.prefix).ok());
        match upstream.or(known) {
            Some(version) if !self.known.is_empty() => Ok(Answer::NotModified { version }),
            Some(_) | None => Err(SourceError::Inconsistent),
        }
    }

    /// Whether the upstream sent the part that was asked for, as far as there is one.
    fn asked_for(&self, span: Span, total: Option<u64>) -> bool {
        match &self.part {
            None => false,
            Some((Range::From { first, last }, _)) => {
                let end = last.map(|last| last.saturating_add(1));
                span.first == *first && end.is_none_or(|end| span.length <= end - first)
            }
            Some((Range::Last { count }, _)) => {
                total.is_some_and(|total| span.first + span.length == total)
                    && span.length <= *count
            }
        }
    }
}

fn written(range: Range) -> String {
    match range {
        Range::From { first, last: None } => format!("bytes={first}-"),
        Range::From { first, last: Some(last) } => format!("bytes={first}-{last}"),
        Range::Last { count } => format!("bytes=-{count}"),
    }
}

/// `bytes 0-9/100`, or `/*` when the length of the whole is unknown.
pub(in crate::data) fn parse_content_range(text: &str) -> Option<(Span, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (number(first)?, number(last)?);
    let total = if total == "*" { None } else { Some(number(total)?) };
    if total.is_some_and(|total| total <= last) {
        return None;
    }
    let length = last.checked_sub(first)?.checked_add(1)?;
    Some((Span { first, length }, total))
}

/// The upstream's body, broken off where it is not as long as announced.
fn held_to(
    chunks: Chunks<FetchError>,
    length: Option<u64>,
) -> Result<Chunks<SourceError>, SourceError> {
    use futures_util::TryStreamExt;
    let chunks = Chunks::new(chunks.map_err(|source| SourceError::Fetch { source }));
    match length {
        Some(length) if length > BODY_BYTES_MAX => Err(SourceError::TooLong),
        Some(length) => Ok(chunks.exactly(length, |misfit| match misfit {
            Misfit::TooLong => SourceError::TooLong,
            Misfit::TooShort => SourceError::Truncated,
        })),
        None => Ok(chunks.at_most(BODY_BYTES_MAX, || SourceError::TooLong)),
    }
}

#[cfg(test)]
mod tests;

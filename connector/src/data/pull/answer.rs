//! What a provider's answer means for the copy and the part that are there.

use futures_util::{StreamExt, TryStreamExt};
use http::{HeaderMap, HeaderName, header};

use super::{DataResponse, PullError};
use crate::data::chunks::{Chunks, Misfit};
use crate::data::demand::number;
use crate::data::held::part::{Part, PartHead};
use crate::data::refusal::DataRefusal;
use crate::data::source::http::parse_content_range;
use crate::data::version::Version;

/// The longest refusal that is read, in bytes.
const REFUSAL_BYTES_MAX: usize = 16 * 1024;
/// The longest media type that is kept, in bytes.
const MEDIA_TYPE_BYTES_MAX: usize = 256;
const MEDIA_TYPE_UNKNOWN: &str = "application/octet-stream";

/// What a provider's answer means.
pub(super) enum Answered {
    /// The rest of the part.
    Continued(Chunks<PullError>),
    /// The copy is current.
    Unchanged,
    /// All of it.
    Whole(PartHead, Chunks<PullError>),
}

impl Answered {
    pub(super) async fn of(response: DataResponse, part: Option<&Part>) -> Result<Self, PullError> {
        match response.status {
            200 | 206 if is_encoded(&response.headers) => {
                Err(inconsistent("its content coding was not asked for"))
            }
            200 => Ok(Self::whole(response)),
            206 => Self::continued(response, part),
            304 => Ok(Self::Unchanged),
            416 => Err(inconsistent("the rest of the body does not exist")),
            _ => Err(PullError::Refused { refusal: refusal(response).await }),
        }
    }

    fn whole(response: DataResponse) -> Self {
        let headers = &response.headers;
        let total = text(headers, header::CONTENT_LENGTH).and_then(number);
        let media_type = text(headers, header::CONTENT_TYPE)
            .filter(|media_type| media_type.len() <= MEDIA_TYPE_BYTES_MAX);
        let head = PartHead {
            version: version(headers),
            media_type: media_type.unwrap_or(MEDIA_TYPE_UNKNOWN).to_owned(),
            total,
        };
        let chunks = body(response.chunks, total);
        Self::Whole(head, chunks)
    }

    fn continued(response: DataResponse, part: Option<&Part>) -> Result<Self, PullError> {
        let part = part.ok_or(inconsistent("it sent a part that was not asked for"))?;
        let range = text(&response.headers, header::CONTENT_RANGE).and_then(parse_content_range);
        let (span, total) = range.ok_or(inconsistent("it does not say which part it sent"))?;
        if span.first != part.bytes() {
            return Err(inconsistent("it sent another part than asked for"));
        }
        let end = span.first.saturating_add(span.length);
        let same_total = part.head().total.is_none() || total == part.head().total;
        if !same_total || total.is_some_and(|total| total != end) {
            return Err(inconsistent("the length of the whole has changed"));
        }
        let same = match (version(&response.headers), &part.head().version) {
            (Some(version), Some(begun)) => version.same_bytes(begun),
            (None, _) | (_, None) => true,
        };
        if !same {
            return Err(inconsistent("it continued another version"));
        }
        Ok(Self::Continued(body(response.chunks, Some(span.length))))
    }
}

fn inconsistent(what: &'static str) -> PullError {
    PullError::Inconsistent { what }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn version(headers: &HeaderMap) -> Option<Version> {
    text(headers, header::ETAG).and_then(|tag| Version::parse(tag).ok())
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity")
}

/// The body, held to its announced length. How many bytes are there is filled in by the receiver.
fn body(chunks: Chunks<super::ClientError>, length: Option<u64>) -> Chunks<PullError> {
    let chunks = chunks.map_err(|source| PullError::Broken { bytes: 0, source: Some(source) });
    let chunks = Chunks::new(chunks);
    match length {
        Some(length) => chunks.exactly(length, |misfit| match misfit {
            Misfit::TooLong => inconsistent("the body is longer than announced"),
            Misfit::TooShort => PullError::Broken { bytes: 0, source: None },
        }),
        None => chunks,
    }
}

async fn refusal(response: DataResponse) -> DataRefusal {
    let retry_after = text(&response.headers, header::RETRY_AFTER).and_then(number);
    let retry_after_s = retry_after.and_then(|seconds| u32::try_from(seconds).ok());
    let mut chunks = response.chunks;
    let mut words = Vec::new();
    while let Some(Ok(chunk)) = chunks.next().await {
        if words.len() + chunk.len() > REFUSAL_BYTES_MAX {
            break;
        }
        words.extend_from_slice(&chunk);
    }
    DataRefusal::read(response.status, retry_after_s, &words)
}

//! Why a data request gets no data, as it is written to the reader: `{code, reason, remedy}`.
//!
//! The reader gets words it can act on; what only our operator may know is never in here.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::{Deserialize, Serialize};

use super::source::SourceError;
use super::words;
use crate::words::Lang;

/// The media type of the body (RFC 9457; `code`, `reason` and `remedy` are extension members).
pub const MEDIA_TYPE: &str = "application/problem+json";
/// The longest text that is taken from a peer's refusal, in characters.
const TEXT_CHARS_MAX: usize = 500;
/// Seconds after which a source that failed is worth another try: a back end that starts anew.
const SOURCE_RETRY_SECONDS: u32 = 1;

/// Why a data request gets no data.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct DataRefusal {
    /// The HTTP status; not written into the body.
    #[serde(skip)]
    pub status: u16,
    /// The reason code, kebab-case.
    pub code: String,
    /// What happened, in a sentence.
    #[serde(default)]
    pub reason: String,
    /// What to do next, in a sentence.
    #[serde(default)]
    pub remedy: String,
    /// Seconds after which it is worth trying again.
    #[serde(skip)]
    pub retry_after_s: Option<u32>,
}

impl DataRefusal {
    /// A refusal with these words.
    #[must_use]
    pub fn new(status: u16, code: &str, reason: &str, remedy: &str) -> Self {
        Self {
            status,
            code: code.to_owned(),
            reason: reason.to_owned(),
            remedy: remedy.to_owned(),
            retry_after_s: None,
        }
    }

    /// The same, and that trying again after `seconds` may help.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// What a peer is told when the dataset's source fails. Which file or address it was stays
    /// with our operator: log the `SourceError` itself.
    #[must_use]
    pub fn source_failed(_error: &SourceError) -> Self {
        Self::new(
            503,
            "source-unavailable",
            "the provider cannot read its source at present",
            "try again later, or ask the provider: its journal says why",
        )
        .retry_after(SOURCE_RETRY_SECONDS)
    }

    /// The same in a reader's language, as far as the code is one of ours.
    #[must_use]
    pub fn in_lang(mut self, lang: Lang) -> Self {
        if let (Lang::De, Some((reason, remedy))) = (lang, words::of_code(&self.code)) {
            self.reason = reason.de;
            self.remedy = remedy.de;
        }
        self
    }

    /// Reads a peer's refusal: one of ours, or an error message of the Dataspace Protocol. Of a body
    /// that is neither, the bare status is told.
    #[must_use]
    pub fn read(status: u16, retry_after_s: Option<u32>, body: &[u8]) -> Self {
        let read = serde_json::from_slice(body).ok().map(Said::refusal);
        let mut refusal = read.filter(|refusal| is_code(&refusal.code)).unwrap_or_else(|| {
            let reason = format!("the provider answered with status {status}");
            Self::new(status, "refused-by-provider", &reason, "ask the provider for its reason")
        });
        refusal.status = status;
        refusal.retry_after_s = retry_after_s;
        refusal.reason = plain(&refusal.reason);
        refusal.remedy = plain(&refusal.remedy);
        if refusal.reason.is_empty() {
            refusal.reason = format!("the provider answered with status {status} and no words");
        }
        if refusal.remedy.is_empty() {
            "ask the provider for its reason".clone_into(&mut refusal.remedy);
        }
        refusal
    }

    /// The refusal as an answer.
    #[must_use]
    pub fn respond(&self) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::FORBIDDEN);
        let mut response = HttpResponseBuilder::new(status);
        response.content_type(MEDIA_TYPE).insert_header((CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.retry_after_s {
            response.insert_header((RETRY_AFTER, seconds));
        }
        response.json(self)
    }
}

/// A refusal as a peer writes it: `reason` is a text in our form, a list of texts in that of the
/// protocol (DSP 2025-1, `TransferError`).
#[derive(Deserialize)]
struct Said {
    code: String,
    #[serde(default)]
    reason: Words,
    #[serde(default)]
    remedy: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Several(Vec<String>),
}

impl Default for Words {
    fn default() -> Self {
        Self::One(String::new())
    }
}

impl Said {
    fn refusal(self) -> DataRefusal {
        let reason = match self.reason {
            Words::One(reason) => reason,
            Words::Several(reasons) => reasons.join(" "),
        };
        DataRefusal::new(0, &self.code, &reason, &self.remedy)
    }
}

/// A peer's code is shown and compared, so it must look like one.
fn is_code(text: &str) -> bool {
    let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.len() <= 64 && text.bytes().all(kebab)
}

/// A peer's words, without what could deceive or flood a terminal.
fn plain(text: &str) -> String {
    let shown = text.chars().filter(|&c| !wire::text::is_deceptive(c) && !c.is_control());
    shown.take(TEXT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_code_of_a_peer_still_comes_with_words() {
        let bare = DataRefusal::read(503, None, br#"{"code":"source-unavailable"}"#);
        assert!(!bare.reason.is_empty() && !bare.remedy.is_empty());
        let german = bare.clone().in_lang(Lang::De);
        assert!(german.reason.starts_with("Der Anbieter"), "{}", german.reason);
        assert_eq!(bare.clone().in_lang(Lang::En), bare);
    }

    #[test]
    fn a_peers_refusal_is_read_with_care() {
        let read = |body: &str| DataRefusal::read(410, None, body.as_bytes());
        let ended = read(r#"{"code":"agreement-ended","reason":"it \u001b[31mended","more":1}"#);
        assert_eq!((ended.status, ended.code.as_str()), (410, "agreement-ended"));
        assert_eq!(ended.reason, "it [31mended");
        let standard = read(r#"{"@type":"TransferError","code":"time-over","reason":["a","b"]}"#);
        assert_eq!((standard.code.as_str(), standard.reason.as_str()), ("time-over", "a b"));
        for body in ["", "<html>", "{}", r#"{"code":"Not A Code"}"#, r#"{"code":7}"#] {
            assert_eq!(read(body).code, "refused-by-provider", "{body}");
        }
    }
}

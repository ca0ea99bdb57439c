//! Fresh ids and random bytes as a part that is handed in, so that tests and the simulator can
//! say which come next.

use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// The one source of randomness of an engine.
pub trait Ids: Send + Sync + 'static {
    /// Fills `bytes` with fresh random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// `N` fresh random bytes.
pub fn random<const N: usize>(ids: &impl Ids) -> [u8; N] {
    let mut bytes = [0; N];
    ids.fill(&mut bytes);
    bytes
}

/// A fresh id of the form `urn:uuid:…`, version 4 (RFC 9562).
pub fn urn(ids: &impl Ids) -> String {
    Builder::from_random_bytes(random(ids)).into_uuid().urn().to_string()
}

/// A fresh id of the form `urn:uuid:…`, version 8 (RFC 9562), for what is made by the thousand. Its
/// first three digits are the second of `at`, counted anew each 68 minutes; all others are random. What
/// is made at one time thus lies together in the store, and what people type of an id, its first
/// eight digits, still differs.
pub fn dated_urn(ids: &impl Ids, at: Timestamp) -> String {
    let mut bytes: [u8; 16] = random(ids);
    let [first, second, ..] = &mut bytes;
    let [.., high, low] = (at.as_second() << 4).to_be_bytes();
    (*first, *second) = (high, low | *second & 0x0F);
    Builder::from_custom_bytes(bytes).into_uuid().urn().to_string()
}

/// Whether `text` is an id of the form that [`urn`] gives, to the letter.
#[must_use]
pub fn is_urn(text: &str) -> bool {
    let uuid = text.strip_prefix("urn:uuid:").and_then(|uuid| Uuid::try_parse(uuid).ok());
    uuid.is_some_and(|uuid| uuid.get_version_num() == 4 && uuid.urn().to_string() == text)
}

/// OpenSSL's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemIds;

impl Ids for SystemIds {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no id is unique and no code secret: there is nothing to go on with.
        #[expect(
            clippy::expect_used,
            reason = "OpenSSL's generator fails only when it cannot be seeded at start"
        )]
        openssl::rand::rand_bytes(bytes).expect("the system's random generator answers");
    }
}

/// Counted ids for tests and the simulator: the same every time.
#[derive(Debug, Default)]
pub struct CountedIds {
    next: std::sync::atomic::AtomicU64,
}

impl CountedIds {
    /// Ids that start at `first`, so that two sources of one test do not collide.
    #[must_use]
    pub fn starting_at(first: u64) -> Self {
        Self { next: first.into() }
    }
}

impl Ids for CountedIds {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_be_bytes();
        bytes.fill(0);
        for (byte, value) in bytes.iter_mut().rev().zip(count.iter().rev()) {
            *byte = *value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_four_and_differ() {
        let (one, two) = (urn(&SystemIds), urn(&SystemIds));
        assert_ne!(one, two);
        assert_eq!(one.as_bytes()["urn:uuid:".len() + 14], b'4');
    }

    #[test]
    fn dated_ids_of_one_second_begin_alike_and_differ_within_eight_digits() {
        let at = |second| dated_urn(&SystemIds, Timestamp::from_second(second).unwrap());
        let ids: Vec<String> = (0..100).map(|_| at(0xABC_1234)).collect();
        assert!(ids.iter().all(|id| id.starts_with("urn:uuid:234")), "{ids:?}");
        let begins: std::collections::BTreeSet<_> = ids.iter().map(|id| id.get(..17)).collect();
        assert!(begins.len() > 90, "{ids:?}");
        assert!(at(0xABC_1235).starts_with("urn:uuid:235"));
        assert_eq!(at(0).as_bytes()["urn:uuid:".len() + 14], b'8');
    }

    #[test]
    fn only_our_own_form_is_ours() {
        assert!(is_urn(&urn(&SystemIds)));
        for other in [
            "",
            "urn:uuid:",
            "7d444840-9dc0-4ad1-b245-5ffdce74fad2",
            "urn:uuid:7D444840-9DC0-4AD1-B245-5FFDCE74FAD2",
            "urn:uuid:7d4448409dc04ad1b2455ffdce74fad2",
            "urn:uuid:{7d444840-9dc0-4ad1-b245-5ffdce74fad2}",
            "urn:uuid:7d444840-9dc0-1ad1-b245-5ffdce74fad2",
            "urn:uuid:7d444840-9dc0-4ad1-b245-5ffdce74fad2 ",
        ] {
            assert!(!is_urn(other), "{other}");
        }
    }

    #[test]
    fn counted_ids_repeat_from_run_to_run() {
        assert_eq!(urn(&CountedIds::default()), urn(&CountedIds::default()));
    }
}

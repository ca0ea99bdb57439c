//! The content coding `gzip`: of catalogues that we answer with, of messages and answers that come.
//!
//! Only catalogue documents are compressed: they hold nothing secret that a stranger could guess at by
//! their compressed length, since all of it is shown to the very peer that asked. Acknowledgements are
//! too small, and data goes over as its source has it.

use std::io::{self, Read as _, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// The coding's name.
pub const GZIP: &str = "gzip";
/// A document below this size is sent as it is, in bytes.
const WORTH_BYTES_MIN: usize = 1_024;
/// Bytes that are unpacked at once.
const BLOCK_BYTES: usize = 16 * 1024;

/// Why a packed body cannot be unpacked.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CodingError {
    /// It is no gzip, or not whole.
    #[error("the body is no gzip")]
    Broken,
    /// It would have more bytes than are read.
    #[error("the body unpacks to too many bytes")]
    TooLarge,
}

/// Whether an `Accept-Encoding` field allows gzip (RFC 9110, 12.5.3).
#[must_use]
pub fn accepts_gzip(field: Option<&str>) -> bool {
    let weight = |wanted: &str| {
        field.unwrap_or_default().split(',').find_map(|coding| {
            let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
            let weight = parameters.trim().strip_prefix("q=").unwrap_or("1");
            let is = name.trim().eq_ignore_ascii_case(wanted);
            is.then(|| weight.trim().parse::<f32>().is_ok_and(|weight| weight > 0.0))
        })
    };
    weight(GZIP).or_else(|| weight("*")).unwrap_or(false)
}

/// Whether a body of this size is worth packing.
#[must_use]
pub const fn is_worth(bytes: usize) -> bool {
    bytes >= WORTH_BYTES_MIN
}

/// Packs a body.
#[must_use]
pub fn pack(body: &[u8]) -> Option<Vec<u8>> {
    let mut packer = Packer::default();
    let mut packed = packer.push(body).ok()?.to_vec();
    packed.extend_from_slice(&packer.finish().ok()?);
    Some(packed)
}

/// Unpacks a body to at most `bytes_max` bytes: a small body that unpacks to a huge one is refused
/// before it does.
///
/// # Errors
/// [`CodingError`].
pub fn unpack(packed: &[u8], bytes_max: usize) -> Result<Vec<u8>, CodingError> {
    let mut reader = MultiGzDecoder::new(packed);
    let (mut body, mut block) = (Vec::new(), vec![0; BLOCK_BYTES]);
    loop {
        let count = reader.read(&mut block).map_err(|_| CodingError::Broken)?;
        if count == 0 {
            return Ok(body);
        }
        if body.len() + count > bytes_max {
            return Err(CodingError::TooLarge);
        }
        body.extend_from_slice(block.get(..count).unwrap_or_default());
    }
}

/// Packs a body that comes in chunks.
#[derive(Debug)]
pub struct Packer(GzEncoder<Vec<u8>>);

impl Default for Packer {
    fn default() -> Self {
        Self(GzEncoder::new(Vec::new(), Compression::fast()))
    }
}

impl Packer {
    /// Takes a chunk; what is packed so far and was not handed out.
    ///
    /// # Errors
    /// None that a buffer in memory can make.
    pub fn push(&mut self, chunk: &[u8]) -> io::Result<Bytes> {
        self.0.write_all(chunk)?;
        Ok(std::mem::take(self.0.get_mut()).into())
    }

    /// The rest.
    ///
    /// # Errors
    /// None that a buffer in memory can make.
    pub fn finish(self) -> io::Result<Bytes> {
        self.0.finish().map(Bytes::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_to_whom_it_is_welcome() {
        for (field, expected) in [
            (None, false),
            (Some(""), false),
            (Some("identity"), false),
            (Some("gzip"), true),
            (Some("deflate, GZIP;q=0.5"), true),
            (Some("gzip;q=0"), false),
            (Some("*"), true),
            (Some("*;q=0"), false),
            (Some("gzip;q=0, *"), false),
            (Some("br, *;q=0.1"), true),
            (Some("gzip;q=x"), false),
        ] {
            assert_eq!(accepts_gzip(field), expected, "{field:?}");
        }
    }

    #[test]
    fn what_is_packed_is_unpacked_and_no_bomb_is() {
        let body = vec![b'a'; 1_000_000];
        let packed = pack(&body).unwrap();
        assert!(packed.len() < 10_000);
        assert_eq!(unpack(&packed, body.len()), Ok(body.clone()));
        assert_eq!(unpack(&packed, body.len() - 1), Err(CodingError::TooLarge));
        let twice = [packed.clone(), packed.clone()].concat();
        assert_eq!(unpack(&twice, body.len()), Err(CodingError::TooLarge));
        for broken in [&packed[..packed.len() - 1], b"{}".as_slice(), b""] {
            assert_eq!(unpack(broken, body.len()), Err(CodingError::Broken));
        }
    }
}

//! The few DER structures that the openssl crate cannot build: name constraints and CRL points.

/// One tag-length-value; lengths up to 65,535 bytes.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let [high, low] = u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes();
    match (high, low) {
        (0, 0..=0x7f) => out.push(low),
        (0, 0x80..) => out.extend([0x81, low]),
        (1.., _) => out.extend([0x82, high, low]),
    }
    out.extend_from_slice(content);
    out
}

/// A SEQUENCE.
pub(crate) fn sequence(content: &[u8]) -> Vec<u8> {
    tlv(0x30, content)
}

/// `NameConstraints` that permit only these DNS subtrees (RFC 5280, 4.2.1.10).
pub(crate) fn permitted_dns(suffixes: &[String]) -> Vec<u8> {
    let subtrees: Vec<u8> =
        suffixes.iter().flat_map(|suffix| sequence(&tlv(0x82, suffix.as_bytes()))).collect();
    sequence(&tlv(0xa0, &subtrees))
}

/// `CRLDistributionPoints` with one full name (RFC 5280, 4.2.1.13).
pub(crate) fn crl_point(url: &str) -> Vec<u8> {
    sequence(&sequence(&tlv(0xa0, &tlv(0xa0, &tlv(0x86, url.as_bytes())))))
}

//! The numbers of a document as they were written. A parser that only hands on `f64` cannot tell
//! `1e16` from an integer that was rounded, so each number is judged by its text.

use super::{INTEGER_MAX, JsonProblem, Limits};

/// From here on ECMAScript, and RFC 8785 with it, writes numbers with an exponent.
const PLAIN_INTEGER_END: f64 = 1e21;

/// Finds the numbers of a JSON text in order. What is not JSON yields nonsense here and is refused
/// by the parser that walks beside it.
#[derive(Clone, Debug)]
pub(super) struct Numbers<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Numbers<'a> {
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn skip_string(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'"' => return,
                b'\\' => self.at += 1,
                _ => {}
            }
        }
    }
}

impl<'a> Iterator for Numbers<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while let Some(byte) = self.bytes.get(self.at) {
            let start = self.at;
            self.at += 1;
            match byte {
                b'"' => self.skip_string(),
                b'-' | b'0'..=b'9' => {
                    while self.bytes.get(self.at).is_some_and(|b| is_number_byte(*b)) {
                        self.at += 1;
                    }
                    return self.bytes.get(start..self.at);
                }
                _ => {}
            }
        }
        None
    }
}

const fn is_number_byte(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

/// Judges a number by its text and by the `value` that the parser made of it.
pub(super) fn judge(text: &[u8], value: f64, limits: &Limits) -> Result<(), JsonProblem> {
    if text.len() > limits.number_bytes_max {
        return Err(JsonProblem::NumberTooLong { bytes_max: limits.number_bytes_max });
    }
    let mantissa = text.split(|b| matches!(b, b'e' | b'E')).next().unwrap_or(text);
    let written_zero = mantissa.iter().all(|b| !matches!(b, b'1'..=b'9'));
    if written_zero && text.first() == Some(&b'-') {
        return Err(JsonProblem::NegativeZero);
    }
    let vanished = value == 0.0 && !written_zero;
    let is_integer = !text.iter().any(|b| matches!(b, b'.' | b'e' | b'E'));
    // Integers up to 2^53 convert exactly, so the comparison in double precision is exact.
    let too_big = is_integer && value.abs() > INTEGER_MAX as f64;
    if vanished || too_big || !has_canonical_form(value) {
        return Err(JsonProblem::NumberOutOfRange);
    }
    Ok(())
}

/// Whether the canonical form of `value` reads back as the same number under our rules. Between
/// 2^53 and 10^21 ECMAScript writes a double as a plain integer, which would then be refused.
pub(super) fn has_canonical_form(value: f64) -> bool {
    let magnitude = value.abs();
    value.is_finite() && (magnitude <= INTEGER_MAX as f64 || magnitude >= PLAIN_INTEGER_END)
}

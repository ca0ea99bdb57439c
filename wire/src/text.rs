//! Showing what others wrote: untrusted text on a terminal, in a log line or in an error message.
//!
//! Shown text is for eyes. It is never parsed again and never compared.

use std::fmt;

/// The most characters of an untrusted text that `shown` lets through.
pub const SHOWN_CHARS_MAX: usize = 200;

/// Untrusted text made harmless to show; see [`shown`].
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    text: &'a str,
    chars_max: usize,
}

/// Shows at most [`SHOWN_CHARS_MAX`] characters of `text`, with control, bidirectional, invisible
/// and private-use characters, back-ticks and backslashes escaped, and `…` where it was cut.
///
/// Letters of any script stay: names of towns are not ASCII.
pub fn shown(text: &str) -> Shown<'_> {
    shown_within(text, SHOWN_CHARS_MAX)
}

/// As [`shown`], with at most `chars_max` characters.
pub fn shown_within(text: &str, chars_max: usize) -> Shown<'_> {
    Shown { text, chars_max }
}

/// Whether a character shows nothing, moves the cursor or turns the direction of writing, so that
/// a reader sees something else than what is there.
pub fn is_deceptive(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    c.is_control()
        || matches!(
            u32::from(c),
            0x00AD
                | 0x034F
                | 0x061C
                | 0x115F..=0x1160
                | 0x17B4..=0x17B5
                | 0x180B..=0x180F
                | 0x200B..=0x200F
                | 0x2028..=0x202E
                | 0x2060..=0x206F
                | 0x2800
                | 0x3164
                | 0xE000..=0xF8FF
                | 0xFE00..=0xFE0F
                | 0xFEFF
                | 0xFFA0
                | 0xFFF0..=0xFFFF
                | 0x1_BCA0..=0x1_BCA3
                | 0x1_D173..=0x1_D17A
                | 0xE_0000..=0x10_FFFF
        )
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for (count, c) in self.text.chars().enumerate() {
            if count == self.chars_max {
                return f.write_char('…');
            }
            match c {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\\' => f.write_str("\\\\")?,
                '`' => f.write_str("\\u{60}")?,
                c if is_deceptive(c) => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_disturbs_is_escaped_and_what_is_written_stays() {
        for (text, expected) in [
            ("Neu-Ulm, Straße", "Neu-Ulm, Straße"),
            ("a\u{1b}[31mred", "a\\u{1b}[31mred"),
            ("user\u{202e}gpj.exe", "user\\u{202e}gpj.exe"),
            ("us\u{200d}e\u{feff}", "us\\u{200d}e\\u{feff}"),
            ("two\nlines\r\t", "two\\nlines\\r\\t"),
            ("`rm`\\", "\\u{60}rm\\u{60}\\\\"),
            ("\u{85}\u{7f}", "\\u{85}\\u{7f}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
        ] {
            assert_eq!(shown(text).to_string(), expected);
        }
    }

    #[test]
    fn a_long_text_is_cut_visibly() {
        assert_eq!(shown_within("äöüß", 4).to_string(), "äöüß");
        assert_eq!(shown_within("äöüß!", 4).to_string(), "äöüß…");
        assert_eq!(shown(&"x".repeat(5000)).to_string().chars().count(), SHOWN_CHARS_MAX + 1);
    }
}

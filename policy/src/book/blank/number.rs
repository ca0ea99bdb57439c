//! Numbers as people write them: with groups of three, a unit, a decimal comma.

/// Most days that a sentence takes: a hundred years.
pub(super) const DAYS_MAX: u64 = 36_525;
/// Most digits of a number.
const DIGITS_MAX: usize = 18;

/// A whole number in its plain form, at least 1.
pub(super) fn plain(text: &str, max: u64) -> Option<String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = text.parse().ok().filter(|_| is_number && text.len() <= DIGITS_MAX)?;
    (1..=max).contains(&number).then(|| number.to_string())
}

/// A whole number, with or without points, commas or spaces between groups of three digits.
pub(super) fn whole(text: &str) -> Option<String> {
    for separator in ['.', ',', ' ', '\u{a0}', '\u{202f}', '\''] {
        let groups: Vec<&str> = text.split(separator).collect();
        if let [first, rest @ ..] = groups.as_slice()
            && !rest.is_empty()
            && (1..=3).contains(&first.len())
            && rest.iter().all(|group| group.len() == 3)
        {
            return plain(&groups.concat(), u64::MAX);
        }
    }
    plain(text, u64::MAX)
}

/// `90`, `90 days`, `90 Tage` or `P90D`.
pub(super) fn days(text: &str) -> Option<String> {
    let duration = text.strip_prefix('P').and_then(|rest| rest.strip_suffix('D'));
    let (number, unit) = text.split_once(' ').unwrap_or((duration.unwrap_or(text), ""));
    let is_unit = ["", "day", "days", "tag", "tage", "tagen"].contains(&&*unit.to_lowercase());
    let number = whole(number).filter(|_| is_unit)?;
    plain(&number, DAYS_MAX)
}

/// Units of data, by thousands. Kibibytes and their like are no units here: who means them writes
/// the bytes.
const UNITS: [(&str, u64); 5] =
    [("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000), ("B", 1)];

/// `5 GB`, `5GB`, `5000000000`: in bytes.
pub(super) fn bytes(text: &str) -> Option<String> {
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (number, unit) = text.split_at_checked(end)?;
    let unit = match unit.trim().to_lowercase().as_str() {
        "" | "byte" | "bytes" => "b".to_owned(),
        other => other.to_owned(),
    };
    let (_, factor) = UNITS.iter().find(|(name, _)| name.to_lowercase() == unit)?;
    let bytes = whole(number)?.parse::<u64>().ok()?.checked_mul(*factor)?;
    plain(&bytes.to_string(), u64::MAX)
}

/// Bytes in the largest unit that leaves no rest.
pub(super) fn show_bytes(value: &str) -> String {
    let Ok(bytes) = value.parse::<u64>() else {
        return wire::text::shown(value).to_string();
    };
    let unit = UNITS.iter().find(|(_, factor)| bytes.is_multiple_of(*factor));
    unit.map_or_else(|| bytes.to_string(), |(name, factor)| format!("{} {name}", bytes / factor))
}

/// Money in its one form: `5.00`.
pub(super) fn plain_amount(text: &str) -> Option<String> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let cents = match cents.trim_end_matches('0').len() {
        0 => "00".to_owned(),
        1 | 2 => format!("{cents:0<2}").get(..2)?.to_owned(),
        _ => return None,
    };
    if !is_number(whole) || !is_number(&cents) || whole.len() > DIGITS_MAX {
        return None;
    }
    let whole: u64 = whole.parse().ok()?;
    (whole > 0 || cents != "00").then(|| format!("{whole}.{cents}"))
}

/// Money with a decimal comma or point; three digits after one are a group.
pub(super) fn amount(text: &str) -> Option<String> {
    if let Some(whole) = whole(text) {
        return plain_amount(&whole);
    }
    let (number, cents) = text.rsplit_once([',', '.'])?;
    if !(1..=2).contains(&cents.len()) {
        return None;
    }
    let number = if number == "0" { number.to_owned() } else { whole(number)? };
    plain_amount(&format!("{number}.{cents}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(read: impl Fn(&str) -> Option<String>, cases: &[(&str, Option<&str>)]) {
        for (text, expected) in cases {
            assert_eq!(read(text).as_deref(), *expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let cases =
            [("1000", "1000"), ("1.000", "1000"), ("1,000", "1000"), ("12 000 000", "12000000")];
        check(whole, &cases.map(|(text, number)| (text, Some(number))));
        let bad = ["", "0", "1.5", "1.0000", "-1", "1e3", "10,00", "1234567890123456789", "…"];
        check(whole, &bad.map(|text| (text, None)));
        check(days, &[("90", Some("90")), ("90 Tage", Some("90")), ("1 day", Some("1"))]);
        check(days, &[("P90D", Some("90")), ("3 weeks", None), ("99999", None), ("PT5M", None)]);
        check(
            bytes,
            &[("5 GB", Some("5000000000")), ("5gb", Some("5000000000")), ("7", Some("7"))],
        );
        check(bytes, &[("5 GiB", None), ("1.5 GB", None), ("999999999 TB", None), ("GB", None)]);
        check(amount, &[("5", Some("5.00")), ("5,5", Some("5.50")), ("1.000,50", Some("1000.50"))]);
        check(amount, &[("0.05", Some("0.05")), ("1.000", Some("1000.00")), ("0", None)]);
        check(amount, &[("5,", None), ("5.0001", None), ("1.00.00", None), ("-5", None)]);
        check(plain_amount, &[("5", Some("5.00")), ("5.500", Some("5.50")), ("5.005", None)]);
        assert_eq!(show_bytes("5000000000"), "5 GB");
        assert_eq!(show_bytes("1500"), "1500 B");
    }
}

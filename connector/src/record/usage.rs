//! How much use was made of an agreement, as our own meter counts it. One record an agreement,
//! written in the commit of what it counts: no two deliveries count from the same reading, and none
//! is forgotten when the process dies.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use policy::Interval;
use serde::{Deserialize, Serialize};

/// Monday, 5 January 1970: from here the stretches of time are laid out, so that days begin at
/// midnight and weeks on Monday, in UTC.
const ANCHOR_SECONDS: i64 = 4 * 24 * 60 * 60;

/// What was used.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Spent {
    /// Deliveries that brought something, or may yet.
    pub deliveries: u64,
    /// Deliveries that were begun, whatever they brought.
    pub requests: u64,
    /// Bytes that went over, or are lent to a delivery that runs. What was lent to a delivery over
    /// which the process died counts as gone over.
    pub bytes: u64,
}

/// How long the stretches of time are that follow each other.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Every {
    /// So many months of the calendar, in UTC.
    Months(u64),
    /// So much time.
    Time(SignedDuration),
}

impl From<Interval> for Every {
    fn from(interval: Interval) -> Self {
        match interval {
            Interval::DayTime(length) => Self::Time(length),
            Interval::Months(months) => Self::Months(months),
        }
    }
}

/// What was used within one stretch of time.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct StretchRecord {
    /// Its length.
    pub every: Every,
    /// When it began.
    pub from: Timestamp,
    /// What was used since.
    pub spent: Spent,
}

/// What was used under one agreement.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct UsageRecord {
    /// The number of this reading: each is written once.
    pub reading: u64,
    /// When the first delivery was permitted.
    pub first: Option<Timestamp>,
    /// Since the agreement was made.
    pub whole: Spent,
    /// The stretch that runs, for each length that the rule names.
    pub stretches: Vec<StretchRecord>,
}

impl UsageRecord {
    /// What was used: since the agreement was made, or within the stretch of this length in which
    /// `now` lies.
    #[must_use]
    pub fn spent(&self, every: Option<Every>, now: Timestamp) -> Spent {
        let Some(every) = every else { return self.whole };
        let mut found = self.stretches.iter().filter(|stretch| stretch.every == every);
        let current = found.next().filter(|stretch| stretch.from == stretch_of(every, now).0);
        current.map(|stretch| stretch.spent).unwrap_or_default()
    }

    /// Adds what is used `now` to the whole and to the stretches of these lengths.
    pub fn spend(&mut self, lengths: &[Every], now: Timestamp, more: Spent) {
        self.reading = self.reading.saturating_add(1);
        add(&mut self.whole, more);
        for every in lengths.iter().copied() {
            let (from, spent) = (stretch_of(every, now).0, self.spent(Some(every), now));
            let mut stretch = StretchRecord { every, from, spent };
            add(&mut stretch.spent, more);
            self.stretches.retain(|other| other.every != every);
            self.stretches.push(stretch);
        }
    }

    /// Adds to the whole, and to the stretches in which `then` lies, what went over unnoticed since.
    pub fn went_over(&mut self, then: Timestamp, bytes: u64) {
        self.reading = self.reading.saturating_add(1);
        self.change(then, |spent| add(spent, Spent { bytes, ..Spent::default() }));
    }

    /// Takes back what was spent at `then` and not used. In a stretch that is over nothing changes.
    pub fn give_back(&mut self, then: Timestamp, less: Spent) {
        self.reading = self.reading.saturating_add(1);
        self.change(then, |spent| subtract(spent, less));
    }

    fn change(&mut self, then: Timestamp, change: impl Fn(&mut Spent)) {
        change(&mut self.whole);
        for stretch in &mut self.stretches {
            if stretch.from == stretch_of(stretch.every, then).0 {
                change(&mut stretch.spent);
            }
        }
    }
}

/// The stretch of time of this length in which `now` lies: its first instant, and the first of the
/// next one.
#[must_use]
pub fn stretch_of(every: Every, now: Timestamp) -> (Timestamp, Timestamp) {
    match every {
        Every::Months(months) => months_of(months, now),
        Every::Time(length) => time_of(length, now),
    }
}

fn time_of(length: SignedDuration, now: Timestamp) -> (Timestamp, Timestamp) {
    let anchor = SignedDuration::from_secs(ANCHOR_SECONDS).as_nanos();
    let (length, since) = (length.as_nanos().max(1), now.as_nanosecond() - anchor);
    let start = now.as_nanosecond() - since.rem_euclid(length);
    let at = |nanoseconds: i128, beyond| Timestamp::from_nanosecond(nanoseconds).unwrap_or(beyond);
    (at(start, Timestamp::MIN), at(start.saturating_add(length), Timestamp::MAX))
}

/// Months are counted from the beginning of the year 0.
fn months_of(months: u64, now: Timestamp) -> (Timestamp, Timestamp) {
    let today = now.to_zoned(TimeZone::UTC).date();
    let index = i64::from(today.year()) * 12 + i64::from(today.month()) - 1;
    let months = i64::try_from(months.max(1)).unwrap_or(i64::MAX);
    let start = index - index.rem_euclid(months);
    let first = |index: i64, beyond| first_of_month(index).unwrap_or(beyond);
    (first(start, Timestamp::MIN), first(start.saturating_add(months), Timestamp::MAX))
}

/// The first instant of a month, counted from January of the year 0; none beyond the calendar.
fn first_of_month(index: i64) -> Option<Timestamp> {
    let year = i16::try_from(index.div_euclid(12)).ok()?;
    let month = i8::try_from(index.rem_euclid(12) + 1).ok()?;
    let midnight = Date::new(year, month, 1).ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(midnight.timestamp())
}

fn add(spent: &mut Spent, more: Spent) {
    spent.deliveries = spent.deliveries.saturating_add(more.deliveries);
    spent.requests = spent.requests.saturating_add(more.requests);
    spent.bytes = spent.bytes.saturating_add(more.bytes);
}

fn subtract(spent: &mut Spent, less: Spent) {
    spent.deliveries = spent.deliveries.saturating_sub(less.deliveries);
    spent.requests = spent.requests.saturating_sub(less.requests);
    spent.bytes = spent.bytes.saturating_sub(less.bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const DAY: Every = Every::Time(SignedDuration::from_hours(24));
    const ONE: Spent = Spent { deliveries: 1, requests: 1, bytes: 10 };

    #[test]
    fn days_begin_at_midnight_weeks_on_monday_and_months_on_the_first_in_utc() {
        let week = Every::Time(SignedDuration::from_hours(7 * 24));
        let hour = Every::Time(SignedDuration::from_hours(1));
        let (month, quarter) = (Every::Months(1), Every::Months(3));
        for (length, now, from, to) in [
            (DAY, "2026-11-28T00:00:00Z", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z"),
            (DAY, "2026-11-28T23:59:59.9Z", "2026-11-28T00:00:00Z", "2026-11-29T00:00:00Z"),
            (week, "2026-11-28T12:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
            (month, "2026-02-28T23:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            (quarter, "2026-11-28T12:00:00Z", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            (hour, "1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(stretch_of(length, at(now)), (at(from), at(to)), "{now}");
        }
        for ever in [Every::Time(SignedDuration::MAX), Every::Months(u64::MAX)] {
            assert_eq!(stretch_of(ever, at("2026-11-28T00:00:00Z")).1, Timestamp::MAX);
        }
    }

    #[test]
    fn a_new_day_begins_at_nothing_and_the_whole_goes_on() {
        let mut usage = UsageRecord::default();
        let (today, tomorrow) = (at("2026-11-28T12:00:00Z"), at("2026-11-29T00:00:00Z"));
        usage.spend(&[DAY], today, ONE);
        usage.spend(&[DAY], today, ONE);
        assert_eq!(usage.spent(Some(DAY), today).deliveries, 2);
        assert_eq!(usage.spent(Some(DAY), tomorrow), Spent::default());
        usage.spend(&[DAY], tomorrow, ONE);
        assert_eq!(usage.spent(Some(DAY), tomorrow).bytes, 10);
        assert_eq!((usage.spent(None, tomorrow).bytes, usage.reading), (30, 3));
        // What was taken yesterday and comes back today changes nothing of today.
        usage.give_back(today, Spent { deliveries: 1, requests: 0, bytes: 10 });
        assert_eq!(usage.spent(Some(DAY), tomorrow).bytes, 10);
        assert_eq!(usage.spent(None, tomorrow), Spent { deliveries: 2, requests: 3, bytes: 20 });
    }

    #[test]
    fn a_meter_stops_at_its_ends_and_never_runs_over() {
        let mut usage = UsageRecord::default();
        let now = at("2026-11-28T12:00:00Z");
        usage.give_back(now, ONE);
        assert_eq!(usage.whole, Spent::default());
        let all = Spent { deliveries: u64::MAX, requests: u64::MAX, bytes: u64::MAX };
        usage.spend(&[], now, all);
        usage.spend(&[], now, ONE);
        assert_eq!(usage.whole, all);
    }
}

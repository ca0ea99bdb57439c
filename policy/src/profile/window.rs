//! A window of time that comes again on days of the week, such as office hours in a zone.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use serde::Deserialize;

/// Days that are looked ahead for the next edge: from any day on, each weekday comes once.
const DAYS_AHEAD: i64 = 8;

/// Open on some days of the week from one time of the day, included, to another one, excluded, by the
/// clock of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    zone: String,
    days: Vec<Weekday>,
    from: Time,
    to: Time,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    zone: String,
    days: Vec<String>,
    from: String,
    to: String,
}

impl Window {
    pub(super) fn read(written: &Written) -> Option<Self> {
        let days = written.days.iter().map(|day| weekday(day)).collect::<Option<Vec<_>>>()?;
        let (from, to) = (written.from.parse().ok()?, written.to.parse().ok()?);
        let makes_sense = from < to && !days.is_empty() && !written.zone.is_empty();
        makes_sense.then(|| Self { zone: written.zone.clone(), days, from, to })
    }

    /// The name of its zone in the IANA database.
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// Whether it is open at `now`, in its zone as given, and the first instant after `now` at which
    /// that changes; none beyond the end of the calendar.
    #[must_use]
    pub fn at(&self, now: Timestamp, zone: &TimeZone) -> (bool, Option<Timestamp>) {
        let here = now.to_zoned(zone.clone());
        let edges = (0..=DAYS_AHEAD).filter_map(|days| here.checked_add(days.days()).ok());
        let next = edges.flat_map(|day| self.edges(&day)).filter(|edge| *edge > now).min();
        (self.is_open(&here), next)
    }

    fn is_open(&self, here: &Zoned) -> bool {
        let time = here.time();
        self.days.contains(&here.weekday()) && self.from <= time && time < self.to
    }

    /// When it opens and closes on a day. A time that the day leaves out, where the clock is put
    /// forward, is the first after the gap; of one that comes twice it is the first.
    fn edges(&self, day: &Zoned) -> Vec<Timestamp> {
        if !self.days.contains(&day.weekday()) {
            return Vec::new();
        }
        let edges = [self.from, self.to].into_iter();
        let edges = edges
            .filter_map(|time| day.date().to_datetime(time).to_zoned(day.time_zone().clone()).ok());
        edges.map(|edge| edge.timestamp()).collect()
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(days: &[&str], from: &str, to: &str) -> Written {
        let days = days.iter().map(|day| (*day).to_owned()).collect();
        let (zone, from, to) = ("Europe/Berlin".to_owned(), from.to_owned(), to.to_owned());
        Written { zone, days, from, to }
    }

    /// Berlin's rule since 1996, without the database: the last Sundays of March and October.
    fn berlin() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    #[test]
    fn a_window_is_open_on_its_days_between_its_times_by_the_clock_of_its_zone() {
        let week = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        let office = Window::read(&written(&week, "08:00", "18:00")).unwrap();
        let sunday = Window::read(&written(&["sunday"], "02:30", "04:00")).unwrap();
        for (window, now, open, next) in [
            (&office, "2026-11-27T06:59:59Z", false, "2026-11-27T07:00:00Z"), // a Friday
            (&office, "2026-11-27T07:00:00Z", true, "2026-11-27T17:00:00Z"),
            (&office, "2026-11-27T16:59:59.999Z", true, "2026-11-27T17:00:00Z"),
            (&office, "2026-11-27T17:00:00Z", false, "2026-11-30T07:00:00Z"),
            (&office, "2026-11-28T10:00:00Z", false, "2026-11-30T07:00:00Z"),
            // In summer an hour earlier on the line of time.
            (&office, "2026-07-01T06:00:00Z", true, "2026-07-01T16:00:00Z"),
            // 02:30 does not come on the last Sunday of March: the clock is put from two to three.
            (&sunday, "2026-03-29T00:59:00Z", false, "2026-03-29T01:30:00Z"),
            (&sunday, "2026-03-29T01:30:00Z", true, "2026-03-29T02:00:00Z"),
        ] {
            let (at, next): (Timestamp, Timestamp) = (now.parse().unwrap(), next.parse().unwrap());
            assert_eq!(window.at(at, &berlin()), (open, Some(next)), "{now}");
        }
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for (days, from, to) in [
            (&["monday"][..], "18:00", "08:00"),
            (&["monday"], "08:00", "08:00"),
            (&["monday"], "08:00", "25:00"),
            (&["Montag"], "08:00", "18:00"),
            (&[], "08:00", "18:00"),
        ] {
            assert_eq!(Window::read(&written(days, from, to)), None, "{days:?} {from} {to}");
        }
    }
}

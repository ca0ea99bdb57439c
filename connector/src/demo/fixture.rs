//! The town's data, made up: how full its car parks were, every five minutes. The same each time.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Car parks and how many cars each takes.
const CAR_PARKS: [(&str, u32); 10] = [
    ("Deutschhaus", 594),
    ("Rathaus", 460),
    ("Salzstadel", 530),
    ("Fischerviertel", 395),
    ("Kornhaus", 150),
    ("Theater", 80),
    ("Congress Centrum", 450),
    ("Am Bahnhof", 541),
    ("Basteicenter", 120),
    ("Kliniken Michelsberg", 520),
];
/// Days in the file: half a year.
const DAYS: u32 = 181;
/// Values of a day.
const SLOTS: u32 = 288;

/// Writes the file.
///
/// # Errors
/// The system's reason.
pub(super) fn write(path: &Path) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(b"day,time,car_park,capacity,free\n")?;
    let mut line = String::new();
    for day in 0..DAYS {
        for slot in 0..SLOTS {
            for (number, (name, capacity)) in (0_u32..).zip(CAR_PARKS) {
                line.clear();
                let (hour, minute) = (slot / 12, slot % 12 * 5);
                let free = free(capacity, day, slot, number);
                // Writing to a String cannot fail.
                let _ =
                    writeln!(line, "{},{hour:02}:{minute:02},{name},{capacity},{free}", day + 1);
                file.write_all(line.as_bytes())?;
            }
        }
    }
    file.into_inner()?.sync_all()
}

/// Free places: few at noon, many at night, and never quite the same.
fn free(capacity: u32, day: u32, slot: u32, number: u32) -> u32 {
    let from_noon = slot.abs_diff(SLOTS / 2);
    let usual = capacity * (from_noon + 12) / (SLOTS / 2 + 12);
    let wobble = (day * 31 + slot * 17 + number * 7) % 23;
    usual.saturating_sub(wobble)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_car_park_has_more_free_places_than_places() {
        for (name, capacity) in CAR_PARKS {
            for slot in 0..SLOTS {
                assert!(free(capacity, 3, slot, 4) <= capacity, "{name} {slot}");
            }
        }
    }
}

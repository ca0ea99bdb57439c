//! A document as bytes, whatever they mean.

use crate::dice::Dice;

const EDGES: [u8; 12] = [0, 9, 10, 32, 34, 44, 58, 91, 92, 123, 125, 255];

/// One change: a bit, a byte, a stretch taken out, doubled, or put in from elsewhere.
pub(crate) fn change(bytes: &mut Vec<u8>, words: &[String], dice: &mut Dice) {
    let at = dice.below(bytes.len());
    let length = 1 + dice.below(16);
    let end = at.saturating_add(length).min(bytes.len());
    match dice.below(8) {
        0 | 1 => {
            let bit = dice.below(8);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
        2 => {
            let other = if dice.chance(50) { dice.byte() } else { *dice.one(&EDGES).unwrap_or(&0) };
            if let Some(byte) = bytes.get_mut(at) {
                *byte = other;
            }
        }
        3 => drop(bytes.drain(at..end)),
        4 => {
            let stretch: Vec<u8> = bytes.get(at..end).unwrap_or_default().to_vec();
            let most = if dice.chance(5) { 2_000 } else { 3 };
            let times = 1 + dice.below(most);
            for _ in 0..times {
                drop(bytes.splice(at..at, stretch.iter().copied()));
            }
        }
        5 => {
            let word = dice.one(words).map_or(&[][..], |word| word.as_bytes());
            drop(bytes.splice(at..at, word.iter().copied()));
        }
        6 => {
            let word = dice.one(words).map_or(&[][..], |word| word.as_bytes());
            drop(bytes.splice(at..end, word.iter().copied()));
        }
        _ => bytes.truncate(at),
    }
}

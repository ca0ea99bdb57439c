//! A document of Turtle as its tokens.

use crate::dice::Dice;

/// Marks that Turtle gives a meaning to, and values of its own forms.
const MARKS: [&str; 22] = [
    ".",
    ";",
    ",",
    "[",
    "]",
    "(",
    ")",
    "a",
    "<>",
    "<urn:x>",
    "_:b0",
    "_:b1",
    "\"\"",
    "\"x\"@de",
    "\"1\"^^xsd:integer",
    "\"2018-01-01\"^^xsd:date",
    "odrl:use",
    "odrl:permission",
    "odrl:duty",
    "odrl:constraint",
    "true",
    "1.0",
];

fn tokens(text: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let mut quoted = false;
    for letter in text.chars() {
        quoted ^= letter == '"';
        let is_mark = !quoted && matches!(letter, ';' | ',' | '[' | ']' | '(' | ')');
        if letter.is_whitespace() || is_mark {
            tokens.push(letter.to_string());
            tokens.push(String::new());
        } else if let Some(last) = tokens.last_mut() {
            last.push(letter);
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens
}

/// One change: tokens taken out, doubled, exchanged or replaced.
pub(crate) fn change(text: &str, other: &str, dice: &mut Dice) -> String {
    let mut tokens = tokens(text);
    let at = dice.below(tokens.len());
    let to = dice.below(tokens.len());
    let end = at.saturating_add(1 + dice.below(6)).min(tokens.len());
    match dice.below(6) {
        0 => drop(tokens.drain(at..end)),
        1 => {
            let some: Vec<String> = tokens.get(at..end).unwrap_or_default().to_vec();
            drop(tokens.splice(to..to, some));
        }
        2 if at < tokens.len() && to < tokens.len() => tokens.swap(at, to),
        3 => {
            let others = self::tokens(other);
            let from = dice.below(others.len());
            let some = others.into_iter().skip(from).take(1 + dice.below(12));
            drop(tokens.splice(at..end, some));
        }
        _ => {
            let mark = dice.one(&MARKS).map(|mark| format!(" {mark} "));
            drop(tokens.splice(at..end, mark));
        }
    }
    tokens.concat()
}

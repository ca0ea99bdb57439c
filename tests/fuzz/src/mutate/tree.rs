//! A document as a tree of JSON.

use serde_json::{Map, Value, json};

use crate::corpus::Corpus;
use crate::dice::Dice;

/// Most nodes among which one is chosen.
const NODES_MAX: usize = 10_000;

/// One change of one node: another value, another name, one member more or less, a deeper nest.
pub(crate) fn change(document: &mut Value, corpus: &Corpus, dice: &mut Dice) {
    let count = count(document).min(NODES_MAX);
    let mut at = dice.below(count);
    if let Some(node) = find(document, &mut at) {
        change_node(node, corpus, dice);
    }
}

fn count(value: &Value) -> usize {
    let below = match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    below + 1
}

fn find<'a>(value: &'a mut Value, at: &mut usize) -> Option<&'a mut Value> {
    if *at == 0 {
        return Some(value);
    }
    *at -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| find(item, at)),
        Value::Object(members) => members.values_mut().find_map(|member| find(member, at)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Some node of some document.
fn elsewhere(corpus: &Corpus, dice: &mut Dice) -> Value {
    let Some(document) = dice.one(&corpus.json) else { return Value::Null };
    let mut document = document.clone();
    let mut at = dice.below(count(&document).min(NODES_MAX));
    find(&mut document, &mut at).map_or(Value::Null, |node| node.take())
}

fn word(corpus: &Corpus, dice: &mut Dice) -> String {
    dice.one(&corpus.words).cloned().unwrap_or_default()
}

fn change_node(node: &mut Value, corpus: &Corpus, dice: &mut Dice) {
    match (dice.below(9), &mut *node) {
        (0, Value::Object(members)) => {
            let name = members.keys().nth(dice.below(members.len())).cloned();
            let value = name.and_then(|name| members.remove(&name)).unwrap_or(Value::Null);
            members.insert(word(corpus, dice), value);
        }
        (1, Value::Object(members)) => {
            let name = members.keys().nth(dice.below(members.len())).cloned();
            name.and_then(|name| members.remove(&name));
        }
        (2, Value::Object(members)) => {
            members.insert(word(corpus, dice), elsewhere(corpus, dice));
        }
        (0, Value::Array(items)) => {
            let copy = items.get(dice.below(items.len())).cloned();
            items.extend(copy);
        }
        (1, Value::Array(items)) if !items.is_empty() => {
            items.remove(dice.below(items.len()));
        }
        (2, Value::Array(items)) => items.push(elsewhere(corpus, dice)),
        (0 | 1, Value::String(text)) => *text = word(corpus, dice),
        (2, Value::String(text)) => {
            let mut bytes = std::mem::take(text).into_bytes();
            super::change_bytes(&mut bytes, &corpus.words, dice);
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        (3, _) => *node = Value::Array(vec![node.take()]),
        (4, _) => nest(node, dice),
        (5, _) => *node = number(dice),
        (6, _) => *node = json!({ "@id": word(corpus, dice) }),
        (7, _) => *node = json!({ "@value": word(corpus, dice), "@type": word(corpus, dice) }),
        (_, _) => *node = elsewhere(corpus, dice),
    }
}

fn nest(node: &mut Value, dice: &mut Dice) {
    let most = if dice.chance(10) { 80 } else { 3 };
    let depth = 1 + dice.below(most);
    let name = *dice.one(&["and", "or", "xone", "andSequence"]).unwrap_or(&"and");
    for _ in 0..depth {
        *node = Value::Object(Map::from_iter([(name.to_owned(), Value::Array(vec![node.take()]))]));
    }
}

fn number(dice: &mut Dice) -> Value {
    match dice.below(5) {
        0 => json!(0),
        1 => json!(-1),
        2 => json!(i64::MAX),
        3 => json!(0.1),
        _ => json!(dice.below(100)),
    }
}

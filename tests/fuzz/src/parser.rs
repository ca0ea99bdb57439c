//! Bytes against the readers: JSON of the Dataspace Protocol and of plain ODRL, general JSON-LD and
//! Turtle. What is read must be written to what means the same; a flipped byte shows.

use odrl_parser::rdf::{Rules, policies, read_json_ld, read_turtle};
use odrl_parser::{
    Context, ParseError, Policy, PolicyKind, Strictness, document_digest, meaning_digest,
    normalise, parse_agreement, parse_bytes, parse_message_offer, parse_offer, parse_policy,
    to_json, to_odrl_json, validate,
};
use serde_json::Value;
use wire::json::{Limits, parse};
use wire::node::Node;

use crate::corpus::Corpus;
use crate::dice::Dice;
use crate::mutate::{change_bytes, change_tokens, change_tree};
use crate::run::Told;

type Read = fn(&Node<'_>) -> Result<Policy, ParseError>;

const READERS: [(Context, Read); 4] = [
    (Context::Dsp, parse_offer),
    (Context::Dsp, parse_message_offer),
    (Context::Dsp, parse_agreement),
    (Context::Odrl, parse_policy),
];

/// A document that somebody might send, changed once or a few times.
pub(crate) fn input(corpus: &Corpus, dice: &mut Dice) -> Vec<u8> {
    if dice.chance(25) {
        return turtle(corpus, dice);
    }
    let mut document = dice.one(&corpus.json).cloned().unwrap_or_default();
    for _ in 0..dice.below(4) {
        change_tree(&mut document, corpus, dice);
    }
    let mut bytes = document.to_string().into_bytes();
    if dice.chance(50) {
        for _ in 0..=dice.below(3) {
            change_bytes(&mut bytes, &corpus.words, dice);
        }
    }
    bytes
}

fn turtle(corpus: &Corpus, dice: &mut Dice) -> Vec<u8> {
    let mut text = dice.one(&corpus.turtle).cloned().unwrap_or_default();
    for _ in 0..=dice.below(4) {
        let other = dice.one(&corpus.turtle).map_or("", String::as_str);
        text = change_tokens(&text, other, dice);
    }
    let mut bytes = text.into_bytes();
    if dice.chance(25) {
        change_bytes(&mut bytes, &corpus.words, dice);
    }
    bytes
}

/// Reads it in every way.
pub(crate) fn check(bytes: &[u8], dice: &mut Dice) -> Told {
    let mut told = Told::Refused;
    for (context, read) in READERS {
        if let Ok(policy) = parse_bytes(bytes, read) {
            told = Told::Taken;
            check_policy(&policy, context, read);
            check_flips(bytes, read, dice);
        }
    }
    for graph in [read_turtle(bytes), read_json_ld(bytes)].into_iter().flatten() {
        for rules in [Rules::Bare, Rules::Complete] {
            for policy in policies(&graph, rules).into_iter().flatten() {
                told = Told::Taken;
                // Without an action a rule has no place in a document.
                if rules == Rules::Complete {
                    check_policy(&policy, Context::Odrl, parse_policy);
                }
            }
        }
    }
    told
}

/// Written and read again it means the same.
fn check_policy(policy: &Policy, context: Context, read: Read) {
    let strictness = match context {
        Context::Dsp => Strictness::Dsp,
        Context::Odrl => Strictness::Common,
    };
    // Whether it is valid and has atomic rules is theirs to say; here they must come to an end.
    drop((validate(policy, strictness), normalise(policy)));
    let written = match context {
        Context::Dsp => to_json(policy),
        Context::Odrl => to_odrl_json(policy),
    };
    let again = read(&Node::root(&written));
    let again =
        again.unwrap_or_else(|error| panic!("{error}: what was written is refused: {written}"));
    let same = meaning_digest(&again) == meaning_digest(policy);
    assert!(same || policy.kind == PolicyKind::MessageOffer, "another meaning: {written}");
}

/// A flipped bit is refused or changes the digest that is signed. Inside an escape the case of a
/// digit says nothing, so that documents with escapes are left out.
fn check_flips(bytes: &[u8], read: Read, dice: &mut Dice) {
    let digest = |bytes: &[u8]| {
        let document: Value = parse(bytes, &Limits::message()).ok()?;
        read(&Node::root(&document)).ok()?;
        document_digest(&document).ok()
    };
    let Some(original) = digest(bytes) else { return };
    if bytes.contains(&b'\\') || bytes.contains(&b'\t') {
        return;
    }
    for _ in 0..4 {
        let (at, bit) = (dice.below(bytes.len()), dice.below(8));
        let mut flipped = bytes.to_vec();
        if let Some(byte) = flipped.get_mut(at) {
            *byte ^= 1 << bit;
        }
        assert_ne!(digest(&flipped), Some(original), "bit {bit} of byte {at} does not show");
    }
}

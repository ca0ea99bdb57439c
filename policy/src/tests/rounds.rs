//! Sentence → rule → sentence, over all sentences and generated blanks.

use proptest::prelude::*;

use super::books::{book, policy};
use super::parsed;
use crate::text::Lang;

/// Texts that fit into a blank, by the type that its name stands for.
fn value(name: &str) -> BoxedStrategy<String> {
    let iri = "urn:[a-z]{1,4}:[a-zA-Z0-9._~!$&'()*+,;=:@/?#-]{0,12}[a-z0-9]";
    let short = "[a-z][a-z0-9-]{0,8}";
    let several = |one: &'static str| {
        proptest::collection::vec(one, 1..4).prop_map(|all| all.join(", ")).boxed()
    };
    match name {
        "amount" => (0..1_000_000_u32, 1..100_u32).prop_map(|(e, c)| format!("{e}.{c:02}")).boxed(),
        "cases" | "count" | "level" | "rate" => (1..u32::MAX).prop_map(|n| n.to_string()).boxed(),
        "volume" => (1..u64::from(u32::MAX)).prop_map(|n| format!("{n} kB")).boxed(),
        "days" => (1..36_526_u32).prop_map(|n| n.to_string()).boxed(),
        "day" => (1900..2300_u32, 1..13_u32, 1..29_u32, 0..3_usize)
            .prop_map(|(y, m, d, zone)| {
                format!("{y}-{m:02}-{d:02}{}", ["", "+05:30", "-11:00"][zone])
            })
            .boxed(),
        "instant" => (0..4_000_000_000_i64, 0..3_usize)
            .prop_map(|(s, fraction)| {
                let at = jiff::Timestamp::new(s, [0, 5_000, 250_000_000][fraction]).unwrap();
                at.to_string()
            })
            .boxed(),
        "kinds" | "purposes" => {
            // A word that joins a list is no name in it.
            let joins = |typed: &String| {
                typed.split(", ").any(|one| ["and", "oder", "or", "und"].contains(&one))
            };
            let short = several(short).prop_filter("a joining word", move |typed| !joins(typed));
            prop_oneof![short, several(iri)].boxed()
        }
        "partners" => several("did:web:[a-z]{1,8}\\.example"),
        "areas" | "issuers" => several(iri),
        "connector" | "licence" => iri.boxed(),
        other => panic!("no values for {other}"),
    }
}

/// Any sentences that can stand together, each with generated blanks.
fn choice() -> impl Strategy<Value = Vec<String>> {
    let sentences = book().sentences().iter().filter(|it| it.beside().is_none());
    let keys: Vec<&str> = sentences.map(crate::book::Sentence::key).collect();
    proptest::sample::subsequence(keys.clone(), 1..keys.len()).prop_shuffle().prop_flat_map(
        |keys| {
            let alone = ["free", "open-data"];
            let first = keys[0];
            let keys = if alone.contains(&first) { vec![first] } else { keys };
            let keys: Vec<&str> = keys
                .iter()
                .filter(|key| keys.len() == 1 || !alone.contains(key))
                .copied()
                .collect();
            keys.into_iter()
                .map(|key| {
                    let blanks: Vec<&str> = book().sentence(key).unwrap().blanks().collect();
                    let values: Vec<BoxedStrategy<String>> =
                        blanks.iter().map(|it| value(it)).collect();
                    values.prop_map(move |values| {
                        let sign = if values.is_empty() { "" } else { "=" };
                        format!("{key}{sign}{}", values.join("; "))
                    })
                })
                .collect::<Vec<_>>()
        },
    )
}

proptest! {
    #[test]
    fn sentence_to_rule_to_sentence_loses_nothing(typed in choice()) {
        let chosen = book().choose(&typed).map_err(|error| {
            TestCaseError::fail(error.words(book(), Lang::En))
        })?;
        let policy = policy(&chosen);
        prop_assert_eq!(book().recognise(&policy).whole(), Some(chosen.clone()));
        // What is shown can be typed again.
        for lang in Lang::ALL {
            let said: Vec<String> =
                chosen.iter().map(|it| book().say(it, chosen.len() == 1, lang)).collect();
            prop_assert_eq!(book().choose(&said), Ok(chosen.clone()), "{:?}", said);
        }
        // So does what the emitter makes of it.
        let again = parsed(&odrl_parser::to_json(&policy));
        prop_assert_eq!(book().recognise(&again).whole(), Some(chosen));
    }

    #[test]
    fn nothing_that_is_typed_makes_it_panic(typed in "\\PC{0,80}") {
        let _ = book().choose(&[typed]);
    }
}

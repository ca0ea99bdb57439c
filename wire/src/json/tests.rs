//! What a hostile writer sends, and what is kept of what an honest one sends.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const SMALL: Limits = Limits {
    bytes_max: 400,
    depth_max: 4,
    nodes_max: 20,
    string_bytes_max: 16,
    number_bytes_max: 24,
};

fn read(bytes: &[u8]) -> Result<Value, String> {
    parse(bytes, &SMALL).map_err(|e| {
        format!("{} {:?} {}:{}", e.problem.code(), e.pointer.as_str(), e.line, e.column)
    })
}

fn refuse(bytes: impl AsRef<[u8]>, expected: &str) {
    let shown = String::from_utf8_lossy(bytes.as_ref()).into_owned();
    assert_eq!(read(bytes.as_ref()), Err(expected.to_owned()), "{shown}");
}

#[test]
fn a_member_named_twice_is_refused_where_it_stands_again() {
    refuse(r#"{"target":1,"target":2}"#, r#"json-duplicate-member "/target" 1:20"#);
    refuse(r#"{"a":[{"b":1,"c":2,"b":1}]}"#, r#"json-duplicate-member "/a/0/b" 1:22"#);
    refuse("{\"a\":1,\n\"\\u0061\":2}", r#"json-duplicate-member "/a" 2:8"#);
    refuse(r#"{"":1,"":1}"#, r#"json-duplicate-member "/" 1:8"#);
    assert!(read(r#"{"a":{"x":1},"b":{"x":1}}"#.as_bytes()).is_ok());
}

#[test]
fn only_one_json_text_in_utf8_is_read() {
    refuse("{} {}", r#"json-trailing-bytes "" 1:4"#);
    refuse("0x10", r#"json-trailing-bytes "" 1:2"#);
    refuse("1 x", r#"json-trailing-bytes "" 1:3"#);
    refuse("{}\0", r#"json-trailing-bytes "" 1:3"#);
    refuse("\u{feff}{}", r#"json-byte-order-mark "" 0:0"#);
    refuse([0xFF, 0xFE, b'{', 0, b'}', 0], r#"json-not-utf8 "" 1:1"#);
    refuse([0, b'{', 0, b'}'], r#"json-syntax "" 1:1"#);
    refuse([b'{', 0, b'}', 0], r#"json-syntax "" 1:2"#);
    refuse([b'[', b'\n', b'"', 0xC3, b'"', b']'], r#"json-not-utf8 "" 2:2"#);
    // An overlong `/` and a surrogate in UTF-8.
    refuse([b'"', 0xC0, 0xAF, b'"'], r#"json-not-utf8 "" 1:2"#);
    refuse([b'"', 0xED, 0xA0, 0x80, b'"'], r#"json-not-utf8 "" 1:2"#);
    refuse("", r#"json-truncated "" 1:0"#);
    refuse(r#"{"a":"#, r#"json-truncated "/a" 1:5"#);
}

#[test]
fn lone_surrogates_are_refused_and_pairs_are_read() {
    for text in
        [r#""\ud800""#, r#""\udc00""#, r#""\ud800x""#, r#""\ud800\u0041""#, r#""\udc00\ud800""#]
    {
        let problem = parse(text.as_bytes(), &SMALL).unwrap_err().problem;
        assert_eq!(problem, JsonProblem::Syntax, "{text}");
    }
    let name = parse(br#"{"x":{"\ud800":1}}"#, &SMALL).unwrap_err();
    assert_eq!((name.problem, name.pointer.as_str()), (JsonProblem::Syntax, "/x"));
    assert_eq!(read(br#""\ud83d\ude00""#), Ok(json!("😀")));
}

#[test]
fn what_is_not_json_is_refused() {
    for text in [
        "nul",
        "{a:1}",
        "[1,]",
        "{\"a\":1,}",
        "'a'",
        "01",
        "+1",
        ".5",
        "1.",
        "NaN",
        "INF",
        "-Infinity",
        "[1 2]",
        "{\"a\" 1}",
        "// x\n1",
        "\"\n\"",
        "\"\\x41\"",
        "--1",
        "1e",
        "\"a\tb\"",
    ] {
        let problem = parse(text.as_bytes(), &SMALL).unwrap_err().problem;
        assert!(
            matches!(problem, JsonProblem::Syntax | JsonProblem::Truncated),
            "{text} {problem:?}"
        );
    }
}

#[test]
fn numbers_that_another_reader_would_round_are_refused() {
    for (text, code) in [
        ("9007199254740992", "json-number-out-of-range"),
        ("9007199254740993", "json-number-out-of-range"),
        ("-9007199254740992", "json-number-out-of-range"),
        ("18446744073709551616", "json-number-out-of-range"),
        ("1e16", "json-number-out-of-range"),
        ("9007199254740992.0", "json-number-out-of-range"),
        ("1e400", "json-number-out-of-range"),
        ("-1e400", "json-number-out-of-range"),
        ("1e-400", "json-number-out-of-range"),
        ("-0", "json-negative-zero"),
        ("-0.0", "json-negative-zero"),
        ("-0e7", "json-negative-zero"),
        ("0.0000000000000000000000001", "json-number-too-long"),
        ("1000000000000000000000000", "json-number-too-long"),
    ] {
        let whole = format!(r#"{{"9\"8":"7","a":[0,{text}]}}"#);
        let error = parse(whole.as_bytes(), &SMALL).unwrap_err();
        assert_eq!((error.problem.code(), error.pointer.as_str()), (code, "/a/1"), "{text}");
    }
    let million = format!("0.{}", "1".repeat(1_000_000));
    let limits = Limits::message().with_bytes_max(2_000_000);
    let problem = parse(million.as_bytes(), &limits).unwrap_err().problem;
    assert_eq!(problem, JsonProblem::NumberTooLong { bytes_max: 64 });
}

#[test]
fn numbers_that_every_reader_keeps_are_read() {
    for (text, canonical_text) in [
        ("9007199254740991", "9007199254740991"),
        ("-9007199254740991", "-9007199254740991"),
        ("0", "0"),
        ("0.0", "0"),
        ("10.0", "10"),
        ("1e1", "10"),
        ("1E30", "1e+30"),
        ("0.1", "0.1"),
        ("0.30000000000000004", "0.30000000000000004"),
        ("122.416294033786585", "122.41629403378658"),
        ("1e21", "1e+21"),
        ("5e-324", "5e-324"),
    ] {
        let value = read(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(canonical(&value).unwrap()).unwrap(), canonical_text);
    }
}

/// Columns are left out: serde_json counts a bracket before or after it is looked at.
fn bounded(text: impl AsRef<[u8]>, code: &str, pointer: &str) {
    let error = parse(text.as_ref(), &SMALL).unwrap_err();
    assert_eq!((error.problem.code(), error.pointer.as_str()), (code, pointer));
}

#[test]
fn each_limit_is_met_exactly() {
    let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(read(deep(4).as_bytes()).is_ok());
    bounded(deep(5), "json-too-deep", "/0/0/0/0");
    bounded(r#"{"a":{"b":{"c":{"d":{}}}}}"#, "json-too-deep", "/a/b/c/d");
    let wide = |n: usize| format!("[{}]", vec!["0"; n].join(","));
    assert!(read(wide(19).as_bytes()).is_ok());
    bounded(wide(20), "json-too-many-nodes", "/19");
    assert!(read(format!("\"{}\"", "x".repeat(16)).as_bytes()).is_ok());
    bounded(format!("\"{}\"", "x".repeat(17)), "json-string-too-long", "");
    bounded(format!("\"{}\"", "ä".repeat(9)), "json-string-too-long", "");
    bounded(format!("{{\"{}\":1}}", "x".repeat(17)), "json-string-too-long", "");
    assert!(read(format!("1{}", " ".repeat(399)).as_bytes()).is_ok());
    bounded(format!("1{}", " ".repeat(400)), "json-too-long", "");
}

#[test]
fn a_nesting_bomb_ends_at_the_limit() {
    for text in ["[".repeat(100_000), "{\"and\":".repeat(30_000)] {
        let error = parse(text.as_bytes(), &Limits::message()).unwrap_err();
        assert_eq!(error.problem, JsonProblem::TooDeep { depth_max: 64 });
        let beyond = Limits { depth_max: 1_000_000, ..Limits::message() };
        assert!(parse(text.as_bytes(), &beyond).is_err());
    }
}

#[test]
fn an_error_says_what_and_where_and_escapes_what_the_writer_chose() {
    let error = parse(b"{\"a\\u202e\":1,\"a\\u202e\":2}", &SMALL).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the member stands twice in one object at `/a\\u{202e}`, line 1 column 22"
    );
    assert_eq!(
        parse(b"{} 1", &SMALL).unwrap_err().to_string(),
        "something follows the end of the document at the top level, line 1 column 4"
    );
}

#[test]
fn canonical_bytes_follow_rfc_8785() {
    let document = parse(
        br#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
            "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
        &Limits::message(),
    );
    let expected = concat!(
        r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
        r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
    );
    assert_eq!(String::from_utf8(canonical(&document.unwrap()).unwrap()).unwrap(), expected);
    // Names are sorted by UTF-16 code units: the emoji (D83D DE00) comes before U+FB33.
    let sorted = canonical(&json!({"\u{fb33}": 1, "😀": 2, "\u{20ac}": 3, "1": 4})).unwrap();
    assert_eq!(String::from_utf8(sorted).unwrap(), "{\"1\":4,\"€\":3,\"😀\":2,\"\u{fb33}\":1}");
}

#[test]
fn what_has_no_canonical_form_is_refused() {
    let error = canonical(&json!({"a": [0, 9_007_199_254_740_993_u64]})).unwrap_err();
    assert_eq!(error.to_string(), "the number at `/a/1` has no exact canonical form");
    let deep = (0..200).fold(json!(0), |inner, _| json!([inner]));
    assert!(matches!(canonical(&deep), Err(CanonicalError::TooDeep { .. })));
    let keys = std::collections::BTreeMap::from([(vec![1], 2)]);
    assert_eq!(canonical_of(&keys), Err(CanonicalError::Unwritable));
}

fn any_document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-INTEGER_MAX..=INTEGER_MAX).prop_map(Value::from),
        any::<f64>()
            .prop_filter("a canonical form", |f| *f != 0.0 && numbers::has_canonical_form(*f))
            .prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(".*", inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(document in any_document()) {
        let bytes = serde_json::to_vec(&document).unwrap();
        prop_assert_eq!(parse(&bytes, &Limits::message()), Ok(document));
    }

    #[test]
    fn canonical_bytes_are_those_of_the_canonicalizer(document in any_document()) {
        let bytes = serde_json_canonicalizer::to_vec(&document).unwrap();
        prop_assert_eq!(canonical(&document).unwrap(), bytes);
    }

    #[test]
    fn canonical_bytes_are_a_fixed_point(document in any_document()) {
        let bytes = canonical(&document).unwrap();
        let again = parse(&bytes, &Limits::message()).unwrap();
        prop_assert_eq!(canonical(&again).unwrap(), bytes);
    }

    #[test]
    fn a_changed_byte_is_refused_or_changes_the_document(
        document in any_document(), at in any::<prop::sample::Index>(), bit in 0_u8..8,
    ) {
        let bytes = canonical(&document).unwrap();
        let mut changed = bytes.clone();
        changed[at.index(bytes.len())] ^= 1 << bit;
        if let Ok(other) = parse(&changed, &Limits::message()) {
            // One more digit than a double keeps may round to the same number; nothing else may.
            let same = canonical(&other).unwrap() == bytes;
            prop_assert!(!same || changed.iter().any(u8::is_ascii_digit));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(document) = parse(&bytes, &SMALL) {
            prop_assert!(canonical(&document).is_ok());
        }
    }
}

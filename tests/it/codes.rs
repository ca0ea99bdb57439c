//! Every reason code of the pure crates stands in `docs/errors.md` with cause and remedy, word for
//! word as the program says it.

use policy::text::Lang;

/// The rows that the table must have: certificates and lists, rules, messages.
fn rows() -> Vec<String> {
    let mut rows = Vec::new();
    for (code, reason) in identity::reasons() {
        rows.push(format!("| `{code}` | {} | {} |", reason.cause, reason.remedy));
    }
    for code in policy::ReasonCode::ALL {
        let told = policy::Redacted { verdict: policy::Verdict::Deny, codes: [code].into() };
        let reason = policy::text::redacted_reason(&told, Lang::En);
        let remedy = policy::text::redacted_remedy(&told, Lang::En);
        rows.push(format!("| `{}` | {reason} | {remedy} |", code.code()));
    }
    for code in protocol::Code::ALL {
        let remedy = "compare the sender's state with ours by GET; the process stands as it is";
        rows.push(format!("| `{}` | {} | {remedy} |", code.name(), code.words()));
    }
    rows
}

#[test]
fn every_code_stands_in_the_table_as_the_program_says_it() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors.md");
    let table = std::fs::read_to_string(path).expect("docs/errors.md");
    let missing: Vec<String> = rows().into_iter().filter(|row| !table.contains(row)).collect();
    assert!(missing.is_empty(), "docs/errors.md lacks:\n{}", missing.join("\n"));
}

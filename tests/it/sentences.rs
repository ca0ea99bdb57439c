//! Sentences that the owner of a home replaced, with the program itself: nothing starts with wrong
//! ones, and what is published and read afterwards is in these words, with these legal texts.

use std::fs;

use allmende_tests::machines::Machines;
use serde_json::json;

const ULM: &str = "ulm.localhost";
const EMPTY: &str = "legal-text = { iri = \"\", version = \"\", digest = \"\" }";

#[test]
fn replaced_sentences_hold_from_the_next_start_on_or_nothing_starts() {
    let machines = Machines::found();
    let mut ulm = machines.join("ulm", &[ULM]);
    ulm.write(ULM, "parking.csv", b"Rathaus,12\n");
    ulm.kill();
    let words = ulm.home.join("words");
    let _ = ulm.run(&["policy", "sentences", "--write", words.to_str().unwrap()]);
    ulm.set("[listen]", "[policy]\nsentences = \"words\"\n\n[listen]");

    let file = words.join("sentences.toml");
    let shipped = fs::read_to_string(&file).unwrap();
    fs::write(&file, shipped.replace("key = \"attribute\"", "key = \"free\"")).unwrap();
    let ran = ulm.another().err().unwrap();
    let (exit, told) = ran.refused();
    assert_eq!((exit, &told["code"]), (1, &json!("sentences-refused")), "{told:#}");
    let why = told["why"]["en"].as_str().unwrap();
    assert!(why.contains("words`: sentences.toml, free: "), "{why}");

    let digest = format!("sha256:{}", "0".repeat(64));
    let legal = format!(
        "legal-text = {{ iri = \"https://law.example/8\", version = \"3\", digest = \"{digest}\" }}"
    );
    let (before, after) = shipped.split_once("key = \"no-distribution\"").unwrap();
    let after =
        after.replacen(EMPTY, &legal, 1).replacen("Nicht an Dritte", "Keinesfalls an Dritte", 1);
    fs::write(&file, format!("{before}key = \"no-distribution\"{after}")).unwrap();
    ulm.up();
    let add = ["dataset", "add", "--title", "Parking", "--file", "parking.csv"];
    let said = ["--rule", "Keinesfalls an Dritte weitergeben."];
    let dataset = ulm.run(&[&add[..], &said].concat()).done();
    assert_eq!(dataset["rules"][1]["sentence"]["de"], "Keinesfalls an Dritte weitergeben.");
    let cited = format!("https://law.example/8 3 {digest}");
    assert_eq!(dataset["legalTexts"], json!([cited]));
    assert_eq!(dataset["offer"]["dct:bibliographicCitation"], json!([cited]));
    assert_eq!(ulm.desk(ULM).get("/datasets")[0]["legalTexts"], json!([cited]));
}

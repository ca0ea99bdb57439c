//! `policy …` as whoever writes, reads or tests policies meets it.

use serde_json::Value;

use super::*;

const OFFER: &str = r#"{
  "@type": "Offer", "@id": "urn:ex:offer",
  "permission": [{ "action": "use", "constraint": [
    { "leftOperand": "odrl:dateTime", "operator": "lteq",
      "rightOperand": { "@value": "2026-12-31", "@type": "xsd:date" } },
    { "leftOperand": "https://w3id.org/allmende/v1/vettedAs", "operator": "isAnyOf",
      "rightOperand": ["https://w3id.org/allmende/v1/kind/mobility-service"] }] }],
  "prohibition": [{ "action": "odrl:distribute" }]
}"#;

const SAME_AS_TURTLE: &str = r#"
@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:ex:set> a odrl:Set ; odrl:permission [ odrl:action odrl:use ; odrl:target <urn:ex:data> ;
  odrl:constraint [ odrl:leftOperand odrl:dateTime ; odrl:operator odrl:lt ;
                    odrl:rightOperand "2027-01-01T00:00:00Z"^^xsd:dateTime ] ] .
"#;

fn request(now: &str, kinds: &str) -> String {
    format!(
        r#"{{"action": "use", "assignee": "did:web:firm.example", "target": "urn:ex:data", "facts": {{
          "now": "{now}", "facts": [{{ "about": "request", "fact": "known",
            "operand": "https://w3id.org/allmende/v1/vettedAs", "values": [{kinds}],
            "provenance": {{ "source": "trust-list", "number": "7" }} }}] }} }}"#
    )
}

/// Types a line in a folder with these files.
async fn typed_with(files: &[(&str, &str)], line: &str) -> Left {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    let words = line.split(' ').map(|word| {
        let path = folder.path().join(word);
        if path.exists() { path.to_str().unwrap().to_owned() } else { word.to_owned() }
    });
    let words: Vec<String> = words.collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let left = typed(folder.path(), &words).await;
    Left {
        stdout: left.stdout.replace("HOME/", ""),
        stderr: left.stderr.replace("HOME/", ""),
        ..left
    }
}

#[tokio::test]
async fn check_says_what_policies_mean_and_where_one_is_wrong() {
    let wrong = OFFER.replace("odrl:dateTime", "dateTime");
    let files = [("offer.json", OFFER), ("set.ttl", SAME_AS_TURTLE), ("wrong.json", &wrong)];
    let left = typed_with(&files, "policy check offer.json set.ttl wrong.json").await;
    assert_eq!(left.exit, 1);
    insta::assert_snapshot!(left.stdout, @r#"
    offer.json: Offer urn:ex:offer
      [enforced] Members that the authority has vetted as “mobility service” may use the dataset until 31 December 2026 (UTC).
      [promised] It is forbidden to pass the dataset on to third parties (promised).
      note: /prohibition/0 narrows /permission/0

    set.ttl: Set urn:ex:set
      [enforced] Every member of the data space may use the dataset before 1 January 2027, 00:00 UTC. About: “urn:ex:data”.
    "#);
    insta::assert_snapshot!(left.stderr, @r#"
    error: `wrong.json` is refused
      why: unknown left operand `dateTime` at `/permission/0/constraint/0/leftOperand`
      next: write `odrl:dateTime`
      code: policy-term-unknown
    "#);
    let strict = typed_with(&files, "policy check --strict set.ttl").await;
    assert_eq!(strict.exit, 1, "without a profile only the core vocabulary is left");
    let json = typed_with(&files, "policy check offer.json --json").await;
    let views: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((json.exit, &views[0]["rules"][0]["badge"]), (0, &Value::from("enforced")));
}

#[tokio::test]
async fn explain_tells_the_answer_the_tree_and_what_would_change_it() {
    let kind =
        r#"{ "type": "iri", "value": "https://w3id.org/allmende/v1/kind/mobility-service" }"#;
    let (good, late) = ("2026-11-28T10:00:00Z", "2027-01-05T10:00:00Z");
    let (good, late) = (request(good, kind), request(late, ""));
    let files = [("offer.json", OFFER), ("good.json", &*good), ("late.json", &*late)];
    let yes = typed_with(&files, "policy explain offer.json --request good.json").await;
    assert_eq!((yes.exit, yes.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(yes.stdout, @r#"
    yes: the rule permits it
    this changes first at 2027-01-01T00:00:00Z

    Members that the authority has vetted as “mobility service” may use the dataset until 31 December 2026 (UTC).
    It is forbidden to pass the dataset on to third parties (promised).

    + /permission/0 use: applies
      + /permission/0/constraint/0 odrl:dateTime lteq 2026-12-31; seen: 2026-11-28T10:00:00Z
      + /permission/0/constraint/1 https://w3id.org/allmende/v1/vettedAs isAnyOf https://w3id.org/allmende/v1/kind/mobility-service; seen: https://w3id.org/allmende/v1/kind/mobility-service
    + /prohibition/0 odrl:distribute: is about something else
    "#);
    let no = typed_with(&files, "policy explain offer.json --request late.json --lang de").await;
    assert_eq!((no.exit, no.stderr.as_str()), (1, ""));
    insta::assert_snapshot!(no.stdout, @r#"
    Nein: Die vereinbarte Zeit ist vorbei. Verlangt: der Zeitpunkt liegt nicht nach dem 31. Dezember 2026 (UTC). Gesehen: 5. Januar 2027, 10:00 Uhr UTC. Die Vertrauensstelle hat den Partner nicht als „Mobilitätsdienst“ anerkannt.

    Mitglieder, die die Vertrauensstelle als „Mobilitätsdienst“ anerkannt hat, dürfen den Datensatz bis zum 31. Dezember 2026 (UTC) nutzen.
    Es ist verboten, den Datensatz an Dritte weiterzugeben (zugesagt).

    - /permission/0 use: gilt nicht
      - /permission/0/constraint/0 odrl:dateTime lteq 2026-12-31; gesehen: 2027-01-05T10:00:00Z
      - /permission/0/constraint/1 https://w3id.org/allmende/v1/vettedAs isAnyOf https://w3id.org/allmende/v1/kind/mobility-service; gesehen: nichts
    + /prohibition/0 odrl:distribute: hier geht es um etwas anderes

    - Es fehlt: der Zeitpunkt liegt nicht nach dem 31. Dezember 2026 (UTC).
    - Es fehlt: die Anerkennung durch die Vertrauensstelle umfasst „Mobilitätsdienst“.
    "#);
    let unread = typed_with(&files, "policy explain offer.json --request offer.json").await;
    assert_eq!((unread.exit, unread.stdout.as_str()), (1, ""));
}

#[tokio::test]
async fn render_writes_a_policy_in_each_form() {
    let files = [("offer.json", OFFER), ("set.ttl", SAME_AS_TURTLE)];
    let words = typed_with(&files, "policy render offer.json --lang de").await;
    insta::assert_snapshot!(words.stdout, @r#"
    Mitglieder, die die Vertrauensstelle als „Mobilitätsdienst“ anerkannt hat, dürfen den Datensatz bis zum 31. Dezember 2026 (UTC) nutzen.
    Es ist verboten, den Datensatz an Dritte weiterzugeben (zugesagt).
    "#);
    let dsp = typed_with(&files, "policy render offer.json --as dsp").await;
    let rendered: Value = serde_json::from_str(&dsp.stdout).unwrap();
    assert_eq!(rendered, serde_json::from_str::<Value>(OFFER).unwrap());
    let plain = typed_with(&files, "policy render set.ttl --as odrl").await;
    let again = typed_with(&[("set.json", &plain.stdout)], "policy check set.json").await;
    assert_eq!(again.exit, 0, "{}{}", plain.stdout, again.stderr);
}

#[tokio::test]
async fn suite_passes_a_folder_of_cases_and_names_what_fails() {
    let suite = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/odrl-test-suite/data");
    let whole = typed_with(&[], &format!("policy suite {suite}")).await;
    assert_eq!((whole.exit, whole.stderr.as_str()), (0, ""));
    insta::assert_snapshot!(whole.stdout, @r#"
    activation: 55 of 55 passed
    premises: 55 of 55 passed
    graph: 55 of 55 passed
    "#);
    // The same case with another expectation.
    let read = |path: &str| std::fs::read_to_string(format!("{suite}/{path}")).unwrap();
    let case = std::fs::read_dir(format!("{suite}/test_cases")).unwrap().next().unwrap().unwrap();
    let case = std::fs::read_to_string(case.path()).unwrap();
    let turned = match case.contains("report:Active") {
        true => case.replace("report:Active", "report:Inactive"),
        false => case.replace("report:Inactive", "report:Active"),
    };
    let mut files = vec![("test_cases/turned.ttl".to_owned(), turned)];
    for part in ["policies", "requests", "sotw"] {
        for entry in std::fs::read_dir(format!("{suite}/{part}")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            files.push((format!("cases/{part}/{name}"), read(&format!("{part}/{name}"))));
        }
    }
    if let Some((name, _)) = files.first_mut() {
        *name = "cases/test_cases/turned.ttl".to_owned();
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, it)| (&**name, &**it)).collect();
    let failed = typed_with(&files, "policy suite cases").await;
    assert_eq!(failed.exit, 1);
    assert!(failed.stdout.contains("test_cases/turned.ttl"), "{}", failed.stdout);
    assert!(failed.stdout.contains("activation: 0 of 1 passed"), "{}", failed.stdout);
    let empty = typed_with(&[("empty/a.ttl", "")], "policy suite empty").await;
    assert_eq!(empty.exit, 1);
    assert!(empty.stderr.contains("suite-empty"), "{}", empty.stderr);
}

#[tokio::test]
async fn the_sentences_of_a_home_are_those_that_its_owner_wrote() {
    let home = tempfile::tempdir().unwrap();
    let init = ["init", "--host", "ulm.localhost", "--name", "Stadt Ulm", "--loopback"];
    assert_eq!(typed(home.path(), &init).await.exit, 0);
    let folder = home.path().join("words");
    let write = ["policy", "sentences", "--write", folder.to_str().unwrap()];
    assert_eq!(typed(home.path(), &write).await.exit, 0);
    let again = typed(home.path(), &write).await;
    assert!(again.exit == 1 && again.stderr.contains("file-exists"), "{again:?}");

    let settings = home.path().join("allmende.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}\n[policy]\nsentences = \"words\"\n")).unwrap();
    let file = folder.join("sentences.toml");
    let sentences = std::fs::read_to_string(&file).unwrap();
    let (before, after) = sentences.split_once("key = \"attribute\"").unwrap();
    let legal = format!(
        "legal-text = {{ iri = \"https://law.example/8\", version = \"3\", digest = \"sha256:{}\" }}",
        "0".repeat(64)
    );
    let empty = "legal-text = { iri = \"\", version = \"\", digest = \"\" }";
    let changed = after.replacen(empty, &legal, 1);
    std::fs::write(&file, format!("{before}key = \"attribute\"{changed}")).unwrap();
    let left = typed(home.path(), &["policy", "sentences", "--lang", "de"]).await;
    assert_eq!((left.exit, &*left.stderr), (0, ""));
    let told: Vec<_> =
        left.stdout.lines().skip_while(|line| *line != "attribute").take(3).collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    attribute
      Die Quelle nennen.
      Rechtstext: https://law.example/8 3 sha256:0000000000000000000000000000000000000000000000000000000000000000
    ");

    std::fs::write(&file, format!("{before}key = \"free\"{changed}")).unwrap();
    let left = typed(home.path(), &["policy", "sentences"]).await;
    assert_eq!((left.exit, &*left.stdout), (1, ""));
    insta::assert_snapshot!(left.stderr, @r"
    error: the sentences of this home are refused
      why: `policy.sentences`: `HOME/words`: sentences.toml, free: a key is made of lower-case letters, digits and hyphens, and stands once
      next: correct the place in the file named, or take `policy.sentences` out of allmende.toml; docs/sentences.md says what stands there
      code: sentences-refused
    ");
}

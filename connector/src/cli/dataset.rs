//! From what a clerk types to a dataset's description.

use std::path::Path;

use wire::json::{self, Limits};

use super::arguments::{DatasetArguments, RuleArguments};
use super::exit::{Exit, Failure};
use super::local_file;
use crate::management::view::{DatasetInput, RuleInput, RuleSentence, SourceInput, Words};

/// The dataset that the arguments describe. Reads the rule's file, if one is named.
pub(super) fn input(arguments: DatasetArguments) -> Result<DatasetInput, Failure> {
    let approval = arguments.approval();
    let source = match (arguments.file, arguments.http) {
        (Some(path), _) => SourceInput::File { path },
        (None, Some(url)) => SourceInput::Http { url },
        (None, None) => return Err(no_source()),
    };
    let name = match &source {
        SourceInput::File { path } => path,
        SourceInput::Http { url } => url,
    };
    let media_type = arguments.media_type.unwrap_or_else(|| media_type(name).to_owned());
    Ok(DatasetInput {
        title: arguments.title,
        description: arguments.description,
        media_type,
        source,
        rule: rule(arguments.rule)?,
        approval,
        visibility: arguments.visible_to.into(),
    })
}

/// The command line demands one source; this is for whoever builds the arguments otherwise.
fn no_source() -> Failure {
    Failure::new(
        Exit::Usage,
        "source-missing",
        Words::new("Der Datensatz hat keine Quelle.", "the dataset has no source"),
        Words::new("`--file` oder `--http` angeben.", "give `--file` or `--http`"),
    )
}

pub(super) fn rule(arguments: RuleArguments) -> Result<RuleInput, Failure> {
    if let Some(path) = arguments.rule.iter().find(|text| is_file(text)).cloned() {
        if RuleArguments::of(vec![path.clone()]) != arguments {
            return Err(file_not_alone());
        }
        return Ok(RuleInput::Policy { policy: read(Path::new(&path))? });
    }
    let RuleArguments { rule, until, vetted_as, partner, purpose } = arguments;
    let several = |some: bool, sentence| some.then_some(sentence);
    let sentences = [
        until.map(|until| RuleSentence::Until { until }),
        several(!vetted_as.is_empty(), RuleSentence::VettedAs { kinds: vetted_as }),
        several(!partner.is_empty(), RuleSentence::Partners { partners: partner }),
        purpose.map(|purpose| RuleSentence::Purpose { purpose }),
    ];
    let said = rule.into_iter().map(|sentence| RuleSentence::Said { sentence });
    Ok(RuleInput::Sentences { sentences: sentences.into_iter().flatten().chain(said).collect() })
}

/// What names a file: no sentence ends like one.
fn is_file(text: &str) -> bool {
    let path = Path::new(text);
    path.extension().is_some_and(|ending| ending == "json" || ending == "jsonld") || path.is_file()
}

fn read(path: &Path) -> Result<serde_json::Value, Failure> {
    let bytes = std::fs::read(path).map_err(|error| local_file(path, &error))?;
    json::parse(&bytes, &Limits::message()).map_err(|error| {
        let path = path.display();
        Failure::new(
            Exit::Refused,
            "rule-file-invalid",
            Words::new(format!("`{path}` ist kein JSON."), format!("`{path}` is not JSON")),
            Words::new(
                "Die genannte Stelle berichtigen, oder die Regel in Sätzen angeben.",
                "correct the place named, or give the rule in sentences",
            ),
        )
        .because(error.to_string())
    })
}

/// A file is the whole rule.
fn file_not_alone() -> Failure {
    Failure::new(
        Exit::Usage,
        "rule-file-not-alone",
        Words::new(
            "Eine Datei ist die ganze Regel; daneben stehen keine Sätze.",
            "a file is the whole rule; no sentences stand beside it",
        ),
        Words::new(
            "Nur die Datei angeben, oder nur Sätze.",
            "give the file alone, or sentences alone",
        ),
    )
}

/// The media type that a name's ending suggests.
fn media_type(name: &str) -> &'static str {
    let path = name.split(['?', '#']).next().unwrap_or(name);
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("csv") => "text/csv",
        Some("geojson") => "application/geo+json",
        Some("gml") => "application/gml+xml",
        Some("gpkg") => "application/geopackage+sqlite3",
        Some("gpx") => "application/gpx+xml",
        Some("html") => "text/html",
        Some("json") => "application/json",
        Some("jsonld") => "application/ld+json",
        Some("kml") => "application/vnd.google-earth.kml+xml",
        Some("ndjson") => "application/x-ndjson",
        Some("parquet") => "application/vnd.apache.parquet",
        Some("pb") => "application/x-protobuf",
        Some("pdf") => "application/pdf",
        Some("tsv") => "text/tab-separated-values",
        Some("ttl") => "text/turtle",
        Some("txt") => "text/plain",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("xml") => "application/xml",
        Some("zip") => "application/zip",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::arguments::{Arguments, Command, DatasetCommand};

    fn parse(arguments: &str) -> Result<DatasetInput, String> {
        let line = format!("allmende dataset add --title Parking {arguments}");
        let parsed = Arguments::try_parse_from(line.split(' ')).map_err(|e| e.to_string())?;
        let Command::Dataset(DatasetCommand::Add(arguments)) = parsed.command else {
            return Err("another command".into());
        };
        input(arguments).map_err(|failure| failure.code)
    }

    #[test]
    fn sentences_are_taken_from_options() {
        let dataset = parse(
            "--file parking.csv --until 2026-12-31 --vetted-as mobility-service --vetted-as town --purpose traffic-planning --partner did:web:a.example",
        )
        .unwrap();
        insta::assert_snapshot!(serde_json::to_string(&dataset).unwrap(), @r#"{"title":"Parking","description":"","source":{"kind":"file","path":"parking.csv"},"mediaType":"text/csv","rule":{"kind":"sentences","sentences":[{"kind":"until","until":"2026-12-31"},{"kind":"vetted-as","kinds":["mobility-service","town"]},{"kind":"partners","partners":["did:web:a.example"]},{"kind":"purpose","purpose":"traffic-planning"}]},"approval":"automatic","visibility":"members"}"#);
    }

    #[test]
    fn what_is_no_file_is_a_sentence() {
        let dataset = parse("--file a --rule until=2027-12-31 --rule no-distribution").unwrap();
        insta::assert_snapshot!(serde_json::to_string(&dataset.rule).unwrap(), @r#"{"kind":"sentences","sentences":[{"kind":"said","sentence":"until=2027-12-31"},{"kind":"said","sentence":"no-distribution"}]}"#);
    }

    #[test]
    fn a_dataset_has_one_source_and_one_kind_of_rule() {
        assert!(parse("").unwrap_err().contains("--file <PATH>|--http <URL>"));
        assert!(parse("--file a --http http://b").unwrap_err().contains("cannot be used with"));
        let beside = parse("--file a --rule r.json --until 2026-01-01").unwrap_err();
        assert_eq!(beside, "rule-file-not-alone");
        assert_eq!(parse("--file a --rule r.json --rule free").unwrap_err(), "rule-file-not-alone");
        assert_eq!(parse("--file a --rule /nowhere/rule.json").unwrap_err(), "local-io");
    }

    #[test]
    fn the_ending_suggests_the_media_type() {
        for (name, expected) in [
            ("a/b.CSV", "text/csv"),
            ("https://x.example/stops.zip?day=1.csv", "application/zip"),
            ("readme", "application/octet-stream"),
        ] {
            assert_eq!(media_type(name), expected, "{name}");
        }
    }
}

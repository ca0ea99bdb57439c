//! A filter of a catalogue: comparisons with what a dataset is described by, all of which must hold
//! (`docs/divergences.md`, Filters). What is not understood is refused, never ignored.

use serde_json::{Map, Value, json};
use wire::digest::Digest;

use crate::engine::error::EngineError;

/// The most comparisons of one filter.
const COMPARISONS_MAX: usize = 16;
/// The longest value that is compared with, in bytes.
const VALUE_BYTES_MAX: usize = 1_024;
/// What the terms of EDC's queries begin with when they are written in full.
const EDC: &str = "https://w3id.org/edc/v0.0.1/ns/";
/// How many datasets EDC asks for when nobody says otherwise.
const EDC_LIMIT: u64 = 50;

/// A filter; without comparisons everything passes.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Filter {
    comparisons: Vec<Comparison>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Comparison {
    property: Property,
    test: Test,
    value: String,
}

/// What a dataset is described by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Property {
    Description,
    Id,
    MediaType,
    Title,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Test {
    /// The text holds the value, large and small letters alike.
    Contains,
    /// The text is the value.
    Equal,
    /// The text has the form of the value, in which `%` is any text and `_` any character.
    Like,
}

/// How a dataset is described, as far as filters look at it.
#[derive(Clone, Copy, Debug)]
pub struct Description<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its title.
    pub title: &'a str,
    /// What it holds, in words.
    pub description: &'a str,
    /// Its media type; empty where none is known.
    pub media_type: &'a str,
}

impl Filter {
    /// Reads the member `filter` of a catalogue request.
    ///
    /// # Errors
    /// `filter-unsupported`, with words that name what is not understood.
    pub fn read(filter: &[Value]) -> Result<Self, EngineError> {
        let mut comparisons = Vec::new();
        for entry in filter {
            let members = entry.as_object().ok_or_else(|| unsupported("an entry is no object"))?;
            if members.contains_key("property") {
                comparisons.push(Comparison::read(members, ["property", "operator", "value"])?);
            } else {
                comparisons.extend(of_query(members)?);
            }
        }
        if comparisons.len() > COMPARISONS_MAX {
            return Err(unsupported("it has more than sixteen comparisons"));
        }
        Ok(Self { comparisons })
    }

    /// The filter as it goes over the wire.
    #[must_use]
    pub fn to_json(&self) -> Vec<Value> {
        let each = self.comparisons.iter().map(|comparison| {
            json!({
                "property": comparison.property.name(),
                "operator": comparison.test.name(),
                "value": comparison.value,
            })
        });
        each.collect()
    }

    /// Whether everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.comparisons.is_empty()
    }

    /// Whether a dataset passes.
    #[must_use]
    pub fn passes(&self, dataset: &Description<'_>) -> bool {
        self.comparisons.iter().all(|comparison| comparison.holds(dataset))
    }

    /// What the links to further pages name it by; none for an empty one.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let text = Value::from(self.to_json()).to_string();
        (!self.is_empty()).then(|| Digest::of(text.as_bytes()).hex())
    }
}

impl Comparison {
    fn read(members: &Map<String, Value>, names: [&str; 3]) -> Result<Self, EngineError> {
        let known = |name: &String| {
            let short = name.strip_prefix(EDC).unwrap_or(name);
            short == "@type" || names.contains(&short)
        };
        if let Some(other) = members.keys().find(|name| !known(name)) {
            return Err(unsupported(&format!("`{}` is not known", shown(other))));
        }
        let [property, operator, value] = names.map(|name| text(members, name));
        let (property, operator, value) = (property?, operator?, value?);
        if value.len() > VALUE_BYTES_MAX {
            return Err(unsupported("a value has more than 1024 bytes"));
        }
        let property = Property::read(property).ok_or_else(|| {
            unsupported(&format!(
                "`{}` is not compared, only `@id`, `dct:title`, `dct:description` and \
                 `dcat:mediaType`",
                shown(property)
            ))
        })?;
        let test = Test::read(operator)
            .ok_or_else(|| unsupported(&format!("`{}` is no operator here", shown(operator))))?;
        Ok(Self { property, test, value: value.to_owned() })
    }

    fn holds(&self, dataset: &Description<'_>) -> bool {
        let text = match self.property {
            Property::Description => dataset.description,
            Property::Id => dataset.id,
            Property::MediaType => dataset.media_type,
            Property::Title => dataset.title,
        };
        match self.test {
            Test::Contains => text.to_lowercase().contains(&self.value.to_lowercase()),
            Test::Equal => text == self.value,
            Test::Like => is_like(text, &self.value),
        }
    }
}

impl Property {
    fn read(name: &str) -> Option<Self> {
        Some(match name.strip_prefix(EDC).unwrap_or(name) {
            "@id" | "id" => Self::Id,
            "dct:title" | "title" | "http://purl.org/dc/terms/title" => Self::Title,
            "dct:description" | "description" | "http://purl.org/dc/terms/description" => {
                Self::Description
            }
            "dcat:mediaType" | "mediaType" | "http://www.w3.org/ns/dcat#mediaType" => {
                Self::MediaType
            }
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Description => "dct:description",
            Self::Id => "@id",
            Self::MediaType => "dcat:mediaType",
            Self::Title => "dct:title",
        }
    }
}

impl Test {
    fn read(name: &str) -> Option<Self> {
        Some(match name {
            "contains" => Self::Contains,
            "eq" | "=" => Self::Equal,
            "like" => Self::Like,
            _ => return None,
        })
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::Equal => "eq",
            Self::Like => "like",
        }
    }
}

/// EDC's query: its comparisons, and no other page or order than by default.
fn of_query(members: &Map<String, Value>) -> Result<Vec<Comparison>, EngineError> {
    let mut comparisons = Vec::new();
    for (name, value) in members {
        match name.strip_prefix(EDC).unwrap_or(name) {
            "@type" | "@context" => {}
            "offset" if value.as_u64() == Some(0) => {}
            "limit" if value.as_u64() == Some(EDC_LIMIT) => {}
            "sortOrder" if value.as_str() == Some("ASC") => {}
            "sortField" if value.is_null() => {}
            "filterExpression" => {
                let each = value.as_array().map(Vec::as_slice);
                let each = each.unwrap_or(std::slice::from_ref(value));
                for one in each {
                    let one = one.as_object();
                    let one = one.ok_or_else(|| unsupported("a criterion is no object"))?;
                    let names = ["operandLeft", "operator", "operandRight"];
                    comparisons.push(Comparison::read(one, names)?);
                }
            }
            other => {
                return Err(unsupported(&format!("`{}` is not known here", shown(other))));
            }
        }
    }
    Ok(comparisons)
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Result<&'a str, EngineError> {
    let value = members.get(name).or_else(|| members.get(&format!("{EDC}{name}")));
    let value = match value {
        Some(Value::Object(value)) => value.get("@value"),
        value => value,
    };
    value.and_then(Value::as_str).ok_or_else(|| unsupported(&format!("`{name}` is no text")))
}

fn shown(text: &str) -> String {
    wire::text::shown_within(text, 60).to_string()
}

fn unsupported(why: &str) -> EngineError {
    EngineError::peer("filter-unsupported", format!("this filter is not supported here: {why}"))
}

/// Whether `text` has the form `pattern`. Goes back to the last `%` only, so it takes no more steps
/// than the product of both lengths.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) =
        (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut of) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while let Some(have) = text.get(at) {
        match pattern.get(of) {
            Some('%') => {
                back = Some((at, of));
                of += 1;
            }
            Some(want) if *want == '_' || want == have => {
                at += 1;
                of += 1;
            }
            _ => match back {
                Some((from, star)) => {
                    back = Some((from + 1, star));
                    at = from + 1;
                    of = star + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(of).all(|rest| *rest == '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARKING: Description<'_> = Description {
        id: "urn:uuid:1",
        title: "Parking in Ulm",
        description: "Free places",
        media_type: "text/csv",
    };

    /// What a filter says of one dataset; nothing where it is refused.
    fn check(filter: &Value, expected: Option<bool>) {
        let read = Filter::read(filter.as_array().unwrap());
        let passes = read.as_ref().ok().map(|filter| filter.passes(&PARKING));
        assert_eq!(passes, expected, "{filter}");
        match read {
            Err(error) => assert_eq!(error.code(), "filter-unsupported"),
            Ok(filter) => {
                assert_eq!(Filter::read(&filter.to_json()).unwrap(), filter, "read as written");
            }
        }
    }

    fn one(property: &str, operator: &str, value: &str) -> Value {
        json!([{"property": property, "operator": operator, "value": value}])
    }

    #[test]
    fn comparisons_with_the_description_all_hold() {
        for (filter, expected) in [
            (json!([]), Some(true)),
            (one("dct:title", "eq", "Parking in Ulm"), Some(true)),
            (one("title", "=", "parking in ulm"), Some(false)),
            (one("dct:title", "contains", "PARK"), Some(true)),
            (one("dct:title", "like", "Park%U_m"), Some(true)),
            (one("dct:title", "like", "%in%"), Some(true)),
            (one("dct:title", "like", "ark%"), Some(false)),
            (one("dct:title", "like", ""), Some(false)),
            (one("@id", "eq", "urn:uuid:1"), Some(true)),
            (one("http://www.w3.org/ns/dcat#mediaType", "eq", "text/csv"), Some(true)),
            (one("dct:description", "contains", "occupied"), Some(false)),
            (
                json!([
                    {"property": "dct:title", "operator": "contains", "value": "ulm"},
                    {"property": "dcat:mediaType", "operator": "eq", "value": "text/plain"},
                ]),
                Some(false),
            ),
            (one("dct:publisher", "eq", "Ulm"), None),
            (one("dct:title", "lt", "Ulm"), None),
            (json!([{"property": "dct:title", "operator": "eq", "value": 7}]), None),
            (json!([{"property": "dct:title", "operator": "eq"}]), None),
            (json!([{"property": "title", "operator": "eq", "value": "a", "not": true}]), None),
            (json!(["Parking"]), None),
            (json!([[]]), None),
            (one("title", "eq", &"a".repeat(1_025)), None),
            (Value::from(vec![one("title", "eq", "a")[0].clone(); 17]), None),
        ] {
            check(&filter, expected);
        }
    }

    #[test]
    fn a_query_of_edc_is_its_comparisons_and_no_other_page_or_order() {
        let query =
            |expression: Value| json!([{"@type": "QuerySpec", "filterExpression": expression}]);
        let criterion = json!({
            "@type": "Criterion",
            "operandLeft": "https://w3id.org/edc/v0.0.1/ns/id",
            "operator": "=",
            "operandRight": "urn:uuid:1",
        });
        let long = json!([{
            "https://w3id.org/edc/v0.0.1/ns/offset": 0,
            "https://w3id.org/edc/v0.0.1/ns/filterExpression": [{
                "https://w3id.org/edc/v0.0.1/ns/operandLeft": {"@value": "title"},
                "https://w3id.org/edc/v0.0.1/ns/operator": "like",
                "https://w3id.org/edc/v0.0.1/ns/operandRight": {"@value": "Park%"},
            }],
        }]);
        for (filter, expected) in [
            (query(json!([criterion])), Some(true)),
            (query(criterion.clone()), Some(true)),
            (long, Some(true)),
            (
                json!([{"offset": 0, "limit": 50, "sortOrder": "ASC", "filterExpression": []}]),
                Some(true),
            ),
            (json!([{"offset": 10, "filterExpression": []}]), None),
            (json!([{"limit": 10, "filterExpression": []}]), None),
            (json!([{"sortField": "title", "filterExpression": []}]), None),
            (query(json!(["title = 'a'"])), None),
            (query(json!([{"operandLeft": "title", "operator": "in", "operandRight": "a"}])), None),
        ] {
            check(&filter, expected);
        }
    }
}

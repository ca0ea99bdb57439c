//! The neighbours of a page in `Link` fields (RFC 8288): `next`, and `previous` or, as Eclipse EDC
//! says it, `prev`. Where they lie is not judged here.

use http::{HeaderMap, header};

use crate::engine::parts::Pages;

/// The first link of each relation.
pub(super) fn pages(headers: &HeaderMap) -> Pages {
    let mut pages = Pages::default();
    let fields = headers.get_all(header::LINK).iter().filter_map(|field| field.to_str().ok());
    for (target, relation) in fields.flat_map(links) {
        let place = match relation.as_str() {
            "next" => &mut pages.next,
            "prev" | "previous" => &mut pages.previous,
            _ => continue,
        };
        place.get_or_insert_with(|| target.to_owned());
    }
    pages
}

/// The links of a field, each as often as it has relations. What is no link ends the field.
fn links(field: &str) -> Vec<(&str, String)> {
    let (mut found, mut rest) = (Vec::new(), field);
    while let Some(link) = rest.trim_start_matches([' ', '\t', ',']).strip_prefix('<') {
        let Some((target, after)) = link.split_once('>') else { break };
        let (parameters, next) = parameters(after);
        let relations = parameters.split(';').filter_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"'))
        });
        // Of several `rel` only the first counts (RFC 8288, 3.3).
        for relation in relations.take(1).flat_map(str::split_ascii_whitespace) {
            found.push((target, relation.to_ascii_lowercase()));
        }
        rest = next;
    }
    found
}

/// Up to the comma that ends a link; those between quotation marks do not.
fn parameters(text: &str) -> (&str, &str) {
    let mut quoted = false;
    let end = text.find(|sign| {
        quoted ^= sign == '"';
        sign == ',' && !quoted
    });
    end.and_then(|end| text.split_at_checked(end)).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[&str]) -> (Option<String>, Option<String>) {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(header::LINK, field.parse().unwrap());
        }
        let Pages { next, previous } = pages(&headers);
        (next, previous)
    }

    #[test]
    fn the_neighbours_are_found_in_every_usual_spelling() {
        let edc = "https://a.example/catalog/request?continuationToken=eyJ=";
        for (fields, next, previous) in [
            (vec!["<https://a.example/x>; rel=\"next\""], "https://a.example/x", ""),
            (vec!["</p>; rel=\"prev\", </x?y=1>; rel=next"], "/x?y=1", "/p"),
            (vec!["</p>; rel=\"previous\""], "", "/p"),
            (vec!["</x>; REL=\"Next\"", "</p>;rel=PREV"], "/x", "/p"),
            (vec!["</x?a,b>; title=\"a, b\"; rel=\"next last\""], "/x?a,b", ""),
            (vec!["</1>; rel=next, </2>; rel=next"], "/1", ""),
            (vec!["</1>; rel=last; rel=next"], "", ""),
            (
                vec![&*format!("<{edc}>; rel=\"next\", <{edc}p>; rel=\"prev\"")],
                edc,
                &format!("{edc}p"),
            ),
            (vec!["https://a.example/p; rel=\"next\""], "", ""),
            (vec!["<https://a.example/p; rel=\"next\""], "", ""),
            (vec![""], "", ""),
            (vec![], "", ""),
        ] {
            let found = read(&fields);
            let found = [found.0.unwrap_or_default(), found.1.unwrap_or_default()];
            assert_eq!(found, [next, previous], "{fields:?}");
        }
    }
}

//! Whether what a partner's catalogue offers can be had in a way that we know: asked before a
//! contract is negotiated that nobody could use.

use protocol::message::Dataset;

use super::super::refusal::conflict;
use crate::management::desk::Answer;
use crate::record::dataset::{FORMAT_PULL, FORMAT_PUSH};

/// Formats of others that a message to our operator names at most.
const NAMED_MAX: usize = 8;
/// The longest format that is shown, in characters.
const FORMAT_CHARS_MAX: usize = 128;

/// At least one distribution of the dataset has a format that we know. A catalogue that says nothing
/// of formats is no obstacle: the provider will say at the transfer.
pub(super) fn check_formats(dataset: &Dataset) -> Answer<()> {
    let formats = || dataset.distributions.iter().map(|distribution| &*distribution.format);
    if formats().next().is_none() || formats().any(|it| [FORMAT_PULL, FORMAT_PUSH].contains(&it)) {
        return Ok(());
    }
    let shown = formats().take(NAMED_MAX);
    let shown = shown.map(|it| wire::text::shown_within(it, FORMAT_CHARS_MAX).to_string());
    let shown = shown.collect::<Vec<_>>().join(", ");
    Err(conflict(
        "format-unknown",
        (
            &format!("Der Partner liefert diesen Datensatz nur als: {shown}"),
            &format!("the partner delivers this dataset only as: {shown}"),
        ),
        (
            &format!("Den Partner um {FORMAT_PULL} oder {FORMAT_PUSH} bitten."),
            &format!("ask the partner for {FORMAT_PULL} or {FORMAT_PUSH}"),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use protocol::message::{AccessService, Distribution, Properties};

    use super::*;

    fn checked(formats: &[&str]) -> Result<(), &'static str> {
        let distribution = |format: &&str| Distribution {
            format: (*format).to_owned(),
            access_service: AccessService::Reference("urn:example:service".parse().unwrap()),
            offers: Vec::new(),
            properties: Properties::default(),
        };
        let dataset = Dataset {
            id: "urn:example:dataset".parse().unwrap(),
            offers: Vec::new(),
            distributions: formats.iter().map(distribution).collect(),
            properties: Properties::default(),
        };
        check_formats(&dataset).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_dataset_is_asked_for_where_one_of_its_formats_is_known() {
        assert_eq!(checked(&["HttpData-PULL"]), Ok(()));
        assert_eq!(checked(&["AmazonS3-PUSH", "HttpData-PUSH"]), Ok(()));
        assert_eq!(checked(&[]), Ok(()));
        assert_eq!(checked(&["AmazonS3-PUSH"]), Err("format-unknown"));
        assert_eq!(checked(&["httpdata-pull", "HttpData-PULL-HttpData"]), Err("format-unknown"));
    }
}

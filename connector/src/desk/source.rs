//! Whether a dataset's source may be what a person wrote: said at once, with what helps. The data
//! path judges again each time it opens the source.

use std::path::Path;

use identity::guard::Origin;
use wire::did::Did;

use super::Inner;
use super::refusal::input;
use crate::data::source::SourceError;
use crate::data::source::root::DataRoot;
use crate::engine::parts::Parts;
use crate::management::desk::Answer;
use crate::management::refusal::{Fault, Refusal};
use crate::management::view::Words;
use crate::net::sources::{line, refuse_unlisted};

impl<P: Parts, D> Inner<P, D> {
    /// The origins that the operator has listed for a participant.
    pub(super) fn listed_sources(&self, ours: &Did) -> &[Origin] {
        let settings = self.config.participants.iter().find(|settings| settings.did == *ours);
        settings.map_or(&[], |settings| settings.sources.as_slice())
    }
}

impl<P: Parts, D> Inner<P, D> {
    /// Refuses a file that nobody could be given: what is missing now is a slip of the pen, and its
    /// readers would learn of it first.
    pub(super) async fn check_file(&self, ours: &Did, path: &str) -> Answer<()> {
        let settings = self.config.participants.iter().find(|settings| settings.did == *ours);
        let Some(settings) = settings else { return Ok(()) };
        let (home, did, file) = (self.home.clone(), ours.clone(), path.to_owned());
        let folder = settings.data_root.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let root = DataRoot::open(&home, &did, &folder).ok()?;
            Some(root.open_file(&file).map(|_| ()))
        });
        match opened.await {
            Ok(Some(Err(error))) => {
                let folder = self.home.participant(ours).join(&settings.data_root);
                Err(unreadable(&error, path, &folder))
            }
            // Where the folder itself cannot be opened, the start has said so.
            Ok(Some(Ok(())) | None) | Err(_) => Ok(()),
        }
    }
}

fn unreadable(error: &SourceError, path: &str, folder: &Path) -> Refusal {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let folder = folder.display();
    Refusal::new(
        Fault::Conflict,
        error.code(),
        Words::new(
            format!("`{path}` lässt sich im Datenordner nicht als Datei lesen."),
            error.to_string(),
        ),
        Words::new(
            format!("Die Datei in den Datenordner kopieren: {folder}"),
            format!("copy the file into the data folder: {folder}"),
        ),
    )
}

/// Refuses what is no address, and an origin that needs the operator's word and has none.
pub(super) fn check_url(url: &str, listed: &[Origin]) -> Answer<()> {
    let (origin, _) = Origin::split(url).map_err(|error| {
        input(
            "url-invalid",
            "Die Adresse muss wie `https://rechner.example/pfad` geschrieben sein.",
            format!("the address must be written like `https://host.example/path`: {error}"),
        )
    })?;
    refuse_unlisted(&origin, listed).map_err(|_| unlisted(&origin, listed))
}

fn unlisted(origin: &Origin, listed: &[Origin]) -> Refusal {
    let line = line(origin, listed);
    Refusal::new(
        Fault::Forbidden,
        "source-not-listed",
        Words::new(
            format!(
                "`{origin}` ist kein öffentlicher https-Rechner; solche Quellen öffnet nur, wer Allmende betreibt."
            ),
            format!("`{origin}` is no public https host; only the operator opens such sources"),
        ),
        Words::new(
            format!(
                "In allmende.toml unter `[[participant]]` dieses Teilnehmers eintragen und neu starten: {line}"
            ),
            format!(
                "in allmende.toml, put under this participant's `[[participant]]` and start anew: {line}"
            ),
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_back_end_is_published_only_where_the_operator_lists_it() {
        let check = |listed: &[&str], url: &str, expected: &str| {
            let listed: Vec<Origin> = listed.iter().map(|it| it.parse().unwrap()).collect();
            let found = check_url(url, &listed).map_or_else(|refusal| refusal.code, |()| "fine");
            assert_eq!(found, expected, "{url}");
        };
        check(&[], "https://data.example/parking.csv", "fine");
        check(&[], "http://data.example/parking.csv", "source-not-listed");
        check(&[], "http://10.1.2.3:8080/parking.csv", "source-not-listed");
        check(&[], "https://10.1.2.3/parking.csv", "source-not-listed");
        check(&["http://10.1.2.3:8080"], "http://10.1.2.3:8080/parking.csv", "fine");
        check(&["http://10.1.2.3:8080"], "http://10.1.2.3/parking.csv", "source-not-listed");
        check(&["http://10.1.2.3:8080"], "https://10.1.2.3:8080/x", "source-not-listed");
        check(&[], "ftp://data.example/x", "url-invalid");
    }

    #[test]
    fn the_line_to_add_keeps_what_is_listed() {
        let listed = ["http://backend.intern".parse().unwrap()];
        let refusal = check_url("http://10.1.2.3:8080/x", &listed).unwrap_err();
        let line = "sources = [\"http://backend.intern\", \"http://10.1.2.3:8080\"]";
        assert!(refusal.remedy.en.ends_with(line), "{}", refusal.remedy.en);
        assert!(refusal.remedy.de.ends_with(line), "{}", refusal.remedy.de);
    }
}

//! What an auditor needs to make each decision again: the decision, the facts and the policy. Of a
//! decision of an acceptance policy, which is no judgement of a rule, the policy stays here.

use std::collections::BTreeSet;

use policy::Recorded;
use wire::did::Did;
use wire::digest::{Digest, hex};

use super::Named;
use super::folder::Folder;
use crate::log::error::LogError;
use crate::record::document;
use crate::store::{Key, Kind, Store};

/// Writes the decisions with what they lead to, each document once; how many documents. What is not
/// kept any more is left out: a replay says so.
pub(super) async fn write<S: Store>(
    store: &S,
    participant: &Did,
    named: Named,
    mut folder: Folder,
) -> Result<(Folder, u64), LogError> {
    let (mut written, mut documents) = (named.agreements, 0);
    for decision in named.decisions {
        let mut wanted = vec![decision];
        while let Some(digest) = wanted.pop() {
            if !written.insert(digest) {
                continue;
            }
            let key = Key::new(participant, Kind::Document, document::id(&digest));
            let Some(found) = store.get(&key).await? else { continue };
            if digest == decision {
                wanted.extend(behind(&found.value));
            }
            let host = participant.host();
            let name = format!("{host}/decisions/{}.json", hex(digest.as_bytes()));
            folder = folder.file(name, found.value.into()).await?;
            documents += 1;
        }
    }
    Ok((folder, documents))
}

/// What a decision was made from, if it says.
fn behind(decision: &[u8]) -> BTreeSet<Digest> {
    let recorded = Recorded::read(decision).ok();
    let names = recorded.map(|it| [it.snapshot(), it.basis().document]);
    names.into_iter().flatten().collect()
}

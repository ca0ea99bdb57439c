//! `policy explain`: a request of a file, or a contract, judged under its policy, with the tree behind
//! the answer and what would change it.

use std::path::Path;

use jiff::Timestamp;
use odrl_parser::{Id, Term};
use policy::{Facts, Request, evaluate};
use serde_json::Value;
use wire::node::{Node, ShapeError};

use super::{check, read};
use crate::cli::client::{Call, Client};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::run::Ended;
use crate::cli::{find, local};
use crate::desk::explain::explained;
use crate::desk::words::Speaker;
use crate::management::operation::Operation;
use crate::management::view::ExplainedView;

/// Judges the request of one file under the policy of another. Refused where the answer is no.
pub(super) fn files(
    speaker: Speaker<'_>,
    file: &Path,
    request: &Path,
    output: &mut Output<'_>,
) -> Ended {
    let rule = check::judged(file, &read::only(file)?)?;
    let document = read::document(request)?;
    let (asked, facts) = read_request(&document).map_err(|why| {
        let hint =
            "write `action`, `assignee`, `target` and `facts`, as in docs/policy-commands.md";
        read::refused(request, "request-refused", &why, Some(hint.to_owned()))
    })?;
    let decision = evaluate(&rule, &asked, &facts);
    let explanation = policy::explain(&rule, &asked, &facts);
    let view = explained(speaker, &rule, &decision, &explanation);
    shown(&view.map_err(|error| local(&std::io::Error::other(error)))?, output)
}

/// Judges a contract with what the running connector knows.
pub(super) async fn contract(
    client: &Client,
    named: &str,
    at: Option<Timestamp>,
    output: &mut Output<'_>,
) -> Ended {
    let contract = find::contract(client, named).await?;
    let mut call = Call::about(contract.as_str());
    if let Some(at) = at {
        call = call.with("at", at);
    }
    shown(&client.call(Operation::ExplainContract, call).await?, output)
}

fn shown(view: &ExplainedView, output: &mut Output<'_>) -> Ended {
    output.data(view).map_err(|error| local(&error))?;
    Ok(if view.permitted { Exit::Done } else { Exit::Refused })
}

fn read_request(document: &Value) -> Result<(Request, Facts), String> {
    let told = |error: ShapeError| error.to_string();
    let root = Node::root(document);
    let members = root.object().map_err(told)?;
    members.refuse_unknown(&["action", "assignee", "facts", "target"]).map_err(told)?;
    let id = |name: &str| {
        let node = members.required(name).map_err(told)?;
        let text = node.string().map_err(told)?;
        Id::parse(text).map_err(|error| format!("{error} {}", node.pointer().place()))
    };
    let action = members.required("action").map_err(told)?;
    let written = action.string().map_err(told)?;
    let action = Term::action(written)
        .map_err(|_| format!("unknown action {}", action.pointer().place()))?;
    let mut facts = members.required("facts").map_err(told)?.value().clone();
    if let Value::Object(snapshot) = &mut facts {
        for list in ["duties", "facts", "memberships", "performances"] {
            snapshot.entry(list).or_insert_with(|| Value::Array(Vec::new()));
        }
    }
    let facts = Facts::from_json(&facts).map_err(|error| error.to_string())?;
    Ok((Request { action, assignee: id("assignee")?, target: id("target")? }, facts))
}

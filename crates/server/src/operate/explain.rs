//! `longshore explain`: why a message is not being delivered, or where it went, in one sentence.

use super::DONE;
use super::output::print;
use super::words::visible;
use crate::ask::{Client, Path};
use crate::cli::MessageArgs;
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Explanation {
    verdict: String,
    text: String,
    next: Option<String>,
}

/// Explains it.
pub(crate) fn run(arguments: &MessageArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let answer: Value = client.get(&Path::message(&arguments.id).part("explain"))?;
    print(&if arguments.ask.json {
        answer.to_string()
    } else {
        told(&Explanation::deserialize(&answer).unwrap_or_default())
    })?;
    Ok(DONE)
}

fn told(explanation: &Explanation) -> String {
    let verdict = format!("{}: {}", explanation.verdict.replace('_', " "), explanation.text);
    let next = explanation.next.as_ref().filter(|next| !next.is_empty());
    let next = next.map(|next| format!("\nnext: {}", visible(next))).unwrap_or_default();
    visible(&verdict) + &next
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_goes_first_and_what_to_do_last() {
        let of = |next: Option<&str>| Explanation {
            verdict: "lane_held".to_owned(),
            text: "its lane `k` is held".to_owned(),
            next: next.map(str::to_owned),
        };
        assert_eq!(told(&of(Some("wait"))), "lane held: its lane `k` is held\nnext: wait");
        assert_eq!(told(&of(None)), "lane held: its lane `k` is held");
    }
}

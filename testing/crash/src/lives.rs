//! What the server tells of messages' lives after the last start, against what the ledgers say.
//!
//! The history is best effort: a kill takes what was not written, so anything may lack. But what it tells must be true.
//!
//! | rule | broken when |
//! |---|---|
//! | who is gone is gone | a message is told to be there, and everything was drained |
//! | one beginning | it was published twice, or through another door |
//! | one end | it was acknowledged twice, or something happened to it afterwards |
//! | nothing is invented | it was acknowledged and nobody tried to, or something else happened to it than the load does |
//! | times are those of the run | a moment is before its begin or after its end |

use crate::ledger::{Line, What};
use crate::message::Name;
use anyhow::{Context, Result, ensure};
use clients::http::request;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// Messages that are asked for.
const ASKED: usize = 400;

/// So far may the log's time be from ours, in milliseconds: it runs up to a twentieth slower or faster.
const LEEWAY_MS: u64 = 60_000;

/// All that the load can make of a message.
const KNOWN: [&str; 6] = ["published", "delivered", "acked", "released", "lease_expired", "extended"];

/// What the ledgers know of one message.
#[derive(Default)]
struct Truth {
    id: Option<String>,
    delete_tried: bool,
}

/// What was told.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Lives {
    /// Messages that were asked for.
    pub asked: u64,
    /// Those of whose life something is known.
    pub known: u64,
    /// Those whose end is known.
    pub ended: u64,
    /// Lies, in words.
    pub violations: Vec<String>,
}

impl Lives {
    /// Asks for messages all over the run, which went from `from_ms` to `until_ms`.
    ///
    /// # Errors
    /// The server does not answer as it should.
    pub fn told(admin: SocketAddr, lines: &[Line], from_ms: u64, until_ms: u64) -> Result<Self> {
        let mut truths: BTreeMap<Name, Truth> = BTreeMap::new();
        for line in lines {
            let truth = truths.entry(line.name).or_default();
            match &line.what {
                What::Stored(id) | What::Seen(_, id) => truth.id = Some(id.clone()),
                What::Delete => truth.delete_tried = true,
                What::Intent(_) | What::Deleted => {}
            }
        }
        let known: Vec<(&Name, &Truth, &String)> =
            truths.iter().filter_map(|(name, truth)| Some((name, truth, truth.id.as_ref()?))).collect();
        let mut lives = Self::default();
        for (name, truth, id) in known.iter().step_by((known.len() / ASKED).max(1)) {
            let answer = request(admin, "GET", &format!("/v1/messages/{id}"), &[], b"");
            ensure!(answer.status == 200 || answer.status == 404, "{name}: {answer:?}");
            lives.asked += 1;
            if answer.status == 404 {
                continue;
            }
            let told = answer.json();
            let life = told["life"].as_array().context("a life is a list")?;
            lives.known += 1;
            lives.ended += u64::from(life.iter().any(|moment| moment["what"] == "acked"));
            if !told["message"].is_null() {
                lives.violations.push(format!("{name} is told to be there: {}", told["message"]));
            }
            let lies = lies(life, truth.delete_tried, from_ms.saturating_sub(LEEWAY_MS), until_ms + LEEWAY_MS);
            lives.violations.extend(lies.into_iter().map(|lie| format!("{name} {lie}: {}", told["life"])));
        }
        Ok(lives)
    }
}

/// What is not true in a life.
fn lies(life: &[Value], delete_tried: bool, from_ms: u64, until_ms: u64) -> Vec<&'static str> {
    let count = |what: &str| life.iter().filter(|moment| moment["what"] == what).count();
    let at_ms = |moment: &Value| moment["at_ms"].as_u64().unwrap_or_default();
    let published_elsewhere = |moment: &Value| moment["what"] == "published" && moment["door"] != "sqs";
    let end = life.iter().position(|moment| moment["what"] == "acked");
    let rules = [
        (count("published") > 1, "was published twice"),
        (life.iter().any(published_elsewhere), "came through another door"),
        (count("acked") > 1, "was acknowledged twice"),
        (end.is_some_and(|end| end + 1 < life.len()), "went on after its end"),
        (end.is_some() && !delete_tried, "was acknowledged by nobody"),
        (life.iter().any(|moment| !KNOWN.iter().any(|what| moment["what"] == *what)), "met what nobody did to it"),
        (life.iter().any(|moment| !(from_ms..=until_ms).contains(&at_ms(moment))), "lived at another time"),
    ];
    rules.into_iter().filter(|(broken, _)| *broken).map(|(_, lie)| lie).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn moment(what: &str) -> Value {
        json!({ "at_ms": 50, "what": what, "door": "sqs" })
    }

    #[test]
    fn a_true_life_may_lack_anything() {
        for life in
            [&["published", "delivered", "lease_expired", "delivered", "acked"][..], &["delivered"], &["acked"], &[]]
        {
            let life: Vec<Value> = life.iter().map(|what| moment(what)).collect();
            assert!(lies(&life, true, 0, 100).is_empty(), "{life:?}");
        }
    }

    #[test]
    fn every_lie_is_noticed() {
        let check = |life: &[&str], delete_tried, lie: &str| {
            let life: Vec<Value> = life.iter().map(|what| moment(what)).collect();
            assert_eq!(lies(&life, delete_tried, 0, 100), [lie]);
        };
        check(&["published", "published"], true, "was published twice");
        check(&["acked", "delivered"], true, "went on after its end");
        check(&["published", "acked"], false, "was acknowledged by nobody");
        check(&["published", "buried"], true, "met what nobody did to it");
        let elsewhere = json!({ "at_ms": 50, "what": "published", "door": "amqp" });
        assert_eq!(lies(&[elsewhere], true, 0, 100), ["came through another door"]);
        assert_eq!(lies(&[moment("published")], true, 60, 100), ["lived at another time"]);
        assert_eq!(lies(&[moment("acked"), moment("acked")], true, 0, 100).len(), 2);
    }
}

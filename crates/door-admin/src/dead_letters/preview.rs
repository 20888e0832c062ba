//! What a filter means, before anything is done about it.
//!
//! Invariant: memory is bounded: a few messages are shown, and messages are counted by at most [`TARGETS_MAX`] targets.

use crate::content::SHOWN_BODY_BYTES;
use crate::dead_letters::failure::Failure;
use crate::dead_letters::filter::Filter;
use crate::messages::seen::Seen;
use crate::messages::walk::{Budget, walk};
use broker::{Broker, BrowsedMessage, Error, NoSuchQueue, QueueInfo};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use vocab::Seq;

/// Messages that are shown.
const SAMPLE: usize = 10;

/// Targets that are counted apart; there can be as many as there were queues.
const TARGETS_MAX: usize = 1_000;

/// Where a message goes that was never buried, or one of too many targets.
const NOWHERE: &str = "(nowhere)";
const OTHERS: &str = "(others)";

/// What would be moved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Preview {
    /// How many messages are meant.
    pub(crate) matched: u64,
    /// How many of them would go where: by the queue's name, or `(nowhere)`.
    pub(crate) by_target: BTreeMap<String, u64>,
    /// The first of them.
    pub(crate) sample: Vec<Seen>,
}

/// Looks at every message of `source`; nothing changes. `target` is where all would go, `None` for where each was buried from.
///
/// # Errors
/// The queue does not exist.
pub(crate) async fn preview(
    broker: &Broker,
    source: &QueueInfo,
    filter: &Filter,
    target: Option<&str>,
) -> Result<Preview, Error<NoSuchQueue>> {
    let mut preview = Preview::default();
    let look = |browsed: &BrowsedMessage| {
        if filter.holds(browsed) {
            preview.matched += 1;
            preview.count(target.or(Failure::of(&browsed.message).origin).unwrap_or(NOWHERE));
            if preview.sample.len() < SAMPLE {
                preview.sample.push(Seen::of(broker, browsed, &source.name, SHOWN_BODY_BYTES));
            }
        }
        ControlFlow::Continue(())
    };
    walk(broker, filter.walk(source.id, Seq(0), Budget::UNBOUNDED), look).await?;
    Ok(preview)
}

impl Preview {
    fn count(&mut self, target: &str) {
        let is_known = self.by_target.contains_key(target);
        let name = if is_known || self.by_target.len() < TARGETS_MAX { target } else { OTHERS };
        *self.by_target.entry(name.to_owned()).or_default() += 1;
    }
}

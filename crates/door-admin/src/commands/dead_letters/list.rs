//! `GET /v1/dead-letters`: the queues that others send their failures to.

use crate::api::Api;
use crate::caller::Caller;
use crate::errors::ApiError;
use crate::frame::Json;
use axum::extract::State;
use broker::{QueueInfo, QueueStats};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use vocab::BuryPolicy;

/// Dead-letter queues.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DeadLetters {
    /// Those with the most messages first.
    queues: Vec<DeadLetterQueue>,
}

/// A queue that others send their failures to.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct DeadLetterQueue {
    name: String,
    /// Messages in it, whatever they wait for.
    messages: u64,
    /// When the oldest of them came.
    oldest_ms: Option<u64>,
    /// When the newest of them came.
    newest_ms: Option<u64>,
    /// The queues that send their failures here.
    sources: Vec<String>,
}

/// The dead-letter queues that the caller may know of.
pub(crate) async fn answer(State(api): State<Arc<Api>>, caller: Caller) -> Result<Json<DeadLetters>, ApiError> {
    let broker = api.broker()?;
    let stats: HashMap<_, _> = broker.all_stats().await?.into_iter().collect();
    let mut queues = Vec::new();
    for (queue, sources) in graves(&broker.list_queues("", None, usize::MAX)) {
        if caller.may_see(&queue.name, &api.account_id) {
            let sources = sources.into_iter().filter(|source| caller.may_see(source, &api.account_id)).collect();
            queues.push(DeadLetterQueue::of(&queue, sources, stats.get(&queue.id).unwrap_or(&QueueStats::default())));
        }
    }
    queues.sort_by(|a, b| b.messages.cmp(&a.messages).then_with(|| a.name.cmp(&b.name)));
    Ok(Json(DeadLetters { queues }))
}

/// Queues that exist and that some queue's policy names, with those queues.
fn graves(queues: &[Arc<QueueInfo>]) -> Vec<(Arc<QueueInfo>, Vec<String>)> {
    let mut sources = BTreeMap::<&str, Vec<String>>::new();
    for queue in queues {
        if let Some(grave) = queue.settings.bury.as_ref().and_then(BuryPolicy::queue) {
            sources.entry(grave).or_default().push(queue.name.clone());
        }
    }
    let graves = queues.iter().filter_map(|queue| Some((Arc::clone(queue), sources.remove(&*queue.name)?)));
    graves.collect()
}

impl DeadLetterQueue {
    fn of(queue: &QueueInfo, sources: Vec<String>, stats: &QueueStats) -> Self {
        let QueueStats { ready, delayed, leased, oldest_ms, newest_ms, .. } = *stats;
        Self { name: queue.name.clone(), messages: ready + delayed + leased, oldest_ms, newest_ms, sources }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::{CountedBy, QueueId, QueueSettings};

    fn queue(id: u32, name: &str, grave: Option<&str>) -> Arc<QueueInfo> {
        let bury = grave.map(|grave| BuryPolicy::into_queue(CountedBy::Failures, 3, grave));
        Arc::new(QueueInfo {
            id: QueueId(id),
            name: name.to_owned(),
            settings: QueueSettings { bury, ..QueueSettings::default() },
            annotations: BTreeMap::new(),
            created_ms: 0,
            modified_ms: 0,
            revision: 1,
        })
    }

    #[test]
    fn a_queue_is_listed_with_all_that_bury_into_it_if_it_exists() {
        let queues = [
            queue(1, "dead", None),
            queue(2, "orders", Some("dead")),
            queue(3, "lost", Some("missing")),
            queue(4, "mails", Some("dead")),
            queue(5, "plain", None),
        ];
        let told: Vec<_> = graves(&queues).into_iter().map(|(grave, sources)| (grave.name.clone(), sources)).collect();
        assert_eq!(told, [("dead".to_owned(), vec!["orders".to_owned(), "mails".to_owned()])]);
    }
}

//! The looks at all queues, for as long as the doors are served.

use super::courier::{Desk, courier};
use super::watch::{Figures, Watch};
use super::webhook::{Webhook, WebhookError};
use crate::config::AlertEntry;
use crate::doors::Doors;
use broker::Broker;
use door::timeout;
use std::collections::BTreeMap;
use std::time::Duration;

/// Between two looks. A look at ten thousand queues is one question to the broker.
const PAUSE: Duration = Duration::from_secs(5);

/// Watches what `entries` are about. Without any, nothing is looked at.
pub(crate) fn start(entries: &[AlertEntry], broker: &Broker, doors: &Doors) -> Result<(), WebhookError> {
    let mut watches = Vec::with_capacity(entries.len());
    for entry in entries {
        let (desk, work) = courier(Webhook::of(entry)?);
        doors.accompany(work);
        watches.push((Watch::new(entry.clone()), desk));
    }
    if !watches.is_empty() {
        doors.accompany(go_round(broker.clone(), watches));
    }
    Ok(())
}

async fn go_round(broker: Broker, mut watches: Vec<(Watch, Desk)>) {
    // A broker that is not available any more ends the server.
    while let Some(queues) = figures(&broker).await {
        let now_ms = broker.log_ms();
        for (watch, desk) in &mut watches {
            watch.look(now_ms, &queues).into_iter().for_each(|notice| desk.hand_over(notice));
        }
        timeout::pause(PAUSE).await;
    }
}

async fn figures(broker: &Broker) -> Option<Vec<Figures>> {
    let stats: BTreeMap<_, _> = broker.all_stats().await.ok()?.into_iter().collect();
    let queues = broker.list_queues("", None, usize::MAX);
    let seen = queues.iter().filter_map(|queue| {
        let stats = stats.get(&queue.id)?;
        Some(Figures {
            id: queue.id.0,
            name: queue.name.clone(),
            ready: stats.ready,
            oldest_ms: stats.oldest_ms,
            buried: stats.totals.buried,
        })
    });
    Some(seen.collect())
}

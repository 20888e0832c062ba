//! `GET /v1/queues/{queue}`: one queue, all there is to know of it.

use crate::api::Api;
use crate::errors::ApiError;
use crate::frame::{Json, QueueInPath};
use crate::view::{Queue, QueueDetail};
use axum::extract::State;
use broker::{Broker, QueueInfo};
use std::sync::Arc;

/// Shows it.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    QueueInPath(info): QueueInPath,
) -> Result<Json<QueueDetail>, ApiError> {
    detail(&api, &info).await.map(Json)
}

/// The queue as it is at this moment.
pub(crate) async fn detail(api: &Api, info: &QueueInfo) -> Result<QueueDetail, ApiError> {
    let broker = api.broker()?;
    let stats = broker.stats(info.id).await?;
    let rates = api.looks.rates(broker, info.id, &stats.totals);
    let consumers = broker.consumers(Some(info.id)).await?.consumers;
    let times = broker.times(info.id).await?;
    let queue = Queue::new(info, &stats, rates, sources(broker, &info.name));
    Ok(QueueDetail::new(info, queue, &times, broker.log_ms(), consumers))
}

/// The queues that set messages aside in the queue `name`, in order of name.
fn sources(broker: &Broker, name: &str) -> Vec<String> {
    let all = broker.list_queues("", None, usize::MAX);
    let buries_here = |info: &&Arc<QueueInfo>| {
        info.settings.bury.as_ref().and_then(|bury| bury.queue()).is_some_and(|target| target == name)
    };
    all.iter().filter(buries_here).map(|info| info.name.clone()).collect()
}

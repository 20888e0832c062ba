//! `POST /v1/queues/{queue}/receive`: leases messages, or waits for some.
//!
//! Invariant: a caller that hangs up while it waits leaves nothing leased: the broker takes back what it picked.

use super::tokens;
use crate::api::Api;
use crate::caller::Caller;
use crate::client::Client;
use crate::content::{ShownBody, ShownHeaders};
use crate::errors::ApiError;
use crate::frame::{Json, QueueInPath};
use crate::messages::seen::ShownOrigin;
use axum::Extension;
use axum::extract::State;
use broker::{Delivery, LeaseTerms, Receive};
use door::Handles;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use vocab::limits::LEASE_MS_MAX;
use vocab::{ConsumerId, SubscriptionId};

/// Most messages in one answer.
const COUNT_MAX: u32 = 1000;

/// Longest wait, in milliseconds.
const WAIT_MS_MAX: u64 = 60_000;

/// Longest name of a consumer, in bytes.
const NAME_BYTES_MAX: u64 = 255;

/// What is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Receiving")]
pub(crate) struct Wanted {
    /// At most so many messages.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1000))]
    max: u32,
    /// How long to wait for the first one; left out, the queue's own time, a minute at most.
    #[serde(default)]
    #[schemars(range(max = 60_000))]
    wait_ms: Option<u64>,
    /// How long the leases last; left out, the queue's own time.
    #[serde(default)]
    #[schemars(range(max = 604_800_000))]
    lease_ms: Option<u64>,
    /// What the consumer calls itself.
    #[serde(default)]
    #[schemars(length(max = 255))]
    consumer: Option<String>,
}

fn one() -> u32 {
    1
}

/// What was leased.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Received {
    deliveries: Vec<DeliveryView>,
}

/// A message, leased.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Delivery")]
struct DeliveryView {
    /// Settles and extends this lease, at `/v1/settle` and `/v1/extend`.
    token: String,
    /// What its producer was told.
    id: String,
    #[serde(flatten)]
    body: ShownBody,
    headers: ShownHeaders,
    #[serde(skip_serializing_if = "Option::is_none")]
    lane: Option<String>,
    priority: u8,
    published_ms: u64,
    /// How often it was delivered, this time included.
    deliveries: u32,
    /// How often it failed.
    failures: u32,
    /// When the lease ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline_ms: Option<u64>,
    /// Where it was before it was set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<ShownOrigin>,
}

/// Leases them.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    QueueInPath(info): QueueInPath,
    caller: Caller,
    client: Option<Extension<Arc<Client>>>,
    Json(Wanted { max, wait_ms, lease_ms, consumer }): Json<Wanted>,
) -> Result<Json<Received>, ApiError> {
    within("max", max.into(), 1, COUNT_MAX.into())?;
    within("wait_ms", wait_ms.unwrap_or_default(), 0, WAIT_MS_MAX)?;
    within("lease_ms", lease_ms.unwrap_or_default(), 0, LEASE_MS_MAX)?;
    within("consumer", consumer.as_ref().map_or(0, |name| name.len() as u64), 0, NAME_BYTES_MAX)?;
    let broker = api.broker()?;
    let name = consumer.as_deref();
    let consuming = client.map(|Extension(client)| client.asking(broker, info.id, name, &caller));
    let receive = Receive {
        queue: info.id,
        subscription: SubscriptionId(0),
        max,
        wait_ms: Some(wait_ms.unwrap_or(info.settings.wait_ms).min(WAIT_MS_MAX)),
        terms: LeaseTerms::Deadline(lease_ms),
        rank: 0,
        consumer: consuming.as_ref().map_or(ConsumerId::UNKNOWN, |consuming| consuming.id()),
    };
    let handles = Handles::new(broker.store_id());
    let deliveries = broker.receive(receive).await?;
    if let Some(consuming) = consuming.filter(|_| !deliveries.is_empty()) {
        consuming.delivered();
    }
    Ok(Json(Received { deliveries: deliveries.iter().map(|delivery| view(delivery, &handles)).collect() }))
}

fn within(name: &str, value: u64, min: u64, max: u64) -> Result<(), ApiError> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(ApiError::bad_request(format!("the body, `{name}`: from {min} to {max}, not {value}")))
}

fn view(delivery: &Delivery, handles: &Handles) -> DeliveryView {
    let Delivery { id, lease, message } = delivery;
    DeliveryView {
        token: tokens::write(handles, &lease.token),
        id: id.to_string(),
        body: ShownBody::of(&message.body, usize::MAX),
        headers: ShownHeaders(message.headers.clone()),
        lane: message.facts.lane.clone(),
        priority: message.facts.priority,
        published_ms: message.facts.published_ms,
        deliveries: lease.deliveries,
        failures: lease.failures,
        deadline_ms: lease.deadline_ms,
        origin: message.facts.origin.as_deref().map(ShownOrigin::of),
    }
}

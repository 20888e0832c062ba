//! `ChangeMessageVisibility`: a lease ends later, or at once.
//!
//! A timeout of 0 gives the message back without a fault; the receive still counts, as on AWS. Any other extends the lease from this
//! moment on, to at most the longest visibility timeout after the receive.

use super::Answer;
use super::delete_message::token;
use super::receive_message::check_visibility;
use crate::door::SqsDoor;
use crate::errors::{SqsError, visibility_error};
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use broker::{Extension, Settle, SettleError, Settlement, Unavailable};
use serde::Deserialize;
use vocab::{LeaseToken, QueueId};

/// The parameters of `ChangeMessageVisibility` and of an entry of its batch form: they differ only in `QueueUrl` and `Id`.
#[derive(Deserialize)]
pub(super) struct Given<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "Id")]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow, rename = "ReceiptHandle")]
    handle: Option<Text<'a>>,
    #[serde(rename = "VisibilityTimeout")]
    visibility_seconds: Option<i64>,
}

/// A change, checked.
pub(super) struct Change {
    token: LeaseToken,
    lease_ms: u64,
    total_ms_max: u64,
    handle: String,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let given: Given<'_> = payload.parse()?;
    let queue = door.queue(given.queue_url.as_ref(), &call.context)?;
    let change = given.change(door, queue.id)?;
    apply(door, vec![change]).await?.into_iter().collect::<Result<(), SqsError>>()?;
    Ok(super::nothing(call))
}

impl Given<'_> {
    /// Checks the parameters.
    pub(super) fn change(&self, door: &SqsDoor, queue: QueueId) -> Result<Change, SqsError> {
        let token = token(door, queue, self.handle.as_ref())?;
        let seconds = self.visibility_seconds.ok_or_else(|| SqsError::missing("VisibilityTimeout"))?;
        let handle = self.handle.as_deref().unwrap_or_default().to_owned();
        let total_ms_max = door.config.limits.visibility_seconds().end().unsigned_abs() * 1000;
        Ok(Change { token, lease_ms: check_visibility(seconds, door.config.limits)?, total_ms_max, handle })
    }
}

/// Makes the changes; one outcome each, in order. Those to 0 come before the others.
pub(super) async fn apply(door: &SqsDoor, changes: Vec<Change>) -> Result<Vec<Result<(), SqsError>>, Unavailable> {
    let releases: Vec<Settlement> = changes.iter().filter_map(Change::release).collect();
    let extensions: Vec<Extension> = changes.iter().filter_map(Change::extension).collect();
    let released = match releases.is_empty() {
        true => Vec::new(),
        false => door.broker.settle(releases).await?,
    };
    let extended = match extensions.is_empty() {
        true => Vec::new(),
        false => door.broker.extend(extensions).await?,
    };
    let (mut released, mut extended) = (released.into_iter(), extended.into_iter());
    let outcomes = changes.iter().map(|change| {
        let verdict: Option<Result<(), SettleError>> = match change.lease_ms {
            0 => released.next(),
            _ => extended.next().map(|verdict| verdict.map(drop)),
        };
        let verdict = verdict.expect("the broker gives a verdict for each change");
        verdict.map_err(|error| visibility_error(error, &change.handle, change.lease_ms / 1000))
    });
    Ok(outcomes.collect())
}

impl Change {
    fn release(&self) -> Option<Settlement> {
        (self.lease_ms == 0).then_some(Settlement { token: self.token, how: Settle::Release { delay_ms: 0 } })
    }

    fn extension(&self) -> Option<Extension> {
        let total_ms_max = Some(self.total_ms_max);
        let extension = Extension { token: self.token, lease_ms: self.lease_ms, total_ms_max };
        (self.lease_ms != 0).then_some(extension)
    }
}

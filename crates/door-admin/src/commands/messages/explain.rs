//! `GET /v1/messages/{id}/explain`: why a message is not being delivered, or what became of it.

use crate::api::Api;
use crate::errors::ApiError;
use crate::frame::{IdInPath, Json};
use crate::messages::explanation::{Explanation, Scene, explain};
use crate::messages::find::find;
use crate::messages::life::{Place, last_consumer};
use crate::messages::signature::Signature;
use crate::messages::standing::{Standing, standing};
use axum::extract::State;
use broker::{Broker, Error};
use std::sync::Arc;
use vocab::MessageId;

/// Explains.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    IdInPath(id): IdInPath<MessageId>,
) -> Result<Json<Explanation>, ApiError> {
    let broker = api.broker()?;
    let found = find(broker, id).await?;
    let queue = broker.queue_by_id(id.key.queue);
    let here = found.browsed.as_ref().filter(|browsed| browsed.seen.id == id);
    let standing = match (here, &queue) {
        (Some(browsed), Some(queue)) => match standing(broker, queue, browsed).await {
            Ok(standing) => standing,
            Err(Error::Refused(_)) => None,
            Err(Error::Unavailable(unavailable)) => return Err(unavailable.into()),
        },
        _ => None,
    };
    let holder = holder(broker, standing.as_ref()).await?;
    let elsewhere = found.browsed.as_ref().filter(|browsed| browsed.seen.id != id);
    let place = elsewhere.map(|browsed| Place::of(broker, browsed.seen.id));
    Ok(Json(explain(&Scene {
        id,
        now_ms: broker.log_ms(),
        is_disk_full: broker.is_disk_full(),
        queue: queue.as_ref().map(|queue| &*queue.name),
        standing: standing.as_ref(),
        life: &found.life,
        moved: place.as_ref().zip(elsewhere.map(|browsed| &*browsed.message)),
        holder: holder.as_ref(),
        place: &|id| Place::of(broker, id),
    })))
}

/// Who works on it, or on what holds its lane.
async fn holder(broker: &Broker, standing: Option<&Standing>) -> Result<Option<Signature>, ApiError> {
    let (Some(Standing::Leased(held)) | Some(Standing::LaneLeased(held))) = standing else { return Ok(None) };
    if let Some(known) = broker.consumer(held.consumer) {
        return Ok(Some(Signature::of(&known)));
    }
    Ok(last_consumer(&broker.life(held.id).await?, held.id))
}

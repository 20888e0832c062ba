//! `POST /v1/messages/{id}/redrive`: one message goes back, or to another queue, as it is or changed.
//!
//! Invariant: the changed copy enters its target in the commit in which the message leaves; nobody sees both, or neither.

use super::show::no_such_message;
use crate::api::Api;
use crate::audit::Audited;
use crate::caller::Caller;
use crate::content::given::{self, GivenValue};
use crate::errors::ApiError;
use crate::frame::{BASE64, IdInPath, Json};
use crate::messages::edit::Edit;
use crate::messages::find::live;
use crate::messages::life::Place;
use axum::Extension;
use axum::extract::State;
use broker::MoveMessages;
use door::access::Permission;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::MessageId;

/// How it goes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    /// The queue that it goes to; without one, that which it was buried from.
    target: Option<String>,
    /// What is to be different.
    edit: Option<GivenEdit>,
}

/// What is to be different.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("not" = both_bodies()))]
pub(crate) struct GivenEdit {
    /// The body, as text.
    body: Option<String>,
    /// The body, as base64; not beside `body`.
    #[schemars(regex(pattern = BASE64))]
    body_base64: Option<String>,
    /// Headers to set; `null` takes one away, and those that are not named stay.
    #[serde(default)]
    headers: BTreeMap<String, Option<GivenValue>>,
}

/// The two ways to give a body, both at once.
fn both_bodies() -> Value {
    let text = json!({ "type": "string" });
    json!({ "required": ["body", "body_base64"], "properties": { "body": text, "body_base64": text } })
}

/// Moves it.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    caller: Caller,
    IdInPath(id): IdInPath<MessageId>,
    Json(Wish { target, edit }): Json<Wish>,
) -> Result<(Extension<Audited>, Json<Place>), ApiError> {
    let broker = api.broker()?;
    let source = broker.queue_by_id(id.key.queue).ok_or_else(|| no_such_message(id))?;
    caller.check(Permission::Manage, &source.name, &api.account_id)?;
    let target = target.map(|name| api.queue(&name)).transpose()?;
    if let Some(target) = &target {
        // Whoever moves a message there sends it there.
        caller.check(Permission::Send, &target.name, &api.account_id)?;
    }
    let message = live(broker, id).await?.ok_or_else(|| no_such_message(id))?.message;
    let edited = edit.map(|given| given.read().map(|edit| edit.of(&message))).transpose()?;
    let is_edited = edited.is_some();
    let target = target.map(|target| target.id);
    let wish = MoveMessages { source: source.id, messages: vec![(id.seq, edited)], target };
    let moved = broker.move_messages(wish).await?;
    let became = moved.into_iter().next().ok_or_else(|| no_such_message(id))?;
    let place = Place::of(broker, became?);
    let details = json!({ "id": id.to_string(), "to": place, "edited": is_edited });
    Ok((Extension(Audited::details(details).queue(source.name.clone())), Json(place)))
}

impl GivenEdit {
    fn read(self) -> Result<Edit, ApiError> {
        let body = match (self.body, self.body_base64) {
            (None, None) => None,
            (text, base64) => Some(given::body(text, base64.as_deref(), "the body, `edit`: ")?.into()),
        };
        let (kept, gone): (BTreeMap<_, _>, BTreeMap<_, _>) =
            self.headers.into_iter().partition(|(_, value)| value.is_some());
        let set = kept.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let set = given::headers(set, "the body, `edit`: ")?;
        let set = set.into_iter().map(|header| (header.name, Some(header.value)));
        Ok(Edit { body, headers: set.chain(gone.into_keys().map(|name| (name, None))).collect() })
    }
}

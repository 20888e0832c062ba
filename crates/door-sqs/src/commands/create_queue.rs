//! `CreateQueue`: a queue of this name with these attributes, also if it is there already. A queue that is there with
//! another value for an attribute that the request gives is a conflict; attributes that it does not give do not matter, and tags
//! are not compared.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::{Code, SqsError, create_queue_error};
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::{Pairs, Text};
use crate::frame::writer::Writer;
use crate::queue_attributes::{Draft, Setting, asks_for_fifo, first_difference};
use crate::{names, tags};
use broker::{CreateQueueError, Error};
use serde::Deserialize;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueName")]
    name: Option<Text<'a>>,
    #[serde(borrow, rename = "Attributes", alias = "Attribute", default)]
    attributes: Option<Pairs<'a, Text<'a>>>,
    #[serde(borrow, rename = "tags", alias = "Tag", default)]
    tags: Option<Pairs<'a, Text<'a>>>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let name = &*request.name.filter(|name| !name.is_empty()).ok_or_else(|| SqsError::missing("QueueName"))?;
    let caller = &call.context.caller;
    let name = &*door.names.stored(door.account_of(caller), name);
    match door.broker.queue(name) {
        Some(existing) => door.permit(caller, &existing)?,
        None => door.permit_new(caller, name)?,
    }
    make(door, name, &request.attributes.unwrap_or_default(), &request.tags.unwrap_or_default()).await?;
    let mut writer = Writer::new(call.style, call.action, 128);
    writer.text("QueueUrl", door.url(&call.context, name).as_bytes());
    Ok(writer.finish(&call.id))
}

/// Makes the queue that is stored under `name`, or finds it as it is wanted.
pub(crate) async fn make(
    door: &SqsDoor,
    name: &str,
    attributes: &Pairs<'_, Text<'_>>,
    tags: &Pairs<'_, Text<'_>>,
) -> Result<(), SqsError> {
    let fifo = asks_for_fifo(attributes);
    names::check(door.names.split(name).1, fifo)?;
    let setting = Setting { queue: name, broker: &door.broker, names: &door.names, limits: door.config.limits };
    let mut draft = Draft::fresh(door.config.durability, door.config.limits);
    if fifo {
        draft.become_fifo();
    }
    draft.set_all(attributes, setting)?;
    let wanted = draft.clone();
    tags::add(&mut draft.annotations, tags)?;
    door.waiting_rules.create(name)?;
    match door.broker.create_queue(name, draft.settings, draft.annotations).await {
        Ok(_) => Ok(()),
        Err(Error::Refused(CreateQueueError::Exists(existing))) => {
            match first_difference(attributes, &wanted, &existing, &door.names) {
                Some(different) => Err(conflict(different)),
                None => Ok(()),
            }
        }
        Err(error) => Err(create_queue_error(error)),
    }
}

fn conflict(attribute: &str) -> SqsError {
    SqsError::new(
        Code::QueueNameExists,
        format!("A queue already exists with the same name and a different value for attribute {attribute}"),
    )
}

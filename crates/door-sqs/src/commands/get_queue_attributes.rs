//! `GetQueueAttributes`: what a queue is and how many messages it has. Counts are exact.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::{SqsError, no_such_queue_error};
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::{Names, Writer};
use crate::queue_attributes::{Attribute, value};
use serde::Deserialize;

const ATTRIBUTES: Names = Names { json: "Attributes", xml: "Attribute", query_json: "Attributes" };

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "AttributeNames", alias = "AttributeName", default)]
    names: Option<Vec<Text<'a>>>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    let wanted = wanted(request.names.as_deref().unwrap_or_default())?;
    let stats = match wanted.iter().any(|attribute| attribute.is_count()) {
        true => Some(door.broker.stats(queue.id).await.map_err(no_such_queue_error)?),
        false => None,
    };
    let mut writer = Writer::new(call.style, call.action, wanted.len() * 64);
    let values = wanted
        .iter()
        .filter_map(|&attribute| value(&queue, stats.as_ref(), attribute, &door.names).map(|value| (attribute, value)));
    let mut values = values.peekable();
    if values.peek().is_some() {
        let entries = values.map(|(attribute, value)| (attribute.name(), value.into_owned()));
        writer.map(ATTRIBUTES, "Name", entries);
    }
    Ok(writer.finish(&call.id))
}

/// The attributes that a list of names asks for, each once.
fn wanted(names: &[Text<'_>]) -> Result<Vec<Attribute>, SqsError> {
    let mut wanted = Vec::new();
    for name in names {
        let attributes = match &**name {
            "All" => Attribute::ALL,
            name => &[Attribute::named(name)?],
        };
        for attribute in attributes {
            if !wanted.contains(attribute) {
                wanted.push(*attribute);
            }
        }
    }
    Ok(wanted)
}

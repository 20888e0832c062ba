//! `SendMessage`: one message into a queue.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::{SqsError, publish_error};
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::writer::Writer;
use crate::md5;
use crate::queue_attributes::is_fifo;
use crate::sending::{Digests, Given, Outgoing, Rules, Sender, fits, sequence_number, too_long};
use broker::QueueInfo;
use std::sync::Arc;
use vocab::MessageId;

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: Payload) -> Answer {
    let (queue, Outgoing { message, digests, .. }) = read(door, call, &payload)?;
    drop(payload);
    let ids = door.broker.publish(queue.id, vec![message]).await.map_err(publish_error)?;
    let id = ids.first().expect("the broker gives an id for each message");
    let mut writer = Writer::new(call.style, call.action, 160);
    write_sent(&mut writer, id, &digests, is_fifo(&queue.settings));
    Ok(writer.finish(&call.id))
}

fn read(door: &SqsDoor, call: &Call, payload: &Payload) -> Result<(Arc<QueueInfo>, Outgoing), SqsError> {
    let given: Given<'_> = payload.parse()?;
    let queue = door.queue(given.queue_url.as_ref(), &call.context)?;
    let trace = call.context.trace.as_deref();
    let (now_ms, limits) = (door.broker.log_ms(), door.config.limits);
    let bytes_max = queue.settings.message_bytes_max;
    let sender = Sender { payload, trace, now_ms, rules: Rules::of(&queue), limits, bytes_max };
    let mut outgoing = sender.message(&given, md5::of_bytes(given.body_bytes()))?;
    outgoing.message.facts.sender = call.context.caller.name().map(str::to_owned);
    if !fits(&queue, outgoing.bytes) {
        return Err(too_long(&queue, "One or more parameters are invalid."));
    }
    Ok((queue, outgoing))
}

/// What is said of a message that was sent, alone or in a batch.
pub(super) fn write_sent(writer: &mut Writer, id: &MessageId, digests: &Digests, fifo: bool) {
    let mut text = [0; 36];
    writer.plain("MessageId", id.to_uuid().hyphenated().encode_lower(&mut text).as_bytes());
    writer.plain("MD5OfMessageBody", &md5::hex(&digests.body));
    if let Some(digest) = &digests.attributes {
        writer.plain("MD5OfMessageAttributes", &md5::hex(digest));
    }
    if let Some(digest) = &digests.system {
        writer.plain("MD5OfMessageSystemAttributes", &md5::hex(digest));
    }
    if fifo {
        writer.plain("SequenceNumber", sequence_number(id.seq).as_bytes());
    }
}

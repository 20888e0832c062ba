//! The calls of the load, with the three outcomes that matter: done, refused, unknown.

use crate::connection::{Answer, Connection};
use crate::endpoint::{Endpoint, Place};
use crate::figures::Figures;
use crate::message::{self, Name};
use crate::trigger::Trigger;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Instant;

/// What all clients of a run share.
#[derive(Default)]
pub struct Surroundings {
    /// Where the server is.
    pub endpoint: Endpoint,
    /// The fault that waits for its moment.
    pub trigger: Trigger,
    /// What is counted.
    pub figures: Figures,
}

/// How a call ended.
#[derive(Debug)]
pub enum Outcome<T> {
    /// Acknowledged.
    Done(T),
    /// The server said no.
    Refused(String),
    /// The connection broke.
    Unknown,
    /// The run is over; nothing was asked.
    Over,
}

/// One message as received.
#[derive(Clone, Debug)]
pub struct Received {
    /// The name that its body begins with.
    pub name: Name,
    /// The hash of its body.
    pub hash: u64,
    /// Its id, as the server told it.
    pub id: String,
    /// The handle to settle it with. It belongs to one life of the server; nothing uses it in a later one.
    pub handle: String,
    /// When the receive began that brought it: its lease cannot have begun earlier.
    pub asked: Instant,
    place: Place,
}

/// One client with at most one connection.
pub struct Client<'a> {
    around: &'a Surroundings,
    connection: Option<(Place, Connection)>,
}

impl<'a> Client<'a> {
    /// One that is not connected yet.
    pub fn new(around: &'a Surroundings) -> Self {
        Self { around, connection: None }
    }

    /// Makes a queue whose leases last `lease_s` seconds.
    pub fn create_queue(&mut self, queue: &str, lease_s: u32) -> Result<Outcome<()>> {
        let attributes = json!({ "VisibilityTimeout": lease_s.to_string() });
        Ok(self.call("CreateQueue", &json!({ "QueueName": queue, "Attributes": attributes }))?.map(drop))
    }

    /// The same for a FIFO queue.
    pub fn create_fifo_queue(&mut self, queue: &str, lease_s: u32) -> Result<Outcome<()>> {
        let attributes = json!({ "VisibilityTimeout": lease_s.to_string(), "FifoQueue": "true" });
        Ok(self.call("CreateQueue", &json!({ "QueueName": queue, "Attributes": attributes }))?.map(drop))
    }

    /// Sends messages, by one call; the ids in their order, `None` for one that was refused.
    pub fn send(&mut self, queue: &str, messages: &[(Name, String)]) -> Result<Outcome<Vec<Option<String>>>> {
        self.send_all(queue, messages.iter().map(|(_, body)| json!({ "MessageBody": body })).collect())
    }

    /// The same in a group of a FIFO queue, under the messages' names as deduplication ids.
    pub fn send_in_group(
        &mut self,
        queue: &str,
        group: &str,
        messages: &[(Name, String)],
    ) -> Result<Outcome<Vec<Option<String>>>> {
        let named = |(name, body): &(Name, String)| json!({ "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": name.to_string() });
        self.send_all(queue, messages.iter().map(named).collect())
    }

    fn send_all(&mut self, queue: &str, mut messages: Vec<Value>) -> Result<Outcome<Vec<Option<String>>>> {
        if let [message] = messages.as_mut_slice() {
            message["QueueUrl"] = queue.into();
            let answer = self.call("SendMessage", message)?;
            return answer.try_map(|answer| Ok(vec![Some(text(&answer, "MessageId")?)]));
        }
        for (id, message) in messages.iter_mut().enumerate() {
            message["Id"] = id.to_string().into();
        }
        let answer = self.call("SendMessageBatch", &json!({ "QueueUrl": queue, "Entries": messages }))?;
        answer.try_map(|answer| {
            let mut ids = vec![None; messages.len()];
            for entry in self.successful("SendMessageBatch", &answer) {
                *ids.get_mut(index(entry)?).context("an entry that nobody sent")? = Some(text(entry, "MessageId")?);
            }
            Ok(ids)
        })
    }

    /// Receives up to `max` messages, waiting up to `wait_s` seconds for the first.
    pub fn receive(&mut self, queue: &str, max: u64, wait_s: u64) -> Result<Outcome<Vec<Received>>> {
        let body = json!({ "QueueUrl": queue, "MaxNumberOfMessages": max, "WaitTimeSeconds": wait_s });
        let asked = Instant::now();
        let answer = self.call("ReceiveMessage", &body)?;
        let place = self.connection.as_ref().map(|(place, _)| *place);
        answer.try_map(|answer| {
            let place = place.context("an answer came over a connection")?;
            list(&answer, "Messages").iter().map(|message| received(message, place, asked)).collect()
        })
    }

    /// Deletes messages, by one call; which of them were acknowledged, in their order.
    pub fn delete(&mut self, queue: &str, messages: &[Received]) -> Result<Outcome<Vec<bool>>> {
        if let [one] = messages {
            let body = json!({ "QueueUrl": queue, "ReceiptHandle": one.handle });
            return Ok(self.call_at(one.place, "DeleteMessage", &body)?.map(|_| vec![true]));
        }
        let entry = |(id, one): (usize, &Received)| json!({ "Id": id.to_string(), "ReceiptHandle": one.handle });
        let entries: Vec<_> = messages.iter().enumerate().map(entry).collect();
        let Some(first) = messages.first() else { return Ok(Outcome::Done(Vec::new())) };
        let body = json!({ "QueueUrl": queue, "Entries": entries });
        let answer = self.call_at(first.place, "DeleteMessageBatch", &body)?;
        answer.try_map(|answer| {
            let mut deleted = vec![false; messages.len()];
            for entry in self.successful("DeleteMessageBatch", &answer) {
                *deleted.get_mut(index(entry)?).context("an entry that nobody sent")? = true;
            }
            Ok(deleted)
        })
    }

    /// Gives a message back at once.
    pub fn release(&mut self, queue: &str, one: &Received) -> Result<Outcome<()>> {
        let body = json!({ "QueueUrl": queue, "ReceiptHandle": one.handle, "VisibilityTimeout": 0 });
        Ok(self.call_at(one.place, "ChangeMessageVisibility", &body)?.map(drop))
    }

    /// How many messages are in the queue, in whatever state.
    pub fn count(&mut self, queue: &str) -> Result<Outcome<u64>> {
        let answer = self.call("GetQueueAttributes", &json!({ "QueueUrl": queue, "AttributeNames": ["All"] }))?;
        answer.try_map(|answer| {
            let states = ["", "NotVisible", "Delayed"];
            let count = |state| text(&answer["Attributes"], &format!("ApproximateNumberOfMessages{state}"));
            states.iter().map(|state| Ok(count(state)?.parse::<u64>()?)).sum()
        })
    }

    /// The entries of a batch's answer that were acknowledged; the refused ones are counted.
    fn successful<'v>(&self, action: &str, answer: &'v Value) -> &'v [Value] {
        for refused in list(answer, "Failed") {
            self.around.figures.refused(action, format!("{action}: {refused}"));
        }
        list(answer, "Successful")
    }

    /// A call that makes sense only to the server at `place`.
    fn call_at(&mut self, place: Place, action: &'static str, body: &Value) -> Result<Outcome<Value>> {
        if self.around.endpoint.place() != Some(place) {
            return Ok(Outcome::Unknown);
        }
        self.call(action, body)
    }

    /// `Err` only for an answer that makes no sense.
    fn call(&mut self, action: &'static str, body: &Value) -> Result<Outcome<Value>> {
        let Some((place, mut connection)) = self.connected() else { return Ok(Outcome::Over) };
        let around = self.around;
        match around.trigger.during(&around.endpoint, || connection.call(action, &body.to_string())) {
            Ok(answer) => {
                self.connection = Some((place, connection));
                around.figures.answered.fetch_add(1, Ordering::Relaxed);
                self.judge(action, &answer)
            }
            Err(error) => {
                around.figures.cut(action);
                if around.endpoint.is_unharmed(place) {
                    around.figures.broke(format!("{action}: {error:#}"));
                }
                Ok(Outcome::Unknown)
            }
        }
    }

    fn judge(&self, action: &str, answer: &Answer) -> Result<Outcome<Value>> {
        if answer.status == 200 {
            let body = if answer.body.is_empty() { "{}" } else { &answer.body };
            return Ok(Outcome::Done(serde_json::from_str(body).context("an answer is JSON")?));
        }
        let text = format!("{action}: {} {}", answer.status, answer.body);
        self.around.figures.refused(action, text.clone());
        Ok(Outcome::Refused(text))
    }

    /// The connection, made anew where the server has moved; `None` once the run is over.
    fn connected(&mut self) -> Option<(Place, Connection)> {
        loop {
            let place = self.around.endpoint.wait_for_place()?;
            match self.connection.take() {
                Some((at, connection)) if at == place => return Some((at, connection)),
                Some(_) | None => {}
            }
            match Connection::open(place.address) {
                Ok(connection) => return Some((place, connection)),
                Err(_) => self.around.endpoint.wait_for_news(),
            }
        }
    }
}

impl<T> Outcome<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Done(value) => Outcome::Done(change(value)),
            Self::Refused(text) => Outcome::Refused(text),
            Self::Unknown => Outcome::Unknown,
            Self::Over => Outcome::Over,
        }
    }

    fn try_map<U>(self, change: impl FnOnce(T) -> Result<U>) -> Result<Outcome<U>> {
        Ok(match self {
            Self::Done(value) => Outcome::Done(change(value)?),
            Self::Refused(text) => Outcome::Refused(text),
            Self::Unknown => Outcome::Unknown,
            Self::Over => Outcome::Over,
        })
    }
}

fn received(message: &Value, place: Place, asked: Instant) -> Result<Received> {
    let body = text(message, "Body")?;
    Ok(Received {
        name: message::name_in(&body).with_context(|| format!("a message that nobody sent: {body:?}"))?,
        hash: message::hash(&body),
        id: text(message, "MessageId")?,
        handle: text(message, "ReceiptHandle")?,
        asked,
        place,
    })
}

fn list<'v>(answer: &'v Value, key: &str) -> &'v [Value] {
    answer[key].as_array().map_or(&[], Vec::as_slice)
}

fn index(entry: &Value) -> Result<usize> {
    Ok(text(entry, "Id")?.parse()?)
}

fn text(value: &Value, key: &str) -> Result<String> {
    let text = value[key].as_str().with_context(|| format!("no {key} in {value}"))?;
    ensure!(!text.contains([' ', '\n']) || key == "Body", "{key} with a space: {text:?}");
    Ok(text.to_owned())
}

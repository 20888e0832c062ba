//! Reads what the AWS command line prints about queues: JSON documents, one after another.
//!
//! | document | from |
//! |---|---|
//! | `{"Attributes": {"QueueArn": "…", …}}` | `aws sqs get-queue-attributes --attribute-names All` |
//! | `{"Tags": {…}}` | `aws sqs list-queue-tags`; belongs to the queue before it, since it does not say whose it is |
//!
//! Invariant: every queue has a name, and no two the same.

use serde_json::{Deserializer, Map, Value};

/// Begins every queue's ARN in every partition of AWS.
const ARN: &str = "arn:";

/// One queue, as AWS tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Queue {
    /// The queue's ARN without its name, with the colon before it.
    pub(super) arn_prefix: String,
    /// Its name.
    pub(super) name: String,
    /// Every attribute, also the computed ones.
    pub(super) attributes: Vec<(String, String)>,
    /// Its tags.
    pub(super) tags: Vec<(String, String)>,
}

/// Why a text cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocumentError {
    /// It is no JSON.
    #[error("this is not JSON ({0}); expected what `aws sqs get-queue-attributes --output json` prints")]
    NotJson(serde_json::Error),
    /// It is JSON, and something else.
    #[error(
        "JSON document {number} has neither \"Attributes\" nor \"Tags\"; expected what \
         `aws sqs get-queue-attributes --attribute-names All` and `aws sqs list-queue-tags` print"
    )]
    Unknown {
        /// Which, counted from 1.
        number: usize,
    },
    /// A member is not a table of texts.
    #[error("JSON document {number}: {member:?} is not an object of texts")]
    NotTexts {
        /// Which, counted from 1.
        number: usize,
        /// Its member.
        member: &'static str,
    },
    /// The queue's name cannot be told.
    #[error("JSON document {number} has no QueueArn, which names the queue: ask with --attribute-names All")]
    NoName {
        /// Which, counted from 1.
        number: usize,
    },
    /// Tags of nothing.
    #[error("JSON document {number} has tags, but no queue comes before it: give the queue's attributes first")]
    TagsFirst {
        /// Which, counted from 1.
        number: usize,
    },
    /// The same queue again.
    #[error("JSON document {number} is the queue {name:?} once more")]
    Twice {
        /// Which, counted from 1.
        number: usize,
        /// The queue.
        name: String,
    },
    /// Nothing at all.
    #[error("there is no JSON document in it")]
    Empty,
}

/// Reads every document of a text; tags go to the newest of `queues`.
pub(super) fn read(text: &str, queues: &mut Vec<Queue>) -> Result<(), DocumentError> {
    let mut number = 0;
    for document in Deserializer::from_str(text).into_iter::<Value>() {
        number += 1;
        let document = document.map_err(DocumentError::NotJson)?;
        let Some(attributes) = document.get("Attributes") else {
            let tags = document.get("Tags").ok_or(DocumentError::Unknown { number })?;
            let queue = queues.last_mut().ok_or(DocumentError::TagsFirst { number })?;
            queue.tags = texts(tags).ok_or(DocumentError::NotTexts { number, member: "Tags" })?;
            continue;
        };
        let attributes = texts(attributes).ok_or(DocumentError::NotTexts { number, member: "Attributes" })?;
        let queue = queue(attributes).ok_or(DocumentError::NoName { number })?;
        if queues.iter().any(|known| known.name == queue.name) {
            return Err(DocumentError::Twice { number, name: queue.name });
        }
        queues.push(queue);
    }
    if number == 0 { Err(DocumentError::Empty) } else { Ok(()) }
}

fn queue(attributes: Vec<(String, String)>) -> Option<Queue> {
    let (_, arn) = attributes.iter().find(|(name, _)| name == "QueueArn")?;
    let end = arn.rfind(':').filter(|_| arn.starts_with(ARN))? + 1;
    let (arn_prefix, name) = (arn[..end].to_owned(), arn[end..].to_owned());
    Some(Queue { arn_prefix, name, attributes, tags: Vec::new() })
}

/// An object's entries, in order of name.
fn texts(value: &Value) -> Option<Vec<(String, String)>> {
    let object: &Map<String, Value> = value.as_object()?;
    object.iter().map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

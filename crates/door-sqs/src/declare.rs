//! Queues that a configuration declares: made where they are missing, changed where they are otherwise.
//!
//! What is declared wins over what a queue has; what is not declared stays as it is, and so do queues that are not declared.
//! Queues go the way of `CreateQueue` and `SetQueueAttributes`, so that whatever those accept can be declared.
//!
//! Invariant: declaring the same again changes nothing.

use crate::commands::create_queue;
use crate::door::SqsDoor;
use crate::errors::SqsError;
use crate::frame::text::{Pairs, Text};
use crate::queue_attributes::{Attribute, Draft, Setting, asks_for_fifo};
use crate::tags;
use serde_json::{Value, json};
use std::borrow::Cow;

const REDRIVE_POLICY: &str = "RedrivePolicy";

/// A queue as it is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredQueue {
    /// Its name.
    pub name: String,
    /// SQS's attributes, by their own names, with values as `SetQueueAttributes` takes them.
    pub attributes: Vec<(String, String)>,
    /// Where its failures go; says the same as the attribute `RedrivePolicy`.
    pub dead_letter: Option<DeadLetter>,
    /// Tags, by key.
    pub tags: Vec<(String, String)>,
}

/// A dead-letter queue, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its name. It may be declared too, before or after its sources.
    pub queue: String,
    /// Receives before a message goes there.
    pub max_receive_count: i64,
}

/// What became of a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The queue was missing.
    Made,
    /// It was otherwise.
    Changed,
    /// It was so already.
    Same,
}

/// Why a declaration cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclareError {
    /// Which of the declarations, counted from 0.
    pub index: usize,
    /// The attribute that is to blame, `name` or `tags`; `None` when no single one is.
    pub key: Option<String>,
    /// What is wrong with it.
    pub reason: String,
}

impl SqsDoor {
    /// Makes and changes queues until they are as declared; outcomes in the same order.
    ///
    /// # Errors
    /// One of them cannot be; those before it may have been made or changed already.
    pub async fn declare(&self, queues: &[DeclaredQueue]) -> Result<Vec<Outcome>, DeclareError> {
        let mut outcomes = Vec::with_capacity(queues.len());
        for (index, queue) in queues.iter().enumerate() {
            let outcome = self.declare_without_redrive(queue).await;
            outcomes.push(outcome.map_err(|error| self.blame(index, queue, &error))?);
        }
        // Redrive policies come last: they name queues that may only exist now.
        for (index, (queue, outcome)) in queues.iter().zip(&mut outcomes).enumerate() {
            let Some(policy) = self.redrive_policy(queue) else { continue };
            let given = Pairs(vec![(text(REDRIVE_POLICY), Text(policy))]);
            let changed = self.change_to(&queue.name, &given, &Pairs::default()).await;
            let changed = changed.map_err(|error| self.blame(index, queue, &error))?;
            if changed && *outcome == Outcome::Same {
                *outcome = Outcome::Changed;
            }
        }
        Ok(outcomes)
    }

    async fn declare_without_redrive(&self, queue: &DeclaredQueue) -> Result<Outcome, SqsError> {
        let attributes = pairs(queue.attributes.iter().filter(|(name, _)| name != REDRIVE_POLICY));
        let tags = pairs(queue.tags.iter());
        if self.broker.queue(&queue.name).is_none() {
            create_queue::make(self, &queue.name, &attributes, &tags).await?;
            return Ok(Outcome::Made);
        }
        let changed = self.change_to(&queue.name, &attributes, &tags).await?;
        Ok(if changed { Outcome::Changed } else { Outcome::Same })
    }

    /// Whether the queue had to be changed.
    async fn change_to(
        &self,
        name: &str,
        attributes: &Pairs<'_, Text<'_>>,
        tags: &Pairs<'_, Text<'_>>,
    ) -> Result<bool, SqsError> {
        let queue = self.broker.queue(name).ok_or_else(SqsError::no_queue)?;
        let revision = queue.revision;
        self.change(queue, |draft| {
            draft.set_all(&self.different(attributes, draft), self.setting(name))?;
            tags::add(&mut draft.annotations, tags)
        })
        .await?;
        Ok(self.broker.queue(name).is_none_or(|queue| queue.revision != revision))
    }

    /// Those attributes that the draft has otherwise. The others need not be settable any more, as the kind of a queue is not.
    fn different<'a>(&self, given: &'a Pairs<'a, Text<'a>>, draft: &Draft) -> Pairs<'a, Text<'a>> {
        let is_different = |name: &str, value: &str| match Attribute::named(name) {
            Ok(attribute) => draft.view().stored(attribute, &self.names).is_none_or(|now| !is_same(&now, value)),
            Err(_unknown) => true,
        };
        Pairs(given.0.iter().filter(|(name, value)| is_different(name, value)).cloned().collect())
    }

    fn redrive_policy<'a>(&self, queue: &'a DeclaredQueue) -> Option<Cow<'a, str>> {
        if let Some(DeadLetter { queue, max_receive_count }) = &queue.dead_letter {
            let policy = json!({ "deadLetterTargetArn": self.names.arn(queue), "maxReceiveCount": max_receive_count });
            return Some(Cow::Owned(policy.to_string()));
        }
        let given = queue.attributes.iter().find(|(name, _)| name == REDRIVE_POLICY);
        given.map(|(_, value)| Cow::Borrowed(value.as_str()))
    }

    fn setting<'a>(&'a self, queue: &'a str) -> Setting<'a> {
        Setting { queue, broker: &self.broker, names: &self.names, limits: self.config.limits }
    }

    /// Finds out which key alone is refused for the same reason.
    fn blame(&self, index: usize, queue: &DeclaredQueue, error: &SqsError) -> DeclareError {
        let fifo = asks_for_fifo(&pairs(queue.attributes.iter()));
        let refused = |name: &str, value: Cow<'_, str>| {
            let mut draft = Draft::fresh(self.config.durability, self.config.limits);
            if fifo {
                draft.become_fifo();
            }
            let alone = Pairs(vec![(text(name), Text(value))]);
            draft.set_all(&alone, self.setting(&queue.name)).as_ref() == Err(error)
        };
        let blamed = || {
            if crate::names::check(&queue.name, fifo).as_ref() == Err(error) {
                return Some("name");
            }
            if tags::add(&mut broker::Annotations::new(), &pairs(queue.tags.iter())).as_ref() == Err(error) {
                return Some("tags");
            }
            let dead_letter = queue.dead_letter.as_ref().and_then(|_| self.redrive_policy(queue));
            if dead_letter.is_some_and(|policy| refused(REDRIVE_POLICY, policy)) {
                return Some("dead_letter");
            }
            let attribute = queue.attributes.iter().find(|(name, value)| refused(name, Cow::Borrowed(value)));
            attribute.map(|(name, _)| name.as_str())
        };
        DeclareError { index, key: blamed().map(str::to_owned), reason: error.text.clone().into_owned() }
    }
}

/// Equal as texts or as JSON.
fn is_same(now: &str, wanted: &str) -> bool {
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    now == wanted || json(now).is_some_and(|now| Some(now) == json(wanted))
}

fn pairs<'a>(given: impl Iterator<Item = &'a (String, String)>) -> Pairs<'a, Text<'a>> {
    Pairs(given.map(|(name, value)| (text(name), text(value))).collect())
}

fn text(text: &str) -> Text<'_> {
    Text(Cow::Borrowed(text))
}

//! Decides on the publishes of a transaction: all of them, or none.
//!
//! Invariant: the messages for one partition are decided together, in their order, so that whatever a queue's rules make of
//! one of them depends on those before it, and nothing has to be taken back.

use crate::core::answer::Placed;
use crate::core::command::FanOut;
use crate::core::decide::Decision;
use crate::core::error::{PublishError, TransactError};
use crate::core::event::Event;
use crate::core::state::State;
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::limits::{BATCH_COUNT_MAX, COMMIT_BYTES_MAX};
use vocab::{Message, PartitionKey};

/// A fan-out's verdicts, one for each partition.
pub type Verdicts = Vec<Result<Placed, PublishError>>;

/// The messages of a transaction for one partition.
#[derive(Default)]
struct Share {
    messages: Vec<Arc<Message>>,
    /// Of each publish its number, and where its messages begin.
    parts: Vec<(usize, usize)>,
}

/// A fan-out whose messages every target shares.
#[derive(Debug)]
pub struct SharedFanOut {
    /// To which partitions.
    pub to: Vec<PartitionKey>,
    /// The messages, as they enter any queue that adds nothing of its own.
    pub messages: Vec<Arc<Message>>,
}

impl SharedFanOut {
    /// The messages behind counters, stamped with what is the same for every target, so that none has to be copied for it.
    #[must_use]
    pub fn new(publish: FanOut, now_ms: u64) -> Self {
        let stamped = |mut message: Message| {
            message.facts.published_ms = now_ms;
            message.facts.origin = None;
            message.facts.moved = false;
            Arc::new(message)
        };
        Self { to: publish.to, messages: publish.messages.into_iter().map(stamped).collect() }
    }
}

/// Whether publishes and so many settlements fit into one commit.
///
/// # Errors
/// They do not.
pub fn check_size(publishes: &[SharedFanOut], settlements: usize) -> Result<(), TransactError> {
    let placed = |publish: &SharedFanOut| publish.to.len() * publish.messages.len();
    let bytes_of = |publish: &SharedFanOut| {
        let once: usize = publish.messages.iter().map(|message| message.content_bytes()).sum();
        (once * publish.to.len()) as u64
    };
    let messages: usize = publishes.iter().map(placed).sum();
    let bytes: u64 = publishes.iter().map(bytes_of).sum();
    let items = messages + settlements;
    // A single message may be as large as its queue allows.
    if items > BATCH_COUNT_MAX || (messages > 1 && bytes > COMMIT_BYTES_MAX) {
        return Err(TransactError::TooLarge { items, bytes });
    }
    Ok(())
}

impl State {
    /// All publishes, or none if one is refused. A queue that is gone refuses nothing but its own part.
    #[must_use]
    pub fn decide_transact(
        &self,
        publishes: &[SharedFanOut],
        now_ms: u64,
    ) -> Decision<Result<Vec<Verdicts>, TransactError>> {
        let mut shares = BTreeMap::<PartitionKey, Share>::new();
        for (number, publish) in publishes.iter().enumerate() {
            for key in &publish.to {
                let share = shares.entry(*key).or_default();
                share.parts.push((number, share.messages.len()));
                share.messages.extend(publish.messages.iter().cloned());
            }
        }
        let (mut events, mut decided) = (Vec::<Event>::new(), BTreeMap::new());
        for (key, Share { messages, parts }) in shares {
            let Decision { events: entering, answer } = self.decide_publish(key, messages, now_ms);
            match answer {
                Err(error) if !matches!(error, PublishError::NoSuchQueue(_)) => {
                    return Decision::unchanged(Err(blame(&parts, error)));
                }
                answer => decided.insert(key, (answer, parts)),
            };
            events.extend(entering);
        }
        let verdict = |number: usize, publish: &SharedFanOut, key: &PartitionKey| {
            let (answer, parts) = &decided[key];
            let (_, from) = parts[parts.partition_point(|(of, _)| *of < number)];
            answer.as_ref().map(|placed| placed.part(from, publish.messages.len())).map_err(|error| *error)
        };
        let verdicts = |(number, publish): (usize, &SharedFanOut)| {
            publish.to.iter().map(|key| verdict(number, publish, key)).collect()
        };
        Decision { events, answer: Ok(publishes.iter().enumerate().map(verdicts).collect()) }
    }
}

/// Names the publish that a refusal is about, and its message by its number in that publish.
fn blame(parts: &[(usize, usize)], error: PublishError) -> TransactError {
    let PublishError::TooLarge { index, bytes, max } = error else {
        return TransactError::Refused { publish: parts.first().map_or(0, |(publish, _)| *publish), error };
    };
    let part = parts.partition_point(|(_, from)| *from <= index).saturating_sub(1);
    let (publish, from) = parts[part];
    TransactError::Refused { publish, error: PublishError::TooLarge { index: index - from, bytes, max } }
}

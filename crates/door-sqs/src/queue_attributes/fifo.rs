//! The attributes that only FIFO queues have.
//!
//! A FIFO queue is a laned queue with a dedup policy. `ContentBasedDeduplication` is this door's own business (it makes the ids),
//! `FifoThroughputLimit` is nobody's: nothing is throttled; both are kept as annotations.

use super::name::unknown;
use super::{Attribute, Draft, View};
use crate::errors::{Code, SqsError};
use crate::frame::text::{Pairs, Text};
use crate::limits::DEDUPLICATION_WINDOW_MS;
use vocab::{DedupPolicy, DedupScope, Order, QueueSettings};

/// Whether a queue is a FIFO queue.
pub(crate) fn is_fifo(settings: &QueueSettings) -> bool {
    settings.order == Order::Laned
}

/// Whether the attributes for a new queue ask for a FIFO queue.
pub(crate) fn asks_for_fifo(given: &Pairs<'_, Text<'_>>) -> bool {
    given.0.iter().any(|(name, value)| &**name == "FifoQueue" && &**value == "true")
}

/// Whether the digest of a body stands for a deduplication id that its sender does not give.
pub(crate) fn has_content_ids(view: View<'_>) -> bool {
    view.annotation(Attribute::ContentBasedDeduplication).is_some()
}

/// The value of one of these attributes.
pub(super) fn shown<'a>(view: View<'a>, attribute: Attribute) -> Option<&'a str> {
    if !is_fifo(view.settings) {
        return None;
    }
    match attribute {
        Attribute::FifoQueue => Some("true"),
        Attribute::DeduplicationScope => match view.settings.dedup?.scope {
            DedupScope::Queue => Some("queue"),
            DedupScope::Lane => Some("messageGroup"),
        },
        Attribute::ContentBasedDeduplication => Some(view.annotation(attribute).unwrap_or("false")),
        Attribute::FifoThroughputLimit => Some(view.annotation(attribute).unwrap_or("perQueue")),
        _ => None,
    }
}

impl Draft {
    /// Makes it a FIFO queue.
    pub(crate) fn become_fifo(&mut self) {
        self.settings.order = Order::Laned;
        self.settings.dedup = Some(DedupPolicy { window_ms: DEDUPLICATION_WINDOW_MS, scope: DedupScope::Queue });
    }

    /// Sets one of these attributes.
    pub(super) fn set_fifo(&mut self, attribute: Attribute, value: &str) -> Result<(), SqsError> {
        let fifo = is_fifo(&self.settings);
        match (attribute, value) {
            (Attribute::FifoQueue, "true") if fifo => {}
            // AWS does not know the attribute on a queue that is none.
            (Attribute::FifoQueue, "false") | (Attribute::ContentBasedDeduplication, _) if !fifo => {
                return Err(unknown(attribute.name()));
            }
            (Attribute::FifoQueue, "true" | "false") => {
                return Err(refused(attribute, "Modifying queue type is not supported."));
            }
            _ if !fifo && attribute != Attribute::FifoQueue => {
                let text = format!("You can specify the {} only when FifoQueue is set to true.", attribute.name());
                return Err(SqsError::new(Code::InvalidAttributeName, text));
            }
            (Attribute::ContentBasedDeduplication, "true") => self.annotate(attribute, value),
            (Attribute::ContentBasedDeduplication, "false") => self.annotate(attribute, ""),
            (Attribute::DeduplicationScope, "queue") => self.set_scope(DedupScope::Queue),
            (Attribute::DeduplicationScope, "messageGroup") => self.set_scope(DedupScope::Lane),
            (Attribute::FifoThroughputLimit, "perQueue") => self.annotate(attribute, ""),
            (Attribute::FifoThroughputLimit, "perMessageGroupId") => self.annotate(attribute, value),
            _ => return Err(super::draft::invalid(attribute)),
        }
        Ok(())
    }

    fn set_scope(&mut self, scope: DedupScope) {
        let window_ms = self.settings.dedup.map_or(DEDUPLICATION_WINDOW_MS, |policy| policy.window_ms);
        self.settings.dedup = Some(DedupPolicy { window_ms, scope });
    }

    /// Refuses attributes that do not go together.
    pub(super) fn check_fifo(&self) -> Result<(), SqsError> {
        let per_group = self.view().annotation(Attribute::FifoThroughputLimit).is_some();
        let per_queue = self.settings.dedup.is_some_and(|policy| policy.scope == DedupScope::Queue);
        if per_group && per_queue {
            let reason = "perMessageGroupId is allowed only when the value for DeduplicationScope is messageGroup.";
            return Err(refused(Attribute::FifoThroughputLimit, reason));
        }
        Ok(())
    }
}

fn refused(attribute: Attribute, reason: &str) -> SqsError {
    let text = format!("Invalid value for the parameter {}. Reason: {reason}", attribute.name());
    SqsError::new(Code::InvalidAttributeValue, text)
}

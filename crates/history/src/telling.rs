//! Makes moments of what the files say: who held the lease that an ending ended, which delivery it was, what only a restart explains.

use crate::entry::{Ending, Lack, Passage, Remover};
use crate::life::{Moment, What};
use crate::names::Consumer;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use vocab::{BootEpoch, DeathReason, MessageId};

/// What an entry said of one message.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) at_ms: u64,
    pub(crate) id: MessageId,
    pub(crate) step: Step,
}

#[derive(Debug)]
pub(crate) enum Step {
    Published { door: Option<Arc<str>> },
    Delivered { consumer: Option<Arc<Consumer>>, boot: BootEpoch },
    Ended { how: Ending, words: Box<str> },
    Became { how: Passage, to: MessageId },
    QueueDeleted,
}

/// What is known of one id so far.
#[derive(Default)]
struct Course {
    /// Who holds it, and since which start of the server.
    lease: Option<(Option<Arc<Consumer>>, BootEpoch)>,
    /// Deliveries so far, where its publish is known.
    deliveries: Option<u32>,
    is_over: bool,
}

/// The moments, in the same order.
pub(crate) fn tell(found: VecDeque<Found>) -> Vec<Moment> {
    let mut courses: BTreeMap<MessageId, Course> = BTreeMap::new();
    let mut moments = Vec::with_capacity(found.len());
    for Found { at_ms, id, step } in found {
        courses.entry(id).or_default().tell(at_ms, id, step, &mut moments);
    }
    moments
}

impl Course {
    fn tell(&mut self, at_ms: u64, id: MessageId, step: Step, moments: &mut Vec<Moment>) {
        let moment =
            |what: What| Moment { at_ms, id, what, door: None, consumer: None, reason: None, to: None, attempt: None };
        match step {
            Step::Published { door } => {
                self.deliveries = Some(0);
                moments.push(Moment { door, ..moment(What::Published) });
            }
            Step::Delivered { consumer, boot } => {
                if let Some((holder, _)) = self.lease.take().filter(|(_, before)| *before < boot) {
                    let reason = Some("the server was started again".into());
                    moments.push(Moment { consumer: holder, reason, ..moment(What::Released) });
                }
                self.deliveries = self.deliveries.map(|count| count.saturating_add(1));
                self.lease = Some((consumer.clone(), boot));
                moments.push(Moment { consumer, attempt: self.deliveries, ..moment(What::Delivered) });
            }
            Step::Ended { how, words } => {
                let what = what_of(how);
                let reason = reason_of(how).or_else(|| (!words.is_empty()).then(|| words.clone()));
                let lease = self.lease.take().filter(|_| what.ends_lease());
                let attempt = self.deliveries.filter(|_| lease.is_some());
                self.is_over |= what.is_end();
                moments.push(Moment {
                    consumer: lease.and_then(|(holder, _)| holder),
                    reason,
                    attempt,
                    ..moment(what)
                });
            }
            Step::Became { how, to } => {
                let (what, reason) = match how {
                    Passage::Buried(why) => (What::Buried, Some(death_text(why).into())),
                    Passage::Redriven => (What::Redriven, None),
                };
                self.is_over = true;
                moments.push(Moment { reason, to: Some(to), ..moment(what) });
            }
            Step::QueueDeleted if self.is_over => {}
            Step::QueueDeleted => {
                self.is_over = true;
                moments.push(Moment { reason: Some("its queue was deleted".into()), ..moment(What::Removed) });
            }
        }
    }
}

fn what_of(how: Ending) -> What {
    match how {
        Ending::Acked => What::Acked,
        Ending::Released => What::Released,
        Ending::Failed => What::Failed,
        Ending::Rejected => What::Rejected,
        Ending::LeaseExpired => What::LeaseExpired,
        Ending::Expired => What::Expired,
        Ending::Removed(_) => What::Removed,
        Ending::Dropped(_) => What::Dropped,
    }
}

fn reason_of(how: Ending) -> Option<Box<str>> {
    let text = match how {
        Ending::Removed(Remover::Purge) => "the queue was purged",
        Ending::Removed(Remover::Operator) => "an operator removed it",
        Ending::Dropped(Lack::QueueTooLong) => "the queue was longer than it may be",
        Ending::Dropped(Lack::NoDeadLetterQueue) => "it was set aside, and the queue's policy had no place for it",
        Ending::Acked
        | Ending::Released
        | Ending::Failed
        | Ending::Rejected
        | Ending::LeaseExpired
        | Ending::Expired => return None,
    };
    Some(text.into())
}

fn death_text(why: DeathReason) -> &'static str {
    match why {
        DeathReason::Rejected => "a consumer rejected it",
        DeathReason::Expired => "it was there for too long",
        DeathReason::TooLong => "the queue was longer than it may be",
        DeathReason::Limit => "it was delivered, or failed, as often as the queue allows",
    }
}

//! Which messages were taken for repeats of others, as far as clients can tell.
//!
//! A producer who sends again is told the first one's id. Whose id it is shows when a message is seen under it; where none
//! ever is, and the outcome of a publish before is unknown, it stays unclear.

use super::entries::{Ledger, Message};
use crate::history::{Labels, Uid};
use std::collections::BTreeMap;
use vocab::{DedupScope, MessageId, PartitionId, PartitionKey, QueueId};

/// What a message is called for its queue's dedup: queue, lane where the scope is the lane, id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DedupName(QueueId, Option<u64>, u64);

/// What became of a message that may have been published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is not known to be a repeat; nor is there any other that it could repeat, unless it was seen itself.
    Own,
    /// It repeats another, and its producer was told that one's id.
    Repeat,
    /// It was never seen, and may repeat another that has the same name.
    Unclear,
}

impl Ledger<'_> {
    /// What a message with these labels is called in a queue that knows repeats.
    #[must_use]
    pub fn dedup_name(&self, queue: QueueId, labels: Labels) -> Option<DedupName> {
        let policy = self.queues.get(&queue)?.settings.first()?.1.dedup?;
        Some(DedupName(queue, labels.lane.filter(|_| policy.scope == DedupScope::Lane), labels.dedup?))
    }

    /// The messages that a message may repeat: those of the same name that were sent before it was answered.
    pub fn rivals<'l>(&'l self, uid: Uid, message: &'l Message) -> impl Iterator<Item = (Uid, &'l Message)> {
        let over = self.ops[message.op].over;
        let named = message.name.and_then(|name| self.named.get(&name)).into_iter().flatten();
        named.map(|other| (*other, &self.messages[other])).filter(move |(other, rival)| {
            let publish = &self.ops[rival.op];
            // Within a batch a message can repeat only what is ahead of it.
            let before = if rival.op == message.op { *other < uid } else { publish.called < over };
            *other != uid && before && publish.may_have_happened()
        })
    }

    /// Whose id each id is, as far as messages were seen under theirs. What is buried shows the id that it had.
    #[must_use]
    pub fn owners(&self) -> BTreeMap<MessageId, Uid> {
        let seen = self.leases.iter().filter_map(|lease| Some((lease.id?, lease.uid)));
        let looked_at = self.messages.iter().flat_map(|(uid, message)| {
            let at_home = message.sightings.iter().filter(|sighting| sighting.queue == message.queue);
            at_home
                .map(|sighting| (MessageId::new(PartitionKey::new(sighting.queue, PartitionId(0)), sighting.seq), *uid))
        });
        seen.chain(looked_at).collect()
    }

    /// Gives every message its name and its standing.
    pub(super) fn find_repeats(&mut self) {
        let names: Vec<_> =
            self.messages.iter().map(|(uid, m)| (*uid, self.dedup_name(m.queue, m.sent.labels))).collect();
        for (uid, name) in names {
            let message = self.messages.get_mut(&uid).expect("the uids are those of the messages");
            message.name = name;
            if let Some(name) = name {
                self.named.entry(name).or_default().push(uid);
            }
        }
        let owners = self.owners();
        let standings: Vec<_> = self.messages.iter().map(|(uid, m)| (*uid, self.standing(*uid, m, &owners))).collect();
        for (uid, standing) in standings {
            self.messages.get_mut(&uid).expect("the uids are those of the messages").standing = standing;
        }
    }

    fn standing(&self, uid: Uid, message: &Message, owners: &BTreeMap<MessageId, Uid>) -> Standing {
        let was_shown = !(message.leases.is_empty() && message.sightings.is_empty());
        if was_shown || self.rivals(uid, message).next().is_none() {
            return Standing::Own;
        }
        let Some(id) = message.id else { return Standing::Unclear };
        let publish = &self.ops[message.op];
        let told_before = |(_, rival): (Uid, &Message)| {
            let told = self.ops[rival.op].answered.is_some_and(|answered| answered < publish.called);
            rival.id == Some(id) && (told || rival.op == message.op)
        };
        let of_another = owners.contains_key(&id) || self.rivals(uid, message).any(told_before);
        if of_another { Standing::Repeat } else { Standing::Unclear }
    }
}

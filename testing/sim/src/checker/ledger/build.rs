//! One pass over a history that fills the ledger.

use super::entries::{Census, Deed, DeedKind, Lease, Ledger, Message, Op, Queue, Sighting, Verdict};
use super::repeats::Standing;
use crate::history::{Call, Chosen, Ending, Handed, History, OpId, Reply, Seen, Uid, What};
use broker::{Intervention, LeaseTerms, Leased, QueueInfo, SettleError, StartRedrive, Transfer};
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::{QueueId, RouterId, Target};

impl<'h> Ledger<'h> {
    /// Sorts a history.
    #[must_use]
    pub fn of(history: &'h History) -> Self {
        let mut builder = Builder { ledger: empty(history), census: None };
        for (at, event) in history.events.iter().enumerate() {
            match &event.what {
                What::Called(op, call) => builder.called(at, *op, call),
                What::Answered(op, reply) => builder.answered(at, *op, reply),
                What::Ended(ending) => builder.ended(at, *ending),
                What::Started { .. } | What::Note(_) => {}
                What::CensusBegins { drained } => {
                    builder.census = Some(Census { begins: at, drained: *drained, ..Census::default() });
                }
                What::CensusEnds => builder.census_ends(at),
            }
        }
        builder.end_of_history(history.events.len());
        builder.ledger.find_repeats();
        builder.ledger
    }
}

struct Builder<'h> {
    ledger: Ledger<'h>,
    census: Option<Census>,
}

fn empty(history: &History) -> Ledger<'_> {
    let latest_ms = history.events.iter().scan(0, |latest: &mut u64, event| {
        *latest = (*latest).max(event.log_ms);
        Some(*latest)
    });
    // The log's time, the last event, and the last event that was told another time of the log.
    let told_since_us = history.events.iter().scan((0, 0, 0), |(log_ms, last_us, other_us), event| {
        if event.log_ms != *log_ms {
            (*log_ms, *other_us) = (event.log_ms, *last_us);
        }
        *last_us = event.at_us;
        Some(*other_us)
    });
    Ledger {
        history,
        latest_ms: latest_ms.collect(),
        told_since_us: told_since_us.collect(),
        ops: Vec::with_capacity(history.calls()),
        queues: BTreeMap::new(),
        messages: BTreeMap::new(),
        named: BTreeMap::new(),
        leases: Vec::new(),
        by_token: BTreeMap::new(),
        endings: Vec::new(),
        censuses: Vec::new(),
        redrives: Vec::new(),
        graves: BTreeMap::new(),
        moved_until: BTreeMap::new(),
        garbage: Vec::new(),
    }
}

impl<'h> Builder<'h> {
    fn called(&mut self, at: usize, op: OpId, call: &'h Call) {
        assert_eq!(op, self.ledger.ops.len(), "calls are numbered in their order");
        self.ledger.ops.push(Op { call, called: at, answered: None, reply: None, over: usize::MAX });
        for (queue, sent) in call.publishes() {
            for sent in sent {
                let message = Message {
                    op,
                    queue,
                    sent: *sent,
                    id: None,
                    name: None,
                    standing: Standing::Own,
                    leases: Vec::new(),
                    sightings: Vec::new(),
                    deeds: Vec::new(),
                };
                self.ledger.messages.insert(sent.uid, message);
            }
        }
    }

    fn answered(&mut self, at: usize, op: OpId, reply: &'h Reply) {
        let entry = &mut self.ledger.ops[op];
        (entry.answered, entry.reply) = (Some(at), Some(reply));
        let call = entry.call;
        if entry.done() || !entry.may_have_happened() {
            entry.over = at;
        }
        match (call, reply) {
            (Call::CreateQueue { name, settings }, Reply::Created(id)) => {
                let queue = self.queue(*id, name, at);
                queue.settings.push((Some(op), settings.as_ref().clone()));
            }
            (Call::UpdateQueue { queue, settings }, _) if self.ledger.ops[op].may_have_happened() => {
                if let Some(queue) = self.ledger.queues.get_mut(queue) {
                    queue.settings.push((Some(op), settings.as_ref().clone()));
                }
            }
            (Call::ListQueues, Reply::Listed(queues)) => self.listed(at, queues),
            (Call::Receive { terms, .. }, Reply::Received(handed)) => self.received(at, op, *terms, handed),
            (Call::Peek(queue), Reply::Peeked(seen)) => self.peeked(at, op, *queue, seen),
            (Call::Stats(queue), Reply::Counted(stats)) => {
                if let Some(census) = &mut self.census {
                    census.stats.entry(*queue).or_insert(*stats);
                }
            }
            (Call::Redrives(queue), Reply::Redrives(redrives)) => {
                if let Some(census) = &mut self.census {
                    census.redrives.insert(*queue, redrives.clone());
                }
            }
            (Call::Transfer(transfers), Reply::Transferred(verdicts)) => self.transferred(at, op, transfers, verdicts),
            _ => {}
        }
        self.published(call, reply);
        self.asked(op, call, reply);
        self.done_by_hand(op, call, Some(reply));
    }

    fn queue(&mut self, id: QueueId, name: &str, told: usize) -> &mut Queue {
        self.ledger.queues.entry(id).or_insert_with(|| Queue { name: name.to_owned(), told, settings: Vec::new() })
    }

    fn listed(&mut self, at: usize, queues: &[Arc<QueueInfo>]) {
        for info in queues {
            let queue = self.queue(info.id, &info.name, at);
            if queue.settings.iter().all(|(_, settings)| *settings != info.settings) {
                queue.settings.push((None, info.settings.clone()));
            }
        }
        if let Some(census) = &mut self.census {
            census.queues.extend(queues.iter().cloned());
        }
    }

    fn published(&mut self, call: &Call, reply: &Reply) {
        for (sent, id) in call.placed(reply) {
            if let Some(message) = self.ledger.messages.get_mut(&sent.uid) {
                message.id = Some(id);
            }
        }
    }

    fn received(&mut self, at: usize, op: OpId, terms: LeaseTerms, handed: &'h [Handed]) {
        for handed in handed {
            match handed.uid {
                Some(uid) if self.was_sent_so(uid, handed) => self.lease(Lease::handed(uid, op, at, handed, terms)),
                Some(_) | None => self.ledger.garbage.push(at),
            }
        }
    }

    /// Whether the labels are those of the message that it says it is; one that was never sent is judged elsewhere.
    fn was_sent_so(&self, uid: Uid, handed: &Handed) -> bool {
        self.ledger.messages.get(&uid).is_none_or(|message| message.sent.labels == handed.labels)
    }

    fn transferred(&mut self, at: usize, op: OpId, transfers: &[Transfer], verdicts: &[Result<Leased, SettleError>]) {
        for (transfer, verdict) in transfers.iter().zip(verdicts) {
            let Ok(leased) = *verdict else { continue };
            let Some(from) = self.ledger.by_token.get(&transfer.token).map(|lease| &self.ledger.leases[*lease]) else {
                continue;
            };
            let (uid, lot, origin, terms) = (from.uid, from.lot, from.origin, transfer.terms);
            self.lease(Lease { uid, op, told: at, leased, id: None, lot, origin, terms, asked: Vec::new() });
        }
    }

    fn lease(&mut self, lease: Lease<'h>) {
        let place = self.ledger.leases.len();
        self.ledger.by_token.entry(lease.leased.token).or_insert(place);
        if let Some(message) = self.ledger.messages.get_mut(&lease.uid) {
            message.leases.push(place);
        }
        self.ledger.leases.push(lease);
    }

    fn peeked(&mut self, at: usize, op: OpId, queue: QueueId, seen: &[Seen]) {
        for seen in seen {
            let Some(uid) = seen.uid else {
                self.ledger.garbage.push(at);
                continue;
            };
            if let Some(message) = self.ledger.messages.get_mut(&uid) {
                message.sightings.push(Sighting { op, told: at, queue, seq: seen.seq, origin: seen.origin.clone() });
            } else {
                self.ledger.garbage.push(at);
            }
            if let Some(census) = &mut self.census {
                census.seen.entry(uid).or_default().push((queue, seen.state));
            }
        }
    }

    /// Notes at each lease what was asked about it. A refusal as a whole refuses every entry.
    fn asked(&mut self, op: OpId, call: &Call, reply: &Reply) {
        for (place, token) in call.tokens().into_iter().enumerate() {
            let verdict = match reply {
                Reply::Settled(settled) | Reply::Transacted { settled, .. } => told(settled.get(place)),
                Reply::Extended(verdicts) => told(verdicts.get(place)),
                Reply::Transferred(verdicts) => told(verdicts.get(place)),
                Reply::Refused(_) => Verdict::Refused,
                _ => Verdict::Unknown,
            };
            if let Some(lease) = self.ledger.by_token.get(&token) {
                self.ledger.leases[*lease].asked.push((op, place, verdict));
            }
        }
    }

    /// Notes at each message what an operator did with it; an answer that never came leaves that open.
    fn done_by_hand(&mut self, op: OpId, call: &Call, reply: Option<&Reply>) {
        let kind = match call {
            Call::Intervene { how: Intervention::Delete, .. } => DeedKind::Delete,
            Call::Intervene { how: Intervention::Release, .. } => DeedKind::Release,
            Call::Intervene { how: Intervention::Bury { .. }, .. } => DeedKind::Bury,
            _ => DeedKind::Carry,
        };
        let (Some(queue), chosen) = call.chosen() else { return };
        for (place, Chosen { uid, seq }) in chosen.iter().enumerate() {
            let (verdict, became) = match reply {
                Some(Reply::Intervened(verdicts)) => (told(verdicts.get(place)), None),
                Some(Reply::Carried(verdicts)) => {
                    (told(verdicts.get(place)), verdicts.get(place).and_then(|became| became.ok()))
                }
                Some(Reply::Refused(_)) => (Verdict::Refused, None),
                _ => (Verdict::Unknown, None),
            };
            if let Some(message) = self.ledger.messages.get_mut(uid) {
                message.deeds.push(Deed { op, queue, seq: *seq, kind, verdict, became });
            }
        }
    }

    fn ended(&mut self, at: usize, ending: Ending) {
        self.ledger.endings.push((at, ending));
        self.census = None;
        self.cut(at);
    }

    fn end_of_history(&mut self, at: usize) {
        self.cut(at);
        for lease in &mut self.ledger.leases {
            lease.asked.sort_unstable_by_key(|(op, place, _)| (*op, *place));
        }
        self.buried_through_routers();
        self.redriven();
    }

    /// Finds out which queues others buried in through routers.
    fn buried_through_routers(&mut self) {
        let ledger = &mut self.ledger;
        for (id, queue) in &ledger.queues {
            let mut graves = BTreeMap::new();
            for op in ledger.ops.iter().filter(|op| op.may_have_happened()) {
                let Call::Bind(binding) = op.call else { continue };
                let named = |router: &str| names_router(&ledger.ops, router, binding.source);
                if let (Target::Queue(grave), true) = (binding.target, queue.routers().any(named)) {
                    let told = op.answered.unwrap_or(usize::MAX);
                    graves.entry(grave).and_modify(|first: &mut usize| *first = told.min(*first)).or_insert(told);
                }
            }
            if !graves.is_empty() {
                ledger.graves.insert(*id, graves);
            }
        }
    }

    /// Finds out which queues' messages redrives or operators may have moved.
    fn redriven(&mut self) {
        let ledger = &mut self.ledger;
        for (op, entry) in ledger.ops.iter().enumerate().filter(|(_, entry)| entry.may_have_happened()) {
            match entry.call {
                Call::StartRedrive(start) => ledger.redrives.push((op, *start)),
                // What an operator moves goes the ways of a redrive.
                Call::Carry { source, target, .. } => {
                    ledger.redrives.push((op, StartRedrive { source: *source, target: *target, per_second: None }));
                }
                _ => {}
            }
        }
        for id in ledger.queues.keys().copied().collect::<Vec<_>>() {
            let reach = ledger.reach(id);
            let touching = ledger.redrives.iter().filter(|(_, start)| reach.contains(&start.source));
            if let Some(until) = touching.map(|(op, _)| ledger.ops[*op].over).max() {
                ledger.moved_until.insert(id, until);
            }
        }
    }

    /// What was not answered by now never will be.
    fn cut(&mut self, at: usize) {
        for op in 0..self.ledger.ops.len() {
            let entry = &mut self.ledger.ops[op];
            if entry.over != usize::MAX {
                continue;
            }
            entry.over = at;
            if entry.answered.is_some() {
                continue;
            }
            let call = entry.call;
            if let Call::UpdateQueue { queue, settings } = call
                && let Some(queue) = self.ledger.queues.get_mut(queue)
            {
                queue.settings.push((Some(op), settings.as_ref().clone()));
            }
            for (place, token) in call.tokens().into_iter().enumerate() {
                if let Some(lease) = self.ledger.by_token.get(&token) {
                    self.ledger.leases[*lease].asked.push((op, place, Verdict::Unknown));
                }
            }
            self.done_by_hand(op, call, None);
        }
    }

    fn census_ends(&mut self, at: usize) {
        if let Some(mut census) = self.census.take() {
            census.ends = at;
            self.ledger.censuses.push(census);
        }
    }
}

/// Whether anybody was told that the router of this name has this id.
fn names_router(ops: &[Op<'_>], name: &str, id: RouterId) -> bool {
    ops.iter().any(|op| match (op.call, op.reply) {
        (Call::CreateRouter { name: made, .. }, Some(Reply::RouterCreated(made_id))) => made == name && *made_id == id,
        (_, Some(Reply::Routers(listed))) => listed.iter().any(|(info, _)| info.name == name && info.id == id),
        _ => false,
    })
}

fn told<T, E>(verdict: Option<&Result<T, E>>) -> Verdict {
    match verdict {
        Some(Ok(_)) => Verdict::Done,
        Some(Err(_)) => Verdict::Refused,
        None => Verdict::Unknown,
    }
}

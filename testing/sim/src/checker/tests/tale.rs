//! Writes a small history by hand: one event after the other, a millisecond apart.

use crate::checker;
use crate::history::{Call, Ending, Handed, History, Labels, OpId, Reply, Seen, Sent, Uid, What};
use broker::{LeaseTerms, Leased, MessageState, QueueInfo, QueueStats, Settle, SettleError, Settlement};
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::{
    BootEpoch, ConsumerId, LeaseEpoch, LeaseToken, MessageId, Origin, PartitionId, PartitionKey, QueueId,
    QueueSettings, Seq, SubscriptionId,
};

/// The queue that every tale has, and its dead-letter queue.
pub(super) const WORK: QueueId = QueueId(1);
pub(super) const DEAD: QueueId = QueueId(2);
const LEASE_MS: u64 = 1000;

/// A history in the making. Message `uid` has the seq `uid`.
pub(super) struct Tale {
    pub(super) history: History,
    pub(super) log_ms: u64,
    boot: u32,
    leases: u64,
    labels: BTreeMap<Uid, Labels>,
    queues: Vec<Arc<QueueInfo>>,
}

impl Tale {
    /// With a queue of these settings.
    pub(super) fn with(settings: QueueSettings) -> Self {
        let mut tale = Self {
            history: History::default(),
            log_ms: 10_000,
            boot: 1,
            leases: 0,
            labels: BTreeMap::new(),
            queues: Vec::new(),
        };
        tale.push(What::Started { clean: true });
        tale.create(WORK, "work", settings);
        tale
    }

    /// With a queue of the usual settings.
    pub(super) fn new() -> Self {
        Self::with(QueueSettings::default())
    }

    pub(super) fn create(&mut self, id: QueueId, name: &str, settings: QueueSettings) {
        self.ask(Call::CreateQueue { name: name.to_owned(), settings: Box::new(settings.clone()) }, Reply::Created(id));
        self.queues.push(Arc::new(QueueInfo {
            id,
            name: name.to_owned(),
            settings,
            annotations: Default::default(),
            created_ms: 0,
            modified_ms: 0,
            revision: 1,
        }));
    }

    pub(super) fn push(&mut self, what: What) {
        self.log_ms += 1;
        self.history.push(self.log_ms * 1000, self.log_ms, what);
    }

    pub(super) fn wait(&mut self, ms: u64) {
        self.log_ms += ms;
    }

    pub(super) fn call(&mut self, call: Call) -> OpId {
        self.log_ms += 1;
        self.history.call(self.log_ms * 1000, self.log_ms, call)
    }

    pub(super) fn answer(&mut self, op: OpId, reply: Reply) {
        self.push(What::Answered(op, reply));
    }

    pub(super) fn ask(&mut self, call: Call, reply: Reply) -> OpId {
        let op = self.call(call);
        self.answer(op, reply);
        op
    }

    /// From here on the message is sent and handed out with these labels.
    pub(super) fn label(&mut self, uid: Uid, labels: Labels) {
        self.labels.insert(uid, labels);
    }

    fn labels_of(&self, uid: Uid) -> Labels {
        self.labels.get(&uid).copied().unwrap_or_default()
    }

    pub(super) fn sending(&self, uids: &[Uid]) -> Call {
        Call::Publish {
            queue: WORK,
            sent: uids.iter().map(|uid| Sent { labels: self.labels_of(*uid), ..sent(*uid) }).collect(),
        }
    }

    pub(super) fn publish(&mut self, uids: &[Uid]) {
        let reply = Reply::Published(uids.iter().map(|uid| id(*uid)).collect());
        self.ask(self.sending(uids), reply);
    }

    pub(super) fn receiving(&self) -> Call {
        Call::Receive { queue: WORK, max: 10, wait_ms: 0, terms: LeaseTerms::Deadline(None) }
    }

    pub(super) fn handed(&mut self, uid: Uid, deliveries: u32) -> Handed {
        self.leases += 1;
        let epoch = LeaseEpoch(LeaseEpoch::first_of(BootEpoch(self.boot)).0 + self.leases);
        let key = PartitionKey::new(WORK, PartitionId(0));
        let lease = Leased {
            token: LeaseToken { key, subscription: SubscriptionId(0), seq: Seq(uid), epoch },
            deliveries,
            failures: 0,
            first_delivered_ms: 0,
            deadline_ms: Some(self.log_ms + LEASE_MS),
            ready_left: 0,
        };
        Handed { uid: Some(uid), id: id(uid), labels: self.labels_of(uid), lease, origin: None }
    }

    /// A receive that is answered with this message.
    pub(super) fn lease(&mut self, uid: Uid, deliveries: u32) -> LeaseToken {
        let handed = self.handed(uid, deliveries);
        let token = handed.lease.token;
        self.ask(self.receiving(), Reply::Received(vec![handed]));
        token
    }

    /// A receive from the dead-letter queue, where the message has the place that it had before.
    pub(super) fn lease_buried(&mut self, uid: Uid, origin: Origin) -> LeaseToken {
        self.buried_at(uid, uid, origin)
    }

    /// The same, with the message at another place.
    pub(super) fn buried_at(&mut self, uid: Uid, seq: u64, origin: Origin) -> LeaseToken {
        let mut handed = self.handed(uid, 1);
        (handed.lease.token.key.queue, handed.lease.token.seq) = (DEAD, Seq(seq));
        handed.origin = Some(Box::new(origin));
        let token = handed.lease.token;
        let call = Call::Receive { queue: DEAD, max: 1, wait_ms: 0, terms: LeaseTerms::Deadline(None) };
        self.ask(call, Reply::Received(vec![handed]));
        token
    }

    pub(super) fn settle(&mut self, token: LeaseToken, how: Settle, verdict: Result<(), SettleError>) {
        self.ask(Call::Settle(vec![Settlement { token, how }]), Reply::Settled(vec![verdict]));
    }

    pub(super) fn ack(&mut self, token: LeaseToken) {
        self.settle(token, Settle::Ack, Ok(()));
    }

    /// The broker ends and starts again.
    pub(super) fn restart(&mut self, ending: Ending) {
        self.push(What::Ended(ending));
        self.boot += 1;
        self.push(What::Started { clean: ending == Ending::Stopped });
    }

    /// Somebody looks at everything: these messages are there, all in the work queue and ready.
    pub(super) fn census(&mut self, there: &[Uid]) {
        let seen = there.iter().map(|uid| (*uid, MessageState::Ready)).collect::<Vec<_>>();
        self.census_of(false, &seen, &[]);
    }

    pub(super) fn census_of(&mut self, drained: bool, work: &[(Uid, MessageState)], dead: &[(Uid, Origin)]) {
        self.push(What::CensusBegins { drained });
        let queues = self.queues.clone();
        self.ask(Call::ListQueues, Reply::Listed(queues));
        let seen =
            |(uid, state): &(Uid, MessageState)| Seen { uid: Some(*uid), seq: Seq(*uid), state: *state, origin: None };
        self.ask(Call::Peek(WORK), Reply::Peeked(work.iter().map(seen).collect()));
        let buried = |(uid, origin): &(Uid, Origin)| Seen {
            uid: Some(*uid),
            seq: Seq(*uid),
            state: MessageState::Ready,
            origin: Some(Box::new(origin.clone())),
        };
        self.ask(Call::Peek(DEAD), Reply::Peeked(dead.iter().map(buried).collect()));
        self.push(What::CensusEnds);
    }

    /// The counts of the work queue, told on their own.
    pub(super) fn count(&mut self, change: impl FnOnce(&mut QueueStats)) {
        let mut stats = QueueStats::default();
        change(&mut stats);
        self.ask(Call::Stats(WORK), Reply::Counted(stats));
    }

    pub(super) fn is_accepted(&self) {
        if let Err(violation) = checker::check(&self.history) {
            panic!("{violation}\n{}", violation.evidence(&self.history));
        }
    }

    pub(super) fn is_rejected_by(&self, rule: &str, because: &str) {
        match checker::check(&self.history) {
            Ok(()) => panic!("accepted: rule {rule} did not notice that {because}"),
            Err(violation) => {
                assert_eq!(violation.rule, rule, "{violation}");
                assert!(violation.what.contains(because), "{violation}, not that {because}");
                assert!(!violation.events.is_empty());
            }
        }
    }
}

pub(super) fn sent(uid: Uid) -> Sent {
    Sent { uid, due_ms: None, expires_ms: None, labels: Labels::default() }
}

pub(super) fn id(uid: Uid) -> MessageId {
    MessageId::new(PartitionKey::new(WORK, PartitionId(0)), Seq(uid))
}

pub(super) fn settings(change: impl FnOnce(&mut QueueSettings)) -> QueueSettings {
    let mut settings = QueueSettings::default();
    change(&mut settings);
    settings
}

/// Leased up to this time, or by a claim.
pub(super) fn leased_until(deadline_ms: Option<u64>) -> MessageState {
    MessageState::Leased { since_ms: 1, deadline_ms, consumer: ConsumerId::UNKNOWN }
}

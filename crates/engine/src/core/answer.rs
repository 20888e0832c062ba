//! What a command is answered, and what the answer rests on.

use crate::core::browse::Page;
use crate::core::command::WaiterId;
use crate::core::decide::MoveVerdicts;
use crate::core::error::{
    BindError, CancelRedriveError, CreateQueueError, CreateRouterError, DeleteRouterError, InterveneError,
    MoveMessagesError, NoSuchQueue, PublishError, ReceiveError, SettleError, StartRedriveError, TransactError,
    UpdateQueueError,
};
use crate::core::explain::Standing;
use crate::core::holders::Holders;
use crate::core::info::{Leased, QueueInfo, QueueStats};
use crate::core::redrive::RedriveInfo;
use crate::core::routers::{RouterInfo, Routing};
use std::sync::Arc;
use vocab::{Meter, PartitionKey, QueueId, Seq};

/// The answer to one command, in the command's own kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// To `CreateQueue`: the queue.
    Created(Result<Arc<QueueInfo>, CreateQueueError>),
    /// To `UpdateQueue`: the queue as it is then.
    Updated(Result<Arc<QueueInfo>, UpdateQueueError>),
    /// To `DeleteQueue`: the routing, without its bindings.
    Deleted(Result<Arc<Routing>, NoSuchQueue>),
    /// To `CreateRouter`: the router, and the routing with it.
    RouterCreated(Result<(Arc<RouterInfo>, Arc<Routing>), CreateRouterError>),
    /// To `DeleteRouter`: the routing without it.
    RouterDeleted(Result<Arc<Routing>, DeleteRouterError>),
    /// To `Bind`: the routing with the binding.
    Bound(Result<Arc<Routing>, BindError>),
    /// To `Unbind`: the routing without it.
    Unbound(Arc<Routing>),
    /// To `Transact`.
    Transacted(Result<Box<Transacted>, TransactError>),
    /// To `Purge`: how many messages there were.
    Purged(Result<u64, NoSuchQueue>),
    /// To `Publish`: where the messages are.
    Published(Result<Placed, PublishError>),
    /// To `Receive`: the leases; empty when there was nothing.
    Received(Result<Vec<Leased>, ReceiveError>),
    /// To `Settle`: a verdict each.
    Settled(Vec<Result<(), SettleError>>),
    /// To `Extend`: the deadlines, log time in milliseconds.
    Extended(Vec<Result<u64, SettleError>>),
    /// To `Transfer`: the leases as they are then.
    Transferred(Vec<Result<Leased, SettleError>>),
    /// To `Question::Stats`.
    Stats(Result<Box<QueueStats>, NoSuchQueue>),
    /// To `Question::AllStats`: of every queue, in order of id.
    AllStats(Vec<(QueueId, QueueStats)>),
    /// To `Question::Browse` and `Question::Find`.
    Browsed(Result<Page, NoSuchQueue>),
    /// To `Question::Explain`.
    Explained(Result<Standing, NoSuchQueue>),
    /// To `Question::Holders`.
    Holders(Box<Holders>),
    /// To `Question::ServiceTimes`: of each queue that has any, in order of id. They go on counting.
    ServiceTimes(Vec<(QueueId, Arc<Meter>)>),
    /// To `Intervene`: a verdict each.
    Intervened(Result<Vec<Result<(), InterveneError>>, NoSuchQueue>),
    /// To `Carry`: a verdict each.
    Carried(Result<MoveVerdicts, MoveMessagesError>),
    /// To `StartRedrive`: the redrive.
    RedriveStarted(Result<Box<RedriveInfo>, StartRedriveError>),
    /// To `CancelRedrive`: the redrive as it ended.
    RedriveCancelled(Result<Box<RedriveInfo>, CancelRedriveError>),
    /// To `Question::Redrives`: newest first.
    Redrives(Result<Vec<RedriveInfo>, NoSuchQueue>),
    /// To commands that have nothing to say.
    Done,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transacted {
    /// Of each publish, and of it for each partition, in order.
    pub published: Vec<Vec<Result<Placed, PublishError>>>,
    /// A verdict for each settlement.
    pub settled: Vec<Result<(), SettleError>>,
}

/// Where published messages are: those that are new have consecutive seqs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The first new one's seq.
    pub first: Seq,
    /// How many there are, new or not.
    pub count: usize,
    /// Messages that were taken for ones published before: number in the command, ascending, and that one's seq.
    pub repeats: Vec<(usize, Seq)>,
}

impl Placed {
    /// The same for `count` of the messages, from number `from` on.
    #[must_use]
    pub fn part(&self, from: usize, count: usize) -> Self {
        let before = self.repeats.iter().take_while(|(number, _)| *number < from).count();
        let within = self.repeats[before..].iter().take_while(|(number, _)| *number < from + count);
        let repeats = within.map(|(number, seq)| (number - from, *seq)).collect();
        Self { first: Seq(self.first.0 + (from - before) as u64), count, repeats }
    }

    /// The seq of each message, in order.
    pub fn seqs(&self) -> impl Iterator<Item = Seq> + '_ {
        let (mut next, mut repeats) = (self.first, self.repeats.iter().peekable());
        (0..self.count).map(move |index| match repeats.next_if(|(number, _)| *number == index) {
            Some((_, seq)) => *seq,
            None => {
                let seq = next;
                next = seq.next();
                seq
            }
        })
    }
}

/// What must be durable before an answer may be told (design rule 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// Nothing.
    Nothing,
    /// The events that this command led to.
    OwnEvents,
    /// The newest event there is.
    NewestEvent,
    /// The publish of this message, and of all before it in its partition.
    Publish(PartitionKey, Seq),
    /// The reservation that covers the partition's newest seq: where a queue's durability lets answers go ahead, its seqs
    /// must be safe from reuse all the same.
    Reservation(PartitionKey),
    /// Every reservation there is: the same for messages of several partitions.
    Reservations,
}

/// An answer for somebody.
#[derive(Debug)]
pub struct Told {
    /// For whom: the command at hand, or a receive that waited.
    pub whom: Whom,
    /// What.
    pub answer: Answer,
    /// Resting on what.
    pub grounds: Grounds,
}

/// For whom an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Who gave the command being executed.
    Asker,
    /// A receive that waited.
    Waiter(WaiterId),
    /// Nobody: the engine's own command.
    Nobody,
}

/// Whether a command was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executed {
    /// It was, in the output.
    Answered,
    /// It waits under this name.
    Waits(WaiterId),
}

/// How soon what a queue's events say must be on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hurry {
    /// Somebody waits for it.
    Now,
    /// Nobody does, but it should not be lost for longer than so many milliseconds.
    WithinMs(u64),
    /// Nobody does.
    Whenever,
}

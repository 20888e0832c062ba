//! The paths of a message's life and of a broker's, as a history shows them.

use super::{hands, lanes};
use crate::checker::ledger::{Lease, Ledger, Op, Verdict};
use crate::history::{Call, Ending, Reply, What};
use broker::{LeaseTerms, QueueTotals, Settle};
use std::fmt;
use vocab::BuryReason;

/// One path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    /// A message reached its limit of deliveries and was handed out from the dead-letter queue.
    BuriedByDeliveries,
    /// The same by failures.
    BuriedByFailures,
    /// The same on a consumer's word.
    BuriedByRejection,
    /// A message left because of its age.
    Expired,
    /// A message was set aside because of its age.
    BuriedByTime,
    /// A message was set aside by a policy that had no place for it.
    Dropped,
    /// A lease ended by its deadline and the message was handed out again.
    LeaseEnded,
    /// A message was given back and handed out again.
    Released,
    /// The same after a rest.
    ReleasedToRest,
    /// A message failed and was handed out again.
    Failed,
    /// A session's end gave a message back, and it was handed out again.
    SessionEnded,
    /// A receive waited and was woken by a message sent later.
    LongPollWoken,
    /// A receive waited for nothing.
    LongPollEmpty,
    /// A client gave up waiting.
    GivenUp,
    /// A lease was extended.
    Extended,
    /// A lease was handed on.
    Transferred,
    /// A lease that had ended was refused.
    StaleRefused,
    /// A message was moved out of a dead-letter queue.
    Redriven,
    /// A redrive was running when the broker ended, and moved more after the next start.
    RedriveWentOn,
    /// A redrive was stopped.
    RedriveStopped,
    /// Messages entered several queues and leases ended in one.
    Transacted,
    /// The broker ended while a client waited for such an answer.
    TransactionCutOff,
    /// A message went through a router into several queues.
    FannedOut,
    /// A router was removed.
    RouterDeleted,
    /// A publish was refused because its queue was full.
    LengthRefused,
    /// A message was buried because its queue was too long, or would have been.
    BuriedByLength,
    /// A message that a full queue refused was found where it was set aside.
    RefusedAndBuried,
    /// A message was handed out before one of a lower priority that was sent earlier.
    HigherFirst,
    /// A transient queue ended with the broker.
    TransientEnded,
    /// A queue was emptied.
    Purged,
    /// A queue was removed.
    QueueDeleted,
    /// A queue's settings were changed.
    QueueUpdated,
    /// A publish was refused because the disk was full.
    DiskFullRefused,
    /// A settlement was done while publishes were refused because the disk was full.
    SettledWhileFull,
    /// A call had an unknown outcome.
    OutcomeUnknown,
    /// A weak queue lost what no sync covered.
    WeakTailLost,
    /// A lane was read back from the journal.
    LaneReadBack,
    /// A lane was held when the broker served again after a crash.
    LaneHeldOverCrash,
    /// A repeat was answered with an id from before a restart.
    RepeatAfterRestart,
    /// A repeat came in one batch with the first.
    RepeatInBatch,
    /// A dedup id was used again after its window.
    WindowEnded,
    /// A receive found a queue paused.
    FoundPaused,
    /// The same, paused by another boot.
    PausedOverRestart,
    /// An operator removed a message.
    DeletedByHand,
    /// An operator ended a lease or a rest, and the message was handed out again.
    ReleasedByHand,
    /// An operator set a message aside, and it was found where it was buried.
    BuriedByHand,
    /// An operator moved a message, and it was found where it had gone.
    CarriedByHand,
    /// An operator was refused a message, because others had dealt with it meanwhile.
    HandRefused,
    /// The broker ended while an operator waited for an answer.
    HandCutOff,
    /// The broker stopped as it was asked to and started cleanly.
    CleanRestart,
    /// The broker was killed and recovered.
    Killed,
    /// The power went and the broker recovered.
    PowerLost,
}

impl Path {
    /// All of them.
    pub const ALL: [Self; 52] = [
        Self::BuriedByDeliveries,
        Self::BuriedByFailures,
        Self::BuriedByRejection,
        Self::Expired,
        Self::BuriedByTime,
        Self::Dropped,
        Self::LeaseEnded,
        Self::Released,
        Self::ReleasedToRest,
        Self::Failed,
        Self::SessionEnded,
        Self::LongPollWoken,
        Self::LongPollEmpty,
        Self::GivenUp,
        Self::Extended,
        Self::Transferred,
        Self::StaleRefused,
        Self::Redriven,
        Self::RedriveWentOn,
        Self::RedriveStopped,
        Self::Transacted,
        Self::TransactionCutOff,
        Self::FannedOut,
        Self::RouterDeleted,
        Self::LengthRefused,
        Self::BuriedByLength,
        Self::RefusedAndBuried,
        Self::HigherFirst,
        Self::TransientEnded,
        Self::Purged,
        Self::QueueDeleted,
        Self::QueueUpdated,
        Self::DiskFullRefused,
        Self::SettledWhileFull,
        Self::OutcomeUnknown,
        Self::WeakTailLost,
        Self::LaneReadBack,
        Self::LaneHeldOverCrash,
        Self::RepeatAfterRestart,
        Self::RepeatInBatch,
        Self::WindowEnded,
        Self::FoundPaused,
        Self::PausedOverRestart,
        Self::DeletedByHand,
        Self::ReleasedByHand,
        Self::BuriedByHand,
        Self::CarriedByHand,
        Self::HandRefused,
        Self::HandCutOff,
        Self::CleanRestart,
        Self::Killed,
        Self::PowerLost,
    ];

    /// How often a history walked it.
    #[must_use]
    pub fn count(self, ledger: &Ledger<'_>) -> u64 {
        let count = match self {
            Self::BuriedByDeliveries => buried(ledger, |reason| *reason == BuryReason::TooManyDeliveries),
            Self::BuriedByFailures => buried(ledger, |reason| matches!(reason, BuryReason::TooManyFailures(_))),
            Self::BuriedByRejection => buried(ledger, |reason| matches!(reason, BuryReason::Rejected(_))),
            Self::Expired => return last_totals(ledger, |totals| totals.expired),
            Self::BuriedByTime => buried(ledger, |reason| *reason == BuryReason::Expired),
            Self::Dropped => return last_totals(ledger, |totals| totals.dropped),
            Self::Redriven => return last_totals(ledger, |totals| totals.redriven),
            Self::LengthRefused => ops(ledger, |op| refused_with(op, "takes at most")),
            Self::BuriedByLength => buried(ledger, |reason| *reason == BuryReason::TooLong),
            Self::RefusedAndBuried => refused_and_buried(ledger),
            Self::HigherFirst => higher_first(ledger),
            Self::TransientEnded => transients_ended(ledger),
            Self::RedriveWentOn => redrives_went_on(ledger),
            Self::RedriveStopped => ops(ledger, |op| matches!(op.call, Call::CancelRedrive(_)) && op.done()),
            Self::LeaseEnded => again(ledger, |_, lease| {
                lease.leased.deadline_ms.is_some()
                    && lease.asked.iter().all(|(.., verdict)| *verdict == Verdict::Refused)
            }),
            Self::Released => settled_and_again(ledger, |how| *how == Settle::Release { delay_ms: 0 }),
            Self::ReleasedToRest => {
                settled_and_again(ledger, |how| matches!(how, Settle::Release { delay_ms } if *delay_ms > 0))
            }
            Self::Failed => settled_and_again(ledger, |how| matches!(how, Settle::Fail { .. })),
            Self::SessionEnded => {
                again(ledger, |_, lease| matches!(lease.terms, LeaseTerms::Session(_)) && lease.asked.is_empty())
            }
            Self::LongPollWoken => ops(ledger, |op| woken(ledger, op)),
            Self::LongPollEmpty => ops(ledger, waited_for_nothing),
            Self::GivenUp => ops(ledger, |op| matches!(op.reply, Some(Reply::GivenUp))),
            Self::Extended => {
                ops(ledger, |op| matches!(op.reply, Some(Reply::Extended(v)) if v.iter().any(Result::is_ok)))
            }
            Self::Transferred => {
                ops(ledger, |op| matches!(op.reply, Some(Reply::Transferred(v)) if v.iter().any(Result::is_ok)))
            }
            Self::StaleRefused => {
                ops(ledger, |op| matches!(op.reply, Some(Reply::Settled(v)) if v.iter().any(Result::is_err)))
            }
            Self::Transacted => ops(ledger, |op| transacts(op, true) && !op.call.settlements().is_empty() && op.done()),
            Self::TransactionCutOff => ops(ledger, |op| transacts(op, true) && op.reply.is_none()),
            Self::FannedOut => ops(ledger, |op| transacts(op, false) && op.done()),
            Self::RouterDeleted => ops(ledger, |op| matches!(op.call, Call::DeleteRouter(_)) && op.done()),
            Self::Purged => ops(ledger, |op| matches!(op.call, Call::Purge(_)) && op.done()),
            Self::QueueDeleted => ops(ledger, |op| matches!(op.call, Call::DeleteQueue(_)) && op.done()),
            Self::QueueUpdated => ops(ledger, |op| matches!(op.call, Call::UpdateQueue { .. }) && op.done()),
            Self::DiskFullRefused => ops(ledger, refused_for_room),
            Self::SettledWhileFull => settled_while_full(ledger),
            Self::OutcomeUnknown => ops(ledger, |op| matches!(op.reply, None | Some(Reply::Unknown(_)))),
            Self::WeakTailLost => weak_tail_lost(ledger),
            Self::LaneReadBack => lanes::read_back(ledger),
            Self::LaneHeldOverCrash => lanes::held_over_crash(ledger),
            Self::RepeatAfterRestart => lanes::repeats(ledger, lanes::over_a_restart),
            Self::RepeatInBatch => lanes::repeats(ledger, |_, first, repeat| first.op == repeat.op),
            Self::WindowEnded => lanes::windows_ended(ledger),
            Self::FoundPaused
            | Self::PausedOverRestart
            | Self::DeletedByHand
            | Self::ReleasedByHand
            | Self::BuriedByHand
            | Self::CarriedByHand
            | Self::HandRefused
            | Self::HandCutOff => hands::count(self, ledger),
            Self::CleanRestart => restarts(ledger, Ending::Stopped),
            Self::Killed => restarts(ledger, Ending::Killed),
            Self::PowerLost => restarts(ledger, Ending::PowerLost),
        };
        count as u64
    }
}

fn ops(ledger: &Ledger<'_>, is: impl Fn(&Op<'_>) -> bool) -> usize {
    ledger.ops.iter().filter(|op| is(op)).count()
}

fn buried(ledger: &Ledger<'_>, is: impl Fn(&BuryReason) -> bool) -> usize {
    let mut found = std::collections::BTreeSet::new();
    for lease in &ledger.leases {
        if lease.origin.is_some_and(|origin| is(&origin.reason)) {
            found.insert(lease.uid);
        }
    }
    found.len()
}

/// The sum of one of the totals, as each queue told it last.
fn last_totals(ledger: &Ledger<'_>, which: impl Fn(&QueueTotals) -> u64) -> u64 {
    let mut last = std::collections::BTreeMap::new();
    for op in &ledger.ops {
        if let (Call::Stats(queue), Some(Reply::Counted(stats))) = (op.call, op.reply) {
            last.insert(*queue, which(&stats.totals));
        }
    }
    last.values().sum()
}

/// Redrives told to run by one boot and told to have moved more by another.
fn redrives_went_on(ledger: &Ledger<'_>) -> usize {
    let mut running = std::collections::BTreeMap::new();
    let mut went_on = std::collections::BTreeSet::new();
    for op in &ledger.ops {
        let (Some(Reply::Redrives(redrives)), Some(at)) = (op.reply, op.answered) else { continue };
        for info in redrives {
            let known = running.get(&info.id).copied();
            if known.is_some_and(|(told, moved)| info.redrive.moved > moved && ledger.end_between(told, at).is_some()) {
                went_on.insert(info.id);
            }
            if info.redrive.ended.is_none() {
                running.insert(info.id, (at, info.redrive.moved));
            }
        }
    }
    went_on.len()
}

/// Whether it is a transaction of that kind over several queues.
fn transacts(op: &Op<'_>, wanted: bool) -> bool {
    matches!(op.call, Call::Transact { publishes, atomic, .. } if *atomic == wanted && publishes.len() > 1)
}

/// Leases that are so, after which the message was handed out again from the same queue by the same boot.
fn again(ledger: &Ledger<'_>, is: impl Fn(&Ledger<'_>, &Lease<'_>) -> bool) -> usize {
    let followed = |lease: &Lease<'_>| {
        ledger.messages.get(&lease.uid).is_some_and(|message| {
            message.leases.iter().map(|later| &ledger.leases[*later]).any(|later| {
                later.leased.token.key == lease.leased.token.key
                    && later.leased.token.epoch > lease.leased.token.epoch
                    && later.leased.token.epoch.boot() == lease.leased.token.epoch.boot()
            })
        })
    };
    ledger.leases.iter().filter(|lease| is(ledger, lease) && followed(lease)).count()
}

fn settled_and_again(ledger: &Ledger<'_>, is: impl Fn(&Settle) -> bool) -> usize {
    again(ledger, |ledger, lease| {
        lease.settlements(ledger).any(|(_, how, verdict)| verdict == Verdict::Done && is(how))
    })
}

fn waited_for_nothing(op: &Op<'_>) -> bool {
    matches!(op.call, Call::Receive { wait_ms: 1.., .. })
        && matches!(op.reply, Some(Reply::Received(handed)) if handed.is_empty())
}

fn woken(ledger: &Ledger<'_>, op: &Op<'_>) -> bool {
    let (Call::Receive { .. }, Some(Reply::Received(handed))) = (op.call, op.reply) else { return false };
    handed.iter().any(|handed| {
        let message = handed.uid.and_then(|uid| ledger.messages.get(&uid));
        message.is_some_and(|message| ledger.ops[message.op].called > op.called)
    })
}

fn refused_for_room(op: &Op<'_>) -> bool {
    refused_with(op, "disk is full")
}

fn refused_with(op: &Op<'_>, words: &str) -> bool {
    matches!((op.call, op.reply), (Call::Publish { .. }, Some(Reply::Refused(why))) if why.contains(words))
}

fn refused_and_buried(ledger: &Ledger<'_>) -> usize {
    let seen = ledger.messages.values().filter(|message| !message.leases.is_empty() || !message.sightings.is_empty());
    seen.filter(|message| ledger.was_set_aside(message)).count()
}

/// Deliveries of neighbours in one answer, the later place first.
fn higher_first(ledger: &Ledger<'_>) -> usize {
    let pairs = ledger.leases.windows(2).filter(|pair| {
        let (first, second) = (&pair[0], &pair[1]);
        let leveled = ledger.queues.get(&first.queue()).is_some_and(|queue| queue.level_of(3) > Some(0));
        leveled && first.op == second.op && first.leased.token.seq > second.leased.token.seq
    });
    pairs.count()
}

fn transients_ended(ledger: &Ledger<'_>) -> usize {
    let last = ledger.history.events.len();
    let transients = ledger.queues.values().filter(|queue| queue.is_transient());
    transients.filter(|queue| ledger.end_between(queue.told, last).is_some()).count()
}

/// Settlements between two publishes that were refused, with none taken between them.
fn settled_while_full(ledger: &Ledger<'_>) -> usize {
    let (mut full, mut count) = (false, 0);
    for event in &ledger.history.events {
        let What::Answered(op, reply) = &event.what else { continue };
        match reply {
            Reply::Published(_) => full = false,
            Reply::Settled(verdicts) if full && verdicts.iter().any(Result::is_ok) => count += 1,
            _ => full |= refused_for_room(&ledger.ops[*op]),
        }
    }
    count
}

fn weak_tail_lost(ledger: &Ledger<'_>) -> usize {
    let lost = ledger.messages.iter().filter(|(uid, message)| {
        let Some(told) = ledger.told_to_exist(message).filter(|_| ledger.is_weak(message.queue)) else { return false };
        let census = ledger.censuses.iter().find(|census| census.begins > told);
        let crashed = census.is_some_and(|census| ledger.crash_between(told, census.begins).is_some());
        crashed && census.is_some_and(|census| !crate::checker::loss::accounted(ledger, **uid, message, census))
    });
    lost.count()
}

fn restarts(ledger: &Ledger<'_>, ending: Ending) -> usize {
    let mut last = None;
    let mut count = 0;
    for event in &ledger.history.events {
        match event.what {
            What::Ended(ended) => last = Some(ended),
            What::Started { .. } => count += usize::from(last.take() == Some(ending)),
            _ => {}
        }
    }
    count
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("path: ")?;
        f.write_str(match self {
            Self::BuriedByDeliveries => "buried for its deliveries",
            Self::BuriedByFailures => "buried for its failures",
            Self::BuriedByRejection => "buried on a consumer's word",
            Self::Expired => "expired",
            Self::BuriedByTime => "buried for its age",
            Self::Dropped => "dropped for want of a place",
            Self::LeaseEnded => "lease ended, handed out again",
            Self::Released => "released, handed out again",
            Self::ReleasedToRest => "released to rest, handed out again",
            Self::Failed => "failed, handed out again",
            Self::SessionEnded => "session ended, handed out again",
            Self::LongPollWoken => "long poll woken",
            Self::LongPollEmpty => "long poll ended empty",
            Self::GivenUp => "receive given up",
            Self::Extended => "lease extended",
            Self::Transferred => "lease handed on",
            Self::StaleRefused => "ended lease refused",
            Self::Redriven => "redriven",
            Self::RedriveWentOn => "redrive went on after a restart",
            Self::RedriveStopped => "redrive stopped",
            Self::Transacted => "published and settled in one",
            Self::TransactionCutOff => "transaction cut off by an end",
            Self::FannedOut => "published through a router",
            Self::RouterDeleted => "router deleted",
            Self::LengthRefused => "publish refused by a full queue",
            Self::BuriedByLength => "buried by its queue's length",
            Self::RefusedAndBuried => "refused and buried",
            Self::HigherFirst => "handed out before an older one of a lower priority",
            Self::TransientEnded => "transient queue ended with the broker",
            Self::Purged => "queue purged",
            Self::QueueDeleted => "queue deleted",
            Self::QueueUpdated => "queue updated",
            Self::DiskFullRefused => "publish refused on a full disk",
            Self::SettledWhileFull => "settled on a full disk",
            Self::OutcomeUnknown => "outcome unknown",
            Self::WeakTailLost => "weak queue lost its unsynced tail",
            Self::LaneReadBack => "lane read back from the journal",
            Self::LaneHeldOverCrash => "lane held over a crash",
            Self::RepeatAfterRestart => "repeat answered after a restart",
            Self::RepeatInBatch => "repeat in one batch",
            Self::WindowEnded => "dedup window ended",
            Self::FoundPaused => "queue found paused",
            Self::PausedOverRestart => "queue found paused after a restart",
            Self::DeletedByHand => "deleted by an operator",
            Self::ReleasedByHand => "released by an operator, handed out again",
            Self::BuriedByHand => "buried by an operator",
            Self::CarriedByHand => "moved by an operator",
            Self::HandRefused => "operator refused",
            Self::HandCutOff => "operator cut off by an end",
            Self::CleanRestart => "restart after a clean stop",
            Self::Killed => "restart after a kill",
            Self::PowerLost => "restart after a power loss",
        })
    }
}

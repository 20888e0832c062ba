//! A history for people: one line an event.

use super::record::{Call, Chosen, Ending, Event, Handed, Reply, Sent, What};
use broker::{Intervention, LeaseTerms, RedriveInfo, Settle, Settlement};
use std::fmt;
use vocab::{Binding, LeaseToken, MessageId};

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>10.3} s  ", self.at_us as f64 / 1e6)?;
        match &self.what {
            What::Called(op, call) => write!(f, "  #{op:<4} {call}"),
            What::Answered(op, reply) => write!(f, "  #{op:<4}   → {reply}"),
            What::Ended(ending) => write!(f, "× {ending}"),
            What::Started { clean: true } => f.write_str("● the broker serves, after a clean end"),
            What::Started { clean: false } => f.write_str("● the broker serves, after a recovery"),
            What::CensusBegins { drained: true } => {
                f.write_str("? census of what is left after everything was drained")
            }
            What::CensusBegins { drained: false } => f.write_str("? census"),
            What::CensusEnds => f.write_str("? the census ends"),
            What::Note(note) => write!(f, "· {note}"),
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stopped => "the broker stopped as it was asked to",
            Self::Killed => "the broker's process was killed",
            Self::PowerLost => "the power went",
        })
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateQueue { name, .. } => write!(f, "create queue {name:?}"),
            Self::UpdateQueue { queue, .. } => write!(f, "update queue {queue}"),
            Self::DeleteQueue(queue) => write!(f, "delete queue {queue}"),
            Self::Purge(queue) => write!(f, "purge queue {queue}"),
            Self::Publish { queue, sent } => write!(f, "publish to queue {queue}: {}", list(sent, sent_word)),
            Self::Transact { publishes, settlements, atomic } => {
                let publishes = list(publishes, |(queue, sent)| format!("{} to queue {queue}", list(sent, sent_word)));
                let settlements = list(settlements, settlement_word);
                write!(f, "transact{}: {publishes}; {settlements}", if *atomic { "" } else { " each by itself" })
            }
            Self::CreateRouter { name, kind } => write!(f, "create router {name:?}, {kind:?}"),
            Self::DeleteRouter(router) => write!(f, "delete router {router}"),
            Self::Bind(binding) => write!(f, "bind {}", binding_word(binding)),
            Self::Unbind(binding) => write!(f, "unbind {}", binding_word(binding)),
            Self::ListRouters => f.write_str("list routers"),
            Self::Receive { queue, max, wait_ms, terms } => {
                write!(f, "receive up to {max} from queue {queue}, wait {wait_ms} ms, {}", terms_word(*terms))
            }
            Self::Settle(settlements) => f.write_str(&list(settlements, settlement_word)),
            Self::Extend(extensions) => {
                f.write_str(&list(extensions, |e| format!("extend {} to {} ms", token(e.token), e.lease_ms)))
            }
            Self::Transfer(transfers) => {
                f.write_str(&list(transfers, |t| format!("transfer {}, {}", token(t.token), terms_word(t.terms))))
            }
            Self::EndSession(session) => write!(f, "end session {session}"),
            Self::Stats(queue) => write!(f, "count queue {queue}"),
            Self::Peek(queue) => write!(f, "look at queue {queue}"),
            Self::ListQueues => f.write_str("list queues"),
            Self::StartRedrive(start) => {
                let target =
                    start.target.map_or_else(|| "where they were buried".to_owned(), |id| format!("queue {id}"));
                let rate = start.per_second.map(|rate| format!(", {rate} a second")).unwrap_or_default();
                write!(f, "redrive queue {} to {target}{rate}", start.source)
            }
            Self::CancelRedrive(id) => write!(f, "stop redrive {} of queue {}", id.number, id.source),
            Self::Redrives(queue) => write!(f, "list redrives of queue {queue}"),
            Self::Intervene { queue, chosen, how } => {
                let how = match how {
                    Intervention::Delete => "delete",
                    Intervention::Release => "release",
                    Intervention::Bury { .. } => "bury",
                };
                write!(f, "{how} in queue {queue}: {}", list(chosen, chosen_word))
            }
            Self::Carry { source, chosen, target } => {
                let target = target.map_or_else(|| "where they were buried".to_owned(), |id| format!("queue {id}"));
                write!(f, "carry from queue {source} to {target}: {}", list(chosen, chosen_word))
            }
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created(queue) => write!(f, "queue {queue}"),
            Self::Done => f.write_str("done"),
            Self::Published(ids) => write!(f, "published as seq {}", list(ids, |id| id.seq.to_string())),
            Self::Transacted { published, settled } => {
                let seqs = |ids: &Option<Vec<MessageId>>| {
                    ids.as_ref().map_or_else(|| "refused".to_owned(), |ids| list(ids, |id| id.seq.to_string()))
                };
                let settled = list(settled, |verdict| verdict_word(verdict.as_ref().map(|()| "done")));
                write!(f, "published as seq {}; {settled}", list(published, seqs))
            }
            Self::RouterCreated(router) => write!(f, "router {router}"),
            Self::Routers(routers) => f.write_str(&list(routers, |(info, bindings)| {
                format!("{:?} = {}: {}", info.name, info.id, list(bindings, |binding| binding_word(binding)))
            })),
            Self::Received(handed) if handed.is_empty() => f.write_str("nothing"),
            Self::Received(handed) => write!(f, "received {}", list(handed, handed_word)),
            Self::Settled(verdicts) => {
                f.write_str(&list(verdicts, |verdict| verdict_word(verdict.as_ref().map(|()| "done"))))
            }
            Self::Extended(verdicts) => {
                f.write_str(&list(verdicts, |verdict| verdict_word(verdict.map(|ms| format!("until {ms}")).as_ref())))
            }
            Self::Transferred(verdicts) => {
                f.write_str(&list(verdicts, |verdict| verdict_word(verdict.map(|leased| token(leased.token)).as_ref())))
            }
            Self::Counted(stats) => {
                write!(f, "{} ready, {} delayed, {} leased; ", stats.ready, stats.delayed, stats.leased)?;
                write!(f, "ever: {} published, {} acked", stats.totals.published, stats.totals.acked)
            }
            Self::Peeked(seen) => {
                f.write_str(&list(seen, |seen| format!("{} at {} {:?}", uid_word(seen.uid), seen.seq, seen.state)))
            }
            Self::Listed(queues) => f.write_str(&list(queues, |queue| format!("{:?} = {}", queue.name, queue.id))),
            Self::Redrive(info) => f.write_str(&redrive_word(info)),
            Self::Redrives(redrives) => f.write_str(&list(redrives, redrive_word)),
            Self::Intervened(verdicts) => {
                f.write_str(&list(verdicts, |verdict| verdict_word(verdict.as_ref().map(|()| "done"))))
            }
            Self::Carried(verdicts) => f.write_str(&list(verdicts, |verdict| {
                verdict_word(verdict.as_ref().map(|id| format!("queue {} at {}", id.key.queue, id.seq)))
            })),
            Self::Refused(why) => write!(f, "refused: {why}"),
            Self::Unknown(why) => write!(f, "unknown: {why}"),
            Self::GivenUp => f.write_str("gave up waiting"),
        }
    }
}

fn settlement_word(settlement: &Settlement) -> String {
    format!("{} {}", settle_word(&settlement.how), token(settlement.token))
}

fn binding_word(binding: &Binding) -> String {
    format!("router {} by {:?} to {:?}", binding.source, binding.key, binding.target)
}

fn redrive_word(info: &RedriveInfo) -> String {
    let RedriveInfo { id, redrive } = info;
    let ended = redrive.ended.map_or_else(|| "running".to_owned(), |(outcome, _)| format!("{outcome:?}"));
    let counts = format!("{} of {} moved, {} failed", redrive.moved, redrive.to_move, redrive.failed);
    format!("redrive {} {ended}, {counts}, at seq {} of {}", id.number, redrive.position, redrive.end)
}

fn list<T>(items: &[T], word: impl Fn(&T) -> String) -> String {
    items.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn chosen_word(chosen: &Chosen) -> String {
    format!("m{} at {}", chosen.uid, chosen.seq)
}

fn uid_word(uid: Option<u64>) -> String {
    uid.map_or_else(|| "garbage".to_owned(), |uid| format!("m{uid}"))
}

fn sent_word(sent: &Sent) -> String {
    let due = sent.due_ms.map(|ms| format!(" due {ms}")).unwrap_or_default();
    let expires = sent.expires_ms.map(|ms| format!(" until {ms}")).unwrap_or_default();
    let lane = sent.labels.lane.map(|lane| format!(" in lane {lane}")).unwrap_or_default();
    let dedup = sent.labels.dedup.map(|id| format!(" as id {id}")).unwrap_or_default();
    format!("m{}{lane}{dedup}{due}{expires}", sent.uid)
}

fn handed_word(handed: &Handed) -> String {
    let (lease, buried) = (&handed.lease, if handed.origin.is_some() { " buried" } else { "" });
    let until = lease.deadline_ms.map(|ms| format!(" until {ms}")).unwrap_or_default();
    let counts = format!("{}×, {} failures", lease.deliveries, lease.failures);
    format!("{}{buried} ({counts}){until} as {}", uid_word(handed.uid), token(lease.token))
}

fn token(token: LeaseToken) -> String {
    let boot = token.epoch.boot();
    format!("{}/{}·{boot}.{}", token.key.queue, token.seq, token.epoch.0 & ((1 << 40) - 1))
}

fn terms_word(terms: LeaseTerms) -> String {
    match terms {
        LeaseTerms::Deadline(None) => "default lease".to_owned(),
        LeaseTerms::Deadline(Some(ms)) => format!("lease {ms} ms"),
        LeaseTerms::Session(session) => format!("for session {session}"),
        LeaseTerms::Claim => "as a claim".to_owned(),
    }
}

fn settle_word(how: &Settle) -> String {
    match how {
        Settle::Ack => "ack".to_owned(),
        Settle::Release { delay_ms: 0 } => "release".to_owned(),
        Settle::Release { delay_ms } => format!("release for {delay_ms} ms"),
        Settle::Fail { delay_ms, .. } => format!("fail for {delay_ms} ms"),
        Settle::Bury { .. } => "bury".to_owned(),
    }
}

fn verdict_word<T: ToString, E: ToString>(verdict: Result<T, E>) -> String {
    verdict.map_or_else(|error| error.to_string(), |value| value.to_string())
}

//! Pages to state; drawn in [`crate::snapshot`].

use super::contents::{
    take_counts, take_dedup_page, take_info, take_levels_page, take_log_page, take_progress_page, take_sizes_page,
};
use super::key::page_named;
use super::redrives::take_redrives;
use super::routers::{loose_binding, take_router_page, take_routers_page};
use crate::core::info::QueueInfo;
use crate::core::pages::PageId;
use crate::core::routers::ROUTER_PAGE;
use crate::core::state::{Queue, State};
use crate::core::subscription::Progress;
use crate::core::timers::Timer;
use crate::snapshot::VERSION;
use journal::wire::{Malformed, Reader};
use journal::{PageKey, ReplayError};
use std::collections::BTreeMap;
use vocab::{BootEpoch, PartitionId, PartitionKey, Seq, SubscriptionId};

/// Reads a state back from all of its pages, with ascending keys.
///
/// # Errors
/// A page was written by another version or is malformed, or one is missing.
pub fn decode(pages: &mut dyn Iterator<Item = (PageKey, &[u8])>) -> Result<State, ReplayError> {
    let mut state = take_globals(pages.next())?;
    let mut info = None;
    for (key, content) in pages {
        let Some(page) = page_named(key) else { return Err(unknown(key)) };
        let mut reader = Reader::new(content);
        take_page(&mut state, &mut info, page, &mut reader).map_err(|why| contradiction(page, &why))?;
        if !reader.is_empty() {
            return Err(contradiction(
                page,
                &Refused::Malformed(Malformed { offset: reader.offset(), expected: "the end" }),
            ));
        }
    }
    if let Some(info) = info {
        return Err(contradiction(PageId::Info(info.id), &Refused::Alone));
    }
    if let Some(router) = loose_binding(&state) {
        return Err(contradiction(PageId::Router(router, ROUTER_PAGE), &Refused::Alone));
    }
    for queue in state.queues.values_mut() {
        drop_what_left(queue);
    }
    set_timers(&mut state);
    state.reset_all_retention_timers();
    state.reset_all_redrive_timers();
    Ok(state)
}

/// Why a page cannot be taken.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("{0}")]
    Malformed(#[from] Malformed),
    #[error("a page that belongs with it is missing")]
    Alone,
}

fn unknown(key: PageKey) -> ReplayError {
    ReplayError::Unknown { what: format!("a page {:#034x} of a checkpoint", key.0) }
}

fn contradiction(page: PageId, why: &Refused) -> ReplayError {
    ReplayError::Contradiction { what: format!("the checkpoint's page {page:?}: {why}") }
}

fn take_globals(first: Option<(PageKey, &[u8])>) -> Result<State, ReplayError> {
    let Some((key, content)) = first.filter(|(key, _)| page_named(*key) == Some(PageId::Globals)) else {
        return Err(contradiction(PageId::Globals, &Refused::Alone));
    };
    let mut reader = Reader::new(content);
    let malformed = |why: Malformed| contradiction(PageId::Globals, &why.into());
    let version = reader.u8("version").map_err(malformed)?;
    if version != VERSION {
        return Err(ReplayError::Unknown { what: format!("a checkpoint of version {version} in page {:#x}", key.0) });
    }
    let mut take = || {
        let boot = BootEpoch(reader.number("boot epoch")?);
        let (next_queue, log_ms) = (reader.number("next queue id")?, reader.varint("log time")?);
        if !reader.is_empty() {
            return Err(Malformed { offset: reader.offset(), expected: "the end" });
        }
        Ok(State { boot, next_queue, log_ms, ..State::default() })
    };
    take().map_err(malformed)
}

/// Takes any page but the first. `info` is a queue's first page, until the second makes it a queue.
fn take_page(
    state: &mut State,
    info: &mut Option<QueueInfo>,
    page: PageId,
    reader: &mut Reader<'_>,
) -> Result<(), Refused> {
    if !matches!(page, PageId::Counts(_)) && info.is_some() {
        return Err(Refused::Alone);
    }
    match page {
        PageId::Globals => return Err(Refused::Alone),
        PageId::Info(id) => *info = Some(take_info(reader, id)?),
        PageId::Counts(id) => {
            let info = info.take().filter(|info| info.id == id).ok_or(Refused::Alone)?;
            let queue = take_counts(reader, info)?;
            state.names.insert(queue.info.name.clone(), id);
            state.queues.insert(id, queue);
        }
        PageId::Log(key, page) => {
            let queue = state.queues.get_mut(&key.queue).ok_or(Refused::Alone)?;
            let log = queue.logs.get_mut(usize::from(key.partition.0)).ok_or(Refused::Alone)?;
            take_log_page(reader, page, log)?;
            log.pages.note_stored(page);
        }
        PageId::Dedup(key, page) => {
            let queue = state.queues.get_mut(&key.queue).ok_or(Refused::Alone)?;
            let log = queue.logs.get_mut(usize::from(key.partition.0)).ok_or(Refused::Alone)?;
            take_dedup_page(reader, page, &mut log.dedup)?;
            log.dedup.pages.note_stored(page);
        }
        PageId::Progress(key, subscription, page) => {
            let progress = reader_of(state, key, subscription)?;
            take_progress_page(reader, page, progress)?;
            progress.pages.note_stored(page);
        }
        PageId::Routers => take_routers_page(reader, &mut state.routers)?,
        PageId::Router(id, page) => take_router_page(reader, &mut state.routers, id, page)?,
        PageId::Drops(id) => {
            let queue = state.queues.get_mut(&id).ok_or(Refused::Alone)?;
            queue.totals.dropped = reader.varint("messages dropped")?;
            queue.drops_stored = true;
        }
        PageId::Levels(key, subscription, page) => {
            let levels = &mut reader_of(state, key, subscription)?.levels;
            take_levels_page(reader, page, levels)?;
            levels.pages.note_stored(page);
        }
        PageId::Sizes(key, subscription, page) => {
            let sizes = &mut reader_of(state, key, subscription)?.sizes;
            take_sizes_page(reader, page, sizes)?;
            sizes.pages.note_stored(page);
        }
        PageId::Redrives(id) => take_redrives(reader, state.queues.get_mut(&id).ok_or(Refused::Alone)?)?,
    }
    Ok(())
}

/// The progress that a page belongs to.
fn reader_of(state: &mut State, key: PartitionKey, subscription: SubscriptionId) -> Result<&mut Progress, Refused> {
    let partitions = state.queues.get_mut(&key.queue).and_then(|queue| queue.subscriptions.get_mut(&subscription));
    partitions.and_then(|partitions| partitions.get_mut(usize::from(key.partition.0))).ok_or(Refused::Alone)
}

/// Takes away what left with the floor, or with the cursor, without its page being written.
fn drop_what_left(queue: &mut Queue) {
    for (partition, log) in queue.logs.iter_mut().enumerate() {
        let floor = log.floor.0;
        log.removed.remove_range(..floor);
        keep_from(&mut log.expiries, floor);
        for progress in queue.subscriptions.values_mut() {
            let progress = &mut progress[partition];
            progress.acked.remove_range(..floor);
            progress.ahead.remove_range(..progress.cursor.0);
            while progress.back.first().is_some_and(|seq| *seq < floor) {
                progress.back.pop_first();
            }
            keep_from(&mut progress.waiting, floor);
            keep_from(&mut progress.leases, floor);
            keep_from(&mut progress.returned, floor);
            progress.levels.forget_range(0..=floor.saturating_sub(1));
            keep_from(&mut progress.sizes.of, floor);
            progress.sizes.ready_bytes = progress.sum_ready_bytes();
        }
    }
}

fn keep_from<T>(map: &mut BTreeMap<u64, T>, floor: u64) {
    while map.first_key_value().is_some_and(|(seq, _)| *seq < floor) {
        map.pop_first();
    }
}

/// Timers are not stored: each follows from what it is for.
fn set_timers(state: &mut State) {
    for queue in state.queues.values_mut() {
        for (log, partition) in queue.logs.iter_mut().zip((0..=u16::MAX).map(PartitionId)) {
            let key = PartitionKey::new(queue.info.id, partition);
            if let (Some(policy), Some(oldest_ms)) = (queue.info.settings.dedup, log.dedup.oldest_ms()) {
                log.dedup.timer_ms = Some(oldest_ms + policy.window_ms);
                state.timers.set(oldest_ms + policy.window_ms, Timer::Dedup(key));
            }
            for (seq, at_ms) in &log.expiries {
                state.timers.set(*at_ms, Timer::Expiry(key, Seq(*seq)));
            }
            for (subscription, partitions) in &queue.subscriptions {
                let progress = &partitions[usize::from(partition.0)];
                for (seq, due_ms) in &progress.waiting {
                    state.timers.set(*due_ms, Timer::Due(key, *subscription, Seq(*seq)));
                }
                for (seq, lease) in &progress.leases {
                    if let Some(deadline_ms) = lease.end.deadline_ms() {
                        state.timers.set(deadline_ms, Timer::LeaseEnd(key, *subscription, Seq(*seq)));
                    }
                }
            }
        }
    }
}

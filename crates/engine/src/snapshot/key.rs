//! Names of pages as the journal knows them; drawn in [`crate::snapshot`].
//!
//! Invariant: a queue's info and counts come before its other pages, and the globals before everything.

use crate::core::pages::PageId;
use journal::PageKey;
use vocab::{PartitionId, PartitionKey, QueueId, RouterId, SubscriptionId};

const GLOBALS: u8 = 0;
const INFO: u8 = 1;
const COUNTS: u8 = 2;
const LOG: u8 = 3;
const PROGRESS: u8 = 4;
const DEDUP: u8 = 5;
const REDRIVES: u8 = 8;
const ROUTERS: u8 = 9;
const DROPS: u8 = 12;
const LEVELS: u8 = 10;
const SIZES: u8 = 11;

const QUEUE_AT: u32 = 96;
const KIND_AT: u32 = 88;
const PARTITION_AT: u32 = 72;
const SUBSCRIPTION_AT: u32 = 56;
const PAGE_MASK: u128 = (1 << 48) - 1;

/// A page's number.
pub(super) fn key_of(page: PageId) -> PageKey {
    let key = |kind: u8, queue: QueueId| u128::from(queue.0) << QUEUE_AT | u128::from(kind) << KIND_AT;
    let within = |key: PartitionKey, page: u64| u128::from(key.partition.0) << PARTITION_AT | u128::from(page);
    let of_reader = |log: PartitionKey, reader: SubscriptionId, page: u64| {
        within(log, page) | u128::from(reader.0) << SUBSCRIPTION_AT
    };
    PageKey(match page {
        PageId::Globals => key(GLOBALS, QueueId(0)),
        PageId::Info(queue) => key(INFO, queue),
        PageId::Counts(queue) => key(COUNTS, queue),
        PageId::Log(log, page) => key(LOG, log.queue) | within(log, page),
        PageId::Dedup(log, page) => key(DEDUP, log.queue) | within(log, page),
        PageId::Progress(log, reader, page) => key(PROGRESS, log.queue) | of_reader(log, reader, page),
        PageId::Levels(log, reader, page) => key(LEVELS, log.queue) | of_reader(log, reader, page),
        PageId::Sizes(log, reader, page) => key(SIZES, log.queue) | of_reader(log, reader, page),
        PageId::Redrives(queue) => key(REDRIVES, queue),
        PageId::Routers => key(ROUTERS, QueueId(0)),
        PageId::Router(router, page) => key(ROUTERS, QueueId(router.0)) | u128::from(page),
        PageId::Drops(queue) => key(DROPS, queue),
    })
}

/// The page of this number, if this version knows such pages.
#[expect(clippy::cast_possible_truncation, reason = "each part is shifted down to its own bits")]
#[must_use]
pub fn page_named(PageKey(number): PageKey) -> Option<PageId> {
    let queue = QueueId((number >> QUEUE_AT) as u32);
    let log = PartitionKey::new(queue, PartitionId((number >> PARTITION_AT) as u16));
    let subscription = SubscriptionId((number >> SUBSCRIPTION_AT) as u16);
    let page = (number & PAGE_MASK) as u64;
    let named = match (number >> KIND_AT) as u8 {
        GLOBALS => PageId::Globals,
        INFO => PageId::Info(queue),
        COUNTS => PageId::Counts(queue),
        LOG => PageId::Log(log, page),
        DEDUP => PageId::Dedup(log, page),
        PROGRESS => PageId::Progress(log, subscription, page),
        REDRIVES => PageId::Redrives(queue),
        ROUTERS if queue == QueueId(0) => PageId::Routers,
        ROUTERS => PageId::Router(RouterId(queue.0), page),
        DROPS => PageId::Drops(queue),
        LEVELS => PageId::Levels(log, subscription, page),
        SIZES => PageId::Sizes(log, subscription, page),
        _ => return None,
    };
    (key_of(named) == PageKey(number)).then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn names_read_back(queue: u32, partition: u16, subscription: u16, page in 0_u64..1 << 48) {
            let (queue, subscription) = (QueueId(queue), SubscriptionId(subscription));
            let log = PartitionKey::new(queue, PartitionId(partition));
            let pages = [
                PageId::Globals,
                PageId::Info(queue),
                PageId::Counts(queue),
                PageId::Log(log, page),
                PageId::Dedup(log, page),
                PageId::Progress(log, subscription, page),
                PageId::Redrives(queue),
                PageId::Routers,
                PageId::Router(RouterId(queue.0.max(1)), page),
                PageId::Drops(queue),
                PageId::Levels(log, subscription, page),
                PageId::Sizes(log, subscription, page),
            ];
            for page in pages {
                prop_assert_eq!(page_named(key_of(page)), Some(page));
            }
        }

        #[test]
        fn a_number_names_at_most_one_page(number: u128) {
            if let Some(page) = page_named(PageKey(number)) {
                prop_assert_eq!(key_of(page), PageKey(number));
            }
        }
    }
}

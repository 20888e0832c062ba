//! Which messages live: asked for many at once, the answer is that of asking for each.

use crate::core::info::QueueInfo;
use crate::core::state::Queue;
use crate::core::subscription::Progress;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::{BootEpoch, LeaseEpoch, PartitionId, QueueId, QueueSettings, Seq, SubscriptionId};

/// Seqs around a border of roaring's containers.
const SEQS: RangeInclusive<u64> = 65_500..=65_600;

fn set() -> impl Strategy<Value = Vec<u64>> {
    proptest::collection::vec(SEQS, 0..80)
}

fn queue(floor: u64, next: u64, removed: Vec<u64>, acked: Vec<Vec<u64>>) -> Queue {
    let info = QueueInfo {
        id: QueueId(1),
        name: "queue".to_owned(),
        settings: QueueSettings::default(),
        annotations: BTreeMap::new(),
        created_ms: 0,
        modified_ms: 0,
        revision: 1,
    };
    let mut queue = Queue::new(Arc::new(info), BootEpoch(1));
    let log = &mut queue.logs[0];
    log.floor = Seq(floor);
    log.next = Seq(next);
    log.removed.extend(removed);
    let progress = |acked: Vec<u64>| {
        let mut progress = Progress::new(Seq(1), LeaseEpoch(1));
        progress.acked.extend(acked);
        vec![progress]
    };
    queue.subscriptions = (0..).map(SubscriptionId).zip(acked.into_iter().map(progress)).collect();
    queue
}

proptest! {
    #[test]
    fn all_at_once_is_the_same_as_each_by_itself(
        floor in SEQS,
        count in 0_u64..100,
        removed in set(),
        acked in proptest::collection::vec(set(), 0..4),
        (first, last) in (65_490_u64..65_610, 65_490_u64..65_610),
    ) {
        let queue = queue(floor, floor + count, removed, acked);
        let partition = PartitionId(0);
        let expected: Vec<_> = (first..=last).filter(|seq| queue.is_live(partition, Seq(*seq))).collect();
        let live = queue.live_seqs(partition, Seq(first)..=Seq(last));
        prop_assert_eq!(live.into_iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_partition_that_does_not_exist_holds_nothing() {
    let queue = queue(65_500, 65_600, Vec::new(), vec![Vec::new()]);
    assert!(queue.live_seqs(PartitionId(1), Seq(0)..=Seq(u64::MAX)).is_empty());
    assert_eq!(queue.live_seqs(PartitionId(0), Seq(0)..=Seq(u64::MAX)).len(), 100);
}

//! Whatever is written reads back, in any order and cut anywhere; whatever is read does not panic.

use super::*;
use crate::block::{Block, seal};
use crate::encode::Encoder;
use crate::entry::TEXT_BYTES_MAX;
use proptest::prelude::*;

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![(1_u64..50, 0_u64..5), (0_u64..1 << 40, 0_u64..1000)].prop_map(|(first, more)| (first, first + more))
}

fn spans() -> impl Strategy<Value = Spans> {
    (span(), proptest::collection::vec(span(), 0..4)).prop_map(|(first, more)| Spans { first, more })
}

fn key() -> impl Strategy<Value = PartitionKey> {
    (0_u32..3, 0_u16..2).prop_map(|(queue, partition)| PartitionKey::new(QueueId(queue), PartitionId(partition)))
}

fn plain_ending() -> impl Strategy<Value = Ending> {
    prop::sample::select(vec![
        Ending::Acked,
        Ending::Released,
        Ending::LeaseExpired,
        Ending::Expired,
        Ending::Removed(Remover::Purge),
        Ending::Removed(Remover::Operator),
        Ending::Dropped(Lack::QueueTooLong),
        Ending::Dropped(Lack::NoDeadLetterQueue),
    ])
}

fn passage() -> impl Strategy<Value = Passage> {
    let codes = (1_u8..5).prop_map(|code| Passage::Buried(DeathReason::from_code(code).unwrap()));
    prop_oneof![codes, Just(Passage::Redriven)]
}

fn entry() -> impl Strategy<Value = Entry<'static>> {
    let words = prop::sample::select(vec!["", "timeout", "Fehler: größer"]);
    let failing = prop::sample::select(vec![Ending::Failed, Ending::Rejected]);
    prop_oneof![
        (span(), any::<u8>()).prop_map(|(span, door)| Entry::Published { span, door: DoorCode(door) }),
        (spans(), any::<u64>(), any::<u32>()).prop_map(|(spans, epoch, consumer)| Entry::Delivered {
            spans,
            first_epoch: LeaseEpoch(epoch),
            consumer: ConsumerId(consumer)
        }),
        (plain_ending(), spans()).prop_map(|(how, spans)| Entry::Ended { how, spans, words: "" }),
        (failing, spans(), words.clone()).prop_map(|(how, spans, words)| Entry::Ended { how, spans, words }),
        (passage(), span(), key(), 0_u64..1 << 40).prop_map(|(how, span, key, seq)| Entry::Became {
            how,
            span,
            to: MessageId::new(key, Seq(seq))
        }),
        Just(Entry::QueueDeleted),
        any::<(u32, bool)>().prop_map(|(boot, clean)| Entry::Started { boot: BootEpoch(boot), clean }),
        (any::<u8>(), words.clone()).prop_map(|(code, name)| Entry::DoorEntered { code: DoorCode(code), name }),
        (any::<u32>(), any::<u8>(), words).prop_map(|(id, door, name)| Entry::ConsumerEntered(EnteredConsumer {
            id: ConsumerId(id),
            door: DoorCode(door),
            name,
            peer: "127.0.0.1:1",
            user: name,
        })),
        any::<u32>().prop_map(|id| Entry::ConsumerLeft { id: ConsumerId(id) }),
    ]
}

fn encode(encoder: &mut Encoder, out: &mut Vec<u8>, dated: &Dated<'_>) {
    let Dated { at_ms, key, entry } = dated;
    let ranges = |spans: &Spans| spans.iter().map(|(first, last)| first..=last).collect::<Vec<_>>().into_iter();
    match entry {
        Entry::Published { span, door } => encoder.published(out, *at_ms, *key, *span, *door),
        Entry::Delivered { spans, first_epoch, consumer } => {
            encoder.delivered(out, *at_ms, *key, ranges(spans), *first_epoch, *consumer);
        }
        Entry::Ended { how, spans, words } => encoder.ended(out, *at_ms, *key, *how, ranges(spans), words),
        Entry::Became { how, span, to } => encoder.became(out, *at_ms, *key, *how, *span, *to),
        Entry::QueueDeleted => encoder.queue_deleted(out, *at_ms, *key),
        Entry::Started { boot, clean } => encoder.started(out, *at_ms, *boot, *clean),
        Entry::DoorEntered { code, name } => encoder.door_entered(out, *at_ms, *code, name),
        Entry::ConsumerEntered(consumer) => encoder.consumer_entered(out, *at_ms, *consumer),
        Entry::ConsumerLeft { id } => encoder.consumer_left(out, *at_ms, *id),
    }
}

/// Entries about no messages have no partition.
fn dated((passed_ms, key, entry): (u64, PartitionKey, Entry<'static>), at_ms: &mut u64) -> Dated<'static> {
    *at_ms += passed_ms;
    let key = if entry.is_name() { PartitionKey::default() } else { key };
    Dated { at_ms: *at_ms, key, entry }
}

proptest! {
    #[test]
    fn entries_read_back(
        made in proptest::collection::vec((0_u64..1000, key(), entry()), 1..40),
        cuts in proptest::collection::vec(any::<bool>(), 40),
    ) {
        let (mut at_ms, mut encoder, mut out) = (1_700_000_000_000, Encoder::default(), Vec::new());
        let made: Vec<_> = made.into_iter().map(|made| dated(made, &mut at_ms)).collect();
        for (dated, cut) in made.iter().zip(cuts) {
            if cut {
                encoder.cut();
            }
            encode(&mut encoder, &mut out, dated);
        }
        let read: Vec<_> = Decoder::new(&out).map(Result::unwrap).collect();
        prop_assert_eq!(&read, &made);
        prop_assert_eq!(encoder.entries, made.len() as u64);
        let (block, head) = seal(&out, 7).unwrap();
        let whole = Block::read(&block).unwrap();
        prop_assert_eq!(&whole.head, &head);
        prop_assert_eq!((whole.body(), whole.bytes), (Some(&*out), block.len()));
        prop_assert_eq!((head.first_ms, head.last_ms, head.lost), (made[0].at_ms, at_ms, 7));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        crate::fuzz::entries(&bytes);
        crate::fuzz::file(&bytes);
    }

    #[test]
    fn a_block_with_a_changed_bit_is_not_read_as_it_was_not_written(bit in 0_usize..4096) {
        let (mut encoder, mut out) = (Encoder::default(), Vec::new());
        for seq in 1..20 {
            encoder.published(&mut out, seq, PartitionKey::new(QueueId(1), PartitionId(0)), (seq, seq), DoorCode(1));
        }
        let (block, _head) = seal(&out, 0).unwrap();
        let mut changed = block.clone();
        let at = bit % (block.len() * 8);
        changed[at / 8] ^= 1 << (at % 8);
        prop_assert!(Block::read(&changed).and_then(|block| block.body().map(<[u8]>::len)).is_none());
    }
}

#[test]
fn many_spans_become_several_entries_with_epochs_that_go_on() {
    let (mut encoder, mut out) = (Encoder::default(), Vec::new());
    let spans = (0..2500_u64).map(|n| n * 10..=n * 10 + 1);
    encoder.delivered(&mut out, 1, key_one(), spans, LeaseEpoch(100), ConsumerId(3));
    let mut epochs = Vec::new();
    for dated in Decoder::new(&out) {
        let Entry::Delivered { spans, first_epoch, .. } = dated.unwrap().entry else { panic!("only deliveries") };
        epochs.push((spans.iter().count(), first_epoch.0));
    }
    assert_eq!(epochs, [(1024, 100), (1024, 2148), (452, 4196)]);
}

#[test]
fn a_consumers_words_are_cut_between_characters() {
    let (mut encoder, mut out) = (Encoder::default(), Vec::new());
    let words = "ä".repeat(TEXT_BYTES_MAX);
    encoder.ended(&mut out, 1, key_one(), Ending::Failed, std::iter::once(1..=1), &words);
    let Some(Ok(Dated { entry: Entry::Ended { words: kept, .. }, .. })) = Decoder::new(&out).next() else {
        panic!("one ending")
    };
    assert_eq!(kept.len(), TEXT_BYTES_MAX);
}

#[test]
fn an_ack_that_goes_on_takes_four_bytes() {
    let (mut encoder, mut out) = (Encoder::default(), Vec::new());
    let mut ack = |seq: u64| {
        out.clear();
        encoder.ended(&mut out, 1, key_one(), Ending::Acked, std::iter::once(seq..=seq), "");
        out.len()
    };
    ack(1_000_000);
    assert_eq!(ack(1_000_001), 4);
}

fn key_one() -> PartitionKey {
    PartitionKey::new(QueueId(1), PartitionId(0))
}

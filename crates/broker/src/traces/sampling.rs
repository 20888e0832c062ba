//! Which messages are traced: the sender decides where it sent a context, a share of all traces where it did not.

use super::names::Names;
use vocab::trace::trace_state;
use vocab::{Message, MessageId, SpanId, TraceContext, TraceId};

/// How many of the messages that bring no context are traced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampling {
    /// From 0 for none to 1 for all.
    pub ratio: f64,
}

/// A message's place in its trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Strand {
    pub(super) trace: TraceId,
    /// The span that it was sent in, where its sender told.
    pub(super) sender: Option<SpanId>,
    /// What tracing systems added.
    pub(super) state: Option<Box<str>>,
    /// The id that its producer was told.
    pub(super) id: MessageId,
}

impl Sampling {
    /// The strand of a message, if it is traced.
    pub(super) fn strand(self, names: Names, id: MessageId, message: &Message) -> Option<Strand> {
        match TraceContext::of(&message.headers) {
            Some(context) => context.sampled.then(|| Strand {
                trace: context.trace,
                sender: Some(context.parent),
                state: trace_state(&message.headers).map(Box::from),
                id,
            }),
            None => {
                let trace = names.trace(id);
                self.takes(trace).then_some(Strand { trace, sender: None, state: None, id })
            }
        }
    }

    /// The same for one trace wherever it is asked, and monotonic in the ratio: what a lower one takes a higher one takes too.
    fn takes(self, TraceId(trace): TraceId) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is what is wanted")]
        let low = (trace as u64) >> 11;
        // 53 bits are exact in a double.
        (low as f64) < self.ratio * (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::{Header, HeaderValue, PartitionId, PartitionKey, QueueId, Seq};

    fn id(seq: u64) -> MessageId {
        MessageId::new(PartitionKey::new(QueueId(1), PartitionId(0)), Seq(seq))
    }

    fn sent(flags: &str) -> Message {
        let context = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{flags}");
        let header = |name: &str, value: &str| Header { name: name.into(), value: HeaderValue::Text(value.into()) };
        Message { headers: vec![header("traceparent", &context), header("tracestate", "a=1")], ..Message::default() }
    }

    #[test]
    fn the_sender_decides_where_it_sent_a_context() {
        let names = Names::new(1);
        let strand = Sampling { ratio: 0.0 }.strand(names, id(1), &sent("01")).expect("it is traced");
        assert_eq!(strand.trace, TraceId(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736));
        assert_eq!((strand.sender, strand.state.as_deref()), (Some(SpanId(0x00f0_67aa_0ba9_02b7)), Some("a=1")));
        assert_eq!(Sampling { ratio: 1.0 }.strand(names, id(1), &sent("00")), None);
    }

    #[test]
    fn of_the_others_the_share_is_traced_that_was_asked_for() {
        let names = Names::new(1);
        let taken = |ratio: f64| {
            let taken = |seq: &u64| Sampling { ratio }.strand(names, id(*seq), &Message::default()).is_some();
            (1..10_001).filter(taken).collect::<Vec<u64>>()
        };
        assert_eq!((taken(0.0).len(), taken(1.0).len()), (0, 10_000));
        let (tenth, half) = (taken(0.1), taken(0.5));
        assert!((900..1100).contains(&tenth.len()) && (4800..5200).contains(&half.len()), "{}", tenth.len());
        assert!(tenth.iter().all(|seq| half.contains(seq)), "a lower ratio takes a part of what a higher one takes");
    }
}

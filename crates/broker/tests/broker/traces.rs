//! What spans tell of messages: each step with its times, in the sender's trace or in one of their own.

use crate::bench::{Bench, poll};
use broker::traces::{Outcome, Span, Step};
use broker::{Settle, Settlement};
use std::pin::pin;
use vocab::{
    BuryPolicy, CountedBy, DeathReason, DoorCode, Header, HeaderValue, Message, MessageId, QueueId, QueueSettings,
    SpanId, TraceId,
};

const TRACE: TraceId = TraceId(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
const SENDER: SpanId = SpanId(0x00f0_67aa_0ba9_02b7);

fn sent_in_a_trace(sampled: bool) -> Message {
    let text = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-{:02x}", u8::from(sampled));
    let headers = vec![Header { name: "traceparent".into(), value: HeaderValue::Text(text) }];
    Message { headers, ..Message::with_body("coffee") }
}

fn publish(bench: &mut Bench, queue: QueueId, message: Message) -> MessageId {
    let broker = bench.broker.for_door("front");
    bench.run(broker.publish(queue, vec![message])).expect("the queue takes it")[0]
}

fn settle(bench: &mut Bench, queue: QueueId, how: Settle) {
    let token = bench.receive(queue).expect("it exists")[0].lease.token;
    bench.pass_ms(7);
    let broker = bench.broker.clone();
    bench.run(broker.settle(vec![Settlement { token, how }])).expect("it works")[0].expect("it is leased");
    bench.settle();
}

fn spans(bench: &mut Bench) -> Vec<Span> {
    bench.settle();
    bench.broker.traces().expect("it traces").take()
}

fn outcomes(spans: &[Span]) -> Vec<Outcome> {
    let outcome = |span: &Span| match &span.step {
        Step::Work { outcome, .. } => Some(outcome.clone()),
        _ => None,
    };
    spans.iter().filter_map(outcome).collect()
}

#[test]
fn every_step_is_a_span_in_the_senders_trace() {
    let mut bench = Bench::traced(0.0);
    let queue = bench.create("orders", QueueSettings::default());
    let id = publish(&mut bench, queue, sent_in_a_trace(true));
    bench.pass_ms(5);
    settle(&mut bench, queue, Settle::Fail { delay_ms: 0, reason: Some("no beans".into()) });
    bench.pass_ms(3);
    settle(&mut bench, queue, Settle::Ack);
    let spans = spans(&mut bench);
    let [came, first_wait, first_work, second_wait, second_work] = &spans[..] else { panic!("{spans:#?}") };
    for span in &spans {
        assert_eq!((span.trace, span.message), (TRACE, id));
        assert_eq!(span.queue.as_ref().map(|queue| queue.name.as_str()), Some("orders"));
    }
    assert_eq!(came.step, Step::Publish { door: DoorCode(1), body_bytes: 6 });
    let parents = [came, first_wait, first_work, second_wait, second_work].map(|span| span.parent);
    let expected = [SENDER, came.id, first_wait.id, came.id, second_wait.id].map(Some);
    assert_eq!(parents, expected);
    let took_ms = |span: &Span| (span.end_us - span.start_us) / 1000;
    assert_eq!([first_wait, first_work, second_wait, second_work].map(took_ms), [5, 7, 3, 7]);
    assert_eq!((&first_wait.step, &second_wait.step), (&Step::Wait { deliveries: 1 }, &Step::Wait { deliveries: 2 }));
    assert_eq!(outcomes(&spans), [Outcome::Failed(Some("no beans".into())), Outcome::Acked]);
    assert_eq!(bench.broker.traces().expect("it traces").figures().dropped, 0);
}

#[test]
fn a_burial_is_a_span_and_the_trace_goes_on_in_the_dead_letter_queue() {
    let mut bench = Bench::traced(0.0);
    let dead = bench.create("dead", QueueSettings::default());
    let bury = BuryPolicy::into_queue(CountedBy::Failures, 1, "dead");
    let home = bench.create("home", QueueSettings { bury: Some(bury), ..QueueSettings::default() });
    let id = publish(&mut bench, home, sent_in_a_trace(true));
    settle(&mut bench, home, Settle::Fail { delay_ms: 0, reason: None });
    settle(&mut bench, dead, Settle::Ack);
    let spans = spans(&mut bench);
    assert!(spans.iter().all(|span| (span.trace, span.message) == (TRACE, id)), "{spans:#?}");
    let buried = spans.iter().find(|span| matches!(span.step, Step::Bury { .. })).expect("it was buried");
    let Step::Bury { reason, to } = &buried.step else { unreachable!() };
    assert_eq!((*reason, to.as_ref().map(|to| to.name.as_str())), (DeathReason::Limit, Some("dead")));
    let work = spans.iter().find(|span| matches!(span.step, Step::Work { .. })).expect("there was work");
    assert_eq!(buried.parent, Some(work.id));
    assert_eq!(outcomes(&spans), [Outcome::Failed(None), Outcome::Acked]);
}

#[test]
fn a_message_without_a_context_keeps_its_trace_through_a_crash() {
    let mut bench = Bench::traced(1.0);
    let queue = bench.create("orders", QueueSettings::default());
    publish(&mut bench, queue, Message::with_body("coffee"));
    let before = spans(&mut bench);
    let mut bench = bench.crash();
    settle(&mut bench, queue, Settle::Ack);
    let after = spans(&mut bench);
    assert_eq!((before.len(), after.len()), (1, 2));
    assert_eq!((before[0].parent, after[0].parent), (None, Some(before[0].id)));
    assert!(after.iter().all(|span| span.trace == before[0].trace));
}

#[test]
fn nothing_is_told_of_a_publish_before_it_is_durable() {
    let mut bench = Bench::traced(1.0);
    let queue = bench.create("orders", QueueSettings::default());
    let broker = bench.broker.clone();
    let mut publishing = pin!(broker.publish(queue, vec![Message::with_body("coffee")]));
    assert!(poll(publishing.as_mut()).is_pending());
    bench.runner.step().expect("memory does not fail");
    bench.clock.advance_ms(4);
    assert_eq!(broker.traces().expect("it traces").take(), []);
    bench.run(publishing).expect("the queue takes it");
    let spans = spans(&mut bench);
    assert_eq!(spans.len(), 1);
    assert!(spans[0].end_us - spans[0].start_us >= 4_000, "{spans:?}");
}

#[test]
fn leases_that_end_otherwise_say_how() {
    let mut bench = Bench::traced(1.0);
    let settings = QueueSettings { lease_ms: 1000, ..QueueSettings::default() };
    let queue = bench.create("orders", settings);
    publish(&mut bench, queue, Message::with_body("coffee"));
    settle(&mut bench, queue, Settle::Release { delay_ms: 0 });
    bench.receive(queue).expect("it exists");
    bench.pass_ms(1001);
    bench.receive(queue).expect("it exists");
    let broker = bench.broker.clone();
    bench.run(broker.purge(queue, broker::Purge::All)).expect("it exists");
    assert_eq!(outcomes(&spans(&mut bench)), [Outcome::Released, Outcome::LeaseExpired, Outcome::Removed]);
    bench.run(broker.delete_queue(queue)).expect("it exists");
    assert_eq!(spans(&mut bench), []);
}

#[test]
fn who_is_not_sampled_leaves_no_span_and_who_finds_no_room_is_counted() {
    let mut bench = Bench::traced(1.0);
    let queue = bench.create("orders", QueueSettings::default());
    publish(&mut bench, queue, sent_in_a_trace(false));
    settle(&mut bench, queue, Settle::Ack);
    assert_eq!(spans(&mut bench), []);
    let broker = bench.broker.clone();
    for _ in 0..20 {
        bench.run(broker.publish(queue, vec![Message::default(); 1000])).expect("the queue takes them");
    }
    bench.settle();
    let figures = broker.traces().expect("it traces").figures();
    let taken = spans(&mut bench).len() as u64;
    assert_eq!((figures.made, figures.dropped), (20_000, 20_000 - taken));
    assert!((10_000..20_000).contains(&taken), "{taken}");
    assert!(Bench::new().broker.traces().is_none());
}

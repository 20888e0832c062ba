//! The journal's questions are answered between commands, from the state as it is then.

use super::scripted::{Script, Scripted, lock};
use crate::core::answer::Answer;
use crate::core::command::{Command, LeaseTerms, Receive, Settle, Settlement, WaiterId};
use crate::core::info::Leased;
use crate::driver::{Content, Envelope, Inbox, LogTime, Recovering, Reply, Shard, Step};
use journal::{Inquiry, MemoryStore, SeqSet};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};
use vocab::clock::ManualClock;
use vocab::{ConsumerId, Message, PartitionId, PartitionKey, QueueId, QueueSettings, Seq, SubscriptionId};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Answer>>>);

impl Reply for Kept {
    fn tell(self, answer: Answer, _content: Content) -> Result<(), Vec<Leased>> {
        self.0.lock().expect("no test panics while it holds this").push(answer);
        Ok(())
    }
}

struct Bench {
    shard: Shard<Scripted, Kept>,
    inbox: Arc<Inbox<Kept>>,
    script: Arc<Mutex<Script>>,
    replies: Kept,
}

impl Bench {
    fn new() -> Self {
        let mut recovering = Recovering::default();
        let (journal, opened) = MemoryStore::new().open(&mut recovering).expect("an empty store opens");
        let machine = recovering.finish(&journal).expect("an empty store is consistent");
        let script = Arc::new(Mutex::new(Script::default()));
        let journal = Scripted { journal, script: Arc::clone(&script) };
        let time = LogTime::start(Arc::new(ManualClock::at(1_000_000)), 0);
        let inbox = Arc::new(Inbox::new(Arc::default()));
        let shard = Shard::new(machine, journal, &opened, time, Arc::clone(&inbox), Arc::new(|work| work()), None);
        Self { shard, inbox, script, replies: Kept::default() }
    }

    fn put(&self, command: Command) {
        let put = self.inbox.put(Envelope { reply: Some(self.replies.clone()), ..Envelope::unanswered(command) });
        assert!(put.is_ok(), "the inbox is open");
    }

    fn ask(&mut self, command: Command) -> Answer {
        self.put(command);
        while self.shard.step().expect("memory does not fail") == Step::Worked {}
        self.replies.0.lock().expect("no test panics while it holds this").pop().expect("every command is answered")
    }

    fn inquire(&mut self, ranges: Vec<(PartitionKey, RangeInclusive<Seq>)>) {
        lock(&self.script).inquiry = Some(Inquiry { ranges });
    }

    fn answer(&mut self) -> Vec<SeqSet> {
        self.shard.step().expect("memory does not fail");
        lock(&self.script).answer.take().expect("an inquiry is answered at once")
    }

    /// A queue with messages 1 to 5, of which 1 is leased.
    fn with_messages() -> (Self, PartitionKey, Leased) {
        let mut bench = Self::new();
        let settings = Box::new(QueueSettings::default());
        let annotations = BTreeMap::new();
        let created = bench.ask(Command::CreateQueue { name: "queue".to_owned(), settings, annotations });
        let Answer::Created(Ok(info)) = created else { panic!("not created: {created:?}") };
        let key = PartitionKey::new(info.id, PartitionId(0));
        bench.ask(Command::Publish { key, messages: vec![Message::with_body("body"); 5] });
        let (subscription, terms) = (SubscriptionId(0), LeaseTerms::Claim);
        let receive = Receive {
            queue: info.id,
            subscription,
            max: 1,
            wait_ms: Some(0),
            terms,
            rank: 0,
            consumer: ConsumerId::UNKNOWN,
        };
        let received = bench.ask(Command::Receive { receive, waiter: WaiterId(1) });
        let Answer::Received(Ok(leased)) = received else { panic!("not received: {received:?}") };
        (bench, key, leased[0])
    }
}

fn ack(leased: &Leased) -> Command {
    Command::Settle(vec![Settlement { token: leased.token, how: Settle::Ack }])
}

#[test]
fn every_range_is_answered_with_what_lives_of_it() {
    let (mut bench, key, leased) = Bench::with_messages();
    bench.ask(ack(&leased));
    let unknown = PartitionKey::new(QueueId(77), PartitionId(0));
    bench.inquire(vec![(key, Seq(1)..=Seq(3)), (unknown, Seq(1)..=Seq(9)), (key, Seq(5)..=Seq(900))]);
    assert_eq!(bench.answer(), [SeqSet::from([2, 3]), SeqSet::new(), SeqSet::from([5])]);
}

#[test]
fn the_answer_rests_on_nothing_that_was_not_appended() {
    let (mut bench, key, leased) = Bench::with_messages();
    bench.put(ack(&leased));
    bench.inquire(vec![(key, Seq(1)..=Seq(5))]);
    assert_eq!(bench.answer(), [SeqSet::from([1, 2, 3, 4, 5])], "the ack is executed after the answer");
    bench.inquire(vec![(key, Seq(1)..=Seq(5))]);
    assert_eq!(bench.answer(), [SeqSet::from([2, 3, 4, 5])]);
}

#[test]
fn without_a_question_nothing_is_answered() {
    let (bench, _, _) = Bench::with_messages();
    assert!(lock(&bench.script).answer.is_none());
}

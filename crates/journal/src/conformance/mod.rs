//! What every journal must do, as tests over any implementation.
//!
//! An implementation writes a [`Harness`] and says `journal::conformance_tests!(MyHarness::new());` in a test module.
//! Every clause of [`crate::contract`] has at least one test here; what only one implementation can do is tested there.

mod checkpoints;
mod commits;
mod endings;
mod inquiries;
mod messages;
mod recorder;

pub use checkpoints::*;
pub use commits::*;
pub use endings::*;
pub use inquiries::*;
pub use messages::*;
pub use recorder::{Recorder, Replayed};

use crate::contract::{Fetch, Journal, Opened, PageKey, Poisoned, Replay, ReplayError, Urgency};
use std::sync::Arc;
use vocab::{Message, PartitionId, PartitionKey, Position, QueueId, Seq};

/// One store, opened again and again.
pub trait Harness {
    /// The implementation.
    type Journal: Journal;

    /// Opens the store; the first time, an empty one.
    ///
    /// # Errors
    /// `replay` refused something.
    fn open(&mut self, replay: &mut dyn Replay) -> Result<(Self::Journal, Opened), ReplayError>;

    /// Lets everything that works in the background run until it has nothing left to do.
    fn run(&mut self, journal: &mut Self::Journal);

    /// From here on nothing may become durable.
    fn hold(&mut self);

    /// Ends [`Harness::hold`].
    fn release(&mut self);

    /// Makes the next write or sync fail.
    fn fail(&mut self);

    /// Ends the process, as it were: nothing more is done on the journal's behalf. Ends [`Harness::hold`] and
    /// [`Harness::fail`] too.
    fn stop(&mut self, journal: Self::Journal);
}

/// The kind of the suite's own records.
const KIND: u8 = crate::record::ENGINE_KIND_MIN;

/// The page that most tests write.
const STATE: PageKey = PageKey(7);

fn key(queue: u32) -> PartitionKey {
    PartitionKey::new(QueueId(queue), PartitionId(0))
}

fn message(body: &str) -> Arc<Message> {
    Arc::new(Message::with_body(body.to_owned()))
}

fn open<H: Harness>(harness: &mut H) -> (H::Journal, Recorder, Opened) {
    let mut recorder = Recorder::default();
    let (journal, opened) = harness.open(&mut recorder).expect("the store opens");
    (journal, recorder, opened)
}

fn reopen<H: Harness>(harness: &mut H, journal: H::Journal) -> (H::Journal, Recorder, Opened) {
    harness.stop(journal);
    open(harness)
}

fn note(journal: &mut impl Journal, text: &str) {
    journal.append(KIND, true, QueueId(1), text.as_bytes());
}

/// Hands over a checkpoint of one page, which [`Recorder::saved`] finds again.
pub fn save(journal: &mut impl Journal, text: &str) {
    journal.checkpoint(vec![(STATE, Some(text.as_bytes().to_vec()))]);
}

/// Submits what is open and waits until it is durable.
fn commit<H: Harness>(harness: &mut H, journal: &mut H::Journal) -> Position {
    let position = journal.open_position();
    journal.submit(Urgency::Now);
    assert_eq!(settle(harness, journal), Ok(position), "what was submitted becomes durable");
    position
}

fn settle<H: Harness>(harness: &mut H, journal: &mut H::Journal) -> Result<Position, Poisoned> {
    harness.run(journal);
    let durable = journal.poll();
    harness.run(journal);
    durable
}

fn fetched(journal: &impl Journal, key: PartitionKey, seq: u64) -> Option<Arc<Message>> {
    match journal.fetch(key, Seq(seq)) {
        Fetch::Ready(message) => Some(message),
        Fetch::Read(read) => Some(read().expect("an undamaged message reads")),
        Fetch::Gone => None,
    }
}

fn body(journal: &impl Journal, key: PartitionKey, seq: u64) -> Option<String> {
    fetched(journal, key, seq).map(|message| String::from_utf8_lossy(&message.body).into_owned())
}

/// Makes one `#[test]` of every clause, each over a store of its own that `$harness` makes.
#[macro_export]
macro_rules! conformance_tests {
    ($harness:expr) => {
        $crate::conformance_tests!(@each $harness;
            a_fresh_store_is_empty_and_clean
            a_submitted_commit_becomes_durable
            an_empty_commit_is_not_submitted
            durable_commits_are_replayed_in_order
            records_come_back_as_they_were_appended
            a_commit_that_is_not_durable_is_lost_whole
            only_so_many_commits_wait
            a_commit_of_any_urgency_is_durable_with_a_later_urgent_one
            a_large_commit_is_replayed_whole
            positions_go_on_after_a_stop
            a_refused_replay_leaves_the_store_as_it_was
            a_message_is_fetched_before_and_after_it_is_durable
            unknown_messages_are_gone
            a_message_keeps_every_field
            forgotten_messages_are_gone_and_others_stay
            forgetting_everything_at_once_leaves_nothing
            held_counts_what_is_not_forgotten
            live_messages_are_fetched_after_a_stop
            messages_that_do_not_live_are_dropped_at_open
            seqs_may_have_gaps
            a_large_batch_is_fetched_message_by_message
            messages_of_a_lost_commit_are_gone
            a_checkpoint_covers_what_came_before_it_and_nothing_else
            messages_outlive_the_checkpoint_that_covers_them
            a_checkpoint_counts_only_once_its_commits_are_durable
            the_newest_checkpoint_is_replayed
            pages_that_did_not_change_stay_as_they_were
            pages_of_many_checkpoints_are_replayed_as_one_set
            a_checkpoint_handed_over_before_another_counted_loses_no_page
            questions_answered_truly_lose_nothing
            a_failed_journal_is_poisoned_for_ever
            a_failure_keeps_what_was_durable
            a_closed_store_is_clean_and_an_unclosed_one_is_not
            closing_makes_what_was_not_urgent_durable
            boot_epochs_grow_and_the_store_keeps_its_id
            the_store_knows_the_newest_publishing_time
            a_fresh_store_has_room
        );
    };
    (@each $harness:expr; $($clause:ident)*) => {
        $(
            #[test]
            fn $clause() {
                $crate::conformance::$clause(&mut $harness);
            }
        )*
    };
}

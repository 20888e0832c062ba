//! Tests of the tests: each rule that the product can break on purpose is broken, and some seed must notice.

use vocab::mutant::{self, Mutant};

/// A mutant that survives so many seeds is not noticed.
const SEEDS_MAX: u64 = 600;

/// For a mutant that shows only when the power goes between two syncs.
const SEEDS_MAX_IN_BETWEEN: u64 = 3_000;

fn is_killed(mutant: Mutant) {
    is_killed_within(mutant, SEEDS_MAX);
}

fn is_killed_within(mutant: Mutant, seeds_max: u64) {
    let killer = (1..=seeds_max).find_map(|seed| mutant::with(mutant, || sim::play(seed)).err());
    match killer {
        Some(failure) => println!("{mutant:?} is killed by seed {}: {}", failure.seed, failure.what),
        None => panic!("{mutant:?} survives {seeds_max} seeds: the checker is blind to it"),
    }
}

#[test]
fn answering_before_the_sync_is_noticed() {
    is_killed(Mutant::AnswerBeforeSync);
}

#[test]
fn counting_before_it_is_durable_is_noticed() {
    is_killed_within(Mutant::CountBeforeDurable, SEEDS_MAX_IN_BETWEEN);
}

#[test]
fn skipping_the_folders_sync_is_noticed() {
    is_killed(Mutant::SkipDirectorySync);
}

#[test]
fn forgetting_the_salt_is_noticed() {
    is_killed(Mutant::ForgetSalt);
}

#[test]
fn using_a_seq_again_is_noticed() {
    is_killed(Mutant::ReuseSeq);
}

#[test]
fn dropping_the_redelivery_timer_is_noticed() {
    is_killed(Mutant::DropRedeliveryTimer);
}

#[test]
fn retiring_what_is_not_covered_is_noticed() {
    is_killed(Mutant::RetireUncovered);
}

#[test]
fn burying_in_two_commits_is_noticed() {
    is_killed_within(Mutant::BuryInTwoCommits, SEEDS_MAX_IN_BETWEEN);
}

#[test]
fn moving_in_two_commits_is_noticed() {
    is_killed_within(Mutant::MoveInTwoCommits, SEEDS_MAX_IN_BETWEEN);
}

#[test]
fn publishing_into_several_queues_in_two_commits_is_noticed() {
    is_killed_within(Mutant::PublishInTwoCommits, SEEDS_MAX_IN_BETWEEN);
}

#[test]
fn handing_a_lane_out_twice_at_a_time_is_noticed() {
    is_killed(Mutant::IgnoreHeldLanes);
}

#[test]
fn forgetting_dedup_ids_over_a_checkpoint_is_noticed() {
    is_killed(Mutant::ForgetDedupIds);
}

#[test]
fn handing_out_by_place_alone_is_noticed() {
    is_killed(Mutant::IgnorePriorities);
}

#[test]
fn handing_out_of_a_paused_queue_is_noticed() {
    is_killed(Mutant::IgnorePauses);
}

#[test]
fn keeping_what_an_operator_deleted_is_noticed() {
    is_killed(Mutant::KeepDeleted);
}

#[test]
fn forgetting_counts_when_an_operator_releases_is_noticed() {
    is_killed(Mutant::ForgetReleasedCounts);
}

#[test]
fn every_mutant_has_its_test() {
    // One is the store's own to notice: its crash would have to fall into a few microseconds.
    let elsewhere = [Mutant::RewriteUndurable];
    assert_eq!(Mutant::ALL.len() - elsewhere.len(), 16, "a new mutant needs a test above");
}

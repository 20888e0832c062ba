//! The same seed gives the same history: without that no failure could be looked at twice.

fn story(seed: u64) -> (u64, Vec<String>) {
    let outcome = sim::play(seed).unwrap_or_else(|failure| panic!("{failure}"));
    (outcome.trace, outcome.history.events.iter().map(|event| format!("{event:?}")).collect())
}

#[test]
fn one_seed_twice_gives_one_trace_and_one_history() {
    for seed in [7, 42, 1001] {
        let (first, again) = (story(seed), story(seed));
        assert_eq!(first.0, again.0, "the turns of seed {seed} differ");
        for (place, (one, other)) in first.1.iter().zip(&again.1).enumerate() {
            assert_eq!(one, other, "event {place} of seed {seed} differs");
        }
        assert_eq!(first.1.len(), again.1.len(), "seed {seed} has further events the second time");
    }
}

#[test]
fn two_seeds_give_two_traces() {
    assert_ne!(story(1).0, story(2).0);
}

//! The rule alone, and in a loop with workers that follow it.

use super::*;

const GOAL: Goal = Goal { target_wait_ms: 10_000, min: 0, max: 100, per_worker: 1 };

fn load(ready: u64, leased: u64, arrivals_per_s: f64, service_ms: f64) -> Load {
    Load { ready, leased, arrivals_per_s: Some(arrivals_per_s), service_ms: Some(service_ms) }
}

fn check(load: Load, goal: Goal, desired: u64) {
    let advice = advise(&load, &goal);
    assert_eq!(advice.desired, desired, "{load:?} {goal:?}: {}", advice.why);
}

#[test]
fn an_idle_queue_wants_nobody_or_the_fewest() {
    check(load(0, 0, 0.0, 500.0), GOAL, 0);
    check(Load::default(), GOAL, 0);
    check(load(0, 0, 0.0, 500.0), Goal { min: 2, ..GOAL }, 2);
}

#[test]
fn those_who_keep_up_are_littles_law() {
    check(load(0, 0, 10.0, 500.0), GOAL, 5);
    check(load(0, 0, 10.0, 520.0), GOAL, 6);
    check(load(0, 0, 0.2, 10.0), GOAL, 1);
}

#[test]
fn a_backlog_is_taken_down_within_the_time_it_may_wait() {
    check(load(400, 0, 0.0, 500.0), GOAL, 20);
    check(load(400, 0, 0.0, 500.0), Goal { target_wait_ms: 100_000, ..GOAL }, 2);
    check(load(1, 0, 0.0, 1.0), GOAL, 1);
    check(load(400, 0, 0.0, 500.0), Goal { per_worker: 10, ..GOAL }, 2);
}

#[test]
fn whoever_works_is_not_sent_away() {
    check(load(0, 7, 0.0, 10.0), GOAL, 7);
    check(load(0, 71, 0.0, 10.0), Goal { per_worker: 10, ..GOAL }, 8);
}

#[test]
fn the_bounds_hold_and_are_told() {
    let advice = advise(&load(1_000_000, 0, 0.0, 500.0), &GOAL);
    assert!(advice.desired == 100 && advice.why.contains("100 are the most"), "{}", advice.why);
    let advice = advise(&load(1, 0, 0.0, 500.0), &Goal { min: 3, ..GOAL });
    assert!(advice.desired == 3 && advice.why.contains("3 are the fewest"), "{}", advice.why);
    check(load(5, 0, 0.0, 500.0), Goal { min: 9, max: 4, ..GOAL }, 4);
}

#[test]
fn while_nothing_has_ended_it_doubles() {
    let unknown = |ready, leased| Load { ready, leased, arrivals_per_s: None, service_ms: None };
    check(unknown(50, 0), GOAL, 1);
    check(unknown(49, 1), GOAL, 2);
    check(unknown(46, 4), GOAL, 8);
    check(unknown(1, 4), GOAL, 5);
    check(unknown(0, 4), GOAL, 4);
}

#[test]
fn more_to_do_is_never_fewer_workers() {
    let mut seen = 0;
    for ready in [0, 1, 10, 1000] {
        for leased in [0, 3, 40] {
            for arrivals in [0.0, 0.5, 20.0] {
                for service in [1.0, 100.0, 5000.0] {
                    let few = advise(&load(ready, leased, arrivals, service), &GOAL).desired;
                    let more = [
                        load(ready + 5, leased, arrivals, service),
                        load(ready, leased + 5, arrivals, service),
                        load(ready, leased, arrivals + 1.0, service),
                        load(ready, leased, arrivals, service * 2.0),
                    ];
                    for more in more {
                        assert!(advise(&more, &GOAL).desired >= few, "{more:?}");
                        seen += 1;
                    }
                }
            }
        }
    }
    assert_eq!(seen, 4 * 3 * 3 * 3 * 4);
}

/// A queue whose workers are as many as the rule said, one step later; each takes a message a `service_s`.
struct Loop {
    ready: f64,
    workers: u64,
    sizes: Vec<u64>,
}

impl Loop {
    fn step(&mut self, arrivals_per_s: f64, service_s: f64, seconds: f64) {
        let served = (self.ready + arrivals_per_s * seconds).min(float(self.workers) / service_s * seconds);
        self.ready = (self.ready + arrivals_per_s * seconds - served).max(0.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
        let (ready, leased) = (self.ready as u64, (served / seconds * service_s).round() as u64);
        self.workers = advise(&load(ready, leased, arrivals_per_s, service_s * 1000.0), &GOAL).desired;
        self.sizes.push(self.workers);
    }
}

#[test]
fn workers_that_follow_it_catch_up_and_then_stay_as_many() {
    let mut queue = Loop { ready: 2000.0, workers: 0, sizes: Vec::new() };
    for _ in 0..60 {
        queue.step(20.0, 0.5, 5.0);
    }
    assert!(queue.ready < 20.0 * 10.0, "no message waits longer than the target: {}", queue.ready);
    let last = &queue.sizes[40..];
    let (least, most) = (last.iter().min().expect("some"), last.iter().max().expect("some"));
    assert!(*least >= 10 && most - least <= 1, "{:?}", queue.sizes);
}

#[test]
fn a_wavering_rate_does_not_make_it_flap() {
    let mut queue = Loop { ready: 0.0, workers: 0, sizes: Vec::new() };
    for round in 0..80 {
        queue.step(if round % 2 == 0 { 19.0 } else { 21.0 }, 0.5, 5.0);
    }
    let last = &queue.sizes[40..];
    let (least, most) = (last.iter().min().expect("some"), last.iter().max().expect("some"));
    assert!(most - least <= 2, "{:?}", queue.sizes);
}

#[test]
fn it_ends_at_none_when_the_last_is_done() {
    let mut queue = Loop { ready: 100.0, workers: 0, sizes: Vec::new() };
    for _ in 0..40 {
        queue.step(0.0, 0.5, 5.0);
    }
    assert_eq!(queue.sizes.last(), Some(&0), "{:?}", queue.sizes);
}

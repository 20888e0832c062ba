//! The loop's own promises, with toy parts.

use super::*;
use crate::dice::Dice;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use vocab::clock::{Clock, ManualClock};

/// Counts down, then is idle for ever, or closed.
struct Countdown {
    left: Rc<Cell<u32>>,
    closes: bool,
}

impl Part for Countdown {
    fn name(&self) -> &'static str {
        "the countdown"
    }

    fn step(&mut self) -> Progress {
        match self.left.get() {
            0 if self.closes => Progress::Closed,
            0 => Progress::Idle(None),
            left => {
                self.left.set(left - 1);
                Progress::Worked
            }
        }
    }
}

fn executor(seed: u64, left: &Rc<Cell<u32>>, closes: bool) -> (Executor, ManualClock) {
    let clock = ManualClock::at(0);
    let part = Box::new(Countdown { left: left.clone(), closes });
    (Executor::new(clock.clone(), Dice::new(seed), vec![part]), clock)
}

#[test]
fn time_jumps_to_the_next_sleeper_when_nothing_can_be_done() {
    let (mut executor, clock) = executor(1, &Rc::new(Cell::new(3)), false);
    let (alarms, woken_us) = (executor.alarms(), Rc::new(Cell::new(0)));
    let (seen, watch) = (woken_us.clone(), clock.clone());
    executor.spawner().spawn(async move {
        alarms.sleep_ms(60_000).await;
        seen.set(watch.mono_us());
    });
    assert_eq!(executor.run(|| false), Stopped::TasksDone);
    assert_eq!(woken_us.get(), 60_000_000);
}

#[test]
fn the_same_seed_takes_the_same_turns() {
    let order = |seed| {
        let (mut executor, _) = executor(seed, &Rc::new(Cell::new(20)), false);
        let log = Rc::new(RefCell::new(Vec::new()));
        for task in 0..5 {
            let (alarms, log) = (executor.alarms(), log.clone());
            executor.spawner().spawn(async move {
                for _ in 0..4 {
                    log.borrow_mut().push(task);
                    alarms.sleep_ms(task % 2).await;
                }
            });
        }
        assert_eq!(executor.run(|| false), Stopped::TasksDone);
        (log.take(), executor.trace())
    };
    assert_eq!(order(1), order(1));
    assert_ne!(order(1).0, order(2).0);
    assert_ne!(order(1).1, order(2).1);
}

#[test]
fn a_task_that_waits_for_nothing_is_noticed() {
    let (mut executor, _) = executor(1, &Rc::new(Cell::new(3)), false);
    executor.spawner().spawn(std::future::pending());
    assert!(matches!(executor.run(|| false), Stopped::Stuck(why) if why.contains("the countdown")));
}

#[test]
fn a_part_that_closes_stops_the_loop() {
    let (mut executor, _) = executor(1, &Rc::new(Cell::new(3)), true);
    executor.spawner().spawn(std::future::pending());
    assert_eq!(executor.run(|| false), Stopped::Closed);
}

#[test]
fn whoever_waits_for_quiet_is_woken_when_nothing_else_can_be_done_and_before_time_passes() {
    let left = Rc::new(Cell::new(50));
    let (mut executor, clock) = executor(1, &left, false);
    let (alarms, seen) = (executor.alarms(), Rc::new(Cell::new(None)));
    let (told, watch, countdown) = (seen.clone(), clock.clone(), left.clone());
    executor.spawner().spawn(async move {
        alarms.quiet().await;
        told.set(Some((countdown.get(), watch.mono_us())));
        alarms.sleep_ms(1).await;
    });
    assert_eq!(executor.run(|| false), Stopped::TasksDone);
    assert_eq!(seen.get(), Some((0, 0)));
}

#[test]
fn the_condition_stops_the_loop_between_two_turns() {
    let left = Rc::new(Cell::new(100));
    let (mut executor, _) = executor(1, &left, false);
    executor.spawner().spawn(std::future::pending());
    assert_eq!(executor.run(|| left.get() == 50), Stopped::Interrupted);
    assert_eq!(left.get(), 50);
}

#[test]
fn giving_up_drops_what_was_waited_for() {
    let (mut executor, clock) = executor(1, &Rc::new(Cell::new(0)), false);
    let (alarms, outcome) = (executor.alarms(), Rc::new(RefCell::new(Vec::new())));
    let told = outcome.clone();
    executor.spawner().spawn(async move {
        let late = or_after(alarms.sleep_ms(100), alarms.sleep_ms(10)).await;
        let early = or_after(alarms.sleep_ms(10), alarms.sleep_ms(100)).await;
        told.borrow_mut().extend([late.is_some(), early.is_some()]);
    });
    assert_eq!(executor.run(|| false), Stopped::TasksDone);
    assert_eq!(*outcome.borrow(), [false, true]);
    assert_eq!(clock.mono_us(), 20_000, "the dropped sleepers woke nobody");
}

//! The loop.

use super::alarms::Alarms;
use super::part::{Part, Progress};
use super::tasks::{Spawner, Tasks};
use super::trace::Trace;
use crate::dice::Dice;
use vocab::clock::{Clock, ManualClock};

/// Nothing in a scenario takes longer than this, in microseconds of simulated time.
const STUCK_US: u64 = 3 * 3600 * 1_000_000;

/// No scenario takes more turns.
const TURNS_MAX: u64 = 5_000_000;

/// Runs tasks and parts until they are done or something ends them.
pub struct Executor {
    clock: ManualClock,
    alarms: Alarms,
    dice: Dice,
    tasks: Tasks,
    parts: Vec<Seat>,
    trace: Trace,
    /// Odds of a part being kept from its turns, as on a busy machine; 0 for never.
    pause_odds: u64,
}

/// A part and when it has its turn.
struct Seat {
    part: Box<dyn Part>,
    may_work: bool,
    /// It found nothing to do since somebody last did something.
    found_nothing: bool,
    ended: bool,
    wakes_us: Option<u64>,
    paused_until_us: u64,
}

/// Why the loop stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Every task has come to its end.
    TasksDone,
    /// A part has come to its end as it was asked to.
    Closed,
    /// A part failed.
    Failed(String),
    /// The condition given to [`Executor::run`] came true.
    Interrupted,
    /// Somebody waits for something that never comes.
    Stuck(String),
}

impl Executor {
    /// An executor without tasks over these parts.
    #[must_use]
    pub fn new(clock: ManualClock, dice: Dice, parts: Vec<Box<dyn Part>>) -> Self {
        let seat = |part| Seat {
            part,
            may_work: true,
            found_nothing: false,
            ended: false,
            wakes_us: None,
            paused_until_us: 0,
        };
        Self {
            alarms: Alarms::new(clock.clone()),
            clock,
            dice,
            tasks: Tasks::default(),
            parts: parts.into_iter().map(seat).collect(),
            trace: Trace::default(),
            pause_odds: 0,
        }
    }

    /// Where tasks are added.
    #[must_use]
    pub fn spawner(&self) -> Spawner {
        self.tasks.spawner()
    }

    /// The alarms that tasks sleep by.
    #[must_use]
    pub fn alarms(&self) -> Alarms {
        self.alarms.clone()
    }

    /// Once in so many turns a part is kept from its turns for a while, and time moves though there is work to do; never
    /// for 0.
    pub fn set_pause_odds(&mut self, odds: u64) {
        self.pause_odds = odds;
    }

    /// The sum of all turns so far.
    #[must_use]
    pub fn trace(&self) -> Trace {
        self.trace
    }

    /// Takes turns until the tasks are done, a part ends, `interrupted` says so, or nothing can ever happen again.
    pub fn run(&mut self, mut interrupted: impl FnMut() -> bool) -> Stopped {
        let start_us = self.clock.mono_us();
        for _ in 0..TURNS_MAX {
            if interrupted() {
                return Stopped::Interrupted;
            }
            self.alarms.ring();
            let woken = self.tasks.woken();
            if woken.is_empty() && self.tasks.are_done() {
                return Stopped::TasksDone;
            }
            if let Some(stopped) = self.turn(&woken) {
                return stopped;
            }
            if self.clock.mono_us() - start_us > STUCK_US {
                return Stopped::Stuck("hours have passed".to_owned());
            }
        }
        Stopped::Stuck(format!("there is no end after {TURNS_MAX} turns"))
    }

    fn turn(&mut self, woken: &[usize]) -> Option<Stopped> {
        let now_us = self.clock.mono_us();
        let ready: Vec<usize> = (0..self.parts.len()).filter(|part| self.parts[*part].is_ready(now_us)).collect();
        let choices = woken.len() + ready.len();
        if choices == 0 {
            return self.let_time_pass();
        }
        if self.pause_odds > 0 && self.dice.one_in(2000) {
            self.clock.advance_us(self.dice.below(5000));
        }
        let choice = self.dice.index(choices);
        self.trace.add(self.clock.mono_us());
        match woken.get(choice) {
            Some(task) => {
                self.trace.add(*task as u64);
                self.tasks.poll(*task);
                self.everybody_may_work();
                None
            }
            None => {
                let part = ready[choice - woken.len()];
                self.trace.add(1 << 32 | part as u64);
                self.step(part)
            }
        }
    }

    fn step(&mut self, number: usize) -> Option<Stopped> {
        let pause_us = if self.dice.one_in(self.pause_odds) { self.dice.within(1..200_000) } else { 0 };
        let seat = &mut self.parts[number];
        if pause_us > 0 {
            seat.paused_until_us = self.clock.mono_us() + pause_us;
            return None;
        }
        match seat.part.step() {
            Progress::Worked => self.everybody_may_work(),
            Progress::Idle(wakes_us) => {
                // Before it lay down it may have woken another, though it did nothing else.
                if !std::mem::replace(&mut seat.found_nothing, true) {
                    self.parts.iter_mut().for_each(|seat| seat.may_work = true);
                }
                let seat = &mut self.parts[number];
                seat.may_work = false;
                // A time that has come already and led to nothing would be asked for without end.
                seat.wakes_us = wakes_us.map(|at_us| at_us.max(self.clock.mono_us() + 1));
            }
            Progress::Closed => {
                seat.ended = true;
                return Some(Stopped::Closed);
            }
            Progress::Failed(reason) => {
                seat.ended = true;
                self.everybody_may_work();
                return Some(Stopped::Failed(reason));
            }
        }
        None
    }

    fn everybody_may_work(&mut self) {
        for seat in &mut self.parts {
            seat.may_work = true;
            seat.found_nothing = false;
        }
    }

    fn let_time_pass(&mut self) -> Option<Stopped> {
        if self.alarms.ring_quiet() {
            return None;
        }
        let wakes = self.parts.iter().filter_map(Seat::wakes_us).chain(self.alarms.next_us());
        let Some(next_us) = wakes.min() else {
            let names: Vec<_> = self.parts.iter().map(|seat| seat.part.name()).collect();
            return Some(Stopped::Stuck(format!("tasks wait, and {} have nothing to do", names.join(", "))));
        };
        let now_us = self.clock.mono_us();
        self.clock.advance_us(next_us.saturating_sub(now_us).max(1));
        self.parts.iter_mut().for_each(|seat| seat.found_nothing = false);
        None
    }
}

impl Seat {
    fn is_ready(&self, now_us: u64) -> bool {
        let due = self.may_work || self.wakes_us.is_some_and(|at_us| at_us <= now_us);
        !self.ended && due && self.paused_until_us <= now_us
    }

    fn wakes_us(&self) -> Option<u64> {
        if self.ended {
            None
        } else if self.may_work {
            Some(self.paused_until_us)
        } else {
            self.wakes_us.map(|at_us| at_us.max(self.paused_until_us))
        }
    }
}

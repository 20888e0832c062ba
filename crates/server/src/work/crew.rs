//! Who works: each message at hand, the process that works on it, and what it was told.
//!
//! Invariant: a process is only signalled while it is known not to have been waited for, so that no number is reused under us: its
//! entry loses the process id, under the lock, before it is waited for.

use super::progress;
use super::settlement::Told;
use crate::ask::{Client, Path};
use crate::cli::Span;
use crate::operate::counted;
use crate::signals::StopSignal;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use vocab::clock::{Clock, SystemClock};

/// How the worker ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Nothing more is taken, and what runs may end within the grace.
    Gently,
    /// What runs is killed.
    AtOnce(StopSignal),
}

/// What came of messages so far.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) done: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) buried: AtomicU64,
    pub(super) released: AtomicU64,
    pub(super) lost: AtomicU64,
}

/// A message that is being worked on.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) token: String,
    /// The process group; `None` for a request, before a command has started, and once it is waited for.
    group: Option<Pid>,
    is_request: bool,
    pub(super) told: Option<Told>,
    told_us: u64,
    since_us: u64,
    killed: bool,
    /// When its lease is to be extended.
    pub(super) extend_us: u64,
}

/// One entry.
pub(super) type Ticket = u64;

#[derive(Debug)]
pub(super) struct State {
    size: u32,
    stop: Option<Stop>,
    stopped_us: u64,
    over: bool,
    broken: Option<String>,
    service_ms: Option<u64>,
    tickets: Ticket,
    pub(super) running: BTreeMap<Ticket, Running>,
}

/// The workers.
#[derive(Debug)]
pub(super) struct Crew {
    clock: SystemClock,
    state: Mutex<State>,
    changed: Condvar,
    pub(super) counts: Counts,
}

impl Crew {
    pub(super) fn new(size: u32) -> Self {
        let state = State {
            size,
            stop: None,
            stopped_us: 0,
            over: false,
            broken: None,
            service_ms: None,
            tickets: 0,
            running: BTreeMap::new(),
        };
        Self { clock: SystemClock::new(), state: Mutex::new(state), changed: Condvar::new(), counts: Counts::default() }
    }

    pub(super) fn clock(&self) -> &SystemClock {
        &self.clock
    }

    /// The state, for those who look after those at work.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.changed.notify_all();
        changed
    }

    /// Waits for a change, at most until `until_us`; for ever without it.
    pub(super) fn wait<'a>(&self, state: MutexGuard<'a, State>, until_us: Option<u64>) -> MutexGuard<'a, State> {
        let Some(until_us) = until_us else {
            return self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        };
        let time = Duration::from_micros(until_us.saturating_sub(self.clock.mono_us()));
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }

    /// Waits until somebody is free, and says how many; `None` once nothing more is to be taken.
    pub(super) fn wait_for_free(&self) -> Option<u32> {
        let mut state = self.state();
        loop {
            let busy = u32::try_from(state.running.len()).unwrap_or(u32::MAX);
            match (state.stop, state.size.saturating_sub(busy)) {
                (Some(_), _) => return None,
                (None, 0) => state = self.wait(state, None),
                (None, free) => return Some(free),
            }
        }
    }

    /// Lets time pass. Says whether everything is over.
    pub(super) fn rest(&self, ms: u64) -> bool {
        let until_us = self.clock.mono_us() + ms * 1000;
        let mut state = self.state();
        while !state.over && self.clock.mono_us() < until_us {
            state = self.wait(state, Some(until_us));
        }
        state.over
    }

    /// Lets time pass, unless the worker is to stop.
    pub(super) fn rest_unless_stopped(&self, ms: u64) {
        let until_us = self.clock.mono_us() + ms * 1000;
        let mut state = self.state();
        while state.stop.is_none() && self.clock.mono_us() < until_us {
            state = self.wait(state, Some(until_us));
        }
    }

    /// Somebody begins with a message.
    pub(super) fn enter(&self, token: &str, is_request: bool, lease: Span) -> Ticket {
        let now_us = self.clock.mono_us();
        self.change(|state| {
            state.tickets += 1;
            let running = Running {
                token: token.to_owned(),
                group: None,
                is_request,
                told: state.stop.map(|_| Told::Stop),
                told_us: now_us,
                since_us: now_us,
                killed: false,
                extend_us: now_us + lease.ms * 1000 / 3,
            };
            state.running.insert(state.tickets, running);
            state.tickets
        })
    }

    /// The command of an entry has started. What it was told before, it is told now.
    pub(super) fn started(&self, ticket: Ticket, group: Option<Pid>) {
        self.change(|state| {
            if let Some(running) = state.running.get_mut(&ticket) {
                running.group = group;
                if running.told.is_some() {
                    running.signal(Signal::TERM);
                }
            }
        });
    }

    /// The command of an entry has ended and is about to be waited for; what it left running is told to end.
    pub(super) fn ended(&self, ticket: Ticket) {
        self.change(|state| {
            if let Some(running) = state.running.get_mut(&ticket) {
                running.signal(Signal::TERM);
                running.group = None;
            }
        });
    }

    /// What an entry was told while it ran.
    pub(super) fn told(&self, ticket: Ticket) -> Option<Told> {
        self.state().running.get(&ticket).and_then(|running| running.told)
    }

    /// Somebody is done with a message, whatever came of it.
    pub(super) fn leave(&self, ticket: Ticket) {
        let now_us = self.clock.mono_us();
        self.change(|state| {
            if let Some(running) = state.running.remove(&ticket) {
                let took_ms = (now_us - running.since_us).div_ceil(1000);
                // The newest count most: a fifth.
                state.service_ms = Some(state.service_ms.map_or(took_ms, |mean_ms| (mean_ms * 4 + took_ms) / 5));
            }
        });
    }

    /// How many work, and how long a message takes.
    pub(super) fn figures(&self) -> (u32, Option<u64>) {
        let state = self.state();
        (u32::try_from(state.running.len()).unwrap_or(u32::MAX), state.service_ms)
    }

    /// How many there are.
    pub(super) fn size(&self) -> u32 {
        self.state().size
    }

    /// Changes how many there are, unless the worker is to stop. Those at work end their messages in any case.
    pub(super) fn resize(&self, size: u32) -> bool {
        self.change(|state| {
            if state.stop.is_none() {
                state.size = size;
            }
            state.stop.is_none()
        })
    }

    /// How the worker ends, once it does.
    pub(super) fn stop(&self) -> Option<Stop> {
        self.state().stop
    }

    /// Somebody asks the worker to end; who asks twice means it.
    pub(super) fn signalled(&self, signal: StopSignal) {
        let now_us = self.clock.mono_us();
        self.change(|state| match state.stop {
            None => {
                eprintln!("work: {}: nothing more is taken; what runs may end", signal.name());
                state.stop_gently(now_us);
            }
            Some(_) => {
                eprintln!("work: {} again: what runs is killed", signal.name());
                state.stop = Some(Stop::AtOnce(signal));
                state.running.values_mut().for_each(Running::kill);
            }
        });
    }

    /// The worker cannot go on.
    pub(super) fn break_off(&self, why: String) {
        let now_us = self.clock.mono_us();
        self.change(|state| {
            state.broken.get_or_insert(why);
            if state.stop.is_none() {
                state.stop_gently(now_us);
            }
        });
    }

    /// Why the worker could not go on.
    pub(super) fn broken(&self) -> Option<String> {
        self.state().broken.clone()
    }

    /// Waits for everybody. Commands end by themselves or by the watchman; a request that outlasts the grace is given up: its message
    /// goes back, and the process ends without its answer.
    pub(super) fn finish(&self, client: &Client, grace: Span) {
        let mut state = self.state();
        while !state.running.is_empty() {
            let limit_us = match state.stop {
                None => None,
                Some(Stop::Gently) => Some(state.stopped_us + grace.ms * 1000),
                Some(Stop::AtOnce(_)) => Some(0),
            };
            if limit_us.is_some_and(|limit_us| limit_us <= self.clock.mono_us()) && state.has_only_requests() {
                let tokens: Vec<String> = state.running.values().map(|running| running.token.clone()).collect();
                let stop = state.stop;
                drop(state);
                give_up(client, &tokens, stop);
            }
            let until_us = limit_us.filter(|limit_us| *limit_us > self.clock.mono_us());
            state = self.wait(state, until_us);
        }
        state.over = true;
        drop(state);
        self.changed.notify_all();
    }
}

/// Gives messages back whose requests are still on their way, and ends.
fn give_up(client: &Client, tokens: &[String], stop: Option<Stop>) -> ! {
    let settlements: Vec<Value> = tokens.iter().map(|token| json!({ "token": token, "how": "release" })).collect();
    let released: Result<Value, _> = client.post(&Path::new("/v1/settle"), &json!({ "settlements": settlements }));
    match released {
        Ok(_) => progress::say(&format!("{} given up, and given back", counted(tokens.len() as u64, "request"))),
        Err(error) => progress::say(&format!(
            "{} to come back when the lease ends: {error}",
            counted(tokens.len() as u64, "message")
        )),
    }
    std::process::exit(match stop {
        Some(Stop::AtOnce(signal)) => i32::from(signal.exit_code()),
        Some(Stop::Gently) | None => 0,
    })
}

impl State {
    fn stop_gently(&mut self, now_us: u64) {
        self.stop = Some(Stop::Gently);
        self.stopped_us = now_us;
        self.running.values_mut().for_each(|running| running.tell(Told::Stop, now_us));
    }

    /// Whether everything is over.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    fn has_only_requests(&self) -> bool {
        self.running.values().all(|running| running.is_request)
    }
}

impl Running {
    /// Tells the command to stop. What was told first counts.
    pub(super) fn tell(&mut self, told: Told, now_us: u64) {
        if self.told.is_none() {
            (self.told, self.told_us) = (Some(told), now_us);
            self.signal(Signal::TERM);
        }
    }

    /// When the next thing is due that the clock brings: its time is up, or its grace. Does what is due.
    pub(super) fn due(&mut self, now_us: u64, timeout: Option<Span>, grace: Span) -> Option<u64> {
        if self.told.is_none() {
            let up_us = self.since_us + timeout?.ms * 1000;
            if up_us > now_us {
                return Some(up_us);
            }
            self.tell(Told::TimeUp, now_us);
        }
        let grace_us = self.told_us + grace.ms * 1000;
        if grace_us > now_us {
            return Some(grace_us);
        }
        self.kill();
        None
    }

    fn kill(&mut self) {
        if !self.killed && self.group.is_some() {
            self.killed = true;
            self.told.get_or_insert(Told::Stop);
            self.signal(Signal::KILL);
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group {
            // It fails only where everybody of the group has ended.
            let _ended = kill_process_group(group, signal);
        }
    }
}

//! Plays a seed's plan.

use super::host::{Host, Server};
use super::outcome::{Failure, Outcome};
use super::panics;
use super::plan::{Boot, COMMANDS, End, Plan};
use super::vandal;
use crate::checker;
use crate::clients::{Port, World, auditor, customer, weather};
use crate::coverage::Coverage;
use crate::dice::Dice;
use crate::disk::FaultPlan;
use crate::executor::{Stopped, Trace};
use crate::history::{Ending, What};
use std::collections::BTreeMap;
use std::future::Future;

/// Bytes on the disk; every seed stays far below.
const CAPACITY: u64 = 64 << 20;

/// A stage of a seed and everything that goes through it.
struct Play {
    host: Host,
    world: World,
    dice: Dice,
    plan: Plan,
    trace: Trace,
    coverage: Coverage,
    crashes: u64,
    /// The last end was clean, and so the next start must find.
    must_be_clean: bool,
    /// Errors of the disk before this boot.
    errors_seen: u64,
}

/// Plays one seed to its end.
///
/// # Errors
/// Something was lost, invented or contradicted, or nothing went on any more.
pub fn play(seed: u64) -> Result<Outcome, Box<Failure>> {
    let mut dice = Dice::new(seed);
    let plan = Plan::of(&mut dice);
    let host = Host { lane_limits: plan.lane_limits, ..Host::new(plan.config.clone(), CAPACITY, dice.fork()) };
    host.disk.set_takes_direct(plan.takes_direct);
    let world = World::new(dice.fork(), host.clock.clone());
    world.get().salvages = plan.salvages;
    world.get().operates = plan.operates;
    let mut play = Play {
        host,
        world,
        dice,
        plan,
        trace: Trace::default(),
        coverage: Coverage::default(),
        crashes: 0,
        must_be_clean: false,
        errors_seen: 0,
    };
    let played = panics::caught(|| play.all()).unwrap_or_else(|panic| Err(format!("a panic: {panic}")));
    let history = play.world.get().history.clone();
    let fail = |what: String, evidence| Box::new(Failure { seed, what, evidence, history: history.clone() });
    played.map_err(|what| fail(what, String::new()))?;
    let judged = panics::caught(|| checker::check(&history)).map_err(|panic| fail(panic, String::new()))?;
    judged.map_err(|violation| fail(violation.to_string(), violation.evidence(&history)))?;
    let tally = play.host.disk.tally();
    let count = |names: &BTreeMap<String, u64>, kind| names.get(kind).copied().unwrap_or_default();
    play.coverage.add("path: segment retired", count(&tally.gone, "wal"));
    play.coverage.add("path: run made", count(&tally.made, "run"));
    play.coverage.add("path: run replaced", count(&tally.gone, "run"));
    play.coverage.add_disk(&tally);
    play.coverage.add_history(&history);
    let (commands, crashes) = (play.world.get().commands, play.crashes);
    Ok(Outcome { seed, commands, crashes, trace: play.trace.sum(), coverage: play.coverage, history })
}

impl Play {
    fn all(&mut self) -> Result<(), String> {
        for boot in self.plan.boots.clone() {
            self.boot(&boot)?;
        }
        let left = COMMANDS.saturating_sub(self.world.get().commands).max(20);
        self.boot(&Boot::quiet(left))?;
        self.coverage.merge(&vandal::attack(&self.host, &mut self.dice)?);
        self.audit()
    }

    /// One life of the broker: it starts, works and ends.
    fn boot(&mut self, boot: &Boot) -> Result<(), String> {
        let Some(mut server) = self.start(&boot.starting)? else { return Ok(()) };
        let stopped = self.opening(&mut server);
        if stopped != Stopped::TasksDone {
            return self.end_early(server, stopped);
        }
        match self.work(&mut server, boot) {
            Stopped::Interrupted | Stopped::TasksDone if self.host.disk.is_powered() => self.end(server, boot.end),
            stopped => self.end_early(server, stopped),
        }
    }

    /// Starts the broker; `None` if the plan's faults kept it from starting.
    fn start(&mut self, faults: &FaultPlan) -> Result<Option<Server>, String> {
        let before = self.host.disk.tally().faults;
        self.host.disk.set_plan(faults.clone());
        let started = self.host.start(self.dice.fork());
        let FaultPlan { power_off_at, power_off_at_sync, .. } = *faults;
        self.host.disk.set_plan(FaultPlan { power_off_at, power_off_at_sync, ..FaultPlan::default() });
        let must_be_clean = std::mem::take(&mut self.must_be_clean);
        match started {
            Ok(server) => {
                self.report(&server);
                if must_be_clean && !server.clean {
                    return Err("the broker stopped cleanly, and the next start does not know".to_owned());
                }
                Ok(Some(server))
            }
            Err(error) if !self.host.disk.is_powered() => {
                self.coverage.add("path: power lost during recovery", 1);
                self.note(format!("the power goes during recovery: {error}"));
                self.crash(Ending::PowerLost);
                Ok(None)
            }
            Err(error) if self.host.disk.tally().faults != before => {
                self.coverage.add("path: recovery met a disk error", 1);
                self.note(format!("recovery fails: {error}"));
                let ending = if self.dice.percent(50) { Ending::PowerLost } else { Ending::Killed };
                self.crash(ending);
                Ok(None)
            }
            Err(error) => Err(format!("the store does not open: {error}")),
        }
    }

    fn report(&mut self, server: &Server) {
        for (verdict, times) in &server.report.verdicts {
            self.coverage.add(vandal::row(*verdict), *times);
        }
        let report = &server.report;
        self.note(format!(
            "recovery read {} segments, {} commits, {} messages; the log's end: {:?}, {} bytes cut",
            report.segments, report.commits, report.messages, report.verdict, report.cut_bytes
        ));
        self.world.note(server.broker.log_ms(), What::Started { clean: server.clean });
    }

    fn note(&self, note: String) {
        self.world.note(0, What::Note(note));
    }

    /// A census, then the queues that are missing.
    fn opening(&self, server: &mut Server) -> Stopped {
        let port = self.port(server);
        match self.run(server, auditor::census(port.clone(), false)) {
            Stopped::TasksDone => self.run(server, auditor::open_queues(port, self.plan.queues.clone())),
            stopped => stopped,
        }
    }

    fn port(&self, server: &Server) -> Port {
        Port::new(server.broker.clone(), server.executor.alarms(), self.world.clone())
    }

    /// Runs until a task and all others are done, or the power goes.
    fn run(&self, server: &mut Server, task: impl Future<Output = ()> + 'static) -> Stopped {
        server.executor.spawner().spawn(task);
        let disk = self.host.disk.clone();
        server.executor.run(|| !disk.is_powered())
    }

    /// Lets clients, faults and weather loose until the commands are used up or something ends the broker.
    fn work(&self, server: &mut Server, boot: &Boot) -> Stopped {
        let port = self.port(server);
        self.host.disk.set_plan(boot.faults.clone());
        server.executor.set_pause_odds(boot.pause_odds);
        self.world.get().budget = boot.commands;
        for _ in 0..self.plan.clients {
            server.executor.spawner().spawn(customer::run(port.clone()));
        }
        let (disk, clock) = (self.host.disk.clone(), self.host.clock.clone());
        server.executor.spawner().spawn(weather::run(boot.weather, port, disk, clock, CAPACITY));
        let (disk, world) = (self.host.disk.clone(), self.world.clone());
        server.executor.run(|| !disk.is_powered() || world.get().budget == 0)
    }

    fn end(&mut self, mut server: Server, end: End) -> Result<(), String> {
        let ending = match end {
            End::PowerLossAt(_) | End::PowerLossAtSync(_) | End::PowerLoss => Ending::PowerLost,
            End::Kill => Ending::Killed,
            End::Stop => {
                let broker = server.broker.clone();
                // Whether it stops well is seen by what comes out of the run.
                let stopped = self.run(&mut server, async move { drop(broker.shut_down().await) });
                return match stopped {
                    Stopped::Closed => self.stopped(server),
                    stopped => self.end_early(server, stopped),
                };
            }
        };
        self.leave(server);
        self.crash(ending);
        Ok(())
    }

    /// The broker has closed its store: everybody hears their answers, then it is gone.
    fn stopped(&mut self, mut server: Server) -> Result<(), String> {
        match server.executor.run(|| false) {
            Stopped::TasksDone => {
                self.leave(server);
                self.world.note(0, What::Ended(Ending::Stopped));
                self.host.disk.set_plan(FaultPlan::default());
                self.host.disk.restart();
                self.must_be_clean = true;
                Ok(())
            }
            stopped => Err(format!("after its end the broker still owes somebody an answer: {stopped:?}")),
        }
    }

    /// The power went, or the journal failed.
    fn end_early(&mut self, mut server: Server, stopped: Stopped) -> Result<(), String> {
        if !self.host.disk.is_powered() {
            self.leave(server);
            self.crash(Ending::PowerLost);
            return Ok(());
        }
        let Stopped::Failed(reason) = stopped else { return Err(format!("nothing goes on: {stopped:?}")) };
        if self.host.disk.tally().errors() == self.errors_seen {
            return Err(format!("the journal failed though the disk did not: {reason}"));
        }
        self.coverage.add("path: journal poisoned by a disk error", 1);
        self.note(format!("the journal fails: {reason}"));
        if let Stopped::Stuck(why) = server.executor.run(|| false) {
            return Err(format!("after the journal failed somebody is not answered: {why}"));
        }
        self.leave(server);
        let ending = if self.dice.percent(50) { Ending::PowerLost } else { Ending::Killed };
        self.crash(ending);
        Ok(())
    }

    /// What is to be known of a broker that goes.
    fn leave(&mut self, server: Server) {
        self.world.get().budget = 0;
        let stats = server.broker.journal_stats();
        self.coverage.add("path: checkpoint taken", stats.checkpoints);
        self.coverage.add("path: checkpoint folded", stats.checkpoint_folds);
        self.coverage.add("path: body read from disk", stats.cache_misses);
        self.coverage.add("path: idle lane dropped", server.lanes_dropped.get());
        self.trace.add(server.executor.trace().sum());
    }

    fn crash(&mut self, ending: Ending) {
        self.world.note(0, What::Ended(ending));
        self.host.disk.set_plan(FaultPlan::default());
        self.host.disk.set_capacity(CAPACITY);
        match ending {
            Ending::PowerLost => self.host.disk.lose_power(),
            Ending::Killed | Ending::Stopped => self.host.disk.restart(),
        }
        self.errors_seen = self.host.disk.tally().errors();
        self.crashes += 1;
    }

    /// Takes everything there is, stops, starts once more and looks.
    fn audit(&mut self) -> Result<(), String> {
        let abandon = self.dice.percent(50);
        for round in 0..2 {
            let Some(mut server) = self.start(&FaultPlan::default())? else {
                return Err("a start without faults cannot fail".to_owned());
            };
            let port = self.port(&server);
            let audit = async move {
                auditor::census(port.clone(), round > 0).await;
                if round == 0 {
                    auditor::drain(port.clone(), abandon).await;
                    auditor::census(port, true).await;
                }
            };
            match self.run(&mut server, audit) {
                Stopped::TasksDone => self.end(server, End::Stop)?,
                stopped => return Err(format!("the audit does not come to its end: {stopped:?}")),
            }
        }
        Ok(())
    }
}

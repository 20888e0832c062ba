//! Every point of a small script: the power goes at each operation of the disk, with every subset of what was not synced
//! (or many of them, where there are too many), and then goes again at each operation of the recovery.
//!
//! What the seeds find by chance in large histories is found here for certain in a small one.

use broker::{LeaseTerms, Settle, Settlement};
use journal_file::Config;
use sim::checker;
use sim::clients::{Port, World, auditor};
use sim::dice::Dice;
use sim::disk::{Chosen, Fate, FaultPlan, SimDisk, Thrown};
use sim::executor::Stopped;
use sim::history::{Ending, History, What};
use sim::scenario::host::{Host, Server};
use std::future::Future;
use std::pin::Pin;
use vocab::{BuryPolicy, CountedBy, QueueSettings};

const CAPACITY: u64 = 8 << 20;

/// Up to so many undecided things all subsets are tried; above, so many subsets by chance.
const UNDECIDED_MAX: usize = 6;
const SUBSETS: u64 = 48;

/// Of each crash point so many outcomes are recovered with a second crash.
const SECOND_CRASHES: u64 = 2;

fn host() -> Host {
    let config = Config {
        segment_bytes_min: 16 * 1024,
        segment_bytes_max: 32 * 1024,
        frame_bytes_max: 4096,
        write_bytes_max: 4096,
        checkpoint_bytes: 6 * 1024,
        checkpoint_ms: 100,
        checkpoint_files_max: 1,
        cache_bytes: 2048,
        ..Config::default()
    };
    Host::new(config, CAPACITY, Dice::new(1))
}

pub(super) type Script = fn(Port) -> Pin<Box<dyn Future<Output = ()>>>;

fn script(port: Port) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(write_and_settle(port))
}

fn census(port: Port) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(auditor::census(port, false))
}

/// Two queues, single publishes and a batch, a lease of each kind of end, checkpoints and changes of segments.
async fn write_and_settle(port: Port) {
    let policy = BuryPolicy::into_queue(CountedBy::Failures, 1, "dead");
    let work = QueueSettings { bury: Some(policy), strict_leases: true, ..QueueSettings::default() };
    let Some(queue) = port.create_queue("work", work).await else { return };
    port.create_queue("dead", QueueSettings::default()).await;
    for batch in [1, 1, 4, 1] {
        let sent = (0..batch).map(|_| port.world().get().fresh(None, None)).collect();
        port.publish(queue.id, sent).await;
    }
    let verdicts = [Settle::Ack, Settle::Fail { delay_ms: 0, reason: None }, Settle::Release { delay_ms: 50 }];
    for how in verdicts {
        let hands = port.receive(queue.id, 1, 0, LeaseTerms::Deadline(Some(500)), None).await;
        port.settle(hands.iter().map(|hand| Settlement { token: hand.token, how: how.clone() }).collect()).await;
        port.alarms().sleep_ms(60).await;
    }
    port.receive(queue.id, 1, 0, LeaseTerms::Claim, None).await;
    port.stats(queue.id).await;
    let sent = (0..6).map(|_| port.world().get().fresh(None, None)).collect();
    port.publish(queue.id, sent).await;
}

fn port(server: &Server, world: &World) -> Port {
    Port::new(server.broker.clone(), server.executor.alarms(), world.clone())
}

/// Runs the script until the power goes at this operation, or to its end. The disk is left without power.
fn run_script(script: Script, power_off_at: Option<u64>) -> (Host, History) {
    let host = host();
    let world = World::new(Dice::new(2), host.clock.clone());
    host.disk.set_plan(FaultPlan { power_off_at, ..FaultPlan::default() });
    if let Ok(mut server) = host.start(Dice::new(3)) {
        world.note(server.broker.log_ms(), What::Started { clean: true });
        server.executor.spawner().spawn(script(port(&server, &world)));
        let disk = host.disk.clone();
        server.executor.run(|| !disk.is_powered());
    }
    let history = world.get().history.clone();
    (host, history)
}

/// A copy of the machine after a power loss of which `fate` kept what it likes.
fn after_power_loss(host: &Host, fate: &mut dyn Fate) -> Host {
    let disk: SimDisk = host.disk.copy();
    disk.set_plan(FaultPlan::default());
    disk.lose_power_by(fate);
    Host { disk, clock: host.clock.clone(), config: host.config.clone(), lane_limits: host.lane_limits }
}

/// Starts on this disk, lets `after` look at everything, and the checker judge.
fn recovers(host: &Host, mut history: History, after: Script, what: &str) {
    history.push(0, 0, What::Ended(Ending::PowerLost));
    let mut server =
        host.start(Dice::new(4)).unwrap_or_else(|error| panic!("{what}: the store does not open: {error}"));
    let world = World::new(Dice::new(5), host.clock.clone());
    world.get().go_on_from(history);
    world.note(server.broker.log_ms(), What::Started { clean: server.clean });
    server.executor.spawner().spawn(after(port(&server, &world)));
    assert_eq!(server.executor.run(|| false), Stopped::TasksDone, "{what}");
    let history = &world.get().history;
    if let Err(violation) = checker::check(history) {
        panic!("{what}: {violation}\n{}", violation.evidence(history));
    }
}

/// All fates of a crash point, or many.
fn fates(undecided: usize) -> impl Iterator<Item = (String, Box<dyn Fate>)> {
    let all = undecided <= UNDECIDED_MAX;
    let count = if all { 1 << undecided } else { SUBSETS };
    (0..count).map(move |number| {
        let fate: Box<dyn Fate> =
            if all { Box::new(Chosen::subset(number)) } else { Box::new(Thrown(Dice::new(number))) };
        (format!("outcome {number}"), fate)
    })
}

/// Takes the power away at each operation of `script`, and recovers from everything that may be left of it.
pub(super) fn lose_power_at_every_operation(script: Script, after: Script) {
    let (whole, _) = run_script(script, None);
    let ops = whole.disk.ops();
    assert!(ops > 60, "the script has only {ops} operations");
    for op in 1..=ops {
        let (host, history) = run_script(script, Some(op));
        for (outcome, mut fate) in fates(host.disk.undecided()) {
            let crashed = after_power_loss(&host, &mut *fate);
            recovers(&crashed, history.clone(), after, &format!("power loss at operation {op}, {outcome}"));
        }
    }
}

#[test]
fn the_store_recovers_from_a_power_loss_at_every_operation_whatever_was_kept() {
    lose_power_at_every_operation(script, census);
}

#[test]
fn the_store_recovers_from_a_second_power_loss_at_every_operation_of_the_recovery() {
    let (whole, _) = run_script(script, None);
    for op in (1..=whole.disk.ops()).step_by(2) {
        let (host, history) = run_script(script, Some(op));
        for number in 0..SECOND_CRASHES {
            let crashed = after_power_loss(&host, &mut Thrown(Dice::new(number)));
            for second in 1.. {
                let again = Host { disk: crashed.disk.copy(), ..crashed.copy() };
                again.disk.set_plan(FaultPlan { power_off_at: Some(second), ..FaultPlan::default() });
                if again.start(Dice::new(6)).is_ok() && again.disk.is_powered() {
                    break;
                }
                let again = after_power_loss(&again, &mut Thrown(Dice::new(number + 100)));
                recovers(
                    &again,
                    history.clone(),
                    census,
                    &format!("power losses at {op} and, recovering, at {second}"),
                );
            }
        }
    }
}

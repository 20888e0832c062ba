//! FIFO queues beside standard ones: the same server twice, in turns, over 1,000 groups; and one hot group alone, beside what
//! the disk and bare HTTP would allow it.

use super::Scale;
use super::contestant::{Contestant, Name};
use super::lone::Bare;
use super::requests::{BATCH, FifoBatches};
use super::throughput::{Meter, PORTION};
use super::workloads::{Consume, Rendered, Repeat};
use crate::latency::Latency;
use crate::load::{self, Until, Workload};
use crate::report::{Budget, Measured, Report, median};
use crate::rounds::take_turns;
use anyhow::Result;
use std::path::Path;
use std::time::Instant;

/// Groups of the throughput measurements.
const GROUPS: u64 = 1_000;

/// Messages of the hot group.
const HOT: usize = 4_000;

const BATCHES: &str = "FIFO send batch of 10 × 1 KiB, 1,000 groups";
const CONSUMED: &str = "FIFO receive 10, delete batch of 10, 1,000 groups";
const HOT_GROUP: &str = "FIFO, one hot group: receive 10, delete batch of 10";

/// Measures it and adds the figures and the verdicts to the report.
pub fn measure(server: &Path, folder: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    let mut pair = [Name::Longshore, Name::Fifo]
        .map(|name| Contestant::start(name, server, folder, scale.connections))
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    let mut sent = FifoBatches::new(&pair[1].renderer, &pair[1].url, GROUPS);
    for (name, consuming) in [(BATCHES, false), (CONSUMED, true)] {
        let rounds = take_turns(name, scale.pairs, &mut pair, report, |contestant| match consuming {
            false => published(contestant, &mut sent, scale),
            true => consumed(contestant, &mut sent, scale),
        })?;
        judge(name, &rounds, report);
    }
    drop(pair);
    hot_group(server, folder, scale, report)
}

fn judge(name: &str, rounds: &[Vec<Measured>], report: &mut Report) {
    let [standard, fifo] = rounds else { unreachable!("two take turns") };
    let pairs = || fifo.iter().zip(standard);
    let generator = fifo.iter().chain(standard).map(|one| one.generator_share).fold(0.0, f64::max);
    let rates = pairs().map(|(fifo, standard)| fifo.per_second / standard.per_second).collect();
    report.judge(
        Budget::at_least(name, "share of the standard queue's rate", median(rates), 0.8).generated_by(generator),
    );
    let cpu = |one: &Measured| one.cpu_us_per_operation();
    let costs = pairs().map(|(fifo, standard)| cpu(fifo) / cpu(standard)).collect();
    report.judge(
        Budget::at_most(name, "server CPU, times the standard queue's", median(costs), 1.25).generated_by(generator),
    );
}

/// The requests that fill a contestant's queue.
fn batches<'a>(contestant: &Contestant, sent: &'a mut FifoBatches, times: u64) -> Box<dyn Workload + 'a> {
    match contestant.name {
        Name::Fifo => Box::new(Rendered::times(sent, times)),
        _ => Box::new(Repeat::times(contestant.renderer.send_batch(&contestant.url), times)),
    }
}

fn published(contestant: &mut Contestant, sent: &mut FifoBatches, scale: &Scale) -> Result<Measured> {
    let mut workload = batches(contestant, sent, u64::MAX);
    load::run(&mut contestant.load, &mut *workload, Until::Elapsed(scale.warm_up))?;
    let meter = Meter::start(contestant)?;
    let outcome = load::run(&mut contestant.load, &mut *workload, Until::Elapsed(scale.run))?;
    let measured = meter.stop(contestant, &outcome)?;
    drop(workload);
    contestant.purge()?;
    Ok(measured)
}

fn consumed(contestant: &mut Contestant, sent: &mut FifoBatches, scale: &Scale) -> Result<Measured> {
    let begin = Instant::now();
    let mut sum: Option<Measured> = None;
    while sum.is_none() || begin.elapsed() < scale.run {
        let mut fill = batches(contestant, sent, (PORTION / BATCH) as u64);
        load::run(&mut contestant.load, &mut *fill, Until::Exhausted)?;
        drop(fill);
        let measured = emptied(contestant, PORTION)?;
        sum = Some(match sum {
            Some(before) => before.plus(&measured)?,
            None => measured,
        });
    }
    Ok(sum.expect("the loop ran at least once"))
}

fn emptied(contestant: &mut Contestant, messages: usize) -> Result<Measured> {
    let connections = contestant.load.connections();
    let mut consume = Consume::new(contestant.renderer.clone(), contestant.url.clone(), connections, messages);
    let meter = Meter::start(contestant)?;
    let outcome = load::run(&mut contestant.load, &mut consume, Until::Exhausted)?;
    meter.stop(contestant, &outcome)
}

/// One consumer of one group: each ten messages take two round trips and two syncs, one after the other.
fn hot_group(server: &Path, folder: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    let mut ours = Contestant::start(Name::Fifo, server, folder, 1)?;
    let mut bare_http = Contestant::start(Name::CeilingA, server, folder, 1)?;
    let mut bare_disk = Bare::create(folder)?;
    let mut sent = FifoBatches::new(&ours.renderer, &ours.url, 1);
    let mut round_trips = Latency::new()?;
    let mut shares = Vec::new();
    for _ in 0..scale.pairs {
        load::run(&mut ours.load, &mut Rendered::times(&mut sent, (HOT / BATCH) as u64), Until::Exhausted)?;
        let begin = Instant::now();
        emptied(&mut ours, HOT)?;
        let per_second = HOT as f64 / begin.elapsed().as_secs_f64();
        let mut request = Repeat::times(bare_http.renderer.send(&bare_http.url), scale.samples as u64);
        round_trips.add(&load::run(&mut bare_http.load, &mut request, Until::Exhausted)?.latency)?;
        bare_disk.measure(scale.samples)?;
        let bare_us = bare_disk.sync_p50_us() + round_trips.p50_us();
        let allowed = BATCH as f64 / (2.0 * bare_us as f64 / 1e6);
        eprintln!("{HOT_GROUP}: {per_second:.0}/s, the disk and HTTP would allow {allowed:.0}/s");
        shares.push(per_second / allowed);
    }
    let bare = format!("fdatasync p50 {} µs, HTTP p50 {} µs", bare_disk.sync_p50_us(), round_trips.p50_us());
    report.judge(Budget::at_least(HOT_GROUP, "share of 10 / (2 × bare)", median(shares), 0.5).beside(bare));
    Ok(())
}

//! Thousands of seeds, each a whole history with at least one crash, judged by the checker; and over all of them, that
//! everything hard was really met.
//!
//! `LONGSHORE_SIM_SEEDS` sets their number. Fewer than a thousand are too few to meet everything, so only then it is not
//! asked for.

use journal_file::Verdict;
use sim::coverage::{Coverage, Path, named};
use sim::disk::Fault;
use sim::scenario::plan::COMMANDS;
use sim::scenario::vandal::row;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

const SEEDS: u64 = 2_600;

/// Each thing must be met so often over all seeds.
const LEAST: u64 = 20;

/// Seeds that make the coverage worth asking for.
const SEEDS_FOR_COVERAGE: u64 = 1_000;

#[test]
fn every_seed_keeps_every_promise_and_together_they_meet_everything() {
    let seeds = std::env::var("LONGSHORE_SIM_SEEDS").map_or(SEEDS, |seeds| seeds.parse().expect("a number of seeds"));
    let (next, coverage) = (AtomicU64::new(1), Mutex::new(Coverage::default()));
    let play = || {
        while let seed @ 1.. = next.fetch_add(1, Ordering::Relaxed)
            && seed <= seeds
        {
            let outcome = sim::play(seed).unwrap_or_else(|failure| {
                // The others need not go on.
                next.store(seeds + 1, Ordering::Relaxed);
                panic!("{failure}")
            });
            assert!(outcome.commands >= COMMANDS, "seed {seed} gave only {} commands", outcome.commands);
            assert!(outcome.crashes >= 1, "seed {seed} met no crash");
            coverage.lock().expect("no test panics while it counts").merge(&outcome.coverage);
        }
    };
    let cores = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(play);
        }
    });
    let coverage = coverage.into_inner().expect("no test panics while it counts");
    println!("{seeds} seeds; what they met:\n{coverage}");
    if seeds >= SEEDS_FOR_COVERAGE {
        assert_eq!(coverage.missing(&everything(), LEAST), Vec::<&str>::new(), "met fewer than {LEAST} times");
    }
}

/// What a run of all seeds must meet.
fn everything() -> Vec<String> {
    let faults = Fault::ALL.map(named);
    let rows = Verdict::ALL.map(row);
    let paths = Path::ALL.map(|path| path.to_string());
    let broker = [
        "path: body read from disk",
        "path: checkpoint taken",
        "path: checkpoint folded",
        "path: damage refused",
        "path: idle lane dropped",
        "path: journal poisoned by a disk error",
        "path: power lost during recovery",
        "path: recovery met a disk error",
        "path: segment retired",
        "path: run made",
        "path: run replaced",
    ];
    faults.into_iter().chain(rows).chain(paths).chain(broker.map(str::to_owned)).collect()
}

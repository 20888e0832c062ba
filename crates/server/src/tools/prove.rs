//! `longshore prove`: does this program, on this disk, keep what it promises through kills?
//!
//! ```text
//!   syncs      what one costs here
//!   load       producers and consumers ── HTTP ──→ child   the very program, killed and started again
//!   ledger     what was acknowledged, received, deleted ──→ verdict
//! ```
//!
//! What it is not: a benchmark, and no proof against power failures. Invariant: a promise counts from the moment that its answer
//! was read; what was not answered may have happened or not.

mod child;
mod client;
mod ledger;
mod load;

use super::ToolError;
use super::output::print;
use super::progress::Progress;
use super::scratch::ScratchFolder;
use super::syncs::Syncs;
use crate::cli::ProveArgs;
use crate::operate::counted;
use child::Child;
use ledger::{Ledger, Verdict};
use load::Load;
use serde_json::json;
use std::time::Duration;
use vocab::clock::{Clock, SystemClock};
use vocab::random::{Random, SystemRandom};

const KEPT: u8 = 0;
const BROKEN: u8 = 1;

/// Between two kills, in milliseconds: at least, and so much more at most.
const LIFE_MS: (u64, u64) = (500, 1500);

/// Without a delivery for so long, what is still missing is lost.
const DRAIN_MS: u64 = 20_000;

/// Without a delivery for so long, nothing comes again: longer than a lease.
const REST_MS: u64 = 4_000;

/// Tries the disk.
pub(crate) fn run(arguments: &ProveArgs) -> Result<u8, ToolError> {
    let scratch = ScratchFolder::create(&arguments.folder)?;
    let bar = Progress::of_seconds("proving");
    bar.say("measuring syncs".to_owned());
    let syncs = Syncs::measure(scratch.path())?;
    let ledger = Ledger::default();
    let kills = ordeal(&scratch, arguments.seconds, &ledger, &bar)?;
    drop(bar);
    let verdict = ledger.audit();
    print(&if arguments.json { to_json(&verdict, kills, &syncs) } else { to_text(&verdict, kills, &syncs, &scratch) })?;
    if verdict.is_kept() {
        scratch.remove();
        return Ok(KEPT);
    }
    Ok(BROKEN)
}

/// Load and kills, and the drain. Says how many kills.
fn ordeal(scratch: &ScratchFolder, seconds: u64, ledger: &Ledger, bar: &Progress) -> Result<u64, ToolError> {
    let (clock, random) = (SystemClock::new(), SystemRandom::new());
    let load = Load::default();
    std::thread::scope(|scope| {
        // Whatever happens, the workers end.
        let _ended = load.end_when_dropped();
        let mut child = Child::start(scratch, scope)?;
        client::make_queue(child.address()).map_err(ToolError::io("the server just started"))?;
        load.serve_at(Some(child.address()));
        load.start_workers(scope, ledger);
        let mut kills = 0;
        while clock.mono_us() < seconds * 1_000_000 {
            let life_ms = LIFE_MS.0 + random.next_u64() % LIFE_MS.1;
            load.pause(Duration::from_millis(life_ms));
            load.serve_at(None);
            child.kill()?;
            kills += 1;
            child = Child::start(scratch, scope)?;
            load.serve_at(Some(child.address()));
            bar.show((clock.mono_us() / 1_000_000).min(seconds), seconds);
            bar.say(format!("{}, {} acknowledged", counted(kills, "kill"), counted(ledger.acknowledged(), "message")));
        }
        load.stop_sending();
        drain(&load, ledger, &clock, bar);
        load.end();
        child.stop()?;
        if ledger.acknowledged() == 0 {
            let (what, why) = ("the trial".to_owned(), format!("the server took nothing: {}", load.trouble()));
            return Err(ToolError::Wrong { what, why });
        }
        Ok(kills)
    })
}

/// Lets the consumers work until everything acknowledged was received and nothing comes again, or nothing comes at all.
fn drain(load: &Load, ledger: &Ledger, clock: &SystemClock, bar: &Progress) {
    let (mut deliveries, mut since_us) = (ledger.deliveries(), clock.mono_us());
    loop {
        let missing = ledger.missing();
        bar.say(format!("{} to drain", counted(missing, "message")));
        load.pause(Duration::from_millis(100));
        let before = std::mem::replace(&mut deliveries, ledger.deliveries());
        if before != deliveries {
            since_us = clock.mono_us();
        }
        let patience_ms = if load.is_sending() || missing > 0 { DRAIN_MS } else { REST_MS };
        if clock.mono_us() - since_us > patience_ms * 1000 {
            return;
        }
    }
}

fn to_text(verdict: &Verdict, kills: u64, syncs: &Syncs, scratch: &ScratchFolder) -> String {
    let Verdict { acknowledged, received, deleted, lost, returned, reordered, stored_twice, doubled } = verdict;
    let said = if verdict.is_kept() {
        "kept: every promise held".to_owned()
    } else {
        format!("BROKEN: a promise did not hold; the store is in {}", scratch.path().display())
    };
    format!(
        "syncs: {}\nload: {acknowledged} messages acknowledged, {received} deliveries, {deleted} deletes acknowledged, {kills} kills\n\
         lost {lost}, returned {returned}, reordered {reordered}, stored twice {stored_twice}; doubled {doubled}, which is allowed\n{said}",
        syncs.to_text()
    )
}

fn to_json(verdict: &Verdict, kills: u64, syncs: &Syncs) -> String {
    let Verdict { acknowledged, received, deleted, lost, returned, reordered, stored_twice, doubled } = verdict;
    json!({
        "verdict": if verdict.is_kept() { "kept" } else { "broken" },
        "kills": kills,
        "acknowledged": acknowledged,
        "received": received,
        "deleted": deleted,
        "lost": lost,
        "returned": returned,
        "reordered": reordered,
        "stored_twice": stored_twice,
        "doubled": doubled,
        "syncs": syncs.to_json(),
    })
    .to_string()
}

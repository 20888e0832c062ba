//! Publishing to the deep backlog, in turns with publishing to a shallow one, whose messages move to runs already.
//!
//! Each is the only backlog of its store. A turn begins when the other store has come to rest, so that neither pays for the
//! other's work in the background; what is left of its own when a turn ends is not counted. Of 100 million messages a turn
//! is several segments of log, and little is left; of 10 million it is half a segment, and the figure is the foreground's.
//! Judged by the rate over all turns, for that work comes in bursts.

use super::deep::{BATCH, BYTES, DEEP};
use super::embedder::Embedder;
use super::order::{Answer, Order, Publish};
use super::rest::until_quiet;
use super::{Scale, deep};
use crate::disk::BareFile;
use crate::journal::write_batches;
use crate::report::{Budget, Report, median};
use anyhow::Result;
use serde_json::json;
use std::fs;
use std::path::Path;

/// The shallow backlog has so many messages, or half the deep one's.
const SHALLOW_MESSAGES: u64 = 5_000_000;

/// What is published in one turn is this part of the deep one.
const TURN: u64 = 20;

const TURNS: usize = 4;

/// So much goes through the shallow store first, at most: its log grows to full size, as the deep one's has.
const WARM_UP_MESSAGES_MAX: u64 = 2_000_000;

const SHARE_MIN: f64 = 0.9;

/// Takes turns; how many messages the deep backlog grew by.
pub fn measure(embedder: &mut Embedder, scale: &Scale, folder: &Path, report: &mut Report) -> Result<u64> {
    let data = folder.join("shallow");
    let mut shallow = Embedder::start(&data)?;
    shallow.ask(&Order::MakeQueues(1))?;
    let messages = SHALLOW_MESSAGES.min(scale.messages / 2);
    shallow.ask(&Order::KeepUp(load((messages / 2).min(WARM_UP_MESSAGES_MAX))))?;
    shallow.publish(load(messages))?;
    until_quiet(&shallow, scale.patience)?;
    let before = embedder.ask(&Order::Rest)?;
    let turn = scale.messages / TURN;
    let (mut deep_seconds, mut shallow_seconds, mut shares) = (0.0, 0.0, Vec::new());
    for _ in 0..TURNS {
        until_quiet(embedder, scale.patience)?;
        let other = shallow.publish(load(turn))?;
        until_quiet(&shallow, scale.patience)?;
        let ours = embedder.publish(load(turn))?;
        deep_seconds += ours.seconds;
        shallow_seconds += other.seconds;
        shares.push(ours.per_second() / other.per_second());
        eprintln!("{}: published {:.0}/s; shallow {:.0}/s", deep::NAME, ours.per_second(), other.per_second());
    }
    let messages = turn * TURNS as u64;
    let after = embedder.ask(&Order::Rest)?;
    let bare = bare_per_second(&before, &after, messages, &mut BareFile::create(folder)?, scale)?;
    let share = shallow_seconds / deep_seconds;
    let figures = json!({
        "publish_per_second": messages as f64 / deep_seconds,
        "shallow_per_second": messages as f64 / shallow_seconds,
        "share": share,
        "share_median": median(shares),
        "bare_per_second": bare,
    });
    report.detail(deep::NAME, "longshore", figures);
    let budget = Budget::at_least(deep::NAME, "publish rate, of the shallow one", share, SHARE_MIN);
    report.judge(budget.beside(format!("{bare:.0}/s")));
    shallow.stop()?;
    fs::remove_dir_all(data)?;
    Ok(messages)
}

fn load(messages: u64) -> Publish {
    Publish { queues: DEEP..DEEP + 1, messages, bytes: BYTES, batch: BATCH, laned: false }
}

/// What a file that is written to bare keeps in commits of the same size.
fn bare_per_second(before: &Answer, after: &Answer, messages: u64, bare: &mut BareFile, scale: &Scale) -> Result<f64> {
    let commits = (after.commits - before.commits) as f64;
    let bytes_per_commit = (after.log_bytes - before.log_bytes) as f64 / commits;
    Ok(write_batches(bare, bytes_per_commit, scale.bare)? * messages as f64 / commits)
}

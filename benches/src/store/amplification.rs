//! Bytes written for each encoded byte that was published, at 1 KiB.
//!
//! Two counts are judged by the same bound: the journal's own, which is of its log alone, and what the kernel counted for
//! the whole process, which leaves nothing out: runs, checkpoints, zeros that files are filled with ahead. Both are read when the disk is left alone, so that work put off is counted too.

use super::embedder::Embedder;
use super::order::{Order, Publish};
use super::rest::until_quiet;
use super::{Scale, encoded};
use crate::report::{Budget, Report};
use anyhow::Result;
use serde_json::json;
use std::fs;
use std::path::Path;

const BYTES: usize = 1024;
const BATCH: usize = 10;
const AT_A_TIME: u32 = 10;
const QUEUE: u32 = 0;

/// How often a random half of what is left is acknowledged: an eighth stays.
const HALVINGS: usize = 3;

/// Before consumers that keep up are counted, this part of the messages goes through: the log has its size then.
const WARM_UP: u64 = 4;

/// A way to use a queue, and what it may cost.
struct Workload {
    name: &'static str,
    most: f64,
    warm_up: bool,
    run: fn(&mut Embedder, Publish, &Scale) -> Result<()>,
}

const WORKLOADS: [Workload; 3] = [
    Workload { name: "1 KiB, consumers keep up", most: 1.25, warm_up: true, run: keep_up },
    Workload { name: "1 KiB, deep backlog", most: 2.3, warm_up: false, run: fill_and_drain },
    Workload { name: "1 KiB, a random half stays", most: 4.0, warm_up: false, run: halve },
];

/// Runs each workload over a store of its own.
pub fn measure(scale: &Scale, folder: &Path, report: &mut Report) -> Result<()> {
    for workload in &WORKLOADS {
        let data = folder.join("counted");
        let mut embedder = Embedder::start(&data)?;
        embedder.ask(&Order::MakeQueues(1))?;
        if workload.warm_up {
            (workload.run)(&mut embedder, load(scale.counted / WARM_UP), scale)?;
        }
        let before = Counted::read(&mut embedder, scale)?;
        (workload.run)(&mut embedder, load(scale.counted), scale)?;
        let after = Counted::read(&mut embedder, scale)?;
        after.judge(&before, workload, scale, report);
        embedder.stop()?;
        fs::remove_dir_all(data)?;
    }
    let said =
        "the journal counts its log alone; runs, checkpoints and zero-filled files are in the kernel's count only";
    report.remark(said.to_owned());
    Ok(())
}

fn load(messages: u64) -> Publish {
    Publish { queues: QUEUE..QUEUE + 1, messages, bytes: BYTES, batch: BATCH, laned: false }
}

fn keep_up(embedder: &mut Embedder, load: Publish, _scale: &Scale) -> Result<()> {
    embedder.ask(&Order::KeepUp(load)).map(drop)
}

fn fill_and_drain(embedder: &mut Embedder, load: Publish, _scale: &Scale) -> Result<()> {
    let messages = load.messages;
    embedder.publish(load)?;
    embedder.drain(QUEUE, messages, AT_A_TIME).map(drop)
}

fn halve(embedder: &mut Embedder, load: Publish, scale: &Scale) -> Result<()> {
    embedder.publish(load)?;
    for _ in 0..HALVINGS {
        until_quiet(embedder, scale.patience)?;
        embedder.ask(&Order::AckHalf { queue: QUEUE })?;
    }
    Ok(())
}

/// Bytes written so far.
struct Counted {
    by_journal: u64,
    by_kernel: u64,
    came_to_rest: bool,
}

impl Counted {
    fn read(embedder: &mut Embedder, scale: &Scale) -> Result<Self> {
        let came_to_rest = until_quiet(embedder, scale.patience)?;
        let by_journal = embedder.ask(&Order::Rest)?.log_bytes;
        Ok(Self { by_journal, by_kernel: embedder.written_bytes()?, came_to_rest })
    }

    fn judge(&self, before: &Self, workload: &Workload, scale: &Scale, report: &mut Report) {
        let encoded = scale.counted as f64 * encoded::message_bytes(BYTES, BATCH);
        let by_journal = (self.by_journal - before.by_journal) as f64 / encoded;
        let by_kernel = (self.by_kernel - before.by_kernel) as f64 / encoded;
        let figures = json!({
            "encoded_bytes": encoded,
            "by_journal": by_journal,
            "by_kernel": by_kernel,
            "came_to_rest": self.came_to_rest,
        });
        let name = workload.name;
        eprintln!("{name}: {figures}");
        report.detail(name, "longshore", figures);
        for (what, reached) in
            [("log bytes written, by the journal", by_journal), ("all bytes written, by the kernel", by_kernel)]
        {
            report.judge(Budget::at_most(name, what, reached, workload.most).beside("1.00".to_owned()));
        }
    }
}

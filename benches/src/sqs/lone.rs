//! One client, one message at a time: what a send takes beside what a sync takes on the same disk.
//!
//! Sends and bare syncs take turns in short groups, so that both see the same disk.

use super::Scale;
use super::contestant::{Contestant, Name};
use super::workloads::Repeat;
use crate::disk::{AlignedBuffer, BareFile};
use crate::latency::Latency;
use crate::load::{self, Until};
use crate::report::{Budget, Report};
use anyhow::Result;
use serde_json::json;
use std::path::Path;
use std::time::Instant;

/// What a send may take beyond a sync, in microseconds.
const BEYOND_SYNC_US_MAX: u64 = 300;

const GROUPS: usize = 10;
const NAME: &str = "one lone client, send 1 KiB";

/// Measures it and adds the figures and the verdict to the report.
pub fn measure(server: &Path, folder: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    let mut ours = Contestant::start(Name::Longshore, server, folder, 1)?;
    let mut bare = Bare::create(folder)?;
    let request = ours.renderer.send(&ours.url);
    let group = scale.samples.div_ceil(GROUPS);
    let mut sends = Latency::new()?;
    load::run(&mut ours.load, &mut Repeat::times(request.clone(), group as u64), Until::Exhausted)?;
    for _ in 0..GROUPS {
        let mut workload = Repeat::times(request.clone(), group as u64);
        sends.add(&load::run(&mut ours.load, &mut workload, Until::Exhausted)?.latency)?;
        bare.measure(group)?;
    }
    let figures = json!({
        "send": sends.json(),
        "fdatasync": bare.syncs.json(),
        "write_and_fdatasync": bare.both.json(),
        "past_the_page_cache": bare.file.is_direct(),
    });
    let text = |latency: &Latency| format!("{} µs (p99 {})", latency.p50_us(), latency.p99_us());
    let (send, sync, both) = (text(&sends), text(&bare.syncs), text(&bare.both));
    report.remark(format!("{NAME}: p50 {send}; fdatasync {sync}; write and fdatasync {both}"));
    report.detail(NAME, Name::Longshore.text(), figures);
    let bound = bare.syncs.p50_us() + BEYOND_SYNC_US_MAX;
    let reached = sends.p50_us() as f64;
    report.judge(Budget::at_most(NAME, "p50, µs; fdatasync's p50 + 300", reached, bound as f64));
    Ok(())
}

/// Bare writes of one block, each synced.
pub struct Bare {
    file: BareFile,
    block: AlignedBuffer,
    syncs: Latency,
    both: Latency,
}

impl Bare {
    /// In a file of its own under `folder`.
    pub fn create(folder: &Path) -> Result<Self> {
        let mut block = AlignedBuffer::with_capacity(crate::disk::BLOCK);
        block.push(&[1; crate::disk::BLOCK]);
        Ok(Self { file: BareFile::create(folder)?, block, syncs: Latency::new()?, both: Latency::new()? })
    }

    /// Writes and syncs so many times.
    pub fn measure(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            let begin = Instant::now();
            self.file.write(self.block.padded())?;
            let written = Instant::now();
            self.file.sync()?;
            self.syncs.record(written.elapsed());
            self.both.record(begin.elapsed());
        }
        Ok(())
    }

    /// The median of the syncs so far, in microseconds.
    pub fn sync_p50_us(&self) -> u64 {
        self.syncs.p50_us()
    }
}

//! What a signature costs: the same server without users, and with one who signs every request, in turns.

use super::Scale;
use super::contestant::{Contestant, Name};
use super::throughput::repeated;
use crate::report::{Budget, Measured, Report, median};
use crate::rounds::take_turns;
use anyhow::Result;
use std::path::Path;

const NAME: &str = "signed send 1 KiB";

/// Most server CPU that a signature may cost, in microseconds.
const BEYOND_US_MAX: f64 = 10.0;

/// Measures it and adds the figures and the verdict to the report.
pub fn measure(server: &Path, folder: &Path, scale: &Scale, report: &mut Report) -> Result<()> {
    let mut pair = [Name::Longshore, Name::Signed]
        .map(|name| Contestant::start(name, server, folder, scale.connections))
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    let rounds = take_turns(NAME, scale.pairs, &mut pair, report, |contestant| {
        repeated(contestant, contestant.renderer.send(&contestant.url), scale)
    })?;
    let [anonymous, signed] = &rounds[..] else { unreachable!("two take turns") };
    let cpu = |one: &Measured| one.cpu_us_per_operation();
    let beyond = signed.iter().zip(anonymous).map(|(signed, anonymous)| cpu(signed) - cpu(anonymous)).collect();
    let generator = rounds.iter().flatten().map(|one| one.generator_share).fold(0.0, f64::max);
    report.judge(
        Budget::at_most(NAME, "server CPU beyond an anonymous one's, µs", median(beyond), BEYOND_US_MAX)
            .generated_by(generator),
    );
    Ok(())
}

//! What a signature costs: the same server without users, and with one who signs every request, in turns.

use super::Scale;
use super::contestant::{Contestant, Name};
use super::throughput::repeated;
use crate::report::{Budget, Measured, Report, median};
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
    let mut rounds: [Vec<Measured>; 2] = [Vec::new(), Vec::new()];
    for round in 0..scale.pairs {
        for number in if round % 2 == 0 { [0, 1] } else { [1, 0] } {
            let contestant = &mut pair[number];
            let request = contestant.renderer.send(&contestant.url);
            let measured = repeated(contestant, request, scale)?;
            eprintln!("{NAME}, {}: {}", contestant.name.text(), measured.summary());
            rounds[number].push(measured);
        }
    }
    for (contestant, measured) in pair.iter().zip(&rounds) {
        report.figure(NAME, contestant.name.text(), measured);
    }
    let [anonymous, signed] = &rounds;
    let cpu = |one: &Measured| one.cpu_us_per_operation();
    let beyond = signed.iter().zip(anonymous).map(|(signed, anonymous)| cpu(signed) - cpu(anonymous)).collect();
    let generator = rounds.iter().flatten().map(|one| one.generator_share).fold(0.0, f64::max);
    report.judge(
        Budget::at_most(NAME, "server CPU beyond an anonymous one's, µs", median(beyond), BEYOND_US_MAX)
            .generated_by(generator),
    );
    Ok(())
}

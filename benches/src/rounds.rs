//! Contestants take turns at one workload, so that whatever else the machine does meets all of them alike.
//!
//! What it is not: a judge. Invariant: each round has one measurement of every contestant, and every second round goes backwards.

use crate::report::{Measured, Report};
use anyhow::Result;

/// Who takes turns with others.
pub trait Contestant {
    /// Its name in the report.
    fn name(&self) -> &'static str;
}

/// Measures every contestant `rounds` times and adds the figures to the report: those of each contestant, in order.
pub fn take_turns<C: Contestant>(
    workload: &str,
    rounds: usize,
    contestants: &mut [C],
    report: &mut Report,
    mut once: impl FnMut(&mut C) -> Result<Measured>,
) -> Result<Vec<Vec<Measured>>> {
    let mut measured: Vec<Vec<Measured>> = contestants.iter().map(|_| Vec::new()).collect();
    for round in 0..rounds {
        let mut order: Vec<usize> = (0..contestants.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for number in order {
            let one = once(&mut contestants[number])?;
            eprintln!("{workload}, {}: {}", contestants[number].name(), one.summary());
            measured[number].push(one);
        }
    }
    for (contestant, measured) in contestants.iter().zip(&measured) {
        report.figure(workload, contestant.name(), measured);
    }
    Ok(measured)
}

//! What a process used: processor time by thread name, memory, writes to disks, read from `/proc`.
//!
//! What it is not: a profiler. Time is what the scheduler counted, so it includes the kernel's work on behalf of
//! the process, network stack included. A thread that ended between two readings is not seen; servers keep theirs.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;

/// Processor time of one process so far, by thread name, in nanoseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CpuTime(BTreeMap<String, u64>);

impl CpuTime {
    /// What process `pid` used until this moment.
    pub fn of(pid: u32) -> Result<Self> {
        let folder = format!("/proc/{pid}/task");
        let mut by_name = BTreeMap::new();
        for entry in fs::read_dir(&folder).with_context(|| format!("reading {folder}"))? {
            let thread = entry?.path();
            let (Ok(name), Ok(figures)) =
                (fs::read_to_string(thread.join("comm")), fs::read_to_string(thread.join("schedstat")))
            else {
                continue; // The thread ended while we looked.
            };
            let ran_ns: u64 = figures.split_whitespace().next().unwrap_or("0").parse().context("reading schedstat")?;
            *by_name.entry(family(name.trim())).or_default() += ran_ns;
        }
        Ok(Self(by_name))
    }

    /// What was used since `earlier`.
    pub fn since(&self, earlier: &Self) -> Self {
        let spent =
            |(name, ns): (&String, &u64)| (name.clone(), ns.saturating_sub(earlier.0.get(name).copied().unwrap_or(0)));
        Self(self.0.iter().map(spent).collect())
    }

    /// Adds another reading of the same process.
    pub fn add(&mut self, other: &Self) {
        for (name, ns) in &other.0 {
            *self.0.entry(name.clone()).or_default() += ns;
        }
    }

    /// All threads together, in microseconds.
    pub fn total_us(&self) -> f64 {
        self.0.values().sum::<u64>() as f64 / 1000.0
    }

    /// Microseconds by thread name, without those that did nothing.
    pub fn by_thread_us(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().filter(|(_, ns)| **ns > 0).map(|(name, ns)| (name.as_str(), *ns as f64 / 1000.0))
    }
}

/// Threads that differ only in a number are one family: `worker-3` and `worker-4` are `worker`.
fn family(name: &str) -> String {
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-').to_owned()
}

/// Resident memory of process `pid`, in bytes.
pub fn resident_bytes(pid: u32) -> Result<u64> {
    status_bytes(pid, "VmRSS:")
}

/// The most memory that process `pid` ever had resident, in bytes.
pub fn resident_bytes_max(pid: u32) -> Result<u64> {
    status_bytes(pid, "VmHWM:")
}

/// What process `pid` caused to be written to disks, in bytes: as the kernel counts it, without what was taken back before
/// it got there.
pub fn written_bytes(pid: u32) -> Result<u64> {
    let figures = fs::read_to_string(format!("/proc/{pid}/io")).context("reading what the process wrote")?;
    let figure = |name: &str| -> Result<u64> {
        let line = figures.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
        line.trim().parse().with_context(|| format!("{name} is a number"))
    };
    Ok(figure("write_bytes:")?.saturating_sub(figure("cancelled_write_bytes:")?))
}

fn status_bytes(pid: u32, name: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).context("reading the process's status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().with_context(|| format!("{name} is a number"))?;
    Ok(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_threads_are_counted_as_one_family() {
        assert_eq!(family("worker-12"), "worker");
        assert_eq!(family("tokio-rt-worker"), "tokio-rt-worker");
    }

    #[test]
    fn time_spent_is_the_difference_of_two_readings() {
        let reading = |a: u64, b: u64| CpuTime(BTreeMap::from([("a".to_owned(), a), ("b".to_owned(), b)]));
        let spent = reading(5_000, 9_000).since(&reading(2_000, 9_000));
        assert_eq!(spent.by_thread_us().collect::<Vec<_>>(), [("a", 3.0)]);
        assert!((spent.total_us() - 3.0).abs() < f64::EPSILON);
    }

    #[test]
    fn this_process_uses_memory_and_time() {
        let resident = resident_bytes(std::process::id()).expect("our own status can be read");
        assert!(resident > 1024);
        assert!(resident_bytes_max(std::process::id()).expect("our own status can be read") > 1024);
        assert!(CpuTime::of(std::process::id()).expect("our own threads can be read").total_us() > 0.0);
    }
}

//! What the operating system says of this process, and of the disk under the data folder.
//!
//! Invariant: a figure that the system does not tell is absent, never made up.

use rustix::param::clock_ticks_per_second;
use std::path::Path;

/// The process's own use of the machine. Each figure is absent where the system does not tell it through a file (macOS).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Process {
    /// Resident memory, in bytes.
    pub(crate) resident_bytes: Option<u64>,
    /// Processor time, of the system's calls too, in seconds.
    pub(crate) cpu_seconds: Option<f64>,
    /// When it was started, in seconds of Unix time.
    pub(crate) start_seconds: Option<f64>,
    /// Open descriptors.
    pub(crate) open_fds: Option<u64>,
    /// Descriptors that may be open.
    pub(crate) max_fds: Option<u64>,
}

/// Space on the disk that the data folder is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Disk {
    /// What the server may still use.
    pub(crate) free_bytes: u64,
    /// The whole disk.
    pub(crate) total_bytes: u64,
}

impl Process {
    /// This process, as it is.
    pub(crate) fn ask() -> Self {
        let [status, stat, system, limits] =
            ["/proc/self/status", "/proc/self/stat", "/proc/stat", "/proc/self/limits"].map(read);
        let stat = stat.as_deref().and_then(Stat::parse);
        Self {
            resident_bytes: status.as_deref().and_then(resident_in),
            cpu_seconds: stat.map(|stat| seconds(stat.cpu_ticks)),
            start_seconds: started(stat, system.as_deref()),
            open_fds: open_fds(),
            max_fds: limits.as_deref().and_then(max_fds_in),
        }
    }
}

impl Disk {
    /// The disk that `folder` is on.
    pub(crate) fn of(folder: &Path) -> Option<Self> {
        let disk = rustix::fs::statvfs(folder).ok()?;
        Some(Self { free_bytes: disk.f_bavail * disk.f_frsize, total_bytes: disk.f_blocks * disk.f_frsize })
    }
}

#[expect(clippy::disallowed_methods, reason = "the kernel's figures are no part of the store")]
fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// The look itself has one of them open.
#[expect(clippy::disallowed_methods, reason = "the kernel's figures are no part of the store")]
fn open_fds() -> Option<u64> {
    let open = std::fs::read_dir("/proc/self/fd").ok()?.count();
    Some((open as u64).saturating_sub(1))
}

/// What is needed of `/proc/PID/stat` (proc_pid_stat(5)), in clock ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    cpu_ticks: u64,
    /// Since the machine was started.
    start_ticks: u64,
}

impl Stat {
    /// Fields are counted behind the program's name, which may hold spaces and parentheses: `state` is field 3.
    fn parse(text: &str) -> Option<Self> {
        let (_name, after) = text.rsplit_once(") ")?;
        let field = |number: usize| after.split(' ').nth(number - 3)?.trim().parse::<u64>().ok();
        Some(Self { cpu_ticks: field(14)? + field(15)?, start_ticks: field(22)? })
    }
}

/// Both are exact as long as the sum is below 2⁵³.
#[expect(clippy::cast_precision_loss, reason = "seconds with two decimals")]
fn seconds(ticks: u64) -> f64 {
    ticks as f64 / clock_ticks_per_second() as f64
}

#[expect(clippy::cast_precision_loss, reason = "seconds of Unix time")]
fn started(stat: Option<Stat>, system: Option<&str>) -> Option<f64> {
    let boot: u64 = system?.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    Some(boot as f64 + seconds(stat?.start_ticks))
}

/// The figure within the text of `/proc/PID/status` (proc_pid_status(5): in KiB, whatever it is called there).
fn resident_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// The limit in force within the text of `/proc/PID/limits`; none where there is none.
fn max_fds_in(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_found_among_the_kernels_lines() {
        assert_eq!(resident_in("VmSize:\t  9000 kB\nVmRSS:\t    2048 kB\nRssAnon:\t 10 kB\n"), Some(2 << 20));
        assert_eq!(resident_in("VmSize:\t  9000 kB\n"), None);
    }

    #[test]
    fn a_programs_name_does_not_shift_the_fields() {
        let fields: Vec<String> = (4..=52).map(|number| number.to_string()).collect();
        let stat = Stat { cpu_ticks: 14 + 15, start_ticks: 22 };
        assert_eq!(Stat::parse(&format!("77 (long) shore (x) S {}\n", fields.join(" "))), Some(stat));
        assert_eq!(Stat::parse("77 (longshore) S 1"), None);
    }

    #[test]
    fn the_limit_on_descriptors_is_the_one_in_force() {
        let limits = "Limit        Soft Limit  Hard Limit  Units\nMax open files            1024                 65536                files\n";
        assert_eq!(max_fds_in(limits), Some(1024));
        assert_eq!(max_fds_in("Max open files            unlimited            unlimited            files\n"), None);
    }

    #[test]
    fn this_process_has_a_past_and_open_files() {
        let process = Process::ask();
        if cfg!(target_os = "linux") {
            assert!(process.start_seconds.is_some_and(|seconds| seconds > 1.6e9), "{process:?}");
            assert!(process.open_fds.is_some_and(|open| (3..100_000).contains(&open)), "{process:?}");
            assert!(process.cpu_seconds.is_some_and(|seconds| (0.0..1e6).contains(&seconds)), "{process:?}");
        }
        let disk = Disk::of(Path::new("/")).expect("the root is on a disk");
        assert!(disk.free_bytes < disk.total_bytes, "{disk:?}");
        assert_eq!(Disk::of(Path::new("/nowhere/at/all")), None);
    }
}

//! What the operating system says of this process.

/// Resident memory in bytes; `None` where the system does not tell through a file (macOS).
#[expect(clippy::disallowed_methods, reason = "the kernel's figures are no part of the store")]
pub(crate) fn resident_bytes() -> Option<u64> {
    resident_in(&std::fs::read_to_string("/proc/self/status").ok()?)
}

/// The figure within the text of `/proc/PID/status` (proc_pid_status(5): in KiB, whatever it is called there).
fn resident_in(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_memory_is_found_among_the_kernels_lines() {
        assert_eq!(resident_in("VmSize:\t  9000 kB\nVmRSS:\t    2048 kB\nRssAnon:\t 10 kB\n"), Some(2 << 20));
        assert_eq!(resident_in("VmSize:\t  9000 kB\n"), None);
    }
}

//! The machine: how many files may be open, and whether its clock can be right.

use super::finding::Finding;
use crate::config::Config;
use crate::operate::words::{number, span, time};
use crate::tools::ScratchFolder;
use rustix::process::{Resource, getrlimit};
use std::fs;
use std::time::UNIX_EPOCH;
use vocab::clock::{Clock, SystemClock};

/// This program was not there before; a clock that is earlier is wrong.
const WRITTEN_MS: u64 = 1_795_000_000_000;

/// The disk's clock and ours may differ by so much: they are read one after the other, and some systems round.
const DIFFERENCE_MS_MAX: u64 = 5_000;

/// Doors that may hold connections.
const DOORS: u64 = 3;

/// Looks at it.
pub(super) fn findings(config: &Config) -> Vec<Finding> {
    vec![open_files(config.connections_max, getrlimit(Resource::Nofile).maximum), clock()]
}

fn open_files(connections_max: u64, files_max: Option<u64>) -> Finding {
    const WHAT: &str = "open files";
    let Some(files_max) = files_max else { return Finding::good(WHAT, "no limit") };
    let needed = crate::machine::files_needed(connections_max, DOORS);
    let says = format!("{} allowed, {} wanted for all connections", number(files_max), number(needed));
    match files_max < needed {
        true => Finding::doubtful(WHAT, says, "fewer connections are taken; LimitNOFILE= or ulimit -n allows more"),
        false => Finding::good(WHAT, says),
    }
}

fn clock() -> Finding {
    const WHAT: &str = "clock";
    let now_ms = SystemClock::new().wall_ms();
    if now_ms < WRITTEN_MS {
        return Finding::wrong(WHAT, format!("it says {}", time(now_ms)), "set it, and let NTP keep it");
    }
    // A file's time is that of whoever keeps the disk: on a network's disk another machine.
    match file_ms() {
        Some(file_ms) if file_ms.abs_diff(now_ms) > DIFFERENCE_MS_MAX => {
            let says =
                format!("it is {} apart from that of the temporary folder's disk", span(file_ms.abs_diff(now_ms)));
            Finding::doubtful(WHAT, says, "let NTP keep both")
        }
        Some(_) | None => Finding::good(WHAT, format!("it says {}", time(now_ms))),
    }
}

fn file_ms() -> Option<u64> {
    let scratch = ScratchFolder::create(&std::env::temp_dir()).ok()?;
    let modified = fs::metadata(scratch.path()).and_then(|facts| facts.modified());
    scratch.remove();
    u64::try_from(modified.ok()?.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::doctor::finding::Level;

    #[test]
    fn too_few_files_are_told_with_what_is_wanted() {
        assert_eq!(open_files(10_000, Some(1024)).level, Level::Doubtful);
        assert!(open_files(10_000, Some(1024)).says.contains("30,256 wanted"));
        assert_eq!(open_files(10_000, Some(30_256)).level, Level::Good);
        assert_eq!(open_files(10_000, None).level, Level::Good);
    }

    #[test]
    fn the_clock_of_whoever_runs_this_is_right() {
        let finding = clock();
        assert_eq!(finding.level, Level::Good, "{finding:?}");
    }
}

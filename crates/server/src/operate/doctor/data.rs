//! The data folder: whether it can be used, by whom, how much fits, and what a sync of its disk costs.

use super::finding::Finding;
use crate::operate::words::bytes;
use crate::tools::{ScratchFolder, SyncMeaning, Syncs};
use journal_file::{OpenError, ReadOnlyDisk};
use rustix::fs::statvfs;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Less free space than this is soon none: a few segments of the log.
const FREE_BYTES_MIN: u64 = 1 << 30;

/// Looks at a data folder, or at where it would be made.
pub(super) fn findings(folder: &Path) -> Vec<Finding> {
    let Some(existing) = nearest(folder) else {
        let says = format!("{} cannot be made: nothing above it is there", folder.display());
        return vec![Finding::wrong("data", says, "name another folder with --data")];
    };
    let mut findings = vec![if existing == folder { store(folder) } else { to_be_made(folder, &existing) }];
    if existing == folder {
        findings.push(rights(folder));
    }
    findings.push(space(&existing));
    findings.push(syncs(&existing));
    findings
}

/// The folder itself, or the first above it that is there.
fn nearest(folder: &Path) -> Option<PathBuf> {
    let named = |path: &Path| if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_path_buf() };
    folder.ancestors().map(named).find(|path| path.is_dir())
}

fn to_be_made(folder: &Path, existing: &Path) -> Finding {
    Finding::good("data", format!("{} will be made in {}", folder.display(), existing.display()))
}

fn store(folder: &Path) -> Finding {
    let shown = folder.display();
    match ReadOnlyDisk::open(folder) {
        Ok(_) => Finding::good("data", format!("{shown} is there, and no server uses it")),
        Err(OpenError::NoStore { .. }) => Finding::good("data", format!("{shown} is there, without a store yet")),
        Err(OpenError::Locked { .. }) => Finding::good("data", format!("a server that runs uses {shown}")),
        Err(error) => Finding::wrong("data", error.to_string(), "longshore verify DIR says what is wrong with it"),
    }
}

fn rights(folder: &Path) -> Finding {
    const WHAT: &str = "rights";
    let facts = match fs::metadata(folder) {
        Ok(facts) => facts,
        Err(error) => return Finding::wrong(WHAT, error.to_string(), "let this user into the folder"),
    };
    let (mode, owner) = (facts.permissions().mode() & 0o777, facts.uid());
    let me = rustix::process::geteuid().as_raw();
    let says = format!("mode {mode:03o}, owned by user {owner}; this is user {me}");
    if owner != me && me != 0 {
        return Finding::wrong(WHAT, says, "run the server, and this, as the user who owns the data");
    }
    if mode & 0o077 != 0 {
        return Finding::doubtful(WHAT, says, "others may look into it: chmod 700");
    }
    Finding::good(WHAT, says)
}

fn space(folder: &Path) -> Finding {
    const WHAT: &str = "free space";
    match statvfs(folder) {
        Err(error) => Finding::wrong(WHAT, error.to_string(), "let this user look at the folder's disk"),
        Ok(disk) => {
            let (free, all) = (disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize);
            let says = format!("{} of {}", bytes(free), bytes(all));
            match free < FREE_BYTES_MIN {
                true => Finding::wrong(WHAT, says, "a full disk refuses sends: free some, or use another disk"),
                false => Finding::good(WHAT, says),
            }
        }
    }
}

fn syncs(folder: &Path) -> Finding {
    const WHAT: &str = "syncs";
    let measured = ScratchFolder::create(folder).and_then(|scratch| {
        let syncs = Syncs::measure(scratch.path());
        scratch.remove();
        syncs
    });
    let syncs = match measured {
        Ok(syncs) => syncs,
        Err(error) => return Finding::wrong(WHAT, error.to_string(), "let this user write into the folder"),
    };
    let says = syncs.to_text();
    match syncs.meaning() {
        SyncMeaning::Medium => Finding::good(WHAT, says),
        SyncMeaning::ProtectedCache => Finding::doubtful(WHAT, says, "longshore prove DIR tries it under kills"),
        SyncMeaning::Memory => Finding::doubtful(WHAT, says, "name a folder on a disk with --data"),
        SyncMeaning::NoMedium => Finding::wrong(WHAT, says, "use another disk, or accept what a power failure takes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::doctor::finding::Level;
    use tempfile::tempdir;

    #[test]
    fn the_nearest_folder_that_is_there_is_looked_at() {
        let folder = tempdir().expect("a folder");
        assert_eq!(nearest(&folder.path().join("a/b")).as_deref(), Some(folder.path()));
        assert_eq!(nearest(Path::new("nowhere-to-be-found")).as_deref(), Some(Path::new(".")));
    }

    #[test]
    fn a_folder_that_others_look_into_is_told() {
        let folder = tempdir().expect("a folder");
        let level = |mode: u32| {
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).expect("it is ours");
            rights(folder.path()).level
        };
        assert_eq!([level(0o755), level(0o700)], [Level::Doubtful, Level::Good]);
        assert_eq!(store(folder.path()).level, Level::Good);
    }
}

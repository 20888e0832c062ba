//! A disk that runs full under the real server: said in the log and in the metrics, and over without a restart.
//!
//! The disk is a small file system in memory, which only root can mount; elsewhere the test says that it was skipped.

use crate::program::Program;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::tempdir;

const LOCAL: &str = "host: localhost\r\n";

/// A mounted file system; unmounted when dropped.
struct Disk {
    folder: PathBuf,
}

impl Disk {
    fn mount(folder: &Path) -> Option<Self> {
        let options = ["-t", "tmpfs", "-o", "size=32m", "longshore-full-disk"];
        let mounted = Command::new("mount").args(options).arg(folder).output();
        mounted.is_ok_and(|output| output.status.success()).then(|| Self { folder: folder.to_path_buf() })
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(&self.folder).status();
        assert!(unmounted.is_ok_and(|status| status.success()), "{} stays mounted", self.folder.display());
    }
}

/// Sends until a send is refused, and says why; the metric says how long that went on.
fn fill(program: &Program) -> String {
    let body = "x".repeat(60_000);
    for _ in 0..10_000 {
        let answer = program.get("sqs", &format!("/000000000000/full?Action=SendMessage&MessageBody={body}"), LOCAL);
        if !answer.starts_with("HTTP/1.1 200 ") {
            return answer;
        }
    }
    panic!("the disk never filled up");
}

fn is_full(program: &Program) -> bool {
    program.get("admin", "/metrics", LOCAL).contains("longshore_disk_full 1\n")
}

#[test]
fn a_full_disk_is_told_and_its_end_too_without_a_restart() {
    let folder = tempdir().expect("a folder");
    let Some(disk) = Disk::mount(folder.path()) else {
        eprintln!("skipped: a full disk under the server (run as root, to mount a small file system)");
        return;
    };
    let mut program = Program::serve(&disk.folder, &[]);
    program.get("sqs", "/?Action=CreateQueue&QueueName=full", LOCAL);
    assert!(!is_full(&program));
    let refusal = fill(&program);
    assert!(refusal.contains("the disk is full"), "{refusal}");
    program.wait_for_line("publishes are refused");
    assert!(is_full(&program));
    let purged = program.get("sqs", "/000000000000/full?Action=PurgeQueue", LOCAL);
    assert!(purged.starts_with("HTTP/1.1 200 "), "{purged}");
    program.wait_for_line("publishes are taken");
    assert!(!is_full(&program));
    fill(&program);
    program.stopped().check(0, &["the store is sealed"]);
}

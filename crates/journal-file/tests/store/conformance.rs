//! The journal's contract, over memory and over real disks, with and without the page cache.

use crate::harness::Stepped;
use journal_file::fuzz::MemoryFolder;
use journal_file::{Config, Disk};
use std::sync::Arc;

fn on_disk(direct: bool) -> Stepped {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let open = move || Disk::open(folder.path()).expect("the folder opens") as Arc<dyn journal_file::io::Io>;
    Stepped::new(open, Config { direct, ..Config::default() })
}

fn idle(mut store: Stepped) -> Stepped {
    store.pass_idle_time = true;
    store
}

/// So small that nearly every commit changes segments.
fn tiny_segments() -> Config {
    Config {
        segment_bytes_min: 16 * 1024,
        segment_bytes_max: 32 * 1024,
        frame_bytes_max: 2000,
        write_bytes_max: 4096,
        read_bytes: 4096,
        cache_bytes: 0,
        ..Config::default()
    }
}

mod memory {
    journal::conformance_tests!(super::Stepped::in_memory(&super::MemoryFolder::default(), super::Config::default()));
}

mod memory_tiny_segments {
    journal::conformance_tests!(super::Stepped::in_memory(&super::MemoryFolder::default(), super::tiny_segments()));
}

mod memory_idle {
    journal::conformance_tests!(super::idle(super::Stepped::in_memory(
        &super::MemoryFolder::default(),
        super::tiny_segments()
    )));
}

mod disk_direct {
    journal::conformance_tests!(super::on_disk(true));
}

mod disk_buffered {
    journal::conformance_tests!(super::on_disk(false));
}

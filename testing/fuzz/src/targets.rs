//! The table of targets.
//!
//! A name here is a name on the command line and a folder's name in `corpus/` and `regressions/`.

/// A decoder or a recovery path, as a function that must return whatever the bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What it is called.
    pub name: &'static str,
    /// What it does; a panic is a failure.
    pub run: fn(&[u8]),
    /// Changed inputs per test run: as many as take well under a second in a build for tests.
    pub mutations_per_test: u64,
}

/// Every target.
pub const TARGETS: [Target; 19] = [
    Target { name: "frame", run: journal::fuzz::frame, mutations_per_test: 60_000 },
    Target { name: "record", run: journal::fuzz::record, mutations_per_test: 60_000 },
    Target { name: "message", run: journal::fuzz::message, mutations_per_test: 60_000 },
    Target { name: "manifest", run: journal_file::fuzz::manifest, mutations_per_test: 60_000 },
    Target { name: "recover", run: journal_file::fuzz::recover, mutations_per_test: 1_000 },
    Target { name: "checkpoint_file", run: journal_file::fuzz::checkpoint_file, mutations_per_test: 40_000 },
    Target { name: "run", run: journal_file::fuzz::run, mutations_per_test: 40_000 },
    Target { name: "engine_record", run: engine::fuzz::engine_record, mutations_per_test: 60_000 },
    Target { name: "checkpoint", run: engine::fuzz::checkpoint, mutations_per_test: 40_000 },
    Target { name: "history_entries", run: history::fuzz::entries, mutations_per_test: 60_000 },
    Target { name: "history_file", run: history::fuzz::file, mutations_per_test: 20_000 },
    Target { name: "json", run: door_sqs::fuzz::json, mutations_per_test: 40_000 },
    Target { name: "query", run: door_sqs::fuzz::query, mutations_per_test: 40_000 },
    Target { name: "receipt", run: door_sqs::fuzz::receipt, mutations_per_test: 60_000 },
    Target { name: "authorization", run: door_sqs::fuzz::authorization, mutations_per_test: 40_000 },
    Target { name: "policy", run: door_sqs::fuzz::policy, mutations_per_test: 20_000 },
    Target { name: "amqp_frames", run: door_amqp::fuzz::frames, mutations_per_test: 40_000 },
    Target { name: "amqp_method", run: door_amqp::fuzz::method, mutations_per_test: 60_000 },
    Target { name: "amqp_properties", run: door_amqp::fuzz::properties, mutations_per_test: 60_000 },
];

/// The target of this name.
#[must_use]
pub fn named(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}

//! Stores for the tools' tests: small, of every kind of file, and damaged where a test wants it.

use journal_file::examine::{Folder, SegmentScan, Stretch, examine_run, open_segment};
use journal_file::{ReadOnlyDisk, names};
use longshore::broker::{Broker, Browse, BrowsedMessage, LeaseTerms, Receive, Settle, Settlement, States};
use longshore::embed::{self, Config, Options};
use longshore::vocab::{ConsumerId, Message, QueueId, QueueSettings, Seq, SubscriptionId};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Messages that are sent to each queue of [`make`]; of `orders` the first half is acknowledged.
pub(crate) const SENT: usize = 200;

/// The id of the queue whose messages all live.
const JOBS: QueueId = QueueId(2);

/// Log and runs in files of a few blocks, moved as soon as possible.
pub(crate) fn small() -> Config {
    Config {
        segment_bytes_min: 64 * 1024,
        segment_bytes_max: 64 * 1024,
        window_messages_max: 50,
        window_bytes_max: 128 * 1024,
        checkpoint_bytes: 16 * 1024,
        run_block_bytes: 4096,
        ..Config::default()
    }
}

/// A store that was stopped cleanly: two queues, a checkpoint, segments, and runs.
pub(crate) fn make(folder: &Path) {
    let store = embed::open(folder, Options { store: small(), ..Options::default() }).expect("a fresh folder");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let broker = store.broker();
        let orders = broker.create_queue("orders", QueueSettings::default(), Default::default()).await.expect("new").id;
        let jobs = broker.create_queue("jobs", QueueSettings::default(), Default::default()).await.expect("new").id;
        assert_eq!(jobs, JOBS);
        for number in 0..SENT {
            for queue in [orders, jobs] {
                let body = format!("{number:05} {}", "x".repeat(300));
                broker.publish(queue, vec![Message::with_body(body)]).await.expect("room");
            }
        }
        for _ in 0..SENT / 20 {
            acknowledge(broker, orders, 10).await;
        }
        // Moving is work of the background: another message sets it going until it has happened.
        let mut more = 0;
        while more < 6 || broker.journal_stats().runs == 0 {
            broker.publish(jobs, vec![Message::with_body("z".repeat(4000))]).await.expect("room");
            more += 1;
        }
    });
    store.shut_down().expect("sealed");
}

async fn acknowledge(broker: &Broker, queue: QueueId, max: u32) {
    let terms = LeaseTerms::Deadline(None);
    let receive = Receive {
        queue,
        subscription: SubscriptionId(0),
        max,
        wait_ms: Some(1000),
        terms,
        rank: 0,
        consumer: ConsumerId::UNKNOWN,
    };
    let delivered = broker.receive(receive).await.expect("messages");
    let acks = delivered.iter().map(|one| Settlement { token: one.lease.token, how: Settle::Ack }).collect();
    broker.settle(acks).await.expect("a verdict each");
}

/// A queue's living messages, in order.
pub(crate) async fn all_messages(broker: &Broker, queue: QueueId) -> Vec<BrowsedMessage> {
    let (mut messages, mut next) = (Vec::new(), Some(Seq(0)));
    while let Some(from) = next {
        let wish = Browse { queue, from, count: 10_000, states: States::ALL };
        let browsed = broker.browse(wish).await.expect("it exists");
        messages.extend(browsed.messages);
        next = browsed.next;
    }
    messages
}

/// Bodies of a queue's living messages, in order.
pub(crate) fn bodies(folder: &Path, queue: &str) -> Vec<String> {
    let store = embed::open(folder, Options { store: small(), ..Options::default() }).expect("it opens");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let bodies = runtime.block_on(async {
        let broker = store.broker();
        let Some(info) = broker.queue(queue) else { return Vec::new() };
        let messages = all_messages(broker, info.id).await;
        messages.iter().map(|one| String::from_utf8_lossy(&one.message.body).into_owned()).collect()
    });
    store.shut_down().expect("sealed");
    bodies
}

/// The files of a store whose names begin so, in order.
pub(crate) fn files(folder: &Path, start: &str) -> Vec<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test looks at its own folder")]
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(start)));
    files.sort();
    files
}

/// The files of one kind that the manifest names, in its order.
pub(crate) fn named(folder: &Path, start: &str) -> Vec<PathBuf> {
    let disk = ReadOnlyDisk::open(folder).expect("nobody has it");
    let found = Folder::read(&*disk, "the test's").expect("a store");
    let left_over = found.left_over();
    files(folder, start).into_iter().filter(|file| left_over.iter().all(|name| !file.ends_with(name))).collect()
}

/// A block of a run that holds messages of `jobs`, all of which live: the file, and a place in the block's messages.
pub(crate) fn living_block(folder: &Path) -> (PathBuf, usize) {
    let disk = ReadOnlyDisk::open(folder).expect("nobody has it");
    let manifest = Folder::read(&*disk, "the test's").expect("a store").manifest;
    let mut found = None;
    for entry in &manifest.runs {
        let examined = examine_run(&*disk, manifest.store_id, entry, &mut |block| {
            if block.key.queue == JOBS {
                found = Some((folder.join(format!("run-{:08}.run", entry.number)), block.at + 100));
            }
        });
        assert_eq!(examined.expect("it can be read").findings, []);
    }
    let (file, at) = found.expect("a block of messages that wait");
    (file, usize::try_from(at).expect("small"))
}

/// A file's content.
#[expect(clippy::disallowed_methods, reason = "a test looks at its own folder")]
pub(crate) fn bytes(file: &Path) -> Vec<u8> {
    std::fs::read(file).expect("a file")
}

/// Gives a file another content.
#[expect(clippy::disallowed_methods, reason = "a test damages its own folder")]
pub(crate) fn set_bytes(file: &Path, bytes: &[u8]) {
    std::fs::write(file, bytes).expect("a file");
}

/// Changes one bit.
pub(crate) fn flip(file: &Path, at: usize) {
    let mut changed = bytes(file);
    changed[at] ^= 1;
    set_bytes(file, &changed);
}

/// Removes a file.
#[expect(clippy::disallowed_methods, reason = "a test damages its own folder")]
pub(crate) fn remove(file: &Path) {
    std::fs::remove_file(file).expect("a file");
}

/// Every file in a folder, to compare; the history beside the store is no part of it.
pub(crate) fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = files(folder, "").into_iter().filter(|file| file.is_file());
    files.map(|file| (file.clone(), bytes(&file))).collect()
}

/// Where frames with records lie in the segments that the manifest names: file, place, how many records.
pub(crate) fn frames(folder: &Path) -> Vec<(PathBuf, usize, u16)> {
    let disk = ReadOnlyDisk::open(folder).expect("nobody has it");
    let manifest = Folder::read(&*disk, "the test's").expect("a store").manifest;
    let mut frames = Vec::new();
    for entry in &manifest.segments {
        let file = open_segment(&*disk, entry.id).expect("it is there");
        let mut scan = SegmentScan::new(file, 1 << 20, Some(entry.salt)).expect("it can be read");
        loop {
            let at = usize::try_from(scan.at()).expect("small");
            match scan.next_stretch().expect("it can be read") {
                Some(Stretch::Frame(frame)) => {
                    frames.push((folder.join(names::segment(entry.id)), at, frame.header.records));
                }
                Some(Stretch::Unreadable { .. }) => {}
                None => break,
            }
        }
    }
    frames
}

/// Runs a tool to its end.
pub(crate) fn tool(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_longshore"));
    command.args(arguments).env_clear().output().expect("the program starts")
}

/// What a tool printed, after a check of its exit code.
pub(crate) fn told(arguments: &[&str], code: i32) -> String {
    let output = tool(arguments);
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}:\n{text}");
    text
}

/// What a tool printed as JSON, after a check of its exit code.
pub(crate) fn json(arguments: &[&str], code: i32) -> serde_json::Value {
    let text = told(arguments, code);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

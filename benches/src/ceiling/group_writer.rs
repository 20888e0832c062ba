//! One thread that keeps bodies: whatever gathered while the disk was busy becomes one padded write and one sync.
//!
//! This is the least that "acknowledged means durable" can cost: the channel between the threads gathers the next group
//! while the disk keeps the last one, so no request waits for longer than two syncs.

use crate::disk::{AlignedBuffer, BareFile};
use anyhow::{Context, Result};
use bytes::Bytes;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use tokio::sync::oneshot;

/// Room in the channel: far more than there are connections, so that nobody waits for it.
const WAITING_MAX: usize = 65_536;

/// A group is closed at this size, in bytes.
const GROUP_BYTES_MAX: usize = 1024 * 1024;

/// A body, and whom to tell once it is kept.
type Entry = (Bytes, oneshot::Sender<()>);

/// Hands bodies to the thread.
#[derive(Clone)]
pub struct GroupWriter {
    entries: SyncSender<Entry>,
}

impl GroupWriter {
    /// Returns once `body` is on the disk.
    pub async fn keep(&self, body: Bytes) -> Result<()> {
        let (kept, told) = oneshot::channel();
        self.entries.try_send((body, kept)).context("the writer's thread has ended or is flooded")?;
        told.await.context("the writer's thread has ended")
    }
}

/// Starts the thread over a fresh file in `folder`.
pub fn start(folder: &Path) -> Result<GroupWriter> {
    let file = BareFile::create(folder)?;
    let (entries, waiting) = sync_channel(WAITING_MAX);
    std::thread::Builder::new().name("group-writer".to_owned()).spawn(move || write_groups(file, &waiting))?;
    Ok(GroupWriter { entries })
}

fn write_groups(mut file: BareFile, waiting: &Receiver<Entry>) {
    let mut buffer = AlignedBuffer::with_capacity(GROUP_BYTES_MAX);
    let mut tell = Vec::new();
    while let Ok(first) = waiting.recv() {
        let mut bytes = 0;
        for (body, kept) in std::iter::once(first).chain(waiting.try_iter()) {
            buffer.push(&body);
            tell.push(kept);
            bytes += body.len();
            if bytes >= GROUP_BYTES_MAX {
                break;
            }
        }
        if let Err(error) = file.write(buffer.padded()).and_then(|()| file.sync()) {
            eprintln!("ceiling B cannot keep bodies: {error:#}");
            return;
        }
        buffer.clear();
        for kept in tell.drain(..) {
            // Who hung up in the meantime need not be told.
            let _ = kept.send(());
        }
    }
}

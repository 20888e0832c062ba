//! The broker's threads: one for the shard, a few for blocking reads, one that writes the history. The seam for starting threads.

use crate::start::Runner;
use engine::Journal;
use engine::driver::Offload;
use history::History;
use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

type Job = Box<dyn FnOnce() + Send>;

/// Threads that read bodies which memory does not hold. Two keep a disk busy while the first waits for it.
const READERS: usize = 2;

/// Starts the shard's thread.
///
/// # Errors
/// The system refuses another thread.
pub fn run<J: Journal + 'static>(runner: Runner<J>) -> io::Result<JoinHandle<()>> {
    Builder::new().name("longshore-shard".to_owned()).spawn(move || runner.run())
}

/// Starts the thread that writes a history out. It ends when the history is closed.
///
/// # Errors
/// The system refuses another thread.
pub fn keep(history: Arc<History>) -> io::Result<JoinHandle<()>> {
    Builder::new().name("longshore-history".to_owned()).spawn(move || history.keep())
}

/// Starts the reading threads. They end when the last clone of the offload is dropped.
///
/// # Errors
/// The system refuses another thread.
pub fn offload() -> io::Result<Offload> {
    let (sender, receiver) = channel::<Job>();
    let receiver = Arc::new(Mutex::new(receiver));
    for number in 0..READERS {
        let receiver = receiver.clone();
        Builder::new().name(format!("longshore-read-{number}")).spawn(move || read(&receiver))?;
    }
    let sender = Mutex::new(sender);
    Ok(Arc::new(move |job| {
        // The readers end only after this sender is gone.
        let _ = sender.lock().unwrap_or_else(PoisonError::into_inner).send(job);
    }))
}

fn read(receiver: &Mutex<Receiver<Job>>) {
    loop {
        let job = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        job();
    }
}

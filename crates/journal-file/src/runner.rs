//! The threads of a store: one each steps the writer, the preparer and the compactor, all asleep when there is nothing to do.
//!
//! What it is not: any of the work. Invariant: when [`Threads`] is dropped or stopped, they have ended; what was
//! submitted and not durable by then may be lost, so [`journal::Journal::close`] comes first.

use crate::compactor::Compactor;
use crate::preparer::Preparer;
use crate::shared::{Shared, Step};
use crate::writer::Writer;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use vocab::clock::Clock;

/// The running threads of one store.
#[derive(Debug)]
pub struct Threads {
    shared: Arc<Shared>,
    stop: Arc<AtomicBool>,
    handles: Vec<JoinHandle<()>>,
}

impl Threads {
    pub(crate) fn start(mut writer: Writer, mut preparer: Preparer, mut compactor: Compactor) -> io::Result<Self> {
        let (shared, clock) = writer.shared_parts();
        let stop = Arc::new(AtomicBool::new(false));
        let mut threads = Self { shared, stop, handles: Vec::with_capacity(3) };
        let writer = threads.spawn("log-writer", &clock, move |now_us| writer.step(now_us))?;
        let preparer = threads.spawn("log-preparer", &clock, move |now_us| preparer.step(now_us))?;
        let compactor = threads.spawn("log-compactor", &clock, move |now_us| compactor.step(now_us))?;
        threads.shared.set_threads(writer, preparer, compactor);
        Ok(threads)
    }

    fn spawn(
        &mut self,
        name: &str,
        clock: &Arc<dyn Clock>,
        step: impl FnMut(u64) -> Step + Send + 'static,
    ) -> io::Result<thread::Thread> {
        let stop = Arc::clone(&self.stop);
        let clock = Arc::clone(clock);
        let watch = Watch { shared: Arc::clone(&self.shared) };
        let handle = thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _watch = watch;
            run(&stop, &*clock, step);
        })?;
        let thread = handle.thread().clone();
        self.handles.push(handle);
        Ok(thread)
    }

    /// Ends the threads, after what they are doing and what can be done at once.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Release);
        for handle in self.handles.drain(..) {
            handle.thread().unpark();
            // A panic was reported by the thread's watch.
            let _ = handle.join();
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.end();
    }
}

/// Poisons the store when its thread panics, so that nobody waits for it.
struct Watch {
    shared: Arc<Shared>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if thread::panicking() {
            self.shared.poison("a thread of the journal panicked");
        }
    }
}

/// Steps until told to stop and nothing is left that can be done at once.
fn run(stop: &AtomicBool, clock: &dyn Clock, mut step: impl FnMut(u64) -> Step) {
    loop {
        match step(clock.mono_us()) {
            Step::Worked => {}
            Step::Idle { .. } if stop.load(Ordering::Acquire) => return,
            Step::Idle { wake_at_us: None } => thread::park(),
            Step::Idle { wake_at_us: Some(at_us) } => {
                thread::park_timeout(Duration::from_micros(at_us.saturating_sub(clock.mono_us())));
            }
        }
    }
}

//! Where commands come in: many callers put, the shard takes all at once.

use crate::core::command::Command;
use crate::driver::signal::Signal;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vocab::DoorCode;

/// A command and where its answer goes.
#[derive(Debug)]
pub struct Envelope<R> {
    /// The command.
    pub command: Command,
    /// Where its answer goes; nowhere for the engine's own commands.
    pub reply: Option<R>,
    /// The door that asks; 0 where nobody does.
    pub door: DoorCode,
    /// When it was put in, monotonic time in microseconds; 0 where nobody wants to know.
    pub since_us: u64,
}

impl<R> Envelope<R> {
    /// A command that nobody waits for an answer to.
    #[must_use]
    pub fn unanswered(command: Command) -> Self {
        Self { command, reply: None, door: DoorCode::default(), since_us: 0 }
    }
}

/// The shard's inbox.
#[derive(Debug)]
pub struct Inbox<R> {
    slot: Mutex<Slot<R>>,
    signal: Arc<Signal>,
}

#[derive(Debug)]
struct Slot<R> {
    envelopes: VecDeque<Envelope<R>>,
    closed: bool,
    stop_waiting: bool,
}

impl<R> Inbox<R> {
    /// An empty inbox that rings `signal` when something comes in.
    #[must_use]
    pub fn new(signal: Arc<Signal>) -> Self {
        Self { slot: Mutex::new(Slot { envelopes: VecDeque::new(), closed: false, stop_waiting: false }), signal }
    }

    /// Puts a command in.
    ///
    /// # Errors
    /// The inbox is closed: the envelope comes back, and nothing will happen.
    pub fn put(&self, envelope: Envelope<R>) -> Result<(), Envelope<R>> {
        {
            let mut slot = self.lock();
            if slot.closed {
                return Err(envelope);
            }
            slot.envelopes.push_back(envelope);
        }
        self.signal.knock();
        Ok(())
    }

    /// Refuses everything from here on.
    pub fn close(&self) {
        self.lock().closed = true;
        self.signal.ring();
    }

    /// Asks the shard to end all waiting receives.
    pub fn stop_waiting(&self) {
        self.lock().stop_waiting = true;
        self.signal.ring();
    }

    /// Whether nothing comes any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// The bell that is rung.
    #[must_use]
    pub fn signal(&self) -> &Arc<Signal> {
        &self.signal
    }

    /// Takes everything, behind what `into` holds already. Says whether waiting receives are to end.
    pub(crate) fn take(&self, into: &mut VecDeque<Envelope<R>>) -> bool {
        let mut slot = self.lock();
        if into.is_empty() {
            std::mem::swap(into, &mut slot.envelopes);
        } else {
            into.append(&mut slot.envelopes);
        }
        slot.stop_waiting
    }

    fn lock(&self) -> MutexGuard<'_, Slot<R>> {
        // A panic elsewhere cannot leave a queue of envelopes half changed.
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The broker's handle, as far as the past goes: what happened to a message, and through which door.
//!
//! What it is not: the history itself, which may be off; everything here answers then, too.

use crate::broker::Broker;
use crate::error::Unavailable;
use history::{Figures, History, Life};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, oneshot};
use vocab::{DoorCode, MessageId};

/// The history, and the numbers that it calls doors by.
pub(crate) struct Past {
    history: Option<Arc<History>>,
    doors: Mutex<Vec<Arc<str>>>,
    /// One life is looked for at a time, so that deliveries always find a reading thread.
    turn: Semaphore,
}

impl Past {
    pub(crate) fn new(history: Option<Arc<History>>) -> Self {
        Self { history, doors: Mutex::default(), turn: Semaphore::new(1) }
    }

    /// The history, if one is kept.
    pub(crate) fn history(&self) -> Option<&History> {
        self.history.as_deref()
    }

    /// The door of this number; empty where there is none.
    pub(crate) fn door_name(&self, code: DoorCode) -> Arc<str> {
        let doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        let known = usize::from(code.0).checked_sub(1).and_then(|index| doors.get(index));
        known.cloned().unwrap_or_default()
    }

    /// A door's number: the same for the same name. Doors beyond the 255th have none.
    fn door(&self, name: &str) -> DoorCode {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        let known = doors.iter().position(|door| **door == *name);
        let Ok(code) = u8::try_from(known.unwrap_or(doors.len()) + 1) else { return DoorCode::default() };
        let code = DoorCode(code);
        if known.is_none() {
            doors.push(name.into());
            if let Some(history) = &self.history {
                history.enter_door(code, name);
            }
        }
        code
    }
}

impl Broker {
    /// This broker, for a door of this name: what is published through it is known to have come from there.
    #[must_use]
    pub fn for_door(&self, name: &str) -> Self {
        Self { shared: self.shared.clone(), door: self.shared.past.door(name) }
    }

    /// The name of the door with this number; empty where there is none.
    #[must_use]
    pub fn door_name(&self, code: DoorCode) -> Arc<str> {
        self.shared.past.door_name(code)
    }

    /// What is known of a message, under every id that it had: before it was buried or redriven to this one, and since. It tells what
    /// is durable, the newest included.
    ///
    /// # Errors
    /// The broker is not available.
    pub async fn life(&self, id: MessageId) -> Result<Life, Unavailable> {
        let past = &self.shared.past;
        let Some(history) = past.history.clone() else { return Ok(Life::default()) };
        let turn = past.turn.acquire().await.expect("the semaphore is never closed");
        let (sender, receiver) = oneshot::channel();
        (self.shared.offload)(Box::new(move || {
            // Nobody waits for it any more: then it need not be told.
            let _ = sender.send(history.life(id));
        }));
        let life = receiver.await;
        drop(turn);
        life.map_err(|_| self.ended())
    }

    /// How the history stands.
    #[must_use]
    pub fn history_figures(&self) -> Figures {
        self.shared.past.history.as_ref().map_or_else(Figures::default, |history| history.figures())
    }
}

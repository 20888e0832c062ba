//! What is said between the bench and the process that embeds the store: one line of JSON each way, in turns.
//!
//! ```text
//!  bench                          store-child
//!    |                              | opens the store
//!    |<----------- Answer ----------|  ready
//!    |------------ Order ---------->|
//!    |<----------- Answer ----------|  done
//! ```
//!
//! What it is not: a protocol for anyone else. Both ends are the same program.
//! Invariant: an order that fails ends the process, which says why on standard error.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Something to do with the store. Queues are known by their numbers, from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    /// Make queues until there are so many.
    MakeQueues(u32),
    /// Make one more queue, laned and with a window for dedup ids.
    MakeLanedQueue,
    /// Make one more queue, which waits for no sync.
    MakeHastyQueue,
    /// Publish, and wait until all of it is acknowledged.
    Publish(Publish),
    /// Receive and acknowledge until so many are done or nothing is left.
    Drain {
        /// From where.
        queue: u32,
        /// At most so many messages.
        messages: u64,
        /// Messages asked for in one receive.
        at_a_time: u32,
    },
    /// Publish, receive and acknowledge in step.
    KeepUp(Publish),
    /// Acknowledge every message with the probability of one half. What is not acknowledged stays leased, and is the whole
    /// that the next such order halves.
    AckHalf {
        /// From where.
        queue: u32,
    },
    /// Look for the lives of so many messages, one after the other; answer with the moments found, the history's bytes in place of the
    /// log's, and how long one took.
    LookUp {
        /// From where.
        queue: u32,
        /// How many.
        times: u32,
    },
    /// Answer once the log's figures have come to rest.
    Rest,
    /// Seal the store, answer, and end.
    Stop,
}

/// A load of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publish {
    /// Which queues take turns, one batch each.
    pub queues: Range<u32>,
    /// How many messages in all.
    pub messages: u64,
    /// Bytes of each body.
    pub bytes: usize,
    /// Messages in one publish.
    pub batch: usize,
    /// Whether each message has a lane and a dedup id of its own.
    pub laned: bool,
}

/// What was done, and how the log stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Messages that went through; as the first answer, those that recovery saw.
    pub messages: u64,
    /// How long it took.
    pub seconds: f64,
    /// Commits since the store was opened, as of when it last rested.
    pub commits: u64,
    /// Bytes written to the log since then, as the journal counts them.
    pub log_bytes: u64,
    /// Checkpoints since then.
    pub checkpoints: u64,
    /// Half of what was looked for took no longer, in microseconds.
    pub p50_us: u64,
    /// All but one in a hundred took no longer, in microseconds.
    pub p99_us: u64,
}

impl Answer {
    /// Messages in a second.
    pub fn per_second(&self) -> f64 {
        self.messages as f64 / self.seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_survives_its_line() {
        let publish = Publish { queues: 3..7, messages: 10, bytes: 100, batch: 5, laned: false };
        for order in [Order::Publish(publish), Order::AckHalf { queue: 2 }, Order::Rest] {
            let line = serde_json::to_string(&order).expect("an order is JSON");
            assert!(!line.contains('\n'));
            assert_eq!(serde_json::from_str::<Order>(&line).expect("it was an order"), order);
        }
    }
}

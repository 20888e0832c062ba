//! One connection: from the first byte to the last, and everything that is under way in between.
//!
//! ```text
//!   socket ─→ input ─→ frames ─→ commands ─→ broker
//!                                   │           │
//!   socket ←── out ←── answers ←────┘           │
//!                 ←── confirms ←── underway ←───┤
//!                 ←── deliveries ←── asks ←─────┘
//! ```
//!
//! One task does all of it. Methods are done in order, one after the other; publishes are handed over in batches and confirmed when
//! the broker has answered; every consumer has at most one ask under way.
//!
//! Invariants: what a client sends is not read while more than [`UNWRITTEN_BYTES_MAX`] wait to be written to it, or too much of it is
//! under way. Whatever ends the connection, its sessions at the broker end, and its consumers and its own queues go.

mod batch;
mod clock;
mod delivering;
mod end;
mod fan_out;
mod frames;
mod handshake;
mod io;
mod publishing;
mod replies;
mod settling;

use crate::Vhost;
use crate::caller::Caller;
use crate::channel::Channel;
use crate::client::Client;
use crate::destination::Destination;
use crate::door::AmqpDoor;
use crate::limits::{BATCHES_UNDER_WAY, UNWRITTEN_BYTES_MAX};
use crate::uses::{ConnectionId, Notice};
use crate::wire::methods::{self, Method};
use batch::{Batch, UnderWay};
use bytes::BytesMut;
use clock::Heart;
use delivering::{Ask, Asked};
use futures_util::stream::FuturesUnordered;
use replies::Reply;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc::{Receiver, Sender, UnboundedReceiver, UnboundedSender};
use vocab::QueueId;

pub(crate) use io::serve;
pub(crate) use replies::{ADDRESS as REPLY_ADDRESS, Replies, ReplyConsumer};
pub(crate) use settling::Word;

/// What both sides agreed on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tuning {
    /// Greatest frame either way, in bytes.
    pub(crate) frame_max: u32,
    /// The highest channel.
    pub(crate) channels_max: u16,
    /// Seconds between signs of life; 0 for none.
    pub(crate) heartbeat_s: u16,
}

/// What the client said it can do.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Capabilities {
    /// It wants to hear when a queue goes that it consumes from.
    pub(crate) cancel_notify: bool,
    /// It wants to hear when it is not read from.
    pub(crate) blocked: bool,
    /// It takes a close in answer to wrong credentials.
    pub(crate) authentication_failure_close: bool,
}

/// Why the connection is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// Both sides have said so.
    Closed,
    /// The peer is gone, or is not worth another byte.
    Lost,
}

/// One connection, open.
pub(crate) struct Session {
    pub(crate) door: Arc<AmqpDoor>,
    pub(crate) id: ConnectionId,
    pub(crate) caller: Caller,
    pub(crate) client: Client,
    pub(crate) vhost: Vhost,
    pub(crate) tuning: Tuning,
    pub(crate) capabilities: Capabilities,
    pub(crate) channels: BTreeMap<u16, Channel>,
    /// What is to be written.
    pub(crate) out: BytesMut,
    /// The destination looked up last, while one read is worked on: nobody sees a queue longer than that after it went.
    pub(crate) looked_up: Option<Arc<Destination>>,
    pub(crate) last_queue: Option<Box<str>>,
    batch: Batch,
    under_way: FuturesUnordered<UnderWay>,
    asks: FuturesUnordered<Ask>,
    notices: UnboundedReceiver<Notice>,
    pub(crate) notice_sender: UnboundedSender<Notice>,
    replies: Receiver<Reply>,
    reply_sender: Sender<Reply>,
    /// Queues that a consumer has left, and that may have to go with it.
    left_unused: Vec<QueueId>,
    next_number: u32,
    heart: Heart,
    /// The disk is full, and this client publishes: it is not read from.
    blocked: bool,
    /// The client was told that the connection is over; only its agreement is waited for.
    closing: bool,
    over: Option<Over>,
}

impl Session {
    /// Appends a method to what is to be written.
    pub(crate) fn say<M: Method>(&mut self, channel: u16, method: &M) {
        methods::put(&mut self.out, channel, method);
    }

    /// The open channel of this number; frames are given to no other.
    pub(crate) fn channel(&mut self, channel: u16) -> &mut Channel {
        self.channels.get_mut(&channel).expect("a method is only done on a channel that is open")
    }

    /// A number that no other consumer of this connection has.
    pub(crate) fn next_number(&mut self) -> u32 {
        self.next_number += 1;
        self.next_number
    }

    /// Whether the client may be read from.
    fn reads(&self) -> bool {
        !self.blocked && self.out.len() < UNWRITTEN_BYTES_MAX && self.under_way.len() < BATCHES_UNDER_WAY
    }

    /// Whether the client may be given deliveries.
    fn delivers(&self) -> bool {
        self.out.len() < UNWRITTEN_BYTES_MAX && !self.closing
    }
}

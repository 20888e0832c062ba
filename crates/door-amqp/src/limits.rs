//! Every limit of the AMQP door, each with its reason and source. Limits of queues and messages themselves are the neutral
//! model's (`vocab::limits`).

use std::time::Duration;

/// Seconds between signs of life that are proposed: RabbitMQ's default.
pub(crate) const HEARTBEAT_S: u16 = 60;

/// Greatest frame that is proposed, in bytes: RabbitMQ's default.
pub(crate) const FRAME_MAX: u32 = 131_072;

/// Most channels of a connection: RabbitMQ's default.
pub(crate) const CHANNELS_MAX: u16 = 2_047;

/// How long a delivery may wait for its acknowledgement, in milliseconds: RabbitMQ's default of 30 minutes.
pub(crate) const ACK_MS_MAX: u64 = 30 * 60 * 1000;

/// A client has so long to open its connection: RabbitMQ's `handshake_timeout`.
pub(crate) const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long a peer that was told to close may take to agree, before its connection is just ended.
pub(crate) const CLOSE: Duration = Duration::from_secs(10);

/// Bytes that are read at a time from a busy connection; a quiet one has a hundredth of it.
pub(crate) const READ_BYTES: usize = 128 * 1024;

/// Bytes that are read at a time from a connection that has not been busy.
pub(crate) const READ_BYTES_QUIET: usize = 2 * 1024;

/// While so many bytes wait to be written to a slow reader, it is delivered nothing more and nothing is read from it.
pub(crate) const UNWRITTEN_BYTES_MAX: usize = 1024 * 1024;

/// Most messages of one read that are published as one batch: enough that a batch costs each of them little.
pub(crate) const BATCH_COUNT: usize = 512;

/// Bytes of messages after which a batch is handed over, for the same reason.
pub(crate) const BATCH_BYTES: usize = 1024 * 1024;

/// Publishes of one connection that are under way at a time, in batches; beyond it, nothing more is read from it.
pub(crate) const BATCHES_UNDER_WAY: usize = 64;

/// Most messages that a consumer asks for at a time.
pub(crate) const RECEIVE_COUNT: u32 = 256;

/// Bytes of messages that a consumer may expect from one ask, by the size of what it got last.
pub(crate) const RECEIVE_BYTES: usize = 1024 * 1024;

/// A body of a message that is smaller than this part of a read is copied out of it, so that a message that is kept does not
/// keep the whole read.
pub(crate) const SHARED_BODY_BYTES: usize = READ_BYTES / 2;

/// Bytes of publishes that a transaction may hold: they become one commit.
pub(crate) const TRANSACTION_BYTES: usize = 32 * 1024 * 1024;

/// Answers to requests by direct reply-to that wait for their requester, per connection; further ones are dropped, as this kind of
/// reply is best effort.
pub(crate) const REPLIES_WAITING: usize = 4_096;

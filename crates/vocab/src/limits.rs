//! Every limit of the neutral model, each with its reason and source. A protocol's own limits live
//! with its door.

/// Greatest message by default, body and headers together, in bytes (design 4b). A body is held in
/// memory a few times over while it is published, so more is asked for by configuration.
pub const MESSAGE_BYTES_MAX_DEFAULT: u64 = 16 * MIB;

/// Greatest message that any configuration allows, in bytes (design 4b): one WAL segment's size.
pub const MESSAGE_BYTES_MAX: u64 = 128 * MIB;

/// Greatest commit of one command, in bytes (design 4): it must fit into one WAL segment with room to spare.
pub const COMMIT_BYTES_MAX: u64 = 64 * MIB;

/// The open commit takes no more commands once it holds so many bytes: natural batching stays fair
/// and the group of frames stays small enough to be written in a few milliseconds.
pub const COMMIT_BYTES_SOFT: usize = 2 * 1024 * 1024;

/// Greatest frame, in bytes, unless one record alone is larger (storage.md 5.3: CRC-32C is strong enough up to here).
pub const FRAME_BYTES_MAX: usize = 1024 * 1024;

/// Longest queue name, in bytes; longer than any protocol's own limit.
pub const QUEUE_NAME_BYTES_MAX: usize = 255;

/// Longest name of a router and longest key, in bytes: as long as a queue's name.
pub const ROUTE_KEY_BYTES_MAX: usize = QUEUE_NAME_BYTES_MAX;

/// Most routers: each is held in memory, as queues are.
pub const ROUTERS_MAX: usize = 16_384;

/// Most bindings of all routers together: each is held in memory, to be matched without the disk. One by a pattern of three
/// words takes 1.2 KB.
pub const BINDINGS_MAX: usize = 100_000;

/// Most leases that are looked at to say who holds how many, so that a question stays a few milliseconds.
pub const LEASES_COUNTED_MAX: usize = 100_000;

/// Most consumers that are listed at a time, those that left and still hold something among them: each takes some hundred bytes.
pub const CONSUMERS_LISTED_MAX: usize = 65_536;

/// Most bytes of what a consumer or its connection says of itself; what is longer is cut.
pub const SELF_DESCRIPTION_BYTES_MAX: usize = 255;

/// Most bytes of a binding's key, criteria and annotations together, for the same reason.
pub const BINDING_BYTES_MAX: usize = 16 * 1024;

/// Most messages in one receive: keeps one answer and one lease record bounded.
pub const RECEIVE_COUNT_MAX: u32 = 10_000;

/// Most messages that one look at a queue shows, so that it holds nobody up.
pub const BROWSE_COUNT_MAX: u32 = 10_000;

/// Bytes of content after which a look at a queue shows no more, so that looking costs no memory; the last message may go beyond.
pub const BROWSE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Most messages or settlements in one command, for the same reason.
pub const BATCH_COUNT_MAX: usize = 10_000;

/// Longest wait of one receive, in milliseconds.
pub const WAIT_MS_MAX: u64 = 15 * 60 * 1000;

/// Longest lease with a deadline, in milliseconds (7 days): a stuck owner must end some day.
pub const LEASE_MS_MAX: u64 = 7 * 24 * 60 * 60 * 1000;

/// Seqs reserved ahead by one journaled reservation: a crash skips at most so many numbers.
pub const SEQ_RESERVATION: u64 = 65_536;

/// Messages whose lane is held in memory, per queue (design 4, "scan window"): lanes whose oldest message lies further back wait
/// until what is before it was handed out. A message costs about 100 bytes here.
pub const LANES_KNOWN_MAX: usize = 65_536;

/// Messages that one publish drops from a queue that is too long, so that a limit that was lowered stalls nobody; the next publish
/// goes on.
pub const DROPPED_PER_PUBLISH_MAX: usize = 65_536;

/// Messages that leave a queue for others in one commit, by a redrive without a rate or because they expired: enough that a
/// sync costs each of them little, few enough that other commands hardly wait.
pub const MOVE_BATCH_COUNT: usize = 256;

/// Most messages that are moved by hand in one commit, so that other commands hardly wait.
pub const MOVES_MAX: usize = 1_000;

/// Bytes of messages after which such a batch is full, for the same reason; the last one may go beyond.
pub const MOVE_BATCH_BYTES: usize = 1024 * 1024;

/// A redrive that fell behind its rate makes up for so many milliseconds of it, so that a restart makes no flood.
pub const REDRIVE_CATCH_UP_MS: u64 = 1000;

/// What moves messages by itself and found the disk full looks again after so many milliseconds.
pub const MOVE_RETRY_MS: u64 = 1000;

/// Redrives of a queue that are remembered after they ended: as many as the largest listing of any protocol shows.
pub const REDRIVES_KEPT: usize = 10;

/// Queues and reasons that a message remembers to have died of: more than any chain of dead-letter queues in use, few enough
/// that a message which goes around for ever stays small.
pub const DEATHS_MAX: usize = 64;

/// Memory for bodies kept after they were written, over all queues, in bytes (design rule 4).
pub const BODY_CACHE_BYTES: usize = 32 * 1024 * 1024;

/// Bytes of publishes accepted and not yet answered; further ones wait (design section 5, bounded everything).
pub const PUBLISH_BYTES_IN_FLIGHT: usize = 64 * 1024 * 1024;

const MIB: u64 = 1024 * 1024;

const _: () = assert!(MESSAGE_BYTES_MAX_DEFAULT <= MESSAGE_BYTES_MAX);
const _: () = assert!(COMMIT_BYTES_SOFT >= FRAME_BYTES_MAX);
const _: () = assert!(COMMIT_BYTES_MAX < MESSAGE_BYTES_MAX);

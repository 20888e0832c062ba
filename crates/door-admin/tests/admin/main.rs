//! The admin API over HTTP, with a live broker over a journal in memory.

mod bench; // a server in this process, and a client
mod browsing; // looking through a queue
mod failures; // dead-letter queues and kinds of failures
mod redriving; // sending back what failed: some, one, with a canary, changed
mod telling; // a message's life, and why it is not delivered

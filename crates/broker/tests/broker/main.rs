//! The broker through its public API, over a journal in memory, stepped by hand: no thread, no clock, no luck.

mod bench; // a broker whose every step the test decides
mod catalog; // queues by name, durable before they are shown
mod durability; // nothing is told before its grounds are durable
mod endings; // shutting down, failing, coming back
mod limits; // priorities, limits on length, purges, transient queues
mod operating; // figures, pauses, and looking at messages
mod past; // what is told of a message that is gone
mod pipelining; // many things under way at a time
mod receiving; // waiting, giving up, delivery of contents
mod redriving; // moving messages out of a dead-letter queue, over restarts
mod routing; // routers, fan-outs and transactions
mod traces; // what spans tell of each step of a message

//! The API over a broker with its store in memory: every call as a client makes it, without a socket.

mod bench;
mod clients; // who takes messages
mod documented; // the page for users, against the table of calls
mod hostile; // names, headers and bodies that want to be more than data
mod queues; // made, listed, changed, paused, removed
mod recorded; // what the audit log says
mod rights; // who may make which call
mod tail; // messages shown as they come
mod traffic; // sent, received, settled

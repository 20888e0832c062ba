//! The AMQP door through bytes: a client that says what no library would, over a broker in memory, stepped by hand.

mod bench; // a broker, a door, and a client that speaks frames
mod closing; // what ends a channel, what ends a connection, and in which words
mod handshake; // how a connection is opened, and how it is not
mod pressure; // full disks, slow readers, silence
mod publishing; // contents in pieces, confirms, transactions

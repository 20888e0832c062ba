//! The real program, started and stopped as an operator would.

mod configuration; // what it says about bad options
mod doors; // where it listens, and when it refuses to
mod embedded; // the example that needs no server
mod fixtures; // folders that released versions wrote
mod full_disk; // told, and over without a restart
mod health; // what the admin door answers
mod http; // as much of it as a desk of the tests needs
mod import_sqs; // from what AWS prints to a file of queues
mod lifecycle; // start, stop, start again
mod operate; // the commands that ask a server
mod program; // how all of them run it
mod queues; // queues that the configuration declares
mod stores; // folders with everything that a store can consist of, and damage to them
mod syncs; // a sync between every send and its answer
mod tls; // certificates: wrong, renewed, asked for
mod tools; // the operator's tools
mod users; // who is let in, and the file read again
mod work; // the worker, before a desk of the tests

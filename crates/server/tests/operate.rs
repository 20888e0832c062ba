//! The commands that ask a running server, typed as an operator would: what they ask, what they show, and what they say when it fails.
//!
//! Most ask a stand-in that answers as the admin API's contract says, so that every figure is known; some ask the server itself.

mod canned; // a stand-in with prepared answers
mod changes; // what is asked where something is changed
mod looking; // messages looked at, explained, sent back
mod machine; // doctor, completions, man pages
mod pages; // what the operators' pages tell to type
mod server; // the same against the real server
mod tables; // what people and scripts are shown
mod traffic; // messages sent and received
pub(crate) mod typed; // commands typed at the real server

//! The door against a live broker in this process, over real HTTP bytes.

mod access; // signatures, permissions, policies, accounts
mod bench; // a broker, a door and a client, every step in the test's hands
mod declare; // queues that a configuration declares
mod http; // limits, silence, keep-alive, stops: what is not about any action
mod http2; // many requests at a time on one connection
mod idle; // what an idle long poll costs
mod signer; // a client that signs
mod tls; // which HTTP is spoken over TLS, and what URLs say
mod transcripts; // every action in every protocol, as recorded conversations
mod waiting; // long polls that end by a message, by time, by a stop, by the client

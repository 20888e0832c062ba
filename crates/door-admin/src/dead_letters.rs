//! The workbench for what failed: which kinds of failures there are, which messages are meant, and how they go back.
//!
//! What it is not: what sets messages aside, which queues' policies do, nor the redrive of a whole queue, which the engine
//! does and which survives a restart.

pub(crate) mod canary;
pub(crate) mod failure;
pub(crate) mod fate;
pub(crate) mod filter;
pub(crate) mod fingerprint;
pub(crate) mod groups;
pub(crate) mod preview;
pub(crate) mod progress;
pub(crate) mod redrive;
#[cfg(test)]
pub(crate) mod specimen;
pub(crate) mod task;
pub(crate) mod tasks;

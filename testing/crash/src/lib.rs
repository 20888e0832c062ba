//! Kills the real server under load and audits what it kept.

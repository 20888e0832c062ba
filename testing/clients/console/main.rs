//! The web console as its users meet it, before the built server.

mod files;

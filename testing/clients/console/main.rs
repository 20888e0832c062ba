//! The web console as its users meet it: a real Chromium, driven by playwright-core, before the built server.

mod browser;
mod files;
mod scenarios;

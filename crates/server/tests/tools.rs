//! The operator's tools, run as an operator would.

mod backup; // and restore
mod inspect; // what files hold
mod prove; // kills and an audit
mod salvage; // what a damaged store still holds
mod verify; // healthy, torn, damaged, missing

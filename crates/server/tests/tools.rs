//! The operator's tools, run as an operator would.

mod backup; // and restore
mod inspect; // what files hold
mod verify; // healthy, torn, damaged, missing

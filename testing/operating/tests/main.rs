//! What operators are given, tried: it starts as the files say, and the files speak of what is there.

mod container; // the Containerfile
mod kubernetes; // the manifest
mod unit; // the systemd unit

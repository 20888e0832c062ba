//! The store from outside, through its public face, over real disks and over one in memory that can be told to fail.

mod backup; // a store at one moment, while it goes on
mod bit_flips; // one changed bit anywhere is detected or harmless
mod checkpoints; // changes are folded, and no page is lost on the way
mod conformance; // the journal's contract, over disk and memory
mod crash_points; // a crash at every operation, also while opening
mod disk; // the real folder: lock, modes, threads
mod durability; // a sync stands between a commit and its being durable
mod full_disk; // publishes are refused, everything else goes on
mod harness; // stores that are stepped by hand, and faults
mod manifests; // two copies, one damaged or lost
mod poison; // a failure of any worker, at any operation
mod recovery_table; // every row, by a folder damaged by hand
mod retirement;
mod runs; // space comes back, and never too early

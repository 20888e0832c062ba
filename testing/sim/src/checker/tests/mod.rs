//! Hand-made histories: a good one that every rule accepts, and for each rule bad ones that it must reject.

mod accepts;
mod burials;
mod dedup;
mod hands;
mod lanes;
mod lengths;
mod priorities;
mod redrives;
mod rejects;
mod routing;
mod tale;

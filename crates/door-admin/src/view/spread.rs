//! How long something took, in a few figures.

use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;
use vocab::{Meter, Spread};

/// Times of the last five to ten minutes, in milliseconds, at most a quarter too high; null where nothing was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Times")]
pub(crate) struct SpreadView {
    /// How many were counted.
    count: u64,
    /// Half of them took so long at most.
    p50: Option<u64>,
    /// 95 of a hundred.
    p95: Option<u64>,
    /// 99 of a hundred.
    p99: Option<u64>,
    /// All of them.
    max: Option<u64>,
}

impl SpreadView {
    /// What was counted lately, if anything ever was.
    pub(crate) fn of(meter: Option<&Arc<Meter>>, now_ms: u64) -> Self {
        let Spread { count, p50_ms, p95_ms, p99_ms, max_ms } =
            meter.map_or_else(Spread::default, |meter| meter.lately(now_ms));
        Self { count, p50: p50_ms, p95: p95_ms, p99: p99_ms, max: max_ms }
    }
}

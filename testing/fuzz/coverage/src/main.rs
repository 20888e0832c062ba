//! One target under libFuzzer, chosen by the environment: `LONGSHORE_FUZZ_TARGET=frame`.
//!
//! What it is not: a program of its own; `longshore-fuzz --guided` builds it with instrumentation and starts it.

#![no_main]

use fuzz::targets::{self, Target};
use std::sync::LazyLock;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("LONGSHORE_FUZZ_TARGET").expect("LONGSHORE_FUZZ_TARGET names a target");
    targets::named(&name).expect("LONGSHORE_FUZZ_TARGET is in the table of targets")
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| (TARGET.run)(input));

//! Times of queues as histograms in Prometheus' text format.
//!
//! ```text
//!   NAME_bucket{queue="orders",le="0.032"} 17        17 took less than 32 ms
//!   NAME_bucket{queue="orders",le="+Inf"} 20         as many as NAME_count
//!   NAME_sum{queue="orders"} 3.25                    seconds
//! ```
//!
//! Invariant: a queue has one sample for each of [`BOUNDS_MS`] and three more, whatever was counted.

use super::float;
use std::fmt::Write;
use vocab::meter::{BOUNDS_MS, Since};

/// A family of this name, with what was counted under each label; nothing where nothing was.
pub(super) fn text(name: &str, help: &str, counted: &[(&str, &Since)]) -> String {
    if counted.is_empty() {
        return String::new();
    }
    let mut text = format!("# HELP {name} {help}\n# TYPE {name} histogram\n");
    for (label, since) in counted {
        write_one(&mut text, name, &escaped(label), since).expect("a string takes everything");
    }
    text
}

fn write_one(text: &mut String, name: &str, label: &str, since: &Since) -> std::fmt::Result {
    let mut below = 0;
    for (bound_ms, count) in BOUNDS_MS.iter().zip(since.counts) {
        below += count;
        writeln!(text, "{name}_bucket{{queue=\"{label}\",le=\"{}\"}} {below}", float(*bound_ms) / 1000.0)?;
    }
    let all = since.count();
    writeln!(text, "{name}_bucket{{queue=\"{label}\",le=\"+Inf\"}} {all}")?;
    writeln!(text, "{name}_sum{{queue=\"{label}\"}} {}", float(since.sum_ms) / 1000.0)?;
    writeln!(text, "{name}_count{{queue=\"{label}\"}} {all}")
}

/// A label's value as the format wants it.
fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::Meter;

    #[test]
    fn buckets_count_up_and_labels_cannot_break_out() {
        let meter = Meter::new();
        [3, 20, 20, 100_000_000].into_iter().for_each(|ms| meter.count(1, ms));
        let told = text("x_seconds", "help", &[("a\"b", &meter.since_start())]);
        let has = |line: &str| assert!(told.lines().any(|told| told == line), "{line} in\n{told}");
        has(r#"x_seconds_bucket{queue="a\"b",le="0.008"} 1"#);
        has(r#"x_seconds_bucket{queue="a\"b",le="0.032"} 3"#);
        has(r#"x_seconds_bucket{queue="a\"b",le="8388.608"} 3"#);
        has(r#"x_seconds_bucket{queue="a\"b",le="+Inf"} 4"#);
        has(r#"x_seconds_sum{queue="a\"b"} 100000.043"#);
        assert_eq!(text("x_seconds", "help", &[]), "");
    }
}

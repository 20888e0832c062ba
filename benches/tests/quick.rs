//! The benches still run: every measurement once, at a scale at which the figures mean nothing.

use std::process::Command;

#[test]
fn a_quick_run_measures_every_workload_and_prints_one_line_of_json() {
    let output = Command::new(env!("CARGO_BIN_EXE_longshore-bench"))
        .args(["sqs", "--quick"])
        .output()
        .expect("the bench starts");
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{complained}");
    let last = said.lines().last().expect("something is printed");
    let report: serde_json::Value = serde_json::from_str(last).expect("the last line is JSON");
    let judged: Vec<_> = report["budgets"]
        .as_array()
        .expect("there are budgets")
        .iter()
        .map(|budget| (budget["workload"].as_str().unwrap_or(""), budget["what"].as_str().unwrap_or("")))
        .collect();
    let expected = [
        ("send 1 KiB", "share of ceiling B"),
        ("send 1 KiB", "server CPU, µs"),
        ("send batch of 10 × 1 KiB", "share of ceiling B"),
        ("send batch of 10 × 1 KiB", "server CPU, µs"),
        ("receive 10, delete batch of 10", "server CPU, µs"),
        ("one lone client, send 1 KiB", "p50, µs; fdatasync's p50 + 300"),
        ("idle long polls", "memory, of ceiling A's"),
        ("idle long polls", "server CPU, % of a core"),
        ("idle long polls", "p99 of a message's arrival, ms"),
    ];
    assert_eq!(judged, expected, "{said}");
}

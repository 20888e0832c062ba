//! The AWS SDK for JavaScript v3, sqs-consumer and sqs-producer, unmodified: one test per scenario of `javascript/scenarios.cjs`.

use clients::Server;
use clients::javascript::{JavaScript, javascript};
use clients::python::finish;
use std::path::Path;
use std::process::Output;

/// Declares a test per scenario, and the list that is compared with what the script has.
macro_rules! scenarios {
    ($($name:ident)+) => {
        $(#[test] fn $name() { check(stringify!($name)); })+
        const SCENARIOS: &[&str] = &[$(stringify!($name)),+];
    };
}

scenarios! {
    a_message_goes_round
    batches_report_each_entry
    queues_are_managed_and_listed_in_pages
    a_consumer_handles_what_a_producer_sends
    a_producers_attributes_and_delays_arrive
    what_a_consumer_fails_comes_back_and_is_set_aside
    a_consumers_heartbeat_keeps_its_message
}

#[test]
fn every_scenario_in_javascript_is_run() {
    let Some(javascript) = javascript() else { return };
    let output = run(&javascript, "--list", "http://unused");
    let listed = String::from_utf8(output.stdout).expect("names are UTF-8");
    assert_eq!(listed.lines().collect::<Vec<_>>(), SCENARIOS, "{}", String::from_utf8_lossy(&output.stderr));
}

fn check(name: &str) {
    let Some(javascript) = javascript() else { return };
    let server = Server::start();
    let output = run(&javascript, name, &server.endpoint());
    assert!(output.status.success(), "{name}:\n{}", String::from_utf8_lossy(&output.stderr));
}

fn run(javascript: &JavaScript, argument: &str, endpoint: &str) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("sqs/javascript/scenarios.cjs");
    finish(javascript.command().arg(script).arg(argument).env("LONGSHORE_ENDPOINT", endpoint))
}

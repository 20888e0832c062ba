//! amqplib, unmodified: one test per scenario of `javascript/scenarios.cjs`.

use clients::Server;
use clients::javascript::{JavaScript, javascript};
use clients::python::finish;
use std::path::Path;
use std::process::Output;

/// Declares a test per scenario, and the list that is compared with what the script has.
macro_rules! scenarios {
    ($($name:ident)+) => {
        $(#[test] fn $name() { check(stringify!($name)); })+
        pub(crate) const SCENARIOS: &[&str] = &[$(stringify!($name)),+];
    };
}

scenarios! {
    a_message_goes_round
    publishes_are_confirmed_one_by_one
    a_worker_has_its_prefetch
    a_topic_reaches_its_subscribers
    what_is_unroutable_comes_back
    what_is_rejected_is_dead_lettered
    a_question_is_answered_directly
    errors_close_the_channel_and_not_the_connection
    a_deleted_queue_cancels_its_consumer
    large_bodies_arrive_whole
}

#[test]
fn every_scenario_in_javascript_is_run() {
    let Some(javascript) = javascript() else { return };
    let output = run(&javascript, "--list", "amqp://unused");
    let listed = String::from_utf8(output.stdout).expect("names are UTF-8");
    assert_eq!(listed.lines().collect::<Vec<_>>(), SCENARIOS, "{}", String::from_utf8_lossy(&output.stderr));
}

fn check(name: &str) {
    let Some(javascript) = javascript() else { return };
    let server = Server::start_with(&["--amqp", "127.0.0.1:0"]);
    play(&javascript, name, &server.amqp_url());
}

/// Runs one scenario against the server at `url`.
pub(crate) fn play(javascript: &JavaScript, name: &str, url: &str) {
    let output = run(javascript, name, url);
    assert!(output.status.success(), "{name}:\n{}", String::from_utf8_lossy(&output.stderr));
}

fn run(javascript: &JavaScript, argument: &str, url: &str) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("amqp/javascript/scenarios.cjs");
    finish(javascript.command().arg(script).arg(argument).env("LONGSHORE_AMQP", url))
}

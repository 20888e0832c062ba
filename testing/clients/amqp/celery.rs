//! Celery and kombu, unmodified, with real worker processes: one test per scenario of `celery/scenarios.py`.

use clients::Server;
use clients::python::{finish, python};
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
    a_graph_of_tasks_is_done
    a_task_that_fails_is_tried_again
    a_task_waits_for_its_time
    a_task_whose_worker_is_killed_is_done_by_the_next_one
    kombu_routes_by_topic
    kombus_simple_queue_is_emptied
    tasks_are_done_and_told
    workers_are_asked_and_answer
}

#[test]
fn every_scenario_of_celery_is_run() {
    let Some(python) = python() else { return };
    let output = run(&python, "--list", "amqp://unused:1");
    let listed = String::from_utf8(output.stdout).expect("names are UTF-8");
    assert_eq!(listed.lines().collect::<Vec<_>>(), SCENARIOS, "{}", String::from_utf8_lossy(&output.stderr));
}

fn check(name: &str) {
    let Some(python) = python() else { return };
    let server = Server::start_with(&["--amqp", "127.0.0.1:0"]);
    play(&python, name, &server.amqp_url());
}

/// Runs one scenario against the server at `url`.
pub(crate) fn play(python: &Path, name: &str, url: &str) {
    let output = run(python, name, url);
    assert!(output.status.success(), "{name}:\n{}", String::from_utf8_lossy(&output.stderr));
}

fn run(python: &Path, argument: &str, url: &str) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("amqp/celery/scenarios.py");
    let mut command = std::process::Command::new(python);
    command.arg(script).arg(argument).env("LONGSHORE_AMQP", url).env("PYTHONDONTWRITEBYTECODE", "1");
    finish(&mut command)
}

//! One test per scenario of `javascript/scenarios.cjs`, each with a browser and a server of its own.

use crate::browser::{converse, run, scenarios};
use clients::Server;
use std::net::TcpListener;
use std::process::Output;
use tempfile::TempDir;

/// Declares a test per scenario, and the list that is compared with what the script has.
macro_rules! scenarios {
    ($($name:ident)+) => {
        $(#[test] fn $name() { check(stringify!($name), &Server::start_with(&["--admin", "127.0.0.1:0"])); })+
        const SCENARIOS: &[&str] = &[$(stringify!($name)),+];
    };
}

scenarios! {
    a_message_is_sent_seen_failed_mended_and_consumed
    a_group_of_failures_is_sent_back_behind_its_canary
    a_canary_that_fails_again_stops_the_redrive_by_itself
    each_act_on_a_message_asks_and_is_audited_with_its_reason
    what_the_server_refuses_is_shown_in_its_words_with_its_hint
    who_consumes_and_what_they_hold_is_seen_as_it_changes
    what_destroys_asks_for_the_name
    settings_are_edited_and_refusals_stand_at_their_field
    hostile_text_is_shown_and_never_run
    ten_thousand_queues_are_searched_sorted_and_paged
    the_keyboard_alone_is_enough
    every_page_is_whole_in_both_themes_and_on_a_phone
}

/// Needs a server that is stopped and started meanwhile, so it is no row above.
const AWAY: &str = "a_server_that_was_restarted_is_found_again_by_every_page";

/// Needs a server with users, so it is no row above.
const SIGN_IN: &str = "who_is_not_known_signs_in";

const USERS: &str = r#"
[[users]]
name = "anna"
keys = [{ id = "anna", secret = "lemons & ürgent" }]
allow = [{ queues = "*", may = ["send", "receive", "manage"] }]
"#;

#[test]
fn who_is_not_known_signs_in() {
    let folder = TempDir::new().expect("a folder for the configuration");
    let file = folder.path().join("longshore.toml");
    std::fs::write(&file, USERS).expect("the configuration can be written");
    let server = Server::start_with(&["--admin", "127.0.0.1:0", "--config", &file.to_string_lossy()]);
    check(SIGN_IN, &server);
}

#[test]
fn a_server_that_was_restarted_is_found_again_by_every_page() {
    let Some(mut command) = scenarios() else { return };
    // The page knows its server by its address, so that is the same after the restart.
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let admin = free.expect("a free port").to_string();
    let mut server = Server::start_with(&["--admin", &admin]);
    let output = converse(&mut command, AWAY, server.admin(), |asked| match asked {
        "kill" => server.kill(),
        "start" => server.restart(),
        other => panic!("the scenario asks for `{other}`"),
    });
    judge(AWAY, &output);
}

#[test]
fn every_scenario_is_run() {
    let Some(mut command) = scenarios() else { return };
    let output = command.arg("--list").output().expect("the script can be listed");
    let listed = String::from_utf8(output.stdout).expect("names are UTF-8");
    let expected: Vec<&str> = SCENARIOS.iter().copied().chain([AWAY, SIGN_IN]).collect();
    assert_eq!(listed.lines().collect::<Vec<_>>(), expected, "{}", String::from_utf8_lossy(&output.stderr));
}

fn check(scenario: &str, server: &Server) {
    let Some(mut command) = scenarios() else { return };
    judge(scenario, &run(&mut command, scenario, server.admin()));
}

fn judge(scenario: &str, output: &Output) {
    assert!(output.status.success(), "{scenario}:\n{}", String::from_utf8_lossy(&output.stderr));
}

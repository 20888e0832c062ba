//! One test per scenario of `javascript/scenarios.cjs`, each with a browser and a server of its own.

use crate::browser::{run, scenarios};
use clients::Server;
use tempfile::TempDir;

/// Declares a test per scenario, and the list that is compared with what the script has.
macro_rules! scenarios {
    ($($name:ident)+) => {
        $(#[test] fn $name() { check(stringify!($name), &Server::start_with(&["--admin", "127.0.0.1:0"])); })+
        const SCENARIOS: &[&str] = &[$(stringify!($name)),+];
    };
}

scenarios! {
    what_destroys_asks_for_the_name
    settings_are_edited_and_refusals_stand_at_their_field
    ten_thousand_queues_are_searched_sorted_and_paged
    the_keyboard_alone_is_enough
    a_server_that_was_away_is_found_again_by_the_page
    every_page_is_whole_in_both_themes_and_on_a_phone
}

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
fn every_scenario_is_run() {
    let Some(mut command) = scenarios() else { return };
    let output = command.arg("--list").output().expect("the script can be listed");
    let listed = String::from_utf8(output.stdout).expect("names are UTF-8");
    let expected: Vec<&str> = SCENARIOS.iter().copied().chain([SIGN_IN]).collect();
    assert_eq!(listed.lines().collect::<Vec<_>>(), expected, "{}", String::from_utf8_lossy(&output.stderr));
}

fn check(scenario: &str, server: &Server) {
    let Some(mut command) = scenarios() else { return };
    let output = run(&mut command, scenario, server.admin());
    assert!(output.status.success(), "{scenario}:\n{}", String::from_utf8_lossy(&output.stderr));
}

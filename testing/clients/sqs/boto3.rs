//! boto3, unmodified: one test per scenario of `python/*.py`, each with a server of its own.

use clients::Server;
use clients::python::{finish, python};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Declares a test per scenario, and the list that is compared with what Python has.
macro_rules! scenarios {
    ($($module:ident { $($name:ident)+ })+) => {
        $(mod $module {
            $(#[test] fn $name() { super::run(stringify!($module), stringify!($name)); })+
        })+
        const SCENARIOS: &[(&str, &str)] = &[$($((stringify!($module), stringify!($name))),+),+];
    };
}

scenarios! {
    queues {
        a_purge_removes_every_message
        a_queue_is_found_by_name
        a_queue_is_made_once
        a_removed_queue_is_gone_with_its_messages
        an_arn_names_region_account_and_queue
        names_are_checked
        queues_are_listed_by_prefix_and_page
        tags_are_kept
    }
    attributes {
        a_change_applies_to_what_comes_after
        a_greatest_size_is_held_to
        a_receive_waits_as_long_as_its_queue_says
        every_attribute_has_its_default
        encryption_attributes_are_kept_and_told
        every_range_is_checked_at_both_ends
        only_the_named_attributes_are_told
        unknown_attributes_are_refused
    }
    messages {
        a_delayed_message_comes_in_its_time
        a_group_id_is_welcome_on_a_standard_queue
        a_message_goes_round
        a_receive_takes_one_to_ten
        an_empty_long_poll_ends_in_its_time
        bad_message_attributes_are_refused
        bodies_have_limits
        characters_that_xml_cannot_hold_are_refused
        message_attributes_come_back_with_their_checksum
        system_attributes_tell_a_messages_story
        the_object_oriented_dress_works_too
    }
    leases {
        a_message_not_removed_in_time_is_seen_again
        a_message_that_came_back_has_no_time_out_to_change
        a_receive_may_set_its_own_time_out
        a_time_out_can_be_pushed_out_and_pulled_in
        a_time_out_of_zero_gives_back_at_once
        an_old_handle_cannot_take_a_message_from_its_next_owner
        bad_handles_are_refused
    }
    batches {
        a_batch_can_succeed_in_part
        a_batch_is_as_large_as_one_message_may_be
        a_batch_is_refused_whole_for_its_shape
        a_batch_is_sent_received_and_removed
    }
    dead_letters {
        a_dead_letter_queue_may_choose_its_sources
        a_message_received_too_often_is_set_aside
        a_redrive_policy_is_checked_and_told_as_it_was_given
        a_waiting_receive_on_the_dead_letter_queue_wakes
        giving_back_counts_as_a_receive
        sources_are_listed
    }
    fifo {
        a_body_can_stand_for_its_id
        a_failed_message_comes_again_before_the_rest_of_its_group
        a_group_is_received_in_order_and_held_while_it_is_in_flight
        a_name_and_its_attribute_go_together
        a_receive_can_be_asked_again
        a_repeat_is_told_the_first_ones_id_and_not_stored
        a_waiting_receive_gets_a_group_when_it_is_free
        an_expired_handle_deletes_nothing
        groups_keep_their_order_in_the_dead_letter_queue
        many_workers_keep_every_groups_order
        what_a_send_lacks_is_named
    }
    move_tasks {
        a_message_that_was_sent_there_has_no_way_back
        a_task_is_stopped
        messages_go_back_to_where_they_came_from
        messages_go_elsewhere_no_faster_than_asked
        what_cannot_begin_is_refused
    }
    policies {
        a_permission_becomes_a_statement
        a_policy_is_told_as_it_was_given
        permissions_are_checked
    }
    read_back {
        all_attributes_together_are_told
        the_default_of_a_data_key_is_told_where_there_is_a_key
        the_table_has_every_attribute_of_awss_model
        what_create_queue_sets_is_told
        what_only_fifo_queues_have_is_told
        what_set_queue_attributes_sets_is_told
        what_the_empty_text_takes_away_is_not_told
    }
    resources {
        a_queues_object_tells_and_changes_its_attributes
        an_object_can_be_made_of_a_url_and_a_handle
        batches_go_through_objects
        collections_go_through_all_pages
        messages_are_objects_too
    }
    terraform {
        a_plan_after_an_apply_is_empty
        a_queue_is_created_read_updated_and_destroyed
        a_replaced_queue_is_created_at_once_under_its_name
        policies_are_resources_of_their_own
    }
    cloudformation {
        a_name_that_is_taken_by_another_template_is_a_conflict
        a_queue_is_created_again_at_once_and_remembers_nothing
        a_stack_is_created_updated_and_deleted
    }
}

/// Scenarios that come in two halves, with a crash between them.
const HALVES: &[(&str, &str)] = &[
    ("durability", "after_the_crash"),
    ("durability", "after_the_expiry"),
    ("durability", "before_the_crash"),
    ("durability", "before_the_expiry"),
];

#[test]
fn every_scenario_in_python_is_run() {
    let Some(python) = python() else { return };
    let output = finish(Command::new(python).arg(script("run.py")).arg("--list").env("LONGSHORE_ENDPOINT", "unused"));
    let listed = String::from_utf8(output.stdout).expect("names are UTF-8");
    let mut listed: Vec<(&str, &str)> = listed.lines().filter_map(|line| line.split_once(' ')).collect();
    let mut known: Vec<(&str, &str)> =
        SCENARIOS.iter().chain(HALVES).chain(crate::signed::SCENARIOS).copied().collect();
    listed.sort_unstable();
    known.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn nothing_acknowledged_is_lost_by_kill_9() {
    with_a_crash_between("before_the_crash", "after_the_crash");
}

/// A minute is the shortest retention there is.
#[test]
fn retention_ends_a_message_after_a_minute_also_across_a_crash() {
    with_a_crash_between("before_the_expiry", "after_the_expiry");
}

fn with_a_crash_between(before: &str, after: &str) {
    let Some(python) = python() else { return };
    let mut server = Server::start();
    let folder = tempfile::tempdir().expect("a folder for the ledger");
    let ledger = folder.path().join("ledger.json");
    play(&python, &server, "durability", before, Some(&ledger));
    server.kill_and_restart();
    play(&python, &server, "durability", after, Some(&ledger));
}

/// Scenarios that AWS's limits would slow down or forbid; all others run under them.
const RELAXED: &[(&str, &str)] = &[
    ("queues", "a_purge_removes_every_message"),
    ("queues", "a_removed_queue_is_gone_with_its_messages"),
    ("terraform", "a_replaced_queue_is_created_at_once_under_its_name"),
    ("cloudformation", "a_queue_is_created_again_at_once_and_remembers_nothing"),
];

fn run(module: &str, name: &str) {
    let Some(python) = python() else { return };
    let server = if RELAXED.contains(&(module, name)) { Server::start_with(&[]) } else { Server::start() };
    play(&python, &server, module, name, None);
}

/// Runs one scenario against `server`.
pub(crate) fn play(python: &Path, server: &Server, module: &str, name: &str, ledger: Option<&Path>) {
    let mut command = scenario(python, &server.endpoint(), module, name);
    if let Some(ledger) = ledger {
        command.env("LONGSHORE_LEDGER", ledger);
    }
    let output = finish(&mut command);
    assert!(output.status.success(), "{module}.{name}:\n{}", String::from_utf8_lossy(&output.stderr));
}

/// The command that runs one scenario against the server at `endpoint`.
pub(crate) fn scenario(python: &Path, endpoint: &str, module: &str, name: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(script("run.py")).args([module, name]).env("LONGSHORE_ENDPOINT", endpoint);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sqs/python").join(name)
}

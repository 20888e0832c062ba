//! Frame by frame what the server says: one test per scenario of `python/*.py`, compared with what RabbitMQ said.

use crate::{differences, scenarios};
use clients::Server;
use clients::python::python;
use std::fs;

/// Declares a test per scenario, and the list that is compared with what Python has.
macro_rules! scenarios {
    ($($module:ident { $($name:ident)+ })+) => {
        $(mod $module {
            $(#[test] fn $name() { super::check(stringify!($module), stringify!($name)); })+
        })+
        const SCENARIOS: &[(&str, &str)] = &[$($((stringify!($module), stringify!($name))),+),+];
    };
}

scenarios! {
    queues {
        a_delete_may_have_conditions
        a_different_declare_is_refused
        a_passive_declare_looks_at_the_name_alone
        a_purge_removes_what_is_ready
        a_queue_is_declared_again_and_checked
        an_auto_delete_queue_goes_with_its_consumers_connection
        an_auto_delete_queue_goes_with_its_last_consumer
        an_exclusive_queue_goes_with_a_lost_connection
        an_exclusive_queue_is_its_connections_own
        an_idle_queue_goes
        arguments_that_cannot_be_are_refused
        arguments_that_mean_nothing_are_taken_and_not_compared
        methods_may_want_no_answer
        names
        no_name_is_the_last_one_declared
    }
    exchanges {
        a_binding_twice_is_one
        a_delete_may_have_a_condition
        a_different_declare_is_refused
        a_removed_exchange_takes_its_bindings_along
        an_auto_delete_exchange_goes_with_its_last_binding
        an_internal_exchange_takes_no_publishes
        an_unknown_type_ends_the_connection
        bindings_need_both_ends
        every_type_is_declared
        names_of_the_servers_own_are_refused
        predeclared_ones_are_there
    }
    routing {
        a_wrong_match_is_refused
        alternate_exchange
        copies_and_blind_copies
        direct
        exchange_to_exchange
        fanout
        headers
        one_queue_by_many_bindings_gets_one
        the_default_exchange_knows_every_queue
        topic
    }
    publishing {
        a_body_larger_than_a_small_frame
        a_missing_exchange_closes_the_channel
        a_return_carries_the_message
        a_return_comes_before_its_confirm
        an_expiration_must_be_a_number
        bodies_of_any_size
        confirm_select_may_want_no_answer_and_come_twice
        confirms_come_for_every_publish
        every_property_comes_back
        headers_of_every_type_come_back
        immediate_is_not_done
        properties_come_back_to_the_bit
        the_senders_name_must_be_true
    }
    consuming {
        a_cancelled_consumer_keeps_what_it_has
        a_closed_channel_gives_back_in_order
        a_consumer_of_a_higher_priority_goes_first
        a_deleted_queue_cancels_its_consumers
        a_get_needs_no_credit
        a_get_takes_one
        a_lost_connection_gives_back
        a_paused_channel
        a_queue_that_goes_takes_its_consumers_messages
        a_tag_twice_ends_the_connection
        an_exclusive_consumer_is_alone
        consumers_of_one_priority_take_turns
        credit_in_bytes_is_not_done
        credit_is_counted_for_each_consumer
        credit_of_the_whole_channel
        credit_that_grows_lets_more_through
        deliveries_come_in_order
        one_consumer_is_active
        tags_are_given_and_known
        without_acks_everything_comes_at_once
    }
    settling {
        a_consumer_gets_again_what_it_requeues
        a_mandatory_message_returns_at_the_commit
        a_requeued_message_keeps_its_place
        a_rolled_back_ack_is_given_back_with_the_channel
        a_tag_settles_once
        a_transaction_needs_its_select
        a_transaction_publishes_when_it_commits
        a_transaction_settles_when_it_commits
        an_ack_ends_one_or_many
        an_ack_of_zero_is_all
        many_are_requeued_at_once
        recover_gives_back_to_anyone
        recover_to_the_same_is_not_done
        unknown_tags_close_the_channel
        what_is_not_requeued_is_gone
        what_was_delivered_without_ack_has_no_tag
    }
    limits {
        a_full_queue_refuses
        a_full_queue_that_dead_letters_what_it_refuses
        a_length_in_bytes
        a_message_has_an_expiration_of_its_own
        a_requeued_urgent_message_stays_urgent
        messages_of_a_queue_expire
        one_full_queue_of_two_refuses_for_both
        priorities_mean_nothing_elsewhere
        the_most_urgent_goes_first
        the_oldest_make_room
        what_is_held_does_not_count_for_the_length
        what_is_held_does_not_expire
        without_time_to_live_only_who_waits_gets_it
    }
    dead_letters {
        a_chain_of_queues
        a_circle_by_rejections_goes_on
        a_circle_without_a_rejection_ends
        a_key_of_the_queue_replaces_copies
        a_purge_and_a_delete_dead_letter_nothing
        a_retry_goes_round_and_is_counted
        by_an_exchange_and_the_messages_own_key
        copies_are_told_and_kept
        to_an_exchange_that_is_missing
        what_expires_by_itself_loses_its_expiration
        what_expires_in_a_queue
        what_is_nacked_together_keeps_its_order
        what_is_rejected
        what_makes_room
    }
    connections {
        a_channel_must_be_open
        a_client_that_beats_is_kept
        a_closed_channel_hears_nothing_until_it_agrees
        a_missing_virtual_host
        a_newer_secret
        a_polite_end
        a_stranger_is_told_the_protocol
        a_ticket_for_nothing
        a_wrong_password
        channels_open_once_and_close
        connections_without_capabilities_are_served
        contents_out_of_turn
        direct_replies
        direct_replies_have_rules
        frames_that_are_none
        heartbeats_come_and_are_wanted
        limits_that_cannot_be
        methods_that_are_none
        what_the_server_offers
    }
}

#[test]
fn every_scenario_in_python_is_run() {
    let Some(python) = python() else { return };
    let listed = scenarios::listed(&python);
    let listed: Vec<_> = listed.iter().map(|(module, name)| (module.as_str(), name.as_str())).collect();
    assert_eq!(listed, SCENARIOS);
}

#[test]
fn every_difference_has_its_scenario_and_reason() {
    differences::check(SCENARIOS);
}

fn check(module: &str, name: &str) {
    let Some(python) = python() else { return };
    let recorded = scenarios::recorded(module, name);
    let recorded = fs::read_to_string(&recorded).unwrap_or_else(|error| panic!("{}: {error}", recorded.display()));
    let server = Server::start_with(&["--amqp", "127.0.0.1:0"]);
    let said = scenarios::play(&python, &server.amqp_url(), module, name);
    if let Some(difference) = scenarios::difference(&differences::applied(module, name, &recorded), &said) {
        panic!("{module}.{name}:\n{difference}");
    }
}

//! Each rule, kept and broken, on ledgers of one or two messages.

use super::*;

/// Lines of the message `p0-0`, stamped in their order.
fn lines(whats: Vec<What>) -> Vec<Line> {
    let name = Name { producer: 0, number: 0 };
    let line = |(at, what)| Line { at: Stamp(at as u64), name, what };
    whats.into_iter().enumerate().map(line).collect()
}

fn check(whats: Vec<What>, expected: Option<&str>) {
    let audit = Audit::of_lines(lines(whats));
    match expected {
        None => assert_eq!(audit.violations, Vec::<String>::new()),
        Some(words) => assert!(
            audit.violations.len() == 1 && audit.violations[0].contains(words),
            "{words} is not what was found: {:?}",
            audit.violations
        ),
    }
}

fn stored() -> What {
    What::Stored("id".to_owned())
}

fn seen() -> What {
    What::Seen(5, "id".to_owned())
}

#[test]
fn a_message_that_was_sent_received_and_deleted_is_fine() {
    check(vec![What::Intent(5), stored(), seen(), What::Delete, What::Deleted], None);
}

#[test]
fn an_acknowledged_message_that_never_arrives_is_lost() {
    check(vec![What::Intent(5), stored()], Some("is lost"));
    check(vec![What::Intent(5), stored(), seen()], Some("is lost"));
}

#[test]
fn a_send_of_unknown_outcome_may_arrive_or_not() {
    check(vec![What::Intent(5)], None);
    check(vec![What::Intent(5), seen(), What::Delete, What::Deleted], None);
}

#[test]
fn a_delete_of_unknown_outcome_may_have_happened_or_not() {
    check(vec![What::Intent(5), stored(), seen(), What::Delete], None);
    check(vec![What::Intent(5), stored(), seen(), What::Delete, seen(), What::Delete, What::Deleted], None);
}

#[test]
fn a_message_that_is_received_after_its_acknowledged_delete_came_back() {
    check(vec![What::Intent(5), stored(), seen(), What::Delete, What::Deleted, seen()], Some("came back"));
}

#[test]
fn a_receive_that_began_before_the_delete_may_still_bring_the_message() {
    let mut lines = lines(vec![What::Intent(5), stored(), seen(), What::Delete, What::Deleted, seen()]);
    lines[5].at = Stamp(1);
    assert_eq!(Audit::of_lines(lines).violations, Vec::<String>::new());
}

#[test]
fn a_message_that_nobody_meant_to_send_is_invented() {
    check(vec![seen(), What::Delete, What::Deleted], Some("is invented"));
}

#[test]
fn a_message_with_another_content_is_altered() {
    let other = What::Seen(6, "id".to_owned());
    check(vec![What::Intent(5), stored(), other, What::Delete, What::Deleted], Some("is altered"));
}

#[test]
fn one_send_that_arrives_under_two_ids_is_doubled() {
    let other = What::Seen(5, "other".to_owned());
    check(vec![What::Intent(5), stored(), seen(), other.clone(), What::Delete, What::Deleted], Some("is doubled"));
    check(vec![What::Intent(5), seen(), other, What::Delete, What::Deleted], Some("is doubled"));
}

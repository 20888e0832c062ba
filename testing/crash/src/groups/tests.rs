//! The order of groups, kept and broken, on a few lots.

use super::*;

fn lot(at: u64, numbers: &[u32]) -> Lot {
    let names = numbers.iter().map(|number| Name { producer: 7, number: *number }).collect();
    Lot { asked: Stamp(at), answered: Stamp(at + 1), names }
}

/// Messages 0 and 1 are deleted at 25.
fn check(lots: &[Lot], expected: Option<&str>) {
    let deletes = [0, 1].map(|number| (Name { producer: 7, number }, Stamp(25)));
    let broken = disorder(lots, &deletes.into());
    match expected {
        None => assert_eq!(broken, Vec::<String>::new()),
        Some(words) => assert!(broken.iter().any(|line| line.contains(words)), "{words} is not in {broken:?}"),
    }
}

#[test]
fn lots_that_go_on_where_the_last_one_was_deleted_are_in_order() {
    check(&[lot(10, &[0, 1]), lot(30, &[2, 3])], None);
    check(&[lot(10, &[0, 1]), lot(20, &[0]), lot(30, &[2])], None);
}

#[test]
fn a_later_message_while_an_earlier_one_is_left_is_out_of_order() {
    check(&[lot(10, &[1])], Some("message 0 of group 7 was there when 1 was handed out"));
    check(&[lot(10, &[0, 1]), lot(20, &[2])], Some("message 0 of group 7 was there"));
}

#[test]
fn a_gap_or_a_swap_in_a_lot_is_out_of_order() {
    check(&[lot(10, &[0, 2])], Some("was handed out as [0, 2]"));
    check(&[lot(10, &[1, 0])], Some("was handed out as [1, 0]"));
}

#[test]
fn an_earlier_message_after_a_later_one_is_out_of_order() {
    check(&[lot(10, &[0, 1]), lot(30, &[2]), lot(40, &[1, 2])], Some("message 1 of group 7 came after 2"));
}

//! Which failures are of one kind.

use super::*;
use proptest::prelude::*;

#[test]
fn what_differs_each_time_is_left_out() {
    let check = |text: &str, expected: &str| assert_eq!(normalised(text), expected, "{text}");
    check("no such customer", "no such customer");
    check("order 4711 not found", "order … not found");
    check("order-4711/12 not found", "order-… not found");
    check("timeout after 30s (attempt 3 of 5)", "timeout after …s (attempt … of …)");
    check("user 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is locked", "user … is locked");
    check("user abcdefab-abcd-abcd-abcd-abcdefabcdef is locked", "user … is locked");
    check("at 2026-11-22T19:18:53.123Z", "at …Z");
    check("connect to 10.0.0.7:5432 refused", "connect to … refused");
    check("object 507f1f77bcf86cd799439011", "object …");
    check("pointer 0xdeadbeef, 0x7ffe", "pointer …, …");
    check("key DEADBEEFCAFE", "key …");
    check("request 01ARZ3NDEKTSV4RRFFQ69G5FAV", "request …");
    check("token x9fK2pQ", "token …");
    check("it took -1.5e-3 ms", "it took -… ms");
    check("facade added bad face", "facade added bad face");
    check("Zürich 8001: Straße gesperrt", "Zürich …: Straße gesperrt");
    check("", "");
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let text = "ä".repeat(TEXT_BYTES_MAX);
    assert_eq!(normalised(&text), "ä".repeat(TEXT_BYTES_MAX / 2));
}

fn failure<'a>(reason: &'static str, error: Option<&'a str>, origin: Option<&'a str>) -> Failure<'a> {
    Failure { reason, error, origin, deliveries: 3, at_ms: 5 }
}

#[test]
fn reason_origin_and_text_tell_failures_apart_and_counts_do_not() {
    let first = failure("rejected", Some("no stock of 7"), Some("orders")).fingerprint();
    assert_eq!(first, failure("rejected", Some("no stock of 8"), Some("orders")).fingerprint());
    for other in [
        failure("too_many_failures", Some("no stock of 7"), Some("orders")),
        failure("rejected", Some("no stock of 7"), Some("orders2")),
        failure("rejected", Some("no stock at 7"), Some("orders")),
        failure("rejected", None, Some("orders")),
    ] {
        assert_ne!(first, other.fingerprint(), "{other:?}");
    }
    let moved = failure("rejected", Some("ga"), Some("b")).fingerprint();
    assert_ne!(moved, failure("rejected", Some("a"), Some("bg")).fingerprint());
}

#[test]
fn a_fingerprint_reads_back_and_nothing_else_does() {
    let told = failure("rejected", None, None).fingerprint();
    assert_eq!(Fingerprint::parse(&told.to_string()), Some(told));
    for text in ["", "12", "+123456789abcdef", "123456789abcdefg", "0123456789abcdef0"] {
        assert_eq!(Fingerprint::parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_bounded_and_without_digits(text in "\\PC*") {
        let normalised = normalised(&text);
        prop_assert!(normalised.len() <= TEXT_BYTES_MAX * GAP.len_utf8());
        prop_assert!(!normalised.contains(|c: char| c.is_ascii_digit()), "{}", normalised);
    }

    #[test]
    fn normalising_twice_changes_nothing(text in "[a-z0-9 .:/-]{0,40}") {
        let once = normalised(&text);
        prop_assert_eq!(normalised(&once), once);
    }

    #[test]
    fn numbers_never_make_a_kind_of_failure(first: u64, second: u64) {
        let text = |number| format!("row {number}: cannot insert item{number} at /a/{number}/b");
        prop_assert_eq!(normalised(&text(first)), normalised(&text(second)));
    }
}

//! The page about the admin API (`docs/doors/admin.md`), against the table of calls: none is missing there, none is stale.

use crate::authorization::Need;
use crate::commands::calls;
use crate::frame::Call;
use door::access::Permission;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../../docs/doors/admin.md");

/// A call's line in the page's table, without what it says of it in words.
fn line(call: &Call) -> String {
    format!("| `{} {}` | {} |", call.method, call.path, right(call.need))
}

fn right(need: Need) -> &'static str {
    match need {
        Need::Nothing => "–",
        Need::User => "any user",
        Need::See => "any right",
        Need::May(Permission::Send) => "send",
        Need::May(Permission::Receive) => "receive",
        Need::May(Permission::Manage) => "manage",
        Need::Handler => "per queue",
        Need::Operate => "operator",
    }
}

#[test]
fn the_page_has_every_call_with_its_right_and_no_other() {
    let expected: BTreeSet<String> =
        calls().iter().filter(|call| !call.path.starts_with("/console")).map(line).collect();
    let told: BTreeSet<String> = PAGE
        .lines()
        .filter(|line| {
            ["GET", "POST", "PATCH", "DELETE"].iter().any(|method| line.starts_with(&format!("| `{method} ")))
        })
        .map(|line| line.split_inclusive('|').take(3).collect())
        .collect();
    assert_eq!(told, expected);
}

//! Every action against every permission, and the ways in which permissions and policies add up.

use super::*;
use door::access::Grant;

const OWNER: &str = "000000000000";
const STRANGER: &str = "111111111111";

fn user(account: &str, queues: &str, may: &[Permission]) -> User {
    let grant = Grant { queues: queues.to_owned(), may: may.iter().copied().collect() };
    User { name: "shop".to_owned(), account: account.to_owned(), keys: Vec::new(), grants: vec![grant] }
}

#[test]
fn every_action_needs_its_permission() {
    use Permission::{Manage, Receive, Send};
    for &action in Action::ALL {
        let enough: &[Permission] = match action.name() {
            "SendMessage" | "SendMessageBatch" => &[Send],
            "ReceiveMessage" | "DeleteMessage" | "DeleteMessageBatch" => &[Receive],
            "ChangeMessageVisibility" | "ChangeMessageVisibilityBatch" => &[Receive],
            "GetQueueUrl" | "ListQueues" | "GetQueueAttributes" => &[Send, Receive, Manage],
            "ListDeadLetterSourceQueues" | "ListQueueTags" => &[Send, Receive, Manage],
            _ => &[Manage],
        };
        for permission in Permission::ALL {
            let decided = decide(&user(OWNER, "jobs", &[permission]), action, (OWNER, "jobs"), Verdict::Silent);
            let expected = if enough.contains(&permission) { Ok(()) } else { Err(Denial::NotGranted) };
            assert_eq!(decided, expected, "{} with {}", action.name(), permission.name());
            let elsewhere = decide(&user(OWNER, "jobs", &[permission]), action, (OWNER, "other"), Verdict::Silent);
            assert_eq!(elsewhere, Err(Denial::NotGranted), "{} elsewhere", action.name());
        }
        let everything = user(OWNER, "*", &Permission::ALL);
        assert_eq!(decide(&everything, action, (OWNER, "jobs"), Verdict::Denied), Err(Denial::ByPolicy));
    }
}

#[test]
fn within_an_account_a_policy_adds_to_permissions() {
    let check = |user: User, verdict, expected| {
        assert_eq!(decide(&user, Action::SendMessage, (OWNER, "jobs"), verdict), expected, "{user:?} {verdict:?}");
    };
    let (granted, not) = (|| user(OWNER, "*", &[Permission::Send]), || user(OWNER, "*", &[]));
    check(granted(), Verdict::Silent, Ok(()));
    check(granted(), Verdict::Allowed(Reach::Account), Ok(()));
    check(granted(), Verdict::Denied, Err(Denial::ByPolicy));
    check(not(), Verdict::Silent, Err(Denial::NotGranted));
    check(not(), Verdict::Allowed(Reach::Account), Err(Denial::NotGranted));
    check(not(), Verdict::Allowed(Reach::Person), Ok(()));
}

#[test]
fn another_account_needs_the_policy_and_a_permission_that_reaches_there() {
    let check = |user: User, action, verdict, expected| {
        assert_eq!(decide(&user, action, (OWNER, "jobs"), verdict), expected, "{user:?} {action:?} {verdict:?}");
    };
    let everywhere = || user(STRANGER, "*", &Permission::ALL);
    let at_home = || user(STRANGER, "jobs", &Permission::ALL);
    let there = || user(STRANGER, "000000000000/jobs", &Permission::ALL);
    check(everywhere(), Action::SendMessage, Verdict::Silent, Err(Denial::NotShared));
    for verdict in [Verdict::Allowed(Reach::Account), Verdict::Allowed(Reach::Person)] {
        check(everywhere(), Action::SendMessage, verdict, Ok(()));
        check(there(), Action::SendMessage, verdict, Ok(()));
        check(at_home(), Action::SendMessage, verdict, Err(Denial::NotGranted));
        check(everywhere(), Action::SetQueueAttributes, verdict, Err(Denial::NotShared));
        check(everywhere(), Action::DeleteQueue, verdict, Err(Denial::NotShared));
        check(everywhere(), Action::PurgeQueue, verdict, Ok(()));
    }
    check(there(), Action::SendMessage, Verdict::Denied, Err(Denial::ByPolicy));
}

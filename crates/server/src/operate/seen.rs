//! Messages as people look at them: a row in a table, or everything.

use super::answers::{Lease, Moment, Seen};
use super::lines::Lines;
use super::table::{Side, Table};
use super::words::{ago, bytes, cut, number, span, time, visible_lines};
use serde_json::Value;

/// Characters of a body that a table shows.
const BODY_CHARS: usize = 60;

/// A table of messages.
pub(super) fn table(messages: &[Seen], now_ms: u64) -> String {
    let mut table = Table::new(&[
        ("ID", Side::Left),
        ("STATE", Side::Left),
        ("AGE", Side::Right),
        ("DELIVERIES", Side::Right),
        ("FAILURES", Side::Right),
        ("LANE", Side::Left),
        ("BODY", Side::Left),
    ]);
    for message in messages {
        table.row([
            message.id.clone(),
            message.state.clone(),
            ago(now_ms, Some(message.published_ms)),
            number(message.deliveries),
            number(message.failures),
            message.lane.clone().unwrap_or_default(),
            cut(&body(message), BODY_CHARS),
        ]);
    }
    table.to_text()
}

/// One message, everything but what happened to it.
pub(super) fn whole(message: &Seen, now_ms: u64) -> String {
    let mut lines = Lines::default();
    lines.add("id", message.id.clone());
    lines.add_some("sent as", message.original_id.clone().filter(|id| *id != message.id));
    lines.add("queue", message.queue.clone());
    lines.add("state", state(message, now_ms));
    lines.add("published", format!("{}, {} ago", time(message.published_ms), ago(now_ms, Some(message.published_ms))));
    lines.add_some("expires", message.expires_ms.map(time));
    lines.add("deliveries", format!("{}, {} failed", number(message.deliveries), number(message.failures)));
    lines.add_some("lane", message.lane.clone());
    lines.add_some("priority", (message.priority > 0).then(|| message.priority.to_string()));
    lines.add_some("sender", message.sender.clone());
    if let Some(origin) = &message.origin {
        lines.add(
            "set aside",
            format!("by {}, {}: {}", origin.queue, origin.buried_ms.map(time).unwrap_or_default(), origin.reason),
        );
        lines.add_some("error", origin.error.clone());
        let counts = format!("{} deliveries, {} failed", number(origin.deliveries), number(origin.failures));
        lines.add("there", counts);
    }
    for (name, value) in &message.headers {
        lines.add("header", format!("{name}={}", plain(value)));
    }
    lines.add("body", bytes(message.body_bytes));
    let cut = if message.body_cut { "\n… (cut here)" } else { "" };
    format!("{}\n\n{}{cut}", lines.to_text(), visible_lines(&body(message)))
}

fn state(message: &Seen, now_ms: u64) -> String {
    match (&message.lease, message.due_ms) {
        (Some(lease), _) => held(lease, now_ms),
        (None, Some(due_ms)) if due_ms > now_ms => {
            format!("{} until {}, in {}", message.state, time(due_ms), span(due_ms - now_ms))
        }
        (None, _) => message.state.clone(),
    }
}

fn held(lease: &Lease, now_ms: u64) -> String {
    let by = lease.consumer.as_ref().map(|consumer| format!(" by {}", plain(consumer))).unwrap_or_default();
    let end = lease.deadline_ms.map(|end_ms| format!(", until {}", time(end_ms))).unwrap_or_default();
    format!("leased{by} for {}{end}", ago(now_ms, Some(lease.since_ms)))
}

/// What happened to a message, one moment a line.
pub(super) fn life(moments: &[Moment]) -> String {
    let mut table = Table::new(&[("WHEN", Side::Left), ("WHAT", Side::Left), ("", Side::Left)]);
    for moment in moments {
        let consumer = moment.consumer.as_ref().filter(|consumer| !consumer.is_null());
        let details = [
            moment.door.as_ref().map(|door| format!("through {door}")),
            consumer.map(|consumer| format!("by {}", plain(consumer))),
            moment.attempt.map(|attempt| format!("attempt {attempt}")),
            moment.to.as_ref().map(|to| format!("to {} as {}", to.queue, to.id)),
            moment.reason.clone(),
        ];
        let details: Vec<String> = details.into_iter().flatten().collect();
        table.row([time(moment.at_ms), moment.what.replace('_', " "), details.join(", ")]);
    }
    table.to_text()
}

/// The body as text; bytes that are none as their base64.
fn body(message: &Seen) -> String {
    match (&message.body, &message.body_base64) {
        (Some(text), _) => text.clone(),
        (None, Some(base64)) => format!("(base64) {base64}"),
        (None, None) => String::new(),
    }
}

/// A text as it is, what is in a base64 object in short, JSON otherwise.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => match (&fields.get("name"), &fields.get("base64")) {
            (Some(Value::String(name)), _) => name.clone(),
            (_, Some(Value::String(base64))) => format!("(base64) {base64}"),
            _ => value.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;

    #[test]
    fn a_message_is_told_with_who_holds_it_and_where_it_comes_from() {
        let message = json!({
            "id": "b", "original_id": "a", "queue": "orders-dead", "state": "leased", "published_ms": 0, "deliveries": 2,
            "failures": 1, "lease": { "since_ms": 1000, "deadline_ms": 31_000, "consumer": "work@host" }, "lane": "k",
            "headers": { "kind": "le\u{1b}mons", "raw": { "base64": "AA==" } }, "body": "40\ncrates\u{7}", "body_bytes": 10,
            "origin": { "queue": "orders", "reason": "rejected", "error": "no crates", "deliveries": 3, "failures": 3, "buried_ms": 500 },
        });
        let text = whole(&Seen::deserialize(&message).expect("the contract's shape"), 5000);
        for part in [
            "leased by work@host for 4 s, until 1970-01-01 00:00:31Z",
            "sent as",
            "by orders, 1970-01-01 00:00:00Z: rejected",
            "no crates",
            "kind=le␛mons",
            "raw=(base64) AA==",
            "\n\n40\ncrates␇",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }

    #[test]
    fn a_life_is_told_moment_by_moment() {
        let moments = json!([
            { "at_ms": 0, "what": "published", "door": "sqs" },
            { "at_ms": 1000, "what": "lease_expired", "consumer": 7, "attempt": 1 },
            { "at_ms": 2000, "what": "buried", "reason": "failures", "to": { "queue": "dead", "id": "x" } },
        ]);
        let text = life(&Vec::deserialize(&moments).expect("the contract's shape"));
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert!(lines[0].contains("published") && lines[0].ends_with("through sqs"), "{text}");
        assert!(lines[1].contains("lease expired") && lines[1].ends_with("by 7, attempt 1"), "{text}");
        assert!(lines[2].ends_with("to dead as x, failures"), "{text}");
    }
}

//! Records by the names of what they say.

use journal::frame::Flags;
use journal::message_codec::MessageBatch;
use journal::record::{KIND_MESSAGES, Record};
use serde_json::{Value, json};

/// Characters of an event that are shown.
const EVENT_CHARACTERS_MAX: usize = 240;

/// A frame's flags by their names.
pub(super) fn flags_of(flags: Flags) -> String {
    let names = [(Flags::FIRST, "FIRST"), (Flags::LAST, "LAST"), (Flags::SEAL, "SEAL"), (Flags::EMPTY, "EMPTY")];
    let set: Vec<&str> = names.into_iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, name)| name).collect();
    if set.is_empty() { "MIDDLE".to_owned() } else { set.join("+") }
}

/// A record in one line.
pub(super) fn shown_record(record: &Record<'_>) -> String {
    let (name, what) = told(record);
    format!("{name} of queue {}: {what}", record.queue)
}

/// A record for programs.
pub(super) fn record_value(record: &Record<'_>) -> Value {
    let (name, what) = told(record);
    json!({ "record": name, "kind": record.kind, "queue": record.queue.0, "bytes": record.payload.len(), "what": what })
}

/// A record's name, and what it says.
fn told(record: &Record<'_>) -> (String, String) {
    if record.kind == KIND_MESSAGES {
        let what = match MessageBatch::parse(record.queue, record.payload) {
            Ok(batch) => {
                let (partition, first, last) = (batch.key.partition, batch.first.0, batch.first.0 + batch.count);
                format!("partition {partition}, seqs {first} to {}", last.saturating_sub(1))
            }
            Err(error) => format!("malformed ({error})"),
        };
        return ("Messages".to_owned(), what);
    }
    match engine::record::decode(record.kind, record.payload) {
        Ok(event) => {
            let whole = format!("{event:?}");
            let name = whole.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
            let what: String =
                whole[name.len()..].trim_start_matches([' ', '(']).chars().take(EVENT_CHARACTERS_MAX).collect();
            (name, what)
        }
        Err(error) => (format!("kind {}", record.kind), error.to_string()),
    }
}

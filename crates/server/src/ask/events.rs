//! Server-sent events, one after the other as they come.
//!
//! ```text
//!   event: message      a name
//!   data: {"id": …}     one or more lines of data
//!   : beat              a comment, which keeps the line open
//!                       an empty line: the event is whole
//! ```
//!
//! What it is not: reconnecting; the end of the stream is told. Invariant: an event that was cut short is never given.

use std::io::{self, BufRead, BufReader, Read};

/// Longest line, in bytes: a message that is shown in part.
const LINE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// What it is.
    pub(crate) name: String,
    /// What it says.
    pub(crate) data: String,
}

/// The events of a stream.
pub(crate) struct Events<R> {
    from: BufReader<R>,
}

impl<R: Read> Events<R> {
    /// Those that `from` brings.
    pub(crate) fn new(from: R) -> Self {
        Self { from: BufReader::new(from) }
    }

    fn next_event(&mut self) -> io::Result<Option<Event>> {
        let (mut name, mut data) = (String::new(), None::<String>);
        loop {
            let mut line = Vec::new();
            self.from.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
            if !line.ends_with(b"\n") {
                return Ok(None);
            }
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\n', '\r']);
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut name),
                "data" => match &mut data {
                    None => data = Some(value.to_owned()),
                    Some(data) => *data = format!("{data}\n{value}"),
                },
                "" if line.is_empty() => match data.take() {
                    Some(data) => return Ok(Some(Event { name, data })),
                    None => name.clear(),
                },
                _ => {}
            }
        }
    }
}

impl<R: Read> Iterator for Events<R> {
    type Item = io::Result<Event>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_event().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str) -> Vec<(String, String)> {
        let events = Events::new(text.as_bytes()).map(|event| event.expect("readable"));
        events.map(|event| (event.name, event.data)).collect()
    }

    #[test]
    fn events_are_whole_or_not_given() {
        let event = |name: &str, data: &str| (name.to_owned(), data.to_owned());
        let text = ": beat\n\nevent: message\ndata: {\"a\":1}\n\nevent: empty\n\ndata: x\r\ndata: y\r\n\r\nevent: message\ndata: cu";
        assert_eq!(events(text), [event("message", "{\"a\":1}"), event("", "x\ny")]);
    }
}

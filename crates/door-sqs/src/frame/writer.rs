//! Writes an answer in one of three dialects, straight into one buffer.
//!
//! ```text
//!   Json       {"Messages":[{"Body":"x","Attributes":{"SenderId":"1"}}]}
//!   Xml        <?xml version="1.0"?><ReceiveMessageResponse xmlns="…"><ReceiveMessageResult>
//!              <Message><Body>x</Body><Attribute><Name>SenderId</Name><Value>1</Value></Attribute></Message>
//!              </ReceiveMessageResult><ResponseMetadata>…</ResponseMetadata></ReceiveMessageResponse>
//!   QueryJson  {"ReceiveMessageResponse":{"ReceiveMessageResult":{"messages":[{"Body":"x",
//!              "Attributes":[{"Name":"SenderId","Value":"1"}]}]},"ResponseMetadata":{…}}}
//! ```
//!
//! Invariants: what was begun is ended, in order; `finish` closes the envelope, which `envelope` writes. Names are literals and
//! need no escaping.

mod envelope;

use crate::action::Action;
use crate::frame::escape;
use crate::frame::style::Style;

/// The XML namespace of every Query answer.
pub(crate) const NAMESPACE: &str = "http://queue.amazonaws.com/doc/2012-11-05/";

/// A list's or map's names: the dialects disagree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    /// In JSON, once for the whole list.
    pub(crate) json: &'static str,
    /// In XML, once for each element.
    pub(crate) xml: &'static str,
    /// In the Query protocol's JSON.
    pub(crate) query_json: &'static str,
}

/// An answer in the making.
#[derive(Debug)]
pub(crate) struct Writer {
    out: Vec<u8>,
    style: Style,
    action: Action,
    first: bool,
    opened_at: usize,
}

impl Writer {
    /// Begins the answer to `action`, about `capacity` bytes long.
    pub(crate) fn new(style: Style, action: Action, capacity: usize) -> Self {
        let mut writer = Self { out: Vec::with_capacity(capacity + 320), style, action, first: true, opened_at: 0 };
        writer.open();
        writer
    }

    /// A member with text that may hold anything.
    pub(crate) fn text(&mut self, name: &str, value: &[u8]) {
        self.key(name);
        match self.style {
            Style::Json | Style::QueryJson => {
                self.out.push(b'"');
                escape::json(&mut self.out, value);
                self.out.push(b'"');
            }
            Style::Xml => {
                escape::xml(&mut self.out, value);
                self.close(name);
            }
        }
    }

    /// A member with text that needs no escaping in any dialect: ids, digests, numbers as text.
    pub(crate) fn plain(&mut self, name: &str, value: &[u8]) {
        self.key(name);
        match self.style {
            Style::Json | Style::QueryJson => self.all(&[b"\"", value, b"\""]),
            Style::Xml => {
                self.all(&[value]);
                self.close(name);
            }
        }
    }

    /// A member that is true or false.
    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        self.key(name);
        self.all(&[if value { b"true" } else { b"false" }]);
        if self.style == Style::Xml {
            self.close(name);
        }
    }

    /// A member that is a number.
    pub(crate) fn number(&mut self, name: &str, value: u64) {
        self.key(name);
        self.all(&[itoa::Buffer::new().format(value).as_bytes()]);
        if self.style == Style::Xml {
            self.close(name);
        }
    }

    /// A list of texts.
    pub(crate) fn texts<T: AsRef<[u8]>>(&mut self, names: Names, values: impl IntoIterator<Item = T>) {
        self.begin_list(names);
        for value in values {
            match self.style {
                Style::Json | Style::QueryJson => {
                    self.comma();
                    self.out.push(b'"');
                    escape::json(&mut self.out, value.as_ref());
                    self.out.push(b'"');
                }
                Style::Xml => self.text(names.xml, value.as_ref()),
            }
        }
        self.end_list();
    }

    /// Begins a list of structures.
    pub(crate) fn begin_list(&mut self, names: Names) {
        match self.style {
            Style::Json => self.begin(names.json, b"["),
            Style::QueryJson => self.begin(names.query_json, b"["),
            Style::Xml => {}
        }
    }

    /// Ends a list.
    pub(crate) fn end_list(&mut self) {
        self.end(b"]");
    }

    /// Begins one structure of a list.
    pub(crate) fn begin_item(&mut self, names: Names) {
        match self.style {
            Style::Json | Style::QueryJson => {
                self.comma();
                self.out.push(b'{');
                self.first = true;
            }
            Style::Xml => self.all(&[b"<", names.xml.as_bytes(), b">"]),
        }
    }

    /// Ends one structure of a list.
    pub(crate) fn end_item(&mut self, names: Names) {
        match self.style {
            Style::Json | Style::QueryJson => self.end(b"}"),
            Style::Xml => self.close(names.xml),
        }
    }

    /// A map from text to text; in the Query protocol each entry has a `key` (`Name` or `Key`) and a `Value`.
    pub(crate) fn map<K: AsRef<[u8]>, V: AsRef<[u8]>>(
        &mut self,
        names: Names,
        key: &'static str,
        entries: impl IntoIterator<Item = (K, V)>,
    ) {
        self.begin_map(names);
        for (name, value) in entries {
            self.entry(names, key, name.as_ref(), value.as_ref());
        }
        self.end_map();
    }

    /// Begins a map.
    pub(crate) fn begin_map(&mut self, names: Names) {
        match self.style {
            Style::Json => self.begin(names.json, b"{"),
            Style::QueryJson => self.begin(names.query_json, b"["),
            Style::Xml => {}
        }
    }

    /// Ends a map.
    pub(crate) fn end_map(&mut self) {
        self.end(if self.style == Style::Json { b"}" } else { b"]" });
    }

    /// One entry of a map from text to text.
    pub(crate) fn entry(&mut self, names: Names, key: &str, name: &[u8], value: &[u8]) {
        if self.style == Style::Json {
            self.comma();
            self.json_string(name);
            self.out.push(b':');
            self.json_string(value);
            return;
        }
        self.begin_item(names);
        self.text(key, name);
        self.text("Value", value);
        self.end_item(names);
    }

    /// Begins one entry of a map from text to structures.
    pub(crate) fn begin_entry(&mut self, names: Names, name: &[u8]) {
        if self.style == Style::Json {
            self.comma();
            self.json_string(name);
            self.all(&[b":{"]);
            self.first = true;
            return;
        }
        self.begin_item(names);
        self.text("Name", name);
        match self.style {
            Style::Json | Style::QueryJson => self.begin("Value", b"{"),
            Style::Xml => self.all(&[b"<Value>"]),
        }
    }

    /// Ends one entry of a map from text to structures.
    pub(crate) fn end_entry(&mut self, names: Names) {
        match self.style {
            Style::Json => self.end(b"}"),
            Style::QueryJson => {
                self.end(b"}");
                self.end_item(names);
            }
            Style::Xml => {
                self.close("Value");
                self.end_item(names);
            }
        }
    }

    fn begin(&mut self, name: &str, bracket: &[u8]) {
        self.key(name);
        self.out.extend_from_slice(bracket);
        self.first = true;
    }

    fn end(&mut self, bracket: &[u8]) {
        if self.style != Style::Xml {
            self.out.extend_from_slice(bracket);
            self.first = false;
        }
    }

    fn key(&mut self, name: &str) {
        if self.style == Style::Xml {
            self.all(&[b"<", name.as_bytes(), b">"]);
            return;
        }
        self.comma();
        self.all(&[b"\"", name.as_bytes(), b"\":"]);
    }

    fn close(&mut self, name: &str) {
        self.all(&[b"</", name.as_bytes(), b">"]);
    }

    fn comma(&mut self) {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
    }

    fn json_string(&mut self, value: &[u8]) {
        self.out.push(b'"');
        escape::json(&mut self.out, value);
        self.out.push(b'"');
    }

    fn all(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.out.extend_from_slice(part);
        }
    }
}

#[cfg(test)]
mod tests;

//! What stands around an answer: nothing in AWS JSON, the action's name and the request id in the Query protocol.

use super::{NAMESPACE, Writer};
use crate::frame::request_id::RequestId;
use crate::frame::style::Style;

const XML_HEAD: &[u8] = b"<?xml version=\"1.0\"?>";

impl Writer {
    pub(super) fn open(&mut self) {
        let name = self.action.name();
        match self.style {
            Style::Json => self.out.push(b'{'),
            Style::QueryJson => {
                self.all(&[b"{\"", name.as_bytes(), b"Response\":{"]);
                if !self.action.answers_nothing() {
                    self.all(&[b"\"", name.as_bytes(), b"Result\":{"]);
                }
            }
            Style::Xml => {
                self.all(&[XML_HEAD, b"<", name.as_bytes(), b"Response xmlns=\"", NAMESPACE.as_bytes(), b"\">"]);
                if !self.action.answers_nothing() {
                    self.all(&[b"<", name.as_bytes(), b"Result>"]);
                }
            }
        }
        self.opened_at = self.out.len();
    }

    /// Ends the answer.
    pub(crate) fn finish(mut self, id: &RequestId) -> Vec<u8> {
        let name = self.action.name().as_bytes();
        let empty = self.out.len() == self.opened_at;
        match self.style {
            Style::Json => self.out.push(b'}'),
            Style::QueryJson => {
                if !self.action.answers_nothing() {
                    self.all(&[b"},"]);
                }
                self.all(&[b"\"ResponseMetadata\":{\"RequestId\":\"", id.bytes(), b"\"}}}"]);
            }
            Style::Xml => {
                if !self.action.answers_nothing() {
                    if empty {
                        self.out.truncate(self.opened_at - 1);
                        self.all(&[b"/>"]);
                    } else {
                        self.all(&[b"</", name, b"Result>"]);
                    }
                }
                self.all(&[b"<ResponseMetadata><RequestId>", id.bytes(), b"</RequestId></ResponseMetadata></"]);
                self.all(&[name, b"Response>"]);
            }
        }
        self.out
    }
}

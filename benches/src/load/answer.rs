//! The least reading of an HTTP answer: status, length, where it ends.

use anyhow::{Context, Result, bail};
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Prepared once: preparing a search costs more than most searches here.
static HEAD_END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\r\n\r\n"));

/// One answer.
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// Fails, in the server's own words, unless the status is 200.
    pub fn expect_success(&self) -> Result<()> {
        if self.status != 200 {
            bail!("the server answered {}: {}", self.status, String::from_utf8_lossy(self.body));
        }
        Ok(())
    }
}

/// The answer at the start of `bytes` and its length in all, or `None` while it is incomplete.
pub fn parse(bytes: &[u8]) -> Result<Option<(Answer<'_>, usize)>> {
    let Some(head_end) = HEAD_END.find(bytes) else { return Ok(None) };
    let head = &bytes[..head_end + 2];
    let length = content_length(head).context("an answer without a content-length")?;
    let total = head_end + 4 + length;
    if bytes.len() < total {
        return Ok(None);
    }
    let status = head.get(9..12).and_then(number).context("an answer without a status")?;
    let status = u16::try_from(status).context("a status has three digits")?;
    Ok(Some((Answer { status, body: &bytes[head_end + 4..total] }, total)))
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    let line = head
        .split(|byte| *byte == b'\n')
        .find(|line| line.len() > NAME.len() && line[..NAME.len()].eq_ignore_ascii_case(NAME))?;
    number(line[NAME.len()..].trim_ascii())
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_only_when_it_is_complete() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Type: a\r\ncontent-length: 5\r\n\r\nhello";
        for cut in 0..whole.len() {
            assert!(parse(&whole[..cut]).expect("a beginning is no error").is_none(), "cut at {cut}");
        }
        let (answer, total) = parse(whole).expect("it is well-formed").expect("it is complete");
        assert_eq!((answer.status, answer.body, total), (200, &b"hello"[..], whole.len()));
    }

    #[test]
    fn an_error_speaks_in_the_servers_words() {
        let (answer, _) = parse(b"HTTP/1.1 400 Bad Request\r\nCONTENT-LENGTH: 4\r\n\r\nnope")
            .expect("it is well-formed")
            .expect("it is complete");
        let error = answer.expect_success().expect_err("400 is no success").to_string();
        assert_eq!(error, "the server answered 400: nope");
    }

    #[test]
    fn an_answer_of_unknown_length_is_refused() {
        assert!(parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }
}

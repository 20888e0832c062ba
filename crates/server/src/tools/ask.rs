//! One question to the admin port of a running server, and its answer as it comes.
//!
//! What it is not: an HTTP client for anything else; the server it speaks to is ours, on this machine, without TLS.
//! Invariant: an answer that was cut short is an error, never a short answer.

use super::ToolError;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// Longest line of a head, in bytes.
const LINE_BYTES_MAX: u64 = 8 * 1024;

/// Longest refusal that is shown, in bytes.
const REFUSAL_BYTES_MAX: u64 = 1024;

/// POSTs to `path`, with the header that says that it is meant. The body comes in chunks, as the server streams it.
pub(super) fn post(address: &str, path: &str) -> Result<impl Read + use<>, ToolError> {
    let failed = |error| ToolError::io(format!("asking the server at {address} (is it running?)"))(error);
    let mut stream = TcpStream::connect(address).map_err(failed)?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nlongshore-change: yes\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut reader = BufReader::new(stream);
    let status = line(&mut reader).map_err(failed)?;
    while !line(&mut reader).map_err(failed)?.is_empty() {}
    if status.split(' ').nth(1) == Some("200") {
        return Ok(Chunks { reader, left: 0, ended: false });
    }
    let mut why = String::new();
    let _what_came_is_shown = reader.take(REFUSAL_BYTES_MAX).read_to_string(&mut why);
    let why = if why.trim().is_empty() { status } else { why.trim().to_owned() };
    Err(ToolError::Refused { address: address.to_owned(), why })
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    reader.take(LINE_BYTES_MAX).read_line(&mut line)?;
    if line.ends_with('\n') { Ok(line.trim_end().to_owned()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// A chunked body (RFC 9112, section 7.1).
struct Chunks<R> {
    reader: R,
    /// Of the chunk at hand.
    left: u64,
    ended: bool,
}

impl<R: BufRead> Chunks<R> {
    fn next_chunk(&mut self) -> io::Result<()> {
        let size = line(&mut self.reader)?;
        let size = size.split(';').next().unwrap_or_default();
        let malformed = |_| io::Error::new(io::ErrorKind::InvalidData, "the server's answer is no chunked body");
        self.left = u64::from_str_radix(size, 16).map_err(malformed)?;
        if self.left == 0 {
            self.ended = true;
            line(&mut self.reader)?;
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Chunks<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && !self.ended {
            self.next_chunk()?;
        }
        if self.ended || buffer.is_empty() {
            return Ok(0);
        }
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.reader.read(&mut buffer[..wanted])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        if self.left == 0 {
            line(&mut self.reader)?;
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> io::Result<String> {
        let mut text = String::new();
        Chunks { reader: body.as_bytes(), left: 0, ended: false }.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn chunks_are_joined_and_a_cut_is_noticed() {
        assert_eq!(read("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").expect("whole"), "abcde");
        for cut in ["3\r\nabc\r\n", "3\r\nab", "3\r\nabc\r\n0\r\n", "", "x\r\n"] {
            assert!(read(cut).is_err(), "{cut:?}");
        }
    }
}

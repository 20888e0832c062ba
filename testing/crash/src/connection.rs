//! One HTTP/1.1 connection, one request at a time, nothing hidden: no retry, no reconnection.
//!
//! That nothing is hidden is the point. A client library would send a request again when a connection breaks, and then nobody
//! could say what happened once.

use anyhow::{Context, Result, ensure};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A server that answers nothing for so long has failed: longer than any long poll and any freeze here.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// Longest line of an answer's head, in bytes.
const LINE_BYTES_MAX: u64 = 16 * 1024;

/// A connection.
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

/// An answer.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: String,
}

impl Connection {
    /// Connects to `server`.
    pub fn open(server: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(server)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        stream.set_write_timeout(Some(ANSWER_WITHIN))?;
        Ok(Self { stream: BufReader::new(stream), host: server.to_string() })
    }

    /// Asks for `action` with a JSON body. After an error nobody knows whether it was done, and the connection is of no more use.
    pub fn call(&mut self, action: &str, body: &str) -> Result<Answer> {
        let request = format!(
            "POST / HTTP/1.1\r\n\
             Host: {}\r\n\
             X-Amz-Target: AmazonSQS.{action}\r\n\
             Content-Type: application/x-amz-json-1.0\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.answer()
    }

    fn answer(&mut self) -> Result<Answer> {
        let status = self.line()?;
        let status = status.split(' ').nth(1).context("an answer begins with its status")?.parse()?;
        let mut length = None;
        loop {
            let line = self.line()?;
            match line.split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = Some(value.trim().parse::<usize>()?);
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length.context("an answer tells its length")?];
        self.stream.read_exact(&mut body)?;
        Ok(Answer { status, body: String::from_utf8(body)? })
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.by_ref().take(LINE_BYTES_MAX).read_line(&mut line)?;
        ensure!(line.ends_with("\r\n"), "the connection broke within an answer's head");
        Ok(line.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// What a client makes of a server that says `said` to anything and hangs up.
    fn check(said: &'static str, expected: Option<(u16, &str)>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("one client");
            let mut request = [0; 4096];
            let asked = stream.read(&mut request).expect("it asks something");
            assert!(asked > 0, "the client hung up");
            stream.write_all(said.as_bytes()).expect("it listens");
        });
        let answer = Connection::open(address).expect("it listens").call("ListQueues", "{}");
        server.join().expect("it served");
        let answer = answer.ok().map(|answer| (answer.status, answer.body));
        assert_eq!(answer.as_ref().map(|(status, body)| (*status, body.as_str())), expected, "{said:?}");
    }

    #[test]
    fn an_answer_counts_only_when_it_is_whole() {
        check("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", Some((200, "{}")));
        check("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", Some((400, "")));
        check("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}", None);
        check("HTTP/1.1 200 OK\r\ncontent-le", None);
        check("", None);
    }
}

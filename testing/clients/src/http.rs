//! Just enough HTTP/1.1 to say exactly what a test wants to say, right or wrong.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long a peer may take to answer before the test gives up.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// A response, read to its end.
#[derive(Debug, Clone)]
pub struct Response {
    /// Its status code.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

impl Response {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Panics
    ///
    /// When it is something else.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The text of the first XML element of this name, with the five entities resolved.
    pub fn element(&self, name: &str) -> Option<String> {
        let (_, after) = self.body.split_once(&format!("<{name}>"))?;
        let (text, _) = after.split_once(&format!("</{name}>"))?;
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
        Some(entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain)))
    }
}

/// Sends one request on a connection of its own. `Host`, `Content-Length` and `Connection` are added
/// where `headers` does not name them.
///
/// # Panics
///
/// When no whole response comes back.
pub fn request(address: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let mut head = format!("{method} {target} HTTP/1.1\r\n");
    let (host, length) = (address.to_string(), body.len().to_string());
    for (name, value) in [("Host", host.as_str()), ("Content-Length", &length), ("Connection", "close")] {
        if !headers.iter().any(|(named, _)| named.eq_ignore_ascii_case(name)) {
            head += &format!("{name}: {value}\r\n");
        }
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    let answer = exchange(address, &[head.as_bytes(), body].concat()).expect("the server answers");
    parse(&answer).unwrap_or_else(|| panic!("no HTTP response: {:?}", String::from_utf8_lossy(&answer)))
}

/// Sends `bytes` on a connection of its own, and returns all that comes back until it is closed.
///
/// # Errors
///
/// When the connection breaks before anything came back, or nobody answers for long.
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    stream.set_write_timeout(Some(ANSWER_LIMIT))?;
    // A server may refuse a request before it has read it all; its answer counts, not the broken write.
    let written = stream.write_all(bytes);
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) if !answer.is_empty() => Ok(answer),
        Ok(_) => written.map(|()| answer),
        Err(_) if !answer.is_empty() => Ok(answer),
        Err(error) => Err(error),
    }
}

/// Reads a response out of the bytes of a closed connection.
pub fn parse(bytes: &[u8]) -> Option<Response> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let header = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    Some(Response { status, headers: lines.filter_map(header).collect(), body: body.to_owned() })
}

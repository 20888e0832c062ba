//! A webhook's other end: keeps what it is told, and answers as the test wants.
//!
//! What it is not: an HTTP server. A request is read as far as its `Content-Length` says, answered, and the connection closed.

use clients::wait::{SOON, until};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// One request.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its path.
    pub path: String,
    /// Its headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body.
    pub body: String,
}

/// The status for the n-th request of a path, counted from 0; `None` never answers.
pub type Answer = fn(path: &str, nth: usize) -> Option<u16>;

/// A listening receiver.
pub struct Receiver {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    /// Listens on a free port of loopback.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let received = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&received);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let all = Arc::clone(&all);
                thread::spawn(move || take(stream, &all, answer));
            }
        });
        Self { address, received }
    }

    /// The URL of a path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What a path was told so far.
    #[must_use]
    pub fn told(&self, path: &str) -> Vec<Received> {
        let all = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter(|received| received.path == path).cloned().collect()
    }

    /// What a path was told, once it was told so often.
    #[must_use]
    pub fn told_times(&self, path: &str, times: usize) -> Vec<Received> {
        until(format!("{path} to be told {times} times"), SOON, || {
            Some(self.told(path)).filter(|told| told.len() >= times)
        })
    }
}

fn take(mut stream: TcpStream, all: &Mutex<Vec<Received>>, answer: Answer) {
    let Some(received) = read(&stream) else { return };
    let path = received.path.clone();
    let nth = {
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.iter().filter(|earlier| earlier.path == path).count();
        all.push(received);
        before
    };
    match answer(&path, nth) {
        // A client that is gone needs no answer.
        Some(status) => {
            let _written = write!(stream, "HTTP/1.1 {status} So\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
        None => {
            let _until_the_client_is_gone = stream.read_to_end(&mut Vec::new());
        }
    }
}

fn read(stream: &TcpStream) -> Option<Received> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").map_or(Ok(0), |length| length.parse()).ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received { path, headers, body: String::from_utf8(body).ok()? })
}

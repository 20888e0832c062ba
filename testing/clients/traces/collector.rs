//! A collector: takes requests over HTTP, answers as it is told to, and keeps the spans.

use clients::wait::{SOON, until};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// A running collector. It ends with the process.
pub(crate) struct Collector {
    url: String,
    taken: Arc<Mutex<Taken>>,
}

/// What it was sent.
#[derive(Default)]
pub(crate) struct Taken {
    pub(crate) spans: Vec<Span>,
    /// Of the newest request: who sent it, and its head in lower case.
    pub(crate) resource: BTreeMap<String, String>,
    pub(crate) head: String,
    pub(crate) requests: usize,
}

impl Collector {
    /// Starts one that answers every request with this status.
    pub(crate) fn start(status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let taken = Arc::new(Mutex::new(Taken::default()));
        let shared = taken.clone();
        std::thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let taken = shared.clone();
                // A client that hangs up ends its connection, and nothing else.
                std::thread::spawn(move || while serve(&socket, &taken, status).is_ok() {});
            }
        });
        Self { url, taken }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Looks at what it was sent.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Taken) -> T) -> T {
        look(&self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The spans, once there are so many.
    pub(crate) fn spans(&self, count: usize) -> Vec<Span> {
        until("the collector to have the spans", SOON, || {
            self.look(|taken| (taken.spans.len() >= count).then(|| taken.spans.clone()))
        })
    }
}

/// An attribute of a span, as text.
pub(crate) fn attribute(span: &Span, key: &str) -> Option<String> {
    texts(&span.attributes).remove(key)
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |value: &Option<AnyValue>| match value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("the server sends texts and numbers, not {other:?}"),
    };
    attributes.iter().map(|pair| (pair.key.clone(), text(&pair.value))).collect()
}

fn serve(socket: &TcpStream, taken: &Mutex<Taken>, status: u16) -> std::io::Result<()> {
    let mut reader = BufReader::new(socket);
    let (mut head, mut line) = (String::new(), String::new());
    while reader.read_line(&mut line)? > 2 {
        head.push_str(&line.to_ascii_lowercase());
        line.clear();
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let Some(length) = length else { return Err(std::io::ErrorKind::UnexpectedEof.into()) };
    let mut body = vec![0; length.trim().parse().expect("a length")];
    reader.read_exact(&mut body)?;
    keep(&mut taken.lock().unwrap_or_else(PoisonError::into_inner), head, &body, status);
    let mut socket = socket;
    write!(socket, "HTTP/1.1 {status} As Told\r\ncontent-length: 0\r\n\r\n")
}

fn keep(taken: &mut Taken, head: String, body: &[u8], status: u16) {
    let request = ExportTraceServiceRequest::decode(body).expect("what the definitions say");
    taken.requests += 1;
    taken.head = head;
    for resource in request.resource_spans {
        taken.resource = texts(&resource.resource.expect("who sends it").attributes);
        if status == 200 {
            taken.spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
}

//! What a connection costs while it waits: the size of its future, of which there may be thousands.

use crate::bench::Bench;
use door::listener::loopback;
use door::{Connection, Connections, Door, Listener, Stream};
use tokio::net::TcpStream;

/// A bare hyper connection with an empty service is about 1.4 KiB of future, besides its read buffer.
const FUTURE_BYTES_MAX: usize = 2_300;

#[test]
fn a_connections_future_is_small() {
    let (_client, door) = Bench::new().connect();
    let bytes = size_of_val(&door);
    assert!(bytes <= FUTURE_BYTES_MAX, "{bytes} bytes");
}

#[tokio::test]
async fn a_connection_in_plain_text_pays_nothing_for_tls_and_http_2() {
    let bench = Bench::new();
    let listener = Listener::open(loopback(0)[0]).expect("a free port");
    let local = listener.local();
    let accepted = async || {
        let (client, accepted) = tokio::join!(TcpStream::connect(local), listener.accept());
        client.expect("it listens");
        accepted.expect("a connection")
    };
    let (stream, peer) = accepted().await;
    let bare_bytes =
        size_of_val(&bench.door.clone().serve_stream(stream, bench.tasks.clone(), door_sqs::Origin::default()));
    let stream = Stream::Plain(accepted().await.0);
    let (shutdown, tasks) = (bench.tasks.shutdown().clone(), bench.tasks.clone());
    let (connected, _seat) = Connections::default().enter("sqs", peer, false);
    let connection = Connection { stream, client_subject: None, peer, local, connected, shutdown, tasks };
    let bytes = size_of_val(&bench.door.clone().serve(connection));
    assert!(bytes <= bare_bytes + size_of::<usize>(), "{bytes} bytes, {bare_bytes} without");
}

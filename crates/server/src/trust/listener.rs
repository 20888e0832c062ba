//! A server of HTTPS for tests: it takes one request at a time and answers 204.

use door::tls::test_support::Identity;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Starts one that shows this certificate: its URL, and the bodies that it was sent. It ends with the process.
pub(crate) fn https(identity: &Identity) -> (String, Receiver<Vec<u8>>) {
    let chain = CertificateDer::pem_slice_iter(identity.cert.as_bytes()).map(|found| found.expect("PEM")).collect();
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).expect("PEM");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("versions that the provider has").with_no_client_auth();
    let config = Arc::new(config.with_single_cert(chain, key).expect("a certificate and its key"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("https://{}", listener.local_addr().expect("it listens"));
    let (sender, bodies) = channel();
    #[expect(clippy::disallowed_methods, reason = "a test plays somebody else's server")]
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            // A client that does not trust the certificate hangs up, and so does one at its end.
            let _ = take(&config, socket, &sender);
        }
    });
    (url, bodies)
}

fn take(config: &Arc<ServerConfig>, socket: TcpStream, bodies: &Sender<Vec<u8>>) -> std::io::Result<()> {
    let connection = ServerConnection::new(config.clone()).expect("the configuration is whole");
    let mut stream = BufReader::new(StreamOwned::new(connection, socket));
    let (mut length, mut line) = (0, String::new());
    while stream.read_line(&mut line)? > 2 {
        if let Some(digits) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = digits.trim().parse().expect("a length");
        }
        line.clear();
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    stream.get_mut().write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")?;
    // Nobody looks at it any more once the test is over.
    let _ = bodies.send(body);
    stream.get_mut().conn.send_close_notify();
    stream.get_mut().flush()
}

//! From a fresh socket to a door's connection over TLS.
//!
//! Invariant: until the handshake is done the peer is a stranger: it has [`TIME_MAX`], its place among the door's connections, and
//! nothing of the door but one refusal.

use super::{Tls, subject};
use crate::session::{Connection, Door};
use crate::stream::{Stream, TlsStream};
use crate::timeout;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use webpki::EndEntityCert;

/// How long a handshake may take: several round trips to the other side of the world, and lost packets on the way.
pub const TIME_MAX: Duration = Duration::from_secs(10);

/// Every TLS connection begins with a record of this type (RFC 8446, section 5.1; `handshake`). No text protocol's does.
const FIRST_BYTE: u8 = 22;

/// What doors that speak HTTP say in plain text to a peer that began without TLS.
pub const HTTP_EXPECTED_TLS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: 55\r\n\r\n\
this port speaks TLS: use https:// in the endpoint URL\n";

/// Why a connection over TLS did not come about.
#[derive(Debug, thiserror::Error)]
enum Unshaken {
    #[error("the peer does not speak TLS")]
    PlainText,
    #[error(transparent)]
    Failed(#[from] io::Error),
    #[error("the subject of the client's certificate cannot be read")]
    Subject,
}

/// Shakes hands, then lets `door` serve the connection. Ends without a word where the server stops before.
pub(crate) async fn serve<D: Door>(tls: Tls, door: Arc<D>, mut connection: Connection) {
    let Stream::Plain(socket) = connection.stream else { return };
    let shaken = {
        let stopping = connection.shutdown.stopping();
        // Boxed, so that a connection keeps nothing of it when it is done.
        let handshake = Box::pin(timeout::within(TIME_MAX, shake(&tls, &*door, socket)));
        tokio::select! {
            biased;
            () = stopping => return,
            shaken = handshake => shaken,
        }
    };
    let (door_name, peer) = (door.name(), connection.peer);
    match shaken {
        Ok(Ok((stream, client_subject))) => {
            connection.stream = Stream::Tls(stream);
            connection.client_subject = client_subject;
            door.serve(connection).await;
        }
        Ok(Err(error)) => tracing::debug!(door = door_name, %peer, %error, "no TLS connection"),
        Err(error) => tracing::debug!(door = door_name, %peer, %error, "no TLS connection"),
    }
}

type Shaken = (Box<TlsStream>, Option<Box<str>>);

async fn shake<D: Door>(tls: &Tls, door: &D, socket: TcpStream) -> Result<Shaken, Unshaken> {
    let mut first = [FIRST_BYTE];
    let _seen = socket.peek(&mut first).await?;
    if first != [FIRST_BYTE] {
        refuse(socket, door.tls_expected()).await?;
        return Err(Unshaken::PlainText);
    }
    let stream = TlsAcceptor::from(tls.config(door.application_protocols())).accept(socket).await?;
    let client_subject = client_subject(&stream)?;
    Ok((Box::new(stream), client_subject))
}

/// Says `text`, and reads what the peer still sends: a socket that is closed over unread bytes takes back what was said.
async fn refuse(mut socket: TcpStream, text: &[u8]) -> io::Result<()> {
    socket.write_all(text).await?;
    socket.shutdown().await?;
    let mut unread = [0; 1024];
    while socket.read(&mut unread).await? > 0 {}
    Ok(())
}

/// The subject of the certificate that the client was verified by; `None` where none was asked for.
fn client_subject(stream: &TlsStream) -> Result<Option<Box<str>>, Unshaken> {
    let (_socket, session) = stream.get_ref();
    let Some(certificate) = session.peer_certificates().and_then(<[_]>::first) else { return Ok(None) };
    let certificate = EndEntityCert::try_from(certificate).map_err(|_error| Unshaken::Subject)?;
    let subject = subject::text(certificate.subject()).ok_or(Unshaken::Subject)?;
    Ok(Some(subject.into_boxed_str()))
}

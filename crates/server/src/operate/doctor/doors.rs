//! The doors: whether a server could listen where it would, and who is there if not.

use super::finding::Finding;
use crate::config::{Config, Listen};
use crate::listen::{ADMIN_PORT, AMQP_PORT, SQS_PORT};
use door::listener::{is_loopback, loopback};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Whoever listens on this machine answers sooner.
const ANSWER: Duration = Duration::from_secs(2);

/// What is asked to find out who is there: a question that every HTTP server answers, and the greeting of AMQP 0-9-1.
const HTTP: &[u8] = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
const AMQP: &[u8] = b"AMQP\x00\x00\x09\x01";

/// Looks at every door.
pub(super) fn findings(config: &Config) -> Vec<Finding> {
    let may_be_reached = config.allow_anonymous || !config.users.is_empty();
    [
        look("sqs door", config.sqs.as_ref(), SQS_PORT, HTTP, may_be_reached),
        look("amqp door", config.amqp.as_ref(), AMQP_PORT, AMQP, may_be_reached),
        look("admin door", config.admin.as_ref(), ADMIN_PORT, HTTP, may_be_reached),
    ]
    .into()
}

fn look(what: &'static str, wanted: Option<&Listen>, port: u16, greeting: &[u8], may_be_reached: bool) -> Finding {
    let addresses = match wanted {
        Some(Listen::Off) => return Finding::good(what, "off"),
        None => loopback(port).to_vec(),
        Some(Listen::Loopback(port)) => loopback(*port).to_vec(),
        Some(Listen::At(address)) => match address.to_socket_addrs() {
            Ok(addresses) => addresses.collect(),
            Err(error) => {
                return Finding::wrong(what, format!("{address}: {error}"), "name a host that this machine knows");
            }
        },
    };
    if let Some(address) = addresses.iter().find(|address| !is_loopback(address.ip())).filter(|_| !may_be_reached) {
        let says = format!("{address} can be reached from other machines, and there are no users");
        return Finding::wrong(what, says, "add [[users]], or --allow-anonymous if you trust that network");
    }
    let is_default = wanted.is_none();
    let mut free = Vec::new();
    for address in addresses {
        match TcpListener::bind(address) {
            Ok(_) => free.push(address.to_string()),
            Err(error) if error.kind() == ErrorKind::AddrInUse => return taken(what, address, greeting, is_default),
            // A machine without IPv6 has no ::1.
            Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {}
            Err(error) => return Finding::wrong(what, format!("{address}: {error}"), "choose another address"),
        }
    }
    match free.is_empty() {
        true => Finding::wrong(what, "none of its addresses is one of this machine", "choose another address"),
        false => Finding::good(what, format!("{} free", free.join(" and "))),
    }
}

/// A door that would be skipped is told; one that must open keeps the server from starting.
fn taken(what: &'static str, address: SocketAddr, greeting: &[u8], is_default: bool) -> Finding {
    let who = match who_answers(address, greeting) {
        Ok(Answer::Ours) => return Finding::good(what, format!("{address}: a Longshore server runs there")),
        Ok(Answer::Other(said)) => format!("somebody who says {said:?}"),
        Ok(Answer::Silent) => "somebody who says nothing".to_owned(),
        Err(error) => format!("somebody who does not answer ({error})"),
    };
    let says = format!("{address} is taken, by {who}");
    match is_default {
        true => {
            Finding::doubtful(what, says, "a server would start without this door; give it another address, or off")
        }
        false => Finding::wrong(what, says, "stop that program, or choose another address"),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Ours,
    Other(String),
    Silent,
}

fn who_answers(address: SocketAddr, greeting: &[u8]) -> io::Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER)?;
    stream.set_read_timeout(Some(ANSWER))?;
    stream.set_write_timeout(Some(ANSWER))?;
    stream.write_all(greeting)?;
    let mut said = vec![0; 2048];
    let count = stream.read(&mut said)?;
    Ok(understood(&said[..count]))
}

/// Our SQS door answers with its request id, our admin door with a server's health, our AMQP door with our name among its properties.
fn understood(said: &[u8]) -> Answer {
    if said.is_empty() {
        return Answer::Silent;
    }
    let text = String::from_utf8_lossy(said);
    let marked =
        ["Longshore", "longshore", "x-amzn-requestid", "x-amzn-RequestId"].iter().any(|mark| text.contains(mark));
    let is_healthy = text.starts_with("HTTP/1.1 200") && text.ends_with("ok\n");
    if marked || is_healthy {
        return Answer::Ours;
    }
    Answer::Other(text.lines().next().unwrap_or_default().chars().take(40).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operate::doctor::finding::Level;

    #[test]
    fn a_free_port_is_good_and_a_taken_one_is_told_with_who_is_there() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let wanted = Listen::At(address.to_string());
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let (mut stream, _) = listener.accept().expect("the doctor comes");
                stream.write_all(b"220 mail.example ESMTP\r\n").expect("it listens");
                // Its greeting is read, so that the answer is not lost in a reset.
                let _greeting = stream.read(&mut [0; 100]);
            });
            let finding = look("sqs door", Some(&wanted), 0, HTTP, false);
            assert_eq!(finding.level, Level::Wrong);
            assert!(finding.says.contains("220 mail.example"), "{finding:?}");
        });
        drop(listener);
        assert_eq!(look("sqs door", Some(&wanted), 0, HTTP, false).level, Level::Good);
    }

    #[test]
    fn what_others_can_reach_needs_users() {
        let everywhere = Listen::At("0.0.0.0:0".to_owned());
        assert_eq!(look("sqs door", Some(&everywhere), 0, HTTP, false).level, Level::Wrong);
        assert_eq!(look("sqs door", Some(&everywhere), 0, HTTP, true).level, Level::Good);
        assert_eq!(look("sqs door", Some(&Listen::Off), 0, HTTP, false).says, "off");
    }

    #[test]
    fn our_own_server_is_known_by_what_it_says() {
        assert_eq!(understood(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok\n"), Answer::Ours);
        assert_eq!(understood(b"HTTP/1.1 403 Forbidden\r\nx-amzn-requestid: 1\r\n\r\n"), Answer::Ours);
        assert_eq!(understood(b"\x01\0\0 product S Longshore"), Answer::Ours);
        assert_eq!(understood(b"HTTP/1.1 200 OK\r\n\r\nhello"), Answer::Other("HTTP/1.1 200 OK".to_owned()));
        assert_eq!(understood(b""), Answer::Silent);
    }
}

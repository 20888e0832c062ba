//! The kit's TLS with a door that says who it thinks is there.

use super::reload::Look;
use super::test_support::{Authority, Client, Identity, write};
use super::*;
use crate::listener::loopback;
use crate::shutdown::{Trigger, pair};
use crate::tally::Tally;
use crate::{Connection, Connections, Door, Limits, Listener, Tasks, accept, timeout};
use rustls::SupportedProtocolVersion;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

const TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
const TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

/// Says one line about the connection, then holds it until the stop and says good-bye.
struct Describer(Arc<Tally>);

impl Door for Describer {
    fn name(&self) -> &'static str {
        "describer"
    }

    fn refusal(&self) -> &'static [u8] {
        b"full\n"
    }

    fn application_protocols(&self) -> &'static [&'static [u8]] {
        &[b"h2", b"http/1.1"]
    }

    fn tls_expected(&self) -> &'static [u8] {
        HTTP_EXPECTED_TLS
    }

    fn tally(&self) -> &Arc<Tally> {
        &self.0
    }

    async fn serve(self: Arc<Self>, connection: Connection) {
        let Connection { mut stream, client_subject, shutdown, .. } = connection;
        let protocol = String::from_utf8(stream.application_protocol().unwrap_or(b"none").to_vec()).expect("ASCII");
        let line = format!("{} {protocol} {}\n", stream.is_tls(), client_subject.as_deref().unwrap_or("nobody"));
        stream.write_all(line.as_bytes()).await.expect("the client reads");
        stream.flush().await.expect("the client reads");
        shutdown.stopping().await;
        stream.write_all(b"bye\n").await.expect("the client reads");
        stream.shutdown().await.expect("the client reads");
    }
}

struct Running {
    authority: Authority,
    folder: TempDir,
    tls: Tls,
    port: u16,
    trigger: Trigger,
    tasks: Tasks,
    limits: Limits,
}

/// Starts a listener, with this bundle of authorities for clients.
fn start_with(client_ca: Option<&str>, connections_max: u64) -> Running {
    let (authority, folder) = (Authority::new("authority"), tempfile::tempdir().expect("a folder"));
    let mut files = authority.server().files(folder.path());
    if let Some(pem) = client_ca {
        let path = folder.path().join("clients.crt");
        write(&path, pem);
        files.client_ca = Some(path);
    }
    let tls = Tls::load(files).expect("good files");
    let (trigger, shutdown) = pair();
    let (tasks, limits) = (Tasks::new(shutdown), Limits::new(connections_max));
    let listener = Listener::open(loopback(0)[0]).expect("a free port").secured(tls.clone());
    let port = listener.local().port();
    let door = Arc::new(Describer(Arc::new(Tally::new(&[]))));
    tasks.spawn(accept::run(listener, door, limits.clone(), Connections::default(), tasks.clone()));
    Running { authority, folder, tls, port, trigger, tasks, limits }
}

fn start() -> Running {
    start_with(None, 10)
}

impl Running {
    fn client(&self) -> Client {
        Client::trusting(&self.authority)
    }

    async fn raw(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.expect("it listens")
    }

    async fn drained(self) {
        self.trigger.stop();
        self.tasks.drained().await;
        assert_eq!(self.limits.counts().open, 0);
    }
}

/// The door's line, or why there is none.
async fn line(stream: &mut (impl AsyncRead + Unpin)) -> std::io::Result<String> {
    let mut line = Vec::new();
    while line.last() != Some(&b'\n') {
        line.push(stream.read_u8().await?);
    }
    Ok(String::from_utf8(line).expect("text"))
}

async fn told(client: &Client, port: u16) -> std::io::Result<String> {
    line(&mut client.connect(port).await?).await
}

#[tokio::test]
async fn both_versions_are_spoken_and_clients_prove_nothing_unless_asked() {
    let running = start();
    for versions in [TLS12, TLS13] {
        let told = told(&running.client().speaking(versions), running.port).await;
        assert_eq!(told.expect("a handshake"), "true none nobody\n");
    }
}

#[tokio::test]
async fn a_client_that_trusts_another_authority_goes_away() {
    let running = start();
    let stranger = Client::trusting(&Authority::new("another"));
    let error = told(&stranger, running.port).await.expect_err("it must not trust");
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    running.drained().await;
}

#[tokio::test]
async fn with_authorities_for_clients_only_their_clients_get_in_and_are_known() {
    let clients = Authority::new("clients");
    let running = start_with(Some(&clients.pem), 10);
    let orders = running.client().showing(&clients.client("orders"));
    for versions in [TLS12, TLS13] {
        let told = told(&orders.clone().speaking(versions), running.port).await;
        assert_eq!(told.expect("it is verified"), "true none CN=orders,O=Example\n");
    }
    let without = told(&running.client(), running.port).await.expect_err("it shows nothing");
    assert!(without.to_string().contains("CertificateRequired"), "{without}");
    let unknown = running.client().showing(&Authority::new("another").client("orders"));
    assert!(told(&unknown, running.port).await.is_err());
    let no_client = running.client().showing(&clients.server());
    assert!(told(&no_client, running.port).await.is_err(), "a server's certificate is none of a client");
    assert!(running.tls.asks_clients());
}

#[tokio::test]
async fn a_protocol_is_agreed_on_and_an_unknown_one_is_refused() {
    let running = start();
    let check = async |named: &[&str], expected: Option<&str>| {
        let told = told(&running.client().naming(named), running.port).await.ok();
        assert_eq!(told, expected.map(|name| format!("true {name} nobody\n")), "{named:?}");
    };
    check(&["h2", "http/1.1"], Some("h2")).await;
    check(&["http/1.1", "h2"], Some("h2")).await;
    check(&["http/1.1"], Some("http/1.1")).await;
    check(&["smtp"], None).await;
}

#[tokio::test]
async fn plain_text_is_told_that_tls_is_expected() {
    let running = start();
    let mut stream = running.raw().await;
    stream.write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nAction=Fl").await.expect("read");
    stream.shutdown().await.expect("read");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer, then the end");
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("https://"), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    assert!(head.ends_with(&format!("content-length: {}", body.len())), "{}", body.len());
    running.drained().await;
}

#[tokio::test]
async fn what_only_begins_like_tls_is_closed() {
    let running = start();
    let mut stream = running.raw().await;
    stream.write_all(b"\x16\x03\x01\xff\xff, longer than a record may be").await.expect("read");
    let mut answer = Vec::new();
    // An alert comes back, or nothing; the end does in any case.
    let _ended = stream.read_to_end(&mut answer).await;
    running.drained().await;
}

#[tokio::test(start_paused = true)]
async fn a_handshake_has_a_time_limit_whatever_the_peer_has_said() {
    let running = start();
    for said in [b"".as_slice(), b"\x16", b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\n"] {
        let mut stream = running.raw().await;
        let begun = tokio::time::Instant::now();
        stream.write_all(said).await.expect("read");
        let _ended = stream.read_to_end(&mut Vec::new()).await;
        while running.limits.counts().open > 0 {
            timeout::pause(Duration::from_millis(10)).await;
        }
        let (elapsed, slack) = (begun.elapsed(), Duration::from_secs(1));
        assert!((TIME_MAX - slack..TIME_MAX + slack).contains(&elapsed), "{elapsed:?} after {said:?}");
    }
}

#[tokio::test]
async fn a_handshake_takes_a_place_among_the_connections_and_a_stop_ends_it() {
    let running = start_with(None, 1);
    let _silent = running.raw().await;
    while running.limits.counts().open == 0 {
        tokio::task::yield_now().await;
    }
    let mut refused = running.raw().await;
    assert_eq!(refused.read(&mut [0]).await.expect("the end, without plain text"), 0);
    running.drained().await;
}

#[tokio::test]
async fn a_stop_lets_sessions_over_tls_say_good_bye_and_end_cleanly() {
    let running = start();
    let mut stream = running.client().connect(running.port).await.expect("a handshake");
    line(&mut stream).await.expect("a line");
    running.trigger.stop();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.expect("no end without TLS's own word for it");
    assert_eq!(rest, "bye\n");
    running.drained().await;
}

/// Puts the certificate of another authority in the place of the one in use.
fn replace(running: &Running) -> Authority {
    let next = Authority::new("next");
    let _the_same = next.server().files(running.folder.path());
    next
}

async fn trusts(authority: &Authority, port: u16) -> bool {
    told(&Client::trusting(authority), port).await.is_ok()
}

#[tokio::test]
async fn a_new_certificate_serves_new_connections_while_old_ones_go_on() {
    let running = start();
    let mut old = running.client().connect(running.port).await.expect("a handshake");
    line(&mut old).await.expect("a line");
    let next = replace(&running);
    assert!(!trusts(&next, running.port).await, "nobody has looked yet");
    let asked = Arc::new(Notify::new());
    running.tasks.spawn(watch(running.tls.clone(), Arc::clone(&asked)));
    asked.notify_one();
    while !trusts(&next, running.port).await {
        tokio::task::yield_now().await;
    }
    assert!(!trusts(&running.authority, running.port).await);
    running.trigger.stop();
    let mut rest = String::new();
    old.read_to_string(&mut rest).await.expect("the old connection is whole");
    assert_eq!(rest, "bye\n");
}

#[tokio::test(start_paused = true)]
async fn a_change_of_the_files_is_seen_without_being_told() {
    let running = start();
    let next = replace(&running);
    running.tasks.spawn(watch(running.tls.clone(), Arc::new(Notify::new())));
    let begun = tokio::time::Instant::now();
    let in_use = || running.tls.config(&[]).cert_resolver.clone();
    let before = in_use();
    while Arc::ptr_eq(&in_use(), &before) {
        timeout::pause(Duration::from_secs(1)).await;
    }
    assert!(begun.elapsed() <= CHECK_EVERY + Duration::from_secs(2), "{:?}", begun.elapsed());
    tokio::time::resume();
    assert!(trusts(&next, running.port).await);
}

#[tokio::test]
async fn files_that_went_bad_change_nothing_and_are_spoken_of_once() {
    let running = start();
    let path = running.folder.path().join("server.crt");
    write(&path, "half a fi");
    assert!(matches!(running.tls.look(false), Look::Kept(TlsError::NoCertificate(bad)) if bad == path));
    assert!(matches!(running.tls.look(false), Look::Unchanged));
    assert!(matches!(running.tls.look(true), Look::Kept(_)), "who asks is answered");
    assert!(trusts(&running.authority, running.port).await);
    let Identity { cert, key } = running.authority.server();
    write(&path, &cert);
    assert!(matches!(running.tls.look(false), Look::Kept(TlsError::Unfit { .. })), "the key is still the old one");
    write(&running.folder.path().join("server.key"), &key);
    assert!(matches!(running.tls.look(false), Look::Replaced));
    assert!(trusts(&running.authority, running.port).await);
}

#[test]
fn files_that_cannot_be_used_are_named_with_the_reason() {
    let (authority, folder) = (Authority::new("authority"), tempfile::tempdir().expect("a folder"));
    let good = authority.server();
    let check = |cert: &str, key: &str, client_ca: Option<&str>, parts: &[&str]| {
        let identity = Identity { cert: cert.to_owned(), key: key.to_owned() };
        let mut files = identity.files(folder.path());
        if let Some(pem) = client_ca {
            let path = folder.path().join("clients.crt");
            write(&path, pem);
            files.client_ca = Some(path);
        }
        let message = Tls::load(files).expect_err("it cannot be used").to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{message:?} lacks one of {parts:?}");
        assert!(!message.contains(key.lines().nth(1).unwrap_or("-")), "the key is told: {message}");
    };
    check("", &good.key, None, &["server.crt", "no certificate"]);
    check(&good.key, &good.cert, None, &["server.crt", "no certificate"]);
    check(&good.cert, &good.cert, None, &["server.key", "no private key"]);
    check("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", &good.key, None, &["server.crt", "PEM"]);
    check(&good.cert, &authority.server().key, None, &["server.crt", "server.key"]);
    check(&good.cert, &good.key, Some(""), &["clients.crt", "no certificate"]);
    let no_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    check(&good.cert, &good.key, Some(no_certificate), &["clients.crt"]);
    let nowhere = Files { cert: folder.path().join("nowhere"), key: folder.path().join("server.key"), client_ca: None };
    assert!(Tls::load(nowhere).expect_err("it is not there").to_string().contains("nowhere"));
}

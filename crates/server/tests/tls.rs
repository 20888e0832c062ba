//! TLS as an operator sets it up: files that cannot be used, renewal without a restart, a stop with connections open.

use crate::program::Program;
use door::tls::Files;
use door::tls::test_support::{Authority, Client, write};
use std::path::Path;
use tempfile::{TempDir, tempdir};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const BY_FILES: [&str; 4] = ["--tls-cert", "server.crt", "--tls-key", "server.key"];

fn set_up() -> (TempDir, Authority) {
    let (folder, authority) = (tempdir().expect("a folder"), Authority::new("authority"));
    let _names = authority.server().files(folder.path());
    (folder, authority)
}

/// GET over TLS; the whole answer, or why there is none.
async fn get(client: &Client, program: &Program, door: &str, path: &str) -> std::io::Result<String> {
    let mut stream = client.connect(program.address(door).port()).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn every_door_speaks_tls_and_the_ready_line_says_so() {
    let (folder, authority) = set_up();
    write(&folder.path().join("longshore.toml"), "[tls]\ncert = \"server.crt\"\nkey = \"server.key\"\n");
    let mut program =
        Program::start(folder.path(), &["serve", "--sqs", "127.0.0.1:0", "--amqp", "off", "--admin", "127.0.0.1:0"]);
    assert!(program.wait_for_line(" ready ").contains(" tls=on "));
    let client = Client::trusting(&authority);
    let healthy = get(&client, &program, "admin", "/readyz").await.expect("an answer");
    assert!(healthy.starts_with("HTTP/1.1 200 "), "{healthy}");
    let made = get(&client, &program, "sqs", "/?Action=CreateQueue&QueueName=jobs").await.expect("an answer");
    assert!(made.contains("<QueueUrl>https://localhost/000000000000/jobs<"), "{made}");
    for door in ["sqs", "admin"] {
        let told = program.get(door, "/", "host: localhost\r\n");
        assert!(told.starts_with("HTTP/1.1 400 ") && told.contains("https://"), "{told}");
    }
    program.stopped().check(0, &[]);
}

#[tokio::test]
async fn only_clients_of_the_named_authority_get_in() {
    let (folder, authority) = set_up();
    write(&folder.path().join("clients.crt"), &authority.pem);
    let program = Program::serve(folder.path(), &[&BY_FILES[..], &["--tls-client-ca", "clients.crt"]].concat());
    let stranger = Client::trusting(&authority);
    let known = stranger.clone().showing(&authority.client("orders"));
    for door in ["sqs", "admin"] {
        assert!(get(&stranger, &program, door, "/readyz").await.is_err());
        assert!(get(&known, &program, door, "/readyz").await.is_ok());
    }
    let ended = program.stopped();
    ended.check(0, &[" tls=clients "]);
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_at_a_hangup_and_a_bad_one_is_not() {
    let (folder, authority) = set_up();
    let mut program = Program::serve(folder.path(), &BY_FILES);
    let (old, next) = (Client::trusting(&authority), Authority::new("next"));
    write(&folder.path().join("server.crt"), &next.server().cert);
    program.signal("HUP");
    program.wait_for_line("the certificate stays as it was");
    assert!(get(&old, &program, "admin", "/readyz").await.is_ok());
    let _names = next.server().files(folder.path());
    program.signal("HUP");
    program.wait_for_line("new connections use them");
    assert!(get(&old, &program, "admin", "/readyz").await.is_err());
    assert!(get(&Client::trusting(&next), &program, "admin", "/readyz").await.is_ok());
    program.stopped().check(0, &[]);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_idle_connections_or_handshakes() {
    let (folder, authority) = set_up();
    let program = Program::serve(folder.path(), &[&BY_FILES[..], &["--drain", "60"]].concat());
    let port = program.address("sqs").port();
    let mut idle = Client::trusting(&authority).connect(port).await.expect("a handshake");
    idle.write_all(b"GET /?Action=ListQueues HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("it reads");
    idle.read_u8().await.expect("an answer");
    let _speechless = Client::trusting(&authority).naming(&["h2"]).connect(port).await.expect("a handshake");
    let _silent = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    program.signal("TERM");
    idle.read_to_end(&mut Vec::new()).await.expect("no end without TLS's own word for it");
    let ended = program.ended();
    ended.check(0, &["the store is sealed"]);
    assert!(!ended.log.contains("connections are cut"), "{}", ended.log);
}

fn check_refused(folder: &Path, arguments: &[&str], parts: &[&str]) {
    let usual = ["serve", "--sqs", "127.0.0.1:0", "--amqp", "off", "--admin", "off"];
    Program::start(folder, &[&usual, arguments].concat()).ended().check(2, parts);
    assert!(!folder.join("data").exists(), "the store was made before TLS was sure");
}

#[test]
fn files_that_cannot_be_used_keep_it_from_starting() {
    let (folder, authority) = set_up();
    let folder = folder.path();
    check_refused(folder, &["--tls-cert", "server.crt"], &["tls_key is not"]);
    check_refused(folder, &["--tls-cert", "nowhere.crt", "--tls-key", "server.key"], &["nowhere.crt", "read"]);
    let Files { cert, key: _, client_ca: _ } = authority.server().files(folder);
    write(&folder.join("other.key"), &authority.server().key);
    check_refused(folder, &["--tls-cert", "server.crt", "--tls-key", "other.key"], &["server.crt", "other.key"]);
    write(&cert, "");
    check_refused(folder, &BY_FILES, &["server.crt", "no certificate"]);
}

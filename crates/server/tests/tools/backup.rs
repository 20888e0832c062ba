//! `longshore backup` and `restore`: of a stopped store, of one that is being written to, and what is refused.

use crate::program::Program;
use crate::stores::{bodies, bytes, flip, json, make, named, set_bytes, told};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tempfile::tempdir;

const LOCAL: &str = "host: localhost\r\n";

fn text(path: &Path) -> &str {
    path.to_str().expect("a path")
}

#[test]
fn a_stopped_store_comes_back_from_an_archive_and_from_a_folder() {
    let folder = tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    make(&at("data"));
    let expected = ["orders", "jobs"].map(|queue| bodies(&at("data"), queue));
    assert_eq!(expected[0].len(), 100);
    for to in ["backup.tar", "backup"] {
        told(&["backup", text(&at("data")), "--to", text(&at(to))], 0);
        let restored = at(&format!("restored-from-{to}"));
        let told_of_it = told(&["restore", text(&at(to)), text(&restored)], 0);
        for part in ["2 queues", "acknowledged since then come again", "receipt handles of the original do not work"] {
            assert!(told_of_it.contains(part), "{part:?} is not in {told_of_it}");
        }
        told(&["verify", text(&restored)], 0);
        assert_eq!(["orders", "jobs"].map(|queue| bodies(&restored, queue)), expected, "{to}");
    }
    told(&["verify", text(&at("backup"))], 0);
}

#[test]
fn a_restored_store_gives_out_no_id_and_takes_no_handle_of_its_original() {
    let folder = tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let original = Program::serve(folder.path(), &[]);
    original.get("sqs", "/?Action=CreateQueue&QueueName=orders", LOCAL);
    for _ in 0..3 {
        original.get("sqs", "/000000000000/orders?Action=SendMessage&MessageBody=before", LOCAL);
    }
    told(&["backup", "--server", &original.address("admin").to_string(), "--to", text(&at("backup.tar"))], 0);
    let sent = |program: &Program| {
        let answer = program.get("sqs", "/000000000000/orders?Action=SendMessage&MessageBody=after", LOCAL);
        between(&answer, "<MessageId>", "</MessageId>")
    };
    let later_id = sent(&original);
    let handle = {
        let received = original.get("sqs", "/000000000000/orders?Action=ReceiveMessage", LOCAL);
        between(&received, "<ReceiptHandle>", "</ReceiptHandle>")
    };
    original.stopped().check(0, &[]);

    told(&["restore", text(&at("backup.tar")), text(&at("restored"))], 0);
    let arguments = ["serve", "--data", "restored", "--sqs", "127.0.0.1:0", "--admin", "off"];
    let mut restored = Program::start(folder.path(), &arguments);
    restored.wait_for_line(" ready ");
    assert!(sent(&restored) > later_id, "ids of the original are not given again");
    let escaped = handle.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let delete = format!("/000000000000/orders?Action=DeleteMessage&ReceiptHandle={escaped}");
    let answer = restored.get("sqs", &delete, LOCAL);
    assert!(answer.contains("ReceiptHandleIsInvalid"), "{answer}");
    restored.stopped().check(0, &["clean=false"]);
}

fn between(text: &str, start: &str, end: &str) -> String {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("{start} is not in {text}"));
    rest.split_once(end).unwrap_or_else(|| panic!("{end} is not in {text}")).0.to_owned()
}

/// Sends numbered messages over one connection until told to stop; counts those that were acknowledged.
struct Sender {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
    thread: std::thread::JoinHandle<()>,
}

impl Sender {
    fn start(address: SocketAddr, queue: &str) -> Self {
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (stopped, count, queue) = (Arc::clone(&stop), Arc::clone(&acknowledged), queue.to_owned());
        #[expect(clippy::disallowed_methods, reason = "a test sends beside what it tests")]
        let thread = std::thread::spawn(move || {
            let mut stream = BufReader::new(TcpStream::connect(address).expect("it listens"));
            for number in 0.. {
                if stopped.load(Ordering::Acquire) {
                    return;
                }
                send(&mut stream, &queue, number);
                count.store(number + 1, Ordering::Release);
            }
        });
        Self { stop, acknowledged, thread }
    }

    fn wait_for(&self, count: usize) {
        while self.acknowledged.load(Ordering::Acquire) < count {
            std::thread::yield_now();
        }
    }

    /// Stops; says how many were acknowledged.
    fn stop(self) -> usize {
        self.stop.store(true, Ordering::Release);
        self.thread.join().expect("every message was taken");
        self.acknowledged.load(Ordering::Acquire)
    }
}

fn send(stream: &mut BufReader<TcpStream>, queue: &str, number: usize) {
    let body = format!("Action=SendMessage&MessageBody={number:06}{}", "x".repeat(4000));
    let head = format!(
        "POST /000000000000/{queue} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.get_mut().write_all(format!("{head}{body}").as_bytes()).expect("it reads");
    let (mut line, mut length, mut status) = (String::new(), 0, String::new());
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).expect("an answer");
        if status.is_empty() {
            status.clone_from(&line);
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).expect("the whole answer");
    assert!(status.contains(" 200 "), "{status}");
}

#[test]
fn what_was_acknowledged_before_a_backup_was_asked_for_is_in_it_while_sends_go_on() {
    let folder = tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let server = Program::serve(folder.path(), &[]);
    let admin = server.address("admin").to_string();
    let queues = ["a", "b"];
    for queue in queues {
        server.get("sqs", &format!("/?Action=CreateQueue&QueueName={queue}"), LOCAL);
    }
    let senders = queues.map(|queue| Sender::start(server.address("sqs"), queue));
    let mut taken = Vec::new();
    for (number, to) in ["0.tar", "1", "2.tar"].into_iter().enumerate() {
        senders.iter().for_each(|sender| sender.wait_for(300 * (number + 1)));
        let before: Vec<usize> = senders.iter().map(|sender| sender.acknowledged.load(Ordering::Acquire)).collect();
        told(&["backup", "--server", &admin, "--to", text(&at(to))], 0);
        taken.push((to, before));
    }
    let sent: Vec<usize> = senders.into_iter().map(Sender::stop).collect();
    server.stopped().check(0, &["backup given"]);

    for (to, before) in taken {
        let restored = at(&format!("restored-{to}"));
        told(&["restore", text(&at(to)), text(&restored)], 0);
        told(&["verify", text(&restored)], 0);
        for ((queue, before), sent) in queues.into_iter().zip(before).zip(&sent) {
            let bodies = bodies(&restored, queue);
            assert!((before..=sent + 1).contains(&bodies.len()), "{to}: {} of {before} to {sent}", bodies.len());
            let numbers: Vec<usize> = bodies.iter().map(|body| body[..6].parse().expect("a number")).collect();
            assert_eq!(
                numbers,
                (0..numbers.len()).collect::<Vec<_>>(),
                "{to}: nothing is missing, doubled or out of order"
            );
        }
    }
}

#[test]
fn the_admin_port_gives_backups_only_to_those_who_mean_it() {
    let folder = tempdir().expect("a folder");
    let server = Program::serve(folder.path(), &[]);
    let check = |method: &str, headers: &str, status: &str, part: &str| {
        let mut stream = TcpStream::connect(server.address("admin")).expect("it listens");
        let request = format!("{method} /backup HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer, then the end");
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(part), "{answer:.300}");
    };
    check("POST", LOCAL, "403", "longshore-change");
    check("POST", "host: evil.example\r\nlongshore-change: yes\r\n", "403", "evil.example");
    check("GET", "host: localhost\r\nlongshore-change: yes\r\n", "405", "");
    check("POST", "host: localhost\r\nlongshore-change: yes\r\n", "200", "manifest-a");
}

#[test]
fn nothing_is_overwritten_and_nothing_half_is_taken_for_whole() {
    let folder = tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    make(&at("data"));
    let check = |arguments: &[&str], part: &str| {
        let said = told(arguments, 2);
        assert!(said.contains(part), "{part:?} is not in {said}");
    };
    told(&["backup", text(&at("data")), "--to", text(&at("one.tar")), "--json"], 0);
    check(&["backup", text(&at("data")), "--to", text(&at("one.tar"))], "exists already");
    check(&["restore", text(&at("one.tar")), text(&at("data"))], "exists already");
    check(&["restore", text(&at("none.tar")), text(&at("new"))], "none.tar");
    check(&["backup", "--server", "127.0.0.1:1", "--to", text(&at("two.tar"))], "no server answers");

    let whole = bytes(&at("one.tar"));
    set_bytes(&at("cut.tar"), &whole[..whole.len() / 2]);
    let said = told(&["restore", text(&at("cut.tar")), text(&at("from-cut"))], 2);
    assert!(said.contains("cut.tar") && !at("from-cut").exists(), "{said}");

    let run = named(&at("data"), "run-").pop().expect("a run");
    flip(&run, 4096 + 100);
    told(&["backup", text(&at("data")), "--to", text(&at("of-damaged.tar"))], 0);
    told(&["restore", text(&at("of-damaged.tar")), text(&at("damaged"))], 0);
    assert_eq!(
        json(&["verify", text(&at("damaged")), "--json"], 1)["verdict"],
        "damaged",
        "damage is copied, not hidden"
    );
}

//! `--post`: a request for each message, and what its answer means.

use super::desk::{Desk, Place};
use super::start;
use std::io::Read;
use std::net::TcpListener;
use tempfile::tempdir;

#[test]
fn the_status_decides_and_retry_after_is_obeyed() {
    let folder = tempdir().expect("a folder");
    let bodies = ["204", "422", "429 3600", "503 7200", "500"];
    let desk = Desk::open(bodies.map(str::to_owned));
    let url = format!("http://{}/hook", desk.address());
    let worker = start(folder.path(), &desk, &["--max", "5", "--min", "5", "--post", &url]);
    desk.wait_until("each is settled", |ledger| ledger.messages.iter().all(|message| !message.settlements.is_empty()));
    worker.stopped().check(0, &[]);
    let ledger = desk.ledger();
    let of = |index: usize| ledger.messages[index].settlements[0].clone();
    assert_eq!(ledger.messages[0].place, Place::Acked);
    assert_eq!(ledger.messages[1].place, Place::Buried { reason: "status 422: the hook says so".to_owned() });
    assert_eq!((of(2)["how"].as_str(), of(2)["delay_ms"].as_u64()), (Some("fail"), Some(3_600_000)));
    assert_eq!((of(3)["how"].as_str(), of(3)["delay_ms"].as_u64()), (Some("fail"), Some(7_200_000)));
    assert_eq!((of(4)["how"].as_str(), of(4)["reason"].as_str()), (Some("fail"), Some("status 500: the hook says so")));
    assert!(ledger.hooks.contains(&("204".to_owned(), "m0".to_owned())), "{:?}", ledger.hooks);
}

#[test]
fn a_hook_that_does_not_answer_is_given_up_when_the_worker_ends() {
    let folder = tempdir().expect("a folder");
    let desk = Desk::open(["a".to_owned()]);
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", silent.local_addr().expect("it is bound"));
    let worker = start(folder.path(), &desk, &["--grace", "100ms", "--post", &url]);
    let (mut request, _) = silent.accept().expect("the request comes");
    request.read_exact(&mut [0; 4]).expect("POST");
    worker.stopped().check(0, &["1 request given up"]);
    assert_eq!(desk.ledger().messages[0].hows(), ["release"]);
}

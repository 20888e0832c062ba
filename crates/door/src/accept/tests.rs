//! The accept loop with a door that says one line.

use super::*;
use crate::listener::loopback;
use crate::shutdown::{Trigger, pair};
use crate::tally::Tally;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Greets, then holds the connection until the stop; a stubborn one holds it for ever.
struct Greeter {
    stubborn: bool,
    tally: Arc<Tally>,
}

impl Door for Greeter {
    fn name(&self) -> &'static str {
        "greeter"
    }

    fn refusal(&self) -> &'static [u8] {
        b"full\n"
    }

    fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    async fn serve(self: Arc<Self>, mut connection: Connection) {
        connection.stream.write_all(b"hello\n").await.expect("the client reads");
        if self.stubborn {
            std::future::pending::<()>().await;
        }
        connection.shutdown.stopping().await;
        connection.stream.write_all(b"bye\n").await.expect("the client reads");
    }
}

struct Running {
    address: SocketAddr,
    trigger: Trigger,
    tasks: Tasks,
    limits: Limits,
}

fn start(stubborn: bool, connections_max: u64) -> Running {
    let (trigger, shutdown) = pair();
    let (tasks, limits) = (Tasks::new(shutdown), Limits::new(connections_max));
    let greeter = Greeter { stubborn, tally: Arc::new(Tally::new(&[])) };
    let listener = Listener::open(loopback(0)[0]).expect("a free port");
    let address = listener.local();
    tasks.spawn(run(listener, Arc::new(greeter), limits.clone(), Connections::default(), tasks.clone()));
    Running { address, trigger, tasks, limits }
}

async fn greeted(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let mut greeting = [0; 6];
    stream.read_exact(&mut greeting).await.expect("a greeting");
    assert_eq!(&greeting, b"hello\n");
    stream
}

async fn rest_of(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("text, then the end");
    text
}

#[tokio::test]
async fn a_stop_lets_sessions_say_good_bye_and_drains() {
    let running = start(false, 10);
    let stream = greeted(running.address).await;
    running.trigger.stop();
    assert_eq!(rest_of(stream).await, "bye\n");
    running.tasks.drained().await;
    assert_eq!(running.limits.counts().open, 0);
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn an_abort_ends_a_session_that_ignores_the_stop() {
    let running = start(true, 10);
    let stream = greeted(running.address).await;
    running.trigger.stop();
    running.trigger.abort();
    running.tasks.drained().await;
    assert_eq!(rest_of(stream).await, "");
}

#[tokio::test]
async fn a_connection_over_the_cap_is_told_so_and_the_next_gets_the_free_place() {
    let running = start(false, 1);
    let first = greeted(running.address).await;
    let second = TcpStream::connect(running.address).await.expect("it listens");
    assert_eq!(rest_of(second).await, "full\n");
    drop(first);
    running.trigger.stop();
    running.tasks.drained().await;
    assert_eq!(running.limits.counts().refused, 1);
}

#[test]
fn only_a_shortage_makes_the_loop_rest() {
    let check = |errno, expected| {
        let error = io::Error::from_raw_os_error(errno);
        assert_eq!(concerns_one_connection(&error), expected, "{error}");
    };
    let (emfile, enfile, enomem, eintr) = (24, 23, 12, 4);
    check(emfile, false);
    check(enfile, false);
    check(enomem, false);
    check(eintr, true);
    assert!(concerns_one_connection(&io::ErrorKind::ConnectionAborted.into()));
}

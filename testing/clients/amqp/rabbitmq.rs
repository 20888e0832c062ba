//! RabbitMQ itself, where it is installed: it still says what is recorded, and every client's scenario passes against it too.
//!
//! With `LONGSHORE_RECORD` set, what it says is written down instead of compared. Nothing requires it: a machine without
//! `rabbitmq-server` leaves this out, in CI too.

use crate::{celery, javascript, lapin, scenarios};
use clients::javascript::javascript;
use clients::program::Program;
use clients::python::{finish, python};
use clients::wait::until;
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// Where Debian puts the script itself; the one in the path insists on a user of its own.
const SCRIPT: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/// Erlang takes seconds to start, and a busy machine many of them.
const LONG: Duration = Duration::from_secs(90);

/// A node with its own folder and ports, on the loopback interface only.
struct RabbitMq {
    folder: TempDir,
    program: Program,
    port: u16,
    /// Of the name server that Erlang starts and leaves behind.
    names_port: u16,
}

impl RabbitMq {
    /// `None`, and a word, where it is not installed.
    fn start() -> Option<Self> {
        if !Path::new(SCRIPT).exists() {
            eprintln!("skipped: comparison with RabbitMQ (install rabbitmq-server)");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder for the node");
        let [port, distribution_port, names_port] = free_ports();
        let mut command = Command::new(SCRIPT);
        let at = |name: &str| folder.path().join(name);
        fs::write(at("plugins"), "[].").expect("the list of plugins can be written");
        command.env("HOME", folder.path()).env("RABBITMQ_NODENAME", "transcripts@localhost");
        command.env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1").env("RABBITMQ_NODE_PORT", port.to_string());
        command.env("RABBITMQ_DIST_PORT", distribution_port.to_string());
        command.env("ERL_EPMD_PORT", names_port.to_string()).env("ERL_EPMD_ADDRESS", "127.0.0.1");
        command.env("RABBITMQ_MNESIA_BASE", at("mnesia")).env("RABBITMQ_LOG_BASE", at("log"));
        command.env("RABBITMQ_LOGS", "-").env("RABBITMQ_PID_FILE", at("pid"));
        command.env("ERL_CRASH_DUMP", at("crash"));
        command.env("RABBITMQ_ENABLED_PLUGINS_FILE", at("plugins"));
        command.env("RABBITMQ_CONF_ENV_FILE", "/dev/null").env("RABBITMQ_CONFIG_FILE", at("none"));
        let on_loopback = "-kernel inet_dist_use_interface {127,0,0,1}";
        command.env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", on_loopback);
        let program = Program::start(command.process_group(0));
        let mut node = Self { folder, program, port, names_port };
        until("RabbitMQ to listen", LONG, || {
            assert!(node.program.ended().is_none(), "RabbitMQ ended:\n{}", node.program.said());
            let started = node.program.said().contains("Server startup complete");
            (started && TcpStream::connect(("127.0.0.1", node.port)).is_ok()).then_some(())
        });
        Some(node)
    }

    fn url(&self) -> String {
        format!("amqp://guest:guest@127.0.0.1:{}", self.port)
    }
}

impl Drop for RabbitMq {
    fn drop(&mut self) {
        let id = i32::try_from(self.program.id()).ok().and_then(Pid::from_raw);
        if let Some(id) = id.filter(|_| self.program.ended().is_none()) {
            kill_process_group(id, Signal::KILL).expect("the node leads a group of its own");
        }
        self.program.kill();
        // With the node gone, its name server may go.
        let mut names = Command::new("epmd");
        finish(names.args(["-port", &self.names_port.to_string(), "-kill"]).env("HOME", self.folder.path()));
    }
}

fn free_ports() -> [u16; 3] {
    // All three are held until all are known, so that they differ.
    let held = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    held.map(|listener| listener.local_addr().expect("it listens").port())
}

#[test]
fn rabbitmq_says_what_is_recorded() {
    let Some(python) = python() else { return };
    let Some(node) = RabbitMq::start() else { return };
    let mut wrong = Vec::new();
    for (module, name) in scenarios::listed(&python) {
        let said = scenarios::play(&python, &node.url(), &module, &name);
        let file = scenarios::recorded(&module, &name);
        if std::env::var_os("LONGSHORE_RECORD").is_some() {
            fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("a folder for the transcript");
            fs::write(&file, said).expect("a transcript can be written");
            continue;
        }
        let recorded = fs::read_to_string(&file).unwrap_or_default();
        let difference = scenarios::difference(&recorded, &said);
        wrong.extend(difference.map(|difference| format!("{module}.{name}:\n{difference}\n")));
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

#[tokio::test]
async fn every_clients_scenario_passes_against_rabbitmq() {
    let (Some(python), Some(node_js)) = (python(), javascript()) else { return };
    let Some(node) = RabbitMq::start() else { return };
    for name in javascript::SCENARIOS {
        javascript::play(&node_js, name, &node.url());
    }
    for name in celery::SCENARIOS {
        celery::play(&python, name, &node.url());
    }
    for (name, scenario) in lapin::SCENARIOS {
        eprintln!("lapin: {name}");
        scenario(node.url()).await;
    }
}

//! A RabbitMQ node of its own, as Debian installs it, with its own folder and ports.
//!
//! Invariant: it listens on the loopback interface only, and it is gone with this value, with everything that it started.

use crate::store::rest::pass;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Where Debian puts the script itself; the one in the path insists on a user of its own.
const SCRIPT: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";
/// So often it is asked to end.
const FAREWELLS_MAX: usize = 100;
const READY_WITHIN: Duration = Duration::from_secs(120);

/// A running node.
pub struct RabbitMq {
    child: Child,
    /// The process that does the work: the child is a script.
    id: u32,
    folder: PathBuf,
    address: SocketAddr,
    names_port: u16,
}

impl RabbitMq {
    /// Whether it is installed.
    pub fn is_installed() -> bool {
        Path::new(SCRIPT).exists()
    }

    /// Its version, as the package manager says it.
    pub fn version() -> String {
        let said = Command::new("dpkg-query").args(["-W", "-f", "${Version}", "rabbitmq-server"]).output();
        let said = said.ok().filter(|said| said.status.success());
        said.map_or_else(|| "unknown".to_owned(), |said| String::from_utf8_lossy(&said.stdout).into_owned())
    }

    /// Starts a node that keeps everything in `folder`.
    pub fn start(folder: PathBuf) -> Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let [port, distribution_port, names_port] = free_ports()?;
        let at = |name: &str| folder.join(name);
        std::fs::write(at("plugins"), "[].")?;
        let mut command = Command::new(SCRIPT);
        command.env("HOME", &folder).env("RABBITMQ_NODENAME", "bench@localhost");
        command.env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1").env("RABBITMQ_NODE_PORT", port.to_string());
        command.env("RABBITMQ_DIST_PORT", distribution_port.to_string());
        command.env("ERL_EPMD_PORT", names_port.to_string()).env("ERL_EPMD_ADDRESS", "127.0.0.1");
        command.env("RABBITMQ_MNESIA_BASE", at("mnesia")).env("RABBITMQ_LOG_BASE", at("log"));
        command.env("RABBITMQ_LOGS", "-").env("RABBITMQ_PID_FILE", at("pid"));
        command.env("ERL_CRASH_DUMP", at("crash"));
        command.env("RABBITMQ_ENABLED_PLUGINS_FILE", at("plugins"));
        command.env("RABBITMQ_CONF_ENV_FILE", "/dev/null").env("RABBITMQ_CONFIG_FILE", at("none"));
        command.env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1}");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let child = command.process_group(0).spawn().context("starting RabbitMQ")?;
        let mut node = Self { id: child.id(), child, folder, address: ([127, 0, 0, 1], port).into(), names_port };
        node.wait_until_ready()?;
        Ok(node)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process that does the work.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Reads what it says, in a thread for as long as it lives, so that it never blocks on a full pipe.
    fn wait_until_ready(&mut self) -> Result<()> {
        let (tell, told) = mpsc::channel();
        let said = self.child.stdout.take().context("standard output is piped")?;
        std::thread::spawn(move || {
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                // Nobody listens any more once the node is ready; the lines are read all the same.
                let _ = tell.send(line);
            }
        });
        let mut seen = String::new();
        while let Ok(line) = told.recv_timeout(READY_WITHIN) {
            if line.contains("Server startup complete") {
                let written =
                    std::fs::read_to_string(self.folder.join("pid")).context("the node writes its pid down")?;
                self.id = written.trim().parse().context("a process's id")?;
                return Ok(());
            }
            seen = seen + &line + "\n";
        }
        bail!("RabbitMQ did not start:\n{seen}")
    }
}

impl Drop for RabbitMq {
    fn drop(&mut self) {
        // Each fails only when what it ends has ended already.
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        // It stays while it has the node in its list, which it hears of a moment later.
        for _ in 0..FAREWELLS_MAX {
            let mut names = Command::new("epmd");
            names.args(["-port", &self.names_port.to_string(), "-kill"]).env("HOME", &self.folder);
            let said = names.stdin(Stdio::null()).output();
            if said.is_ok_and(|said| !String::from_utf8_lossy(&said.stdout).contains("not allowed")) {
                break;
            }
            pass(Duration::from_millis(20));
        }
    }
}

fn free_ports() -> Result<[u16; 3]> {
    // All are held until all are known, so that they differ.
    let held = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0"));
    let mut ports = [0; 3];
    for (port, held) in ports.iter_mut().zip(&held) {
        *port = held.as_ref().map_err(|error| anyhow::anyhow!("a free port: {error}"))?.local_addr()?.port();
    }
    Ok(ports)
}

//! The server: reads its configuration, puts the parts together from the bottom up, waits, and takes them apart in reverse.

mod access;
mod alerts;
mod ask;
mod cli;
mod config;
mod doors;
mod exit;
mod housekeeping;
mod import_sqs;
mod listen;
mod logging;
mod machine;
mod operate;
mod queues;
mod recovery;
mod signals;
mod stop;
mod tls;
mod tools;
mod traces;
mod trust;
mod work;

use crate::cli::{Cli, Command, ServeArgs};
use crate::config::{Config, Sources, WebAddress};
use crate::doors::Doors;
use crate::exit::Failure;
use crate::listen::{Addresses, Listeners, host_rule};
use crate::signals::Signals;
use crate::stop::Parts;
use crate::traces::{Collector, CollectorError, Exporter};
use clap::{CommandFactory, Parser};
use door::{Access, Connections, Listener, Tls};
use door_admin::{Admin, AdminConfig, Running, Status};
use door_amqp::{AmqpConfig, AmqpDoor};
use door_sqs::{SqsConfig, SqsDoor};
use longshore::embed::Store;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use vocab::clock::{Clock, SystemClock};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        None => return ended(Cli::command().print_help().map_err(Failure::from)),
        Some(Command::Serve(flags)) => return ended(serve(*flags)),
        Some(Command::ImportSqs(arguments)) => return ended(import_sqs::run(&arguments).map_err(Failure::from)),
        Some(Command::Work(arguments)) => work::run(&arguments),
        Some(Command::Doctor(arguments)) => operate::doctor::run(&arguments),
        Some(Command::Queue(command)) => operate::queue::run(&command),
        Some(Command::Send(arguments)) => operate::send::run(&arguments),
        Some(Command::Receive(arguments)) => operate::receive::run(&arguments),
        Some(Command::Peek(arguments)) => operate::peek::run(&arguments),
        Some(Command::Tail(arguments)) => operate::tail::run(&arguments),
        Some(Command::Explain(arguments)) => operate::explain::run(&arguments),
        Some(Command::Message(command)) => operate::message::run(&command),
        Some(Command::Dlq(command)) => operate::dead_letters::run(&command),
        Some(Command::Top(arguments)) => operate::top::run(&arguments),
        Some(Command::Consumers(arguments)) => operate::clients::consumers(&arguments),
        Some(Command::Connections(arguments)) => operate::clients::connections(&arguments),
        Some(Command::Users(arguments)) => operate::users::users(&arguments),
        Some(Command::Audit(arguments)) => operate::users::audit(&arguments),
        Some(Command::Backup(arguments)) => tools::backup::run(&arguments),
        Some(Command::Restore(arguments)) => tools::restore::run(&arguments),
        Some(Command::Verify(arguments)) => tools::verify::run(&arguments),
        Some(Command::Inspect(arguments)) => tools::inspect::run(&arguments),
        Some(Command::Salvage(arguments)) => tools::salvage::run(&arguments),
        Some(Command::Prove(arguments)) => tools::prove::run(&arguments),
        Some(Command::Completions(arguments)) => operate::completions::run(&arguments),
        Some(Command::Man(arguments)) => operate::man::run(&arguments),
    };
    tools::exit_code(done)
}

/// The server's exit code, once whoever started it was told why.
fn ended(ended: Result<(), Failure>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report();
            ExitCode::from(failure.exit_code())
        }
    }
}

fn serve(flags: ServeArgs) -> Result<(), Failure> {
    let clock = Arc::new(SystemClock::new());
    let sources = Sources { file: flags.config.clone(), environment: std::env::vars().collect(), flags };
    let config = config::load(&sources)?;
    logging::start(config.log, &config.log_level);
    let runtime = runtime(config.workers)?;
    let ended = runtime.block_on(run(&config, &sources, clock));
    // A recovery that was interrupted still reads in a thread of the runtime; nobody waits for it.
    runtime.shutdown_background();
    ended
}

fn runtime(workers: usize) -> io::Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if workers > 0 {
        builder.worker_threads(workers);
    }
    builder.thread_name("longshore-door").enable_all().build()
}

/// The life of the server.
async fn run(config: &Config, sources: &Sources<ServeArgs>, clock: Arc<SystemClock>) -> Result<(), Failure> {
    let mut signals = Signals::take_over()?;
    let mut hangup = signals::hangup()?;
    let access = access::from(config)?;
    let tls = tls::load(config)?;
    let listeners = Listeners::open(config)?.secured(tls.as_ref());
    let addresses = listeners.addresses();
    let connections_max = machine::connections_max(config.connections_max, listeners.doors());

    let connections = Connections::new(clock.clone());
    let (admin_door, protocol_doors) = (Doors::new(connections.clone()), Doors::new(connections.clone()));
    let collector = config.otlp_endpoint.as_ref().map(|address| collector(config, address)).transpose()?;
    let status = Arc::new(Status::new(protocol_doors.shutdown().clone()));
    let admin = Admin::new(Arc::clone(&status), admin_config(config, &listeners.admin, access.clone()));
    let admin = Arc::new(admin);
    admin_door.accompany(Arc::clone(&admin).keep_house());
    let admin = admin_door.serve(&admin, listeners.admin, connections_max);
    if let Some(tls) = tls.clone() {
        tls::keep_fresh(tls, &admin_door)?;
    }

    let opened = tokio::select! {
        opened = recovery::open(config) => opened,
        signal = signals.next() => {
            tracing::info!(signal = signal.name(), "stopped before the store was open");
            return Ok(());
        }
    };
    let store = opened?;

    let sqs = sqs_door(config, &store, &listeners.sqs, access.clone(), clock.clone());
    queues::declare(&sqs, config).await?;
    let sqs = protocol_doors.serve(&Arc::new(sqs), listeners.sqs, connections_max);
    let amqp = Arc::new(amqp_door(config, &store, access.clone(), clock.clone()));
    protocol_doors.accompany(Arc::clone(&amqp).keep_house());
    let amqp = protocol_doors.serve(&amqp, listeners.amqp, connections_max);
    protocol_doors.accompany(housekeeping::forget_consumers(store.broker().clone()));
    alerts::start(&config.alert, store.broker(), &protocol_doors)?;
    let exporter = collector.and_then(|to| Exporter::new(store.broker(), to, &config.otlp_service_name));
    if let Some(exporter) = exporter.clone() {
        admin_door.accompany(exporter.run());
    }
    let queues_listed_max = config.metrics_queues_max;
    let (broker, doors, backup) =
        (store.broker().for_door("admin"), vec![sqs, amqp, admin], tools::backup::writer(&store));
    status.ready(Running { broker, doors, connections, queues_listed_max, data: config.data.clone(), backup });
    announce(config, &store, &addresses, tls.as_ref(), &clock);

    let cause = tokio::select! {
        cause = stop::cause(&mut signals, store.broker()) => cause,
        never = access::follow(&mut hangup, sources, &access) => match never {},
    };
    let parts = Parts { protocols: &protocol_doors, admin: &admin_door, store };
    let ended = parts.stop(cause, Duration::from_secs(config.drain), &mut signals).await;
    if let Some(exporter) = exporter {
        exporter.finish().await;
    }
    ended
}

fn collector(config: &Config, address: &WebAddress) -> Result<Collector, CollectorError> {
    Collector::new(address, config.otlp_headers.as_ref(), config.otlp_ca.as_deref())
}

fn admin_config(config: &Config, listeners: &[Listener], access: Access) -> AdminConfig {
    AdminConfig {
        host_rule: host_rule(config, listeners, is_anonymous(config)),
        access,
        account_id: config.account_id.0.clone(),
        audit_folder: Some(config.data.clone()),
    }
}

/// Whether requests come without proof of who sends them.
fn is_anonymous(config: &Config) -> bool {
    config.users.is_empty() || config.allow_anonymous
}

fn sqs_door(
    config: &Config,
    store: &Store,
    listeners: &[Listener],
    access: Access,
    clock: Arc<SystemClock>,
) -> SqsDoor {
    let sqs = SqsConfig {
        region: config.region.0.clone(),
        account_id: config.account_id.0.clone(),
        limits: config.sqs_limits.0,
        durability: config.durability.0,
        host_rule: host_rule(config, listeners, is_anonymous(config)),
        access,
        ..SqsConfig::default()
    };
    SqsDoor::new(store.broker().for_door("sqs"), sqs, clock)
}

fn amqp_door(config: &Config, store: &Store, access: Access, clock: Arc<SystemClock>) -> AmqpDoor {
    let amqp = AmqpConfig {
        vhosts: config.amqp_vhost.clone(),
        account_id: config.account_id.0.clone(),
        durability: config.durability.0,
        access,
        ..AmqpConfig::default()
    };
    AmqpDoor::new(store.broker().for_door("amqp"), amqp, clock)
}

/// The one line that says that clients are served, and where.
fn announce(config: &Config, store: &Store, addresses: &Addresses, tls: Option<&Tls>, clock: &SystemClock) {
    tracing::info!(
        sqs = %addresses.sqs,
        amqp = %addresses.amqp,
        admin = %addresses.admin,
        tls = %tls::shown(tls),
        data = %config.data.display(),
        boot = store.boot().0,
        took_ms = clock.mono_us() / 1000,
        "ready"
    );
}

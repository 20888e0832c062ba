//! What the program can be asked to do, and the overview that teaches it.
//!
//! Invariant: every command is in one group of the overview, in the words of its own help.

use super::server::AskArgs;
use super::{
    AuditArgs, BackupArgs, CompletionsArgs, ConnectionsArgs, ConsumersArgs, DeadLetterCommand, DoctorArgs, ImportArgs,
    InspectArgs, ManArgs, MessageArgs, MessageCommand, PeekArgs, ProveArgs, QueueCommand, ReceiveArgs, RestoreArgs,
    SalvageArgs, SendArgs, ServeArgs, TailArgs, TopArgs, VerifyArgs, WorkArgs,
};
use super::{dead_letters, messages, queues, tools, watch, work};
use clap::{Parser, Subcommand};

/// A durable message queue in one binary: clients of Amazon SQS and of RabbitMQ work unchanged, nothing acknowledged is ever lost.
#[derive(Debug, Parser)]
#[command(name = "longshore", version, max_term_width = 110, help_template = TEMPLATE, after_help = FIRST_STEPS)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// The overview, with commands in groups.
const TEMPLATE: &str = "\
{about-with-newline}
{usage-heading} {usage}

Run it:
  serve        Run the server until it is told to stop
  work         Run a command for each message of a queue, and see to its lease, retries and end
  doctor       Check configuration, ports, data folder, disk and limits, and say what is wrong

Queues and messages:
  queue        Queues: list, show, create, set, purge, pause, resume, delete
  send         Send a message, a file, or each line of standard input
  receive      Receive messages, and acknowledge them where asked
  peek         Look at messages without receiving them
  tail         The newest messages of a queue, and those that come
  explain      Say why a message is not being delivered, or where it went
  message      One message: show, explain, delete, release, bury
  dlq          Dead letters: what failed and why; send them back, or drop them

Who and what:
  top          A live view of all queues
  consumers    Who receives, and what they hold
  connections  Who is connected, at which door
  users        Who may do what
  audit        Who changed what, and when

The store:
  backup       Copy a store as it is at one moment, from a running server or from a stopped one's data folder
  restore      Make a data folder from a backup
  verify       Check every byte of a stopped server's data folder, and name the messages that are damaged
  inspect      Show what the files of a stopped server's data folder hold
  salvage      Make a new data folder with everything that a damaged one still holds
  prove        Kill this very program under load, again and again, and audit what it had promised

Setting up:
  import-sqs   Turn what AWS tells of queues into tables for longshore.toml
  completions  Completions for a shell
  man          Man pages of every command

Options:
{options}{after-help}";

const FIRST_STEPS: &str = "

First steps:
  longshore serve                         start on 127.0.0.1:9324 with the data in ./data
  longshore queue create orders           in another terminal: a queue,
  longshore send orders hello             a message,
  longshore receive orders --ack          and there it is
  longshore COMMAND --help                every option, with examples

The same with the stock AWS command line and any credentials:
  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_DEFAULT_REGION=us-east-1
  aws --endpoint-url http://127.0.0.1:9324 sqs create-queue --queue-name orders
  aws --endpoint-url http://127.0.0.1:9324 sqs send-message --queue-url orders --message-body hello";

/// What the program is asked to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server until it is told to stop
    ///
    /// Opens the data folder (or makes it), listens, and prints one line that begins with `ready` once clients are served. SIGTERM or
    /// Ctrl-C stops it gracefully; a second one stops it at once. Nothing acknowledged is lost either way.
    #[command(after_help = super::EXAMPLES)]
    Serve(Box<ServeArgs>),
    /// Run a command for each message of a queue, and see to its lease, retries and end
    #[command(after_help = work::WORK_EXAMPLES)]
    Work(Box<WorkArgs>),
    /// Check configuration, ports, data folder, disk and limits, and say what is wrong
    #[command(after_help = watch::DOCTOR_EXAMPLES)]
    Doctor(Box<DoctorArgs>),
    /// Queues: list, show, create, set, purge, pause, resume, delete
    #[command(subcommand, after_help = queues::QUEUE_EXAMPLES)]
    Queue(QueueCommand),
    /// Send a message, a file, or each line of standard input
    #[command(after_help = messages::SEND_EXAMPLES)]
    Send(Box<SendArgs>),
    /// Receive messages, and acknowledge them where asked
    #[command(after_help = messages::RECEIVE_EXAMPLES)]
    Receive(ReceiveArgs),
    /// Look at messages without receiving them
    #[command(after_help = messages::PEEK_EXAMPLES)]
    Peek(Box<PeekArgs>),
    /// The newest messages of a queue, and those that come
    Tail(TailArgs),
    /// Say why a message is not being delivered, or where it went
    Explain(MessageArgs),
    /// One message: show, explain, delete, release, bury
    #[command(subcommand)]
    Message(MessageCommand),
    /// Dead letters: what failed and why; send them back, or drop them
    #[command(subcommand, after_help = dead_letters::DLQ_EXAMPLES)]
    Dlq(DeadLetterCommand),
    /// A live view of all queues
    #[command(after_help = watch::TOP_EXAMPLES)]
    Top(TopArgs),
    /// Who receives, and what they hold
    Consumers(ConsumersArgs),
    /// Who is connected, at which door
    Connections(ConnectionsArgs),
    /// Who may do what
    Users(AskArgs),
    /// Who changed what, and when
    Audit(AuditArgs),
    /// Copy a store as it is at one moment, from a running server or from a stopped one's data folder
    #[command(after_help = tools::BACKUP_EXAMPLES)]
    Backup(BackupArgs),
    /// Make a data folder from a backup
    #[command(after_help = tools::RESTORE_EXAMPLES)]
    Restore(RestoreArgs),
    /// Check every byte of a stopped server's data folder, and name the messages that are damaged
    #[command(after_help = tools::VERIFY_EXAMPLES)]
    Verify(VerifyArgs),
    /// Show what the files of a stopped server's data folder hold
    #[command(after_help = tools::INSPECT_EXAMPLES)]
    Inspect(InspectArgs),
    /// Make a new data folder with everything that a damaged one still holds
    #[command(after_help = tools::SALVAGE_EXAMPLES)]
    Salvage(SalvageArgs),
    /// Kill this very program under load, again and again, and audit what it had promised
    #[command(after_help = tools::PROVE_EXAMPLES)]
    Prove(ProveArgs),
    /// Turn what AWS tells of queues into tables for longshore.toml
    ///
    /// Reads JSON as `aws sqs get-queue-attributes --attribute-names All` prints it, any number of documents from files or from
    /// standard input, and prints a [[sqs_queues]] table for each. The output of `aws sqs list-queue-tags` may follow its queue's.
    #[command(name = "import-sqs", after_help = super::IMPORT_EXAMPLES)]
    ImportSqs(ImportArgs),
    /// Completions for a shell
    #[command(after_help = watch::COMPLETIONS_EXAMPLES)]
    Completions(CompletionsArgs),
    /// Man pages of every command
    Man(ManArgs),
}

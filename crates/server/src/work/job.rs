//! What is done with a message: a command is run, or a request is sent.

use super::crew::{Crew, Ticket};
use super::delivery::Delivery;
use super::environment;
use super::pipes;
use super::post::Post;
use super::reason::LastWords;
use super::settlement::Ending;
use crate::cli::{BackoffSpans, Span, WorkArgs};
use crate::tools::ToolError;
use rustix::io::Errno;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use std::ffi::OsString;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};
use std::thread::scope;

/// Longest time of a request where nobody says.
const REQUEST_MS_MAX: u64 = 600_000;

/// What is done, and by which rules.
#[derive(Debug)]
pub(super) struct Work {
    how: How,
    pub(super) queue: String,
    pub(super) lease: Span,
    pub(super) timeout: Option<Span>,
    pub(super) backoff: BackoffSpans,
    pub(super) retries_max: Option<u32>,
}

#[derive(Debug)]
enum How {
    Run { program: OsString, arguments: Vec<OsString> },
    Send(Box<Post>),
}

/// A command that cannot be run: no message can be worked on.
#[derive(Debug)]
pub(super) struct CannotRun(pub(super) String);

impl Work {
    /// What the arguments ask for.
    pub(super) fn new(arguments: &WorkArgs) -> Result<Self, ToolError> {
        let mut timeout = arguments.timeout;
        let how = match (&arguments.post, arguments.command.split_first()) {
            (Some(url), _) => {
                let limit = *timeout.get_or_insert(Span { ms: REQUEST_MS_MAX });
                How::Send(Box::new(Post::new(url, limit)?))
            }
            (None, Some((program, rest))) => How::Run { program: program.clone(), arguments: rest.to_vec() },
            (None, None) => {
                let why = "name a command after --, or a URL with --post".to_owned();
                return Err(ToolError::Wrong { what: "there is nothing to do".to_owned(), why });
            }
        };
        Ok(Self {
            how,
            queue: arguments.queue.clone(),
            lease: arguments.lease,
            timeout,
            backoff: arguments.backoff,
            retries_max: arguments.retries,
        })
    }

    /// Whether it is a request, which nobody can tell to stop.
    pub(super) fn is_request(&self) -> bool {
        matches!(self.how, How::Send(_))
    }

    /// Does it.
    pub(super) fn work_on(
        &self,
        delivery: &Delivery,
        crew: &Crew,
        ticket: Ticket,
    ) -> Result<(Ending, LastWords), CannotRun> {
        let variables = environment::variables(delivery, &self.queue);
        match &self.how {
            How::Send(post) => Ok(post.send(&delivery.body(), &variables, delivery)),
            How::Run { program, arguments } => {
                let mut command = Command::new(program);
                command.args(arguments).envs(variables);
                match run(&mut command, &delivery.body(), crew, ticket) {
                    Ok(ended) => Ok(ended),
                    Err(error) if cannot_ever(&error) => {
                        Err(CannotRun(format!("{} cannot be run: {error}", program.to_string_lossy())))
                    }
                    Err(error) => {
                        Ok((Ending::Broken(format!("it could not be started: {error}")), LastWords::default()))
                    }
                }
            }
        }
    }
}

/// No other message would fare better.
fn cannot_ever(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
}

/// Runs a command in a process group of its own, so that it and what it starts can be told to stop, and so that a Ctrl-C at the
/// terminal is ours alone.
fn run(command: &mut Command, body: &[u8], crew: &Crew, ticket: Ticket) -> io::Result<(Ending, LastWords)> {
    command.stdin(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let mut child = command.spawn()?;
    let id = Pid::from_child(&child);
    crew.started(ticket, Some(id));
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    scope(|threads| {
        let (until_ended, ended) = io::pipe()?;
        let words = threads.spawn(move || pipes::attend(stdin, stderr, body, &until_ended));
        // It is only looked at, so that its number stays its own until nobody knows it any more.
        let looks = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(id), looks), Err(Errno::INTR)) {}
        crew.ended(ticket);
        drop(ended);
        let status = child.wait()?;
        let words = words.join().unwrap_or_default();
        let ending = match (status.code(), status.signal()) {
            (Some(code), _) => Ending::Exited(code),
            (None, signal) => Ending::Killed(signal.unwrap_or(0)),
        };
        Ok((ending, words))
    })
}

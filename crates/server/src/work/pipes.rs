//! A command's standard input and error while it runs: the body goes in, its words come out, and neither waits for the other.
//!
//! Invariant: it ends soon after the command, also where something that the command left behind holds the pipes open.

use super::reason::LastWords;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use std::io::{self, PipeReader, Read, Write, stderr};
use std::process::{ChildStderr, ChildStdin};

/// How long the pipes are listened to after the command's end, if nothing comes.
const AFTERWARDS: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// Attends to both until they are closed, or until the command has ended: `until_ended` is closed then. What it says is shown as it comes.
pub(super) fn attend(
    stdin: Option<ChildStdin>,
    stderr: Option<ChildStderr>,
    body: &[u8],
    until_ended: &PipeReader,
) -> LastWords {
    let mut pipes = Pipes { stdin: stdin.filter(|_| !body.is_empty()), stderr, body, words: LastWords::default() };
    let unblocked = pipes
        .stdin
        .as_ref()
        .map_or(Ok(()), |stdin| fcntl_getfl(stdin).and_then(|flags| fcntl_setfl(stdin, flags | OFlags::NONBLOCK)));
    if unblocked.is_err() {
        pipes.stdin = None;
    }
    let mut ended = false;
    while (pipes.stdin.is_some() || pipes.stderr.is_some()) && pipes.turn(until_ended, &mut ended) {}
    pipes.words
}

struct Pipes<'a> {
    stdin: Option<ChildStdin>,
    stderr: Option<ChildStderr>,
    body: &'a [u8],
    words: LastWords,
}

impl Pipes<'_> {
    /// Waits for something to do and does it. Says whether there can be more.
    fn turn(&mut self, until_ended: &PipeReader, ended: &mut bool) -> bool {
        let (mut writable, mut readable, mut over) = (false, false, false);
        {
            let mut fds = Vec::with_capacity(3);
            fds.extend(self.stdin.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::OUT)));
            fds.extend(self.stderr.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
            if !*ended {
                fds.push(PollFd::new(until_ended, PollFlags::IN));
            }
            match poll(&mut fds, ended.then_some(&AFTERWARDS)) {
                Ok(0) => return false,
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => return true,
                Err(_) => return false,
            }
            let mut happened = fds.iter().map(|fd| !fd.revents().is_empty());
            if self.stdin.is_some() {
                writable = happened.next().unwrap_or(false);
            }
            if self.stderr.is_some() {
                readable = happened.next().unwrap_or(false);
            }
            over |= happened.next().unwrap_or(false);
        }
        if writable {
            self.write();
        }
        if readable {
            self.read();
        }
        if over {
            // Nobody reads the rest of the body.
            (*ended, self.stdin) = (true, None);
        }
        true
    }

    /// A command that reads nothing of its input, or not all of it, is no failure.
    fn write(&mut self) {
        let Some(stdin) = &mut self.stdin else { return };
        match stdin.write(self.body) {
            Ok(count) => self.body = &self.body[count..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
            Err(_) => self.body = &[],
        }
        if self.body.is_empty() {
            self.stdin = None;
        }
    }

    fn read(&mut self) {
        let mut bytes = [0; 4096];
        match self.stderr.as_mut().map_or(Ok(0), |stderr| stderr.read(&mut bytes)) {
            Ok(0) | Err(_) => self.stderr = None,
            Ok(count) => {
                self.words.add(&bytes[..count]);
                // Whoever runs us without a standard error does not want to see it.
                let _shown = stderr().write_all(&bytes[..count]);
            }
        }
    }
}

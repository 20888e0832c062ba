//! The signals that stop the server or a worker, and the one that makes it read its users again.

use std::io;
use std::thread::Scope;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// A wish that the server stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopSignal {
    /// SIGTERM: a service manager's.
    Terminate,
    /// SIGINT: Ctrl-C.
    Interrupt,
}

impl StopSignal {
    /// The exit code of a program that the signal ended at once: 128 and the signal's number, as shells have it.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Terminate => 128 + 15,
            Self::Interrupt => 128 + 2,
        }
    }

    /// The signal's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Terminate => "SIGTERM",
            Self::Interrupt => "SIGINT",
        }
    }
}

/// SIGHUP: the configuration file has other users. Without this it would end the process.
pub(crate) fn hangup() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Receives the signals instead of being ended by them.
#[derive(Debug)]
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes the signals over, for the rest of the process's life.
    pub(crate) fn take_over() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// The next one. Nothing is lost if the future is dropped before it resolves.
    pub(crate) async fn next(&mut self) -> StopSignal {
        tokio::select! {
            _ = self.terminate.recv() => StopSignal::Terminate,
            _ = self.interrupt.recv() => StopSignal::Interrupt,
        }
    }
}

/// Signals for a program without a runtime: each is told to whoever asked, by a thread that ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    _until_dropped: oneshot::Sender<()>,
}

impl Watch {
    /// Takes the signals over and watches for them.
    pub(crate) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        mut told: impl FnMut(StopSignal) + Send + 'scope,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut signals = runtime.block_on(async { Signals::take_over() })?;
        let (until_dropped, mut ended) = oneshot::channel();
        scope.spawn(move || {
            runtime.block_on(async {
                loop {
                    tokio::select! {
                        signal = signals.next() => told(signal),
                        _ = &mut ended => return,
                    }
                }
            });
        });
        Ok(Self { _until_dropped: until_dropped })
    }
}

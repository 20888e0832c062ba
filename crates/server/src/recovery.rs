//! Opens the store while people watch: progress of a long recovery, and what was found in the end.
//!
//! What it is not: recovery itself. Short ones pass without a word.

use crate::config::Config;
use crate::exit::Failure;
use broker::traces::Sampling;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use longshore::embed::{self, Options, RecoveryProgress, Store};
use std::io::{IsTerminal, stderr};
use vocab::clock::{Clock, SystemClock};

/// Recoveries that take less show nothing.
const SILENT_US: u64 = 1_000_000;

/// Between two log lines about one recovery.
const BETWEEN_LINES_US: u64 = 5_000_000;

/// Between two pictures of the bar, per second.
const PICTURES_PER_SECOND: u8 = 10;

/// Opens the configured store, beside everything else.
pub(crate) async fn open(config: &Config) -> Result<Store, Failure> {
    let folder = config.data.clone();
    let store = embed::Config { write_bytes_max: config.wal_write_bytes_max.0, ..embed::Config::default() };
    let history_bytes_max = config.history.0;
    let traces = config.otlp_endpoint.as_ref().map(|_| Sampling { ratio: config.trace_ratio.0 });
    let opening = tokio::task::spawn_blocking(move || {
        let mut watch = Watch::new(stderr().is_terminal());
        let progress = Box::new(move |progress| watch.show(progress));
        embed::open(&folder, Options { store, history_bytes_max, traces, progress: Some(progress) })
    });
    let store = match opening.await {
        Ok(opened) => opened?,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    };
    report(&store);
    Ok(store)
}

fn report(store: &Store) {
    let report = store.report();
    if report.cut_bytes > 0 {
        tracing::warn!("torn tail cut: {} bytes that nobody had been told were stored", report.cut_bytes);
    }
    if report.manifest_damaged {
        tracing::warn!("one of the two manifests was damaged; the other one did");
    }
    let clean = store.was_clean();
    tracing::info!(
        clean,
        segments = report.segments,
        commits = report.commits,
        messages = report.messages,
        "store open"
    );
}

/// Shows progress: a bar where a person looks, lines where a log collector does.
struct Watch {
    clock: SystemClock,
    bar: Option<ProgressBar>,
    next_line_us: u64,
}

impl Watch {
    fn new(terminal: bool) -> Self {
        Self { clock: SystemClock::new(), bar: terminal.then(bar), next_line_us: BETWEEN_LINES_US }
    }

    fn show(&mut self, progress: RecoveryProgress) {
        let now_us = self.clock.mono_us();
        if now_us < SILENT_US {
            return;
        }
        match &self.bar {
            Some(bar) => {
                bar.set_length(progress.bytes);
                bar.set_message(format!("{} messages", progress.messages));
                bar.set_position(progress.bytes_done);
            }
            None if now_us >= self.next_line_us => {
                self.next_line_us = now_us + BETWEEN_LINES_US;
                let RecoveryProgress { segments_done, segments, bytes_done, bytes, messages } = progress;
                tracing::info!(segments_done, segments, bytes_done, bytes, messages, "recovering");
            }
            None => {}
        }
    }
}

fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("recovering {wide_bar} {bytes}/{total_bytes} {msg} {eta} left");
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(PICTURES_PER_SECOND));
    bar.set_style(style.expect("the template is well-formed"));
    bar
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

//! `longshore top`: all queues, live.
//!
//! ```text
//!   a person at a terminal    view ──→ Screen: drawn over itself, keys read between two looks
//!   a pipe                    view as lines, one after the other; JSON, one value a look
//! ```
//!
//! What it is not: a history; each look stands for itself, and rates are the server's.

mod keys;
mod screen;
mod view;

use super::DONE;
use super::output::{is_coloured, line};
use crate::ask::{Client, Path};
use crate::cli::TopArgs;
use crate::signals::Watch;
use crate::tools::ToolError;
use keys::{Key, Sorting};
use screen::Screen;
use serde_json::{Value, json};
use std::io::{IsTerminal, stdin, stdout};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::park_timeout;
use std::time::Duration;

/// Queues of a look over a pipe, and of one whose terminal does not say how high it is.
const ROWS: usize = 40;

/// Looks until it is told to end.
pub(crate) fn run(arguments: &TopArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let mut sorting = Sorting::by(arguments.sort);
    if arguments.ask.json || !stdout().is_terminal() || !stdin().is_terminal() {
        return lines(&client, arguments, sorting);
    }
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watch = Watch::start(scope, |_| ended.store(true, Ordering::SeqCst)).map_err(ToolError::io("signals"))?;
        let looked = live(&client, arguments, &mut sorting, &ended);
        drop(watch);
        looked
    })
}

fn live(client: &Client, arguments: &TopArgs, sorting: &mut Sorting, ended: &AtomicBool) -> Result<u8, ToolError> {
    // The first question is asked before the screen is taken, so that its error is seen.
    let mut look = ask(client, arguments, *sorting, ROWS)?;
    let screen = Screen::take()?;
    for count in 1.. {
        screen.draw(&view::shown(&look, *sorting, is_coloured()))?;
        if arguments.times == Some(count) || ended.load(Ordering::SeqCst) {
            break;
        }
        match screen.wait_for_key(arguments.every.ms)? {
            Some(Key::End) => break,
            Some(Key::Sort(order)) => *sorting = Sorting::by(order),
            Some(Key::Turn) => sorting.turn(),
            None => {}
        }
        look = ask(client, arguments, *sorting, screen.rows().unwrap_or(ROWS))?;
    }
    Ok(DONE)
}

fn lines(client: &Client, arguments: &TopArgs, sorting: Sorting) -> Result<u8, ToolError> {
    for count in 1.. {
        let look = ask(client, arguments, sorting, ROWS)?;
        // An empty line between two looks.
        let text = if arguments.ask.json { look.to_string() } else { view::shown(&look, sorting, false) + "\n" };
        if line(&text)? == ControlFlow::Break(()) || arguments.times == Some(count) {
            break;
        }
        // Woken too early, it only looks early.
        park_timeout(Duration::from_millis(arguments.every.ms));
    }
    Ok(DONE)
}

/// One look: the overview, and the first queues.
fn ask(client: &Client, arguments: &TopArgs, sorting: Sorting, rows: usize) -> Result<Value, ToolError> {
    let overview: Value = client.get(&Path::new("/v1/overview"))?;
    let path = Path::new("/v1/queues")
        .with_some("search", arguments.search.as_deref())
        .with("sort", sorting.order.word())
        .with("order", if sorting.descending { "desc" } else { "asc" })
        .with("limit", rows.clamp(1, 1000));
    let queues: Value = client.get(&path)?;
    Ok(json!({ "overview": overview, "queues": queues["queues"], "matched": queues["matched"] }))
}

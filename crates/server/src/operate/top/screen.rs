//! The terminal as a screen: a page of its own, drawn over itself, keys as they are pressed.
//!
//! Invariant: the terminal is as it was when this is dropped, also after an error.

use super::keys::Key;
use crate::tools::ToolError;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use std::io::{self, Write, stdin, stdout};

/// To the terminal's other page, without a cursor; and back.
const TAKE: &str = "\x1b[?1049h\x1b[?25l";
const GIVE_BACK: &str = "\x1b[?25h\x1b[?1049l";

/// Lines beside the queues: figures, heading, keys.
const OTHER_LINES: usize = 6;

/// The terminal, taken.
pub(super) struct Screen {
    before: Termios,
}

impl Screen {
    /// Takes it.
    pub(super) fn take() -> Result<Self, ToolError> {
        let failed = |error: Errno| ToolError::io("the terminal")(error.into());
        let before = tcgetattr(stdin()).map_err(failed)?;
        let mut raw = before.clone();
        raw.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
        tcsetattr(stdin(), OptionalActions::Now, &raw).map_err(failed)?;
        let screen = Self { before };
        write(TAKE).map_err(ToolError::io("the terminal"))?;
        Ok(screen)
    }

    /// Queues that fit.
    pub(super) fn rows(&self) -> Option<usize> {
        let size = tcgetwinsize(stdout()).ok().filter(|size| size.ws_row > 0)?;
        Some(usize::from(size.ws_row).saturating_sub(OTHER_LINES).max(1))
    }

    /// Draws a text over what was there, cut to what fits.
    pub(super) fn draw(&self, text: &str) -> Result<(), ToolError> {
        let height = self.rows().map_or(usize::MAX, |rows| rows + OTHER_LINES - 1);
        // No line wraps: a window that is too narrow shows what fits.
        let lines: String = text.lines().take(height).map(|line| format!("{line}\x1b[K\r\n")).collect();
        write(&format!("\x1b[?7l\x1b[H{lines}\x1b[J\x1b[?7h")).map_err(ToolError::io("the terminal"))
    }

    /// The next key with a meaning, if one is pressed within the time.
    pub(super) fn wait_for_key(&self, ms: u64) -> Result<Option<Key>, ToolError> {
        let stdin = stdin();
        let time = Timespec {
            tv_sec: i64::try_from(ms / 1000).unwrap_or(i64::MAX),
            tv_nsec: (ms % 1000 * 1_000_000).cast_signed(),
        };
        match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&time)) {
            // A signal, or a window of another size: time to look again.
            Ok(0) | Err(Errno::INTR) => Ok(None),
            Ok(_) => {
                let mut bytes = [0; 64];
                let count = read(&stdin, &mut bytes).map_err(|error| ToolError::io("the keyboard")(error.into()))?;
                Ok(if count == 0 { Some(Key::End) } else { bytes[..count].iter().find_map(|byte| Key::of(*byte)) })
            }
            Err(error) => Err(ToolError::io("the keyboard")(error.into())),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Whoever took the terminal away needs neither.
        let _shown = write(GIVE_BACK);
        let _as_before = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}

fn write(text: &str) -> io::Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

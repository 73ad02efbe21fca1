//! The terminal's state, taken over and given back: at the end, on a panic, and for a stop.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, ThreadId};

use ratatui::crossterm::style::force_color_output;
use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::error::TermError;

/// Alternate screen, emptied; bracketed paste; focus reports; no cursor.
const ENTER: &str = "\x1b[?1049h\x1b[2J\x1b[H\x1b[?2004h\x1b[?1004h\x1b[?25l";
/// Presses, drags and the wheel with SGR coordinates. Not every move of the mouse: over a slow line
/// those are a flood.
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l";
/// All back, also what a frame that was cut short left behind: an open synchronized update, a
/// scrolling region, an ink.
const LEAVE: &str = "\x1b[?2026l\x1b[r\x1b[0m\x1b[?1004l\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// What the panic hook and the guard share.
struct State {
    /// Is the terminal ours?
    entered: AtomicBool,
    main: ThreadId,
    output: File,
    /// Panics of other threads.
    panics: Mutex<Vec<String>>,
}

impl State {
    /// Gives the terminal back, once.
    fn leave(&self) {
        if self.entered.swap(false, Ordering::SeqCst) {
            let _ = (&self.output).write_all(format!("{MOUSE_OFF}{LEAVE}").as_bytes());
            let _ = disable_raw_mode();
        }
    }
}

/// Holds the terminal in raw mode on its alternate screen; gives it back when dropped.
pub struct Guard {
    state: Arc<State>,
    mouse: bool,
    /// The panic hook that was there before.
    before: Arc<dyn Fn(&PanicHookInfo<'_>) + Sync + Send>,
}

impl Guard {
    /// Takes the terminal over. To be called on the main thread, the one that draws.
    ///
    /// # Errors
    /// [`TermError::NoTerminal`] when standard output is no terminal, or no keys can be read.
    pub fn enter(mouse: bool) -> Result<Self, TermError> {
        let stdout = io::stdout();
        if !stdout.is_terminal() {
            return Err(TermError::NoTerminal { what: "output", source: None });
        }
        // Unbuffered and without a lock, so that a panic in the middle of drawing can still write.
        let output = File::from(stdout.as_fd().try_clone_to_owned()?);
        let state = Arc::new(State {
            entered: AtomicBool::new(false),
            main: thread::current().id(),
            output,
            panics: Mutex::new(Vec::new()),
        });
        // Under NO_COLOR crossterm writes `ESC [ ; m`, which drops reverse and bold as well. The theme
        // takes care of NO_COLOR instead.
        force_color_output(true);
        let before: Arc<dyn Fn(&PanicHookInfo<'_>) + Sync + Send> = Arc::from(panic::take_hook());
        let (hook_state, hook_before) = (Arc::clone(&state), Arc::clone(&before));
        panic::set_hook(Box::new(move |info| on_panic(&hook_state, &*hook_before, info)));
        let guard = Self { state, mouse, before };
        guard.take()?;
        Ok(guard)
    }

    fn take(&self) -> Result<(), TermError> {
        enable_raw_mode().map_err(|source| TermError::NoTerminal { what: "input", source: Some(source) })?;
        self.state.entered.store(true, Ordering::SeqCst);
        let mouse = if self.mouse { MOUSE_ON } else { "" };
        (&self.state.output).write_all(format!("{ENTER}{mouse}").as_bytes())?;
        Ok(())
    }

    /// Gives the terminal back for a while.
    pub fn leave(&self) {
        self.state.leave();
    }

    /// Takes the terminal over again, whatever state it is in.
    ///
    /// # Errors
    /// When the terminal cannot be set to raw mode or written to.
    pub fn enter_again(&self) -> Result<(), TermError> {
        // The library remembers that it is raw; someone else may have made it cooked meanwhile.
        let _ = disable_raw_mode();
        self.take()
    }

    /// Turns reports of the mouse on or off.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    pub fn set_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        (&self.state.output).write_all(if on { MOUSE_ON } else { MOUSE_OFF }.as_bytes())
    }

    /// The terminal is gone: from now on nothing is written to it, not even its restoration.
    pub fn abandon(&self) {
        self.state.entered.store(false, Ordering::SeqCst);
    }

    /// A handle to write frames to.
    ///
    /// # Errors
    /// When the handle cannot be made.
    pub fn output(&self) -> io::Result<File> {
        self.state.output.try_clone()
    }

    /// Panics of threads other than the main one, in the order they happened.
    pub fn panics(&self) -> Vec<String> {
        self.state.panics.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.state.leave();
        // A hook cannot be changed while its thread panics; ours passes everything on from now on.
        if !thread::panicking() {
            let before = Arc::clone(&self.before);
            panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}

/// A panic of the main thread ends the program: the terminal is given back before the report is
/// printed. Other threads' panics are kept; their report would be drawn across a living screen.
fn on_panic(state: &State, before: &dyn Fn(&PanicHookInfo<'_>), info: &PanicHookInfo<'_>) {
    if !state.entered.load(Ordering::SeqCst) {
        return before(info);
    }
    if thread::current().id() == state.main {
        state.leave();
        return before(info);
    }
    let thread = thread::current();
    let name = thread.name().unwrap_or("unnamed");
    let what = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
    // A panic while holding the lock would wait for itself.
    if let Ok(mut panics) = state.panics.try_lock() {
        panics.push(format!("thread {name}: {what}{place}"));
    }
}

//! The loop on the real terminal.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::sync::mpsc::channel;

use ratatui::Frame;
use ratatui::crossterm::terminal;

use super::caps::Caps;
use super::clipboard::{self, Copied};
use super::editor;
use super::error::TermError;
use super::guard::Guard;
use super::input::{Arrived, Reader};
use super::run::{Ending, Events, Msg, Program, Stage, turn};
use super::screen::Screen;
use super::{signals, watch};

/// How the screen is to be run.
#[derive(Debug, Clone)]
pub struct Options {
    /// What the terminal can do.
    pub caps: Caps,
    /// Report the mouse?
    pub mouse: bool,
    /// Where copied texts are always written too.
    pub copies: PathBuf,
}

/// What a program gets to start with.
pub struct Start<E> {
    /// Sends events to the loop, from any thread.
    pub events: Events<E>,
    /// Cells across.
    pub width: u16,
    /// Cells down.
    pub height: u16,
    /// What the terminal can do.
    pub caps: Caps,
}

/// How it went.
pub struct Outcome<P> {
    /// The program as it ended.
    pub program: P,
    /// Why it ended, with the exit status.
    pub ending: Ending,
    /// Panics on threads of jobs, for the log; the terminal is back when this is read.
    pub panics: Vec<String>,
}

/// Runs a program on the terminal until it ends. Keys come from standard input, or from the
/// terminal device when standard input is data. `build` makes the program once the screen is up.
///
/// # Errors
/// [`TermError`] when there is no terminal or the system refuses what is needed.
pub fn run<P: Program>(options: &Options, build: impl FnOnce(Start<P::Event>) -> P) -> Result<Outcome<P>, TermError> {
    let no_input = |source| TermError::NoTerminal { what: "input", source: Some(source) };
    let (watched, read) = (tty().map_err(no_input)?, tty().map_err(no_input)?);
    let guard = Guard::enter(options.mouse)?;
    let (send, messages) = channel();

    let sender = send.clone();
    let _signals = signals::Watch::start(move |signal| sender.send(Msg::Signal(signal)).is_ok())?;
    let sender = send.clone();
    let _watch = watch::Watch::start(watched, move || {
        let _ = sender.send(Msg::HungUp);
    })?;
    let sender = send.clone();
    let reader = Reader::start(read, move |arrived| {
        let message = match arrived {
            Arrived::Input(input) => Msg::Input(input),
            Arrived::HungUp => Msg::HungUp,
        };
        sender.send(message).is_ok()
    })?;

    let (width, height) = terminal::size()?;
    let screen = Screen::new(guard.output()?, width, height, !options.caps.unicode)?;
    let mut stage = Live { guard, screen, reader, options: options.clone() };
    let mut program = build(Start { events: Events::new(send), width, height, caps: options.caps });
    let ending = turn(&mut program, &mut stage, &messages, options.caps.frame_time());
    let panics = stage.guard.panics();
    drop(stage);
    Ok(Outcome { program, ending, panics })
}

/// The terminal that keys come from: standard input, or the controlling terminal when that is data.
fn tty() -> io::Result<File> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return Ok(File::from(stdin.as_fd().try_clone_to_owned()?));
    }
    File::options().read(true).write(true).open("/dev/tty")
}

/// The real terminal. The guard comes first, so that the terminal is back before threads are waited
/// for.
struct Live {
    guard: Guard,
    screen: Screen<File>,
    reader: Reader,
    options: Options,
}

impl Stage for Live {
    fn draw(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        self.screen.draw(draw).map(|_| ())
    }

    fn size(&mut self) -> io::Result<(u16, u16)> {
        terminal::size()
    }

    fn resize(&mut self, width: u16, height: u16) -> io::Result<()> {
        self.screen.resize(width, height)
    }

    fn stop(&mut self, group: bool) -> io::Result<()> {
        self.reader.pause();
        self.guard.leave();
        signals::stop(group)
    }

    fn go_on(&mut self) -> io::Result<()> {
        self.guard.enter_again()?;
        self.reader.resume();
        Ok(())
    }

    fn edit(&mut self, text: &str, suffix: &str) -> Result<String, String> {
        self.reader.pause();
        self.guard.leave();
        editor::edit(&editor::command(|name| std::env::var(name).ok()), text, suffix)
    }

    fn copy(&mut self, text: &str) -> Copied {
        let mut copied = Copied::default();
        if let Some(sequence) = clipboard::osc52(text) {
            copied.terminal = self.screen.send(sequence.as_bytes()).is_ok();
        } else {
            copied.too_long = true;
        }
        if self.options.caps.tmux {
            copied.tmux = clipboard::to_tmux(text);
        }
        match clipboard::to_file(text, &self.options.copies) {
            Ok(()) => copied.file = Some(self.options.copies.clone()),
            Err(e) => copied.trouble = Some(format!("{}: {e}", self.options.copies.display())),
        }
        copied
    }

    fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.guard.set_mouse(on)
    }

    fn abandon(&mut self) {
        self.guard.abandon();
    }
}

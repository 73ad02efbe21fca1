//! The loop. One channel for input, signals, the terminal's end and the program's own events; one
//! thread that updates and draws. With nothing to do it sleeps without waking.

use std::collections::VecDeque;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use ratatui::Frame;
use rustix::io::Errno;

use super::clipboard::Copied;
use super::signals::Signal;
use crate::app::key::Input;

/// What runs on the screen. All methods are called on the main thread, one after another.
pub trait Program {
    /// What its jobs send; see [`Events`].
    type Event: Send + 'static;

    /// Something was typed, pasted, clicked or resized.
    fn input(&mut self, input: Input);

    /// A job sent something.
    fn event(&mut self, event: Self::Event);

    /// When to call [`Program::wake`] although nothing happened, such as the next second of a clock.
    /// `None`: never.
    fn wake_at(&self) -> Option<Instant> {
        None
    }

    /// The time of [`Program::wake_at`] has come; it must move on, else the loop spins.
    fn wake(&mut self, now: Instant) {
        let _ = now;
    }

    /// Did anything change that is to be seen?
    fn wants_redraw(&self) -> bool;

    /// Draws a whole frame; afterwards [`Program::wants_redraw`] is false.
    fn draw(&mut self, frame: &mut Frame<'_>);

    /// What the terminal is asked to do next, one at a time until `None`.
    fn request(&mut self) -> Option<Request> {
        None
    }

    /// The outcome of a request.
    fn reply(&mut self, reply: Reply) {
        let _ = reply;
    }

    /// The last call before the loop ends: save what is not saved. Nothing may be printed.
    fn ending(&mut self, why: &Ending);
}

/// What a program may ask of the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// End with this exit status.
    Quit(i32),
    /// Give the terminal back and stop, as Ctrl-Z does; goes on when continued.
    Suspend,
    /// Let the user change a text in their editor (`$VISUAL`, `$EDITOR`, else `vi`). The reply is
    /// [`Reply::Edited`].
    Edit {
        /// The text to begin with.
        text: String,
        /// What the file's name ends with, such as `.md`.
        suffix: String,
    },
    /// Copy a text out. The reply is [`Reply::Copied`].
    Copy(String),
    /// Turn reports of the mouse on or off.
    Mouse(bool),
    /// Paint everything anew, when something else wrote over the screen.
    Repaint,
}

/// The outcome of a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The text as it was saved in the editor, or why there is none.
    Edited(Result<String, String>),
    /// Where the text went.
    Copied(Copied),
}

/// Why the loop ended.
#[derive(Debug)]
pub enum Ending {
    /// The program asked for it.
    Asked(i32),
    /// A signal.
    Signal(Signal),
    /// The terminal is gone; nothing can be printed any more.
    HungUp,
    /// The terminal could not be drawn to.
    Broken(io::Error),
}

impl Ending {
    /// The exit status: as asked, 128 + the signal's number, 129 for a lost terminal.
    pub fn status(&self) -> i32 {
        match self {
            Self::Asked(status) => *status,
            Self::Signal(signal) => signal.status().unwrap_or(1),
            Self::HungUp => 129,
            Self::Broken(_) => 1,
        }
    }

    /// May anything still be printed? Printing to a lost terminal would abort the program.
    pub fn may_print(&self) -> bool {
        !matches!(self, Self::HungUp | Self::Signal(Signal::HangUp) | Self::Broken(_))
    }
}

/// All that reaches the loop.
#[derive(Debug)]
pub enum Msg<E> {
    /// From the person at the terminal.
    Input(Input),
    /// From the program's own jobs.
    Event(E),
    /// From the system.
    Signal(Signal),
    /// The terminal is gone.
    HungUp,
}

/// A handle by which jobs send events to the loop, from any thread.
#[derive(Debug)]
pub struct Events<E>(Sender<Msg<E>>);

impl<E> Clone for Events<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<E> Events<E> {
    /// A handle on a loop's channel.
    pub fn new(sender: Sender<Msg<E>>) -> Self {
        Self(sender)
    }

    /// Sends an event; false when the loop has ended and nobody listens.
    pub fn send(&self, event: E) -> bool {
        self.0.send(Msg::Event(event)).is_ok()
    }
}

/// The terminal as the loop sees it. [`Live`](super::live::Live) is the real one; tests have their own.
pub trait Stage {
    /// Draws a frame.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn draw(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()>;

    /// The size now, in cells.
    ///
    /// # Errors
    /// When the terminal cannot be asked.
    fn size(&mut self) -> io::Result<(u16, u16)>;

    /// Takes a size over and repaints with the next frame.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn resize(&mut self, width: u16, height: u16) -> io::Result<()>;

    /// Gives the terminal back and stops the process (with `group` its whole group). May return before
    /// the process has stopped; the loop then waits for [`Signal::Continue`].
    ///
    /// # Errors
    /// When the process cannot be stopped.
    fn stop(&mut self, group: bool) -> io::Result<()>;

    /// Takes the terminal over again and repaints with the next frame.
    ///
    /// # Errors
    /// When the terminal cannot be taken.
    fn go_on(&mut self) -> io::Result<()>;

    /// Gives the terminal to the user's editor and takes it back.
    fn edit(&mut self, text: &str, suffix: &str) -> Result<String, String>;

    /// Copies a text out.
    fn copy(&mut self, text: &str) -> Copied;

    /// Turns reports of the mouse on or off.
    ///
    /// # Errors
    /// When the terminal cannot be written to.
    fn mouse(&mut self, on: bool) -> io::Result<()>;

    /// The terminal is gone: write nothing to it any more.
    fn abandon(&mut self);
}

/// How long a stop may take to come about before the loop goes on without one.
const STOPPING: Duration = Duration::from_secs(1);

/// Runs a program on a stage until it ends, drawing at most one frame in `frame_time`.
pub fn turn<P: Program, S: Stage>(
    program: &mut P,
    stage: &mut S,
    messages: &Receiver<Msg<P::Event>>,
    frame_time: Duration,
) -> Ending {
    let mut turn = Turn { program, stage, messages, frame_time, backlog: VecDeque::new(), drawn: None, repaint: true };
    let ending = match turn.run() {
        Ok(ending) | Err(ending) => ending,
    };
    if !ending.may_print() {
        turn.stage.abandon();
    }
    turn.program.ending(&ending);
    ending
}

struct Turn<'a, P: Program, S: Stage> {
    program: &'a mut P,
    stage: &'a mut S,
    messages: &'a Receiver<Msg<P::Event>>,
    frame_time: Duration,
    /// Messages that came while the loop waited for another.
    backlog: VecDeque<Msg<P::Event>>,
    /// When the last frame was drawn.
    drawn: Option<Instant>,
    /// Draw although the program did not ask: its picture was lost.
    repaint: bool,
}

/// What is asked of a terminal that is gone fails, often before the signal for it arrives: the system
/// sends SIGCONT after SIGHUP, and another thread may take it first. Writes give EIO, opening the
/// terminal device ENXIO, its settings EIO or ENOTTY.
fn broken(error: io::Error) -> Ending {
    const GONE: [i32; 3] = [Errno::IO.raw_os_error(), Errno::NXIO.raw_os_error(), Errno::NOTTY.raw_os_error()];
    match error.raw_os_error() {
        Some(number) if GONE.contains(&number) => Ending::HungUp,
        _ if error.kind() == io::ErrorKind::BrokenPipe => Ending::HungUp,
        _ => Ending::Broken(error),
    }
}

impl<P: Program, S: Stage> Turn<'_, P, S> {
    /// The error is an ending like any other; it only travels by `?`.
    fn run(&mut self) -> Result<Ending, Ending> {
        loop {
            self.requests()?;
            self.draw_if_due()?;
            self.requests()?; // drawing may bring one up
            let Some(first) = self.wait() else {
                self.wake_if_due();
                continue;
            };
            self.take(first)?;
            self.requests()?;
            // Drain what is there, yet draw in between when the flood does not end.
            let until = Instant::now() + self.frame_time;
            while let Some(next) = self.backlog.pop_front().or_else(|| self.messages.try_recv().ok()) {
                self.take(next)?;
                self.requests()?;
                if Instant::now() >= until {
                    break;
                }
            }
            self.wake_if_due();
        }
    }

    /// The next message; `None` when it is time to draw or to wake the program.
    fn wait(&mut self) -> Option<Msg<P::Event>> {
        if let Some(next) = self.backlog.pop_front() {
            return Some(next);
        }
        let frame = (self.repaint || self.program.wants_redraw()).then(|| self.next_frame());
        let until = match (frame, self.program.wake_at()) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        match until {
            // All senders are gone only when the threads are: the terminal with them.
            None => Some(self.messages.recv().unwrap_or(Msg::HungUp)),
            Some(until) => match self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(next) => Some(next),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => Some(Msg::HungUp),
            },
        }
    }

    fn next_frame(&self) -> Instant {
        self.drawn.map_or_else(Instant::now, |drawn| drawn + self.frame_time)
    }

    fn wake_if_due(&mut self) {
        let now = Instant::now();
        if self.program.wake_at().is_some_and(|at| at <= now) {
            self.program.wake(now);
        }
    }

    fn draw_if_due(&mut self) -> Result<(), Ending> {
        if !(self.repaint || self.program.wants_redraw()) || self.next_frame() > Instant::now() {
            return Ok(());
        }
        self.repaint = false;
        let program = &mut *self.program;
        self.stage.draw(&mut |frame| program.draw(frame)).map_err(broken)?;
        self.drawn = Some(Instant::now());
        Ok(())
    }

    fn take(&mut self, message: Msg<P::Event>) -> Result<(), Ending> {
        match message {
            Msg::Input(input) => self.program.input(input),
            Msg::Event(event) => self.program.event(event),
            Msg::HungUp => return Err(Ending::HungUp),
            Msg::Signal(Signal::Resize) => self.resized()?,
            Msg::Signal(Signal::Stop) => self.stop(false)?,
            Msg::Signal(Signal::Continue) => self.go_on()?,
            Msg::Signal(signal) => return Err(Ending::Signal(signal)),
        }
        Ok(())
    }

    fn resized(&mut self) -> Result<(), Ending> {
        let (width, height) = self.stage.size().map_err(broken)?;
        self.stage.resize(width, height).map_err(broken)?;
        self.repaint = true;
        self.program.input(Input::Resize { width, height });
        Ok(())
    }

    fn stop(&mut self, group: bool) -> Result<(), Ending> {
        self.stage.stop(group).map_err(broken)?;
        // The system may let this thread run a little before all of the process stops; the terminal
        // must not be taken again before the process goes on.
        let until = Instant::now() + STOPPING;
        loop {
            match self.messages.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(Msg::Signal(Signal::Continue)) | Err(_) => break,
                Ok(other) => self.backlog.push_back(other),
            }
        }
        self.go_on()
    }

    fn go_on(&mut self) -> Result<(), Ending> {
        self.stage.go_on().map_err(broken)?;
        // The size may have changed meanwhile, without a signal to a stopped process.
        self.resized()
    }

    fn requests(&mut self) -> Result<(), Ending> {
        while let Some(request) = self.program.request() {
            match request {
                Request::Quit(status) => return Err(Ending::Asked(status)),
                Request::Suspend => self.stop(true)?,
                Request::Repaint => self.resized()?,
                Request::Mouse(on) => self.stage.mouse(on).map_err(broken)?,
                Request::Copy(text) => {
                    let copied = self.stage.copy(&text);
                    self.program.reply(Reply::Copied(copied));
                }
                Request::Edit { text, suffix } => {
                    let edited = self.stage.edit(&text, &suffix);
                    self.forget_keys_for_others();
                    self.stage.go_on().map_err(broken)?;
                    self.resized()?;
                    self.program.reply(Reply::Edited(edited));
                }
            }
        }
        Ok(())
    }

    /// Ctrl-C and Ctrl-Z in the editor reach this process as signals too; they were not meant for it.
    fn forget_keys_for_others(&mut self) {
        while let Ok(message) = self.messages.try_recv() {
            match message {
                Msg::Signal(Signal::Interrupt | Signal::Quit | Signal::Stop | Signal::Continue) => {}
                other => self.backlog.push_back(other),
            }
        }
    }
}

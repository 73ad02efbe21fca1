//! The input thread: the only reader of the terminal.

mod csi;
mod parse;

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

pub use parse::Parser;

use crate::app::key::Input;

/// What the input thread found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrived {
    /// Something was typed, pasted or clicked.
    Input(Input),
    /// The terminal is gone.
    HungUp,
}

/// How long to wait for the thread to say that it stands still.
const ANSWER: Duration = Duration::from_millis(500);

const PAUSE: u8 = b'p';
const RESUME: u8 = b'r';
const QUIT: u8 = b'q';

/// A running input thread; it ends when this is dropped.
#[derive(Debug)]
pub struct Reader {
    control: PipeWriter,
    answers: Receiver<()>,
    handle: Option<thread::JoinHandle<()>>,
}

impl Reader {
    /// Starts reading a terminal; `found` is called on the thread and returns false to end it.
    ///
    /// # Errors
    /// When no pipe or thread can be made.
    pub fn start(tty: File, found: impl FnMut(Arrived) -> bool + Send + 'static) -> io::Result<Self> {
        let (commands, control) = io::pipe()?;
        let (answer, answers) = channel();
        let handle =
            thread::Builder::new().name("input".into()).spawn(move || read(&tty, &commands, &answer, found))?;
        Ok(Self { control, answers, handle: Some(handle) })
    }

    /// Stops reading, so that another program can; true when the thread stands still.
    pub fn pause(&mut self) -> bool {
        self.tell(PAUSE)
    }

    /// Reads again.
    pub fn resume(&mut self) -> bool {
        self.tell(RESUME)
    }

    fn tell(&mut self, command: u8) -> bool {
        while self.answers.try_recv().is_ok() {}
        if self.control.write_all(&[command]).is_err() {
            return false;
        }
        match self.answers.recv_timeout(ANSWER) {
            Ok(()) => true,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => false,
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // The answer comes just before the thread ends; without one it is left to the process' end.
        if self.tell(QUIT)
            && let Some(handle) = self.handle.take()
        {
            let _ = handle.join();
        }
    }
}

fn read(tty: &File, commands: &PipeReader, answer: &Sender<()>, mut found: impl FnMut(Arrived) -> bool) {
    let mut parser = Parser::default();
    let mut inputs = Vec::new();
    let mut bytes = [0; 4096];
    let mut paused = false;
    loop {
        let wait = parser.patience().and_then(|time| Timespec::try_from(time).ok());
        let watched = if paused { PollFlags::empty() } else { PollFlags::IN };
        let mut fds = [PollFd::new(commands, PollFlags::IN), PollFd::new(tty, watched)];
        // While paused the terminal is the other program's, its end too.
        let fds_now = if paused { fds.get_mut(..1).unwrap_or_default() } else { &mut fds[..] };
        match poll(fds_now, wait.as_ref().filter(|_| !paused)) {
            Ok(0) => parser.give_up(&mut inputs),
            Ok(_) => {
                let [command, terminal] = fds.map(|fd| fd.revents());
                if !command.is_empty() {
                    let mut byte = [0];
                    match Read::read(&mut &*commands, &mut byte) {
                        Ok(1) if byte != [QUIT] => paused = byte == [PAUSE],
                        _ => {
                            let _ = answer.send(());
                            return;
                        }
                    }
                    let _ = answer.send(());
                }
                if !paused && terminal.contains(PollFlags::IN) {
                    match rustix::io::read(tty, &mut bytes) {
                        Ok(n) if n > 0 => parser.feed(bytes.get(..n).unwrap_or_default(), &mut inputs),
                        Err(Errno::INTR | Errno::AGAIN) => {}
                        Ok(_) | Err(_) => {
                            found(Arrived::HungUp);
                            return;
                        }
                    }
                } else if !paused && terminal.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                    found(Arrived::HungUp);
                    return;
                }
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => {
                found(Arrived::HungUp);
                return;
            }
        }
        for input in inputs.drain(..) {
            if !found(Arrived::Input(input)) {
                return;
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::app::key::{Key, KeyCode};
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    /// A socket stands for the terminal: it can be read, polled and hung up.
    fn started() -> (UnixStream, Reader, Receiver<Arrived>) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (send, got) = channel();
        let reader = Reader::start(File::from(OwnedFd::from(theirs)), move |a| send.send(a).is_ok()).unwrap();
        (ours, reader, got)
    }

    fn next(got: &Receiver<Arrived>) -> Arrived {
        got.recv_timeout(Duration::from_secs(20)).expect("nothing arrived")
    }

    #[test]
    fn keys_arrive_and_a_lone_escape_does_too() {
        let (mut terminal, _reader, got) = started();
        terminal.write_all(b"a\x1b[A\x1b").unwrap();
        assert_eq!(next(&got), Arrived::Input(Input::Key(Key::char('a'))));
        assert_eq!(next(&got), Arrived::Input(Input::Key(Key::plain(KeyCode::Up))));
        assert_eq!(next(&got), Arrived::Input(Input::Key(Key::plain(KeyCode::Esc))));
    }

    #[test]
    fn while_paused_bytes_are_left_to_others() {
        let (mut terminal, mut reader, got) = started();
        assert!(reader.pause());
        terminal.write_all(b"x").unwrap();
        assert!(reader.pause());
        assert_eq!(got.try_recv().ok(), None);
        assert!(reader.resume());
        assert_eq!(next(&got), Arrived::Input(Input::Key(Key::char('x'))));
    }

    #[test]
    fn a_dead_terminal_is_told_once() {
        let (terminal, reader, got) = started();
        drop(terminal);
        assert_eq!(next(&got), Arrived::HungUp);
        assert!(got.recv_timeout(Duration::from_secs(20)).is_err(), "the thread has ended and its sender with it");
        drop(reader);
    }

    #[test]
    fn dropping_the_reader_ends_its_thread() {
        let (_terminal, reader, got) = started();
        drop(reader);
        assert!(matches!(got.recv_timeout(Duration::from_secs(20)), Err(RecvTimeoutError::Disconnected)));
    }
}

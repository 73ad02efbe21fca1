//! Watches for the terminal's end. The input thread sees it too, unless it is paused or held up; a
//! terminal can also die without SIGHUP, when the program does not lead its session.

use std::fs::File;
use std::io::{self, PipeWriter};
use std::thread;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// A running watch; it ends when this is dropped.
#[derive(Debug)]
pub struct Watch {
    // Closing it wakes the thread: the other end reports a hang-up of its own.
    _alive: PipeWriter,
}

impl Watch {
    /// Calls `gone` once, on a thread, when the terminal hangs up.
    ///
    /// # Errors
    /// When no pipe or thread can be made.
    pub fn start(tty: File, gone: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let (ended, alive) = io::pipe()?;
        thread::Builder::new().name("watch".into()).spawn(move || {
            loop {
                // Hang-up and error are reported whatever is asked for.
                let mut fds = [PollFd::new(&tty, PollFlags::empty()), PollFd::new(&ended, PollFlags::empty())];
                match poll(&mut fds, None) {
                    Err(Errno::INTR | Errno::AGAIN) => {}
                    Err(_) => return,
                    Ok(_) => {
                        let [terminal, ended] = fds.map(|fd| fd.revents());
                        if !ended.is_empty() {
                            return;
                        }
                        if terminal.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
                            gone();
                            return;
                        }
                    }
                }
            }
        })?;
        Ok(Self { _alive: alive })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::time::Duration;

    #[test]
    fn the_end_of_the_terminal_is_seen() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (send, got) = channel();
        let _watch = Watch::start(File::from(OwnedFd::from(theirs)), move || send.send(()).unwrap()).unwrap();
        drop(ours);
        got.recv_timeout(Duration::from_secs(20)).unwrap();
    }

    #[test]
    fn an_ended_watch_says_nothing() {
        let (_ours, theirs) = UnixStream::pair().unwrap();
        let (send, got) = channel::<()>();
        let watch = Watch::start(File::from(OwnedFd::from(theirs)), move || send.send(()).unwrap()).unwrap();
        drop(watch);
        assert_eq!(got.recv_timeout(Duration::from_secs(20)), Err(RecvTimeoutError::Disconnected));
    }
}

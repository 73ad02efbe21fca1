//! Signals, taken on a thread of their own and passed on as values.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use signal_hook::consts::signal::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH, SIGXFSZ};
use signal_hook::iterator::{Handle, Signals};

/// A signal that means something to the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// SIGTERM: save and leave.
    Terminate,
    /// SIGINT from outside (`kill -INT`); Ctrl-C is a key while the terminal is raw.
    Interrupt,
    /// SIGQUIT from outside.
    Quit,
    /// SIGHUP: the terminal or its session is gone.
    HangUp,
    /// SIGTSTP: give the terminal back and stop.
    Stop,
    /// SIGCONT: the program runs again; the terminal may be in any state.
    Continue,
    /// SIGWINCH: the terminal may have a new size.
    Resize,
}

const WATCHED: [(i32, Signal); 7] = [
    (SIGTERM, Signal::Terminate),
    (SIGINT, Signal::Interrupt),
    (SIGQUIT, Signal::Quit),
    (SIGHUP, Signal::HangUp),
    (SIGTSTP, Signal::Stop),
    (SIGCONT, Signal::Continue),
    (SIGWINCH, Signal::Resize),
];

impl Signal {
    /// The exit status of a program that ends by this signal, 128 + its number; `None` for those
    /// that end nothing.
    pub fn status(self) -> Option<i32> {
        let number = WATCHED.iter().find(|(_, s)| *s == self)?.0;
        match self {
            Self::Terminate | Self::Interrupt | Self::Quit | Self::HangUp => Some(128 + number),
            Self::Stop | Self::Continue | Self::Resize => None,
        }
    }
}

/// The running signal thread; ends when this is dropped.
#[derive(Debug)]
pub struct Watch {
    handle: Handle,
    thread: Option<thread::JoinHandle<()>>,
}

impl Watch {
    /// Starts to pass signals on; `found` is called on the thread and returns false to end it.
    ///
    /// SIGXFSZ (`ulimit -f`) is caught and nothing more, so that the write that was too much fails
    /// with EFBIG instead of killing the program. A second SIGTERM ends the program at once, in case
    /// it cannot get to the first.
    ///
    /// # Errors
    /// When a handler or the thread cannot be set up.
    pub fn start(mut found: impl FnMut(Signal) -> bool + Send + 'static) -> io::Result<Self> {
        signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
        let seen = Arc::new(AtomicBool::new(false));
        // In this order: the first arms what the second fires.
        signal_hook::flag::register_conditional_shutdown(SIGTERM, 128 + SIGTERM, Arc::clone(&seen))?;
        signal_hook::flag::register(SIGTERM, seen)?;
        let mut signals = Signals::new(WATCHED.map(|(number, _)| number))?;
        let handle = signals.handle();
        let thread = thread::Builder::new().name("signals".into()).spawn(move || {
            for number in signals.forever() {
                let signal = WATCHED.iter().find(|(n, _)| *n == number);
                if let Some((_, signal)) = signal
                    && !found(*signal)
                {
                    return;
                }
            }
        })?;
        Ok(Self { handle, thread: Some(thread) })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Stops this process as an unhandled SIGTSTP would; with `group` the whole process group, as Ctrl-Z
/// at a terminal does, so that a shell gets its terminal back from a pipeline or wrapper too.
///
/// # Errors
/// When the signal cannot be sent.
pub fn stop(group: bool) -> io::Result<()> {
    if group {
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
        return Ok(());
    }
    signal_hook::low_level::emulate_default_handler(SIGTSTP)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[test]
    fn statuses_are_those_of_the_shell() {
        assert_eq!(Signal::HangUp.status(), Some(129));
        assert_eq!(Signal::Interrupt.status(), Some(130));
        assert_eq!(Signal::Terminate.status(), Some(143));
        assert_eq!(Signal::Stop.status(), None);
    }

    #[test]
    fn a_signal_is_passed_on_and_the_thread_ends() {
        let (send, got) = channel();
        let watch = Watch::start(move |signal| send.send(signal).is_ok()).unwrap();
        signal_hook::low_level::raise(SIGWINCH).unwrap();
        assert_eq!(got.recv_timeout(Duration::from_secs(20)).unwrap(), Signal::Resize);
        signal_hook::low_level::raise(SIGXFSZ).unwrap();
        drop(watch);
        assert!(got.recv().is_err());
    }
}

//! The loop on a real pseudo-terminal. Each test starts this test binary again as a child whose only
//! test, [`child`], runs a small program; what a terminal would show is read through vt100. Tests
//! wait for a condition, never for a time.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use ratatui::Frame;

use super::{Caps, Ending, Options, Program, Request, run};
use crate::app::key::{Input, Key};
use crate::ui::widgets::draw::put;

const CHILD: &str = "WHYBOARD_TEST_CHILD";
const PATIENCE: Duration = Duration::from_secs(30);

/// Shows what came in last; `Ctrl-Z` suspends, `!` panics, `@` lets another thread panic.
struct Echo {
    last: String,
    changed: bool,
    requests: Vec<Request>,
}

impl Program for Echo {
    type Event = ();

    fn input(&mut self, input: Input) {
        self.changed = true;
        self.last = format!("{input:?}");
        match input {
            Input::Key(key) if key == Key::char('q') => self.requests.push(Request::Quit(5)),
            Input::Key(key) if key == Key::ctrl('z') => self.requests.push(Request::Suspend),
            Input::Key(key) if key == Key::char('!') => panic!("as asked"),
            Input::Key(key) if key == Key::char('@') => {
                let _ = std::thread::spawn(|| panic!("elsewhere")).join();
            }
            Input::Key(key) => self.last = format!("key {key}"),
            Input::Paste(text) => self.last = format!("paste {text:?}"),
            _ => {}
        }
    }

    fn event(&mut self, (): ()) {}

    fn wants_redraw(&self) -> bool {
        self.changed
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        self.changed = false;
        let area = frame.area();
        let buf = frame.buffer_mut();
        put(buf, area, 0, 0, "ready", ratatui::style::Style::new());
        put(buf, area, 0, 1, &self.last, ratatui::style::Style::new());
        frame.set_cursor_position((0, 0));
    }

    fn request(&mut self) -> Option<Request> {
        self.requests.pop()
    }

    fn ending(&mut self, why: &Ending) {
        if let Some(path) = std::env::var_os(CHILD) {
            std::fs::write(path, why.status().to_string()).unwrap();
        }
    }
}

/// No test of its own: the program that the other tests start.
#[test]
fn child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let options = Options { caps: Caps::from_env(), mouse: false, copies: PathBuf::from("/dev/null") };
    let outcome = run(&options, |_| Echo { last: String::new(), changed: true, requests: Vec::new() });
    match outcome {
        Ok(outcome) => {
            if outcome.ending.may_print() {
                println!("\r\npanics {}", outcome.panics.len());
            }
            std::process::exit(outcome.ending.status());
        }
        Err(e) => {
            println!("refused: {e}");
            std::process::exit(3);
        }
    }
}

struct Session {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    process: Box<dyn Child + Send + Sync>,
    bytes: Receiver<Vec<u8>>,
    reader: Option<JoinHandle<()>>,
    hang_up: Arc<AtomicBool>,
    raw: Vec<u8>,
    screen: vt100::Parser,
    folder: tempfile::TempDir,
}

impl Drop for Session {
    /// A test that failed leaves no program behind.
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

impl Session {
    fn start(shell: &str) -> Self {
        let size = PtySize { rows: 10, cols: 60, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", shell, "sh"]);
        command.arg(std::env::current_exe().unwrap());
        command.args(["--exact", "term::pty_tests::child", "--nocapture", "--quiet", "--test-threads=1"]);
        command.env(CHILD, folder.path().join("ended"));
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        command.env("RUST_BACKTRACE", "0");
        let process = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, bytes) = channel();
        let hang_up = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&hang_up);
        let reader = std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut part) {
                if send.send(part[..n].to_vec()).is_err() || stop.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        let reader = Some(reader);
        let writer = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(10.try_into().unwrap(), 60.try_into().unwrap(), 0);
        let master = Some(pair.master);
        let writer = Some(writer);
        Self { master, writer, process, bytes, reader, hang_up, raw: Vec::new(), screen, folder }
    }

    fn program() -> Self {
        let mut session = Self::start("exec \"$@\"");
        session.wait_for("ready");
        session
    }

    fn type_in(&mut self, bytes: &[u8]) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
    }

    fn wait_for(&mut self, text: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.screen.screen().contents().contains(text) {
            let left = until.saturating_duration_since(Instant::now());
            match self.bytes.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(_) => panic!("no {text:?} in {:?}", self.screen.screen().contents()),
            }
        }
    }

    /// Takes what comes until the terminal is given back.
    fn wait_restored(&mut self) {
        while self.screen.screen().alternate_screen() || self.screen.screen().hide_cursor() {
            let bytes = self.bytes.recv_timeout(PATIENCE).expect("the terminal is not given back");
            self.take(&bytes);
        }
    }

    /// Closes every handle on the master, as a terminal window that is closed does.
    fn hang_up(&mut self) {
        self.hang_up.store(true, Ordering::SeqCst);
        // Makes the program draw, so that the reading thread gets to see the flag.
        self.type_in(b"k");
        self.reader.take().unwrap().join().unwrap();
        self.writer = None;
        self.master = None;
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.screen.process(bytes);
    }

    fn signal(&self, name: &str) {
        let pid = self.process.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits until the system says that the process is in a state (`T` stopped).
    fn wait_state(&self, state: char) {
        let path = format!("/proc/{}/stat", self.process.process_id().unwrap());
        let until = Instant::now() + PATIENCE;
        loop {
            let stat = std::fs::read_to_string(&path).unwrap();
            let now = stat.rsplit(") ").next().and_then(|s| s.chars().next());
            if now == Some(state) {
                return;
            }
            assert!(Instant::now() < until, "state {now:?}");
            std::thread::yield_now();
        }
    }

    /// The exit status, with all output taken.
    fn status(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        // The channel closes when the last process has closed the terminal.
        loop {
            match self.bytes.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("still running"),
            }
        }
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < until, "still running");
            std::thread::yield_now();
        }
    }

    fn saved(&self) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join("ended")).ok()
    }

    fn assert_restored(&self) {
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor());
    }
}

#[test]
fn keys_and_pastes_arrive_and_quitting_restores_the_terminal() {
    let mut session = Session::program();
    assert!(session.screen.screen().alternate_screen() && session.screen.screen().bracketed_paste());
    session.type_in(b"\x1b[1;5A");
    session.wait_for("key Ctrl-Up");
    session.type_in(b"\x1b");
    session.wait_for("key Esc");
    session.type_in(b"\x1b[200~one\rq\x1b[201~");
    session.wait_for(r#"paste "one\nq""#);
    session.type_in(&b"x".repeat(3000));
    session.type_in(b"y");
    session.wait_for("key y");
    session.type_in(b"q");
    assert_eq!(session.status(), 5);
    session.assert_restored();
    assert_eq!(session.saved().as_deref(), Some("5"));
}

#[test]
fn a_hang_up_saves_and_ends() {
    let mut session = Session::program();
    session.hang_up();
    assert_eq!(session.status(), 129);
    assert_eq!(session.saved().as_deref(), Some("129"));
}

#[test]
fn signals_save_restore_and_tell_in_the_status() {
    for (name, status) in [("-TERM", 143), ("-INT", 130)] {
        let mut session = Session::program();
        session.signal(name);
        assert_eq!(session.status(), status);
        session.assert_restored();
        assert_eq!(session.saved(), Some(status.to_string()));
    }
}

#[test]
fn a_stop_gives_the_terminal_back_and_going_on_repaints() {
    for by_key in [false, true] {
        let mut session = Session::program();
        if by_key {
            session.type_in(b"\x1a");
        } else {
            session.signal("-TSTP");
        }
        session.wait_state('T');
        session.wait_restored();
        session.assert_restored();
        session.signal("-CONT");
        session.wait_for("ready");
        assert!(session.screen.screen().alternate_screen());
        session.type_in(b"k");
        session.wait_for("key k");
        session.type_in(b"q");
        assert_eq!(session.status(), 5);
    }
}

#[test]
fn any_size_is_survived() {
    let mut session = Session::program();
    for (cols, rows) in [(80, 0), (0, 0), (0, 10), (1, 1), (200, 60), (60, 10)] {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        session.master.as_ref().unwrap().resize(size).unwrap();
    }
    session.wait_for("width: 60, height: 10");
    session.type_in(b"q");
    assert_eq!(session.status(), 5);
}

#[test]
fn a_panic_restores_the_terminal_before_its_report() {
    let mut session = Session::program();
    session.type_in(b"!");
    assert_ne!(session.status(), 5);
    session.assert_restored();
    let raw = String::from_utf8_lossy(&session.raw).into_owned();
    assert!(raw.find("\x1b[?1049l").unwrap() < raw.find("as asked").unwrap());
}

#[test]
fn a_panic_elsewhere_leaves_the_screen_alone() {
    let mut session = Session::program();
    session.type_in(b"@k");
    session.wait_for("key k");
    assert!(session.screen.screen().alternate_screen());
    session.type_in(b"q");
    assert_eq!(session.status(), 5);
    let raw = String::from_utf8_lossy(&session.raw).into_owned();
    assert!(raw.contains("panics 1") && !raw.contains("elsewhere"), "{raw}");
}

#[test]
fn keys_come_from_the_terminal_when_data_is_on_standard_input() {
    let mut session = Session::start("printf 'id,x\\n1,2\\n' | \"$@\"");
    session.wait_for("ready");
    session.type_in(b"k");
    session.wait_for("key k");
    session.type_in(b"q");
    assert_eq!(session.status(), 5);
    session.assert_restored();
}

#[test]
fn without_a_terminal_it_says_so() {
    let mut session = Session::start("\"$@\" > \"$WHYBOARD_TEST_CHILD\".out; echo \"status $?\"");
    session.wait_for("status 3");
    let said = std::fs::read_to_string(session.folder.path().join("ended.out")).unwrap();
    assert!(said.contains("refused: the screen needs a terminal, and standard output is not one"), "{said}");
    session.status();
}

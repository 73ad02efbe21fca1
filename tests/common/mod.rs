//! The real program on a pseudo-terminal, seen through a terminal emulator.
//!
//! Nothing here waits for a length of time: every wait is for something that the screen shows or the system says, and
//! gives up with the screen in its message.
// Each test program uses a part of it.
#![allow(dead_code)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long a condition may take before the test gives up.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Ctrl-S: submits a form.
pub const SUBMIT: &str = "\x13";
/// Tab: the next field or pane.
pub const TAB: &str = "\t";
/// Enter.
pub const ENTER: &str = "\r";
/// Esc; wait for what it does before the next key, which would make it an Alt key.
pub const ESC: &str = "\x1b";
/// Right.
pub const RIGHT: &str = "\x1b[C";
/// Ctrl-N: the next question.
pub const NEXT: &str = "\x0e";

/// A home and a working folder of its own for one test.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// Empty folders.
    pub fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        for part in ["home", "config", "state", "cache", "data", "work"] {
            std::fs::create_dir(place.folder.path().join(part)).unwrap();
        }
        place
    }

    /// A path in the folder in which the program runs.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    /// The names of the files in the working folder, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.path(""))
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Variables that keep the program inside this place.
    pub fn env(&self) -> Vec<(&'static str, PathBuf)> {
        [
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_DATA_HOME", "data"),
        ]
        .map(|(name, part)| (name, self.folder.path().join(part)))
        .to_vec()
    }

    /// Starts the program on a terminal of 120 × 38 cells.
    pub fn start(&self, args: &[&str]) -> Terminal {
        self.start_with(args, &[])
    }

    /// Starts the program on a terminal of another size.
    pub fn start_sized(&self, args: &[&str], cols: u16, rows: u16) -> Terminal {
        self.begin(args, &[], cols, rows)
    }

    /// Starts the program with more variables.
    pub fn start_with(&self, args: &[&str], env: &[(&str, &str)]) -> Terminal {
        self.begin(args, env, 120, 38)
    }

    fn begin(&self, args: &[&str], env: &[(&str, &str)], cols: u16, rows: u16) -> Terminal {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_whyboard"));
        command.args(args);
        command.cwd(self.path(""));
        // Nothing of the surroundings may decide how the program looks.
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for (name, path) in self.env() {
            command.env(name, path);
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("RUST_BACKTRACE", "0");
        for (name, value) in env {
            command.env(name, value);
        }
        Terminal::start(command, cols, rows)
    }
}

/// A terminal with the program in it.
pub struct Terminal {
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    process: Box<dyn Child + Send + Sync>,
    bytes: Receiver<Vec<u8>>,
    raw: Vec<u8>,
    parser: vt100::Parser,
}

impl Drop for Terminal {
    /// A test that failed leaves no program behind.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Terminal {
    fn start(command: CommandBuilder, cols: u16, rows: u16) -> Self {
        let pair = native_pty_system().openpty(size(cols, rows)).unwrap();
        let process = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (send, bytes) = channel();
        std::thread::spawn(move || {
            let mut part = [0; 8192];
            while let Ok(n @ 1..) = reader.read(&mut part) {
                if send.send(part[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        let parser = vt100::Parser::new(rows.try_into().unwrap(), cols.try_into().unwrap(), 0);
        Self { master: pair.master, writer, process, bytes, raw: Vec::new(), parser }
    }

    /// What the screen shows.
    pub fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// All bytes so far.
    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    /// Types keys.
    pub fn keys(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Waits until the screen fits; `what` says in the failure what was waited for.
    pub fn wait_until(&mut self, what: &str, fits: impl Fn(&str) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !(self.has_whole_frame() && fits(&self.text())) {
            match self.bytes.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout) => panic!("no {what} on the screen:\n{}", self.text()),
                Err(RecvTimeoutError::Disconnected) => panic!("ended without {what}:\n{}", self.text()),
            }
        }
    }

    /// Whether the last frame has arrived whole: each is a synchronized update.
    fn has_whole_frame(&self) -> bool {
        let last = |mark: &[u8]| self.raw.windows(mark.len()).rposition(|w| w == mark);
        last(b"\x1b[?2026h") <= last(b"\x1b[?2026l")
    }

    /// Waits for words on the screen.
    pub fn wait_for(&mut self, words: &str) {
        self.wait_until(&format!("{words:?}"), |t| t.contains(words));
    }

    /// Waits until a form of this title has the keys.
    pub fn form(&mut self, title: &str) {
        self.wait_until(&format!("form {title:?}"), |t| t.contains(title) && has_form(t));
    }

    /// Submits the form that is open and waits until it is gone.
    pub fn submit(&mut self) {
        self.keys(SUBMIT);
        self.wait_until("list after the form", |t| !has_form(t));
    }

    /// Waits until events up to a number that is larger than `before` are on disk; gives that number.
    pub fn saved_after(&mut self, before: u64) -> u64 {
        self.wait_until(&format!("#N saved with N > {before}"), |t| saved(t).is_some_and(|n| n > before));
        saved(&self.text()).unwrap()
    }

    /// Changes the size of the terminal; the emulator follows where it can.
    pub fn resize(&mut self, cols: u16, rows: u16) {
        self.master.resize(size(cols, rows)).unwrap();
        if let (Ok(rows), Ok(cols)) = (rows.try_into(), cols.try_into()) {
            self.parser.screen_mut().set_size(rows, cols);
        }
    }

    /// Sends a signal by its name, such as `-TERM`.
    pub fn signal(&self, name: &str) {
        let pid = self.process.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// The exit status, with all output taken.
    pub fn status(&mut self) -> u32 {
        let until = Instant::now() + PATIENCE;
        // The channel closes when the program has closed the terminal.
        loop {
            match self.bytes.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Disconnected) => return self.process.wait().unwrap().exit_code(),
                Err(RecvTimeoutError::Timeout) => panic!("still running:\n{}", self.text()),
            }
        }
    }

    /// Quits with `q`; the status must be 0 and the terminal as it was.
    pub fn quit(&mut self) {
        self.keys("q");
        assert_eq!(self.status(), 0, "{}", self.text());
        self.assert_restored();
    }

    /// The terminal is as the shell left it.
    pub fn assert_restored(&self) {
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "still on the alternate screen");
        assert!(!screen.bracketed_paste() && !screen.hide_cursor());
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    }

    /// Whether the program draws on a screen of its own.
    pub fn on_screen(&self) -> bool {
        self.parser.screen().alternate_screen()
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.parser.process(bytes);
    }
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

/// Whether a form has the keys: only its hints name Ctrl-S.
fn has_form(text: &str) -> bool {
    text.contains("Ctrl-S")
}

/// The number in `#33 saved 12:04`.
pub fn saved(text: &str) -> Option<u64> {
    text.split('#').skip(1).find_map(|part| part.split_once(" saved").and_then(|(n, _)| n.parse().ok()))
}

/// The example table where it is at hand: `WHYBOARD_SHARED`, then `../shared`.
pub fn telco() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folders = std::env::var_os("WHYBOARD_SHARED").map(PathBuf::from).into_iter().chain([beside]);
    folders.map(|f| f.join("data/telco_churn.csv")).find(|p| p.is_file()).and_then(|p| p.canonicalize().ok())
}

/// 600 customers of whom those without a contract and the newest leave more often; the same on every run.
pub fn small_table() -> String {
    let mut state: u32 = 7;
    let mut below = |n: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % n
    };
    let mut out = String::from("customerID,Contract,tenure,InternetService,MonthlyCharges,Churn\n");
    for i in 0..600 {
        let contract = ["Month-to-month", "One year", "Two year"][below(3) as usize];
        let tenure = 1 + below(72);
        let internet = ["DSL", "Fiber optic", "No"][below(3) as usize];
        let charges = 20 + below(90);
        let risk = if contract == "Month-to-month" { 45 } else { 12 } + if tenure < 12 { 10 } else { 0 };
        let churn = if below(100) < risk { "Yes" } else { "No" };
        out.push_str(&format!("C{i:04},{contract},{tenure},{internet},{charges}.5,{churn}\n"));
    }
    out
}

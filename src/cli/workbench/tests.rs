//! The workbench without a terminal: what is opened, saved and kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::*;
use crate::app::key::Key;
use crate::app::{Popup, Screen};
use crate::cli::load::read_session;
use crate::domain::event::Act;
use crate::term::Ending;

/// A workbench with its folders; what its jobs send waits in the inbox.
struct Desk {
    bench: Workbench,
    inbox: Receiver<Update<Done>>,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self::in_folder(tempfile::tempdir().unwrap())
    }

    fn in_folder(folder: tempfile::TempDir) -> Self {
        let (send, inbox) = channel();
        let send = std::sync::Mutex::new(send);
        let deliver = Arc::new(move |update: Update<Done>| {
            let _ = send.lock().unwrap().send(update);
        });
        let mut bench = Workbench::new(deliver, Theme::dark(), Some(folder.path().join("state")));
        bench.app.size = (120, 40);
        Self { bench, inbox, folder }
    }

    /// The program once more, in the same folders.
    fn again(self) -> Self {
        Self::in_folder(self.folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A new session, open.
    fn create(&mut self, name: &str) -> PathBuf {
        let path = self.path(name);
        self.bench.create(&path, "churn", &[]);
        assert_eq!(self.open(), Some(path.clone()), "{:?}", self.bench.app.messages);
        path
    }

    fn open(&self) -> Option<PathBuf> {
        self.bench.app.doc.as_ref().map(|d| d.path.clone())
    }

    fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            self.bench.input(Input::Key(key.parse().unwrap()));
        }
    }

    fn typed(&mut self, text: &str) {
        for c in text.chars() {
            self.bench.input(Input::Key(Key::char(c)));
        }
    }

    fn note(&mut self, text: &str) {
        self.press("o");
        self.typed(text);
        self.press("Ctrl-S");
    }

    /// Takes in what jobs send until it is so.
    fn until(&mut self, so: impl Fn(&App) -> bool) {
        while !so(&self.bench.app) {
            let update = self.inbox.recv_timeout(Duration::from_secs(60)).expect("a job ends");
            self.bench.event(update);
        }
    }

    fn said(&self) -> String {
        self.bench.app.messages.iter().map(|m| m.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

fn notes(path: &Path) -> Vec<String> {
    let (read, _) = read_session(path).unwrap();
    assert_eq!(read.session.faults, []);
    read.session.state.notes.iter().map(|n| n.text.clone()).collect()
}

/// Somebody else writes to the file: nothing more can be appended.
fn touched(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, format!("{text}\n")).unwrap();
}

#[test]
fn a_failed_open_leaves_the_session_that_is_open_whole() {
    let mut desk = Desk::new();
    let path = desk.create("a.yaml");
    fs::write(desk.path("broken.yaml"), "schema: [").unwrap();
    for other in ["none.yaml", "broken.yaml"] {
        desk.bench.open(&desk.path(other), None);
        assert_eq!(desk.open(), Some(path.clone()));
        desk.note(other);
    }
    assert_eq!(notes(&path), ["none.yaml", "broken.yaml"]);
    // Itself once more keeps the lock.
    desk.bench.open(&path, None);
    assert_eq!(desk.bench.app.doc.as_ref().unwrap().read_only, None);
    desk.note("third");
    assert_eq!(notes(&path).len(), 3);
    // Itself, gone bad meanwhile.
    let good = fs::read(&path).unwrap();
    fs::write(&path, "schema: [").unwrap();
    desk.bench.open(&path, None);
    desk.note("fourth");
    assert!(desk.bench.app.doc.as_ref().unwrap().unsaved.is_some());
    assert_eq!(desk.bench.pending.len(), 1);
    fs::write(&path, good).unwrap();
}

#[test]
fn what_could_not_be_written_is_never_left_behind() {
    let mut desk = Desk::new();
    let other = desk.create("b.yaml");
    let path = desk.create("a.yaml");
    touched(&path);
    desk.note("not written");
    assert!(desk.bench.app.doc.as_ref().unwrap().unsaved.is_some());
    desk.bench.open(&other, None);
    assert_eq!(desk.open(), Some(path.clone()));
    assert!(desk.said().contains("This session is not all on disk yet"), "{}", desk.said());
    desk.bench.create(&desk.path("c.yaml"), "churn", &[]);
    assert_eq!(desk.open(), Some(path));
    assert!(!desk.path("c.yaml").exists());
    assert_eq!(desk.bench.pending.len(), 1);
    desk.press("q");
    assert!(matches!(desk.bench.app.popups.last(), Some(Popup::Confirm { .. })));
}

#[test]
fn without_a_file_it_is_said_that_nothing_is_saved() {
    let mut desk = Desk::new();
    desk.create("a.yaml");
    desk.bench.journal = None;
    desk.note("nowhere");
    assert!(desk.said().contains("not open for writing"), "{}", desk.said());
    assert!(desk.bench.app.doc.as_ref().unwrap().unsaved.is_some());
}

#[test]
fn a_job_that_is_cancelled_leaves_nothing_waiting() {
    let mut desk = Desk::new();
    let path = desk.path("t.csv");
    fs::write(&path, "a,b\n1,x\n2,y\n3,x\n").unwrap();
    let session = desk.path("a.yaml");
    desk.bench.create(&session, "churn", &[("t".into(), path.display().to_string())]);
    assert!(desk.bench.app.tables["t"].opening);
    desk.bench.jobs.as_ref().unwrap().cancel_all();
    desk.until(|app| !app.tables["t"].opening);
    // It may have been done already; else it is said, and 3 begins again.
    desk.press("3");
    desk.until(|app| app.tables["t"].profile.is_some());
    assert_eq!(desk.bench.app.tables["t"].rows, 3);
}

#[test]
fn jobs_of_the_session_before_tell_the_next_one_nothing() {
    let mut desk = Desk::new();
    let table = desk.path("t.csv");
    fs::write(&table, "a,b\n1,x\n").unwrap();
    let first = desk.path("a.yaml");
    desk.bench.create(&first, "churn", &[("t".into(), table.display().to_string())]);
    let second = desk.create("b.yaml");
    let update = desk.inbox.recv_timeout(Duration::from_secs(60)).unwrap();
    desk.bench.event(update);
    assert_eq!(desk.open(), Some(second));
    assert!(desk.bench.app.tables.is_empty(), "{:?}", desk.bench.app.tables);
}

#[test]
fn words_go_from_the_file_and_the_rest_stays() {
    let mut desk = Desk::new();
    let path = desk.create("a.yaml");
    let words = "Anna Smith told me that waits doubled.";
    desk.bench.tell(Msg::Say(Message { tone: Tone::Plain, text: String::new() }));
    let act = Act::Answer {
        question: "q15".into(),
        said_by: "p1".into(),
        value: Value::Null,
        unit: None,
        text: words.into(),
        verbatim: false,
    };
    let effects = desk.bench.app.record(crate::domain::decide::Intent::record(act)).unwrap();
    effects.into_iter().for_each(|e| desk.bench.carry_out(e));
    desk.note(&format!("To check: {words}"));
    let before = read_session(&path).unwrap().0.session;
    let answer = before.state.answers[0].event;
    crate::app::forms::open_redact(&mut desk.bench.app, answer);
    desk.typed("asked for");
    desk.press("Ctrl-S");
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("Anna"), "{text}");
    let (read, _) = read_session(&path).unwrap();
    assert_eq!((read.warnings, read.session.faults), (Vec::new(), Vec::new()));
    assert_eq!(read.session.events.len(), before.events.len() + 1);
    assert_eq!(notes(&path).len(), 1);
    // The file can be gone on with.
    desk.note("more");
    assert_eq!(notes(&path).len(), 2);
}

#[test]
fn words_that_can_not_go_yet_go_with_the_next_save() {
    let mut desk = Desk::new();
    let path = desk.create("a.yaml");
    desk.note("Anna Smith told me that waits doubled.");
    let event = desk.bench.app.doc.as_ref().unwrap().session.state.notes[0].event;
    // The disk is full for a while.
    let journal = desk.bench.journal.take();
    crate::app::forms::open_redact(&mut desk.bench.app, event);
    desk.typed("asked for");
    desk.press("Ctrl-S");
    assert_eq!((desk.bench.pending.len(), desk.bench.to_remove.len()), (1, 1));
    assert!(fs::read_to_string(&path).unwrap().contains("Anna"));
    desk.bench.journal = journal;
    desk.note("more");
    assert!(desk.bench.to_remove.is_empty());
    assert!(!fs::read_to_string(&path).unwrap().contains("Anna"));
}

#[test]
fn a_session_opens_again_where_it_was_left_with_what_was_typed() {
    let mut desk = Desk::new();
    let path = desk.create("a.yaml");
    desk.press("2 j j j o");
    desk.typed("half a thou");
    desk.bench.ending(&Ending::HungUp);
    let kept = fs::read_dir(desk.path("state/typed")).unwrap().count();
    assert_eq!(kept, 1);
    let question = crate::app::screens::ask::list::selected(&desk.bench.app);

    let mut desk = desk.again();
    desk.bench.open(&path, None);
    assert_eq!(desk.bench.app.screen, Screen::Ask);
    assert_eq!(crate::app::screens::ask::list::selected(&desk.bench.app), question);
    assert!(desk.said().contains("What you typed here before"), "{}", desk.said());
    assert_eq!(fs::read_dir(desk.path("state/typed")).unwrap().count(), 0, "it is given once");
    desk.press("o Ctrl-S");
    assert_eq!(notes(&path), ["half a thou"]);

    // Who quits and says so takes nothing along; the place is kept all the same.
    desk.press("4");
    desk.bench.ending(&Ending::Asked(0));
    let mut desk = desk.again();
    desk.bench.open(&path, None);
    assert_eq!(desk.bench.app.screen, Screen::Score);
    assert!(!desk.said().contains("What you typed here before"));
}

#[test]
fn another_session_gives_the_first_ones_typing_back_later() {
    let mut desk = Desk::new();
    let first = desk.create("a.yaml");
    desk.press("o");
    desk.typed("half a thou");
    desk.press("Esc");
    desk.create("b.yaml");
    desk.press("o");
    desk.typed("x");
    desk.press("Backspace Esc");
    desk.bench.open(&first, None);
    desk.press("o Ctrl-S");
    assert_eq!(notes(&first), ["half a thou"]);
}

#[test]
fn home_knows_who_leads() {
    let mut desk = Desk::new();
    let golden = include_str!("../../../tests/golden/example-session.yaml");
    let path = desk.path("a.yaml");
    fs::write(&path, golden).unwrap();
    desk.bench.open(&path, None);
    desk.bench.load_home();
    let leader = desk.bench.app.recents[0].leader.clone();
    assert!(!leader.is_empty());
    let board = &desk.bench.app.doc.as_ref().unwrap().board.board;
    assert_eq!(leader, desk.bench.app.doc.as_ref().unwrap().row_title(board.leader().unwrap()));
}

#[test]
fn a_demonstration_that_is_ready_takes_nobody_away_from_a_form() {
    let mut desk = Desk::new();
    let other = desk.create("b.yaml");
    let ready = desk.create("a.yaml");
    desk.press("o");
    desk.typed("half");
    desk.bench.done(Done::Demo(Ok(other.clone())));
    assert_eq!(desk.open(), Some(ready));
    assert!(desk.said().contains("The demonstration is ready"), "{}", desk.said());
    desk.press("Ctrl-S 0");
    desk.bench.done(Done::Demo(Ok(other.clone())));
    assert_eq!(desk.open(), Some(other));
}

#[test]
fn a_demonstration_that_was_cancelled_says_so() {
    let mut desk = Desk::new();
    desk.bench.failed(data::DEMO, CANCELLED.into());
    assert!(desk.said().contains("The demonstration was not opened. Cancelled."));
}

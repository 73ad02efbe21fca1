//! What was acknowledged stays, and the terminal comes back, whatever happens.

use whyboard::cli::load::read_session;
use whyboard::domain::event::Act;

use super::common::{ENTER, ESC, Place, SUBMIT, Terminal, saved, small_table};

const NEW: [&str; 4] = ["new", "notes.yaml", "--playbook", "churn"];

/// A new session without data, on its first screen.
fn begun(place: &Place) -> Terminal {
    let mut t = place.start(&NEW);
    t.wait_for("The problem");
    t.wait_for(" saved ");
    t
}

fn note(t: &mut Terminal, words: &str, before: u64) -> u64 {
    t.keys("o");
    t.form("A note");
    t.keys(words);
    t.keys(SUBMIT);
    t.saved_after(before)
}

fn notes(place: &Place) -> Vec<(u64, String)> {
    let (read, opened) = read_session(&place.path("notes.yaml")).unwrap();
    assert_eq!(read.warnings, []);
    assert_eq!(read.session.faults, []);
    assert_eq!(opened.warnings, []);
    read.session
        .events
        .iter()
        .filter_map(|e| match &e.act {
            Act::Note { text } => Some((e.n, text.clone())),
            _ => None,
        })
        .collect()
}

#[test]
fn what_was_acknowledged_survives_kill_9() {
    let place = Place::new();
    begun(&place).quit();
    let mut acknowledged = Vec::new();
    for round in 0..12 {
        let mut t = place.start(&["open", "notes.yaml"]);
        t.wait_for("The problem");
        assert!(!t.text().contains("read-only"), "the lock of a killed program still holds:\n{}", t.text());
        let mut last = saved(&t.text()).unwrap_or(0);
        for i in 0..=round % 3 {
            let words = format!("round {round} note {i}");
            last = note(&mut t, &words, last);
            acknowledged.push((last, words));
        }
        // Something is being typed when it happens.
        t.keys("o");
        t.form("A note");
        t.keys("half a");
        t.wait_for("half a");
        t.signal("-KILL");
        t.status();
        assert_eq!(notes(&place), acknowledged, "round {round}");
    }
}

#[test]
fn a_termination_keeps_everything_and_restores_the_terminal() {
    for (name, status) in [("-TERM", 143), ("-INT", 130)] {
        let place = Place::new();
        let mut t = begun(&place);
        let before = saved(&t.text()).unwrap();
        let n = note(&mut t, "kept", before);
        t.signal(name);
        assert_eq!(t.status(), status);
        t.assert_restored();
        assert_eq!(notes(&place), [(n, "kept".to_owned())]);
    }
}

#[test]
fn any_size_is_survived() {
    let place = Place::new();
    let mut t = begun(&place);
    for (cols, rows) in [(1, 1), (80, 0), (0, 0), (0, 30), (2, 60), (300, 2), (20, 4), (19, 3), (200, 60), (80, 24)] {
        t.resize(cols, rows);
        t.keys("jk");
    }
    t.keys("?");
    t.wait_for("Lists and tables");
    t.keys(ESC);
    t.wait_until("screen without help", |s| s.contains("The problem") && !s.contains("Lists and tables"));
    // Also with a form open.
    t.keys("o");
    t.form("A note");
    for (cols, rows) in [(1, 1), (80, 0), (9, 9), (120, 38)] {
        t.resize(cols, rows);
    }
    t.keys("still here");
    t.wait_for("still here");
    t.submit();
    t.quit();
    assert_eq!(notes(&place).len(), 1);
}

#[test]
fn pasted_text_is_never_taken_for_keys() {
    let place = Place::new();
    let mut t = begun(&place);
    t.keys("\x1b[200~line0\nq\x1b[201~");
    t.wait_for("the paste was ignored");
    t.keys("o");
    t.form("A note");
    t.keys("\x1b[200~line1\nq\x1b[201~");
    t.wait_for("line1");
    t.submit();
    t.quit();
    let texts: Vec<String> = notes(&place).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["line1\nq"]);
}

#[test]
fn a_second_window_on_the_same_session_reads_only() {
    let place = Place::new();
    let mut first = begun(&place);
    let mut second = place.start(&["open", "notes.yaml"]);
    second.wait_for("read-only");
    second.keys("o");
    second.wait_for("not now");
    // The first one goes on undisturbed, before and after the second one ends.
    let before = saved(&first.text()).unwrap();
    let n = note(&mut first, "from the first", before);
    second.quit();
    note(&mut first, "still from the first", n);
    first.quit();
    assert_eq!(notes(&place).len(), 2);
}

#[test]
fn terminals_without_colour_start_and_quit() {
    for env in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let place = Place::new();
        let mut t = place.start_with(&NEW, &[env]);
        t.wait_for("The problem");
        t.keys("2");
        t.wait_for("triage");
        t.quit();
        let raw = t.raw();
        // Of all sequences that end in m, none may name a colour; others, such as a move to line 38, are no matter.
        for part in raw.split("\x1b[").skip(1) {
            let (numbers, end) = part.split_at(part.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(part.len()));
            let coloured = numbers.split(';').any(|n| matches!(n.parse::<u32>(), Ok(30..=38 | 40..=48 | 90..=107)));
            assert!(!end.starts_with('m') || !coloured, "{env:?} still gives {numbers:?}");
        }
    }
}

#[test]
fn ctrl_c_never_ends_the_program() {
    let place = Place::new();
    let mut t = begun(&place);
    t.keys("\x03");
    t.wait_for("Nothing is running");
    t.quit();
}

#[test]
fn a_begun_note_comes_back_and_undo_takes_a_step_back() {
    let place = Place::new();
    let mut t = begun(&place);
    t.keys("o");
    t.form("A note");
    t.keys("not done yet");
    t.wait_for("not done yet");
    t.keys(ESC);
    t.wait_for("What you typed comes back");
    t.keys("o");
    t.wait_for("not done yet");
    let before = saved(&t.text());
    t.submit();
    let n = t.saved_after(before.unwrap_or(0));
    t.keys("u");
    t.wait_for("Undone");
    // The next key takes the message away, so that what was saved is in sight again.
    t.keys("j");
    t.saved_after(n);
    t.quit();
    let (read, _) = read_session(&place.path("notes.yaml")).unwrap();
    assert_eq!(read.session.faults, []);
    assert!(read.session.state.notes.is_empty(), "{:?}", read.session.state.notes);
}

#[test]
fn home_opens_a_recent_session_again() {
    let place = Place::new();
    begun(&place).quit();
    let mut t = place.start(&[]);
    t.wait_for("notes");
    assert!(t.on_screen());
    t.keys(ENTER);
    t.wait_for("The problem");
    t.quit();
}

#[test]
fn data_that_can_not_be_used_is_said_before_a_session_is_made() {
    let place = Place::new();
    std::fs::write(place.path("empty.csv"), "").unwrap();
    std::fs::write(place.path("ok.csv"), small_table()).unwrap();
    let cases: [(&[&str], u32, &str); 5] = [
        (&["new", "s.yaml", "--data", "missing.csv"], 3, "there is no such file"),
        (&["new", "s.yaml", "--data", "."], 3, "is a directory"),
        (&["new", "s.yaml", "--data", "empty.csv"], 3, "is empty"),
        (&["new", "s.yaml", "--playbook", "nothing", "--data", "ok.csv"], 2, "There is no playbook"),
        (&["open", "missing.yaml"], 3, "missing.yaml"),
    ];
    for (args, status, says) in cases {
        let mut t = place.start(args);
        assert_eq!(t.status(), status, "{args:?}: {}", t.text());
        assert!(t.raw().contains(says), "{args:?}: {}", t.raw());
        assert!(!t.raw().contains("\x1b[?1049h"), "{args:?} opened a screen");
        assert!(!t.raw().contains("panicked"), "{args:?}: {}", t.raw());
        assert_eq!(place.files(), ["empty.csv", "ok.csv"], "{args:?}");
    }
    // A session that exists is left alone.
    std::fs::write(place.path("s.yaml"), "mine\n").unwrap();
    let mut t = place.start(&["new", "s.yaml", "--data", "ok.csv"]);
    assert_eq!(t.status(), 2);
    assert!(t.raw().contains("exists already"), "{}", t.raw());
    assert_eq!(std::fs::read_to_string(place.path("s.yaml")).unwrap(), "mine\n");
}

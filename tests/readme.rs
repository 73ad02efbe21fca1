//! The README is true: its pictures are what the program draws.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::PathBuf;

use common::{ENTER, ESC, Place, TAB, Terminal};

fn readme() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// The screen without the time of day and without blanks at the ends of lines.
fn picture(t: &Terminal) -> String {
    let mut lines: Vec<String> = t.text().lines().map(|l| l.trim_end().to_owned()).collect();
    if let Some(last) = lines.iter_mut().rev().find(|l| l.contains(" saved ")) {
        if let Some((head, tail)) = last.clone().split_once(" saved ") {
            *last = format!("{head} saved 12:04{}", tail.get(5..).unwrap_or_default());
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// The block of the README under a marker.
fn block<'a>(text: &'a str, name: &str) -> &'a str {
    let mark = format!("<!-- screen: {name} -->\n```text\n");
    let from = text.find(&mark).unwrap_or_else(|| panic!("README has no picture {name}")) + mark.len();
    let rest = &text[from..];
    &rest[..rest.find("\n```").unwrap()]
}

/// Compares a picture; with `WHYBOARD_README=write` puts it into the README instead.
fn check(t: &Terminal, name: &str) {
    let now = picture(t);
    let text = std::fs::read_to_string(readme()).unwrap();
    if std::env::var_os("WHYBOARD_README").is_some_and(|v| v == "write") {
        let was = block(&text, name);
        let mark = format!("<!-- screen: {name} -->\n```text\n");
        std::fs::write(readme(), text.replace(&format!("{mark}{was}\n```"), &format!("{mark}{now}\n```"))).unwrap();
        return;
    }
    assert_eq!(block(&text, name), now, "the picture {name} is old: WHYBOARD_README=write makes it anew");
}

#[test]
fn the_pictures_are_what_the_program_draws() {
    let place = Place::new();
    let mut t = place.start_sized(&["demo", "--in", "demo"], 100, 28);
    t.wait_for("Which is the largest single cause of the gap?");
    t.wait_for("value/h");
    t.wait_until("the table read", |s| !s.contains("reading"));
    check(&t, "score");
    t.keys("1");
    t.wait_for("The problem");
    t.wait_for(&format!("{} rows", whyboard::analysis::format::count(60_000)));
    check(&t, "problem");
    t.keys("2");
    t.wait_for("Questions");
    check(&t, "ask");
    t.keys("i");
    t.form("Who sits beside you?");
    t.keys("\x13");
    t.wait_for("Interview with");
    t.wait_for("question 1 of");
    let clock = picture(&t);
    assert!(clock.contains("question 1 of"), "{clock}");
    check_interview(&t);
    t.keys(ESC);
    t.wait_for("Questions");
    t.keys("3");
    t.wait_for("Columns");
    // A key before the columns are there moves nothing.
    for (here, key) in [("▸ rider_id", "j"), ("▸ week", "j"), ("▸ zone", "")] {
        t.wait_for(here);
        t.keys(key);
    }
    t.wait_for("came to the rest's level");
    check(&t, "explore");
    t.keys(ENTER);
    t.wait_for("by zone");
    t.wait_for("came to the rest's level");
    check(&t, "kpi");
    t.keys(TAB);
    t.wait_for("forecast first");
    check(&t, "checks");
    t.keys(TAB);
    t.wait_for("15 columns ranked");
    check(&t, "drivers");
    t.keys(TAB);
    t.wait_for("combinations looked at");
    check(&t, "segments");
    t.keys(TAB);
    t.wait_for("the parts add up to");
    check(&t, "change");
    t.keys(TAB);
    t.wait_for("held out of every ranking");
    t.keys(TAB);
    t.wait_for("No result yet");
    t.keys(TAB);
    t.wait_for("R000020");
    check(&t, "table");
    t.keys("R");
    t.wait_for("How riders is read");
    t.wait_for("R000004");
    check(&t, "reading");
    t.quit();
}

/// The interview's clock runs; all else must be as drawn.
fn check_interview(t: &Terminal) {
    let now = picture(t);
    let text = std::fs::read_to_string(readme()).unwrap();
    let still = |s: &str| {
        let mut out = String::new();
        let mut rest = s;
        while let Some(at) = rest.find(':') {
            let digits = |s: Option<&str>| s.is_some_and(|s| s.len() == 2 && s.bytes().all(|b| b.is_ascii_digit()));
            let (head, tail) = rest.split_at(at);
            if digits(head.get(head.len().saturating_sub(2)..)) && digits(tail.get(1..3)) {
                out.push_str(&head[..head.len() - 2]);
                out.push_str("00:00");
                rest = &tail[3..];
            } else {
                out.push_str(head);
                out.push(':');
                rest = &tail[1..];
            }
        }
        out + rest
    };
    if std::env::var_os("WHYBOARD_README").is_some_and(|v| v == "write") {
        check(t, "interview");
        return;
    }
    assert_eq!(still(block(&text, "interview")), still(&now), "the picture interview is old");
}

#[test]
fn the_finished_case_is_as_pictured() {
    let place = Place::new();
    let session = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sessions/finished.yaml");
    std::fs::copy(session, place.path("finished.yaml")).unwrap();
    let mut t = place.start_sized(&["replay", "finished.yaml"], 100, 28);
    t.wait_for("Before the first event");
    t.keys("D");
    t.wait_for("104 of 105");
    check(&t, "replay");
    t.keys(">");
    t.wait_for("105 of 105");
    t.keys("5");
    t.wait_for("Kind");
    check(&t, "brief");
    t.quit();
}

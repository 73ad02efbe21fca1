//! Files that others wrote: other legal layouts, other programs, no sessions at all.

use std::fs;

use serde_json::json;

use super::{folder, open, values};
use crate::journal::{Journal, Marker, Mode, Tail};
use crate::yaml;

#[test]
fn the_example_session_reads_and_takes_events() {
    let Some(shared) = crate::yaml::shared_for_tests("reference") else { return };
    let text = fs::read_to_string(shared.join("example-session.yaml")).unwrap();
    let folder = folder();
    let path = folder.path().join("example.yaml");
    fs::write(&path, &text).unwrap();
    let (mut journal, opened) = open(&path);
    assert_eq!((opened.events.len(), &opened.tail, opened.warnings.len()), (34, &Tail::Clean, 0));
    let whole = yaml::value(&text, "example").unwrap();
    assert_eq!(json!(values(&opened)), whole["events"]);
    assert_eq!(opened.header["people"]["p6"]["role"], "lost_customer");
    assert!(opened.events.iter().all(|e| e.marker == Marker::Missing && !e.provisional));
    assert!(opened.text[opened.events[1].bytes.clone()].starts_with("  - n: 2\n"));
    let ranges = journal.append(&[json!({"n": 35, "do": "note", "text": "One more."})]).unwrap();
    drop(journal);
    let (_, again) = open(&path);
    assert!(again.text.starts_with(&text));
    assert_eq!(
        (again.events.len(), again.events[33].marker, again.events[34].marker),
        (35, Marker::Matches, Marker::Matches)
    );
    assert_eq!(again.events[34].bytes, ranges[0]);
}

#[test]
fn legal_layouts_open() {
    let folder = folder();
    let path = folder.path().join("s.yaml");
    let head = "# a comment\nschema: session/1\nid: x\n";
    for (body, count, writable) in [
        ("events:\n", 0, true),
        ("events: # none yet\n\n# nothing\n", 0, true),
        ("events: []\n", 0, false),
        ("events:\n- n: 1\n  do: open\n- n: 2\n  do: note\n", 2, true),
        (
            "events:\n\n    # first\n    - n: 1\n      do: open\n      # inside\n      text: a\n\n\n    -   n: 2\n        do: note\n",
            2,
            true,
        ),
        ("events:\n  -\n    n: 1\n    do: open\n", 1, true),
        ("events:\n  - {n: 1, do: open}\n  - {n: 2, do: note,\n     text: b}\n", 2, true),
        ("events: [{n: 1, do: open}, {n: 2, do: note}]\n", 2, false),
        ("events:\n  - n: 1\n    do: open\nnotes: after\n", 1, false),
        ("base: &b {do: note}\nevents:\n  - n: 1\n    do: open\n  - *b\n  - n: 3\n    do: note\n", 3, false),
        (
            "events:\n  - n: 1\n    list:\n    - a\n    - b\n    text: |\n      - n: 7\n      # end 1 00000000\n",
            1,
            true,
        ),
        ("\"events\":\n  - n: 1\n    do: open\n", 1, false),
    ] {
        for text in
            [format!("{head}{body}"), format!("\u{feff}{head}{body}"), format!("{head}{body}").replace('\n', "\r\n")]
        {
            fs::write(&path, &text).unwrap();
            let (journal, opened) = Journal::open(&path).unwrap_or_else(|e| panic!("{text:?}: {e}"));
            assert_eq!(opened.events.len(), count, "{text:?}: {opened:?}");
            assert_eq!(journal.is_some(), writable, "{text:?}: {:?}", opened.mode);
            let Some(mut journal) = journal else {
                let Mode::ReadOnly { why } = &opened.mode else { panic!() };
                assert!(why.len() > 20, "{why}");
                continue;
            };
            journal.append(&[json!({"n": 8, "do": "note"}), json!({"n": 9, "do": "note", "text": "x\ny\n"})]).unwrap();
            drop(journal);
            let again = open(&path).1;
            assert_eq!((again.events.len(), &again.tail), (count + 2, &Tail::Clean), "{text:?}\n{}", again.text);
            assert_eq!(values(&again)[..count], values(&opened)[..], "{text:?}");
            assert!(fs::read_to_string(&path).unwrap().starts_with(&text));
        }
    }
}

#[test]
fn newer_and_foreign_files() {
    let folder = folder();
    let path = folder.path().join("s.yaml");
    fs::write(&path, "schema: session/2\nid: x\nevents:\n  - n: 1\n    do: open\n").unwrap();
    let (journal, opened) = Journal::open(&path).unwrap();
    assert!(journal.is_none());
    assert_eq!(opened.events.len(), 1);
    assert!(matches!(&opened.mode, Mode::ReadOnly { why } if why.contains("newer program")), "{:?}", opened.mode);
    for (text, word) in [
        ("", "empty"),
        ("schema: playbook/1\nid: churn\n", "playbook/1"),
        ("just text\n", "schema: session/1"),
        ("~\n", "schema: session/1"),
        ("a: [1\n", "line"),
        ("\0\u{1}\u{2}", "control"),
    ] {
        fs::write(&path, text).unwrap();
        let e = Journal::open(&path).expect_err(text).to_string();
        assert!(e.contains(word) && e.contains("is not a session"), "{text:?}: {e}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(Journal::open(&path).unwrap_err().to_string().contains("folder"));
    assert!(Journal::open(&folder.path().join("none")).unwrap_err().to_string().contains("does not exist"));
}

#[test]
fn hostile_files_are_left_as_they_are() {
    let Some(shared) = crate::yaml::shared_for_tests("hostile") else { return };
    let folder = folder();
    let mut seen = 0;
    for entry in fs::read_dir(shared).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with("yaml") {
            continue;
        }
        let bytes = fs::read(entry.path()).unwrap();
        let path = folder.path().join(&name);
        fs::write(&path, &bytes).unwrap();
        let said = Journal::open(&path).expect_err(&name).to_string();
        assert!(said.contains(&name), "{said}");
        assert!(said.chars().all(|c| c == '\n' || !c.is_control()), "{said:?}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
        seen += 1;
    }
    assert!(seen >= 15);
}

#[test]
fn ten_thousand_events_open_and_append_without_reading_again() {
    let folder = folder();
    let path = folder.path().join("long.yaml");
    let mut journal = Journal::create(&path, &super::header()).unwrap();
    let all: Vec<_> = (1..=10_000)
        .map(|n| {
            json!({"n": n, "id": format!("k{n}"), "at": "2026-10-05T08:02:10Z", "by": "p1", "do": "clue", "grade": "A",
                "text": "Operations says drivers left North, and waits grew.",
                "ratings": {"price": "expected", "wait": "surprising", "android": "a_bit_surprising"}, "source": {"event": 2}})
        })
        .collect();
    journal.append(&all).unwrap();
    drop(journal);
    let start = std::time::Instant::now();
    let (mut journal, opened) = open(&path);
    eprintln!("10 000 events, {} kB: opened in {:?}", opened.text.len() / 1024, start.elapsed());
    assert_eq!(values(&opened), all);
    let start = std::time::Instant::now();
    let ranges = journal.append(&[json!({"n": 10_001, "do": "note"})]).unwrap();
    eprintln!("appended one in {:?}", start.elapsed());
    drop(journal);
    let (_, again) = open(&path);
    assert_eq!(again.events[10_000].bytes, ranges[0]);
}

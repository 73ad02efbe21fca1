//! One writer at a time, and a lock that no dead process holds.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::json;

use super::{events, folder, header, open, session, values};
use crate::journal::{Edit, Journal, JournalError, Mode};

fn refused(path: &std::path::Path) -> String {
    let (journal, opened) = Journal::open(path).unwrap();
    assert!(journal.is_none());
    match opened.mode {
        Mode::ReadOnly { why } => why,
        Mode::ReadWrite => panic!("writable without a journal"),
    }
}

#[test]
fn a_second_writer_only_looks() {
    let folder = folder();
    let path = session(folder.path());
    let (mut first, _) = open(&path);
    let why = refused(&path);
    assert!(why.contains("open in another whyboard"), "{why}");
    if fs::read_to_string("/proc/locks").is_ok_and(|t| t.contains("FLOCK")) {
        assert!(why.contains(&format!("pid {}", std::process::id())), "{why}");
    }
    first.append(&[json!({"n": 7, "do": "note"})]).unwrap();
    // The lock survives a rewrite, which puts another file under the name.
    first.rewrite(&[Edit::Add(json!({"n": 8, "do": "note"}))]).unwrap();
    assert!(refused(&path).contains("open in another whyboard"));
    drop(first);
    assert_eq!(open(&path).1.events.len(), 8);
}

#[test]
fn a_new_file_is_locked_from_the_start() {
    let folder = folder();
    let path = folder.path().join("deep/er/new.yaml");
    let journal = Journal::create(&path, &header()).unwrap();
    assert!(refused(&path).contains("open in another"));
    drop(journal);
    assert_eq!(open(&path).1.header, header());
    assert!(matches!(Journal::create(&path, &header()), Err(JournalError::Exists(_))));
}

/// The other process of the next test: saves events, says so, and waits to be killed.
#[test]
#[ignore = "started by killed_in_the_middle"]
fn child() {
    let Some(path) = std::env::var_os("WHYBOARD_TEST_SESSION") else { return };
    let (mut journal, opened) = open(path.as_ref());
    for n in opened.events.len() as u64 + 1.. {
        journal.append(&[json!({"n": n, "do": "note", "text": "words ".repeat(200)})]).unwrap();
        println!("\nsaved {n}");
    }
}

#[test]
fn killed_in_the_middle() {
    let folder = folder();
    let path = session(folder.path());
    for round in 0..20u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["journal::tests::lock::child", "--exact", "--ignored", "--nocapture"])
            .env("WHYBOARD_TEST_SESSION", &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut saved = lines.filter_map(|l| l.strip_prefix("saved ").and_then(|n| n.parse::<u64>().ok()));
        let first = saved.next().unwrap();
        assert!(refused(&path).contains("open in another"));
        let mut last = saved.nth((round % 5) as usize).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        last = saved.last().unwrap_or(last);
        let (_, opened) = open(&path);
        assert!(last > first);
        for n in 7..=last {
            let event = &opened.events[n as usize - 1];
            assert_eq!(event.value["text"], "words ".repeat(200), "event {n} of round {round}");
        }
        assert_eq!(values(&opened)[..6], events()[..]);
    }
}

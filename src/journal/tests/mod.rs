#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod cut;
mod faults;
mod files;
mod layouts;
mod lock;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Journal, Opened};

/// A header as the program writes it.
pub fn header() -> Value {
    json!({"schema": "session/1", "id": "2026-10-05-rider-churn", "title": "Fewer riders leaving this quarter",
        "created": "2026-10-05T08:00:00Z", "tool": {"name": "whyboard", "version": "0.1.0"}})
}

/// Events with everything that makes cutting hard: prose, blocks, lines that look like items or
/// markers, letters of several bytes, nested values.
pub fn events() -> Vec<Value> {
    vec![
        json!({"n": 1, "id": "k3f9", "at": "2026-10-05T08:02:10Z", "by": "p1", "do": "open", "text": "We want to decrease user churn by 5 percent."}),
        json!({"n": 2, "id": "a1b2", "do": "answer", "value": "yes", "text": "Drivers moved.\n  - n: 9\n# end 2 00000000\nWe hear more.\n"}),
        json!({"n": 3, "id": "c3d4", "do": "note", "text": "naïve 名前 😀 \"quoted\" \\ and \u{1b}[31m"}),
        json!({"n": 4, "id": "e5f6", "do": "clue", "ratings": {"price": "expected", "wait": "surprising"}, "source": {"event": 2},
            "table": [[1, 2.5, null], ["a", true, {"deep": "x\ny"}]]}),
        json!({"n": 5, "id": "g7h8", "do": "note", "text": "a\nb\n\n\n"}),
        json!({"n": 6, "id": "i9j0", "do": "decide", "because": "last\nwords"}),
    ]
}

/// A folder of its own, for this user alone.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A session file with [`events`], closed again.
pub fn session(folder: &Path) -> PathBuf {
    let path = folder.join("s.yaml");
    let mut journal = Journal::create(&path, &header()).unwrap();
    let all = events();
    journal.append(&all[..3]).unwrap();
    journal.append(&all[3..]).unwrap();
    path
}

/// Opens for writing or fails.
pub fn open(path: &Path) -> (Journal, Opened) {
    let (journal, opened) = Journal::open(path).unwrap();
    (journal.unwrap_or_else(|| panic!("read-only: {:?}", opened.mode)), opened)
}

/// The values of the events.
pub fn values(opened: &Opened) -> Vec<Value> {
    opened.events.iter().map(|e| e.value.clone()).collect()
}

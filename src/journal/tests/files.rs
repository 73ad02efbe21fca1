//! Rewriting, changes by others, permissions, links, whole files, recent sessions.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde_json::json;

use super::{events, folder, header, open, session, values};
use crate::journal::home::{Recent, recent, remember};
use crate::journal::{Edit, Journal, JournalError, Marker, atomic_write, atomic_write_private};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn files_and_folders_are_private() {
    let folder = folder();
    let path = folder.path().join("a/b/s.yaml");
    let mut journal = Journal::create(&path, &header()).unwrap();
    assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    journal.append(&events()).unwrap();
    journal.rewrite(&[Edit::Add(json!({"n": 7, "do": "note"}))]).unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_rewrite_keeps_all_other_bytes() {
    let folder = folder();
    let path = session(folder.path());
    let old = fs::read_to_string(&path).unwrap();
    let (mut journal, opened) = open(&path);
    let redacted = json!({"n": 2, "id": "a1b2", "do": "answer", "text": "[removed on request, see event 7]"});
    let redact = json!({"n": 7, "do": "redact", "event": 2});
    let mut head = header();
    head["title"] = json!("Fewer riders leaving");
    let again = journal
        .rewrite(&[
            Edit::Event { bytes: opened.events[1].bytes.clone(), value: redacted.clone() },
            Edit::Header(head.clone()),
            Edit::Add(redact.clone()),
        ])
        .unwrap();
    let new = fs::read_to_string(&path).unwrap();
    assert_eq!(new, again.text);
    assert!(!new.contains("Drivers"));
    let (from, to) = (&opened.events[2].bytes.start, old.len());
    assert!(new.contains(&old[*from..to]));
    assert!(new.contains(&old[opened.events[0].bytes.clone()]));
    let mut expected = events();
    expected[1] = redacted;
    expected.push(redact);
    assert_eq!((values(&again), &again.header), (expected, &head));
    assert!(again.events.iter().all(|e| e.marker == Marker::Matches));
    journal.append(&[json!({"n": 8, "do": "note"})]).unwrap();
    assert!(fs::read_to_string(&path).unwrap().starts_with(&new));
    let stale = Edit::Event { bytes: 3..9, value: json!({"n": 1}) };
    assert!(matches!(journal.rewrite(&[stale]), Err(JournalError::Unwritable { .. })));
    drop(journal);
    assert_eq!(open(&path).1.events.len(), 8);
}

#[test]
fn changes_by_others_are_noticed() {
    let note = [json!({"n": 7, "do": "note"})];
    for (i, change) in [
        (|path: &Path| fs::write(path, "schema: session/1\nevents:\n").unwrap()) as fn(&Path),
        |path| fs::remove_file(path).unwrap(),
        |path| {
            let text = fs::read(path).unwrap();
            fs::rename(path, path.with_extension("old")).unwrap();
            fs::write(path, text).unwrap();
        },
    ]
    .into_iter()
    .enumerate()
    {
        let folder = folder();
        let path = session(folder.path());
        let (mut journal, _) = open(&path);
        change(&path);
        let before = fs::read(&path).ok();
        let e = journal.append(&note).unwrap_err();
        assert!(matches!(e, JournalError::Changed { .. }), "{i}: {e}");
        let e = journal.rewrite(&[]).unwrap_err();
        assert!(matches!(e, JournalError::Changed { .. }), "{i}: {e}");
        assert_eq!(fs::read(&path).ok(), before);
    }
}

#[test]
fn unwritable_events_change_nothing() {
    let folder = folder();
    let path = session(folder.path());
    let before = fs::read(&path).unwrap();
    let (mut journal, _) = open(&path);
    let mut deep = json!(1);
    for _ in 0..80 {
        deep = json!([deep]);
    }
    for bad in [json!("text"), json!({}), json!({"n": 7, "deep": deep})] {
        let e = journal.append(&[json!({"n": 7, "do": "note"}), bad]).unwrap_err();
        assert!(matches!(e, JournalError::Unwritable { .. }), "{e}");
    }
    assert_eq!(fs::read(&path).unwrap(), before);
    for bad in [json!({"schema": "session/1", "events": []}), json!({"id": "x"}), json!(null)] {
        let e = Journal::create(&folder.path().join("n.yaml"), &bad).unwrap_err();
        assert!(matches!(e, JournalError::Unwritable { .. }), "{e}");
    }
}

#[test]
fn own_links_are_followed_and_others_refused() {
    let folder = folder();
    let path = session(folder.path());
    let link = folder.path().join("link.yaml");
    symlink(&path, &link).unwrap();
    let (mut journal, _) = open(&link);
    journal.append(&[json!({"n": 7, "do": "note"})]).unwrap();
    journal.rewrite(&[Edit::Add(json!({"n": 8, "do": "note"}))]).unwrap();
    drop(journal);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(open(&path).1.events.len(), 8);
    // A folder where everybody may write, such as /tmp.
    let open_to_all = folder.path().join("tmp");
    fs::create_dir(&open_to_all).unwrap();
    fs::set_permissions(&open_to_all, fs::Permissions::from_mode(0o1777)).unwrap();
    let trap = open_to_all.join("trap.yaml");
    symlink(&path, &trap).unwrap();
    let (journal, opened) = Journal::open(&trap).unwrap();
    assert!(journal.is_none());
    assert_eq!(opened.events.len(), 8);
    let before = fs::read(&path).unwrap();
    assert!(matches!(atomic_write(&trap, b"x"), Err(JournalError::Link { .. })));
    let nowhere = folder.path().join("nowhere");
    symlink(folder.path().join("gone"), &nowhere).unwrap();
    assert!(matches!(atomic_write(&nowhere, b"x"), Err(JournalError::Link { .. })));
    assert!(matches!(Journal::create(&nowhere, &header()), Err(JournalError::Exists(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn whole_files_are_replaced() {
    let folder = folder();
    let path = folder.path().join("report.md");
    atomic_write(&path, b"one").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    atomic_write(&path, b"two").unwrap();
    assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"two".to_vec(), 0o640));
    atomic_write_private(&path, b"three").unwrap();
    assert_eq!((fs::read(&path).unwrap(), mode(&path)), (b"three".to_vec(), 0o600));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(atomic_write(folder.path(), b"x").is_err());
    let e = atomic_write(&folder.path().join("none/report.md"), b"x").unwrap_err().to_string();
    assert!(e.contains("does not exist") && e.contains("Nothing was changed"), "{e}");
}

#[test]
fn recent_sessions() {
    let folder = folder();
    let state = folder.path().join("state/whyboard");
    assert!(recent(&state).is_empty());
    for i in 0..40 {
        let path = folder.path().join(format!("{}.yaml", i % 35));
        remember(
            &state,
            Recent {
                path,
                title: format!("Title: {i}"),
                leader: format!("Leader {i}"),
                at: "2026-10-05T08:00:00Z".into(),
            },
        )
        .unwrap();
    }
    let list = recent(&state);
    assert_eq!(list.len(), 30);
    assert_eq!(
        (list[0].title.as_str(), list[4].title.as_str(), list[5].title.as_str()),
        ("Title: 39", "Title: 35", "Title: 34")
    );
    assert_eq!((mode(&state), mode(&state.join("recent.yaml"))), (0o700, 0o600));
    fs::write(state.join("recent.yaml"), "{broken").unwrap();
    assert!(recent(&state).is_empty());
}

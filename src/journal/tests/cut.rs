//! Cut anywhere, flip anything: what is whole stays whole, and nothing cut passes for whole.

use std::fs;

use serde_json::json;

use super::{events, folder, open, session, values};
use crate::journal::{Journal, JournalError, Marker, Mode, Tail, inspect};

#[test]
fn cut_at_every_byte_gives_a_prefix() {
    let folder = folder();
    let whole = fs::read(session(folder.path())).unwrap();
    let all = events();
    let path = folder.path().join("cut.yaml");
    let body = whole.windows(7).position(|w| w == b"events:").unwrap() + 7;
    for cut in 0..=whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let (journal, opened) = match Journal::open(&path) {
            Ok(found) => found,
            Err(JournalError::NotASession { .. }) if cut < "schema: session/1".len() => continue,
            Err(e) => panic!("cut at {cut}: {e}"),
        };
        if cut < body {
            assert!(journal.is_none() && opened.events.is_empty(), "cut at {cut}: {:?}", opened.mode);
            continue;
        }
        let sure: Vec<_> = opened.events.iter().filter(|e| !e.provisional).collect();
        for (event, original) in sure.iter().zip(&all) {
            assert_eq!((&event.value, event.marker), (original, Marker::Matches), "cut at {cut}");
        }
        assert!(opened.events.len() - sure.len() <= 1, "cut at {cut}");
        let marked = whole[..cut]
            .split(|b| *b == b'\n')
            .filter(|l| l.starts_with(b"    # end ") && l.len() == "    # end 1 00000000".len());
        assert_eq!(sure.len(), marked.count(), "cut at {cut}");

        // Go on working: everything is there afterwards, and the recovered event stays provisional.
        let before = values(&opened);
        let next = json!({"n": 77, "do": "note", "text": "after the cut"});
        journal
            .unwrap_or_else(|| panic!("cut at {cut}: {:?}", opened.mode))
            .append(std::slice::from_ref(&next))
            .unwrap();
        let (_, again) = open(&path);
        assert_eq!(again.tail, Tail::Clean, "cut at {cut}");
        let expected: Vec<_> = before.into_iter().chain([next]).collect();
        assert_eq!(values(&again), expected, "cut at {cut}\n{}", again.text);
        for (old, new) in opened.events.iter().zip(&again.events) {
            assert_eq!((old.provisional, Marker::Matches), (new.provisional, new.marker), "cut at {cut}");
        }
        // What was cut away and not kept is beside the file.
        if let Tail::Torn { bytes, kept, .. } = &opened.tail {
            let aside = fs::read_dir(folder.path())
                .unwrap()
                .flatten()
                .find(|f| f.file_name().to_string_lossy().contains("torn-"));
            match aside {
                Some(file) => {
                    assert_eq!(fs::read(file.path()).unwrap(), whole[bytes.start..cut], "cut at {cut}");
                    fs::remove_file(file.path()).unwrap();
                }
                None => assert!(kept.is_some(), "cut at {cut}"),
            }
        }
    }
}

#[test]
fn cut_of_a_file_that_never_had_markers() {
    let folder = folder();
    let path = folder.path().join("hand.yaml");
    let hand = "schema: session/1\nid: x\nevents:\n  - n: 1\n    do: open\n    text: first words\n\n  - n: 2\n    do: note\n    text: second words\n";
    fs::write(&path, hand).unwrap();
    let (mut journal, opened) = open(&path);
    assert_eq!((opened.tail, opened.events.len()), (Tail::Clean, 2));
    journal.append(&[json!({"n": 3, "do": "note", "text": "third words"})]).unwrap();
    drop(journal);
    let whole = fs::read(&path).unwrap();
    assert!(whole.starts_with(hand.as_bytes()));
    for cut in hand.len()..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        let (_, opened) = open(&path);
        for event in opened.events.iter().filter(|e| !e.provisional) {
            let text = event.value["text"].as_str().unwrap();
            assert!(["first words", "second words", "third words"].contains(&text), "cut at {cut}: {text}");
        }
        assert!(opened.events.len() >= 2, "cut at {cut}");
    }
}

#[test]
fn zeros_after_a_power_cut_are_a_torn_tail() {
    let folder = folder();
    let path = session(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(&[0; 300]);
    fs::write(&path, &bytes).unwrap();
    let (mut journal, opened) = open(&path);
    assert_eq!(values(&opened), events());
    assert!(matches!(opened.tail, Tail::Torn { kept: None, .. }));
    journal.append(&[json!({"n": 7, "do": "note"})]).unwrap();
    drop(journal);
    let (_, again) = open(&path);
    assert_eq!((again.events.len(), again.tail), (7, Tail::Clean));
    assert!(!again.text.contains('\0'));
}

#[test]
fn flipped_bytes_never_lose_the_others() {
    let folder = folder();
    let path = session(folder.path());
    let whole = fs::read(&path).unwrap();
    let all = events();
    let clean = inspect(&path, &whole).unwrap();
    for at in 0..whole.len() {
        for new in [b'x', b'"', 0xff, b'\n', 0, b'#', b' ', b'-'] {
            let mut bytes = whole.clone();
            if bytes[at] == new {
                continue;
            }
            bytes[at] = new;
            let Ok(opened) = inspect(&path, &bytes) else {
                assert!(at < "schema: session/1\n".len() + 1, "byte {at} set to {new} is no session any more");
                continue;
            };
            for (i, original) in clean.events.iter().enumerate() {
                let end = clean.events.get(i + 1).map_or(whole.len(), |e| e.bytes.start);
                if (original.bytes.start.saturating_sub(1)..=end).contains(&at) {
                    continue;
                }
                let found = opened.events.iter().any(|e| e.value == all[i] && !e.provisional);
                assert!(found, "byte {at} set to {new:#x} lost event {}\n{}", i + 1, opened.text);
            }
            for event in &opened.events {
                let known = all.contains(&event.value);
                let told = event.provisional
                    || event.marker != Marker::Matches
                    || matches!(opened.mode, Mode::ReadOnly { .. });
                assert!(known || told, "byte {at} set to {new:#x} passed as sound: {}", event.value);
            }
        }
    }
}

#[test]
fn damage_in_the_middle_is_read_only_and_names_its_place() {
    let folder = folder();
    let path = session(folder.path());
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().position(|l| l.contains("n: 3")).unwrap() + 2;
    fs::write(&path, text.replacen("id: c3d4", "id: \"c3d4", 1)).unwrap();
    let (journal, opened) = Journal::open(&path).unwrap();
    assert!(journal.is_none());
    let Mode::ReadOnly { why } = &opened.mode else { panic!("writable") };
    assert!(why.contains("line") && why.contains("column"), "{why}");
    assert!(opened.warnings.iter().any(|w| w.line >= line), "{:?}", opened.warnings);
    let n: Vec<_> = opened.events.iter().map(|e| e.value["n"].as_u64().unwrap()).collect();
    assert_eq!(n, [1, 2, 4, 5, 6]);
}

#[test]
fn an_edit_by_hand_is_told_and_kept() {
    let folder = folder();
    let path = session(folder.path());
    let text = fs::read_to_string(&path).unwrap().replacen("Drivers moved.", "Drivers stayed.", 1);
    fs::write(&path, &text).unwrap();
    let (mut journal, opened) = open(&path);
    let markers: Vec<_> = opened.events.iter().map(|e| e.marker == Marker::Edited).collect();
    assert_eq!(markers, [false, true, false, false, false, false]);
    assert_eq!(opened.warnings.len(), 1);
    journal.append(&[json!({"n": 7, "do": "note"})]).unwrap();
    drop(journal);
    assert!(fs::read_to_string(&path).unwrap().starts_with(&text));
    // Other line ends are no edit.
    fs::write(&path, text.replacen("Drivers stayed.", "Drivers moved.", 1).replace('\n', "\r\n")).unwrap();
    let (_, opened) = open(&path);
    assert!(opened.events.iter().all(|e| e.marker == Marker::Matches));
    assert_eq!(values(&opened), events());
}

#[test]
fn an_event_put_in_by_hand_among_marked_ones_is_told() {
    let folder = folder();
    let path = session(folder.path());
    let text = fs::read_to_string(&path).unwrap();
    // The third event loses its marker, as when somebody writes one of their own.
    let marker = text.lines().find(|l| l.trim_start().starts_with("# end 3 ")).unwrap();
    fs::write(&path, text.replacen(&format!("{marker}\n"), "", 1)).unwrap();
    let (_, opened) = open(&path);
    let markers: Vec<_> = opened.events.iter().map(|e| e.marker == Marker::Edited).collect();
    assert_eq!(markers, [false, false, true, false, false, false]);
    assert!(opened.warnings[0].message.contains("put in or edited by hand"), "{:?}", opened.warnings);
    assert_eq!(values(&opened), events());
}

//! Which playbook a session finds again.

use std::fs;

use super::*;

const CHURN: &str = BUILT_IN[0].1;

fn header(session: &Path, playbook: &Path) -> Header {
    let found = find_playbook(&playbook.display().to_string(), session.parent()).unwrap();
    serde_json::from_value(new_header(session, &found, "2026-10-05T08:00:00Z")).unwrap()
}

#[test]
fn a_playbook_given_by_its_path_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let session = folder.path().join("work/s.yaml");
    let own = folder.path().join("books/own.yaml");
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    fs::create_dir_all(session.parent().unwrap()).unwrap();
    fs::write(&own, CHURN.replacen("title:", "title: Our own, ", 1)).unwrap();
    let header = header(&session, &own);
    assert_eq!(header.playbook["path"], "../books/own.yaml");
    let (found, words) = playbook_of(&header, &session);
    assert!(found.unwrap().playbook.title.starts_with("Our own"));
    assert_eq!(words, None);

    // Changed since.
    let text = fs::read_to_string(&own).unwrap();
    fs::write(&own, format!("{text}\n# more\n")).unwrap();
    assert!(playbook_of(&header, &session).1.unwrap().contains("has changed"));

    // Gone, and the built-in one has the same id and other content.
    fs::rename(&own, folder.path().join("books/moved.yaml")).unwrap();
    let (found, words) = playbook_of(&header, &session);
    let words = words.unwrap();
    assert!(found.unwrap().is_built_in());
    assert!(words.contains("own.yaml") && words.contains("other content"), "{words}");

    // Another one took its file.
    fs::write(&own, BUILT_IN[1].1).unwrap();
    assert!(playbook_of(&header, &session).1.unwrap().contains("data_bug_leakage now, not churn"));

    // Something that is no file is not read for ever.
    let mut odd = header.clone();
    odd.playbook.insert("path".into(), "/dev/zero".into());
    assert!(playbook_of(&odd, &session).1.unwrap().contains("it is no file"));
}

#[test]
fn one_that_is_found_by_its_id_needs_no_path() {
    let folder = tempfile::tempdir().unwrap();
    let session = folder.path().join("s.yaml");
    let found = find_playbook("churn", session.parent()).unwrap();
    assert!(new_header(&session, &found, "2026-10-05T08:00:00Z")["playbook"].get("path").is_none());
    let own = folder.path().join("playbooks/churn.yaml");
    fs::create_dir_all(own.parent().unwrap()).unwrap();
    fs::write(&own, CHURN).unwrap();
    let found = find_playbook("churn", session.parent()).unwrap();
    assert!(!found.is_built_in());
    assert!(new_header(&session, &found, "2026-10-05T08:00:00Z")["playbook"].get("path").is_none());
    // The same text under its id is the same playbook, wherever it was.
    let elsewhere = folder.path().join("other.yaml");
    fs::write(&elsewhere, CHURN).unwrap();
    let header = header(&session, &elsewhere);
    fs::remove_file(&elsewhere).unwrap();
    assert_eq!(playbook_of(&header, &session).1, None);
}

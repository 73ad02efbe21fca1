//! Every playbook that is shipped or given as a reference loads and lints without faults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use whyboard::cli::lint::look;
use whyboard::cli::load::{BUILT_IN, find_playbook};
use whyboard::domain::event::Shape;
use whyboard::domain::playbook::{Flow, Playbook, QuestionState};
use whyboard::domain::session::{Header, Session};

fn assets() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/playbooks");
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

fn built_in() -> Vec<Playbook> {
    BUILT_IN.iter().map(|(id, _)| (*find_playbook(id, None).unwrap().playbook).clone()).collect()
}

#[test]
fn the_built_in_ones_have_neither_faults_nor_warnings() {
    let all = assets();
    assert_eq!(all.len(), BUILT_IN.len(), "every playbook of assets is built in");
    for path in all {
        let looked = look(&path);
        assert_eq!(looked.findings, [], "{}", path.display());
        assert_eq!(looked.kind, "playbook");
    }
}

#[test]
fn the_reference_ones_have_no_faults() {
    let folder = Path::new("/work/shared/reference/playbooks");
    if !folder.is_dir() {
        eprintln!("skipped: {} is not here", folder.display());
        return;
    }
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let looked = look(&path);
        let faults: Vec<_> = looked.findings.iter().filter(|f| !f.warning).collect();
        assert!(faults.is_empty(), "{}: {faults:?}", path.display());
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn ids_are_the_names_under_which_they_are_found() {
    for (id, text) in BUILT_IN {
        let found = find_playbook(id, None).unwrap();
        assert_eq!(found.playbook.id, id);
        assert_eq!(found.text, text);
        assert_eq!(found.origin, "built in");
    }
    let missing = find_playbook("no_such_thing", None).unwrap_err();
    assert!(missing.contains("churn"), "{missing}");
}

/// A level shows fewer questions than a rise, and none that speaks of an onset.
#[test]
fn every_shape_has_questions_to_ask() {
    for book in built_in() {
        let mut session = Session::new(Header::default());
        let open = Flow::new(&book, &session).visible().len();
        for shape in [Shape::Rise, Shape::Level] {
            session.state.goal.shape = Some(shape);
            let flow = Flow::new(&book, &session);
            let visible = flow.visible();
            assert!(visible.len() >= 8 && visible.len() <= open, "{}: {} of {open}", book.id, visible.len());
            assert!(visible.iter().all(|q| q.only.is_none_or(|o| o == shape)));
            assert_eq!(flow.coverage(), (0, visible.len()));
            assert!(visible.iter().all(|q| flow.state_of(&q.id) == QuestionState::Open));
        }
    }
}

#[test]
fn every_question_can_be_asked_of_somebody() {
    for book in built_in() {
        let session = Session::new(Header::default());
        let flow = Flow::new(&book, &session);
        let mut reached = std::collections::BTreeSet::new();
        for (role, _) in &book.roles {
            reached.extend(flow.for_person("px", role).iter().map(|q| q.id.clone()));
        }
        let visible: std::collections::BTreeSet<String> = flow.visible().iter().map(|q| q.id.clone()).collect();
        assert_eq!(reached, visible, "{}", book.id);
    }
}

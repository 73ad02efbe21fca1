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
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = std::env::var_os("WHYBOARD_SHARED").map_or(beside, Into::into).join("reference/playbooks");
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

/// While nobody knows the shape, only what fits both is asked; each shape adds its own.
#[test]
fn every_shape_has_questions_to_ask() {
    for book in built_in() {
        let mut session = Session::new(Header::default());
        let open = Flow::new(&book, &session).visible().len();
        for shape in [Shape::Rise, Shape::Level] {
            session.state.goal.shape = Some(shape);
            let flow = Flow::new(&book, &session);
            let visible = flow.visible();
            assert!(open >= 8 && visible.len() >= open, "{}: {} of {open}", book.id, visible.len());
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
        assert!(flow.visible().iter().all(|q| q.only.is_none()), "{}", book.id);
        for (role, _) in &book.roles {
            reached.extend(flow.for_person("px", role).iter().map(|q| q.id.clone()));
        }
        let visible: std::collections::BTreeSet<String> = flow.visible().iter().map(|q| q.id.clone()).collect();
        assert_eq!(reached, visible, "{}", book.id);
    }
}

/// Faults of a small playbook after a change of its text, as `line:column message`.
fn faults(from: &str, to: &str) -> (i32, Vec<String>) {
    const SMALL: &str = include_str!("golden/small-playbook.yaml");
    assert!(SMALL.contains(from), "{from}");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("small.yaml");
    std::fs::write(&path, SMALL.replacen(from, to, 1)).unwrap();
    let looked = look(&path);
    let faults: Vec<String> = looked
        .findings
        .iter()
        .filter(|f| !f.warning)
        .map(|f| format!("{}:{} {}", f.line, f.column, f.message))
        .collect();
    (i32::from(!looked.ok()), faults)
}

#[test]
fn the_small_one_is_clean() {
    assert_eq!(faults("id: small", "id: small"), (0, vec![]));
}

#[test]
fn faults_have_line_and_column() {
    for (from, to, want) in [
        (
            "version: \"1.0.0\"",
            "version: 1.10",
            "3:10 write the version in quotes, \"1.10\": it is read as a number, and 1.10 as 1.1",
        ),
        (
            "playbook/1",
            "playbook/2",
            "1:1 the schema is playbook/2, this version reads playbook/1; update whyboard, or write it the older way",
        ),
        ("{is: some}", "{iz: some}", "20:16 q1: this version does not read the key iz in when"),
        (
            "propose: [h_kitchen]",
            "propos: [h_kitchen]",
            "21:9 q1: this version does not read the key propos in then; is propose meant?",
        ),
        ("{cooks}", "{cook}", "28:46 q2: nothing fills {cook}: no earlier answer sets cook"),
        ("{cooks: answer}", "{cooks: anser}", "18:18 q1: set: cooks can't be anser; write answer"),
        (
            "Since when",
            "Don't you think it began",
            "28:5 q2: \"don't you\" leads the witness to a solution; ask what happened instead",
        ),
        (
            "{metric: rate_ratio, gte: 1.3}",
            "{metric: rate_ratio, gt3: 1.3}",
            "49:34 d_hours: this version does not read the key gt3 in yes_if",
        ),
    ] {
        let (exit, found) = faults(from, to);
        assert_eq!(exit, 1, "{to}: {found:?}");
        assert!(found.iter().any(|f| f == want), "{to}: {found:?} instead of {want}");
    }
}

#[test]
fn lint_follows_extends() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let head = "schema: playbook/1\nid: mine\nversion: \"1\"\ntitle: Mine\n";
    let sound = look(&write("mine.yaml", &format!("{head}extends: churn\n")));
    assert_eq!(sound.findings, []);
    let own = format!("{head}extends: churn\nquestions:\n  - id: q01\n    stage: nowhere\n");
    let looked = look(&write("own.yaml", &own));
    let at = |f: &whyboard::cli::lint::Finding| (f.line, f.column, f.message.clone());
    assert_eq!(looked.findings.iter().map(at).collect::<Vec<_>>(), [(8, 12, "q01: there is no stage nowhere".into())]);
    // A stage is taken away from under the questions of the base.
    let lost = look(&write("lost.yaml", &format!("{head}extends: nothing_like_it\n")));
    assert_eq!((lost.findings.len(), lost.findings[0].line, lost.ok()), (1, 5, false));
    assert!(lost.findings[0].message.contains("extends nothing_like_it: there is no such playbook"));
}

//! Triage.

use serde_json::json;

use super::*;
use crate::app::screens::ask::fixture::{acts, answer, app, press, typed};
use crate::app::screens::ask::triage;
use crate::domain::session::ProposalFate;
use crate::domain::words::{Grade, Origin, Rating};

#[test]
fn triage_takes_hypotheses_first_then_clues_with_their_ratings() {
    let mut app = app();
    answer(&mut app, "q11", "p3", json!("yes"), "");
    answer(&mut app, "q04", "p1", json!("nobody_knows"), "");
    press(&mut app, "t");
    let kinds: Vec<_> = triage::waiting(&app).iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [ProposalKind::Hypothesis, ProposalKind::Hypothesis, ProposalKind::Clue, ProposalKind::Block]);

    // One hypothesis at once, then the rest; u takes all of a step back.
    let events = acts(&press(&mut app, "Enter"));
    assert!(
        matches!(&events[..], [Act::Hypothesis { hypothesis, proposal: Some(_), from: Some(f), .. }] if hypothesis == "service" && f == "h_service")
    );
    let events = acts(&press(&mut app, "A"));
    assert!(matches!(&events[..], [Act::Hypothesis { row: Some(row), .. }] if row == "data"));
    press(&mut app, "u");
    assert_eq!(open_kinds(&app).iter().filter(|k| **k == ProposalKind::Hypothesis).count(), 1);
    press(&mut app, "Ctrl-R");
    assert_eq!(open_kinds(&app), [ProposalKind::Clue, ProposalKind::Block]);

    // The clue opens with the suggested rating.
    assert_eq!(press(&mut app, "Enter"), []);
    let events = acts(&press(&mut app, "Ctrl-S"));
    let [Act::Clue { origin, grade, ratings, family, proposal: Some(_), .. }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((*origin, *grade, family.as_str()), (Origin::Told, Grade::C, "person:p3"));
    assert_eq!(ratings.get("service"), Some(&Rating::SomewhatExpected));

    // What blocks is kept as a note.
    let events = acts(&press(&mut app, "a"));
    assert!(matches!(&events[..], [Act::Note { text }, Act::Dismiss { .. }] if text.starts_with("Agree on one rule")));
    assert_eq!(open_kinds(&app), []);
    assert_eq!(app.doc.as_ref().unwrap().session.faults, []);
    // With nothing left, keys say so instead of doing something else.
    press(&mut app, "x");
    assert!(message(&app).contains("nothing waits"), "{}", message(&app));
    press(&mut app, "t");
    assert!(!app.views.ask.triage);
}

#[test]
fn triage_dismisses_and_edits() {
    let mut app = app();
    answer(&mut app, "q00", "p1", json!("level"), "");
    press(&mut app, "t x");
    let state = &app.doc.as_ref().unwrap().session.state;
    assert_eq!(state.proposals.iter().filter(|p| p.fate == ProposalFate::Dismissed).count(), 1);
    press(&mut app, "u");
    assert_eq!(open_kinds(&app).len(), 6);
    // Other words for a hypothesis.
    press(&mut app, "e");
    press(&mut app, &"Ctrl-W ".repeat(9));
    typed(&mut app, "Nothing holds them");
    let events = acts(&press(&mut app, "Enter"));
    assert!(
        matches!(&events[..], [Act::Hypothesis { title, from: Some(f), .. }] if title == "Nothing holds them" && f == "h_contract")
    );
    // All hypotheses that are left, in one step.
    let events = press(&mut app, "A");
    assert_eq!(events.len(), 4);
    let mut ids: Vec<_> = app.doc.as_ref().unwrap().session.events.iter().map(|e| e.id.clone()).collect();
    let n = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), n, "every event has its own id");
}

#[test]
fn two_people_who_contradict_each_other_are_named_in_triage() {
    let mut app = app();
    answer(&mut app, "q00", "p1", json!("level"), "");
    answer(&mut app, "q00", "p2", json!("rise"), "");
    press(&mut app, "t");
    let rows = triage::waiting(&app);
    let contradiction = rows.iter().find(|p| p.kind == ProposalKind::Contradiction).unwrap();
    assert!(contradiction.text.contains("Data scientist") && contradiction.text.contains("Growth lead"));
    assert_eq!(rows.iter().position(|p| p.kind == ProposalKind::Contradiction), Some(rows.len() - 1));
}

//! A replay from the first event on: with its data, led to what each event is about, with the board before and after.

use super::*;
use crate::app::screens::ask::fixture::{self, press};
use crate::app::screens::explore::fixture::{Bench, With};
use crate::app::{App, Loaded, Msg, update};

/// The session of a bench as a replay from an event on.
fn replay(b: Bench, from: usize) -> (App, Vec<Effect>) {
    let doc = b.app.doc.unwrap();
    let loaded = Loaded {
        path: doc.path,
        session: doc.session,
        playbook: doc.playbook,
        read_only: None,
        warnings: Vec::new(),
        replay_from: Some(from),
    };
    let mut app = App { size: (120, 40), ..App::default() };
    let effects = update(&mut app, Msg::Opened(Box::new(loaded)));
    (app, effects)
}

fn checked() -> Bench {
    let mut b = Bench::with(With::default());
    b.select_check("d_contract_level");
    b.press("t Ctrl-S Ctrl-S Esc");
    b.select("Contract");
    // What is suggested is taken out again: the clue moves nothing.
    b.press("c Tab Backspace j Backspace j Backspace Tab Tab Tab");
    b.press("Ctrl-S");
    b
}

#[test]
fn from_the_start_it_opens_the_tables_of_the_whole_session() {
    let (app, effects) = replay(checked(), 0);
    assert_eq!(app.doc.as_ref().unwrap().session.events.len(), 0);
    assert!(
        effects.iter().any(|e| matches!(e, Effect::OpenData { data, .. } if data == "users")),
        "nothing is attached yet, and its data is opened all the same: {effects:?}"
    );
}

#[test]
fn each_step_leads_to_what_it_is_about() {
    let (mut app, _) = replay(checked(), 0);
    let mut seen = Vec::new();
    let n = app.doc.as_ref().unwrap().replay.as_ref().unwrap().full.events.len();
    for _ in 0..n {
        press(&mut app, "n");
        let event = app.doc.as_ref().unwrap().session.events.last().unwrap().clone();
        match &event.act {
            Act::Check { check, .. } => {
                assert_eq!((app.screen, app.views.explore.pane), (Screen::Explore, Pane::Checks));
                let rows = explore::current_checks(&app);
                let at = app.views.explore.checks.selected(rows.len()).unwrap();
                assert_eq!(rows[at].id, *check);
                seen.push("check");
            }
            Act::Kpi { .. } => {
                let steps = problem::steps(&app);
                assert_eq!(steps[app.views.problem.list.selected(steps.len()).unwrap()].kind, StepKind::Kpi);
                seen.push("kpi");
            }
            Act::Clue { clue, .. } => {
                assert_eq!(super::super::score::selected_clue(&app).as_ref(), Some(clue));
                seen.push("clue");
            }
            _ => {}
        }
    }
    seen.dedup();
    assert_eq!(seen, ["kpi", "check", "clue"]);
}

#[test]
fn an_answer_leads_to_its_question() {
    let mut app = fixture::app();
    fixture::answer(&mut app, "q04", "p3", serde_json::Value::Null, "Nobody knows.");
    let b = app.doc.take().unwrap();
    let loaded = Loaded {
        path: b.path,
        session: b.session,
        playbook: b.playbook,
        read_only: None,
        warnings: Vec::new(),
        replay_from: Some(0),
    };
    let mut app = App::default();
    let _ = update(&mut app, Msg::Opened(Box::new(loaded)));
    press(&mut app, ">");
    assert_eq!((app.screen, ask::list::selected(&app).as_deref()), (Screen::Ask, Some("q04")));
}

#[test]
fn an_answer_about_a_column_leads_to_the_leaks() {
    let mut b = Bench::with(With::default());
    let answer = |column: &str, before: Vec<String>| Act::KnownBefore {
        column: column.into(),
        known: false,
        before,
        said_by: None,
        why: String::new(),
    };
    b.record(answer("charges", Vec::new()));
    b.record(answer("tenure", Vec::new()));
    b.record(answer("coin", vec!["Contract".into()]));
    let n = b.app.doc.as_ref().unwrap().session.events.len();
    let engine_app = b.app.tables.clone();
    let (mut app, _) = replay(b, n - 3);
    app.tables = engine_app;
    press(&mut app, "n");
    assert_eq!((app.screen, app.views.explore.pane), (Screen::Explore, Pane::Leaks));
    press(&mut app, "n");
    // The answers stand there before the columns were looked at.
    assert!(app.views.explore.leaks.found.is_none());
    assert_eq!(explore::leaks::selected(&app).map(|r| r.column), Some("tenure"));
    press(&mut app, "n");
    assert_eq!(app.views.explore.pane, Pane::Columns, "what was fixed before what stands beside the column");
}

#[test]
fn the_board_is_known_before_and_after_each_step() {
    let mut b = checked();
    let row = "h_contract".to_owned();
    let clue = b.app.doc.as_ref().unwrap().session.state.clues[0].id.clone();
    let ratings = [(row.clone(), crate::domain::words::Rating::Expected)].into_iter().collect();
    b.record(Act::Rate { clue, ratings, reason: None });
    let n = b.app.doc.as_ref().unwrap().session.events.len();
    let (mut app, _) = replay(b, n - 1);
    assert_eq!(app.doc.as_ref().unwrap().replay.as_ref().unwrap().moved, None, "a clue without ratings moves nothing");
    let before = app.doc.as_ref().unwrap().board.board.p(&row);
    press(&mut app, "n");
    let doc = app.doc.as_ref().unwrap();
    let moved = doc.replay.as_ref().unwrap().moved.clone().unwrap();
    assert_eq!((moved.row.as_str(), moved.before), (row.as_str(), before));
    assert!(moved.after > moved.before && moved.after == doc.board.board.p(&row));
    press(&mut app, "N");
    assert_eq!(app.doc.as_ref().unwrap().replay.as_ref().unwrap().moved, None);
}

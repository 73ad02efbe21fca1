//! What forms record and what they refuse.

use crate::app::screens::explore::fixture::Bench;
use crate::app::{Msg, update};
use crate::domain::event::Act;

/// The forecast form of a check that is done by hand.
fn forecast() -> Bench {
    let mut b = Bench::new();
    b.select_check("d_independent");
    b.press("t");
    b
}

fn forecasts(acts: &[Act]) -> Vec<(&str, f64)> {
    match acts {
        [Act::Predict { forecasts, .. }] => forecasts.iter().map(|(a, p)| (a.as_str(), *p)).collect(),
        other => panic!("a forecast was expected: {other:?}"),
    }
}

#[test]
fn a_forecast_is_percent_and_others_may_give_theirs() {
    let mut b = forecast();
    b.typed("1");
    b.press("Tab");
    b.typed("p2 90, p3: 30%");
    let acts = b.press("Ctrl-S");
    assert_eq!(forecasts(&acts), [("p1", 0.01), ("p2", 0.9), ("p3", 0.3)]);
}

#[test]
fn a_forecast_that_makes_no_sense_is_refused_and_stays() {
    for (mine, others, why) in [
        ("150", "", "A forecast lies between 0 and 100 percent."),
        ("-5", "", "A forecast lies between 0 and 100 percent."),
        ("perhaps", "", "\"perhaps\" is not a number. Write digits, such as 8.0."),
        ("1,200", "", "\"1,200\" can be read as two numbers. Write 1200 for the thousands, or 1.200 with a point."),
        ("50", "p9 30", "Nobody is known as p9."),
        ("50", "p2", "\"p2\": write alias and percent, such as p3 90."),
        ("50", "p2 300", "A forecast lies between 0 and 100 percent."),
    ] {
        let mut b = forecast();
        b.typed(mine);
        b.press("Tab");
        b.typed(others);
        assert!(b.press("Ctrl-S").is_empty(), "{mine} {others}");
        assert_eq!(b.form().error.as_deref(), Some(why));
        assert_eq!((b.form().text("mine").as_str(), b.form().text("others").as_str()), (mine, others));
    }
}

#[test]
fn a_forecast_that_was_left_comes_back() {
    let mut b = forecast();
    b.typed("65");
    b.press("Esc");
    assert!(b.app.popups.is_empty());
    b.press("t");
    assert_eq!(b.form().text("mine"), "65");
}

#[test]
fn every_role_of_a_check_needs_a_column() {
    let mut b = Bench::new();
    b.select_check("d_first_success");
    b.press("t");
    // No column is called anything like a first success: nothing is guessed.
    assert!(b.press("Ctrl-S").is_empty());
    assert_eq!(
        b.form().error.as_deref(),
        Some("No column for first success. Esc leaves: this check can't run without it.")
    );
    b.press("Right");
    let acts = b.press("Ctrl-S");
    assert!(
        matches!(acts.as_slice(), [Act::MapColumns { columns, data: Some(data) }]
        if columns.len() == 2 && data == "users"),
        "{acts:?}"
    );
}

#[test]
fn the_unit_of_a_kpi_must_be_a_column() {
    let mut b = Bench::new();
    b.press("K");
    b.press("Tab Tab Tab");
    b.typed("customer");
    assert!(b.press("Ctrl-S").is_empty());
    assert_eq!(b.form().error.as_deref(), Some("There is no column \"customer\" in users."));
    b.typed("_id");
    let acts = b.press("Ctrl-S");
    let unit = acts.iter().find_map(|a| match a {
        Act::Kpi { independent_unit, .. } => independent_unit.clone(),
        _ => None,
    });
    assert_eq!(unit.as_deref(), Some("customer_id"));
}

#[test]
fn a_kpi_that_can_not_be_read_is_refused_with_its_text() {
    let mut b = Bench::unbound(Default::default());
    b.press("K");
    b.typed("rate(");
    assert!(b.press("Ctrl-S").is_empty());
    assert!(b.form().error.is_some());
    assert!(b.form().text("kpi").ends_with("rate("));
}

#[test]
fn a_kpi_over_a_column_that_is_not_there_is_said_and_not_bound() {
    let mut b = Bench::unbound(Default::default());
    b.press("S-Tab K");
    b.typed("mean(no_such_column)");
    assert!(b.press("Ctrl-S").is_empty());
    assert!(b.form().error.as_deref().unwrap().contains("no_such_column"), "{:?}", b.form().error);
    assert_eq!(b.form().text("kpi"), "mean(no_such_column)", "what was typed is still there");
    assert!(b.app.doc.as_ref().unwrap().session.state.kpi.is_none());
}

#[test]
fn a_table_takes_its_name_from_its_file() {
    for (path, name) in [
        ("data/telco_churn.csv", "telco_churn"),
        (r"C:\tables\Kunden 2026.csv.gz", "Kunden2026"),
        ("地區.csv", "地區"),
        ("/tmp/.csv", "data"),
        ("", "data"),
    ] {
        assert_eq!(super::table_name(path), name);
    }
}

#[test]
fn a_wrong_path_is_not_recorded_and_comes_back_with_the_reason() {
    let mut b = Bench::new();
    b.press("1 a");
    b.typed("/nowhere/orders.csv");
    assert!(b.press("Ctrl-S").is_empty(), "nothing is recorded");
    let error = b.form().error.clone().unwrap();
    assert!(error.contains("orders.csv"), "{error}");
    assert_eq!((b.form().text("path").as_str(), b.form().text("data").as_str()), ("/nowhere/orders.csv", "orders"));
    assert!(!b.app.tables.contains_key("orders"));
    // The same for a name that stands already: the old table stays as it is.
    b.press("Tab Ctrl-U Ctrl-K");
    b.typed("users");
    assert!(b.press("Ctrl-S").is_empty());
    assert!(b.form().error.is_some());
    b.press("Esc");
    let info = b.app.main_info().unwrap();
    assert!(info.failed.is_none() && info.rows == 400);
    assert_eq!(b.app.doc.as_ref().unwrap().session.state.tables.len(), 1);
}

#[test]
fn a_wrong_path_never_takes_the_keys_of_another_form() {
    let mut b = Bench::new();
    b.app.views.problem.attaching =
        Some(crate::app::screens::problem::Attaching { data: "orders".into(), path: "orders.csv".into(), sql: None });
    b.press("o");
    b.typed("a note");
    let result = Err("orders.csv is not there.".to_owned());
    let _ = update(&mut b.app, Msg::DataOpened { data: "orders".into(), result });
    assert_eq!(b.form().text("text"), "a note");
    assert!(b.said().contains("orders.csv is not there."));
    b.press("Ctrl-S");
    b.press("1 a");
    assert_eq!(b.form().text("path"), "orders.csv");
}

#[test]
fn the_main_table_is_one_that_opened() {
    let mut b = Bench::unbound(Default::default());
    b.record(Act::AttachData { data: "zones".into(), path: "zones.csv".into(), sql: None, facts: Default::default() });
    b.app.tables.insert("zones".into(), Default::default());
    assert_eq!(b.app.main_table(), Some("users"));
    b.app.tables.get_mut("users").unwrap().failed = Some("It is gone.".into());
    assert_eq!(b.app.main_table(), Some("zones"));
    b.app.tables.get_mut("zones").unwrap().failed = Some("It is gone.".into());
    assert_eq!(b.app.main_table(), Some("users"));
}

#[test]
fn the_words_of_a_clue_go_and_no_reason_keeps_them() {
    let mut b = Bench::new();
    let text = "Anna Smith says that waits doubled";
    b.record(Act::Note { text: text.into() });
    let source = crate::domain::event::EventRef::N(b.app.doc.as_ref().unwrap().session.next_n() - 1);
    b.record(Act::Clue {
        clue: String::new(),
        text: text.into(),
        origin: crate::domain::words::Origin::Told,
        grade: crate::domain::words::Grade::C,
        family: "person:p2".into(),
        source: crate::domain::event::ClueSource { event: source },
        proposal: None,
        repeat_of: None,
        ratings: Default::default(),
        reason: None,
    });
    b.app.drafts.insert("Note".into(), [("text".to_owned(), format!("More: {text}"))].into());
    b.press("4 x");
    b.typed(text);
    assert!(b.press("Ctrl-S").is_empty());
    assert!(b.form().error.as_deref().unwrap().contains("would keep the words"), "{:?}", b.form().error);
    b.press("Ctrl-U");
    b.typed("She asked for it");
    let acts = b.press("Ctrl-S");
    assert!(matches!(acts.as_slice(), [Act::Redact { field, .. }] if field == "text"), "{acts:?}");
    assert!(b.other.iter().any(|e| matches!(e, crate::app::Effect::Scrub(_))));
    assert!(b.app.doc.as_ref().unwrap().session.state.clues[0].text.starts_with("[removed on request"));
    assert!(!b.app.drafts["Note"]["text"].contains("Anna"));
}

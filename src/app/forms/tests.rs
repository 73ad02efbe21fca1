//! What forms record and what they refuse.

use crate::app::screens::explore::fixture::Bench;
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
    assert!(b.said().contains("no_such_column"), "{}", b.said());
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

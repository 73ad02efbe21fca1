//! Keys that arrange the table: what is shown after each, and after taking it back. Nothing is ever recorded.

use super::super::filter::{conditions, filter};
use super::super::fixture::{Bench, ROWS, With};
use super::super::{Pane, shown as split_shown};
use super::{arranged, columns, hidden, selected_column, wanted};
use crate::app::form::FieldKind;
use crate::app::{App, CANCELLED, Msg, place, update};
use crate::query::{Cell, SortKey};

fn bench() -> Bench {
    let mut b = Bench::new();
    while b.app.views.explore.pane != Pane::Table {
        b.press("Tab");
    }
    b
}

/// Names of the shown columns.
fn names(app: &App) -> Vec<&str> {
    let schema = &app.main_info().unwrap().schema;
    columns(app).into_iter().map(|i| schema.columns[i].name.as_str()).collect()
}

/// The cell of a loaded row.
fn cell(app: &App, row: usize, column: &str) -> Cell {
    let info = app.main_info().unwrap();
    let at = info.schema.columns.iter().position(|c| c.name == column).unwrap();
    info.page.rows[row - usize::try_from(info.page.start).unwrap()][at].clone()
}

fn go_to(b: &mut Bench, column: &str) {
    let at = names(&b.app).iter().position(|n| *n == column).unwrap();
    b.app.views.explore.column.select(at);
    assert_eq!(selected_column(&b.app).unwrap().1.name, column);
}

fn sorted(app: &App) -> Vec<(String, bool)> {
    wanted(app).sort.into_iter().map(|SortKey { column, descending }| (column, descending)).collect()
}

/// Presses keys that may record nothing.
fn press(b: &mut Bench, keys: &str) {
    assert!(b.press(keys).is_empty(), "{keys} recorded something");
}

#[test]
fn s_sorts_up_then_down_then_not_and_each_can_be_undone() {
    let mut b = bench();
    go_to(&mut b, "charges");
    let first = cell(&b.app, 0, "charges");
    press(&mut b, "j j j s");
    assert_eq!(cell(&b.app, 0, "charges"), Cell::Float(20.0));
    assert_eq!(b.app.views.explore.table.selected(ROWS), Some(0), "the cursor is on the first row");
    press(&mut b, "s");
    assert_eq!(sorted(&b.app), [("charges".to_owned(), true)]);
    let most = (0..ROWS).filter(|i| i % 40 != 7).map(|i| i * 37 % 900).max().unwrap();
    let most = Cell::Float(f64::from(u32::try_from(most).unwrap()) / 10.0 + 20.0);
    assert_eq!(cell(&b.app, 0, "charges"), most);
    press(&mut b, "G");
    assert_eq!(cell(&b.app, ROWS - 1, "charges"), Cell::Null, "nulls are last");
    press(&mut b, "g");
    press(&mut b, "s");
    assert_eq!(sorted(&b.app), []);
    assert_eq!(cell(&b.app, 0, "charges"), first);
    press(&mut b, "z");
    assert_eq!((sorted(&b.app), b.said()), (vec![("charges".to_owned(), true)], "Undone: the sort. Z brings it back."));
    assert_eq!(cell(&b.app, 0, "charges"), most);
    press(&mut b, "z z");
    assert_eq!(cell(&b.app, 0, "charges"), first);
    press(&mut b, "z");
    assert_eq!(b.said(), "The view was not changed.");
    press(&mut b, "Z");
    assert_eq!(sorted(&b.app), [("charges".to_owned(), false)]);
    press(&mut b, "Z Z Z");
    assert_eq!((sorted(&b.app), b.said()), (vec![], "Nothing of the view was undone."));
}

#[test]
fn capital_s_adds_a_key() {
    let mut b = bench();
    go_to(&mut b, "Contract");
    press(&mut b, "s");
    go_to(&mut b, "tenure");
    press(&mut b, "S S");
    assert_eq!(sorted(&b.app), [("Contract".to_owned(), false), ("tenure".to_owned(), true)]);
    assert_eq!(
        (cell(&b.app, 0, "Contract"), cell(&b.app, 0, "tenure")),
        (Cell::Text("Month-to-month".into()), Cell::Int(60))
    );
    press(&mut b, "S");
    assert_eq!(sorted(&b.app), [("Contract".to_owned(), false)]);
    press(&mut b, "z z");
    assert_eq!(sorted(&b.app), [("Contract".to_owned(), false), ("tenure".to_owned(), false)]);
    // Alone again, from the start.
    press(&mut b, "s");
    assert_eq!(sorted(&b.app), [("tenure".to_owned(), false)]);
}

#[test]
fn rows_like_this_cell_and_unlike_it_and_every_figure_follows() {
    let mut b = bench();
    assert_eq!(b.app.views.explore.level.as_ref().unwrap().level.value, Some(0.4));
    go_to(&mut b, "Contract");
    press(&mut b, "j j j +");
    assert_eq!(filter(&b.app).as_deref(), Some("\"Contract\" = 'Two year'"));
    let info = b.app.main_info().unwrap();
    assert_eq!((info.rows, info.all_rows), (100, 400));
    assert_eq!(b.app.views.explore.level.as_ref().unwrap().level.value, Some(0.15), "the level is of these rows");
    assert_eq!(info.profile.as_ref().unwrap().rows, 100, "the profile too");
    go_to(&mut b, "charges");
    press(&mut b, "j");
    assert_eq!(cell(&b.app, 1, "charges"), Cell::Null);
    press(&mut b, "-");
    assert_eq!(conditions(&b.app).last().unwrap(), "\"charges\" IS NOT NULL");
    let left = b.app.main_info().unwrap().rows;
    assert_eq!(left, 90);
    press(&mut b, "Esc");
    assert_eq!(conditions(&b.app).len(), 1, "Esc takes the last condition away");
    press(&mut b, "z z");
    assert_eq!((b.app.main_info().unwrap().rows, conditions(&b.app).len()), (100, 1));
    press(&mut b, "z");
    assert_eq!((b.app.main_info().unwrap().rows, filter(&b.app)), (400, None));
    assert_eq!(b.app.views.explore.level.as_ref().unwrap().level.value, Some(0.4));
}

#[test]
fn unlike_keeps_nulls_and_exact_numbers() {
    let mut b = bench();
    go_to(&mut b, "charges");
    assert_eq!(cell(&b.app, 0, "charges"), Cell::Float(20.0));
    press(&mut b, "-");
    assert_eq!(filter(&b.app).unwrap(), "(\"charges\" <> 20 OR \"charges\" IS NULL)");
    let without = b.app.main_info().unwrap().rows;
    press(&mut b, "z +");
    assert_eq!(without + b.app.main_info().unwrap().rows, 400);
}

#[test]
fn a_condition_is_typed_and_what_is_wrong_stands_in_the_form() {
    let mut b = bench();
    press(&mut b, "f Ctrl-U");
    b.typed("tenure > 30 AND");
    press(&mut b, "Ctrl-S");
    assert!(b.form().error.as_ref().unwrap().contains("can't be used"), "{:?}", b.form().error);
    assert!(filter(&b.app).is_none() && b.app.main_info().unwrap().rows == 400);
    assert!(arranged(&b.app).unwrap().now.view.is_plain());
    b.typed(" coin = 'heads'");
    press(&mut b, "Ctrl-S");
    assert_eq!(filter(&b.app).as_deref(), Some("tenure > 30 AND coin = 'heads'"));
    assert!(b.app.popups.is_empty());
    // Empty shows all rows.
    press(&mut b, "f Ctrl-U Ctrl-S");
    assert_eq!(filter(&b.app), None);
    press(&mut b, "z");
    assert!(filter(&b.app).is_some());
}

#[test]
fn the_word_that_is_typed_is_completed_to_a_column() {
    let mut b = bench();
    press(&mut b, "f Ctrl-U");
    b.typed("tenure > 30 AND chu");
    press(&mut b, "Down Enter");
    assert_eq!(b.form().text("condition"), "tenure > 30 AND Churn");
    b.typed(" = 'Yes'");
    press(&mut b, "Ctrl-S");
    assert_eq!(filter(&b.app).as_deref(), Some("tenure > 30 AND Churn = 'Yes'"));
}

#[test]
fn no_more_columns_are_frozen_than_leave_room() {
    let mut b = bench();
    b.app.size = (20, 24);
    go_to(&mut b, "charges");
    press(&mut b, "F");
    assert!(b.said().starts_with("So many columns"), "{}", b.said());
    assert_eq!(arranged(&b.app).map_or(1, |a| a.now.frozen), 1);
}

#[test]
fn columns_are_hidden_and_brought_back() {
    let mut b = bench();
    let all = names(&b.app).into_iter().map(str::to_owned).collect::<Vec<_>>();
    go_to(&mut b, "term");
    press(&mut b, "x x");
    assert_eq!(hidden(&b.app), ["term", "coin"]);
    assert_eq!(selected_column(&b.app).unwrap().1.name, "tenure", "the cursor stays");
    press(&mut b, "X");
    assert!(b.form().fields.iter().any(|f| matches!(f.kind, FieldKind::Many { .. })));
    press(&mut b, "Ctrl-S");
    assert_eq!(names(&b.app), all);
    press(&mut b, "z");
    assert_eq!(hidden(&b.app), ["term", "coin"]);
    press(&mut b, "z z");
    assert_eq!(names(&b.app), all);
    press(&mut b, "X");
    assert!(b.app.popups.is_empty());
    for _ in 0..all.len() + 2 {
        press(&mut b, "x");
    }
    assert_eq!(names(&b.app).len(), 1, "one column stays");
}

#[test]
fn columns_move_freeze_and_change_their_width() {
    let mut b = bench();
    go_to(&mut b, "term");
    press(&mut b, "> >");
    assert_eq!(names(&b.app)[..5], ["customer_id", "Contract", "coin", "tenure", "term"]);
    assert_eq!(selected_column(&b.app).unwrap().1.name, "term");
    press(&mut b, "<");
    assert_eq!(names(&b.app)[..5], ["customer_id", "Contract", "coin", "term", "tenure"]);
    press(&mut b, "z z z");
    assert_eq!(names(&b.app)[..4], ["customer_id", "Contract", "term", "coin"]);
    go_to(&mut b, "Contract");
    press(&mut b, "F");
    assert_eq!(arranged(&b.app).unwrap().now.frozen, 2);
    press(&mut b, "F");
    assert_eq!(arranged(&b.app).unwrap().now.frozen, 0);
    press(&mut b, "z z");
    assert_eq!(arranged(&b.app).unwrap().now.frozen, 1);
    press(&mut b, "] ] [");
    let width = |b: &Bench| arranged(&b.app).unwrap().now.widths.get("Contract").copied();
    assert_eq!(width(&b), Some(super::Shape::Cells(4)), "nothing was drawn: two cells are taken as its width");
    press(&mut b, "_");
    assert_eq!(width(&b), None);
    press(&mut b, "_");
    assert_eq!(width(&b), Some(super::Shape::Whole));
    press(&mut b, "z z z z z");
    assert_eq!(width(&b), None);
}

#[test]
fn a_derived_column_is_a_column_like_any_other() {
    let mut b = bench();
    press(&mut b, "a");
    b.typed("years");
    press(&mut b, "Tab");
    b.typed("tenure / 12.0");
    press(&mut b, "Ctrl-S");
    assert!(b.app.popups.is_empty(), "{:?}", b.form().error);
    assert_eq!(names(&b.app).last(), Some(&"years"));
    assert_eq!(selected_column(&b.app).unwrap().1.name, "years", "the cursor goes there");
    assert!(b.said().contains("years") && b.said().contains("num"), "{}", b.said());
    assert!(b.app.main_info().unwrap().profile.as_ref().unwrap().columns.iter().any(|c| c.name == "years"));
    press(&mut b, "s s");
    assert_eq!(cell(&b.app, 0, "years"), Cell::Float(5.0));
    // Another name: the sort follows.
    press(&mut b, "D Ctrl-U");
    b.typed("age");
    press(&mut b, "Ctrl-S");
    assert_eq!(sorted(&b.app), [("age".to_owned(), true)]);
    // Dropped: the sort by it goes too.
    go_to(&mut b, "age");
    press(&mut b, "D Tab Ctrl-U Ctrl-S");
    assert_eq!((sorted(&b.app), names(&b.app).contains(&"age")), (vec![], false));
    press(&mut b, "z");
    assert_eq!(cell(&b.app, 0, "age"), Cell::Float(5.0));
    go_to(&mut b, "coin");
    press(&mut b, "D");
    assert!(b.app.popups.is_empty() && b.said().starts_with("This column is the file's own."));
    // The KPI by it, on the KPI pane.
    while b.app.views.explore.pane != Pane::Columns {
        press(&mut b, "Tab");
    }
    b.select("age");
    assert!(split_shown(&b.app).is_some_and(|r| r.groups.len() > 1), "{:?}", b.app.views.explore.failed);
}

#[test]
fn what_is_wrong_with_a_derived_column_stands_in_its_form() {
    let mut b = bench();
    press(&mut b, "a");
    b.typed("coin");
    press(&mut b, "Tab");
    b.typed("tenur * 2");
    press(&mut b, "Ctrl-S");
    assert_eq!(b.form().error.as_deref(), Some("There is a column coin already. Give it another name."));
    press(&mut b, "S-Tab Ctrl-U");
    b.typed("double");
    press(&mut b, "Ctrl-S");
    assert_eq!(b.form().error.as_deref(), Some("There is no column \"tenur\". Did you mean tenure?"));
    assert!(arranged(&b.app).unwrap().now.view.is_plain());
}

#[test]
fn while_rows_are_sorted_the_old_ones_stay_and_a_cancel_goes_back() {
    let mut b = bench();
    go_to(&mut b, "charges");
    b.hold = true;
    let before = cell(&b.app, 1, "charges");
    press(&mut b, "s s");
    assert_eq!(b.held.len(), 2);
    assert_eq!(cell(&b.app, 1, "charges"), before, "nothing has changed yet");
    assert!(arranged(&b.app).unwrap().is_awaited());
    let effects =
        update(&mut b.app, Msg::Viewed { data: "users".into(), view: Box::default(), result: Err(CANCELLED.into()) });
    assert!(effects.iter().all(|e| !matches!(e, crate::app::Effect::View { .. })));
    assert_eq!((sorted(&b.app), b.said()), (vec![], "Cancelled. The rows are shown as before."));
    press(&mut b, "z");
    assert_eq!(b.said(), "The view was not changed.", "what was cancelled is no step to undo");
}

#[test]
fn the_view_comes_back_when_the_session_is_opened_again() {
    let mut b = bench();
    go_to(&mut b, "charges");
    press(&mut b, "s +");
    go_to(&mut b, "term");
    press(&mut b, "x F ] j");
    let kept = serde_json::to_value(place::of(&mut b.app).unwrap()).unwrap();
    let layout = arranged(&b.app).unwrap().now.clone();
    let mut again = bench();
    let effects = update(&mut again.app, Msg::Place(Box::new(serde_json::from_value(kept.clone()).unwrap())));
    let _ = effects;
    assert_eq!(arranged(&again.app).unwrap().now, layout);
    let effects = super::opened(&mut again.app, "users");
    assert_eq!(effects, [crate::app::Effect::View { data: "users".into(), view: Box::new(layout.view.clone()) }]);
    // Columns that are gone.
    let mut kept = kept;
    kept["views"]["users"]["view"]["sort"][0]["column"] = "gone".into();
    kept["views"]["users"]["view"]["filter"][0] = "\"gone too\" > 3".into();
    let mut again = bench();
    let _ = update(&mut again.app, Msg::Place(Box::new(serde_json::from_value(kept).unwrap())));
    assert!(super::opened(&mut again.app, "users").is_empty());
    assert_eq!(again.said(), "The view of users was kept without the condition \"gone too\" > 3, the sort by gone.");
    assert!(wanted(&again.app).is_plain());
    assert_eq!(hidden(&again.app), ["term"]);
}

#[test]
fn a_clue_pinned_under_a_filter_carries_it() {
    let mut b = bench();
    go_to(&mut b, "coin");
    press(&mut b, "+");
    go_to(&mut b, "Contract");
    press(&mut b, "c");
    let acts = b.press("Ctrl-S");
    let text = serde_json::to_string(&acts.iter().map(|a| format!("{a:?}")).collect::<Vec<_>>()).unwrap();
    assert!(text.contains("among rows where"), "{text}");
    assert!(text.contains("filter"), "{text}");
}

#[test]
fn a_table_with_a_day_filters_by_it() {
    let mut b = Bench::with(With { day: true, ..With::default() });
    while b.app.views.explore.pane != Pane::Table {
        b.press("Tab");
    }
    go_to(&mut b, "day");
    let day = cell(&b.app, 0, "day");
    press(&mut b, "+");
    assert_eq!(filter(&b.app).unwrap(), format!("\"day\" = DATE '{day}'"));
    assert!(b.app.main_info().unwrap().rows >= 1);
}

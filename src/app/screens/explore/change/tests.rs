//! The Change pane: state, keys, recorded events.

use super::*;
use crate::app::screens::explore::filter::filter;
use crate::app::screens::explore::fixture::{Bench, With};
use crate::domain::event::Act;

/// The Change pane of a table with days over five months.
fn on_change(with: With) -> Bench {
    let mut b = Bench::with(with);
    while b.app.views.explore.pane != Pane::Change {
        b.press("Tab");
    }
    b
}

fn sum(b: &Bench) -> f64 {
    result(&b.app).unwrap().parts.iter().filter_map(|p| p.contribution.value).sum()
}

#[test]
fn two_periods_suggest_themselves_and_the_parts_add_up() {
    let b = on_change(With { day: true, ..With::default() });
    let view = &b.app.views.explore.change;
    assert!(view.compared.as_ref().unwrap().title.contains("2026 against"), "{:?}", view.compared);
    let r = result(&b.app).expect("it was compared");
    assert!((sum(&b) - r.change.value.unwrap()).abs() < 1e-12);
    assert_eq!(view.by.len(), 1, "the analysis has chosen a column");
    assert!(r.searched && b.ran.iter().filter(|s| *s == "change").count() == 1, "{:?}", b.ran);
}

#[test]
fn left_and_right_go_by_another_column_without_searching_again() {
    let mut b = on_change(With { day: true, ..With::default() });
    let before = b.app.views.explore.change.by.clone();
    b.press("l");
    assert_ne!(b.app.views.explore.change.by, before);
    let r = result(&b.app).unwrap();
    assert!(!r.searched && (sum(&b) - r.change.value.unwrap()).abs() < 1e-12);
    b.ran.clear();
    b.press("h");
    assert_eq!((b.app.views.explore.change.by.clone(), b.ran.len()), (before, 0), "what is known is not asked again");
}

#[test]
fn weekdays_of_a_time_split_without_a_derived_column() {
    let mut b = on_change(With { day: true, ..With::default() });
    let mut seen = vec![b.app.views.explore.change.by.clone()];
    while b.app.views.explore.change.by != ["weekday of day"] {
        b.press("l");
        assert!(!seen.contains(&b.app.views.explore.change.by), "{seen:?}");
        seen.push(b.app.views.explore.change.by.clone());
    }
    let r = result(&b.app).unwrap();
    assert!((sum(&b) - r.change.value.unwrap()).abs() < 1e-12);
    assert!(r.parts.len() == 7 && r.parts.iter().all(|p| p.condition.is_some()), "{:?}", r.parts);
}

#[test]
fn a_group_opens_by_another_column_and_its_parts_add_up_to_it() {
    let mut b = on_change(With { day: true, ..With::default() });
    while b.app.views.explore.change.by != ["Contract"] {
        b.press("l");
    }
    while !matches!(selected(&b.app), Some(ChangeRow::Part(_))) {
        b.press("j");
    }
    let Some(ChangeRow::Part(part)) = selected(&b.app) else { unreachable!() };
    let (label, contribution) = (part.label.clone(), part.contribution.value.unwrap());
    b.press("Enter");
    assert!(b.form().title.contains(&label), "{}", b.form().title);
    b.press("Right Ctrl-S");
    assert_eq!(b.app.views.explore.change.by.len(), 2);
    assert!((inside_sum(&b.app).unwrap() - contribution).abs() < 1e-12);
    b.press("Esc");
    assert_eq!(b.app.views.explore.change.by, ["Contract"]);
    assert!(b.app.views.explore.change.inside.is_none());
}

#[test]
fn a_row_is_pinned_and_filtered_by() {
    let mut b = on_change(With { day: true, ..With::default() });
    while b.app.views.explore.change.by != ["Contract"] {
        b.press("l");
    }
    while !matches!(selected(&b.app), Some(ChangeRow::Part(_))) {
        b.press("j");
    }
    b.press("c");
    let text = b.form().text("text");
    assert!(text.contains("contributes") && text.contains("against"), "{text}");
    let acts = b.press("Ctrl-S");
    let [Act::Check { params, result, .. }, Act::Clue { family, .. }] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!(family, "data:users/Contract");
    assert!(params.contains_key("before") && params.contains_key("after") && result["estimate"].is_number());
    b.press("f");
    assert!(filter(&b.app).unwrap().contains("Contract"));
    assert!(result_of(&b).is_some(), "compared anew among those rows");
}

fn result_of(b: &Bench) -> Option<&ChangeResult> {
    result(&b.app)
}

#[test]
fn without_a_time_groups_and_columns_can_be_compared() {
    let mut b = on_change(With::default());
    assert!(b.app.views.explore.change.compared.is_none());
    b.press("v");
    b.press("Ctrl-S");
    assert_eq!(b.form().title, "Two groups of rows");
    b.typed("coin = 'heads'");
    b.press("Tab");
    b.typed("coin = 'tails'");
    b.press("Ctrl-S");
    let r = result(&b.app).unwrap();
    assert_eq!(r.before.n + r.after.n, 400);
    assert!((sum(&b) - r.change.value.unwrap()).abs() < 1e-12);
}

#[test]
fn what_happened_is_held_against_what_was_expected() {
    let mut b = on_change(With::default());
    let what = What::Forecast { actual: "charges".into(), expected: "tenure".into() };
    let effects = compare(&mut b.app, Compared { title: "charges against tenure".into(), what });
    assert_eq!(effects.len(), 1);
    b.follow(effects);
    let r = result(&b.app).unwrap();
    assert!((sum(&b) - r.change.value.unwrap()).abs() < 1e-6);
    assert!(is_forecast(&b.app));
    b.press("i");
    let Some(crate::app::Popup::Words { lines, .. }) = b.app.popups.last() else { panic!("{:?}", b.app.popups) };
    assert!(lines.iter().any(|l| l.contains("Σ actual − Σ expected")), "{lines:?}");
    assert!(lines.iter().any(|l| l.contains("Rows are taken as independent")), "{lines:?}");
}

#[test]
fn two_columns_are_shown_as_a_map() {
    let mut b = on_change(With { day: true, ..With::default() });
    b.press("m");
    assert!(b.said().contains("two columns"), "{}", b.said());
    b.press("d");
    b.press("Right Ctrl-S");
    b.press("m");
    assert!(b.app.views.explore.change.map);
    assert!(rows(&b.app).iter().all(|r| matches!(r, ChangeRow::Part(_))));
    b.press("Esc");
    assert!(!b.app.views.explore.change.map);
}

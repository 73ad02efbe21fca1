//! The Columns pane: state, keys, recorded events.

use super::sides;
use super::{Sort, ordered};
use crate::app::Popup;
use crate::app::screens::explore::filter::filter;
use crate::app::screens::explore::fixture::{Bench, With};
use crate::app::screens::explore::{Pane, selected_column};
use crate::domain::event::Act;

fn names(b: &Bench) -> Vec<String> {
    ordered(&b.app).iter().map(|c| c.name.clone()).collect()
}

/// The choice whose words hold this.
fn choose(b: &mut Bench, holds: &str) {
    let field = b.form().fields.iter().find(|f| f.key == "choice").unwrap();
    let crate::app::form::FieldKind::Choice { options, .. } = &field.kind else { panic!("a choice was expected") };
    let (key, _) = options.iter().find(|(_, words)| words.contains(holds)).unwrap_or_else(|| panic!("{options:?}"));
    let key = key.clone();
    for _ in 0..20 {
        if b.form().text("choice") == key {
            break;
        }
        b.press("Right");
    }
    assert_eq!(b.form().text("choice"), key);
    b.press("Ctrl-S");
}

#[test]
fn the_order_goes_round_by_name_type_nulls_and_alerts() {
    let mut b = Bench::new();
    let file = names(&b);
    let mut seen = Vec::new();
    for _ in 0..5 {
        b.press("s");
        seen.push((b.app.views.explore.sort, names(&b)));
    }
    let orders: Vec<Sort> = seen.iter().map(|(s, _)| *s).collect();
    assert_eq!(orders, [Sort::Name, Sort::Type, Sort::Nulls, Sort::Alerts, Sort::File]);
    assert_eq!(seen[0].1[0], "charges");
    assert_eq!(seen[1].1[..2], ["charges".to_owned(), "tenure".to_owned()], "numbers with decimals, whole ones, text");
    assert_eq!(seen[2].1[0], "note");
    assert!(["customer_id", "note"].contains(&seen[3].1[0].as_str()));
    assert_eq!(seen[4].1, file);
}

#[test]
fn a_time_column_tells_which_days_it_covers() {
    let mut b = Bench::with(With { day: true, ..With::default() });
    b.ran.clear();
    b.select("day");
    assert!(b.ran.contains(&"cover".to_owned()), "{:?}", b.ran);
    let cover = &b.app.views.explore.columns_view.covers["day"];
    assert_eq!((cover.first.as_str(), cover.rows.iter().sum::<u64>()), ("2026-01-01", 400));
    assert!(cover.present > 100 && cover.missing > 5, "days 29 to 31 are never there: {cover:?}");
    b.ran.clear();
    b.press("k j");
    assert!(!b.ran.contains(&"cover".to_owned()), "what is known is not asked again");
    b.press("i");
    let Some(Popup::Words { title, lines, .. }) = b.app.popups.last() else { panic!("the profile in words") };
    assert_eq!(title, "day");
    assert!(lines.iter().any(|l| l.contains("2026-01-01 to ") && l.contains("missing")), "{lines:?}");
}

#[test]
fn the_whole_profile_holds_every_alert_and_every_value() {
    let mut b = Bench::new();
    b.select("note");
    b.press("i");
    let Some(Popup::Words { lines, .. }) = b.app.popups.last() else { panic!("the profile in words") };
    let column = selected_column(&b.app).unwrap();
    assert!(!column.alerts.is_empty());
    for alert in &column.alerts {
        assert!(lines.iter().any(|l| l.contains(&alert.detail)), "{} is missing: {lines:?}", alert.detail);
    }
    assert!(lines.iter().filter(|l| l.ends_with("of the known)")).count() == column.top.len(), "{lines:?}");
}

#[test]
fn a_value_is_held_against_all_others_and_the_largest_shift_comes_first() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("v");
    choose(&mut b, "against all others");
    assert_eq!(b.form().text("a"), "\"Contract\" = 'Month-to-month'", "the group that Columns tells of");
    b.press("Ctrl-S");
    let result = sides::result(&b.app).expect("both sides are there");
    assert_eq!(result.n, (200, 200));
    assert_eq!(b.app.views.explore.sort, Sort::Shift);
    let order = names(&b);
    // `term` says the same as the contract, and who is free to leave leaves.
    assert_eq!((order[0].as_str(), order[1].as_str()), ("term", "Churn"));
    assert_eq!(order.last().map(String::as_str), Some("Contract"), "what the condition names says nothing");
    let churn = sides::of(&b.app, "Churn").unwrap();
    let moved = churn.moved.as_ref().unwrap();
    let (low, high) = churn.difference.interval.unwrap();
    assert_eq!((moved.value.to_string().as_str(), moved.share), ("Yes", (0.6, 0.2)), "what A holds more of is told");
    assert!(low > 0.3 && high < 0.5, "{churn:?}");
    // It is ordered otherwise on demand, and Esc leaves it with the cursor where it is.
    b.press("s");
    assert_eq!(b.app.views.explore.sort, Sort::File);
    b.press("s s s s s");
    assert_eq!(b.app.views.explore.sort, Sort::Shift, "by shift once more");
    b.press("s");
    b.select("coin");
    b.press("Esc");
    assert!(sides::compared(&b.app).is_none());
    assert_eq!(selected_column(&b.app).unwrap().name, "coin");
}

#[test]
fn esc_brings_the_order_back() {
    let mut b = Bench::new();
    b.press("s s");
    b.select("Contract");
    b.press("v Ctrl-S Ctrl-S");
    assert_eq!(b.app.views.explore.sort, Sort::Shift);
    b.press("Esc");
    assert_eq!(b.app.views.explore.sort, Sort::Type);
}

#[test]
fn a_day_cuts_in_the_middle_unless_it_is_changed() {
    let mut b = Bench::with(With { day: true, ..With::default() });
    b.press("v");
    choose(&mut b, "from a day of day on");
    let middle = b.form().text("day");
    assert!(middle.starts_with("2026-03-"), "{middle}");
    b.press("Ctrl-S");
    let result = sides::result(&b.app).unwrap();
    assert_eq!(result.n.0 + result.n.1, 400);
    assert_eq!(sides::compared(&b.app).unwrap().names.0, format!("from {middle} on"));
    assert!(result.columns.last().is_some_and(|c| c.name == "day" && c.own));
    // The two halves of Change are another way to say nearly the same.
    b.press("v");
    choose(&mut b, "second half");
    let halves = sides::result(&b.app).unwrap();
    assert_eq!(halves.n.0 + halves.n.1, 400);
}

#[test]
fn what_change_compares_is_offered() {
    let mut b = Bench::with(With { day: true, ..With::default() });
    b.app.views.explore.pane = Pane::Change;
    b.press("3");
    let title = b.app.views.explore.change.compared.as_ref().unwrap().title.clone();
    b.app.views.explore.pane = Pane::Columns;
    b.press("v");
    choose(&mut b, &title);
    let names = &sides::compared(&b.app).unwrap().names;
    assert_eq!(format!("{} against {}", names.0, names.1), title);
    assert!(sides::result(&b.app).is_some(), "{:?}", sides::failure(&b.app));
}

#[test]
fn a_filter_is_followed_and_a_bad_condition_is_said() {
    let mut b = Bench::new();
    b.select("coin");
    b.press("v Ctrl-S Ctrl-S");
    assert_eq!(sides::result(&b.app).unwrap().n, (200, 200));
    crate::app::screens::explore::filter::add_filter(&mut b.app, "\"Contract\" = 'One year'");
    let effects = crate::app::screens::explore::filter::add_filter(&mut b.app, "\"tenure\" > 0");
    b.follow(effects);
    assert!(filter(&b.app).is_some());
    let n = sides::result(&b.app).unwrap().n;
    assert_eq!(n.0 + n.1, 100, "only the rows of the filter are compared");
    b.press("v");
    choose(&mut b, "against all others");
    b.press("Home Ctrl-K");
    b.typed("coin = 'edge'");
    b.press("Ctrl-S");
    assert!(sides::failure(&b.app).is_some_and(|w| w.contains("no row where")), "{:?}", sides::failure(&b.app));
}

#[test]
fn a_column_is_pinned_with_both_sides() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("v Ctrl-S Ctrl-S g");
    assert_eq!(selected_column(&b.app).unwrap().name, "term");
    b.press("c");
    let acts = b.press("Ctrl-S");
    let [Act::Check { title, params, result, .. }, Act::Clue { .. }] = acts.as_slice() else { panic!("{acts:?}") };
    assert!(title.as_deref().unwrap().starts_with("term, \"Contract\" = "), "{title:?}");
    assert_eq!(params["a"], "\"Contract\" = 'Month-to-month'");
    assert!(result["psi"].as_f64().unwrap() > 1.0 && result["n"][0] == 200, "{result:?}");
}

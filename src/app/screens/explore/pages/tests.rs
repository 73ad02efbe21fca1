//! The pages that open from a group: state, keys, recorded events.

use super::*;
use crate::app::Popup;
use crate::app::screens::explore::fixture::{Bench, With};
use crate::app::screens::explore::leaks;
use crate::domain::event::Act;

fn on(pane: Pane, with: With) -> Bench {
    let mut b = Bench::with(with);
    while b.app.views.explore.pane != pane {
        b.press("Tab");
    }
    b
}

/// The Drivers pane with the keys on a group.
fn on_group(label: &str) -> Bench {
    let mut b = on(Pane::Drivers, With::default());
    for _ in 0..10 {
        if selected_group(&b.app).is_some_and(|g| g.label == label) {
            return b;
        }
        b.press("j");
    }
    panic!("{label} is no driver's group");
}

#[test]
fn what_explains_a_group_away_is_shown_answered_and_pinned() {
    let mut b = on_group("Contract = Month-to-month");
    b.press("x");
    assert_eq!(b.app.views.explore.pane, Pane::Confounders);
    let r = confounders::result(&b.app).expect("it was computed");
    assert_eq!(r.n, (200, 200));
    assert!((r.crude.value.unwrap() - 0.4).abs() < 1e-12);
    let at = confounders::rows(&b.app).iter().position(|s| s.explained.columns == ["coin"]).unwrap();
    for _ in 0..at {
        b.press("j");
    }
    let s = confounders::selected(&b.app).unwrap();
    assert!((s.explained.adjusted.value.unwrap() - 0.4).abs() < 0.02, "{s:?}");
    b.press("c");
    let text = b.form().text("text");
    assert!(text.contains("with coin held fixed") && text.contains("it stands"), "{text}");
    let acts = b.press("Ctrl-S");
    let [Act::Check { params, result, .. }, Act::Clue { family, .. }] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!((family.as_str(), params["within"].clone()), ("data:users/Contract", serde_json::json!(["coin"])));
    assert_eq!(result["n"], serde_json::json!([200, 200]));
    // Was it fixed before? No: a consequence is left out.
    b.press("w");
    assert!(b.form().title.contains("Was coin fixed before Contract?"));
    b.press("n Ctrl-S");
    assert!(confounders::rows(&b.app).iter().all(|s| !s.explained.columns.contains(&"coin".to_owned())));
    b.press("u");
    assert!(confounders::rows(&b.app).iter().any(|s| s.explained.columns == ["coin"]), "undo brings it back");
    b.press("Esc");
    assert_eq!(b.app.views.explore.pane, Pane::Drivers);
}

#[test]
fn reach_of_several_groups_is_measured_anew_and_never_added() {
    let mut b = on_group("Contract = Month-to-month");
    b.press("r");
    assert_eq!(b.app.views.explore.pane, Pane::Reach);
    let union = reach::union(&b.app).unwrap();
    let g = reach::of(&b.app, &union).unwrap().reach.value.unwrap();
    assert!((g - 0.2).abs() < 1e-12, "half of the rows are forty points above the others");
    let half = reach::moved(&reach::of(&b.app, &union).unwrap().reach, 0.5);
    assert!((half.value.unwrap() + 0.1).abs() < 1e-12);
    assert!(half.interval.unwrap().0 < half.interval.unwrap().1);
    b.press("Esc Space");
    // A second group that holds the very same rows.
    let mut b2 = b;
    while selected_group(&b2.app).unwrap().label != "term = free" {
        b2.press(if selected_group(&b2.app).unwrap().label == "Contract = Month-to-month" { "j" } else { "g" });
        if selected_group(&b2.app).unwrap().label == "Contract = Month-to-month" {
            b2.press("k");
        }
    }
    b2.press("r");
    assert_eq!(reach::taken(&b2.app).len(), 2);
    let union = reach::union(&b2.app).unwrap();
    assert!(union.contains(") OR ("), "{union}");
    let both = reach::of(&b2.app, &union).unwrap();
    assert_eq!(both.n.0, 200, "a row in two groups counts once");
    assert!((both.reach.value.unwrap() - 0.2).abs() < 1e-12);
    assert!(reach::rows(&b2.app).len() == 5, "three ways and each group alone");
    b2.press("c");
    assert!(b2.form().text("text").contains("25% of the way"), "{}", b2.form().text("text"));
}

#[test]
fn a_group_that_is_better_than_the_rest_is_to_be_protected() {
    let mut b = on_group("Contract = Month-to-month");
    b.app.views.explore.pages.subject = Some(Subject {
        label: "Contract = Two year".into(),
        place: vec![("Contract".into(), Cell::Text("Two year".into()))],
        condition: "\"Contract\" = 'Two year'".into(),
        among: None,
    });
    b.app.views.explore.pages.from = Pane::Drivers;
    let effects = super::super::show(&mut b.app, Pane::Reach);
    b.follow(effects);
    let r = reach::of(&b.app, "\"Contract\" = 'Two year'").unwrap();
    assert!(reach::protects(r, crate::query::Better::Lower));
    assert!(reach::sentence(&b.app).unwrap().contains("protect it"), "{:?}", reach::sentence(&b.app));
}

#[test]
fn the_experiment_comes_from_the_data_and_can_be_changed() {
    let mut b = on(Pane::Columns, With { day: true, ..With::default() });
    b.record(Act::Goal {
        kpi: None,
        shape: None,
        from: Some(40.0),
        to: Some(36.0),
        points: None,
        by_date: None,
        budget_days: None,
        scope: None,
    });
    while b.app.views.explore.pane != Pane::Drivers {
        b.press("Tab");
    }
    while selected_group(&b.app).is_none() {
        b.press("j");
    }
    b.press("r E");
    assert_eq!(b.app.views.explore.pane, Pane::Experiment);
    let plan = experiment::plan(&b.app).unwrap();
    assert!(plan.request.base > 0.4 && plan.request.target < plan.request.base);
    assert!(plan.request.per_week.is_some_and(|n| n > 1.0), "{plan:?}");
    let before = experiment::planned(&plan).unwrap().n_per_arm;
    b.press("Enter");
    b.press("Tab Tab Tab Ctrl-U");
    b.typed("3");
    b.press("Ctrl-S");
    let plan = experiment::plan(&b.app).unwrap();
    assert_eq!(plan.request.arms, 3, "{:?}", b.app.popups);
    assert!(experiment::planned(&plan).unwrap().n_per_arm > before);
    b.press("Backspace");
    assert_eq!(experiment::plan(&b.app).unwrap().request.arms, 2);
    b.press("i");
    let Some(Popup::Words { lines, .. }) = b.app.popups.last() else { panic!("{:?}", b.app.popups) };
    assert!(lines.iter().any(|l| l.contains("n per arm =")), "{lines:?}");
}

#[test]
fn leaks_are_listed_with_their_answers() {
    let mut b = on(Pane::Leaks, With::default());
    assert!(b.app.views.explore.leaks.found.is_some(), "{:?}", b.ran);
    b.record(Act::KnownBefore {
        column: "coin".into(),
        known: false,
        before: Vec::new(),
        said_by: None,
        why: "tossed afterwards".into(),
    });
    let row = leaks::rows(&b.app).into_iter().find(|r| r.column == "coin").expect("what was answered is listed");
    assert!(row.held_out() && leaks::sentence(&b.app, &row).contains("tossed afterwards"));
}

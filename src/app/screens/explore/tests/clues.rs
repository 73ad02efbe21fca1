//! The Drivers and Segments panes.

use crate::app::Popup;
use crate::app::screens::explore::clues::{ClueRow, rows};
use crate::app::screens::explore::filter::filter;
use crate::app::screens::explore::fixture::{Bench, With};
use crate::app::screens::explore::{Pane, selected_column, selected_group};
use crate::domain::event::Act;

/// The Drivers or Segments pane of the bench.
fn on_clues(pane: Pane) -> Bench {
    let mut b = Bench::new();
    while b.app.views.explore.pane != pane {
        b.press("Tab");
    }
    b
}

#[test]
fn drivers_are_ranked_and_lead_to_the_kpi_by_that_column() {
    let mut b = on_clues(Pane::Drivers);
    let rows = rows(&b.app);
    let names: Vec<&str> = rows
        .iter()
        .map(|r| match r {
            ClueRow::Driver(d) => d.column.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(names.contains(&"Contract") && names.contains(&"term") && !names.contains(&"coin"), "{names:?}");
    let at = names.iter().position(|n| *n == "Contract").unwrap();
    for _ in 0..at {
        b.press("j");
    }
    assert_eq!(selected_group(&b.app).unwrap().label, "Contract = Month-to-month");
    b.press("i");
    let Some(Popup::Words { lines, .. }) = b.app.popups.last() else { panic!("{:?}", b.app.popups) };
    assert!(lines.iter().any(|l| l.contains("ω²")) && lines.last().unwrap().contains("no proof of a cause"));
    b.press("Esc Enter");
    assert_eq!((b.app.views.explore.pane, selected_column(&b.app).unwrap().name.as_str()), (Pane::Kpi, "Contract"));
}

#[test]
fn a_driver_is_pinned_sized_and_filtered_by() {
    let mut b = on_clues(Pane::Drivers);
    while selected_group(&b.app).unwrap().label != "Contract = Month-to-month" {
        b.press("j");
    }
    b.press("c");
    let text = b.form().text("text");
    assert!(text.starts_with("Contract = Month-to-month: ") && text.contains("60.0%"), "{text}");
    assert!(text.contains("of the rest"), "{text}");
    b.press("Esc f");
    assert_eq!(filter(&b.app).as_deref(), Some("\"Contract\" = 'Month-to-month'"));
    assert_eq!(b.app.views.explore.clues.drivers.as_ref().unwrap().n, 200, "ranked anew among those rows");
}

#[test]
fn segments_are_listed_and_told_in_words() {
    let mut b = on_clues(Pane::Segments);
    assert!(!rows(&b.app).is_empty(), "{:?}", b.app.views.explore.clues);
    b.press("i");
    let Some(Popup::Words { lines, .. }) = b.app.popups.last() else { panic!("{:?}", b.app.popups) };
    assert!(lines[0].contains("inside against") && lines.iter().any(|l| l.contains("half of the units")), "{lines:?}");
    b.press("Esc Enter");
    assert_eq!(b.app.views.explore.pane, Pane::Kpi, "Enter drills in: the KPI by its columns");
}

#[test]
fn nothing_is_ranked_before_the_kpi_is_bound() {
    let mut b = Bench::unbound(With::default());
    b.press("Tab Tab Tab");
    assert_eq!(b.app.views.explore.pane, Pane::Drivers);
    assert!(rows(&b.app).is_empty());
}

#[test]
fn whether_a_column_was_known_before_is_recorded_and_counts_until_it_is_undone() {
    let mut b = on_clues(Pane::Drivers);
    let names = |b: &Bench| -> Vec<String> {
        b.app.views.explore.clues.drivers.as_ref().unwrap().drivers.iter().map(|d| d.column.clone()).collect()
    };
    let at = names(&b).iter().position(|n| n == "term").unwrap();
    b.press("g");
    for _ in 0..at {
        b.press("j");
    }
    b.press("w");
    assert!(b.form().title.contains("Was term known before the outcome?"));
    b.press("n Tab Tab");
    b.typed("written when they leave");
    let acts = b.press("Ctrl-S");
    let [Act::KnownBefore { column, known: false, before, why, .. }] = acts.as_slice() else { panic!("{acts:?}") };
    assert_eq!((column.as_str(), before.len(), why.as_str()), ("term", 0, "written when they leave"));
    assert!(!names(&b).contains(&"term".to_owned()), "it stays out of the ranking, which was made anew");
    b.press("u");
    assert!(names(&b).contains(&"term".to_owned()), "undo brings it back");
}

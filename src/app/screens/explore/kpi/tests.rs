//! The KPI pane: state and keys.

use super::{FEW, Step, grid, target};
use crate::app::screens::explore::filter::filter;
use crate::app::screens::explore::fixture::{Bench, With};
use crate::app::screens::explore::{Pane, selected_group, shown, split};
use crate::domain::event::Act;
use crate::query::{Better, Cell};

fn goal(from: Option<f64>, to: Option<f64>, points: Option<f64>) -> Act {
    Act::Goal { kpi: None, shape: None, from, to, points, by_date: None, budget_days: None, scope: None }
}

/// Contract crossed with the coin.
fn crossed() -> Bench {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("Enter d");
    while b.form().text("choice") != "coin" {
        b.press("Right");
    }
    b.press("Ctrl-S");
    b
}

#[test]
fn the_step_goes_round_is_asked_for_once_and_is_kept() {
    let mut b = Bench::with(With { day: true, ..With::default() });
    b.press("T");
    assert_eq!(split(&b.app).as_deref(), Some("day over time, each month"), "400 rows in five months");
    let mut seen = Vec::new();
    for _ in 0..3 {
        b.press("s");
        seen.push((b.app.views.explore.kpi.step, split(&b.app).unwrap(), shown(&b.app).unwrap().groups.len()));
    }
    let names: Vec<(Step, &str)> = seen.iter().map(|(step, name, _)| (*step, name.as_str())).collect();
    assert_eq!(
        names,
        [
            (Step::Day, "day over time, each day"),
            (Step::Week, "day over time, each week"),
            (Step::Month, "day over time, each month")
        ]
    );
    assert!(seen[0].2 > seen[1].2 && seen[1].2 > seen[2].2 && seen[2].2 == 5, "{seen:?}");
    let place = crate::app::place::of(&mut b.app).unwrap();
    assert_eq!(place.step, "month");
    b.ran.clear();
    b.press("s s s");
    assert_eq!((b.app.views.explore.kpi.step, b.ran.len()), (Step::Week, 0), "what is known is not asked again");
    b.app.views.explore.kpi.step = Step::Auto;
    crate::app::place::restore(&mut b.app, &place);
    assert_eq!(b.app.views.explore.kpi.step, Step::Month);
}

#[test]
fn the_step_is_for_the_course_alone() {
    let mut b = Bench::with(With { day: true, ..With::default() });
    b.select("Contract");
    b.press("Enter s");
    assert_eq!(b.said(), "step: not now, it is for the KPI over time: T shows it.");
    assert_eq!(b.app.views.explore.kpi.step, Step::Auto);
}

#[test]
fn two_columns_are_crossed_and_every_row_is_in_one_cell() {
    let mut b = crossed();
    let grid = grid(&b.app).expect("two columns are crossed");
    assert_eq!((grid.down.0, grid.across.0), ("Contract", "coin"));
    let cells = (0..3).flat_map(|row| (0..2).map(move |column| (row, column)));
    let rows: u64 = cells.filter_map(|(row, column)| grid.at(row, column)).map(|g| g.n).sum();
    assert_eq!(rows, 400);
    let first = selected_group(&b.app).unwrap().place.clone();
    assert_eq!(first[0].1, Cell::Text("Month-to-month".into()));
    b.press("j l");
    let place = selected_group(&b.app).unwrap().place.clone();
    assert_ne!((&place[0], &place[1]), (&first[0], &first[1]), "both the row and the column moved");
    assert_ne!(place[0], first[0]);
    assert_ne!(place[1], first[1]);
    // As a list the cursor stays on its pair, and there again.
    b.press("m");
    assert!(super::grid(&b.app).is_none());
    assert_eq!(selected_group(&b.app).unwrap().place, place);
    b.press("m");
    assert_eq!(selected_group(&b.app).unwrap().place, place);
    b.press("d");
    assert!(super::grid(&b.app).is_none() && b.app.views.explore.second.is_none());
}

#[test]
fn the_best_and_the_worst_cell_have_enough_rows() {
    let mut b = crossed();
    let ranked: Vec<(u64, f64)> = grid(&b.app).unwrap().ranked().into_iter().map(|(g, v)| (g.n, v)).collect();
    assert!(ranked.iter().all(|(n, _)| *n >= FEW) && ranked.len() == 6, "{ranked:?}");
    assert!(ranked.windows(2).all(|pair| pair[0].1 >= pair[1].1), "a low churn is better: {ranked:?}");
    b.record(Act::Kpi {
        data: "users".into(),
        kpi: "rate(Churn = 'Yes')".parse().unwrap(),
        better: Better::Higher,
        independent_unit: None,
        level: None,
    });
    let turned: Vec<f64> = grid(&b.app).unwrap().ranked().into_iter().map(|(_, v)| v).collect();
    assert!(turned.windows(2).all(|pair| pair[0] <= pair[1]), "{turned:?}");
}

#[test]
fn a_bar_a_cell_and_a_period_filter_to_themselves() {
    let mut b = Bench::new();
    b.select("Contract");
    b.press("Enter f");
    assert_eq!(filter(&b.app).as_deref(), Some("\"Contract\" = 'Month-to-month'"));
    assert_eq!(b.app.main_info().unwrap().rows, 200);
    let mut b = crossed();
    b.press("j f");
    let n = b.app.main_info().unwrap().rows;
    assert!(filter(&b.app).unwrap().contains("\"coin\" = ") && (40..=60).contains(&n), "{n}");
    let mut b = Bench::with(With { day: true, ..With::default() });
    b.press("T l f");
    assert!(filter(&b.app).unwrap().contains("\"day\" >= DATE '2026-02-01'"), "{:?}", filter(&b.app));
    assert_eq!(b.app.views.explore.pane, Pane::Kpi);
}

#[test]
fn the_target_is_in_the_kpis_own_unit() {
    let mut b = Bench::new();
    assert_eq!(target(&b.app), None);
    b.record(goal(Some(40.0), Some(36.0), None));
    assert_eq!(target(&b.app), Some(0.36));
    let mut b = Bench::new();
    b.record(goal(Some(40.0), None, Some(3.0)));
    assert_eq!(target(&b.app), Some(0.37), "points below where it stands");
    b.record(Act::Kpi {
        data: "users".into(),
        kpi: "ratio(sum(charges), sum(tenure))".parse().unwrap(),
        better: Better::Higher,
        independent_unit: None,
        level: None,
    });
    b.record(goal(Some(2.1), Some(2.5), None));
    assert_eq!(target(&b.app), Some(2.5), "a ratio is no share");
}

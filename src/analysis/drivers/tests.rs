//! ω², its interval and its test; and planted causes, end to end through the embedded engine.

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::engine::{ReadOptions, Source, open};
use crate::query::{Analysis, Findings, Kpi, LeakTier};

/// The sums of values, each in a bucket of its own in turn.
fn cells(values: &[f64]) -> Vec<Tally> {
    let mut out = vec![Tally::default(); 50];
    for (i, y) in values.iter().enumerate() {
        out[i % 50].add(*y, 1.0);
    }
    out
}

#[test]
fn omega_squared_of_a_textbook_table() {
    // Three groups of five: SSB 70, SSW 60, MSW 5; ω² = (70 − 2·5)/(130 + 5).
    let groups = [[1.0, 2.0, 3.0, 4.0, 5.0], [3.0, 4.0, 5.0, 6.0, 7.0], [0.0, 8.0, 7.0, 9.0, 11.0]];
    let mean = |g: &[f64]| g.iter().sum::<f64>() / 5.0;
    let all: f64 = groups.iter().map(|g| mean(g)).sum::<f64>() / 3.0;
    let ssb: f64 = groups.iter().map(|g| 5.0 * (mean(g) - all).powi(2)).sum();
    let ssw: f64 = groups.iter().map(|g| g.iter().map(|y| (y - mean(g)).powi(2)).sum::<f64>()).sum();
    let msw = ssw / 12.0;
    let e = effect(&groups.map(|g| cells(&g)), false).unwrap();
    assert!((e.omega2 - (ssb - 2.0 * msw) / (ssb + ssw + msw)).abs() < 1e-12, "{e:?}");
    assert!((e.f - ssb / 2.0 / msw).abs() < 1e-9 && e.df == (2.0, 12.0));
    assert!(e.interval.0 <= e.omega2 && e.omega2 <= e.interval.1);
}

#[test]
fn nothing_between_the_groups_is_no_effect() {
    let same: Vec<f64> = (0..500).map(|i| f64::from(i % 7)).collect();
    let e = effect(&[cells(&same), cells(&same)], false).unwrap();
    assert_eq!((e.omega2, e.interval.0), (0.0, 0.0));
    assert!(effect(&[cells(&same)], false).is_none(), "one group");
    assert!(effect(&[cells(&[]), cells(&[])], false).is_none(), "no rows");
    let constant = effect(&[cells(&[1.0; 60]), cells(&[1.0; 60])], false);
    assert!(constant.is_none_or(|e| e.omega2 == 0.0 && e.f == 0.0));
}

#[test]
fn false_finds_are_counted_as_benjamini_and_hochberg_do() {
    let q = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5]);
    for (got, want) in q.iter().zip([0.04, 0.16 / 3.0, 0.16 / 3.0, 0.5]) {
        assert!((got - want).abs() < 1e-12, "{q:?}");
    }
    assert!(benjamini_hochberg(&[]).is_empty());
}

proptest! {
    #[test]
    fn omega_is_a_share_and_its_interval_holds_it(values in proptest::collection::vec((0u8..4, -5.0..5.0f64), 8..200)) {
        let mut groups = vec![Vec::new(); 4];
        for (g, y) in values {
            groups[usize::from(g)].push(y);
        }
        let cells: Vec<Vec<Tally>> = groups.iter().map(|g| cells(g)).collect();
        if let Some(e) = effect(&cells, false) {
            prop_assert!((0.0..=1.0).contains(&e.omega2) && e.interval.0 <= e.omega2 && e.omega2 <= e.interval.1);
            prop_assert!(e.f >= 0.0 && !e.f.is_nan());
        }
    }
}

/// Riders with planted causes: `p` of zone, app and plan gives the share who leave; users have rides on several days.
pub(crate) fn riders(seed: u64, rows: u32, p: impl Fn(u32, u32, u32) -> f64) -> Arc<dyn Engine> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut csv = String::from("user,zone,app,plan,district,coin,amount,event_4,left\n");
    for row in 0..rows {
        let (zone, app, plan) = (rng.random_range(0..6u32), rng.random_range(0..3u32), rng.random_range(0..4u32));
        let left = rng.random::<f64>() < p(zone, app, plan);
        // A district lies in a zone: nine of ten times the one of the same number.
        let district = if rng.random::<f64>() < 0.9 { zone } else { rng.random_range(0..6u32) };
        let amount = rng.random_range(1.0..100.0f64);
        // Who leaves visits the payment page before, and hardly anybody else does.
        let event = u8::from(if left { rng.random::<f64>() < 0.9 } else { rng.random::<f64>() < 0.03 });
        let coin = rng.random_range(0..2u32);
        writeln!(csv, "u{},z{zone},a{app},p{plan},d{district},{coin},{amount:.2},{event},{}", row / 3, u8::from(left))
            .unwrap();
    }
    table(&csv)
}

pub(crate) fn table(csv: &str) -> Arc<dyn Engine> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, csv).unwrap();
    open(&Source { path, options: ReadOptions::default() }, &Ticket::default()).unwrap()
}

pub(crate) fn asked(kpi: &str) -> ClueRequest {
    ClueRequest {
        kpi: kpi.parse().unwrap(),
        better: Better::Lower,
        filter: None,
        unit: None,
        exclude: Vec::new(),
        known_before: Vec::new(),
        consequences: std::collections::BTreeMap::new(),
    }
}

fn ranked(engine: &Arc<dyn Engine>, asked: &ClueRequest) -> DriverResult {
    run(engine.as_ref(), asked, &Ticket::default()).unwrap()
}

fn names(r: &DriverResult) -> Vec<&str> {
    r.drivers.iter().map(|d| d.column.as_str()).collect()
}

#[test]
fn a_planted_column_comes_first_and_its_shadow_is_explained() {
    let engine = riders(1, 20_000, |zone, _, _| if zone == 2 { 0.4 } else { 0.15 });
    let r = ranked(&engine, &asked("rate(left = 1)"));
    assert_eq!(names(&r)[..2], ["zone", "district"], "{r:?}");
    assert!(r.drivers[0].worst.label == "zone = z2" && r.drivers[0].explained_by.is_empty());
    let shadow = &r.drivers[1];
    assert_eq!(shadow.explained_by[0].columns, ["zone"], "{shadow:?}");
    assert!(shadow.explained_by[0].explained_away.unwrap() > 0.8);
    for d in &r.drivers {
        assert!(d.interval.0 > 0.0 && d.q <= 0.05 && d.worst.level >= d.best.level, "{d:?}");
        assert!((d.worst.shrunk - r.level.value.unwrap()).abs() <= (d.worst.level - r.level.value.unwrap()).abs());
    }
}

#[test]
fn what_knows_the_outcome_is_held_out_until_it_is_answered() {
    let engine = riders(2, 20_000, |zone, _, _| if zone == 2 { 0.4 } else { 0.15 });
    let r = ranked(&engine, &asked("rate(left = 1)"));
    assert_eq!(r.leaks.len(), 1, "{:?}", r.leaks);
    let leak = &r.leaks[0];
    assert_eq!((leak.column.as_str(), leak.tier), ("event_4", LeakTier::Suspect));
    assert!(leak.accuracy.unwrap() > 0.95 && leak.why.contains("of rows right, against"), "{}", leak.why);
    assert!(!names(&r).contains(&"event_4"));
    let known = ranked(&engine, &ClueRequest { known_before: vec!["event_4".into()], ..asked("rate(left = 1)") });
    assert_eq!(names(&known)[0], "event_4");
    assert!(known.leaks.is_empty());
}

#[test]
fn nothing_is_ranked_where_there_is_nothing() {
    let found = (100..130)
        .filter(|seed| {
            let engine = riders(*seed, 4000, |_, _, _| 0.2);
            !ranked(&engine, &ClueRequest { exclude: vec!["event_4".into()], ..asked("rate(left = 1)") })
                .drivers
                .is_empty()
        })
        .count();
    assert!(found <= 3, "{found} of 30 random KPIs had a driver");
}

#[test]
fn a_unit_widens_what_its_rows_share() {
    // Whole users leave or stay, and a column that is drawn by user seems to matter by rows.
    let mut rng = Pcg64Mcg::seed_from_u64(5);
    let mut found = [0, 0];
    for _ in 0..30 {
        let mut csv = String::from("user,group,left\n");
        for user in 0..200 {
            let (group, left) = (rng.random_range(0..4u32), u8::from(rng.random::<f64>() < 0.3));
            for _ in 0..30 {
                writeln!(csv, "u{user},g{group},{left}").unwrap();
            }
        }
        let engine = table(&csv);
        for (k, unit) in [None, Some("user".to_owned())].into_iter().enumerate() {
            let request = ClueRequest { unit, known_before: vec!["group".into()], ..asked("rate(left = 1)") };
            found[k] += ranked(&engine, &request).drivers.len();
        }
    }
    assert!(found[0] >= 25 && found[1] <= 3, "by rows {} of 30, by users {}", found[0], found[1]);
}

#[test]
fn means_and_ratios_have_drivers_too() {
    let mut rng = Pcg64Mcg::seed_from_u64(9);
    let mut csv = String::from("city,hour,spend,asked,done\n");
    for _ in 0..6000 {
        let (city, hour) = (rng.random_range(0..4u32), rng.random_range(0..24u32));
        let spend = 20.0 + f64::from(hour) + 5.0 * rng.random::<f64>() + if city == 1 { 6.0 } else { 0.0 };
        let requests = rng.random_range(1..9u32);
        let done = (0..requests).filter(|_| rng.random::<f64>() < if city == 3 { 0.5 } else { 0.8 }).count();
        writeln!(csv, "c{city},{hour},{spend:.2},{requests},{done}").unwrap();
    }
    let engine = table(&csv);
    let mean = ranked(&engine, &ClueRequest { exclude: vec!["asked".into(), "done".into()], ..asked("mean(spend)") });
    assert_eq!(mean.leaks[0].column, "hour", "it goes with nearly all of the spend: {:?}", mean.leaks);
    assert_eq!(names(&mean), ["city"]);
    let known = ClueRequest {
        known_before: vec!["hour".into()],
        exclude: vec!["asked".into(), "done".into()],
        ..asked("mean(spend)")
    };
    let mean = ranked(&engine, &known);
    assert_eq!((names(&mean)[0], mean.drivers[0].trend), ("hour", Some(1)));
    let ratio =
        ClueRequest { better: Better::Higher, exclude: vec!["spend".into()], ..asked("ratio(sum(done), sum(asked))") };
    let r = ranked(&engine, &ratio);
    assert_eq!((names(&r)[0], r.drivers[0].worst.label.as_str()), ("city", "city = c3"));
    assert!((r.drivers[0].worst.level - 0.5).abs() < 0.03);
}

#[test]
fn what_can_not_be_ranked_is_said_in_words() {
    let fails = |engine: &Arc<dyn Engine>, kpi: &str| {
        run(engine.as_ref(), &asked(kpi), &Ticket::default()).unwrap_err().to_string()
    };
    let engine = table("a,b,k\n1,x,1\n2,y,1\n3,x,1\n");
    assert!(fails(&engine, "sum(k)").contains("needs a level per row"));
    let r = ranked(&engine, &asked("rate(k = 1)"));
    assert!(r.drivers.is_empty() && r.notes.iter().any(|n| n.contains("there is nothing to explain")), "{:?}", r.notes);
    assert!(r.skipped.iter().any(|s| s.column == "k" && s.why.contains("made of it")));
    let empty = table("a,k\n1,\n2,\n3,\n");
    assert!(fails(&empty, "mean(k)").contains("known in no row") || !fails(&empty, "mean(k)").is_empty());
    let ten = table("a,c,e,k\n1,x,,0\n2,x,,1\n3,x,,0\n4,x,,1\n5,x,,0\n6,x,,1\n7,x,,0\n8,x,,1\n9,x,,0\n10,x,,1\n");
    let r = ranked(&ten, &asked("rate(k = 1)"));
    let why = |c: &str| r.skipped.iter().find(|s| s.column == c).map(|s| s.why.clone()).unwrap_or_default();
    assert!(why("c").contains("same in all rows") && why("e").contains("nothing but empty"), "{:?}", r.skipped);
    let text = serde_json::to_string(&r).unwrap();
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}

#[test]
fn values_that_name_rows_are_no_driver() {
    let mut csv = String::from("id,k\n");
    for i in 0..3000 {
        writeln!(csv, "x{i},{}", i % 3 / 2).unwrap();
    }
    let r = ranked(&table(&csv), &asked("rate(k = 1)"));
    assert!(r.skipped.iter().any(|s| s.column == "id" && s.why.contains("names rows")), "{:?}", r.skipped);
}

#[test]
fn the_mean_of_a_condition_is_a_rate_everywhere() {
    let mut csv = String::from("late_min,known_min,b\n");
    for i in 0..200u32 {
        csv += &format!("{},{},{}\n", i % 40, i % 40 + i % 3, i % 2 == 0);
    }
    let engine = table(&csv);
    let ticket = Ticket::default();
    let found = crate::analysis::run(engine.as_ref(), &Analysis::Leaks(asked("mean(late_min > 15)")), &ticket).unwrap();
    let Findings::Leaks(leaks) = found else { panic!("{found:?}") };
    assert_eq!(leaks.kpi.to_string(), "rate(late_min > 15)");
    assert!(leaks.leaks.iter().any(|l| l.column == "known_min" && l.auc.is_some_and(|a| a > 0.95)), "{leaks:?}");
    for (text, share) in [("mean(b)", true), ("mean(late_min)", false), ("mean(CASE WHEN b THEN 1 ELSE 0 END)", false)]
    {
        let kpi: Kpi = text.parse().unwrap();
        assert_eq!(crate::analysis::as_measured(engine.as_ref(), &kpi).is_share(), share, "{text}");
    }
}

#[test]
fn a_handful_of_rows_is_no_worst_group() {
    // Two rows of one value all leave; a large group leaves twice as often as the others.
    let mut csv = String::from("adults,gone\n");
    for i in 0..3000u32 {
        let adults = if i < 8 { 26 } else { 1 + i % 3 };
        let gone = i < 8 || i % 10 < if adults == 2 { 4 } else { 2 };
        csv += &format!("{adults},{}\n", u8::from(gone));
    }
    let r = ranked(&table(&csv), &asked("rate(gone = 1)"));
    let d = r.drivers.iter().find(|d| d.column == "adults").unwrap();
    assert_eq!((d.worst.label.as_str(), d.worst.n > 900), ("adults = 2", true), "{d:?}");
}

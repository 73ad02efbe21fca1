//! Planted changes, end to end through the embedded engine, and what can't be compared.

use std::fmt::Write as _;
use std::sync::Arc;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::engine::{ReadOptions, Source, open};
use crate::query::Cell;

/// 24 000 rides in two months by zone, app and plan; `p` gives the share of late ones.
fn rides(seed: u64, p: impl Fn(u32, u32, u32, bool) -> f64) -> Arc<dyn Engine> {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut csv = String::from("day,zone,app,plan,late,fare,expected,user\n");
    for row in 0..24_000u32 {
        let after = row % 2 == 1;
        let (zone, app, plan) = (rng.random_range(0..6u32), rng.random_range(0..3u32), rng.random_range(0..4u32));
        let late = rng.random::<f64>() < p(zone, app, plan, after);
        let month = if after { 6 } else { 5 };
        let fare = 10.0 + f64::from(zone) + 4.0 * rng.random::<f64>();
        let paid = if after && zone == 3 { fare * 0.7 } else { fare };
        let user = rng.random_range(0..3000);
        writeln!(
            csv,
            "2024-{month:02}-{:02},z{zone},a{app},p{plan},{},{paid:.2},{fare:.2},{user}",
            row / 2 % 30 + 1,
            u8::from(late)
        )
        .unwrap();
    }
    table(&csv)
}

fn table(csv: &str) -> Arc<dyn Engine> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rides.csv");
    std::fs::write(&path, csv).unwrap();
    open(&Source { path, options: ReadOptions::default() }, &Ticket::default()).unwrap()
}

fn periods(kpi: &str) -> ChangeRequest {
    ChangeRequest {
        sides: Sides::Periods {
            kpi: kpi.parse().unwrap(),
            before: "day < DATE '2024-06-01'".into(),
            after: "day >= DATE '2024-06-01'".into(),
        },
        by: Vec::new(),
        exclude: vec!["fare".into(), "expected".into(), "user".into()],
        filter: None,
        unit: None,
        parts_only: false,
    }
}

fn ask(engine: &Arc<dyn Engine>, asked: &ChangeRequest) -> ChangeResult {
    run(engine.as_ref(), asked, &Ticket::default()).unwrap()
}

fn refusal(engine: &Arc<dyn Engine>, asked: &ChangeRequest) -> String {
    run(engine.as_ref(), asked, &Ticket::default()).unwrap_err().to_string()
}

fn place(column: &str, value: &str) -> (String, Cell) {
    (column.into(), Cell::Text(value.into()))
}

/// Requests of two weeks by the hour; in the second week those from the airport are unmet from 17 to 21.
fn requests() -> Arc<dyn Engine> {
    let mut rng = Pcg64Mcg::seed_from_u64(5);
    let mut csv = String::from("asked,zone,unmet\n");
    for row in 0..20_000u32 {
        let (day, hour) = (row % 14 + 1, rng.random_range(0..24u32));
        let airport = rng.random_range(0..2u32) == 1;
        let p = if day > 7 && airport && (17..21).contains(&hour) { 0.7 } else { 0.2 };
        let unmet = u8::from(rng.random::<f64>() < p);
        let zone = if airport { "Airport" } else { "City" };
        writeln!(csv, "2024-07-{day:02} {hour:02}:{:02}:00,{zone},{unmet}", row % 60).unwrap();
    }
    table(&csv)
}

fn weeks(by: &[&str]) -> ChangeRequest {
    ChangeRequest {
        sides: Sides::Periods {
            kpi: "rate(unmet = 1)".parse().unwrap(),
            before: "asked < TIMESTAMP '2024-07-08 00:00:00'".into(),
            after: "asked >= TIMESTAMP '2024-07-08 00:00:00'".into(),
        },
        by: by.iter().map(|c| (*c).to_owned()).collect(),
        exclude: Vec::new(),
        filter: None,
        unit: None,
        parts_only: false,
    }
}

#[test]
fn hours_and_weekdays_of_a_time_are_groups_and_name_the_worst_slots() {
    let engine = requests();
    let found = ask(&engine, &weeks(&[]));
    // The four hours at the airport, and no other cell.
    assert!(!found.causes.is_empty() && found.causes.len() <= 4, "{:?}", found.causes);
    for cause in &found.causes {
        assert!(cause.place.contains(&place("zone", "Airport")), "{cause:?}");
        let hour = cause.place.iter().find(|(c, _)| c == "hour of asked").and_then(|(_, v)| v.as_f64());
        assert!(hour.is_some_and(|h| (17.0..21.0).contains(&h)), "{cause:?}");
    }
    // Zone by hour: every hour is its own, the worst four are those, and all add up.
    let found = ask(&engine, &weeks(&["zone", "hour of asked"]));
    assert_eq!(found.parts.len(), 48);
    let sum: f64 = found.parts.iter().filter_map(|p| p.contribution.value).sum();
    assert!((sum - found.change.value.unwrap()).abs() < 1e-12);
    for part in &found.parts[..4] {
        assert_eq!(part.place[0], place("zone", "Airport"), "{part:?}");
        assert!(part.place[1].1.as_f64().is_some_and(|h| (17.0..21.0).contains(&h)), "{part:?}");
        assert!(engine.check_sql(part.condition.as_deref().unwrap()).is_ok(), "{part:?}");
    }
    let found = ask(&engine, &weeks(&["weekday of asked"]));
    assert_eq!(found.parts.len(), 7);
}

#[test]
fn a_part_of_a_time_that_only_tells_the_period_explains_nothing() {
    let engine = requests();
    // A Wednesday against a Thursday: the weekday would hold the whole change, and say nothing.
    let day = |d: u32| {
        format!("asked >= TIMESTAMP '2024-07-{d:02} 00:00:00' AND asked < TIMESTAMP '2024-07-{:02} 00:00:00'", d + 1)
    };
    for kpi in ["rate(unmet = 1)", "count()"] {
        let sides = Sides::Periods { kpi: kpi.parse().unwrap(), before: day(3), after: day(11) };
        let found = ask(&engine, &ChangeRequest { sides, ..weeks(&[]) });
        let named = |c: &[(String, Cell)]| c.iter().any(|(name, _)| name.starts_with("weekday"));
        assert!(!found.causes.iter().any(|c| named(&c.place)) && !found.parts.iter().any(|p| named(&p.place)));
    }
    for (by, why) in [
        ("hour of zone", "zone holds no time"),
        ("minute of asked", "hour of asked and weekday of asked"),
        ("hour of x", "x"),
    ] {
        assert!(refusal(&engine, &weeks(&[by])).contains(why), "{by}: {}", refusal(&engine, &weeks(&[by])));
    }
}

#[test]
fn a_planted_cell_is_the_cause_and_the_parts_add_up() {
    let engine = rides(1, |zone, app, _, after| if after && zone == 2 && app == 1 { 0.45 } else { 0.15 });
    for unit in [None, Some("user".to_owned())] {
        let found = ask(&engine, &ChangeRequest { unit, ..periods("rate(late = 1)") });
        assert_eq!(found.causes.len(), 1, "{:?}", found.causes);
        assert_eq!(found.causes[0].place, [place("zone", "z2"), place("app", "a1")]);
        let condition = found.causes[0].condition.as_deref().unwrap();
        assert!(engine.check_sql(condition).is_ok(), "{condition}");
        let (before, after) = found.causes[0].level;
        assert!((before.unwrap() - 0.15).abs() < 0.04 && (after.unwrap() - 0.45).abs() < 0.05);
        let sum: f64 = found.parts.iter().map(|p| p.contribution.value.unwrap()).sum();
        assert!((sum - found.change.value.unwrap()).abs() < 1e-12);
        for part in &found.parts {
            assert!((part.rate + part.mix - part.contribution.value.unwrap()).abs() < 1e-12, "{part:?}");
            let (low, high) = part.contribution.interval.unwrap();
            assert!(low <= part.contribution.value.unwrap() && part.contribution.value.unwrap() <= high);
        }
        assert_eq!(found.parts[0].place, [place("zone", "z2")]);
        assert!(found.parts[0].did_z.unwrap() > 4.0);
    }
}

#[test]
fn two_columns_can_be_crossed() {
    let engine = rides(2, |zone, app, _, after| if after && zone == 2 && app == 1 { 0.45 } else { 0.15 });
    let found = ask(&engine, &ChangeRequest { by: vec!["zone".into(), "app".into()], ..periods("mean(late)") });
    assert_eq!(found.parts.len(), 18);
    assert_eq!(found.parts[0].place, [place("zone", "z2"), place("app", "a1")]);
    let sum: f64 = found.parts.iter().map(|p| p.contribution.value.unwrap()).sum();
    assert!((sum - found.change.value.unwrap()).abs() < 1e-12);
}

#[test]
fn nothing_is_reported_where_nothing_moved() {
    let reported = (10..30)
        .filter(|seed| {
            !ask(&rides(*seed, |zone, _, _, _| 0.1 + 0.03 * f64::from(zone)), &periods("rate(late = 1)"))
                .causes
                .is_empty()
        })
        .count();
    assert!(reported <= 1, "{reported} of 20");
}

#[test]
fn a_total_is_compared_with_what_totals_moved_by() {
    let engine = rides(3, |_, _, _, _| 0.2);
    let found = ask(&engine, &ChangeRequest { by: vec!["zone".into()], ..periods("sum(fare)") });
    assert_eq!(found.causes.iter().map(|c| c.place.clone()).collect::<Vec<_>>(), [vec![place("zone", "z3")]]);
    let sum: f64 = found.parts.iter().map(|p| p.contribution.value.unwrap()).sum();
    assert!((sum - found.change.value.unwrap()).abs() < 1e-6);
    assert_eq!(found.parts[0].place, [place("zone", "z3")]);
    assert!(found.parts[0].rate < 0.0, "the fare fell, not the number of rides: {:?}", found.parts[0]);
    let count = ask(&engine, &periods("count()"));
    assert_eq!((count.before.level.value, count.change.value, count.causes.len()), (Some(12_000.0), Some(0.0), 0));
}

#[test]
fn what_happened_is_compared_with_the_forecast() {
    let engine = rides(4, |_, _, _, _| 0.2);
    let sides = Sides::Forecast { actual: "fare".into(), expected: "expected".into() };
    let asked = ChangeRequest {
        sides,
        by: vec!["zone".into()],
        exclude: vec!["user".into()],
        filter: Some("day >= DATE '2024-06-01'".into()),
        unit: Some("user".into()),
        parts_only: false,
    };
    let found = ask(&engine, &asked);
    assert_eq!(found.causes.iter().map(|c| c.place.clone()).collect::<Vec<_>>(), [vec![place("zone", "z3")]]);
    let sum: f64 = found.parts.iter().map(|p| p.contribution.value.unwrap()).sum();
    assert!((sum - found.change.value.unwrap()).abs() < 1e-6 && found.change.value.unwrap() < 0.0);
    assert!(found.parts.iter().filter(|p| p.contribution.value != Some(0.0)).count() <= 6);
}

#[test]
fn what_can_not_be_compared_is_said() {
    let engine = rides(5, |_, _, _, _| 0.2);
    let with = |before: &str, after: &str| ChangeRequest {
        sides: Sides::Periods { kpi: "rate(late = 1)".parse().unwrap(), before: before.into(), after: after.into() },
        ..periods("rate(late = 1)")
    };
    assert!(refusal(&engine, &with("zone = 'z1'", "app = 'a1'")).contains("before and after at once"));
    assert!(refusal(&engine, &with("zone = 'z9'", "zone = 'z1'")).contains("There is no row before (zone = 'z9')"));
    assert!(refusal(&engine, &with("zne = 'z1'", "zone = 'z1'")).contains("zne"));
    let by = ChangeRequest { by: vec!["zone".into(), "app".into(), "plan".into()], ..periods("rate(late = 1)") };
    assert!(refusal(&engine, &by).contains("at most two columns"));
    let text = ChangeRequest {
        sides: Sides::Forecast { actual: "zone".into(), expected: "expected".into() },
        ..periods("rate(late = 1)")
    };
    assert!(refusal(&engine, &text).contains("zone holds no numbers"));
}

#[test]
fn tables_with_nothing_to_say_give_words_and_no_noise() {
    // One class, a constant column, nulls, ten rows: all plain, nothing that is not a number.
    let engine = table("when,k,c,n\n1,1,x,\n1,1,x,\n1,1,x,\n1,1,x,\n1,1,x,\n2,1,x,\n2,1,x,\n2,1,x,\n2,1,x,\n2,1,x,\n");
    let asked = ChangeRequest {
        sides: Sides::Periods {
            kpi: "rate(k = 1)".parse().unwrap(),
            before: "\"when\" = 1".into(),
            after: "\"when\" = 2".into(),
        },
        by: vec!["c".into()],
        exclude: Vec::new(),
        filter: None,
        unit: None,
        parts_only: false,
    };
    let found = ask(&engine, &asked);
    assert_eq!((found.change.value, found.change.interval), (Some(0.0), None));
    assert_eq!(found.parts.len(), 1);
    assert!(found.causes.is_empty() && found.parts[0].did_z.is_none());
    let text = serde_json::to_string(&found).unwrap();
    assert!(!text.contains("NaN"), "{text}");
    let none = ask(&engine, &ChangeRequest { by: Vec::new(), ..asked });
    assert!(none.notes.iter().any(|n| n.contains("nothing can explain")), "{:?}", none.notes);
}

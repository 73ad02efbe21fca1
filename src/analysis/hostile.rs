//! Tables that no analysis can make much of: every one of them answers in plain words, with numbers that are numbers.

use std::fmt::Write as _;
use std::sync::Arc;

use super::drivers::tests::{asked, table};
use super::run;
use crate::engine::{Engine, Ticket};
use crate::query::{
    Analysis, ChangeRequest, ConfounderRequest, ExperimentRequest, Findings, Kpi, SegmentRequest, Sides,
};

/// What is asked of a table besides its KPI.
struct Asked<'a> {
    kpi: &'a str,
    /// A group of rows.
    group: &'a str,
    before: &'a str,
    after: &'a str,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self { kpi: "rate(y = 1)", group: "g = 'a'", before: "half = 1", after: "half = 2" }
    }
}

/// Every analysis of a KPI with its answer, or why there is none.
fn answers(engine: &Arc<dyn Engine>, a: &Asked<'_>) -> Vec<(&'static str, Result<Findings, String>)> {
    let kpi: Kpi = a.kpi.parse().unwrap();
    let clues = asked(a.kpi);
    let sides = Sides::Periods { kpi: kpi.clone(), before: a.before.into(), after: a.after.into() };
    let change = |by: &[&str]| ChangeRequest {
        sides: sides.clone(),
        by: by.iter().map(|c| (*c).to_owned()).collect(),
        exclude: Vec::new(),
        filter: None,
        unit: None,
        parts_only: false,
    };
    let segments = SegmentRequest { clues: clues.clone(), depth: 2, top: 20 };
    let all = [
        ("kpi", Analysis::Kpi { kpi: kpi.clone(), by: Vec::new(), trend: None, filter: None, unit: None }),
        ("leaks", Analysis::Leaks(clues.clone())),
        ("drivers", Analysis::Drivers(clues.clone())),
        ("segments", Analysis::Segments(segments)),
        ("change", Analysis::Change(change(&[]))),
        ("change by g", Analysis::Change(change(&["g"]))),
        ("reach", Analysis::Reach { kpi: kpi.clone(), segment: a.group.into(), target: Some(0.01), unit: None }),
        ("confounders", Analysis::Confounders(ConfounderRequest { clues, segment: a.group.into() })),
    ];
    all.into_iter()
        .map(|(name, analysis)| (name, run(engine.as_ref(), &analysis, &Ticket::default()).map_err(|e| e.to_string())))
        .collect()
}

/// Plain words end as sentences do and name nothing of the inside; numbers are numbers.
fn in_order(case: &str, name: &str, answer: &Result<Findings, String>) {
    match answer {
        Ok(found) => {
            let told = format!("{found:?}");
            for bad in ["NaN", ": inf", "(inf", "-inf", ", inf", "Some(inf"] {
                assert!(!told.contains(bad), "{case}, {name}: {bad} in {told}");
            }
        }
        Err(why) => {
            assert!(why.ends_with('.') && why.len() > 20, "{case}, {name}: {why}");
            for bad in ["polars", "panick", "broke down", "unwrap", "NaN", "None", "index out"] {
                assert!(!why.contains(bad), "{case}, {name}: {why}");
            }
        }
    }
}

fn rows(n: u32, row: impl Fn(u32) -> String) -> String {
    let mut out = String::from("y,g,x,half\n");
    for i in 0..n {
        writeln!(out, "{}", row(i)).unwrap();
    }
    out
}

/// A letter of two, a number, and a half of the rows.
fn usual(i: u32) -> String {
    format!("{},{},{}", ["a", "b"][(i % 2) as usize], i * 7919 % 101, i / 2 % 2 + 1)
}

/// A name, a table, what is asked of it, and words that some analyses must answer with.
type Case = (&'static str, String, Asked<'static>, &'static [(&'static str, &'static str)]);

fn cases() -> Vec<Case> {
    let none = Asked::default;
    vec![
        (
            "one class",
            rows(400, |i| format!("1,{}", usual(i))),
            none(),
            &[("drivers", "is the same in all rows"), ("segments", "is the same in all rows")],
        ),
        ("the other class", rows(400, |i| format!("0,{}", usual(i))), none(), &[("drivers", "the same in all rows")]),
        (
            "a constant column",
            rows(400, |i| format!("{},a,{},{}", u32::from(i % 3 == 0), i % 7, i % 2 + 1)),
            none(),
            &[("drivers", "it is the same in all rows")],
        ),
        (
            "a column of nulls",
            rows(400, |i| format!("{},{},,{}", u32::from(i % 3 == 0), ["a", "b"][(i % 2) as usize], i % 2 + 1)),
            none(),
            &[("drivers", "nothing but empty cells")],
        ),
        (
            "a KPI of nulls",
            rows(400, |i| format!(",{}", usual(i))),
            none(),
            &[("drivers", "text is compared with a number")],
        ),
        (
            "a KPI of no rows",
            rows(400, |i| format!("{},{}", u32::from(i % 3 == 0), usual(i))),
            Asked { kpi: "rate(y = 1) where x > 1000", ..none() },
            &[("drivers", "where x > 1000 is known in no row.")],
        ),
        ("ten rows", rows(10, |i| format!("{},{}", i % 2, usual(i))), none(), &[]),
        ("one row", rows(1, |_| "1,a,3,1".to_owned()), none(), &[("change", "There is no row after")]),
        ("no rows", rows(0, |_| String::new()), none(), &[]),
        (
            "a KPI that is its own driver",
            rows(400, |i| format!("{},{}", u32::from(i % 3 == 0), usual(i))),
            Asked { group: "y = 1", ..none() },
            &[("drivers", "the KPI is made of it")],
        ),
        (
            "numbers that overflow",
            rows(400, |i| format!("{},{}", if i % 5 == 0 { "1e308" } else { "-1e308" }, usual(i))),
            Asked { kpi: "mean(y)", ..none() },
            &[],
        ),
        (
            "infinite numbers",
            rows(400, |i| format!("{},{}", if i == 7 { "inf".to_owned() } else { format!("{}.5", i % 9) }, usual(i))),
            Asked { kpi: "mean(y)", ..none() },
            &[],
        ),
        (
            "a ratio over nothing",
            rows(400, |i| format!("{},{}", i % 9, usual(i))),
            Asked { kpi: "ratio(sum(y), sum(x - x))", ..none() },
            &[],
        ),
        (
            "periods that overlap",
            rows(400, |i| format!("{},{}", u32::from(i % 3 == 0), usual(i))),
            Asked { before: "half = 1", after: "half >= 1", ..none() },
            &[("change", "before and after at once")],
        ),
        (
            "an empty period",
            rows(400, |i| format!("{},{}", u32::from(i % 3 == 0), usual(i))),
            Asked { before: "half = 9", ..none() },
            &[("change", "There is no row before")],
        ),
        (
            "an empty group",
            rows(400, |i| format!("{},{}", u32::from(i % 3 == 0), usual(i))),
            Asked { group: "g = 'z'", ..none() },
            &[],
        ),
        (
            "a group of all rows",
            rows(400, |i| format!("{},{}", u32::from(i % 3 == 0), usual(i))),
            Asked { group: "g <> 'z'", ..none() },
            &[],
        ),
    ]
}

#[test]
fn what_tells_nothing_is_answered_in_plain_words() {
    for (case, csv, a, words) in cases() {
        let engine = table(&csv);
        let answers = answers(&engine, &a);
        for (name, answer) in &answers {
            in_order(case, name, answer);
        }
        for (name, needle) in words {
            let answer = answers.iter().find(|(n, _)| n == name).map(|(_, a)| a).unwrap();
            let told = match answer {
                Ok(found) => format!("{found:?}"),
                Err(why) => why.clone(),
            };
            assert!(told.contains(needle), "{case}, {name}: {told}");
        }
    }
}

/// Columns beyond those that are looked at are named, and nothing takes for ever.
#[test]
fn ten_thousand_columns_are_survived() {
    let mut csv = String::from("y,g,half");
    for k in 0..10_000 {
        write!(csv, ",c{k}").unwrap();
    }
    csv.push('\n');
    for i in 0..60u32 {
        write!(csv, "{},{},{}", u32::from(i % 3 == 0), ["a", "b"][(i % 2) as usize], i % 2 + 1).unwrap();
        for k in 0..10_000u32 {
            write!(csv, ",{}", (i * 31 + k * 7) % 11).unwrap();
        }
        csv.push('\n');
    }
    let engine = table(&csv);
    for (name, answer) in answers(&engine, &Asked::default()) {
        in_order("ten thousand columns", name, &answer);
        let told = format!("{:?}", answer.unwrap_or_else(|why| panic!("{name}: {why}")));
        match name {
            "drivers" => assert!(told.contains("too many columns: leave others out to reach it")),
            "change" => assert!(told.contains("Only the first 200 of"), "{told}"),
            _ => {}
        }
    }
}

/// A million names and a million numbers make no million groups.
#[test]
fn a_million_distinct_values_are_survived() {
    let mut csv = String::from("y,g,half,name,number\n");
    for i in 0..1_000_000u64 {
        let y = u32::from(i % 3 == 0);
        writeln!(csv, "{y},{},{},u{i},{}", ["a", "b"][(i % 2) as usize], i / 2 % 2 + 1, i * 7919 % 1_000_003).unwrap();
    }
    let engine = table(&csv);
    for (name, answer) in answers(&engine, &Asked::default()) {
        in_order("a million values", name, &answer);
        let found = answer.unwrap_or_else(|why| panic!("{name}: {why}"));
        match &found {
            Findings::Drivers(r) => {
                let why = r.skipped.iter().find(|s| s.column == "name").map(|s| s.why.as_str());
                assert!(why.is_some_and(|w| w.contains("names rows and makes no groups")), "{:?}", r.skipped);
            }
            Findings::Change(r) => assert!(r.parts.len() < 200, "{} parts", r.parts.len()),
            _ => {}
        }
    }
}

/// Plans that can't be made say so; none of them counts to infinity.
#[test]
fn experiments_that_make_no_sense_are_refused() {
    let of = |base: f64, target: f64| ExperimentRequest::new(base, target);
    for (case, request) in [
        ("no change", of(0.1, 0.1)),
        ("a level of zero", of(0.0, 0.0)),
        ("a rate above one", of(0.5, 1.5)),
        ("a rate below zero", of(-0.1, 0.1)),
        ("not a number", of(f64::NAN, 0.1)),
        ("endless", of(0.1, f64::INFINITY)),
        ("one arm", ExperimentRequest { arms: 1, ..of(0.1, 0.2) }),
        ("no power", ExperimentRequest { power: 0.0, ..of(0.1, 0.2) }),
        ("all power", ExperimentRequest { power: 1.0, ..of(0.1, 0.2) }),
        ("no error allowed", ExperimentRequest { alpha: 0.0, ..of(0.1, 0.2) }),
        ("no spread", ExperimentRequest { sd: Some(0.0), ..of(10.0, 11.0) }),
        ("nobody a week", ExperimentRequest { per_week: Some(0.0), ..of(0.1, 0.2) }),
        ("a hair", of(0.5, 0.5 + 1e-12)),
        ("alike beyond one", ExperimentRequest { cluster: Some(5.0), icc: Some(2.0), ..of(0.1, 0.2) }),
    ] {
        let answer = super::experiment::run(&request).map(Findings::Experiment).map_err(|e| e.to_string());
        in_order(case, "experiment", &answer);
        assert!(answer.is_err(), "{case}: {answer:?}");
    }
}

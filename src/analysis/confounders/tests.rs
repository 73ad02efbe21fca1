//! Reversals and what explains them.

use std::fmt::Write as _;

use super::*;
use crate::analysis::drivers::tests::{asked, table};
use crate::query::ClueRequest;

/// Admissions to two departments; within each women do better, and they apply to the hard one.
fn admissions() -> String {
    let mut csv = String::from("dept,sex,coin,admitted\n");
    let mut row = 0;
    for (dept, sex, yes, n) in
        [("x", "f", 900, 1000), ("x", "m", 3200, 4000), ("y", "f", 1200, 4000), ("y", "m", 200, 1000)]
    {
        for i in 0..n {
            row += 1;
            writeln!(csv, "{dept},{sex},{},{}", row % 2, u8::from(i < yes)).unwrap();
        }
    }
    csv
}

fn ask(segment: &str) -> ConfounderResult {
    let engine = table(&admissions());
    let request = ConfounderRequest { clues: asked("rate(admitted = 1)"), segment: segment.into() };
    run(engine.as_ref(), &request, &Ticket::default()).unwrap()
}

#[test]
fn a_reversal_is_seen() {
    let r = ask("sex = 'f'");
    assert!((r.crude.value.unwrap() - (0.42 - 0.68)).abs() < 1e-12);
    let dept = &r.strata[0];
    assert_eq!(dept.explained.columns, ["dept"]);
    assert!((dept.explained.adjusted.value.unwrap() - 0.1).abs() < 1e-9, "ten points better in each: {dept:?}");
    assert!((dept.explained.standardised.value.unwrap() - 0.1).abs() < 1e-9);
    assert!(dept.explained.flips && dept.explained.explained_away.unwrap() > 1.0);
    assert!((dept.overlap - 1.0).abs() < 1e-12);
    let coin = r.strata.iter().find(|s| s.explained.columns == ["coin"]).unwrap();
    assert!(!coin.explained.flips && coin.explained.explained_away.unwrap().abs() < 0.05);
    assert_eq!(r.strata.last().unwrap().explained.columns.len(), 2, "both together last");
    assert!(r.e_value.unwrap() > 1.0 && r.notes.iter().any(|n| n.contains("is a consequence")));
}

#[test]
fn it_is_found_without_being_asked() {
    let engine = table(&admissions());
    let request = ClueRequest { better: crate::query::Better::Higher, ..asked("rate(admitted = 1)") };
    let r = crate::analysis::drivers::run(engine.as_ref(), &request, &Ticket::default()).unwrap();
    let sex = r.drivers.iter().find(|d| d.column == "sex").unwrap();
    assert!(sex.explained_by[0].flips && sex.explained_by[0].columns == ["dept"], "{sex:?}");
}

#[test]
fn a_segment_of_nothing_or_of_all_is_refused() {
    let engine = table(&admissions());
    let fails = |segment: &str| {
        let request = ConfounderRequest { clues: asked("rate(admitted = 1)"), segment: segment.into() };
        run(engine.as_ref(), &request, &Ticket::default()).unwrap_err().to_string()
    };
    assert!(fails("sex = 'q'").contains("holds for no rows"));
    assert!(fails("sex IS NOT NULL").contains("holds for all rows"));
    assert!(fails("sx = 'f'").contains("sx"));
    assert!(!fails("coin + 5").is_empty());
}

#[test]
fn the_e_value_of_a_known_ratio() {
    // VanderWeele and Ding 2017, Annals of Internal Medicine 167: a risk ratio of 3.9 has 7.26.
    assert!((e_value(3.9).unwrap() - 7.26).abs() < 0.01);
    assert!((e_value(1.0 / 3.9).unwrap() - 7.26).abs() < 0.01);
    assert_eq!(e_value(1.0), Some(1.0));
}

#[test]
fn a_consequence_explains_nothing_away() {
    let engine = table(&admissions());
    let consequences = std::collections::BTreeMap::from([("sex".to_owned(), vec!["dept".to_owned()])]);
    let clues = ClueRequest { consequences, ..asked("rate(admitted = 1)") };
    let r = crate::analysis::drivers::run(engine.as_ref(), &clues, &Ticket::default()).unwrap();
    assert!(r.drivers.iter().find(|d| d.column == "sex").unwrap().explained_by.is_empty());
    assert!(!r.drivers.iter().find(|d| d.column == "dept").unwrap().explained_by.iter().any(|e| e.columns == ["dept"]));
    let request = ConfounderRequest { clues, segment: "sex = 'f'".into() };
    let r = run(engine.as_ref(), &request, &Ticket::default()).unwrap();
    assert!(r.strata.iter().all(|s| !s.explained.columns.contains(&"dept".to_owned())));
    assert!(r.notes.iter().any(|n| n.contains("Left out as consequences") && n.contains("dept")), "{:?}", r.notes);
}

//! Measures of leaks, and columns that know the outcome.

use std::fmt::Write as _;

use super::measures::{auc, entropy, information_value};
use super::*;
use crate::analysis::drivers::tests::{asked, table};

fn found(csv: &str, kpi: &str) -> Vec<Leak> {
    run(table(csv).as_ref(), &asked(kpi), &Ticket::default()).unwrap().leaks
}

fn rows(header: &str, n: u32, row: impl Fn(u32) -> String) -> String {
    let mut out = format!("{header}\n");
    for i in 0..n {
        writeln!(out, "{}", row(i)).unwrap();
    }
    out
}

#[test]
fn measures_of_known_tables() {
    assert_eq!(auc(&[(0.0, 10.0), (10.0, 0.0)]), Some(1.0));
    assert_eq!(auc(&[(5.0, 5.0), (5.0, 5.0)]), Some(0.5));
    assert_eq!(auc(&[(10.0, 0.0)]), None);
    assert!((entropy(&[(5.0, 5.0), (5.0, 5.0)]).unwrap() - 1.0).abs() < 1e-12);
    assert!(entropy(&[(10.0, 0.0), (0.0, 10.0)]).unwrap().abs() < 1e-12);
    // The contract of the telco table.
    let iv = information_value(&[(1655.0, 2220.0), (166.0, 1307.0), (48.0, 1647.0)]);
    assert!((iv - 1.238).abs() < 0.02, "{iv}");
}

#[test]
fn the_outcome_itself_and_its_shadows_are_leaks() {
    let csv = rows("copy,score,when_left,honest,left", 2000, |i| {
        let left = i % 5 == 0;
        let date = if left { format!("2024-01-{:02}", i % 28 + 1) } else { String::new() };
        format!(
            "{},{},{date},{},{}",
            if left { "gone" } else { "here" },
            if left { 70 + i % 30 } else { i % 72 },
            i % 3,
            u8::from(left)
        )
    });
    let leaks = found(&csv, "rate(left = 1)");
    let names: Vec<&str> = leaks.iter().map(|l| l.column.as_str()).collect();
    assert!(names.contains(&"copy") && names.contains(&"score") && names.contains(&"when_left"), "{leaks:?}");
    assert!(!names.contains(&"honest"));
    assert!(leaks.iter().all(|l| l.tier == LeakTier::Leak && (0.0..=1.0).contains(&l.strength)));
}

#[test]
fn a_strong_honest_column_is_no_leak() {
    // As the contract of the telco table: 43 %, 11 % and 3 % leave.
    let csv = rows("contract,left", 7000, |i| {
        let (contract, per) = match i % 20 {
            0..=10 => ("month", 43),
            11..=14 => ("year", 11),
            _ => ("two", 3),
        };
        format!("{contract},{}", u8::from(i * 37 % 100 < per))
    });
    assert_eq!(found(&csv, "rate(left = 1)"), Vec::new());
}

#[test]
fn a_number_that_is_the_kpi_in_other_units_is_a_leak() {
    let csv =
        rows("delay_s,noise,delay", 3000, |i| format!("{},{},{}", i * 60 % 7200, i * 7919 % 101, i * 60 % 7200 / 60));
    let leaks = found(&csv, "mean(delay)");
    assert_eq!(leaks.len(), 1, "{leaks:?}");
    assert!(leaks[0].column == "delay_s" && leaks[0].why.contains("variance"));
}

#[test]
fn columns_that_add_up_to_the_kpi_are_held_out_together() {
    let csv = rows("net,tax,shipping,items,total", 3000, |i| {
        let (net, tax, shipping) = (i * 7919 % 997, i * 104_729 % 499, i * 1_299_709 % 211);
        format!("{net},{tax},{shipping},{},{}", i % 9, net + tax + shipping)
    });
    let leaks = found(&csv, "mean(total)");
    let mut names: Vec<&str> = leaks.iter().map(|l| l.column.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["net", "shipping", "tax"], "{leaks:?}");
    assert!(leaks.iter().all(|l| l.why.contains("adds up to the KPI")), "{leaks:?}");
    // What was known before is no part.
    let asked = ClueRequest { known_before: vec!["tax".into()], ..asked("mean(total)") };
    let rest = run(table(&csv).as_ref(), &asked, &Ticket::default()).unwrap().leaks;
    assert!(rest.iter().all(|l| l.column != "tax" && !l.why.contains("adds up")), "{rest:?}");
}

#[test]
fn causes_of_a_rate_that_exclude_each_other_are_parts_of_it() {
    let csv = rows("moved_away,too_dear,age,left", 4000, |i| {
        let (moved, dear) = (i % 10 == 3, i % 10 == 7);
        format!("{},{},{},{}", u8::from(moved), u8::from(dear), i * 31 % 60, u8::from(moved || dear))
    });
    let leaks = found(&csv, "rate(left = 1)");
    let names: Vec<&str> = leaks.iter().map(|l| l.column.as_str()).collect();
    assert!(names.contains(&"moved_away") && names.contains(&"too_dear") && !names.contains(&"age"), "{leaks:?}");
}

#[test]
fn what_is_missing_or_known_before_is_no_leak_by_its_time_or_its_sum() {
    let day = |n: u32| jiff::civil::date(2024, 1, 1).checked_add(jiff::Span::new().days(i64::from(n))).unwrap();
    let csv = rows("ordered,last_seen,stayed", 3000, |i| {
        let (ordered, left) = (i * 7919 % 300, i % 4 == 0);
        let seen = ordered + if left { i % 20 } else { 40 + i % 50 };
        format!("{},{},{}", day(ordered), day(seen), u8::from(!left))
    });
    // Whoever says that the later moment was known before answers for its lag too.
    let known = ClueRequest { known_before: vec!["last_seen".into()], ..asked("rate(stayed = 1)") };
    assert_eq!(run(table(&csv).as_ref(), &known, &Ticket::default()).unwrap().leaks, Vec::new());
    // A moment without any spread after another one, and one that is nearly always empty, tell nothing.
    let csv = rows("ordered,planned,seen,stayed", 3000, |i| {
        let seen = if i % 1500 == 7 { day(i % 300).to_string() } else { String::new() };
        format!("{},{},{seen},{}", day(i * 7919 % 300), day(i * 7919 % 300 + 3), u8::from(i * 37 % 100 < 30))
    });
    assert_eq!(found(&csv, "rate(stayed = 1)"), Vec::new());
    // Parts with weights give the KPI; empty cells among them add nothing; sixty rows are too few to tell.
    let parts = |n: u32| {
        rows("hours,minutes,coin,total", n, |i| {
            let (h, m) = (i * 7919 % 23, i * 104_729 % 59);
            let hours = if h == 0 { String::new() } else { h.to_string() };
            format!("{hours},{m},{},{}", i % 2, 60 * h + m)
        })
    };
    let leaks = found(&parts(3000), "mean(total)");
    let told: Vec<&str> = leaks.iter().map(|l| l.column.as_str()).collect();
    assert!(told.contains(&"hours") && !told.contains(&"coin"), "{leaks:?}");
    assert!(found(&parts(40), "mean(total)").iter().all(|l| !l.why.contains("row by row")));
}

#[test]
fn a_moment_that_lies_after_the_outcome_is_a_suspect() {
    let day = |n: u32| jiff::civil::date(2024, 1, 1).checked_add(jiff::Span::new().days(i64::from(n))).unwrap();
    let csv = rows("ordered,last_seen,plan,stayed", 3000, |i| {
        let ordered = i * 7919 % 300;
        let left = i % 4 == 0;
        let seen = ordered + if left { i % 20 } else { 40 + i % 50 };
        format!("{},{},{},{}", day(ordered), day(seen), i % 3, u8::from(!left))
    });
    let leaks = found(&csv, "rate(stayed = 1)");
    assert_eq!(leaks.len(), 1, "{leaks:?}");
    assert_eq!(leaks[0].column, "last_seen");
    assert!(leaks[0].why.starts_with("how long it lies after ordered"), "{}", leaks[0].why);

    // A name alone asks for the answer; a moment set ahead does not.
    let csv = rows("status_date,planned_end,plan,left", 3000, |i| {
        format!("{},{},{},{}", day(i * 7919 % 300), day(i * 31 % 200), i % 3, u8::from(i * 37 % 100 < 30))
    });
    let leaks = found(&csv, "rate(left = 1)");
    let names: Vec<&str> = leaks.iter().map(|l| l.column.as_str()).collect();
    assert_eq!(names, ["status_date"], "{leaks:?}");
    assert_eq!(leaks[0].tier, LeakTier::Suspect);
}

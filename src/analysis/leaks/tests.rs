//! Measures of leaks, and columns that know the outcome.

use std::fmt::Write as _;

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
fn names_tell_by_whole_words() {
    for name in ["cancel_date", "ChurnReason", "reservation_status", "end date", "Refunded"] {
        assert!(telling(name), "{name}");
    }
    for name in ["statusquo", "finalist", "date", "weekend", "reasonable", "closest"] {
        assert!(!telling(name), "{name}");
    }
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

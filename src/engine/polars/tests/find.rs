//! Looking for text: the quick way finds what the simple way finds.

use std::time::Duration;

use proptest::prelude::*;

use super::{all, csv};
use crate::engine::{Engine, Ticket, pages};
use crate::query::{BLOCK, Cell, Direction, Find, FindMode, Place, SortKey, View};

fn plain(text: &str) -> Find {
    Find { text: text.into(), ..Find::default() }
}

/// Every cell that holds the text, in reading order, as a person would look.
fn naive(engine: &dyn Engine, find: &Find) -> Vec<(u64, String)> {
    let pattern = find.pattern().unwrap();
    let columns: Vec<String> = engine.schema().columns.iter().map(|c| c.name.clone()).collect();
    let mut out = Vec::new();
    for (row, cells) in (0..).zip(all(engine)) {
        for name in find.columns.as_ref().unwrap_or(&columns) {
            let at = columns.iter().position(|c| c == name).unwrap();
            if cells[at] != Cell::Null && pattern.is_in(&cells[at].to_string()) {
                out.push((row, name.clone()));
            }
        }
    }
    out
}

fn agrees(engine: &dyn Engine, find: &Find, from: &Place) -> Result<(), TestCaseError> {
    let ticket = Ticket::default();
    let hits = naive(engine, find);
    let columns: Vec<String> =
        find.columns.clone().unwrap_or_else(|| engine.schema().columns.iter().map(|c| c.name.clone()).collect());
    let key = |row: u64, column: Option<&String>| {
        (row, column.and_then(|c| columns.iter().position(|n| n == c)).map_or(0, |i| i + 1))
    };
    let start = key(from.row, from.column.as_ref());
    let mut ordered: Vec<_> = hits.iter().map(|(r, c)| (key(*r, Some(c)), c)).collect();
    ordered.sort();
    for direction in [Direction::Forward, Direction::Backward] {
        let (beyond, round) = match direction {
            Direction::Forward => (ordered.iter().find(|(k, _)| *k > start), ordered.first()),
            Direction::Backward => (ordered.iter().rev().find(|(k, _)| *k < start), ordered.last()),
        };
        let want = beyond.map(|h| (h, false)).or(round.map(|h| (h, true)));
        for found in [
            engine.find(find, from, direction, &ticket).unwrap(),
            pages::find(engine, find, from, direction, &ticket).unwrap(),
        ] {
            let got = found.as_ref().map(|h| ((h.row, h.column.clone()), h.wrapped));
            prop_assert_eq!(&got, &want.map(|(h, w)| ((h.0.0, h.1.clone()), w)), "{:?} {:?}", find, direction);
            if let Some(h) = found {
                let at = ordered.iter().position(|(k, _)| *k == key(h.row, Some(&h.column))).unwrap();
                let first = ordered.iter().position(|(k, _)| k.0 / BLOCK == h.row / BLOCK).unwrap();
                prop_assert_eq!(h.before, (at - first) as u64);
            }
        }
    }
    let counted = engine.count_found(find, 0, Duration::from_secs(600), &ticket).unwrap();
    prop_assert_eq!(counted.blocks.iter().sum::<u64>(), hits.len() as u64);
    prop_assert_eq!(counted.next, None);
    prop_assert_eq!(pages::count(engine, find, 0, Duration::from_secs(600), &ticket).unwrap(), counted);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn find_equals_looking_at_every_cell(
        cells in proptest::collection::vec(("[a-cA-C1-3.]{0,4}", 0u32..40, 0i64..900), 1..60),
        text in "[a-c1-3.-]{1,2}",
        row in 0u64..70,
        column in 0usize..4,
        regex in any::<bool>(),
        reversed in any::<bool>(),
        looked in 0usize..4,
    ) {
        let mut source = String::from("w,n,d\n");
        for (w, n, d) in &cells {
            source.push_str(&format!("x{w},{n},{}\n", super::super::dates::iso_day(*d)));
        }
        // Through a view cells stand in its order, and only its rows count.
        let sort = vec![SortKey { column: "n".into(), descending: true }];
        let filter = vec!["n > 9".to_owned()];
        let views = [View::default(), View { sort: sort.clone(), ..View::default() }, View { filter, sort, ..View::default() }];
        let engine = match views.get(looked) {
            Some(view) => csv(&source).view(view, &Ticket::default()).unwrap(),
            None => csv(&source),
        };
        let mode = if regex { FindMode::Regex } else { FindMode::Plain };
        let columns = reversed.then(|| vec!["d".to_owned(), "w".to_owned()]);
        let find = Find { text, mode, columns };
        prop_assume!(find.pattern().is_ok());
        let from = Place { row, column: ["w", "n", "d"].get(column).map(|c| (*c).to_owned()) };
        agrees(engine.as_ref(), &find, &from)?;
    }
}

#[test]
fn numbers_dates_and_truth_are_found_as_they_are_shown_and_null_is_not() {
    let engine = csv("day,x,flag,word\n2024-02-29,0.25,true,null\n2024-03-01,1e3,false,\n");
    let found = |text: &str| {
        let hit = engine.find(&plain(text), &Place::default(), Direction::Forward, &Ticket::default()).unwrap();
        hit.map(|h| format!("{} {}", h.row, h.column))
    };
    for (text, at) in [("02-29", "0 day"), ("1000", "1 x"), (".25", "0 x"), ("TRUE", "0 flag"), ("fals", "1 flag")] {
        let text = if text == "TRUE" { "true" } else { text };
        assert_eq!(found(text).as_deref(), Some(at), "{text}");
    }
    assert_eq!(found("nothing of that kind"), None);
}

#[test]
fn what_can_not_be_looked_for_is_told() {
    let engine = csv("a\n1\n");
    let ask = |find: &Find| engine.find(find, &Place::default(), Direction::Forward, &Ticket::default());
    let bad = Find { text: "a(b".into(), mode: FindMode::Regex, columns: None };
    assert!(ask(&bad).unwrap_err().to_string().contains("at character 2"));
    let unknown = Find { columns: Some(vec!["b".into()]), ..plain("1") };
    assert!(ask(&unknown).unwrap_err().to_string().contains("\"b\""));
    let ticket = Ticket::default();
    ticket.cancel();
    assert!(engine.find(&plain("1"), &Place::default(), Direction::Forward, &ticket).is_err());
}

#[test]
fn a_row_comes_whole_whatever_its_length() {
    let long = "é".repeat(200_000);
    let engine = csv(&format!("a,b\n{long},1\nshort,2\n"));
    assert_eq!(engine.row(0).unwrap(), [Cell::Text(long), Cell::Int(1)]);
    assert!(engine.row(2).unwrap_err().to_string().contains("There is no row 3"));
}

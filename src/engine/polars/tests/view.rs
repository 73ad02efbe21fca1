//! Views against sorting and filtering by hand, over a table in one part and in several.

use std::cmp::Ordering;
use std::sync::Arc;

use ::polars::prelude::DataFrame;
use proptest::prelude::*;

use super::super::cache::{Cache, Meta};
use super::super::table::Table;
use super::super::{PolarsEngine, open};
use super::{all, csv, t, types};
use crate::engine::{Engine, EngineError, ReadOptions, Ticket};
use crate::query::{Cell, Derived, GroupQuery, Key, ReadingReport, SortKey, View};

fn key(column: &str, descending: bool) -> SortKey {
    SortKey { column: column.into(), descending }
}

fn derived(name: &str, sql: &str) -> Derived {
    Derived { name: name.into(), sql: sql.into() }
}

fn seen(engine: &Arc<dyn Engine>, view: &View) -> Result<Arc<dyn Engine>, EngineError> {
    Arc::clone(engine).view(view, &Ticket::default())
}

/// The same table in parts of three rows, on disk.
fn in_parts(text: &str, home: &std::path::Path) -> Arc<dyn Engine> {
    let path = home.join("t.csv");
    std::fs::write(&path, text).unwrap();
    let cache = Cache::at(&home.join("cache"), 1 << 30);
    let (table, _) = open::read_with(&path, &ReadOptions::default(), None, u64::MAX, &Ticket::default()).unwrap();
    let names: Vec<String> = table.names().map(str::to_owned).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let whole: DataFrame = table.wholes(&names).unwrap();
    let draft = cache.begin("parts").unwrap();
    let mut rows = Vec::new();
    while rows.iter().sum::<usize>() < whole.height() {
        let from = rows.iter().sum::<usize>();
        let mut part = whole.slice(i64::try_from(from).unwrap(), 3);
        part.rechunk_mut();
        draft.write(rows.len(), &mut part).unwrap();
        rows.push(part.height());
    }
    let fields = table.fields().to_vec();
    let folder = draft.finish(&Meta::new(&path, &fields, rows.clone(), ReadingReport::default())).unwrap();
    Arc::new(PolarsEngine::new(vec![path], Table::files(fields, &rows, folder), ReadingReport::default()))
}

fn compare(a: &Cell, b: &Cell, descending: bool) -> Ordering {
    let size = |c: &Cell| match c {
        Cell::Text(s) => (0.0, s.clone()),
        other => (other.as_f64().unwrap(), String::new()),
    };
    match (a, b) {
        (Cell::Null, Cell::Null) => Ordering::Equal,
        (Cell::Null, _) => Ordering::Greater,
        (_, Cell::Null) => Ordering::Less,
        (a, b) => {
            let order = size(a).partial_cmp(&size(b)).unwrap();
            if descending { order.reverse() } else { order }
        }
    }
}

/// `n,x,word,day` with many ties and nulls.
fn rows() -> impl Strategy<Value = Vec<(Option<i64>, Option<i64>, usize, usize)>> {
    let row = (prop::option::of(-3i64..4), prop::option::of(-2i64..3), 0usize..5, 0usize..4);
    prop::collection::vec(row, 1..40)
}

fn text(rows: &[(Option<i64>, Option<i64>, usize, usize)]) -> String {
    let mut out = String::from("id,n,x,word,day\n0,7,0.5,fixed,2024-01-01\n");
    for (i, (n, x, word, day)) in rows.iter().enumerate() {
        let n = n.map(|n| n.to_string()).unwrap_or_default();
        let x = x.map(|x| format!("{x}.25")).unwrap_or_default();
        let word = ["", "b", "a", "ä", "Z"][*word];
        let day = ["", "2024-02-03", "2024-01-31", "1999-12-31"][*day];
        out.push_str(&format!("{},{n},{x},{word},{day}\n", i + 1));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_view_sorts_and_filters_as_one_would_by_hand(
        table in rows(),
        by in prop::collection::vec((0usize..5, any::<bool>()), 0..4),
        filter in 0usize..4,
    ) {
        let text = text(&table);
        let home = tempfile::tempdir().unwrap();
        let whole = csv(&text);
        let parts = in_parts(&text, home.path());
        let names = ["id", "n", "x", "word", "day"];
        let view = View {
            derived: vec![derived("twice", "n * 2")],
            filter: [vec![], vec!["n > 0".into()], vec!["word IS NULL".into(), "twice < 3".into()], vec!["id < 0".into()]][filter].clone(),
            sort: by.iter().map(|(c, d)| key(names[*c], *d)).collect(),
        };
        let mut expected = all(&*whole);
        for row in &mut expected {
            let twice = match row[1] { Cell::Int(n) => Cell::Int(n * 2), _ => Cell::Null };
            row.push(twice);
        }
        expected.retain(|row| match filter {
            0 => true,
            1 => matches!(row[1], Cell::Int(n) if n > 0),
            2 => row[3] == Cell::Null && matches!(row[5], Cell::Int(n) if n < 3),
            _ => false,
        });
        expected.sort_by(|a, b| {
            by.iter().map(|(c, d)| compare(&a[*c], &b[*c], *d)).find(|o| *o != Ordering::Equal).unwrap_or(Ordering::Equal)
        });
        for engine in [&whole, &parts] {
            let seen = seen(engine, &view).unwrap();
            prop_assert_eq!(seen.row_count(), expected.len() as u64);
            prop_assert_eq!(&all(&*seen), &expected);
            // Any page is a piece of the whole.
            let half = expected.len() / 2;
            let page = seen.page(half as u64, 3).unwrap();
            prop_assert_eq!(page.rows, expected[half..].iter().take(3).cloned().collect::<Vec<_>>());
            // A query sees the same rows in the same order.
            let (_, page) = seen.sql("SELECT * FROM data", 100, &Ticket::default()).unwrap();
            prop_assert_eq!(&page.rows, &expected);
            // Sums are of these rows.
            let query = GroupQuery { keys: vec![], kpi: "sum(twice)".parse().ok(), filter: None, unit: None };
            let sums = seen.aggregate(&query, &Ticket::default()).unwrap();
            let total: f64 = expected.iter().filter_map(|r| r[5].as_f64()).sum();
            prop_assert_eq!(sums.iter().map(|g| g.sums.y).sum::<f64>(), total);
            let profile = seen.column_profile("twice", None, &Ticket::default()).unwrap();
            prop_assert_eq!(profile.nulls, expected.iter().filter(|r| r[5] == Cell::Null).count() as u64);
        }
    }
}

const SMALL: &str = "city,n,d\nNorth,3,0\nSouth,1,2\nNorth,2,4\n,4,8\n";

#[test]
fn derived_columns_build_on_each_other_and_are_columns_like_any_other() {
    let view = View {
        derived: vec![
            derived("rate", "n / d"),
            derived("high", "rate > 0.5"),
            derived("one", "1"),
            derived("share", "n * 1.0 / SUM(n) OVER ()"),
        ],
        filter: vec!["one = 1".into(), "city IS NOT NULL".into()],
        sort: vec![key("rate", true)],
    };
    let home = tempfile::tempdir().unwrap();
    for engine in [csv(SMALL), in_parts(SMALL, home.path())] {
        let seen = seen(&engine, &view).unwrap();
        assert_eq!(types(&*seen)[3..], ["rate:num", "high:bool", "one:int", "share:num"]);
        let round = |c: &Cell| match c {
            Cell::Float(x) => Cell::Float((x * 1e9).round() / 1e9),
            other => other.clone(),
        };
        let rows: Vec<Vec<Cell>> = all(&*seen).iter().map(|r| r[3..].iter().map(round).collect()).collect();
        // Division by zero is unknown, and unknown comes last. The share is of the whole table, not of the rows kept.
        assert_eq!(
            rows,
            [
                [Cell::Float(0.5), Cell::Bool(false), Cell::Int(1), Cell::Float(0.1)],
                [Cell::Float(0.5), Cell::Bool(false), Cell::Int(1), Cell::Float(0.2)],
                [Cell::Null, Cell::Null, Cell::Int(1), Cell::Float(0.3)],
            ]
        );
        let query =
            GroupQuery { keys: vec![Key::column("high")], kpi: None, filter: Some("rate >= 0".into()), unit: None };
        assert_eq!(seen.aggregate(&query, &Ticket::default()).unwrap().len(), 1);
        assert!(seen.check_sql("share > 0.1 AND high").is_ok());
    }
}

#[test]
fn what_is_wrong_with_a_view_is_said_in_words() {
    let engine = csv(SMALL);
    let why = |view: View| seen(&engine, &view).map(|_| ()).unwrap_err().to_string();
    let made = |name: &str, sql: &str| View { derived: vec![derived(name, sql)], ..View::default() };
    assert_eq!(why(made("n", "1")), "There is a column \"n\" already. Give it another name.");
    assert_eq!(why(made(" ", "1")), "A derived column needs a name. Give it one.");
    assert_eq!(why(made("x", "citi")), "There is no column \"citi\". Did you mean city?");
    assert!(why(made("x", "SUM(n)")).contains("one number for the whole table"), "{}", why(made("x", "SUM(n)")));
    let filter = |sql: &str| View { filter: vec!["n > 0".into(), sql.into()], ..View::default() };
    assert!(why(filter("n + 1")).starts_with("\"n + 1\" is not a condition"));
    let sort = View { sort: vec![key("nn", false)], ..View::default() };
    assert!(why(sort).starts_with("There is no column \"nn\"."));
    let ticket = Ticket::default();
    ticket.cancel();
    let sort = View { sort: vec![key("n", false)], ..View::default() };
    assert_eq!(Arc::clone(&engine).view(&sort, &ticket).map(|_| ()).unwrap_err(), EngineError::Cancelled);
    assert_eq!(all(&*engine)[3][0], Cell::Null);
    assert_eq!(all(&*seen(&engine, &View::default()).unwrap())[0][0], t("North"));
}

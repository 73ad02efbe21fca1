//! Repairs of what was read, in memory and on disk.

use super::*;
use crate::analysis::fixes::proposed;
use crate::query::Fix;

fn fixed(content: &str, fixes: &[&str]) -> Result<Arc<dyn Engine>, EngineError> {
    let fixes = fixes.iter().map(|f| f.parse().unwrap()).collect();
    opened_as("t.csv", content.as_bytes(), ReadOptions { fixes, ..Default::default() })
}

const CITIES: &str = "id,city,age\n1,Oslo,20\n2,oslo ,999\n3,Oslo,41\n3,OSLO,41\n4,Bergen,999\n";

#[test]
fn spellings_become_the_most_frequent_one_and_repeats_go() {
    let e = fixed(CITIES, &["city=spelling", "age=null:999", "rows=distinct"]).unwrap();
    let rows = all(&*e);
    assert_eq!(
        rows,
        [
            [Cell::Int(1), t("Oslo"), Cell::Int(20)],
            [Cell::Int(2), t("Oslo"), Cell::Null],
            [Cell::Int(3), t("Oslo"), Cell::Int(41)],
            [Cell::Int(4), t("Bergen"), Cell::Null],
        ]
    );
    let notes = e.reading().notes.join("\n");
    for words in ["2 values of city", "2 values \"999\" of age", "1 row that repeat"] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
}

#[test]
fn a_fix_that_can_not_be_made_says_why() {
    for (fix, words) in [("town=spelling", "no column \"town\""), ("age=spelling", "age is not text")] {
        let why = fixed(CITIES, &[fix]).err().unwrap().to_string();
        assert!(why.contains(words), "{fix}: {why}");
    }
}

#[test]
fn what_can_be_mended_is_proposed_with_the_evidence() {
    let mut text = String::from("id,city,days\n");
    for i in 0..60 {
        let city = if i == 7 { " oslo" } else { ["Oslo", "Bergen"][i % 2] };
        text.push_str(&format!("u{i},{city},{}\n", if i % 9 == 0 { 999 } else { i }));
    }
    text.push_str("u1,bergen,1\n");
    let e = csv(&text);
    let found = proposed(&*e, &Ticket::default()).unwrap();
    let told: Vec<(String, u64, bool)> = found.iter().map(|p| (p.fix.to_string(), p.rows, p.sure)).collect();
    let expected = [
        ("city=spelling".to_owned(), 2, true),
        ("days=null:999".to_owned(), 7, false),
        ("rows=distinct".to_owned(), 1, true),
    ];
    assert_eq!(told, expected);
    assert!(found[0].why.contains("\" oslo\" (1) become \"Oslo\""), "{}", found[0].why);
    // What is proposed does what it says.
    let fixes: Vec<String> = found.iter().map(|p| p.fix.to_string()).collect();
    let fixes: Vec<&str> = fixes.iter().map(String::as_str).collect();
    let mended = fixed(&text, &fixes).unwrap();
    assert_eq!(mended.row_count(), 60);
    assert!(proposed(&*mended, &Ticket::default()).unwrap().is_empty());
}

#[test]
fn rows_that_nothing_names_may_be_alike() {
    let e = csv(&format!("a,b\n{}", "x,1\ny,2\n".repeat(30)));
    let found = proposed(&*e, &Ticket::default()).unwrap();
    assert_eq!(found.iter().map(|p| (p.fix.clone(), p.sure)).collect::<Vec<_>>(), [(Fix::Distinct, false)]);
}

#[test]
fn a_table_on_disk_is_mended_as_one_in_memory() {
    use ::polars::prelude::{Column, DataFrame, ParquetWriter};
    let n = 5000i64;
    let id: Vec<i64> = (0..n).map(|i| i % 4990).collect();
    let city: Vec<&str> = id.iter().map(|i| ["Oslo", "OSLO ", "Oslo", "Bergen"][(i % 4) as usize]).collect();
    let columns = vec![Column::new("id".into(), id), Column::new("city".into(), city)];
    let mut frame = DataFrame::new(5000, columns).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let file = std::fs::File::create(&path).unwrap();
    ParquetWriter::new(file).with_row_group_size(Some(700)).finish(&mut frame).unwrap();
    let ticket = Ticket::default();
    let (table, report) = super::super::open::read_with(&path, &ReadOptions::default(), None, 0, &ticket).unwrap();
    assert!(!table.is_in_memory() && report.format == "parquet");
    let fixes = ["city=spelling".parse().unwrap(), Fix::Distinct];
    let (mended, notes) = super::super::fixes::apply(table, &fixes, &ticket).unwrap();
    assert!(!mended.is_in_memory());
    let e = super::super::PolarsEngine::new(vec![path.clone()], mended, report);
    let small = open(&Source { path, options: ReadOptions { fixes: fixes.to_vec(), ..Default::default() } }, &ticket);
    let small = small.unwrap();
    assert_eq!((e.row_count(), all(&e)), (4990, all(&*small)), "{notes:?}");
    assert_eq!(e.row(4989).unwrap(), small.row(4989).unwrap());
    assert_eq!(total(&e, "rate(city = 'Oslo')"), total(&*small, "rate(city = 'Oslo')"));
    let asked = e.sql("SELECT city, count(*) AS n FROM data GROUP BY city ORDER BY n", 10, &ticket).unwrap();
    assert_eq!(asked.1.rows.len(), 2);
}

#[test]
fn the_messy_export_gives_the_numbers_of_the_clean_one() {
    let (Some(messy), Some(clean)) = (shared("data/telco_churn_messy.csv"), shared("data/telco_churn.csv")) else {
        return;
    };
    let ticket = Ticket::default();
    let e = open_path(messy.clone()).unwrap();
    let fixes: Vec<Fix> = proposed(&*e, &ticket).unwrap().into_iter().filter(|p| p.sure).map(|p| p.fix).collect();
    let messy = open(&Source { path: messy, options: ReadOptions { fixes, ..Default::default() } }, &ticket).unwrap();
    let clean = open_path(clean).unwrap();
    assert_eq!(messy.row_count(), clean.row_count());
    let shared_columns = clean.schema().columns.iter().map(|c| c.name.clone());
    for column in shared_columns {
        let key = |name: &str| vec![Key::column(name)];
        let by = |e: &dyn Engine| grouped(e, Some("rate(Churn = 'Yes')"), key(&column), None);
        assert_eq!(by(&*messy), by(&*clean), "{column}");
    }
}

//! What is written opens again as the same table.

use std::fs;
use std::path::Path;

use ::polars::prelude::NamedFrom;
use proptest::prelude::*;

use super::super::table::Table;
use super::super::tests::{all, csv, open_path, t, types};
use super::run;
use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Cell, Derived, Export, ExportFormat, Exported, SortKey, View};

fn to(path: &Path) -> Export {
    let path = path.display().to_string();
    let format = ExportFormat::of_path(&path).unwrap();
    Export { path, format, query: None, rows: None, columns: None, guard: false, replace: false }
}

fn write(engine: &dyn Engine, export: &Export) -> Result<Exported, EngineError> {
    engine.export(export, &Ticket::default())
}

const FORMATS: [&str; 6] = ["csv", "tsv", "parquet", "json", "jsonl", "arrow"];

/// Text that a reader takes for text: a letter in front, so that it is no number, date or word for null.
fn text() -> impl Strategy<Value = Option<String>> {
    proptest::option::weighted(0.8, "(|x[ -~éß客\\n\"',;\\t]{0,12}x)")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn export_and_open_give_the_same_table(
        rows in proptest::collection::vec(
            (text(), proptest::option::of(any::<i32>()), proptest::option::of(-1e6f64..1e6), 0i64..20_000, any::<bool>()),
            1..30,
        )
    ) {
        let folder = tempfile::tempdir().unwrap();
        // A first row that settles the types, whatever is drawn.
        let mut source = String::from("word,n,x,day,flag\n\"x, y\",1,0.5,2024-01-31,true\n");
        for (word, n, x, day, flag) in &rows {
            let word = word.as_ref().map_or(String::new(), |w| format!("\"{}\"", w.replace('"', "\"\"")));
            let n = n.map_or(String::new(), |n| n.to_string());
            let x = x.map_or(String::new(), |x| format!("{x:?}"));
            let day = super::super::dates::iso_day(*day);
            source.push_str(&format!("{word},{n},{x},{day},{flag}\n"));
        }
        let path = folder.path().join("source.csv");
        fs::write(&path, source).unwrap();
        let engine = open_path(path).unwrap();
        prop_assert_eq!(types(engine.as_ref()), ["word:text", "n:int", "x:num", "day:date", "flag:bool"]);
        for ending in FORMATS {
            let path = folder.path().join(format!("out.{ending}"));
            let told = write(engine.as_ref(), &to(&path)).unwrap();
            prop_assert_eq!(told.rows, engine.row_count());
            prop_assert_eq!(told.bytes, fs::metadata(&path).unwrap().len());
            let again = open_path(path).unwrap();
            prop_assert_eq!(types(again.as_ref()), types(engine.as_ref()), "{}", ending);
            for (again, cells) in all(again.as_ref()).iter().zip(all(engine.as_ref())) {
                for (again, cell) in again.iter().zip(&cells) {
                    match (again, cell) {
                        // JSON is read to about 16 digits.
                        (Cell::Float(x), Cell::Float(y)) if ending.starts_with("json") => {
                            prop_assert!((x - y).abs() <= 4e-16 * y.abs(), "{}: {} {}", ending, x, y);
                        }
                        _ => prop_assert_eq!(again, cell, "{}", ending),
                    }
                }
            }
        }
    }
}

#[test]
fn rows_and_columns_can_be_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let engine = csv("a,b,c\n1,x,\n2,y,p\n3,z,q\n4,w,r\n");
    let path = folder.path().join("some.csv");
    let export =
        Export { rows: Some(vec![(2, 1), (0, 1), (2, 9)]), columns: Some(vec!["c".into(), "a".into()]), ..to(&path) };
    assert_eq!(write(engine.as_ref(), &export).unwrap().rows, 3);
    assert_eq!(fs::read_to_string(&path).unwrap(), "c,a\n,1\nq,3\nr,4\n");
    let unknown = Export { columns: Some(vec!["aa".into()]), path: "x.csv".into(), ..export };
    assert!(write(engine.as_ref(), &unknown).unwrap_err().to_string().contains("\"aa\""));
}

#[test]
fn what_is_written_is_the_view() {
    let folder = tempfile::tempdir().unwrap();
    let view = View {
        derived: vec![Derived { name: "twice".into(), sql: "n * 2".into() }],
        filter: vec!["n > 1".into()],
        sort: vec![SortKey { column: "n".into(), descending: true }],
    };
    let engine = csv("n,w\n2,b\n1,a\n3,c\n").view(&view, &Ticket::default()).unwrap();
    let path = folder.path().join("view.csv");
    write(engine.as_ref(), &to(&path)).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "n,w,twice\n3,c,6\n2,b,4\n");
    assert_eq!(engine.row(0).unwrap(), [Cell::Int(3), t("c"), Cell::Int(6)]);
}

#[test]
fn text_that_a_spreadsheet_would_run_is_guarded_and_numbers_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let engine = csv("n,word\n-1,=1+1\n2,\"@a,\"\"b\"\"\"\n3,plain\n4,-x\n5,＝b\n");
    let path = folder.path().join("safe.csv");
    let told = write(engine.as_ref(), &Export { guard: true, ..to(&path) }).unwrap();
    assert_eq!(told.guarded, 4);
    assert_eq!(fs::read_to_string(&path).unwrap(), "n,word\n-1,'=1+1\n2,\"'@a,\"\"b\"\"\"\n3,plain\n4,'-x\n5,'＝b\n");
}

#[test]
fn null_and_empty_text_stay_apart() {
    let folder = tempfile::tempdir().unwrap();
    let frame = ::polars::df!("a" => [1i64, 2, 3], "b" => [None, Some(""), Some("x")]).unwrap();
    let table = Table::memory(frame);
    for ending in FORMATS {
        let path = folder.path().join(format!("e.{ending}"));
        run(&table, &to(&path), &Ticket::default()).unwrap();
        match ending {
            "csv" => assert_eq!(fs::read_to_string(&path).unwrap(), "a,b\n1,\n2,\"\"\n3,x\n"),
            "jsonl" => assert_eq!(
                fs::read_to_string(&path).unwrap(),
                "{\"a\":1,\"b\":null}\n{\"a\":2,\"b\":\"\"}\n{\"a\":3,\"b\":\"x\"}\n"
            ),
            "parquet" | "arrow" => {
                let again = all(open_path(path).unwrap().as_ref());
                assert_eq!((&again[0][1], &again[1][1]), (&Cell::Null, &t("")), "{ending}");
            }
            _ => {}
        }
    }
    // Readers skip empty lines: in a file of one column null is written as empty text.
    let one = folder.path().join("one.csv");
    let export = Export { columns: Some(vec!["b".into()]), ..to(&one) };
    run(&table, &export, &Ticket::default()).unwrap();
    assert_eq!(fs::read_to_string(&one).unwrap(), "b\n\"\"\n\"\"\nx\n");
}

#[test]
fn nothing_is_written_over_and_nothing_is_left_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let engine = csv("a\n1\n2\n");
    let path = folder.path().join("kept.csv");
    fs::write(&path, "mine").unwrap();
    let refused = write(engine.as_ref(), &to(&path)).unwrap_err().to_string();
    assert!(refused.contains("exists already and was left alone"), "{refused}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    // A cancel.
    let ticket = Ticket::default();
    ticket.cancel();
    let replace = Export { replace: true, ..to(&path) };
    assert_eq!(engine.export(&replace, &ticket), Err(EngineError::Cancelled));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    write(engine.as_ref(), &replace).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "a\n1\n2\n");
    // Places that can't be.
    for (path, words) in [
        (folder.path().join("no/where.csv"), "does not exist"),
        (path.join("x.csv"), "is no folder"),
        (folder.path().join("."), "is a folder"),
    ] {
        let export = Export { path: path.display().to_string(), ..replace.clone() };
        let refused = write(engine.as_ref(), &export).unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    }
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link.csv")).unwrap();
    let link = Export { path: folder.path().join("link.csv").display().to_string(), ..replace };
    assert!(write(engine.as_ref(), &link).unwrap_err().to_string().contains("is a link"));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    // A device that is always full, in place of the file: the writers fail as they do on a full disk.
    let folder = tempfile::tempdir().unwrap();
    let target = super::target::Target::new(&to(&folder.path().join("x.csv"))).unwrap();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let writer = super::delimited::Delimited::new(std::io::BufWriter::new(full), &["a"], ',', true, &target).unwrap();
    let told = super::Rows::end(Box::new(writer)).unwrap_err().to_string();
    assert!(told.starts_with("There is no room for ") && told.contains("nothing was written"), "{told}");
    drop(target);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn lists_and_records_are_json_and_refused_by_arrow() {
    let folder = tempfile::tempdir().unwrap();
    let mut frame = ::polars::df!("id" => [1i64, 2]).unwrap();
    let list = ::polars::prelude::Series::new(
        "tags".into(),
        [::polars::prelude::Series::new("".into(), ["a", "\"b\""]), ::polars::prelude::Series::new("".into(), ["c"])],
    );
    frame.with_column(list.into()).unwrap();
    let table = Table::memory(frame);
    let path = folder.path().join("l.jsonl");
    run(&table, &to(&path), &Ticket::default()).unwrap();
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        "{\"id\":1,\"tags\":[\"a\",\"\\\"b\\\"\"]}\n{\"id\":2,\"tags\":[\"c\"]}\n"
    );
    let refused = run(&table, &to(&folder.path().join("l.arrow")), &Ticket::default()).unwrap_err();
    assert!(refused.to_string().contains("tags holds lists or records"), "{refused}");
    let path = folder.path().join("l.parquet");
    run(&table, &to(&path), &Ticket::default()).unwrap();
    assert_eq!(open_path(path).unwrap().row(1).unwrap(), [Cell::Int(2), t("[\"c\"]")]);
}

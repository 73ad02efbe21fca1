//! Ways of reading that the user chooses, and what does not fit them.

use super::*;
use crate::engine::{DateOrder, SheetType, Thousands, preview};
use proptest::prelude::*;

fn read(content: &str, options: ReadOptions) -> Arc<dyn Engine> {
    opened_as("t.csv", content.as_bytes(), options).unwrap()
}

fn o() -> ReadOptions {
    ReadOptions::default()
}

#[test]
fn lines_are_skipped_at_the_top_and_remarks_anywhere() {
    let text = "a;b;c;d\nx,y\n# one, two\n1,2\n#3,4\n5,6\n";
    let e = read(text, ReadOptions { skip_lines: 1, comment: Some("#".into()), ..o() });
    assert_eq!(types(&*e), ["x:int", "y:int"]);
    assert_eq!((e.row_count(), e.reading().header_row), (2, Some(2)));
    assert!(e.reading().notes.iter().any(|n| n.contains("2 lines of remarks were skipped (lines 3, 5)")));
    for (options, word) in [
        (ReadOptions { skip_lines: 99, ..o() }, "can't be skipped"),
        (ReadOptions { comment: Some("123456789".into()), ..o() }, "can't begin"),
        (ReadOptions { comment: Some(String::new()), ..o() }, "can't begin"),
        (ReadOptions { quote: Some("ab".into()), ..o() }, "can't be a quote"),
        (ReadOptions { quote: Some("é".into()), ..o() }, "can't be a quote"),
    ] {
        let why = opened_as("t.csv", text.as_bytes(), options).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(why.contains(word), "{word}: {why}");
    }
}

#[test]
fn quotes_are_chosen_or_none() {
    let text = "a,b\n'x,y',1\n\"p\",2\n";
    let e = read(text, ReadOptions { quote: Some("'".into()), ..o() });
    assert_eq!(all(&*e), [[t("x,y"), Cell::Int(1)], [t("\"p\""), Cell::Int(2)]]);
    assert_eq!(e.reading().quote.as_deref(), Some("'"));
    let e = read("a,b\n5\" disk,1\n\"x,2\n", ReadOptions { quote: Some("none".into()), ..o() });
    assert_eq!(all(&*e), [[t("5\" disk"), Cell::Int(1)], [t("\"x"), Cell::Int(2)]]);
}

#[test]
fn thousands_stand_between_spaces_apostrophes_points_and_commas() {
    for (cells, thousands, number) in [
        (["1 234,5", "7"], None, Some(1234.5)),
        (["1\u{a0}234", "980"], None, Some(1234.0)),
        (["1'234.50", "2.25"], None, Some(1234.5)),
        (["1.234", "2.500"], Some(Thousands::Point), Some(1234.0)),
        (["1,234", "2,500"], Some(Thousands::Comma), Some(1234.0)),
        (["912 345 678", "902 111 222"], None, None),
        (["912 345 678", "902 111 222"], Some(Thousands::Space), Some(912_345_678.0)),
        (["1 234", "5"], Some(Thousands::None), None),
    ] {
        let text = format!("x;y\n{};1\n{};2\n", cells[0], cells[1]);
        let e = read(&text, ReadOptions { thousands, ..o() });
        let first = all(&*e)[0][0].clone();
        assert_eq!(first.as_f64(), number, "{cells:?} {thousands:?}: {first:?}");
    }
}

#[test]
fn the_order_of_a_date_is_chosen_where_it_can_be_either() {
    let text = "d\n03/04/2024\n05/06/2024\n";
    assert_eq!(types(&*csv(text)), ["d:text"]);
    for (order, day) in [(DateOrder::Dmy, "2024-04-03"), (DateOrder::Mdy, "2024-03-04")] {
        let e = read(text, ReadOptions { date_order: Some(order), ..o() });
        assert_eq!((types(&*e), all(&*e)[0][0].to_string()), (vec!["d:date".to_owned()], day.to_owned()));
        assert_eq!(e.reading().dates.as_deref(), Some(order.word()));
    }
    // What tells itself is read in any case.
    let e = read("d\n2024-03-04\n", ReadOptions { date_order: Some(DateOrder::Dmy), ..o() });
    assert_eq!(types(&*e), ["d:date"]);
}

fn typed(list: &[(&str, SheetType)]) -> ReadOptions {
    ReadOptions { types: list.iter().map(|(c, t)| ((*c).to_owned(), *t)).collect(), ..o() }
}

#[test]
fn types_are_chosen_and_what_does_not_fit_is_null_and_kept_to_be_looked_at() {
    let text = "zip,n,x,ok,d\n1,1,2.5,true,2024-01-01\n2,two,1e3,maybe,31/12/2024\n3,3,many,FALSE,never\n";
    let e = read(
        text,
        typed(&[
            ("zip", SheetType::Text),
            ("n", SheetType::Int),
            ("x", SheetType::Num),
            ("ok", SheetType::Bool),
            ("d", SheetType::Date),
        ]),
    );
    assert_eq!(types(&*e), ["zip:text", "n:int", "x:num", "ok:bool", "d:date"]);
    let rows = all(&*e);
    assert_eq!((rows[0][0].clone(), rows[1][1].clone(), rows[2][2].clone()), (t("1"), Cell::Null, Cell::Null));
    assert_eq!((rows[1][3].clone(), rows[2][3].clone()), (Cell::Null, Cell::Bool(false)));
    assert_eq!((rows[1][2].as_f64(), rows[2][4].clone()), (Some(1000.0), Cell::Null));
    let odd = &e.reading().odd;
    assert_eq!(odd.n, 5, "{odd:?}");
    assert_eq!(
        (odd.first[0].line, odd.first[0].text.as_str(), odd.first[0].what.as_str()),
        (3, "two", "n is not int; null")
    );
    // 31/12/2024 is a day, but not of the same order as the one before.
    assert!(odd.first.iter().any(|o| o.text == "31/12/2024"), "{odd:?}");
    let why = opened_as("t.csv", text.as_bytes(), typed(&[("nn", SheetType::Int)])).err().unwrap().to_string();
    assert!(why.contains("no column \"nn\""), "{why}");
}

#[test]
fn leading_zeros_are_no_misfit_where_a_number_is_asked_for() {
    for kind in [SheetType::Int, SheetType::Num] {
        let e = read("zip\n00123\n7\nx\n", typed(&[("zip", kind)]));
        let values: Vec<Option<f64>> = all(&*e).iter().map(|r| r[0].as_f64()).collect();
        assert_eq!((values, e.reading().odd.n), (vec![Some(123.0), Some(7.0), None], 1), "{kind:?}");
    }
}

#[test]
fn ragged_rows_are_kept_to_be_looked_at() {
    let e = csv("a,b,c\n1,2,3\n4,5\n6,7,8,9\n\"x\ny\",1\n");
    let odd = &e.reading().odd;
    let lines: Vec<(u64, &str)> = odd.first.iter().map(|o| (o.line, o.text.as_str())).collect();
    assert_eq!((odd.n, lines), (3, vec![(3, "4,5"), (4, "6,7,8,9"), (5, "\"x\ny\",1")]));
}

#[test]
fn json_takes_types_too() {
    let text = br#"[{"zip": 7, "n": "12"}, {"zip": 8, "n": "x"}]"#;
    let e = opened_as("t.json", text, typed(&[("zip", SheetType::Text), ("n", SheetType::Int)])).unwrap();
    assert_eq!(types(&*e), ["zip:text", "n:int"]);
    assert_eq!(all(&*e), [[t("7"), Cell::Int(12)], [t("8"), Cell::Null]]);
    assert_eq!(e.reading().odd.n, 1);
}

#[test]
fn the_beginning_is_shown_as_it_would_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let rows: String = (0..300_000).map(|i| format!("{i};x\n")).collect();
    std::fs::write(&path, format!("a;b\n{rows}")).unwrap();
    let source = Source { path: path.clone(), options: o() };
    let found = preview(&source, &Ticket::default()).unwrap().unwrap();
    assert!(!found.whole && found.engine.row_count() > 1000 && found.engine.row_count() < 300_000);
    assert_eq!(found.lines[0], "a;b");
    let source = Source { path, options: ReadOptions { delimiter: Some(','), ..o() } };
    let found = preview(&source, &Ticket::default()).unwrap().unwrap();
    assert_eq!(found.engine.schema().columns.len(), 1);
}

proptest! {
    /// Whatever the text and the ways of reading, all of it comes out or is refused in words.
    #[test]
    fn any_text_in_any_way(
        text in "[a-c0-9\"',;# \n./]{0,200}",
        quote in prop_oneof![Just(None), Just(Some("'".to_owned())), Just(Some("none".to_owned()))],
        skip in 0u64..3,
        comment in prop_oneof![Just(None), Just(Some("#".to_owned()))],
        kind in prop_oneof![Just(SheetType::Int), Just(SheetType::Num), Just(SheetType::Date), Just(SheetType::Text)],
    ) {
        let options = ReadOptions { quote, skip_lines: skip, comment, ..o() };
        let Ok(e) = opened_as("t.csv", text.as_bytes(), options.clone()) else { return Ok(()) };
        let first = e.schema().columns[0].name.clone();
        let rows = e.row_count();
        let typed = ReadOptions { types: [(first, kind)].into(), ..options };
        let e = opened_as("t.csv", text.as_bytes(), typed).unwrap();
        prop_assert_eq!(e.row_count(), rows, "a type changes no row");
        let nulls = all(&*e).iter().filter(|r| r[0] == Cell::Null).count() as u64;
        let misfits = e.reading().odd.first.iter().filter(|o| o.what.ends_with("; null")).count() as u64;
        prop_assert!(nulls >= misfits);
    }
}

#[test]
fn dates_of_several_spellings_are_counted_and_never_guessed() {
    let e = csv("d,x\n2024-01-02,0\n02/01/2024,1\n01/02/24,0\n2024-13-45,1\n5 Mar 2024,0\n0001-01-01,0\n");
    assert_eq!(types(&*e), ["d:text", "x:int"]);
    let notes = e.reading().notes.join("\n");
    assert!(notes.contains("5 of 6 values are dates, in more than one spelling or order"), "{notes}");
    // A word among dates is another matter: it says which.
    let e = csv("d\n2024-01-02\n2024-01-03\nlater\n2024-01-04\n");
    assert!(!e.reading().notes.is_empty(), "{:?}", e.reading());
}

//! Opening: guesses, what is said of them, and overruling them.

use super::*;
use proptest::prelude::*;

fn noted(engine: &dyn Engine, words: &str) -> bool {
    engine.reading().notes.iter().any(|n| n.contains(words))
}

#[test]
fn guesses_delimiters_headers_and_preambles() {
    for (content, delimiter, header, expected) in [
        ("a;b\n1;2,5\n2;3,5\n", ";", 1, &["a:int", "b:num"][..]),
        ("a\tb\n1\tx, y\n", "\t", 1, &["a:int", "b:text"]),
        ("a|b\n1|x\n", "|", 1, &["a:int", "b:text"]),
        ("sep=;\na;b\n1;2\n", ";", 2, &["a:int", "b:int"]),
        ("Report of March\n\na,b\n1,2\n3,4\n", ",", 3, &["a:int", "b:int"]),
        ("1,2\n3,4\n", ",", 0, &["column_1:int", "column_2:int"]),
        ("country,2019,2020\nNO,1,2\nSE,3,4\n", ",", 1, &["country:text", "2019:int", "2020:int"]),
        ("x,y,z\nr1,1,2,5\nr2,3,4,6\n", ",", 1, &["row_name:text", "x:int", "y:int", "z:int"]),
        ("a,b\n1,2,\n3,4,\n", ",", 1, &["a:int", "b:int"]),
        ("a,b,\n1,2,\n3,4,\n", ",", 1, &["a:int", "b:int", "column_3:text"]),
    ] {
        let e = csv(content);
        assert_eq!(types(&*e), expected, "{content:?}: {:?}", e.reading());
        assert_eq!((e.reading().delimiter.as_deref(), e.reading().header_row), (Some(delimiter), Some(header)));
    }
}

#[test]
fn one_column_and_header_only_files_open() {
    let e = csv("note\nhello, world\nplain\nagain\n");
    assert_eq!((types(&*e), e.row_count(), e.reading().delimiter.clone()), (vec!["note:text".to_owned()], 3, None));
    let e = csv("a,b\n");
    assert_eq!((e.row_count(), e.schema().columns.len()), (0, 2));
    assert_eq!(e.page(0, 10).unwrap().rows, Vec::<Vec<Cell>>::new());
    assert_eq!(total(&*e, "rate(a = 'x')").n, 0);
    assert!(e.column_profile("a", None, &Ticket::default()).unwrap().top.is_empty());
}

#[test]
fn a_column_of_sentences_is_one_column() {
    for content in ["place\nOslo, Norway\nBergen, Norway\nMalmø, Sweden\n", "note\na,b\nplain\nc,d,e\nf,g\nh,i\n"] {
        let e = csv(content);
        assert_eq!(e.schema().columns.len(), 1, "{:?}", e.reading());
        assert_eq!(e.row_count() as usize, content.lines().count() - 1);
    }
}

#[test]
fn parquet_and_arrow_types_are_brought_to_few() {
    use ::polars::prelude::{
        Column, DataFrame, DataType, IpcWriter, ListChunked, NamedFrom, ParquetWriter, SerWriter, Series, TimeUnit,
        TimeZone,
    };
    let moment = Series::new("t".into(), &[1_700_000_000_000_i64, 0]);
    let zoned = DataType::Datetime(TimeUnit::Milliseconds, TimeZone::opt_try_new(Some("UTC")).unwrap());
    let lists: ListChunked = [Some(Series::new("".into(), &[1_i64, 2])), None].into_iter().collect();
    let columns: Vec<Column> = vec![
        Series::new("small".into(), &[200_u8, 1]).into(),
        Series::new("huge".into(), &[u64::MAX, 1]).into(),
        Series::new("f".into(), &[f32::NAN, 0.5]).into(),
        Series::new("cat".into(), &["a", "b"])
            .cast(&DataType::from_categories(::polars::prelude::Categories::global()))
            .unwrap()
            .into(),
        moment.cast(&zoned).unwrap().into(),
        ::polars::prelude::IntoSeries::into_series(lists).with_name("l".into()).into(),
    ];
    let mut frame = DataFrame::new(2, columns).unwrap();
    let (mut parquet, mut arrow) = (Vec::new(), Vec::new());
    ParquetWriter::new(&mut parquet).finish(&mut frame).unwrap();
    IpcWriter::new(&mut arrow).finish(&mut frame).unwrap();
    for (name, content, format) in [("t.csv", parquet, "parquet"), ("t.arrow", arrow, "arrow")] {
        let e = opened_as(name, &content, ReadOptions::default()).unwrap();
        assert_eq!(e.reading().format, format);
        assert_eq!(types(&*e), ["small:int", "huge:num", "f:num", "cat:text", "t:time", "l:other"]);
        assert_eq!(all(&*e)[0][0], Cell::Int(200));
        assert_eq!(all(&*e)[0][2..], [Cell::Null, t("a"), t("2023-11-14T22:13:20"), t("[1, 2]")]);
        assert!(noted(&*e, "1 × NaN read as null in f") && noted(&*e, "beyond 64 bits") && noted(&*e, "zone UTC"));
        assert_eq!(total(&*e, "sum(small + small)").y, 402.0);
        assert_eq!(grouped(&*e, None, vec![Key::column("l")], None).len(), 2);
    }
}

#[test]
fn nulls_are_counted_and_named() {
    let e = csv("x,y\n1,\n ,a\nNA,b\n NULL ,c\n2,-\n");
    assert_eq!(types(&*e), ["x:int", "y:text"]);
    for note in [
        "1 blank read as null in x.",
        "1 × \"NA\" read as null in x.",
        "1 × \"NULL\" read as null in x.",
        "1 empty cell read as null in y.",
    ] {
        assert!(noted(&*e, note), "{note}: {:?}", e.reading().notes);
    }
    let options = ReadOptions { null_words: Some(vec!["2".into()]), ..Default::default() };
    let e = opened_as("t.csv", b"x,y\n1,NA\n2,b\n", options).unwrap();
    assert_eq!(all(&*e), [[Cell::Int(1), t("NA")], [Cell::Null, t("b")]]);
}

#[test]
fn ragged_rows_are_kept_counted_and_located() {
    let e = csv("a,b,c\n1,2,3\n4,5\n6,7,8,9\n\n7,8,9\n");
    assert_eq!(all(&*e)[1], [Cell::Int(4), Cell::Int(5), Cell::Null]);
    assert_eq!(e.row_count(), 4);
    for note in [
        "too few cells; the rest is null (line 3)",
        "more than 3 cells; the surplus was cut off (line 4)",
        "1 blank line was skipped (line 5)",
    ] {
        assert!(noted(&*e, note), "{note}: {:?}", e.reading().notes);
    }
}

#[test]
fn a_late_change_of_type_and_identifiers_are_safe() {
    let mut text = String::from("n,zip\n");
    for i in 0..30_000 {
        text.push_str(&format!("{i},{i:05}\n"));
    }
    text.push_str("late,99999\n");
    let e = csv(&text);
    assert_eq!(types(&*e), ["n:text", "zip:text"]);
    assert!(noted(&*e, "\"late\" (line 30002) is not a number"), "{:?}", e.reading().notes);
    assert_eq!(e.page(30_000, 5).unwrap().rows, [[t("late"), t("99999")]]);
}

#[test]
fn names_are_repaired_and_said() {
    let e = csv("id, city ,city,,city_2\n1,a,b,c,d\n");
    let names: Vec<&str> = e.schema().columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["id", "city", "city_3", "column_4", "city_2"]);
    assert!(noted(&*e, "city → city_3") && noted(&*e, "column_4") && noted(&*e, "Spaces around"));
}

#[test]
fn options_overrule_every_guess() {
    let open = |content: &[u8], options: ReadOptions| opened_as("t.csv", content, options).unwrap();
    let o = ReadOptions::default;
    let e = open(b"a,b;c\n1,2;3\n", ReadOptions { delimiter: Some(';'), ..o() });
    assert_eq!(types(&*e), ["a,b:num", "c:int"]);
    let e = open(b"x,y\n1,2\n", ReadOptions { header_row: Some(0), ..o() });
    assert_eq!((e.row_count(), types(&*e)), (2, vec!["column_1:text".into(), "column_2:text".into()]));
    let e = open(b"junk,junk\nx,y\n1,2\n", ReadOptions { header_row: Some(2), ..o() });
    assert_eq!((e.row_count(), types(&*e)), (1, vec!["x:int".into(), "y:int".into()]));
    let e = open(b"x;y\n1.234;2\n5.678;3\n", ReadOptions { decimal_comma: Some(true), ..o() });
    assert_eq!(all(&*e)[0][0], Cell::Float(1234.0));
    let e = open("by\nTroms\u{f8}\n".as_bytes(), ReadOptions { encoding: Some("windows-1252".into()), ..o() });
    assert_eq!(all(&*e)[0][0], t("TromsÃ¸"));
    assert!(opened_as("t.csv", b"a\n", ReadOptions { delimiter: Some('"'), ..o() }).is_err());
    assert!(opened_as("t.csv", b"a\n1\n", ReadOptions { header_row: Some(99), ..o() }).is_err());
}

#[test]
fn dates_moments_and_numbers_come_as_cells() {
    let e = csv("d,m,f,b,i\n2024-02-29,2024-01-02 03:04:05.5,1.5,true,-7\n2023-12-31,2024-01-02T00:00,2,FALSE,8\n");
    assert_eq!(types(&*e), ["d:date", "m:time", "f:num", "b:bool", "i:int"]);
    assert_eq!(
        all(&*e)[0],
        [t("2024-02-29"), t("2024-01-02T03:04:05.5"), Cell::Float(1.5), Cell::Bool(true), Cell::Int(-7)]
    );
    let e = csv("d\n01/02/2024\n03/04/2024\n");
    assert_eq!(types(&*e), ["d:text"]);
    assert!(noted(&*e, "day/month as well as month/day"));
}

#[test]
fn a_footer_of_totals_is_left_out_and_said() {
    let e = csv("day,n\nMon,1\nTue,2\nWed,3\nTotal,6\n");
    assert_eq!(e.row_count(), 3);
    assert!(noted(&*e, "footer") && noted(&*e, "Total,6"));
}

#[test]
fn a_row_that_is_called_total_is_kept() {
    for content in [
        "firm,land,n\nShell,UK,1\nBP,UK,2\nEni,Italy,9\nTotal,France,123\n",
        "firm,land,n\nShell,UK,1\nBP,UK,2\nEni,Italy,9\nTotal,France,12\n",
        "firm,n\nShell,1\nBP,2\nEni,9\nTotal,123\n",
    ] {
        let e = csv(content);
        assert_eq!(e.row_count(), 4, "{content}: {:?}", e.reading().notes);
        assert!(!noted(&*e, "footer"));
    }
    for content in [
        "day;n;x\nMon;1;2,5\nTue;2;1,25\nWed;3;1\nTotal;;4,75\n",
        "day,n\nMon,\"1,200\"\nTue,900\nWed,100\nSum:,\"2,200\"\n",
        "day,who,n\nMon,a,1\nTue,b,2\nWed,c,3\nTotal,3,\n",
        "day,n\nMon,1\nTue,2\nWed,3\nTotal,\n",
    ] {
        let e = csv(content);
        assert_eq!(e.row_count(), 3, "{content}: {:?}", e.reading().notes);
        assert!(noted(&*e, "footer") && noted(&*e, "--keep-footer"));
        let options = ReadOptions { keep_footer: true, ..Default::default() };
        assert_eq!(opened_as("t.csv", content.as_bytes(), options).unwrap().row_count(), 4);
    }
}

#[test]
fn a_sample_keeps_whole_rows_in_order_and_says_so() {
    let text: String = (0..1000).map(|i| format!("{i},{}\n", i * 2)).collect();
    let open = |sample, seed| {
        let options = ReadOptions { sample: Some(sample), seed, header_row: Some(1), ..Default::default() };
        opened_as("t.csv", format!("a,b\n{text}").as_bytes(), options).unwrap()
    };
    let e = open(50, 1);
    let rows = all(&*e);
    assert_eq!(e.reading().sample, Some(crate::query::Sample { rows: 50, of: 1000, seed: 1 }));
    assert!(rows.len() == 50 && rows.iter().all(|r| r[0].as_f64().unwrap() * 2.0 == r[1].as_f64().unwrap()));
    assert!(rows.windows(2).all(|w| w[0][0].as_f64() < w[1][0].as_f64()));
    assert_eq!(rows, all(&*open(50, 1)));
    assert_ne!(rows, all(&*open(50, 2)));
    let whole = open(5000, 1);
    assert_eq!((whole.row_count(), whole.reading().sample), (1000, None));
}

#[test]
fn several_tables_are_joined_by_a_query() {
    use crate::engine::{ByName, open_joined};
    let folder = tempfile::tempdir().unwrap();
    let table = |name: &str, content: &str| {
        let path = folder.path().join(format!("{name}.csv"));
        std::fs::write(&path, content).unwrap();
        (name.to_owned(), Source { path, options: ReadOptions::default() })
    };
    let tables = [table("users", "id,plan\n1,a\n2,b\n3,NA\n"), table("rides", "id,km\n1,2.5\n1,4\n2,1\n")];
    let join =
        |query: &str| open_joined(&tables, &ByName::default(), query, &ReadOptions::default(), &Ticket::default());
    let e = join("SELECT users.id, plan, km FROM rides JOIN users ON rides.id = users.id").unwrap();
    assert_eq!((types(&*e), e.row_count()), (vec!["id:int".into(), "plan:text".into(), "km:num".into()], 3));
    assert!(noted(&*e, "users: 1 × \"NA\" read as null in plan."), "{:?}", e.reading());
    assert_eq!(e.fingerprint(&Ticket::default()).unwrap().bytes, 41);
    let counts = join("SELECT plan, COUNT(*) AS n FROM users GROUP BY plan").unwrap();
    assert_eq!(types(&*counts), ["plan:text", "n:int"]);
    for bad in ["SELECT * FROM trips", "DROP TABLE users", "SELECT * FROM read_csv('/etc/passwd')"] {
        let Err(EngineError::Request { what, next }) = join(bad) else { panic!("{bad} was run") };
        assert!(!what.contains("panic") && !next.is_empty(), "{what}");
    }
    let twice = [table("t", "a,b\n1,2\n"), table("t", "a,b\n1,2\n")];
    assert!(
        open_joined(&twice, &ByName::default(), "SELECT * FROM t", &ReadOptions::default(), &Ticket::default())
            .is_err()
    );
}

#[test]
fn row_groups_are_read_one_by_one_with_progress() {
    use ::polars::prelude::{DataFrame, IpcWriter, NamedFrom, ParquetWriter, SerWriter, Series};
    let n = 10_000_i64;
    let values: Vec<i64> = (0..n).collect();
    let names: Vec<String> = values.iter().map(|i| format!("n{}", i % 7)).collect();
    let columns = vec![Series::new("i".into(), &values).into(), Series::new("s".into(), names).into()];
    let mut frame = DataFrame::new(values.len(), columns).unwrap();
    let (mut parquet, mut arrow) = (Vec::new(), Vec::new());
    ParquetWriter::new(&mut parquet).with_row_group_size(Some(1000)).finish(&mut frame).unwrap();
    IpcWriter::new(&mut arrow).finish(&mut frame).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, content, done) in [("t.parquet", parquet, 10_000), ("t.arrow", arrow, 2)] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let ticket = Ticket::default();
        let source = Source { path, options: ReadOptions::default() };
        let e = open(&source, &ticket).unwrap();
        assert_eq!((ticket.state().done, ticket.state().total), (done, done), "{name}");
        assert_eq!(e.row_count(), 10_000);
        assert_eq!(e.page(9_998, 2).unwrap().rows, [[Cell::Int(9998), t("n2")], [Cell::Int(9999), t("n3")]]);
        ticket.cancel();
        assert_eq!(open(&source, &ticket).err(), Some(EngineError::Cancelled), "{name}");
    }
}

#[test]
fn long_work_says_how_far_it_is() {
    let text: String = (0..3000).map(|i| format!("{{\"a\":{i}}}\n")).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    std::fs::write(&path, text).unwrap();
    let ticket = Ticket::default();
    let e = open(&Source { path, options: ReadOptions::default() }, &ticket).unwrap();
    assert_eq!((ticket.state().done, ticket.state().total), (2048, 3000));
    let fresh = Ticket::default();
    e.quantiles(&Key::column("a"), &[0.5], None, &fresh).unwrap();
    assert_eq!((fresh.state().done, fresh.state().total), (3000, 3000));
    let fresh = Ticket::default();
    let print = e.fingerprint(&fresh).unwrap();
    assert_eq!((fresh.state().done, fresh.state().total), (print.bytes + 3000, print.bytes + 3000));
    let fresh = Ticket::default();
    e.aggregate(&GroupQuery { keys: vec![Key::column("a")], kpi: None, filter: None, unit: None }, &fresh).unwrap();
    assert_eq!((fresh.state().done, fresh.state().total), (3000, 3000));
}

#[test]
fn a_byte_order_mark_does_not_hide_json() {
    let mut content = b"\xef\xbb\xbf".to_vec();
    content.extend(b"[{\"a\":1},{\"a\":2}]");
    let e = opened_as("export.txt", &content, ReadOptions::default()).unwrap();
    assert_eq!((e.reading().format.as_str(), e.row_count()), ("json", 2));
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("{\"a\":1}\n{\"a\":2}\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let e = opened_as("export.txt", &utf16, ReadOptions::default()).unwrap();
    assert_eq!((e.reading().format.as_str(), e.row_count()), ("json lines", 2));
}

#[test]
fn json_of_all_shapes_opens() {
    let open = |content: &str| opened_as("t.json", content.as_bytes(), ReadOptions::default()).unwrap();
    let e = open("[{\"a\":1,\"d\":\"2024-01-02\",\"z\":\"007\"},{\"a\":2.5,\"l\":[1,\"x\"]},{\"b\":true,\"a\":null}]");
    assert_eq!(types(&*e), ["a:num", "d:date", "z:text", "l:text", "b:bool"]);
    assert_eq!(all(&*e)[1], [Cell::Float(2.5), Cell::Null, Cell::Null, t("[1,\"x\"]"), Cell::Null]);
    for (content, format) in [
        ("{\"a\":1}\n{\"a\":2}\n", "json lines"),
        ("{\"a\":1,\n\"b\":1}\n{\"a\":2}\n", "json"),
        ("{\"rows\":[{\"a\":1},{\"a\":2}]}", "json"),
    ] {
        let e = open(content);
        assert_eq!((e.row_count(), e.reading().format.as_str()), (2, format), "{content}");
        assert_eq!(all(&*e)[1][0], Cell::Int(2));
    }
    let e = opened_as("t.csv", b"[{\"a\":1}]", ReadOptions::default()).unwrap();
    assert_eq!(e.reading().format, "json");
}

#[test]
fn a_cell_of_a_megabyte_is_cut_in_pages_only() {
    let e = csv(&format!("id,blob\n1,{}\n", "x".repeat(1 << 20)));
    let Cell::Text(text) = &all(&*e)[0][1] else { panic!("text expected") };
    assert!(text.len() < 70_000 && text.ends_with("… (1048576 bytes)"));
    assert_eq!(total(&*e, "rate(LENGTH(blob) = 1048576)").y, 1.0);
}

#[test]
fn ten_thousand_columns_are_fine() {
    let row = |f: &dyn Fn(usize) -> String| (0..10_500).map(f).collect::<Vec<_>>().join(",");
    let e = csv(&format!("{}\n{}\n", row(&|i| format!("c{i}")), row(&|i| i.to_string())));
    assert_eq!(e.schema().columns.len(), 10_500);
    assert_eq!(e.page(0, 1).unwrap().rows[0][10_499], Cell::Int(10_499));
}

#[test]
fn a_cancelled_ticket_stops_opening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, "a,b\n1,2\n").unwrap();
    let ticket = Ticket::default();
    ticket.cancel();
    let source = Source { path, options: ReadOptions::default() };
    assert_eq!(open(&source, &ticket).err(), Some(EngineError::Cancelled));
}

#[test]
fn all_threads_agree_on_a_large_file() {
    let mut text = String::from("a,b,c,d,e\n");
    for i in 0..60_000 {
        text.push_str(&format!("{i},\"x, {}\",{}.5,2024-01-{:02},t{}\n", i % 7, i, i % 28 + 1, i % 3));
    }
    assert!(text.len() > 1 << 20);
    let e = csv(&text);
    assert_eq!(types(&*e), ["a:int", "b:text", "c:num", "d:date", "e:text"]);
    assert_eq!(
        e.page(59_999, 9).unwrap().rows,
        [[Cell::Int(59_999), t("x, 2"), Cell::Float(59_999.5), t("2024-01-24"), t("t2")]]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn text_written_as_csv_comes_back(table in proptest::collection::vec(("[a-z\",; é\n]{1,8}[a-z]", -1000i64..1000), 1..20)) {
        let mut text = String::from("name,number\n");
        for (name, number) in &table {
            text.push_str(&format!("\"{}\",{number}\n", name.replace('"', "\"\"")));
        }
        let options = ReadOptions { null_words: Some(vec![]), delimiter: Some(','), header_row: Some(1), ..Default::default() };
        let e = opened_as("t.csv", text.as_bytes(), options).unwrap();
        let expected: Vec<Vec<Cell>> = table.iter().map(|(n, x)| vec![t(n), Cell::Int(*x)]).collect();
        prop_assert_eq!(all(&*e), expected);
    }

    #[test]
    fn any_bytes_are_survived(content in proptest::collection::vec(any::<u8>(), 0..300), name in "t\\.(csv|json|parquet|tsv)") {
        if let Ok(e) = opened_as(&name, &content, ReadOptions::default()) {
            for column in &e.schema().columns {
                e.column_profile(&column.name, None, &Ticket::default()).unwrap();
            }
        }
    }
}

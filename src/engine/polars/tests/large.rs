//! Large files, made small by a low limit: read in blocks into a copy, and the same as when read whole.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use super::super::cache::Cache;
use super::super::{PolarsEngine, open};
use crate::engine::{Engine, EngineError, ReadOptions, Ticket};
use crate::query::{Direction, Export, ExportFormat, Find, GroupQuery, Key, KeyBin, Page, Place};

fn opened(path: &Path, cache: Option<&Cache>, large: u64) -> Result<PolarsEngine, EngineError> {
    let (table, reading) = open::read_with(path, &ReadOptions::default(), cache, large, &Ticket::default())?;
    Ok(PolarsEngine::new(vec![path.to_owned()], table, reading))
}

/// `rows` orders; from row `late` on, `code` is no number any more.
fn orders(rows: u64, late: u64) -> String {
    let mut out = String::from("id,city,code,price,day,note\n");
    for i in 0..rows {
        let city = ["North", "South", "\"East, far\"", ""][(i % 4) as usize];
        let code = if i >= late { format!("x{i}") } else { i.to_string() };
        let day = 1 + i % 28;
        let note = if i % 1000 == 7 { "\"two\nlines and a \"\"quote\"\"\"" } else { "plain" };
        let price = (i * 37 % 1000) as f64 / 4.0;
        writeln!(out, "{i},{city},{code},{price},2024-02-{day:02},{note}").unwrap();
    }
    out
}

fn pages(engine: &PolarsEngine) -> Vec<Page> {
    let rows = engine.row_count();
    [0, rows / 3, rows.saturating_sub(5)].map(|start| engine.page(start, 50).unwrap()).into()
}

/// Finds, counts and what is written do not depend on the parts.
fn same_cells(whole: &PolarsEngine, parts: &PolarsEngine, text: &str) {
    let ticket = Ticket::default();
    let find = Find { text: text.into(), ..Find::default() };
    let rows = whole.row_count();
    let column = whole.schema().columns[1].name.clone();
    for row in [16_383, rows - 1] {
        for direction in [Direction::Forward, Direction::Backward] {
            let from = Place { row, column: Some(column.clone()) };
            let found = whole.find(&find, &from, direction, &ticket).unwrap();
            assert!(found.is_some(), "{text} is there");
            assert_eq!(found, parts.find(&find, &from, direction, &ticket).unwrap());
        }
        assert_eq!(whole.row(row).unwrap(), parts.row(row).unwrap());
    }
    // Without patience a count goes on from part to part.
    let all = whole.count_found(&find, 0, Duration::from_secs(600), &ticket).unwrap();
    let (mut blocks, mut next, mut steps) = (vec![0; all.blocks.len()], Some(0), 0);
    while let Some(from) = next {
        let some = parts.count_found(&find, from, Duration::ZERO, &ticket).unwrap();
        for (i, n) in some.blocks.iter().enumerate() {
            blocks[some.first_block + i] += n;
        }
        (next, steps) = (some.next, steps + 1);
    }
    assert_eq!((blocks, steps), (all.blocks, parts.table.parts()));
    let folder = tempfile::tempdir().unwrap();
    let written = |engine: &PolarsEngine, name: &str| {
        let path = folder.path().join(name);
        let rows = Some(vec![(1, 20), (rows / 2, rows / 3)]);
        let export = Export {
            path: path.display().to_string(),
            format: ExportFormat::Csv,
            query: None,
            rows,
            columns: None,
            guard: true,
            replace: false,
        };
        assert_eq!(engine.export(&export, &ticket).unwrap().rows, 20 + engine.row_count() / 3);
        std::fs::read(path).unwrap()
    };
    assert!(written(whole, "a.csv") == written(parts, "b.csv"), "exports differ");
}

fn same(whole: &PolarsEngine, parts: &PolarsEngine) {
    assert_eq!(whole.schema(), parts.schema());
    assert_eq!(whole.row_count(), parts.row_count());
    assert_eq!(whole.reading(), parts.reading());
    assert_eq!(pages(whole), pages(parts));
    let ticket = Ticket::default();
    let (a, b) = (whole.fingerprint(&ticket).unwrap(), parts.fingerprint(&ticket).unwrap());
    assert_eq!(a, b);
    for kpi in ["mean(price)", "rate(city = 'North')", "count()", "rate(price > AVG(price) OVER ())"] {
        for (keys, unit) in [
            (vec![], None),
            (vec![Key::column("city")], None),
            (vec![Key::column("city").binned(KeyBin::Top(1)), Key::column("day")], None),
            (vec![Key::column("price").binned(KeyBin::Edges(vec![10.0, 100.0]))], Some("day")),
            (vec![Key::column("id").binned(KeyBin::Bucket(7))], None),
            (vec![Key::sql("price > 100")], Some("city")),
        ] {
            let query = GroupQuery {
                keys,
                kpi: kpi.parse().ok(),
                filter: Some("id > 3".into()),
                unit: unit.map(str::to_owned),
            };
            match (whole.aggregate(&query, &ticket), parts.aggregate(&query, &ticket)) {
                (Ok(a), Ok(b)) => {
                    assert_eq!(a.len(), b.len());
                    for (a, b) in a.iter().zip(&b) {
                        assert_eq!(
                            (&a.keys, a.sums.n, a.sums.known, a.sums.units),
                            (&b.keys, b.sums.n, b.sums.known, b.sums.units)
                        );
                        for (x, y) in [(a.sums.y, b.sums.y), (a.sums.yy, b.sums.yy), (a.sums.yd, b.sums.yd)] {
                            assert!((x - y).abs() <= 1e-9 * x.abs().max(1.0), "{kpi}: {x} {y}");
                        }
                    }
                }
                (a, b) => assert_eq!(a.map(|_| ()), b.map(|_| ()), "{kpi}"),
            }
        }
    }
    for column in ["id", "city", "code", "price", "day", "note"] {
        let (a, b) = (
            whole.column_profile(column, None, &ticket).unwrap(),
            parts.column_profile(column, None, &ticket).unwrap(),
        );
        assert_eq!(a, b, "{column}");
    }
    let query = "SELECT city, COUNT(*) AS n, MAX(id) AS last FROM data GROUP BY city ORDER BY n, last";
    assert_eq!(whole.sql(query, 10, &ticket).unwrap(), parts.sql(query, 10, &ticket).unwrap());
}

#[test]
fn a_file_read_in_blocks_is_the_same_as_one_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(&folder.path().join("cache"), 1 << 30);
    // More than one block, and a change of type after the first one.
    let text = orders(700_000, 650_000);
    let path = folder.path().join("orders.csv");
    std::fs::write(&path, &text).unwrap();
    let whole = opened(&path, None, u64::MAX).unwrap();
    let parts = opened(&path, Some(&cache), 0).unwrap();
    assert!(parts.table.parts() > 1, "one part");
    assert!(parts.reading().notes.iter().any(|n| n.contains("x650000")), "{:?}", parts.reading().notes);
    same(&whole, &parts);
    same_cells(&whole, &parts, "x65000");
    // The next opening finds the copy.
    drop(parts);
    assert_eq!(cache.list().len(), 1);
    let again = opened(&path, Some(&cache), 0).unwrap();
    same(&whole, &again);
    // A change of the file makes another copy.
    std::fs::write(&path, text.replace("plain", "other")).unwrap();
    let changed = opened(&path, Some(&cache), 0).unwrap();
    assert_eq!(changed.page(0, 1).unwrap().rows[0][5].to_string(), "other");
}

#[test]
fn files_that_can_not_be_cut_are_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(&folder.path().join("cache"), 1 << 30);
    let cases: [(&str, Vec<u8>); 3] = [
        ("stray.csv", b"a,b\n\"open,1\nx,2\n".to_vec()),
        ("cr.csv", b"a,b\r1,2\r3,4\r".to_vec()),
        ("array.json", b"[{\"a\":1},\n{\"a\":2}]\n".to_vec()),
    ];
    for (name, content) in cases {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let (whole, parts) = (opened(&path, None, u64::MAX).unwrap(), opened(&path, Some(&cache), 0).unwrap());
        assert_eq!((whole.schema(), whole.reading()), (parts.schema(), parts.reading()), "{name}");
        assert_eq!(whole.page(0, 10).unwrap(), parts.page(0, 10).unwrap(), "{name}");
        assert_eq!(std::fs::read_dir(folder.path().join("cache")).map_or(0, Iterator::count), 0, "{name} left a copy");
    }
}

#[test]
fn a_cancelled_reading_leaves_no_copy() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(&folder.path().join("cache"), 1 << 30);
    let path = folder.path().join("orders.csv");
    std::fs::write(&path, orders(1000, 2000)).unwrap();
    let ticket = Ticket::default();
    ticket.cancel();
    let result = open::read_with(&path, &ReadOptions::default(), Some(&cache), 0, &ticket);
    assert!(matches!(result, Err(EngineError::Cancelled)));
    assert_eq!(std::fs::read_dir(folder.path().join("cache")).map_or(0, Iterator::count), 0);
}

#[test]
fn a_parquet_file_is_read_where_it_lies() {
    use ::polars::prelude::{Column, DataFrame, ParquetWriter};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let n = 300_000i64;
    let mut frame = DataFrame::new(
        n as usize,
        vec![
            Column::new("id".into(), (0..n).collect::<Vec<_>>()),
            Column::new("small".into(), (0..n).map(|i| (i % 7) as i32).collect::<Vec<_>>()),
            Column::new("x".into(), (0..n).map(|i| if i % 10 == 0 { f32::NAN } else { i as f32 }).collect::<Vec<_>>()),
            Column::new("t".into(), (0..n).map(|i| format!("t{}", i % 5)).collect::<Vec<_>>()),
        ],
    )
    .unwrap();
    let file = std::fs::File::create(&path).unwrap();
    ParquetWriter::new(file).with_row_group_size(Some(70_000)).finish(&mut frame).unwrap();
    let (whole, parts) = (opened(&path, None, u64::MAX).unwrap(), opened(&path, None, 0).unwrap());
    assert!(parts.table.parts() > 3);
    assert_eq!(whole.schema(), parts.schema());
    assert_eq!(pages(&whole), pages(&parts));
    same_cells(&whole, &parts, "29999");
    let ticket = Ticket::default();
    for column in ["id", "small", "x", "t"] {
        let (a, b) = (
            whole.column_profile(column, None, &ticket).unwrap(),
            parts.column_profile(column, None, &ticket).unwrap(),
        );
        assert_eq!(a, b, "{column}");
    }
    let query = "SELECT t, AVG(x) AS x FROM data WHERE x IS NOT NULL GROUP BY t ORDER BY t";
    assert_eq!(whole.sql(query, 10, &ticket).unwrap(), parts.sql(query, 10, &ticket).unwrap());
}

#[test]
fn a_last_line_of_totals_is_judged_in_blocks_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.csv");
    let rows = orders(3000, 3000);
    let sum: u32 = (0..3000).sum();
    for (last, kept) in [(format!("Total,,{sum},,,\n"), 3000), ("Total,,17,,,\n".to_owned(), 3001)] {
        std::fs::write(&path, format!("{rows}{last}")).unwrap();
        let cache = Cache::at(&folder.path().join("cache"), 1 << 30);
        let (whole, parts) = (opened(&path, None, u64::MAX).unwrap(), opened(&path, Some(&cache), 1000).unwrap());
        assert_eq!(whole.row_count(), kept, "{last}");
        same(&whole, &parts);
    }
}

#[test]
fn a_sample_of_a_table_in_parts_is_that_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.csv");
    std::fs::write(&path, orders(3000, 3000)).unwrap();
    let cache = Cache::at(&folder.path().join("cache"), 1 << 30);
    let draw = |cache: Option<&Cache>, large: u64| {
        let (table, mut reading) =
            open::read_with(&path, &ReadOptions::default(), cache, large, &Ticket::default()).unwrap();
        let options = ReadOptions { sample: Some(200), seed: 3, ..ReadOptions::default() };
        let table = super::super::sample::draw(table, &mut reading, &options, &Ticket::default()).unwrap();
        PolarsEngine::new(vec![path.clone()], table, reading)
    };
    let (whole, parts) = (draw(None, u64::MAX), draw(Some(&cache), 1000));
    assert_eq!(whole.row_count(), 200);
    same(&whole, &parts);
}

/// What is packed or in another encoding is read into a copy as plain text is, and is the same table.
#[test]
fn packed_text_and_other_encodings_are_read_in_blocks_too() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(&folder.path().join("cache"), 1 << 40);
    let text = orders(30_000, 25_000).replace("North", "Tromsø") + "Total,,,3746250,,\n";
    let plain = folder.path().join("t.csv");
    std::fs::write(&plain, &text).unwrap();
    let expected = opened(&plain, None, u64::MAX).unwrap();
    let gzip = {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packer, text.as_bytes()).unwrap();
        packer.finish().unwrap()
    };
    let western: Vec<u8> = text.chars().map(|c| if c == 'ø' { 0xf8 } else { c as u8 }).collect();
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let mut damaged = text.clone().into_bytes();
    let at = text.find("plain").unwrap();
    damaged[at] = 0xff;
    for (name, bytes, encoding, words) in [
        ("a.csv.gz", gzip, "utf-8", "Unpacked from"),
        ("a.csv.zst", zstd::stream::encode_all(text.as_bytes(), 1).unwrap(), "utf-8", "Unpacked from"),
        ("a.csv", western.clone(), "windows-1252", "Not UTF-8"),
        ("b.csv", wide, "utf-16le", "byte order mark"),
        ("b.csv.zst", zstd::stream::encode_all(&western[..], 1).unwrap(), "windows-1252", "Not UTF-8"),
        ("c.csv", damaged, "utf-8", "1 place is not"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let copied = opened(&path, Some(&cache), 1000).unwrap();
        assert!(!copied.table.is_in_memory(), "{name}");
        assert_eq!((copied.row_count(), copied.schema()), (expected.row_count(), expected.schema()), "{name}");
        let notes = copied.reading().notes.join("\n");
        assert!(notes.contains(words) && notes.contains("footer of totals"), "{name}: {notes}");
        assert_eq!(copied.reading().encoding.as_deref(), Some(encoding), "{name}");
        if name != "c.csv" {
            assert_eq!(pages(&copied), pages(&expected), "{name}");
        }
        // From the copy it is the same, with the same remarks.
        let again = opened(&path, Some(&cache), 1000).unwrap();
        assert_eq!((again.reading(), pages(&again)), (copied.reading(), pages(&copied)), "{name}");
    }
    let label = ReadOptions { encoding: Some("windows-1252".into()), ..ReadOptions::default() };
    let (table, reading) =
        open::read_with(&folder.path().join("a.csv"), &label, Some(&cache), 1000, &Ticket::default()).unwrap();
    assert_eq!((table.rows(), reading.encoding.as_deref()), (30_000, Some("windows-1252")));
}

#[test]
fn json_lines_are_read_in_parts_too() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::at(&folder.path().join("cache"), 1 << 40);
    let mut text = String::new();
    let rows = super::super::table::PART + 1000;
    for i in 0..rows {
        let late = if i == rows - 1 { ",\"late\":1.5" } else { "" };
        writeln!(text, "{{\"id\":{i},\"city\":\"c{}\",\"day\":\"2024-02-{:02}\"{late}}}", i % 7, i % 28 + 1).unwrap();
    }
    let path = folder.path().join("t.jsonl");
    std::fs::write(&path, &text).unwrap();
    let whole = opened(&path, None, u64::MAX).unwrap();
    let parts = opened(&path, Some(&cache), 1000).unwrap();
    assert!(!parts.table.is_in_memory() && parts.table.parts() == 2);
    assert_eq!((parts.schema(), parts.reading()), (whole.schema(), whole.reading()));
    assert_eq!(pages(&parts), pages(&whole));
    std::fs::write(&path, text.replacen("\"id\":9,", "\"id\":,", 1)).unwrap();
    let why = opened(&path, Some(&cache), 1000).err().unwrap().to_string();
    assert!(why.contains("line 10"), "{why}");
}

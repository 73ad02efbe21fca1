//! Workbooks: which sheet, what its cells become, and those that can't be read.

use std::io::{Cursor, Write};

use super::*;

/// A cell: a number, a text, a date as a serial number (style 1), a flag or an error.
enum C<'a> {
    N(f64),
    T(&'a str),
    D(f64),
    B(bool),
    E(&'a str),
    Nothing,
}
use C::{B, D, E, N, Nothing, T};

fn row(number: usize, cells: &[C<'_>]) -> String {
    let mut out = format!("<row r=\"{number}\">");
    for (column, cell) in ('A'..='Z').zip(cells) {
        let at = format!("{column}{number}");
        out += &match cell {
            N(x) => format!("<c r=\"{at}\"><v>{x}</v></c>"),
            T(s) => format!("<c r=\"{at}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{s}</t></is></c>"),
            D(x) => format!("<c r=\"{at}\" s=\"1\"><v>{x}</v></c>"),
            B(b) => format!("<c r=\"{at}\" t=\"b\"><v>{}</v></c>", i32::from(*b)),
            E(e) => format!("<c r=\"{at}\" t=\"e\"><v>{e}</v></c>"),
            Nothing => String::new(),
        };
    }
    out + "</row>"
}

/// A workbook with sheets of those rows; a name with `~` before it is hidden.
fn xlsx(sheets: &[(&str, String)]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let mut book = String::new();
    let mut links = format!("<Relationship Id=\"s\" Type=\"{LINKS}/styles\" Target=\"styles.xml\"/>");
    let mut parts = vec![(
        "xl/styles.xml".to_owned(),
        format!(
            "<styleSheet xmlns=\"{MAIN}\"><fonts count=\"1\"><font/></fonts><fills count=\"1\"><fill/></fills>\
             <borders count=\"1\"><border/></borders><cellStyleXfs count=\"1\"><xf/></cellStyleXfs>\
             <cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>"
        ),
    )];
    for (i, (name, rows)) in (1..).zip(sheets) {
        let (name, state) = match name.strip_prefix('~') {
            Some(name) => (name, " state=\"hidden\""),
            None => (*name, ""),
        };
        book += &format!("<sheet name=\"{name}\" sheetId=\"{i}\" r:id=\"r{i}\"{state}/>");
        links += &format!("<Relationship Id=\"r{i}\" Type=\"{LINKS}/worksheet\" Target=\"worksheets/s{i}.xml\"/>");
        let sheet = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/s{i}.xml"), sheet));
    }
    let book = format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{LINKS}\"><sheets>{book}</sheets></workbook>");
    parts.push(("xl/workbook.xml".into(), book));
    let links = format!("<Relationships xmlns=\"{PACKAGE}\">{links}</Relationships>");
    let root = format!("<Relationship Id=\"b\" Type=\"{LINKS}/officeDocument\" Target=\"xl/workbook.xml\"/>");
    parts.push(("_rels/.rels".into(), format!("<Relationships xmlns=\"{PACKAGE}\">{root}</Relationships>")));
    parts.push(("xl/_rels/workbook.xml.rels".into(), links));
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn rides() -> String {
    let mut out =
        row(1, &[T("Rides of March")]) + &row(3, &[T("id"), T("zone"), T("day"), T("fare"), T("late"), T("code")]);
    for i in 0..20 {
        let (x, number) = (f64::from(i), i as usize + 4);
        let zone = if i % 2 == 0 { "North" } else { "South" };
        let code = format!("{i:05}");
        let fare = if i == 3 { E("#DIV/0!") } else { N(x + 0.5) };
        let late = if i == 4 { E("#N/A") } else { B(i % 2 == 0) };
        // Rows end where their cells do.
        let code = if i == 5 { Nothing } else { T(&code) };
        out += &row(number, &[N(x + 1.0), T(zone), D(45_352.0 + x), fare, late, code]);
    }
    // 0.5 + 1.5 + … + 19.5 without that of the error.
    out + &row(24, &[T("Total"), Nothing, Nothing, N(196.5)])
}

fn book() -> Vec<u8> {
    let notes = row(1, &[T("x")]) + &row(2, &[N(1.0)]);
    xlsx(&[("Empty", String::new()), ("~Secret", notes.clone()), ("Rides", rides()), ("Notes", notes)])
}

#[test]
fn the_first_sheet_in_sight_is_read_with_header_types_and_without_its_totals() {
    let e = opened_as("rides.csv", &book(), ReadOptions::default()).unwrap();
    assert_eq!(types(&*e), ["id:int", "zone:text", "day:date", "fare:num", "late:bool", "code:text"]);
    assert_eq!(e.row_count(), 20);
    let rows = all(&*e);
    assert_eq!(rows[1], [Cell::Int(2), t("South"), t("2024-03-02"), Cell::Float(1.5), Cell::Bool(false), t("00001")]);
    assert_eq!((rows[3][3].clone(), rows[4][4].clone(), rows[5][5].clone()), (Cell::Null, Cell::Null, Cell::Null));
    let read = e.reading();
    assert_eq!((read.format.as_str(), read.sheet.as_deref(), read.sheets.len()), ("xlsx", Some("Rides"), 4));
    assert_eq!((read.header_row, read.delimiter.clone()), (Some(3), None));
    let notes = read.notes.join("\n");
    for words in ["Sheet \"Rides\" of 4", "Rides of March", "1 cell with an error", "footer of totals"] {
        assert!(notes.contains(words), "{words}: {notes}");
    }
    assert!(read.odd.is_empty() && !notes.contains("too few"), "{notes}");
}

#[test]
fn a_sheet_is_chosen_by_name_or_number_and_one_that_is_not_there_is_named() {
    let read =
        |sheet: &str| opened_as("b.xlsx", &book(), ReadOptions { sheet: Some(sheet.into()), ..Default::default() });
    for sheet in ["Notes", "notes", "4", "Secret"] {
        assert_eq!(types(&*read(sheet).unwrap()), ["x:int"], "{sheet}");
    }
    for (sheet, words) in [("Trips", "no sheet \"Trips\""), ("9", "no sheet \"9\""), ("Empty", "is empty")] {
        let why = read(sheet).err().unwrap().to_string();
        assert!(why.contains(words) && why.contains("Rides"), "{why}");
    }
}

#[test]
fn ways_of_reading_count_for_a_sheet_too() {
    let types_of = |o: ReadOptions| types(&*opened_as("b.xlsx", &book(), o).unwrap());
    let options =
        ReadOptions { types: [("id".to_owned(), crate::engine::SheetType::Text)].into(), ..Default::default() };
    assert_eq!(types_of(options)[0], "id:text");
    let e = opened_as("b.xlsx", &book(), ReadOptions { keep_footer: true, ..Default::default() }).unwrap();
    assert_eq!(e.row_count(), 21);
    let source = |bytes: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.xlsx");
        std::fs::write(&path, bytes).unwrap();
        crate::engine::preview(&Source { path, options: ReadOptions::default() }, &Ticket::default())
    };
    let seen = source(&book()).unwrap().unwrap();
    assert!(seen.whole && seen.engine.row_count() == 20 && seen.lines[2].starts_with("id │ zone"), "{:?}", seen.lines);
}

#[test]
fn what_can_not_be_read_is_said() {
    let whole = book();
    let says = |content: &[u8], words: &str| {
        let why = opened_as("b.xlsx", content, ReadOptions::default()).err().map(|e| e.to_string());
        assert!(why.as_ref().is_some_and(|w| w.contains(words)), "{words}: {why:?}");
    };
    says(&whole[..whole.len() / 2], "not whole");
    says(&xlsx(&[("Empty", String::new())]), "no sheet with cells");
    let mut old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    old.resize(2048, 0);
    says(&old, "broken");
    old.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    says(&old, "password");
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"hello").unwrap();
    let why =
        opened_as("a.csv", &zip.finish().unwrap().into_inner(), ReadOptions::default()).err().unwrap().to_string();
    assert!(why.contains("zip archive"), "{why}");
}

#[test]
fn a_workbook_that_unpacks_without_end_stops_at_a_limit() {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..300 {
        zip.write_all(&zeros).unwrap();
    }
    let bytes = zip.finish().unwrap().into_inner();
    assert!(bytes.len() < 1 << 20);
    let why = opened_as("b.xlsx", &bytes, ReadOptions::default()).err().unwrap().to_string();
    assert!(why.contains("unpacks to more than"), "{why}");
}

const OLD: &[u8] = include_bytes!("rides.xls");

#[test]
fn an_old_workbook_is_read_and_a_sheet_with_a_title_only_is_passed_over() {
    let e = opened_as("t.csv", OLD, ReadOptions::default()).unwrap();
    assert_eq!((e.reading().format.as_str(), e.reading().sheet.as_deref()), ("xls", Some("Rides")));
    assert_eq!(types(&*e), ["id:int", "city:text", "fare:num", "day:date", "at:time", "ok:bool", "wait:text"]);
    let third = [Cell::Int(3), t("South"), Cell::Float(4.5), t("2026-03-03"), t("2026-03-03T10:20:30")];
    assert_eq!(all(&*e)[2][..5], third);
}

#[test]
fn numbers_are_not_read_anew_where_texts_beside_them_have_decimal_commas() {
    let rows = row(1, &[T("price"), T("weight")])
        + &row(2, &[T("12,50"), N(1.234)])
        + &row(3, &[T("9,99"), N(2.345)])
        + &row(4, &[T("1.300,25"), N(17.456)]);
    let e = opened_as("b.xlsx", &xlsx(&[("S", rows)]), ReadOptions::default()).unwrap();
    assert_eq!(types(&*e), ["price:num", "weight:num"]);
    assert_eq!(all(&*e)[2], [Cell::Float(1300.25), Cell::Float(17.456)]);
}

#[test]
fn an_error_of_a_newer_program_is_null_like_any_other() {
    let rows = row(1, &[T("a"), T("b")]) + &row(2, &[E("#SPILL!"), N(1.0)]) + &row(3, &[N(5.0), N(2.0)]);
    let e = opened_as("b.xlsx", &xlsx(&[("S", rows)]), ReadOptions::default()).unwrap();
    assert_eq!(all(&*e), [[Cell::Null, Cell::Int(1)], [Cell::Int(5), Cell::Int(2)]]);
    assert!(e.reading().notes.join("\n").contains("1 cell with an error"), "{:?}", e.reading().notes);
}

/// A zip archive of these parts.
fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn ods(rows: &str) -> Vec<u8> {
    zipped(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest></manifest:manifest>"),
        ("content.xml", &format!("<a><table:table table:name=\"Orders\">{rows}</table:table></a>")),
    ])
}

#[test]
fn repeats_of_an_open_document_are_read_where_they_are_bounded() {
    let text =
        |t: &str| format!("<table:table-cell office:value-type=\"string\"><text:p>{t}</text:p></table:table-cell>");
    let cell = |kind: &str, value: &str| format!("<table:table-cell office:value-type=\"{kind}\" {value}/>");
    let rest = "<table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row>";
    let line = |cells: &[String]| format!("<table:table-row>{}{rest}", cells.concat());
    let order = |city: &str, day: u32, times: &str| {
        line(&[
            text(city),
            cell("float", &format!("office:value=\"3\" {times}")),
            cell("date", &format!("office:date-value=\"2026-03-0{day}\"")),
        ])
    };
    let head = line(&["city", "n", "m", "day"].map(text));
    let far = "<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell \
               table:number-columns-repeated=\"16384\"/></table:table-row>";
    let twice = "table:number-columns-repeated=\"2\"";
    let rows = head.clone() + &order("Oslo", 1, twice) + &order("Bergen", 2, twice) + far;
    let e = opened_as("o.ods", &ods(&rows), ReadOptions::default()).unwrap();
    assert_eq!(types(&*e), ["city:text", "n:int", "m:int", "day:date"], "{:?}", e.reading());
    assert_eq!((e.row_count(), all(&*e)[1][2].clone()), (2, Cell::Int(3)));
    let many = head + &order("Oslo", 1, "table:number-columns-repeated=\"16000\"").repeat(2000);
    let why = opened_as("o.ods", &ods(&many), ReadOptions::default()).err().unwrap().to_string();
    assert!(why.contains("more than 8000000 cells"), "{why}");
}

#[test]
fn few_bytes_never_stand_for_more_cells_than_there_is_memory_for() {
    let says = |content: &[u8], words: &str| {
        let why = opened_as("b.xlsx", content, ReadOptions::default()).err().map(|e| e.to_string());
        assert!(why.as_ref().is_some_and(|w| w.contains(words)), "{words}: {why:?}");
    };
    let small = row(1, &[T("a"), T("b")]) + &row(2, &[N(1.0), N(2.0)]);
    for far in ["ZZZZZZ3", "XFE3", "A1048577", "A4294967290"] {
        let cell = format!("<row r=\"3\"><c r=\"{far}\"><v>9</v></c></row>");
        says(&xlsx(&[("S", small.clone() + &cell)]), "spans more than 100000000 cells");
    }
    let wide: String = (3..7000).map(|i| format!("<row r=\"{i}\"><c r=\"XFD{i}\"><v>9</v></c></row>")).collect();
    says(&xlsx(&[("S", small.clone() + &wide)]), "spans more than 100000000 cells");
    let strings = "<sst uniqueCount=\"99999999999999\"><si><t>a</t></si></sst>";
    says(&zipped(&[("xl/workbook.xml", "<x/>"), ("xl/sharedStrings.xml", strings)]), "more texts than it can hold");
    // A chain of sectors that runs in circles, and a sheet of four billion rows.
    let word = |at: usize| usize::try_from(u32::from_le_bytes(*OLD[at..].first_chunk().unwrap())).unwrap();
    let (table, folder) = (512 * (1 + word(76)), word(48));
    let mut round = OLD.to_vec();
    round[table + 4 * folder..][..4].copy_from_slice(&u32::try_from(folder).unwrap().to_le_bytes());
    says(&round, "circles");
    let mut wide = OLD.to_vec();
    let at = wide.windows(4).position(|w| w == b"\0\x02\x0e\0").unwrap();
    wide[at + 8..at + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    says(&wide, "more cells than a sheet can hold");
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (name, words) in [("WordDocument", "a Word document"), ("EncryptedPackage", "password")] {
        let mut other = OLD.to_vec();
        let at = other.windows(16).position(|w| w == utf16("Workbook").as_slice()).unwrap();
        other[at..][..2 * name.len()].copy_from_slice(&utf16(name));
        says(&other, words);
    }
}

#[test]
fn every_cut_and_changed_byte_of_a_workbook_is_survived() {
    let small = row(1, &[T("a"), T("b")]) + &row(2, &[N(1.0), D(46_000.0)]);
    for (content, step) in [(xlsx(&[("S", small)]), 7), (OLD.to_vec(), 61)] {
        for at in (0..content.len()).step_by(step) {
            let mut changed = content.clone();
            changed[at] ^= 0xff;
            for bytes in [&content[..at], &changed] {
                match opened_as("t.xlsx", bytes, ReadOptions::default()) {
                    Ok(e) => drop(all(&*e)),
                    Err(EngineError::Input { .. }) => {}
                    Err(other) => panic!("byte {at}: {other}"),
                }
            }
        }
    }
}

#[test]
fn a_folder_of_workbooks_is_a_table_but_one_beside_other_files_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, content: &[u8]| std::fs::write(folder.path().join(name), content).unwrap();
    let sheet = |x: f64| xlsx(&[("S", row(1, &[T("a"), T("b")]) + &row(2, &[N(1.0), N(x)]))]);
    put("a.xlsx", &sheet(2.0));
    put("b.xlsx", &sheet(4.5));
    put("~$b.xlsx", b"open elsewhere");
    let e = open_path(folder.path().to_owned()).unwrap();
    assert_eq!((types(&*e), e.row_count()), (vec!["a:int".into(), "b:num".into()], 2));
    put("c.csv", b"x,y\n1,2\n");
    assert_eq!(types(&*open_path(folder.path().to_owned()).unwrap()), ["x:int", "y:int"]);
}

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

//! Workbooks of Excel and OpenDocument: a sheet becomes text that is read as any other, so that header, types, totals and
//! what is missing are made out in the same way, and can be changed in the same way.
//!
//! A few bytes of a workbook may stand for more cells than there is memory for. `compound` and `ods` look for that in
//! old workbooks and those of OpenDocument before these are read; the cells of others come one by one.

mod compound;
mod ods;

use std::io::{self, BufRead, BufReader, Cursor, Read};

use calamine::{CellErrorType, Data, ExcelDateTime, Reader, SheetVisible, Sheets, XlsError, XlsxError};
use calamine::{Ods, Xls, Xlsb, Xlsx};

use super::text::Decoded;
use crate::engine::{EngineError, Ticket, Unit};

/// What stands between the cells of the text: no cell holds it.
pub const BETWEEN: u8 = 0x1f;
/// A sheet has at most so many cells, those before and between the filled ones included.
const MOST_CELLS: u64 = 100_000_000;
/// No sheet of any program is larger.
const MOST_ROWS: u32 = 1_048_576;
const MOST_COLUMNS: u32 = 16_384;
/// A piece of XML between two `>` is no longer than this.
const LONGEST_PIECE: u64 = 64 << 20;
/// Unpacked, a workbook may have so many times its size, and in any case so many bytes.
const MOST_TIMES: u64 = 250;
const ALWAYS_FINE: u64 = 256 << 20;
const MOST_BYTES: u64 = 8 << 30;
/// Sheets that are named in a message.
const NAMED: usize = 12;

type Bytes = Cursor<Vec<u8>>;

/// Which program wrote it, as the report says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

impl Kind {
    /// By the first bytes, and the names of what is packed.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
            return Some(Self::Xls);
        }
        if !bytes.starts_with(b"PK\x03\x04") {
            return None;
        }
        let zip = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
        let mut names = zip.file_names();
        names.find_map(|name| match name.ok()?.as_ref() {
            "xl/workbook.bin" => Some(Self::Xlsb),
            "xl/workbook.xml" => Some(Self::Xlsx),
            "content.xml" => Some(Self::Ods),
            _ => None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
        }
    }
}

/// A sheet as text.
pub struct Sheet {
    /// Its cells, [`BETWEEN`] them, a row to a line.
    pub decoded: Decoded,
    /// `xlsx`, `xls` …
    pub format: &'static str,
    /// The sheet that was read.
    pub name: String,
    /// All sheets.
    pub names: Vec<String>,
}

/// Reads a sheet: the one that is asked for by name or number (from 1), else the first in sight that holds anything.
///
/// # Errors
/// A workbook that is broken, protected or too large, or one without that sheet or without any cell.
pub fn read(kind: Kind, bytes: Vec<u8>, asked: Option<&str>, ticket: &Ticket) -> Result<Sheet, EngineError> {
    if kind != Kind::Xls {
        refuse_bombs(&bytes, ticket)?;
    }
    let mut book = open(kind, bytes)?;
    let sheets: Vec<(String, bool)> =
        book.sheets_metadata().iter().map(|s| (s.name.clone(), s.visible == SheetVisible::Visible)).collect();
    let names: Vec<String> = sheets.iter().map(|(name, _)| name.clone()).collect();
    let work = ticket.begin(Unit::Rows, 0);
    let wanted: Vec<String> = match asked {
        Some(asked) => vec![named(asked, &names)?],
        // Hidden ones only where nothing else holds anything.
        None => {
            let (seen, hidden): (Vec<_>, Vec<_>) = sheets.into_iter().partition(|(_, visible)| *visible);
            seen.into_iter().chain(hidden).map(|(name, _)| name).collect()
        }
    };
    // A sheet with a title only is no table, unless there is nothing else.
    let (mut title, mut found) = (None, None);
    for name in wanted {
        let mut text = Text::default();
        fill(&mut book, &name, &mut text, &work)?;
        if text.rows > 1 || (text.rows == 1 && asked.is_some()) {
            found = Some((name, text));
            break;
        }
        if text.rows == 1 && title.is_none() {
            title = Some((name, text));
        }
    }
    if let Some((name, text)) = found.or(title) {
        let mut notes = Vec::new();
        if names.len() > 1 {
            notes.push(format!("Sheet \"{name}\" of {}: {}.", names.len(), listed(&names)));
        }
        if text.errors > 0 {
            let s = if text.errors == 1 { "" } else { "s" };
            notes.push(format!("{} cell{s} with an error such as #DIV/0! read as null.", text.errors));
        }
        let decoded = Decoded { text: text.out, encoding: "utf-8".into(), notes };
        return Ok(Sheet { decoded, format: kind.word(), name, names });
    }
    Err(match asked {
        Some(asked) => EngineError::input(
            format!("The sheet \"{asked}\" is empty."),
            format!("The sheets are {}; --sheet chooses one.", listed(&names)),
        ),
        None => EngineError::input("The workbook has no sheet with cells.", "Check how it was exported."),
    })
}

fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

fn named(asked: &str, names: &[String]) -> Result<String, EngineError> {
    let by_name =
        names.iter().find(|n| *n == asked).or_else(|| names.iter().find(|n| n.to_lowercase() == asked.to_lowercase()));
    let by_number = || asked.parse::<usize>().ok().and_then(|n| names.get(n.checked_sub(1)?));
    by_name.or_else(by_number).cloned().ok_or_else(|| {
        EngineError::input(
            format!("There is no sheet \"{asked}\"."),
            format!("The sheets are {}; a number counts from 1.", listed(names)),
        )
    })
}

fn open(kind: Kind, bytes: Vec<u8>) -> Result<Sheets<Bytes>, EngineError> {
    let bytes = Cursor::new(bytes);
    Ok(match kind {
        Kind::Xlsx => Sheets::Xlsx(Xlsx::new(bytes).map_err(|e| match e {
            XlsxError::Password => locked(),
            e => broken(&e),
        })?),
        Kind::Xlsb => Sheets::Xlsb(Xlsb::new(bytes).map_err(|e| broken(&e))?),
        Kind::Ods => Sheets::Ods(Ods::new(bytes).map_err(|e| match e {
            calamine::OdsError::Password => locked(),
            e => broken(&e),
        })?),
        Kind::Xls => {
            // A workbook of newer kind that is protected lies in an old container.
            if has_word(bytes.get_ref(), "EncryptedPackage") {
                return Err(locked());
            }
            compound::check(bytes.get_ref())?;
            Sheets::Xls(Xls::new(bytes).map_err(|e| match e {
                XlsError::Password => locked(),
                e => broken(&e),
            })?)
        }
    })
}

/// Whether a name stands in an old container, where names are UTF-16.
fn has_word(bytes: &[u8], word: &str) -> bool {
    let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    memchr::memmem::find(bytes, &wide).is_some()
}

fn locked() -> EngineError {
    EngineError::input(
        "The workbook is protected by a password.",
        "Take the protection off in a spreadsheet program, or save the sheet as CSV.",
    )
}

fn broken(error: &dyn std::fmt::Display) -> EngineError {
    EngineError::input(
        format!("The workbook is broken: {error}."),
        "Open it in a spreadsheet program and save it anew, or save the sheet as CSV.",
    )
}

/// Unpacks all parts without keeping them: what a part says of its size need not be true.
fn refuse_bombs(bytes: &[u8], ticket: &Ticket) -> Result<(), EngineError> {
    let size = bytes.len() as u64;
    let limit = (size * MOST_TIMES).clamp(ALWAYS_FINE, MOST_BYTES);
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e))?;
    let mut left = limit;
    for part in 0..zip.len() {
        ticket.check()?;
        let Ok(file) = zip.by_index(part) else { continue };
        let name = file.name().map(|n| n.to_lowercase()).unwrap_or_default();
        let mut file = BufReader::with_capacity(1 << 16, file.take(left + 1));
        // Room is made for as many texts as are told, so that they must be possible.
        let told =
            if name.ends_with("sharedstrings.xml") { told_texts(file.fill_buf().unwrap_or_default()) } else { 0 };
        let got =
            if name == "content.xml" { weighed(&mut file)? } else { io::copy(&mut file, &mut io::sink()).unwrap_or(0) };
        if told > got / 5 {
            return Err(broken(&"it tells of more texts than it can hold"));
        }
        if got > left {
            return Err(EngineError::input(
                format!("The workbook ({size} bytes) unpacks to more than {} MB: reading stopped.", limit >> 20),
                "If you trust it, save the sheet as CSV in a spreadsheet program.",
            ));
        }
        left -= got;
    }
    Ok(())
}

/// How many texts a list of shared texts tells of.
fn told_texts(head: &[u8]) -> u64 {
    let behind = memchr::memmem::find(head, b"uniqueCount").and_then(|at| head.get(at..)).unwrap_or_default();
    let digits: Vec<u8> =
        behind.iter().copied().skip_while(|b| !b.is_ascii_digit()).take_while(u8::is_ascii_digit).collect();
    match String::from_utf8(digits).as_deref() {
        Ok("") | Err(_) => 0,
        Ok(text) => text.parse().unwrap_or(u64::MAX),
    }
}

/// Reads the sheets of an OpenDocument file without keeping them, and adds up what they will take: their bytes.
fn weighed(file: &mut impl BufRead) -> Result<u64, EngineError> {
    let (mut weigh, mut piece, mut used) = (ods::Weigh::default(), Vec::new(), 0);
    loop {
        piece.clear();
        let got = file.by_ref().take(LONGEST_PIECE).read_until(b'>', &mut piece).unwrap_or(0) as u64;
        if got == 0 {
            return Ok(used);
        }
        if got == LONGEST_PIECE {
            return Err(broken(&"a piece of it has no end"));
        }
        used += got;
        weigh.add(&piece).map_err(|what| spans_too_much(&what))?;
    }
}

fn spans_too_much(what: &str) -> EngineError {
    EngineError::input(
        format!("The sheets of the workbook span {what}."),
        "Save the sheet as CSV or Parquet, or delete what lies far out in it.",
    )
}

/// Text made of cells that come in the order of rows and columns.
#[derive(Default)]
struct Text {
    out: String,
    row: u32,
    column: u32,
    /// Rows that hold anything.
    rows: u64,
    errors: u64,
    /// Cells that were gone by, and whether they are too many.
    gone_by: u64,
    full: bool,
}

impl Text {
    /// Goes to a cell; false where it lies before what was written already, as broken files have it, or too far out.
    fn go(&mut self, row: u32, column: u32) -> bool {
        if row < self.row || (row == self.row && column < self.column) {
            return false;
        }
        let from = if row == self.row { self.column } else { 0 };
        self.gone_by += u64::from(row - self.row) + u64::from(column - from);
        self.full |= row >= MOST_ROWS || column >= MOST_COLUMNS || self.gone_by > MOST_CELLS;
        if self.full {
            return false;
        }
        if self.rows == 0 || row != self.row {
            self.rows += 1;
        }
        while self.row < row {
            self.out.push('\n');
            self.row += 1;
            self.column = 0;
        }
        while self.column < column {
            self.out.push(char::from(BETWEEN));
            self.column += 1;
        }
        true
    }

    fn put(&mut self, row: u32, column: u32, text: &str) {
        if text.is_empty() || !self.go(row, column) {
            return;
        }
        if text.contains(['"', '\n', '\r', char::from(BETWEEN)]) {
            self.out.push('"');
            self.out.push_str(&text.replace(char::from(BETWEEN), " ").replace('"', "\"\""));
            self.out.push('"');
        } else {
            self.out.push_str(text);
        }
    }

    fn error(&mut self, row: u32, column: u32, error: &CellErrorType) {
        // Not available is what it says: missing.
        if *error == CellErrorType::NA {
            self.put(row, column, "#N/A");
        } else {
            self.errors += 1;
        }
    }

    fn value(&mut self, row: u32, column: u32, cell: &Data) {
        match cell {
            Data::Empty => {}
            Data::Int(x) => self.put(row, column, &x.to_string()),
            Data::Float(x) => self.put(row, column, &number(*x)),
            Data::Bool(b) => self.put(row, column, if *b { "true" } else { "false" }),
            Data::String(s) | Data::DateTimeIso(s) | Data::DurationIso(s) => self.put(row, column, s),
            Data::DateTime(d) => self.put(row, column, &moment(d)),
            Data::Error(e) => self.error(row, column, e),
        }
    }
}

/// A number as it is written in text: whole where it is whole. One with three decimals gets a fourth, so that a column of
/// such numbers is never taken for thousands where texts beside it have decimal commas.
fn number(x: f64) -> String {
    if x != 0.0 && !(1e-5..1e16).contains(&x.abs()) {
        return format!("{x:e}");
    }
    let mut text = x.to_string();
    if text.rsplit_once('.').is_some_and(|(_, decimals)| decimals.len() == 3) {
        text.push('0');
    }
    text
}

/// A day, a moment, a time of day or a length of time.
fn moment(d: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = d.to_ymd_hms_milli();
    let fraction = if milli > 0 { format!(".{milli:03}") } else { String::new() };
    if d.is_duration() {
        #[allow(clippy::cast_possible_truncation)] // hours of a length of time
        let hours = (d.as_f64().abs() * 24.0).floor() as i64;
        let sign = if d.as_f64() < 0.0 { "-" } else { "" };
        return format!("{sign}{hours}:{minute:02}:{second:02}{fraction}");
    }
    let clock = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    if d.as_f64() < 1.0 {
        clock
    } else if (hour, minute, second, milli) == (0, 0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{clock}")
    }
}

fn too_large() -> EngineError {
    EngineError::input(
        format!("The sheet spans more than {MOST_CELLS} cells."),
        "Delete what lies far out in it, or save it as CSV or Parquet, which are read in parts.",
    )
}

/// Writes the cells of a sheet. Those of the usual kind come one by one; of others the whole sheet is held.
fn fill(book: &mut Sheets<Bytes>, name: &str, text: &mut Text, work: &Ticket) -> Result<(), EngineError> {
    let mut seen = 0u64;
    if let Sheets::Xlsx(book) = book {
        let mut cells = match book.worksheet_cells_reader(name) {
            Ok(cells) => cells,
            // A sheet of charts or macros has no cells.
            Err(XlsxError::NotAWorksheet(_) | XlsxError::WorksheetNotFound(_)) => return Ok(()),
            Err(e) => return Err(broken(&e)),
        };
        loop {
            let cell = match cells.next_cell() {
                Ok(Some(cell)) => cell,
                Ok(None) => break,
                // An error of a newer program, which has no name here.
                Err(XlsxError::CellError(_)) => {
                    text.errors += 1;
                    continue;
                }
                Err(e) => return Err(broken(&e)),
            };
            let (row, column) = cell.get_position();
            text.value(row, column, &Data::from(cell.get_value().clone()));
            if text.full {
                return Err(too_large());
            }
            seen += 1;
            if seen.is_multiple_of(1 << 16) {
                work.check()?;
                if seen > MOST_CELLS {
                    return Err(too_large());
                }
            }
        }
        return Ok(());
    }
    let range = book.worksheet_range(name).map_err(|e| broken(&e))?;
    let Some((first_row, first_column)) = range.start() else { return Ok(()) };
    if range.get_size().0 as u64 * range.get_size().1 as u64 > MOST_CELLS {
        return Err(too_large());
    }
    for (row, cells) in (first_row..).zip(range.rows()) {
        if row.is_multiple_of(4096) {
            work.check()?;
        }
        for (column, cell) in (first_column..).zip(cells) {
            text.value(row, column, cell);
        }
        if text.full {
            return Err(too_large());
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;

    #[test]
    fn cells_become_lines_whatever_is_missing_between_them() {
        let mut text = Text::default();
        text.put(0, 0, "a");
        text.put(2, 1, "x\"y");
        text.put(2, 0, "too late");
        text.put(3, 0, "two\nlines");
        assert_eq!(text.out, "a\n\n\u{1f}\"x\"\"y\"\n\"two\nlines\"");
        assert_eq!(text.rows, 3);
    }

    #[test]
    fn cells_far_out_are_not_gone_to() {
        for (row, column) in [(MOST_ROWS, 0), (0, MOST_COLUMNS), (u32::MAX, u32::MAX)] {
            let mut text = Text::default();
            text.put(row, column, "a");
            assert!(text.full && text.out.is_empty());
        }
        let mut text = Text::default();
        (0..7000).for_each(|row| text.put(row, MOST_COLUMNS - 1, "a"));
        assert!(text.full && (text.out.len() as u64) < 2 * MOST_CELLS);
    }

    #[test]
    fn numbers_and_moments_are_written_as_they_are_read() {
        assert_eq!([1.0, 0.5, -2.25, 1e300, 0.0, 1.234].map(number), ["1", "0.5", "-2.25", "1e300", "0", "1.2340"]);
        let at = |x: f64| moment(&ExcelDateTime::new(x, ExcelDateTimeType::DateTime, false));
        assert_eq!([45_943.0, 45_943.5, 0.25].map(at), ["2025-10-13", "2025-10-13T12:00:00", "06:00:00"]);
        let long = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(moment(&long), "36:00:00");
    }
}

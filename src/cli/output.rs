//! A small table, written as aligned text, CSV, Markdown or JSON.

use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::data_args::OutputArgs;
use super::exit::Streams;
use super::visible::{is_obeyed, visible};
use crate::analysis::format::UNKNOWN;
use crate::query::begins_as_formula;

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// Aligned text for people.
    #[default]
    Table,
    /// The shapes of the command line contract.
    Json,
    /// Plain values with a header; safe to open in a spreadsheet.
    Csv,
    /// A table for a document.
    Markdown,
}

/// One field: what people read, and the value itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// For people: `26.5%`.
    pub shown: String,
    /// The value, unrounded; null where it is unknown.
    pub raw: Value,
}

impl Field {
    /// A field.
    #[must_use]
    pub fn new(shown: impl Into<String>, raw: impl Into<Value>) -> Self {
        Self { shown: shown.into(), raw: raw.into() }
    }

    /// A text that is shown as it is.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { shown: text.clone(), raw: Value::String(text) }
    }

    /// Something unknown.
    #[must_use]
    pub fn unknown() -> Self {
        Self::new(UNKNOWN, Value::Null)
    }
}

/// A column of a [`Sheet`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its header.
    pub name: String,
    /// Numbers stand right.
    pub right: bool,
}

impl Column {
    /// Text, standing left.
    #[must_use]
    pub fn left(name: impl Into<String>) -> Self {
        Self { name: name.into(), right: false }
    }

    /// Numbers, standing right.
    #[must_use]
    pub fn right(name: impl Into<String>) -> Self {
        Self { name: name.into(), right: true }
    }
}

/// A table for people and spreadsheets: headline, columns, rows, remarks. JSON has its own shape per command.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// Lines above the table.
    pub head: Vec<String>,
    /// The columns that people see.
    pub columns: Vec<Column>,
    /// Rows for people.
    pub rows: Vec<Vec<Field>>,
    /// The columns of the CSV form, which holds plain values: intervals in two columns, for example.
    pub csv_columns: Vec<String>,
    /// The rows of the CSV form.
    pub csv_rows: Vec<Vec<Value>>,
    /// Remarks below the table.
    pub notes: Vec<String>,
}

/// No cell of the text form is wider than this; the others forms hold it all.
const WIDEST: usize = 48;

/// Writes a result in the form asked for. Nothing in it is obeyed by a terminal: JSON writes such characters as
/// `\u001b`, and CSV shows them as signs where it goes to a terminal.
///
/// # Errors
/// When the output can't be written.
pub fn write(sheet: &Sheet, json: &Value, how: &OutputArgs, streams: &mut Streams<'_>) -> io::Result<()> {
    match how.format {
        Format::Table => text(sheet, streams.out)?,
        Format::Markdown => markdown(sheet, streams.out)?,
        Format::Csv => csv(sheet, how.raw, streams.out_is_terminal, streams.out)?,
        Format::Json => {
            let text = serde_json::to_string_pretty(json).map_err(io::Error::from)?;
            writeln!(streams.out, "{}", escaped(&text))?;
        }
    }
    streams.out.flush()
}

/// JSON in which every character that a terminal would obey is written as an escape. Outside of strings there is none.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || !is_obeyed(c) {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    }
    out
}

fn text(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    for line in &sheet.head {
        writeln!(out, "{}", visible(line))?;
    }
    if !sheet.rows.is_empty() {
        if !sheet.head.is_empty() {
            writeln!(out)?;
        }
        let cells: Vec<Vec<String>> =
            sheet.rows.iter().map(|r| r.iter().map(|f| cut(&visible(&f.shown))).collect()).collect();
        let names: Vec<String> = sheet.columns.iter().map(|c| cut(&visible(&c.name))).collect();
        let widths: Vec<usize> = names
            .iter()
            .enumerate()
            .map(|(i, name)| {
                let widest = cells.iter().filter_map(|r| r.get(i)).map(|c| c.width()).max().unwrap_or(0);
                widest.max(name.width())
            })
            .collect();
        for row in std::iter::once(&names).chain(&cells) {
            writeln!(out, "{}", aligned(row, &sheet.columns, &widths))?;
        }
    }
    if !sheet.notes.is_empty() {
        writeln!(out)?;
    }
    for note in &sheet.notes {
        writeln!(out, "note: {}", visible(note))?;
    }
    Ok(())
}

fn aligned(row: &[String], columns: &[Column], widths: &[usize]) -> String {
    let mut line = String::new();
    for ((cell, column), width) in row.iter().zip(columns).zip(widths) {
        if !line.is_empty() {
            line.push_str("  ");
        }
        let pad = " ".repeat(width.saturating_sub(cell.width()));
        if column.right {
            line.push_str(&pad);
            line.push_str(cell);
        } else {
            line.push_str(cell);
            line.push_str(&pad);
        }
    }
    line.trim_end().to_owned()
}

fn cut(text: &str) -> String {
    // Marks that combine have no width, and hundreds of them can sit on one letter.
    if text.width() <= WIDEST && text.chars().count() <= 2 * WIDEST {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut width = 0;
    for c in text.chars().take(2 * WIDEST) {
        width += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if width >= WIDEST {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

fn markdown(sheet: &Sheet, out: &mut dyn Write) -> io::Result<()> {
    for line in &sheet.head {
        writeln!(out, "{}", marked(line))?;
    }
    if !sheet.rows.is_empty() {
        if !sheet.head.is_empty() {
            writeln!(out)?;
        }
        let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
        writeln!(out, "{}", line(sheet.columns.iter().map(|c| marked(&c.name)).collect()))?;
        let rule = |c: &Column| if c.right { "---:" } else { "---" }.to_owned();
        writeln!(out, "{}", line(sheet.columns.iter().map(rule).collect()))?;
        for row in &sheet.rows {
            writeln!(out, "{}", line(row.iter().map(|f| marked(&f.shown)).collect()))?;
        }
    }
    for note in &sheet.notes {
        writeln!(out, "\n*{}*", marked(note))?;
    }
    Ok(())
}

/// Text that stays text in Markdown: no cells, links, code or markup out of data.
fn marked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            // Brackets alone are text; a link needs `](` or `][`.
            '(' | '[' if out.ends_with(']') => {
                out.push('\\');
                out.push(c);
            }
            '\\' | '|' | '`' | '*' | '_' | '#' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

fn csv(sheet: &Sheet, raw: bool, terminal: bool, out: &mut dyn Write) -> io::Result<()> {
    let csv_text = |text: &str| {
        let text = if terminal { visible(text) } else { text.to_owned() };
        if raw { csv_quoted(&text) } else { csv_text(&text) }
    };
    let header: Vec<String> = sheet.csv_columns.iter().map(|c| csv_text(c)).collect();
    writeln!(out, "{}", header.join(","))?;
    for row in &sheet.csv_rows {
        let fields: Vec<String> = row
            .iter()
            .map(|v| match v {
                Value::Null => String::new(),
                Value::String(s) => csv_text(s),
                other => csv_quoted(&other.to_string()),
            })
            .collect();
        writeln!(out, "{}", fields.join(","))?;
    }
    Ok(())
}

/// A text that no spreadsheet takes for a formula: one that starts like one, and is no number, gets a `'` in front
/// (OWASP, "CSV injection").
fn csv_text(text: &str) -> String {
    // `-inf` reads as a number here, and as a name to be looked up in a spreadsheet.
    let number = text.parse::<f64>().is_ok() && text.contains(|c: char| c.is_ascii_digit());
    let risky = begins_as_formula(text) && !number;
    csv_quoted(&if risky { format!("'{text}") } else { text.to_owned() })
}

fn csv_quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r', ';', '\t']) || text.starts_with(' ') || text.ends_with(' ') {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

/// A number as JSON; what is not finite is null.
#[must_use]
pub fn json_number(x: Option<f64>) -> Value {
    x.and_then(serde_json::Number::from_f64).map_or(Value::Null, Value::Number)
}

/// An interval as `[low, high]`, or null.
#[must_use]
pub fn json_interval(interval: Option<(f64, f64)>) -> Value {
    match interval {
        Some((l, h)) => Value::Array(vec![json_number(Some(l)), json_number(Some(h))]),
        None => Value::Null,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_numbers_may_begin_as_a_formula_does() {
        for (text, want) in [
            ("=1+1", "'=1+1"),
            ("+47 12", "'+47 12"),
            ("-2.5", "-2.5"),
            ("-1e3", "-1e3"),
            ("-inf", "'-inf"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "\"'\tx\""),
            ("\rx", "\"'\rx\""),
            ("a=b", "a=b"),
        ] {
            assert_eq!(csv_text(text), want);
        }
    }

    #[test]
    fn json_says_the_same_without_anything_that_a_terminal_obeys() {
        let value = serde_json::json!({"a\u{9b}2J": "x\u{1b}]0;y\u{7}\u{202e}\u{7f}\u{e0041}\u{feff}é東👍\n"});
        let text = escaped(&serde_json::to_string_pretty(&value).unwrap());
        assert!(!text.chars().any(|c| c != '\n' && is_obeyed(c)), "{text:?}");
        assert!(text.contains("\\u009b") && text.contains("\\udb40\\udc41") && text.contains("é東👍"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}

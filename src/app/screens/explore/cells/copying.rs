//! `y` and `Y`: cells, rows and columns as text for the clipboard.

use super::{Ask, Cell, Effect, Tone, ask, cursor, loaded, table};
use crate::analysis::format;
use crate::analysis::sqltext::{literal, quoted};
use crate::app::App;
use crate::app::form::{Choice, Form};
use crate::app::forms::FormId;
use crate::query::{ColumnInfo, ValueType};

/// No more bytes are copied than this.
pub const COPY_MOST: usize = 8 << 20;
/// A cell of more bytes is read whole before it is copied: the page that is loaded may have cut it.
pub const CELL_MOST: usize = 64 << 10;

/// What the copied text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The values alone, a line each.
    Values,
    /// Tab-separated, with a header.
    Tsv,
    /// Comma-separated, with a header.
    Csv,
    /// A Markdown table.
    Markdown,
    /// One JSON record a line.
    Json,
}

/// What is to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copying {
    /// First row and number of rows of each stretch.
    pub rows: Vec<(u64, u64)>,
    /// Places of the columns.
    pub columns: Vec<usize>,
    /// How it is written.
    pub shape: Shape,
}

/// The rows that are meant: those that are marked, else the one under the cursor.
fn rows(app: &App) -> Option<Vec<(u64, u64)>> {
    let (row, _) = cursor(app)?;
    let marked = app.views.explore.cells.marks.rows(row);
    Some(if marked.is_empty() { vec![(row, 1)] } else { marked })
}

/// `y`: the rows that are marked, else the cell under the cursor.
pub fn copy(app: &mut App) -> Vec<Effect> {
    let Some((row, column)) = cursor(app) else { return Vec::new() };
    if app.views.explore.cells.marks.count(row) > 0 {
        return rows_as(app, Shape::Tsv);
    }
    match loaded(app, row, column) {
        Some(Cell::Null) => {
            app.say(Tone::Warn, "This cell is null: there is nothing to copy.");
            Vec::new()
        }
        Some(Cell::Text(text)) if text.is_empty() => {
            app.say(Tone::Warn, "This cell holds an empty text: there is nothing to copy.");
            Vec::new()
        }
        Some(cell) if !matches!(cell, Cell::Text(t) if t.len() >= CELL_MOST) => vec![Effect::Copy(cell.to_string())],
        _ => {
            let copying = Copying { rows: vec![(row, 1)], columns: vec![column], shape: Shape::Values };
            ask(app, Ask::Copy(Box::new(copying)))
        }
    }
}

fn rows_as(app: &mut App, shape: Shape) -> Vec<Effect> {
    let Some(rows) = rows(app) else { return Vec::new() };
    let columns = table::columns(app);
    ask(app, Ask::Copy(Box::new(Copying { rows, columns, shape })))
}

/// `Y`: what to copy, and how.
pub fn open_copy(app: &mut App) -> Vec<Effect> {
    let Some((row, column)) = cursor(app) else { return Vec::new() };
    let marked = app.views.explore.cells.marks.count(row);
    let name = app.main_info().and_then(|i| i.schema.columns.get(column)).map(|c| c.name.clone()).unwrap_or_default();
    let name = format::short(&name);
    let rows = match marked {
        0 => "this row".to_owned(),
        1 => "the marked row".to_owned(),
        n => format!("the {} marked rows", format::count(n)),
    };
    let part = if marked > 0 { format!("{name} of {rows}") } else { format!("the whole column {name}") };
    let choices: Vec<Choice> = [
        ("cell", "this cell".to_owned()),
        ("json", format!("{rows} as JSON")),
        ("tsv", format!("{rows} as TSV")),
        ("csv", format!("{rows} as CSV")),
        ("markdown", format!("{rows} as Markdown")),
        ("column", format!("{part}, a line a value")),
        ("condition", "this cell as a SQL condition".to_owned()),
    ]
    .into_iter()
    .map(|(key, words)| (key.to_owned(), words))
    .collect();
    app.open_form(Form::new(FormId::Choose("copy"), "Copy", "copy").choice(
        "choice",
        "What",
        "",
        choices,
        Some("cell"),
    ));
    Vec::new()
}

/// What was chosen.
pub fn chosen(app: &mut App, key: &str) -> Vec<Effect> {
    let Some((row, column)) = cursor(app) else { return Vec::new() };
    match key {
        "cell" => {
            let copying = Copying { rows: vec![(row, 1)], columns: vec![column], shape: Shape::Values };
            ask(app, Ask::Copy(Box::new(copying)))
        }
        "json" => rows_as(app, Shape::Json),
        "tsv" => rows_as(app, Shape::Tsv),
        "csv" => rows_as(app, Shape::Csv),
        "markdown" => rows_as(app, Shape::Markdown),
        "column" => {
            let marked = app.views.explore.cells.marks.rows(row);
            let all = app.main_info().map_or(0, |i| i.rows);
            let rows = if marked.is_empty() { vec![(0, all)] } else { marked };
            ask(app, Ask::Copy(Box::new(Copying { rows, columns: vec![column], shape: Shape::Values })))
        }
        _ => match condition(app, row, column) {
            Ok(text) => vec![Effect::Copy(text)],
            Err(why) => {
                app.say(Tone::Warn, why);
                Vec::new()
            }
        },
    }
}

/// The rows that are like this cell, as SQL.
fn condition(app: &App, row: u64, column: usize) -> Result<String, String> {
    let head = app.main_info().and_then(|i| i.schema.columns.get(column)).ok_or("There is no column.")?;
    let cell = loaded(app, row, column).ok_or("This row is still being read.")?;
    if *cell == Cell::Null {
        return Ok(format!("{} IS NULL", quoted(&head.name)));
    }
    let value =
        literal(cell, Some(head.dtype)).ok_or_else(|| format!("{}: this value makes no condition.", head.name))?;
    Ok(format!("{} = {value}", quoted(&head.name)))
}

/// A row as one JSON record.
pub(super) fn record(columns: &[ColumnInfo], cells: &[Cell]) -> String {
    let fields: Vec<String> = columns
        .iter()
        .zip(cells)
        .map(|(c, cell)| format!("{}: {}", text_of(&c.name), json_of(cell, c.dtype)))
        .collect();
    format!("{{{}}}", fields.join(", "))
}

fn text_of(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

fn json_of(cell: &Cell, dtype: ValueType) -> String {
    match cell {
        Cell::Null => "null".into(),
        Cell::Float(x) if !x.is_finite() => "null".into(),
        Cell::Float(x) => format!("{x:?}"),
        // Lists and records are JSON already.
        Cell::Text(t) if dtype == ValueType::Other && super::json::laid_out(t).is_some() => t.clone(),
        Cell::Text(t) => text_of(t),
        other => other.to_string(),
    }
}

/// Rows as text. `columns` and each row hold what is to be copied only.
#[must_use]
pub fn as_text(shape: Shape, columns: &[ColumnInfo], rows: &[Vec<Cell>], with_header: bool) -> String {
    let mut out = String::new();
    let mut line = |parts: Vec<String>, between: &str, edge: &str| {
        out.push_str(edge);
        out.push_str(&parts.join(between));
        out.push_str(edge);
        out.push('\n');
    };
    let names = || columns.iter();
    match shape {
        Shape::Values => {
            for row in rows {
                line(
                    row.iter().map(|c| if *c == Cell::Null { String::new() } else { c.to_string() }).collect(),
                    "\t",
                    "",
                );
            }
        }
        Shape::Tsv | Shape::Csv => {
            let delimiter = if shape == Shape::Csv { "," } else { "\t" };
            if with_header {
                line(names().map(|c| delimited(&c.name, delimiter)).collect(), delimiter, "");
            }
            for row in rows {
                let value = |c: &Cell| match c {
                    Cell::Null => String::new(),
                    Cell::Text(t) => delimited(t, delimiter),
                    other => other.to_string(),
                };
                line(row.iter().map(value).collect(), delimiter, "");
            }
        }
        Shape::Markdown => {
            let cell = |t: &str| t.replace('\\', "\\\\").replace('|', "\\|").replace(['\r', '\n'], " ");
            if with_header {
                line(names().map(|c| format!(" {} ", cell(&c.name))).collect(), "|", "|");
                let rule = |c: &ColumnInfo| if c.dtype.is_number() { " ---: " } else { " --- " };
                line(names().map(|c| rule(c).to_owned()).collect(), "|", "|");
            }
            for row in rows {
                line(row.iter().map(|c| format!(" {} ", cell(&c.to_string()))).collect(), "|", "|");
            }
        }
        Shape::Json => {
            for row in rows {
                line(vec![record(columns, row)], "", "");
            }
        }
    }
    out
}

fn delimited(text: &str, delimiter: &str) -> String {
    if text.is_empty() || text.contains(['"', '\n', '\r']) || text.contains(delimiter) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

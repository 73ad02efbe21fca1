//! Delimited text: what it looks like is guessed, every value is looked at, and all of it is reported.
//!
//! The text is walked twice: once to see which type fits every value of each column, once to build the columns.
//! Each walk runs on all cores, a thread taking every n-th column.

mod batch;
mod dialect;
mod fill;
mod footer;
mod nulls;
mod scan;
pub mod stream;
mod tokens;

use ::polars::prelude::{Column, DataFrame};

use super::infer::{Builder, Decimals, Kind};
use super::text::{self, Decoded};
use crate::engine::{EngineError, ReadOptions, Ticket, Unit};
use crate::query::ReadingReport;

use nulls::NullWords;
use scan::{Layout, Seen};

const MOST_COLUMNS: usize = tokens::MOST_CELLS;

/// Reads a whole delimited file. `tabs` says that the name ends in .tsv or .tab.
pub fn read(
    bytes: Vec<u8>,
    options: &ReadOptions,
    tabs: bool,
    ticket: &Ticket,
) -> Result<(DataFrame, ReadingReport), EngineError> {
    let Decoded { text, encoding, mut notes } = text::decode(bytes, options.encoding.as_deref())?;
    if text.trim().is_empty() {
        return Err(EngineError::input(
            "The file has only blank lines.",
            "Check how it was exported: a header line and rows are expected.",
        ));
    }
    let (mut layout, names, header_row) = lay_out(&text, options, tabs, &mut notes)?;
    if !options.keep_footer
        && let Some(line) = footer::find(&text, &layout)
    {
        layout.end = line.begin;
        notes.push(line.note());
    }
    let words = NullWords::new(options.null_words.as_deref());
    let work = ticket.begin(Unit::Bytes, 2 * text.len() as u64);
    let seen = scan::look(&text, &layout, &words, &work)?;
    notes.extend(seen.shape.notes(&layout));
    notes.extend(nulls::notes(&names, &seen.nulls, &words));
    let kinds = decide(&seen, &names, options.decimal_comma, &mut notes);
    let frame = build(&text, &layout, &words, &names, &kinds, &seen, &work)?;
    let met = words.met(&seen.nulls);
    let report = report(&layout, options, names.len(), &encoding, header_row, met, notes);
    Ok((frame, report))
}

/// How the file was read.
fn report(
    layout: &Layout,
    options: &ReadOptions,
    width: usize,
    encoding: &str,
    header_row: Option<u64>,
    null_words: Vec<String>,
    notes: Vec<String>,
) -> ReadingReport {
    ReadingReport {
        format: "csv".into(),
        delimiter: (width > 1 || options.delimiter.is_some()).then(|| char::from(layout.delimiter).to_string()),
        encoding: Some(encoding.to_owned()),
        header_row,
        null_words,
        notes,
        sample: None,
    }
}

/// Finds delimiter, quote, header and the range of the data.
fn lay_out(
    text: &str,
    options: &ReadOptions,
    tabs: bool,
    notes: &mut Vec<String>,
) -> Result<(Layout, Vec<String>, Option<u64>), EngineError> {
    let asked = match options.delimiter {
        Some(c) if c.is_ascii() && !matches!(c, '"' | '\n' | '\r') => u8::try_from(c).ok(),
        Some(c) => {
            return Err(EngineError::input(
                format!("\"{}\" can't be a delimiter.", c.escape_default()),
                "Give one ASCII character such as , ; or a tab.",
            ));
        }
        None => None,
    };
    let (mut start, mut line, mut said) = (0, 1, None);
    let first_end = text.find(['\n', '\r']).unwrap_or(text.len());
    let first_line = text.get(..first_end).unwrap_or_default();
    if let Some(mark) = first_line.strip_prefix("sep=").or_else(|| first_line.strip_prefix("SEP="))
        && mark.len() == 1
    {
        said = mark.bytes().next();
        start = first_end + if text.get(first_end..).is_some_and(|t| t.starts_with("\r\n")) { 2 } else { 1 };
        start = start.min(text.len());
        line = 2;
        notes.push(format!("The first line names the delimiter ({first_line}) and was skipped."));
    }
    let delimiter = asked.or(said).unwrap_or_else(|| match dialect::delimiter(text, start) {
        dialect::NO_DELIMITER if tabs => b'\t',
        found => found,
    });
    let quote = dialect::quote(text, delimiter, start);
    if quote != b'"' {
        notes.push("Cells are quoted with '.".into());
    }
    let records = dialect::sample(text, delimiter, quote, start, line);
    let (mut width, _) = dialect::usual_width(&records);
    let (first, named) = match options.header_row {
        None => dialect::header(&records, width),
        Some(0) => (dialect::header(&records, width).0, false),
        Some(wanted) => {
            let at = records.iter().position(|r| r.line >= wanted && !r.is_blank()).ok_or_else(|| {
                EngineError::input(
                    format!("There is no header in line {wanted}."),
                    "Give a line near the top of the file, or 0 for no header.",
                )
            })?;
            (at, true)
        }
    };
    let blank: Vec<String> = Vec::new();
    let head = records.get(first);
    let mut head_cells: Vec<String> = head.filter(|_| named).map_or(blank, |r| r.cells.clone());
    if named {
        let data = records.get(first + 1..).unwrap_or_default();
        let extra = |r: &&dialect::Sampled| r.cells.len() == head_cells.len() + 1;
        let wider = data.iter().filter(extra).count();
        let filled = data.iter().filter(extra).any(|r| r.cells.last().is_some_and(|c| !c.trim().is_empty()));
        if width == head_cells.len() + 1 && wider > 0 && !data.iter().any(|r| r.cells.len() == head_cells.len()) {
            if filled {
                head_cells.insert(0, "row_name".into());
                notes.push(
                    "The header has one name less than the rows have cells: the first column is called row_name."
                        .into(),
                );
            } else {
                width -= 1;
            }
        }
        // A header ending in empty names over nothing is a trailing delimiter.
        while head_cells.len() > width.max(1) && head_cells.last().is_some_and(|c| c.trim().is_empty()) {
            head_cells.pop();
        }
        width = width.max(head_cells.len());
    }
    if width > MOST_COLUMNS {
        return Err(EngineError::input(
            format!("The file seems to have more than {MOST_COLUMNS} columns, which can't be read."),
            "Check the delimiter, or keep only the columns you need.",
        ));
    }
    let (names, repaired) = dialect::names(named.then_some(head_cells.as_slice()), width);
    let above: Vec<String> =
        records.iter().take(first).filter(|r| !r.is_blank()).map(|r| r.cells.join(" ").trim().to_owned()).collect();
    if !above.is_empty() {
        notes.push(format!(
            "{} above the {} skipped: {}.",
            if above.len() == 1 { "1 line".into() } else { format!("{} lines", above.len()) },
            match (named, above.len()) {
                (true, 1) => "header was",
                (true, _) => "header were",
                (false, 1) => "data was",
                (false, _) => "data were",
            },
            dialect::few(&above)
        ));
    }
    if !named {
        notes.push("No header line was found: columns are called column_1, column_2 …".into());
    }
    notes.extend(repaired);
    let (data_start, data_line) = match head {
        Some(r) if named => (r.next, r.next_line),
        Some(r) => {
            let before = first.checked_sub(1).and_then(|i| records.get(i));
            (before.map_or(start, |b| b.next), r.line)
        }
        None => (start, line),
    };
    let layout = Layout { delimiter, quote, start: data_start, line: data_line, end: text.len(), width };
    Ok((layout, names, if named { head.map(|r| r.line) } else { Some(0) }))
}

fn decide(seen: &Seen, names: &[String], asked: Option<bool>, notes: &mut Vec<String>) -> Vec<Kind> {
    let decimals = Decimals {
        comma: asked.unwrap_or_else(|| seen.guesses.iter().any(|g| g.shows_decimal_comma())),
        fixed: asked.is_some(),
    };
    let (mut kinds, mut said): (Vec<Kind>, std::collections::BTreeMap<String, Vec<String>>) =
        (Vec::new(), std::collections::BTreeMap::new());
    for (guess, name) in seen.guesses.iter().zip(names) {
        let (kind, remarks) = guess.decide(decimals);
        kinds.push(kind);
        for remark in remarks {
            said.entry(remark).or_default().push(name.clone());
        }
    }
    notes.extend(said.into_iter().map(|(remark, columns)| match columns.as_slice() {
        [one] => format!("{one} {remark}."),
        many => {
            let plural = match remark.split_once(' ') {
                Some(("has", rest)) => format!("have {rest}"),
                Some(("stays", rest)) => format!("stay {rest}"),
                _ => remark,
            };
            format!("{} {plural}.", dialect::few(many))
        }
    }));
    kinds
}

fn build(
    text: &str,
    layout: &Layout,
    words: &NullWords,
    names: &[String],
    kinds: &[Kind],
    seen: &Seen,
    ticket: &Ticket,
) -> Result<DataFrame, EngineError> {
    let rows = usize::try_from(seen.shape.rows).unwrap_or(usize::MAX);
    let builders: Vec<Builder> = names.iter().zip(kinds).map(|(name, kind)| Builder::new(name, *kind, rows)).collect();
    let builders = scan::fill(text, layout, words, builders, ticket)?;
    let columns: Vec<Column> = builders.into_iter().map(|b| Column::from(b.finish())).collect();
    DataFrame::new(rows, columns).map_err(|e| super::broken(&e))
}

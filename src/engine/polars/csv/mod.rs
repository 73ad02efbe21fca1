//! Delimited text: what it looks like is guessed, every value is looked at, and all of it is reported.
//!
//! The text is walked twice: once to see which type fits every value of each column, once to build the columns.
//! Each walk runs on all cores, a thread taking every n-th column.

mod batch;
mod dialect;
mod fill;
mod footer;
mod nulls;
mod rules;
mod scan;
pub mod stream;
mod tokens;

use ::polars::prelude::{Column, DataFrame};

use super::infer::{self, Decimals, Kind, put_misfits};
use super::text::{self, Decoded};
use super::typed::Builder;
use super::workbook::BETWEEN;
use crate::engine::{EngineError, ReadOptions, Thousands, Ticket, Unit};
use crate::query::ReadingReport;

use rules::Rules;
use scan::{Comment, Layout, Seen};

const MOST_COLUMNS: usize = tokens::MOST_CELLS;

/// What is known of a text besides its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Nothing.
    File,
    /// Its name ends in .tsv or .tab.
    Tabs,
    /// It was made of a sheet of a workbook: what stands between cells is known, and rows end with their last filled
    /// cell.
    Sheet,
}

/// Reads a whole delimited file.
pub fn read(
    bytes: Vec<u8>,
    options: &ReadOptions,
    origin: Origin,
    ticket: &Ticket,
) -> Result<(DataFrame, ReadingReport), EngineError> {
    read_text(text::decode(bytes, options.encoding.as_deref())?, options, origin, ticket)
}

/// The same for text that was decoded.
pub fn read_text(
    decoded: Decoded,
    options: &ReadOptions,
    origin: Origin,
    ticket: &Ticket,
) -> Result<(DataFrame, ReadingReport), EngineError> {
    let Decoded { text, encoding, mut notes } = decoded;
    if text.trim().is_empty() {
        return Err(EngineError::input(
            "The file has only blank lines.",
            "Check how it was exported: a header line and rows are expected.",
        ));
    }
    let (mut layout, names, header_row) = lay_out(&text, options, origin, &mut notes)?;
    let mut footer = None;
    if !options.keep_footer
        && let Some(line) = footer::find(&text, &layout)
    {
        layout.end = line.begin;
        notes.push(line.note());
        footer = Some(line.shown());
    }
    let rules = Rules::new(options, &names);
    let work = ticket.begin(Unit::Bytes, 2 * text.len() as u64);
    let seen = scan::look(&text, &layout, &rules, &work)?;
    notes.extend(seen.shape.notes(&layout));
    notes.extend(nulls::notes(&names, &seen.nulls, &rules.words));
    let kinds = decide(&seen, &names, options, &mut notes);
    let frame = build(&text, &layout, &rules, &names, &kinds, &seen, &work)?;
    let met = rules.words.met(&seen.nulls);
    let read = Found { layout: &layout, options, names: &names, kinds: &kinds, seen: &seen };
    let report =
        ReadingReport { encoding: Some(encoding), header_row, null_words: met, notes, footer, ..read.report() };
    Ok((frame, report))
}

/// What was found of a file.
struct Found<'a> {
    layout: &'a Layout,
    options: &'a ReadOptions,
    names: &'a [String],
    kinds: &'a [Kind],
    seen: &'a Seen,
}

impl Found<'_> {
    /// How the file was read, as far as this tells.
    fn report(&self) -> ReadingReport {
        let delimiter = char::from(self.layout.delimiter).to_string();
        let quote = match self.layout.quote {
            b'"' => None,
            dialect::NO_QUOTE => Some("none".to_owned()),
            other => Some(char::from(other).to_string()),
        };
        let mut odd = self.seen.shape.odd_lines();
        for (name, guess) in self.names.iter().zip(&self.seen.guesses) {
            put_misfits(&mut odd, name, guess);
        }
        odd.first.sort_by_key(|o| o.line);
        ReadingReport {
            format: "csv".into(),
            delimiter: (self.names.len() > 1 || self.options.delimiter.is_some()).then_some(delimiter),
            quote,
            numbers: infer::number_example(self.kinds, &self.seen.guesses).map(str::to_owned),
            dates: infer::order_word(self.kinds, &self.seen.guesses).map(str::to_owned),
            odd,
            ..ReadingReport::default()
        }
    }
}

/// Finds delimiter, quote, header and the range of the data.
fn lay_out(
    text: &str,
    options: &ReadOptions,
    origin: Origin,
    notes: &mut Vec<String>,
) -> Result<(Layout, Vec<String>, Option<u64>), EngineError> {
    let asked = match options.delimiter {
        _ if origin == Origin::Sheet => Some(BETWEEN),
        Some(c) if c.is_ascii() && !matches!(c, '"' | '\n' | '\r') => u8::try_from(c).ok(),
        Some(c) => {
            return Err(EngineError::input(
                format!("\"{}\" can't be a delimiter.", c.escape_default()),
                "Give one ASCII character such as , ; or a tab.",
            ));
        }
        None => None,
    };
    let quoted = match options.quote.as_deref() {
        _ if origin == Origin::Sheet => Some(b'"'),
        None => None,
        Some("none") => Some(dialect::NO_QUOTE),
        Some(text) => match text.as_bytes() {
            [b] if b.is_ascii_graphic() && asked != Some(*b) => Some(*b),
            _ => {
                return Err(EngineError::input(
                    format!("\"{}\" can't be a quote.", text.escape_default()),
                    "Give one ASCII character such as \" or ', or none.",
                ));
            }
        },
    };
    let comment = options.comment.as_deref().map_or(Ok(Comment::default()), |text| {
        Comment::new(text).filter(|_| !text.trim().is_empty() && !text.contains(['\n', '\r'])).ok_or_else(|| {
            EngineError::input(
                format!("\"{}\" can't begin lines of remarks.", text.escape_default()),
                format!("Give a text of 1 to {} bytes, such as # or //.", Comment::LONGEST),
            )
        })
    })?;
    let (mut start, mut line, mut said) = skipped(text, options.skip_lines)?;
    let first_end = text.get(start..).and_then(|t| t.find(['\n', '\r'])).map_or(text.len(), |i| start + i);
    let first_line = text.get(start..first_end).unwrap_or_default();
    if let Some(mark) = first_line.strip_prefix("sep=").or_else(|| first_line.strip_prefix("SEP="))
        && mark.len() == 1
    {
        said = mark.bytes().next();
        start = first_end + if text.get(first_end..).is_some_and(|t| t.starts_with("\r\n")) { 2 } else { 1 };
        start = start.min(text.len());
        line += 1;
        notes.push(format!("The first line names the delimiter ({first_line}) and was skipped."));
    }
    let delimiter =
        asked.or(said).unwrap_or_else(|| match dialect::delimiter(text, quoted.unwrap_or(b'"'), comment, start) {
            dialect::NO_DELIMITER if origin == Origin::Tabs => b'\t',
            found => found,
        });
    let quote = quoted.unwrap_or_else(|| dialect::quote(text, delimiter, comment, start));
    if quote == b'\'' && quoted.is_none() {
        notes.push("Cells are quoted with '.".into());
    }
    let records = dialect::sample(text, delimiter, quote, comment, start, line);
    let (mut width, _) = dialect::usual_width(&records);
    if origin == Origin::Sheet {
        width = records.iter().map(|r| r.cells.len()).max().unwrap_or(1);
    }
    let usual = if origin == Origin::Sheet { dialect::usual_width(&records).0 } else { width };
    let (first, named) = match options.header_row {
        None if origin == Origin::Sheet => dialect::header(&records, usual),
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
    let layout = Layout {
        delimiter,
        quote,
        start: data_start,
        line: data_line,
        end: text.len(),
        width,
        comment,
        ragged: origin == Origin::Sheet,
    };
    Ok((layout, names, if named { head.map(|r| r.line) } else { Some(0) }))
}

/// Where the text begins behind lines that are passed over, and its line.
fn skipped(text: &str, lines: u64) -> Result<(usize, u64, Option<u8>), EngineError> {
    let (mut at, mut line) = (0, 1);
    while line <= lines {
        let rest = text.get(at..).unwrap_or_default();
        let Some(end) = rest.find(['\n', '\r']).filter(|end| end + 1 < rest.len()) else {
            return Err(EngineError::input(
                format!("The file has no more than {line} lines, so that {lines} can't be skipped."),
                "Skip fewer lines.",
            ));
        };
        at += end + if rest.get(end..).is_some_and(|t| t.starts_with("\r\n")) { 2 } else { 1 };
        line += 1;
    }
    Ok((at, line, None))
}

fn decide(seen: &Seen, names: &[String], options: &ReadOptions, notes: &mut Vec<String>) -> Vec<Kind> {
    let comma = options.decimal_comma.or(match options.thousands {
        Some(Thousands::Point) => Some(true),
        Some(Thousands::Comma) => Some(false),
        _ => None,
    });
    let decimals = Decimals {
        comma: comma.unwrap_or_else(|| seen.guesses.iter().any(|g| g.shows_decimal_comma())),
        spaces: options.thousands.is_some(),
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
    rules: &Rules,
    names: &[String],
    kinds: &[Kind],
    seen: &Seen,
    ticket: &Ticket,
) -> Result<DataFrame, EngineError> {
    let rows = usize::try_from(seen.shape.rows).unwrap_or(usize::MAX);
    let builders: Vec<Builder> = names.iter().zip(kinds).map(|(name, kind)| Builder::new(name, *kind, rows)).collect();
    let builders = scan::fill(text, layout, rules, builders, ticket)?;
    let columns: Vec<Column> = builders.into_iter().map(|b| Column::from(b.finish())).collect();
    DataFrame::new(rows, columns).map_err(|e| super::broken(&e))
}

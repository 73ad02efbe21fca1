//! Guessing delimiter, quote and header from the first records.

use std::collections::BTreeMap;

use super::super::{dates, numbers};
use super::scan::Comment;
use super::tokens::{Span, Tokens};

const CANDIDATES: [u8; 4] = [b',', b';', b'\t', b'|'];
const SAMPLE_BYTES: usize = 256 << 10;
const SAMPLE_RECORDS: usize = 1000;

/// A record of the sample.
pub struct Sampled {
    pub line: u64,
    /// Byte where the record after it starts.
    pub next: usize,
    /// Line where the record after it starts.
    pub next_line: u64,
    pub cells: Vec<String>,
}

impl Sampled {
    pub fn is_blank(&self) -> bool {
        self.cells.len() == 1 && self.cells.iter().all(|c| c.trim().is_empty())
    }
}

/// The first records, whole ones only; lines of remarks are passed over.
pub fn sample(text: &str, delimiter: u8, quote: u8, comment: Comment, at: usize, line: u64) -> Vec<Sampled> {
    let mut tokens = Tokens::new(text, delimiter, quote, at, line);
    let (mut spans, mut out, mut scratch): (Vec<Span>, Vec<Sampled>, _) = (Vec::new(), Vec::new(), String::new());
    while out.len() < SAMPLE_RECORDS && tokens.position() < at.saturating_add(SAMPLE_BYTES) {
        if tokens.pass_line(|text| comment.begins(text)).is_some() {
            continue;
        }
        let Some(line) = tokens.next_record(&mut spans) else { break };
        let cells = spans.iter().map(|s| Tokens::cell(text, quote, *s, &mut scratch).to_owned()).collect();
        out.push(Sampled { line, next: tokens.position(), next_line: tokens.line(), cells });
    }
    out
}

/// The most frequent width among records that are not blank, and its share. Ties go to the wider.
pub fn usual_width(records: &[Sampled]) -> (usize, f64) {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for record in records.iter().filter(|r| !r.is_blank()) {
        *counts.entry(record.cells.len()).or_default() += 1;
    }
    let all: usize = counts.values().sum();
    #[allow(clippy::cast_precision_loss)]
    counts.into_iter().max_by_key(|(width, n)| (*n, *width)).map_or((1, 0.0), |(w, n)| (w, n as f64 / all as f64))
}

/// Stands in where there is one column: no text has it.
pub const NO_DELIMITER: u8 = 0x1f;
/// Stands in where nothing is quoted.
pub const NO_QUOTE: u8 = 0x1e;

/// The delimiter whose records are wide and alike. Where no candidate splits half of the records, the one that splits
/// the first line; where none does, there is a single column.
pub fn delimiter(text: &str, quote: u8, comment: Comment, at: usize) -> u8 {
    let mut best: Option<(f64, u8)> = None;
    for candidate in CANDIDATES {
        let records = sample(text, candidate, quote, comment, at, 1);
        let (width, share) = usual_width(&records);
        if width < 2 || share < 0.5 || (candidate == b',' && is_prose(&records, width)) {
            continue;
        }
        #[allow(clippy::cast_precision_loss)]
        let score = share * share * (width as f64).ln_1p();
        if best.is_none_or(|(s, _)| score > s + 1e-9) {
            best = Some((score, candidate));
        }
    }
    if let Some((_, delimiter)) = best {
        return delimiter;
    }
    let first = text.get(at..).unwrap_or_default().lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let count = |c: &u8| first.bytes().filter(|b| b == c).count();
    CANDIDATES.into_iter().rev().filter(|c| count(c) > 0).max_by_key(count).unwrap_or(NO_DELIMITER)
}

/// Whether the comma is rather punctuation in a single column of text: the first line has none, and the lines below
/// are uneven or have a space behind it.
fn is_prose(records: &[Sampled], width: usize) -> bool {
    let mut lines = records.iter().filter(|r| !r.is_blank()).skip_while(|r| r.cells.len() != width).peekable();
    let above = records.iter().find(|r| !r.is_blank()).is_some_and(|r| r.cells.len() == 1);
    if !above || lines.peek().is_none() {
        return false;
    }
    let (mut all, mut even, mut cells, mut spaced) = (0usize, 0usize, 0usize, 0usize);
    for line in lines {
        all += 1;
        even += usize::from(line.cells.len() == width);
        cells += line.cells.len() - 1;
        spaced += line.cells.iter().skip(1).filter(|c| c.starts_with(' ')).count();
    }
    even * 10 < all * 9 || spaced * 10 > cells * 8
}

/// `'` where cells are wrapped in it and none in `"`.
pub fn quote(text: &str, delimiter: u8, comment: Comment, at: usize) -> u8 {
    let records = sample(text, delimiter, b'"', comment, at, 1);
    let cells = || records.iter().flat_map(|r| &r.cells).map(|c| c.trim());
    if text.get(at..).unwrap_or_default().bytes().take(SAMPLE_BYTES).any(|b| b == b'"') {
        return b'"';
    }
    let opened = cells().filter(|c| c.starts_with('\'')).count();
    let wrapped = cells().filter(|c| c.len() >= 2 && c.starts_with('\'') && c.ends_with('\'')).count();
    if wrapped >= 2 && wrapped * 10 >= opened * 8 { b'\'' } else { b'"' }
}

/// Which record is the header, if any: an index into the sample of the first record of the table, and whether it
/// names the columns.
pub fn header(records: &[Sampled], width: usize) -> (usize, bool) {
    let wide_enough = |r: &Sampled| {
        let n = r.cells.len();
        if width >= 3 { n + 1 >= width } else { n >= width }
    };
    let comment = |r: &Sampled| width == 1 && r.cells.first().is_some_and(|c| c.starts_with('#'));
    let Some(first) = records.iter().position(|r| !r.is_blank() && wide_enough(r) && !comment(r)) else {
        return (0, false);
    };
    let data: Vec<&Sampled> =
        records.iter().skip(first + 1).filter(|r| !r.is_blank() && r.cells.len() >= width).take(200).collect();
    (first, records.get(first).is_some_and(|h| names_columns(&h.cells, &data)))
}

fn is_value(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && (numbers::classify(text) != (0, 0) || dates::scan(text).is_some())
}

fn names_columns(head: &[String], data: &[&Sampled]) -> bool {
    if head.iter().all(|c| c.trim().is_empty()) {
        return false;
    }
    let column = |i: usize| data.iter().filter_map(move |r| r.cells.get(i)).map(|c| c.trim()).filter(|c| !c.is_empty());
    let (mut valued, mut text_over_values, mut repeated, mut texts) = (0usize, 0usize, 0usize, 0usize);
    for (i, cell) in head.iter().enumerate() {
        let cell = cell.trim();
        if is_value(cell) {
            valued += 1;
            continue;
        }
        if cell.is_empty() {
            continue;
        }
        let all = column(i).count();
        if all > 0 && column(i).filter(|c| is_value(c)).count() * 2 > all {
            text_over_values += 1;
        } else if all > 0 {
            texts += 1;
            repeated += usize::from(column(i).any(|c| c == cell));
        }
    }
    if valued > 0 {
        // Years over columns are names; other numbers are data, unless text stands over columns of numbers.
        let years = head.iter().map(|c| c.trim()).filter(|c| is_value(c)).all(is_year);
        let distinct: std::collections::BTreeSet<&str> = head.iter().map(|c| c.trim()).collect();
        return (years && valued < head.len() && distinct.len() == head.len()) || text_over_values > valued;
    }
    text_over_values > 0 || texts == 0 || repeated * 2 <= texts
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.parse::<u16>().is_ok_and(|y| (1900..=2100).contains(&y))
}

/// Names for all columns, with what was repaired.
pub fn names(head: Option<&[String]>, width: usize) -> (Vec<String>, Vec<String>) {
    let (mut names, mut notes): (Vec<String>, Vec<String>) = (Vec::with_capacity(width), Vec::new());
    let (mut empty, mut trimmed, mut doubles) = (Vec::new(), Vec::new(), Vec::new());
    let mut taken: std::collections::HashSet<String> =
        head.unwrap_or_default().iter().map(|c| c.trim().to_owned()).collect();
    let mut used: std::collections::HashSet<String> = std::collections::HashSet::new();
    for i in 0..width {
        let raw = head.and_then(|h| h.get(i)).map_or("", String::as_str);
        let clean = raw.trim();
        if clean != raw && !clean.is_empty() {
            trimmed.push(clean.to_owned());
        }
        let name = if clean.is_empty() {
            let name = free(&format!("column_{}", i + 1), &taken);
            empty.push(name.clone());
            name
        } else if used.contains(clean) {
            let name = (2..).map(|n| format!("{clean}_{n}")).find(|n| !taken.contains(n)).unwrap_or_default();
            doubles.push(format!("{clean} → {name}"));
            name
        } else {
            clean.to_owned()
        };
        used.insert(name.clone());
        taken.insert(name.clone());
        names.push(name);
    }
    if head.is_some() {
        if !empty.is_empty() {
            notes.push(format!("Columns without a name are called {}.", few(&empty)));
        }
        if !doubles.is_empty() {
            notes.push(format!("Repeated column names were changed: {}.", few(&doubles)));
        }
        if !trimmed.is_empty() {
            notes.push(format!("Spaces around column names were taken off: {}.", few(&trimmed)));
        }
    }
    (names, notes)
}

fn free(name: &str, taken: &std::collections::HashSet<String>) -> String {
    if !taken.contains(name) {
        return name.to_owned();
    }
    (2..).map(|n| format!("{name}_{n}")).find(|n| !taken.contains(n)).unwrap_or_default()
}

/// The first few of a list, and how many more.
pub fn few(items: &[String]) -> String {
    let shown: Vec<String> = items.iter().take(6).map(|i| i.chars().take(60).collect()).collect();
    let more = items.len().saturating_sub(6);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

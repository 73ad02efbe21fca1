//! Records that are looked at together, column by column.

use super::tokens::{Span, Tokens};

/// Cells of the records that are looked at together.
const CELLS: usize = 4096;

/// Some records, to be looked at column by column: what is done with the cells of a column is then one short loop.
pub struct Batch<'t> {
    text: &'t str,
    quote: u8,
    width: usize,
    /// The cells of the records, one record after the other; those that a short row lacks are missing.
    cells: Vec<Option<Span>>,
    /// First line of each record.
    lines: Vec<u64>,
    scratch: String,
}

impl<'t> Batch<'t> {
    /// For text with that quote and so many columns.
    pub fn new(text: &'t str, quote: u8, width: usize) -> Self {
        let cells = Vec::with_capacity(CELLS);
        Self { text, quote, width, cells, lines: Vec::new(), scratch: String::new() }
    }

    /// Adds a record that begins on a line; what is beyond the last column is left out.
    pub fn add(&mut self, line: u64, spans: &[Span]) {
        let there = spans.get(..self.width).unwrap_or(spans);
        self.cells.extend(there.iter().copied().map(Some));
        self.cells.extend(std::iter::repeat_n(None, self.width - there.len()));
        self.lines.push(line);
    }

    /// Whether another record has no room.
    pub fn is_full(&self) -> bool {
        self.cells.len() + self.width > CELLS
    }

    /// Makes room for other records.
    pub fn clear(&mut self) {
        self.cells.clear();
        self.lines.clear();
    }

    /// Calls `cell` with the text of each cell of a column (`None` where the row is short) and its line.
    #[inline]
    pub fn each(&mut self, column: usize, mut cell: impl FnMut(Option<&str>, u64)) {
        let spans = self.cells.get(column..).unwrap_or_default().iter().step_by(self.width.max(1));
        for (span, line) in spans.zip(&self.lines) {
            cell(span.map(|s| Tokens::cell(self.text, self.quote, s, &mut self.scratch)), *line);
        }
    }
}

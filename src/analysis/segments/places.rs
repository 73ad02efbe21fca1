//! The rows of cells, by the rows of the values that they are made of.

use std::collections::BTreeMap;

use crate::analysis::coding::{Counted, Prepared, Rows};
use crate::engine::{EngineError, Ticket, on_all_cores};

/// The rows of each value that some cells are made of, looked up once.
pub struct Places(BTreeMap<(usize, u8), Rows>);

impl Places {
    /// For cells as (number of the column, code) by column.
    pub fn new<'a>(
        prepared: &Prepared,
        columns: &[&Counted],
        cells: impl Iterator<Item = &'a [(usize, u8)]>,
        ticket: &Ticket,
    ) -> Result<Self, EngineError> {
        let mut parts: Vec<(usize, u8)> = cells.flatten().copied().collect();
        parts.sort_unstable();
        parts.dedup();
        let rows = on_all_cores(&parts, |(column, code)| {
            ticket.check()?;
            Ok(Rows::with_code(prepared.codes(columns[*column]), *code))
        })?;
        Ok(Self(parts.into_iter().zip(rows).collect()))
    }

    /// The rows of one of the cells.
    pub fn rows(&self, cell: &[(usize, u8)]) -> Rows {
        let mut parts = cell.iter().filter_map(|part| self.0.get(part));
        let first = parts.next().cloned().unwrap_or_else(|| Rows::with_code(&[], 0));
        parts.fold(first, |rows, part| rows.and(part))
    }
}

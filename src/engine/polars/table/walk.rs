//! Walking through a table: which rows are read together, and reading them for one look.

use std::ops::Range;

use ::polars::prelude::{DataFrame, Series};

use super::super::broken;
use super::{PART, Store, Table};
use crate::engine::EngineError;

impl Table {
    /// Whether the parts are in another order than the rows: rows then come one by one, from anywhere.
    fn is_sorted(&self) -> bool {
        matches!(&self.store, Store::Layer(layer) if layer.is_sorted())
    }

    /// The rows that are read together with this one: a part, or a piece of a table that lies in memory or is sorted.
    pub fn span(&self, row: usize) -> Range<usize> {
        let (part, place) = self.place(row);
        let (start, end) = (self.start(part), self.start(part) + self.rows_in(part));
        if self.is_sorted() {
            let from = row / PART * PART;
            return from..from.saturating_add(PART).min(self.rows());
        }
        match self.store {
            Store::Memory(_) => {
                let from = start + place / PART * PART;
                from..from.saturating_add(PART).min(end)
            }
            _ => start..end,
        }
    }

    /// The same column of rows that are read together ([`Table::span`]); it is not kept.
    ///
    /// # Errors
    /// As [`Table::series`].
    pub fn stretch(&self, span: &Range<usize>, name: &str) -> Result<Series, EngineError> {
        if self.is_sorted() {
            let rows: Vec<usize> = span.clone().collect();
            let frame = self.gather(&rows, &[name])?;
            return frame.column(name).map(|c| c.as_materialized_series().clone()).map_err(|e| broken(&e));
        }
        let (part, place) = self.place(span.start);
        let series = self.glimpse(part, name)?;
        if place == 0 && span.len() == series.len() {
            return Ok(series);
        }
        Ok(series.slice(i64::try_from(place).unwrap_or(i64::MAX), span.len()))
    }

    /// Some columns of rows that are read together, in the order asked; they are not kept.
    ///
    /// # Errors
    /// As [`Table::series`].
    pub fn stretches(&self, span: &Range<usize>, names: &[&str]) -> Result<DataFrame, EngineError> {
        if self.is_sorted() {
            return self.gather(&span.clone().collect::<Vec<usize>>(), names);
        }
        let (part, place) = self.place(span.start);
        let frame = match &self.store {
            Store::Parquet(parts) => return parts.slice(part, place, span.len(), names),
            Store::Memory(frame) => frame.select(names.iter().copied()).map_err(|e| broken(&e))?,
            Store::Files(_) | Store::Layer(_) | Store::Several(_) | Store::Coat(_) => self.read(part, names)?,
        };
        Ok(frame.slice(i64::try_from(place).unwrap_or(i64::MAX), span.len()))
    }
}

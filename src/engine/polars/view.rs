//! A table seen through a view: layers of derived columns, of chosen rows, of an order, each over the table below.
//!
//! A layer copies nothing. Chosen rows are row numbers by part; an order is one row number for each row; derived
//! columns are computed when they are read.

mod sort;

use std::sync::Arc;

use ::polars::prelude::{Column, DataFrame, DataType, IdxCa, LazyFrame, SortMultipleOptions, col, lit};

use super::columnar::plain;
use super::sql::{self, Planned};
use super::table::{Table, frame_of, places};
use super::{PolarsEngine, broken, guarded};
use crate::engine::{EngineError, Ticket, Unit};
use crate::query::{Derived, SortKey, View};

/// What a layer does with the table below.
enum Kind {
    /// Adds a column.
    Derived { name: String, dtype: DataType, planned: Planned },
    /// Keeps some rows: for each part the part below, and the rows of it; all where none are named.
    Rows { planned: Planned, kept: Vec<(usize, Option<IdxCa>)> },
    /// Shows pages in another order; all else is as below.
    Sorted { keys: Vec<SortKey>, order: sort::Order },
}

/// One layer.
pub struct Layer {
    base: Arc<PolarsEngine>,
    kind: Kind,
}

/// The table seen through a view.
pub fn of(base: &Arc<PolarsEngine>, view: &View, ticket: &Ticket) -> Result<Arc<PolarsEngine>, EngineError> {
    let mut top = Arc::clone(base);
    for derived in &view.derived {
        top = derive(top, derived)?;
    }
    if let Some(condition) = view.condition() {
        // Each by itself first, so that what is wrong is said of the condition that was written.
        for one in &view.filter {
            sql::plan_condition(&top, one)?;
        }
        top = choose(top, &condition, ticket)?;
    }
    if view.sort.is_empty() { Ok(top) } else { sorted(top, &view.sort, ticket) }
}

fn above(base: Arc<PolarsEngine>, fields: Vec<(String, DataType)>, rows: &[usize], kind: Kind) -> Arc<PolarsEngine> {
    let (paths, reading) = (base.paths.clone(), base.reading.clone());
    Arc::new(PolarsEngine::new(paths, Table::layer(fields, rows, Layer { base, kind }), reading))
}

fn rows_of(table: &Table) -> Vec<usize> {
    (0..table.parts()).map(|part| table.rows_in(part)).collect()
}

fn derive(base: Arc<PolarsEngine>, derived: &Derived) -> Result<Arc<PolarsEngine>, EngineError> {
    let name = derived.name.trim();
    if name.is_empty() {
        return Err(EngineError::request("A derived column needs a name.", "Give it one."));
    }
    if base.schema.get(name).is_some() {
        return Err(EngineError::request(format!("There is a column \"{name}\" already."), "Give it another name."));
    }
    let planned = sql::plan(&base, &derived.sql)?;
    let empty = guarded("The derived column can't be made", || plain(&Column::from(planned.empty()), &mut Vec::new()))?;
    let dtype = if *empty.dtype() == DataType::Null { DataType::String } else { empty.dtype().clone() };
    let mut fields = base.table.fields().to_vec();
    fields.push((name.to_owned(), dtype.clone()));
    let rows = rows_of(&base.table);
    // One number for the whole table shows only when it is computed; so does a value that can't be converted.
    let layer = above(base, fields, &rows, Kind::Derived { name: name.to_owned(), dtype, planned });
    if layer.rows() > 0 {
        layer.table.gather(&[0], &[name])?;
    }
    Ok(layer)
}

fn choose(base: Arc<PolarsEngine>, condition: &str, ticket: &Ticket) -> Result<Arc<PolarsEngine>, EngineError> {
    let planned = sql::plan_condition(&base, condition)?;
    let work = ticket.begin(Unit::Rows, base.rows() as u64);
    let mut kept: Vec<(usize, Option<IdxCa>)> = Vec::new();
    let mut rows = Vec::new();
    for part in 0..base.table.parts() {
        work.check()?;
        let flags = planned.holds(&base, part, &work)?;
        let inside: Vec<usize> = flags.iter().enumerate().filter(|(_, f)| **f).map(|(i, _)| i).collect();
        work.advance(flags.len() as u64);
        if !inside.is_empty() {
            rows.push(inside.len());
            kept.push((part, (inside.len() < flags.len()).then(|| places(inside.into_iter()))));
        }
    }
    if kept.is_empty() {
        // A table without rows has one part all the same.
        kept.push((0, Some(places(std::iter::empty()))));
        rows.push(0);
    }
    let fields = base.table.fields().to_vec();
    Ok(above(base, fields, &rows, Kind::Rows { planned, kept }))
}

fn sorted(base: Arc<PolarsEngine>, keys: &[SortKey], ticket: &Ticket) -> Result<Arc<PolarsEngine>, EngineError> {
    let order = sort::order(&base, keys, ticket)?;
    let (fields, rows) = (base.table.fields().to_vec(), rows_of(&base.table));
    Ok(above(base, fields, &rows, Kind::Sorted { keys: keys.to_vec(), order }))
}

impl Layer {
    /// The table below.
    pub fn below(&self) -> &Table {
        &self.base.table
    }

    /// Whether pages come in another order than parts.
    pub fn is_sorted(&self) -> bool {
        matches!(self.kind, Kind::Sorted { .. })
    }

    /// Whether a column is handed on as it is, part by part.
    pub fn passes(&self, column: &str) -> bool {
        match &self.kind {
            Kind::Derived { name, .. } => name != column,
            Kind::Rows { .. } => false,
            Kind::Sorted { .. } => true,
        }
    }

    /// Some columns of a part.
    ///
    /// # Errors
    /// When the table below can't be read, or a derived column can't be computed.
    pub fn read(&self, part: usize, names: &[&str]) -> Result<DataFrame, EngineError> {
        let one = |name: &&str| -> Result<Column, EngineError> {
            match &self.kind {
                Kind::Derived { name: own, dtype, planned } if own == name => {
                    settled(own, dtype, planned.on(&self.base, part, &Ticket::default())?.into())
                }
                Kind::Rows { kept, .. } => {
                    let (below, rows) = kept.get(part).ok_or_else(gone)?;
                    let series = self.below().glimpse(*below, name)?;
                    match rows {
                        Some(rows) => series.take(rows).map(Column::from).map_err(|e| broken(&e)),
                        None => Ok(series.into()),
                    }
                }
                _ => self.below().series(part, name).map(Column::from),
            }
        };
        let columns: Vec<Column> = names.iter().map(one).collect::<Result<_, _>>()?;
        frame_of(columns.first().map_or(0, Column::len), columns)
    }

    /// Some columns of some rows of `table`, which this layer is of.
    ///
    /// # Errors
    /// As [`Layer::read`].
    pub fn gather(&self, table: &Table, rows: &[usize], names: &[&str]) -> Result<DataFrame, EngineError> {
        match &self.kind {
            Kind::Derived { name, dtype, planned } => self.derived(table, rows, names, (name, dtype, planned)),
            Kind::Rows { kept, .. } => {
                let below = |row: &usize| {
                    let (part, place) = table.place(*row);
                    let (part, inside) = kept.get(part).ok_or_else(gone)?;
                    let place = match inside {
                        Some(inside) => inside.get(place).map(|p| p as usize).ok_or_else(gone)?,
                        None => place,
                    };
                    Ok(self.below().start(*part) + place)
                };
                let rows: Vec<usize> = rows.iter().map(below).collect::<Result<_, EngineError>>()?;
                self.below().gather(&rows, names)
            }
            Kind::Sorted { order, .. } => {
                let rows: Vec<usize> =
                    order.at(rows)?.into_iter().map(|row| row.ok_or_else(gone)).collect::<Result<_, EngineError>>()?;
                let found = self.below().gather(&rows, names);
                order.go_on();
                found
            }
        }
    }

    fn derived(
        &self,
        table: &Table,
        rows: &[usize],
        names: &[&str],
        (own, dtype, planned): (&String, &DataType, &Planned),
    ) -> Result<DataFrame, EngineError> {
        let others: Vec<&str> = names.iter().copied().filter(|n| n != own).collect();
        let mut below: Vec<&str> = others.clone();
        if names.contains(&own.as_str()) {
            if !planned.is_by_row() {
                // The value hangs on other rows too: whole parts are computed, and kept.
                let mut frame = self.below().gather(rows, &others)?;
                let column = table.scattered(rows, &[own.as_str()])?.column(own).cloned().map_err(|e| broken(&e))?;
                let height = rows.len();
                let mut columns: Vec<Column> = frame_columns(&mut frame);
                columns.push(column);
                return in_order(height, columns, names);
            }
            let more: Vec<&str> =
                planned.columns().iter().map(String::as_str).filter(|c| !others.contains(c)).collect();
            below.extend(more);
        }
        let mut frame = self.below().gather(rows, &below)?;
        let mut columns = Vec::new();
        if names.contains(&own.as_str()) {
            let column = if planned.columns().is_empty() {
                // A constant needs no column, and a frame without columns has no rows.
                let one = planned
                    .on_rows(DataFrame::new(1, vec![Column::new("one".into(), [1i64])]).map_err(|e| broken(&e))?)?;
                one.new_from_index(0, rows.len())
            } else {
                let names: Vec<&str> = planned.columns().iter().map(String::as_str).collect();
                planned.on_rows(frame.select(names).map_err(|e| broken(&e))?)?
            };
            columns.push(settled(own, dtype, column.into())?);
        }
        columns.extend(frame_columns(&mut frame));
        in_order(rows.len(), columns, names)
    }

    /// The rows for whole queries, in the view's order.
    ///
    /// # Errors
    /// When the table below can't be scanned.
    pub fn lazy(&self) -> Result<LazyFrame, EngineError> {
        let rows = self.below().lazy()?;
        match &self.kind {
            Kind::Derived { name, dtype, planned } => {
                Ok(planned.beside(rows, name)?.with_columns([col(name.as_str()).cast(dtype.clone())]))
            }
            Kind::Rows { planned, .. } if planned.dtype == DataType::Null => Ok(rows.filter(lit(false))),
            Kind::Rows { planned, .. } => {
                const KEPT: &str = "whyboard kept";
                let names: Vec<_> = self.below().names().map(col).collect();
                Ok(planned.beside(rows, KEPT)?.filter(col(KEPT)).select(names))
            }
            Kind::Sorted { keys, .. } => {
                let names: Vec<_> = keys.iter().map(|k| k.column.as_str()).collect();
                let options = SortMultipleOptions::new()
                    .with_order_descending_multi(keys.iter().map(|k| k.descending))
                    .with_nulls_last(true)
                    .with_maintain_order(true);
                Ok(rows.sort(names, options))
            }
        }
    }
}

fn frame_columns(frame: &mut DataFrame) -> Vec<Column> {
    std::mem::take(frame).into_columns()
}

fn in_order(rows: usize, columns: Vec<Column>, names: &[&str]) -> Result<DataFrame, EngineError> {
    frame_of(rows, columns)?.select(names.iter().copied()).map_err(|e| broken(&e))
}

/// A derived column in the type that was settled when the view was made.
fn settled(name: &str, dtype: &DataType, column: Column) -> Result<Column, EngineError> {
    let column = column.with_name(name.into());
    guarded("The derived column can't be made", || {
        let column = plain(&column, &mut Vec::new())?;
        if column.dtype() == dtype { Ok(column) } else { column.cast(dtype) }
    })
}

fn gone() -> EngineError {
    EngineError::request("That row is not in the view any more.", "Look again.")
}

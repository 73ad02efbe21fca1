//! The rows of a table, in parts that are read when they are needed.
//!
//! A small table lies in memory as one part. A large one stays on disk: a Parquet file is read where it lies, anything
//! else from a columnar copy of it ([`super::cache`]). Columns of parts that were read are kept while there is room,
//! so that memory stays bounded whatever the size of the table.

mod gather;
mod parquet;
mod recent;
mod walk;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use ::polars::prelude::{
    Column, DataFrame, DataType, Field, IntoLazy, LazyFrame, NamedFrom, PolarsError, Schema as Fields, Series,
};

use super::cache::Folder;
use super::fixes::Coat;
use super::view::Layer;
use super::{broken, cells, guarded};
use crate::engine::EngineError;
use crate::query::{Cell, ColumnInfo, Page, Schema};

pub use gather::{frame_of, places};
pub use parquet::ParquetParts;
use recent::Recent;

/// Columns of parts that were read take at most this many bytes.
const ROOM: usize = 192 << 20;
/// Rows in a part, where this program cuts them.
pub const PART: usize = 1 << 18;

/// A table.
pub struct Table {
    /// Names and types, in order.
    fields: Vec<(String, DataType)>,
    /// First row of each part, and the number of rows behind the last one.
    starts: Vec<usize>,
    store: Store,
    recent: Mutex<Recent>,
}

enum Store {
    Memory(DataFrame),
    Files(Arc<Folder>),
    Parquet(ParquetParts),
    Layer(Layer),
    /// Another table with a repair.
    Coat(Coat),
    /// Tables one after another, each with the values of its folders.
    Several(Vec<Member>),
}

/// A table with columns of which it has one value.
pub type Keyed = (Arc<Table>, Vec<(String, String)>);

/// One of several tables.
struct Member {
    table: Arc<Table>,
    /// Columns of which it has one value.
    keys: Vec<(String, String)>,
    /// Its first part among those of all.
    first_part: usize,
}

impl Table {
    /// A table in memory.
    pub fn memory(frame: DataFrame) -> Self {
        let fields = frame.columns().iter().map(|c| (c.name().to_string(), c.dtype().clone())).collect();
        Self::new(fields, vec![0, frame.height()], Store::Memory(frame))
    }

    /// Tables one after another, with the columns and types that hold them all; each with columns of which it has one
    /// value.
    pub fn several(fields: Vec<(String, DataType)>, tables: Vec<Keyed>) -> Self {
        let mut rows: Vec<usize> = Vec::new();
        let mut members = Vec::with_capacity(tables.len());
        for (table, keys) in tables {
            let first_part = rows.len();
            rows.extend((0..table.parts()).map(|part| table.rows_in(part)));
            members.push(Member { table, keys, first_part });
        }
        Self::new(fields, starts(&rows), Store::Several(members))
    }

    /// A table in a folder of the cache.
    pub fn files(fields: Vec<(String, DataType)>, rows: &[usize], folder: Arc<Folder>) -> Self {
        Self::new(fields, starts(rows), Store::Files(folder))
    }

    /// A Parquet file that is read where it lies.
    pub fn parquet(parts: ParquetParts) -> Self {
        let (fields, starts) = (parts.fields().to_vec(), starts(&parts.rows()));
        Self::new(fields, starts, Store::Parquet(parts))
    }

    /// Another table seen through a layer of a view; the rows of each part are given.
    pub fn layer(fields: Vec<(String, DataType)>, rows: &[usize], layer: Layer) -> Self {
        Self::new(fields, starts(rows), Store::Layer(layer))
    }

    /// Another table with a repair; the rows of each part are given.
    pub fn coat(fields: Vec<(String, DataType)>, rows: &[usize], coat: Coat) -> Self {
        Self::new(fields, starts(rows), Store::Coat(coat))
    }

    /// Whether all of it lies in memory.
    pub fn is_in_memory(&self) -> bool {
        matches!(self.store, Store::Memory(_))
    }

    /// Names and types, in order.
    pub fn fields(&self) -> &[(String, DataType)] {
        &self.fields
    }

    fn new(fields: Vec<(String, DataType)>, starts: Vec<usize>, store: Store) -> Self {
        Self { fields, starts, store, recent: Mutex::new(Recent::new(ROOM)) }
    }

    /// Rows in all.
    pub fn rows(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// Number of parts.
    pub fn parts(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// First row of a part.
    pub fn start(&self, part: usize) -> usize {
        self.starts.get(part).copied().unwrap_or(0)
    }

    /// Rows of a part.
    pub fn rows_in(&self, part: usize) -> usize {
        self.start(part + 1).saturating_sub(self.start(part))
    }

    /// The part that holds a row, and the row's place in it.
    pub fn place(&self, row: usize) -> (usize, usize) {
        let part = self.starts.partition_point(|s| *s <= row).saturating_sub(1).min(self.parts().saturating_sub(1));
        (part, row.saturating_sub(self.start(part)))
    }

    /// The columns as the layers above see them.
    pub fn schema(&self) -> Schema {
        let info =
            |(name, dtype): &(String, DataType)| ColumnInfo { name: name.clone(), dtype: cells::value_type(dtype) };
        Schema { columns: self.fields.iter().map(info).collect() }
    }

    /// The type of a column.
    pub fn dtype(&self, name: &str) -> Option<&DataType> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, t)| t)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(n, _)| n.as_str())
    }

    /// The columns without any row, to check expressions against.
    pub fn without_rows(&self) -> DataFrame {
        let fields: Fields = self.fields.iter().map(|(n, t)| Field::new(n.as_str().into(), t.clone())).collect();
        DataFrame::empty_with_schema(&fields)
    }

    /// A column of a part.
    ///
    /// # Errors
    /// When the file can no longer be read.
    pub fn series(&self, part: usize, name: &str) -> Result<Series, EngineError> {
        let mut found = self.columns(part, &[name])?;
        found.pop().map(|c| c.take_materialized_series()).ok_or_else(|| missing(name))
    }

    /// A column of a part for one look: it is not kept, so that a walk through a large table does not crowd out what is
    /// used again.
    ///
    /// # Errors
    /// As [`Table::series`].
    pub fn glimpse(&self, part: usize, name: &str) -> Result<Series, EngineError> {
        if matches!(self.store, Store::Memory(_)) || self.is_recent(part, &[name]) {
            return self.series(part, name);
        }
        if let Some(below) = self.below(name) {
            return below.glimpse(part, name);
        }
        let read = self.read(part, &[name])?;
        read.column(name).map(|c| c.as_materialized_series().clone()).map_err(|_| missing(name))
    }

    /// Some columns of a part, in the order asked; the table must have them.
    ///
    /// # Errors
    /// As [`Table::series`].
    pub fn frame(&self, part: usize, names: &[&str]) -> Result<DataFrame, EngineError> {
        let columns = self.columns(part, names)?;
        DataFrame::new(self.rows_in(part), columns).map_err(|e| broken(&e))
    }

    fn columns(&self, part: usize, names: &[&str]) -> Result<Vec<Column>, EngineError> {
        if let Store::Memory(frame) = &self.store {
            return names.iter().map(|n| frame.column(n).cloned().map_err(|_| missing(n))).collect();
        }
        if let Store::Layer(layer) = &self.store
            && names.iter().any(|n| layer.passes(n))
        {
            // What the layer does not change is kept by the table below.
            return names.iter().map(|n| self.through(layer, part, n)).collect();
        }
        let mut found: Vec<Option<Column>> = match self.recent.lock() {
            Ok(mut recent) => names.iter().map(|n| recent.get(part, n)).collect(),
            Err(_) => vec![None; names.len()],
        };
        let wanted: Vec<&str> = names.iter().zip(&found).filter(|(_, f)| f.is_none()).map(|(n, _)| *n).collect();
        if !wanted.is_empty() {
            let read = self.read(part, &wanted)?;
            if let Ok(mut recent) = self.recent.lock() {
                for column in read.columns() {
                    recent.put(part, column);
                }
            }
            for (name, slot) in names.iter().zip(&mut found) {
                if slot.is_none() {
                    *slot = Some(read.column(name).cloned().map_err(|_| missing(name))?);
                }
            }
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// The table below, for a column that this one hands on as it is.
    fn below(&self, name: &str) -> Option<&Table> {
        match &self.store {
            Store::Layer(layer) if layer.passes(name) => Some(layer.below()),
            _ => None,
        }
    }

    fn through(&self, layer: &Layer, part: usize, name: &str) -> Result<Column, EngineError> {
        if layer.passes(name) {
            return layer.below().series(part, name).map(Column::from);
        }
        let kept = self.recent.lock().ok().and_then(|mut r| r.get(part, name));
        if let Some(column) = kept {
            return Ok(column);
        }
        let column = self.read(part, &[name])?.column(name).cloned().map_err(|_| missing(name))?;
        if let Ok(mut recent) = self.recent.lock() {
            recent.put(part, &column);
        }
        Ok(column)
    }

    fn read(&self, part: usize, names: &[&str]) -> Result<DataFrame, EngineError> {
        let frame = match &self.store {
            Store::Layer(layer) => layer.read(part, names)?,
            Store::Several(members) => self.of_member(members, part, names)?,
            Store::Coat(coat) => coat.read(part, names)?,
            Store::Memory(frame) => frame.select(names.iter().copied()).map_err(|e| broken(&e))?,
            Store::Files(folder) => folder.read(part, names)?,
            Store::Parquet(parts) => parts.read(part, names)?,
        };
        if frame.height() == self.rows_in(part) {
            Ok(frame)
        } else {
            Err(EngineError::input("The table's file has changed on disk.", "Open it again."))
        }
    }

    /// Columns of a part of one of several tables, in the types that hold them all.
    fn of_member(&self, members: &[Member], part: usize, names: &[&str]) -> Result<DataFrame, EngineError> {
        let at = members.partition_point(|m| m.first_part <= part).saturating_sub(1);
        let Some(member) = members.get(at) else { return Err(missing("")) };
        let rows = self.rows_in(part);
        let there: Vec<&str> = names.iter().copied().filter(|n| member.table.dtype(n).is_some()).collect();
        let found = member.table.columns(part - member.first_part, &there)?;
        let mut columns: Vec<Column> = Vec::with_capacity(names.len());
        for name in names {
            let dtype = self.dtype(name).ok_or_else(|| missing(name))?;
            let column = match found.iter().find(|c| c.name().as_str() == *name) {
                Some(column) if column.dtype() == dtype => column.clone(),
                Some(column) => column.cast(dtype).map_err(|e| broken(&e))?,
                None => match member.keys.iter().find(|(k, _)| k == name) {
                    Some((_, value)) => {
                        let text = Series::new((*name).into(), vec![value.as_str()]);
                        Column::from(text.cast(dtype).map_err(|e| broken(&e))?.new_from_index(0, rows))
                    }
                    None => Column::full_null((*name).into(), rows, dtype),
                },
            };
            columns.push(column);
        }
        DataFrame::new(rows, columns).map_err(|e| broken(&e))
    }

    /// A whole column. For what can't be computed part by part; it is not kept.
    ///
    /// # Errors
    /// As [`Table::series`].
    pub fn whole(&self, name: &str) -> Result<Series, EngineError> {
        if let Store::Memory(frame) = &self.store {
            return frame.column(name).map(|c| c.as_materialized_series().clone()).map_err(|_| missing(name));
        }
        let mut out = Series::new_empty(name.into(), self.dtype(name).ok_or_else(|| missing(name))?);
        for part in 0..self.parts() {
            out.append(&self.series(part, name)?).map_err(|e| broken(&e))?;
        }
        Ok(out.rechunk())
    }

    /// Some whole columns.
    ///
    /// # Errors
    /// As [`Table::series`].
    pub fn wholes(&self, names: &[&str]) -> Result<DataFrame, EngineError> {
        let columns = names.iter().map(|n| self.whole(n).map(Column::from)).collect::<Result<Vec<_>, _>>()?;
        DataFrame::new(self.rows(), columns).map_err(|e| broken(&e))
    }

    /// One value.
    pub fn cell(&self, name: &str, row: usize) -> Cell {
        let (part, place) = self.place(row);
        let Ok(series) = self.series(part, name) else { return Cell::Null };
        series.get(place).map_or(Cell::Null, |v| cells::cell(&v))
    }

    /// One row with nothing cut.
    ///
    /// # Errors
    /// As [`Table::series`]; also for a row that is not there.
    pub fn row(&self, row: u64) -> Result<Vec<Cell>, EngineError> {
        let at = usize::try_from(row).ok().filter(|r| *r < self.rows());
        let at = at.ok_or_else(|| crate::engine::pages::no_row(row, self.rows() as u64))?;
        let (part, place) = self.place(at);
        let names: Vec<&str> = self.names().collect();
        let frame = match &self.store {
            Store::Layer(_) => self.gather(&[at], &names)?,
            Store::Parquet(parts) if !self.is_recent(part, &names) => parts.slice(part, place, 1, &names)?,
            _ => self.frame(part, &names)?.slice(i64::try_from(place).unwrap_or(i64::MAX), 1),
        };
        frame.columns().iter().map(|c| c.get(0).map(|v| cells::cell(&v)).map_err(|e| broken(&e))).collect()
    }

    /// Rows from `start`, as many as there are up to `len`; with only some columns (places in the schema) where they are
    /// named.
    ///
    /// # Errors
    /// As [`Table::series`].
    pub fn page(&self, start: u64, len: usize, columns: Option<&[usize]>) -> Result<Page, EngineError> {
        let first = usize::try_from(start).unwrap_or(usize::MAX).min(self.rows());
        let end = first.saturating_add(len).min(self.rows());
        let names: Vec<&str> = match columns {
            None => self.names().collect(),
            Some(places) => places.iter().filter_map(|i| Some(self.fields.get(*i)?.0.as_str())).collect(),
        };
        let columns = columns.map(<[usize]>::to_vec);
        if matches!(self.store, Store::Layer(_)) {
            let wanted: Vec<usize> = (first..end).collect();
            let frame = self.gather(&wanted, &names)?;
            return Ok(Page { start: first as u64, rows: cells::page(&frame, 0, wanted.len())?.rows, columns });
        }
        let (mut rows, mut at) = (Vec::with_capacity(end - first), first);
        while at < end {
            let (part, place) = self.place(at);
            let count = (self.rows_in(part) - place).min(end - at);
            let frame = match &self.store {
                Store::Parquet(parts) if !self.is_recent(part, &names) => parts.slice(part, place, count, &names)?,
                _ => self.frame(part, &names)?.slice(i64::try_from(place).unwrap_or(i64::MAX), count),
            };
            rows.extend(cells::page(&frame, 0, count)?.rows);
            at += count;
        }
        Ok(Page { start: first as u64, rows, columns })
    }

    /// Whether all these columns of a part are at hand.
    fn is_recent(&self, part: usize, names: &[&str]) -> bool {
        self.recent.lock().is_ok_and(|mut r| names.iter().all(|n| r.get(part, n).is_some()))
    }

    /// The table for whole queries; nothing is read until the query runs.
    ///
    /// # Errors
    /// When the files can't be scanned.
    pub fn lazy(&self) -> Result<LazyFrame, EngineError> {
        match &self.store {
            Store::Memory(frame) => Ok(frame.clone().lazy()),
            Store::Files(folder) => guarded("The table can't be read", || scan(&folder.paths(self.parts()))),
            Store::Parquet(parts) => guarded("The table can't be read", || parts.scan()),
            Store::Layer(layer) => layer.lazy(),
            // Whole queries need whole columns of one type each.
            Store::Several(_) | Store::Coat(_) => {
                let names: Vec<&str> = self.names().collect();
                Ok(self.wholes(&names)?.lazy())
            }
        }
    }
}

fn scan(paths: &[PathBuf]) -> Result<LazyFrame, PolarsError> {
    use ::polars::prelude::{IpcScanOptions, PlRefPath, ScanSources, UnifiedScanArgs};
    let paths = paths.iter().map(|p| PlRefPath::try_from_path(p)).collect::<Result<Vec<_>, _>>()?;
    let sources = ScanSources::Paths(paths.into_iter().collect());
    LazyFrame::scan_ipc_sources(
        sources,
        IpcScanOptions::default(),
        UnifiedScanArgs { glob: false, ..Default::default() },
    )
}

fn starts(rows: &[usize]) -> Vec<usize> {
    let mut total = 0;
    let mut out = vec![0];
    out.extend(rows.iter().map(|n| {
        total += n;
        total
    }));
    out
}

fn missing(name: &str) -> EngineError {
    EngineError::request(format!("There is no column \"{name}\"."), "Check the names of the columns.")
}

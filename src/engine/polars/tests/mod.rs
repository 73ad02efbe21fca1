//! Behaviour of the whole engine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod asking;
mod find;
mod fixes;
mod hostile;
mod large;
mod reading;
mod real;
mod several;
mod view;
mod ways;
mod workbook;

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::{Engine, EngineError, ReadOptions, Source, Ticket, open};
use crate::query::{Cell, GroupQuery, GroupRow, Key, Sums};

/// A file of the shared folder; `None` (and a message) where that folder is absent.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("WHYBOARD_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = folder.join(name);
    if path.symlink_metadata().is_ok() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there (set WHYBOARD_SHARED)", path.display());
    None
}

/// Opens a path as it is.
pub fn open_path(path: PathBuf) -> Result<Arc<dyn Engine>, EngineError> {
    open(&Source { path, options: ReadOptions::default() }, &Ticket::default())
}

/// Writes content to a file of that name and opens it.
pub fn opened_as(name: &str, content: &[u8], options: ReadOptions) -> Result<Arc<dyn Engine>, EngineError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    open(&Source { path, options }, &Ticket::default())
}

/// Opens a CSV text.
pub fn csv(content: &str) -> Arc<dyn Engine> {
    opened_as("t.csv", content.as_bytes(), ReadOptions::default()).unwrap()
}

/// All rows.
pub fn all(engine: &dyn Engine) -> Vec<Vec<Cell>> {
    engine.page(0, usize::try_from(engine.row_count()).unwrap()).unwrap().rows
}

/// `name:type` of all columns.
pub fn types(engine: &dyn Engine) -> Vec<String> {
    engine.schema().columns.iter().map(|c| format!("{}:{}", c.name, c.dtype.word())).collect()
}

/// Text of a cell.
pub fn t(text: &str) -> Cell {
    Cell::Text(text.into())
}

/// Groups a KPI.
pub fn grouped(engine: &dyn Engine, kpi: Option<&str>, keys: Vec<Key>, unit: Option<&str>) -> Vec<GroupRow> {
    try_grouped(engine, kpi, keys, unit, None).unwrap()
}

/// Groups a KPI, perhaps in vain.
pub fn try_grouped(
    engine: &dyn Engine,
    kpi: Option<&str>,
    keys: Vec<Key>,
    unit: Option<&str>,
    filter: Option<&str>,
) -> Result<Vec<GroupRow>, EngineError> {
    let query = GroupQuery {
        keys,
        kpi: kpi.map(|k| k.parse().unwrap()),
        filter: filter.map(ToOwned::to_owned),
        unit: unit.map(ToOwned::to_owned),
    };
    engine.aggregate(&query, &Ticket::default())
}

/// One row over all.
pub fn total(engine: &dyn Engine, kpi: &str) -> Sums {
    grouped(engine, Some(kpi), vec![], None)[0].sums
}

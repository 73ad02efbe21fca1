//! The order of the rows by some columns: only the keys are held while it is found.
//!
//! What is looked at first are the first rows. Those of one key are picked out of all in a pass that is much faster than
//! sorting; the whole order is found behind them, once they were read.

mod first;

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ::polars::prelude::{Column, DataFrame, DataType, IdxSize, PolarsError, Series, SortMultipleOptions, SortOptions};

use super::super::{PolarsEngine, broken, cells, guarded};
use crate::engine::{EngineError, Ticket, Unit};
use crate::query::{SortKey, ValueType};

/// Keys of more bytes are not held in memory.
const MOST: usize = 3 << 30;
/// How often a running sort looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(20);
/// Texts with fewer different ones than this are sorted by their ranks.
const FEW: usize = 1 << 16;

/// Rows that are picked out before the whole order is known: more than the tallest screens hold. Few in tests, which
/// then see both ways on small tables.
const FIRST: usize = if cfg!(test) { 3 } else { 256 };
/// Smaller tables are sorted before anybody could look.
const LARGE: usize = if cfg!(test) { 4 } else { 1 << 20 };

/// Row numbers in the order of the keys.
pub struct Order {
    rows: usize,
    /// The first of them, where the whole order is found later.
    first: Vec<IdxSize>,
    whole: OnceLock<Vec<IdxSize>>,
    behind: Mutex<Behind>,
}

/// The sorting that goes on behind the first rows.
enum Behind {
    Waiting(Keys),
    Running(Receiver<Result<Vec<IdxSize>, EngineError>>),
    Over,
}

/// The keys of all rows.
struct Keys {
    columns: Vec<Column>,
    descending: Vec<bool>,
    rows: usize,
}

/// The order of the keys: stable, nulls last whichever way, numbers by size, text by its letters' codes, false before
/// true.
pub fn order(engine: &PolarsEngine, keys: &[SortKey], ticket: &Ticket) -> Result<Order, EngineError> {
    let rows = engine.rows();
    // The sorting itself counts as one more pass.
    let work = ticket.begin(Unit::Rows, (rows * (keys.len() + 1)) as u64);
    let keys = read(engine, keys, &work)?;
    let order = Order { rows, first: Vec::new(), whole: OnceLock::new(), behind: Mutex::new(Behind::Over) };
    if let (true, [column], [descending]) = (rows >= LARGE, keys.columns.as_slice(), keys.descending.as_slice())
        && let Some(first) = first::rows(column.as_materialized_series(), *descending, FIRST, &work)?
    {
        return Ok(Order { first, behind: Mutex::new(Behind::Waiting(keys)), ..order });
    }
    // The library can't be stopped while it sorts. Whoever cancels need not wait for it: it ends by itself.
    let result = keys.sort()?;
    let whole = loop {
        match result.recv_timeout(LOOK) {
            Ok(whole) => break whole?,
            Err(RecvTimeoutError::Timeout) => work.check()?,
            Err(RecvTimeoutError::Disconnected) => return Err(broken_off()),
        }
    };
    let _ = order.whole.set(whole);
    work.advance(rows as u64);
    Ok(order)
}

impl Order {
    /// The rows at some places, in the order asked; `None` for one that is not there. Waits for the whole order where
    /// the places are beyond the first rows.
    ///
    /// # Errors
    /// When the rows can't be sorted.
    pub fn at(&self, places: &[usize]) -> Result<Vec<Option<usize>>, EngineError> {
        let of = |order: &[IdxSize]| places.iter().map(|at| order.get(*at).map(|row| *row as usize)).collect();
        if let Some(whole) = self.whole.get() {
            return Ok(of(whole));
        }
        if places.iter().all(|at| *at < self.first.len() || *at >= self.rows) {
            return Ok(of(&self.first));
        }
        self.finish().map(of)
    }

    /// Begins to find the whole order behind what is looked at now.
    pub fn go_on(&self) {
        // Where it is locked, somebody waits for the whole order already.
        let Ok(mut behind) = self.behind.try_lock() else { return };
        if let Behind::Waiting(keys) = &mut *behind {
            let keys = std::mem::replace(keys, Keys { columns: Vec::new(), descending: Vec::new(), rows: 0 });
            *behind = keys.sort().map_or(Behind::Over, Behind::Running);
        }
    }

    fn finish(&self) -> Result<&[IdxSize], EngineError> {
        self.go_on();
        let mut behind = self.behind.lock().unwrap_or_else(PoisonError::into_inner);
        if let Behind::Running(result) = &*behind {
            let whole = result.recv().map_err(|_| broken_off())??;
            let _ = self.whole.set(whole);
            *behind = Behind::Over;
        }
        self.whole.get().map(Vec::as_slice).ok_or_else(broken_off)
    }
}

impl Keys {
    /// Sorts on a thread of its own.
    fn sort(self) -> Result<Receiver<Result<Vec<IdxSize>, EngineError>>, EngineError> {
        let (done, result) = channel();
        let sorter = std::thread::Builder::new().name("polars sort".into());
        let spawned = sorter.spawn(move || {
            let _ = done.send(guarded("The rows can't be sorted", || by(self.columns, self.descending, self.rows)));
        });
        spawned.map_err(|e| EngineError::input(format!("The rows can't be sorted: {e}."), "Try again."))?;
        Ok(result)
    }
}

fn broken_off() -> EngineError {
    EngineError::input("The rows can't be sorted.", "Sort by another column.")
}

/// Reads the keys of all rows.
fn read(engine: &PolarsEngine, keys: &[SortKey], work: &Ticket) -> Result<Keys, EngineError> {
    let rows = engine.rows();
    let mut columns: Vec<Column> = Vec::new();
    let mut held = 0;
    for (i, key) in keys.iter().enumerate() {
        let info = engine.known(&key.column)?;
        if info.dtype == ValueType::Other {
            return Err(EngineError::request(
                format!("{} holds lists or records, which have no order.", key.column),
                "Sort by another column.",
            ));
        }
        let dtype = engine.table.dtype(&key.column).cloned().unwrap_or(DataType::Null);
        if dtype == DataType::String
            && let Some(ranks) = ranks(engine, key, name(i), work)?
        {
            columns.push(ranks);
            work.advance(rows as u64);
            continue;
        }
        let mut all = Series::new_empty(name(i).as_str().into(), &dtype);
        for part in 0..engine.table.parts() {
            work.check()?;
            let series = engine.table.glimpse(part, &key.column)?;
            held += series.estimated_size();
            if held > MOST {
                return Err(too_large(&key.column, rows));
            }
            all.append(&series).map_err(|e| broken(&e))?;
            work.advance(series.len() as u64);
        }
        columns.push(all.rechunk().into());
    }
    Ok(Keys { columns, descending: keys.iter().map(|k| k.descending).collect(), rows })
}

/// Texts with few different ones as their ranks, which sort much faster and take less room; `None` where there are many.
fn ranks(engine: &PolarsEngine, key: &SortKey, name: String, ticket: &Ticket) -> Result<Option<Column>, EngineError> {
    let mut known: HashMap<String, u32> = HashMap::new();
    let mut codes: Vec<Option<u32>> = Vec::with_capacity(engine.rows());
    for part in 0..engine.table.parts() {
        ticket.check()?;
        let series = engine.table.glimpse(part, &key.column)?;
        let texts = series.str().map_err(|e| broken(&e))?;
        for text in texts.iter() {
            let code = match text {
                None => None,
                Some(text) => match known.get(text) {
                    Some(code) => Some(*code),
                    None if known.len() >= FEW => return Ok(None),
                    None => {
                        let code = u32::try_from(known.len()).unwrap_or(u32::MAX);
                        known.insert(text.to_owned(), code);
                        Some(code)
                    }
                },
            };
            codes.push(code);
        }
    }
    let mut texts: Vec<(&str, u32)> = known.iter().map(|(text, code)| (text.as_str(), *code)).collect();
    texts.sort_unstable();
    let mut rank = vec![0u32; texts.len()];
    for (place, (_, code)) in (0u32..).zip(texts) {
        if let Some(slot) = rank.get_mut(code as usize) {
            *slot = place;
        }
    }
    for code in codes.iter_mut().flatten() {
        *code = rank.get(*code as usize).copied().unwrap_or(0);
    }
    Ok(Some(Column::new(name.into(), codes)))
}

fn name(key: usize) -> String {
    format!("key {key}")
}

fn too_large(column: &str, rows: usize) -> EngineError {
    let word = cells::value_type(&DataType::String).word();
    EngineError::request(
        format!("Sorting {rows} rows by {column} needs more memory than there is room for."),
        format!("Filter the rows first, or sort by a number or a date instead of {word}."),
    )
}

fn by(mut columns: Vec<Column>, descending: Vec<bool>, rows: usize) -> Result<Vec<IdxSize>, PolarsError> {
    if let [column] = columns.as_slice() {
        let options = SortOptions::default()
            .with_order_descending(descending.first().copied().unwrap_or(false))
            .with_nulls_last(true)
            .with_maintain_order(true);
        return Ok(column.as_materialized_series().arg_sort(options).into_no_null_iter().collect());
    }
    let names: Vec<String> = (0..columns.len()).map(name).collect();
    let numbers: Vec<IdxSize> = (0..rows).map(|r| IdxSize::try_from(r).unwrap_or(IdxSize::MAX)).collect();
    columns.push(Column::new("row".into(), numbers));
    let options = SortMultipleOptions::new()
        .with_order_descending_multi(descending)
        .with_nulls_last(true)
        .with_maintain_order(true);
    let sorted = DataFrame::new(rows, columns)?.sort(names, options)?;
    Ok(sorted.column("row")?.idx()?.into_no_null_iter().collect())
}

//! What identifies a table: the file's digest, and a hash of its rows in whatever order they stand.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ::polars::prelude::{DataType, Series};
use sha2::{Digest, Sha256};

use super::{PolarsEngine, cells, codes, open, sql};
use crate::engine::{EngineError, Fingerprint, Ticket, Unit};
use crate::query::Cell;

/// Reads the files once more for their digest, and hashes the table.
pub fn run(engine: &PolarsEngine, ticket: &Ticket) -> Result<Fingerprint, EngineError> {
    ticket.check()?;
    let mut files = Vec::new();
    for path in &engine.paths {
        let (file, size) = open::regular(path)?;
        files.push((path, file, size));
    }
    let bytes: u64 = files.iter().map(|(.., size)| size).sum();
    let work = ticket.begin(Unit::Steps, bytes + engine.rows() as u64);
    let mut sha = Sha256::new();
    for (path, file, _) in files {
        digest(file, path, &mut sha, &work)?;
    }
    let sha256_16 = sha.finalize().iter().take(8).map(|b| format!("{b:02x}")).collect();
    let names: Vec<String> = engine.table.names().map(str::to_owned).collect();
    let mut nulls = vec![0u64; names.len()];
    let mut time: Option<(usize, Cell, Cell)> = None;
    let mut all = 0u64;
    for part in 0..engine.table.parts() {
        let mut hashes = vec![0u64; engine.table.rows_in(part)];
        for (i, name) in names.iter().enumerate() {
            work.check()?;
            let series = engine.table.glimpse(part, name)?;
            add_column(&series, &mut hashes, &work)?;
            let missing = series.null_count() as u64;
            if let Some(n) = nulls.get_mut(i) {
                *n += missing;
            }
            let first = time.as_ref().is_none_or(|(column, ..)| i <= *column);
            if first && cells::value_type(series.dtype()).is_temporal() && missing < series.len() as u64 {
                time = widened(time, i, &series);
            }
        }
        all = hashes.iter().fold(all, |sum, h| sum.wrapping_add(mix(*h)));
        work.advance(engine.table.rows_in(part) as u64);
    }
    Ok(Fingerprint {
        bytes,
        sha256_16,
        rows: engine.rows() as u64,
        order_free_hash: format!("{all:016x}"),
        nulls: names.into_iter().zip(nulls).filter(|(_, n)| *n > 0).collect(),
        time_range: time.map(|(_, low, high)| (low.to_string(), high.to_string())),
    })
}

/// The time range with a part of the column `i` added; an earlier column takes the place of a later one.
fn widened(time: Option<(usize, Cell, Cell)>, i: usize, series: &Series) -> Option<(usize, Cell, Cell)> {
    let (Ok(low), Ok(high)) = (series.min_reduce(), series.max_reduce()) else { return time };
    let (low, high) = (cells::cell(low.value()), cells::cell(high.value()));
    // ISO dates and moments are in order as text.
    Some(match time {
        Some((column, a, b)) if column == i => (
            i,
            if low.to_string() < a.to_string() { low } else { a },
            if high.to_string() > b.to_string() { high } else { b },
        ),
        _ => (i, low, high),
    })
}

fn digest(mut file: File, path: &Path, sha: &mut Sha256, ticket: &Ticket) -> Result<(), EngineError> {
    let mut buffer = vec![0u8; 1 << 20];
    loop {
        ticket.check()?;
        let got = file.read(&mut buffer).map_err(|e| {
            EngineError::input(format!("{} can't be read any more: {e}.", path.display()), "Check the disk.")
        })?;
        if got == 0 {
            return Ok(());
        }
        sha.update(buffer.get(..got).unwrap_or_default());
        ticket.advance(got as u64);
    }
}

/// Mixes a column's values into the hash of each row. Values of one column and row give the same whatever the file's
/// format was, as long as the types agree.
pub fn add_column(series: &Series, hashes: &mut [u64], ticket: &Ticket) -> Result<(), EngineError> {
    let mut add = |row: usize, value: u64| -> Result<(), EngineError> {
        if row.is_multiple_of(codes::STRIDE) {
            ticket.check()?;
        }
        if let Some(hash) = hashes.get_mut(row) {
            *hash = mix(*hash ^ value);
        }
        Ok(())
    };
    let bad = |e: ::polars::prelude::PolarsError| super::broken(&e);
    match series.dtype() {
        DataType::String => {
            for (row, text) in series.str().map_err(bad)?.iter().enumerate() {
                add(row, text.map_or(NOTHING, text_hash))?;
            }
        }
        DataType::Int64 => {
            for (row, x) in series.i64().map_err(bad)?.iter().enumerate() {
                add(row, x.map_or(NOTHING, int_hash))?;
            }
        }
        DataType::Float64 => {
            for (row, x) in series.f64().map_err(bad)?.iter().enumerate() {
                add(row, x.map_or(NOTHING, float_hash))?;
            }
        }
        _ => {
            for row in 0..series.len() {
                add(row, cell_hash(&sql::cell_at(series, row)))?;
            }
        }
    }
    Ok(())
}

const NOTHING: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stable hash of a value.
pub fn cell_hash(cell: &Cell) -> u64 {
    match cell {
        Cell::Null => NOTHING,
        Cell::Bool(b) => mix(2 + u64::from(*b)),
        Cell::Int(x) => int_hash(*x),
        Cell::Float(x) => float_hash(*x),
        Cell::Text(t) => text_hash(t),
    }
}

fn int_hash(x: i64) -> u64 {
    mix(u64::from_le_bytes(x.to_le_bytes()) ^ 0x51_7c_c1_b7_27_22_0a_95)
}

/// Whole numbers hash as such, so that a column read as 1 or 1.0 is the same.
fn float_hash(x: f64) -> u64 {
    #[allow(clippy::cast_possible_truncation)]
    if x.is_nan() {
        NOTHING ^ 1
    } else if x.fract() == 0.0 && x.abs() < 9e15 {
        int_hash(x as i64)
    } else {
        mix(x.to_bits() ^ 0xc2b2_ae3d_27d4_eb4f)
    }
}

/// FNV-1a over the bytes (Fowler, Noll, Vo), mixed.
fn text_hash(text: &str) -> u64 {
    mix(text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)))
}

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
#[inline]
pub fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

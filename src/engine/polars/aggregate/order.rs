//! The order of key values.

use std::cmp::Ordering;

use crate::query::Cell;

use super::keys::OTHER;

/// False before true, numbers by size, text in character order, then the group of the others, nulls last.
pub fn compare(a: &Cell, b: &Cell) -> Ordering {
    rank(a).cmp(&rank(b)).then_with(|| match (a, b) {
        (Cell::Bool(x), Cell::Bool(y)) => x.cmp(y),
        (Cell::Int(x), Cell::Int(y)) => x.cmp(y),
        (Cell::Text(x), Cell::Text(y)) => x.cmp(y),
        _ => a.as_f64().unwrap_or(f64::NAN).total_cmp(&b.as_f64().unwrap_or(f64::NAN)),
    })
}

fn rank(cell: &Cell) -> u8 {
    match cell {
        Cell::Bool(_) => 0,
        Cell::Int(_) | Cell::Float(_) => 1,
        Cell::Text(t) if t == OTHER => 3,
        Cell::Text(_) => 2,
        Cell::Null => 4,
    }
}

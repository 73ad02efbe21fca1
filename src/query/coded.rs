//! Columns as small numbers, for dense counting.

use serde::{Deserialize, Serialize};

use super::{Cell, Key, Kpi};

/// Asks for columns as codes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CodingRequest {
    /// The keys, each with its bins.
    pub keys: Vec<Key>,
    /// The KPI; rows of which it is unknown are left out.
    pub kpi: Kpi,
    /// A SQL condition besides the KPI's own.
    pub filter: Option<String>,
    /// The independent unit; without one each row is its own.
    pub unit: Option<String>,
}

/// Hashed buckets of units.
pub const UNIT_BUCKETS: usize = 50;

/// One column as codes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CodedColumn {
    /// The value of each code, at most 255.
    pub values: Vec<Cell>,
    /// One for each row.
    pub codes: Vec<u8>,
}

/// Columns as codes, with each row's KPI numerator y, denominator d and bucket of units. All columns have one entry a
/// row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CodedTable {
    /// The columns, in the order asked.
    pub columns: Vec<CodedColumn>,
    /// Numerators.
    pub y: Vec<f64>,
    /// Denominators; empty where all are 1.
    pub d: Vec<f64>,
    /// Buckets, below [`UNIT_BUCKETS`].
    pub buckets: Vec<u8>,
    /// Rows that the conditions leave but whose KPI is unknown.
    pub unknown: u64,
}

impl CodedTable {
    /// Rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.y.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.y.is_empty()
    }

    /// The denominator of a row.
    #[must_use]
    pub fn d(&self, row: usize) -> f64 {
        self.d.get(row).copied().unwrap_or(1.0)
    }
}

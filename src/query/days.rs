//! Which days a time column covers.

use serde::{Deserialize, Serialize};

use super::Every;

/// Steps in a row without a row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The first step that is missing.
    pub from: String,
    /// The last one.
    pub to: String,
    /// How many.
    pub steps: u64,
}

/// How a time column covers its span.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeCover {
    /// The column.
    pub column: String,
    /// Days, or hours where all rows lie within two days.
    pub every: Every,
    /// The first step with a row.
    pub first: String,
    /// The last one.
    pub last: String,
    /// Steps with rows.
    pub present: u64,
    /// Steps between the first and the last without any.
    pub missing: u64,
    /// The longest gaps, the longest first.
    pub gaps: Vec<Gap>,
    /// Rows in equal stretches of the span, from the first to the last.
    pub rows: Vec<u64>,
}

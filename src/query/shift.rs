//! How columns are shaped in some rows against others.

use serde::{Deserialize, Serialize};

use super::{Cell, Estimate, ValueType};

/// Asks in which columns two groups of rows differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShiftRequest {
    /// The rows in question, a SQL condition.
    pub a: String,
    /// The rows that they are held against, a SQL condition; absent means all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<String>,
    /// A SQL condition on the rows of both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The independent unit's column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// One bin of a column, or one of its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShiftBin {
    /// `Month-to-month`, `(12, 29]`, `other`, `null`.
    pub value: Cell,
    /// Rows on both sides.
    pub n: (u64, u64),
}

/// The value whose share differs most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MovedShare {
    /// The value.
    pub value: Cell,
    /// Its share of the known values on both sides.
    pub share: (f64, f64),
}

/// A column on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnShift {
    /// Name.
    pub name: String,
    /// Type.
    pub dtype: ValueType,
    /// The conditions name it: that it differs says nothing.
    pub own: bool,
    /// Missing values on both sides.
    pub nulls: (u64, u64),
    /// Of a number: its means.
    pub mean: Option<(Option<f64>, Option<f64>)>,
    /// Of anything else with groups: the value whose share differs most.
    pub moved: Option<MovedShare>,
    /// A − B of the means, or of the shares of that value.
    pub difference: Estimate,
    /// The population stability index over bins, values and empty cells.
    pub psi: Estimate,
    /// Numbers and times in their order, others by rows, `other` and null last.
    pub bins: Vec<ShiftBin>,
}

/// How columns differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShiftResult {
    /// Rows on both sides.
    pub n: (u64, u64),
    /// Columns, the largest index first; those that the conditions name come last.
    pub columns: Vec<ColumnShift>,
    /// Remarks.
    pub notes: Vec<String>,
}

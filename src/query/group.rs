//! Grouped aggregates: the one request from which all statistics are computed.

use serde::{Deserialize, Serialize};

use super::{Cell, Kpi};

/// A calendar step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// One hour.
    Hour,
    /// One day.
    Day,
    /// One week, from Monday.
    Week,
    /// One month.
    Month,
    /// One quarter.
    Quarter,
    /// One year.
    Year,
}

impl Every {
    /// The step in one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

/// How the values of a key are put into groups. Nulls are always a group of their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyBin {
    /// Each distinct value.
    Value,
    /// The `n` most frequent values, the rest as one group named `other`.
    Top(usize),
    /// Right-closed bins at these inner edges, ascending: `(-∞, e0], (e0, e1], … (e_last, ∞)`.
    /// The key comes back as `Cell::Int(bin number)`.
    Edges(Vec<f64>),
    /// Calendar steps; the key comes back as the ISO start of the step.
    Every(Every),
    /// A stable hash of the value into this many buckets (`Cell::Int`), for resampling by unit.
    Bucket(u16),
}

/// One key to group by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// A column name (`column: true`) or a SQL expression.
    pub expr: String,
    /// Whether `expr` is the exact name of a column rather than SQL.
    pub column: bool,
    /// How values become groups.
    pub bin: KeyBin,
}

impl Key {
    /// Groups by each value of a column.
    #[must_use]
    pub fn column(name: impl Into<String>) -> Self {
        Self { expr: name.into(), column: true, bin: KeyBin::Value }
    }

    /// Groups by the values of a SQL expression, for example a condition.
    #[must_use]
    pub fn sql(expr: impl Into<String>) -> Self {
        Self { expr: expr.into(), column: false, bin: KeyBin::Value }
    }

    /// The same key, binned.
    #[must_use]
    pub fn binned(mut self, bin: KeyBin) -> Self {
        self.bin = bin;
        self
    }
}

/// Sums of a KPI per group of keys.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupQuery {
    /// The keys; none gives one row over all.
    pub keys: Vec<Key>,
    /// The KPI whose sums are taken; absent gives counts only.
    pub kpi: Option<Kpi>,
    /// A SQL condition besides the KPI's own filter.
    pub filter: Option<String>,
    /// The independent unit. Where given, squares and products are of unit totals, so that the same formula
    /// gives a clustered standard error.
    pub unit: Option<String>,
}

/// The sums of one group. Row i has numerator y and denominator d (for rate and mean d is 1 where y is known, and
/// rows with unknown y count only in `n`). With a unit, `y` and `d` inside the squares are totals per unit.
///
/// Squares of numbers that are large against their spread would round the spread away. There the engine squares
/// y − `centre`·d instead of y; it is the same centre in all groups of one answer, and 0 where that is exact enough.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Sums {
    /// Rows in the group.
    pub n: u64,
    /// Rows (or units, where a unit is given) with a known KPI.
    pub units: u64,
    /// Rows with a known KPI.
    pub known: u64,
    /// Σy.
    pub y: f64,
    /// Σd.
    pub d: f64,
    /// Σ(y − centre·d)².
    pub yy: f64,
    /// Σ(y − centre·d)·d.
    pub yd: f64,
    /// Σd².
    pub dd: f64,
    /// What y is counted from in the squares.
    pub centre: f64,
}

/// One group: its key values in the order of the query, and its sums.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupRow {
    /// Key values.
    pub keys: Vec<Cell>,
    /// Sums.
    pub sums: Sums,
}

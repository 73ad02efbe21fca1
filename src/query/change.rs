//! What moved between two periods, or against a forecast: request and result (3-analysis.md iii b).

use serde::{Deserialize, Serialize};

use super::{Cell, Estimate, Kpi};

/// The two sides that are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// A KPI in an earlier and in a later period.
    Periods {
        /// The KPI.
        kpi: Kpi,
        /// The earlier rows, a SQL condition.
        before: String,
        /// The later rows, a SQL condition.
        after: String,
    },
    /// A column of what happened against one of what was expected, row by row.
    Forecast {
        /// The column of what happened.
        actual: String,
        /// The column of what was expected.
        expected: String,
    },
}

impl Sides {
    /// The KPI that is compared, where there is one.
    pub fn kpi_mut(&mut self) -> Option<&mut Kpi> {
        match self {
            Self::Periods { kpi, .. } => Some(kpi),
            Self::Forecast { .. } => None,
        }
    }
}

/// Asks what moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeRequest {
    /// What is compared.
    pub sides: Sides,
    /// Columns whose groups are shown, at most two; none lets the analysis choose the one that tells most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<String>,
    /// Columns that are no explanation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// A SQL condition on the rows of both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The independent unit's column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Only the groups of `by` are wanted, not the search for causes, nor what is usual: they are known already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub parts_only: bool,
}

/// One side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeSide {
    /// Rows.
    pub n: u64,
    /// The KPI.
    pub level: Estimate,
}

/// What one group contributes. The contributions of all groups add up to the change exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangePart {
    /// Column → value, in the order of the columns.
    #[serde(rename = "where")]
    pub place: Vec<(String, Cell)>,
    /// For people: `carrier = EV`.
    pub label: String,
    /// A SQL condition that selects the group, where one can be written.
    pub condition: Option<String>,
    /// Rows before and after.
    pub n: (u64, u64),
    /// The KPI in the group before and after; of a total the total itself.
    pub level: (Option<f64>, Option<f64>),
    /// C_S, in the KPI's unit.
    pub contribution: Estimate,
    /// Of it, what goes with the group's level (of a total: price).
    pub rate: f64,
    /// Of it, what goes with the group's share (of a total: volume).
    pub mix: f64,
    /// How far the group's own change stands off that of all others, in standard errors; unknown where there are none.
    pub did_z: Option<f64>,
}

/// A cell of the smallest set in which the change stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeCause {
    /// Column → value; empty where everything moved alike.
    #[serde(rename = "where")]
    pub place: Vec<(String, Cell)>,
    /// For people.
    pub label: String,
    /// A SQL condition that selects the cell, where one can be written.
    pub condition: Option<String>,
    /// Rows, before and after together.
    pub n: u64,
    /// The KPI in the cell before and after.
    pub level: (Option<f64>, Option<f64>),
    /// Its contribution to the change, as a group's; absent where it is not defined.
    pub contribution: Option<f64>,
    /// The log likelihood that it gains, penalties for searching taken off.
    pub gain: f64,
}

/// Whether the change is unusual against earlier ones of the same kind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Usual {
    /// Earlier pairs of periods, of the same lengths and the same distance.
    pub pairs: u32,
    /// How many standard deviations of their changes this one is off their mean; unknown below six pairs.
    pub z: Option<f64>,
}

/// What moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeResult {
    /// The KPI; against a forecast the sum of what happened.
    pub kpi: Kpi,
    /// The earlier period, or what was expected.
    pub before: ChangeSide,
    /// The later period, or what happened.
    pub after: ChangeSide,
    /// After less before.
    pub change: Estimate,
    /// Earlier pairs, where the periods are cut by time alone.
    pub usual: Option<Usual>,
    /// Groups of the columns shown, the largest contribution first.
    pub parts: Vec<ChangePart>,
    /// The smallest set of cells in which the change stands, the most telling first.
    pub causes: Vec<ChangeCause>,
    /// Whether causes were searched at all.
    pub searched: bool,
    /// Cells that were looked at.
    pub tried: u64,
    /// Remarks.
    pub notes: Vec<String>,
}

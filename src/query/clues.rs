//! Drivers, leaks, segments and what explains them away: requests and results (3-analysis.md ii to v).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Better, Cell, Estimate, Kpi};

/// Which KPI is to be explained, over which rows, by which columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClueRequest {
    /// The KPI.
    pub kpi: Kpi,
    /// Which way it should move: says which group is the worst.
    #[serde(default)]
    pub better: Better,
    /// A SQL condition on the rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The independent unit's column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Columns that are no explanation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Columns of which it was answered that they were known before the outcome: they are no leaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_before: Vec<String>,
    /// Column → columns of which it was answered that they were fixed only after it: consequences explain nothing away.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub consequences: BTreeMap<String, Vec<String>>,
}

/// How sure it is that a column knows the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeakTier {
    /// It nearly is the outcome.
    Leak,
    /// It goes with it so closely that somebody must say whether it was known before.
    Suspect,
}

/// A column that may know the outcome. It is held out of every ranking until it is answered whether it was known before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    /// The column.
    pub column: String,
    /// How sure it is.
    pub tier: LeakTier,
    /// In plain words, with the figures.
    pub why: String,
    /// The largest of its measures, 0 to 1.
    pub strength: f64,
    /// Area under the ROC curve, for a rate.
    pub auc: Option<f64>,
    /// Share of rows that the column alone would tell right, for a rate: the figure that a leak makes too good.
    pub accuracy: Option<f64>,
}

/// A column that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The column.
    pub column: String,
    /// Why not.
    pub why: String,
}

/// Leaks of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeakResult {
    /// The KPI.
    pub kpi: Kpi,
    /// Rows with a known KPI.
    pub n: u64,
    /// What was found, the strongest first.
    pub leaks: Vec<Leak>,
    /// Columns looked at.
    pub tried: u64,
    /// Columns that were not.
    pub skipped: Vec<Skipped>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// A group of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriverGroup {
    /// For people: `Contract = Month-to-month`.
    pub label: String,
    /// The value.
    pub value: Cell,
    /// A SQL condition that selects the group, where one can be written.
    pub condition: Option<String>,
    /// Rows.
    pub n: u64,
    /// The KPI's level.
    pub level: f64,
    /// The level drawn towards that of all rows, the more the fewer rows there are.
    pub shrunk: f64,
}

/// Something that explains an association away, or turns it round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// The columns held fixed.
    pub columns: Vec<String>,
    /// The difference with them held fixed, by Mantel and Haenszel's weights.
    pub adjusted: Estimate,
    /// The same with each stratum weighted by its share of all rows (direct standardisation).
    pub standardised: Estimate,
    /// 1 − adjusted/crude.
    pub explained_away: Option<f64>,
    /// The sign turns by either weighting, and that one's interval is off 0.
    pub flips: bool,
}

/// How much of the KPI's variation goes with a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Driver {
    /// The column.
    pub column: String,
    /// ω², 0 to 1.
    pub omega2: f64,
    /// Its 95 % interval, by leaving out one bucket of units at a time.
    pub interval: (f64, f64),
    /// The same with values beyond the 99.9 % quantile cut off, where a KPI has a heavy tail.
    pub omega2_winsorised: Option<f64>,
    /// √(ω²·variance), in the KPI's own unit.
    pub spread: f64,
    /// The best group.
    pub best: DriverGroup,
    /// The worst group.
    pub worst: DriverGroup,
    /// 1 where the KPI goes up with the column, −1 where it goes down; only for numbers and time.
    pub trend: Option<i8>,
    /// Probability of such a difference by chance, clustered on the unit.
    pub p: f64,
    /// The same for all columns tried together (Benjamini and Hochberg 1995).
    pub q: f64,
    /// What explains the worst group's difference away, or turns it round.
    pub explained_by: Vec<Explained>,
}

/// The columns that the KPI goes with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriverResult {
    /// The KPI.
    pub kpi: Kpi,
    /// Rows with a known KPI.
    pub n: u64,
    /// The KPI's level.
    pub level: Estimate,
    /// Columns that were ranked.
    pub tried: u64,
    /// Columns held out until it is answered whether they were known before.
    pub leaks: Vec<Leak>,
    /// The columns, by the lower end of the interval of ω².
    pub drivers: Vec<Driver>,
    /// Columns that were not looked at.
    pub skipped: Vec<Skipped>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// Asks for combinations of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentRequest {
    /// The KPI and its columns.
    #[serde(flatten)]
    pub clues: ClueRequest,
    /// At most this many columns together, 1 to 3.
    pub depth: u8,
    /// At most this many segments are told.
    pub top: u32,
}

/// A combination of values where the KPI is another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Column → value, in the order of the columns.
    #[serde(rename = "where")]
    pub place: Vec<(String, Cell)>,
    /// For people.
    pub label: String,
    /// A SQL condition that selects it.
    pub condition: Option<String>,
    /// Rows, of all.
    pub n: u64,
    /// The KPI inside, of the half that was not searched.
    pub level: Option<f64>,
    /// The KPI of all other rows.
    pub rest: Option<f64>,
    /// Inside less outside.
    pub delta: Estimate,
    /// What the KPI would move by if the segment came to the level of the rest.
    pub reach: Estimate,
    /// Probability by chance for all that were tested together.
    pub q: f64,
    /// Other ways to say nearly the same rows.
    pub also: Vec<String>,
    /// What explains it away.
    pub explained_by: Vec<Explained>,
}

/// Combinations of values where the KPI is another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SegmentResult {
    /// The KPI.
    pub kpi: Kpi,
    /// Rows with a known KPI.
    pub n: u64,
    /// The KPI's level.
    pub level: Estimate,
    /// Combinations looked at.
    pub tried: u64,
    /// Columns held out.
    pub leaks: Vec<Leak>,
    /// The segments, by how much could be won.
    pub segments: Vec<Segment>,
    /// Remarks.
    pub notes: Vec<String>,
}

/// Asks what explains a segment's difference away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfounderRequest {
    /// The KPI and its columns.
    #[serde(flatten)]
    pub clues: ClueRequest,
    /// The segment, a SQL condition.
    pub segment: String,
}

/// A difference with some columns held fixed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfounderStratum {
    /// What explains it.
    #[serde(flatten)]
    pub explained: Explained,
    /// Share of the segment's rows that have others to be compared with.
    pub overlap: f64,
    /// How unlike the differences in the strata are, 0 to 1 (Higgins and Thompson 2002).
    pub i2: Option<f64>,
}

/// What explains a segment's difference away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfounderResult {
    /// The KPI.
    pub kpi: Kpi,
    /// The segment as asked.
    pub segment: String,
    /// Rows in the segment and in the rest.
    pub n: (u64, u64),
    /// The KPI inside and outside.
    pub levels: (Option<f64>, Option<f64>),
    /// Inside less outside.
    pub crude: Estimate,
    /// By what is held fixed, the one that explains most first; the strongest three together last.
    pub strata: Vec<ConfounderStratum>,
    /// How strongly something unseen would have to go with both to explain the ratio away (VanderWeele and Ding 2017).
    pub e_value: Option<f64>,
    /// Remarks.
    pub notes: Vec<String>,
}

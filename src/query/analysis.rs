//! Requests and results of the analyses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Better, Cell, ChangeRequest, ChangeResult, CheckRequest, CheckResult, ClueRequest, ConfounderRequest,
    ConfounderResult, DriverResult, Every, ExperimentRequest, ExperimentResult, Key, Kpi, LeakResult, SegmentRequest,
    SegmentResult, ShiftRequest, ShiftResult, TimeCover, ValueType,
};

/// A number with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The point estimate; absent where it is not defined (no rows).
    pub value: Option<f64>,
    /// The 95 % interval; absent where it can't be computed.
    pub interval: Option<(f64, f64)>,
}

impl Estimate {
    /// The estimate with its sign turned, such as a reach G as the −G that the KPI would move by.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self { value: self.value.map(|v| -v), interval: self.interval.map(|(low, high)| (-high, -low)) }
    }
}

/// A data request. The same value runs from a pane, the command line, a check and a re-run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "analysis", rename_all = "snake_case")]
pub enum Analysis {
    /// Every column: nulls, distinct, extremes, moments, quantiles, top values, alerts.
    Profile {
        /// A SQL condition on the rows.
        #[serde(default)]
        filter: Option<String>,
    },
    /// The KPI's level, over all or by keys, or over time.
    Kpi {
        /// The KPI.
        kpi: Kpi,
        /// Keys to group by.
        #[serde(default)]
        by: Vec<Key>,
        /// A time column and a step, as a further first key.
        #[serde(default)]
        trend: Option<(String, Every)>,
        /// A SQL condition besides the KPI's own.
        #[serde(default)]
        filter: Option<String>,
        /// The independent unit's column.
        #[serde(default)]
        unit: Option<String>,
    },
    /// Group A against group B, optionally within strata.
    Compare(Comparison),
    /// What could be won if a segment came to the rest's level.
    Reach {
        /// The KPI.
        kpi: Kpi,
        /// The segment as a SQL condition.
        segment: String,
        /// The goal in the KPI's own unit (0.02 for two percent points), for the share.
        #[serde(default)]
        target: Option<f64>,
        /// The independent unit's column.
        #[serde(default)]
        unit: Option<String>,
    },
    /// A check of a playbook or one made on the spot.
    Check {
        /// The KPI.
        kpi: Kpi,
        /// What to run.
        request: CheckRequest,
        /// The independent unit's column.
        #[serde(default)]
        unit: Option<String>,
        /// Which way the KPI should move: says which group is the worst.
        #[serde(default)]
        better: Better,
    },
    /// What can be mended of what was read.
    Fixes,
    /// Columns that know the outcome.
    Leaks(ClueRequest),
    /// Columns that the KPI goes with.
    Drivers(ClueRequest),
    /// Combinations of values where the KPI is another.
    Segments(SegmentRequest),
    /// What explains a segment's difference away.
    Confounders(ConfounderRequest),
    /// What moved between two periods, or against a forecast.
    Change(ChangeRequest),
    /// The follow-up experiment; it needs no rows.
    Experiment(ExperimentRequest),
    /// Two groups of rows side by side in every column.
    Shift(ShiftRequest),
    /// Which days a time column covers.
    Days {
        /// The column.
        column: String,
        /// A SQL condition on the rows.
        #[serde(default)]
        filter: Option<String>,
    },
    /// How strongly two columns go together (Cramér's V, numbers in 10 quantile bins).
    Association {
        /// One column.
        a: String,
        /// The other.
        b: String,
    },
}

impl Analysis {
    /// The KPI that it is about, where it is about one.
    pub fn kpi_mut(&mut self) -> Option<&mut Kpi> {
        match self {
            Self::Kpi { kpi, .. } | Self::Reach { kpi, .. } | Self::Check { kpi, .. } => Some(kpi),
            Self::Compare(c) => Some(&mut c.kpi),
            Self::Leaks(c) | Self::Drivers(c) => Some(&mut c.kpi),
            Self::Segments(s) => Some(&mut s.clues.kpi),
            Self::Confounders(c) => Some(&mut c.clues.kpi),
            Self::Change(c) => c.sides.kpi_mut(),
            Self::Profile { .. }
            | Self::Fixes
            | Self::Shift(_)
            | Self::Days { .. }
            | Self::Association { .. }
            | Self::Experiment(_) => None,
        }
    }
}

/// Group A against group B.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The KPI.
    pub kpi: Kpi,
    /// Group A, a SQL condition.
    pub a: String,
    /// Group B, a SQL condition; absent means all other rows.
    #[serde(default)]
    pub b: Option<String>,
    /// Columns whose strata are held fixed; numbers are cut into quantile bins.
    #[serde(default)]
    pub within: Vec<String>,
    /// A SQL condition on the rows.
    #[serde(default)]
    pub filter: Option<String>,
    /// The independent unit's column.
    #[serde(default)]
    pub unit: Option<String>,
}

/// The KPI in one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KpiGroup {
    /// Column (or expression) → value, in the order asked.
    #[serde(rename = "where")]
    pub place: Vec<(String, Cell)>,
    /// A label for people: `Contract = Month-to-month`, `(12, 29]`.
    pub label: String,
    /// A SQL condition that selects the group, where one can be written.
    pub condition: Option<String>,
    /// Rows.
    pub n: u64,
    /// Level with interval.
    pub level: Estimate,
}

/// The KPI over all rows and by group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KpiResult {
    /// The KPI.
    pub kpi: Kpi,
    /// Rows that count.
    pub n: u64,
    /// Level with interval.
    pub level: Estimate,
    /// The groups; those of a number or a time in its order, otherwise most rows first, `other` and null last.
    pub groups: Vec<KpiGroup>,
    /// Remarks: the last period is incomplete, groups were folded into other …
    pub notes: Vec<String>,
    /// The values of each key in the order in which they are shown: numbers and times in theirs, others by rows, most
    /// first, with `other` and null last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub axes: Vec<Vec<Cell>>,
    /// Over time: the last period holds so few rows that it seems to be cut short.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
}

/// What could be won (3-analysis.md vi).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReachResult {
    /// The segment as asked.
    pub segment: String,
    /// Rows in the segment and in the rest.
    pub n: (u64, u64),
    /// Share of the denominator in the segment.
    pub share: f64,
    /// The KPI in the segment.
    pub inside: Estimate,
    /// The KPI in the rest.
    pub rest: Estimate,
    /// G = w_S (r_S − r_rest), in the KPI's unit.
    pub reach: Estimate,
    /// G over the KPI's level.
    pub of_level: Option<f64>,
    /// G over the goal, where there is one.
    pub of_target: Option<Estimate>,
}

/// A against B.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComparisonResult {
    /// Rows in A and B.
    pub n: (u64, u64),
    /// Σy in A and B (events, for a rate).
    pub events: (f64, f64),
    /// The KPI in A.
    pub a: Estimate,
    /// The KPI in B.
    pub b: Estimate,
    /// A − B, crude.
    pub difference: Estimate,
    /// A / B, crude.
    pub ratio: Estimate,
    /// A − B within strata (Mantel–Haenszel), where strata were asked for.
    pub adjusted_difference: Option<Estimate>,
    /// A / B within strata (Mantel–Haenszel).
    pub adjusted_ratio: Option<Estimate>,
    /// Strata that hold both A and B, of all strata.
    pub strata: (u64, u64),
    /// Share of A's rows that stand in strata with both.
    pub overlap: f64,
    /// 1 − adjusted/crude difference: what the strata explain away.
    pub explained_away: Option<f64>,
}

/// One value and how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopValue {
    /// The value.
    pub value: Cell,
    /// Rows.
    pub n: u64,
}

/// One bar of a histogram: `[from, to)`, the last one closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistogramBar {
    /// Lower edge.
    pub from: f64,
    /// Upper edge.
    pub to: f64,
    /// Rows.
    pub n: u64,
}

/// Something about a column or a table that deserves a look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfileAlert {
    /// A short fixed word: `constant`, `nulls`, `unique`, `spike` …
    pub kind: String,
    /// Plain words with the evidence.
    pub detail: String,
}

/// What is known of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// Name.
    pub name: String,
    /// Type.
    pub dtype: ValueType,
    /// Missing values.
    pub nulls: u64,
    /// Different values besides null.
    pub distinct: u64,
    /// False where `distinct` is a sketch.
    pub distinct_exact: bool,
    /// Smallest value (text: first in order).
    pub min: Cell,
    /// Largest value.
    pub max: Cell,
    /// Mean of the finite numbers.
    pub mean: Option<f64>,
    /// Standard deviation (n − 1).
    pub sd: Option<f64>,
    /// Quantiles by their probability as text: `"0.5"`.
    pub quantiles: BTreeMap<String, f64>,
    /// Most frequent values.
    pub top: Vec<TopValue>,
    /// At most 10 bars; empty for text.
    pub histogram: Vec<HistogramBar>,
    /// What deserves a look.
    pub alerts: Vec<ProfileAlert>,
    /// The mean of z³ of the finite numbers with the n − 1 spread, where it was counted along with the rest.
    #[serde(skip)]
    pub skewness: Option<f64>,
    /// Every text with its rows, where they were counted along with the rest and are no more than
    /// [`ColumnProfile::FEW_TEXTS`].
    #[serde(skip)]
    pub texts: Option<Vec<(String, u64)>>,
}

impl ColumnProfile {
    /// Texts are compared with each other up to this many different ones.
    pub const FEW_TEXTS: u64 = 5000;
}

/// How a file was read, guesses included.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ReadingReport {
    /// `csv`, `parquet`, `json lines` …
    pub format: String,
    /// Delimiter, for delimited text.
    pub delimiter: Option<String>,
    /// Encoding of the text.
    pub encoding: Option<String>,
    /// Line of the header, from 1.
    pub header_row: Option<u64>,
    /// Words read as null.
    pub null_words: Vec<String>,
    /// Plain remarks: "11 blanks read as null in TotalCharges".
    pub notes: Vec<String>,
    /// The sheet of a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// All sheets of the workbook.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<String>,
    /// What cells are quoted with, where it is not ".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
    /// How numbers with marks are written, where there are any: `1.234,5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbers: Option<String>,
    /// The order of the parts of dates such as 03/04/2024, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<String>,
    /// A last line of totals that was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// How many lines and values did not fit, and the first of them.
    #[serde(default, skip_serializing_if = "OddLines::is_empty")]
    pub odd: OddLines,
    /// Where only some rows were drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
}

/// Lines and values of a file that did not fit: all are counted, the first are kept to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OddLines {
    /// How many there are.
    pub n: u64,
    /// The first ones, in the order of their lines.
    pub first: Vec<OddLine>,
}

impl OddLines {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n == 0
    }
}

/// A line or value that did not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddLine {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What is odd, and what was done: "too few cells; the rest is null".
    pub what: String,
    /// The line or the value as it stands, cut where it is long.
    pub text: String,
}

/// A random draw of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Rows drawn.
    pub rows: u64,
    /// Rows in the table.
    pub of: u64,
    /// What the draw began with.
    pub seed: u64,
}

/// The whole profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProfileResult {
    /// Rows.
    pub rows: u64,
    /// Columns in file order.
    pub columns: Vec<ColumnProfile>,
    /// How the file was read.
    pub read: ReadingReport,
    /// What deserves a look about the table as a whole.
    pub alerts: Vec<ProfileAlert>,
}

/// The result of an [`Analysis`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "findings", rename_all = "snake_case")]
pub enum Findings {
    /// Of [`Analysis::Fixes`].
    Fixes(Vec<super::ProposedFix>),
    /// Of [`Analysis::Profile`].
    Profile(ProfileResult),
    /// Of [`Analysis::Kpi`].
    Kpi(KpiResult),
    /// Of [`Analysis::Compare`].
    Compare(ComparisonResult),
    /// Of [`Analysis::Reach`].
    Reach(ReachResult),
    /// Of [`Analysis::Check`].
    Check(CheckResult),
    /// Of [`Analysis::Leaks`].
    Leaks(LeakResult),
    /// Of [`Analysis::Drivers`].
    Drivers(DriverResult),
    /// Of [`Analysis::Segments`].
    Segments(SegmentResult),
    /// Of [`Analysis::Confounders`].
    Confounders(ConfounderResult),
    /// Of [`Analysis::Change`].
    Change(ChangeResult),
    /// Of [`Analysis::Experiment`].
    Experiment(ExperimentResult),
    /// Of [`Analysis::Shift`].
    Shift(ShiftResult),
    /// Of [`Analysis::Days`].
    Days(TimeCover),
    /// Of [`Analysis::Association`]: Cramér's V.
    Association {
        /// 0 to 1.
        v: Option<f64>,
    },
}

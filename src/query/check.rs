//! Checks: a data question with a yes/no outcome.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The closed table of what a check can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // each name is the operation; docs/playbooks.md describes them
pub enum CheckOp {
    RateBy,
    CompareRate,
    CompareGroups,
    BeforeAfter,
    DoseResponse,
    ChangePoint,
    Trend,
    MixVsRate,
    CompareSeries,
    SameWeeksLastYears,
    VolumeByDay,
    LeadInCurve,
    RecountWithWindow,
    FilterRecount,
    MissingCompare,
    MissingVsTarget,
    TopValues,
    ShapeBy,
    DistributionShift,
    DuplicateRows,
    JoinAudit,
    PopulationDiff,
    Overlap,
    RowCompare,
    CompareTimes,
    LeakScan,
    SingleFeatureScore,
    RankAndCalibration,
    BiasBy,
    SampleRatio,
    Sql,
    // What needs a model or another copy of the data is done outside, whatever a playbook calls it.
    #[serde(
        alias = "asof_rebuild",
        alias = "filter_and_score",
        alias = "paired_history",
        alias = "resplit_score",
        alias = "rolling_retrain",
        alias = "shuffle_target"
    )]
    ByHand,
}

impl CheckOp {
    /// Whether the program runs it on tables; the others are done outside and their result entered by hand.
    #[must_use]
    pub fn runs_here(self) -> bool {
        self != Self::ByHand
    }

    /// Whether it may look at other tables than the KPI's.
    #[must_use]
    pub fn reads_further_tables(self) -> bool {
        matches!(self, Self::JoinAudit | Self::PopulationDiff | Self::RecountWithWindow)
    }

    /// The name in files.
    #[must_use]
    pub fn word(self) -> String {
        serde_json::to_value(self).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// When a check's answer is yes. All bounds given must hold; `and` adds further rules. `lower_gt` and `upper_lt`
/// speak of the ends of the metric's 95 % interval.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YesIf {
    /// The name of a number in the result, for example `rate_ratio`.
    pub metric: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// At least.
    pub gte: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// At most.
    pub lte: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// More than.
    pub gt: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Less than.
    pub lt: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// The interval's lower end is more than.
    pub lower_gt: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// The interval's upper end is less than.
    pub upper_lt: Option<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    /// Further rules that must hold too.
    pub and: Vec<YesIf>,
}

impl YesIf {
    /// The number that the estimate is held against, and whether a yes asks for less than it: the first bound given.
    #[must_use]
    pub fn threshold(&self) -> Option<(f64, bool)> {
        let above = |t: Option<f64>| t.map(|t| (t, false));
        let below = |t: Option<f64>| t.map(|t| (t, true));
        above(self.gte)
            .or(above(self.gt))
            .or(below(self.lte))
            .or(below(self.lt))
            .or(above(self.lower_gt))
            .or(below(self.upper_lt))
    }
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The rule holds.
    #[serde(alias = "if_yes")]
    Yes,
    /// The rule does not hold.
    #[serde(alias = "if_no")]
    No,
    /// The interval does not settle it.
    Unclear,
    /// It could not be run.
    Failed,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unclear => "unclear",
            Self::Failed => "failed",
        }
    }
}

/// A check made ready to run: roles are already resolved to columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckRequest {
    /// What to do.
    pub op: CheckOp,
    /// Role → column of the table.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// Parameters of the operation: `a`, `b` (SQL conditions), `within` (columns), `by` (column), thresholds …
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub params: serde_json::Map<String, serde_json::Value>,
    /// When the answer is yes; absent means that a person judges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yes_if: Option<YesIf>,
}

/// What a check found, in one shape for all operations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The metric of the rule.
    pub metric: String,
    /// Its value.
    pub estimate: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Rows in each arm or group, in the order of `groups`.
    pub n: Vec<u64>,
    /// KPI events (Σy) in each arm, where they can be counted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<u64>,
    /// The number that it was held against.
    pub threshold: Option<f64>,
    /// The rule asks for less than the threshold rather than for more.
    #[serde(default, skip_serializing_if = "is_false")]
    pub below: bool,
    /// Yes, no, unclear, failed.
    pub outcome: Outcome,
    /// How many slices somebody had looked at before this one was held against the rule; 1 for a check that was
    /// chosen before looking, however many groups it compares.
    pub tried: u32,
    /// Seconds of work.
    pub seconds: f64,
    /// One plain sentence with the figures.
    pub says: String,
    /// Further named numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metrics: BTreeMap<String, f64>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature that serde asks for
fn is_false(b: &bool) -> bool {
    !*b
}

//! The follow-up experiment: how it is planned, and how large and long it has to be (3-analysis.md vii).

use serde::{Deserialize, Serialize};

/// How an experiment is planned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExperimentRequest {
    /// The KPI's level now; a rate as a share.
    pub base: f64,
    /// The level that it should come to.
    pub target: f64,
    /// Standard deviation of single units: the KPI is a mean. Absent for a rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sd: Option<f64>,
    /// Units that become eligible per week, in all arms together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_week: Option<f64>,
    /// Weeks for which the smallest visible change is told.
    pub weeks: f64,
    /// Arms, the control included.
    pub arms: u32,
    /// Probability of seeing the change where it is there.
    pub power: f64,
    /// Two-sided error of the first kind, shared among the arms that are held against the control.
    pub alpha: f64,
    /// Mean number of units in a cluster, where whole clusters are drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<f64>,
    /// How alike units of one cluster are: the intra-class correlation ρ, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icc: Option<f64>,
}

impl ExperimentRequest {
    /// A rate or mean that moves, with the usual error and power and two arms.
    #[must_use]
    pub fn new(base: f64, target: f64) -> Self {
        Self {
            base,
            target,
            sd: None,
            per_week: None,
            weeks: 4.0,
            arms: 2,
            power: 0.8,
            alpha: 0.05,
            cluster: None,
            icc: None,
        }
    }

    /// What drawing clusters costs: `1 + (m̄ − 1)·ρ`.
    #[must_use]
    pub fn design_effect(&self) -> f64 {
        match (self.cluster, self.icc) {
            (Some(m), Some(rho)) => 1.0 + (m - 1.0) * rho,
            _ => 1.0,
        }
    }
}

/// How large and long it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ExperimentResult {
    /// Units in each arm.
    pub n_per_arm: u64,
    /// Weeks until all arms are full.
    pub weeks: Option<f64>,
    /// The smallest change that the weeks of the request would show, as an absolute difference.
    pub mde: Option<f64>,
}

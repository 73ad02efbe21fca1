//! The KPI pane: the step of its course over time, two columns crossed, and what keys do on it besides moving.

mod commands;
mod grid;
pub mod step;

pub use commands::KPI;
pub use grid::{FEW, Grid, grid};
pub use step::Step;

use super::{ExploreView, Pane};
use crate::app::App;
use crate::app::scroll::Scroll;
use crate::query::Better;

/// What the pane keeps besides the split itself.
#[derive(Debug, Default)]
pub struct KpiView {
    /// The step over time.
    pub step: Step,
    /// Two columns are listed pair by pair instead of crossed.
    pub listed: bool,
    /// The row and the column of two crossed ones.
    pub at: (Scroll, Scroll),
}

impl ExploreView {
    /// The cursors of the KPI's groups go to the first one.
    pub(super) fn first_group(&mut self) {
        self.groups.home();
        self.kpi.at.0.home();
        self.kpi.at.1.home();
    }
}

/// The KPI over time is in sight.
#[must_use]
pub fn over_time(app: &App) -> bool {
    app.views.explore.trend && app.views.explore.pane == Pane::Kpi
}

/// The level that the goal names, in the KPI's own unit: a share for a rate.
#[must_use]
pub fn target(app: &App) -> Option<f64> {
    let state = &app.doc.as_ref()?.session.state;
    let kpi = state.kpi.as_ref()?;
    let goal = &state.goal;
    let said = goal.to.or_else(|| {
        let (from, points) = (goal.from?, goal.points?);
        Some(if kpi.better == Better::Lower { from - points } else { from + points })
    })?;
    Some(if kpi.kpi.is_share() { said / 100.0 } else { said })
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

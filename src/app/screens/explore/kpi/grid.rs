//! Two columns crossed: a cell for each pair of their groups.

use crate::app::App;
use crate::app::screens::explore::{shown, split};
use crate::query::{Better, Cell, KpiGroup, KpiResult};

/// Groups of fewer rows are shown in the background and are neither best nor worst.
pub const FEW: u64 = 30;

/// The KPI by two columns as rows and columns.
#[derive(Debug, Clone, Copy)]
pub struct Grid<'a> {
    result: &'a KpiResult,
    better: Better,
    /// Groups that go down, and their column's name.
    pub down: (&'a str, &'a [Cell]),
    /// Groups that go across, and their column's name.
    pub across: (&'a str, &'a [Cell]),
    /// The second column goes down.
    turned: bool,
}

/// The KPI by two columns, where it is in sight and not listed.
#[must_use]
pub fn grid(app: &App) -> Option<Grid<'_>> {
    let view = &app.views.explore;
    if view.kpi.listed || super::over_time(app) || view.pane != super::Pane::Kpi || !split(app)?.contains(" × ") {
        return None;
    }
    let result = shown(app)?;
    let [a, b] = result.axes.as_slice() else { return None };
    let [(first, _), (second, _)] = result.groups.first()?.place.as_slice() else { return None };
    let better = app.doc.as_ref()?.session.state.kpi.as_ref()?.better;
    let (first, second) = ((first.as_str(), a.as_slice()), (second.as_str(), b.as_slice()));
    // The larger side goes down, where there is more room.
    let turned = b.len() > a.len();
    let (down, across) = if turned { (second, first) } else { (first, second) };
    Some(Grid { result, better, down, across, turned })
}

impl<'a> Grid<'a> {
    /// The KPI that stands in the cells.
    #[must_use]
    pub fn result(&self) -> &'a KpiResult {
        self.result
    }

    /// The group of a cell; none where no row is.
    #[must_use]
    pub fn at(&self, row: usize, column: usize) -> Option<&'a KpiGroup> {
        let (down, across) = (self.down.1.get(row)?, self.across.1.get(column)?);
        let (first, second) = if self.turned { (across, down) } else { (down, across) };
        self.result.groups.iter().find(|g| matches!(g.place.as_slice(), [(_, a), (_, b)] if a == first && b == second))
    }

    /// The row and the column under the cursor.
    #[must_use]
    pub fn cursor(&self, app: &App) -> Option<(usize, usize)> {
        let at = &app.views.explore.kpi.at;
        Some((at.0.selected(self.down.1.len())?, at.1.selected(self.across.1.len())?))
    }

    /// The group under the cursor.
    #[must_use]
    pub fn selected(&self, app: &App) -> Option<&'a KpiGroup> {
        let (row, column) = self.cursor(app)?;
        self.at(row, column)
    }

    /// The groups of enough rows with their levels, the worst first.
    #[must_use]
    pub fn ranked(&self) -> Vec<(&'a KpiGroup, f64)> {
        let mut list: Vec<(&KpiGroup, f64)> = self
            .result
            .groups
            .iter()
            .filter(|g| g.n >= FEW)
            .filter_map(|g| Some((g, g.level.value.filter(|v| v.is_finite())?)))
            .collect();
        let lower = self.better == Better::Lower;
        list.sort_by(|(_, a), (_, b)| if lower { b.total_cmp(a) } else { a.total_cmp(b) });
        list
    }
}

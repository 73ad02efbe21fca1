//! One filter for all panes: the conditions that the rows in sight meet.
//!
//! The filter belongs to the view of the main table ([`super::table`]). Rows, the columns' profiles and the KPI's levels
//! are of the table as seen through the view, so whatever is measured in Explore is measured among the filter's rows
//! without being told. When it changes, what was measured under the one before is forgotten and asked for again.

use super::table;
use crate::app::{App, Effect, Tone};

/// The filter as one SQL condition, as it is in force: a new one counts from when its rows are there. `None` where all
/// rows are shown.
#[must_use]
pub fn filter(app: &App) -> Option<String> {
    table::arranged(app)?.shown.condition()
}

/// The conditions in force, one by one.
#[must_use]
pub fn conditions(app: &App) -> &[String] {
    table::arranged(app).map_or(&[], |a| a.shown.filter.as_slice())
}

/// Keeps only rows that meet this condition too.
pub fn add_filter(app: &mut App, condition: &str) -> Vec<Effect> {
    let condition = condition.trim().to_owned();
    if condition.is_empty() {
        return Vec::new();
    }
    if table::wanted(app).filter.contains(&condition) {
        app.say(Tone::Plain, "The filter holds that already.");
        return Vec::new();
    }
    table::change(app, |layout| layout.view.filter.push(condition))
}

/// Takes the condition away that was added last.
pub fn drop_last(app: &mut App) -> Vec<Effect> {
    table::change(app, |layout| {
        layout.view.filter.pop();
    })
}

/// Shows all rows again.
pub fn clear(app: &mut App) -> Vec<Effect> {
    table::change(app, |layout| layout.view.filter.clear())
}

/// Whether Esc takes a condition of the filter away: on the panes whose rows it chooses.
#[must_use]
pub fn can_drop(app: &App) -> bool {
    app.views.explore.pane.has_rows() && !table::wanted(app).filter.is_empty()
}

//! The Columns pane: its order, which days a time column covers, the whole profile in words, and two groups of rows side
//! by side.

mod commands;
pub mod sides;
mod sort;
mod words;

pub use commands::COLUMNS;
pub use sort::Sort;

use std::collections::BTreeMap;

use super::{ExploreView, Pane};
use crate::app::{App, Effect};
use crate::query::{Analysis, ColumnProfile, Findings, TimeCover};

/// What the pane keeps besides the list of columns.
#[derive(Debug, Default)]
pub struct ColumnsView {
    /// Which days the time columns cover, as far as they were looked at.
    pub covers: BTreeMap<String, TimeCover>,
    /// The column whose days are awaited.
    asked: Option<String>,
    /// Two groups of rows side by side.
    pub sides: sides::SidesView,
}

impl ColumnsView {
    /// Forgets what was found; what is compared stays.
    pub fn forget(&mut self) {
        self.covers.clear();
        self.asked = None;
        self.sides.forget();
    }
}

/// Another table is in sight: what was compared was of the one before.
pub(super) fn dropped(view: &mut ExploreView) {
    sides::stop(view);
    view.columns_view = ColumnsView::default();
}

/// The columns in the order shown: those that the filter leaves.
#[must_use]
pub fn ordered(app: &App) -> Vec<&ColumnProfile> {
    let Some(profile) = app.main_info().and_then(|i| i.profile.as_ref()) else { return Vec::new() };
    let view = &app.views.explore;
    let wanted = view.column_filter.to_lowercase();
    let mut list: Vec<&ColumnProfile> =
        profile.columns.iter().filter(|c| wanted.is_empty() || c.name.to_lowercase().contains(&wanted)).collect();
    match view.sort {
        Sort::File => {}
        Sort::Name => list.sort_by_key(|c| c.name.to_lowercase()),
        Sort::Type => list.sort_by_key(|c| sort::rank(c.dtype)),
        Sort::Nulls => list.sort_by_key(|c| std::cmp::Reverse(c.nulls)),
        Sort::Alerts => list.sort_by_key(|c| std::cmp::Reverse(c.alerts.len())),
        Sort::Shift => {
            let order: Vec<&str> =
                sides::result(app).map_or_else(Vec::new, |r| r.columns.iter().map(|c| c.name.as_str()).collect());
            list.sort_by_key(|c| order.iter().position(|name| *name == c.name).unwrap_or(usize::MAX));
        }
    }
    list
}

/// Asks for what the pane shows besides the KPI by column, unless it is there or under way.
pub(super) fn ask(app: &mut App) -> Vec<Effect> {
    if app.views.explore.pane != Pane::Columns {
        return Vec::new();
    }
    let mut effects: Vec<Effect> = sides::ask(app).into_iter().collect();
    effects.extend(ask_cover(app));
    effects
}

fn ask_cover(app: &mut App) -> Option<Effect> {
    let column = super::selected_column(app).filter(|c| c.dtype.is_temporal() && c.distinct > 0)?.name.clone();
    let data = app.main_table()?.to_owned();
    let view = &mut app.views.explore.columns_view;
    if view.covers.contains_key(&column) || view.asked.as_ref() == Some(&column) {
        return None;
    }
    view.asked = Some(column.clone());
    Some(Effect::Run {
        slot: "cover".into(),
        label: format!("days of {column}"),
        data,
        analysis: Box::new(Analysis::Days { column, filter: None }),
    })
}

/// A result is there.
pub(super) fn found(app: &mut App, findings: Findings) -> Vec<Effect> {
    match findings {
        Findings::Days(cover) => {
            let view = &mut app.views.explore.columns_view;
            if view.asked.as_ref() == Some(&cover.column) {
                view.asked = None;
                view.covers.insert(cover.column.clone(), cover);
            }
            // Another time column may have come under the cursor meanwhile.
            ask(app)
        }
        Findings::Shift(result) => sides::found(app, result),
        _ => Vec::new(),
    }
}

/// A result will not come.
pub(super) fn failed(app: &mut App, slot: &str, why: &str) {
    if slot == "shift" {
        sides::failed(app, why);
    } else {
        app.views.explore.columns_view.asked = None;
    }
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

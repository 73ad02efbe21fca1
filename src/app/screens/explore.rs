//! 3 Explore: table, columns, KPI, checks.

use std::collections::BTreeMap;

use crate::app::commands::CommandSpec;
use crate::app::key::Key;
use crate::app::scroll::Scroll;
use crate::app::{App, Effect, forms};
use crate::query::Findings;

/// The view.
#[derive(Debug, Default)]
pub struct ExploreView {
    /// The table's rows.
    pub table: Scroll,
    /// Cramér's V of pairs of columns, as far as measured.
    pub associations: BTreeMap<(String, String), f64>,
}

/// Rows of the list that has the keys.
#[must_use]
pub fn len(_app: &App) -> usize {
    0
}

/// The list that has the keys.
pub fn scroll(app: &mut App) -> Option<&mut Scroll> {
    Some(&mut app.views.explore.table)
}

/// Whether text is typed in this screen (a search or filter line).
#[must_use]
pub fn is_typing(_app: &App) -> bool {
    false
}

/// A key while text is typed.
pub fn key(_app: &mut App, _key: Key) -> Vec<Effect> {
    Vec::new()
}

/// Pasted text.
pub fn paste(_app: &mut App, _text: &str) {}

/// The selection moved.
pub fn moved(_app: &mut App) -> Vec<Effect> {
    Vec::new()
}

/// The screen was opened.
pub fn entered(_app: &mut App) -> Vec<Effect> {
    Vec::new()
}

/// A table was opened.
pub fn table_opened(_app: &mut App, _data: &str) -> Vec<Effect> {
    Vec::new()
}

/// An analysis is done.
pub fn found(app: &mut App, slot: &str, result: Result<Findings, String>, _seconds: f64) -> Vec<Effect> {
    match (slot, result) {
        ("bind", Ok(Findings::Kpi(result))) => forms::bind(app, &result),
        _ => Vec::new(),
    }
}

/// Commands of 3 Explore.
pub static COMMANDS: &[CommandSpec] = &[];

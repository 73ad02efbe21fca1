//! What to look for in Explore, and which row to go to.

use super::FormId;
use crate::app::form::{Choice, Form};
use crate::app::screens::explore::{self, Pane};
use crate::app::{App, Effect};

/// `/`: a filter of columns or checks, or the column to go to.
pub fn open_search(app: &mut App) {
    let pane = app.views.explore.pane;
    let names = |app: &App| -> Vec<Choice> {
        let schema = app.main_info().map(|i| i.schema.columns.as_slice()).unwrap_or_default();
        schema.iter().map(|c| (c.name.clone(), c.dtype.word().to_owned())).collect()
    };
    let before = explore::searched(app).unwrap_or_default().to_owned();
    let form = match pane {
        Pane::Checks => Form::new(FormId::ExploreSearch, "Filter the checks", "filter").line(
            "words",
            "Holds",
            "In the question, its columns or its kind; empty shows all",
            &before,
        ),
        Pane::Columns => Form::new(FormId::ExploreSearch, "Filter the columns", "filter").suggest(
            "words",
            "Name holds",
            "A few letters of it; empty shows all",
            &before,
            names(app),
        ),
        Pane::Table
        | Pane::Sql
        | Pane::Kpi
        | Pane::Drivers
        | Pane::Segments
        | Pane::Change
        | Pane::Leaks
        | Pane::Confounders
        | Pane::Reach
        | Pane::Experiment
        | Pane::Reading => Form::new(FormId::ExploreSearch, "Go to a column", "go").suggest(
            "words",
            "Column",
            "A few letters of its name; n and N go on",
            &before,
            names(app),
        ),
    };
    app.open_form(form);
}

pub(super) fn submit_search(app: &mut App, form: &Form) -> Vec<Effect> {
    explore::search(app, &form.text("words"))
}

/// A row by its number.
pub fn open_go_to_row(app: &mut App) {
    let rows = app.main_info().map_or(0, |i| i.rows);
    let help = format!("1 to {}; 50% is the middle", crate::analysis::format::count(rows));
    app.open_form(Form::new(FormId::GoToRow, "Go to a row", "go").line("row", "Row", &help, ""));
}

pub(super) fn submit_go_to_row(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    let rows = app.main_info().map_or(0, |i| i.rows);
    let text = form.text("row");
    let wrong = || format!("\"{text}\" is no row: 1 to {}.", crate::analysis::format::count(rows));
    let row = match text.strip_suffix('%') {
        Some(share) => {
            let share: f64 = share.trim().parse().map_err(|_| wrong())?;
            if !(0.0..=100.0).contains(&share) {
                return Err(wrong());
            }
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let row = (share / 100.0 * rows.saturating_sub(1) as f64).round() as u64;
            row
        }
        None => {
            let digits: String = text.chars().filter(|c| !(c.is_whitespace() || matches!(c, ',' | '_'))).collect();
            let n: u64 = digits.parse().map_err(|_| wrong())?;
            n.checked_sub(1).filter(|n| *n < rows).ok_or_else(wrong)?
        }
    };
    Ok(explore::go_to_row(app, usize::try_from(row).unwrap_or(usize::MAX)))
}

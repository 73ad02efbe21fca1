//! What `y` copies: the selected thing of each screen as text.

use super::screens::explore::{self, Pane};
use super::screens::{ask, brief, problem, score};
use super::{App, Screen};

/// The text of what is selected; none where nothing is.
#[must_use]
pub fn copy_text(app: &App) -> Option<String> {
    let text = match app.screen {
        Screen::Home => {
            let at = app.views.home.list.selected(app.recents.len())?;
            app.recents.get(at)?.path.display().to_string()
        }
        Screen::Problem => {
            let steps = problem::steps(app);
            steps.get(app.views.problem.list.selected(steps.len())?)?.value.clone()
        }
        // While an interview runs the keys are text.
        Screen::Ask if app.views.ask.interview.is_some() => return None,
        Screen::Ask if app.views.ask.triage => ask::triage::selected(app)?.text.clone(),
        Screen::Ask => ask::list::selected_words(app)?,
        Screen::Explore => explore_text(app)?,
        Screen::Score => score::copy_text(app)?,
        Screen::Brief => brief::copy_text(app)?,
    };
    (!text.trim().is_empty()).then_some(text)
}

fn explore_text(app: &App) -> Option<String> {
    match app.views.explore.pane {
        Pane::Checks => {
            let rows = explore::current_checks(app);
            let row = rows.get(app.views.explore.checks.selected(rows.len())?)?;
            Some(if row.says.is_empty() { row.title.clone() } else { row.says.clone() })
        }
        Pane::Kpi | Pane::Drivers | Pane::Segments => explore::selected_group(app)?.condition.clone(),
        Pane::Change => explore::change::copy_text(app),
        Pane::Leaks => Some(explore::leaks::sentence(app, &explore::leaks::selected(app)?)),
        Pane::Confounders => explore::pages::confounders::sentence(app),
        Pane::Reach => explore::pages::reach::sentence(app),
        Pane::Experiment => explore::pages::experiment::sentence(&explore::pages::experiment::plan(app)?),
        Pane::Reading => explore::pages::reading::copied(app),
        Pane::Columns if explore::columns::sides::shown(app) => explore::columns::sides::sentence(app),
        Pane::Columns => explore::selected_column(app).map(|c| c.name.clone()),
        Pane::Sql if !explore::sql::shows_result(app) => Some(app.views.explore.sql.editor.text()),
        Pane::Table | Pane::Sql => explore::selected_cell(app).map(ToString::to_string),
    }
}

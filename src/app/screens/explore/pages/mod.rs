//! Pages that open from a group of any pane: what explains it away, what it could give back, and the experiment that
//! would show it; and how the file is read. Esc goes back to where they were opened.

pub mod confounders;
pub mod experiment;
pub mod reach;
pub mod reading;

use super::change::{self, What};
use super::{Pane, selected_group};
use crate::app::scroll::Scroll;
use crate::app::{App, Effect, Tone};
use crate::query::Cell;

/// The group that a page is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// How it is called: `Contract = Month-to-month`.
    pub label: String,
    /// Column → value.
    pub place: Vec<(String, Cell)>,
    /// A SQL condition that selects it.
    pub condition: String,
    /// A SQL condition on all rows besides: of a change its later period.
    pub among: Option<String>,
}

impl Subject {
    /// Its columns.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.place.iter().map(|(c, _)| c.clone()).collect()
    }
}

/// The state of the pages.
#[derive(Debug, Default)]
pub struct Pages {
    /// The pane from which the page was opened.
    pub from: Pane,
    /// What it is about.
    pub subject: Option<Subject>,
    /// Groups that were marked, to be taken together.
    pub marks: Vec<Subject>,
    /// What explains a group away.
    pub confounders: confounders::View,
    /// What could be won.
    pub reach: Scroll,
    /// The follow-up experiment.
    pub experiment: experiment::View,
    /// How the file is read.
    pub reading: reading::View,
}

impl Pages {
    /// Forgets what was found; the marks stay.
    pub fn forget(&mut self) {
        self.confounders = confounders::View::default();
        self.experiment.forget();
    }
}

/// The group under the cursor of a pane.
#[must_use]
pub fn subject(app: &App) -> Option<Subject> {
    if app.views.explore.pane == Pane::Change {
        let row = change::selected(app)?;
        let among = match app.views.explore.change.compared.as_ref().map(|c| &c.what) {
            Some(What::Rows { after, .. }) => Some(after.clone()),
            _ => None,
        };
        let condition = row.condition()?.to_owned();
        return Some(Subject { label: row.label().to_owned(), place: row.place().to_vec(), condition, among });
    }
    if is_page(app.views.explore.pane) {
        return app.views.explore.pages.subject.clone();
    }
    let group = selected_group(app)?;
    let label = match group.place.as_slice() {
        [(column, _)] if !group.label.contains(column.as_str()) => format!("{column} {}", group.label),
        _ => group.label.clone(),
    };
    Some(Subject { label, place: group.place.clone(), condition: group.condition.clone()?, among: None })
}

/// Whether a pane is a page: it has no tab of its own.
#[must_use]
pub fn is_page(pane: Pane) -> bool {
    matches!(pane, Pane::Confounders | Pane::Reach | Pane::Experiment | Pane::Reading)
}

/// Opens a page on the group in sight.
pub(super) fn open(app: &mut App, page: Pane) -> Vec<Effect> {
    let from = app.views.explore.pane;
    let Some(subject) = subject(app) else {
        app.say(Tone::Warn, "There is no group of rows in sight.");
        return Vec::new();
    };
    if !is_page(from) {
        app.views.explore.pages.from = from;
    }
    app.views.explore.pages.subject = Some(subject);
    super::show(app, page)
}

/// Esc: back to the pane from which the page was opened.
pub fn back(app: &mut App) -> Vec<Effect> {
    leave(app)
}

/// Back to the pane from which the page was opened.
pub(super) fn leave(app: &mut App) -> Vec<Effect> {
    let from = app.views.explore.pages.from;
    super::show(app, from)
}

/// The tab under which a pane stands: a page stands under the pane that opened it.
#[must_use]
pub fn tab(app: &App) -> Pane {
    let pane = app.views.explore.pane;
    if is_page(pane) { app.views.explore.pages.from } else { pane }
}

/// `Space`: marks the group under the cursor, to be taken together with others, or takes the mark away.
pub(super) fn mark(app: &mut App) -> Vec<Effect> {
    let Some(subject) = subject(app) else {
        app.say(Tone::Warn, "This row is no group of rows.");
        return Vec::new();
    };
    let marks = &mut app.views.explore.pages.marks;
    let words = match marks.iter().position(|m| m.condition == subject.condition) {
        Some(at) => {
            marks.remove(at);
            format!("{} is no longer marked.", subject.label)
        }
        None => {
            let label = subject.label.clone();
            marks.push(subject);
            format!("{label} is marked; r shows the reach of all {} together.", marks.len())
        }
    };
    app.say(Tone::Good, words);
    Vec::new()
}

/// Whether a group is marked, by its condition.
#[must_use]
pub fn is_marked(app: &App, condition: Option<&str>) -> bool {
    condition.is_some_and(|c| app.views.explore.pages.marks.iter().any(|m| m.condition == c))
}

/// Asks for what a page shows.
pub(super) fn ask(app: &mut App) -> Vec<Effect> {
    match app.views.explore.pane {
        Pane::Confounders => confounders::ask(app).into_iter().collect(),
        Pane::Reach => reach::ask(app).into_iter().collect(),
        Pane::Reading => reading::ask(app),
        _ => Vec::new(),
    }
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

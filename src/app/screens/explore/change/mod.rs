//! The Change pane: what moved between two periods, groups or columns, in which cells it stands, and what each group
//! contributes.

mod keys;
pub mod periods;
mod words;

pub use keys::CHANGE;
pub(super) use keys::enter;
pub use periods::{chosen, submit};
pub(super) use words::pin_row;
pub use words::{headline, is_forecast, part_names, sentence, usual_words};

use std::collections::BTreeMap;

use super::{Pane, binding, known, pin};
use crate::analysis::keys::time_parts;
use crate::app::scroll::Scroll;
use crate::app::{App, CANCELLED, Effect};
use crate::query::{Analysis, Cell, ChangeCause, ChangePart, ChangeRequest, ChangeResult, Findings, Sides, ValueType};

/// What is compared, and how people call it.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// `Dec 2013 against Nov 2013`.
    pub title: String,
    /// The rows or columns.
    pub what: What,
}

/// Two groups of rows, or two columns.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The bound KPI over two groups of rows.
    Rows {
        /// The earlier rows, a SQL condition.
        before: String,
        /// The later rows, a SQL condition.
        after: String,
    },
    /// What happened against what was expected.
    Forecast {
        /// A column of numbers.
        actual: String,
        /// A column of numbers.
        expected: String,
    },
}

/// A group whose parts alone are listed.
#[derive(Debug, Clone, PartialEq)]
pub struct Inside {
    /// The value of the first column.
    pub value: Cell,
    /// How it is called.
    pub label: String,
}

/// The view.
#[derive(Debug, Default)]
pub struct ChangeView {
    /// What is compared; the program's suggestion until somebody chooses.
    pub compared: Option<Compared>,
    /// Columns whose groups are shown, at most two; none until the analysis has chosen.
    pub by: Vec<String>,
    /// The group that was opened.
    pub inside: Option<Inside>,
    /// Two columns are shown as a map instead of a list.
    pub map: bool,
    /// What was found, by the columns shown.
    results: BTreeMap<Vec<String>, ChangeResult>,
    /// The columns whose result is awaited.
    asked: Option<Vec<String>>,
    /// Why there is none.
    pub failed: Option<String>,
    /// The row.
    pub list: Scroll,
}

impl ChangeView {
    /// Forgets what was found; what is compared stays.
    pub fn forget(&mut self) {
        self.results.clear();
        self.asked = None;
        self.failed = None;
    }

    /// Whether a result is awaited.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.asked.is_some()
    }
}

/// A row of the pane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ChangeRow<'a> {
    /// A cell of the smallest set in which the change stands.
    Cause(&'a ChangeCause),
    /// A group of the columns shown.
    Part(&'a ChangePart),
}

impl<'a> ChangeRow<'a> {
    /// Its place: column → value.
    #[must_use]
    pub fn place(&self) -> &'a [(String, Cell)] {
        match self {
            Self::Cause(c) => &c.place,
            Self::Part(p) => &p.place,
        }
    }

    /// For people.
    #[must_use]
    pub fn label(&self) -> &'a str {
        match self {
            Self::Cause(c) => &c.label,
            Self::Part(p) => &p.label,
        }
    }

    /// A SQL condition that selects it.
    #[must_use]
    pub fn condition(&self) -> Option<&'a str> {
        match self {
            Self::Cause(c) => c.condition.as_deref(),
            Self::Part(p) => p.condition.as_deref(),
        }
    }
}

/// The result in sight. While another split is awaited the one before stays.
#[must_use]
pub fn result(app: &App) -> Option<&ChangeResult> {
    app.views.explore.change.results.get(&app.views.explore.change.by)
}

/// The rows: the smallest set of cells first, then every group, the largest contribution first. Inside a group only its
/// parts.
#[must_use]
pub fn rows(app: &App) -> Vec<ChangeRow<'_>> {
    let Some(r) = result(app) else { return Vec::new() };
    let view = &app.views.explore.change;
    match &view.inside {
        Some(inside) => parts_inside(r, inside).map(ChangeRow::Part).collect(),
        None if view.map => r.parts.iter().map(ChangeRow::Part).collect(),
        None => causes(app).iter().map(ChangeRow::Cause).chain(r.parts.iter().map(ChangeRow::Part)).collect(),
    }
}

fn parts_inside<'a>(r: &'a ChangeResult, inside: &'a Inside) -> impl Iterator<Item = &'a ChangePart> {
    r.parts.iter().filter(|p| p.place.first().is_some_and(|(_, v)| *v == inside.value))
}

/// The smallest set of cells, which does not depend on the columns shown.
#[must_use]
pub fn causes(app: &App) -> &[ChangeCause] {
    first(app).map(|r| r.causes.as_slice()).unwrap_or_default()
}

/// The result that looked at all columns.
#[must_use]
pub fn first(app: &App) -> Option<&ChangeResult> {
    app.views.explore.change.results.values().find(|r| r.searched)
}

/// The row under the cursor.
#[must_use]
pub fn selected(app: &App) -> Option<ChangeRow<'_>> {
    let rows = rows(app);
    app.views.explore.change.list.selected(rows.len()).and_then(|at| rows.get(at).copied())
}

/// The sum of the contributions inside the opened group.
#[must_use]
pub fn inside_sum(app: &App) -> Option<f64> {
    let inside = app.views.explore.change.inside.as_ref()?;
    Some(parts_inside(result(app)?, inside).filter_map(|p| p.contribution.value).sum())
}

/// Asks for what the pane shows, unless it is there or under way.
pub fn ask(app: &mut App) -> Option<Effect> {
    if app.views.explore.pane != Pane::Change {
        return None;
    }
    if app.views.explore.change.compared.is_none() {
        app.views.explore.change.compared = periods::suggested(app);
    }
    let compared = app.views.explore.change.compared.clone()?;
    let (sides, unit, data) = match compared.what {
        What::Rows { before, after } => {
            let b = binding(app)?;
            (Sides::Periods { kpi: b.kpi, before, after }, b.independent_unit, b.data)
        }
        What::Forecast { actual, expected } => {
            let unit = binding(app).and_then(|b| b.independent_unit);
            (Sides::Forecast { actual, expected }, unit, app.main_table()?.to_owned())
        }
    };
    let exclude = known::request(app).map(|(_, r)| r.exclude).unwrap_or_default();
    let searched = first(app).is_some();
    let view = &mut app.views.explore.change;
    if view.results.contains_key(&view.by) || view.asked.as_ref() == Some(&view.by) {
        return None;
    }
    view.asked = Some(view.by.clone());
    view.failed = None;
    let request = ChangeRequest {
        sides,
        by: view.by.clone(),
        exclude,
        // The table is asked as it is seen, without the rows that the filter leaves out.
        filter: None,
        unit,
        parts_only: searched && !view.by.is_empty(),
    };
    Some(Effect::Run {
        slot: "change".into(),
        label: format!("what moved, {}", compared.title),
        data,
        analysis: Box::new(Analysis::Change(request)),
    })
}

/// Compares something else.
pub(super) fn compare(app: &mut App, compared: Compared) -> Vec<Effect> {
    let view = &mut app.views.explore.change;
    *view = ChangeView { compared: Some(compared), ..ChangeView::default() };
    app.views.explore.pane = Pane::Change;
    ask(app).into_iter().collect()
}

/// A result is there.
pub(super) fn found(app: &mut App, findings: Findings) -> Vec<Effect> {
    let Findings::Change(r) = findings else { return Vec::new() };
    let view = &mut app.views.explore.change;
    let Some(asked) = view.asked.take() else { return Vec::new() };
    if asked.is_empty() {
        // The analysis has chosen the column: it is known by its name from now on.
        let by: Vec<String> = r.parts.first().map(|p| columns_of(&p.place)).unwrap_or_default();
        if view.by.is_empty() {
            view.by.clone_from(&by);
        }
        view.results.insert(by, r);
    } else {
        view.results.insert(asked, r);
    }
    ask(app).into_iter().collect()
}

fn columns_of(place: &[(String, Cell)]) -> Vec<String> {
    place.iter().map(|(c, _)| c.clone()).collect()
}

/// A result will not come.
pub(super) fn failed(app: &mut App, why: &str) {
    let view = &mut app.views.explore.change;
    view.asked = None;
    view.failed = Some(if why == CANCELLED {
        "Cancelled. 3 begins again.".into()
    } else {
        format!("{why} v chooses what is compared.")
    });
}

/// Columns that can split the change, those with groups, and the hours and weekdays of times.
fn candidates(app: &App) -> Vec<String> {
    let Some(profile) = app.main_info().and_then(|i| i.profile.as_ref()) else { return Vec::new() };
    let rows = app.main_info().map_or(0, |i| i.rows);
    let view = &app.views.explore.change;
    let mut own: Vec<String> = match view.compared.as_ref().map(|c| &c.what) {
        Some(What::Forecast { actual, expected }) => vec![actual.clone(), expected.clone()],
        _ => Vec::new(),
    };
    let kpi = app.doc.as_ref().and_then(|d| d.session.state.kpi.as_ref()).map(|k| k.kpi.to_string());
    own.extend(kpi.iter().flat_map(|k| crate::analysis::sqltext::names_in(k)));
    let open = || {
        let some = profile.columns.iter().filter(|c| c.distinct > 1 && c.dtype != ValueType::Other);
        some.filter(|c| !own.iter().any(|o| o.eq_ignore_ascii_case(&c.name)))
    };
    let columns = open()
        .filter(|c| !c.dtype.is_temporal())
        // What names rows makes no groups.
        .filter(|c| c.dtype.is_number() || c.distinct <= 50 || c.distinct * 2 <= rows)
        .map(|c| c.name.clone());
    // Of a time its hours and weekdays, behind the columns that stand in the table.
    let parts = open().flat_map(|c| time_parts(&c.name, c.dtype)).map(|(_, name)| name);
    columns.chain(parts).collect()
}

/// The row under the cursor in one sentence.
#[must_use]
pub fn copy_text(app: &App) -> Option<String> {
    Some(words::sentence(app, result(app)?, selected(app)?))
}

/// Left and right: by another column.
pub(super) fn step_column(app: &mut App, by: isize) -> Vec<Effect> {
    let all = candidates(app);
    let view = &mut app.views.explore.change;
    if all.is_empty() || view.waits() && view.results.is_empty() {
        return Vec::new();
    }
    let at = view.by.first().and_then(|c| all.iter().position(|a| a == c));
    let n = isize::try_from(all.len()).unwrap_or(isize::MAX);
    let to = at.map_or(0, |at| (isize::try_from(at).unwrap_or(0) + by).rem_euclid(n));
    let Some(column) = usize::try_from(to).ok().and_then(|to| all.get(to)) else { return Vec::new() };
    view.by = vec![column.clone()];
    view.inside = None;
    view.map = false;
    view.list.home();
    ask(app).into_iter().collect()
}

/// `d`: a second column, or one again.
pub(super) fn second_column(app: &mut App) -> Vec<Effect> {
    let view = &mut app.views.explore.change;
    if view.by.len() > 1 {
        view.by.truncate(1);
        view.inside = None;
        view.map = false;
        view.list.home();
        return ask(app).into_iter().collect();
    }
    if view.by.is_empty() {
        return Vec::new();
    }
    open_second(app, "A second column: each pair of groups contributes its part");
    Vec::new()
}

fn open_second(app: &mut App, title: &str) {
    use crate::app::form::Form;
    use crate::app::forms::FormId;
    let by = app.views.explore.change.by.first().cloned();
    let options = candidates(app).into_iter().filter(|c| Some(c) != by.as_ref()).map(|c| (c.clone(), c)).collect();
    app.open_form(
        Form::new(FormId::Choose("change column"), title, "split").choice("choice", "Column", "", options, None),
    );
}

/// A second column was chosen.
pub(super) fn second_chosen(app: &mut App, column: &str) -> Vec<Effect> {
    let view = &mut app.views.explore.change;
    view.by.truncate(1);
    view.by.push(column.to_owned());
    view.list.home();
    ask(app).into_iter().collect()
}

/// Esc: out of an opened group. Says whether there was one.
pub fn leave(app: &mut App) -> bool {
    let view = &mut app.views.explore.change;
    if view.inside.take().is_some() {
        view.by.truncate(1);
        view.list.home();
        return true;
    }
    std::mem::take(&mut view.map)
}

/// Whether Esc has something to leave.
#[must_use]
pub fn can_leave(app: &App) -> bool {
    let view = &app.views.explore.change;
    app.views.explore.pane == Pane::Change && (view.inside.is_some() || view.map)
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

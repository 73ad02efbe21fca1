//! What all figures of Explore rest on, and what happens when it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::cells::{Marks, Search};
use super::clues::Clues;
use super::{Widths, ask_level, entered};
use crate::app::scroll::Scroll;
use crate::app::{App, Effect, Screen};
use crate::domain::event::Shape;
use crate::query::{Better, Kpi, KpiResult, ReachResult};

/// Session, table, KPI and goal: figures of another basis are figures of something else.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    session: PathBuf,
    table: Option<String>,
    kpi: Option<(Kpi, Better, Option<String>)>,
    answers: Answers,
    target: Option<f64>,
    shape: Option<Shape>,
}

/// Column → known before the outcome; column → consequences.
type Answers = (Vec<String>, Vec<String>, BTreeMap<String, Vec<String>>);

/// The basis as it stands; none without a session.
#[must_use]
pub fn basis(app: &App) -> Option<Basis> {
    let doc = app.doc.as_ref()?;
    let state = &doc.session.state;
    Some(Basis {
        session: doc.path.clone(),
        table: app.main_table().map(str::to_owned),
        kpi: state.kpi.as_ref().map(|k| (k.kpi.clone(), k.better, k.independent_unit.clone())),
        answers: (state.answered(true), state.answered(false), state.consequences()),
        target: state.goal.target_points(),
        shape: state.goal.shape,
    })
}

/// The basis changed: what was measured under the old one goes, and what is in sight is asked for again. A result of
/// the old one that still comes finds nobody who waits for it.
pub fn basis_changed(app: &mut App, before: Option<&Basis>) -> Vec<Effect> {
    let now = basis(app);
    let figures = |b: &Basis| (b.session.clone(), b.table.clone(), b.kpi.clone());
    if before.map(figures) == now.as_ref().map(figures) {
        // Only the goal, or what was known before, is another one: levels stand.
        if before.map(|b| &b.answers) != now.as_ref().map(|b| &b.answers) {
            app.views.explore.clues.forget();
            app.views.explore.change.forget();
            app.views.explore.pages.forget();
        }
        app.views.explore.pages.experiment.forget();
        if before.map(|b| (b.target, b.shape)) != now.as_ref().map(|b| (b.target, b.shape)) {
            forget_goal(app);
        }
    } else if is_other_sight(before, now.as_ref()) {
        settle(app);
    } else if app.views.explore.of_table.as_deref() == app.main_table() {
        forget_figures(app);
    } else {
        forget_table(app);
    }
    if app.screen == Screen::Explore { entered(app) } else { ask_level(app).into_iter().collect() }
}

/// What stands of a table while another one is in sight: cursors, marks, finds, figures.
#[derive(Debug, Default)]
pub struct Aside {
    kpi: Option<(Kpi, Better, Option<String>)>,
    table: Scroll,
    column: Scroll,
    columns: Scroll,
    search: Option<Search>,
    marks: Marks,
    widths: Widths,
    figures: Figures,
}

#[derive(Debug, Default)]
struct Figures {
    clues: Clues,
    level: Option<KpiResult>,
    by: BTreeMap<String, KpiResult>,
    reach: BTreeMap<String, ReachResult>,
    looked: BTreeSet<String>,
    associations: BTreeMap<(String, String), f64>,
}

/// Whether another table of the same session comes in sight, and the KPI stays what it is.
fn is_other_sight(before: Option<&Basis>, now: Option<&Basis>) -> bool {
    let (Some(before), Some(now)) = (before, now) else { return false };
    let is_result = |b: &Basis| b.table.as_deref() == Some(super::sql::RESULT);
    before.session == now.session
        && before.table != now.table
        && before.table.is_some()
        && (before.kpi == now.kpi || is_result(before) || is_result(now))
}

/// Brings cursors and figures to the table in sight, where another one comes in sight: before anything is asked for
/// again.
pub(super) fn settle(app: &mut App) {
    let now = basis(app);
    let (of, table) = (app.views.explore.of_table.as_deref(), app.main_table());
    if of != table && of.is_some() && table.is_some() {
        change_sight(app, now.as_ref());
    }
}

/// Another table of the same session comes in sight: what stood of the one before is kept for when it comes back.
fn change_sight(app: &mut App, now: Option<&Basis>) {
    let (table, kpi) = now.map(|n| (n.table.clone(), n.kpi.clone())).unwrap_or_default();
    let view = &mut app.views.explore;
    let mut next = table.as_ref().and_then(|t| view.aside.remove(t)).unwrap_or_default();
    if next.kpi != kpi {
        next.figures = Figures::default();
    }
    view.clues.set_aside();
    let f = &mut next.figures;
    std::mem::swap(&mut view.clues, &mut f.clues);
    std::mem::swap(&mut view.level, &mut f.level);
    std::mem::swap(&mut view.by, &mut f.by);
    std::mem::swap(&mut view.reach, &mut f.reach);
    std::mem::swap(&mut view.looked, &mut f.looked);
    std::mem::swap(&mut view.associations, &mut f.associations);
    std::mem::swap(&mut view.table, &mut next.table);
    std::mem::swap(&mut view.column, &mut next.column);
    std::mem::swap(&mut view.columns, &mut next.columns);
    view.column_filter.clear();
    std::mem::swap(&mut view.cells.search, &mut next.search);
    std::mem::swap(&mut view.cells.marks, &mut next.marks);
    std::mem::swap(&mut *view.widths.borrow_mut(), &mut next.widths);
    next.kpi = kpi;
    if let Some(left) = std::mem::replace(&mut view.of_table, table) {
        view.aside.insert(left, next);
    }
    (view.asked_level, view.asked_by, view.asked_reach, view.then) = (false, None, None, None);
    view.to_associate.clear();
    super::columns::dropped(view);
    view.failed = None;
}

/// Reach is held against the goal, and its shape says by which step the KPI is shown over time.
fn forget_goal(app: &mut App) {
    let view = &mut app.views.explore;
    view.reach.clear();
    view.asked_reach = None;
    view.then = None;
    view.by.retain(|split, _| !split.contains(super::OVER_TIME));
    if view.asked_by.as_ref().is_some_and(|split| split.contains(super::OVER_TIME)) {
        view.asked_by = None;
    }
}

pub(super) fn forget_figures(app: &mut App) {
    let view = &mut app.views.explore;
    view.level = None;
    view.by.clear();
    view.reach.clear();
    view.looked.clear();
    view.clues.forget();
    view.change.forget();
    view.leaks = super::leaks::LeaksView::default();
    view.columns_view.forget();
    view.pages.forget();
    view.failed = None;
    view.asked_level = false;
    view.asked_by = None;
    view.asked_reach = None;
    view.then = None;
}

/// Another table is in sight, or the same one read anew.
pub(super) fn forget_table(app: &mut App) {
    forget_figures(app);
    let table = app.main_table().map(str::to_owned);
    let view = &mut app.views.explore;
    if view.of_table != table {
        view.table.home();
        view.column.home();
        view.columns.home();
        view.first_group();
        view.column_filter.clear();
        view.jump.clear();
        view.clues = Clues::default();
        view.change = super::change::ChangeView::default();
        super::columns::dropped(view);
        view.pages = super::pages::Pages::default();
    }
    view.of_table = table;
    view.second = None;
    view.associations.clear();
    view.to_associate.clear();
    *view.widths.borrow_mut() = Widths::default();
}

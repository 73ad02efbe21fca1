//! What all figures of Explore rest on, and what happens when it changes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{Widths, ask_level, entered};
use crate::app::{App, Effect, Screen};
use crate::domain::event::Shape;
use crate::query::{Better, Kpi};

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
    } else if app.views.explore.of_table.as_deref() == app.main_table() {
        forget_figures(app);
    } else {
        forget_table(app);
    }
    if app.screen == Screen::Explore { entered(app) } else { ask_level(app).into_iter().collect() }
}

/// Reach is held against the goal, and its shape says by which step the KPI is shown over time.
fn forget_goal(app: &mut App) {
    let view = &mut app.views.explore;
    view.reach.clear();
    view.asked_reach = None;
    view.then = None;
    view.by.retain(|split, _| !split.ends_with(super::OVER_TIME));
    if view.asked_by.as_ref().is_some_and(|split| split.ends_with(super::OVER_TIME)) {
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
        view.groups.home();
        view.column_filter.clear();
        view.jump.clear();
        view.clues = super::clues::Clues::default();
        view.change = super::change::ChangeView::default();
        view.pages = super::pages::Pages::default();
    }
    view.of_table = table;
    view.second = None;
    view.associations.clear();
    view.to_associate.clear();
    *view.widths.borrow_mut() = Widths::default();
}

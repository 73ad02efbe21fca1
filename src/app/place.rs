//! Where a session is looked at: screen, pane and cursors. Kept beside the log, never in it, so that a session opens
//! again exactly there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::screens::{ask, explore, go};
use super::scroll::Scroll;
use super::{App, Effect, Screen};

/// A place, in words that a file can hold. What is missing or not known stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// The stage, by its title.
    pub screen: String,
    /// The pane of Explore, by its title.
    pub pane: String,
    /// The order of its columns pane, in words.
    pub sort: String,
    /// The KPI over time is shown.
    pub trend: bool,
    /// By which step, in one word.
    pub step: String,
    /// The triage is shown.
    pub triage: bool,
    /// The selected question.
    pub question: String,
    /// List → selected row.
    pub rows: BTreeMap<String, usize>,
    /// The query that is typed.
    pub query: String,
    /// Queries that were run, the last one at the end.
    pub queries: Vec<String>,
    /// Table → how it was looked at: sort, filter, columns.
    pub views: BTreeMap<String, explore::table::Layout>,
}

/// The lists whose cursor is kept.
fn lists(app: &mut App) -> [(&'static str, &mut Scroll); 9] {
    let v = &mut app.views;
    [
        ("problem", &mut v.problem.list),
        ("proposals", &mut v.ask.proposals),
        ("table", &mut v.explore.table),
        ("table column", &mut v.explore.column),
        ("columns", &mut v.explore.columns),
        ("groups", &mut v.explore.groups),
        ("checks", &mut v.explore.checks),
        ("score", &mut v.score.list),
        ("brief", &mut v.brief.list),
    ]
}

/// The clue that is selected on Score.
const CLUE: &str = "score clue";

/// Where the open session is looked at; `None` without one, and in a replay.
pub fn of(app: &mut App) -> Option<Place> {
    if app.doc.as_ref().is_none_or(|d| d.replay.is_some()) {
        return None;
    }
    let title = |screen: Screen| Screen::STAGES.iter().find(|(s, _)| *s == screen).map_or("", |(_, t)| *t);
    let tab = explore::pages::tab(app);
    let view = &app.views.explore;
    let mut place = Place {
        // From Home one comes back to where the work is.
        screen: title(app.screen).to_owned(),
        pane: explore::Pane::ALL.iter().find(|(p, _)| *p == tab).map_or("", |(_, t)| *t).to_owned(),
        sort: view.sort.word().to_owned(),
        trend: view.trend,
        step: view.kpi.step.word().to_owned(),
        triage: app.views.ask.triage,
        question: ask::list::selected(app).unwrap_or_default(),
        rows: BTreeMap::new(),
        query: view.sql.editor.text(),
        queries: view.sql.history.clone(),
        views: view.arranged.iter().map(|(data, a)| (data.clone(), a.now.clone())).collect(),
    };
    place.views.remove(explore::sql::RESULT);
    place.views.retain(|_, layout| *layout != explore::table::Layout::default());
    let rows = lists(app).map(|(name, list)| (name.to_owned(), list.selected(usize::MAX).unwrap_or(0)));
    place.rows.extend(rows);
    place.rows.insert(CLUE.to_owned(), app.views.score.clue);
    place.rows.retain(|_, row| *row > 0);
    Some(place)
}

/// Goes back to a place. Rows that are not there any more become the last ones.
pub fn restore(app: &mut App, place: &Place) -> Vec<Effect> {
    if app.doc.as_ref().is_none_or(|d| d.replay.is_some()) {
        return Vec::new();
    }
    let row = |name: &str| place.rows.get(name).copied().unwrap_or(0);
    for (name, list) in lists(app) {
        list.select(row(name));
    }
    app.views.score.clue = row(CLUE);
    for (data, layout) in &place.views {
        app.views.explore.arranged.insert(data.clone(), explore::table::Arranged::left(layout.clone()));
    }
    let view = &mut app.views.explore;
    if let Some((pane, _)) = explore::Pane::ALL.iter().find(|(_, t)| *t == place.pane) {
        view.pane = *pane;
    }
    // What was compared is not kept, and nothing is sorted by its shift.
    let kept = |s: &explore::Sort| s.word() == place.sort && *s != explore::Sort::Shift;
    if let Some(sort) = explore::Sort::ALL.into_iter().find(kept) {
        view.sort = sort;
    }
    if let Some(step) = explore::kpi::Step::ALL.into_iter().find(|s| s.word() == place.step) {
        view.kpi.step = step;
    }
    view.sql.restore(&place.query, &place.queries);
    view.trend = place.trend;
    if !place.question.is_empty() {
        ask::select(app, &place.question);
    }
    app.views.ask.triage = place.triage;
    match Screen::STAGES.iter().find(|(_, t)| *t == place.screen) {
        Some((screen, _)) => go(app, *screen),
        None => Vec::new(),
    }
}

//! `/`, `n`, `N`: filters of the lists, text in cells, and the way to a column; going to a row.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{Pane, ask_split, cells, current_checks, moved, ordered_columns};
use crate::app::{App, Effect, Tone, forms};

/// Opens what takes the words: the search line of the table, a form elsewhere.
pub(super) fn open(app: &mut App) -> Vec<Effect> {
    if app.views.explore.pane.has_rows() {
        return cells::open_search(app);
    }
    forms::open_search(app);
    Vec::new()
}

/// What is searched for in the pane that has the keys; text in cells is kept elsewhere.
#[must_use]
pub fn searched(app: &App) -> Option<&str> {
    let view = &app.views.explore;
    let words = match view.pane {
        Pane::Columns => &view.column_filter,
        Pane::Checks => &view.check_filter,
        _ => &view.jump,
    };
    (!words.is_empty()).then_some(words.as_str())
}

fn set(app: &mut App, words: &str) {
    let view = &mut app.views.explore;
    let place = match view.pane {
        Pane::Columns => &mut view.column_filter,
        Pane::Checks => &mut view.check_filter,
        _ => &mut view.jump,
    };
    *place = words.to_owned();
}

/// Filters the columns or the checks; on the KPI pane goes to the column that fits best.
pub fn search(app: &mut App, words: &str) -> Vec<Effect> {
    let words = words.trim();
    set(app, words);
    match app.views.explore.pane {
        Pane::Checks => {
            app.views.explore.checks.home();
            let n = current_checks(app).len();
            if !words.is_empty() {
                app.say(Tone::Plain, format!("{n} checks hold \"{words}\". Esc shows all."));
            }
            Vec::new()
        }
        Pane::Columns => {
            app.views.explore.columns.home();
            app.views.explore.first_group();
            let n = ordered_columns(app).len();
            if !words.is_empty() {
                app.say(Tone::Plain, format!("{n} columns hold \"{words}\". Esc shows all."));
            }
            moved(app)
        }
        _ if words.is_empty() => Vec::new(),
        Pane::Drivers
        | Pane::Segments
        | Pane::Sql
        | Pane::Change
        | Pane::Leaks
        | Pane::Confounders
        | Pane::Reach
        | Pane::Experiment
        | Pane::Reading => Vec::new(),
        Pane::Table | Pane::Kpi => {
            let found = places(app, words);
            let Some((_, at)) = found.iter().max_by_key(|(score, at)| (*score, std::cmp::Reverse(*at))) else {
                app.say(Tone::Warn, format!("No column's name fits \"{words}\"."));
                return Vec::new();
            };
            if found.len() > 1 {
                app.say(Tone::Plain, format!("{} columns fit. n goes to the next one.", found.len()));
            }
            go_to_column(app, *at)
        }
    }
}

/// The next or previous one that fits, round the end.
pub(super) fn next_found(app: &mut App, forward: bool) -> Vec<Effect> {
    if app.views.explore.pane.has_rows() {
        return cells::next(app, forward);
    }
    let Some(words) = searched(app).map(str::to_owned) else {
        app.say(Tone::Plain, "Nothing is searched for. / searches.");
        return Vec::new();
    };
    let pane = app.views.explore.pane;
    let (fits, now): (Vec<usize>, usize) = match pane {
        Pane::Checks | Pane::Columns => {
            let n = super::len(app);
            let now = super::scroll(app).and_then(|s| s.selected(n)).unwrap_or(0);
            ((0..n).collect(), now)
        }
        Pane::Drivers
        | Pane::Segments
        | Pane::Sql
        | Pane::Change
        | Pane::Leaks
        | Pane::Confounders
        | Pane::Reach
        | Pane::Experiment
        | Pane::Reading => return Vec::new(),
        Pane::Table | Pane::Kpi => {
            let now = app.views.explore.columns.selected(ordered_columns(app).len()).unwrap_or(0);
            (places(app, &words).into_iter().map(|(_, at)| at).collect(), now)
        }
    };
    let to = if forward {
        fits.iter().find(|i| **i > now).or(fits.first())
    } else {
        fits.iter().rev().find(|i| **i < now).or(fits.last())
    };
    let Some(to) = to.copied() else {
        app.say(Tone::Plain, format!("Nothing fits \"{words}\"."));
        return Vec::new();
    };
    match pane {
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
        | Pane::Reading => go_to_column(app, to),
        Pane::Checks | Pane::Columns => {
            if let Some(scroll) = super::scroll(app) {
                scroll.select(to);
            }
            moved(app)
        }
    }
}

/// Places of the columns whose name fits, with how well; in the order of the pane.
fn places(app: &App, words: &str) -> Vec<(u32, usize)> {
    let pattern = Pattern::parse(words, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let names: Vec<&str> = ordered_columns(app).into_iter().map(|c| c.name.as_str()).collect();
    names
        .into_iter()
        .enumerate()
        .filter_map(|(i, name)| {
            // The name itself is meant before any longer one.
            let whole = if name.eq_ignore_ascii_case(words) { 10_000 } else { 0 };
            pattern.score(Utf32Str::new(name, &mut buffer), &mut matcher).map(|s| (s + whole, i))
        })
        .collect()
}

fn go_to_column(app: &mut App, at: usize) -> Vec<Effect> {
    app.views.explore.then = None;
    app.views.explore.columns.select(at);
    app.views.explore.first_group();
    ask_split(app)
}

/// Goes to a row of the table, counted from 0.
pub fn go_to_row(app: &mut App, row: usize) -> Vec<Effect> {
    app.views.explore.table.select(row);
    moved(app)
}

/// Whether only some of the columns or checks are listed.
#[must_use]
pub fn is_filtered(app: &App) -> bool {
    matches!(app.views.explore.pane, Pane::Columns | Pane::Checks) && searched(app).is_some()
}

/// Takes the filter of the columns or the checks away; the selection stays where it is.
pub fn show_all(app: &mut App) -> Vec<Effect> {
    let kept = super::selected_column(app).map(|c| c.name.clone());
    let check = {
        let rows = current_checks(app);
        app.views.explore.checks.selected(rows.len()).and_then(|i| rows.get(i)).map(|r| r.id.clone())
    };
    set(app, "");
    match app.views.explore.pane {
        Pane::Columns => {
            // The selection stays where it was.
            if let Some(at) = kept.and_then(|k| ordered_columns(app).iter().position(|c| c.name == k)) {
                app.views.explore.columns.select(at);
            }
            moved(app)
        }
        Pane::Checks => {
            if let Some(at) = check.and_then(|id| current_checks(app).iter().position(|r| r.id == id)) {
                app.views.explore.checks.select(at);
            }
            Vec::new()
        }
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
        | Pane::Reading => Vec::new(),
    }
}

//! The table as a view: which rows, in which order, which columns, how wide; every change can be undone.
//!
//! Rows and derived columns come from the engine ([`crate::query::View`], asked for by [`Effect::View`]); hidden columns,
//! their order, the frozen ones and widths are the screen's own. None of it is recorded in the session: it is kept beside
//! it, as the cursors are.

mod columns;
mod commands;
mod derive;
mod layout;
mod like;
mod sort;

use crate::app::form::Form;
use crate::app::{App, CANCELLED, Effect, Tone, forms};
use crate::query::{Schema, View};

pub use columns::{columns, hidden, is_derived, selected_column};
pub use commands::ARRANGE;
pub use layout::{Layout, Shape};

use super::{ask_level, ask_profile, ask_split, basis, rows_in_sight};

pub(in crate::app) use columns::brought_back;
pub(in crate::app) use derive::submit_derive;
pub(in crate::app) use like::{complete, quoted_if_odd, submit_filter};

/// Most changes that can be undone.
const MOST: usize = 200;

/// How one table is looked at.
#[derive(Debug, Default)]
pub struct Arranged {
    /// As it is wanted.
    pub now: Layout,
    /// As it was before each change.
    past: Vec<Layout>,
    /// What was undone, the next one last.
    future: Vec<Layout>,
    /// The view whose rows are shown.
    pub shown: View,
    /// The view that is awaited, and how things were before it was asked for.
    asked: Option<(View, Box<Before>)>,
    /// The form by which that was asked for: it comes back where the view is not to be had.
    pub form: Option<Box<Form>>,
    /// The cursor stays where it is when the rows come: they are seen again as they were left.
    again: bool,
}

/// What a cancel goes back to.
#[derive(Debug, Clone)]
struct Before {
    now: Layout,
    past: Vec<Layout>,
    future: Vec<Layout>,
}

impl Arranged {
    /// A table that is to be seen as it was left.
    #[must_use]
    pub fn left(now: Layout) -> Self {
        Self { now, ..Self::default() }
    }

    /// Whether rows of another view are awaited.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.asked.is_some()
    }

    fn before(&self) -> Before {
        Before { now: self.now.clone(), past: self.past.clone(), future: self.future.clone() }
    }
}

/// Slots of what is measured on the table as it is looked at; all others are measured on the table as it is.
#[must_use]
pub fn sees(slot: &str) -> bool {
    matches!(
        slot,
        "level" | "by" | "reach" | "drivers" | "segments" | "change" | "leaks" | "confounders" | "cover" | "shift"
    ) || slot.starts_with("profile:")
        || slot.starts_with("assoc:")
}

/// How the main table is looked at; `None` while nothing was changed.
#[must_use]
pub fn arranged(app: &App) -> Option<&Arranged> {
    app.views.explore.arranged.get(app.main_table()?)
}

/// The view of the main table as it is wanted: what is awaited included.
#[must_use]
pub fn wanted(app: &App) -> View {
    arranged(app).map(|a| a.now.view.clone()).unwrap_or_default()
}

/// Changes how the main table is looked at. The change can be undone.
pub fn change(app: &mut App, how: impl FnOnce(&mut Layout)) -> Vec<Effect> {
    let Some(data) = app.main_table().map(str::to_owned) else { return Vec::new() };
    let arranged = app.views.explore.arranged.entry(data.clone()).or_default();
    let mut next = arranged.now.clone();
    how(&mut next);
    if next == arranged.now {
        return Vec::new();
    }
    let before = arranged.before();
    arranged.past.push(std::mem::replace(&mut arranged.now, next));
    if arranged.past.len() > MOST {
        arranged.past.remove(0);
    }
    arranged.future.clear();
    ask(app, data, before)
}

/// Asks for the rows of the wanted view, unless they are shown or awaited already.
fn ask(app: &mut App, data: String, before: Before) -> Vec<Effect> {
    let Some(arranged) = app.views.explore.arranged.get_mut(&data) else { return Vec::new() };
    let wanted = arranged.now.view.clone();
    let coming = arranged.asked.as_ref().map_or(&arranged.shown, |(view, _)| view);
    if *coming == wanted {
        return Vec::new();
    }
    // A cancel goes back to what is on the screen, not to what was never seen.
    let before = arranged.asked.take().map_or_else(|| Box::new(before), |(_, before)| before);
    arranged.asked = Some((wanted.clone(), before));
    vec![Effect::View { data, view: Box::new(wanted) }]
}

/// Notes the form by which the awaited view was asked for.
fn asked_by(app: &mut App, form: &Form) {
    let Some(data) = app.main_table().map(str::to_owned) else { return };
    if let Some(arranged) = app.views.explore.arranged.get_mut(&data).filter(|a| a.asked.is_some()) {
        arranged.form = Some(Box::new(form.clone()));
    }
}

/// `z`: the change before.
pub(in crate::app) fn undo(app: &mut App) -> Vec<Effect> {
    step(app, false)
}

/// `Z`: what was undone.
pub(in crate::app) fn redo(app: &mut App) -> Vec<Effect> {
    step(app, true)
}

fn step(app: &mut App, forward: bool) -> Vec<Effect> {
    let Some(data) = app.main_table().map(str::to_owned) else { return Vec::new() };
    let arranged = app.views.explore.arranged.entry(data.clone()).or_default();
    let before = arranged.before();
    let (from, to) =
        if forward { (&mut arranged.future, &mut arranged.past) } else { (&mut arranged.past, &mut arranged.future) };
    let Some(next) = from.pop() else {
        let words = if forward { "Nothing of the view was undone." } else { "The view was not changed." };
        app.say(Tone::Plain, words);
        return Vec::new();
    };
    let left = std::mem::replace(&mut arranged.now, next);
    let words = difference(&left, &arranged.now);
    to.push(left);
    let effects = ask(app, data, before);
    let (done, key) = if forward { ("Again", "table.undo") } else { ("Undone", "table.redo") };
    let key = crate::app::commands::key_of(app, key);
    let back = if forward { "takes it back" } else { "brings it back" };
    app.say(Tone::Good, format!("{done}: {words}. {key} {back}."));
    effects
}

/// What differs between two layouts, in a word or two.
fn difference(a: &Layout, b: &Layout) -> &'static str {
    if a.view.derived != b.view.derived {
        "a derived column"
    } else if a.view.filter != b.view.filter {
        "the filter"
    } else if a.view.sort != b.view.sort {
        "the sort"
    } else if a.hidden != b.hidden {
        "hidden columns"
    } else if a.order != b.order {
        "the order of the columns"
    } else if a.frozen != b.frozen {
        "frozen columns"
    } else {
        "a width"
    }
}

/// The rows of a view are there, or they are not to be had.
pub fn viewed(app: &mut App, data: &str, view: View, result: Result<(Schema, u64), String>) -> Vec<Effect> {
    let Some(arranged) = app.views.explore.arranged.get_mut(data) else { return Vec::new() };
    let (schema, rows) = match result {
        Ok(seen) => seen,
        Err(why) => {
            if let Some((_, before)) = arranged.asked.take() {
                (arranged.now, arranged.past, arranged.future) = (before.now, before.past, before.future);
            }
            arranged.again = false;
            let form = arranged.form.take();
            match form {
                _ if why == CANCELLED => app.say(Tone::Plain, "Cancelled. The rows are shown as before."),
                Some(form) => forms::reopen(app, *form, why),
                None => app.say(Tone::Bad, why),
            }
            return first_figures(app, data);
        }
    };
    (arranged.asked, arranged.form) = (None, None);
    let again = std::mem::take(&mut arranged.again);
    let before = std::mem::replace(&mut arranged.shown, view);
    let figures = before.filter != arranged.shown.filter || before.derived != arranged.shown.derived;
    let moved = before.filter != arranged.shown.filter || before.sort != arranged.shown.sort;
    let Some(info) = app.tables.get_mut(data) else { return Vec::new() };
    info.schema = schema;
    info.rows = rows;
    (info.page, info.asked) = Default::default();
    let unknown = info.profile.is_none();
    if figures {
        (info.profile, info.profiling, info.profile_failed) = (None, false, None);
    }
    if app.main_table() != Some(data) {
        return Vec::new();
    }
    if !again {
        told_of_new_column(app, &before);
    }
    app.views.explore.then = None;
    *app.views.explore.widths.borrow_mut() = super::Widths::default();
    if moved && !again {
        app.views.explore.table.home();
    }
    if moved {
        super::cells::rows_changed(app);
    }
    if !figures && !unknown {
        return rows_in_sight(app).into_iter().collect();
    }
    basis::forget_figures(app);
    first_figures(app, data)
}

/// Goes to a column that was just derived, and says what it is.
fn told_of_new_column(app: &mut App, before: &View) {
    let Some(arranged) = arranged(app) else { return };
    let new = arranged.shown.derived.iter().find(|d| !before.derived.contains(d)).map(|d| d.name.clone());
    let found = new.and_then(|name| {
        let info = app.main_info()?;
        let place = info.schema.columns.iter().position(|c| c.name == name)?;
        let at = columns(app).iter().position(|shown| *shown == place)?;
        Some((at, format!("{name}: {}.", info.schema.columns.get(place)?.dtype.word())))
    });
    if let Some((at, words)) = found {
        app.views.explore.column.select(at);
        app.say(Tone::Plain, words);
    }
}

/// What the panes show of a table, as far as it is not there yet.
fn first_figures(app: &mut App, data: &str) -> Vec<Effect> {
    if app.main_table() != Some(data) {
        return Vec::new();
    }
    // Rows first: they are looked at.
    let mut effects: Vec<Effect> = rows_in_sight(app).into_iter().collect();
    effects.extend(ask_profile(app, data));
    effects.extend(ask_level(app));
    effects.extend(ask_split(app));
    effects.extend(super::clues::ask(app));
    effects
}

/// A table was opened, perhaps once more: it is seen again as it was. What no longer fits is dropped with a word.
pub fn opened(app: &mut App, data: &str) -> Vec<Effect> {
    if app.doc.as_ref().is_none_or(|d| d.replay.is_some()) {
        app.views.explore.arranged.clear();
        return Vec::new();
    }
    let Some(schema) = app.tables.get(data).map(|i| i.schema.clone()) else { return Vec::new() };
    let Some(arranged) = app.views.explore.arranged.get_mut(data) else { return Vec::new() };
    (arranged.shown, arranged.asked) = (View::default(), None);
    let dropped = arranged.now.fit(&schema);
    let before =
        Before { now: Layout { view: View::default(), ..arranged.now.clone() }, past: Vec::new(), future: Vec::new() };
    if !dropped.is_empty() {
        (arranged.past, arranged.future) = (Vec::new(), Vec::new());
        app.say(Tone::Warn, format!("The view of {data} was kept without {}.", dropped.join(", ")));
    }
    let effects = ask(app, data.to_owned(), before);
    if let Some(arranged) = app.views.explore.arranged.get_mut(data) {
        arranged.again = !effects.is_empty();
    }
    effects
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

//! The SQL pane: a query in an editor, and its result as a table.
//!
//! The result is a table under the name [`RESULT`]: while the pane shows one, it is the table in sight, so that
//! everything the Table pane does (search, sort, filter, mark, copy, write) is done to it. Queries see the tables of the
//! session as they are, whatever views look at them.

pub mod commands;
mod complete;
mod pin;
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

pub use complete::Offer;
pub(super) use pin::pin;

use super::{Pane, Widths, rows_in_sight};
use crate::app::editor::Editor;
use crate::app::key::{Key, KeyCode};
use crate::app::{App, CANCELLED, Effect, TableInfo, Tone};
use crate::query::{ReadingReport, Schema, TextPlace};

/// The name of a query's result among the tables; no table of a session is called so.
pub const RESULT: &str = "query result";
/// How many queries are remembered.
const REMEMBERED: usize = 200;

/// A query that gave a result.
#[derive(Debug, Clone, PartialEq)]
pub struct Ran {
    /// The query.
    pub query: String,
    /// Seconds of work.
    pub seconds: f64,
    /// There are more rows than are shown.
    pub more: bool,
}

/// What the outside tells of a query that gave a result.
#[derive(Debug, Clone)]
pub struct Answered {
    /// Its columns.
    pub schema: Schema,
    /// Its rows.
    pub rows: u64,
    /// Remarks.
    pub reading: ReadingReport,
    /// There are more rows than those.
    pub more: bool,
}

/// The state of the pane.
#[derive(Debug)]
pub struct SqlView {
    /// The query as it is typed.
    pub editor: Editor,
    /// The editor has the keys.
    pub editing: bool,
    /// What the word under the cursor may become.
    pub offers: Vec<Offer>,
    /// Which of them Tab takes.
    pub offer: usize,
    /// Queries that were run, the last one at the end.
    pub history: Vec<String>,
    /// Which of them stands in the editor, counted from the last one.
    before: Option<usize>,
    /// What stood there before the history was looked at.
    typed: String,
    /// The query that runs.
    pub running: Option<String>,
    /// Why the last one gave nothing, and where that shows.
    pub failed: Option<(String, Option<TextPlace>)>,
    /// The query whose result is shown.
    pub ran: Option<Ran>,
}

impl Default for SqlView {
    fn default() -> Self {
        Self {
            editor: Editor::many_lines(""),
            editing: false,
            offers: Vec::new(),
            offer: 0,
            history: Vec::new(),
            before: None,
            typed: String::new(),
            running: None,
            failed: None,
            ran: None,
        }
    }
}

impl SqlView {
    /// A pane as it was left: the text, and the queries that were run.
    pub fn restore(&mut self, text: &str, history: &[String]) {
        self.editor.set(text);
        self.history = history.to_vec();
    }
}

/// Whether the pane has the keys and shows a result.
#[must_use]
pub fn shows_result(app: &App) -> bool {
    app.views.explore.pane == Pane::Sql && app.views.explore.sql.ran.is_some() && app.tables.contains_key(RESULT)
}

/// Whether letters are text.
#[must_use]
pub fn is_typing(app: &App) -> bool {
    app.views.explore.pane == Pane::Sql && app.views.explore.sql.editing
}

/// `i`: the editor gets the keys; an empty one begins with the table at hand.
pub(super) fn edit(app: &mut App) -> Vec<Effect> {
    let effects = super::show(app, Pane::Sql);
    let table = app.kpi_table().map(super::table::quoted_if_odd);
    let view = &mut app.views.explore.sql;
    view.editing = true;
    if let (true, Some(table)) = (view.editor.text().trim().is_empty(), table) {
        view.editor.set(&format!("SELECT * FROM {table}"));
    }
    effects
}

/// Esc: offers go first, then the keys go to the result.
fn leave(app: &mut App) -> Vec<Effect> {
    let view = &mut app.views.explore.sql;
    if view.offers.is_empty() {
        view.editing = false;
    } else {
        view.offers.clear();
    }
    Vec::new()
}

/// Runs what stands in the editor.
fn run(app: &mut App) -> Vec<Effect> {
    let query = app.views.explore.sql.editor.text();
    run_query(app, query)
}

/// Runs the query whose result is shown once more.
fn again(app: &mut App) -> Vec<Effect> {
    match app.views.explore.sql.ran.as_ref().map(|r| r.query.clone()) {
        Some(query) => run_query(app, query),
        None => run(app),
    }
}

fn run_query(app: &mut App, query: String) -> Vec<Effect> {
    let open: Vec<String> = app
        .tables
        .iter()
        .filter(|(name, t)| name.as_str() != RESULT && !t.opening && t.failed.is_none())
        .map(|(name, _)| name.clone())
        .collect();
    let main = app.kpi_table().map(str::to_owned);
    let view = &mut app.views.explore.sql;
    view.offers.clear();
    view.before = None;
    if query.trim().is_empty() {
        view.failed = Some(("There is no query yet. Write SELECT … FROM and a table.".into(), None));
        return Vec::new();
    }
    view.history.retain(|q| q.trim() != query.trim());
    view.history.push(query.clone());
    if view.history.len() > REMEMBERED {
        view.history.remove(0);
    }
    view.failed = None;
    view.running = Some(query.clone());
    vec![Effect::Query { query, tables: open, main }]
}

/// A query is done.
pub fn answered(
    app: &mut App,
    query: String,
    result: Result<Answered, (String, Option<TextPlace>)>,
    seconds: f64,
) -> Vec<Effect> {
    let in_sight = shows_result(app);
    let view = &mut app.views.explore.sql;
    if view.running.as_ref() != Some(&query) {
        return Vec::new();
    }
    view.running = None;
    let answer = match result {
        Err((why, _)) if why == CANCELLED => return Vec::new(),
        Err((why, place)) => {
            let same = view.editor.text() == query;
            if let (true, Some(place)) = (same, place) {
                view.editor.go_to(place.line - 1, place.column - 1);
            }
            view.failed = Some((why, place.filter(|_| same)));
            return Vec::new();
        }
        Ok(answer) => answer,
    };
    // Who types on is not taken away from it.
    if view.editor.text() == query {
        view.editing = false;
        view.offers.clear();
    }
    view.failed = None;
    view.ran = Some(Ran { query, seconds, more: answer.more });
    let own_columns = answer.schema.columns.len();
    let info = TableInfo {
        schema: answer.schema,
        rows: answer.rows,
        all_rows: answer.rows,
        own_columns,
        reading: answer.reading,
        ..TableInfo::default()
    };
    for note in &info.reading.notes {
        app.messages.push(crate::app::Message { tone: Tone::Plain, text: format!("{RESULT}: {note}") });
    }
    app.tables.insert(RESULT.to_owned(), info);
    app.views.explore.arranged.remove(RESULT);
    app.views.explore.aside.remove(RESULT);
    if !in_sight {
        // The table in sight changes, and what follows from that asks for the rows.
        return Vec::new();
    }
    let view = &mut app.views.explore;
    view.table.home();
    view.column.home();
    *view.widths.borrow_mut() = Widths::default();
    super::cells::rows_changed(app);
    rows_in_sight(app).into_iter().collect()
}

/// The query before or behind in the history.
fn step(app: &mut App, back: bool) -> Vec<Effect> {
    let view = &mut app.views.explore.sql;
    let at = match (view.before, back) {
        (None, true) => {
            view.typed = view.editor.text();
            Some(0)
        }
        (Some(at), true) => Some(at + 1),
        (Some(at), false) => at.checked_sub(1),
        (None, false) => return Vec::new(),
    };
    let found = at.map(|at| view.history.len().checked_sub(at + 1).and_then(|i| view.history.get(i)).cloned());
    match found {
        Some(Some(query)) => {
            view.editor.set(&query);
            view.before = at;
        }
        Some(None) => app.say(Tone::Plain, "No query was run before this one."),
        None => {
            let typed = view.typed.clone();
            view.editor.set(&typed);
            view.before = None;
        }
    }
    let view = &mut app.views.explore.sql;
    view.offers.clear();
    view.failed = None;
    Vec::new()
}

/// A key while the editor has them.
pub(super) fn key(app: &mut App, key: Key) -> Vec<Effect> {
    let view = &mut app.views.explore.sql;
    let n = view.offers.len();
    match (key.code, key.ctrl) {
        (KeyCode::Char('n'), true) if n > 0 => view.offer = (view.offer + 1) % n,
        (KeyCode::Char('p'), true) if n > 0 => view.offer = (view.offer + n - 1) % n,
        _ => {
            if view.editor.key(key) {
                view.failed = None;
                let typed = matches!(key.code, KeyCode::Char(_) | KeyCode::Backspace) && !key.ctrl && !key.alt;
                complete::look(app, typed);
            }
        }
    }
    Vec::new()
}

/// Pasted text.
pub(super) fn paste(app: &mut App, text: &str) {
    let view = &mut app.views.explore.sql;
    view.editor.paste(text);
    view.offers.clear();
    view.failed = None;
}

/// The text came back from the user's own editor.
pub fn edited(app: &mut App, text: &str) {
    app.views.explore.sql.editor.set(text.trim_end());
    app.views.explore.sql.failed = None;
}

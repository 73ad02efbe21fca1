//! How a table's file is read: every guess in sight, with the first rows as they would come out; each can be changed, and
//! is recorded with the session once it is taken.

mod fields;
mod keys;
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub use fields::{FIELDS, Field, Source, source, value, waiting};
pub(in crate::app) use keys::submit;
pub use keys::{READING, enter, step};

use super::{Pane, is_page};
use crate::app::forms::options_map;
use crate::app::scroll::Scroll;
use crate::app::update::{opening, read_options};
use crate::app::{App, CANCELLED, Effect, TableInfo, Tone};
use crate::domain::decide::Intent;
use crate::domain::event::Act;
use crate::domain::session::TableState;
use crate::engine::{EngineError, FileAt, Preview, ReadOptions};
use crate::query::{Analysis, Fix, Page, ProposedFix, ReadingReport, Schema, sql_tables, sql_words};

/// The first rows of a file as they would be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Seen {
    /// Columns.
    pub schema: Schema,
    /// Rows.
    pub page: Page,
    /// How they were read.
    pub reading: ReadingReport,
    /// The first lines of the file as they stand.
    pub lines: Vec<String>,
    /// Whether that is all of the file.
    pub whole: bool,
}

/// So many rows are shown.
const FIRST_ROWS: usize = 60;

impl Seen {
    /// What there is to show of the beginning of a file.
    ///
    /// # Errors
    /// When the rows can't be read.
    pub fn of(found: Preview) -> Result<Self, EngineError> {
        let engine = found.engine;
        Ok(Self {
            schema: engine.schema().clone(),
            page: engine.page(0, FIRST_ROWS)?,
            reading: engine.reading().clone(),
            lines: found.lines,
            whole: found.whole,
        })
    }
}

/// The state of the page.
#[derive(Debug, Default)]
pub struct View {
    /// The table that it is about.
    pub of: Option<String>,
    /// How it would be read.
    pub draft: ReadOptions,
    /// Drafts before this one, the last one at the end.
    past: Vec<ReadOptions>,
    /// The row.
    pub list: Scroll,
    /// The lines of the file are shown instead of the rows.
    pub raw: bool,
    /// Which of the table's files the first rows are of.
    pub file: usize,
    /// The first rows under the options for which they were asked; a file that is no text has none.
    pub seen: Option<(ReadOptions, Result<Option<Seen>, String>)>,
    /// The file that they are of, where it is known.
    pub seen_of: Option<Box<FileAt>>,
    /// The options and the file whose first rows were asked for last and came.
    answered: Option<(ReadOptions, usize)>,
    /// The options and the file whose first rows are awaited.
    awaited: Option<(ReadOptions, usize)>,
    /// Repairs that the table suggests.
    pub proposed: Option<Result<Vec<ProposedFix>, String>>,
    /// The repairs are awaited.
    asked: bool,
}

/// A row of the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// A way of reading.
    Field(Field),
    /// The type that was chosen for a column.
    Type(String),
    /// A repair, and whether it is chosen.
    Fix(Fix, bool),
    /// Lines and values that did not fit.
    Odd,
    /// All remarks.
    Notes,
}

/// The rows: ways of reading, chosen types, repairs, and what there is to look at.
#[must_use]
pub fn rows(app: &App) -> Vec<Row> {
    let view = &app.views.explore.pages.reading;
    let mut out: Vec<Row> = Vec::new();
    if is_text(app) {
        let of_sheet = report(app).is_some_and(|r| !r.sheets.is_empty());
        out.extend(FIELDS.into_iter().filter(|f| f.applies(of_sheet)).map(Row::Field));
        out.extend(view.draft.types.keys().cloned().map(Row::Type));
    }
    // A row stays where it is while it is marked.
    let proposed: Vec<&Fix> = view.proposed.iter().flatten().flatten().map(|p| &p.fix).collect();
    let made = view.draft.fixes.iter().filter(|fix| !proposed.contains(fix));
    for fix in made.chain(proposed.iter().copied()) {
        out.push(Row::Fix(fix.clone(), view.draft.fixes.contains(fix)));
    }
    out.push(Row::Odd);
    out.push(Row::Notes);
    out
}

/// Whether the file is text, which can be read in more than one way.
#[must_use]
pub fn is_text(app: &App) -> bool {
    let view = &app.views.explore.pages.reading;
    !matches!(&view.seen, Some((_, Ok(None))))
}

/// The row under the cursor.
#[must_use]
pub fn selected(app: &App) -> Option<Row> {
    let rows = rows(app);
    app.views.explore.pages.reading.list.selected(rows.len()).and_then(|at| rows.get(at).cloned())
}

/// The proposal behind a repair, where there is one.
#[must_use]
pub fn proposal<'a>(app: &'a App, fix: &Fix) -> Option<&'a ProposedFix> {
    let proposed = app.views.explore.pages.reading.proposed.as_ref()?.as_ref().ok()?;
    proposed.iter().find(|p| p.fix == *fix)
}

/// The table that the page is about, as it was opened.
#[must_use]
pub fn table(app: &App) -> Option<(&str, &TableInfo)> {
    let name = app.views.explore.pages.reading.of.as_deref()?;
    Some((name, app.tables.get(name)?))
}

/// What is known of the reading: of the whole table where it is read so, else of its first rows.
#[must_use]
pub fn report(app: &App) -> Option<&ReadingReport> {
    let view = &app.views.explore.pages.reading;
    let whole = table(app).filter(|(_, info)| !info.opening && info.failed.is_none()).map(|(_, info)| &info.reading);
    match &view.seen {
        // Repairs come after the reading.
        _ if reading_of(&view.draft) == reading_of(&recorded(app)) && whole.is_some() => whole,
        Some((_, Ok(Some(seen)))) => Some(&seen.reading),
        _ => whole,
    }
}

/// How the session says that the table is read.
#[must_use]
pub fn recorded(app: &App) -> ReadOptions {
    let view = &app.views.explore.pages.reading;
    let tables = app.doc.as_ref().map(|d| d.session.state.tables.as_slice()).unwrap_or_default();
    let table = tables.iter().find(|t| Some(t.data.as_str()) == view.of.as_deref());
    table.map(|t| read_options(&t.options)).unwrap_or_default()
}

/// Whether something was changed that was not taken yet.
#[must_use]
pub fn is_changed(app: &App) -> bool {
    app.views.explore.pages.reading.draft != recorded(app)
}

/// The options without what is done once the file is read: the first rows are the same without that.
fn reading_of(options: &ReadOptions) -> ReadOptions {
    ReadOptions { fixes: Vec::new(), sample: None, seed: 0, ..options.clone() }
}

/// `R`: opens the page on the table of the KPI.
pub(in crate::app::screens::explore) fn open(app: &mut App) -> Vec<Effect> {
    let from = app.views.explore.pane;
    if !is_page(from) {
        app.views.explore.pages.from = from;
    }
    let Some(data) = app.kpi_table().map(str::to_owned) else {
        app.say(Tone::Warn, "No data is attached. On 1 Problem, a attaches a file.");
        return Vec::new();
    };
    about(app, data);
    super::super::show(app, Pane::Reading)
}

/// Turns the page to a table.
fn about(app: &mut App, data: String) {
    let view = &mut app.views.explore.pages.reading;
    if view.of.as_ref() != Some(&data) {
        *view = View { of: Some(data), raw: view.raw, ..View::default() };
        app.views.explore.pages.reading.draft = recorded(app);
    }
}

/// Asks for what the page shows and is not known yet.
pub(in crate::app::screens::explore) fn ask(app: &mut App) -> Vec<Effect> {
    let view = &app.views.explore.pages.reading;
    let Some(data) = view.of.clone() else { return Vec::new() };
    let table = app.doc.as_ref().and_then(|d| d.session.state.tables.iter().find(|t| t.data == data));
    let Some((path, of_query)) = table.map(|t| (t.path.clone(), t.sql.is_some())) else { return Vec::new() };
    if of_query {
        // Its parts are read, each in its own way; the result is not.
        app.views.explore.pages.reading.seen = Some((reading_of(&view.draft), Ok(None)));
    }
    let view = &app.views.explore.pages.reading;
    let mut effects = Vec::new();
    let wanted = (reading_of(&view.draft), view.file);
    let known = of_query || view.answered.as_ref() == Some(&wanted);
    if !known && view.awaited.as_ref() != Some(&wanted) {
        app.views.explore.pages.reading.awaited = Some(wanted.clone());
        let (options, file) = wanted;
        effects.push(Effect::Preview { data: data.clone(), path, file, options });
    }
    let ready = app.tables.get(&data).is_some_and(|t| !t.opening && t.failed.is_none());
    let view = &mut app.views.explore.pages.reading;
    if ready && view.proposed.is_none() && !view.asked {
        view.asked = true;
        effects.push(Effect::Run {
            slot: format!("{FIXES}{data}"),
            label: "what can be mended".into(),
            data,
            analysis: Box::new(Analysis::Fixes),
        });
    }
    effects
}

/// What the slot of the job that looks for repairs begins with.
pub const FIXES: &str = "fixes:";

/// The first rows are there.
pub fn previewed(
    app: &mut App,
    data: &str,
    asked: (ReadOptions, usize),
    of: Option<Box<FileAt>>,
    result: Result<Option<Seen>, String>,
) -> Vec<Effect> {
    let view = &mut app.views.explore.pages.reading;
    if view.of.as_deref() != Some(data) || view.awaited.as_ref() != Some(&asked) {
        return Vec::new();
    }
    view.awaited = None;
    if result.as_ref().is_err_and(|why| why == CANCELLED) {
        return Vec::new();
    }
    view.seen = Some((asked.0.clone(), result));
    (view.seen_of, view.answered) = (of, Some(asked));
    Vec::new()
}

/// What can be mended is known, or why not.
pub fn found(app: &mut App, data: &str, result: Result<Vec<ProposedFix>, String>) {
    let view = &mut app.views.explore.pages.reading;
    if view.of.as_deref() == Some(data) && view.asked {
        view.asked = false;
        view.proposed = if result.as_ref().is_err_and(|why| why == CANCELLED) { None } else { Some(result) };
    }
}

/// A table was opened anew: what was said of the one before is said no more.
pub fn table_opened(app: &mut App, data: &str) -> Vec<Effect> {
    let view = &mut app.views.explore.pages.reading;
    if view.of.as_deref() != Some(data) {
        return Vec::new();
    }
    (view.proposed, view.asked) = (None, false);
    if app.views.explore.pane == Pane::Reading { ask(app) } else { Vec::new() }
}

/// Records how the table is to be read from now on; it is read anew by what follows from that.
fn take(app: &mut App) -> Vec<Effect> {
    let Some(data) = app.views.explore.pages.reading.of.clone() else { return Vec::new() };
    if !is_changed(app) {
        app.say(Tone::Plain, "The table is read in this way already.");
        return Vec::new();
    }
    let (before, now) = (options_map(&recorded(app)), options_map(&app.views.explore.pages.reading.draft));
    let mut options: Map<String, Value> = Map::new();
    for (key, value) in &now {
        if before.get(key) != Some(value) {
            options.insert(key.clone(), value.clone());
        }
    }
    // What is guessed again is recorded as nothing.
    for key in before.keys().filter(|key| !now.contains_key(*key)) {
        options.insert(key.clone(), Value::Null);
    }
    app.record_or_say(Intent::record(Act::ReadOptions { data, options }))
}

/// Whatever changed how a table is read (this page, undo, a step of a replay): it is read anew, and what is open here goes
/// by it.
pub fn read_anew(app: &mut App) -> Vec<Effect> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let tables = &doc.replay.as_ref().map_or(&doc.session, |r| &r.full).state.tables;
    let is_stale = |t: &TableState| {
        let read = app.tables.get(&t.data).and_then(|info| info.read_as.as_ref());
        // After nearly every message they are the very same; what is recorded as nothing may still mean the same.
        read.is_some_and(|read| *read != t.options && read_options(read) != read_options(&t.options))
    };
    let mut stale: Vec<TableState> = tables.iter().filter(|t| is_stale(t)).cloned().collect();
    if stale.is_empty() {
        return Vec::new();
    }
    // What a query makes of them is made anew as well.
    let names: Vec<String> = stale.iter().map(|t| t.data.clone()).collect();
    let of_them = |t: &&TableState| {
        let read = t.sql.as_deref().map(|sql| sql_tables(&sql_words(sql))).unwrap_or_default();
        read.iter().any(|(name, _)| names.contains(name))
    };
    let made: Vec<TableState> = tables.iter().filter(of_them).filter(|t| !names.contains(&t.data)).cloned().collect();
    stale.extend(made);
    let mut effects = Vec::new();
    for table in stale {
        let before = app.tables.get_mut(&table.data).and_then(|info| {
            info.opening = true;
            info.read_as.replace(table.options.clone())
        });
        let view = &mut app.views.explore.pages.reading;
        // What was changed there and not taken yet stays.
        if view.of.as_ref() == Some(&table.data) && before.is_some_and(|before| read_options(&before) == view.draft) {
            view.draft = read_options(&table.options);
        }
        effects.push(opening(&table));
    }
    effects
}

/// The row under the cursor as a text to copy.
#[must_use]
pub fn copied(app: &App) -> Option<String> {
    Some(match selected(app)? {
        Row::Field(field) => value(&app.views.explore.pages.reading.draft, report(app), field),
        Row::Type(column) => {
            let word = app.views.explore.pages.reading.draft.types.get(&column)?.word();
            format!("{column}={word}")
        }
        Row::Fix(fix, _) => fix.to_string(),
        Row::Odd => report(app)?.odd.first.iter().map(|o| format!("{}\t{}\n", o.line, o.text)).collect(),
        Row::Notes => report(app)?.notes.join("\n"),
    })
}

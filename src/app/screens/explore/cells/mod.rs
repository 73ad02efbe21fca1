//! What one does with cells of the Table pane: search, look closely, mark, copy, write to a file.
//!
//! `search` looks for text in the cells, `columns` goes to a column by a few letters of its name, `detail` shows one
//! cell whole, `record` one row as a form, `marks` keeps the rows that are marked, `copying` and `exporting` hand on.
//! Rows are counted as they are shown.

mod columns;
pub mod commands;
mod copying;
mod detail;
mod exporting;
mod json;
mod marks;
mod record;
mod search;
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

pub use columns::Picker;
pub use copying::{CELL_MOST, COPY_MOST, Copying, Shape, as_text, chosen, copy, open_copy};
pub use detail::{CellView, open_cell};
pub use exporting::{exists, open_export, replace, submit};
pub use marks::Marks;
pub use record::{RecordView, open_record};
pub use search::{Line, Search, found_words, is_hit, next, open as open_search, stop};

use super::{moved, table};
use crate::app::key::Key;
use crate::app::{App, CANCELLED, Effect, Popup, Tone};
use crate::query::{Cell, Direction, Export, Exported, Find, FoundCount, Hit, Place};

/// What is kept of searches and marks.
#[derive(Debug, Default)]
pub struct CellsView {
    /// What is looked for.
    pub search: Option<Search>,
    /// What was looked for before, the last one at the end.
    pub history: Vec<Find>,
    /// Rows that are marked.
    pub marks: Marks,
}

/// What is asked of the outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// The next cell that holds a text.
    Find {
        /// What.
        find: Find,
        /// From where.
        from: Place,
        /// Which way.
        direction: Direction,
    },
    /// How many cells hold it, from a row on.
    Count {
        /// What.
        find: Find,
        /// The row.
        from: u64,
    },
    /// A whole row, nothing cut.
    Row(u64),
    /// Cells as text for the clipboard.
    Copy(Box<Copying>),
    /// Rows into a file.
    Export(Box<Export>),
}

/// What the outside tells.
#[derive(Debug)]
pub enum Told {
    /// The next cell was found, or none, or why it could not be looked for.
    Found(Box<Find>, Result<Option<Hit>, String>),
    /// Some more were counted.
    Counted(Box<Find>, Result<FoundCount, String>),
    /// A row, nothing cut.
    Row(u64, Result<Vec<Cell>, String>),
    /// Why nothing was copied; what was copied is told by the terminal.
    NotCopied(String),
    /// Words about what was copied, before the terminal tells where it went.
    Copying(String),
    /// A file of that name exists.
    Exists(Box<Export>),
    /// The rows were written, or why not.
    Exported(Result<Exported, String>),
}

/// What floats above the table.
#[derive(Debug, Clone)]
pub enum Float {
    /// The search line.
    Line(Line),
    /// The columns, to go to one.
    Columns(Picker),
    /// A cell.
    Cell(CellView),
    /// A row as a form.
    Record(RecordView),
}

impl Float {
    /// Whether letters are text now.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        match self {
            Self::Line(_) | Self::Columns(_) => true,
            Self::Cell(_) => false,
            Self::Record(record) => record.typing,
        }
    }
}

/// What became of a key in what floats.
enum After {
    /// It stays open.
    Stay(Vec<Effect>),
    /// It stays open below something else.
    Open(Box<Float>, Vec<Effect>),
    /// It closes.
    Close(Vec<Effect>),
}

/// Asks something about the main table.
fn ask(app: &App, what: Ask) -> Vec<Effect> {
    let Some(data) = app.main_table().map(str::to_owned) else { return Vec::new() };
    vec![Effect::Cells { data, ask: Box::new(what) }]
}

/// A key while one of these floats.
pub fn key(app: &mut App, key: Key) -> Vec<Effect> {
    let Some(Popup::Cells(mut float)) = app.popups.pop() else { return Vec::new() };
    let after = match &mut *float {
        Float::Line(line) => search::key(app, line, key),
        Float::Columns(picker) => columns::key(app, picker, key),
        Float::Cell(cell) => detail::key(app, cell, key),
        Float::Record(record) => record::key(app, record, key),
    };
    match after {
        After::Close(effects) => effects,
        After::Stay(effects) => {
            app.popups.push(Popup::Cells(float));
            effects
        }
        After::Open(above, effects) => {
            app.popups.extend([Popup::Cells(float), Popup::Cells(above)]);
            effects
        }
    }
}

/// Pasted text goes where letters would.
pub fn paste(app: &mut App, text: &str) {
    let Some(Popup::Cells(mut float)) = app.popups.pop() else { return };
    // One line, without what no key could type.
    let text: String =
        text.trim_end_matches(['\n', '\r']).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match &mut *float {
        Float::Line(line) => line.paste(&text),
        Float::Columns(picker) => picker.paste(app, &text),
        Float::Record(record) if record.typing => record.paste(&text),
        Float::Cell(_) | Float::Record(_) => app.say(Tone::Warn, "Nothing takes text here; the paste was ignored."),
    }
    app.popups.push(Popup::Cells(float));
}

/// The wheel.
pub fn scroll(app: &mut App, by: isize) {
    if let Some(Popup::Cells(float)) = app.popups.last_mut() {
        match &mut **float {
            Float::Cell(cell) => cell.scroll(by),
            Float::Record(record) => record.step(by),
            Float::Columns(picker) => picker.step(by),
            Float::Line(_) => {}
        }
    }
}

/// Something was told.
pub fn told(app: &mut App, told: Told) -> Vec<Effect> {
    match told {
        Told::Found(find, result) => search::found(app, &find, result),
        Told::Counted(find, result) => search::counted(app, &find, result),
        Told::Row(row, result) => {
            row_came(app, row, result);
            Vec::new()
        }
        Told::NotCopied(why) => {
            if why != CANCELLED {
                app.say(Tone::Bad, format!("Not copied: {why}"));
            }
            Vec::new()
        }
        Told::Copying(words) => {
            app.say(Tone::Plain, words);
            Vec::new()
        }
        Told::Exists(export) => {
            exporting::exists(app, *export);
            Vec::new()
        }
        Told::Exported(result) => {
            exporting::done(app, result);
            Vec::new()
        }
    }
}

/// A row came for what floats.
fn row_came(app: &mut App, row: u64, result: Result<Vec<Cell>, String>) {
    for popup in &mut app.popups {
        if let Popup::Cells(float) = popup {
            match (&mut **float, &result) {
                (Float::Cell(cell), Ok(cells)) if cell.row == row => cell.take(cells),
                (Float::Cell(cell), Err(why)) if cell.row == row => cell.failed(why),
                (Float::Record(record), Ok(cells)) if record.row == row => record.take(cells.clone()),
                (Float::Record(record), Err(why)) if record.row == row => record.failed(why),
                _ => {}
            }
        }
    }
}

/// The row and the column (its place in the table, whatever is hidden) under the cursor of the table.
#[must_use]
pub fn cursor(app: &App) -> Option<(u64, usize)> {
    let info = app.main_info()?;
    let row = app.views.explore.table.selected(usize::try_from(info.rows).ok()?)?;
    Some((row as u64, table::selected_column(app)?.0))
}

/// Names of the columns as they are shown; `None` where all are shown in the order of the table.
fn shown_names(app: &App) -> Option<Vec<String>> {
    let all = app.main_info()?.schema.columns.as_slice();
    let shown = table::columns(app);
    if shown.iter().copied().eq(0..all.len()) {
        return None;
    }
    Some(shown.into_iter().filter_map(|i| all.get(i)).map(|c| c.name.clone()).collect())
}

/// A row that is loaded with all its columns.
fn loaded_row(app: &App, row: u64) -> Option<&Vec<Cell>> {
    let page = &app.main_info()?.page;
    page.rows.get(usize::try_from(row.checked_sub(page.start)?).ok()?).filter(|_| page.columns.is_none())
}

/// A cell that is loaded, by its row and the place of its column in the table.
fn loaded(app: &App, row: u64, column: usize) -> Option<&Cell> {
    app.main_info()?.page.cell(row, column)
}

/// Moves the cursor of the table.
fn go_to(app: &mut App, row: u64, column: Option<usize>) -> Vec<Effect> {
    app.views.explore.table.select(usize::try_from(row).unwrap_or(usize::MAX));
    // A hidden column has no place on the screen.
    let at = column.and_then(|place| table::columns(app).iter().position(|shown| *shown == place));
    if let Some(at) = at {
        app.views.explore.column.select(at);
    }
    moved(app)
}

/// Whether Esc has something to end in the Table pane.
#[must_use]
pub fn may_escape(app: &App) -> bool {
    let view = &app.views.explore;
    view.pane.has_rows() && (view.cells.search.is_some() || view.cells.marks != Marks::default())
}

/// Esc in the Table pane: the marks go first, then the search.
pub fn escape(app: &mut App) -> Vec<Effect> {
    if app.views.explore.cells.marks.clear() {
        app.say(Tone::Plain, "No row is marked any more.");
    } else {
        search::stop(app);
    }
    Vec::new()
}

/// The rows are others now (another order, another filter): marks and finds of before are gone.
pub fn rows_changed(app: &mut App) {
    let view = &mut app.views.explore.cells;
    view.marks.clear();
    view.search = None;
}

//! Enter: one cell, whole.

use std::cell::{Cell as Kept, RefCell};

use super::{After, Ask, Float, ask, cursor, go_to, json, loaded, table};
use crate::analysis::format;
use crate::app::key::{Key, KeyCode};
use crate::app::{App, CANCELLED, Effect, Popup, Tone};
use crate::query::{Cell, ValueType};

/// Text of so many bytes may have been cut in the page that is loaded.
const MAYBE_CUT: usize = 64 << 10;

/// A cell that is looked at closely.
#[derive(Debug, Clone)]
pub struct CellView {
    /// Its row, from 0.
    pub row: u64,
    /// The place of its column.
    pub column: usize,
    /// Name of its column.
    pub name: String,
    /// Type of its column.
    pub dtype: ValueType,
    /// What it holds; `None` while it is read.
    pub cell: Option<Cell>,
    /// The same as JSON over several lines, where it is JSON.
    pub laid_out: Option<String>,
    /// JSON is shown as it stands.
    pub raw: bool,
    /// Why it could not be read.
    pub trouble: Option<String>,
    /// First line in sight.
    pub first: usize,
    /// Its lines as last wrapped, with the width.
    pub wrapped: RefCell<Option<(usize, Vec<String>)>>,
    /// The last line at which it can begin, and the lines in sight, as last drawn.
    pub room: Kept<(usize, usize)>,
}

impl CellView {
    /// A view of a cell; what is not loaded whole is asked for.
    fn new(app: &App, row: u64, column: usize) -> Option<(Self, Vec<Effect>)> {
        let head = app.main_info()?.schema.columns.get(column)?;
        let mut view = Self {
            row,
            column,
            name: head.name.clone(),
            dtype: head.dtype,
            cell: None,
            laid_out: None,
            raw: false,
            trouble: None,
            first: 0,
            wrapped: RefCell::default(),
            room: Kept::default(),
        };
        let found = loaded(app, row, column).cloned();
        let whole = found.as_ref().is_some_and(|c| !matches!(c, Cell::Text(t) if t.len() >= MAYBE_CUT));
        if let Some(cell) = found {
            view.set(cell);
        }
        let effects = if whole { Vec::new() } else { ask(app, Ask::Row(row)) };
        Some((view, effects))
    }

    fn set(&mut self, cell: Cell) {
        self.laid_out = match &cell {
            Cell::Text(text) => json::laid_out(text),
            _ => None,
        };
        self.cell = Some(cell);
        self.wrapped = RefCell::default();
    }

    pub(super) fn take(&mut self, cells: &[Cell]) {
        if let Some(cell) = cells.get(self.column) {
            self.set(cell.clone());
        }
    }

    pub(super) fn failed(&mut self, why: &str) {
        self.trouble = Some(why.to_owned());
    }

    /// The text to read: laid out where it is JSON and not to be raw.
    #[must_use]
    pub fn text(&self) -> String {
        match (&self.laid_out, &self.cell) {
            (Some(laid), _) if !self.raw => laid.clone(),
            (_, Some(cell)) => cell.to_string(),
            (_, None) => String::new(),
        }
    }

    /// What is to be known of it: type and length; what is null or empty is said.
    #[must_use]
    pub fn facts(&self) -> String {
        let mut words = vec![self.dtype.word().to_owned()];
        match &self.cell {
            None => words.push("being read …".into()),
            Some(Cell::Null) => words.push("null: nothing was given".into()),
            Some(Cell::Text(t)) if t.is_empty() => words.push("empty text, not null".into()),
            Some(Cell::Text(t)) => {
                let (characters, bytes) = (t.chars().count(), t.len());
                words.push(format!("{} characters", format::count(characters as u64)));
                if bytes != characters {
                    words.push(format!("{} bytes", format::count(bytes as u64)));
                }
                let lines = t.split('\n').count();
                if lines > 1 {
                    words.push(format!("{} lines", format::count(lines as u64)));
                }
                if self.laid_out.is_some() {
                    words.push(if self.raw { "JSON, as it stands".into() } else { "JSON, laid out".into() });
                }
                let hidden = t.chars().filter(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')).count();
                if hidden > 0 {
                    words.push(format!("⚠ {} control characters", format::count(hidden as u64)));
                }
            }
            Some(_) => {}
        }
        words.join(" · ")
    }

    pub(super) fn scroll(&mut self, by: isize) {
        let (end, _) = self.room.get();
        self.first = self.first.min(end).saturating_add_signed(by).min(end);
    }
}

/// Opens the cell under the cursor.
pub fn open_cell(app: &mut App) -> Vec<Effect> {
    let Some((row, column)) = cursor(app) else { return Vec::new() };
    let Some((view, effects)) = CellView::new(app, row, column) else { return Vec::new() };
    app.popups.push(Popup::Cells(Box::new(Float::Cell(view))));
    effects
}

/// The cell of a row that is shown as a form.
pub(super) fn of(app: &App, row: u64, column: usize) -> Option<(CellView, Vec<Effect>)> {
    CellView::new(app, row, column)
}

pub(super) fn key(app: &mut App, view: &mut CellView, key: Key) -> After {
    let (_, height) = view.room.get();
    let page = isize::try_from(height.max(2) - 1).unwrap_or(1);
    match (key.code, key.ctrl) {
        (KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q'), _) | (KeyCode::Char('c'), true) => {
            return After::Close(Vec::new());
        }
        (KeyCode::Down | KeyCode::Char('j'), false) => view.scroll(1),
        (KeyCode::Up | KeyCode::Char('k'), false) => view.scroll(-1),
        (KeyCode::PageDown | KeyCode::Char(' '), false) | (KeyCode::Char('f'), true) => view.scroll(page),
        (KeyCode::PageUp, _) | (KeyCode::Char('b'), true) => view.scroll(-page),
        (KeyCode::Char('d'), true) => view.scroll(page / 2),
        (KeyCode::Char('u'), true) => view.scroll(-page / 2),
        (KeyCode::Home | KeyCode::Char('g'), _) => view.scroll(isize::MIN),
        (KeyCode::End | KeyCode::Char('G'), _) => view.scroll(isize::MAX),
        (KeyCode::Char('r'), false) if view.laid_out.is_some() => {
            view.raw = !view.raw;
            view.first = 0;
            view.wrapped = RefCell::default();
        }
        (KeyCode::Char('n'), false) => return step(app, view, 1, 0),
        (KeyCode::Char('p'), false) => return step(app, view, -1, 0),
        (KeyCode::Right | KeyCode::Char('l'), false) => return step(app, view, 0, 1),
        (KeyCode::Left | KeyCode::Char('h'), false) => return step(app, view, 0, -1),
        (KeyCode::Char('y'), false) => {
            return After::Stay(match &view.cell {
                None => Vec::new(),
                Some(Cell::Null) => {
                    app.say(Tone::Warn, "This cell is null: there is nothing to copy.");
                    Vec::new()
                }
                // As it stands in the data, whatever is shown.
                Some(cell) => vec![Effect::Copy(cell.to_string())],
            });
        }
        _ => {}
    }
    After::Stay(Vec::new())
}

/// Another cell, with the cursor of the table; this stays open.
fn step(app: &mut App, view: &mut CellView, rows: i64, columns: isize) -> After {
    let all = app.main_info().map_or(0, |i| i.rows);
    let shown = table::columns(app);
    let row = view.row.saturating_add_signed(rows).min(all.saturating_sub(1));
    let at = shown.iter().position(|place| *place == view.column).unwrap_or(0);
    let at = at.saturating_add_signed(columns).min(shown.len().saturating_sub(1));
    let column = if columns == 0 { view.column } else { shown.get(at).copied().unwrap_or(view.column) };
    if (row, column) == (view.row, view.column) {
        return After::Stay(Vec::new());
    }
    let mut effects = go_to(app, row, Some(column));
    if let Some((next, more)) = CellView::new(app, row, column) {
        let raw = view.raw;
        *view = CellView { raw, room: view.room.clone(), ..next };
        effects.extend(more);
    }
    After::Stay(effects)
}

/// Words for why a row did not come, where nothing can be shown.
#[must_use]
pub(super) fn why(trouble: &str) -> String {
    if trouble == CANCELLED { "Reading was cancelled.".into() } else { trouble.to_owned() }
}

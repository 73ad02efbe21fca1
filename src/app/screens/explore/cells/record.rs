//! `=`: one row as a form, a line a column.

use super::{After, Ask, Float, ask, cursor, detail, go_to, loaded_row};
use crate::app::editor::Editor;
use crate::app::key::{Key, KeyCode};
use crate::app::scroll::Scroll;
use crate::app::{App, Effect, Popup, Tone};
use crate::query::{Cell, ColumnInfo};

/// A row that is looked at closely.
#[derive(Debug, Clone)]
pub struct RecordView {
    /// Its row, from 0.
    pub row: u64,
    /// All columns.
    pub columns: Vec<ColumnInfo>,
    /// What they hold; `None` while it is read.
    pub cells: Option<Vec<Cell>>,
    /// Why it could not be read.
    pub trouble: Option<String>,
    /// Only columns whose name or value holds these letters are listed.
    pub filter: Editor,
    /// Letters go to the filter.
    pub typing: bool,
    /// Places of the columns that are listed.
    pub fits: Vec<usize>,
    /// Which one is selected.
    pub list: Scroll,
}

impl RecordView {
    fn set(&mut self, cells: Option<Vec<Cell>>) {
        self.cells = cells;
        self.narrow();
    }

    pub(super) fn take(&mut self, cells: Vec<Cell>) {
        self.set(Some(cells));
    }

    pub(super) fn failed(&mut self, why: &str) {
        self.trouble = Some(detail::why(why));
    }

    /// Lists what fits the filter; the selected column stays where it still fits.
    fn narrow(&mut self) {
        let kept = self.selected();
        let wanted = self.filter.text().to_lowercase();
        let holds = |i: usize, c: &ColumnInfo| {
            let value = self.cells.as_ref().and_then(|cells| cells.get(i));
            wanted.is_empty()
                || c.name.to_lowercase().contains(&wanted)
                || value.is_some_and(|v| v.to_string().to_lowercase().contains(&wanted))
        };
        let fits = self.columns.iter().enumerate().filter(|(i, c)| holds(*i, c)).map(|(i, _)| i).collect();
        self.fits = fits;
        let at = kept.and_then(|k| self.fits.iter().position(|i| *i == k)).unwrap_or(0);
        self.list.select(at);
    }

    /// The place of the selected column.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        self.list.selected(self.fits.len()).and_then(|i| self.fits.get(i)).copied()
    }

    pub(super) fn step(&mut self, by: isize) {
        self.list.step(by, self.fits.len());
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.filter.paste(text);
        self.narrow();
    }

    /// The row as one JSON record.
    fn json(&self) -> Option<String> {
        let cells = self.cells.as_ref()?;
        Some(super::copying::record(&self.columns, cells))
    }
}

/// Opens the row under the cursor.
pub fn open_record(app: &mut App) -> Vec<Effect> {
    let Some((row, column)) = cursor(app) else { return Vec::new() };
    let Some(info) = app.main_info() else { return Vec::new() };
    let mut view = RecordView {
        row,
        columns: info.schema.columns.clone(),
        cells: None,
        trouble: None,
        filter: Editor::line(""),
        typing: false,
        fits: Vec::new(),
        list: Scroll::default(),
    };
    view.set(loaded_row(app, row).cloned());
    view.list.select(column);
    let effects = if view.cells.is_some() { Vec::new() } else { ask(app, Ask::Row(row)) };
    app.popups.push(Popup::Cells(Box::new(Float::Record(view))));
    effects
}

pub(super) fn key(app: &mut App, view: &mut RecordView, key: Key) -> After {
    let n = view.fits.len();
    if view.typing {
        match (key.code, key.ctrl) {
            (KeyCode::Enter, _) => view.typing = false,
            (KeyCode::Esc, _) | (KeyCode::Char('c'), true) => {
                view.typing = false;
                view.filter.set("");
                view.narrow();
            }
            (KeyCode::Down, _) => view.step(1),
            (KeyCode::Up, _) => view.step(-1),
            _ => {
                if view.filter.key(key) {
                    view.narrow();
                }
            }
        }
        return After::Stay(Vec::new());
    }
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) if !view.filter.text().is_empty() => {
            view.filter.set("");
            view.narrow();
        }
        (KeyCode::Esc | KeyCode::Char('q' | '='), _) | (KeyCode::Char('c'), true) => {
            // The cursor of the table follows what was looked at here.
            let column = view.selected();
            return After::Close(go_to(app, view.row, column));
        }
        (KeyCode::Char('/'), _) => view.typing = true,
        (KeyCode::Down | KeyCode::Char('j'), false) => view.list.step(1, n),
        (KeyCode::Up | KeyCode::Char('k'), false) => view.list.step(-1, n),
        (KeyCode::PageDown, _) | (KeyCode::Char('f'), true) => view.list.page(1, n),
        (KeyCode::PageUp, _) | (KeyCode::Char('b'), true) => view.list.page(-1, n),
        (KeyCode::Char('d'), true) => view.list.half_page(1, n),
        (KeyCode::Char('u'), true) => view.list.half_page(-1, n),
        (KeyCode::Home | KeyCode::Char('g'), _) => view.list.home(),
        (KeyCode::End | KeyCode::Char('G'), _) => view.list.end(n),
        (KeyCode::Right | KeyCode::Char('l' | 'n'), false) => return step(app, view, 1),
        (KeyCode::Left | KeyCode::Char('h' | 'p'), false) => return step(app, view, -1),
        (KeyCode::Enter, _) => {
            if let Some((cell, effects)) = view.selected().and_then(|c| detail::of(app, view.row, c)) {
                return After::Open(Box::new(Float::Cell(cell)), effects);
            }
        }
        (KeyCode::Char('y'), false) => {
            return After::Stay(match view.json() {
                Some(text) => vec![Effect::Copy(text)],
                None => {
                    app.say(Tone::Warn, "The row is still being read.");
                    Vec::new()
                }
            });
        }
        _ => {}
    }
    After::Stay(Vec::new())
}

/// Another row, with the cursor of the table; this stays open.
fn step(app: &mut App, view: &mut RecordView, by: i64) -> After {
    let last = app.main_info().map_or(0, |i| i.rows).saturating_sub(1);
    let row = view.row.saturating_add_signed(by).min(last);
    if row == view.row {
        return After::Stay(Vec::new());
    }
    view.row = row;
    view.trouble = None;
    let mut effects = go_to(app, row, None);
    view.set(loaded_row(app, row).cloned());
    if view.cells.is_none() {
        effects.extend(ask(app, Ask::Row(row)));
    }
    After::Stay(effects)
}

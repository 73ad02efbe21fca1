//! `|`: going to a column by a few letters of its name.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{After, Float, table};
use crate::app::editor::Editor;
use crate::app::key::{Key, KeyCode};
use crate::app::{App, Effect, Popup};

/// The columns whose names fit.
#[derive(Debug, Clone)]
pub struct Picker {
    /// What was typed.
    pub text: Editor,
    /// Places, among the columns that are shown, of those that fit; best first.
    pub fits: Vec<usize>,
    /// The selected one of them.
    pub selected: usize,
}

impl Picker {
    /// Finds the columns again after a change.
    fn search(&mut self, app: &App) {
        let all = app.main_info().map(|i| i.schema.columns.as_slice()).unwrap_or_default();
        let shown = table::columns(app);
        let wanted = self.text.text();
        let pattern = Pattern::parse(wanted.trim(), CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = shown
            .iter()
            .filter_map(|i| all.get(*i))
            .enumerate()
            .filter_map(|(i, c)| {
                // The name itself is meant before any longer one.
                let whole = if c.name.eq_ignore_ascii_case(wanted.trim()) { 10_000 } else { 0 };
                pattern.score(Utf32Str::new(&c.name, &mut buffer), &mut matcher).map(|s| (s + whole, i))
            })
            .collect();
        scored.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
        self.fits = scored.into_iter().map(|(_, i)| i).collect();
        self.selected = 0;
    }

    pub(super) fn paste(&mut self, app: &App, text: &str) {
        self.text.paste(text);
        self.search(app);
    }

    pub(super) fn step(&mut self, by: isize) {
        self.selected = self.selected.saturating_add_signed(by).min(self.fits.len().saturating_sub(1));
    }
}

/// Opens the list.
pub(super) fn open(app: &mut App) -> Vec<Effect> {
    let mut picker = Picker { text: Editor::line(""), fits: Vec::new(), selected: 0 };
    picker.search(app);
    // It opens where the cursor stands.
    picker.selected = app.views.explore.column.selected(picker.fits.len()).unwrap_or(0);
    app.popups.push(Popup::Cells(Box::new(Float::Columns(picker))));
    Vec::new()
}

pub(super) fn key(app: &mut App, picker: &mut Picker, key: Key) -> After {
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) | (KeyCode::Char('c'), true) => return After::Close(Vec::new()),
        (KeyCode::Enter, _) => {
            let Some(at) = picker.fits.get(picker.selected) else { return After::Stay(Vec::new()) };
            app.views.explore.then = None;
            app.views.explore.column.select(*at);
            return After::Close(Vec::new());
        }
        (KeyCode::Down, _) | (KeyCode::Char('n'), true) => picker.step(1),
        (KeyCode::Up, _) | (KeyCode::Char('p'), true) => picker.step(-1),
        (KeyCode::PageDown, _) => picker.step(10),
        (KeyCode::PageUp, _) => picker.step(-10),
        _ => {
            if picker.text.key(key) {
                picker.search(app);
            }
        }
    }
    After::Stay(Vec::new())
}

//! `/`, `n`, `N`: looking for text in the cells.

use super::{After, Ask, Float, ask, cursor, go_to, shown_names};
use crate::analysis::format;
use crate::app::editor::Editor;
use crate::app::key::{Key, KeyCode};
use crate::app::{App, CANCELLED, Effect, Popup, Tone};
use crate::query::{BLOCK, BadPattern, Cell, Direction, Find, FindMode, FoundCount, Hit, Pattern, Place};

/// How many searches are remembered.
const REMEMBERED: usize = 50;
/// What a search begins with that is a regular expression.
const RE: &str = "re:";

/// The search line.
#[derive(Debug, Clone)]
pub struct Line {
    /// What is typed.
    pub text: Editor,
    /// How it is meant.
    pub mode: FindMode,
    /// Why it can't be read.
    pub bad: Option<BadPattern>,
    /// Which of the searches before stands there, counted from the last one.
    before: Option<usize>,
}

impl Line {
    /// What it says; `None` while nothing is typed.
    fn find(&self, app: &App) -> Option<Find> {
        let text = self.text.text();
        let (text, mode) = match text.strip_prefix(RE) {
            Some(rest) => (rest.to_owned(), FindMode::Regex),
            None => (text, self.mode),
        };
        (!text.is_empty()).then(|| Find { text, mode, columns: shown_names(app) })
    }

    /// Whether it is a regular expression.
    #[must_use]
    pub fn is_regex(&self) -> bool {
        self.mode == FindMode::Regex || self.text.text().starts_with(RE)
    }

    pub(super) fn paste(&mut self, text: &str) {
        self.text.paste(text);
        self.bad = None;
    }

    fn set(&mut self, find: &Find) {
        self.text.set(&find.text);
        self.mode = find.mode;
        self.bad = None;
    }
}

/// What is looked for, and how far it is known.
#[derive(Debug, Clone)]
pub struct Search {
    /// What.
    pub find: Find,
    /// Ready to compare with, for what is in sight.
    pattern: Pattern,
    /// Where the last one was found.
    pub hit: Option<Hit>,
    /// The next one is awaited.
    pub seeking: bool,
    /// Finds by block, as far as counted.
    blocks: Vec<u64>,
    /// The row to count on from; `None` when all are counted.
    next: Option<u64>,
    /// Counting was cancelled.
    cut_short: bool,
}

impl Search {
    fn new(find: Find) -> Result<Self, BadPattern> {
        let pattern = find.pattern()?;
        Ok(Self { find, pattern, hit: None, seeking: false, blocks: Vec::new(), next: Some(0), cut_short: false })
    }

    /// All finds; `None` while they are counted.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.next.is_none().then(|| self.blocks.iter().sum())
    }

    /// The place of the last find among all, from 1; `None` while what stands before it is not counted.
    #[must_use]
    pub fn place(&self) -> Option<u64> {
        let hit = self.hit.as_ref()?;
        let block = usize::try_from(hit.row / BLOCK).ok()?;
        let known = self.next.is_none_or(|next| next >= hit.row / BLOCK * BLOCK);
        known.then(|| self.blocks.iter().take(block).sum::<u64>() + hit.before + 1)
    }
}

/// Opens the search line.
pub fn open(app: &mut App) -> Vec<Effect> {
    let mode = app.views.explore.cells.search.as_ref().map_or(FindMode::Plain, |s| s.find.mode);
    let line = Line { text: Editor::line(""), mode, bad: None, before: None };
    app.popups.push(Popup::Cells(Box::new(Float::Line(line))));
    Vec::new()
}

pub(super) fn key(app: &mut App, line: &mut Line, key: Key) -> After {
    let history = &app.views.explore.cells.history;
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) | (KeyCode::Char('c'), true) => return After::Close(Vec::new()),
        (KeyCode::Enter, _) => {
            let Some(find) = line.find(app) else { return After::Close(Vec::new()) };
            return match Search::new(find) {
                Ok(search) => After::Close(begin(app, search)),
                Err(why) => {
                    line.bad = Some(why);
                    After::Stay(Vec::new())
                }
            };
        }
        (KeyCode::Tab, _) => {
            line.mode = if line.mode == FindMode::Regex { FindMode::Plain } else { FindMode::Regex };
            line.bad = None;
        }
        (KeyCode::Up, _) | (KeyCode::Char('p'), true) => {
            let at = line.before.map_or(0, |b| b + 1);
            if let Some(find) = history.len().checked_sub(at + 1).and_then(|i| history.get(i)) {
                line.set(find);
                line.before = Some(at);
            }
        }
        (KeyCode::Down, _) | (KeyCode::Char('n'), true) => {
            line.before = line.before.and_then(|b| b.checked_sub(1));
            match line.before.and_then(|b| history.get(history.len().checked_sub(b + 1)?)) {
                Some(find) => line.set(find),
                None => line.text.set(""),
            }
        }
        _ => {
            if line.text.key(key) {
                line.bad = None;
            }
        }
    }
    After::Stay(Vec::new())
}

/// Looks for something new, from the cursor on, and counts it beside that.
fn begin(app: &mut App, search: Search) -> Vec<Effect> {
    let find = search.find.clone();
    let view = &mut app.views.explore.cells;
    view.history.retain(|h| (&h.text, h.mode) != (&find.text, find.mode));
    view.history.push(find.clone());
    if view.history.len() > REMEMBERED {
        view.history.remove(0);
    }
    view.search = Some(search);
    let mut effects = next(app, true);
    effects.extend(ask(app, Ask::Count { find, from: 0 }));
    effects
}

/// Goes to the next find or the one before.
pub fn next(app: &mut App, forward: bool) -> Vec<Effect> {
    let Some((row, column)) = cursor(app) else { return Vec::new() };
    let name = app.main_info().and_then(|i| i.schema.columns.get(column)).map(|c| c.name.clone());
    let Some(search) = &mut app.views.explore.cells.search else {
        app.say(Tone::Plain, "Nothing is searched for. / searches.");
        return Vec::new();
    };
    search.seeking = true;
    let find = search.find.clone();
    let direction = if forward { Direction::Forward } else { Direction::Backward };
    ask(app, Ask::Find { find, from: Place { row, column: name }, direction })
}

/// The next one was looked for.
pub(super) fn found(app: &mut App, find: &Find, result: Result<Option<Hit>, String>) -> Vec<Effect> {
    // Whoever looks for something else by now does not want it.
    let Some(search) = app.views.explore.cells.search.as_mut().filter(|s| s.find == *find) else { return Vec::new() };
    search.seeking = false;
    let words = format::short(&find.text);
    match result {
        Err(why) => {
            app.say(if why == CANCELLED { Tone::Plain } else { Tone::Bad }, why);
            Vec::new()
        }
        Ok(None) => {
            search.hit = None;
            app.say(Tone::Warn, format!("No cell holds \"{words}\"."));
            Vec::new()
        }
        Ok(Some(hit)) => {
            search.hit = Some(hit.clone());
            if hit.wrapped {
                app.say(Tone::Plain, "Went on round the end of the table.");
            }
            let column = app.main_info().and_then(|i| i.schema.columns.iter().position(|c| c.name == hit.column));
            go_to(app, hit.row, column)
        }
    }
}

/// Some more were counted.
pub(super) fn counted(app: &mut App, find: &Find, result: Result<FoundCount, String>) -> Vec<Effect> {
    let Some(search) = app.views.explore.cells.search.as_mut().filter(|s| s.find == *find) else { return Vec::new() };
    match result {
        Err(why) => {
            search.cut_short = true;
            if why != CANCELLED {
                app.say(Tone::Bad, why);
            }
            Vec::new()
        }
        Ok(count) => {
            let end = count.first_block + count.blocks.len();
            if search.blocks.len() < end {
                search.blocks.resize(end, 0);
            }
            for (sum, n) in search.blocks.iter_mut().skip(count.first_block).zip(count.blocks) {
                *sum += n;
            }
            search.next = count.next;
            let find = search.find.clone();
            count.next.map(|from| ask(app, Ask::Count { find, from })).unwrap_or_default()
        }
    }
}

/// Ends the search: nothing is highlighted any more. Whether there was one.
pub fn stop(app: &mut App) -> bool {
    app.views.explore.cells.search.take().is_some()
}

/// Whether a cell in sight holds what is looked for.
#[must_use]
pub fn is_hit(app: &App, cell: &Cell) -> bool {
    let Some(search) = &app.views.explore.cells.search else { return false };
    match cell {
        Cell::Null => false,
        Cell::Text(text) => search.pattern.is_in(text),
        other => search.pattern.is_in(&other.to_string()),
    }
}

/// What is known of the search, for the foot of the table: `3 of 128`.
#[must_use]
pub fn found_words(app: &App) -> Option<String> {
    let search = app.views.explore.cells.search.as_ref()?;
    let rows = app.main_info().map_or(0, |i| i.rows);
    let sign = if search.find.mode == FindMode::Regex { "re:" } else { "" };
    let so_far: u64 = search.blocks.iter().sum();
    let counted = match (search.total(), search.next) {
        (Some(0), _) => "not found".to_owned(),
        (Some(total), _) => match search.place() {
            Some(place) => format!("{} of {}", format::count(place), format::count(total)),
            None => format!("{} found", format::count(total)),
        },
        (None, next) => {
            let share = next.map_or(100, |n| n * 100 / rows.max(1));
            let place = search.place().map(|p| format!("{} of ", format::count(p))).unwrap_or_default();
            let going = if search.cut_short { "counting was stopped" } else { "counting" };
            format!("{place}≥ {}, {going} {share} %", format::count(so_far))
        }
    };
    let seeking = if search.seeking { "searching … " } else { "" };
    Some(format!("{seeking}{counted}  /{sign}{}", format::short(&search.find.text)))
}

//! The command palette: every command with its key, found by a few letters.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::App;
use super::commands::{self, CommandSpec};
use super::editor::Editor;

/// The palette's state.
#[derive(Debug, Clone)]
pub struct Palette {
    /// What was typed.
    pub query: Editor,
    /// The selected row.
    pub selected: usize,
    /// Commands that match, best first.
    pub found: Vec<&'static CommandSpec>,
}

impl Palette {
    /// A palette that lists everything.
    #[must_use]
    pub fn new(app: &App) -> Self {
        let mut palette = Self { query: Editor::line(""), selected: 0, found: Vec::new() };
        palette.search(app);
        palette
    }

    /// Finds the commands again after a change of the query.
    pub fn search(&mut self, app: &App) {
        // Those of the current screen come first, then the others that can be reached from here.
        let near = commands::screen_scopes(app);
        let rank = |c: &CommandSpec| near.iter().position(|s| *s == c.scope).unwrap_or(usize::MAX);
        let mut list: Vec<&'static CommandSpec> =
            commands::all().filter(|c| c.scope != commands::Scope::Form && near.contains(&c.scope)).collect();
        list.sort_by_key(|c| rank(c));
        let query = self.query.text();
        if !query.trim().is_empty() {
            let pattern = Pattern::parse(query.trim(), CaseMatching::Ignore, Normalization::Smart);
            let mut matcher = Matcher::new(Config::DEFAULT);
            let mut buffer = Vec::new();
            let mut scored: Vec<(u32, &'static CommandSpec)> = list
                .into_iter()
                .filter_map(|c| {
                    let text = format!("{} {}", c.name, c.help);
                    pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher).map(|s| (s, c))
                })
                .collect();
            scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
            list = scored.into_iter().map(|(_, c)| c).collect();
        }
        self.found = list;
        self.selected = self.selected.min(self.found.len().saturating_sub(1));
    }
}

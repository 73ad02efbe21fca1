//! The command palette: every command with its key, found by a few letters.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::commands::{self, CommandSpec, Scope};
use super::editor::Editor;
use super::{App, Effect, Screen, Tone, screens};

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
        // Those of the current screen come first, then those of everywhere, then those of other screens.
        let near = commands::screen_scopes(app);
        let rank = |c: &CommandSpec| near.iter().position(|s| *s == c.scope).unwrap_or(near.len());
        let mut list: Vec<&'static CommandSpec> = commands::all().filter(|c| is_listed(app, c)).collect();
        list.sort_by_key(|c| rank(c));
        let query = self.query.text();
        if !query.trim().is_empty() {
            let pattern = Pattern::parse(query.trim(), CaseMatching::Ignore, Normalization::Smart);
            let mut matcher = Matcher::new(Config::DEFAULT);
            let mut buffer = Vec::new();
            let mut scored: Vec<(u32, &'static CommandSpec)> = list
                .into_iter()
                .filter_map(|c| {
                    let text = format!("{} {} {}", c.name, c.help, c.scope.title());
                    pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher).map(|s| (s, c))
                })
                .collect();
            // What can be given here is meant rather than its like elsewhere.
            let near_by = |c: &CommandSpec| if rank(c) < near.len() { 12 } else { 0 };
            scored.sort_by_key(|(score, c)| std::cmp::Reverse(score + near_by(c)));
            list = scored.into_iter().map(|(_, c)| c).collect();
        }
        self.found = list;
        self.selected = self.selected.min(self.found.len().saturating_sub(1));
    }
}

/// While an interview runs only its own commands are listed: all others would show the witness what is looked for.
fn is_listed(app: &App, command: &CommandSpec) -> bool {
    app.views.ask.interview.is_none() || app.screen != Screen::Ask || command.scope == Scope::Interview
}

/// Where a command of the list stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// It can be given now.
    Here,
    /// Not now, and why.
    NotNow(&'static str),
    /// On another screen or in another mode.
    Elsewhere,
}

/// Where a command stands now.
#[must_use]
pub fn stand(app: &App, command: &CommandSpec) -> Stand {
    if !commands::screen_scopes(app).contains(&command.scope) {
        return Stand::Elsewhere;
    }
    match (command.when)(app) {
        Ok(()) => Stand::Here,
        Err(why) => Stand::NotNow(why),
    }
}

/// A command was chosen: gives it, or goes to where it can be given and says with which key.
pub fn choose(app: &mut App, command: &'static CommandSpec) -> Vec<Effect> {
    if stand(app, command) != Stand::Elsewhere {
        return super::update::run(app, command);
    }
    let key = app.keymap.first(command);
    let words = match command.scope {
        Scope::Form => format!("{key} in a form: {}.", command.help),
        Scope::Replay => "whyboard replay SESSION.yaml opens a replay.".to_owned(),
        Scope::Interview => format!("{key} while an interview runs: {}. i begins one.", command.help),
        _ if key.is_empty() => format!("{}.", command.help),
        _ => format!("{key} here: {}.", command.help),
    };
    let mut effects = match command.scope.screen() {
        Some(screen) if screen != app.screen => screens::go(app, screen),
        _ => Vec::new(),
    };
    let arrived = command.scope.screen().is_none_or(|s| s == app.screen);
    match command.scope {
        Scope::Triage if arrived => app.views.ask.triage = true,
        Scope::Ask | Scope::Interview if arrived => app.views.ask.triage = false,
        Scope::Next | Scope::Score if arrived => app.views.score.on_next = command.scope == Scope::Next,
        _ => {}
    }
    if arrived {
        if let Some(pane) = screens::explore::Pane::of_scope(command.scope) {
            effects.extend(screens::explore::show(app, pane));
        }
        app.say(Tone::Plain, words);
    }
    effects
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Popup;
    use crate::app::screens::ask::fixture::{app, interview, press, typed};

    fn ids(app: &App) -> Vec<&'static str> {
        let Some(Popup::Palette(p)) = app.popups.last() else { panic!("no palette: {:?}", app.popups) };
        p.found.iter().map(|c| c.id).collect()
    }

    #[test]
    fn every_command_is_listed_those_of_this_screen_first() {
        let mut app = app();
        press(&mut app, "Ctrl-P");
        let ids = ids(&app);
        assert_eq!(ids.len(), commands::all().count());
        assert!(ids[0].starts_with("ask."), "{ids:?}");
    }

    #[test]
    fn a_command_of_another_screen_leads_there_and_says_its_key() {
        let mut app = app();
        press(&mut app, "Ctrl-P");
        typed(&mut app, "attach a data file");
        press(&mut app, "Enter");
        assert_eq!(app.screen, Screen::Problem);
        assert_eq!(app.message.as_ref().unwrap().text, "a here: Attach a data file.");
        assert!(app.popups.is_empty());
        press(&mut app, ":");
        typed(&mut app, "not take the selected proposal");
        press(&mut app, "Enter");
        assert!(app.screen == Screen::Ask && app.views.ask.triage);
        press(&mut app, ":");
        typed(&mut app, "go to a row by its number");
        press(&mut app, "Enter");
        assert_eq!((app.screen, app.views.explore.pane), (Screen::Explore, screens::explore::Pane::Table));
    }

    #[test]
    fn an_interview_has_its_own_commands_and_no_others() {
        let mut app = app();
        interview(&mut app, "p2");
        press(&mut app, "Ctrl-P");
        let ids = ids(&app);
        assert!(ids.contains(&"interview.later") && ids.iter().all(|id| id.starts_with("interview.")), "{ids:?}");
        typed(&mut app, "put the question off");
        press(&mut app, "Enter");
        assert!(app.views.ask.interview.as_ref().unwrap().put_off.len() == 1 && app.popups.is_empty());
    }
}

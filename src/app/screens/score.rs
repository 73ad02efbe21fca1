//! 4 Score: the board, what the verdict hangs on, what to do next, the gates.

pub mod rivals;

use std::collections::BTreeMap;

use super::{checks, go, spec};
use crate::app::commands::{CommandSpec, Scope, always, with_session, writable};
use crate::app::forms;
use crate::app::scroll::Scroll;
use crate::app::{App, Confirmed, Effect, Popup, Screen, Tone};
use crate::domain::board::{self, NextEntry, NextKind};
use crate::domain::decide::Intent;
use crate::domain::event::Act;
use crate::domain::words::Quality;

/// Which panel is shown below the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Panel {
    /// What the verdict hangs on, next best, gates.
    #[default]
    Verdict,
    /// Belief over time.
    Belief,
    /// The selected row in full.
    Row,
}

/// The view.
#[derive(Debug, Default)]
pub struct ScoreView {
    /// The rows.
    pub list: Scroll,
    /// The selected clue column, in the order of pinning.
    pub clue: usize,
    /// The panel.
    pub panel: Panel,
    /// What is best done next.
    pub next: Scroll,
    /// That list has the keys instead of the rows.
    pub on_next: bool,
    /// Whether hypotheses survive the columns of their rivals, as far as it was looked at.
    pub survival: BTreeMap<String, rivals::Survival>,
    /// Somebody rates alone: the board stays out of sight.
    pub blind: Option<Blind>,
}

/// Somebody who rates the clues without seeing what others gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blind {
    /// Who.
    pub by: String,
    /// Clues to rate, in their own order.
    pub left: Vec<String>,
    /// How many there were at the start.
    pub all: usize,
}

/// Rows of the list that has the keys: hypotheses on the board, or what is best done next.
#[must_use]
pub fn len(app: &App) -> usize {
    if app.views.score.on_next {
        next_entries(app).len()
    } else {
        app.doc.as_ref().map_or(0, |d| d.board.listed().len())
    }
}

/// The list that has the keys.
pub fn scroll(app: &mut App) -> &mut Scroll {
    let view = &mut app.views.score;
    if view.on_next { &mut view.next } else { &mut view.list }
}

/// What is worth an hour, best first.
#[must_use]
pub fn next_entries(app: &App) -> &[NextEntry] {
    let all = app.doc.as_ref().map(|d| d.board.next.as_slice()).unwrap_or_default();
    let worth = all.iter().take_while(|n| n.value.bits_per_hour >= 1e-6 || n.value.voi_per_hour > 0.0).count();
    all.get(..worth).unwrap_or_default()
}

/// Goes back one step: from the list of what is next to the rows, from a panel to the verdict.
pub fn back(app: &mut App) -> Vec<Effect> {
    let view = &mut app.views.score;
    if view.on_next {
        view.on_next = false;
    } else {
        view.panel = Panel::Verdict;
    }
    Vec::new()
}

/// The title of the selected row and the selected clue; of the list of what is next, its row.
#[must_use]
pub fn copy_text(app: &App) -> Option<String> {
    let doc = app.doc.as_ref()?;
    if app.views.score.on_next {
        let list = next_entries(app);
        return Some(list.get(app.views.score.next.selected(list.len())?)?.title.clone());
    }
    let id = selected(app)?;
    let row = format!("{}: {}", doc.row_title(&id), board::in_ten(doc.board.board.p(&id)));
    match selected_clue(app).and_then(|c| doc.session.state.clue(&c).cloned()) {
        Some(clue) => Some(format!("{row}\n{}: {}", clue.id, clue.text)),
        None => Some(row),
    }
}

/// The selected row's id.
#[must_use]
pub fn selected(app: &App) -> Option<String> {
    let rows = app.doc.as_ref()?.board.listed();
    app.views.score.list.selected(rows.len()).and_then(|i| rows.get(i).cloned())
}

/// The selected clue's id.
#[must_use]
pub fn selected_clue(app: &App) -> Option<String> {
    let clues = &app.doc.as_ref()?.session.state.clues;
    clues.get(app.views.score.clue.min(clues.len().saturating_sub(1))).map(|c| c.id.clone())
}

fn has_clue(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    if selected_clue(app).is_some() { Ok(()) } else { Err("there are no clues yet") }
}

fn step_clue(app: &mut App, right: bool) -> Vec<Effect> {
    let n = app.doc.as_ref().map_or(0, |d| d.session.state.clues.len());
    let at = app.views.score.clue.min(n.saturating_sub(1));
    app.views.score.clue = if right { (at + 1).min(n.saturating_sub(1)) } else { at.saturating_sub(1) };
    Vec::new()
}

fn panel(app: &mut App, to: Panel) -> Vec<Effect> {
    app.views.score.panel = if app.views.score.panel == to { Panel::Verdict } else { to };
    Vec::new()
}

fn decide(app: &mut App) -> Vec<Effect> {
    match selected(app) {
        Some(id) if id == "other" || id == "data" => {
            app.say(Tone::Warn, "This row gates; it can't be chosen. Find what it stands for and add it with H.");
        }
        Some(id) => forms::open_decide(app, &id),
        None => {}
    }
    Vec::new()
}

/// Begins the selected check or question of what is best done next; the best one until another is selected.
fn next_best(app: &mut App) -> Vec<Effect> {
    let list = next_entries(app);
    let at = app.views.score.next.selected(list.len());
    let Some(entry) = at.and_then(|i| list.get(i)).cloned() else {
        app.say(Tone::Plain, "Nothing is left to ask or check.");
        return Vec::new();
    };
    match entry.kind {
        NextKind::Check => checks::start(app, &entry.id),
        NextKind::Question => {
            let out = go(app, Screen::Ask);
            super::ask::select(app, &entry.id);
            out
        }
    }
}

fn can_begin(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    has_next(app)
}

fn has_next(app: &App) -> Result<(), &'static str> {
    with_session(app)?;
    if next_entries(app).is_empty() { Err("nothing left is worth an hour") } else { Ok(()) }
}

fn has_people(app: &App) -> Result<(), &'static str> {
    has_clue(app)?;
    let any = app.doc.as_ref().is_some_and(|d| !d.session.state.people.is_empty());
    if any { Ok(()) } else { Err("nobody is known: p on 1 Problem adds a person") }
}

/// Why a row stands where it stands: each clue's share, in decibans.
fn why(app: &mut App) -> Vec<Effect> {
    let (Some(id), Some(doc)) = (selected(app), &app.doc) else { return Vec::new() };
    let board = &doc.board.board;
    let state = &doc.session.state;
    let prior = board.score.get(&id).copied().unwrap_or(0.0)
        - state.clues.iter().filter_map(|c| board.contribution.get(&c.id).and_then(|m| m.get(&id))).sum::<f64>();
    let mut lines = vec![
        format!("{} ({})", board::in_ten(board.p(&id)), format_args!("{:.2} %", board.p(&id) * 100.0)),
        String::new(),
        format!("before any clue            {prior:+6.1} db"),
    ];
    for clue in &state.clues {
        let add = board.contribution.get(&clue.id).and_then(|m| m.get(&id)).copied().unwrap_or(0.0);
        let d = board.discount.get(&clue.id).copied().unwrap_or(1.0);
        lines.push(format!(
            "{:<4} {:<21} {add:+6.1} db   {}",
            clue.id,
            board::discount_words(d, clue.origin),
            clue.text
        ));
    }
    lines.push(format!("sum                        {:+6.1} db", board.score.get(&id).copied().unwrap_or(0.0)));
    lines.push(String::new());
    lines.push("10 decibans are odds of 10 : 1. A clue adds rating × source grade × discount.".into());
    lines.push("P = 0.98 · 10^(S/10) / Σ + 0.02/n, so that nobody is ever ruled out.".into());
    if let Some(impact) = state.impacts.get(&id) {
        lines.push(String::new());
        lines.push(format!(
            "Worth: 100 · (P · quality · reach/target − 0.3 · days/budget); reach {:.2} KPI points",
            impact.reach()
        ));
    }
    let title = doc.row_title(&id).to_owned();
    app.popups.push(Popup::Words { title, lines, scroll: 0 });
    Vec::new()
}

fn has_row(app: &App) -> Result<(), &'static str> {
    writable(app)?;
    match selected(app) {
        Some(id) if id != "other" && id != "data" => Ok(()),
        Some(_) => Err("this row is permanent"),
        None => Err("there is no row"),
    }
}

/// Commands of 4 Score.
pub static COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: writable,
        ..spec(
            "score.decide",
            Scope::Score,
            &["Enter"],
            "decide",
            "Decide for the selected hypothesis, with the reason",
            decide,
        )
    },
    CommandSpec {
        hint: 2,
        when: can_begin,
        ..spec(
            "score.next",
            Scope::Score,
            &["t"],
            "do next",
            "Begin the selected row of Next best; at first the one worth most",
            next_best,
        )
    },
    CommandSpec {
        hint: 4,
        when: has_clue,
        ..spec("score.rate", Scope::Score, &["r"], "rate", "Rate the selected clue under each hypothesis", |a| {
            if let Some(clue) = selected_clue(a) {
                forms::open_rate(a, &clue, None);
            }
            Vec::new()
        })
    },
    CommandSpec {
        hint: 5,
        when: has_row,
        ..spec(
            "score.impact",
            Scope::Score,
            &["e"],
            "size it",
            "Say what the selected hypothesis could move and what it costs",
            |a| {
                if let Some(id) = selected(a) {
                    forms::open_impact(a, &id, None, None, Quality::Guess);
                }
                Vec::new()
            },
        )
    },
    CommandSpec {
        hint: 6,
        when: with_session,
        ..spec(
            "score.why",
            Scope::Score,
            &["w"],
            "why",
            "Why the selected row stands where it stands, clue by clue",
            why,
        )
    },
    CommandSpec {
        hint: 7,
        when: with_session,
        ..spec("score.belief", Scope::Score, &["v"], "what moved it", "Show the board over time: what moved it", |a| {
            panel(a, Panel::Belief)
        })
    },
    CommandSpec {
        when: with_session,
        ..spec(
            "score.row",
            Scope::Score,
            &["Space"],
            "row",
            "Show the selected hypothesis in full: claim, wrong if, lever, checks",
            |a| panel(a, Panel::Row),
        )
    },
    CommandSpec {
        when: has_row,
        ..spec(
            "score.rivals",
            Scope::Score,
            &["s"],
            "rivals",
            "Does the selected hypothesis survive the columns of its rivals?",
            rivals::ask,
        )
    },
    CommandSpec {
        when: has_people,
        ..spec(
            "score.rate_as",
            Scope::Score,
            &["R"],
            "rate as",
            "Let somebody on the board rate alone, without seeing what others gave",
            |a| {
                forms::open_rate_as(a);
                Vec::new()
            },
        )
    },
    CommandSpec {
        hint: 3,
        when: with_session,
        ..spec("score.panels", Scope::Score, &["Tab"], "next best", "Go to the list of what is best done next", |a| {
            a.views.score.on_next = true;
            Vec::new()
        })
    },
    CommandSpec {
        when: always,
        ..spec("score.clue_left", Scope::Score, &["h", "Left"], "clue left", "Select the clue to the left", |a| {
            step_clue(a, false)
        })
    },
    CommandSpec {
        when: always,
        ..spec("score.clue_right", Scope::Score, &["l", "Right"], "clue right", "Select the clue to the right", |a| {
            step_clue(a, true)
        })
    },
    CommandSpec {
        when: has_row,
        ..spec("score.park", Scope::Score, &["P"], "park", "Set the selected hypothesis aside; u takes it back", |a| {
            match selected(a) {
                Some(hypothesis) => {
                    a.record_or_say(Intent::record(Act::Park { hypothesis, why: String::new(), back: false }))
                }
                None => Vec::new(),
            }
        })
    },
    CommandSpec {
        danger: true,
        when: has_clue,
        ..spec("score.redact", Scope::Score, &["x"], "redact", "Remove the words of the selected clue for good", |a| {
            let clue = selected_clue(a);
            let event = a.doc.as_ref().and_then(|d| Some(d.session.state.clue(clue.as_deref()?)?.event));
            if let Some(event) = event {
                forms::open_redact(a, event);
            }
            Vec::new()
        })
    },
    CommandSpec {
        danger: true,
        when: has_clue,
        ..spec(
            "score.retract",
            Scope::Score,
            &["X"],
            "take clue back",
            "Take the selected clue back; it stays in the log",
            |a| {
                if let Some(clue) = selected_clue(a) {
                    a.popups.push(Popup::Confirm {
                        question: format!("Take clue {clue} back?"),
                        yes: Confirmed::Retract(clue),
                    });
                }
                Vec::new()
            },
        )
    },
];

/// Commands of the list of what is best done next.
pub static NEXT: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: can_begin,
        ..spec("next.begin", Scope::Next, &["Enter", "t"], "begin", "Begin the selected check or question", next_best)
    },
    CommandSpec {
        hint: 2,
        ..spec("next.back", Scope::Next, &["Tab", "S-Tab", "Esc"], "hypotheses", "Back to the hypotheses", |a| {
            a.views.score.on_next = false;
            Vec::new()
        })
    },
];

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

//! Replay: a timeline over the same screens, read-only.

use super::explore::{self, Pane};
use super::problem::{self, StepKind};
use super::{ask, spec};
use crate::app::commands::{CommandSpec, Scope};
use crate::app::{App, Effect, Screen};
use crate::domain::brief::FIELDS;
use crate::domain::event::{Act, Event};

/// The screen on which an event happened.
#[must_use]
pub fn screen_of(event: &Event) -> Screen {
    match event.act {
        Act::Open { .. }
        | Act::Goal { .. }
        | Act::Kpi { .. }
        | Act::AttachData { .. }
        | Act::Fingerprint { .. }
        | Act::ReadOptions { .. }
        | Act::Setting { .. } => Screen::Problem,
        Act::Person { .. } | Act::Answer { .. } | Act::Defer { .. } | Act::Propose { .. } | Act::Dismiss { .. } => {
            Screen::Ask
        }
        Act::Predict { .. } | Act::Check { .. } | Act::MapColumns { .. } | Act::KnownBefore { .. } => Screen::Explore,
        Act::Problem { .. } => Screen::Brief,
        _ => Screen::Score,
    }
}

/// One line on what an event did.
#[must_use]
pub fn describe(event: &Event) -> String {
    let words = match &event.act {
        Act::Open { text } => text.clone(),
        Act::Goal { .. } => "the goal".into(),
        Act::Person { shown_as, role, .. } => format!("{shown_as} ({role})"),
        Act::AttachData { data, path, .. } => format!("{data} from {path}"),
        Act::Fingerprint { data, facts } => format!("{data}: {} rows", facts.rows.unwrap_or(0)),
        Act::Kpi { kpi, .. } => kpi.to_string(),
        Act::Answer { question, said_by, text, .. } => format!("{question} by {said_by}: {text}"),
        Act::Defer { question, .. } => question.clone(),
        Act::Hypothesis { title, .. } => title.clone(),
        Act::Park { hypothesis, .. } => hypothesis.clone(),
        Act::Clue { clue, text, .. } => format!("{clue}: {text}"),
        Act::Rate { clue, .. } => clue.clone(),
        Act::Predict { check, text, .. } => format!("{check}: {text}"),
        Act::Check { check, outcome, .. } => format!("{check}: {outcome:?}").to_lowercase(),
        Act::Impact { hypothesis, .. } => hypothesis.clone(),
        Act::Propose { text, .. } | Act::Note { text } => text.clone(),
        Act::Decide { chosen, because, .. } => format!("{chosen}: {because}"),
        Act::Problem { fields, .. } => fields.keys().cloned().collect::<Vec<_>>().join(", "),
        Act::MapColumns { columns, .. } => {
            columns.iter().map(|(r, c)| format!("{r} = {c}")).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    };
    format!("{} {}", event.act.verb().replace('_', " "), words.replace('\n', " ")).trim().to_owned()
}

fn to(app: &mut App, at: usize) -> Vec<Effect> {
    let Some(doc) = &mut app.doc else { return Vec::new() };
    doc.replay_to(at);
    let Some(event) = doc.session.events.last().cloned() else { return Vec::new() };
    app.screen = screen_of(&event);
    follow(app, &event)
}

/// Leads the eye to what the event is about: the pane, the row, the question, the clue, the field.
fn follow(app: &mut App, event: &Event) -> Vec<Effect> {
    match &event.act {
        Act::Predict { check, .. } | Act::Check { check, .. } => {
            show_check(app, check);
        }
        Act::MapColumns { .. } => app.views.explore.pane = Pane::Checks,
        Act::KnownBefore { column, before, .. } if before.is_empty() => explore::leaks::lead(app, column),
        Act::KnownBefore { column, .. } => {
            // Whether it was fixed before another one stands beside the column's profile.
            app.views.explore.pane = Pane::Columns;
            app.views.explore.column_filter.clear();
            if let Some(at) = explore::ordered_columns(app).iter().position(|c| c.name == *column) {
                app.views.explore.columns.select(at);
            }
        }
        Act::Answer { question, .. } => {
            ask::select(app, question);
            // The latest answer is the one that was just given.
            app.views.ask.answer = None;
        }
        Act::Defer { question, .. } | Act::Propose { question: Some(question), .. } => ask::select(app, question),
        Act::Clue { clue, .. } | Act::Rate { clue, .. } | Act::SplitFamily { clue, .. } => {
            let clues = app.doc.as_ref().map(|d| d.session.state.clues.as_slice()).unwrap_or_default();
            if let Some(at) = clues.iter().position(|c| c.id == *clue) {
                app.views.score.clue = at;
            }
        }
        Act::Hypothesis { hypothesis: row, .. }
        | Act::Park { hypothesis: row, .. }
        | Act::Impact { hypothesis: row, .. }
        | Act::Decide { chosen: row, .. } => show_row(app, row),
        Act::Problem { fields, .. } => {
            let first = FIELDS.iter().position(|f| fields.contains_key(f.key));
            if let Some(at) = first {
                app.views.brief.list.select(at);
            }
        }
        Act::Open { .. } => show_step(app, StepKind::Sentence),
        Act::AttachData { .. } | Act::Fingerprint { .. } | Act::ReadOptions { .. } => show_step(app, StepKind::Data),
        Act::Kpi { .. } => show_step(app, StepKind::Kpi),
        Act::Goal { .. } => show_step(app, StepKind::Goal),
        _ => {}
    }
    if app.screen == Screen::Explore { explore::entered(app) } else { Vec::new() }
}

fn show_check(app: &mut App, check: &str) {
    app.views.explore.pane = Pane::Checks;
    app.views.explore.check_filter.clear();
    if let Some(at) = explore::current_checks(app).iter().position(|r| r.id == *check) {
        app.views.explore.checks.select(at);
    }
}

fn show_row(app: &mut App, row: &str) {
    let Some(doc) = &app.doc else { return };
    // A playbook's hypothesis may feed a row of another name.
    let id = doc.session.state.row(row).map_or(row, |r| r.id.as_str());
    if let Some(at) = doc.board.listed().iter().position(|r| r == id) {
        app.views.score.list.select(at);
    }
}

fn show_step(app: &mut App, kind: StepKind) {
    if let Some(at) = problem::steps(app).iter().position(|s| s.kind == kind) {
        app.views.problem.list.select(at);
    }
}

fn position(app: &App) -> (usize, usize) {
    app.doc.as_ref().and_then(|d| d.replay.as_ref()).map_or((0, 0), |r| (r.at, r.full.events.len()))
}

/// The next event (from `at`, in a direction) that passes a test; the end when none does.
fn jump(app: &mut App, forward: bool, test: fn(&Event, Option<&Event>) -> bool) -> Vec<Effect> {
    let (at, n) = position(app);
    let target = {
        let Some(replay) = app.doc.as_ref().and_then(|d| d.replay.as_ref()) else { return Vec::new() };
        let events = &replay.full.events;
        let hit = |i: &usize| events.get(*i).is_some_and(|e| test(e, i.checked_sub(1).and_then(|j| events.get(j))));
        if forward {
            (at..n).find(hit).map_or(n, |i| i + 1)
        } else {
            (0..at.saturating_sub(1)).rev().find(hit).map_or(0, |i| i + 1)
        }
    };
    to(app, target)
}

fn new_stage(event: &Event, before: Option<&Event>) -> bool {
    before.is_none_or(|b| screen_of(b) != screen_of(event))
}

fn is_decision(event: &Event, _: Option<&Event>) -> bool {
    matches!(event.act, Act::Decide { .. })
}

/// Time passed while a replay plays.
pub fn tick(app: &mut App) -> Vec<Effect> {
    let (at, n) = position(app);
    let playing = app.doc.as_ref().and_then(|d| d.replay.as_ref()).is_some_and(|r| r.playing);
    if !playing {
        return Vec::new();
    }
    if at >= n {
        if let Some(r) = app.doc.as_mut().and_then(|d| d.replay.as_mut()) {
            r.playing = false;
        }
        return Vec::new();
    }
    to(app, at + 1)
}

fn play(app: &mut App) -> Vec<Effect> {
    if let Some(r) = app.doc.as_mut().and_then(|d| d.replay.as_mut()) {
        r.playing = !r.playing;
    }
    Vec::new()
}

fn speed(app: &mut App, factor: f64) -> Vec<Effect> {
    if let Some(r) = app.doc.as_mut().and_then(|d| d.replay.as_mut()) {
        r.speed = (r.speed * factor).clamp(0.25, 32.0);
    }
    Vec::new()
}

/// Commands of a replay.
pub static COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        ..spec("replay.next", Scope::Replay, &["n", "."], "next", "Next event", |a| {
            let (at, _) = position(a);
            to(a, at + 1)
        })
    },
    CommandSpec {
        hint: 2,
        ..spec("replay.before", Scope::Replay, &["N", ","], "before", "Event before", |a| {
            let (at, _) = position(a);
            to(a, at.saturating_sub(1))
        })
    },
    CommandSpec { hint: 3, ..spec("replay.play", Scope::Replay, &["Space"], "play", "Play or pause", play) },
    CommandSpec {
        hint: 4,
        ..spec("replay.stage", Scope::Replay, &["]"], "next stage", "Jump to where the next stage begins", |a| {
            jump(a, true, new_stage)
        })
    },
    spec("replay.stage_before", Scope::Replay, &["["], "stage before", "Jump to where the stage before began", |a| {
        jump(a, false, new_stage)
    }),
    CommandSpec {
        hint: 5,
        ..spec("replay.decision", Scope::Replay, &["D"], "decision", "Jump to the next decision", |a| {
            jump(a, true, is_decision)
        })
    },
    spec("replay.first", Scope::Replay, &["<"], "start", "Jump to the start", |a| to(a, 0)),
    spec("replay.last", Scope::Replay, &[">"], "end", "Jump to the end", |a| {
        let (_, n) = position(a);
        to(a, n)
    }),
    spec("replay.faster", Scope::Replay, &["+"], "faster", "Play twice as fast", |a| speed(a, 2.0)),
    spec("replay.slower", Scope::Replay, &["-"], "slower", "Play half as fast", |a| speed(a, 0.5)),
];

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

//! Clues, checks and forecasts.

use super::{Desk, section};
use crate::analysis::format;
use crate::domain::board::brier;
use crate::domain::session::ClueRecord;
use crate::domain::words::{Grade, Origin};
use crate::query::Outcome;
use crate::report::escape::{inline, table};
use crate::report::tell::outcome_word;

/// The clues, those that weigh most for or against the chosen one first.
pub(super) fn clues(desk: &Desk<'_>) -> String {
    let (state, board) = (&desk.session.state, &desk.view.board);
    let subject = state.decision.as_ref().map(|d| d.chosen.clone()).or_else(|| board.leader().map(str::to_owned));
    let weight = |c: &ClueRecord| -> f64 {
        let adds = board.contribution.get(&c.id);
        let low = adds.map_or(0.0, |m| m.values().copied().fold(f64::INFINITY, f64::min));
        let high = adds.map_or(0.0, |m| m.values().copied().fold(f64::NEG_INFINITY, f64::max));
        if high >= low { high - low } else { 0.0 }
    };
    let mut all: Vec<&ClueRecord> = state.clues.iter().collect();
    all.sort_by(|a, b| weight(b).total_cmp(&weight(a)).then_with(|| a.event.cmp(&b.event)));
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|c| {
            let mut speaks = sides(desk, c);
            let d = board.discount.get(&c.id).copied().unwrap_or(0.0);
            if d <= 0.0 {
                speaks.push_str(" (repeats another clue, counts nothing)");
            } else if d < 1.0 {
                speaks.push_str(" (counts less: same source as a stronger clue)");
            }
            vec![
                inline(&c.text),
                origin(c.origin).to_owned(),
                grade(c.grade).to_owned(),
                super::verdict::source_words(desk, &c.family),
                speaks.trim().to_owned(),
            ]
        })
        .collect();
    let mut out = table(&["Clue", "How it was found", "How far it is trusted", "Source", "Goes with"], &rows);
    if !out.is_empty() && subject.is_some() {
        out.push_str("\nThe strongest clues stand first. A forecast written before looking weighs most; what was found while looking around weighs least.");
    }
    section("Evidence", &out)
}

/// For whom and against whom a clue speaks.
fn sides(desk: &Desk<'_>, clue: &ClueRecord) -> String {
    let rows = || desk.session.state.hypotheses.iter().filter(|h| !h.parked);
    let side = |test: fn(f64) -> bool| -> Vec<String> {
        rows().filter(|h| clue.cell(&h.id).is_some_and(test)).map(|h| desk.title(&h.id)).collect()
    };
    let (with, against) = (side(|db| db > 0.0), side(|db| db < 0.0));
    let mut parts = Vec::new();
    if !with.is_empty() {
        parts.push(with.join("; "));
    }
    let rest = rows().count().saturating_sub(with.len());
    if against.len() == rest && rest > 2 && !with.is_empty() {
        parts.push("not with any other".to_owned());
    } else if !against.is_empty() {
        parts.push(format!("not with {}", against.join("; ")));
    }
    if parts.is_empty() { "says nothing".to_owned() } else { parts.join(" · ") }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Predicted => "forecast, then looked",
        Origin::Told => "told",
        Origin::Browsed => "found while looking around",
    }
}

fn grade(grade: Grade) -> &'static str {
    match grade {
        Grade::A => "A: measured on the full data",
        Grade::B => "B: measured by others or on a sample",
        Grade::C => "C: a person who sees it daily",
        Grade::D => "D: a person who heard of it",
        Grade::E => "E: rumour",
        Grade::U => "U: can't be judged",
    }
}

/// Forecasts against what came out, and how well each person is calibrated.
pub(super) fn forecasts(desk: &Desk<'_>) -> String {
    let state = &desk.session.state;
    let mut all: Vec<_> = state.forecasts.iter().collect();
    all.sort_by_key(|(_, f)| f.event);
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|(id, f)| {
            let claim = if f.text.trim().is_empty() { desk.check(id) } else { inline(&f.text) };
            let said: Vec<String> = f
                .forecasts
                .iter()
                .map(|(p, x)| format!("{} {}", desk.person(p), format::percent_with(*x, 0)))
                .collect();
            let came = state
                .checks
                .iter()
                .filter(|c| c.check == **id && c.event > f.event && c.outcome != Outcome::Failed)
                .map(|c| outcome_word(c.outcome))
                .next()
                .unwrap_or("not run yet");
            vec![claim, if said.is_empty() { "–".to_owned() } else { said.join(", ") }, came.to_owned()]
        })
        .collect();
    let mut out = table(&["Forecast", "Yes, said before looking", "Came out"], &rows);
    let mut scores: Vec<(String, f64)> = brier(state).into_iter().collect();
    scores.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    if !scores.is_empty() {
        let list: Vec<String> =
            scores.iter().map(|(p, s)| format!("{} {}", desk.person(p), format::fixed(*s, 2))).collect();
        out.push_str(&format!("\nCalibration (Brier score; 0 is perfect, 0.25 is a coin): {}.", list.join(", ")));
    }
    let unforeseen: Vec<String> = state
        .checks
        .iter()
        .filter(|c| !state.forecasts.contains_key(&c.check))
        .map(|c| format!("{} ({})", desk.check(&c.check), outcome_word(c.outcome)))
        .collect();
    if !unforeseen.is_empty() {
        out.push_str(&format!("\n\nRun without a forecast: {}.", unforeseen.join("; ")));
    }
    section("Forecasts", &out)
}

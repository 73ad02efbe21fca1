//! Does what a hypothesis says survive the columns of its rivals? And what its checks said.

use std::collections::BTreeSet;

use crate::analysis::format;
use crate::analysis::sqltext::{names_in, quoted};
use crate::app::screens::checks::metric_words;
use crate::app::screens::explore::pages::confounders::OVERLAP;
use crate::app::{App, CANCELLED, Effect, Tone};
use crate::domain::board::predicted_ratings;
use crate::domain::playbook::{fill, roles_of};
use crate::domain::session::State;
use crate::query::{
    Analysis, CheckResult, ClueRequest, ConfounderRequest, ConfounderResult, Estimate, Findings, Kpi, Outcome,
};

/// A check of a hypothesis, as its card tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct CardCheck {
    /// The question.
    pub title: String,
    /// What it would say if the hypothesis were true; unknown where it speaks of neither answer.
    pub expects: Option<bool>,
    /// What it said, if it was run.
    pub outcome: Option<Outcome>,
    /// The number with its interval.
    pub found: String,
}

/// The checks that speak of a row: those of the playbook, and those made on the spot for it.
#[must_use]
pub fn checks_of(app: &App, id: &str) -> Vec<CardCheck> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let state = &doc.session.state;
    let mut out = Vec::new();
    let mut seen = BTreeSet::new();
    if let Some(playbook) = &doc.playbook {
        let fills = doc.flow().map(|f| f.fills()).unwrap_or_default();
        for check in &playbook.checks {
            let says = |yes: bool| predicted_ratings(state, playbook, &check.id, yes).get(id).map(|r| r.decibans());
            let (yes, no) = (says(true), says(false));
            if yes.is_none() && no.is_none() {
                continue;
            }
            let (yes, no) = (yes.unwrap_or(0.0), no.unwrap_or(0.0));
            let expects = if yes > no {
                Some(true)
            } else if no > yes {
                Some(false)
            } else {
                None
            };
            let (outcome, found) = latest(state, &check.id);
            seen.insert(check.id.clone());
            out.push(CardCheck { title: fill(&check.title, &fills), expects, outcome, found });
        }
    }
    for (check, forecast) in &state.forecasts {
        let side = |ratings: &crate::domain::event::Ratings| ratings.get(id).map(|r| r.decibans());
        let (yes, no) = (side(&forecast.if_yes), side(&forecast.if_no));
        if seen.contains(check) || (yes.is_none() && no.is_none()) {
            continue;
        }
        let (outcome, found) = latest(state, check);
        let title = forecast.title.clone().unwrap_or_else(|| forecast.text.clone());
        let expects = Some(yes.unwrap_or(0.0) >= no.unwrap_or(0.0));
        out.push(CardCheck { title, expects, outcome, found });
    }
    // What was found first, then what is still to be done.
    out.sort_by_key(|c| c.outcome.is_none());
    out
}

fn latest(state: &State, check: &str) -> (Option<Outcome>, String) {
    let Some(run) = state.latest_check(check) else { return (None, String::new()) };
    let result: Option<CheckResult> = serde_json::from_value(serde_json::Value::Object(run.result.clone())).ok();
    let found = result
        .map(|r| metric_words(&r.metric, &Estimate { value: r.estimate, interval: r.interval }))
        .filter(|w| w != format::UNKNOWN)
        .unwrap_or_default();
    (Some(run.outcome), found)
}

/// What was found of a hypothesis against the columns of its rivals.
#[derive(Debug, Clone, PartialEq)]
pub struct Survival {
    /// The events that it rests on: with more of them it is looked at anew.
    at: usize,
    /// The group that speaks for the hypothesis.
    pub group: String,
    /// The rivals' columns.
    pub columns: Vec<String>,
    /// The differences with them held fixed; `None` while awaited.
    pub result: Option<Result<ConfounderResult, String>>,
}

/// The group of rows that speaks for a hypothesis: that of its latest clue or check that names one.
fn group_of(state: &State, id: &str) -> Option<String> {
    let condition = |params: &serde_json::Map<String, serde_json::Value>| -> Option<String> {
        let text = ["where", "a"].iter().find_map(|k| params.get(*k).and_then(|v| v.as_str()))?;
        let columns = params.get("columns").and_then(|c| c.as_object());
        let mut out = text.to_owned();
        for (role, column) in columns.into_iter().flatten() {
            if let Some(column) = column.as_str() {
                out = out.replace(&format!("{{{role}}}"), &quoted(column));
            }
        }
        (!out.contains('{')).then_some(out)
    };
    let speaks = |c: &&crate::domain::session::ClueRecord| c.cell(id).is_some_and(|db| db > 0.0);
    state.clues.iter().rev().filter(speaks).find_map(|clue| {
        let run = state.checks.iter().find(|r| r.reference == clue.source)?;
        condition(&run.params)
    })
}

/// The columns on which the rivals rest: of clues that speak for them, and of checks that they predict.
fn rival_columns(app: &App, id: &str) -> Vec<String> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let state = &doc.session.state;
    let rivals: Vec<&str> = state
        .hypotheses
        .iter()
        .filter(|h| h.id != id && !h.parked && h.id != "other" && h.id != "data")
        .map(|h| h.id.as_str())
        .collect();
    let mut out = BTreeSet::new();
    for clue in &state.clues {
        let for_rival = rivals.iter().any(|r| clue.cell(r).is_some_and(|db| db > 0.0));
        let for_own = clue.cell(id).is_some_and(|db| db > 0.0);
        if for_rival && !for_own {
            out.extend(clue.family.strip_prefix("data:").and_then(|f| f.split_once('/')).map(|(_, c)| c.to_owned()));
        }
    }
    for check in doc.playbook.iter().flat_map(|p| &p.checks) {
        let Some(playbook) = &doc.playbook else { continue };
        let ratings = predicted_ratings(state, playbook, &check.id, true);
        let expects = |row: &str| ratings.get(row).is_some_and(|r| r.decibans() > 0.0);
        if rivals.iter().any(|r| expects(r)) && !expects(id) {
            out.extend(roles_of(check).iter().filter_map(|role| state.columns.get(role).cloned()));
        }
    }
    let stands = |c: &String| app.main_info().is_some_and(|i| i.schema.get(c).is_some());
    out.into_iter().filter(stands).collect()
}

/// `s`: holds the columns of the rivals fixed.
pub(super) fn ask(app: &mut App) -> Vec<Effect> {
    let Some(id) = super::selected(app) else { return Vec::new() };
    let Some(doc) = &app.doc else { return Vec::new() };
    let state = &doc.session.state;
    let at = doc.session.events.len();
    let Some(binding) = state.kpi.clone() else {
        app.say(Tone::Warn, "It needs the KPI: K on 3 Explore binds it.");
        return Vec::new();
    };
    let Some(group) = group_of(state, &id) else {
        app.say(
            Tone::Warn,
            "No clue from data names the group that this hypothesis is about. Pin one with c on 3 Explore and rate it.",
        );
        return Vec::new();
    };
    let own = names_in(&group);
    let columns: Vec<String> =
        rival_columns(app, &id).into_iter().filter(|c| !own.iter().any(|o| o.eq_ignore_ascii_case(c))).collect();
    if columns.is_empty() {
        app.say(Tone::Warn, "Its rivals rest on no column yet: pin clues for them, or map the roles of their checks.");
        return Vec::new();
    }
    let consequences = state.consequences();
    let follows = |c: &String| {
        consequences.iter().any(|(cause, late)| late.contains(c) && own.iter().any(|o| o.eq_ignore_ascii_case(cause)))
    };
    let (late, columns): (Vec<String>, Vec<String>) = columns.into_iter().partition(follows);
    if columns.is_empty() {
        let words =
            format!("{} is a consequence of it, as was answered: nothing is left to hold fixed.", late.join(", "));
        app.say(Tone::Warn, words);
        return Vec::new();
    }
    let all = app.main_info().map(|i| i.schema.columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>());
    let exclude: Vec<String> = all
        .unwrap_or_default()
        .into_iter()
        .filter(|c| !columns.contains(c) && Some(c) != binding.independent_unit.as_ref())
        .collect();
    let clues = ClueRequest {
        kpi: binding.kpi,
        better: binding.better,
        filter: None,
        unit: binding.independent_unit,
        exclude,
        // A rival's own column is held fixed whatever is known of it: that is the question.
        known_before: columns.clone(),
        consequences,
    };
    let request = ConfounderRequest { clues, segment: group.clone() };
    let title = app.doc.as_ref().map(|d| d.row_title(&id).to_owned()).unwrap_or_default();
    app.views.score.survival.insert(id.clone(), Survival { at, group, columns, result: None });
    app.views.score.panel = super::Panel::Row;
    vec![Effect::Run {
        slot: format!("rivals:{id}"),
        label: format!("{title} against its rivals"),
        data: binding.data,
        analysis: Box::new(Analysis::Confounders(request)),
    }]
}

/// A result is there, or will not come.
pub fn found(app: &mut App, id: &str, result: Result<Findings, String>) -> Vec<Effect> {
    let Some(survival) = app.views.score.survival.get_mut(id) else { return Vec::new() };
    match result {
        Ok(Findings::Confounders(r)) => survival.result = Some(Ok(r)),
        Ok(_) => {}
        Err(why) if why == CANCELLED => {
            app.views.score.survival.remove(id);
        }
        Err(why) => survival.result = Some(Err(why)),
    }
    Vec::new()
}

/// Whether it survives, in one sentence; `None` where that was not looked at.
#[must_use]
pub fn words(app: &App, id: &str) -> Option<String> {
    let s = app.views.score.survival.get(id)?;
    let doc = app.doc.as_ref()?;
    let kpi: &Kpi = &doc.session.state.kpi.as_ref()?.kpi;
    let stale = if doc.session.events.len() > s.at { " (before the latest events; s looks again)" } else { "" };
    let r = match s.result.as_ref() {
        None => return Some(format!("{} held fixed …", s.columns.join(", "))),
        Some(Err(why)) => return Some(why.clone()),
        Some(Ok(r)) => r,
    };
    let crude = format::change_with_interval(kpi, &r.crude);
    // All of them together where they were held fixed together, else the one that takes most away.
    let joint = r.strata.last().filter(|x| x.explained.columns.len() > 1).or(r.strata.first());
    let Some(x) = joint.filter(|x| x.overlap >= OVERLAP) else {
        return Some(format!("{crude}; too few rows alike in {} to say more{stale}", s.columns.join(", ")));
    };
    let held = x.explained.columns.join(" × ");
    let adjusted = format::change_with_interval(kpi, &x.explained.adjusted);
    let off = x.explained.adjusted.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0);
    let verdict = match x.explained.explained_away {
        _ if x.explained.flips => "turned round: it does not survive",
        Some(away) if away >= 0.5 => "it does not survive: more than half is explained away",
        _ if !off => "not sure: the interval holds no effect",
        _ => "it survives",
    };
    Some(format!("{verdict}. {}: {crude}, {adjusted} with {held} held fixed{stale}", s.group))
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
#[path = "rivals_tests.rs"]
mod tests;

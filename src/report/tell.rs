//! An event in words: for the text form of a replay.

use serde_json::Value;

use crate::analysis::format;
use crate::domain::brief;
use crate::domain::event::{Act, Event, MeasuredLevel, Ratings};
use crate::domain::playbook::Playbook;
use crate::domain::session::State;
use crate::domain::words::Rating;
use crate::query::{Kpi, Outcome};
use crate::report::figure;

/// What was done, in one or two words, and what it says. `state` gives titles and how people are shown. The words are
/// as they stand in the session: clean them before they are shown.
#[must_use]
pub fn tell(state: &State, playbook: Option<&Playbook>, event: &Event) -> (String, String) {
    let row = |id: &str| state.row(id).map_or_else(|| id.to_owned(), |r| r.title.clone());
    let question = |id: &str| playbook.and_then(|p| p.question(id)).map_or_else(|| id.to_owned(), |q| q.text.clone());
    let check = |id: &str| {
        let own = state.forecasts.get(id).and_then(|f| f.title.clone());
        own.or_else(|| playbook.and_then(|p| p.check(id)).map(|c| c.title.clone())).unwrap_or_else(|| id.to_owned())
    };
    let (verb, words): (&str, String) = match &event.act {
        Act::Open { text } => ("sentence", quoted(text)),
        Act::Goal { .. } => ("goal", goal(&event.act)),
        Act::Person { alias, role, shown_as } => ("person", format!("{alias} is {shown_as} ({role})")),
        Act::AttachData { data, path, sql, facts } => {
            let rows = facts.rows.map(|n| format!(", {} rows", format::count(n))).unwrap_or_default();
            ("data", format!("{data} from {}{rows}", sql.as_deref().unwrap_or(path)))
        }
        Act::Fingerprint { data, facts } => {
            let rows = facts.rows.map_or_else(|| "read".to_owned(), |n| format!("{} rows", format::count(n)));
            let columns = facts.columns.as_ref().map(|c| format!(", {} columns", c.len())).unwrap_or_default();
            ("read", format!("{data}: {rows}{columns}"))
        }
        Act::ReadOptions { data, options } => ("read as", format!("{data}: {}", brief::words(&options.clone().into()))),
        Act::MapColumns { columns, .. } => {
            ("columns", columns.iter().map(|(r, c)| format!("{r} is {c}")).collect::<Vec<_>>().join(", "))
        }
        Act::KnownBefore { column, known, before, said_by, why } => {
            let when = if *known { "before" } else { "only after" };
            let what = if before.is_empty() {
                format!("{column} is known {when} the outcome")
            } else {
                format!("{column} is fixed {when} {}", before.join(" and "))
            };
            let who = said_by.as_ref().map(|p| format!(", says {}", state.shown_as(p))).unwrap_or_default();
            ("column", joined(&format!("{what}{who}"), why))
        }
        Act::Setting { key, value } => ("setting", format!("{} = {}", key.replace('_', " "), brief::words(value))),
        Act::Kpi { kpi, data, level, .. } => {
            let level = level.as_ref().map(|l| format!(": {}", measured(kpi, l))).unwrap_or_default();
            ("KPI", format!("{kpi} over {data}{level}"))
        }
        Act::Answer { question: id, said_by, value, unit, text, verbatim } => {
            ("answer", answer(state, &question(id), said_by, value, unit.as_deref(), text, *verbatim))
        }
        Act::Defer { question: id, to } => {
            let to = to.as_ref().map_or_else(|| "for later".to_owned(), |t| format!("for {t}"));
            ("deferred", format!("{} ({to})", question(id)))
        }
        Act::Hypothesis { title, claim, .. } => ("hypothesis", joined(title, claim)),
        Act::Park { hypothesis, why, back } => {
            (if *back { "taken back" } else { "parked" }, joined(&row(hypothesis), why))
        }
        Act::Clue { clue, text, origin, grade, ratings, .. } => {
            let speaks = ratings_words(&row, ratings);
            ("clue", format!("{clue} ({}, grade {grade:?}): {text}{speaks}", origin.word()))
        }
        Act::Rate { clue, ratings, reason } => {
            let speaks = ratings_words(&row, ratings);
            ("rated", joined(&format!("{clue}{speaks}"), reason.as_deref().unwrap_or_default()))
        }
        Act::SplitFamily { clue, family, note } => ("own source", format!("{clue} counts as {family}: {note}")),
        Act::Predict { check: id, text, forecasts, .. } => {
            let say = if text.is_empty() { check(id) } else { text.clone() };
            let who: Vec<String> = forecasts
                .iter()
                .map(|(p, x)| format!("{} {}", state.shown_as(p), format::percent_with(*x, 0)))
                .collect();
            let who = if who.is_empty() { String::new() } else { format!(" [{}]", who.join(", ")) };
            ("forecast", format!("{say}{who}"))
        }
        Act::Check { check: id, outcome, result, predicted, title, .. } => {
            let title = title.clone().unwrap_or_else(|| check(id));
            let says = result.get("says").and_then(Value::as_str).unwrap_or_default();
            let how = if *predicted { "" } else { ", without a forecast" };
            ("check", joined(&format!("{title}: {}{how}", outcome_word(*outcome)), says))
        }
        Act::Impact { hypothesis, exposed, fixable, effect_points: [low, likely, high], quality, cost_days } => (
            "impact",
            format!(
                "{}: {} exposed, {} fixable, {} to {} points (likely {}), {}, {} days",
                row(hypothesis),
                format::percent_with(*exposed, 0),
                format::percent_with(*fixable, 0),
                figure(*low),
                figure(*high),
                figure(*likely),
                quality.word(),
                figure(*cost_days)
            ),
        ),
        Act::Propose { text, .. } => ("proposed", text.clone()),
        Act::Dismiss { proposal, why } => {
            let what = state.proposal(proposal).map_or_else(|| proposal.clone(), |p| p.text.clone());
            ("dismissed", joined(&what, why))
        }
        Act::Note { text } => ("note", text.clone()),
        Act::Amend { event: of, field, value, why } => {
            ("amended", joined(&format!("{field} of {of} is now {}", brief::words(value)), why))
        }
        Act::Retract { clue, why } => ("retracted", joined(clue, why)),
        Act::Undo { events } => ("undone", events.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        Act::Redact { event: of, field, why, .. } => ("redacted", joined(&format!("{field} of {of}"), why)),
        Act::Decide { chosen, because, .. } => ("decision", joined(&row(chosen), because)),
        Act::Problem { fields, .. } => {
            let all: Vec<String> =
                fields.iter().map(|(k, v)| format!("{}: {}", k.replace('_', " "), brief::words(v))).collect();
            ("brief", all.join("; "))
        }
        Act::Rerun { fields } => ("re-run", brief::words(&fields.clone().into())),
        Act::Outcome { fields } => ("outcome", brief::words(&fields.clone().into())),
        Act::Review { fields } => ("review", brief::words(&fields.clone().into())),
        Act::Unknown { verb, .. } => ("not understood", verb.clone()),
    };
    (verb.to_owned(), words)
}

/// A check's outcome in words.
#[must_use]
pub fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Failed => "could not be run",
        Outcome::Yes | Outcome::No | Outcome::Unclear => outcome.word(),
    }
}

/// A level with its interval and rows: `26.5% [25.5, 27.6] over 7 043 rows`.
#[must_use]
pub fn measured(kpi: &Kpi, level: &MeasuredLevel) -> String {
    let e = crate::query::Estimate { value: Some(level.value), interval: level.interval };
    format!("{} over {} rows", format::level_with_interval(kpi, &e), format::count(level.n))
}

/// An answer's value in words: `8 → 7.6 percent per month`, `yes`.
#[must_use]
pub fn value_words(value: &Value, unit: Option<&str>) -> String {
    let words = match value {
        Value::Null => return String::new(),
        Value::Array(l) => {
            let part = |v: &Value| if v.is_null() { "?".to_owned() } else { brief::words(v) };
            l.iter().map(part).collect::<Vec<_>>().join(" → ")
        }
        other => brief::words(other),
    };
    let unit = unit.map(|u| format!(" {u}")).unwrap_or_default();
    format!("{words}{unit}")
}

fn answer(
    state: &State,
    question: &str,
    said_by: &str,
    value: &Value,
    unit: Option<&str>,
    text: &str,
    verbatim: bool,
) -> String {
    let words = value_words(value, unit);
    let text = if text.trim().is_empty() {
        String::new()
    } else if verbatim {
        quoted(text)
    } else {
        text.trim().to_owned()
    };
    let said = match (words.is_empty(), text.is_empty()) {
        (true, true) => "does not know".to_owned(),
        (false, true) => words,
        (true, false) => text,
        (false, false) => format!("{words}. {text}"),
    };
    format!("{} on \"{question}\": {said}", state.shown_as(said_by))
}

fn goal(act: &Act) -> String {
    let Act::Goal { kpi, shape, from, to, points, by_date, budget_days, scope } = act else { return String::new() };
    let mut parts = Vec::new();
    parts.extend(kpi.clone());
    match (from, to) {
        (Some(a), Some(b)) => parts.push(format!("from {} to {}", figure(*a), figure(*b))),
        (Some(a), None) => parts.push(format!("from {}", figure(*a))),
        (None, Some(b)) => parts.push(format!("to {}", figure(*b))),
        (None, None) => {}
    }
    parts.extend(points.map(|p| format!("{} points", figure(p))));
    parts.extend(by_date.as_ref().map(|d| format!("by {d}")));
    parts.extend(budget_days.map(|d| format!("{} days of work", figure(d))));
    parts.extend(scope.as_ref().map(|s| format!("for {s}")));
    parts.extend(shape.map(|s| match s {
        crate::domain::event::Shape::Rise => "it has become worse".to_owned(),
        crate::domain::event::Shape::Level => "it was always like this".to_owned(),
    }));
    parts.join(", ")
}

/// ` [++ Cars take too long, − The app is slow]`; words that say nothing are left out.
fn ratings_words(row: &dyn Fn(&str) -> String, ratings: &Ratings) -> String {
    let mut all: Vec<(&String, &Rating)> = ratings.iter().filter(|(_, r)| **r != Rating::NoDifference).collect();
    all.sort_by_key(|(_, r)| std::cmp::Reverse(**r));
    if all.is_empty() {
        return String::new();
    }
    let list: Vec<String> = all.iter().map(|(h, r)| format!("{} {}", r.sign(), row(h))).collect();
    format!(" [{}]", list.join(", "))
}

fn quoted(text: &str) -> String {
    format!("“{}”", text.trim())
}

fn joined(first: &str, second: &str) -> String {
    if second.trim().is_empty() { first.to_owned() } else { format!("{first}. {}", second.trim()) }
}

//! The rows of the checks pane.

use serde_json::Value;

use crate::analysis::format;
use crate::app::App;
use crate::app::screens::checks;
use crate::domain::playbook::{Playbook, PlaybookCheck, YesRule, counting_row, fill, fits};
use crate::domain::session::CheckRecord;
use crate::query::{CheckOp, CheckResult, Estimate, Kpi, Outcome, Schema};

/// What stands between a check and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ready {
    /// Nothing: every role has a column, or one that is guessed by its name.
    Now,
    /// A column for one of its roles.
    Asks,
    /// It is done outside of this program and its outcome is entered.
    Outside,
    /// It was run.
    Run,
}

impl Ready {
    /// The title of its part of the list.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Now => "Can run now",
            Self::Asks => "Need a column first",
            Self::Outside => "Done outside, outcome entered by hand",
            Self::Run => "Run",
        }
    }
}

/// One row of the checks pane.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckRow {
    /// Id.
    pub id: String,
    /// The question.
    pub title: String,
    /// What it does.
    pub op: String,
    /// Minutes.
    pub minutes: f64,
    /// What stands between it and its answer.
    pub ready: Ready,
    /// Columns of its roles, or what is missing.
    pub columns: String,
    /// What the roles that no column plays mean, in words.
    pub missing: Vec<String>,
    /// What came out, if it was run.
    pub outcome: Option<Outcome>,
    /// The number that came out, with its interval.
    pub estimate: String,
    /// The sentence that was found.
    pub says: String,
    /// Titles of the hypotheses that predict it.
    pub predicted_by: Vec<String>,
    /// A forecast stands.
    pub forecast: bool,
    /// When it says yes.
    pub rule: String,
}

/// The checks that fit the problem and the filter: those that can run now, those that need a column, those done outside,
/// those that were run; in each part those that a hypothesis on the board predicts first, the most valuable first.
#[must_use]
pub fn current_checks(app: &App) -> Vec<CheckRow> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let mut out = Vec::new();
    if let Some(playbook) = &doc.playbook {
        let shape = doc.session.state.goal.shape;
        let fitting = playbook.checks.iter().filter(|c| fits(c.only, shape));
        out.extend(fitting.map(|check| of_playbook(app, playbook, check)));
    }
    out.extend(on_the_spot(app));
    let wanted = app.views.explore.check_filter.to_lowercase();
    if !wanted.is_empty() {
        out.retain(|r| [&r.title, &r.columns, &r.op, &r.id].iter().any(|t| t.to_lowercase().contains(&wanted)));
    }
    let value = |id: &str| {
        doc.board.next.iter().find(|n| n.id == id).map_or(0.0, |n| n.value.voi_per_hour * 1e3 + n.value.bits_per_hour)
    };
    out.sort_by(|a, b| {
        a.ready
            .cmp(&b.ready)
            .then_with(|| a.predicted_by.is_empty().cmp(&b.predicted_by.is_empty()))
            .then_with(|| value(&b.id).total_cmp(&value(&a.id)))
    });
    out
}

fn of_playbook(app: &App, playbook: &Playbook, check: &PlaybookCheck) -> CheckRow {
    let mut out = row(app, &check.id);
    let Some(doc) = &app.doc else { return out };
    let state = &doc.session.state;
    out.title = fill(&check.title, &doc.flow().map(|f| f.fills()).unwrap_or_default());
    out.op = check.op.word().replace('_', " ");
    out.minutes = check.minutes;
    let none = Schema::default();
    let further = check.op.reads_further_tables().then(|| checks::schema_of(app, check.op));
    let schema = further.as_ref().unwrap_or_else(|| app.main_info().map_or(&none, |i| &i.schema));
    let mut columns: Vec<String> = check.needs.iter().filter_map(|r| state.columns.get(r).cloned()).collect();
    let mut asks = Vec::new();
    for name in checks::missing_roles(app, check) {
        let role = playbook.columns.iter().find(|(r, _)| *r == name).map(|(_, c)| c);
        let guess = checks::candidates(role, &name, schema)
            .into_iter()
            .next()
            .filter(|c| checks::is_named_guess(role, &name, c));
        let short = name.replace('_', " ");
        if let Some(column) = guess {
            columns.push(format!("{column}?"));
        } else {
            let meaning = role.map(|r| r.title.clone()).filter(|t| !t.is_empty());
            out.missing.push(meaning.map_or_else(|| short.clone(), |m| format!("{short} ({m})")));
            asks.push(short);
        }
    }
    let outside = checks::outside(app, check).is_some();
    out.columns = if outside {
        String::new()
    } else if asks.is_empty() {
        columns.join(", ")
    } else {
        format!("needs {}", asks.join(", "))
    };
    if outside {
        out.missing.clear();
    }
    if out.ready != Ready::Run {
        out.ready = match (outside, asks.is_empty()) {
            (true, _) => Ready::Outside,
            (false, true) => Ready::Now,
            (false, false) => Ready::Asks,
        };
    }
    out.predicted_by = playbook
        .hypotheses
        .iter()
        .filter(|h| h.predicts.iter().any(|p| p.check == check.id))
        .filter_map(|h| counting_row(state, Some(playbook), &h.id).map(|r| r.title.clone()))
        .collect();
    out.rule = match &check.yes_if {
        Some(YesRule::Rule(rule)) => checks::rule_words(rule),
        Some(YesRule::Prose(words)) => words.clone(),
        None => String::new(),
    };
    out
}

/// Checks made on the spot, and looks that were pinned.
fn on_the_spot(app: &App) -> Vec<CheckRow> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let state = &doc.session.state;
    let known = |id: &str| doc.playbook.as_ref().is_some_and(|p| p.check(id).is_some());
    let mut ids: Vec<&String> = state.forecasts.keys().filter(|id| !known(id)).collect();
    ids.extend(state.checks.iter().map(|c| &c.check).filter(|id| !known(id)));
    ids.sort();
    ids.dedup();
    ids.into_iter()
        .map(|id| {
            let mut out = row(app, id);
            let forecast = state.forecasts.get(id);
            let run = state.latest_check(id);
            out.title = forecast
                .and_then(|f| f.title.clone().or_else(|| Some(f.text.clone())))
                .or_else(|| run.and_then(|c| c.title.clone()))
                .unwrap_or_else(|| id.clone());
            let pending = run.map(|r| checks::of_run(r, &out.title));
            let request = forecast.and_then(|f| f.request.as_ref()).or(pending.as_ref().map(|p| &p.request));
            let look = id.starts_with("look") || request.is_none_or(|r| r.op == CheckOp::ByHand);
            out.op =
                if look { "look".into() } else { request.map_or_else(String::new, |r| r.op.word()).replace('_', " ") };
            out.minutes = 2.0;
            out.columns =
                request.map(|r| r.columns.values().cloned().collect::<Vec<_>>().join(", ")).unwrap_or_default();
            out.rule = request.and_then(|r| r.yes_if.as_ref()).map(checks::rule_words).unwrap_or_default();
            let rated = forecast.map(|f| &f.if_yes).or(pending.as_ref().map(|p| &p.if_yes));
            out.predicted_by =
                rated.into_iter().flatten().filter_map(|(h, _)| state.row(h)).map(|r| r.title.clone()).collect();
            out
        })
        .collect()
}

fn row(app: &App, id: &str) -> CheckRow {
    let state = app.doc.as_ref().map(|d| &d.session.state);
    let run = state.and_then(|s| s.latest_check(id));
    let kpi = state.and_then(|s| s.kpi.as_ref()).map(|k| &k.kpi);
    CheckRow {
        id: id.to_owned(),
        title: id.to_owned(),
        op: String::new(),
        minutes: 0.0,
        ready: if run.is_some() { Ready::Run } else { Ready::Now },
        columns: String::new(),
        missing: Vec::new(),
        outcome: run.map(|r| r.outcome),
        estimate: run.map(|r| estimate_words(r, kpi)).unwrap_or_default(),
        says: run.and_then(|r| r.result.get("says")).and_then(Value::as_str).unwrap_or_default().to_owned(),
        predicted_by: Vec::new(),
        forecast: state.is_some_and(|s| s.forecasts.contains_key(id)),
        rule: String::new(),
    }
}

/// The number of a result with its interval, in the unit of its metric; a look shows the KPI's level.
fn estimate_words(run: &CheckRecord, kpi: Option<&Kpi>) -> String {
    let Ok(result) = serde_json::from_value::<CheckResult>(Value::Object(run.result.clone())) else {
        let read = |key: &str| run.result.get(key).cloned().unwrap_or(Value::Null);
        let value = read("estimate").as_f64();
        let e = Estimate { value, interval: serde_json::from_value(read("interval")).ok() };
        return match kpi {
            Some(kpi) if value.is_some() => format::level_with_interval(kpi, &e),
            _ => String::new(),
        };
    };
    if result.estimate.is_none() {
        return String::new();
    }
    checks::metric_words(&result.metric, &Estimate { value: result.estimate, interval: result.interval })
}

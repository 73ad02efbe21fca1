//! Checks: forecast first, then run, then pin. Shared by Explore and Score.

mod words;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub use words::{metric_words, rule_words};

use crate::analysis::check::PLACES;
use crate::analysis::sqltext::names_in;
use crate::app::form::Form;
use crate::app::forms::{self, Pin};
use crate::app::{App, Effect, Message, Tone};
use crate::domain::board::predicted_ratings;
use crate::domain::decide::{Intent, family_of_column, origin_of, suggest_ratings};
use crate::domain::event::{Act, Ratings};
use crate::domain::playbook::{self, ColumnRole, Flow, Playbook, PlaybookCheck, YesRule, roles_of};
use crate::domain::session::{CheckRecord, Session};
use crate::domain::words::Grade;
use crate::query::{Analysis, CheckOp, CheckRequest, CheckResult, Findings, Outcome, Schema, ValueType};

/// A check made ready.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingCheck {
    /// Id.
    pub id: String,
    /// The question that it answers.
    pub title: String,
    /// What counts as a yes, in words.
    pub yes_words: String,
    /// What to run.
    pub request: CheckRequest,
    /// Table.
    pub data: String,
    /// Made on the spot: the forecast carries the request.
    pub ad_hoc: bool,
    /// For a check made on the spot: ratings if yes and if no.
    pub if_yes: Ratings,
    /// Ratings if no.
    pub if_no: Ratings,
    /// Why it is done outside of this program and its outcome entered by hand; `None` where it runs here.
    pub outside: Option<String>,
}

/// Checks that wait for their result.
#[derive(Debug, Default)]
pub struct ChecksView {
    /// By id.
    pub running: BTreeMap<String, PendingCheck>,
    /// A check on the spot whose conditions are being tried, with the form that asked for it.
    pub trying: Option<(PendingCheck, Form)>,
}

/// Why a check of the playbook is done outside of this program, where it is.
#[must_use]
pub fn outside(app: &App, check: &PlaybookCheck) -> Option<String> {
    let doc = app.doc.as_ref()?;
    playbook::outside(&doc.session, doc.playbook.as_deref()?, check)
}

/// The roles of a check that no column plays yet; none where it is done outside.
#[must_use]
pub fn missing_roles(app: &App, check: &PlaybookCheck) -> Vec<String> {
    let Some(doc) = &app.doc else { return Vec::new() };
    doc.playbook.as_ref().map(|p| unmapped(&doc.session, p, check)).unwrap_or_default()
}

/// The same of a session.
#[must_use]
pub fn unmapped(session: &Session, playbook: &Playbook, check: &PlaybookCheck) -> Vec<String> {
    if playbook::outside(session, playbook, check).is_some() {
        return Vec::new();
    }
    playbook::unmapped(&session.state, check)
}

/// The columns that may play a role of a check: those of the KPI's table, and of the others where it reads them.
#[must_use]
pub fn schema_of(app: &App, op: CheckOp) -> Schema {
    let mut out = app.kpi_info().map(|i| i.schema.clone()).unwrap_or_default();
    if op.reads_further_tables() {
        for column in app.tables.values().flat_map(|t| &t.schema.columns) {
            if out.get(&column.name).is_none() {
                out.columns.push(column.clone());
            }
        }
    }
    out
}

/// Columns that may play a role, the best guess first: by name, then by type.
#[must_use]
pub fn candidates(role: Option<&ColumnRole>, name: &str, schema: &Schema) -> Vec<String> {
    let fits = |t: ValueType| {
        role.is_none_or(|r| {
            r.types.is_empty()
                || r.types.iter().any(|w| match w.as_str() {
                    "bool" => t == ValueType::Bool,
                    "int" => t == ValueType::Int,
                    "num" => t == ValueType::Float,
                    "text" => t == ValueType::Text,
                    "date" => t == ValueType::Date,
                    "time" => t == ValueType::Datetime,
                    _ => false,
                })
        })
    };
    let named = |column: &str| {
        let column = column.to_lowercase();
        let guesses = role.map(|r| r.guess.as_slice()).unwrap_or_default();
        if column == name { Some(0) } else { guesses.iter().position(|g| column.contains(g.as_str())).map(|i| i + 1) }
    };
    let mut list: Vec<(usize, usize, String)> = schema
        .columns
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let rank = match (named(&c.name), fits(c.dtype)) {
                (Some(r), true) => r,
                (Some(r), false) => 1_000 + r,
                (None, true) => 2_000,
                (None, false) => 3_000,
            };
            (rank, i, c.name.clone())
        })
        .collect();
    list.sort();
    list.into_iter().map(|(_, _, name)| name).collect()
}

/// Whether the first candidate is a guess by name rather than merely a column of the right type.
#[must_use]
pub fn is_named_guess(role: Option<&ColumnRole>, name: &str, column: &str) -> bool {
    let column = column.to_lowercase();
    column == name || role.is_some_and(|r| r.guess.iter().any(|g| column.contains(g.as_str())))
}

/// Begins a check of the playbook: roles first, then the forecast.
pub fn start(app: &mut App, id: &str) -> Vec<Effect> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let Some(check) = doc.playbook.as_ref().and_then(|p| p.check(id)).cloned() else {
        return start_ad_hoc(app, id);
    };
    if outside(app, &check).is_some() {
        if let Some(pending) = pending(app, &check) {
            forecast_or_run(app, pending);
        }
        return Vec::new();
    }
    if doc.session.state.kpi.is_none() {
        app.say(Tone::Warn, "A check needs the KPI. Bind it on 1 Problem first.");
        return Vec::new();
    }
    let missing = missing_roles(app, &check);
    if !missing.is_empty() {
        forms::open_roles(app, &check.id, &missing);
        return Vec::new();
    }
    match pending(app, &check) {
        Some(pending) => forecast_or_run(app, pending),
        None => Vec::new(),
    }
}

/// A check made on the spot: as its forecast asks, or once more as it was run.
fn start_ad_hoc(app: &mut App, id: &str) -> Vec<Effect> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let state = &doc.session.state;
    let (forecast, latest) = (state.forecasts.get(id).cloned(), state.latest_check(id).cloned());
    if let (None, Some(latest)) = (forecast.as_ref().and_then(|f| f.request.as_ref()), &latest) {
        if id.starts_with("look") {
            app.say(Tone::Plain, "This was a look, not a check: pin it with c.");
            return Vec::new();
        }
        let pending = of_run(latest, latest.title.as_deref().unwrap_or(id));
        if pending.outside.is_some() {
            app.say(
                Tone::Warn,
                "What was run is not known well enough to run it again: make a new check with t on a group.",
            );
            return Vec::new();
        }
        return run(app, pending);
    }
    let Some(f) = forecast else {
        app.say(Tone::Warn, format!("Nothing is known of the check {id}: the playbook has none of that name."));
        return Vec::new();
    };
    let (Some(request), Some(data)) = (f.request, app.kpi_table().map(str::to_owned)) else {
        app.say(Tone::Warn, "This forecast does not say what to run: make a check with t on a group.");
        return Vec::new();
    };
    let pending = PendingCheck {
        id: id.to_owned(),
        title: f.title.unwrap_or(f.text),
        yes_words: request.yes_if.as_ref().map(rule_words).unwrap_or_default(),
        request,
        data,
        ad_hoc: true,
        if_yes: f.if_yes,
        if_no: f.if_no,
        outside: None,
    };
    run(app, pending)
}

fn forecast_or_run(app: &mut App, pending: PendingCheck) -> Vec<Effect> {
    let state = app.doc.as_ref().map(|d| &d.session.state);
    let by_hand = pending.outside.is_some();
    let forecast = state.and_then(|s| s.forecasts.get(&pending.id));
    let known = state.is_some_and(|s| s.latest_check(&pending.id).is_some());
    if forecast.is_none() && !known {
        forms::open_forecast(app, pending);
        Vec::new()
    } else if by_hand {
        forms::open_by_hand(app, pending);
        Vec::new()
    } else {
        run(app, pending)
    }
}

fn pending(app: &App, check: &PlaybookCheck) -> Option<PendingCheck> {
    let doc = app.doc.as_ref()?;
    let playbook = doc.playbook.as_deref()?;
    Some(resolve(&doc.session, playbook, check, app.kpi_table().unwrap_or_default()))
}

/// Makes a check of the playbook ready to run on a table: roles become columns, answers become literals.
#[must_use]
pub fn resolve(session: &Session, playbook: &Playbook, check: &PlaybookCheck, data: &str) -> PendingCheck {
    let fills = Flow::new(playbook, session).fills();
    let columns: BTreeMap<String, String> = roles_of(check)
        .into_iter()
        .filter_map(|role| session.state.columns.get(&role).map(|c| (role, c.clone())))
        .collect();
    let params: Map<String, Value> = check
        .params
        .iter()
        .map(|(k, v)| {
            let v = match v {
                Value::String(s) if TABLES.contains(&k.as_str()) => Value::String(table_named(session, s)),
                Value::String(s) if k != "how" => Value::String(literals(s, &columns, &fills)),
                other => other.clone(),
            };
            (k.clone(), v)
        })
        .collect();
    let (yes_if, yes_words) = match &check.yes_if {
        Some(YesRule::Rule(rule)) => (Some(rule.clone()), rule_words(rule)),
        Some(YesRule::Prose(words)) => (None, words.clone()),
        None => (None, String::new()),
    };
    PendingCheck {
        id: check.id.clone(),
        title: crate::domain::playbook::fill(&check.title, &fills),
        yes_words,
        request: with_answers(session, CheckRequest { op: check.op, columns, params, yes_if }),
        data: data.to_owned(),
        ad_hoc: false,
        if_yes: Ratings::new(),
        if_no: Ratings::new(),
        outside: playbook::outside(session, playbook, check),
    }
}

/// A request with what was answered about columns: which were known before the outcome or only after it, and which
/// follow from others. A scan for leaks takes every answer, any other check those about its own columns.
#[must_use]
pub fn with_answers(session: &Session, mut request: CheckRequest) -> CheckRequest {
    let all = request.op == CheckOp::LeakScan;
    let own = columns_of(&request);
    let mine = |c: &String| all || own.contains(c);
    let of = |known: bool| session.state.answered(known).into_iter().filter(|c| mine(c)).collect::<Vec<_>>();
    let after: BTreeMap<String, Vec<String>> = session
        .state
        .consequences()
        .into_iter()
        .filter(|(cause, _)| mine(cause))
        .map(|(cause, late)| (cause, late.into_iter().filter(|c| mine(c)).collect::<Vec<_>>()))
        .filter(|(_, late)| !late.is_empty())
        .collect();
    let answers = [
        ("known_before", json!(of(true)), all || !of(true).is_empty()),
        ("exclude", json!(of(false)), all || !of(false).is_empty()),
        ("consequences", json!(after), !all && !after.is_empty()),
    ];
    for (key, value, told) in answers {
        if told {
            request.params.insert(key.into(), value);
        } else {
            request.params.remove(key);
        }
    }
    request
}

/// Every column that a request names: by role, in SQL, or as it is.
fn columns_of(request: &CheckRequest) -> Vec<String> {
    let mut out: Vec<String> = request.columns.values().cloned().collect();
    const ANSWERS: [&str; 3] = ["known_before", "exclude", "consequences"];
    for (_, value) in request.params.iter().filter(|(key, _)| !ANSWERS.contains(&key.as_str())) {
        match value {
            Value::String(text) => {
                out.push(text.clone());
                out.extend(names_in(text));
            }
            Value::Array(list) => out.extend(list.iter().filter_map(Value::as_str).map(str::to_owned)),
            _ => {}
        }
    }
    out
}

/// Parameters that name a table.
const TABLES: [&str; 3] = ["left", "right", "table"];

/// `first`, `second` … become the names of the tables in the order in which they were attached.
fn table_named(session: &Session, word: &str) -> String {
    let place = PLACES.iter().position(|p| *p == word);
    place.and_then(|i| session.state.tables.get(i)).map_or_else(|| word.to_owned(), |t| t.data.clone())
}

/// `{name}` that an answer set becomes a quoted SQL literal; roles are left for the analysis.
fn literals(text: &str, columns: &BTreeMap<String, String>, fills: &BTreeMap<String, String>) -> String {
    let mut out = text.to_owned();
    for (name, words) in fills {
        if !columns.contains_key(name) {
            out = out.replace(&format!("{{{name}}}"), &format!("'{}'", words.replace('\'', "''")));
        }
    }
    out
}

/// Runs a check.
pub fn run(app: &mut App, pending: PendingCheck) -> Vec<Effect> {
    let Some(binding) = app.doc.as_ref().and_then(|d| d.session.state.kpi.clone()) else {
        app.say(Tone::Warn, "A check needs the KPI. Bind it on 1 Problem first.");
        return Vec::new();
    };
    let mut pending = pending;
    if let Some(doc) = &app.doc {
        // Answers may have come since the check was made.
        pending.request = with_answers(&doc.session, pending.request);
    }
    let request = pending.request.clone();
    let effect = Effect::Run {
        slot: format!("check:{}", pending.id),
        label: pending.title.clone(),
        data: pending.data.clone(),
        analysis: Box::new(Analysis::Check {
            kpi: binding.kpi,
            request,
            unit: binding.independent_unit,
            better: binding.better,
        }),
    };
    app.views.checks.running.insert(pending.id.clone(), pending);
    vec![effect]
}

/// A check's result came: it is recorded as it is, and pinning it is offered.
pub fn found(app: &mut App, id: &str, result: Result<Findings, String>, seconds: f64) -> Vec<Effect> {
    let Some(pending) = app.views.checks.running.remove(id) else { return Vec::new() };
    match result {
        Ok(Findings::Check(mut result)) => {
            result.seconds = (seconds * 100.0).round() / 100.0;
            result.tried = searched(app, &pending);
            record(app, &pending, &result)
        }
        Ok(_) => Vec::new(),
        Err(why) => {
            let text = format!("{}: {why}", pending.title);
            if app.views.ask.interview.is_some() {
                // What is being checked would lead the witness.
                app.messages.push(Message { tone: Tone::Bad, text });
                app.say(Tone::Bad, "A check could not be run; M says why after the interview.");
            } else {
                app.say(Tone::Bad, text);
            }
            Vec::new()
        }
    }
}

/// How many slices had been looked at before this check: none but its own for a check of the playbook, which was
/// chosen before looking; for one made on the spot, those of Explore where its column is among them.
fn searched(app: &App, pending: &PendingCheck) -> u32 {
    let looked = &app.views.explore.looked;
    let found = pending.ad_hoc && tested_column(&pending.request).is_some_and(|column| looked.contains(&column));
    if found { u32::try_from(looked.len()).unwrap_or(u32::MAX).max(1) } else { 1 }
}

/// What was run, as its record has it: to pin its result or to run it again.
#[must_use]
pub fn of_run(run: &CheckRecord, title: &str) -> PendingCheck {
    let mut params = run.params.clone();
    fn part<T: serde::de::DeserializeOwned>(params: &mut Map<String, Value>, key: &str) -> Option<T> {
        params.remove(key).and_then(|v| serde_json::from_value(v).ok())
    }
    let op = part(&mut params, "op").unwrap_or(CheckOp::ByHand);
    let columns = part(&mut params, "columns").unwrap_or_default();
    let yes_if: Option<crate::query::YesIf> = part(&mut params, "yes_if");
    let if_yes = part(&mut params, "if_yes").unwrap_or_default();
    let if_no = part(&mut params, "if_no").unwrap_or_default();
    // What was entered by hand has no further figures.
    let by_hand = op == CheckOp::ByHand || (op.reads_further_tables() && !run.result.contains_key("metrics"));
    PendingCheck {
        outside: by_hand.then(|| "It was done with your own tools.".to_owned()),
        id: run.check.clone(),
        title: title.to_owned(),
        yes_words: yes_if.as_ref().map(rule_words).unwrap_or_default(),
        data: run.data.first().cloned().unwrap_or_default(),
        ad_hoc: run.title.is_some(),
        request: CheckRequest { op, columns, params, yes_if },
        if_yes,
        if_no,
    }
}

/// The tables that a check reads, the one that it is run on first.
fn tables_of(pending: &PendingCheck) -> Vec<String> {
    let mut out = vec![pending.data.clone()];
    for name in TABLES.iter().filter_map(|k| pending.request.params.get(*k)?.as_str()) {
        if pending.outside.is_none() && !out.iter().any(|t| t == name) {
            out.push(name.to_owned());
        }
    }
    out
}

/// A result as it is recorded; whether it was predicted is for `decide` to say.
#[must_use]
pub fn act_of(pending: &PendingCheck, result: &CheckResult) -> Act {
    let mut params = pending.request.params.clone();
    if !pending.request.columns.is_empty() {
        params.insert("columns".into(), json!(pending.request.columns));
    }
    params.insert("op".into(), json!(pending.request.op));
    Act::Check {
        check: pending.id.clone(),
        data: tables_of(pending),
        predicted: true, // decide corrects it
        title: pending.ad_hoc.then(|| pending.title.clone()),
        params,
        result: match serde_json::to_value(result) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        },
        outcome: result.outcome,
        took_seconds: Some(result.seconds),
    }
}

/// The same; where no forecast says what a check on the spot was for, the record does.
#[must_use]
pub fn act_in_full(pending: &PendingCheck, result: &CheckResult, forecast: bool) -> Act {
    let mut act = act_of(pending, result);
    if let (Act::Check { params, .. }, true, false) = (&mut act, pending.ad_hoc, forecast) {
        if let Some(rule) = &pending.request.yes_if {
            params.insert("yes_if".into(), json!(rule));
        }
        for (key, side) in [("if_yes", &pending.if_yes), ("if_no", &pending.if_no)] {
            if !side.is_empty() {
                params.insert(key.into(), json!(side));
            }
        }
    }
    act
}

/// Records a result and opens the pin form with what it suggests; while something else has the keys it only says that
/// the check is done. An interview must not be led by what came out.
pub fn record(app: &mut App, pending: &PendingCheck, result: &CheckResult) -> Vec<Effect> {
    let forecast = app.doc.as_ref().is_some_and(|d| d.session.state.forecasts.contains_key(&pending.id));
    let effects = app.record_or_say(Intent::record(act_in_full(pending, result, forecast)));
    let busy = !app.popups.is_empty() || app.views.ask.interview.is_some();
    if effects.is_empty() {
        return effects;
    }
    if result.outcome == Outcome::Failed {
        let words = format!("No answer: {}", result.says);
        app.say(
            Tone::Warn,
            if busy { "Check done without an answer: 3 Explore, Checks says why.".into() } else { words },
        );
        return effects;
    }
    if busy {
        app.say(Tone::Good, "Check done: c pins it in 3 Explore, Checks.");
    } else {
        open_pin(app, pending, result);
    }
    effects
}

/// The ratings that a result suggests. A check made on the spot without a forecast says itself what its answers mean.
fn suggested(session: &Session, playbook: Option<&Playbook>, pending: &PendingCheck, result: &CheckResult) -> Ratings {
    let own = !pending.if_yes.is_empty() || !pending.if_no.is_empty();
    if !own || session.state.forecasts.contains_key(&pending.id) {
        return suggest_ratings(session, playbook, &pending.id, result);
    }
    let mut with = session.clone();
    let said = crate::domain::session::Forecast {
        if_yes: pending.if_yes.clone(),
        if_no: pending.if_no.clone(),
        ..Default::default()
    };
    with.state.forecasts.insert(pending.id.clone(), said);
    suggest_ratings(&with, playbook, &pending.id, result)
}

/// Offers to pin the latest result of a check.
pub fn open_pin(app: &mut App, pending: &PendingCheck, result: &CheckResult) {
    let Some(doc) = &app.doc else { return };
    let Some(run) = doc.session.state.latest_check(&pending.id) else { return };
    let ratings = suggested(&doc.session, doc.playbook.as_deref(), pending, result);
    let outcome = result.outcome.word();
    let tested = tested_column(&pending.request);
    let (family, grade) = source_of(pending, &related(app, tested.as_deref()));
    let pin = Pin {
        record: None,
        source: Some(run.reference.clone()),
        origin: origin_of(run),
        family,
        grade,
        text: result.says.clone(),
        ratings,
        says: format!("{} → {outcome}", pending.title),
    };
    forms::open_pin(app, pin);
}

/// The family and grade of the clue that a check gives, with the columns of earlier clues that go with its column.
#[must_use]
pub fn source_of(pending: &PendingCheck, related: &[(String, f64)]) -> (String, Grade) {
    if pending.outside.is_some() {
        return (format!("check:{}", pending.id), Grade::B);
    }
    let tested = tested_column(&pending.request);
    (family_of_column(&pending.data, tested.as_deref().unwrap_or("kpi"), related), Grade::A)
}

/// The result of a check that was done outside, in the one shape of all results.
#[must_use]
pub fn by_hand(pending: &PendingCheck, outcome: Outcome, value: Option<f64>, says: String) -> CheckResult {
    CheckResult {
        metric: pending.request.yes_if.as_ref().map(|y| y.metric.clone()).unwrap_or_default(),
        estimate: value,
        interval: None,
        n: Vec::new(),
        events: Vec::new(),
        threshold: None,
        below: false,
        outcome,
        tried: 1,
        seconds: 0.0,
        says,
        metrics: BTreeMap::new(),
    }
}

/// The column that a request tests, for the family of its clue: never one that is merely held fixed.
#[must_use]
pub fn tested_column(request: &CheckRequest) -> Option<String> {
    let text = |key: &str| request.params.get(key).and_then(Value::as_str);
    let named = ["by", "measure", "exposure", "column", "group"].iter().find_map(|k| text(k));
    if let Some(column) = named.and_then(|role| request.columns.get(role)) {
        return Some(column.clone());
    }
    if let Some(a) = text("a") {
        let role = a.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(role, _)| role);
        return role.and_then(|r| request.columns.get(r)).cloned().or_else(|| first_column(a));
    }
    let held: Vec<&str> = match request.params.get("within") {
        Some(Value::Array(roles)) => roles.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(role)) => vec![role],
        _ => Vec::new(),
    };
    request.columns.iter().find(|(role, _)| !held.contains(&role.as_str())).map(|(_, column)| column.clone())
}

/// The first name in a SQL condition that is no function, word of the language or text: `Contract` in
/// `NOT (Contract = 'One year')`.
fn first_column(sql: &str) -> Option<String> {
    const WORDS: [&str; 8] = ["not", "case", "when", "and", "or", "is", "null", "between"];
    let mut rest = sql;
    loop {
        let c = rest.chars().next()?;
        let after = rest.get(c.len_utf8()..)?;
        if matches!(c, '"' | '`' | '\'') {
            let (inside, beyond) = after.split_once(c)?;
            if c != '\'' {
                return Some(inside.to_owned());
            }
            rest = beyond;
        } else if c.is_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let (word, beyond) = rest.split_at(end);
            if !beyond.trim_start().starts_with('(') && !WORDS.contains(&word.to_lowercase().as_str()) {
                return Some(word.to_owned());
            }
            rest = beyond;
        } else {
            rest = after;
        }
    }
}

/// Columns of clues so far and how strongly each goes with this one, as far as Explore has measured it.
fn related(app: &App, column: Option<&str>) -> Vec<(String, f64)> {
    let Some(column) = column else { return Vec::new() };
    let known = &app.views.explore.associations;
    let of = |a: &str, b: &str| {
        known.get(&(a.to_owned(), b.to_owned())).or_else(|| known.get(&(b.to_owned(), a.to_owned())))
    };
    clue_columns(app).into_iter().filter_map(|c| of(column, &c).map(|v| (c, *v))).collect()
}

/// The columns on which clues rest already.
#[must_use]
pub fn clue_columns(app: &App) -> Vec<String> {
    app.doc.as_ref().map(|doc| columns_of_clues(&doc.session)).unwrap_or_default()
}

/// The same of a session.
#[must_use]
pub fn columns_of_clues(session: &Session) -> Vec<String> {
    let mut out: Vec<String> = session
        .state
        .clues
        .iter()
        .filter_map(|c| c.family.strip_prefix("data:").and_then(|f| f.split_once('/')).map(|(_, c)| c.to_owned()))
        .collect();
    out.sort();
    out.dedup();
    out
}

/// What the board would make of a yes and of a no, for the forecast form.
#[must_use]
pub fn stakes(app: &App, pending: &PendingCheck) -> Vec<String> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let side = |yes: bool| -> Ratings {
        if pending.ad_hoc {
            return if yes { pending.if_yes.clone() } else { pending.if_no.clone() };
        }
        doc.playbook.as_deref().map(|p| predicted_ratings(&doc.session.state, p, &pending.id, yes)).unwrap_or_default()
    };
    let words = |ratings: Ratings| -> String {
        let list: Vec<String> = ratings.iter().map(|(h, r)| format!("{} {}", r.words(), doc.row_title(h))).collect();
        if list.is_empty() { "says nothing about the rows on the board".into() } else { list.join("; ") }
    };
    vec![format!("If yes: {}", words(side(true))), format!("If no: {}", words(side(false)))]
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

#[cfg(test)]
mod tested {
    use super::*;
    use crate::query::CheckOp;

    fn request(columns: &[(&str, &str)], params: Value) -> CheckRequest {
        CheckRequest {
            op: CheckOp::CompareRate,
            columns: columns.iter().map(|(r, c)| ((*r).to_owned(), (*c).to_owned())).collect(),
            params: params.as_object().cloned().unwrap_or_default(),
            yes_if: None,
        }
    }

    #[test]
    fn the_tested_column_is_not_one_that_is_held_fixed() {
        let of = |columns: &[(&str, &str)], params: Value| tested_column(&request(columns, params));
        let some = |s: &str| Some(s.to_owned());
        let zone = [("zone", "zone")];
        assert_eq!(of(&zone, json!({"a": "app_version = '7.4.0'", "within": ["zone"]})), some("app_version"));
        assert_eq!(
            of(&zone, json!({"a": "NOT (COALESCE(\"wait min\", 0) > 3)", "within": ["zone"]})),
            some("wait min")
        );
        let two = [("a_place", "zone"), ("wait", "wait_min")];
        assert_eq!(of(&two, json!({"exposure": "wait", "within": ["a_place"]})), some("wait_min"));
        assert_eq!(of(&two, json!({"within": ["a_place"]})), some("wait_min"));
        assert_eq!(of(&two, json!({"a": "LOWER({wait}) = 'no'", "within": ["a_place"]})), some("wait_min"));
        assert_eq!(of(&[], json!({"a": "'x' = 'it'"})), None);
        assert_eq!(of(&[], json!({})), None);
    }
}

//! Forecast, ad-hoc check, result by hand, roles.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{FormId, words};
use crate::app::form::{Choice, Form};
use crate::app::screens::checks::{self, PendingCheck};
use crate::app::{App, Effect};
use crate::domain::decide::Intent;
use crate::domain::event::{Act, Ratings};
use crate::domain::words::Rating;
use crate::query::{Analysis, CheckOp, CheckRequest, Kpi, Measure, Outcome, YesIf};

/// The forecast, before anything is shown.
pub fn open_forecast(app: &mut App, pending: PendingCheck) {
    let mut form = Form::new(FormId::Forecast(Box::new(pending.clone())), "Forecast first", "run");
    form = form.info(pending.title.clone());
    if !pending.yes_words.is_empty() {
        form = form.info(format!("Yes if {}", pending.yes_words));
    }
    for line in checks::stakes(app, &pending) {
        form = form.info(line);
    }
    if pending.outside.is_some() {
        form = form.info(format!("Done outside: {}", how_words(&pending)));
    }
    let people: Vec<(String, String)> = app
        .doc
        .as_ref()
        .map(|d| d.session.state.people.iter().map(|(a, p)| (a.clone(), p.shown_as.clone())).collect())
        .unwrap_or_default();
    let others: Vec<String> = people.iter().map(|(a, s)| format!("{a} {s}")).collect();
    let form = form
        .line(
            "mine",
            "Your forecast, %",
            "How sure are you of a yes, before looking? Empty skips: the clue then counts as browsed",
            "",
        )
        .line("others", "Others", &format!("Optional: p3 90, p4 30   ({})", others.join(", ")), "");
    app.open_form(form);
}

fn probability(text: &str) -> Result<f64, String> {
    let p = crate::domain::decide::read_number(text)?;
    let p = if p > 1.0 || text.contains('%') { p / 100.0 } else { p };
    if (0.0..=1.0).contains(&p) { Ok(p) } else { Err("A forecast lies between 0 and 100 percent.".into()) }
}

fn forecasts(app: &App, form: &Form) -> Result<BTreeMap<String, f64>, String> {
    let mut out = BTreeMap::new();
    let by = app.stamp.as_ref().map_or("p1", |s| s.by.as_str());
    let mine = form.text("mine");
    if !mine.is_empty() {
        // Here the field says percent, so that 1 means one percent.
        let p = crate::domain::decide::read_number(&mine)? / 100.0;
        if !(0.0..=1.0).contains(&p) {
            return Err("A forecast lies between 0 and 100 percent.".into());
        }
        out.insert(by.to_owned(), p);
    }
    for part in form.text("others").split([',', ';']).map(str::trim).filter(|p| !p.is_empty()) {
        let (who, p) = part
            .split_once([' ', ':', '='])
            .ok_or_else(|| format!("\"{part}\": write alias and percent, such as p3 90."))?;
        if app.doc.as_ref().is_some_and(|d| !d.session.state.people.contains_key(who.trim())) {
            return Err(format!("Nobody is known as {who}."));
        }
        out.insert(who.trim().to_owned(), probability(p.trim())?);
    }
    Ok(out)
}

pub(super) fn submit_forecast(app: &mut App, form: &Form, pending: &PendingCheck) -> Result<Vec<Effect>, String> {
    let forecasts = forecasts(app, form)?;
    let mut effects = Vec::new();
    if !forecasts.is_empty() {
        let act = Act::Predict {
            check: pending.id.clone(),
            text: pending.title.clone(),
            forecasts,
            words: BTreeMap::new(),
            title: pending.ad_hoc.then(|| pending.title.clone()),
            request: pending.ad_hoc.then(|| pending.request.clone()),
            if_yes: pending.if_yes.clone(),
            if_no: pending.if_no.clone(),
        };
        effects.extend(app.record(Intent::record(act)).map_err(|r| words(&r))?);
    }
    if pending.outside.is_some() {
        open_by_hand(app, pending.clone());
    } else {
        effects.extend(checks::run(app, pending.clone()));
    }
    Ok(effects)
}

/// A check made on the spot: KPI of A against B, within strata of Z, at least t.
pub fn open_ad_hoc(app: &mut App, a: &str, b: &str) {
    let Some(doc) = &app.doc else { return };
    if doc.session.state.kpi.is_none() {
        app.say(crate::app::Tone::Warn, "A check needs the KPI. Bind it on 1 Problem first.");
        return;
    }
    let rows: Vec<Choice> = doc
        .session
        .state
        .hypotheses
        .iter()
        .filter(|h| !h.parked && h.id != "other")
        .map(|h| (h.id.clone(), h.title.clone()))
        .collect();
    let columns: Vec<String> =
        app.kpi_info().map(|i| i.schema.columns.iter().map(|c| c.name.clone()).collect()).unwrap_or_default();
    app.open_form(
        Form::new(FormId::AdHoc, "A check on the spot: KPI of A against B", "run")
            .line("a", "A", "A SQL condition, such as Contract = 'Month-to-month'", a)
            .line("b", "B", "Empty means all other rows", b)
            .line("within", "Within", "Columns held fixed, such as tenure, InternetService", "")
            .line("least", "A / B at least", "Yes if the ratio reaches this and its interval lies above 1", "1.3")
            .choice("who", "Predicted by", "Which row expects a yes?", rows, None)
            .line("mine", "Your forecast, %", "How sure are you of a yes, before looking? Empty skips", "")
            .line("others", "Others", "Optional: p3 90, p4 30", "")
            .info(format!("Columns: {}", columns.join(", "))),
    );
}

pub(super) fn submit_ad_hoc(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    let a = form.text("a");
    if a.is_empty() {
        return Err("Group A is missing.".into());
    }
    let b = form.text("b");
    let within: Vec<String> =
        form.text("within").split(',').map(|c| c.trim().to_owned()).filter(|c| !c.is_empty()).collect();
    if let Some(info) = app.kpi_info() {
        if let Some(unknown) = within.iter().find(|c| info.schema.get(c).is_none()) {
            return Err(format!("There is no column \"{unknown}\"."));
        }
    }
    let least = form.number("least")?.unwrap_or(1.0);
    let data = app.kpi_table().unwrap_or_default().to_owned();
    let mut params = Map::new();
    params.insert("a".into(), json!(a));
    if !b.is_empty() {
        params.insert("b".into(), json!(b));
    }
    let mut columns = BTreeMap::new();
    if !within.is_empty() {
        for c in &within {
            columns.insert(c.clone(), c.clone());
        }
        params.insert("within".into(), json!(within));
    }
    let rule = if least >= 1.0 {
        YesIf { metric: "rate_ratio".into(), gte: Some(least), lower_gt: Some(1.0), ..YesIf::default() }
    } else {
        YesIf { metric: "rate_ratio".into(), lte: Some(least), upper_lt: Some(1.0), ..YesIf::default() }
    };
    let who = form.text("who");
    let rated = |r: Rating| if who.is_empty() { Ratings::new() } else { Ratings::from([(who.clone(), r)]) };
    let against = if b.is_empty() { "the rest".to_owned() } else { b };
    let strata = if within.is_empty() { String::new() } else { format!(", within {}", within.join(", ")) };
    let pending = PendingCheck {
        id: free_check_id(app),
        title: format!("{} against {}{strata}: at least {least} ×", condition_words(&a), condition_words(&against)),
        yes_words: checks::rule_words(&rule),
        request: CheckRequest { op: CheckOp::CompareRate, columns, params, yes_if: Some(rule) },
        data,
        ad_hoc: true,
        if_yes: rated(Rating::Expected),
        if_no: rated(Rating::Surprising),
        outside: None,
    };
    // The forecast must be sound before anything is recorded or looked at.
    forecasts(app, form)?;
    let kpi = Kpi { measure: Measure::Count, filter: None };
    let tried = match pending.request.params.get("b").and_then(Value::as_str) {
        Some(b) => format!("({a}) OR ({b})"),
        None => format!("({a})"),
    };
    let effect = Effect::Run {
        slot: "try".into(),
        label: "trying the conditions".into(),
        data: pending.data.clone(),
        analysis: Box::new(Analysis::Kpi { kpi, by: Vec::new(), trend: None, filter: Some(tried), unit: None }),
    };
    app.views.checks.trying = Some((pending, form.clone()));
    Ok(vec![effect])
}

/// The conditions of a check on the spot were tried: the forecast is recorded and the check runs, or the form comes
/// back with what is wrong.
pub(in crate::app) fn ad_hoc_tried(app: &mut App, tried: Result<(), String>) -> Vec<Effect> {
    let Some((pending, form)) = app.views.checks.trying.take() else { return Vec::new() };
    match tried.and_then(|()| submit_forecast(app, &form, &pending)) {
        Ok(effects) => effects,
        Err(why) => {
            super::reopen(app, form, why);
            Vec::new()
        }
    }
}

/// A condition as people read it: without quotes and outer parentheses, and short.
fn condition_words(sql: &str) -> String {
    const MOST: usize = 60;
    let sql = sql.trim();
    let inner = sql.strip_prefix('(').and_then(|s| s.strip_suffix(')')).filter(|s| !s.contains(['(', ')']));
    let plain: String = inner.unwrap_or(sql).chars().filter(|c| !matches!(c, '"' | '\'')).collect();
    if plain.chars().count() <= MOST {
        return plain;
    }
    let head: String = plain.chars().take(MOST - 1).collect();
    format!("{}…", head.trim_end())
}

/// `x1`, `x2` … for checks made on the spot.
fn free_check_id(app: &App) -> String {
    let Some(doc) = &app.doc else { return "x1".into() };
    let state = &doc.session.state;
    let taken = |id: &str| {
        state.forecasts.contains_key(id)
            || state.latest_check(id).is_some()
            || app.views.checks.running.contains_key(id)
    };
    (1..).map(|i| format!("x{i}")).find(|id| !taken(id)).unwrap_or_default()
}

/// What to do outside of this program.
fn how_words(pending: &PendingCheck) -> String {
    match pending.request.params.get("how").and_then(Value::as_str) {
        Some(how) => how.to_owned(),
        None => {
            let why = pending.outside.as_deref().unwrap_or_default();
            format!("{why} Do it with your own tools and enter what came out.").trim_start().to_owned()
        }
    }
}

/// The outcome of a check done outside.
pub fn open_by_hand(app: &mut App, pending: PendingCheck) {
    let outcomes: Vec<Choice> =
        [("yes", "yes"), ("no", "no"), ("unclear", "unclear")].map(|(k, w)| (k.to_owned(), w.to_owned())).to_vec();
    let mut form =
        Form::new(FormId::ByHand(Box::new(pending.clone())), "The outcome", "record").info(pending.title.clone());
    form = form.info(how_words(&pending));
    if !pending.yes_words.is_empty() {
        form = form.info(format!("Yes if {}", pending.yes_words));
    }
    app.open_form(
        form.choice("outcome", "Outcome", "", outcomes, None).line("value", "The number", "Optional", "").area(
            "says",
            "In one sentence",
            "What was found, by whom, on what",
            "",
        ),
    );
}

pub(super) fn submit_by_hand(app: &mut App, form: &Form, pending: &PendingCheck) -> Result<Vec<Effect>, String> {
    let outcome = match form.text("outcome").as_str() {
        "yes" => Outcome::Yes,
        "no" => Outcome::No,
        "unclear" => Outcome::Unclear,
        _ => return Err("Choose the outcome with the arrow keys.".into()),
    };
    let says = form.text("says");
    if says.is_empty() {
        return Err("Say in one sentence what was found.".into());
    }
    let result = checks::by_hand(pending, outcome, form.number("value")?, says);
    Ok(checks::record(app, pending, &result))
}

/// Which columns play which roles.
pub fn open_roles(app: &mut App, check: &str, missing: &[String]) {
    let Some(doc) = &app.doc else { return };
    let op = doc.playbook.as_ref().and_then(|p| p.check(check)).map_or(CheckOp::ByHand, |c| c.op);
    let schema = checks::schema_of(app, op);
    if schema.columns.is_empty() {
        app.say(crate::app::Tone::Warn, "The data is not open yet.");
        return;
    }
    let title = doc.playbook.as_ref().and_then(|p| p.check(check)).map(|c| c.title.clone()).unwrap_or_default();
    let mut form =
        Form::new(FormId::Roles(check.to_owned(), missing.to_vec()), "Which column is it?", "map").info(title);
    for name in missing {
        let role = doc.playbook.as_ref().and_then(|p| p.columns.iter().find(|(r, _)| r == name)).map(|(_, c)| c);
        let candidates = checks::candidates(role, name, &schema);
        let guess = candidates.first().filter(|c| checks::is_named_guess(role, name, c)).cloned();
        let options: Vec<Choice> = candidates.into_iter().map(|c| (c.clone(), c)).collect();
        // The form's keys are fixed names; roles are found again by their place.
        let label = role.map(|r| r.title.clone()).filter(|t| !t.is_empty()).unwrap_or_else(|| name.replace('_', " "));
        form = form.choice("role", &label, name, options, guess.as_deref());
    }
    app.open_form(form);
}

pub(super) fn submit_roles(app: &mut App, form: &Form, check: &str, roles: &[String]) -> Result<Vec<Effect>, String> {
    let mut columns = BTreeMap::new();
    for (role, field) in roles.iter().zip(form.fields.iter().filter(|f| f.key == "role")) {
        match &field.kind {
            crate::app::form::FieldKind::Choice { options, selected: Some(i) } => {
                if let Some((column, _)) = options.get(*i) {
                    columns.insert(role.clone(), column.clone());
                }
            }
            _ => {
                return Err(format!(
                    "No column for {}. Esc leaves: this check can't run without it.",
                    role.replace('_', " ")
                ));
            }
        }
    }
    let data = app.kpi_table().map(str::to_owned);
    let mut effects = app.record(Intent::record(Act::MapColumns { data, columns })).map_err(|r| words(&r))?;
    effects.extend(checks::start(app, check));
    Ok(effects)
}

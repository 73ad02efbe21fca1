//! Sentence, data, KPI, goal, people.

use std::collections::BTreeMap;

use serde_json::Map;

use super::{FormId, words};
use crate::analysis::format;
use crate::analysis::sqltext::{literal, quoted};
use crate::app::form::{Choice, Form};
use crate::app::screens::ask;
use crate::app::screens::problem::Attaching;
use crate::app::{App, Effect, Popup, TableInfo, Tone};
use crate::domain::decide::{Intent, Stamp, decide};
use crate::domain::event::{Act, MeasuredLevel, Shape, TableFacts};
use crate::engine::ReadOptions;
use crate::query::{Analysis, Better, Kpi, KpiResult, ValueType};

/// The sentence as it was said.
pub fn open_sentence(app: &mut App) {
    let said = app.doc.as_ref().map(|d| d.session.state.sentence.clone()).unwrap_or_default();
    app.open_form(Form::new(FormId::Sentence, "The sentence", "keep").area(
        "text",
        "As it was said",
        "For example: We want to decrease user churn by 5% this quarter.",
        &said,
    ));
}

pub(super) fn submit_sentence(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    app.record(Intent::record(Act::Open { text: form.text("text") })).map_err(|r| words(&r))
}

/// A data file.
pub fn open_data(app: &mut App) {
    app.open_form(
        Form::new(FormId::Data, "Attach data", "open")
            .line("path", "File", "CSV, Parquet or JSON Lines; relative to the session's folder", "")
            .line("data", "Name", "Short; empty takes the file's name", ""),
    );
}

pub(super) fn submit_data(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    let path = form.text("path");
    if path.is_empty() {
        return Err("The path is missing.".into());
    }
    let name = form.text("data");
    let data = if name.is_empty() { table_name(&path) } else { name };
    attach(app, &data, &path)
}

/// A table's short name from its path: `data/telco_churn.csv` → `telco_churn`.
#[must_use]
pub fn table_name(path: &str) -> String {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem: String =
        file.split('.').next().unwrap_or(file).chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    if stem.is_empty() { "data".into() } else { stem }
}

/// A wrong path is never recorded: the file is opened first.
fn attach(app: &mut App, data: &str, path: &str) -> Result<Vec<Effect>, String> {
    begin(app, Attaching { data: data.to_owned(), path: path.to_owned(), sql: None })
}

/// The same for a table that a query makes out of others.
///
/// # Errors
/// A sentence for the form.
pub(in crate::app) fn attach_query(app: &mut App, data: &str, sql: &str) -> Result<Vec<Effect>, String> {
    if app.tables.contains_key(data) {
        return Err(format!("There is a table {data} already. Give it another name."));
    }
    begin(app, Attaching { data: data.to_owned(), path: String::new(), sql: Some(sql.trim().to_owned()) })
}

fn begin(app: &mut App, attaching: Attaching) -> Result<Vec<Effect>, String> {
    let act = attach_act(&attaching);
    let doc = app.doc.as_ref().ok_or("No session is open.")?;
    let stamp = Stamp { at: String::new(), by: "p1".into(), seed: 1 };
    decide(&doc.session, doc.playbook.as_deref(), Intent::record(act), &stamp).map_err(|r| words(&r))?;
    let Attaching { data, path, sql } = attaching.clone();
    app.views.problem.attaching = Some(attaching);
    Ok(vec![Effect::OpenData { data, path, sql, options: ReadOptions::default() }])
}

fn attach_act(attaching: &Attaching) -> Act {
    let Attaching { data, path, sql } = attaching.clone();
    Act::AttachData { data, path, sql, facts: TableFacts::default() }
}

/// The file opened: the table is recorded.
pub(in crate::app) fn attached(app: &mut App, attaching: &Attaching) -> Vec<Effect> {
    app.tables.insert(attaching.data.clone(), TableInfo::default());
    app.record_or_say(Intent::record(attach_act(attaching)))
}

/// The file did not open: the form comes back with what was typed and why, and nothing is recorded. A table of that
/// name that stands already is as it was.
pub(in crate::app) fn not_attached(app: &mut App, attaching: Attaching, why: &str) -> Vec<Effect> {
    let Attaching { data, path, sql } = attaching;
    if sql.is_some() {
        app.say(Tone::Bad, format!("{why} The query was not kept as a table."));
        return Vec::new();
    }
    let draft = BTreeMap::from([("path".to_owned(), path), ("data".to_owned(), data.clone())]);
    app.drafts.insert(FormId::Data.draft_key(), draft);
    if app.popups.is_empty() && !app.is_edit_mode() {
        open_data(app);
        app.drafts.remove(&FormId::Data.draft_key());
        if let Some(Popup::Form(form)) = app.popups.last_mut() {
            form.error = Some(why.to_owned());
        }
    } else {
        app.say(Tone::Bad, format!("{why} The table was not attached; a on 1 Problem brings back what you typed."));
    }
    // Its own opening may have given way to this one.
    let waits = app.tables.get(&data).is_some_and(|t| t.opening);
    let recorded = app.doc.as_ref().and_then(|d| d.session.state.tables.iter().find(|t| t.data == data));
    match recorded.filter(|_| waits) {
        Some(table) => {
            vec![crate::app::update::opening(table)]
        }
        None => Vec::new(),
    }
}

/// The KPI; `suggestion` is an expression to begin with.
pub fn open_kpi(app: &mut App, suggestion: Option<&str>) -> Vec<Effect> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let state = &doc.session.state;
    let bound = state.kpi.clone();
    let tables: Vec<(String, String)> = state.tables.iter().map(|t| (t.data.clone(), t.data.clone())).collect();
    let table = app.kpi_table().map(str::to_owned);
    let (offers, units) = table.as_deref().map(|t| (kpi_offers(app, t), column_offers(app, t))).unwrap_or_default();
    let text = suggestion.map(str::to_owned).or_else(|| bound.as_ref().map(|b| b.kpi.to_string())).unwrap_or_default();
    let better = match bound.as_ref().map(|b| b.better).or_else(|| doc.playbook.as_ref().map(|p| p.kpi.better)) {
        Some(Better::Higher) => "higher",
        _ => "lower",
    };
    let unit = bound.and_then(|b| b.independent_unit).unwrap_or_default();
    // Without a name of its own it is named by what it measures once it is bound; the playbook's name is offered where
    // it speaks of this KPI.
    let usual = doc.playbook.as_ref().map(|p| p.kpi.name.clone());
    let fits = |n: &String| text.parse::<Kpi>().is_ok_and(|k| k.name_with(n) == *n);
    let name = state.goal.kpi.clone().or_else(|| usual.filter(fits)).unwrap_or_default();
    let mut form = Form::new(FormId::Kpi, "The KPI", "measure");
    if tables.len() > 1 {
        form = form.choice("data", "Table", "", tables, table.as_deref());
    }
    let form = form
        .suggest(
            "kpi",
            "KPI",
            "a few letters of a column, ↓ chooses; or rate(Churn = 'Yes')   count()   ratio(sum(a), sum(b))",
            &text,
            offers,
        )
        .info_as("level", LEVEL_HINT)
        .line("name", "Called", "How people here call it; empty says what it measures", &name)
        .choice(
            "better",
            "Better is",
            "",
            vec![("lower".into(), "lower".into()), ("higher".into(), "higher".into())],
            Some(better),
        )
        .suggest(
            "unit",
            "Independent unit",
            "The column of customer, day or store; empty takes rows as independent",
            &unit,
            units,
        );
    app.views.problem.tried = None;
    app.views.problem.offered = table.unwrap_or_default();
    app.open_form(form);
    // What stands there already is measured at once.
    let Some(Popup::Form(mut form)) = app.popups.pop() else { return Vec::new() };
    let effects = kpi_typed(app, &mut form);
    app.popups.push(Popup::Form(form));
    effects
}

/// Stands where the level will be.
const LEVEL_HINT: &str = "The level shows here as soon as the KPI can be read.";
/// Offers in a list that is narrowed by typing; a table of ten thousand columns must not stall a key.
const MOST_OFFERS: usize = 2_000;

/// What a column could give, the likely outcomes first: a share of a value, a mean, a sum.
fn kpi_offers(app: &App, table: &str) -> Vec<Choice> {
    let Some(info) = app.tables.get(table) else { return Vec::new() };
    let mut ranked: Vec<(u8, Choice)> = Vec::new();
    for column in &info.schema.columns {
        let name = quoted(&column.name);
        let profile = info.profile.as_ref().and_then(|p| p.columns.iter().find(|c| c.name == column.name));
        let distinct = profile.map_or(0, |p| p.distinct);
        let mut offer = |rank: u8, text: String, words: String| ranked.push((rank, (text, words)));
        match column.dtype {
            ValueType::Bool => offer(0, format!("rate({name})"), format!("share of rows where {} holds", column.name)),
            ValueType::Int | ValueType::Float => {
                // A number of two values counts events.
                if let Some(top) = profile.filter(|p| p.distinct == 2).and_then(|p| p.top.last()) {
                    let value = literal(&top.value, Some(column.dtype)).unwrap_or_default();
                    let words = format!("{} = {}: {} rows", column.name, top.value, format::count(top.n));
                    offer(0, format!("rate({name} = {value})"), words);
                }
                offer(2, format!("mean({name})"), format!("mean of {}", column.name));
                offer(2, format!("sum({name})"), format!("sum of {}", column.name));
            }
            ValueType::Text if distinct <= 50 => {
                // The rarer value is more often what a KPI counts.
                let rank = if distinct == 2 { 0 } else { 1 };
                for top in profile.map(|p| p.top.as_slice()).unwrap_or_default().iter().rev() {
                    if let Some(value) = literal(&top.value, Some(column.dtype)) {
                        let shown = format::short(&top.value.to_string());
                        let words = format!("{} = {shown}: {} rows", column.name, format::count(top.n));
                        offer(rank, format!("rate({name} = {value})"), words);
                    }
                }
            }
            _ => {}
        }
    }
    ranked.push((3, ("count()".into(), "number of rows".into())));
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, o)| o).take(MOST_OFFERS).collect()
}

fn column_offers(app: &App, table: &str) -> Vec<Choice> {
    let schema = app.tables.get(table).map(|i| i.schema.columns.as_slice()).unwrap_or_default();
    schema.iter().take(MOST_OFFERS).map(|c| (c.name.clone(), c.dtype.word().to_owned())).collect()
}

/// The table that the form speaks of.
fn table_of(app: &App, form: &Form) -> Option<String> {
    Some(form.text("data")).filter(|d| !d.is_empty()).or_else(|| app.kpi_table().map(str::to_owned))
}

/// Something changed in the KPI form: its level is measured beside it, before anything is recorded.
pub(super) fn kpi_typed(app: &mut App, form: &mut Form) -> Vec<Effect> {
    let Some(table) = table_of(app, form) else { return Vec::new() };
    if app.views.problem.offered != table {
        app.views.problem.offered.clone_from(&table);
        form.set_suggestions("kpi", kpi_offers(app, &table));
        form.set_suggestions("unit", column_offers(app, &table));
    }
    let Ok(kpi) = form.pointed_at("kpi").parse::<Kpi>() else {
        app.views.problem.tried = None;
        form.set_info("level", LEVEL_HINT);
        return Vec::new();
    };
    let known = |c: &String| app.tables.get(&table).is_some_and(|t| t.schema.get(c).is_some());
    let unit = Some(form.pointed_at("unit")).filter(known);
    let tried = (table.clone(), kpi.clone(), unit.clone());
    if app.views.problem.tried.as_ref() == Some(&tried) {
        return Vec::new();
    }
    app.views.problem.tried = Some(tried);
    form.set_info("level", "measuring …");
    vec![Effect::Run {
        slot: "kpi form".into(),
        label: format!("measuring {kpi}"),
        data: table,
        analysis: Box::new(Analysis::Kpi { kpi, by: Vec::new(), trend: None, filter: None, unit }),
    }]
}

/// The level of what the open form says: `26.5% [25.5, 27.6] of 7 043 rows`, or why there is none.
pub(in crate::app) fn level_found(app: &mut App, result: Result<&KpiResult, &str>) {
    let Some(tried) = app.views.problem.tried.clone() else { return };
    let words = match result {
        // A late result of what was typed before.
        Ok(r) if !r.kpi.is_same(&tried.1) => return,
        Ok(r) => {
            format!("{} of {} rows", format::level_with_interval(&r.kpi, &r.level), format::count(r.n))
        }
        Err(why) => why.to_owned(),
    };
    for popup in &mut app.popups {
        if let Popup::Form(form) = popup
            && matches!(form.id, FormId::Kpi)
        {
            form.set_info("level", words.clone());
        }
    }
}

pub(super) fn submit_kpi(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    let kpi: Kpi = form.text("kpi").parse().map_err(|e: crate::query::KpiParseError| e.to_string())?;
    let Some(data) = table_of(app, form) else { return Err("Attach the data first.".into()) };
    let unit = Some(form.text("unit")).filter(|u| !u.is_empty());
    if let (Some(unit), Some(table)) = (&unit, app.tables.get(&data)) {
        if !table.schema.columns.is_empty() && table.schema.get(unit).is_none() {
            return Err(format!("There is no column \"{unit}\" in {data}."));
        }
    }
    // The level is measured first; it is recorded together with the KPI, so that said and measured can be compared.
    app.views.problem.binding = Some(crate::app::screens::problem::Binding {
        data: data.clone(),
        kpi: kpi.clone(),
        better: if form.text("better") == "higher" { Better::Higher } else { Better::Lower },
        independent_unit: unit.clone(),
        name: form.text("name"),
    });
    app.views.problem.asked_in = Some(form.clone());
    Ok(vec![Effect::Run {
        slot: "bind".into(),
        label: format!("measuring {kpi}"),
        data,
        analysis: Box::new(Analysis::Kpi { kpi, by: Vec::new(), trend: None, filter: None, unit }),
    }])
}

/// The level is there: records the KPI with it.
pub(in crate::app) fn bind(app: &mut App, result: &KpiResult) -> Vec<Effect> {
    let Some(b) = app.views.problem.binding.take() else { return Vec::new() };
    app.views.problem.asked_in = None;
    let level = result.level.value.map(|value| MeasuredLevel { n: result.n, value, interval: result.level.interval });
    let mut acts =
        // As it was measured: the mean of a condition is recorded as the rate that it is.
        vec![Act::Kpi {
            data: b.data,
            kpi: result.kpi.clone(),
            better: b.better,
            independent_unit: b.independent_unit,
            level,
        }];
    let name = named(app, &b.name, &result.kpi);
    if !name.is_empty() {
        acts.insert(0, goal(|g| g.kpi = Some(name)));
    }
    app.record_or_say(Intent::RecordAll(acts))
}

/// The name that is recorded with a KPI: what was typed; where nothing was, or what stands there was never typed but
/// made of the KPI before or taken from the playbook, it says what is measured now.
fn named(app: &App, typed: &str, kpi: &Kpi) -> String {
    let Some(doc) = &app.doc else { return typed.to_owned() };
    let usual = doc.playbook.as_ref().map_or("", |p| p.kpi.name.as_str());
    let before = doc.session.state.kpi.as_ref().map(|k| k.kpi.name_with(usual));
    let made = typed.is_empty() || typed == usual || before.as_deref() == Some(typed);
    if made { kpi.name_with(usual) } else { typed.to_owned() }
}

#[derive(Default)]
struct GoalFields {
    kpi: Option<String>,
    shape: Option<Shape>,
    from: Option<f64>,
    to: Option<f64>,
    points: Option<f64>,
    by_date: Option<String>,
    budget_days: Option<f64>,
    scope: Option<String>,
}

fn goal(set: impl FnOnce(&mut GoalFields)) -> Act {
    let mut g = GoalFields::default();
    set(&mut g);
    Act::Goal {
        kpi: g.kpi,
        shape: g.shape,
        from: g.from,
        to: g.to,
        points: g.points,
        by_date: g.by_date,
        budget_days: g.budget_days,
        scope: g.scope,
    }
}

/// The goal: rise or level, from, to, by when, budget.
pub fn open_goal(app: &mut App) {
    let Some(doc) = &app.doc else { return };
    let g = &doc.session.state.goal;
    let number = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
    let shapes = vec![
        ("rise".to_owned(), "it got worse at some point".to_owned()),
        ("level".to_owned(), "it was always too high".to_owned()),
    ];
    let shape = g.shape.map(|s| if s == Shape::Rise { "rise" } else { "level" });
    let measured = crate::app::screens::problem::measured_words(doc);
    let mut form = Form::new(FormId::Goal, "The goal", "keep");
    if let Some(words) = measured {
        form = form.info(words);
    }
    let form = form
        .choice("shape", "Rise or level", "Questions about an onset are asked only for a rise", shapes, shape)
        .line("from", "From, as said", "In percent for a rate; leave empty if nobody said it", &number(g.from))
        .line("to", "To", "Where it should go, in the same unit", &number(g.to))
        .line("by_date", "By", "2026-12-31", g.by_date.as_deref().unwrap_or_default())
        .line("budget", "Budget", "Days of work that may be spent", &number(g.budget_days))
        .line("scope", "For whom", "Empty means everybody", g.scope.as_deref().unwrap_or_default());
    app.open_form(form);
}

pub(super) fn submit_goal(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    let (from, to, budget) = (form.number("from")?, form.number("to")?, form.number("budget")?);
    let some = |key: &str| Some(form.text(key)).filter(|t| !t.is_empty());
    let shape = match form.text("shape").as_str() {
        "rise" => Some(Shape::Rise),
        "level" => Some(Shape::Level),
        _ => None,
    };
    let by_date = some("by_date");
    let scope = some("scope");
    let mut acts = vec![goal(|g| {
        g.shape = shape;
        g.from = from;
        g.to = to;
        g.by_date = by_date;
        g.budget_days = budget;
        g.scope = scope;
    })];
    // What was said now may disagree with what was measured before.
    if let Some(k) = app.doc.as_ref().and_then(|d| d.session.state.kpi.clone()).filter(|k| k.level.is_some()) {
        let stale = app.doc.as_ref().is_some_and(|d| d.session.state.goal.from != from && from.is_some());
        if stale {
            acts.push(Act::Kpi {
                data: k.data,
                kpi: k.kpi,
                better: k.better,
                independent_unit: k.independent_unit,
                level: k.level,
            });
        }
    }
    app.record(Intent::RecordAll(acts)).map_err(|r| words(&r))
}

/// Somebody to ask.
pub fn open_person(app: &mut App, begin_interview: bool) {
    let Some(doc) = &app.doc else { return };
    let roles: Vec<(String, String)> = doc
        .playbook
        .as_ref()
        .map(|p| p.roles.iter().map(|(k, w)| (k.clone(), format!("{k}: {w}"))).collect())
        .unwrap_or_default();
    let alias = (1..).map(|i| format!("p{i}")).find(|a| !doc.session.state.people.contains_key(a)).unwrap_or_default();
    app.open_form(
        Form::new(
            FormId::Person(begin_interview),
            "Who sits beside you?",
            if begin_interview { "begin" } else { "add" },
        )
        .choice("role", "Role", "Decides which questions are asked", roles, None)
        .line("shown_as", "Shown as", "Ops lead, Finance 1 …; real names stay out of the file", "")
        .line("alias", "Alias", "In the file", &alias),
    );
}

pub(super) fn submit_person(app: &mut App, form: &Form, begin: bool) -> Result<Vec<Effect>, String> {
    let (alias, role, shown) = (form.text("alias"), form.text("role"), form.text("shown_as"));
    if role.is_empty() {
        return Err("Choose a role with the arrow keys.".into());
    }
    let shown_as = if shown.is_empty() { format!("{role} ({alias})") } else { shown };
    let effects =
        app.record(Intent::record(Act::Person { alias: alias.clone(), role, shown_as })).map_err(|r| words(&r))?;
    if begin {
        ask::begin_interview(app, &alias);
    }
    Ok(effects)
}

/// Options as they are recorded.
#[must_use]
pub fn options_map(options: &ReadOptions) -> Map<String, serde_json::Value> {
    match serde_json::to_value(options) {
        Ok(serde_json::Value::Object(map)) => map,
        _ => Map::new(),
    }
}

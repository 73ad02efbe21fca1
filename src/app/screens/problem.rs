//! 1 Problem: sentence, data, KPI, rise or level, goal, unit, playbook.

use super::spec;
use crate::analysis::format::count;
use crate::app::commands::{CommandSpec, Scope, writable};
use crate::app::form::Form;
use crate::app::scroll::Scroll;
use crate::app::{App, Doc, Effect, forms};
use crate::query::{Better, Kpi};

/// A KPI whose level is being measured before it is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Binding {
    /// Table.
    pub data: String,
    /// KPI.
    pub kpi: Kpi,
    /// Which way is better.
    pub better: Better,
    /// Independent unit.
    pub independent_unit: Option<String>,
    /// Name in words.
    pub name: String,
}

/// A KPI that is looked at while its form is open: table, KPI and unit.
pub type Tried = (String, Kpi, Option<String>);

/// The view.
#[derive(Debug, Default)]
pub struct ProblemView {
    /// The list of steps.
    pub list: Scroll,
    /// Waits for its level.
    pub binding: Option<Binding>,
    /// Waits for its file to open.
    pub attaching: Option<Attaching>,
    /// The form that asked for it, to come back when it can't be measured.
    pub asked_in: Option<Form>,
    /// The table whose columns the open form offers.
    pub offered: String,
    /// The KPI whose level the open form asked for last.
    pub tried: Option<Tried>,
}

/// A table whose file is being opened before it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attaching {
    /// Name.
    pub data: String,
    /// Path as typed; empty where a query makes it.
    pub path: String,
    /// The query that makes it.
    pub sql: Option<String>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub kind: StepKind,
    /// Title.
    pub title: &'static str,
    /// What is known; empty when open.
    pub value: String,
    /// What it is for, or what does not fit.
    pub note: String,
    /// It deserves a look.
    pub warn: bool,
}

/// The steps in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// The sentence.
    Sentence,
    /// The data.
    Data,
    /// The KPI.
    Kpi,
    /// Rise or level, from, to, by, budget.
    Goal,
    /// The independent unit.
    Unit,
    /// The playbook.
    Playbook,
    /// Who can be asked.
    People,
}

/// A number for people: at most two decimals.
#[must_use]
pub fn short(x: f64) -> String {
    let text = format!("{x:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The measured level in display units: percent for a rate.
#[must_use]
pub fn level_words(kpi: &Kpi, value: f64, interval: Option<(f64, f64)>) -> String {
    let (k, unit) = if kpi.is_share() { (100.0, "%") } else { (1.0, "") };
    let one = |x: f64| if kpi.is_share() { format!("{:.1}", x * k) } else { short(x) };
    match interval {
        Some((low, high)) => format!("{}{unit} [{}, {}]", one(value), one(low), one(high)),
        None => format!("{}{unit}", one(value)),
    }
}

/// "The table says 26.5% [25.5, 27.6]".
#[must_use]
pub fn measured_words(doc: &Doc) -> Option<String> {
    let kpi = doc.session.state.kpi.as_ref()?;
    let level = kpi.level.as_ref()?;
    Some(format!("The table says {}", level_words(&kpi.kpi, level.value, level.interval)))
}

/// The unit of goal figures: percent for a rate; while no KPI is bound a rate is taken for granted.
fn unit(doc: &Doc) -> &'static str {
    if doc.session.state.kpi.as_ref().is_none_or(|k| k.kpi.is_share()) { "%" } else { "" }
}

/// The goal in one line, the longest wording first: `churn rate 26.5% [25.5, 27.6] → 25.2% by 2026-12-31`, then without
/// the interval, then without the day. Each wording stands once.
#[must_use]
pub fn goal_lines(doc: &Doc) -> Vec<String> {
    let state = &doc.session.state;
    let name = state.goal.kpi.clone().or_else(|| state.kpi.as_ref().map(|k| k.kpi.to_string())).unwrap_or_default();
    let unit = unit(doc);
    let level = |with_interval: bool| {
        let k = state.kpi.as_ref()?;
        let level = k.level.as_ref()?;
        Some(level_words(&k.kpi, level.value, level.interval.filter(|_| with_interval)))
    };
    let from = |with_interval| {
        state.goal.from.map(|x| format!("{}{unit}", short(x))).or(level(with_interval)).unwrap_or_default()
    };
    let to = state.goal.to.map(|x| format!(" → {}{unit}", short(x))).unwrap_or_default();
    let by = state.goal.by_date.as_ref().map(|d| format!(" by {d}")).unwrap_or_default();
    let mut out: Vec<String> = [(true, by.as_str()), (false, by.as_str()), (false, "")]
        .into_iter()
        .map(|(interval, by)| format!("{name} {}{to}{by}", from(interval)).trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    out.dedup();
    out
}

/// Whether what was said is far from what the table says.
#[must_use]
pub fn mismatch(doc: &Doc) -> Option<String> {
    let state = &doc.session.state;
    let kpi = state.kpi.as_ref()?;
    let level = kpi.level.as_ref()?;
    let said = state.goal.from?;
    let k = if kpi.kpi.is_share() { 100.0 } else { 1.0 };
    let measured = level.value * k;
    let off = (measured - said).abs() / said.abs().max(measured.abs()).max(1e-12);
    let outside = level.interval.is_none_or(|(low, high)| said < low * k || said > high * k);
    let unit = if kpi.kpi.is_share() { " %" } else { "" };
    (off > 0.1 && outside).then(|| format!("said {}{unit}, the table says {}{unit}", short(said), short(measured)))
}

/// The steps as they stand.
#[must_use]
pub fn steps(app: &App) -> Vec<Step> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let state = &doc.session.state;
    let step = |kind, title, value: String, note: &str| Step { kind, title, value, note: note.to_owned(), warn: false };
    let mut out = vec![step(StepKind::Sentence, "Sentence", state.sentence.clone(), "As it was said.")];

    let mut data = step(StepKind::Data, "Data", String::new(), "CSV, Parquet or JSON Lines.");
    data.value = state
        .tables
        .iter()
        .map(|t| match app.tables.get(&t.data) {
            Some(i) if i.opening => format!("{} (opening …)", t.data),
            Some(i) if i.failed.is_some() => format!("{} (can't be read)", t.data),
            Some(i) => format!("{} · {} rows × {} columns", t.data, count(i.rows), i.schema.columns.len()),
            None => match t.facts.rows {
                Some(rows) => format!("{} · {} rows", t.data, count(rows)),
                None => t.data.clone(),
            },
        })
        .chain(app.views.problem.attaching.iter().map(|a| format!("{} (opening …)", a.data)))
        .collect::<Vec<_>>()
        .join("   ");
    if let Some(why) = state.tables.iter().find_map(|t| app.tables.get(&t.data).and_then(|i| i.failed.clone())) {
        data.note = why;
        data.warn = true;
    }
    out.push(data);

    let mut kpi = step(StepKind::Kpi, "KPI", String::new(), "A rate, mean, sum, count or ratio.");
    if let Some(k) = &state.kpi {
        let level =
            k.level.as_ref().map(|l| format!("   {}", level_words(&k.kpi, l.value, l.interval))).unwrap_or_default();
        let better = if k.better == Better::Lower { "lower is better" } else { "higher is better" };
        kpi.value = format!("{}{level}   {better}", k.kpi);
    } else if app.views.problem.binding.is_some() {
        kpi.value = "measuring …".into();
    }
    if let Some(words) = mismatch(doc) {
        kpi.note = format!("{words}: a clue for \"the data is wrong\" waits in Ask, triage.");
        kpi.warn = true;
    }
    out.push(kpi);

    let g = &state.goal;
    let mut parts = Vec::new();
    let gap = if unit(doc).is_empty() { "" } else { " " };
    match g.shape {
        Some(crate::domain::event::Shape::Rise) => parts.push("a rise".to_owned()),
        Some(crate::domain::event::Shape::Level) => parts.push("a level that was always too high".to_owned()),
        None => {}
    }
    if let Some(from) = g.from {
        parts.push(format!("from {}{gap}{}", short(from), unit(doc)));
    }
    if let Some(to) = g.to {
        parts.push(format!("to {}{gap}{}", short(to), unit(doc)));
    }
    if let Some(points) = g.target_points() {
        parts.push(format!("{} KPI points to win", short(points)));
    }
    if let Some(by) = &g.by_date {
        parts.push(format!("by {by}"));
    }
    if let Some(days) = g.budget_days {
        parts.push(format!("{} days to spend", short(days)));
    }
    if let Some(scope) = &g.scope {
        parts.push(format!("for {scope}"));
    }
    out.push(step(StepKind::Goal, "Goal", parts.join(" · "), "From what to what, by when? A rise, or always so?"));
    let unit = state.kpi.as_ref().and_then(|k| k.independent_unit.clone()).unwrap_or_default();
    let note = if state.kpi.is_some() && unit.is_empty() {
        "Empty: rows count as independent. Name what rows belong to: customer, day, store."
    } else {
        "Intervals respect it."
    };
    out.push(step(StepKind::Unit, "Independent unit", unit, note));
    let book = doc.playbook.as_ref().map(|p| format!("{}: {}", p.id, p.title)).unwrap_or_default();
    out.push(step(StepKind::Playbook, "Playbook", book, "Chosen when the session was created."));
    let people: Vec<String> = state.people.values().map(|p| format!("{} ({})", p.shown_as, p.role)).collect();
    out.push(step(StepKind::People, "People", people.join(", "), "Who can be asked, by alias; no real names."));
    out
}

/// The first step that is open and can be filled in; nothing once all are done.
#[must_use]
pub fn next_open(steps: &[Step]) -> Option<usize> {
    // Without a unit rows count as independent, and the playbook was chosen before: both may stay as they are.
    let waits = |s: &Step| s.value.is_empty() && !matches!(s.kind, StepKind::Unit | StepKind::Playbook);
    steps.iter().position(waits)
}

/// Rows: the steps.
#[must_use]
pub fn len(app: &App) -> usize {
    steps(app).len()
}

fn open(app: &mut App) -> Vec<Effect> {
    let steps = steps(app);
    let Some(step) = app.views.problem.list.selected(steps.len()).and_then(|i| steps.get(i)) else { return Vec::new() };
    match step.kind {
        StepKind::Sentence => forms::open_sentence(app),
        StepKind::Data => forms::open_data(app),
        StepKind::Kpi | StepKind::Unit => return forms::open_kpi(app, None),
        StepKind::Goal => forms::open_goal(app),
        StepKind::People => forms::open_person(app, false),
        StepKind::Playbook => app.say(crate::app::Tone::Plain, "The playbook is fixed when a session is created."),
    }
    Vec::new()
}

/// Commands of 1 Problem.
pub static COMMANDS: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: writable,
        ..spec("problem.edit", Scope::Problem, &["Enter", "e"], "edit", "Fill in or change the selected step", open)
    },
    CommandSpec {
        hint: 3,
        when: writable,
        ..spec("problem.data", Scope::Problem, &["a"], "attach data", "Attach a data file", |a| {
            forms::open_data(a);
            Vec::new()
        })
    },
    CommandSpec {
        hint: 2,
        when: writable,
        ..spec("problem.kpi", Scope::Problem, &["K"], "KPI", "Bind or change the KPI", |a| forms::open_kpi(a, None))
    },
    CommandSpec {
        when: writable,
        ..spec("problem.person", Scope::Problem, &["p"], "person", "Add a person by alias and role", |a| {
            forms::open_person(a, false);
            Vec::new()
        })
    },
];

//! The follow-up experiment for a group, or for everybody: how many, how long, and what would be seen at all.

use std::collections::BTreeMap;

use serde_json::{Map, json};

use super::{Pane, reach};
use crate::analysis::dist::Z95;
use crate::analysis::{experiment, format};
use crate::app::commands::{CommandSpec, Scope};
use crate::app::form::Form;
use crate::app::forms::FormId;
use crate::app::screens::explore::pin::{self, Look};
use crate::app::screens::explore::{change, filter};
use crate::app::screens::spec;
use crate::app::scroll::Scroll;
use crate::app::{App, Effect, Popup, Tone};
use crate::query::{Better, ExperimentRequest, ExperimentResult, Kpi};

/// What can be changed, in the order of the rows: key, label, help.
pub const INPUTS: [(&str, &str, &str); 8] = [
    ("base", "KPI now", "The level in those who take part"),
    ("target", "should come to", "The level that the change should lead to"),
    ("per_week", "eligible per week", "Units in all arms together; empty where it is not known"),
    ("arms", "arms", "The control is one of them"),
    ("power", "power", "Probability of seeing the change where it is there"),
    ("alpha", "error", "Probability of seeing one where there is none, two-sided"),
    ("cluster", "units in a cluster", "Where whole clusters are drawn (stores, days); empty without"),
    ("icc", "alike in a cluster", "Intra-class correlation, 0 to 1; empty without clusters"),
];

/// The state of the page.
#[derive(Debug, Default)]
pub struct View {
    /// What was typed: key → number; `None` where it was emptied.
    edited: BTreeMap<&'static str, Option<f64>>,
    /// The row.
    pub list: Scroll,
}

impl View {
    /// Forgets what was typed: it was for another KPI or table.
    pub fn forget(&mut self) {
        self.edited.clear();
    }
}

/// A plan with what it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The KPI.
    pub kpi: Kpi,
    /// Who takes part.
    pub who: String,
    /// What is counted: rows, or units of the named column.
    pub counted: String,
    /// The request.
    pub request: ExperimentRequest,
    /// Share of the KPI's base that takes part.
    pub share: f64,
    /// Remarks on where the numbers come from.
    pub notes: Vec<String>,
}

/// The plan as it stands: from the data, with what was typed. `None` while the KPI is not measured.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn plan(app: &App) -> Option<Plan> {
    let state = &app.doc.as_ref()?.session.state;
    let binding = state.kpi.as_ref()?;
    let level = app.views.explore.level.as_ref()?;
    let whole = level.level.value?;
    let reach = reach::union(app).and_then(|c| reach::of(app, &c).cloned());
    let mut notes = Vec::new();
    let (who, base, share, of_part) = match &reach {
        Some(r) => (reach::label(app), r.inside.value?, r.share, r.inside),
        None => ("everybody".to_owned(), whole, 1.0, level.level),
    };
    let points = if binding.kpi.is_share() { 100.0 } else { 1.0 };
    let down = if binding.better == Better::Lower { -1.0 } else { 1.0 };
    let target = match (state.goal.target_points(), &reach) {
        (Some(goal), _) if share > 0.0 => {
            if share < 1.0 {
                notes.push(format!(
                    "The goal is {} of the whole KPI; in {} of its base that is {} there.",
                    format::change(&binding.kpi, Some(down * goal / points)),
                    format::percent(share),
                    format::change(&binding.kpi, Some(down * goal / points / share))
                ));
            }
            base + down * goal / points / share
        }
        (None, Some(r)) if r.rest.value.is_some_and(|rest| (rest - base) * down > 0.0) => {
            notes.push("No goal is set: half of the way to the rest's level is planned for.".into());
            base + (r.rest.value? - base) / 2.0
        }
        _ => {
            notes.push("No goal is set: a twentieth of the level is planned for.".into());
            base * (1.0 + down * 0.05)
        }
    };
    let target = if binding.kpi.is_share() { target.clamp(0.0, 1.0) } else { target };
    if let Some(r) = &reach
        && let Some(rest) = r.rest.value
        && (target - rest) * down > 0.0
        && (rest - base) * down > 0.0
    {
        notes.push(
            "That is better than the rest: this group alone can hardly give the whole goal. Mark more with Space."
                .into(),
        );
    }
    let (rows, counted) = match &binding.independent_unit {
        Some(unit) => {
            let profile = app.main_info().and_then(|i| i.profile.as_ref());
            let units = profile.and_then(|p| p.columns.iter().find(|c| c.name == *unit)).map(|c| c.distinct);
            (units.unwrap_or(level.n) as f64, format!("{unit}s").replace("ss", "s"))
        }
        None => (level.n as f64, "rows".to_owned()),
    };
    let sd = if binding.kpi.is_share() {
        None
    } else {
        // The spread of single units, from the width of the level's interval.
        let n = rows * share;
        of_part.interval.map(|(low, high)| (high - low) / (2.0 * Z95) * n.sqrt()).filter(|s| *s > 0.0)
    };
    let per_week = weeks_of_data(app).map(|weeks| rows * share / weeks);
    if per_week.is_none() {
        notes.push("No column says when: how many become eligible per week is not known. Enter writes it.".into());
    }
    let mut request = ExperimentRequest { sd, per_week, ..ExperimentRequest::new(base, target) };
    for (key, value) in &app.views.explore.pages.experiment.edited {
        match (*key, *value) {
            ("base", Some(x)) => request.base = x,
            ("target", Some(x)) => request.target = x,
            ("per_week", x) => request.per_week = x,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            ("arms", Some(x)) => request.arms = x.round().clamp(0.0, 1000.0) as u32,
            ("power", Some(x)) => request.power = x,
            ("alpha", Some(x)) => request.alpha = x,
            ("cluster", x) => request.cluster = x,
            ("icc", x) => request.icc = x,
            _ => {}
        }
    }
    Some(Plan { kpi: binding.kpi.clone(), who, counted, request, share, notes })
}

/// Weeks between the first and the last moment of the time column; at least one day.
fn weeks_of_data(app: &App) -> Option<f64> {
    let column = change::periods::time_column(app)?;
    let (first, last) = change::periods::range(app, &column)?;
    let days = last.since(first).ok()?.get_days();
    Some(f64::from(days + 1) / 7.0)
}

/// How large and long it has to be.
///
/// # Errors
/// Why that can't be said, in a sentence.
pub fn planned(plan: &Plan) -> Result<ExperimentResult, String> {
    experiment::run(&plan.request).map_err(|e| e.to_string())
}

/// The value of an input in words.
#[must_use]
pub fn value(plan: &Plan, key: &str) -> String {
    let r = &plan.request;
    let level = |x: f64| if plan.kpi.is_share() { format::percent_with(x, 2) } else { format::number(x) };
    let maybe = |x: Option<f64>| x.map_or_else(|| format::UNKNOWN.to_owned(), format::number);
    match key {
        "base" => level(r.base),
        "target" => format!("{}   ({})", level(r.target), format::change(&plan.kpi, Some(r.target - r.base))),
        "per_week" => r
            .per_week
            .map_or_else(|| format::UNKNOWN.to_owned(), |n| format!("{} {}", format::number(n.round()), plan.counted)),
        "arms" => r.arms.to_string(),
        "power" => format::percent_with(r.power, 0),
        "alpha" => format::percent_with(r.alpha, 1),
        "cluster" => maybe(r.cluster),
        _ => maybe(r.icc),
    }
}

/// A change of the KPI that an experiment would show, without a sign.
#[must_use]
pub fn visible(plan: &Plan, change: f64) -> String {
    if plan.kpi.is_share() { format!("{} pp", format::fixed(change * 100.0, 2)) } else { format::number(change) }
}

/// The plan in one sentence.
#[must_use]
pub fn sentence(plan: &Plan) -> Option<String> {
    let r = planned(plan).ok()?;
    let weeks = r.weeks.map(|w| format!(", {} weeks", format::fixed(w, 1))).unwrap_or_default();
    Some(format!(
        "To see {} become {} in {} takes {} {} in each of {} arms{weeks}",
        value(plan, "base"),
        value(plan, "target").split("   ").next().unwrap_or_default(),
        plan.who,
        format::count(r.n_per_arm),
        plan.counted,
        plan.request.arms
    ))
}

/// How the figures come about.
fn explain(app: &mut App) -> Vec<Effect> {
    let Some(plan) = plan(app) else { return Vec::new() };
    let mut lines: Vec<String> = Vec::new();
    match (sentence(&plan), planned(&plan)) {
        (Some(words), _) => lines.push(format!("{words}.")),
        (None, Err(why)) => lines.push(why),
        (None, Ok(_)) => {}
    }
    lines.push(String::new());
    lines.push(if plan.kpi.is_share() {
        "n per arm = (z_{1−α/2} + z_{1−β})² · [p₁(1−p₁) + p₂(1−p₂)] / (p₁ − p₂)², where p₁ is the level now, p₂ the one that \
         it should come to, α the error and 1 − β the power."
            .into()
    } else {
        "n per arm = (z_{1−α/2} + z_{1−β})² · 2σ²/δ², where δ is the change and σ the spread of single units, taken from the \
         width of the KPI's interval."
            .into()
    });
    lines.push(
        "More than two arms share the error (α/(arms − 1)). Where whole clusters are drawn, n grows by 1 + (m̄ − 1)ρ. Weeks \
         are arms · n / eligible per week."
            .into(),
    );
    lines.push(
        "Where it takes too long, look at the smallest change that a few weeks would show, or take a larger group: Space \
         marks more of them, r takes them together."
            .into(),
    );
    lines.extend(plan.notes.iter().cloned());
    app.popups.push(Popup::Words { title: format!("Experiment: {}", plan.who), lines, scroll: 0 });
    Vec::new()
}

/// Enter: changes the numbers.
pub(in crate::app::screens::explore) fn enter(app: &mut App) -> Vec<Effect> {
    let Some(plan) = plan(app) else { return Vec::new() };
    let r = &plan.request;
    let percent = |x: f64| format!("{}%", trimmed(x * 100.0, 3));
    let level = |x: f64| if plan.kpi.is_share() { percent(x) } else { trimmed(x, 6) };
    let maybe = |x: Option<f64>| x.map(|x| trimmed(x, 3)).unwrap_or_default();
    let mut form = Form::new(FormId::Experiment, format!("An experiment with {}", plan.who), "plan");
    for (key, label, help) in INPUTS {
        let text = match key {
            "base" => level(r.base),
            "target" => level(r.target),
            "per_week" => r.per_week.map(|n| trimmed(n.round(), 0)).unwrap_or_default(),
            "arms" => r.arms.to_string(),
            "power" => percent(r.power),
            "alpha" => percent(r.alpha),
            "cluster" => maybe(r.cluster),
            _ => maybe(r.icc),
        };
        form = form.line(key, label, help, &text);
    }
    app.open_form(form);
    Vec::new()
}

fn trimmed(x: f64, decimals: usize) -> String {
    let text = format!("{x:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A number, or a percentage as a share.
fn amount(text: &str) -> Result<f64, String> {
    match text.strip_suffix('%') {
        Some(digits) => crate::domain::decide::read_number(digits.trim()).map(|x| x / 100.0),
        None => crate::domain::decide::read_number(text),
    }
}

/// Takes the numbers of the form.
///
/// # Errors
/// A sentence for the form where one of them makes no sense.
pub fn submit(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    let mut typed: BTreeMap<&'static str, Option<f64>> = BTreeMap::new();
    for (key, label, _) in INPUTS {
        let text = form.text(key);
        if text.is_empty() {
            if !matches!(key, "per_week" | "cluster" | "icc") {
                return Err(format!("{label} is missing."));
            }
            typed.insert(key, None);
        } else {
            typed.insert(key, Some(amount(&text).map_err(|why| format!("{label}: {why}"))?));
        }
    }
    if typed.get("cluster").copied().flatten().is_some() != typed.get("icc").copied().flatten().is_some() {
        return Err("Clusters need both: the units in one, and how alike they are.".into());
    }
    let before = std::mem::replace(&mut app.views.explore.pages.experiment.edited, typed);
    if let Some(Err(why)) = plan(app).map(|p| planned(&p)) {
        app.views.explore.pages.experiment.edited = before;
        return Err(why);
    }
    Ok(Vec::new())
}

/// `c`: pins the plan.
pub(in crate::app::screens::explore) fn pin_row(app: &mut App) -> Vec<Effect> {
    let Some((plan, says)) = plan(app).and_then(|p| Some((sentence(&p)?, p))).map(|(s, p)| (p, s)) else {
        app.say(Tone::Warn, "Nothing can be planned yet.");
        return Vec::new();
    };
    let Ok(r) = planned(&plan) else { return Vec::new() };
    let mut params = Map::new();
    params.insert("kpi".into(), json!(plan.kpi));
    params.insert("where".into(), json!(reach::union(app)));
    params.insert("experiment".into(), json!(plan.request));
    let mut result = Map::new();
    result.insert("n".into(), json!(r.n_per_arm));
    result.insert("estimate".into(), json!(r.n_per_arm));
    result.insert("weeks".into(), json!(r.weeks));
    result.insert("mde".into(), json!(r.mde));
    let columns = reach::taken(app).iter().flat_map(super::Subject::columns).collect();
    let title = format!("an experiment with {}", plan.who);
    pin::open(app, Look { title, columns, params, result, says, off_zero: false, tried: 1 });
    Vec::new()
}

fn only(app: &mut App) -> Vec<Effect> {
    let mut effects = reach::union(app).map(|c| filter::add_filter(app, &c)).unwrap_or_default();
    effects.extend(super::leave(app));
    effects
}

fn reset(app: &mut App) -> Vec<Effect> {
    app.views.explore.pages.experiment.forget();
    app.say(Tone::Plain, "The numbers come from the data and the goal again.");
    Vec::new()
}

fn has_plan(app: &App) -> Result<(), &'static str> {
    if plan(app).is_some() { Ok(()) } else { Err("the KPI is not measured yet") }
}

/// The commands of the page.
pub static EXPERIMENT: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: has_plan,
        ..spec("experiment.how", Scope::Experiment, &["i"], "how", "How these figures are computed", explain)
    },
    CommandSpec {
        hint: 2,
        ..spec(
            "experiment.why",
            Scope::Experiment,
            &["x"],
            "explain",
            "What explains the group away: every other column held fixed",
            |a| super::open(a, Pane::Confounders),
        )
    },
    CommandSpec {
        hint: 3,
        ..spec("experiment.reach", Scope::Experiment, &["r"], "reach", "What could be won here", |a| {
            super::open(a, Pane::Reach)
        })
    },
    CommandSpec {
        ..spec(
            "experiment.only",
            Scope::Experiment,
            &["f"],
            "only these",
            "Only the rows of the group, in all panes",
            only,
        )
    },
    CommandSpec {
        ..spec(
            "experiment.reset",
            Scope::Experiment,
            &["Backspace"],
            "from data",
            "Take the numbers from the data and the goal again",
            reset,
        )
    },
];

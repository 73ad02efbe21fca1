//! What could be won: a quarter, a half or all of the way to the rest's level, for a group or for all marked ones together.

use serde_json::{Map, json};

use super::Subject;
use crate::analysis::format;
use crate::app::commands::{CommandSpec, Scope};
use crate::app::screens::explore::pin::{self, Look};
use crate::app::screens::explore::{Pane, ask_reach_of, clues, filter, independence};
use crate::app::screens::spec;
use crate::app::{App, Effect, Popup, Tone};
use crate::query::{Better, Estimate, Kpi, ReachResult};

/// The ways to the rest's level that are shown.
pub const CLOSED: [f64; 3] = [0.25, 0.5, 1.0];

/// A row of the page.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// All of it together, with a share of the distance to the rest closed.
    Closed(f64),
    /// One of the marked groups by itself.
    Marked(Subject),
}

/// The rows: first the ways, then the marked groups one by one.
#[must_use]
pub fn rows(app: &App) -> Vec<Row> {
    let mut out: Vec<Row> = CLOSED.into_iter().map(Row::Closed).collect();
    let taken = taken(app);
    if taken.len() > 1 {
        out.extend(taken.into_iter().map(Row::Marked));
    }
    out
}

/// The groups that are taken together: the one that the page is about and all marked ones.
#[must_use]
pub fn taken(app: &App) -> Vec<Subject> {
    let pages = &app.views.explore.pages;
    let mut out: Vec<Subject> = pages.subject.iter().cloned().collect();
    for mark in &pages.marks {
        if !out.iter().any(|s| s.condition == mark.condition) {
            out.push(mark.clone());
        }
    }
    out
}

/// All of them as one condition: a row that stands in several counts once.
#[must_use]
pub fn union(app: &App) -> Option<String> {
    let taken = taken(app);
    match taken.as_slice() {
        [] => None,
        [one] => Some(one.condition.clone()),
        all => Some(all.iter().map(|s| format!("({})", s.condition)).collect::<Vec<_>>().join(" OR ")),
    }
}

/// How they are called together.
#[must_use]
pub fn label(app: &App) -> String {
    let taken = taken(app);
    match taken.as_slice() {
        [one] => one.label.clone(),
        all => all.iter().map(|s| s.label.as_str()).collect::<Vec<_>>().join(" or "),
    }
}

/// The row under the cursor.
#[must_use]
pub fn selected(app: &App) -> Option<Row> {
    let rows = rows(app);
    app.views.explore.pages.reach.selected(rows.len()).and_then(|at| rows.get(at).cloned())
}

/// The reach of a condition, as far as it is known.
#[must_use]
pub fn of<'a>(app: &'a App, condition: &str) -> Option<&'a ReachResult> {
    app.views.explore.reach.get(condition)
}

/// Asks for the next reach that is not known: all together first.
pub(super) fn ask(app: &mut App) -> Option<Effect> {
    let mut wanted: Vec<String> = union(app).into_iter().collect();
    wanted.extend(taken(app).into_iter().map(|s| s.condition));
    let next = wanted.into_iter().find(|c| of(app, c).is_none())?;
    ask_reach_of(app, next)
}

/// What the KPI would move by with a share of the distance closed: −G·share, as G is what it falls by.
#[must_use]
pub fn moved(g: &Estimate, closed: f64) -> Estimate {
    let times = |x: f64| -x * closed;
    Estimate { value: g.value.map(times), interval: g.interval.map(|(low, high)| (times(high), times(low))) }
}

/// Whether coming to the rest's level would make the KPI worse: the group is to be protected.
#[must_use]
pub fn protects(g: &ReachResult, better: Better) -> bool {
    g.reach.value.is_some_and(|v| if better == Better::Lower { v < 0.0 } else { v > 0.0 })
}

/// How much of the goal a move is: 1 for all of it; negative where it leads away.
#[must_use]
pub fn of_goal(g: &ReachResult, closed: f64, better: Better) -> Option<f64> {
    let share = g.of_target?.value? * closed;
    Some(if better == Better::Lower { share } else { -share })
}

fn binding(app: &App) -> Option<(Kpi, Better)> {
    app.doc.as_ref()?.session.state.kpi.as_ref().map(|k| (k.kpi.clone(), k.better))
}

/// The row under the cursor in a sentence.
#[must_use]
pub fn sentence(app: &App) -> Option<String> {
    let (kpi, better) = binding(app)?;
    let (name, closed, condition) = match selected(app)? {
        Row::Closed(share) => (label(app), share, union(app)?),
        Row::Marked(s) => (s.label.clone(), 1.0, s.condition),
    };
    let r = of(app, &condition)?;
    let way = match closed {
        x if x >= 1.0 => "came to the level of the rest".to_owned(),
        x => format!("came {} of the way to the rest", format::percent_with(x, 0)),
    };
    let goal = match of_goal(r, closed, better) {
        Some(x) if x >= 0.0 => format!(", {} of the goal", format::percent_with(x, 0)),
        Some(_) => ", away from the goal: protect it".to_owned(),
        None if protects(r, better) => ", for the worse: protect it".to_owned(),
        None => String::new(),
    };
    Some(format!(
        "If {name} ({} there, {} in the rest) {way}, the KPI would move by {}{goal}; n {}",
        format::level(&kpi, r.inside.value),
        format::level(&kpi, r.rest.value),
        format::change_with_interval(&kpi, &moved(&r.reach, closed)),
        format::count(r.n.0)
    ))
}

/// How the figures come about.
fn explain(app: &mut App) -> Vec<Effect> {
    let mut lines: Vec<String> = Vec::new();
    if let Some(words) = sentence(app) {
        lines.push(format!("{words}."));
        lines.push(String::new());
    }
    lines.push(
        "Reach G = R − r_rest = w·(r_S − r_rest): the KPI over all rows, less that of the rest; w is the group's share. It is \
         what the KPI would fall by (G above 0) or rise by (below 0) if the group came all the way to the rest's level. A \
         quarter or a half of the way is that much of it."
            .into(),
    );
    lines.push(
        "Several groups together are measured anew as one: a row that stands in two of them counts once, so their reaches \
         are never added."
            .into(),
    );
    lines.push("A group that is better than the rest is to be protected: its loss is what is at stake.".into());
    lines.push(independence(app));
    lines.push(String::new());
    lines.push("It goes with the group; that is no proof of a cause.".into());
    app.popups.push(Popup::Words { title: format!("Reach: {}", label(app)), lines, scroll: 0 });
    Vec::new()
}

/// Enter: the KPI by the group's column.
pub(in crate::app::screens::explore) fn enter(app: &mut App) -> Vec<Effect> {
    let columns = match selected(app) {
        Some(Row::Marked(s)) => s.columns(),
        _ => app.views.explore.pages.subject.as_ref().map(Subject::columns).unwrap_or_default(),
    };
    let mut columns = columns.into_iter().map(|c| clues::source_column(app, &c));
    let (Some(first), second) = (columns.next(), columns.next()) else { return Vec::new() };
    clues::to_kpi(app, &first, second).unwrap_or_else(|| explain(app))
}

/// `c`: pins the row under the cursor.
pub(in crate::app::screens::explore) fn pin_row(app: &mut App) -> Vec<Effect> {
    let (Some(says), Some((kpi, _))) = (sentence(app), binding(app)) else {
        app.say(Tone::Warn, "It is not measured yet.");
        return Vec::new();
    };
    let (closed, condition, columns) = match selected(app) {
        Some(Row::Marked(s)) => (1.0, Some(s.condition.clone()), s.columns()),
        Some(Row::Closed(share)) => (share, union(app), taken(app).iter().flat_map(Subject::columns).collect()),
        None => return Vec::new(),
    };
    let Some(r) = condition.as_deref().and_then(|c| of(app, c)) else { return Vec::new() };
    let move_ = moved(&r.reach, closed);
    let mut params = Map::new();
    params.insert("kpi".into(), json!(kpi));
    params.insert("where".into(), json!(condition));
    params.insert("closed".into(), json!(closed));
    let mut result = Map::new();
    result.insert("n".into(), json!(r.n.0));
    result.insert("estimate".into(), json!(move_.value));
    result.insert("interval".into(), json!(move_.interval));
    result.insert("rest".into(), json!(r.rest.value));
    result.insert("reach".into(), json!(r.reach.value));
    result.insert("reach_interval".into(), json!(r.reach.interval));
    let off_zero = r.reach.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0);
    let title = format!("reach of {}", label(app));
    pin::open(app, Look { title, columns, params, result, says, off_zero, tried: 1 });
    Vec::new()
}

fn only(app: &mut App) -> Vec<Effect> {
    let condition = match selected(app) {
        Some(Row::Marked(s)) => Some(s.condition),
        _ => union(app),
    };
    let mut effects = condition.map(|c| filter::add_filter(app, &c)).unwrap_or_default();
    effects.extend(super::leave(app));
    effects
}

/// Takes the group under the cursor out of those taken together.
fn drop_mark(app: &mut App) -> Vec<Effect> {
    match selected(app) {
        Some(Row::Marked(s)) => {
            let pages = &mut app.views.explore.pages;
            pages.marks.retain(|m| m.condition != s.condition);
            if pages.subject.as_ref().is_some_and(|t| t.condition == s.condition) {
                pages.subject = pages.marks.first().cloned();
            }
            ask(app).into_iter().collect()
        }
        _ => {
            app.say(Tone::Plain, "Space takes a marked group away: the rows below.");
            Vec::new()
        }
    }
}

fn measured(app: &App) -> Result<(), &'static str> {
    if sentence(app).is_some() { Ok(()) } else { Err("it is not measured yet") }
}

/// The commands of the page.
pub static REACH: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: measured,
        ..spec("reach.how", Scope::Reach, &["i"], "how", "What this row says, and how it is computed", explain)
    },
    CommandSpec {
        hint: 2,
        ..spec(
            "reach.why",
            Scope::Reach,
            &["x"],
            "explain",
            "What explains the group away: every other column held fixed",
            |a| super::open(a, Pane::Confounders),
        )
    },
    CommandSpec {
        when: measured,
        ..spec("reach.only", Scope::Reach, &["f"], "only these", "Only the rows of these groups, in all panes", only)
    },
    CommandSpec {
        ..spec(
            "reach.drop",
            Scope::Reach,
            &["Space"],
            "take away",
            "Take this group out of those taken together",
            drop_mark,
        )
    },
    CommandSpec {
        hint: 3,
        ..spec("reach.trial", Scope::Reach, &["E"], "experiment", "The experiment that would show it", |a| {
            super::open(a, Pane::Experiment)
        })
    },
];

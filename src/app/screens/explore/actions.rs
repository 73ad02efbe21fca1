//! What keys do in Explore besides moving.

use serde_json::{Map, Value, json};

use super::pin::{self, Look};
use super::sight::{self, Then, group_in_sight, measure_first};
use super::{
    Pane, ask_split, columns, current_checks, ordered_columns, pages, selected_column, selected_group, shown, split,
    worst_group,
};
use crate::analysis::format;
use crate::app::form::{Choice, Form};
use crate::app::forms::{self, FormId};
use crate::app::screens::checks;
use crate::app::{App, Effect, Popup, Tone};
use crate::domain::words::Quality;
use crate::query::{CheckResult, KpiGroup, ValueType};

pub(super) fn step_pane(app: &mut App, forward: bool) -> Vec<Effect> {
    let all = Pane::ALL;
    let tab = pages::tab(app);
    let at = all.iter().position(|(p, _)| *p == tab).unwrap_or(0);
    let to = if forward { (at + 1) % all.len() } else { (at + all.len() - 1) % all.len() };
    match all.get(to) {
        Some((pane, _)) => show(app, *pane),
        None => Vec::new(),
    }
}

/// Gives the keys to a pane and asks for what it shows.
pub fn show(app: &mut App, pane: Pane) -> Vec<Effect> {
    app.views.explore.pane = pane;
    super::entered(app)
}

pub(super) fn step_column(app: &mut App, by: isize) -> Vec<Effect> {
    if app.views.explore.pane.has_rows() {
        let n = super::table::columns(app).len();
        app.views.explore.then = None;
        app.views.explore.column.step(by, n);
        return Vec::new();
    }
    if app.views.explore.pane == Pane::Change {
        return super::change::step_column(app, by);
    }
    if app.views.explore.pane == Pane::Reading {
        return pages::reading::step(app, by > 0);
    }
    if app.views.explore.pane == Pane::Kpi {
        if app.views.explore.trend {
            // Over time left and right are before and after.
            let n = super::len(app);
            app.views.explore.groups.step(by, n);
            return Vec::new();
        }
        if let Some(n) = super::kpi::grid(app).map(|grid| grid.across.1.len()) {
            app.views.explore.kpi.at.1.step(by, n);
            return super::ask_reach(app).into_iter().collect();
        }
        let n = ordered_columns(app).len();
        app.views.explore.columns.step(by, n);
        app.views.explore.first_group();
        return ask_split(app);
    }
    Vec::new()
}

/// Enter: the whole cell, the KPI by this column, the group's rows in words, a check.
pub(super) fn enter(app: &mut App) -> Vec<Effect> {
    match app.views.explore.pane {
        Pane::Sql if !super::sql::shows_result(app) => super::sql::edit(app),
        Pane::Table | Pane::Sql => super::cells::open_cell(app),
        Pane::Columns if super::chosen_table(app).is_some() => {
            let of = app.kpi_table().unwrap_or_default().to_owned();
            app.say(Tone::Plain, format!("The KPI speaks of {of}. K binds it to this table, L goes back."));
            Vec::new()
        }
        Pane::Columns => {
            // The cursor stands on the group of which Columns has told.
            let worst = worst_group(app).map(|g| g.label.clone());
            app.views.explore.pane = Pane::Kpi;
            app.views.explore.trend = false;
            app.views.explore.first_group();
            let at = shown(app).and_then(|r| r.groups.iter().position(|g| Some(&g.label) == worst.as_ref()));
            if let Some(at) = at {
                app.views.explore.groups.select(at);
            }
            ask_split(app)
        }
        Pane::Kpi => {
            if app.doc.as_ref().is_some_and(|d| d.session.state.kpi.is_none()) {
                return forms::open_kpi(app, None);
            }
            explain(app);
            Vec::new()
        }
        Pane::Checks => start_check(app),
        Pane::Drivers | Pane::Segments => super::clues::enter(app),
        Pane::Change => super::change::enter(app),
        Pane::Leaks => super::leaks::enter(app),
        Pane::Confounders => pages::confounders::enter(app),
        Pane::Reach => pages::reach::enter(app),
        Pane::Experiment => pages::experiment::enter(app),
        Pane::Reading => pages::reading::enter(app),
    }
}

/// How the figures of the KPI pane come about.
fn explain(app: &mut App) {
    let Some(b) = app.doc.as_ref().and_then(|d| d.session.state.kpi.clone()) else { return };
    let unit = super::independence(app);
    let mut lines = vec![
        format!("{} over the rows of each group, with a 95 % interval (Wilson for a rate).", b.kpi),
        unit,
        "Reach: share of the group × (the level of the rest − its level): what the KPI would move by if the group came to the rest's level. It goes with the group; it is no proof of a cause.".into(),
    ];
    if let Some(group) = selected_group(app) {
        lines.insert(0, String::new());
        lines.insert(
            0,
            format!(
                "{}   {} rows   {}",
                group.label,
                format::count(group.n),
                format::level_with_interval(&b.kpi, &group.level)
            ),
        );
        if let Some(r) = group.condition.as_ref().and_then(|c| app.views.explore.reach.get(c)) {
            lines.insert(
                1,
                format!(
                    "rest {}   reach {}",
                    format::level_with_interval(&b.kpi, &r.rest),
                    format::change_with_interval(&b.kpi, &r.reach.negated())
                ),
            );
        }
    }
    app.popups.push(Popup::Words { title: "How this is computed".into(), lines, scroll: 0 });
}

pub(super) fn start_check(app: &mut App) -> Vec<Effect> {
    let rows = current_checks(app);
    match app.views.explore.checks.selected(rows.len()).and_then(|i| rows.get(i)) {
        Some(row) => checks::start(app, &row.id.clone()),
        None => Vec::new(),
    }
}

/// `t`: the selected check, or a check on the spot from the group in sight.
pub(super) fn test_it(app: &mut App) -> Vec<Effect> {
    if app.views.explore.pane == Pane::Checks {
        return start_check(app);
    }
    match sight::condition(app) {
        Ok(a) => forms::open_ad_hoc(app, &a, ""),
        Err(why) => app.say(Tone::Warn, why),
    }
    Vec::new()
}

/// The KPI form; a text column of few values suggests a rate.
pub(super) fn bind(app: &mut App) -> Vec<Effect> {
    let suggestion = selected_column(app).filter(|_| app.views.explore.pane == Pane::Columns).and_then(|c| {
        let name = crate::analysis::sqltext::quoted(&c.name);
        match c.dtype {
            ValueType::Bool => Some(format!("rate({name})")),
            ValueType::Text if (2..=6).contains(&c.distinct) => {
                // The rarer value is more often what a KPI counts.
                c.top.last().map(|t| {
                    format!(
                        "rate({name} = {})",
                        crate::analysis::sqltext::literal(&t.value, Some(c.dtype)).unwrap_or_default()
                    )
                })
            }
            ValueType::Int | ValueType::Float if app.doc.as_ref().is_some_and(|d| d.session.state.kpi.is_none()) => {
                Some(format!("mean({name})"))
            }
            _ => None,
        }
    });
    let bound = app.doc.as_ref().is_some_and(|d| d.session.state.kpi.is_some());
    forms::open_kpi(app, suggestion.as_deref().filter(|_| !bound))
}

pub(super) fn add_dimension(app: &mut App) -> Vec<Effect> {
    if app.views.explore.pane == Pane::Change {
        return super::change::second_column(app);
    }
    if app.views.explore.pane == Pane::Table {
        // What is split is the column in sight.
        let name = super::table::selected_column(app).map(|(_, c)| c.name.clone());
        app.views.explore.column_filter.clear();
        if let Some(at) = name.and_then(|n| ordered_columns(app).iter().position(|c| c.name == n)) {
            app.views.explore.columns.select(at);
        }
    }
    if app.views.explore.second.take().is_some() {
        app.views.explore.first_group();
        return ask_split(app);
    }
    let first = selected_column(app).map(|c| c.name.clone());
    let options: Vec<Choice> = app
        .main_info()
        .and_then(|i| i.profile.as_ref())
        .map(|p| {
            p.columns
                .iter()
                .filter(|c| Some(&c.name) != first.as_ref() && c.dtype != ValueType::Other && c.distinct > 1)
                .filter(|c| c.dtype.is_number() || c.distinct <= 50)
                .map(|c| (c.name.clone(), c.name.clone()))
                .collect()
        })
        .unwrap_or_default();
    app.open_form(Form::new(FormId::Choose("second column"), "A second column", "split").choice(
        "choice",
        "Column",
        "The KPI by both together",
        options,
        None,
    ));
    Vec::new()
}

/// A choice was made in a small form.
pub fn chosen(app: &mut App, what: &str, key: &str) -> Vec<Effect> {
    match what {
        "second column" => {
            app.views.explore.second = Some(key.to_owned());
            app.views.explore.pane = Pane::Kpi;
            app.views.explore.trend = false;
            app.views.explore.first_group();
            ask_split(app)
        }
        "copy" => super::cells::chosen(app, key),
        "table" => super::commands::table_chosen(app, key),
        "sides" => columns::sides::chosen(app, key),
        "compare" => super::change::chosen(app, key),
        "change column" => super::change::second_chosen(app, key),
        "impact" => {
            open_impact(app, key);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

pub(super) fn toggle_trend(app: &mut App) -> Vec<Effect> {
    app.views.explore.trend = !app.views.explore.trend;
    app.views.explore.pane = Pane::Kpi;
    app.views.explore.first_group();
    ask_split(app)
}

/// `e`: the reach of the group in sight becomes the impact of a hypothesis.
pub(super) fn impact(app: &mut App) -> Vec<Effect> {
    if let Some(effects) = measure_first(app, Then::Size) {
        return effects;
    }
    if sight::trend_point(app).is_some() {
        app.say(Tone::Warn, "A point in time sizes nothing. T shows the KPI by column again.");
        return Vec::new();
    }
    let Some(doc) = &app.doc else { return Vec::new() };
    let rows: Vec<Choice> = doc
        .board
        .listed()
        .into_iter()
        .filter(|id| id != "other" && id != "data")
        .map(|id| (id.clone(), doc.row_title(&id).to_owned()))
        .collect();
    match rows.as_slice() {
        [] => app.say(Tone::Warn, "There is no hypothesis to size yet. H adds one."),
        [(only, _)] => open_impact(app, &only.clone()),
        [(first, _), ..] => {
            let first = first.clone();
            let form = Form::new(FormId::Choose("impact"), "Which hypothesis does it size?", "size").choice(
                "choice",
                "Hypothesis",
                "",
                rows,
                Some(&first),
            );
            app.open_form(form);
        }
    }
    Vec::new()
}

fn open_impact(app: &mut App, hypothesis: &str) {
    let Some(b) = app.doc.as_ref().and_then(|d| d.session.state.kpi.clone()) else { return };
    let condition = group_in_sight(app).ok().and_then(|g| g.condition);
    let reach = condition.and_then(|c| app.views.explore.reach.get(&c).cloned());
    let Some(r) = reach else {
        app.say(Tone::Warn, "The reach of this group is not there yet.");
        return;
    };
    let k = if b.kpi.is_share() { 100.0 } else { 1.0 };
    // On the exposed the effect is the distance to the rest; reach over share gives it with its interval.
    let sign = if b.better == crate::query::Better::Lower { 1.0 } else { -1.0 };
    let scale = |x: f64| if r.share > 0.0 { sign * x * k / r.share } else { 0.0 };
    let effect = r.reach.value.map(|v| {
        let (low, high) = r.reach.interval.unwrap_or((v, v));
        let (a, b) = (scale(low), scale(high));
        [a.min(b), scale(v), a.max(b)]
    });
    forms::open_impact(app, hypothesis, Some(r.share), effect, Quality::Measured);
}

/// `c`: pins what is in sight.
pub(super) fn pin(app: &mut App) -> Vec<Effect> {
    if app.views.explore.pane == Pane::Checks {
        pin_check(app);
        return Vec::new();
    }
    match app.views.explore.pane {
        Pane::Columns if columns::sides::shown(app) => return columns::sides::pin_row(app),
        Pane::Change => return super::change::pin_row(app),
        Pane::Leaks => return super::leaks::pin_row(app),
        Pane::Confounders => return pages::confounders::pin_row(app),
        Pane::Reach => return pages::reach::pin_row(app),
        Pane::Experiment => return pages::experiment::pin_row(app),
        Pane::Sql => return super::sql::pin(app),
        _ => {}
    }
    let kpi = app.doc.as_ref().and_then(|d| d.session.state.kpi.clone());
    let Some(b) = kpi else {
        app.say(Tone::Warn, "Bind the KPI first (K); a clue needs a figure.");
        return Vec::new();
    };
    if let Some(effects) = measure_first(app, Then::Pin) {
        return effects;
    }
    let group = match group_in_sight(app) {
        Ok(group) => group,
        Err(why) => {
            app.say(Tone::Warn, why);
            return Vec::new();
        }
    };
    let name = match (app.views.explore.pane, group.place.first()) {
        (Pane::Table, Some((column, _))) => column.clone(),
        _ => split(app).unwrap_or_default(),
    };
    let reach = group.condition.as_ref().and_then(|c| app.views.explore.reach.get(c).cloned());
    let says = sentence(app, &b.kpi, &group, reach.as_ref());
    let column = group.place.first().map_or(name.clone(), |(c, _)| c.clone());
    let mut params = Map::new();
    params.insert("kpi".into(), json!(b.kpi));
    params.insert("by".into(), json!(group.place.iter().map(|(c, _)| c.clone()).collect::<Vec<_>>()));
    params.insert("where".into(), json!(group.condition));
    params.insert("tried".into(), json!(app.views.explore.looked.len()));
    let mut result = Map::new();
    result.insert("n".into(), json!(group.n));
    result.insert("estimate".into(), json!(group.level.value));
    result.insert("interval".into(), json!(group.level.interval));
    if let Some(r) = &reach {
        result.insert("rest".into(), json!(r.rest.value));
        result.insert("reach".into(), json!(r.reach.value));
        result.insert("reach_interval".into(), json!(r.reach.interval));
    }
    let off_zero = reach.as_ref().and_then(|r| r.reach.interval).is_some_and(|(low, high)| low > 0.0 || high < 0.0);
    let title = format!("{} by {name}", b.kpi);
    pin::open(app, Look { title, columns: vec![column], params, result, says, off_zero, tried: 1 });
    Vec::new()
}

pub(super) fn looked_words(app: &App) -> String {
    let n = app.views.explore.looked.len();
    let all = app.main_info().map_or(0, |i| i.schema.columns.len());
    match n {
        0 | 1 => "The first column looked at.".into(),
        n => format!("Found after looking at {n} of {all} columns: the more looked at, the less surprising."),
    }
}

/// `Contract = Month-to-month: 42.7% [41.1, 44.3] against 6.8% of the rest, n 3 875`.
fn sentence(app: &App, kpi: &crate::query::Kpi, group: &KpiGroup, reach: Option<&crate::query::ReachResult>) -> String {
    let name = app.doc.as_ref().and_then(|d| d.session.state.goal.kpi.clone()).unwrap_or_else(|| kpi.to_string());
    let place = group.place.iter().map(|(c, _)| c.clone()).collect::<Vec<_>>().join(", ");
    let label = if group.label.contains('=') || place.is_empty() {
        group.label.clone()
    } else {
        format!("{place} {}", group.label)
    };
    let against =
        reach.map(|r| format!(" against {} of the rest", format::level(kpi, r.rest.value))).unwrap_or_default();
    let among = super::filter(app).map(|f| format!(", among rows where {f}")).unwrap_or_default();
    let level = format::level_with_interval(kpi, &group.level);
    format!("{label}: {name} {level}{against}, n {}{among}", format::count(group.n))
}

/// Pins the latest result of the selected check.
fn pin_check(app: &mut App) {
    let rows = current_checks(app);
    let Some(row) = app.views.explore.checks.selected(rows.len()).and_then(|i| rows.get(i)).cloned() else {
        app.say(Tone::Warn, "No check is selected.");
        return;
    };
    let Some(doc) = &app.doc else { return };
    let Some(run) = doc.session.state.latest_check(&row.id).cloned() else {
        app.say(Tone::Warn, "This check was not run yet: t runs it, forecast first.");
        return;
    };
    if doc.session.state.clues.iter().any(|c| c.source == run.reference) {
        app.say(Tone::Plain, "This result is pinned already.");
        return;
    }
    let Ok(result) = serde_json::from_value::<CheckResult>(Value::Object(run.result.clone())) else {
        app.say(Tone::Warn, "This result has no figures of ours; add it as a note with o.");
        return;
    };
    let pending = checks::of_run(&run, &row.title);
    checks::open_pin(app, &pending, &result);
}

/// Whether the pane shows groups that can be pinned or tested.
pub(super) fn has_groups(app: &App) -> bool {
    shown(app).is_some_and(|r| !r.groups.is_empty())
}

//! What keys do on the KPI pane besides moving.

use super::{grid, over_time};
use crate::app::commands::{CommandSpec, Scope};
use crate::app::screens::explore::{ask_split, filter, has_time, selected_group, shown};
use crate::app::screens::spec;
use crate::app::{App, Effect, Tone};

/// `s`: the next step over time.
fn step(app: &mut App) -> Vec<Effect> {
    let view = &mut app.views.explore;
    view.kpi.step = view.kpi.step.next();
    view.trend = true;
    view.groups.home();
    ask_split(app)
}

/// `m`: two columns crossed, or pair by pair. The cursor stays on its pair.
fn map(app: &mut App) -> Vec<Effect> {
    let here = selected_group(app).map(|g| g.label.clone());
    app.views.explore.kpi.listed = !app.views.explore.kpi.listed;
    let same = |g: &crate::query::KpiGroup| Some(&g.label) == here.as_ref();
    let place = grid(app).and_then(|grid| {
        let cells = (0..grid.down.1.len()).flat_map(|row| (0..grid.across.1.len()).map(move |column| (row, column)));
        cells.into_iter().find(|(row, column)| grid.at(*row, *column).is_some_and(same))
    });
    let row = shown(app).and_then(|r| r.groups.iter().position(same));
    let view = &mut app.views.explore;
    if let Some((row, column)) = place {
        view.kpi.at.0.select(row);
        view.kpi.at.1.select(column);
    } else if let Some(row) = row {
        view.groups.select(row);
    }
    super::super::ask_reach(app).into_iter().collect()
}

/// `f`: only the rows of the group under the cursor, in all panes.
fn only(app: &mut App) -> Vec<Effect> {
    match selected_group(app).and_then(|g| g.condition.clone()) {
        Some(condition) => filter::add_filter(app, &condition),
        None => {
            app.say(Tone::Warn, "No row is here to filter to.");
            Vec::new()
        }
    }
}

fn has_groups(app: &App) -> Result<(), &'static str> {
    let any = shown(app).is_some_and(|r| !r.groups.is_empty());
    if any { Ok(()) } else { Err("there is nothing in sight") }
}

fn is_over_time(app: &App) -> Result<(), &'static str> {
    has_time(app)?;
    if over_time(app) { Ok(()) } else { Err("it is for the KPI over time: T shows it") }
}

fn has_pairs(app: &App) -> Result<(), &'static str> {
    let pairs = !over_time(app) && app.views.explore.second.is_some();
    if pairs { Ok(()) } else { Err("it needs two columns: d adds one") }
}

/// The commands of the KPI pane.
pub static KPI: &[CommandSpec] = &[
    CommandSpec {
        hint: 1,
        when: has_groups,
        ..spec(
            "kpi.only",
            Scope::Kpi,
            &["f"],
            "only these",
            "Only the rows of this group, cell or period, in all panes",
            only,
        )
    },
    CommandSpec {
        hint: 2,
        when: is_over_time,
        ..spec(
            "kpi.step",
            Scope::Kpi,
            &["s"],
            "step",
            "The step over time: as the data suggest, day, week, month",
            step,
        )
    },
    CommandSpec {
        hint: 2,
        when: has_pairs,
        ..spec("kpi.map", Scope::Kpi, &["m"], "map", "Two columns crossed as a map, or pair by pair as a list", map)
    },
];

//! The group that the keys act on: a group of a split, or all rows that hold the table's selected value.

use super::{Pane, actions, ask_reach_of, no_groups, selected_group, shown};
use crate::analysis::format;
use crate::analysis::sqltext::{literal, quoted};
use crate::app::{App, Effect, Tone};
use crate::query::{Cell, KpiGroup, ValueType};

/// What to do once the reach of a value is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Pin it.
    Pin,
    /// Size a hypothesis by it.
    Size,
}

/// All rows that hold the same value as the selected cell.
struct CellGroup {
    column: String,
    cell: Cell,
    label: String,
    condition: String,
}

/// The value under the cursor of the table.
#[must_use]
pub fn selected_cell(app: &App) -> Option<&Cell> {
    let info = app.main_info()?;
    let view = &app.views.explore;
    let row = view.table.selected(usize::try_from(info.rows).ok()?)?;
    let (at, _) = super::table::selected_column(app)?;
    info.page.cell(row as u64, at)
}

/// Numbers with more values than this are looked at in bins, not value by value.
const FEW: u64 = 50;

fn cell_group(app: &App) -> Result<CellGroup, String> {
    let info = app.main_info().ok_or("There is no table.")?;
    let rows = usize::try_from(info.rows).unwrap_or(usize::MAX);
    let view = &app.views.explore;
    let row = view.table.selected(rows).ok_or("The table has no row.")?;
    let (at, _) = super::table::selected_column(app).ok_or("The table has no column.")?;
    let cell = info.page.cell(row as u64, at);
    let (Some(cell), Some(head)) = (cell, info.schema.columns.get(at)) else {
        return Err("This row is still being read.".into());
    };
    let name = &head.name;
    if let Some(profile) = info.profile.as_ref().and_then(|p| p.columns.iter().find(|c| c.name == *name)) {
        if let Some(why) = no_groups(app, profile) {
            return Err(format!("{name}: {why}"));
        }
        if head.dtype == ValueType::Float && profile.distinct > FEW && *cell != Cell::Null {
            return Err(format!(
                "{name} has {} different numbers: its groups are on the KPI pane.",
                format::count(profile.distinct)
            ));
        }
    }
    let (label, condition) = if *cell == Cell::Null {
        (format!("{name} is null"), format!("{} IS NULL", quoted(name)))
    } else {
        let value = literal(cell, Some(head.dtype)).ok_or_else(|| format!("{name}: this value makes no condition."))?;
        (format!("{name} = {}", format::short(&cell.to_string())), format!("{} = {value}", quoted(name)))
    };
    Ok(CellGroup { column: name.clone(), cell: cell.clone(), label, condition })
}

/// The condition of what is in sight, for a check on the spot.
pub(super) fn condition(app: &App) -> Result<String, String> {
    match app.views.explore.pane {
        Pane::Table => cell_group(app).map(|g| g.condition),
        Pane::Columns if super::columns::sides::shown(app) => {
            Ok(super::columns::sides::compared(app).map(|c| c.a.clone()).unwrap_or_default())
        }
        Pane::Change => Ok(super::change::selected(app).and_then(|r| r.condition()).unwrap_or_default().to_owned()),
        Pane::Confounders | Pane::Reach | Pane::Experiment => Ok(super::pages::reach::union(app).unwrap_or_default()),
        _ => Ok(selected_group(app).and_then(|g| g.condition.clone()).unwrap_or_default()),
    }
}

/// The group in sight with its figures.
///
/// # Errors
/// Why there is none, or that its figures are still missing.
pub fn group_in_sight(app: &App) -> Result<KpiGroup, String> {
    match app.views.explore.pane {
        Pane::Table => {
            let group = cell_group(app)?;
            let reach = app.views.explore.reach.get(&group.condition);
            let r = reach.ok_or_else(|| format!("{} is not measured yet.", group.label))?;
            Ok(KpiGroup {
                place: vec![(group.column, group.cell)],
                label: group.label,
                condition: Some(group.condition),
                n: r.n.0,
                level: r.inside,
            })
        }
        Pane::Sql => Err("A query's result is no group of the KPI's rows.".into()),
        Pane::Checks => Err("A check is selected, not a group.".into()),
        Pane::Change => Err("A change is selected, not a group: r shows its reach, from where e sizes it.".into()),
        Pane::Leaks => Err("A column is selected, not a group.".into()),
        Pane::Confounders | Pane::Experiment => Err("r shows the reach of the group, from where e sizes it.".into()),
        Pane::Reading => Err("There is no group in sight.".into()),
        Pane::Reach => reach_group(app),
        Pane::Columns | Pane::Kpi | Pane::Drivers | Pane::Segments => selected_group(app)
            .cloned()
            .ok_or_else(|| "There is no group in sight: select a column with groups.".to_owned()),
    }
}

/// All groups of the reach page together.
fn reach_group(app: &App) -> Result<KpiGroup, String> {
    use super::pages::reach;
    let condition = reach::union(app).ok_or("There is no group in sight.")?;
    let r = reach::of(app, &condition).ok_or("It is not measured yet.")?;
    let place = reach::taken(app).into_iter().flat_map(|s| s.place).collect();
    Ok(KpiGroup { place, label: reach::label(app), n: r.n.0, level: r.inside, condition: Some(condition) })
}

/// In the table, where nothing is measured beforehand: measures the selected value first when it is not known, and goes
/// on when it is. `None` where the caller can go on at once.
pub(super) fn measure_first(app: &mut App, then: Then) -> Option<Vec<Effect>> {
    if app.views.explore.pane != Pane::Table {
        return None;
    }
    let group = match cell_group(app) {
        Ok(group) => group,
        Err(why) => {
            app.say(Tone::Warn, why);
            return Some(Vec::new());
        }
    };
    app.views.explore.looked.insert(group.column);
    if app.views.explore.reach.contains_key(&group.condition) {
        return None;
    }
    let asked = ask_reach_of(app, group.condition);
    app.views.explore.then = Some(then);
    app.say(Tone::Plain, format!("Measuring {} …", group.label));
    Some(asked.into_iter().collect())
}

/// The reach that was waited for is there.
pub(super) fn go_on(app: &mut App) -> Vec<Effect> {
    let Some(then) = app.views.explore.then.take() else { return Vec::new() };
    // Whoever does something else by now is not disturbed.
    let free = app.popups.is_empty() && app.screen == crate::app::Screen::Explore;
    if !free || app.views.explore.pane != Pane::Table || group_in_sight(app).is_err() {
        return Vec::new();
    }
    app.message = None;
    match then {
        Then::Pin => actions::pin(app),
        Then::Size => actions::impact(app),
    }
}

/// The selected point of the KPI over time.
#[must_use]
pub fn trend_point(app: &App) -> Option<(usize, &KpiGroup)> {
    if !super::kpi::over_time(app) {
        return None;
    }
    let result = shown(app)?;
    let at = app.views.explore.groups.selected(result.groups.len())?;
    Some((at, result.groups.get(at)?))
}

//! 3 Explore: table, columns, KPI, checks.

mod actions;
mod basis;
pub mod cells;
pub mod change;
mod checklist;
pub mod clues;
pub mod columns;
mod commands;
pub mod filter;
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
pub(crate) mod fixture;
mod found;
pub mod known;
pub mod kpi;
pub mod leaks;
pub mod pages;
mod pin;
mod search;
mod sight;
pub mod sql;
pub mod table;
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

pub use actions::{chosen, show};
pub use basis::{Basis, basis, basis_changed};
pub use checklist::{CheckRow, Ready, current_checks};
pub use columns::{COLUMNS, Sort, ordered as ordered_columns};
use commands::has_time;
pub use commands::{COMMANDS, TABLE};
pub use filter::filter;
pub use found::found;
pub use search::{go_to_row, is_filtered, search, searched, show_all};
pub use sight::{Then, group_in_sight, selected_cell, trend_point};
pub use table::ARRANGE;

use crate::app::commands::Scope;
use crate::app::key::Key;
use crate::app::scroll::Scroll;
use crate::app::{App, Effect};
use crate::query::{Analysis, ColumnProfile, Key as GroupKey, KpiGroup, KpiResult, ReachResult, ValueType};

/// The panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// Rows.
    Table,
    /// The profile of each column.
    #[default]
    Columns,
    /// The KPI by a column.
    Kpi,
    /// Checks.
    Checks,
    /// Columns that the KPI goes with.
    Drivers,
    /// Combinations where the KPI is another.
    Segments,
    /// What moved between two periods.
    Change,
    /// Columns that know the outcome.
    Leaks,
    /// A page without a tab: what explains a group away.
    Confounders,
    /// A page without a tab: what a group could give back.
    Reach,
    /// A page without a tab: the follow-up experiment.
    Experiment,
    /// A page without a tab: how the file is read.
    Reading,
    /// Queries.
    Sql,
}

impl Pane {
    /// The panes with a tab, in their order.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Table, "Table"),
        (Self::Columns, "Columns"),
        (Self::Kpi, "KPI"),
        (Self::Checks, "Checks"),
        (Self::Drivers, "Drivers"),
        (Self::Segments, "Segments"),
        (Self::Change, "Change"),
        (Self::Leaks, "Leaks"),
        (Self::Sql, "SQL"),
    ];

    /// The commands that are this pane's own.
    #[must_use]
    pub fn scope(self) -> Scope {
        match self {
            Self::Table => Scope::Table,
            Self::Columns => Scope::Columns,
            Self::Kpi => Scope::Kpi,
            Self::Checks => Scope::Checks,
            Self::Drivers => Scope::Drivers,
            Self::Segments => Scope::Segments,
            Self::Change => Scope::Change,
            Self::Leaks => Scope::Leaks,
            Self::Confounders => Scope::Confounders,
            Self::Reach => Scope::Reach,
            Self::Experiment => Scope::Experiment,
            Self::Reading => Scope::Reading,
            Self::Sql => Scope::Sql,
        }
    }

    /// Whether rows of a table are shown, as tables are.
    #[must_use]
    pub fn has_rows(self) -> bool {
        matches!(self, Self::Table | Self::Sql)
    }

    /// The pane whose own commands these are.
    #[must_use]
    pub fn of_scope(scope: Scope) -> Option<Self> {
        let scope = match scope {
            Scope::Arrange => Scope::Table,
            Scope::SqlEdit => Scope::Sql,
            other => other,
        };
        // A page is opened from a group, not by its name.
        Self::ALL.into_iter().map(|(pane, _)| pane).find(|p| p.scope() == scope)
    }
}

/// The view.
#[derive(Debug, Default)]
pub struct ExploreView {
    /// Queries.
    pub sql: sql::SqlView,
    /// What stands of other tables than the one in sight, by table.
    pub aside: BTreeMap<String, basis::Aside>,
    /// What the KPI goes with.
    pub clues: clues::Clues,
    /// What moved.
    pub change: change::ChangeView,
    /// What knows the outcome.
    pub leaks: leaks::LeaksView,
    /// Pages that open from a group.
    pub pages: pages::Pages,
    /// The pane that has the keys.
    pub pane: Pane,
    /// The table's rows.
    pub table: Scroll,
    /// The table's column.
    pub column: Scroll,
    /// How each table is looked at: rows, order, columns.
    pub arranged: BTreeMap<String, table::Arranged>,
    /// The list of columns.
    pub columns: Scroll,
    /// Its order.
    pub sort: Sort,
    /// Another table than the KPI's that is looked at.
    pub chosen: Option<String>,
    /// Which days its time columns cover, and two groups of rows side by side.
    pub columns_view: columns::ColumnsView,
    /// The table that cursors and figures belong to.
    pub of_table: Option<String>,
    /// Groups of the KPI pane.
    pub groups: Scroll,
    /// Checks.
    pub checks: Scroll,
    /// First line in sight of the checks with their titles, as last drawn.
    pub checks_top: Cell<usize>,
    /// Only checks that hold these words are listed.
    pub check_filter: String,
    /// Only columns whose name holds these letters are listed.
    pub column_filter: String,
    /// The column last gone to on the KPI pane.
    pub jump: String,
    /// Searches and marks in the table.
    pub cells: cells::CellsView,
    /// Widths of the table's columns, as last drawn.
    pub widths: RefCell<Widths>,
    /// A second column beside the selected one.
    pub second: Option<String>,
    /// Show the KPI over time instead of by column.
    pub trend: bool,
    /// The step over time, and where two crossed columns stand.
    pub kpi: kpi::KpiView,
    /// The level over all rows.
    pub level: Option<KpiResult>,
    /// The level is awaited.
    pub asked_level: bool,
    /// The KPI by column (or pair), by the name of the split.
    pub by: BTreeMap<String, KpiResult>,
    /// The split whose result is awaited.
    pub asked_by: Option<String>,
    /// Reach by condition.
    pub reach: BTreeMap<String, ReachResult>,
    /// The condition whose reach is awaited.
    pub asked_reach: Option<String>,
    /// What to do once that reach is there.
    pub then: Option<Then>,
    /// Columns by which the KPI was looked at: how many things were tried.
    pub looked: BTreeSet<String>,
    /// Cramér's V of pairs of columns, as far as measured.
    pub associations: BTreeMap<(String, String), f64>,
    /// Pairs whose association is awaited, one after another.
    pub to_associate: Vec<(String, String)>,
    /// Why the last analysis failed.
    pub failed: Option<String>,
}

/// How wide the columns of a table are drawn: found out when a column comes into sight, and only ever growing, so that
/// nothing jumps while rows scroll by.
#[derive(Debug, Default)]
pub struct Widths {
    /// Cells by column of the schema.
    pub cells: Vec<u16>,
    /// The same without a limit for long texts.
    pub whole: Vec<u16>,
    /// The page of rows by which a column was measured last: its first row and its length.
    pub measured: BTreeMap<usize, (u64, usize)>,
}

/// The table that was chosen to be looked at, on the panes that show tables as they are; all others speak of the KPI's.
#[must_use]
pub fn chosen_table(app: &App) -> Option<&str> {
    let view = &app.views.explore;
    let chosen = view.chosen.as_deref().filter(|_| matches!(view.pane, Pane::Table | Pane::Columns))?;
    let tables = &app.doc.as_ref()?.session.state.tables;
    tables.iter().map(|t| t.data.as_str()).find(|name| *name == chosen)
}

/// The selected column of the columns pane; the KPI pane follows it.
#[must_use]
pub fn selected_column(app: &App) -> Option<&ColumnProfile> {
    let list = ordered_columns(app);
    app.views.explore.columns.selected(list.len()).and_then(|i| list.get(i).copied())
}

/// The first time column, for the trend.
#[must_use]
pub fn time_column(app: &App) -> Option<String> {
    app.main_info()?.schema.columns.iter().find(|c| c.dtype.is_temporal()).map(|c| c.name.clone())
}

/// What the name of a split over time holds.
const OVER_TIME: &str = " over time, each ";

/// The name of the split that is shown: `Contract`, `Contract × tenure`, `day over time, each week`.
#[must_use]
pub fn split(app: &App) -> Option<String> {
    let view = &app.views.explore;
    if kpi::over_time(app) {
        let column = time_column(app)?;
        let every = kpi::step::every(app, &column)?;
        return Some(format!("{column}{OVER_TIME}{}", every.word()));
    }
    if matches!(view.pane, Pane::Drivers | Pane::Segments) {
        return clues::columns(app);
    }
    let column = selected_column(app)?;
    Some(match &view.second {
        Some(second) if *second != column.name && view.pane == Pane::Kpi => format!("{} × {second}", column.name),
        _ => column.name.clone(),
    })
}

/// The result that is shown, once it is there.
#[must_use]
pub fn shown(app: &App) -> Option<&KpiResult> {
    app.views.explore.by.get(&split(app)?)
}

/// The group with the worst level, among those with at least 30 rows.
#[must_use]
pub fn worst_group(app: &App) -> Option<&KpiGroup> {
    let better = app.doc.as_ref()?.session.state.kpi.as_ref()?.better;
    let lower = better == crate::query::Better::Lower;
    shown(app)?
        .groups
        .iter()
        .filter(|g| g.n >= 30 && g.condition.is_some())
        .filter_map(|g| g.level.value.map(|v| (if lower { v } else { -v }, g)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, g)| g)
}

/// The group that the keys are on in the KPI pane, the worst one in the Columns pane; elsewhere no group is in sight.
#[must_use]
pub fn selected_group(app: &App) -> Option<&KpiGroup> {
    match app.views.explore.pane {
        Pane::Columns if columns::sides::shown(app) => None,
        Pane::Columns => worst_group(app),
        Pane::Kpi => {
            if let Some(grid) = kpi::grid(app) {
                return grid.selected(app);
            }
            let result = shown(app)?;
            app.views.explore.groups.selected(result.groups.len()).and_then(|i| result.groups.get(i))
        }
        Pane::Drivers | Pane::Segments => clues::group(app),
        Pane::Table
        | Pane::Sql
        | Pane::Checks
        | Pane::Change
        | Pane::Leaks
        | Pane::Confounders
        | Pane::Reach
        | Pane::Experiment
        | Pane::Reading => None,
    }
}

/// On what intervals rest: the one way in which every pane says it.
#[must_use]
pub fn independence(app: &App) -> String {
    match app.doc.as_ref().and_then(|d| d.session.state.kpi.as_ref()).and_then(|k| k.independent_unit.as_ref()) {
        Some(unit) => format!("Intervals are clustered on {unit}."),
        None => "Rows are taken as independent; K names a unit where rows belong together.".to_owned(),
    }
}

/// The same in the few words of a pane's head.
#[must_use]
pub fn independence_short(app: &App) -> String {
    match app.doc.as_ref().and_then(|d| d.session.state.kpi.as_ref()).and_then(|k| k.independent_unit.as_ref()) {
        Some(unit) => format!("clustered on {unit}"),
        None => "rows taken as independent".to_owned(),
    }
}

/// Rows of the list that has the keys.
#[must_use]
pub fn len(app: &App) -> usize {
    match app.views.explore.pane {
        Pane::Sql if !sql::shows_result(app) => 0,
        Pane::Table | Pane::Sql => app.main_info().map_or(0, |i| usize::try_from(i.rows).unwrap_or(usize::MAX)),
        Pane::Columns => ordered_columns(app).len(),
        Pane::Kpi => match kpi::grid(app) {
            Some(grid) => grid.down.1.len(),
            None => shown(app).map_or(0, |r| r.groups.len()),
        },
        Pane::Checks => current_checks(app).len(),
        Pane::Drivers | Pane::Segments => clues::rows(app).len(),
        Pane::Change => change::rows(app).len(),
        Pane::Leaks => leaks::rows(app).len(),
        Pane::Confounders => pages::confounders::rows(app).len(),
        Pane::Reach => pages::reach::rows(app).len(),
        Pane::Experiment => pages::experiment::INPUTS.len(),
        Pane::Reading => pages::reading::rows(app).len(),
    }
}

/// The list that has the keys.
pub fn scroll(app: &mut App) -> Option<&mut Scroll> {
    let crossed = kpi::grid(app).is_some();
    let view = &mut app.views.explore;
    Some(match view.pane {
        Pane::Table | Pane::Sql => &mut view.table,
        Pane::Columns => &mut view.columns,
        Pane::Kpi if crossed => &mut view.kpi.at.0,
        Pane::Kpi => &mut view.groups,
        Pane::Checks => &mut view.checks,
        Pane::Drivers => &mut view.clues.list.0,
        Pane::Segments => &mut view.clues.list.1,
        Pane::Change => &mut view.change.list,
        Pane::Leaks => &mut view.leaks.list,
        Pane::Confounders => &mut view.pages.confounders.list,
        Pane::Reach => &mut view.pages.reach,
        Pane::Experiment => &mut view.pages.experiment.list,
        Pane::Reading => &mut view.pages.reading.list,
    })
}

/// Whether a query is typed; all other text is typed in forms.
#[must_use]
pub fn is_typing(app: &App) -> bool {
    sql::is_typing(app)
}

/// A key while a query is typed.
pub fn key(app: &mut App, key: Key) -> Vec<Effect> {
    sql::key(app, key)
}

/// Pasted text goes into the query that is typed.
pub fn paste(app: &mut App, text: &str) {
    if is_typing(app) {
        return sql::paste(app, text);
    }
    app.say(crate::app::Tone::Warn, "Nothing takes text here; the paste was ignored.");
}

/// The selection moved: asks for what has come into sight.
pub fn moved(app: &mut App) -> Vec<Effect> {
    match app.views.explore.pane {
        Pane::Table | Pane::Sql => {
            app.views.explore.then = None;
            rows_in_sight(app).into_iter().collect()
        }
        Pane::Columns => {
            let mut effects = ask_split(app);
            effects.extend(columns::ask(app));
            effects
        }
        Pane::Kpi | Pane::Drivers | Pane::Segments => ask_reach(app).into_iter().collect(),
        Pane::Checks
        | Pane::Change
        | Pane::Leaks
        | Pane::Confounders
        | Pane::Reach
        | Pane::Experiment
        | Pane::Reading => Vec::new(),
    }
}

/// The screen was opened.
pub fn entered(app: &mut App) -> Vec<Effect> {
    basis::settle(app);
    let mut effects = Vec::new();
    if app.views.explore.pane == Pane::Reading {
        // A table that can't be opened is looked at here all the more.
        effects.extend(pages::ask(app));
    }
    let Some(table) = app.main_table().map(str::to_owned) else { return effects };
    let ready = app.tables.get(&table).is_some_and(|t| !t.opening && t.failed.is_none());
    if !ready {
        return effects;
    }
    effects.extend(ask_profile(app, &table));
    effects.extend(rows_in_sight(app));
    effects.extend(ask_level(app));
    effects.extend(ask_split(app));
    effects.extend(columns::ask(app));
    effects.extend(clues::ask(app));
    effects.extend(change::ask(app));
    effects.extend(leaks::ask(app));
    effects.extend(pages::ask(app));
    effects
}

/// Asks for the profile of a table, unless it is there or under way. The slot names the table, so that the result goes
/// to the table that was asked.
fn ask_profile(app: &mut App, table: &str) -> Option<Effect> {
    if table == sql::RESULT {
        return None;
    }
    let info = app.tables.get_mut(table).filter(|i| i.profile.is_none() && !i.profiling)?;
    info.profiling = true;
    info.profile_failed = None;
    Some(Effect::Run {
        slot: format!("profile:{table}"),
        label: format!("profile of {table}"),
        data: table.to_owned(),
        analysis: Box::new(Analysis::Profile { filter: None }),
    })
}

/// Opens the main table once more where it could not be opened: the file may be there by now.
pub fn open_again(app: &mut App) -> Option<Effect> {
    let data = app.main_table()?.to_owned();
    let doc = app.doc.as_ref()?;
    let table = doc.session.state.tables.iter().find(|t| t.data == data)?;
    let info = app.tables.get_mut(&data).filter(|i| i.failed.is_some() && !i.opening)?;
    info.opening = true;
    info.failed = None;
    Some(crate::app::update::opening(table))
}

/// A table was opened: its profile is made in the background.
pub fn table_opened(app: &mut App, data: &str) -> Vec<Effect> {
    if let Some(info) = app.tables.get_mut(data) {
        // Another file may stand behind the name now.
        (info.profile, info.profiling, info.asked) = (None, false, None);
    }
    let anew = pages::reading::table_opened(app, data);
    if app.main_table() != Some(data) {
        return anew;
    }
    basis::forget_table(app);
    app.views.explore.aside.remove(data);
    let mut effects = anew;
    effects.extend(table::opened(app, data));
    if !effects.is_empty() {
        // Figures are asked for once the table is seen as it was left.
        return effects;
    }
    effects.extend(ask_profile(app, data));
    effects.extend(rows_in_sight(app));
    effects.extend(ask_level(app));
    effects
}

/// Three screens of rows around the cursor, when it leaves what is loaded.
fn rows_in_sight(app: &mut App) -> Option<Effect> {
    let table = app.main_table()?.to_owned();
    let rows = app.tables.get(&table)?.rows;
    let height = app.views.explore.table.height().max(usize::from(app.size.1)).max(20);
    let at = app.views.explore.table.selected(usize::try_from(rows).ok()?)?;
    let near = columns_near(app, NEAR);
    let columns = near.is_some().then(|| columns_near(app, 2 * NEAR)).flatten();
    let sorted = table::arranged(app).is_some_and(|a| !a.now.view.sort.is_empty());
    let info = app.tables.get_mut(&table)?;
    let (loaded, have) = (usize::try_from(info.page.start).ok()?, info.page.rows.len());
    let whole = usize::try_from(rows).ok()?;
    let low = at.saturating_sub(height);
    let high = (at + height).min(whole);
    let there = near.as_ref().is_none_or(|near| info.page.has_columns(near));
    if have > 0 && loaded <= low && high <= loaded + have && there {
        return None;
    }
    // Rows of a sorted table lie all over the file: of a large one those in sight are read first.
    let wanted = if sorted && have == 0 && whole > FAR {
        (low as u64, high - low, columns)
    } else {
        (at.saturating_sub(height * 2) as u64, height * 4, columns)
    };
    if info.asked.as_ref() == Some(&wanted) && have > 0 {
        return None;
    }
    let (start, len, columns) = wanted.clone();
    info.asked = Some(wanted);
    Some(Effect::Rows { data: table, start, len, columns })
}

/// Rows from which on each of a sorted table costs a look at another place.
const FAR: usize = 1_000_000;
/// Tables of more columns are not read with all of them.
const WIDE: usize = 400;
/// Columns on either side of the cursor that may be in sight: a column is at least four cells wide.
const NEAR: usize = 100;

/// The frozen columns and so many on either side of the cursor, by their places in the schema; `None` where a table is not
/// wide enough for a choice.
fn columns_near(app: &App, each: usize) -> Option<Vec<usize>> {
    if app.main_info()?.schema.columns.len() <= WIDE {
        return None;
    }
    let shown = table::columns(app);
    let at = app.views.explore.column.selected(shown.len()).unwrap_or(0);
    let frozen = table::arranged(app).map_or(1, |a| a.now.frozen).min(each);
    let around = shown.get(at.saturating_sub(each)..(at + each).min(shown.len())).unwrap_or_default();
    let mut places: Vec<usize> = shown.iter().take(frozen).chain(around).copied().collect();
    places.sort_unstable();
    places.dedup();
    Some(places)
}

fn binding(app: &App) -> Option<crate::domain::session::KpiBinding> {
    let table = app.main_table()?.to_owned();
    let ready =
        app.tables.get(&table).is_some_and(|t| !t.opening && t.failed.is_none() && !t.schema.columns.is_empty());
    // A query's result has no KPI of its own.
    app.doc.as_ref()?.session.state.kpi.clone().filter(|k| ready && k.data == table)
}

fn ask_level(app: &mut App) -> Option<Effect> {
    let b = binding(app)?;
    if app.views.explore.level.is_some() || app.views.explore.asked_level {
        return None;
    }
    app.views.explore.asked_level = true;
    Some(Effect::Run {
        slot: "level".into(),
        label: format!("{}", b.kpi),
        data: b.data,
        analysis: Box::new(Analysis::Kpi {
            kpi: b.kpi,
            by: Vec::new(),
            trend: None,
            filter: None,
            unit: b.independent_unit,
        }),
    })
}

/// Why a column can't be split by, where it can't.
fn no_groups(app: &App, column: &ColumnProfile) -> Option<&'static str> {
    let rows = app.main_info().map_or(0, |i| i.rows);
    if column.dtype == ValueType::Other {
        Some("This column holds lists or records, which make no groups.")
    } else if column.distinct == 0 {
        Some("This column holds nothing but empty cells.")
    } else if !column.dtype.is_number() && column.distinct > 50 && column.distinct * 2 > rows {
        Some("Nearly every row has a value of its own here: the column names rows and makes no groups.")
    } else {
        None
    }
}

/// Why there are no groups in sight, where none are awaited.
#[must_use]
pub fn why_no_groups(app: &App) -> String {
    let view = &app.views.explore;
    if let Some(why) = &view.failed {
        return why.clone();
    }
    if kpi::over_time(app) && time_column(app).is_none() {
        return "There is no time column. T shows the KPI by column again.".into();
    }
    if let Some(why) = app.main_info().and_then(|i| i.profile_failed.as_ref()) {
        return format!("The columns could not be looked at: {why} 3 tries again.");
    }
    match (app.main_info().and_then(|i| i.profile.as_ref()), selected_column(app)) {
        (None, _) => "The columns are being looked at …".into(),
        (Some(_), None) => format!("No column's name holds \"{}\". Esc shows all.", view.column_filter),
        (_, Some(column)) => match no_groups(app, column) {
            Some(why) => format!("{why} h and l choose another one."),
            None => "measuring …".into(),
        },
    }
}

/// Asks for the KPI by the split that is shown, unless it is known already.
pub fn ask_split(app: &mut App) -> Vec<Effect> {
    let beside = columns::sides::shown(app);
    if beside || !matches!(app.views.explore.pane, Pane::Columns | Pane::Kpi | Pane::Checks) {
        // Nothing of a split is in sight there.
        return Vec::new();
    }
    let (Some(b), Some(name)) = (binding(app), split(app)) else { return Vec::new() };
    if app.views.explore.by.contains_key(&name) {
        app.views.explore.asked_by = None;
        return ask_reach(app).into_iter().collect();
    }
    if app.views.explore.asked_by.as_deref() == Some(&name) {
        return Vec::new();
    }
    let view = &app.views.explore;
    let (by, trend) = if kpi::over_time(app) {
        let Some(column) = time_column(app) else { return Vec::new() };
        let Some(every) = kpi::step::every(app, &column) else { return Vec::new() };
        (Vec::new(), Some((column, every)))
    } else {
        let Some(column) = selected_column(app) else { return Vec::new() };
        if no_groups(app, column).is_some() {
            app.views.explore.failed = None;
            return Vec::new();
        }
        let mut by = vec![GroupKey::column(&column.name)];
        if let Some(second) = view.second.as_ref().filter(|s| **s != column.name && view.pane == Pane::Kpi) {
            by.push(GroupKey::column(second));
        }
        (by, None)
    };
    app.views.explore.asked_by = Some(name.clone());
    app.views.explore.failed = None;
    vec![Effect::Run {
        slot: "by".into(),
        label: format!("{} by {name}", b.kpi),
        data: b.data,
        analysis: Box::new(Analysis::Kpi { kpi: b.kpi, by, trend, filter: None, unit: b.independent_unit }),
    }]
}

/// Asks for the reach of the group in sight.
pub fn ask_reach(app: &mut App) -> Option<Effect> {
    if kpi::over_time(app) {
        return None;
    }
    let condition = selected_group(app)?.condition.clone()?;
    ask_reach_of(app, condition)
}

/// Asks for the reach of a condition, unless it is known or awaited.
fn ask_reach_of(app: &mut App, condition: String) -> Option<Effect> {
    let b = binding(app)?;
    if app.views.explore.reach.contains_key(&condition) || app.views.explore.asked_reach.as_ref() == Some(&condition) {
        return None;
    }
    app.views.explore.asked_reach = Some(condition.clone());
    let scale = if b.kpi.is_share() { 100.0 } else { 1.0 };
    let target = app.doc.as_ref().and_then(|d| d.session.state.goal.target_points()).map(|t| t / scale);
    Some(Effect::Run {
        slot: "reach".into(),
        label: "reach".into(),
        data: b.data,
        analysis: Box::new(Analysis::Reach { kpi: b.kpi, segment: condition, target, unit: b.independent_unit }),
    })
}

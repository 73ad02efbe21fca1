//! Two groups of rows side by side in every column: what is compared, what was found, and its clue.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Map, json};

use super::super::change::{What, periods};
use super::super::pin::{self, Look};
use super::super::{ExploreView, Pane, binding, selected_column, worst_group};
use super::Sort;
use crate::analysis::format;
use crate::analysis::sqltext::{literal, quoted};
use crate::app::form::{Choice, Form};
use crate::app::forms::FormId;
use crate::app::{App, CANCELLED, Effect, Tone};
use crate::query::{Analysis, ColumnShift, ShiftRequest, ShiftResult, ValueType};

/// What is held against what.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// What A and B are called.
    pub names: (String, String),
    /// The rows of A, a SQL condition.
    pub a: String,
    /// The rows of B; none for all others.
    pub b: Option<String>,
}

/// The state of the comparison.
#[derive(Debug, Default)]
pub struct SidesView {
    /// What is compared; nothing shows the profile alone.
    compared: Option<Compared>,
    /// What was found.
    result: Option<ShiftResult>,
    asked: bool,
    /// Why there is nothing.
    pub failed: Option<String>,
    /// The order before.
    sort: Sort,
}

impl SidesView {
    /// Forgets what was found; what is compared stays.
    pub(super) fn forget(&mut self) {
        (self.result, self.asked, self.failed) = (None, false, None);
    }
}

/// Which form asks what is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SideAsks {
    /// A day of a time column: from it on against before.
    Day,
    /// A condition against all others, or against another one.
    Conditions,
}

/// What is compared, while two groups of rows are side by side.
#[must_use]
pub fn compared(app: &App) -> Option<&Compared> {
    app.views.explore.columns_view.sides.compared.as_ref()
}

/// Whether the pane shows two groups of rows.
#[must_use]
pub fn shown(app: &App) -> bool {
    app.views.explore.pane == Pane::Columns && compared(app).is_some()
}

/// What was found.
#[must_use]
pub fn result(app: &App) -> Option<&ShiftResult> {
    app.views.explore.columns_view.sides.result.as_ref()
}

/// A column on both sides.
#[must_use]
pub fn of<'a>(app: &'a App, column: &str) -> Option<&'a ColumnShift> {
    compared(app)?;
    result(app)?.columns.iter().find(|c| c.name == column)
}

/// Why nothing is there.
#[must_use]
pub fn failure(app: &App) -> Option<&str> {
    app.views.explore.columns_view.sides.failed.as_deref()
}

/// Asks for the comparison, unless it is there or under way.
pub(super) fn ask(app: &mut App) -> Option<Effect> {
    let Compared { names, a, b } = compared(app)?.clone();
    let unit = binding(app).and_then(|b| b.independent_unit);
    let data = app.main_table()?.to_owned();
    let ready = app.main_info().is_some_and(|i| !i.opening && i.failed.is_none());
    let view = &mut app.views.explore.columns_view.sides;
    if !ready || view.asked || view.result.is_some() || view.failed.is_some() {
        return None;
    }
    view.asked = true;
    // The table is asked as it is seen, without the rows that the filter leaves out.
    let request = ShiftRequest { a, b, filter: None, unit };
    Some(Effect::Run {
        slot: "shift".into(),
        label: format!("{} against {}", names.0, names.1),
        data,
        analysis: Box::new(Analysis::Shift(request)),
    })
}

pub(super) fn found(app: &mut App, result: ShiftResult) -> Vec<Effect> {
    let view = &mut app.views.explore.columns_view.sides;
    if !std::mem::take(&mut view.asked) {
        return Vec::new();
    }
    view.result = Some(result);
    if app.views.explore.sort == Sort::Shift {
        app.views.explore.columns.home();
    }
    super::ask(app)
}

pub(super) fn failed(app: &mut App, why: &str) {
    let view = &mut app.views.explore.columns_view.sides;
    view.asked = false;
    let why = if why == CANCELLED { "Cancelled.".to_owned() } else { why.to_owned() };
    view.failed = Some(format!("{why} v chooses what is compared."));
}

/// Compares something, the largest shift first.
fn compare(app: &mut App, compared: Compared) -> Vec<Effect> {
    let view = &mut app.views.explore;
    view.pane = Pane::Columns;
    let before = if view.columns_view.sides.compared.is_some() { view.columns_view.sides.sort } else { view.sort };
    view.columns_view.sides = SidesView { compared: Some(compared), sort: before, ..SidesView::default() };
    view.sort = Sort::Shift;
    view.columns.home();
    super::ask(app)
}

/// Whether Esc has a comparison to leave.
#[must_use]
pub fn can_leave(app: &App) -> bool {
    shown(app)
}

/// Esc: the profile alone again, in the order before; the cursor stays on its column.
pub fn leave(app: &mut App) {
    let kept = selected_column(app).map(|c| c.name.clone());
    stop(&mut app.views.explore);
    if let Some(at) = kept.and_then(|name| super::ordered(app).iter().position(|c| c.name == name)) {
        app.views.explore.columns.select(at);
    }
}

/// Nothing is compared any more; the order is the one before.
pub(super) fn stop(view: &mut ExploreView) {
    let left = std::mem::take(&mut view.columns_view.sides);
    if view.sort == Sort::Shift {
        view.sort = left.sort;
    }
}

/// The choices of [`open`] besides the periods that the data suggest.
const AS_CHANGE: &str = "as change";
const DAY: &str = "day";
const CONDITIONS: &str = "conditions";

/// `v`: asks what is compared.
pub(super) fn open(app: &mut App) {
    let mut options: Vec<Choice> = Vec::new();
    let chosen = app.views.explore.change.compared.as_ref();
    if let Some(c) = chosen.filter(|c| matches!(c.what, What::Rows { .. })) {
        options.push((AS_CHANGE.into(), format!("as on Change: {}", c.title)));
    }
    let time = periods::time_column(app);
    let days = time.as_deref().and_then(|c| periods::range(app, c));
    options.extend(days.map(periods::presets).unwrap_or_default().into_iter().map(|p| (p.key.to_owned(), p.words)));
    if let Some(column) = &time {
        options.push((DAY.into(), format!("from a day of {column} on against before")));
    }
    let here = condition_here(app).unwrap_or_else(|| "some rows".to_owned());
    options.push((CONDITIONS.into(), format!("{here} against all others, or any condition")));
    // The middle cuts into two halves of as many days.
    let first = options.iter().find(|(key, _)| key == AS_CHANGE || key == "halves").or(options.first());
    let first = first.map(|(key, _)| key.clone());
    let title = match &time {
        Some(column) => format!("What is held side by side, by {column}"),
        None => "What is held side by side; no column holds a time".to_owned(),
    };
    app.open_form(Form::new(FormId::Choose("sides"), title, "compare").choice(
        "choice",
        "Compare",
        "",
        options,
        first.as_deref(),
    ));
}

/// The group that Columns tells of, or the most frequent value of the column under the cursor.
fn condition_here(app: &App) -> Option<String> {
    if let Some(condition) = worst_group(app).and_then(|g| g.condition.clone()) {
        return Some(condition);
    }
    let column = selected_column(app)?;
    let value = literal(&column.top.first()?.value, Some(column.dtype))?;
    Some(format!("{} = {value}", quoted(&column.name)))
}

/// A way to compare was chosen.
pub fn chosen(app: &mut App, key: &str) -> Vec<Effect> {
    match key {
        DAY => open_day(app),
        CONDITIONS => open_conditions(app),
        AS_CHANGE => {
            let Some(change) = app.views.explore.change.compared.clone() else { return Vec::new() };
            let What::Rows { before, after } = change.what else { return Vec::new() };
            let (a, b) = change.title.split_once(" against ").unwrap_or(("after", "before"));
            return compare(app, Compared { names: (a.to_owned(), b.to_owned()), a: after, b: Some(before) });
        }
        preset => {
            let Some(column) = periods::time_column(app) else { return Vec::new() };
            let found = periods::range(app, &column).map(periods::presets).unwrap_or_default();
            let Some(found) = found.into_iter().find(|p| p.key == preset) else { return Vec::new() };
            let [before, after] = found.days;
            let compared = Compared {
                names: (periods::span(after), periods::span(before)),
                a: periods::condition(app, &column, after),
                b: Some(periods::condition(app, &column, before)),
            };
            return compare(app, compared);
        }
    }
    Vec::new()
}

fn open_day(app: &mut App) {
    let column = periods::time_column(app).unwrap_or_default();
    let range = periods::range(app, &column);
    let between = range.map(|(a, b)| format!("The data go from {a} to {b}.")).unwrap_or_default();
    let middle = range.and_then(middle).map(|d| d.to_string()).unwrap_or_default();
    let schema = app.main_info().map(|i| i.schema.columns.as_slice()).unwrap_or_default();
    let times = schema.iter().filter(|c| c.dtype.is_temporal());
    let times: Vec<Choice> = times.map(|c| (c.name.clone(), c.dtype.word().to_owned())).collect();
    app.open_form(
        Form::new(FormId::Sides(SideAsks::Day), "From a day on against before", "compare")
            .info(between)
            .suggest("column", "Time", "The column that says when", &column, times)
            .line("day", "Day", "The first day of the later side, such as 2026-09-01", &middle),
    );
}

/// The day that cuts a span into two halves.
fn middle((first, last): (Date, Date)) -> Option<Date> {
    let days = first.until(last).ok()?.get_days();
    first.checked_add((i64::from(days) + 1).div_euclid(2).days()).ok()
}

fn open_conditions(app: &mut App) {
    let (a, b) = match compared(app) {
        Some(c) if !c.a.is_empty() => (c.a.clone(), c.b.clone().unwrap_or_default()),
        _ => (condition_here(app).unwrap_or_default(), String::new()),
    };
    app.open_form(
        Form::new(FormId::Sides(SideAsks::Conditions), "Some rows against others", "compare")
            .info("No row may be on both sides.")
            .line("a", "Rows", "A SQL condition, such as plan = 'new'", &a)
            .line("b", "Against", "Another condition; empty takes all other rows", &b),
    );
}

/// Takes what a form says is compared.
///
/// # Errors
/// A sentence for the form.
pub fn submit(app: &mut App, form: &Form, asks: SideAsks) -> Result<Vec<Effect>, String> {
    let compared = match asks {
        SideAsks::Day => {
            let column = form.text("column");
            match app.main_info().and_then(|i| i.schema.get(&column)).map(|c| c.dtype) {
                None => return Err(format!("Time: there is no column \"{column}\".")),
                Some(t) if !t.is_temporal() => return Err(format!("Time: {column} holds no time.")),
                Some(_) => {}
            }
            let day: Date = form.text("day").parse().map_err(|_| "Day: write a day as 2026-08-31.".to_owned())?;
            let (name, at) = (quoted(&column), at(app, &column, day));
            Compared {
                names: (format!("from {day} on"), format!("before {day}")),
                a: format!("{name} >= {at}"),
                b: Some(format!("{name} < {at}")),
            }
        }
        SideAsks::Conditions => {
            let (a, b) = (form.text("a"), form.text("b"));
            if a.is_empty() {
                return Err("Rows: a condition is needed, such as plan = 'new'.".into());
            }
            let others = "all others".to_owned();
            let b = Some(b).filter(|b| !b.is_empty());
            Compared { names: (a.clone(), b.clone().unwrap_or(others)), a, b }
        }
    };
    Ok(compare(app, compared))
}

/// The beginning of a day as a column's type writes it.
fn at(app: &App, column: &str, day: Date) -> String {
    let moment = app.main_info().and_then(|i| i.schema.get(column)).is_some_and(|c| c.dtype == ValueType::Datetime);
    if moment { format!("TIMESTAMP '{day} 00:00:00'") } else { format!("DATE '{day}'") }
}

/// The two sides of a column in a few words: `mean 19.5 against 9.5: +10 [8.3, 11.7]`.
#[must_use]
pub fn difference(shift: &ColumnShift) -> Option<String> {
    shift.difference.value?;
    let words = format::difference_with_interval(shift.moved.is_some(), &shift.difference);
    if let Some((Some(a), Some(b))) = shift.mean {
        return Some(format!("mean {} against {}: {words}", format::number(a), format::number(b)));
    }
    let moved = shift.moved.as_ref()?;
    Some(format!(
        "{} {} against {}: {words}",
        format::short(&moved.value.to_string()),
        format::percent(moved.share.0),
        format::percent(moved.share.1),
    ))
}

/// How large an index of stability is, in the words of the check `distribution_shift`.
#[must_use]
pub fn size(psi: f64) -> &'static str {
    match psi {
        x if x < 0.1 => "hardly at all",
        x if x < 0.2 => "a little",
        _ => "clearly",
    }
}

/// What is found of a column, in sentences.
#[must_use]
pub fn sentences(app: &App, shift: &ColumnShift) -> Vec<String> {
    let (Some(compared), Some(result)) = (compared(app), result(app)) else { return Vec::new() };
    let (a, b) = &compared.names;
    let mut out = vec![format!(
        "A: {a}, {}; B: {b}, {}.",
        format::counted(result.n.0, "row"),
        format::counted(result.n.1, "row")
    )];
    if shift.own {
        out.push("The conditions name this column: that it differs says nothing.".into());
    }
    out.extend(difference(shift).map(|d| format!("{d}.")));
    if let Some(psi) = shift.psi.value {
        let interval = shift
            .psi
            .interval
            .map_or_else(String::new, |(l, h)| format!(" [{}, {}]", format::fixed(l, 3), format::fixed(h, 3)));
        out.push(format!("The shape differs by an index (PSI) of {}{interval}: {}.", format::fixed(psi, 3), size(psi)));
    }
    #[allow(clippy::cast_precision_loss)]
    let share = |part: u64, all: u64| format::percent(part as f64 / all.max(1) as f64);
    out.extend(shift.bins.iter().map(|bin| {
        let value = format::short(&bin.value.to_string());
        format!("{value}: {} against {}", share(bin.n.0, result.n.0), share(bin.n.1, result.n.1))
    }));
    if shift.nulls != (0, 0) {
        out.push(format!("Null: {} in A, {} in B.", format::count(shift.nulls.0), format::count(shift.nulls.1)));
    }
    out
}

/// The column under the cursor in one sentence: `tenure in … against …, mean 19.5 against 9.5, PSI 0.213, n 100 and 90`.
#[must_use]
pub fn sentence(app: &App) -> Option<String> {
    let (compared, result) = (compared(app)?, result(app)?);
    let shift = of(app, &selected_column(app)?.name)?;
    let (a, b) = &compared.names;
    let detail = difference(shift).map(|d| format!(", {d}")).unwrap_or_default();
    let index = shift.psi.value.map(|x| format!(", PSI {}", format::fixed(x, 3))).unwrap_or_default();
    let (n, m) = (format::count(result.n.0), format::count(result.n.1));
    Some(format!("{} in {a} against {b}{detail}{index}, n {n} and {m}", shift.name))
}

/// `c`: pins the column under the cursor.
pub(in crate::app::screens::explore) fn pin_row(app: &mut App) -> Vec<Effect> {
    let column = selected_column(app).map(|c| c.name.clone()).unwrap_or_default();
    let (Some(compared), Some(result), Some(shift), Some(says)) =
        (compared(app).cloned(), result(app), of(app, &column), sentence(app))
    else {
        app.say(Tone::Warn, "The two sides are not measured yet.");
        return Vec::new();
    };
    let (a, b) = &compared.names;
    let mut params = Map::new();
    params.insert("a".into(), json!(compared.a));
    params.insert("b".into(), json!(compared.b));
    params.insert("column".into(), json!(column));
    let mut found = Map::new();
    found.insert("n".into(), json!([result.n.0, result.n.1]));
    found.insert("estimate".into(), json!(shift.difference.value));
    found.insert("interval".into(), json!(shift.difference.interval));
    found.insert("psi".into(), json!(shift.psi.value));
    found.insert("psi_interval".into(), json!(shift.psi.interval));
    // The columns differ between the sides; that says nothing of the KPI, so no rating is suggested.
    let look = Look {
        title: format!("{column}, {a} against {b}"),
        columns: vec![column],
        params,
        result: found,
        says,
        off_zero: false,
        tried: result.columns.len() as u64,
    };
    pin::open(app, look);
    Vec::new()
}

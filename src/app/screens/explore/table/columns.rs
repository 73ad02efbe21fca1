//! Which columns are shown, where and how wide.

use super::{Shape, arranged, change};
use crate::app::form::{Choice, Form};
use crate::app::forms::FormId;
use crate::app::{App, Effect, TableInfo, Tone};
use crate::query::ColumnInfo;

/// No column is set narrower or wider than this.
const NARROWEST: u16 = 3;
const WIDEST: u16 = 200;
/// Cells by which one key changes a width.
const STEP: u16 = 2;

/// Places in the schema of the columns that the table pane shows, in their order.
#[must_use]
pub fn columns(app: &App) -> Vec<usize> {
    let Some(info) = app.main_info() else { return Vec::new() };
    match arranged(app) {
        Some(arranged) => arranged.now.columns(&info.schema),
        None => (0..info.schema.columns.len()).collect(),
    }
}

/// The column under the cursor of the table pane: its place in the schema and what it is.
#[must_use]
pub fn selected_column(app: &App) -> Option<(usize, &ColumnInfo)> {
    let info = app.main_info()?;
    let shown = columns(app);
    let place = *shown.get(app.views.explore.column.selected(shown.len())?)?;
    Some((place, info.schema.columns.get(place)?))
}

/// Names of the columns that are not shown, in file order.
#[must_use]
pub fn hidden(app: &App) -> Vec<&str> {
    let (Some(info), Some(arranged)) = (app.main_info(), arranged(app)) else { return Vec::new() };
    info.schema.columns.iter().map(|c| c.name.as_str()).filter(|c| arranged.now.hidden.contains(*c)).collect()
}

fn name(app: &App) -> Option<String> {
    selected_column(app).map(|(_, c)| c.name.clone())
}

/// `x`: the column under the cursor goes out of sight.
pub(in crate::app) fn hide(app: &mut App) -> Vec<Effect> {
    let Some(name) = name(app) else { return Vec::new() };
    let shown = columns(app);
    if shown.len() < 2 {
        app.say(Tone::Warn, "This is the last column in sight; it stays.");
        return Vec::new();
    }
    let at = app.views.explore.column.selected(shown.len()).unwrap_or(0);
    let back = crate::app::commands::key_of(app, "table.hidden");
    app.say(Tone::Plain, format!("{name} is hidden. {back} brings it back."));
    change(app, |layout| {
        if at < layout.frozen {
            layout.frozen -= 1;
        }
        layout.hidden.insert(name);
    })
}

/// `X`: which hidden columns come back.
pub(in crate::app) fn open_hidden(app: &mut App) {
    let names: Vec<String> = hidden(app).into_iter().map(str::to_owned).collect();
    if names.is_empty() {
        app.say(Tone::Plain, "No column is hidden. x hides the one under the cursor.");
        return;
    }
    let options: Vec<Choice> = names.iter().map(|n| (n.clone(), n.clone())).collect();
    let help = "Space takes one out of the list";
    let form =
        Form::new(FormId::TableHidden, "Hidden columns", "show").many("columns", "Show again", help, options, &names);
    app.open_form(form);
}

/// The chosen columns are shown again.
pub(in crate::app) fn brought_back(app: &mut App, names: &[String]) -> Vec<Effect> {
    change(app, |layout| layout.hidden.retain(|name| !names.contains(name)))
}

/// `<`: the column changes places with the one before it.
pub(in crate::app) fn move_left(app: &mut App) -> Vec<Effect> {
    step(app, -1)
}

/// `>`: the column changes places with the next one.
pub(in crate::app) fn move_right(app: &mut App) -> Vec<Effect> {
    step(app, 1)
}

fn step(app: &mut App, by: isize) -> Vec<Effect> {
    let Some(info) = app.main_info() else { return Vec::new() };
    let shown = columns(app);
    let Some(at) = app.views.explore.column.selected(shown.len()) else { return Vec::new() };
    let to = at.checked_add_signed(by).filter(|to| *to < shown.len());
    let title = |place: &usize| info.schema.columns.get(*place).map(|c| c.name.clone());
    let (Some(to), Some(mine)) = (to, shown.get(at).and_then(title)) else {
        app.say(Tone::Plain, "It stands at the end already.");
        return Vec::new();
    };
    let Some(other) = shown.get(to).and_then(title) else { return Vec::new() };
    // Hidden columns keep their places.
    let mut layout = arranged(app).map(|a| a.now.clone()).unwrap_or_default();
    layout.hidden.clear();
    let mut order: Vec<String> = layout.columns(&info.schema).iter().filter_map(title).collect();
    order.retain(|name| *name != mine);
    let place = order.iter().position(|name| *name == other).unwrap_or(0);
    order.insert(if by > 0 { place + 1 } else { place }, mine);
    app.views.explore.column.select(to);
    change(app, |layout| layout.order = order)
}

/// `F`: columns up to the one under the cursor stay in sight; once more and none does.
pub(in crate::app) fn freeze(app: &mut App) -> Vec<Effect> {
    let shown = columns(app);
    let Some(at) = app.views.explore.column.selected(shown.len()) else { return Vec::new() };
    let now = arranged(app).map_or(1, |a| a.now.frozen);
    let frozen = if now == at + 1 { 0 } else { at + 1 };
    let cells: u32 = shown.iter().take(frozen).map(|place| width_of(app, *place)).sum();
    // The table would scroll all of them, since the others had no room.
    if frozen > 1 && cells * 3 > u32::from(app.size.0) * 2 {
        app.say(Tone::Warn, "So many columns would leave no room for the others. Hide some, or make them narrower.");
        return Vec::new();
    }
    let words = match frozen {
        0 => "All columns scroll.".to_owned(),
        1 => "The first column stays in sight.".to_owned(),
        n => format!("The first {n} columns stay in sight."),
    };
    app.say(Tone::Plain, words);
    change(app, |layout| layout.frozen = frozen)
}

/// Cells that a column takes with the blanks behind it, as far as it was drawn.
fn width_of(app: &App, place: usize) -> u32 {
    let name = app.main_info().and_then(|i| i.schema.columns.get(place)).map_or("", |c| c.name.as_str());
    u32::from(drawn(app, place, name)) + 2
}

/// Cells that the column under the cursor has now.
fn drawn(app: &App, place: usize, name: &str) -> u16 {
    match arranged(app).and_then(|a| a.now.widths.get(name)) {
        Some(Shape::Cells(cells)) => *cells,
        Some(Shape::Whole) => app.views.explore.widths.borrow().whole.get(place).copied().unwrap_or(STEP),
        None => app.views.explore.widths.borrow().cells.get(place).copied().unwrap_or(STEP),
    }
}

/// `[`: narrower.
pub(in crate::app) fn narrower(app: &mut App) -> Vec<Effect> {
    set_width(app, |cells| cells.saturating_sub(STEP))
}

/// `]`: wider.
pub(in crate::app) fn wider(app: &mut App) -> Vec<Effect> {
    set_width(app, |cells| cells.saturating_add(STEP))
}

fn set_width(app: &mut App, how: impl Fn(u16) -> u16) -> Vec<Effect> {
    let Some((place, name)) = selected_column(app).map(|(i, c)| (i, c.name.clone())) else { return Vec::new() };
    let cells = how(drawn(app, place, &name)).clamp(NARROWEST, WIDEST);
    change(app, |layout| {
        layout.widths.insert(name, Shape::Cells(cells));
    })
}

/// `_`: as wide as its longest text in sight; once more and it is as at first.
pub(in crate::app) fn whole_width(app: &mut App) -> Vec<Effect> {
    let Some((place, name)) = selected_column(app).map(|(i, c)| (i, c.name.clone())) else { return Vec::new() };
    // Its texts were looked at no further than they were shown.
    app.views.explore.widths.borrow_mut().measured.remove(&place);
    change(app, |layout| {
        if layout.widths.remove(&name).is_none() {
            layout.widths.insert(name, Shape::Whole);
        }
    })
}

/// Whether a column was derived.
#[must_use]
pub fn is_derived(info: &TableInfo, place: usize) -> bool {
    place >= info.own_columns
}

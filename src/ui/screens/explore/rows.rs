//! The table pane: rows in sight, a cursor on one cell.

use std::borrow::Cow;
use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::{format, units};
use crate::app::screens::explore::table::{self, Layout, Shape};
use crate::app::screens::explore::{Widths, cells};
use crate::app::{App, TableInfo};
use crate::query::{self, SortKey};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, clear, put, put_right, row_of};
use crate::ui::widgets::table::{Cell, Column, Table};

/// No column of a table is wider than this many cells on the screen.
const WIDEST: usize = 32;
/// And no more than this where the full width is asked for.
const LONGEST: usize = 400;

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(info) = app.main_info() else { return };
    let len = usize::try_from(info.rows).unwrap_or(usize::MAX);
    let foot = u16::from(area.height > 6);
    let body = Rect { height: area.height.saturating_sub(foot), ..area };
    let view = &app.views.explore;
    let page = (info.page.start, info.page.rows.len());
    let shown = table::columns(app);
    let layout = table::arranged(app).map(|a| &a.now);
    let frozen = layout.map_or(1, |l| l.frozen);
    // Widths of columns in sight may grow once their rows were looked at; then the table is drawn once more. They only
    // grow, so this ends, and a table of ten thousand columns costs no more than what is in sight.
    for _ in 0..4 {
        let columns = columns(info, &shown, layout, theme, &view.widths.borrow());
        let mut seen = BTreeSet::new();
        Table { columns: &columns, len, frozen, focused: true, pick_column: true }.draw(
            body,
            buf,
            theme,
            &view.table,
            &view.column,
            |r, c| {
                let place = shown.get(c).copied().unwrap_or(usize::MAX);
                seen.insert(place);
                match info.page.cell(r as u64, place) {
                    None => Cell::styled("…", theme.dim),
                    Some(query::Cell::Null) => Cell::styled("null", theme.rule),
                    Some(value) if cells::is_hit(app, value) => {
                        Cell::styled(words(value, wide(layout, info, place)), super::cells::hit(theme))
                    }
                    Some(value) => Cell::new(words(value, wide(layout, info, place))),
                }
            },
        );
        if !measure(info, layout, &seen, page, &mut view.widths.borrow_mut()) {
            break;
        }
        clear(buf, body);
    }
    marks(app, theme, body, buf);
    if foot > 0 {
        let row = view.table.selected(len).map_or(0, |r| r + 1);
        let column = view.column.selected(shown.len()).map_or(0, |c| c + 1);
        let head = table::selected_column(app).map(|(_, c)| c);
        let derived = head.and_then(|c| layout?.view.derived.iter().find(|d| d.name == c.name));
        let hidden = info.schema.columns.len() - shown.len();
        let rows = format!("row {} of {}", format::count(row as u64), format::count(info.rows));
        let hidden = if hidden > 0 { format!(" ({hidden} hidden)") } else { String::new() };
        let of = format!("   column {column} of {}{hidden}", shown.len());
        let name = head.map(|n| format!("   {} · {}", text::clean(&n.name), n.dtype.word())).unwrap_or_default();
        let made = derived.map(|d| format!(" = {}", text::clean(&d.sql))).unwrap_or_default();
        let line = row_of(area, area.height - 1);
        // What is found and marked stands at the right; where both do not fit, the column's number gives way, then the
        // column's name.
        let told = told(app, (row as u64).saturating_sub(1));
        let room = usize::from(line.width).saturating_sub(if told.is_empty() { 3 } else { text::width(&told) + 7 });
        let left = if told.is_empty() {
            vec![format!("{rows}{of}{name}{made}")]
        } else {
            vec![format!("{rows}{of}{name}{made}"), format!("{rows}{name}"), rows.clone()]
        };
        let words = left.iter().find(|w| text::width(w) <= room).or(left.last()).unwrap_or(&rows);
        let used = put(buf, line, 3, 0, words, theme.dim);
        let rest = usize::from(line.width.saturating_sub(used + 7));
        if !told.is_empty() && rest > 3 {
            let line = Rect { width: line.width.saturating_sub(1), ..line };
            put_right(buf, line, 0, &text::cut(&told, rest), theme.accent);
        }
    }
}

/// Finds and marked rows in words.
fn told(app: &App, cursor: u64) -> String {
    let marks = &app.views.explore.cells.marks;
    let range = if marks.from.is_some() { "range: " } else { "" };
    let marked = match marks.count(cursor) {
        0 => None,
        n => Some(format!("{range}{} {}", format::count(n), if n == 1 { "row marked" } else { "rows marked" })),
    };
    [cells::found_words(app), marked].into_iter().flatten().collect::<Vec<_>>().join("   ")
}

/// A sign before each marked row.
fn marks(app: &App, theme: &Theme, body: Rect, buf: &mut Buffer) {
    let view = &app.views.explore;
    let Some((cursor, _)) = cells::cursor(app) else { return };
    let len = app.main_info().map_or(0, |i| usize::try_from(i.rows).unwrap_or(usize::MAX));
    let lines = below(body, 1);
    for (line, row) in (0..lines.height).zip(view.table.window(len, usize::from(lines.height))) {
        if view.cells.marks.shows(row as u64, cursor) {
            put(buf, row_of(lines, line), 0, 0, theme.glyphs.point, theme.accent);
        }
    }
}

/// The shown columns with their widths as known so far.
fn columns<'a>(
    info: &'a TableInfo,
    shown: &[usize],
    layout: Option<&Layout>,
    theme: &Theme,
    widths: &Widths,
) -> Vec<Column<'a>> {
    let keys: &[SortKey] = layout.map_or(&[], |l| &l.view.sort);
    let one = |i: &usize| {
        let c = info.schema.columns.get(*i)?;
        let mark = keys.iter().position(|k| k.column == c.name).and_then(|at| Some((at, keys.get(at)?)));
        let title: Cow<'a, str> = match mark {
            None => c.name.as_str().into(),
            Some((at, key)) => {
                let arrow = if key.descending { theme.glyphs.down } else { theme.glyphs.up };
                let number = if keys.len() > 1 { (at + 1).to_string() } else { String::new() };
                // A mark that is cut off would say nothing.
                format!("{arrow}{number} {}", c.name).into()
            }
        };
        let mut under =
            if table::is_derived(info, *i) { format!("= {}", c.dtype.word()) } else { c.dtype.word().into() };
        if c.dtype.is_number()
            && let Some(unit) = units::unit(&c.name, info.schema.columns.iter().map(|c| c.name.as_str()))
        {
            under = format!("{unit} · {under}");
        }
        let marked = mark.map_or(0, |_| 2 + u16::from(keys.len() > 1));
        let measured = widths.cells.get(*i).copied().unwrap_or_else(|| head_width(&c.name));
        let below = u16::try_from(text::width(&under)).unwrap_or(0);
        let measured = measured.max(head_width(&c.name) + marked).max(below);
        let set = match layout.and_then(|l| l.widths.get(&c.name)) {
            Some(Shape::Cells(cells)) => Some(*cells),
            Some(Shape::Whole) => Some(widths.whole.get(*i).copied().unwrap_or(measured).max(measured)),
            None => None,
        };
        let want = set.unwrap_or(measured);
        let column = if c.dtype.is_number() {
            Column::number(title, want)
        } else {
            // Columns scroll sideways rather than shrink: half a value tells nothing.
            let min = if set.is_some() { want } else { want.min(24) };
            Column { min, ..Column::text(title, want) }
        };
        Some(Column { under: under.into(), ..column })
    };
    shown.iter().filter_map(one).collect()
}

/// How much of a cell's text is looked at.
fn wide(layout: Option<&Layout>, info: &TableInfo, place: usize) -> usize {
    let set = layout.zip(info.schema.columns.get(place)).and_then(|(l, c)| l.widths.get(&c.name));
    if set.is_some() { LONGEST } else { WIDEST * 2 }
}

fn head_width(name: &str) -> u16 {
    u16::try_from(text::width(&text::clean(name)).clamp(4, WIDEST)).unwrap_or(12)
}

/// Looks at the loaded rows of the columns in sight, once for each page. Says whether a column has grown.
fn measure(
    info: &TableInfo,
    layout: Option<&Layout>,
    seen: &BTreeSet<usize>,
    page: (u64, usize),
    widths: &mut Widths,
) -> bool {
    if widths.cells.len() != info.schema.columns.len() {
        widths.cells = info.schema.columns.iter().map(|c| head_width(&c.name)).collect();
        widths.whole.clone_from(&widths.cells);
        widths.measured.clear();
    }
    let mut grown = false;
    for c in seen {
        let Some(at) = info.page.place(*c) else { continue };
        if widths.measured.insert(*c, page) == Some(page) {
            continue;
        }
        // All of the page: a number that is longer further down must not be cut.
        let rows = info.page.rows.iter().filter_map(|r| r.get(at));
        let most = wide(layout, info, *c);
        let widest = rows.map(|v| text::width(&text::clean(&words(v, most)))).max().unwrap_or(0);
        // Long texts are cut, the whole cell is one key away.
        let limits = [(&mut widths.cells, WIDEST), (&mut widths.whole, LONGEST)];
        for (list, most) in limits {
            let widest = u16::try_from(widest.min(most)).unwrap_or(0);
            if let Some(width) = list.get_mut(*c).filter(|w| **w < widest) {
                *width = widest;
                grown = true;
            }
        }
    }
    grown
}

/// A cell as it is drawn: long texts are not carried whole to the screen.
fn words(cell: &query::Cell, most: usize) -> String {
    match cell {
        query::Cell::Text(s) if s.is_empty() => "\"\"".into(),
        query::Cell::Text(s) => s.chars().take(most).collect(),
        query::Cell::Float(x) if x.is_finite() => format!("{x}"),
        other => other.to_string(),
    }
}

//! The table pane: rows in sight, a cursor on one cell.

use std::collections::BTreeSet;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::screens::explore::Widths;
use crate::app::{App, TableInfo};
use crate::query;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{clear, put, row_of};
use crate::ui::widgets::table::{Cell, Column, Table};

/// No column of a table is wider than this many cells on the screen.
const WIDEST: usize = 32;

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(info) = app.main_info() else { return };
    let len = usize::try_from(info.rows).unwrap_or(usize::MAX);
    let start = usize::try_from(info.page.start).unwrap_or(0);
    let foot = u16::from(area.height > 6);
    let body = Rect { height: area.height.saturating_sub(foot), ..area };
    let view = &app.views.explore;
    let page = (info.page.start, info.page.rows.len());
    // Widths of columns in sight may grow once their rows were looked at; then the table is drawn once more. They only
    // grow, so this ends, and a table of ten thousand columns costs no more than what is in sight.
    for _ in 0..4 {
        let columns = columns(info, &view.widths.borrow());
        let mut seen = BTreeSet::new();
        Table { columns: &columns, len, frozen: 1, focused: true, pick_column: true }.draw(
            body,
            buf,
            theme,
            &view.table,
            &view.column,
            |r, c| {
                seen.insert(c);
                match r.checked_sub(start).and_then(|i| info.page.rows.get(i)) {
                    None => Cell::styled("…", theme.dim),
                    Some(row) => match row.get(c) {
                        Some(query::Cell::Null) | None => Cell::styled("null", theme.rule),
                        Some(value) => Cell::new(shown(value)),
                    },
                }
            },
        );
        if !measure(info, &seen, page, &mut view.widths.borrow_mut()) {
            break;
        }
        clear(buf, body);
    }
    if foot > 0 {
        let row = view.table.selected(len).map_or(0, |r| r + 1);
        let column = view.column.selected(info.schema.columns.len());
        let name = column.and_then(|c| info.schema.columns.get(c));
        let words = format!(
            "row {} of {}   column {} of {}{}",
            format::count(row as u64),
            format::count(info.rows),
            column.map_or(0, |c| c + 1),
            info.schema.columns.len(),
            name.map(|n| format!("   {} · {}", n.name, n.dtype.word())).unwrap_or_default()
        );
        put(buf, row_of(area, area.height - 1), 3, 0, &words, theme.dim);
    }
}

/// The columns with their widths as known so far.
fn columns<'a>(info: &'a TableInfo, widths: &Widths) -> Vec<Column<'a>> {
    let one = |(i, c): (usize, &'a query::ColumnInfo)| {
        let want = widths.cells.get(i).copied().unwrap_or_else(|| head_width(&c.name));
        if c.dtype.is_number() {
            Column::number(c.name.as_str(), want)
        } else {
            // Columns scroll sideways rather than shrink: half a value tells nothing.
            Column { min: want.min(24), ..Column::text(c.name.as_str(), want) }
        }
    };
    info.schema.columns.iter().enumerate().map(one).collect()
}

fn head_width(name: &str) -> u16 {
    u16::try_from(text::width(&text::clean(name)).clamp(3, WIDEST)).unwrap_or(12)
}

/// Looks at the loaded rows of the columns in sight, once for each page. Says whether a column has grown.
fn measure(info: &TableInfo, seen: &BTreeSet<usize>, page: (u64, usize), widths: &mut Widths) -> bool {
    if widths.cells.len() != info.schema.columns.len() {
        widths.cells = info.schema.columns.iter().map(|c| head_width(&c.name)).collect();
        widths.measured.clear();
    }
    let mut grown = false;
    for c in seen {
        if widths.measured.insert(*c, page) == Some(page) {
            continue;
        }
        // All of the page: a number that is longer further down must not be cut.
        let rows = info.page.rows.iter().filter_map(|r| r.get(*c));
        // Long texts are cut, the whole cell is one key away.
        let widest = rows.map(|v| text::width(&text::clean(&shown(v)))).max().unwrap_or(0).min(WIDEST);
        let widest = u16::try_from(widest).unwrap_or(0);
        if let Some(width) = widths.cells.get_mut(*c).filter(|w| **w < widest) {
            *width = widest;
            grown = true;
        }
    }
    grown
}

/// A cell as it is drawn: long texts are not carried whole to the screen.
fn shown(cell: &query::Cell) -> String {
    match cell {
        query::Cell::Text(s) if s.is_empty() => "\"\"".into(),
        query::Cell::Text(s) => s.chars().take(WIDEST * 2).collect(),
        query::Cell::Float(x) if x.is_finite() => format!("{x}"),
        other => other.to_string(),
    }
}

//! The table pane: rows in sight, a cursor on one cell.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::App;
use crate::query;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{put, row_of};
use crate::ui::widgets::table::{Cell, Column, Table};

/// No column of a table is wider than this many cells on the screen.
const WIDEST: usize = 32;

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(info) = app.main_info() else { return };
    let len = usize::try_from(info.rows).unwrap_or(usize::MAX);
    let start = usize::try_from(info.page.start).unwrap_or(0);
    let columns: Vec<Column<'_>> = info
        .schema
        .columns
        .iter()
        .enumerate()
        .map(|(i, c)| {
            // Widths come from the rows that are loaded: long texts are cut, the whole cell is one key away.
            let widest = info
                .page
                .rows
                .iter()
                .take(200)
                .filter_map(|r| r.get(i))
                .map(|v| text::width(&text::clean(&shown(v))))
                .max()
                .unwrap_or(0);
            let head = text::width(&text::clean(&c.name));
            let want = u16::try_from(widest.max(head).clamp(3, WIDEST)).unwrap_or(12);
            if c.dtype.is_number() {
                Column::number(c.name.clone(), want)
            } else {
                // Columns scroll sideways rather than shrink: half a value tells nothing.
                Column { min: want.min(24), ..Column::text(c.name.clone(), want) }
            }
        })
        .collect();
    let foot = u16::from(area.height > 6);
    let body = Rect { height: area.height.saturating_sub(foot), ..area };
    let view = &app.views.explore;
    Table { columns: &columns, len, frozen: 0, focused: true, pick_column: true }.draw(
        body,
        buf,
        theme,
        &view.table,
        &view.column,
        |r, c| match r.checked_sub(start).and_then(|i| info.page.rows.get(i)) {
            None => Cell::styled("…", theme.dim),
            Some(row) => match row.get(c) {
                Some(query::Cell::Null) | None => Cell::styled("null", theme.rule),
                Some(value) => Cell::new(shown(value)),
            },
        },
    );
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

/// A cell as it is drawn: long texts are not carried whole to the screen.
fn shown(cell: &query::Cell) -> String {
    match cell {
        query::Cell::Text(s) if s.is_empty() => "\"\"".into(),
        query::Cell::Text(s) => s.chars().take(WIDEST * 2).collect(),
        query::Cell::Float(x) if x.is_finite() => format!("{x}"),
        other => other.to_string(),
    }
}

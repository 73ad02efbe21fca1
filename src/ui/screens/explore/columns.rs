//! The columns pane: every column with its shape, and the selected one in detail.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{column_detail, column_sides};
use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::columns::sides;
use crate::app::screens::explore::{ordered_columns, selected_column, why_no_groups};
use crate::query::ColumnProfile;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::below;
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::{pane, shapes};

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let list = ordered_columns(app);
    if list.is_empty() {
        pane::empty(area, buf, theme, &why_no_groups(app));
        return;
    }
    if let Some(compared) = sides::compared(app) {
        column_sides::draw(app, compared, theme, area, buf);
        return;
    }
    // The list keeps what tells columns apart; counts give way to the detail where the screen is narrow.
    let full = area.width >= 104;
    let wide = area.width >= 70;
    let (left, right) = if wide {
        let w = if full { 58 } else { 38 };
        (Rect { width: w, ..area }, Some(Rect { x: area.x + w + 1, width: area.width - w - 1, ..area }))
    } else {
        // Below the list there is room for the essentials of the selected column.
        let h = area.height / 2;
        (Rect { height: area.height - h, ..area }, Some(below(area, area.height - h)))
    };
    let filter = &app.views.explore.column_filter;
    let note = if filter.is_empty() {
        format!("sorted by {}", app.views.explore.sort.word())
    } else {
        format!("/{filter} {}", list.len())
    };
    let rest = pane::title(left, buf, theme, "Columns", &note, true);
    let (all, few) = ([0, 1, 2, 3, 4], [0, 1, 4]);
    let kinds: &[usize] = if full || !wide { &all } else { &few };
    let columns: Vec<Column<'_>> = kinds
        .iter()
        .map(|kind| match kind {
            0 => Column { min: 12, ..Column::text("name", 17) }.grows(),
            1 => Column { min: 5, ..Column::text("type", 5) },
            2 => Column::number("null", 6),
            3 => Column::number("distinct", 8),
            _ => Column { min: 9, ..Column::text("shape", 10) },
        })
        .collect();
    Table { columns: &columns, len: list.len(), frozen: 0, focused: true, pick_column: false }.draw(
        rest,
        buf,
        theme,
        &app.views.explore.columns,
        &crate::app::scroll::Scroll::default(),
        |r, c| match list.get(r) {
            None => Cell::default(),
            Some(column) => cell(column, kinds.get(c).copied().unwrap_or(0), theme),
        },
    );
    if let (Some(area), Some(column)) = (right, selected_column(app)) {
        column_detail::draw(app, column, theme, area, buf);
    }
}

fn cell(column: &ColumnProfile, c: usize, theme: &Theme) -> Cell<'static> {
    match c {
        0 if column.alerts.is_empty() => Cell::new(column.name.clone()),
        0 => Cell::new(format!("{} {}", column.name, theme.glyphs.warn)),
        1 => Cell::styled(column.dtype.word(), theme.dim),
        2 if column.nulls == 0 => Cell::styled("0", theme.dim),
        2 => Cell::new(format::count(column.nulls)),
        3 => {
            let about = if column.distinct_exact { "" } else { "≈" };
            Cell::new(format!("{about}{}", format::count(column.distinct)))
        }
        _ => Cell::styled(shape(column, theme), theme.accent),
    }
}

/// A small picture of how the values spread.
fn shape(column: &ColumnProfile, theme: &Theme) -> String {
    #[allow(clippy::cast_precision_loss)]
    let counts: Vec<f64> = if column.histogram.is_empty() {
        column.top.iter().map(|t| t.n as f64).collect()
    } else {
        column.histogram.iter().map(|b| b.n as f64).collect()
    };
    // All different: a picture would be flat and mean nothing.
    if counts.len() < 2 || counts.iter().all(|n| *n <= 1.0) {
        return theme.glyphs.dot.to_owned();
    }
    shapes::hist(&counts, counts.len().min(10), &theme.glyphs)
}

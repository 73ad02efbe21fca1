//! The columns pane: every column with its shape, and the selected one in detail.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::kpi;
use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::{Pane, ordered_columns, selected_column, shown, why_no_groups};
use crate::query::ColumnProfile;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, put_right, row_of};
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::{pane, shapes};

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let list = ordered_columns(app);
    if list.is_empty() {
        pane::empty(area, buf, theme, &why_no_groups(app));
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
        detail(app, column, theme, area, buf);
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

fn detail(app: &App, column: &ColumnProfile, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let note = format!(
        "{} · {}{} · {} null",
        column.dtype.word(),
        if column.distinct_exact { "" } else { "≈" },
        format::counted(column.distinct, "value"),
        format::count(column.nulls)
    );
    let mut rest = pane::title(area, buf, theme, &column.name, &note, false);
    let inside = |r: Rect| Rect { x: r.x + r.width.min(1), width: r.width.saturating_sub(2), ..r };
    for alert in column.alerts.iter().take(if area.height > 20 { 3 } else { 1 }) {
        let line = inside(rest);
        put(buf, line, 0, 0, theme.glyphs.warn, theme.warn);
        let prose = Rect {
            x: line.x + 2.min(line.width),
            width: line.width.saturating_sub(2),
            height: line.height.min(2),
            ..line
        };
        let used = put_prose(buf, prose, &alert.detail, theme.warn);
        rest = below(rest, used.max(1));
    }
    if column.dtype.is_number() && column.mean.is_some() && rest.height > 6 {
        let q = |p: &str| column.quantiles.get(p).map_or_else(|| format::UNKNOWN.to_owned(), |x| format::number(*x));
        let line = inside(rest);
        let mean = column.mean.map(format::number).unwrap_or_default();
        let sd = column.sd.map(format::number).unwrap_or_default();
        put(buf, line, 0, 0, &format!("mean {mean}   sd {sd}"), theme.text);
        put(
            buf,
            below(line, 1),
            0,
            0,
            &format!("min {}   {} {} {}   max {}", column.min, q("0.25"), q("0.5"), q("0.75"), column.max),
            theme.dim,
        );
        rest = below(rest, 3);
    }
    let has_kpi = app.doc.as_ref().is_some_and(|d| d.session.state.kpi.is_some());
    if has_kpi {
        match shown(app) {
            Some(result) => {
                let foot = 8.min(rest.height / 2);
                let list = Rect { height: rest.height - foot, ..rest };
                let used = kpi::groups(app, result, theme, inside(list), buf, None);
                kpi::reach_words(app, theme, inside(below(rest, used + 1)), buf);
            }
            None => match &app.views.explore.failed {
                Some(why) => {
                    put_prose(buf, inside(rest), why, theme.warn);
                }
                None => {
                    top_values(app, column, theme, inside(rest), buf);
                }
            },
        }
    } else {
        let used = top_values(app, column, theme, inside(rest), buf);
        put(buf, inside(below(rest, used + 1)), 0, 0, "K binds the KPI: then levels by value", theme.dim);
    }
    if app.views.explore.pane == Pane::Columns && area.height > 24 {
        put_right(buf, inside(row_of(area, area.height - 1)), 0, "Enter opens the KPI by this column", theme.dim);
    }
}

/// The most frequent values with a share bar. Returns the rows used.
fn top_values(app: &App, column: &ColumnProfile, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let rows = app.main_info().map_or(0, |i| i.rows).max(1);
    let mut y = 0;
    for top in column.top.iter().take(usize::from(area.height.saturating_sub(2))) {
        #[allow(clippy::cast_precision_loss)]
        let share = top.n as f64 / rows as f64;
        let line = row_of(area, y);
        // Count, bar and share keep their cells; the value takes what is left of the line.
        let room = usize::from(area.width).saturating_sub(26).clamp(8, 18);
        let name = text::fit(&text::clean(&format::short(&top.value.to_string())), room);
        let mut x = put(buf, line, 0, 0, &name, theme.text) + 1;
        x += put(buf, line, x, 0, &text::fit_right(&format::count(top.n), 9), theme.text) + 1;
        x += put(buf, line, x, 0, &text::fit(&shapes::bar(share, 8, &theme.glyphs), 8), theme.dim) + 1;
        put(buf, line, x, 0, &format::percent(share), theme.dim);
        y += 1;
    }
    y
}

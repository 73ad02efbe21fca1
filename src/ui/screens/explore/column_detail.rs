//! The selected column of the columns pane in detail: alerts, spread, days, the KPI by it, its values.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::kpi;
use crate::analysis::{days, format};
use crate::app::App;
use crate::app::screens::explore::shown;
use crate::query::ColumnProfile;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, put_right, row_of};
use crate::ui::widgets::{pane, shapes};

/// From so many rows on there is room for more than figures.
const ROOMY: u16 = 28;
/// Rows of a histogram.
const BARS: u16 = 3;

fn inside(r: Rect) -> Rect {
    Rect { x: r.x + r.width.min(1), width: r.width.saturating_sub(2), ..r }
}

/// Draws the detail.
pub fn draw(app: &App, column: &ColumnProfile, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let note = format!(
        "{} · {}{} · {} null",
        column.dtype.word(),
        if column.distinct_exact { "" } else { "≈" },
        format::counted(column.distinct, "value"),
        format::count(column.nulls)
    );
    let mut rest = pane::title(area, buf, theme, &column.name, &note, false);
    let roomy = area.height >= ROOMY;
    // The alerts take a third at most: the figures are wanted too.
    rest = below(rest, alerts(column, theme, Rect { height: rest.height.min(area.height.div_ceil(3)), ..rest }, buf));
    if column.dtype.is_number() && column.mean.is_some() && rest.height > 6 {
        rest = below(rest, figures(column, theme, inside(rest), buf));
        if roomy {
            rest = below(rest, histogram(column, theme, inside(rest), buf));
        }
    }
    if column.dtype.is_temporal() && rest.height > 6 {
        rest = below(rest, cover(app, column, theme, inside(rest), buf));
    }
    let has_kpi = app.doc.as_ref().is_some_and(|d| d.session.state.kpi.is_some());
    if has_kpi {
        match shown(app) {
            Some(result) => {
                let foot = 8.min(rest.height / 2);
                let list = Rect { height: rest.height - foot, ..rest };
                let used = kpi::groups(app, result, theme, inside(list), buf, None);
                let used = used + 1 + kpi::reach_words(app, theme, inside(below(rest, used + 1)), buf);
                // Of a number the groups are bins: which single values are frequent is told besides.
                rest = below(rest, used + 1);
                if column.dtype.is_number() && roomy && rest.height > 5 {
                    put(buf, inside(rest), 0, 0, "most frequent", theme.dim);
                    top_values(app, column, theme, inside(below(rest, 1)), buf);
                }
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
    if area.height > 24 {
        let last = inside(row_of(area, area.height - 1));
        let words = if last.width < 54 {
            "Enter KPI by it   i all in words"
        } else {
            "Enter opens the KPI by this column   i all in words"
        };
        put_right(buf, last, 0, words, theme.dim);
    }
}

/// Every alert with its evidence, as far as there is room; else it is said where the others are. Returns the rows used.
fn alerts(column: &ColumnProfile, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let mut used = 0;
    let all = column.alerts.len();
    for (i, alert) in column.alerts.iter().enumerate() {
        let line = inside(below(area, used));
        let left = all - i;
        // The last row says that there are more.
        if i > 0 && left > 1 && line.height < 3 || line.height == 0 {
            if line.height > 0 {
                put(buf, line, 2, 0, &format!("{left} more: i shows all"), theme.dim);
                used += 1;
            }
            break;
        }
        put(buf, line, 0, 0, theme.glyphs.warn, theme.warn);
        let prose = Rect {
            x: line.x + 2.min(line.width),
            width: line.width.saturating_sub(2),
            height: line.height.min(2),
            ..line
        };
        used += put_prose(buf, prose, &alert.detail, theme.warn).max(1);
    }
    used
}

/// Mean, spread and quantiles. Returns the rows used, with a blank one.
fn figures(column: &ColumnProfile, theme: &Theme, line: Rect, buf: &mut Buffer) -> u16 {
    let q = |p: &str| column.quantiles.get(p).map_or_else(|| format::UNKNOWN.to_owned(), |x| format::number(*x));
    let mean = column.mean.map(format::number).unwrap_or_default();
    let sd = column.sd.map(format::number).unwrap_or_default();
    put(buf, line, 0, 0, &format!("mean {mean}   sd {sd}"), theme.text);
    let quantiles = format!("min {}   {} {} {}   max {}", column.min, q("0.25"), q("0.5"), q("0.75"), column.max);
    put(buf, below(line, 1), 0, 0, &quantiles, theme.dim);
    3
}

/// The bars with the ends of their axis. Returns the rows used, with a blank one.
fn histogram(column: &ColumnProfile, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    #[allow(clippy::cast_precision_loss)]
    let counts: Vec<f64> = column.histogram.iter().map(|b| b.n as f64).collect();
    let (Some(first), Some(last)) = (column.histogram.first(), column.histogram.last()) else { return 0 };
    if counts.len() < 2 {
        return 0;
    }
    let ends = (format::number(first.from), format::number(last.to));
    bars(&counts, (&ends.0, &ends.1), theme, area, buf) + 1
}

/// Bars over an axis whose ends are named. Returns the rows used.
fn bars(counts: &[f64], ends: (&str, &str), theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    // Wider bars tell no more.
    let width = area.width.min(60);
    let lines = shapes::bars_up(counts, usize::from(width), usize::from(BARS), &theme.glyphs);
    for (y, line) in (0..).zip(&lines) {
        put(buf, area, 0, y, line, theme.accent);
    }
    let under = Rect { width, ..below(area, BARS) };
    let used = put(buf, under, 0, 0, ends.0, theme.dim);
    if usize::from(used) + 1 + text::width(ends.1) <= usize::from(width) {
        let line = lines.last().map_or(0, |l| text::width(l.trim_end()));
        // The last name ends where the last bar does.
        let end = Rect { width: u16::try_from(line).unwrap_or(width).max(used + 2), ..under };
        let wide = u16::try_from(text::width(ends.1)).unwrap_or(width);
        put(buf, under, end.width.max(used + 1 + wide) - wide, 0, ends.1, theme.dim);
    }
    BARS + 1
}

/// Which days a time column covers. Returns the rows used, with a blank one.
fn cover(app: &App, column: &ColumnProfile, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let Some(cover) = app.views.explore.columns_view.covers.get(&column.name) else {
        put(buf, area, 0, 0, &format!("{} to {}", column.min, column.max), theme.text);
        return 2;
    };
    let ink = if cover.missing > 0 { theme.warn } else { theme.text };
    let used = put_prose(buf, Rect { height: area.height.min(2), ..area }, &days::sentence(cover), ink);
    if area.height < used + BARS + 6 || cover.rows.len() < 2 {
        return used + 1;
    }
    #[allow(clippy::cast_precision_loss)]
    let counts: Vec<f64> = cover.rows.iter().map(|n| *n as f64).collect();
    used + bars(&counts, (&cover.first, &cover.last), theme, below(area, used), buf) + 1
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

//! The KPI over time: the line in its band, the target, and the selected period in figures.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::kpi::bare_label;
use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::{kpi, trend_point};
use crate::query::{KpiGroup, KpiResult};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::chart::Chart;
use crate::ui::widgets::draw::{below, put, put_right};

/// Draws the course with the selected period marked and in figures below.
pub fn draw(app: &App, result: &KpiResult, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (measured, at) = (&result.kpi, trend_point(app).map(|(at, _)| at));
    #[allow(clippy::cast_precision_loss)] // a trend has few steps
    let place = |i: usize| i as f64;
    let points: Vec<(usize, &KpiGroup)> =
        result.groups.iter().enumerate().filter(|(_, g)| g.level.value.is_some()).collect();
    let line: Vec<(f64, f64)> = points.iter().filter_map(|(i, g)| g.level.value.map(|v| (place(*i), v))).collect();
    let band: Vec<(f64, f64, f64)> =
        points.iter().filter_map(|(i, g)| g.level.interval.map(|(a, b)| (place(*i), a, b))).collect();
    let day = |g: Option<&(usize, &KpiGroup)>| g.map(|(_, g)| bare_label(g).into_owned()).unwrap_or_default();
    let (first, mut last) = (day(points.first()), day(points.last()));
    // A last period without a level is in none of the points.
    let open_end = result.incomplete && points.last().is_some_and(|(i, _)| i + 1 == result.groups.len());
    if open_end {
        last.push_str(" incomplete");
    }
    let value = |v: f64| format::level(measured, Some(v));
    let level = kpi::target(app);
    let below_it = 1 + u16::try_from(result.notes.len().min(2)).unwrap_or(0);
    let height = area.height.saturating_sub(below_it).min(16);
    let chart = Rect { height, ..area };
    let marks: Vec<f64> = at.map(place).into_iter().collect();
    let ends = (first.as_str(), last.as_str());
    Chart { line: &line, band: &band, marks: &marks, level, value: &value, ends, open_end, style: theme.accent }
        .draw(chart, buf, theme);
    let under = Rect { height: 1.min(area.height - height), ..below(area, height) };
    let mut used = 0;
    if let Some(group) = at.and_then(|i| result.groups.get(i)) {
        let mut x = put(buf, under, 0, 0, theme.glyphs.cursor, theme.accent) + 1;
        x += put(buf, under, x, 0, &bare_label(group), theme.title) + 2;
        x += put(buf, under, x, 0, &format!("n {}", format::count(group.n)), theme.dim) + 2;
        x += put(buf, under, x, 0, &format::level_with_interval(measured, &group.level), theme.text);
        if open_end && at == result.groups.len().checked_sub(1) {
            x += 2 + put(buf, under, x + 2, 0, "incomplete", theme.warn);
        }
        used = x;
    }
    let aim = level.map(|l| format!("dashes: target {}   ", value(l))).unwrap_or_default();
    let legend = format!("{aim}shade: 95 % interval");
    if usize::from(used) + 3 + text::width(&legend) <= usize::from(under.width) {
        put_right(buf, under, 0, &legend, theme.dim);
    }
    for (i, note) in result.notes.iter().take(2).enumerate() {
        put(buf, below(area, height), 0, u16::try_from(i + 1).unwrap_or(1), note, theme.warn);
    }
}

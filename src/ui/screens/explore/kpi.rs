//! The KPI pane: the level, the groups on one axis, and what could be won.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::{selected_group, shown, split, worst_group};
use crate::app::screens::problem::short;
use crate::query::{Better, Kpi, KpiResult};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::chart::Chart;
use crate::ui::widgets::draw::{below, put, put_prose, row_of, select};
use crate::ui::widgets::{interval, pane};

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(doc) = &app.doc else { return };
    let Some(binding) = &doc.session.state.kpi else {
        pane::empty(
            area,
            buf,
            theme,
            "No KPI is bound. K binds one: rate(Churn = 'Yes'), mean(wait_min), sum(revenue), count() or ratio(sum(a), sum(b)).",
        );
        return;
    };
    let inside = |r: Rect| Rect { x: r.x + r.width.min(1), width: r.width.saturating_sub(2), ..r };
    let head = inside(area);
    let level = app.views.explore.level.as_ref();
    let name = doc.session.state.goal.kpi.clone().unwrap_or_else(|| binding.kpi.to_string());
    let mut x = put(buf, head, 0, 0, &name, theme.title) + 2;
    match level {
        Some(l) => {
            x += put(buf, head, x, 0, &format::level_with_interval(&binding.kpi, &l.level), theme.text) + 2;
            x += put(buf, head, x, 0, &format!("n {}", format::count(l.n)), theme.dim) + 2;
        }
        None => x += put(buf, head, x, 0, "measuring …", theme.dim) + 2,
    }
    if let Some(from) = doc.session.state.goal.from {
        let unit = if binding.kpi.is_share() { "%" } else { "" };
        put(buf, head, x, 0, &format!("said {}{unit}", short(from)), theme.dim);
    }
    let unit = match &binding.independent_unit {
        Some(u) => format!("{}   clustered on {u}", binding.kpi),
        None => format!("{}   rows taken as independent", binding.kpi),
    };
    put(buf, below(head, 1), 0, 0, &unit, theme.dim);
    let rest = below(area, 3);
    let title = split(app).map_or_else(|| "by …".to_owned(), |s| format!("by {s}"));
    let note = if app.views.explore.second.is_some() {
        "d takes the second column away"
    } else {
        "h l another column   d a second one"
    };
    let rest = pane::title(rest, buf, theme, &title, note, true);
    let Some(result) = shown(app) else {
        let waits = app.views.explore.asked_by.is_some();
        let words = match &app.views.explore.failed {
            Some(why) => why.clone(),
            None if waits => "…".into(),
            None => "This column has too many different values to split by. h and l choose another one.".into(),
        };
        pane::empty(rest, buf, theme, &words);
        return;
    };
    if app.views.explore.trend {
        trend(result, &binding.kpi, doc.session.state.goal.to, theme, inside(rest), buf);
        return;
    }
    let foot = if rest.height >= 14 { 6 } else { 2 };
    let list = Rect { height: rest.height.saturating_sub(foot), ..rest };
    let selected = app.views.explore.groups.selected(result.groups.len());
    let used = groups(app, result, theme, inside(list), buf, selected);
    reach_words(app, theme, inside(below(rest, used + 1)), buf);
}

/// The groups: label, rows, level, interval on one axis. Returns the rows used.
pub fn groups(
    app: &App,
    result: &KpiResult,
    theme: &Theme,
    area: Rect,
    buf: &mut Buffer,
    selected: Option<usize>,
) -> u16 {
    let ends = result.groups.iter().filter_map(|g| g.level.interval.or(g.level.value.map(|v| (v, v))));
    let overall = app.views.explore.level.as_ref().and_then(|l| l.level.value);
    let (low, high) = interval::axis(ends, overall);
    let width = usize::from(area.width);
    let axis_room = if width >= 46 { (width - 36).clamp(10, 40).min(width / 2) } else { 0 };
    let label_room = width.saturating_sub(19 + axis_room).clamp(8, 40);
    let n_at = u16::try_from(label_room).unwrap_or(0) + 1;
    let head = row_of(area, 0);
    put(buf, head, 0, 0, "group", theme.dim);
    put(buf, head, n_at, 0, &text::fit_right("n", 8), theme.dim);
    put(buf, head, n_at + 9, 0, &text::fit_right("KPI", 8), theme.dim);
    let room = usize::from(area.height.saturating_sub(1));
    let window = match selected {
        Some(_) => app.views.explore.groups.window(result.groups.len(), room),
        None => 0..result.groups.len().min(room),
    };
    let worst = worst_group(app).map(|g| g.label.clone());
    let mut y = 1;
    for i in window {
        let Some(group) = result.groups.get(i) else { continue };
        let line = row_of(area, y);
        y += 1;
        let ink = if Some(&group.label) == worst.as_ref() { theme.title } else { theme.text };
        // The pane's title names the column already.
        let prefix =
            group.place.first().filter(|_| group.place.len() == 1).map(|(c, _)| format!("{c} = ")).unwrap_or_default();
        let label = text::fit(&text::clean(group.label.strip_prefix(&prefix).unwrap_or(&group.label)), label_room);
        put(buf, line, 0, 0, &label, ink);
        put(buf, line, n_at, 0, &text::fit_right(&format::count(group.n), 8), theme.dim);
        let few = group.n < 30;
        let level = format::level(&result.kpi, group.level.value);
        put(buf, line, n_at + 9, 0, &text::fit_right(&level, 8), if few { theme.dim } else { ink });
        if let (Some((a, b)), Some(v)) = (group.level.interval, group.level.value) {
            if axis_room >= 8 {
                let track = interval::interval_line(a, v, b, low, high, axis_room.saturating_sub(2), &theme.glyphs);
                put(buf, line, n_at + 18, 0, &track, if few { theme.rule } else { theme.accent });
            }
        }
        if selected == Some(i) {
            select(buf, line, theme);
        }
    }
    let more = result.groups.len().saturating_sub(usize::from(y - 1));
    if more > 0 && selected.is_none() && y < area.height {
        put(buf, row_of(area, y), 0, 0, &format!("{more} more: Enter"), theme.dim);
        y += 1;
    }
    for note in result.notes.iter().take(2) {
        if y < area.height {
            put(buf, row_of(area, y), 0, 0, note, theme.warn);
            y += 1;
        }
    }
    y
}

/// What could be won if the group in sight came to the rest's level.
pub fn reach_words(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (Some(doc), Some(group)) = (&app.doc, selected_group(app)) else { return };
    let Some(b) = &doc.session.state.kpi else { return };
    let Some(r) = group.condition.as_ref().and_then(|c| app.views.explore.reach.get(c)) else { return };
    let lower = b.better == Better::Lower;
    let gain = r.reach.value.unwrap_or(0.0) * if lower { 1.0 } else { -1.0 };
    if gain <= 0.0 {
        let words =
            format!("{} does better than the rest ({}): protect it.", group.label, format::level(&b.kpi, r.rest.value));
        put_prose(buf, Rect { height: area.height.min(2), ..area }, &words, theme.dim);
        return;
    }
    let one = |e: &crate::query::Estimate, k: f64| crate::query::Estimate {
        value: e.value.map(|v| -v * k),
        interval: e.interval.map(|(a, b)| (-b * k, -a * k)),
    };
    let first = format!("If {} came to the rest's level ({}):", group.label, format::level(&b.kpi, r.rest.value));
    let of = r.of_level.map(|s| format!(", {} of the KPI", format::percent(s.abs()))).unwrap_or_default();
    let words = format!("{}{of}", format::change_with_interval(&b.kpi, &one(&r.reach, 1.0)));
    let used = put_prose(buf, Rect { height: area.height.min(2), ..area }, &first, theme.text);
    let rest = below(area, used);
    let used = put_prose(buf, Rect { height: rest.height.min(2), ..rest }, &words, theme.accent);
    let mut rest = below(rest, used);
    if let Some(target) = r.of_target.as_ref().and_then(|t| t.value) {
        let share = |k: f64| format!("{:.1} ×", target.abs() * k);
        let words =
            format!("Closing 25 / 50 / 100 % of it wins {} / {} / {} the goal", share(0.25), share(0.5), share(1.0));
        let used = put_prose(buf, Rect { height: rest.height.min(2), ..rest }, &words, theme.dim);
        rest = below(rest, used);
    }
    put(buf, rest, 0, 0, "It goes with it, no proof.", theme.dim);
}

fn trend(result: &KpiResult, kpi: &Kpi, goal: Option<f64>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    #[allow(clippy::cast_precision_loss)] // a trend has few steps
    let at = |i: usize| i as f64;
    let points: Vec<(usize, &crate::query::KpiGroup)> =
        result.groups.iter().enumerate().filter(|(_, g)| g.level.value.is_some()).collect();
    let line: Vec<(f64, f64)> = points.iter().filter_map(|(i, g)| g.level.value.map(|v| (at(*i), v))).collect();
    let band: Vec<(f64, f64, f64)> =
        points.iter().filter_map(|(i, g)| g.level.interval.map(|(a, b)| (at(*i), a, b))).collect();
    let day = |g: Option<&&crate::query::KpiGroup>| g.map(|g| g.label.clone()).unwrap_or_default();
    let groups: Vec<&crate::query::KpiGroup> = points.iter().map(|(_, g)| *g).collect();
    let (first, last) = (day(groups.first()), day(groups.last()));
    let value = |v: f64| format::level(kpi, Some(v));
    let level = goal.map(|g| if kpi.is_share() { g / 100.0 } else { g });
    let height = area.height.saturating_sub(2).min(16);
    let chart = Rect { height, ..area };
    Chart { line: &line, band: &band, marks: &[], level, value: &value, ends: (&first, &last), style: theme.accent }
        .draw(chart, buf, theme);
    for (i, note) in result.notes.iter().take(2).enumerate() {
        put(buf, below(area, height), 0, u16::try_from(i).unwrap_or(0), note, theme.warn);
    }
}

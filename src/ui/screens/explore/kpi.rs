//! The KPI pane: the level, the groups on one axis, and what could be won.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::{selected_group, shown, split, trend_point, why_no_groups, worst_group};
use crate::app::screens::problem::short;
use crate::query::{Better, KpiGroup, KpiResult};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::chart::Chart;
use crate::ui::widgets::draw::{below, put, put_prose, row_of, select};
use crate::ui::widgets::{interval, pane, shapes};

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
        Some(u) => format!("clustered on {u}"),
        None => "rows taken as independent".to_owned(),
    };
    // Without a name of its own the line above is the expression already.
    let unit = if doc.session.state.goal.kpi.is_some() { format!("{}   {unit}", binding.kpi) } else { unit };
    put(buf, below(head, 1), 0, 0, &unit, theme.dim);
    let rest = below(area, 3);
    let title = split(app).map_or_else(|| "by …".to_owned(), |s| format!("by {s}"));
    let note = if app.views.explore.trend {
        "h l a step   T by column again"
    } else if app.views.explore.second.is_some() {
        "d takes the second column away"
    } else {
        "h l another column   d a second one"
    };
    let rest = pane::title(rest, buf, theme, &title, note, true);
    let Some(result) = shown(app) else {
        pane::empty(rest, buf, theme, &why_no_groups(app));
        return;
    };
    if app.views.explore.trend {
        let at = trend_point(app).map(|(at, _)| at);
        trend(result, at, doc.session.state.goal.to, theme, inside(rest), buf);
        return;
    }
    let foot = if rest.height >= 14 { 6 } else { 2 };
    let list = Rect { height: rest.height.saturating_sub(foot), ..rest };
    let selected = app.views.explore.groups.selected(result.groups.len());
    let used = groups(app, result, theme, inside(list), buf, selected);
    reach_words(app, theme, inside(below(rest, used + 1)), buf);
}

/// A group's label without the name of its column: `Month-to-month`, `(12, 29]`, `≤ 12`.
fn bare_label(group: &KpiGroup) -> &str {
    let [(column, _)] = group.place.as_slice() else { return &group.label };
    let rest = group.label.strip_prefix(column.as_str()).and_then(|l| l.strip_prefix(' '));
    rest.map_or(group.label.as_str(), |l| l.strip_prefix("= ").unwrap_or(l))
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
    let label_wide = result.groups.iter().map(|g| text::width(&text::clean(bare_label(g)))).max().unwrap_or(0);
    // The share of the rows is worth its cells where label and axis keep theirs.
    let share_room = if width >= 56 { 14 } else { 0 };
    let axis_room = if width >= 46 { (width - 36 - share_room).clamp(10, 40).min(width / 2) } else { 0 };
    let most = width.saturating_sub(19 + share_room + axis_room);
    let label_room = if share_room > 0 { most.min(label_wide.max(12)) } else { most }.clamp(8, 40);
    let axis_room = if axis_room > 0 { width.saturating_sub(19 + share_room + label_room).min(48) } else { 0 };
    let n_at = u16::try_from(label_room).unwrap_or(0) + 1;
    let share_at = n_at + 9;
    let kpi_at = share_at + u16::try_from(share_room).unwrap_or(0);
    let rows: u64 = result.groups.iter().map(|g| g.n).sum::<u64>().max(1);
    let head = row_of(area, 0);
    put(buf, head, 0, 0, "value", theme.dim);
    put(buf, head, n_at, 0, &text::fit_right("n", 8), theme.dim);
    if share_room > 0 {
        put(buf, head, share_at, 0, "share", theme.dim);
    }
    put(buf, head, kpi_at, 0, &text::fit_right("KPI", 8), theme.dim);
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
        let label = text::fit(&text::clean(bare_label(group)), label_room);
        put(buf, line, 0, 0, &label, ink);
        put(buf, line, n_at, 0, &text::fit_right(&format::count(group.n), 8), theme.dim);
        let few = group.n < 30;
        let level = format::level(&result.kpi, group.level.value);
        if share_room > 0 {
            #[allow(clippy::cast_precision_loss)]
            let share = group.n as f64 / rows as f64;
            let bar = text::fit(&shapes::bar(share, 8, &theme.glyphs), 8);
            let x = share_at + put(buf, line, share_at, 0, &bar, theme.dim);
            put(buf, line, x, 0, &text::fit_right(&format::percent_with(share, 0), 5), theme.dim);
        }
        put(buf, line, kpi_at, 0, &text::fit_right(&level, 8), if few { theme.dim } else { ink });
        if let (Some((a, b)), Some(v)) = (group.level.interval, group.level.value) {
            if axis_room >= 8 {
                let track = interval::interval_line(a, v, b, low, high, axis_room.saturating_sub(2), &theme.glyphs);
                put(buf, line, kpi_at + 9, 0, &track, if few { theme.rule } else { theme.accent });
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
    if r.n.1 == 0 || r.n.0 == 0 {
        let words = if r.n.0 == 0 {
            format!("{} holds no row with a known KPI.", group.label)
        } else {
            format!("All rows with a known KPI are {}: there is no rest to hold it against.", group.label)
        };
        put_prose(buf, Rect { height: area.height.min(2), ..area }, &words, theme.dim);
        return;
    }
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
    let won = format::change_with_interval(&b.kpi, &one(&r.reach, 1.0));
    if area.height < 2 {
        // One line holds the figure, not the sentence.
        put(buf, area, 0, 0, &format!("{won} at the rest's level; goes with, not proof"), theme.text);
        return;
    }
    let of = r.of_level.map(|s| format!(", {} of the KPI", format::percent(s.abs()))).unwrap_or_default();
    let words = format!(
        "If {} came to the rest's level ({}): {}{of}; goes with, not proof.",
        group.label,
        format::level(&b.kpi, r.rest.value),
        won
    );
    let used = put_prose(buf, Rect { height: area.height.min(4), ..area }, &words, theme.text);
    let rest = below(area, used);
    let Some(target) = r.of_target.as_ref().and_then(|t| t.value) else { return };
    let times = |k: f64| format!("{:.1} ×", target.abs() * k);
    let line = format!("25 % of it wins {} the goal, 50 % {}, all {}", times(0.25), times(0.5), times(1.0));
    if text::width(&line) <= usize::from(rest.width) {
        put(buf, rest, 0, 0, &line, theme.accent);
        return;
    }
    // One under the other, so that nothing is torn in a narrow pane.
    let wide = times(1.0).chars().count();
    for (y, (part, k)) in [("25 % of it", 0.25), ("50 %", 0.5), ("all", 1.0)].into_iter().enumerate() {
        let (head, tail) = if y == 0 { ("wins", " the goal") } else { ("", "") };
        let line = format!("{part:<10} {head:<4} {}{tail}", text::fit_right(&times(k), wide));
        put(buf, rest, 0, u16::try_from(y).unwrap_or(0), &line, theme.accent);
    }
}

/// The KPI over time, with the selected point marked and in figures below.
fn trend(result: &KpiResult, at: Option<usize>, goal: Option<f64>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let kpi = &result.kpi;
    #[allow(clippy::cast_precision_loss)] // a trend has few steps
    let place = |i: usize| i as f64;
    let points: Vec<(usize, &KpiGroup)> =
        result.groups.iter().enumerate().filter(|(_, g)| g.level.value.is_some()).collect();
    let line: Vec<(f64, f64)> = points.iter().filter_map(|(i, g)| g.level.value.map(|v| (place(*i), v))).collect();
    let band: Vec<(f64, f64, f64)> =
        points.iter().filter_map(|(i, g)| g.level.interval.map(|(a, b)| (place(*i), a, b))).collect();
    let day = |g: Option<&&KpiGroup>| g.map(|g| bare_label(g).to_owned()).unwrap_or_default();
    let groups: Vec<&KpiGroup> = points.iter().map(|(_, g)| *g).collect();
    let (first, last) = (day(groups.first()), day(groups.last()));
    let value = |v: f64| format::level(kpi, Some(v));
    let level = goal.map(|g| if kpi.is_share() { g / 100.0 } else { g });
    let below_it = 1 + u16::try_from(result.notes.len().min(2)).unwrap_or(0);
    let height = area.height.saturating_sub(below_it).min(16);
    let chart = Rect { height, ..area };
    let marks: Vec<f64> = at.map(place).into_iter().collect();
    Chart { line: &line, band: &band, marks: &marks, level, value: &value, ends: (&first, &last), style: theme.accent }
        .draw(chart, buf, theme);
    if let Some(group) = at.and_then(|i| result.groups.get(i)) {
        let under = Rect { height: 1.min(area.height - height), ..below(area, height) };
        let mut x = put(buf, under, 0, 0, theme.glyphs.cursor, theme.accent) + 1;
        x += put(buf, under, x, 0, bare_label(group), theme.title) + 2;
        x += put(buf, under, x, 0, &format!("n {}", format::count(group.n)), theme.dim) + 2;
        put(buf, under, x, 0, &format::level_with_interval(kpi, &group.level), theme.text);
    }
    for (i, note) in result.notes.iter().take(2).enumerate() {
        put(buf, below(area, height), 0, u16::try_from(i + 1).unwrap_or(1), note, theme.warn);
    }
}

//! The KPI pane: the level, the groups on one axis, and what could be won.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::kpi::{FEW, Step, grid, over_time, target};
use crate::app::screens::explore::{selected_group, shown, split, why_no_groups, worst_group};
use crate::app::screens::problem::short;
use crate::query::{Better, KpiGroup, KpiResult};
use crate::ui::text;
use crate::ui::theme::Theme;
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
    let mut title = split(app).map_or_else(|| "by …".to_owned(), |s| format!("by {s}"));
    if over_time(app) && app.views.explore.kpi.step == Step::Auto {
        title.push_str(" (auto)");
    }
    let crossed = grid(app);
    let note = if over_time(app) {
        "h l along   s step   T by column again"
    } else if crossed.is_some() {
        "m as a list   d takes the second column away"
    } else if app.views.explore.second.is_some() {
        "m as a map   d takes the second column away"
    } else {
        "h l another column   d a second one"
    };
    let rest = pane::title(rest, buf, theme, &title, note, true);
    let Some(result) = shown(app) else {
        pane::empty(rest, buf, theme, &why_no_groups(app));
        return;
    };
    if over_time(app) {
        super::kpi_trend::draw(app, result, theme, inside(rest), buf);
        return;
    }
    let foot = if rest.height >= 14 { 6 } else { 2 };
    if let Some(grid) = crossed {
        let map = Rect { height: rest.height.saturating_sub(foot - 1), ..rest };
        let used = super::kpi_map::draw(app, grid, theme, inside(map), buf);
        reach_words(app, theme, inside(below(rest, used)), buf);
        return;
    }
    let list = Rect { height: rest.height.saturating_sub(foot), ..rest };
    let selected = app.views.explore.groups.selected(result.groups.len());
    let used = groups(app, result, theme, inside(list), buf, selected);
    reach_words(app, theme, inside(below(rest, used + 1)), buf);
}

/// A group's label without the names of its columns, which the pane's title says: `Month-to-month`, `(12, 29]`, `≤ 12`,
/// `Month-to-month × ≤ 12`.
pub fn bare_label(group: &KpiGroup) -> Cow<'_, str> {
    match group.place.as_slice() {
        [(column, _)] => {
            let rest = group.label.strip_prefix(column.as_str()).and_then(|l| l.strip_prefix(' '));
            Cow::Borrowed(rest.map_or(group.label.as_str(), |l| l.strip_prefix("= ").unwrap_or(l)))
        }
        [(_, a), (_, b)] => Cow::Owned(format!("{a} × {b}")),
        _ => Cow::Borrowed(&group.label),
    }
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
    let aim = target(app);
    let (low, high) = interval::axis(ends.chain(aim.map(|v| (v, v))), overall);
    let width = usize::from(area.width);
    let label_wide = result.groups.iter().map(|g| text::width(&text::clean(&bare_label(g)))).max().unwrap_or(0);
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
    let axis = Rect {
        x: area.x + (kpi_at + 9).min(area.width),
        width: u16::try_from(axis_room.saturating_sub(2)).unwrap_or(0).min(area.width.saturating_sub(kpi_at + 9)),
        ..area
    };
    let aim = aim.filter(|_| axis_room >= 8).map(|v| (v, interval::cell_of(v, low, high, usize::from(axis.width))));
    if let Some((v, at)) = aim {
        aim_words(&format::level(&result.kpi, Some(v)), at, axis, theme, buf);
    }
    let room = usize::from(area.height.saturating_sub(1));
    let window = match selected {
        Some(_) => app.views.explore.groups.window(result.groups.len(), room),
        None => 0..result.groups.len().min(room),
    };
    if selected.is_some() {
        app.views.explore.groups.drawn_at(Rect { height: u16::try_from(room).unwrap_or(0), ..below(area, 1) });
    }
    let worst = worst_group(app).map(|g| g.label.clone());
    let mut y = 1;
    for i in window {
        let Some(group) = result.groups.get(i) else { continue };
        let line = row_of(area, y);
        y += 1;
        let ink = if Some(&group.label) == worst.as_ref() { theme.title } else { theme.text };
        // The pane's title names the column already.
        let label = text::fit(&text::clean(&bare_label(group)), label_room);
        put(buf, line, 0, 0, &label, ink);
        put(buf, line, n_at, 0, &text::fit_right(&format::count(group.n), 8), theme.dim);
        let few = group.n < FEW;
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
        if let Some((_, at)) = aim {
            aim_mark(at, row_of(axis, y - 1), theme, buf);
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

/// Says over the axis where the goal is.
fn aim_words(level: &str, at: usize, axis: Rect, theme: &Theme, buf: &mut Buffer) {
    let words = format!("target {level}");
    let (wide, room) = (text::width(&words), usize::from(axis.width));
    if wide <= room {
        // Above its mark, as far as the axis reaches.
        let x = at.saturating_sub(wide / 2).min(room - wide);
        put(buf, axis, u16::try_from(x).unwrap_or(0), 0, &words, theme.dim);
    }
}

/// Marks the goal on a row of the axis, behind what stands there.
fn aim_mark(at: usize, line: Rect, theme: &Theme, buf: &mut Buffer) {
    let at = u16::try_from(at).unwrap_or(u16::MAX);
    let here = line.intersection(buf.area);
    if at < here.width
        && let Some(cell) = buf.cell_mut((here.x + at, here.y))
        && here.height > 0
        && (cell.symbol() == " " || cell.symbol() == theme.glyphs.line)
    {
        cell.set_symbol(theme.glyphs.aim).set_style(theme.text);
    }
}

/// What could be won if the group in sight came to the rest's level. Returns the rows used.
pub fn reach_words(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let (Some(doc), Some(group)) = (&app.doc, selected_group(app)) else { return 0 };
    let Some(b) = &doc.session.state.kpi else { return 0 };
    let Some(r) = group.condition.as_ref().and_then(|c| app.views.explore.reach.get(c)) else { return 0 };
    if r.n.1 == 0 || r.n.0 == 0 {
        let words = if r.n.0 == 0 {
            format!("{} holds no row with a known KPI.", group.label)
        } else {
            format!("All rows with a known KPI are {}: there is no rest to hold it against.", group.label)
        };
        return put_prose(buf, Rect { height: area.height.min(2), ..area }, &words, theme.dim);
    }
    let lower = b.better == Better::Lower;
    let gain = r.reach.value.unwrap_or(0.0) * if lower { 1.0 } else { -1.0 };
    if gain <= 0.0 {
        let words =
            format!("{} does better than the rest ({}): protect it.", group.label, format::level(&b.kpi, r.rest.value));
        return put_prose(buf, Rect { height: area.height.min(2), ..area }, &words, theme.dim);
    }
    let one = |e: &crate::query::Estimate, k: f64| crate::query::Estimate {
        value: e.value.map(|v| -v * k),
        interval: e.interval.map(|(a, b)| (-b * k, -a * k)),
    };
    let won = format::change_with_interval(&b.kpi, &one(&r.reach, 1.0));
    if area.height < 2 {
        // One line holds the figure, not the sentence.
        put(buf, area, 0, 0, &format!("{won} at the rest's level; goes with, not proof"), theme.text);
        return area.height;
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
    let Some(target) = r.of_target.as_ref().and_then(|t| t.value) else { return used };
    let times = |k: f64| format!("{:.1} ×", target.abs() * k);
    let line = format!("25 % of it wins {} the goal, 50 % {}, all {}", times(0.25), times(0.5), times(1.0));
    if text::width(&line) <= usize::from(rest.width) {
        put(buf, rest, 0, 0, &line, theme.accent);
        return used + 1;
    }
    // One under the other, so that nothing is torn in a narrow pane.
    let wide = times(1.0).chars().count();
    for (y, (part, k)) in [("25 % of it", 0.25), ("50 %", 0.5), ("all", 1.0)].into_iter().enumerate() {
        let (head, tail) = if y == 0 { ("wins", " the goal") } else { ("", "") };
        let line = format!("{part:<10} {head:<4} {}{tail}", text::fit_right(&times(k), wide));
        put(buf, rest, 0, u16::try_from(y).unwrap_or(0), &line, theme.accent);
    }
    used + 3
}

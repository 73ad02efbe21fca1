//! The pages that open from a group: what explains it away, what it could give back, the experiment.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::pages::{confounders, experiment, reach};
use crate::app::screens::explore::{filter, independence_short};
use crate::query::{Better, Kpi};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, put_right, row_of};
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::{interval, pane};

/// Cells for the axis of the intervals.
const AXIS: u16 = 22;

fn bound(app: &App) -> Option<(Kpi, Better)> {
    app.doc.as_ref()?.session.state.kpi.as_ref().map(|k| (k.kpi.clone(), k.better))
}

fn inset(area: Rect) -> Rect {
    Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area }
}

/// The title line of a page, with what its intervals rest on.
fn title(app: &App, words: &str, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = inset(area);
    let shown = text::fit(words, usize::from(inside.width));
    let x = put(buf, inside, 0, 0, &shown, theme.title) + 3;
    let unit = independence_short(app);
    if usize::from(inside.width.saturating_sub(x)) >= text::width(&unit) {
        put_right(buf, inside, 0, &unit, theme.dim);
    }
    if filter::filter(app).is_some() {
        put(buf, inside, x, 0, "filtered", theme.warn);
    }
}

/// A sentence under a rule at the foot of a page. Gives the area above it.
fn foot(area: Rect, words: Option<String>, hint: &str, theme: &Theme, buf: &mut Buffer) -> Rect {
    let height = if area.height >= 10 { 5 } else { 0 };
    let above = Rect { height: area.height.saturating_sub(height), ..area };
    if height > 0 {
        let under = Rect { y: area.y + above.height, height, ..inset(area) };
        put(buf, row_of(under, 0), 0, 0, &theme.glyphs.line.repeat(usize::from(under.width)), theme.rule);
        let mut used = 0;
        if let Some(words) = words {
            let room = Rect { height: under.height.saturating_sub(2), ..below(under, 1) };
            used = put_prose(buf, room, &format!("{words}."), theme.text);
        }
        put_prose(buf, below(under, 1 + used), hint, theme.dim);
    }
    above
}

/// What explains a group away.
pub fn draw_confounders(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let pages = &app.views.explore.pages;
    let (Some(subject), Some((kpi, _))) = (&pages.subject, bound(app)) else { return };
    title(app, &format!("What explains {} away", subject.label), theme, area, buf);
    let Some(r) = confounders::result(app) else {
        let words = pages.confounders.failed.clone().unwrap_or_else(|| "Every other column is held fixed …".to_owned());
        pane::empty(below(area, 2), buf, theme, &words);
        return;
    };
    let inside = inset(area);
    let e = r.e_value.map(|e| format!("   E-value {}", format::fixed(e, 2))).unwrap_or_default();
    let head = format!(
        "{} there, {} elsewhere: {} with nothing held fixed   n {} and {}{e}",
        format::level(&kpi, r.levels.0),
        format::level(&kpi, r.levels.1),
        format::change_with_interval(&kpi, &r.crude),
        format::count(r.n.0),
        format::count(r.n.1)
    );
    put(buf, inside, 0, 1, &text::fit(&head, usize::from(inside.width)), theme.text);
    let body = below(area, 2 + u16::from(area.height > 16));
    if r.strata.is_empty() {
        let words = r.notes.first().cloned().unwrap_or_else(|| "There is no other column to hold fixed.".to_owned());
        pane::empty(body, buf, theme, &words);
        return;
    }
    let hint = "w: was it fixed before? A consequence explains nothing away. i says how this is computed.";
    let list = foot(body, confounders::sentence(app), hint, theme, buf);
    let wide = area.width >= 100;
    let mut columns =
        vec![Column::text("held fixed", 24).grows(), Column::number("difference", 10), Column::number("explained", 12)];
    let mid = area.width >= 72;
    if mid {
        columns.push(Column::number("overlap", 7));
        columns.push(Column::number("I²", 5));
    }
    columns.push(Column::text("before?", 8));
    if wide {
        columns.push(Column::text("95 % interval", AXIS));
    }
    let before_at = if mid { 5 } else { 3 };
    let ends = r.strata.iter().filter_map(|s| s.explained.adjusted.interval).chain(r.crude.interval);
    let (low, high) = interval::axis(ends, Some(0.0));
    let table = Table { columns: &columns, len: r.strata.len(), frozen: 0, focused: true, pick_column: false };
    table.draw(list, buf, theme, &pages.confounders.list, &app.views.explore.column, |row, column| {
        let Some(s) = r.strata.get(row) else { return Cell::default() };
        let few = s.overlap < confounders::OVERLAP;
        match column {
            0 => {
                let strong = s.explained.flips || s.explained.explained_away.is_some_and(|x| x >= 0.5);
                let ink = if strong && !few { theme.warn } else { theme.text };
                Cell::styled(s.explained.columns.join(" × "), ink)
            }
            1 => Cell::new(format::change(&kpi, s.explained.adjusted.value)),
            2 => {
                let ink = if few { theme.dim } else { theme.text };
                Cell::styled(confounders::verdict(s), ink)
            }
            3 if mid => Cell::styled(format::percent_with(s.overlap, 0), theme.dim),
            4 if mid => {
                let words = s.i2.map_or_else(|| format::UNKNOWN.to_owned(), |x| format::percent_with(x, 0));
                Cell::styled(words, theme.dim)
            }
            c if c == before_at => match confounders::fixed(app, s) {
                Some(true) => Cell::styled(format!("{} yes", theme.glyphs.yes), theme.good),
                Some(false) => Cell::styled(format!("{} no", theme.glyphs.no), theme.bad),
                None => Cell::styled("?", theme.dim),
            },
            _ => match (s.explained.adjusted.interval, s.explained.adjusted.value) {
                (Some((a, b)), Some(v)) => {
                    let line = interval::interval_line(a, v, b, low, high, usize::from(AXIS) - 2, &theme.glyphs);
                    Cell::styled(line, theme.accent)
                }
                _ => Cell::default(),
            },
        }
    });
}

/// What could be won.
pub fn draw_reach(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let pages = &app.views.explore.pages;
    let (Some(union), Some((kpi, better))) = (reach::union(app), bound(app)) else { return };
    let label = reach::label(app);
    title(app, &format!("Reach of {label}"), theme, area, buf);
    let inside = inset(area);
    let Some(r) = reach::of(app, &union) else {
        let words = app.views.explore.failed.clone().unwrap_or_else(|| "It is being measured …".to_owned());
        pane::empty(below(area, 2), buf, theme, &words);
        return;
    };
    let protects = reach::protects(r, better);
    let head = format!(
        "{} there, {} in the rest   {} rows, {} of the KPI's base{}",
        format::level_with_interval(&kpi, &r.inside),
        format::level(&kpi, r.rest.value),
        format::count(r.n.0),
        format::percent(r.share),
        if protects { "   better than the rest: protect it" } else { "" }
    );
    put(
        buf,
        inside,
        0,
        1,
        &text::fit(&head, usize::from(inside.width)),
        if protects { theme.good } else { theme.text },
    );
    let body = below(area, 2 + u16::from(area.height > 16));
    let hint = if pages.marks.is_empty() {
        "Space on a pane's rows marks groups to be taken together; e sizes a hypothesis by it."
    } else {
        "Together is measured anew as one group, never added up; e sizes a hypothesis by it."
    };
    let list = foot(body, reach::sentence(app), hint, theme, buf);
    let rows = reach::rows(app);
    let wide = area.width >= 100;
    let mut columns = vec![
        Column::text("way to the rest", 30).grows(),
        Column::number("KPI moves", 10),
        Column::number("to", 8),
        Column::number("of the goal", 11),
    ];
    if wide {
        columns.push(Column::text("95 % interval", AXIS));
    }
    let whole = app.views.explore.level.as_ref().and_then(|l| l.level.value);
    let moves = |row: &reach::Row| match row {
        reach::Row::Closed(share) => (Some(r), *share),
        reach::Row::Marked(s) => (reach::of(app, &s.condition), 1.0),
    };
    let ends = rows.iter().filter_map(|row| {
        let (r, closed) = moves(row);
        reach::moved(&r?.reach, closed).interval
    });
    let (low, high) = interval::axis(ends, Some(0.0));
    let table = Table { columns: &columns, len: rows.len(), frozen: 0, focused: true, pick_column: false };
    table.draw(list, buf, theme, &pages.reach, &app.views.explore.column, |row, column| {
        let Some(row) = rows.get(row) else { return Cell::default() };
        let (found, closed) = moves(row);
        let Some(found) = found else {
            return if column == 1 { Cell::styled(theme.glyphs.more, theme.dim) } else { Cell::default() };
        };
        let moved = reach::moved(&found.reach, closed);
        let good = moved.value.is_some_and(|v| if better == Better::Lower { v < 0.0 } else { v > 0.0 });
        match (column, row) {
            (0, reach::Row::Closed(share)) => {
                let all = if reach::taken(app).len() > 1 { ", all together" } else { "" };
                Cell::new(format!("{} of the way{all}", format::percent_with(*share, 0)))
            }
            (0, reach::Row::Marked(s)) => Cell::styled(format!("all the way, {} alone", s.label), theme.dim),
            (1, _) => Cell::styled(format::change(&kpi, moved.value), if good { theme.good } else { theme.bad }),
            (2, _) => Cell::new(format::level(&kpi, whole.zip(moved.value).map(|(w, m)| w + m))),
            (3, _) => match reach::of_goal(found, closed, better) {
                Some(x) if x < 0.0 => Cell::styled("protect", theme.dim),
                Some(x) => Cell::new(format::percent_with(x, 0)),
                None => Cell::styled(theme.glyphs.unknown, theme.dim),
            },
            _ => match (moved.interval, moved.value) {
                (Some((a, b)), Some(v)) => {
                    let line = interval::interval_line(a, v, b, low, high, usize::from(AXIS) - 2, &theme.glyphs);
                    Cell::styled(line, theme.accent)
                }
                _ => Cell::default(),
            },
        }
    });
}

/// The experiment.
pub fn draw_experiment(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(plan) = experiment::plan(app) else {
        pane::empty(below(area, 1), buf, theme, "The KPI is being measured …");
        return;
    };
    title(app, &format!("An experiment with {}", plan.who), theme, area, buf);
    let inside = inset(area);
    let used = match experiment::planned(&plan) {
        Ok(r) => {
            let arms = u64::from(plan.request.arms);
            let size = format!(
                "{} {} per arm, {} in all",
                format::count(r.n_per_arm),
                plan.counted,
                format::count(r.n_per_arm.saturating_mul(arms))
            );
            let long = r.weeks.is_some_and(|w| w > 12.0);
            let weeks = match r.weeks {
                Some(w) => format!("{} weeks", format::fixed(w, 1)),
                None => "weeks not known".to_owned(),
            };
            let x = put(buf, inside, 0, 1, &size, theme.accent) + 3;
            put(buf, inside, x, 1, &weeks, if long { theme.warn } else { theme.accent });
            let mde = match r.mde {
                Some(x) => format!(
                    "in {} weeks a change of {} or more would show{}",
                    format::number(plan.request.weeks),
                    experiment::visible(&plan, x),
                    if long { "; too long: take a larger group, or a larger change" } else { "" }
                ),
                None if plan.request.per_week.is_some() => "in 4 weeks nothing would show".to_owned(),
                None => "how many become eligible per week is not known: Enter writes it".to_owned(),
            };
            put(buf, inside, 0, 2, &text::fit(&mde, usize::from(inside.width)), theme.text);
            3
        }
        Err(why) => 1 + put_prose(buf, Rect { height: inside.height.min(2), ..below(inside, 1) }, &why, theme.bad),
    };
    let body = below(area, used + u16::from(area.height > 16));
    let hint = "Enter changes the numbers; Backspace takes them from the data and the goal again.";
    let list = foot(body, plan.notes.first().map(|n| n.trim_end_matches('.').to_owned()), hint, theme, buf);
    let columns = [Column::text("planned with", 22), Column::text("", 30).grows()];
    let rows = experiment::INPUTS;
    let table = Table { columns: &columns, len: rows.len(), frozen: 0, focused: true, pick_column: false };
    let view = &app.views.explore;
    table.draw(list, buf, theme, &view.pages.experiment.list, &view.column, |row, column| {
        let Some((key, label, _)) = rows.get(row) else { return Cell::default() };
        if column == 0 { Cell::styled(*label, theme.dim) } else { Cell::new(experiment::value(&plan, key)) }
    });
}

//! The Change pane: what moved, the smallest set of cells in which it stands, and what each group contributes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::change_map;
use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::change::{
    ChangeRow, causes, headline, inside_sum, is_forecast, part_names, result, rows, selected, sentence, usual_words,
};
use crate::app::screens::explore::{filter, independence_short};
use crate::query::{Better, ChangeResult};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, put_right, row_of};
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::{interval, pane};

/// Cells for the axis of the intervals.
const AXIS: u16 = 22;

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let view = &app.views.explore.change;
    let inside = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    let Some(compared) = &view.compared else {
        pane::empty(area, buf, theme, nothing(app));
        return;
    };
    let bound = app.doc.as_ref().is_some_and(|d| d.session.state.kpi.is_some());
    if !bound && !is_forecast(app) {
        pane::empty(area, buf, theme, "No KPI is bound. K binds one; then this pane shows what moved it.");
        return;
    }
    let title = text::fit(&compared.title, usize::from(inside.width));
    let x = put(buf, inside, 0, 0, &title, theme.title) + 3;
    let unit = independence_short(app);
    if usize::from(inside.width.saturating_sub(x)) >= text::width(&unit) {
        put_right(buf, inside, 0, &unit, theme.dim);
    }
    if filter::filter(app).is_some() {
        put(buf, inside, x, 0, "filtered", theme.warn);
    }
    let rest = below(area, 1);
    let Some(r) = result(app) else {
        let first = crate::app::screens::explore::change::first(app);
        let words = match (&view.failed, first) {
            (Some(why), _) => why.clone(),
            (None, None) => "What moved is being searched …".to_owned(),
            (None, Some(_)) => format!("Split by {} …", view.by.join(" × ")),
        };
        // The change as a whole stays in sight while it is split another way.
        if let Some(first) = first {
            put(
                buf,
                Rect { y: rest.y, height: rest.height, ..inside },
                0,
                0,
                &headline(first),
                tone(app, first.change.value, theme),
            );
        }
        pane::empty(below(rest, 2), buf, theme, &words);
        return;
    };
    let used = head(app, r, theme, Rect { y: rest.y, height: rest.height, ..inside }, buf);
    let body = below(rest, used);
    let rows = rows(app);
    if rows.is_empty() {
        let words = r.notes.last().cloned().unwrap_or_else(|| "Nothing contributes.".to_owned());
        pane::empty(body, buf, theme, &words);
        return;
    }
    let foot = if body.height >= 10 { 4 } else { 0 };
    let list = Rect { height: body.height.saturating_sub(foot), ..body };
    if view.map && view.by.len() == 2 && view.inside.is_none() {
        change_map::draw(app, r, theme, list, buf);
    } else {
        table(app, r, &rows, theme, list, buf);
    }
    if foot > 0 {
        let under = Rect { y: body.y + list.height, height: foot, ..inside };
        detail(app, r, theme, under, buf);
    }
}

/// What an empty pane teaches.
fn nothing(app: &App) -> &'static str {
    if app.main_info().is_some_and(|i| i.profile.is_none()) {
        "The columns are being looked at …"
    } else {
        "No column holds a time, so no two periods suggest themselves. v compares two groups of rows by conditions, or what \
         happened with what was expected, two columns."
    }
}

/// The change as a whole, whether it is usual, and what the rows are.
fn head(app: &App, r: &ChangeResult, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let view = &app.views.explore.change;
    let width = usize::from(area.width);
    put(buf, area, 0, 0, &text::fit(&headline(r), width), tone(app, r.change.value, theme));
    let mut used = 1;
    let first = crate::app::screens::explore::change::first(app).unwrap_or(r);
    if let Some(words) = usual_words(first.usual.as_ref()).filter(|_| area.height > 12) {
        put(buf, area, 0, used, &text::fit(&words, width), theme.dim);
        used += 1;
    }
    let by = view.by.join(" × ");
    let what = match (&view.inside, inside_sum(app)) {
        (Some(inside), Some(sum)) => {
            format!("inside {}, by {by}: the parts add up to {}", inside.label, format::change(&r.kpi, Some(sum)))
        }
        _ => format!("by {by}: the parts add up to {}", format::change(&r.kpi, r.change.value)),
    };
    let alone = match (&view.inside, view.map, first.causes.is_empty()) {
        (None, false, true) => format!("   no cell stands out among {}", format::count(first.tried)),
        _ => String::new(),
    };
    let waits = if view.waits() { " …" } else { "" };
    put(buf, area, 0, used, &text::fit(&format!("{what}{waits}{alone}"), width), theme.dim);
    used + 1 + u16::from(area.height > 16)
}

/// The ink of a change: good or bad by the way that the KPI should move.
pub(super) fn tone(app: &App, change: Option<f64>, theme: &Theme) -> Style {
    let better = app.doc.as_ref().and_then(|d| d.session.state.kpi.as_ref()).map(|k| k.better);
    let (Some(better), Some(x), false) = (better, change, is_forecast(app)) else { return theme.text };
    let worse = if better == Better::Lower { x > 0.0 } else { x < 0.0 };
    if x == 0.0 {
        theme.text
    } else if worse {
        theme.bad
    } else {
        theme.good
    }
}

fn table(app: &App, r: &ChangeResult, rows: &[ChangeRow<'_>], theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (rate, mix) = part_names(r, is_forecast(app));
    let (before, after) = if is_forecast(app) { ("expected", "happened") } else { ("before", "after") };
    let mut columns = vec![
        Column::text("group", 26).grows(),
        Column::number(before, 9),
        Column::number(after, 9),
        Column::number("contributes", 11),
    ];
    let split = area.width >= 72 && !is_forecast(app);
    if split {
        columns.push(Column::number(rate, 9));
        columns.push(Column::number(mix, 9));
    }
    let z_at = columns.len();
    if area.width >= 90 {
        columns.push(Column::number("z", 6));
    }
    let axis_at = columns.len();
    if area.width >= 116 {
        columns.push(Column::text("95 % interval", AXIS));
    }
    let ends = rows.iter().filter_map(|row| match row {
        ChangeRow::Part(p) => p.contribution.interval,
        ChangeRow::Cause(_) => None,
    });
    let (low, high) = interval::axis(ends, Some(0.0));
    let table = Table { columns: &columns, len: rows.len(), frozen: 0, focused: true, pick_column: false };
    let change = |x: Option<f64>| format::change(&r.kpi, x);
    let view = &app.views.explore;
    table.draw(area, buf, theme, &view.change.list, &view.column, |row, column| {
        let Some(row) = rows.get(row).copied() else { return Cell::default() };
        let (level, contribution) = match row {
            ChangeRow::Cause(c) => (c.level, c.contribution),
            ChangeRow::Part(p) => (p.level, p.contribution.value),
        };
        match (column, row) {
            (0, ChangeRow::Cause(c)) => {
                let label = if c.place.is_empty() { "everything" } else { c.label.as_str() };
                Cell::styled(format!("{} {label}", theme.glyphs.point), theme.accent)
            }
            (0, ChangeRow::Part(p)) => Cell::new(shown(app, p.label.as_str(), p.place.as_slice())),
            (1, _) => Cell::styled(format::level(&r.kpi, level.0), theme.dim),
            (2, _) => Cell::new(format::level(&r.kpi, level.1)),
            (3, _) => Cell::styled(change(contribution), tone(app, contribution, theme)),
            (4, ChangeRow::Part(p)) if split => Cell::styled(change(Some(p.rate)), theme.dim),
            (5, ChangeRow::Part(p)) if split => Cell::styled(change(Some(p.mix)), theme.dim),
            (c, ChangeRow::Part(p)) if c == z_at => {
                let sure = p.did_z.is_some_and(|z| z.abs() >= 3.0);
                let text = p.did_z.map_or_else(|| format::UNKNOWN.to_owned(), |z| format::signed(z, 1));
                Cell::styled(text, if sure { theme.text } else { theme.dim })
            }
            (c, ChangeRow::Part(p)) if c == axis_at => match (p.contribution.interval, p.contribution.value) {
                (Some((a, b)), Some(v)) => {
                    let line = interval::interval_line(a, v, b, low, high, usize::from(AXIS) - 2, &theme.glyphs);
                    Cell::styled(line, theme.accent)
                }
                _ => Cell::default(),
            },
            _ => Cell::default(),
        }
    });
}

/// The group without the columns' names where the head says them already; inside a group only its own part.
fn shown(app: &App, label: &str, place: &[(String, crate::query::Cell)]) -> String {
    let parts: Vec<&str> = label.split(" and ").collect();
    let own = if app.views.explore.change.inside.is_some() && parts.len() == place.len() {
        parts.last().copied().unwrap_or(label).to_owned()
    } else {
        label.to_owned()
    };
    match place {
        [(column, _)] => bare(&own, column),
        [.., (column, _)] if app.views.explore.change.inside.is_some() => bare(&own, column),
        _ => own,
    }
}

fn bare(label: &str, column: &str) -> String {
    let rest = label.strip_prefix(column).and_then(|l| l.strip_prefix(' ')).unwrap_or(label);
    rest.strip_prefix("= ").unwrap_or(rest).to_owned()
}

/// The row under the cursor in two or three lines.
fn detail(app: &App, r: &ChangeResult, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(row) = selected(app) else { return };
    put(buf, row_of(area, 0), 0, 0, &theme.glyphs.line.repeat(usize::from(area.width)), theme.rule);
    let words = format!("{}.", sentence(app, r, row));
    let used =
        put_prose(buf, Rect { height: area.height.saturating_sub(1).min(2), ..below(area, 1) }, &words, theme.text);
    let hint = match row {
        ChangeRow::Cause(c) if c.place.is_empty() && causes(app).len() > 1 => {
            "The change is one of all rows; the cells below moved unlike the others.".to_owned()
        }
        ChangeRow::Cause(c) if c.place.is_empty() => "No cell stands out: everything moved alike.".to_owned(),
        ChangeRow::Cause(_) => {
            format!("{} the smallest set of cells in which the change stands; groups follow below.", theme.glyphs.point)
        }
        ChangeRow::Part(p) if p.place.len() == 1 => "Enter opens its parts by another column.".to_owned(),
        ChangeRow::Part(_) => "i says how these figures are computed.".to_owned(),
    };
    put_prose(buf, below(area, 1 + used), &hint, theme.dim);
}

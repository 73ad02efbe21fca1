//! The Drivers and Segments panes: one line a column or combination, what is held out on top.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::clues::{ClueRow, explained_words, rows, selected};
use crate::app::screens::explore::pages::is_marked;
use crate::app::screens::explore::{Pane, filter, independence_short};
use crate::query::{Better, Kpi};
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, row_of};
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::{interval, pane};

/// Cells for the axis of the intervals.
const AXIS: u16 = 24;

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let view = &app.views.explore;
    let segments = view.pane == Pane::Segments;
    let Some(binding) = app.doc.as_ref().and_then(|d| d.session.state.kpi.as_ref()) else {
        pane::empty(area, buf, theme, "No KPI is bound. K binds one; then this pane shows what it goes with.");
        return;
    };
    let inside = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    let (tried, notes) = match (&view.clues.drivers, &view.clues.segments) {
        (Some(r), _) if !segments => (r.tried, r.notes.clone()),
        (_, Some(r)) if segments => (r.tried, r.notes.clone()),
        _ => {
            let words = match &view.clues.failed {
                Some(why) => why.clone(),
                None if segments => "Combinations are being searched …".to_owned(),
                None => "Columns are being ranked …".to_owned(),
            };
            pane::empty(area, buf, theme, &words);
            return;
        }
    };
    let what = if segments { "combinations looked at" } else { "columns ranked" };
    let unit = independence_short(app);
    let head = format!("{} {what}   {unit}", format::count(tried));
    let x = put(buf, inside, 0, 0, &head, theme.dim) + 3;
    if filter::filter(app).is_some() {
        put(buf, inside, x, 0, "filtered", theme.warn);
    }
    let rows = rows(app);
    let body = below(area, 2);
    if rows.is_empty() {
        let words = notes.last().cloned().unwrap_or_else(|| "Nothing stands out.".to_owned());
        pane::empty(body, buf, theme, &words);
        return;
    }
    let foot = if body.height >= 12 { 5 } else { 0 };
    let list = Rect { height: body.height.saturating_sub(foot), ..body };
    let lower = binding.better == Better::Lower;
    table(app, &binding.kpi, &rows, lower, theme, list, buf);
    if foot > 0 {
        let under = below(inside, inside.height.saturating_sub(foot - 1));
        detail(app, &binding.kpi, theme, under, buf);
    }
}

fn table(app: &App, kpi: &Kpi, rows: &[ClueRow<'_>], lower: bool, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let segments = app.views.explore.pane == Pane::Segments;
    let wide = area.width >= 96;
    let mut columns: Vec<Column<'_>> = if segments {
        vec![
            Column::text("segment", 44).grows(),
            Column::number("n", 9),
            Column::number("inside", 7),
            Column::number("rest", 7),
            Column::number("reach", 9),
        ]
    } else {
        vec![
            Column::text("column", 26).grows(),
            Column::number("ω²", 6),
            Column::number("spread", 8),
            Column::text("worst group", 32),
        ]
    };
    if wide {
        columns.push(Column::text("95 % interval", AXIS));
    }
    let ends = rows.iter().filter_map(|r| match r {
        ClueRow::Held(_) => None,
        ClueRow::Driver(d) => Some(d.interval),
        ClueRow::Segment(s) => s.reach.interval,
    });
    let (low, high) = interval::axis(ends, Some(0.0));
    let list = &app.views.explore.clues.list;
    let scroll = if segments { &list.1 } else { &list.0 };
    let sign = if lower { -1.0 } else { 1.0 };
    let table = Table { columns: &columns, len: rows.len(), frozen: 0, focused: true, pick_column: false };
    table.draw(area, buf, theme, scroll, &app.views.explore.column, |row, column| {
        let Some(row) = rows.get(row) else { return Cell::default() };
        let axis = |ends: Option<(f64, f64)>, value: Option<f64>| match (ends, value) {
            (Some((a, b)), Some(v)) => {
                let line = interval::interval_line(a, v, b, low, high, usize::from(AXIS) - 2, &theme.glyphs);
                Cell::styled(line, theme.accent)
            }
            _ => Cell::default(),
        };
        match (row, column) {
            (ClueRow::Held(l), 0) => Cell::styled(format!("{} {}", theme.glyphs.warn, l.column), theme.warn),
            (ClueRow::Held(_), 3) if !segments => Cell::styled("held out: known before?", theme.warn),
            (ClueRow::Held(_), _) => Cell::default(),
            (ClueRow::Driver(d), 0) => {
                let trend = match d.trend {
                    Some(1) => format!(" {}", theme.glyphs.up),
                    Some(-1) => format!(" {}", theme.glyphs.down),
                    _ => String::new(),
                };
                let mark = if d.explained_by.is_empty() { "" } else { " *" };
                let ink = if d.explained_by.is_empty() { theme.text } else { theme.dim };
                let marked = marked(app, d.worst.condition.as_deref(), theme);
                Cell::styled(format!("{marked}{}{trend}{mark}", d.column), ink)
            }
            (ClueRow::Driver(d), 1) => Cell::new(format::fixed(d.omega2, 3)),
            (ClueRow::Driver(d), 2) => {
                Cell::new(format::change(kpi, Some(d.spread)).trim_start_matches('+').to_owned())
            }
            (ClueRow::Driver(d), 3) => {
                Cell::new(format!("{}  {}", format::level(kpi, Some(d.worst.level)), bare(&d.worst.label, &d.column)))
            }
            (ClueRow::Driver(d), _) => axis(Some(d.interval), Some(d.omega2)),
            (ClueRow::Segment(s), 0) => {
                let mark = if s.explained_by.is_empty() { "" } else { " *" };
                let ink = if s.explained_by.is_empty() { theme.text } else { theme.dim };
                let marked = marked(app, s.condition.as_deref(), theme);
                Cell::styled(format!("{marked}{}{mark}", s.label), ink)
            }
            (ClueRow::Segment(s), 1) => Cell::styled(format::count(s.n), theme.dim),
            (ClueRow::Segment(s), 2) => Cell::new(format::level(kpi, s.level)),
            (ClueRow::Segment(s), 3) => Cell::styled(format::level(kpi, s.rest), theme.dim),
            (ClueRow::Segment(s), 4) => {
                let reach = s.reach.value.map(|v| -v);
                let good = reach.is_some_and(|v| v * sign > 0.0);
                Cell::styled(format::change(kpi, reach), if good { theme.good } else { theme.dim })
            }
            (ClueRow::Segment(s), _) => axis(s.reach.interval, s.reach.value),
        }
    });
}

/// The sign of a row that is marked, to be taken together with others.
fn marked(app: &App, condition: Option<&str>, theme: &Theme) -> String {
    if is_marked(app, condition) { format!("{} ", theme.glyphs.yes) } else { String::new() }
}

/// A group's label without its column's name.
fn bare<'a>(label: &'a str, column: &str) -> &'a str {
    let rest = label.strip_prefix(column).and_then(|l| l.strip_prefix(' ')).unwrap_or(label);
    rest.strip_prefix("= ").unwrap_or(rest)
}

/// The row under the cursor in two or three lines.
fn detail(app: &App, kpi: &Kpi, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (first, second) = match selected(app) {
        None => return,
        Some(ClueRow::Held(l)) => (
            format!("{}: {}.", l.column, l.why),
            "Was it known before the outcome? w answers; until then it is held out.".to_owned(),
        ),
        Some(ClueRow::Driver(d)) => (
            format!(
                "{} {} of {} rows, {} {} of {}.",
                d.worst.label,
                format::level(kpi, Some(d.worst.level)),
                format::count(d.worst.n),
                d.best.label,
                format::level(kpi, Some(d.best.level)),
                format::count(d.best.n)
            ),
            explained_line(&d.explained_by),
        ),
        Some(ClueRow::Segment(s)) => (
            format!(
                "{}: {} rows, {} against {}, {}.",
                s.label,
                format::count(s.n),
                format::level(kpi, s.level),
                format::level(kpi, s.rest),
                format::change_with_interval(kpi, &s.delta)
            ),
            explained_line(&s.explained_by),
        ),
    };
    put(buf, row_of(area, 0), 0, 0, &theme.glyphs.line.repeat(usize::from(area.width)), theme.rule);
    let used =
        put_prose(buf, Rect { height: area.height.saturating_sub(1).min(2), ..below(area, 1) }, &first, theme.text);
    put_prose(buf, below(area, 1 + used), &second, theme.dim);
}

fn explained_line(list: &[crate::query::Explained]) -> String {
    if list.is_empty() {
        return "No other column takes half of it away; it goes with the KPI, which is no proof.".to_owned();
    }
    let words: Vec<String> = list.iter().map(explained_words).collect();
    format!("* {}. x says more.", words.join("; "))
}

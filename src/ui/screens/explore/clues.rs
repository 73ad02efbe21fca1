//! The Drivers and Segments panes: one line a column or combination, what is held out on top.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::clues::{ClueRow, explained_words, rows, selected};
use crate::app::screens::explore::pages::is_marked;
use crate::app::screens::explore::{Pane, filter, independence_short};
use crate::query::{Better, Cell as Value, Kpi};
use crate::ui::text;
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
    let all: &[What] = if segments {
        &[What::Name, What::Rows, What::Inside, What::Rest, What::Reach, What::Axis]
    } else {
        &[What::Name, What::Omega, What::Spread, What::Worst, What::Level, What::Rows, What::Axis]
    };
    // What tells rows apart keeps its cells: where the pane is narrow, figures that the line below says too give way.
    let kept: Vec<What> = all
        .iter()
        .copied()
        .filter(|w| match w {
            What::Axis => wide,
            What::Rest => area.width >= 84,
            What::Spread | What::Rows => area.width >= 70,
            _ => true,
        })
        .collect();
    let names = rows.iter().map(|r| match r {
        ClueRow::Held(l) => text::width(&text::clean(&l.column)) + 2,
        ClueRow::Driver(d) => text::width(&text::clean(&d.column)) + 4,
        ClueRow::Segment(s) => text::width(&text::clean(&s.label)) + 2,
    });
    let widest = u16::try_from(names.max().unwrap_or(12)).unwrap_or(u16::MAX);
    let column = |w: &What| match w {
        What::Name if segments => Column { min: 16, ..Column::text("segment", widest.clamp(16, 120)) }.grows(),
        What::Name => Column { min: widest.clamp(8, 18), ..Column::text("column", widest.clamp(8, 30)) },
        What::Worst => Column { min: 10, ..Column::text("worst group", 40) }.grows(),
        What::Omega => Column::number("ω²", 5),
        What::Spread => Column::number("spread", 7),
        What::Level => Column::number("KPI", 7),
        What::Rows => Column::number("n", if segments { 9 } else { 8 }),
        What::Inside => Column::number("inside", 7),
        What::Rest => Column::number("rest", 7),
        What::Reach => Column::number("reach", 9),
        What::Axis => Column::text("95 % interval", AXIS),
    };
    let columns: Vec<Column<'_>> = kept.iter().map(column).collect();
    // Cells that the table will give to a segment's name: all that the figures leave.
    let gaps = 2 * kept.len().saturating_sub(1) + 3;
    let figures: usize = columns.iter().skip(1).map(|c| usize::from(c.want)).sum();
    let name_room = usize::from(area.width).saturating_sub(gaps + figures).max(16);
    let ends = rows.iter().filter_map(|r| match r {
        ClueRow::Held(_) => None,
        ClueRow::Driver(d) => Some(d.interval),
        ClueRow::Segment(s) => s.reach.interval.map(|(a, b)| (-b, -a)),
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
        let Some(what) = kept.get(column) else { return Cell::default() };
        match (row, what) {
            (ClueRow::Held(l), What::Name) => Cell::styled(format!("{} {}", theme.glyphs.warn, l.column), theme.warn),
            (ClueRow::Held(_), What::Worst) => Cell::styled("held out: known before?", theme.warn),
            (ClueRow::Held(_), _) => Cell::default(),
            (ClueRow::Driver(d), What::Name) => {
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
            (ClueRow::Driver(d), What::Omega) => Cell::new(format::fixed(d.omega2, 3)),
            (ClueRow::Driver(d), What::Spread) => {
                Cell::new(format::change(kpi, Some(d.spread)).trim_start_matches('+').to_owned())
            }
            (ClueRow::Driver(d), What::Worst) => Cell::new(bare(&d.worst.label, &d.column).to_owned()),
            (ClueRow::Driver(d), What::Level) => Cell::new(format::level(kpi, Some(d.worst.level))),
            (ClueRow::Driver(d), What::Rows) => Cell::styled(format::count(d.worst.n), theme.dim),
            (ClueRow::Driver(d), _) => axis(Some(d.interval), Some(d.omega2)),
            (ClueRow::Segment(s), What::Name) => {
                let mark = if s.explained_by.is_empty() { "" } else { " *" };
                let ink = if s.explained_by.is_empty() { theme.text } else { theme.dim };
                let marked = marked(app, s.condition.as_deref(), theme);
                let room = name_room.saturating_sub(mark.len() + text::width(&marked));
                Cell::styled(format!("{marked}{}{mark}", squeezed(&s.label, &s.place, room)), ink)
            }
            (ClueRow::Segment(s), What::Rows) => Cell::styled(format::count(s.n), theme.dim),
            (ClueRow::Segment(s), What::Inside) => Cell::new(format::level(kpi, s.level)),
            (ClueRow::Segment(s), What::Rest) => Cell::styled(format::level(kpi, s.rest), theme.dim),
            (ClueRow::Segment(s), What::Reach) => {
                let reach = s.reach.value.map(|v| -v);
                let good = reach.is_some_and(|v| v * sign > 0.0);
                Cell::styled(format::change(kpi, reach), if good { theme.good } else { theme.dim })
            }
            // As the figure: what the KPI would move by.
            (ClueRow::Segment(s), _) => axis(s.reach.interval.map(|(a, b)| (-b, -a)), s.reach.value.map(|v| -v)),
        }
    });
}

/// The sign of a row that is marked, to be taken together with others.
fn marked(app: &App, condition: Option<&str>, theme: &Theme) -> String {
    if is_marked(app, condition) { format!("{} ", theme.glyphs.yes) } else { String::new() }
}

/// The columns of both lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Name,
    Rows,
    Inside,
    Rest,
    Reach,
    Omega,
    Spread,
    Worst,
    Level,
    Axis,
}

/// A segment's label in so many cells. Every part keeps something: a short one leaves its room to the others, and names
/// of columns are shortened before values.
fn squeezed(label: &str, place: &[(String, Value)], room: usize) -> String {
    const BETWEEN: &str = " & ";
    let label = text::clean(label);
    if text::width(&label) <= room {
        return label.into_owned();
    }
    let parts: Vec<(String, String)> = place.iter().map(|(name, value)| part(name, value)).collect();
    let mut widths: Vec<usize> = parts.iter().map(|(name, value)| text::width(name) + text::width(value)).collect();
    widths.sort_unstable();
    // What is left for each of the parts that are too long, once the shorter ones have what they need.
    let mut left = room.saturating_sub(text::width(BETWEEN) * parts.len().saturating_sub(1));
    let mut each = left / parts.len().max(1);
    for (at, width) in widths.iter().enumerate() {
        each = left / (parts.len() - at);
        if *width > each {
            break;
        }
        left -= width;
    }
    let one = |(name, value): &(String, String)| {
        if text::width(name) + text::width(value) <= each {
            return format!("{name}{value}");
        }
        let name = text::cut(name, each.saturating_sub(text::width(value)).max(4));
        let value = text::cut(value, each.saturating_sub(text::width(&name)).max(3));
        format!("{name}{value}")
    };
    parts.iter().map(one).collect::<Vec<_>>().join(BETWEEN)
}

/// A column's name, and its value with what stands between them.
fn part(name: &str, value: &Value) -> (String, String) {
    let name = text::clean(name).into_owned();
    let value = text::clean(&value.to_string()).into_owned();
    let range = ["(", "≤ ", "> "].iter().any(|begins| value.starts_with(begins));
    let value = if range { format!(" {value}") } else { format!("={value}") };
    (name, value)
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

#[cfg(test)]
mod tests {
    use super::{Value, squeezed};

    #[test]
    fn a_long_segment_keeps_something_of_every_part() {
        let place = |parts: &[(&str, &str)]| -> Vec<(String, Value)> {
            parts.iter().map(|(name, value)| ((*name).to_owned(), Value::Text((*value).to_owned()))).collect()
        };
        let label = "Contract = Month-to-month and InternetService = Fiber optic";
        let parts = place(&[("Contract", "Month-to-month"), ("InternetService", "Fiber optic")]);
        assert_eq!(squeezed(label, &parts, 80), label);
        let short = squeezed(label, &parts, 40);
        assert!(short.contains("=Month") && short.contains("=Fiber optic"), "{short}");
        assert!(crate::ui::text::width(&short) <= 40, "{short}");
        // A short part leaves its room to the other, and a range stays one.
        let label = "hour (20, 22] and plan = pay_as_you_go";
        let short = squeezed(label, &place(&[("hour", "(20, 22]"), ("plan", "pay_as_you_go")]), 36);
        assert_eq!(short, "hour (20, 22] & plan=pay_as_you_go");
        let three = place(&[("hour", "(20, 22]"), ("plan", "pay_as_you_go"), ("wait_min", "> 10.5")]);
        let short = squeezed("hour (20, 22] and plan = pay_as_you_go and wait_min > 10.5", &three, 36);
        assert!(short.contains("hour (2") && short.contains("plan=pay_") && short.contains(" > 10"), "{short}");
        assert!(crate::ui::text::width(&short) <= 36, "{short}");
    }
}

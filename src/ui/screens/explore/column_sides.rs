//! Two groups of rows side by side: every column in one line, and the selected one bin by bin.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::columns::sides::{self, Compared};
use crate::app::screens::explore::{ordered_columns, selected_column};
use crate::query::{ColumnProfile, ColumnShift, ShiftResult};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, row_of};
use crate::ui::widgets::table::{Cell, Column, Table};
use crate::ui::widgets::{pane, shapes};

/// Indices from here on fill the bar of a column.
const LARGE: f64 = 0.5;

fn inside(r: Rect) -> Rect {
    Rect { x: r.x + r.width.min(1), width: r.width.saturating_sub(2), ..r }
}

/// What a line of the list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Name,
    What,
    A,
    B,
    Difference,
    Nulls,
    Shift,
}

/// Draws both sides.
pub fn draw(app: &App, compared: &Compared, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let list = ordered_columns(app);
    let detail = if area.height >= 12 { area.height * 9 / 20 } else { 0 };
    let (top, bottom) = (Rect { height: area.height - detail, ..area }, below(area, area.height - detail));
    let note = format!("sorted by {}   v another pair   Esc the profile alone", app.views.explore.sort.word());
    let rest = pane::title(top, buf, theme, "Columns side by side", &note, true);
    let result = sides::result(app);
    heads(compared, result, theme, inside(rest), buf);
    let rest = below(rest, 2);
    let Some(result) = result else {
        let why = sides::failure(app).unwrap_or("comparing …");
        pane::empty(rest, buf, theme, why);
        return;
    };
    let rest = match result.notes.first() {
        Some(words) => {
            put(buf, inside(rest), 0, 0, words, theme.warn);
            below(rest, 1)
        }
        None => rest,
    };
    table(app, &list, theme, rest, buf);
    if let Some(column) = selected_column(app) {
        match sides::of(app, &column.name) {
            Some(shift) => bins(shift, result, theme, bottom, buf),
            None => pane::empty(bottom, buf, theme, "This column is of a kind that is only shown."),
        }
    }
}

/// What A and B are, one under the other.
fn heads(compared: &Compared, result: Option<&ShiftResult>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let rows = result.map(|r| r.n);
    let lines = [("A", &compared.names.0, rows.map(|n| n.0)), ("B", &compared.names.1, rows.map(|n| n.1))];
    for (y, (side, name, n)) in (0..).zip(lines) {
        let line = row_of(area, y);
        let n = n.map(|n| format!("n {}", format::count(n))).unwrap_or_default();
        let room = usize::from(line.width).saturating_sub(text::width(&n) + 5);
        let mut x = put(buf, line, 0, 0, side, theme.title) + 1;
        x += put(buf, line, x, 0, &text::cut(&text::clean(name), room), theme.text) + 2;
        put(buf, line, x, 0, &n, theme.dim);
    }
}

fn table(app: &App, list: &[&ColumnProfile], theme: &Theme, area: Rect, buf: &mut Buffer) {
    use Kind::{A, B, Difference, Name, Nulls, Shift, What};
    let kinds: &[Kind] = match area.width {
        w if w >= 100 => &[Name, What, A, B, Difference, Nulls, Shift],
        w if w >= 74 => &[Name, What, A, B, Difference, Shift],
        _ => &[Name, What, A, B, Shift],
    };
    let wide = area.width >= 100;
    let columns: Vec<Column<'_>> = kinds
        .iter()
        .map(|kind| match kind {
            Name => Column { min: 10, ..Column::text("name", if wide { 18 } else { 12 }) }.grows(),
            What => Column { min: 7, ..Column::text("of", if wide { 16 } else { 9 }) },
            A => Column::number("A", 7),
            B => Column::number("B", 7),
            Difference => Column::number("A − B", 25),
            Nulls => Column::number("null A, B", 11),
            Shift => Column { min: 5, ..Column::text("shift", if wide { 12 } else { 5 }) },
        })
        .collect();
    Table { columns: &columns, len: list.len(), frozen: 0, focused: true, pick_column: false }.draw(
        area,
        buf,
        theme,
        &app.views.explore.columns,
        &crate::app::scroll::Scroll::default(),
        |r, c| match (list.get(r), kinds.get(c)) {
            (Some(column), Some(kind)) => cell(app, column, *kind, wide, theme),
            _ => Cell::default(),
        },
    );
}

fn cell(app: &App, column: &ColumnProfile, kind: Kind, wide: bool, theme: &Theme) -> Cell<'static> {
    let Some(shift) = sides::of(app, &column.name) else {
        return if kind == Kind::Name { Cell::styled(column.name.clone(), theme.dim) } else { Cell::default() };
    };
    let psi = shift.psi.value;
    let ink = match psi {
        _ if shift.own => theme.dim,
        Some(x) if x >= 0.2 => theme.title,
        Some(x) if x < 0.1 => theme.dim,
        _ => theme.text,
    };
    let side = |mean: Option<f64>, share: Option<f64>| match (mean, share) {
        (Some(x), _) => format::number(x),
        (None, Some(x)) => format::percent(x),
        _ => format::UNKNOWN.to_owned(),
    };
    let mean = shift.mean.unwrap_or_default();
    let share = shift.moved.as_ref().map(|m| m.share);
    match kind {
        Kind::Name => Cell::styled(column.name.clone(), ink),
        Kind::What => Cell::styled(what(shift), theme.dim),
        Kind::A => Cell::new(side(mean.0, share.map(|s| s.0))),
        Kind::B => Cell::new(side(mean.1, share.map(|s| s.1))),
        Kind::Difference => {
            let words = format::difference_with_interval(shift.moved.is_some(), &shift.difference);
            let clear = shift.difference.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0);
            Cell::styled(words, if clear { theme.text } else { theme.dim })
        }
        Kind::Nulls => nulls(app, shift, theme),
        Kind::Shift if shift.own => Cell::styled("cut", theme.dim),
        Kind::Shift => {
            let Some(x) = psi else { return Cell::styled(format::UNKNOWN, theme.dim) };
            let bar = if wide { shapes::bar(x / LARGE, 6, &theme.glyphs) } else { String::new() };
            Cell::styled(format!("{bar}{}", text::fit_right(&format::fixed(x, 2), if wide { 6 } else { 5 })), ink)
        }
    }
}

/// Of what A and B are told.
fn what(shift: &ColumnShift) -> String {
    match (&shift.mean, &shift.moved) {
        (Some(_), _) => "mean".to_owned(),
        (None, Some(moved)) => format::short(&moved.value.to_string()),
        _ => String::new(),
    }
}

fn nulls(app: &App, shift: &ColumnShift, theme: &Theme) -> Cell<'static> {
    let Some(n) = sides::result(app).map(|r| r.n) else { return Cell::default() };
    if shift.nulls == (0, 0) {
        return Cell::styled("0", theme.dim);
    }
    let (a, b) = (share(shift.nulls.0, n.0), share(shift.nulls.1, n.1));
    Cell::new(format!("{} {}", format::percent(a), format::percent(b)))
}

#[allow(clippy::cast_precision_loss)]
fn share(part: u64, all: u64) -> f64 {
    part as f64 / all.max(1) as f64
}

/// The column's bins or values with the share of both sides in each.
fn bins(shift: &ColumnShift, result: &ShiftResult, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let psi = shift.psi.value.map_or_else(String::new, |x| {
        let interval = shift
            .psi
            .interval
            .map_or_else(String::new, |(l, h)| format!(" [{}, {}]", format::fixed(l, 3), format::fixed(h, 3)));
        format!("PSI {}{interval}: {}", format::fixed(x, 3), sides::size(x))
    });
    let psi = if shift.own { "named by the conditions".to_owned() } else { psi };
    let rest = inside(pane::title(area, buf, theme, &shift.name, &psi, false));
    let labels = shift.bins.iter().map(|b| text::width(&text::clean(&format::short(&b.value.to_string())))).max();
    let label = u16::try_from(labels.unwrap_or(0)).unwrap_or(u16::MAX).clamp(5, (rest.width / 4).max(5));
    // Share and rows of a side stand behind its bar.
    let figures: u16 = if rest.width >= 70 { 7 + 9 } else { 7 };
    let change: u16 = if rest.width >= 56 { 10 } else { 0 };
    let bar = rest.width.saturating_sub(label + change + 2 * figures + 6) / 2;
    let at = |side: u16| label + 2 + side * (bar + figures + 2);
    let head = row_of(rest, 0);
    put(buf, head, 0, 0, "value", theme.dim);
    for (side, name) in [(0, "A"), (1, "B")] {
        put(buf, head, at(side), 0, name, theme.dim);
    }
    if change > 0 {
        put(buf, head, at(2), 0, &text::fit_right("A − B", usize::from(change) - 1), theme.dim);
    }
    let shares: Vec<(f64, f64)> =
        shift.bins.iter().map(|b| (share(b.n.0, result.n.0), share(b.n.1, result.n.1))).collect();
    let most = shares.iter().fold(0.0_f64, |m, s| m.max(s.0).max(s.1));
    let room = usize::from(rest.height.saturating_sub(1));
    let fits = if shift.bins.len() > room { room.saturating_sub(1) } else { room };
    for (y, (one, shares)) in (1..).zip(shift.bins.iter().zip(&shares).take(fits)) {
        let line = row_of(rest, y);
        let name = text::fit(&text::clean(&format::short(&one.value.to_string())), usize::from(label));
        put(buf, line, 0, 0, &name, theme.text);
        for (side, value, n, ink) in [(0, shares.0, one.n.0, theme.accent), (1, shares.1, one.n.1, theme.text)] {
            let drawn = shapes::bar(value / most.max(f64::MIN_POSITIVE), usize::from(bar), &theme.glyphs);
            let mut x = at(side) + put(buf, line, at(side), 0, &drawn, ink);
            x += put(buf, line, x, 0, &text::fit_right(&format::percent(value), 7), theme.text);
            if figures > 7 {
                put(buf, line, x, 0, &text::fit_right(&format::count(n), 9), theme.dim);
            }
        }
        if change > 0 {
            let points = format!("{} pp", format::signed((shares.0 - shares.1) * 100.0, 1));
            put(buf, line, at(2), 0, &text::fit_right(&points, usize::from(change) - 1), theme.dim);
        }
    }
    let more = shift.bins.len().saturating_sub(fits);
    if more > 0 {
        let line = below(rest, u16::try_from(fits + 1).unwrap_or(u16::MAX));
        put_prose(buf, Rect { height: line.height.min(1), ..line }, &format!("{more} more: i tells all"), theme.dim);
    }
}

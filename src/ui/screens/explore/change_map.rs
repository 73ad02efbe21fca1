//! Two columns crossed: what each pair of their groups contributes to a change, the largest named first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::change::tone;
use crate::analysis::coding::value_order;
use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::change::selected;
use crate::query::{Cell, ChangePart, ChangeResult};
use crate::ui::text::{self, Align};
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{put, row_of};

/// Cells of a number in the map with the blank before it, at least and at most.
const CELL: (u16, u16) = (7, 16);
/// So many slots are named above the map.
const NAMED: usize = 3;

/// Draws the map.
pub fn draw(app: &App, r: &ChangeResult, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let inside = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    if inside.height < 4 || inside.width < 20 {
        return;
    }
    let named: Vec<String> = r
        .parts
        .iter()
        .filter(|p| p.contribution.value.is_some_and(|v| v != 0.0))
        .take(NAMED)
        .map(|p| {
            let place: Vec<String> = p.place.iter().map(|(_, v)| v.to_string()).collect();
            format!("{} {}", place.join(" × "), format::change(&r.kpi, p.contribution.value))
        })
        .collect();
    let words = format!("largest: {}", named.join("; "));
    put(buf, row_of(inside, 0), 0, 0, &text::fit(&words, usize::from(inside.width)), theme.text);
    // The larger side goes down, where there is more room.
    let (a, b) = (values(r, 0), values(r, 1));
    let turned = b.len() > a.len();
    let (down, across, first) = if turned { (b, a, 1) } else { (a, b, 0) };
    let names = down.iter().map(|v| text::width(&v.to_string())).max().unwrap_or(0);
    let name = u16::try_from(names).unwrap_or(u16::MAX).clamp(4, (inside.width / 4).max(4));
    let free = inside.width.saturating_sub(name + 1);
    let widest = across.iter().map(|v| text::width(&v.to_string())).max().unwrap_or(0);
    // As wide as the names want where there is room; else narrow, so that more of them fit.
    let wanted = u16::try_from(widest + 2).unwrap_or(CELL.1).clamp(CELL.0, CELL.1);
    let fair = free / u16::try_from(across.len().max(1)).unwrap_or(u16::MAX).max(1);
    let cell_width = wanted.min(fair.max(CELL.0));
    let room = usize::from(free / cell_width);
    let shown: Vec<&Cell> = across.iter().take(room).collect();
    let head = row_of(inside, 1);
    for (k, value) in shown.iter().enumerate() {
        let x = name + 1 + u16::try_from(k).unwrap_or(0) * cell_width;
        let fitted = text::fit_to(&value.to_string(), usize::from(cell_width) - 1, Align::Right);
        put(buf, head, x + 1, 0, &fitted, theme.dim);
    }
    if shown.len() < across.len() {
        put(buf, head, inside.width.saturating_sub(1), 0, theme.glyphs.off_right, theme.accent);
    }
    let largest = r.parts.iter().filter_map(|p| p.contribution.value).fold(0.0, |m: f64, v| m.max(v.abs()));
    let here = selected(app).map(|row| row.place().to_vec());
    let lines = usize::from(inside.height.saturating_sub(2));
    for (y, value) in down.iter().take(lines).enumerate() {
        let line = row_of(inside, u16::try_from(y).unwrap_or(u16::MAX) + 2);
        let fitted = text::fit_to(&value.to_string(), usize::from(name), Align::Left);
        put(buf, line, 0, 0, &fitted, theme.dim);
        for (k, other) in shown.iter().enumerate() {
            let x = name + 1 + u16::try_from(k).unwrap_or(0) * cell_width;
            let Some(part) = at(r, first, value, other) else { continue };
            let amount = part.contribution.value;
            let mut ink = tone(app, amount, theme);
            // Slots that hardly contribute stay in the background, the largest stand out; numbers and signs say the same.
            let size = amount.map_or(0.0, f64::abs);
            if size < largest / 20.0 {
                ink = theme.dim;
            } else if size > largest / 2.0 {
                ink = ink.add_modifier(Modifier::BOLD);
            }
            if here.as_ref() == Some(&part.place) {
                ink = ink.add_modifier(Modifier::REVERSED);
            }
            let words = short(r, amount);
            put(buf, line, x + 1, 0, &text::fit_to(&words, usize::from(cell_width) - 1, Align::Right), ink);
        }
    }
}

/// A contribution without its unit, which the head says.
fn short(r: &ChangeResult, amount: Option<f64>) -> String {
    format::change(&r.kpi, amount).trim_end_matches(" pp").to_owned()
}

/// The groups of a column: numbers in their order, others by how much they contribute.
fn values(r: &ChangeResult, column: usize) -> Vec<Cell> {
    let mut out: Vec<(Cell, f64)> = Vec::new();
    for p in &r.parts {
        let Some((_, value)) = p.place.get(column) else { continue };
        let size = p.contribution.value.map_or(0.0, f64::abs);
        match out.iter_mut().find(|(v, _)| v == value) {
            Some((_, sum)) => *sum += size,
            None => out.push((value.clone(), size)),
        }
    }
    let numbers = out.iter().all(|(v, _)| v.as_f64().is_some() || *v == Cell::Null || starts_as_number(v));
    if numbers {
        out.sort_by(|(a, _), (b, _)| number_of(a).total_cmp(&number_of(b)).then_with(|| value_order(a, b)));
    } else {
        out.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    }
    out.into_iter().map(|(v, _)| v).collect()
}

/// A bin such as `(12, 29]` or `≤ 6`.
fn starts_as_number(v: &Cell) -> bool {
    number_of(v).is_finite()
}

/// The number by which a value or a bin stands in order; null last.
fn number_of(v: &Cell) -> f64 {
    if let Some(x) = v.as_f64() {
        return x;
    }
    let text = v.to_string();
    let below = text.starts_with('≤') || text.starts_with('<');
    let from = text.find(|c: char| c.is_ascii_digit() || c == '-' || c == '−').unwrap_or(text.len());
    let digits: String = text
        .get(from..)
        .unwrap_or_default()
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '−'))
        .map(|c| if c == '−' { '-' } else { c })
        .collect();
    match digits.parse::<f64>() {
        Ok(_) if below => f64::MIN,
        Ok(x) => x,
        Err(_) => f64::INFINITY,
    }
}

fn at<'a>(r: &'a ChangeResult, first: usize, down: &Cell, across: &Cell) -> Option<&'a ChangePart> {
    let second = 1 - first;
    r.parts.iter().find(|p| {
        p.place.get(first).is_some_and(|(_, v)| v == down) && p.place.get(second).is_some_and(|(_, v)| v == across)
    })
}

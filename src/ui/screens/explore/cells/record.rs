//! One row as a form: name, type, value, a line a column.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::cursor_of;
use crate::analysis::format;
use crate::app::App;
use crate::app::hits::Target;
use crate::app::screens::explore::cells::{RecordView, is_hit};
use crate::query::Cell;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{put, put_right, row_of, select};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::popup;

/// Names are cut beyond this many cells.
const NAME: usize = 30;
/// Cells of a type's word.
const TYPE: usize = 6;

/// Draws it in a box.
pub fn draw(app: &App, view: &RecordView, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let width = area.width.saturating_sub(4).min(110);
    // As high as all columns need: the box does not jump while the filter is typed.
    let height = u16::try_from(view.columns.len()).unwrap_or(u16::MAX).saturating_add(3).max(8);
    let title = format!("Row {}", format::count(view.row + 1));
    let inside = popup::open(area, buf, theme, &title, width, height.min(area.height.saturating_sub(2)));
    app.hits.note(inside, Target::Nothing);
    let head = row_of(inside, 0);
    let total = view.columns.len() as u64;
    let count = if view.fits.len() as u64 == total {
        format!("{} columns", format::count(total))
    } else {
        format!("{} of {} columns", format::count(view.fits.len() as u64), format::count(total))
    };
    put_right(buf, head, 0, &count, theme.dim);
    let typed = view.filter.text();
    let mut at = None;
    if view.typing || !typed.is_empty() {
        let room = u16::try_from(text::width(&count)).unwrap_or(0) + 2;
        put(buf, head, 0, 0, "/", theme.accent);
        let field = Rect { x: head.x + 1.min(head.width), width: head.width.saturating_sub(room + 1), ..head };
        let cursor = cursor_of(&view.filter, &typed);
        at = Field { label: "", text: &typed, cursor, placeholder: "name or value", focused: view.typing }
            .draw(field, buf, theme);
    } else if let Some(why) = &view.trouble {
        put(buf, head, 0, 0, why, theme.bad);
    } else if view.cells.is_none() {
        put(buf, head, 0, 0, "being read …", theme.dim);
    }
    let body = Rect { y: inside.y + 1.min(inside.height), height: inside.height.saturating_sub(2), ..inside };
    let rows = view.list.window(view.fits.len(), usize::from(body.height));
    // Names of those in sight decide, so that ten thousand columns cost no more than these.
    let widest = |i: &usize| view.columns.get(*i).map_or(0, |c| text::width(&text::clean(&c.name)));
    let name = view.fits.get(rows.clone()).unwrap_or_default().iter().map(widest).max().unwrap_or(0).clamp(8, NAME);
    let name = name.min(usize::from(body.width / 3));
    if view.fits.is_empty() {
        put(buf, body, 2, 0, "No name or value holds that.", theme.dim);
    }
    for (line, i) in rows.enumerate() {
        let Some((column, head)) = view.fits.get(i).and_then(|c| Some((*c, view.columns.get(*c)?))) else { continue };
        let row = row_of(body, u16::try_from(line).unwrap_or(u16::MAX));
        put(buf, row, 2, 0, &text::fit(&text::clean(&head.name), name), theme.dim);
        let after = u16::try_from(name + 4).unwrap_or(0);
        put(buf, row, after, 0, head.dtype.word(), theme.rule);
        let value = Rect {
            x: row.x + (after + TYPE as u16 + 1).min(row.width),
            width: row.width.saturating_sub(after + TYPE as u16 + 1),
            ..row
        };
        match view.cells.as_ref().and_then(|c| c.get(column)) {
            None => put(buf, value, 0, 0, theme.glyphs.more, theme.dim),
            Some(Cell::Null) => put(buf, value, 0, 0, "null", theme.rule),
            Some(Cell::Text(t)) if t.is_empty() => put(buf, value, 0, 0, "\"\"", theme.rule),
            Some(cell) => {
                let ink = if is_hit(app, cell) { super::hit(theme) } else { theme.text };
                // Long texts are not carried whole to the screen.
                let shown: String = match cell {
                    Cell::Text(t) => t.chars().take(usize::from(value.width) + 1).collect(),
                    other => other.to_string(),
                };
                put(buf, value, 0, 0, &text::cut(&text::clean(&shown), usize::from(value.width)), ink)
            }
        };
        if view.list.selected(view.fits.len()) == Some(i) {
            put(buf, row, 0, 0, theme.glyphs.cursor, theme.accent);
            select(buf, row, theme);
        }
    }
    let keys = if view.typing {
        "Enter keeps the filter   Esc takes it away"
    } else {
        "h l row   / filter   Enter cell   y copy as JSON   Esc close"
    };
    put(buf, row_of(inside, inside.height.saturating_sub(1)), 0, 0, keys, theme.dim);
    at
}

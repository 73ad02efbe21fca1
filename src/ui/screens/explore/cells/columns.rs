//! The list of columns.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::cursor_of;
use crate::analysis::format;
use crate::app::App;
use crate::app::hits::Target;
use crate::app::screens::explore::cells::Picker;
use crate::app::screens::explore::table;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{put, put_right, row_of, select};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::popup;

/// Draws it in a box.
pub fn draw(app: &App, picker: &Picker, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let width = area.width.saturating_sub(4).min(60);
    let wanted = u16::try_from(picker.fits.len() + 2).unwrap_or(u16::MAX).max(3);
    let height = area.height.saturating_sub(4).min(18).min(wanted.max(10));
    let inside = popup::open(area, buf, theme, "Go to a column", width, height);
    app.hits.note(inside, Target::Nothing);
    let all = app.main_info().map(|i| i.schema.columns.as_slice()).unwrap_or_default();
    let columns: Vec<_> = table::columns(app).into_iter().filter_map(|i| all.get(i)).collect();
    let line = row_of(inside, 0);
    let count = format!("{} of {}", format::count(picker.fits.len() as u64), format::count(columns.len() as u64));
    put_right(buf, line, 0, &count, theme.rule);
    let room = u16::try_from(text::width(&count)).unwrap_or(0) + 2;
    let field = Rect { width: line.width.saturating_sub(room), ..line };
    let typed = picker.text.text();
    let cursor = cursor_of(&picker.text, &typed);
    let at = Field { label: "", text: &typed, cursor, placeholder: "a few letters of its name", focused: true }
        .draw(field, buf, theme);
    let list = Rect { y: inside.y + 1, height: inside.height.saturating_sub(2), ..inside };
    let rows = usize::from(list.height);
    if picker.fits.is_empty() {
        put(buf, list, 2, 0, "No column's name fits.", theme.dim);
    }
    let first = (picker.selected + 1).saturating_sub(rows);
    for (i, column) in picker.fits.iter().enumerate().skip(first).take(rows) {
        let Some(head) = columns.get(*column) else { continue };
        let row = row_of(list, u16::try_from(i - first).unwrap_or(0));
        put_right(buf, row, 0, head.dtype.word(), theme.dim);
        let name = text::clean(&head.name);
        put(buf, row, 2, 0, &text::cut(&name, usize::from(row.width.saturating_sub(9))), theme.text);
        if i == picker.selected {
            put(buf, row, 0, 0, theme.glyphs.cursor, theme.accent);
            select(buf, row, theme);
        }
    }
    put(buf, row_of(inside, inside.height.saturating_sub(1)), 0, 0, "Enter goes there   Esc leaves", theme.dim);
    at
}

//! One cell, whole.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::App;
use crate::app::hits::Target;
use crate::app::screens::explore::cells::CellView;
use crate::query::Cell;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{put, row_of};
use crate::ui::widgets::popup;

/// Draws it in a box.
pub fn draw(app: &App, view: &CellView, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let width = area.width.saturating_sub(4).min(100);
    let content = usize::from(width.saturating_sub(4)).max(1);
    let mut kept = view.wrapped.borrow_mut();
    if kept.as_ref().is_none_or(|(at, _)| *at != content) {
        *kept = Some((content, text::wrap(&view.text(), content)));
    }
    let lines = kept.as_ref().map(|(_, lines)| lines.as_slice()).unwrap_or_default();
    // Facts, a blank, the text, the keys.
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(4).max(8);
    let title = format!("{} · row {}", text::clean(&view.name), format::count(view.row + 1));
    let inside = popup::open(area, buf, theme, &title, width, height.min(area.height.saturating_sub(2)));
    app.hits.note(inside, Target::Nothing);
    let tight = inside.height < 6;
    let facts = view.trouble.clone().unwrap_or_else(|| view.facts());
    let ink = if view.trouble.is_some() { theme.bad } else { theme.dim };
    put(buf, row_of(inside, 0), 0, 0, &text::cut(&facts, usize::from(inside.width)), ink);
    let above = if tight { 1 } else { 2 };
    let body = Rect {
        y: inside.y + above.min(inside.height),
        height: inside.height.saturating_sub(above + 1 + u16::from(!tight)),
        ..inside
    };
    let room = usize::from(body.height);
    let end = lines.len().saturating_sub(room);
    view.room.set((end, room));
    let first = view.first.min(end);
    let ink = if matches!(view.cell, Some(Cell::Null)) { theme.rule } else { theme.text };
    for (i, line) in lines.iter().skip(first).take(room).enumerate() {
        put(buf, body, 0, u16::try_from(i).unwrap_or(u16::MAX), line, ink);
    }
    let more = lines.len().saturating_sub(first + room);
    let mut keys = Vec::new();
    if more > 0 {
        keys.push(format!("{} more lines", format::count(more as u64)));
    }
    if view.laid_out.is_some() {
        keys.push(if view.raw { "r laid out".into() } else { "r as it stands".into() });
    }
    keys.extend(["n p row".into(), "h l column".into(), "y copy".into(), "Esc close".into()]);
    put(buf, row_of(inside, inside.height.saturating_sub(1)), 0, 0, &keys.join("   "), theme.dim);
}

//! The search line, at the foot of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::cursor_of;
use crate::app::App;
use crate::app::screens::explore::cells::Line;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{clear, put, put_right, row_of};
use crate::ui::widgets::field::Field;

/// Draws it over the two last lines; a bad expression is told above.
pub fn draw(app: &App, line: &Line, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let area = area.intersection(buf.area);
    let mut place = row_of(area, area.height.saturating_sub(1));
    clear(buf, place);
    let mode = if line.is_regex() { "regex" } else { "plain text" };
    let full =
        format!("{mode} · case counts with a capital   Tab {}   Up before   Enter find   Esc leave", other(line));
    let short = format!("{mode}   Tab {}   Enter", other(line));
    let words = if usize::from(area.width) >= text::width(&full) + 30 { full } else { short };
    let used = u16::try_from(text::width(&words)).unwrap_or(0);
    if area.width > used + 20 {
        put_right(buf, place, 0, &words, theme.dim);
        place.width = place.width.saturating_sub(used + 2);
    }
    if let Some(bad) = &line.bad {
        let above = row_of(area, area.height.saturating_sub(2));
        clear(buf, above);
        put(buf, above, 1, 0, &text::cut(&bad.to_string(), usize::from(above.width.saturating_sub(2))), theme.bad);
    }
    app.hits.clear();
    put(buf, place, 1, 0, "/", theme.accent);
    place.x = place.x.saturating_add(2.min(place.width));
    place.width = place.width.saturating_sub(2);
    let typed = line.text.text();
    let cursor = cursor_of(&line.text, &typed);
    Field {
        label: "",
        text: &typed,
        cursor,
        placeholder: "text in any cell; re: begins a regular expression",
        focused: true,
    }
    .draw(place, buf, theme)
}

fn other(line: &Line) -> &'static str {
    if line.is_regex() { "plain" } else { "regex" }
}

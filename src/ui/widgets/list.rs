//! A list that scrolls, one line a row, the selected row over its full width.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::draw::{put, put_line, row_of, select};
use crate::app::scroll::Scroll;
use crate::ui::theme::Theme;

/// Cells before the content of a row: a blank or the cursor, and a blank.
pub const MARGIN: u16 = 3;

/// Draws the rows of a list that are in sight. `row` gives the content of one row for the cells it
/// has; only rows in sight are asked for. Without focus the selected row keeps its `▸` alone.
pub fn draw<'a>(
    area: Rect,
    buf: &mut Buffer,
    theme: &Theme,
    scroll: &Scroll,
    len: usize,
    focused: bool,
    mut row: impl FnMut(usize, u16) -> Line<'a>,
) {
    let window = scroll.window(len, usize::from(area.height));
    scroll.drawn_at(area);
    let selected = scroll.selected(len);
    for (line, index) in (0..area.height).zip(window) {
        let place = row_of(area, line);
        let chosen = selected == Some(index);
        put_line(buf, place, MARGIN, 0, &row(index, area.width.saturating_sub(MARGIN)));
        if chosen {
            put(buf, place, 1, 0, theme.glyphs.cursor, theme.accent);
            if focused {
                select(buf, place, theme);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::widgets::fuzz::lines;
    use ratatui::style::Modifier;

    #[test]
    fn only_rows_in_sight_are_asked_for_and_the_selected_one_is_full_width() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 3));
        let area = buf.area;
        let mut asked = Vec::new();
        draw(area, &mut buf, &Theme::mono(), &Scroll::at(50), 100, true, |i, _| {
            asked.push(i);
            Line::from(format!("row {i}"))
        });
        assert_eq!(asked, [48, 49, 50]);
        assert_eq!(lines(&buf), ["   row 48 ", "   row 49 ", " ▸ row 50 "]);
        assert!((0..10).all(|x| buf[(x, 2)].modifier.contains(Modifier::REVERSED)));
        assert!((0..10).all(|x| !buf[(x, 1)].modifier.contains(Modifier::REVERSED)));
    }

    #[test]
    fn without_focus_the_cursor_alone_stays() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 1));
        let area = buf.area;
        draw(area, &mut buf, &Theme::mono(), &Scroll::default(), 1, false, |_, _| Line::from("a"));
        assert_eq!(lines(&buf), [" ▸ a  "]);
        assert!(!buf[(0, 0)].modifier.contains(Modifier::REVERSED));
    }
}

//! A pane: a title line, then its content. No box.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw::{below, put, put_prose, put_right};
use crate::ui::text;
use crate::ui::theme::Theme;

/// Draws a pane's title line: the title at the left (in the focus ink when the pane has the keys),
/// a note at the right (rows, time taken, sort) where there is room. Returns the area below.
pub fn title(area: Rect, buf: &mut Buffer, theme: &Theme, title: &str, note: &str, focused: bool) -> Rect {
    let style = if focused { theme.focus } else { theme.title };
    let used = put(buf, area, 1, 0, title, style) + 1;
    if !note.is_empty() && usize::from(used) + 2 + text::width(note) <= usize::from(area.width.saturating_sub(1)) {
        let inside = Rect { width: area.width.saturating_sub(1), ..area };
        put_right(buf, inside, 0, note, theme.dim);
    }
    below(area, 1)
}

/// An empty state: says what would be here and how to get it.
pub fn empty(area: Rect, buf: &mut Buffer, theme: &Theme, what: &str) {
    let inside = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    put_prose(buf, inside, what, theme.dim);
}

/// A thin line across.
pub fn rule(area: Rect, buf: &mut Buffer, theme: &Theme, row: u16) {
    put(buf, area, 0, row, &theme.glyphs.line.repeat(usize::from(area.width)), theme.rule);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::widgets::fuzz::lines;

    #[test]
    fn the_note_gives_way_to_the_title() {
        let theme = Theme::dark();
        let mut buf = Buffer::empty(Rect::new(0, 0, 20, 2));
        let area = buf.area;
        assert_eq!(title(area, &mut buf, &theme, "Columns", "21 cols", true), Rect::new(0, 1, 20, 1));
        assert_eq!(lines(&buf)[0], " Columns    21 cols ");
        assert_eq!(buf[(1, 0)].fg, theme.focus.fg.unwrap());
        let mut buf = Buffer::empty(Rect::new(0, 0, 14, 1));
        let area = buf.area;
        title(area, &mut buf, &theme, "Columns", "21 cols", false);
        assert_eq!(lines(&buf), [" Columns      "]);
    }

    #[test]
    fn an_empty_pane_teaches() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 16, 3));
        let area = buf.area;
        empty(area, &mut buf, &Theme::dark(), "No clues yet. Pin one with c.");
        assert_eq!(lines(&buf), [" No clues yet.  ", " Pin one with   ", " c.             "]);
    }
}

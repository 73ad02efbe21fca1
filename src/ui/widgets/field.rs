//! One line of typed text with a visible cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::draw::{put, row_of};
use super::popup::frame;
use crate::ui::text;
use crate::ui::theme::Theme;

/// A text input as it stands; it holds nothing itself.
pub struct Field<'a> {
    /// What it is for; in the border, or before the text where there is one line only.
    pub label: &'a str,
    /// What was typed.
    pub text: &'a str,
    /// Where the next character goes: a byte offset into the text (moved back to a character).
    pub cursor: usize,
    /// Shown dim while nothing is typed.
    pub placeholder: &'a str,
    /// Does it have the keys?
    pub focused: bool,
}

impl Field<'_> {
    /// Draws the field: in a box from three rows on, else underlined on the first row. Returns where
    /// the terminal's cursor belongs when the field has the keys; give it to the frame.
    #[must_use = "a cursor is visible whenever text can be typed"]
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) -> Option<Position> {
        let area = area.intersection(buf.area);
        let inside = if area.height >= 3 && area.width >= 6 {
            frame(Rect { height: 3, ..area }, buf, theme, self.label, self.focused);
            Rect { x: area.x + 2, y: area.y + 1, width: area.width - 4, height: 1 }
        } else {
            let mut used = 0;
            // The label may take half of the line at most.
            let half = Rect { width: area.width / 2, ..row_of(area, 0) };
            if !self.label.is_empty() {
                used = put(buf, half, 0, 0, self.label, if self.focused { theme.focus } else { theme.dim });
                used = (used + 1).min(area.width);
            }
            let rest = row_of(area, 0);
            let inside = Rect { x: rest.x + used, width: rest.width - used, ..rest };
            buf.set_style(inside, ratatui::style::Style::new().add_modifier(Modifier::UNDERLINED));
            inside
        };
        if inside.is_empty() {
            return None;
        }
        let room = usize::from(inside.width);
        let split = (0..=self.cursor.min(self.text.len())).rev().find(|i| self.text.is_char_boundary(*i)).unwrap_or(0);
        let before = text::width(self.text.get(..split).unwrap_or_default());
        if self.text.is_empty() {
            put(buf, inside, 0, 0, self.placeholder, theme.dim);
        } else {
            // The cursor keeps one cell, so that what is typed next is seen.
            let from = (before + 1).saturating_sub(room);
            put(buf, inside, 0, 0, &text::slice(self.text, from, room), theme.text);
        }
        let column = u16::try_from(before.min(room - 1)).unwrap_or(0);
        self.focused.then_some(Position { x: inside.x + column, y: inside.y })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::widgets::fuzz::lines;

    fn field<'a>(label: &'a str, text: &'a str, cursor: usize) -> Field<'a> {
        Field { label, text, cursor, placeholder: "type a name", focused: true }
    }

    #[test]
    fn a_tall_field_has_a_box() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 14, 3));
        let area = buf.area;
        let cursor = field("Who", "Ada", 3).draw(area, &mut buf, &Theme::dark());
        assert_eq!(lines(&buf), ["┌─ Who ──────┐", "│ Ada        │", "└────────────┘"]);
        assert_eq!(cursor, Some(Position { x: 5, y: 1 }));
    }

    #[test]
    fn a_flat_field_follows_its_cursor() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 9, 1));
        let area = buf.area;
        let cursor = field("Who", "abcdefgh", 8).draw(area, &mut buf, &Theme::dark());
        assert_eq!(lines(&buf), ["Who efgh "]);
        assert_eq!(cursor, Some(Position { x: 8, y: 0 }));
    }

    #[test]
    fn wide_and_control_characters_are_counted_as_drawn() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 9, 1));
        let area = buf.area;
        let cursor = field("", "客\u{1b}a", 4).draw(area, &mut buf, &Theme::dark());
        assert_eq!(lines(&buf), ["客␛a     "]);
        assert_eq!(cursor, Some(Position { x: 3, y: 0 }));
        // Inside a character the cursor stands before it.
        let cursor = field("", "客a", 1).draw(area, &mut buf, &Theme::dark());
        assert_eq!(cursor, Some(Position { x: 0, y: 0 }));
    }

    #[test]
    fn the_cursor_shows_only_with_the_keys() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 1));
        let area = buf.area;
        let mut field = field("", "", 0);
        assert_eq!(field.draw(area, &mut buf, &Theme::dark()), Some(Position::ORIGIN));
        assert_eq!(lines(&buf), ["type a name "]);
        field.focused = false;
        assert_eq!(field.draw(area, &mut buf, &Theme::dark()), None);
    }
}

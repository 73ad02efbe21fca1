//! What floats: a centred box, the only kind of box besides text input.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw::{clear, put};
use crate::ui::text;
use crate::ui::theme::Theme;

/// Opens a box in the middle of an area for content of `width` × `height` cells (made smaller to
/// fit), with its title in the top border. Returns the inside. Where there is no room for a border
/// the content gets all the room.
pub fn open(area: Rect, buf: &mut Buffer, theme: &Theme, title: &str, width: u16, height: u16) -> Rect {
    let area = area.intersection(buf.area);
    let bordered = area.width >= 8 && area.height >= 4;
    // A border and a blank column on each side.
    let (across, down) = if bordered { (4, 2) } else { (0, 0) };
    let outer_width = width.saturating_add(across).min(area.width);
    let outer_height = height.saturating_add(down).min(area.height);
    let outer = Rect {
        x: area.x + (area.width - outer_width) / 2,
        y: area.y + (area.height - outer_height) / 2,
        width: outer_width,
        height: outer_height,
    };
    clear(buf, outer);
    if !bordered {
        return outer;
    }
    frame(outer, buf, theme, title, false);
    Rect {
        x: outer.x + 2.min(outer.width),
        y: outer.y + 1.min(outer.height),
        width: outer.width.saturating_sub(across),
        height: outer.height.saturating_sub(down),
    }
}

/// A thin box with a title in its top border; used for popups and for what is typed into.
pub fn frame(area: Rect, buf: &mut Buffer, theme: &Theme, title: &str, focused: bool) {
    let [top_left, top_right, bottom_left, bottom_right, across, down] = theme.glyphs.corners;
    let (Some(inner), Some(last)) = (area.width.checked_sub(2), area.height.checked_sub(1)) else { return };
    let line = across.repeat(usize::from(inner));
    let style = if focused { theme.accent } else { theme.rule };
    if last == 0 {
        return;
    }
    put(buf, area, 0, 0, &format!("{top_left}{line}{top_right}"), style);
    put(buf, area, 0, last, &format!("{bottom_left}{line}{bottom_right}"), style);
    for row in 1..last {
        put(buf, area, 0, row, down, style);
        put(buf, area, inner + 1, row, down, style);
    }
    let room = usize::from(inner).saturating_sub(4);
    if !title.is_empty() && room > 0 {
        let title = format!(" {} ", text::cut(title, room));
        put(buf, area, 2, 0, &title, if focused { theme.focus } else { theme.title });
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::widgets::fuzz::lines;
    use ratatui::style::Style;

    #[test]
    fn a_popup_stands_in_the_middle_over_what_was_there() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 16, 5));
        for y in 0..5 {
            buf.set_string(0, y, "客客客客客客客客", Style::new());
        }
        let area = buf.area;
        let inside = open(area, &mut buf, &Theme::dark(), "Quit", 5, 1);
        assert_eq!(inside, Rect::new(5, 2, 5, 1));
        assert_eq!(lines(&buf)[1..4], ["客 ┌─ Qu… ─┐客客", "客 │       │客客", "客 └───────┘客客"]);
    }

    #[test]
    fn no_room_for_a_border_means_no_border() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 3));
        let area = buf.area;
        assert_eq!(open(area, &mut buf, &Theme::dark(), "Quit", 50, 50), area);
        assert_eq!(open(Rect::ZERO, &mut buf, &Theme::dark(), "Quit", 5, 5), Rect::ZERO);
    }
}

//! Writing into a buffer without ever leaving an area.

use std::borrow::Cow;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::Line;

use crate::app::hits::Spot;
use crate::ui::text;
use crate::ui::theme::Theme;

impl From<Rect> for Spot {
    fn from(r: Rect) -> Self {
        Self { x: r.x, y: r.y, width: r.width, height: r.height }
    }
}

/// Writes text at `column`, `row` of an area (counted from its corner), cleaned and cut with `…` at
/// the area's right edge. Returns the cells used; 0 when the place is outside.
pub fn put(buf: &mut Buffer, area: Rect, column: u16, row: u16, content: &str, style: Style) -> u16 {
    let area = area.intersection(buf.area);
    if column >= area.width || row >= area.height {
        return 0;
    }
    let room = area.width - column;
    let shown = text::cut(content, usize::from(room));
    let start = area.x + column;
    let (end, _) = buf.set_stringn(start, area.y + row, shown, usize::from(room), style);
    end.saturating_sub(start)
}

/// Writes text so that it ends at the area's right edge. Returns the cells used.
pub fn put_right(buf: &mut Buffer, area: Rect, row: u16, content: &str, style: Style) -> u16 {
    let wide = text::width(content).min(usize::from(area.width));
    let column = area.width.saturating_sub(u16::try_from(wide).unwrap_or(area.width));
    put(buf, area, column, row, content, style)
}

/// Writes a line of styled pieces, each cleaned, cut with `…` where the area ends. Returns the
/// cells used.
pub fn put_line(buf: &mut Buffer, area: Rect, column: u16, row: u16, line: &Line<'_>) -> u16 {
    let area = area.intersection(buf.area);
    let mut at = column;
    for (i, span) in line.spans.iter().enumerate() {
        let style = line.style.patch(span.style);
        let before = at;
        at = at.saturating_add(put(buf, area, at, row, &span.content, style));
        let whole = at.saturating_sub(before) as usize == text::width(&span.content);
        // A piece that just fitted hides that others follow.
        let more = line.spans.get(i + 1..).is_some_and(|rest| rest.iter().any(|s| !s.content.trim().is_empty()));
        if whole
            && more
            && at >= area.width
            && row < area.height
            && let Some(last) = area.width.checked_sub(1)
        {
            mark_cut(buf, area, last, row, style);
        }
        if at >= area.width {
            break;
        }
    }
    at.saturating_sub(column)
}

/// Turns the last cell of a row into `…`, with the wide glyph that may lie across it.
fn mark_cut(buf: &mut Buffer, area: Rect, column: u16, row: u16, style: Style) {
    let (x, y) = (area.x + column, area.y + row);
    if column > 0
        && let Some(cell) = buf.cell_mut((x - 1, y))
        && cell.symbol().cell_width() > 1
    {
        cell.set_symbol(" ");
    }
    if let Some(cell) = buf.cell_mut((x, y)) {
        cell.set_symbol("…").set_style(style);
    }
}

/// Prose wrapped into an area, from its top; what does not fit ends with `…`. Returns the rows used.
pub fn put_prose(buf: &mut Buffer, area: Rect, content: &str, style: Style) -> u16 {
    let lines = text::wrap(content, usize::from(area.width));
    let mut row = 0;
    for (i, line) in lines.iter().enumerate() {
        if row >= area.height {
            break;
        }
        let shown: Cow<'_, str> = if row + 1 == area.height && i + 1 < lines.len() {
            Cow::Owned(format!("{line}…"))
        } else {
            Cow::Borrowed(line)
        };
        // One cell more than fits loses its last glyph to the mark, which is what it is for.
        put(buf, area, 0, row, &shown, style);
        row += 1;
    }
    row
}

/// The row at `row` of an area as an area of its own; empty when outside.
pub fn row_of(area: Rect, row: u16) -> Rect {
    if row >= area.height {
        return Rect { height: 0, ..area };
    }
    Rect { y: area.y + row, height: 1, ..area }
}

/// An area without its first `rows`.
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

/// Marks an area as the selected row, over its full width. A tint keeps the inks of the text.
pub fn select(buf: &mut Buffer, area: Rect, theme: &Theme) {
    let area = area.intersection(buf.area);
    for position in area.positions() {
        let Some(cell) = buf.cell_mut(position) else { continue };
        let inked = cell.fg != Color::Reset;
        let mut style = theme.select;
        if inked && theme.select_is_tint() {
            style.fg = None;
        }
        cell.set_style(style);
    }
}

/// Empties an area, and the halves of wide glyphs that reached into it.
pub fn clear(buf: &mut Buffer, area: Rect) {
    let area = area.intersection(buf.area);
    for y in area.top()..area.bottom() {
        if let Some(x) = area.x.checked_sub(1)
            && let Some(cell) = buf.cell_mut((x, y))
            && cell.symbol().cell_width() > 1
        {
            cell.set_symbol(" ");
        }
        for x in area.left()..area.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
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
    fn text_is_cleaned_and_cut_at_the_edge() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 8, 2));
        let area = Rect::new(1, 0, 5, 1);
        assert_eq!(put(&mut buf, area, 1, 0, "a\x1bbcd", Style::new()), 4);
        assert_eq!(put(&mut buf, area, 9, 0, "lost", Style::new()), 0);
        assert_eq!(put(&mut buf, area, 0, 1, "lost", Style::new()), 0);
        assert_eq!(lines(&buf), ["  a␛b…  ", "        "]);
    }

    #[test]
    fn a_line_says_when_pieces_are_left_out() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 4, 1));
        let area = buf.area;
        put_line(&mut buf, area, 0, 0, &Line::from(vec!["abcd".into(), "e".into()]));
        assert_eq!(lines(&buf), ["abc…"]);
        put_line(&mut buf, area, 0, 0, &Line::from(vec!["ab".into(), "cd".into()]));
        assert_eq!(lines(&buf), ["abcd"]);
    }

    #[test]
    fn prose_that_is_too_long_ends_with_a_mark() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 2));
        let area = buf.area;
        assert_eq!(put_prose(&mut buf, area, "one two three four", Style::new()), 2);
        assert_eq!(lines(&buf), ["one   ", "two…  "]);
    }

    #[test]
    fn a_tint_keeps_inks_and_reverse_does_not_need_to() {
        let theme = Theme::dark();
        let mut buf = Buffer::empty(Rect::new(0, 0, 2, 1));
        put(&mut buf, Rect::new(0, 0, 2, 1), 0, 0, "a", theme.good);
        let area = buf.area;
        select(&mut buf, area, &theme);
        assert_eq!(buf[(0, 0)].fg, theme.good.fg.unwrap());
        assert_eq!(buf[(1, 0)].fg, theme.select.fg.unwrap());
        assert_eq!(buf[(0, 0)].bg, theme.select.bg.unwrap());
        let mut buf = Buffer::empty(Rect::new(0, 0, 2, 1));
        select(&mut buf, area, &Theme::mono());
        assert_eq!(buf[(1, 0)].modifier, Modifier::REVERSED);
    }

    #[test]
    fn clearing_takes_the_wide_glyph_that_reached_in() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 4, 1));
        buf.set_string(0, 0, "客客", Style::new());
        clear(&mut buf, Rect::new(1, 0, 2, 1));
        assert_eq!(buf[(0, 0)].symbol(), " ");
    }
}

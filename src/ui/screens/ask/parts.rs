//! What the three views share: prose from the top down, a list with title lines, the place where words are typed.

use std::cell::Cell;
use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::app::editor::Editor;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose};

/// Writes from the top of an area down; what has no room left is left out.
pub struct Column<'a> {
    rest: Rect,
    buf: &'a mut Buffer,
}

impl<'a> Column<'a> {
    /// Begins at the top of an area.
    pub fn new(area: Rect, buf: &'a mut Buffer) -> Self {
        Self { rest: area, buf }
    }

    /// A blank line.
    pub fn gap(&mut self) {
        self.rest = below(self.rest, 1);
    }

    /// Prose over the whole width.
    pub fn prose(&mut self, content: &str, style: Style) {
        self.indented(0, content, style);
    }

    /// Prose that begins some cells in.
    pub fn indented(&mut self, indent: u16, content: &str, style: Style) {
        let used = put_prose(self.buf, inset(self.rest, indent), content, style);
        self.rest = below(self.rest, used);
    }

    /// A dim label, then prose beside it; lines that follow stand below the prose.
    pub fn labelled(&mut self, label: &str, wide: u16, content: &str, style: Style, theme: &Theme) {
        if content.is_empty() {
            return;
        }
        put(self.buf, Rect { width: wide.min(self.rest.width), ..self.rest }, 0, 0, label, theme.dim);
        self.indented(wide, content, style);
    }

    /// Rows that are left.
    pub fn left(&self) -> u16 {
        self.rest.height
    }
}

/// An area without its first columns.
pub fn inset(area: Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    Rect { x: area.x + columns, width: area.width - columns, ..area }
}

/// The lines in sight of a list whose rows stand between title lines: as before, moved just so far that the
/// selected line is seen, with the title above it where it is the first of its group. `top` remembers.
pub fn window(lines: usize, selected: usize, titled: bool, height: usize, top: &Cell<usize>) -> Range<usize> {
    let mut first = top.get().min(lines.saturating_sub(height));
    let wanted = if titled && height > 1 { selected.saturating_sub(1) } else { selected };
    if wanted < first {
        first = wanted;
    } else if height > 0 && selected >= first + height {
        first = selected + 1 - height;
    }
    top.set(first);
    first..lines.min(first.saturating_add(height))
}

/// Text of several lines as it is typed, wrapped. Gives the place of the cursor when it has the keys.
pub fn words(editor: &Editor, area: Rect, buf: &mut Buffer, theme: &Theme, focused: bool) -> Option<Position> {
    let area = area.intersection(buf.area);
    if area.width < 2 || area.height == 0 {
        return None;
    }
    // The library draws its own cursor and keeps marks that reorder text, so its cells are taken over one by one.
    let mut drawn = Buffer::empty(Rect { x: 0, y: 0, ..area });
    editor.area().render(drawn.area, &mut drawn);
    for y in 0..area.height {
        let mut x = 0;
        while x < area.width {
            let symbol = drawn.cell((x, y)).map_or(" ", |c| c.symbol());
            let wide = u16::try_from(text::width(symbol).max(1)).unwrap_or(1).min(area.width - x);
            let clean = text::clean(symbol);
            let shown = if text::width(&clean) == usize::from(wide) { &*clean } else { "\u{fffd}" };
            put(buf, area, x, y, shown, theme.text);
            x += wide;
        }
    }
    let screen = editor.area().screen_cursor();
    let (top, left) = editor.area().scroll_offset();
    let row = u16::try_from(screen.row).unwrap_or(u16::MAX).saturating_sub(top).min(area.height - 1);
    let column = u16::try_from(screen.col).unwrap_or(u16::MAX).saturating_sub(left).min(area.width - 1);
    focused.then_some(Position { x: area.x + column, y: area.y + row })
}

/// The byte offset of a one-line editor's cursor.
pub fn cursor_byte(editor: &Editor, content: &str) -> usize {
    content.char_indices().nth(editor.cursor().1).map_or(content.len(), |(at, _)| at)
}

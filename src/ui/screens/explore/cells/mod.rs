//! What floats over the table: the search line, the list of columns, a cell, a row as a form.

mod columns;
mod detail;
mod line;
mod record;
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

use crate::app::App;
use crate::app::editor::Editor;
use crate::app::screens::explore::cells::Float;
use crate::ui::theme::Theme;

/// Draws one of them. Gives where the terminal's cursor belongs while text is typed.
pub fn draw(app: &App, float: &Float, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    match float {
        Float::Line(line) => line::draw(app, line, theme, area, buf),
        Float::Columns(picker) => columns::draw(app, picker, theme, area, buf),
        Float::Cell(cell) => {
            detail::draw(app, cell, theme, area, buf);
            None
        }
        Float::Record(record) => record::draw(app, record, theme, area, buf),
    }
}

/// The ink of a cell that holds what is searched for: underlined, so that it shows without colours too.
pub fn hit(theme: &Theme) -> Style {
    theme.warn.add_modifier(Modifier::UNDERLINED)
}

/// The cursor of a line of text as a place in its bytes.
fn cursor_of(editor: &Editor, text: &str) -> usize {
    let (_, column) = editor.cursor();
    text.char_indices().nth(column).map_or(text.len(), |(i, _)| i)
}

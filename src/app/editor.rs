//! A text editor for one field: the library's text area behind our own keys.

use tui_textarea::{CursorMove, Input as AreaInput, Key as AreaKey, TextArea, WrapMode};

use super::key::{Key, KeyCode};

/// Text that is being edited. Only `Ctrl-…`, `Alt-…`, `Tab` and `Esc` ever act outside it.
#[derive(Debug, Clone)]
pub struct Editor {
    area: TextArea<'static>,
    many_lines: bool,
}

impl Editor {
    /// An editor of one line.
    #[must_use]
    pub fn line(text: &str) -> Self {
        Self::new(text, false)
    }

    /// An editor of several lines that wraps at words.
    #[must_use]
    pub fn many_lines(text: &str) -> Self {
        Self::new(text, true)
    }

    fn new(text: &str, many_lines: bool) -> Self {
        let lines: Vec<String> =
            if many_lines { text.split('\n').map(str::to_owned).collect() } else { vec![text.replace('\n', " ")] };
        let mut area = TextArea::new(lines);
        if many_lines {
            area.set_wrap_mode(WrapMode::WordOrGlyph);
        }
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self { area, many_lines }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Replaces the text.
    pub fn set(&mut self, text: &str) {
        *self = Self::new(text, self.many_lines);
    }

    /// Whether it holds several lines.
    #[must_use]
    pub fn has_many_lines(&self) -> bool {
        self.many_lines
    }

    /// Line and column of the cursor, in characters.
    #[must_use]
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// The library's widget, for drawing.
    #[must_use]
    pub fn area(&self) -> &TextArea<'static> {
        &self.area
    }

    /// Puts the cursor on a line and column, counted from 0 in characters.
    pub fn go_to(&mut self, line: usize, column: usize) {
        let short = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
        self.area.move_cursor(CursorMove::Jump(short(line), short(column)));
    }

    /// Writes a text in the place of so many characters before the cursor.
    pub fn replace_before(&mut self, characters: usize, with: &str) {
        for _ in 0..characters {
            self.area.delete_char();
        }
        self.area.insert_str(with);
    }

    /// Types a key; false when it does nothing here.
    pub fn key(&mut self, key: Key) -> bool {
        if key.code == KeyCode::Enter && !self.many_lines {
            return false;
        }
        let code = match key.code {
            KeyCode::Char(c) => AreaKey::Char(c),
            KeyCode::F(_) | KeyCode::Insert | KeyCode::Esc | KeyCode::Tab => return false,
            KeyCode::Enter => AreaKey::Enter,
            KeyCode::Backspace => AreaKey::Backspace,
            KeyCode::Delete => AreaKey::Delete,
            KeyCode::Up => AreaKey::Up,
            KeyCode::Down => AreaKey::Down,
            KeyCode::Left => AreaKey::Left,
            KeyCode::Right => AreaKey::Right,
            KeyCode::Home => AreaKey::Home,
            KeyCode::End => AreaKey::End,
            KeyCode::PageUp => AreaKey::PageUp,
            KeyCode::PageDown => AreaKey::PageDown,
        };
        let before = self.cursor();
        // As in a shell; the library's own Ctrl-U takes back, which Alt-U does here.
        if key.ctrl && !key.alt && key.code == KeyCode::Char('u') {
            return self.area.delete_line_by_head() || before != self.cursor();
        }
        if key.alt && !key.ctrl && key.code == KeyCode::Char('u') {
            return self.area.undo();
        }
        let changed = self.area.input(AreaInput { key: code, ctrl: key.ctrl, alt: key.alt, shift: key.shift });
        changed || before != self.cursor()
    }

    /// Inserts pasted text as it is; in a single line, line ends become spaces.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = if self.many_lines { text } else { text.replace('\n', " ") };
        self.area.insert_str(text);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ctrl_u_clears_to_the_start_of_the_line() {
        let mut editor = Editor::line("");
        for c in "p2 and more".chars() {
            editor.key(Key::char(c));
        }
        assert!(editor.key(Key::ctrl('u')));
        assert_eq!(editor.text(), "");
        assert!(editor.key("Alt-u".parse().unwrap()));
        assert_eq!(editor.text(), "p2 and more");
    }
}

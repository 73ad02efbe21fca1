//! The shapes that screens draw with, and what stands for them where only ASCII can be shown.
//!
//! Widgets take their shapes from [`Glyphs`]; [`to_ascii`] is the last pass over a drawn buffer on
//! an ASCII terminal, so that texts from data and wording in screens need no second version.

use ratatui::buffer::{Buffer, CellWidth};

/// The shapes of a screen. All are one cell wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Glyphs {
    /// Can more than ASCII be shown?
    pub unicode: bool,
    /// A bar's cell filled by 1/8 … 8/8 from the left.
    pub bar: [&'static str; 8],
    /// A column's cell filled by 1/8 … 8/8 from below.
    pub column: [&'static str; 8],
    /// An unfilled cell of a gauge.
    pub empty: &'static str,
    /// A thin line across.
    pub line: &'static str,
    /// Left end of an interval.
    pub left_end: &'static str,
    /// Right end of an interval.
    pub right_end: &'static str,
    /// The estimate on an interval, the point on a track.
    pub point: &'static str,
    /// Something runs off the axis to the left.
    pub off_left: &'static str,
    /// Something runs off the axis to the right.
    pub off_right: &'static str,
    /// Marks the selected row.
    pub cursor: &'static str,
    /// Better or up.
    pub up: &'static str,
    /// Worse or down.
    pub down: &'static str,
    /// Passed.
    pub yes: &'static str,
    /// Failed.
    pub no: &'static str,
    /// Look at this.
    pub warn: &'static str,
    /// In progress here.
    pub here: &'static str,
    /// Between parts of a line.
    pub dot: &'static str,
    /// Something was cut.
    pub more: &'static str,
    /// Unknown.
    pub unknown: &'static str,
    /// Where something should be, on an axis.
    pub aim: &'static str,
    /// From here to there.
    pub arrow: &'static str,
    /// Corners and sides of a popup: top left, top right, bottom left, bottom right, across, down.
    pub corners: [&'static str; 6],
    /// One turn of the spinner.
    pub spin: [&'static str; 4],
}

impl Glyphs {
    /// For terminals that show Unicode.
    pub const fn unicode() -> Self {
        Self {
            unicode: true,
            bar: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
            column: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
            empty: "░",
            line: "─",
            left_end: "├",
            right_end: "┤",
            point: "●",
            off_left: "‹",
            off_right: "›",
            cursor: "▸",
            up: "▲",
            down: "▼",
            yes: "✓",
            no: "✗",
            warn: "⚠",
            here: "●",
            dot: "·",
            more: "…",
            unknown: "–",
            aim: "┊",
            arrow: "→",
            corners: ["┌", "┐", "└", "┘", "─", "│"],
            spin: ["◐", "◓", "◑", "◒"],
        }
    }

    /// For terminals that show ASCII alone.
    pub const fn ascii() -> Self {
        Self {
            unicode: false,
            bar: [".", ".", "-", "-", "=", "=", "#", "#"],
            column: ["_", "_", ".", "-", "-", "=", "#", "#"],
            empty: ".",
            line: "-",
            left_end: "|",
            right_end: "|",
            point: "o",
            off_left: "<",
            off_right: ">",
            cursor: ">",
            up: "^",
            down: "v",
            yes: "+",
            no: "x",
            warn: "!",
            here: "*",
            dot: ".",
            more: "~",
            unknown: "-",
            aim: ":",
            arrow: ">",
            corners: ["+", "+", "+", "+", "-", "|"],
            spin: ["|", "/", "-", "\\"],
        }
    }
}

/// Replaces every cell that is not ASCII: known shapes by their like, a letter with accents by the
/// letter, all else by `?`. Widths do not change.
pub fn to_ascii(buffer: &mut Buffer) {
    for index in 0..buffer.content.len() {
        let Some(cell) = buffer.content.get_mut(index) else { continue };
        if cell.symbol().is_ascii() {
            continue;
        }
        let wide = cell.symbol().cell_width().max(1);
        let first = cell.symbol().chars().next().map_or("?", like);
        let first = first.to_owned();
        cell.set_symbol(&first);
        // The cells that a wide glyph covered hold nothing yet.
        for covered in 1..usize::from(wide) {
            if let Some(cell) = buffer.content.get_mut(index + covered)
                && !cell.symbol().is_ascii()
            {
                cell.set_symbol(" ");
            }
        }
    }
}

/// The ASCII character most like `c`.
fn like(c: char) -> &'static str {
    match c {
        '–' | '—' | '‐' | '‑' | '−' | '─' | '━' | '┄' | '╌' | '╴' | '╶' => "-",
        '│' | '┃' | '├' | '┤' | '▏' | '▎' => "|",
        '┌' | '┐' | '└' | '┘' | '┬' | '┴' | '┼' | '╭' | '╮' | '╰' | '╯' => "+",
        '┊' => ":",
        '…' => "~",
        '·' | '•' | '◌' => ".",
        '●' | '◐' | '◓' | '◑' | '◒' => "*",
        '○' => "o",
        '▸' | '▶' | '›' | '»' | '→' => ">",
        '‹' | '«' | '←' | '◂' => "<",
        '▲' | '↑' => "^",
        '▼' | '▾' | '↓' => "v",
        '✓' => "+",
        '✗' | '×' => "x",
        '⚠' => "!",
        '≈' | '∼' => "~",
        '≥' => ">",
        '≤' => "<",
        '“' | '”' | '„' => "\"",
        '‘' | '’' | '‚' => "'",
        '⏎' => "$",
        '⇥' => ">",
        '█' | '▉' | '▊' | '▇' | '▆' => "#",
        '▋' | '▌' | '▅' | '▄' => "=",
        '▍' | '▃' | '▂' => "-",
        '▁' => "_",
        '░' | '▒' => ".",
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{2800}' => " ",
        '\u{2801}'..='\u{28ff}' => "*",
        '½' | '¼' | '¾' => "/",
        'À'..='Å' => "A",
        'à'..='å' => "a",
        'Ç' => "C",
        'ç' => "c",
        'È'..='Ë' => "E",
        'è'..='ë' => "e",
        'Ì'..='Ï' => "I",
        'ì'..='ï' => "i",
        'Ñ' => "N",
        'ñ' => "n",
        'Ò'..='Ö' | 'Ø' => "O",
        'ò'..='ö' | 'ø' => "o",
        'Ù'..='Ü' => "U",
        'ù'..='ü' => "u",
        'ß' => "s",
        _ => ascii_of(c),
    }
}

/// A base letter keeps its shape when only its marks are not ASCII.
fn ascii_of(c: char) -> &'static str {
    const ASCII: &str = concat!(
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`",
        "abcdefghijklmnopqrstuvwxyz{|}~"
    );
    let at = (c as usize).wrapping_sub(0x20);
    ASCII.get(at..at.saturating_add(1)).unwrap_or("?")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    fn all(glyphs: Glyphs) -> Vec<&'static str> {
        let mut all = vec![
            glyphs.empty,
            glyphs.line,
            glyphs.left_end,
            glyphs.right_end,
            glyphs.point,
            glyphs.off_left,
            glyphs.off_right,
            glyphs.cursor,
            glyphs.up,
            glyphs.down,
            glyphs.yes,
            glyphs.no,
            glyphs.warn,
            glyphs.here,
            glyphs.dot,
            glyphs.more,
            glyphs.unknown,
            glyphs.aim,
            glyphs.arrow,
        ];
        all.extend(glyphs.bar);
        all.extend(glyphs.column);
        all.extend(glyphs.corners);
        all.extend(glyphs.spin);
        all
    }

    #[test]
    fn glyphs_take_one_cell_and_ascii_is_ascii() {
        for glyph in all(Glyphs::unicode()).into_iter().chain(all(Glyphs::ascii())) {
            assert_eq!(crate::ui::text::width(glyph), 1, "{glyph}");
        }
        assert!(all(Glyphs::ascii()).into_iter().all(str::is_ascii));
    }

    #[test]
    fn a_drawn_buffer_turns_into_ascii_of_the_same_width() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 16, 1));
        buffer.set_string(0, 0, "▸ né客→e\u{301} ‹x› ⣿", Style::new());
        to_ascii(&mut buffer);
        let line: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
        assert_eq!(line, "> ne? >e <x> *  ");
    }
}

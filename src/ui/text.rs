//! Text on its way to the screen: made harmless, measured, cut, padded and wrapped.
//!
//! Nothing from data or YAML may act on the terminal, hide, or reorder what stands beside it, and
//! a reader of data wants to see what is in a cell. So [`clean`] shows every control, direction
//! mark and invisible character as something visible. [`fit`], [`cut`] and [`wrap`] clean by
//! themselves, so that forgetting it is impossible; cleaning twice changes nothing.
//!
//! Widths are counted per grapheme exactly as ratatui's buffer counts them.

use std::borrow::Cow;

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthChar;

/// Combining marks that one base character may carry; more are counted, not drawn. Real scripts
/// need up to five or so.
const MARKS: usize = 6;

/// What a tab becomes in prose.
const TAB: &str = "    ";

/// Where text stands in its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// At the right edge, as numbers.
    Right,
    /// In the middle.
    Center,
}

/// One line of text with everything that is not plainly visible made visible: control characters
/// as their pictures (`␀`, `␛`, `␡`; newline `⏎`, tab `⇥`; C1 as `\x9b`), direction marks and
/// zero-width, variation, tag and filler characters as `‹U+202E›`. A combining mark without a base
/// gets `◌`; more than six marks on one base become `‹+n›`. Borrowed when nothing had to change.
pub fn clean(text: &str) -> Cow<'_, str> {
    if plain_ascii(text) || !needs_cleaning(text, false) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(rewrite(text, false))
}

/// Prose of several lines: as [`clean`], but newlines stay (`\r\n` and `\r` become `\n`) and a tab
/// becomes four spaces.
pub fn clean_prose(text: &str) -> Cow<'_, str> {
    if plain_ascii(text) || !needs_cleaning(text, true) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(rewrite(text, true))
}

fn plain_ascii(text: &str) -> bool {
    text.bytes().all(|b| (0x20..0x7f).contains(&b))
}

fn needs_cleaning(text: &str, prose: bool) -> bool {
    let mut marks = MARKS; // As if a base with all its marks came before: a leading mark needs work.
    for c in text.chars() {
        if c == ' ' || (prose && c == '\n') {
            marks = MARKS; // A mark after a space would sit on nothing once the line is wrapped there.
        } else if c.is_control() || hidden(c) {
            return true;
        } else if is_mark(c) {
            marks += 1;
            if marks > MARKS {
                return true;
            }
        } else {
            marks = 0;
        }
    }
    false
}

fn rewrite(text: &str, prose: bool) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut base = false; // Is there a character that a mark can sit on?
    let mut marks = 0_usize;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_control() && !hidden(c) && is_mark(c) {
            if !base {
                out.push('◌');
                base = true;
                marks = 0;
            }
            marks += 1;
            if marks <= MARKS {
                out.push(c);
            }
            continue;
        }
        end_marks(&mut out, &mut marks);
        base = c != ' ';
        match c {
            '\r' if prose => {
                if chars.peek() != Some(&'\n') {
                    out.push('\n');
                    base = false;
                }
            }
            '\n' if prose => {
                out.push('\n');
                base = false;
            }
            '\t' if prose => {
                out.push_str(TAB);
                base = false;
            }
            _ => push_visible(&mut out, c),
        }
    }
    end_marks(&mut out, &mut marks);
    out
}

/// Says how many marks were left out, so that the loss is seen.
fn end_marks(out: &mut String, marks: &mut usize) {
    if *marks > MARKS {
        out.push_str(&format!("‹+{}›", *marks - MARKS));
    }
    *marks = 0;
}

fn push_visible(out: &mut String, c: char) {
    match c {
        '\n' => out.push('⏎'),
        '\t' => out.push('⇥'),
        '\u{7f}' => out.push('␡'),
        '\0'..='\u{1f}' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
        '\u{80}'..='\u{9f}' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
        _ if hidden(c) => out.push_str(&format!("‹U+{:04X}›", u32::from(c))),
        _ => out.push(c),
    }
}

/// A character that takes no cell of its own and changes the one before it.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && c.width() == Some(0)
}

/// Characters that are not controls, yet reorder, join, vary, or show nothing: direction marks,
/// Unicode's default-ignorable characters, line separators, fillers and non-characters.
fn hidden(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'
    ) || u32::from(c) & 0xfffe == 0xfffe
}

/// Cells that the text takes when drawn, after [`clean`].
pub fn width(text: &str) -> usize {
    if plain_ascii(text) {
        return text.len();
    }
    clean(text).graphemes(true).map(cells).sum()
}

/// Cells of one clean grapheme.
fn cells(grapheme: &str) -> usize {
    usize::from(grapheme.cell_width())
}

/// The text cleaned and, when wider than `cells`, cut at a grapheme with `…` at its end. The result
/// may be one cell narrower than asked where a wide glyph did not fit.
pub fn cut(text: &str, cells: usize) -> Cow<'_, str> {
    let text = clean(text);
    if width(&text) <= cells {
        return text;
    }
    Cow::Owned(match cells.checked_sub(1) {
        None => String::new(),
        Some(room) => {
            let mut out = head(&text, room).to_owned();
            out.push('…');
            out
        }
    })
}

/// The longest beginning of clean text that takes at most `room` cells.
fn head(text: &str, room: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += cells(grapheme);
        if used > room {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// The window of `cells` cells that begins `from` cells into the text: for what scrolls sideways.
/// Halves of wide glyphs at its edges are blanks; it ends where the text ends.
pub fn slice(text: &str, from: usize, cells_wanted: usize) -> String {
    let (mut out, mut at, end) = (String::new(), 0, from.saturating_add(cells_wanted));
    for grapheme in clean(text).graphemes(true) {
        let (start, wide) = (at, cells(grapheme));
        at += wide;
        if at <= from {
            continue;
        }
        if start >= end {
            break;
        }
        if start >= from && at <= end {
            out.push_str(grapheme);
        } else {
            out.extend(std::iter::repeat_n(' ', at.min(end) - start.max(from)));
        }
    }
    out
}

/// Exactly `cells` cells: cut with `…` or padded with spaces at the right.
pub fn fit(text: &str, cells: usize) -> String {
    fit_to(text, cells, Align::Left)
}

/// Exactly `cells` cells with the text at the left edge; the same as [`fit`].
pub fn fit_left(text: &str, cells: usize) -> String {
    fit_to(text, cells, Align::Left)
}

/// Exactly `cells` cells with the text at the right edge.
pub fn fit_right(text: &str, cells: usize) -> String {
    fit_to(text, cells, Align::Right)
}

/// Exactly `cells` cells with the text in the middle.
pub fn fit_center(text: &str, cells: usize) -> String {
    fit_to(text, cells, Align::Center)
}

/// Exactly `cells` cells with the text where `align` says.
pub fn fit_to(text: &str, cells: usize, align: Align) -> String {
    let text = cut(text, cells);
    let free = cells.saturating_sub(width(&text));
    let left = match align {
        Align::Left => 0,
        Align::Right => free,
        Align::Center => free / 2,
    };
    let mut out = String::with_capacity(text.len() + free);
    out.extend(std::iter::repeat_n(' ', left));
    out.push_str(&text);
    out.extend(std::iter::repeat_n(' ', free - left));
    out
}

/// Prose in lines of at most `cells` cells, broken at spaces, else inside a word at a grapheme.
/// Newlines break lines, an empty line stays an empty line, a line's indent is kept on its first
/// line. A glyph wider than a whole line becomes `·`. No lines at all for 0 cells.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    if cells == 0 {
        return Vec::new();
    }
    let text = clean_prose(text);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        wrap_line(line, cells, &mut lines);
    }
    lines
}

fn wrap_line(text: &str, room: usize, lines: &mut Vec<String>) {
    let mut line = String::new();
    let mut used = 0;
    let mut gap = String::new(); // Spaces that count only if a word follows on the same line.
    for (word, spaces) in words(text) {
        if spaces {
            gap.push_str(word);
            continue;
        }
        let wide = width(word);
        let space = width(&gap);
        if used + space + wide <= room {
            line.push_str(&gap);
            line.push_str(word);
            used += space + wide;
        } else {
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            for grapheme in word.graphemes(true) {
                let mut wide = cells(grapheme);
                if used + wide > room && used > 0 {
                    lines.push(std::mem::take(&mut line));
                    used = 0;
                }
                // A glyph that begins with a mark and is no mark of the last one, alone on its line.
                let stray = line.is_empty() && grapheme.chars().next().is_some_and(is_mark);
                if stray && wide < room {
                    line.push('◌');
                    used = 1;
                }
                let mut grapheme = grapheme;
                if used + wide > room || (stray && used == 0) {
                    (grapheme, wide) = ("·", 1);
                }
                line.push_str(grapheme);
                used += wide;
            }
        }
        gap.clear();
    }
    lines.push(line);
}

/// The text in turns of words and runs of spaces. No-break spaces stay inside words.
fn words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let spaces = rest.starts_with(' ');
        let end = rest.find(|c: char| (c == ' ') != spaces).unwrap_or(rest.len());
        let (word, tail) = rest.split_at_checked(end)?;
        rest = tail;
        (!word.is_empty()).then_some((word, spaces))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_turn_into_pictures() {
        assert_eq!(clean("a\x1b[31mred"), "a␛[31mred");
        assert_eq!(clean("a\0b\x07\x7f"), "a␀b␇␡");
        assert_eq!(clean("one\ntwo\tthree\r"), "one⏎two⇥three␍");
        assert_eq!(clean("\u{9b}31m"), "\\x9b31m");
    }

    #[test]
    fn what_reorders_or_hides_is_spelt_out() {
        assert_eq!(clean("user\u{202e}nimda"), "user‹U+202E›nimda");
        assert_eq!(clean("a\u{200b}b"), "a‹U+200B›b");
        assert_eq!(clean("\u{feff}id"), "‹U+FEFF›id");
        assert_eq!(clean("x\u{e0041}"), "x‹U+E0041›");
        assert_eq!(clean("❤\u{fe0f}"), "❤‹U+FE0F›");
        assert_eq!(clean("a\u{2028}b"), "a‹U+2028›b");
        assert_eq!(clean("a\u{ad}b"), "a‹U+00AD›b");
    }

    #[test]
    fn ordinary_text_of_any_script_is_left_alone() {
        for text in
            ["Kundenabwanderung", "naïve e\u{301}", "客户流失", "กำลัง", "Việt Nam", "שָׁלוֹם", "हिन्दी", "😀 👍🏽", "▏▎█⣿"]
        {
            assert!(matches!(clean(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn marks_are_limited_and_need_a_base() {
        let zalgo = format!("a{}b", "\u{301}".repeat(40));
        assert_eq!(clean(&zalgo), format!("a{}‹+34›b", "\u{301}".repeat(6)));
        assert_eq!(clean("\u{301}x"), "◌\u{301}x");
        assert_eq!(clean_prose("a\n\u{301}"), "a\n◌\u{301}");
    }

    #[test]
    fn prose_keeps_its_lines() {
        assert_eq!(clean_prose("a\r\nb\rc\td\x1b"), "a\nb\nc    d␛");
    }

    #[test]
    fn widths_follow_the_terminal() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("客户"), 4);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(width("a\x1b"), 2);
        assert_eq!(width(""), 0);
    }

    #[test]
    fn fits_cut_at_graphemes_and_pad() {
        assert_eq!(fit("churn", 8), "churn   ");
        assert_eq!(fit("churn", 4), "chu…");
        assert_eq!(fit("churn", 1), "…");
        assert_eq!(fit("churn", 0), "");
        assert_eq!(fit("客户流失", 4), "客… ");
        assert_eq!(fit("客户流失", 5), "客户…");
        assert_eq!(fit("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(fit_right("12", 4), "  12");
        assert_eq!(fit_center("12", 5), " 12  ");
    }

    #[test]
    fn a_window_into_text_cuts_wide_glyphs_to_blanks() {
        assert_eq!(slice("abcdef", 2, 3), "cde");
        assert_eq!(slice("客户流", 1, 3), " 户");
        assert_eq!(slice("客户流", 2, 3), "户 ");
        assert_eq!(slice("abc", 9, 3), "");
        assert_eq!(slice("abc", 1, 0), "");
    }

    #[test]
    fn wraps_at_words_then_inside_them() {
        assert_eq!(wrap("cars take too long", 9), ["cars take", "too long"]);
        assert_eq!(wrap("a  b", 10), ["a  b"]);
        assert_eq!(wrap("unbelievably", 5), ["unbel", "ievab", "ly"]);
        assert_eq!(wrap("ab unbelievably", 5), ["ab", "unbel", "ievab", "ly"]);
        assert_eq!(wrap("one\n\ntwo", 5), ["one", "", "two"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("客户", 3), ["客", "户"]);
        assert_eq!(wrap("客a", 1), ["·", "a"]);
        assert_eq!(wrap("  - item", 20), ["  - item"]);
        assert!(wrap("anything", 0).is_empty());
    }

    /// Text that is likely to be trouble.
    fn nasty() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            "[ -~]{1,6}",
            "[\u{0}-\u{9f}]",
            "[\u{300}-\u{36f}]{1,12}",
            "[\u{1100}-\u{11ff}]{1,4}",
            "[\u{200b}-\u{206f}]",
            "[一-龥]{1,3}",
            "[😀-🙏]",
            "[\u{ff9e}\u{ff9f}]{1,9}",
            Just(" ".to_owned()),
        ];
        proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn clean_is_harmless_and_final(text in nasty()) {
            let once = clean(&text).into_owned();
            prop_assert!(!once.chars().any(|c| c.is_control() || hidden(c)));
            prop_assert_eq!(clean(&once), once.as_str());
            prop_assert!(matches!(clean(&once), Cow::Borrowed(_)));
            let prose = clean_prose(&text).into_owned();
            prop_assert!(!prose.chars().any(|c| c != '\n' && (c.is_control() || hidden(c))));
            prop_assert_eq!(clean_prose(&prose), prose.as_str());
        }

        #[test]
        fn fitted_text_takes_its_cells(text in nasty(), n in 0usize..60) {
            for align in [Align::Left, Align::Right, Align::Center] {
                prop_assert_eq!(width(&fit_to(&text, n, align)), n);
            }
            prop_assert!(width(&cut(&text, n)) <= n);
        }

        #[test]
        fn wrapped_lines_never_overflow_nor_lose_letters(text in nasty(), n in 1usize..40) {
            let lines = wrap(&text, n);
            for line in &lines {
                prop_assert!(width(line) <= n, "{:?} at {}", line, n);
            }
            if n >= 20 && !lines.iter().any(|l| l.contains('·')) {
                let ink = |s: &str| s.chars().filter(|c| !matches!(c, ' ' | '\n' | '◌')).collect::<String>();
                prop_assert_eq!(ink(&lines.concat()), ink(&clean_prose(&text)));
            }
        }
    }
}

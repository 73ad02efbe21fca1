//! Makes visible what a terminal would obey.

use std::fmt::Write;

/// Text with control characters, marks that turn the direction of writing, and characters without width shown rather
/// than sent: `␛`, `␀`, `<U+202E>`. Nothing that comes from data leaves the program without it.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0'..='\x1f' => out.push(char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}')),
            '\x7f' => out.push('␡'),
            c if is_obeyed(c) => {
                // Writing to a string can't fail.
                let _ = write!(out, "<U+{:04X}>", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// Whether a terminal takes a character for an order, or shows nothing of it: controls, marks of direction, characters
/// without width.
pub(super) fn is_obeyed(c: char) -> bool {
    matches!(
        c,
        '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(visible("a\x1b[31mb\nc\td"), "a␛[31mb␊c␉d");
        assert_eq!(visible("x\u{202e}y\u{9b}2J"), "x<U+202E>y<U+009B>2J");
        assert_eq!(visible("Zürich 東京 👍"), "Zürich 東京 👍");
    }
}

//! Keys and other input as plain values: the application knows no terminal library.
//!
//! A [`Key`] prints and parses in the notation that screens, help and overrides share:
//! `Ctrl-N`, `Alt-1`, `S-Tab`, `Enter`, `F1`, `g`, `G`, `?`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What was pressed, without modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyCode {
    /// A character as typed: `g`, `G`, `?`, `é`. Never a control character.
    Char(char),
    /// Function key 1–24.
    F(u8),
    /// Return or keypad Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab; with shift it is what terminals call back-tab.
    Tab,
    /// Backspace.
    Backspace,
    /// Forward delete.
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
}

const NAMES: [(&str, KeyCode); 15] = [
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("Space", KeyCode::Char(' ')),
];

/// A key with its modifiers, in one canonical form; see [`Key::new`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key {
    /// What was pressed.
    pub code: KeyCode,
    /// Ctrl was held.
    pub ctrl: bool,
    /// Alt (Option, Meta) was held.
    pub alt: bool,
    /// Shift was held; never set for characters, whose case says it.
    pub shift: bool,
}

impl Key {
    /// The canonical key: terminals disagree about shift and case, so a shifted letter is its
    /// capital without `shift`, a letter with Ctrl is lower case, and control characters become
    /// the keys that send them.
    pub fn new(code: KeyCode, ctrl: bool, alt: bool, shift: bool) -> Self {
        let KeyCode::Char(c) = code else {
            return Self { code, ctrl, alt, shift };
        };
        match c {
            '\r' | '\n' => Self { code: KeyCode::Enter, ctrl, alt, shift },
            '\t' => Self { code: KeyCode::Tab, ctrl, alt, shift },
            '\u{1b}' => Self { code: KeyCode::Esc, ctrl, alt, shift },
            '\u{8}' | '\u{7f}' => Self { code: KeyCode::Backspace, ctrl, alt, shift },
            // The remaining C0 characters are what Ctrl with @, A–Z, \ ] ^ _ sends.
            '\0'..='\u{1f}' => {
                let letter = char::from((c as u8) | 0x40).to_ascii_lowercase();
                Self { code: KeyCode::Char(letter), ctrl: true, alt, shift: false }
            }
            _ if c.is_control() => Self { code: KeyCode::Char('\u{fffd}'), ctrl, alt, shift: false },
            _ if ctrl => Self { code: KeyCode::Char(c.to_ascii_lowercase()), ctrl, alt, shift: false },
            _ if shift => Self { code: KeyCode::Char(capital(c)), ctrl, alt, shift: false },
            _ => Self { code, ctrl, alt, shift: false },
        }
    }

    /// A key without modifiers.
    pub fn plain(code: KeyCode) -> Self {
        Self::new(code, false, false, false)
    }

    /// A character as typed.
    pub fn char(c: char) -> Self {
        Self::plain(KeyCode::Char(c))
    }

    /// Ctrl and a character.
    pub fn ctrl(c: char) -> Self {
        Self::new(KeyCode::Char(c), true, false, false)
    }

    /// Alt and a character.
    pub fn alt(c: char) -> Self {
        Self::new(KeyCode::Char(c), false, true, false)
    }

    /// The character to insert where text is typed; `None` for commands.
    pub fn text(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

/// The capital of a letter that has a one-character capital, else the character itself.
fn capital(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(u), None) => u,
        _ => c,
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = Self::new(self.code, self.ctrl, self.alt, self.shift);
        if key.ctrl {
            f.write_str("Ctrl-")?;
        }
        if key.alt {
            f.write_str("Alt-")?;
        }
        if key.shift {
            f.write_str("S-")?;
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == key.code) {
            return f.write_str(name);
        }
        match key.code {
            KeyCode::Char(c) if key.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "F{n}"),
            // All others have names.
            other => write!(f, "{other:?}"),
        }
    }
}

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadKey(String);

impl fmt::Display for BadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "“{}” is no key: write one character or a name (Enter, Esc, Tab, Space, Up, PageDown, F1 …), \
             with Ctrl-, Alt- or S- before it, such as Ctrl-N or S-Tab",
            self.0.escape_debug()
        )
    }
}

impl std::error::Error for BadKey {}

impl FromStr for Key {
    type Err = BadKey;

    /// Parses the notation that [`Key`] prints; names and modifiers in any case.
    ///
    /// # Errors
    /// [`BadKey`] when the text is no key.
    fn from_str(text: &str) -> Result<Self, BadKey> {
        let bad = || BadKey(text.to_owned());
        let (mut ctrl, mut alt, mut shift) = (false, false, false);
        let mut rest = text;
        loop {
            let (flag, tail) = if let Some(tail) = strip(rest, "Ctrl-") {
                (&mut ctrl, tail)
            } else if let Some(tail) = strip(rest, "Alt-") {
                (&mut alt, tail)
            } else if let Some(tail) = strip(rest, "S-") {
                (&mut shift, tail)
            } else {
                break;
            };
            if *flag {
                return Err(bad());
            }
            *flag = true;
            rest = tail;
        }
        Ok(Self::new(code(rest).ok_or_else(bad)?, ctrl, alt, shift))
    }
}

/// `text` without `prefix`, when something is left over.
fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, tail) = text.split_at_checked(prefix.len())?;
    (head.eq_ignore_ascii_case(prefix) && !tail.is_empty()).then_some(tail)
}

fn code(text: &str) -> Option<KeyCode> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        return (!c.is_control()).then_some(KeyCode::Char(c));
    }
    if let Some((_, code)) = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
        return Some(*code);
    }
    let number: u8 = text.strip_prefix(['F', 'f'])?.parse().ok()?;
    (1..=24).contains(&number).then_some(KeyCode::F(number))
}

impl TryFrom<String> for Key {
    type Error = BadKey;

    fn try_from(text: String) -> Result<Self, BadKey> {
        text.parse()
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

/// What a mouse did; only the left button clicks, so that the terminal's own menus stay usable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MouseKind {
    /// Left button pressed.
    Down,
    /// Left button released.
    Up,
    /// Moved with the left button held.
    Drag,
    /// Wheel up.
    ScrollUp,
    /// Wheel down.
    ScrollDown,
    /// Wheel or pad to the left.
    ScrollLeft,
    /// Wheel or pad to the right.
    ScrollRight,
}

/// One thing that came in from the person at the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted, newlines as `\n`; never to be taken for keys.
    Paste(String),
    /// The mouse did something at a cell, counted from 0.
    Mouse {
        /// What it did.
        kind: MouseKind,
        /// Cell from the left.
        column: u16,
        /// Cell from the top.
        row: u16,
    },
    /// The terminal has a new size in cells; either side may be 0.
    Resize {
        /// Cells across.
        width: u16,
        /// Cells down.
        height: u16,
    },
    /// The terminal's window got the focus.
    FocusGained,
    /// The terminal's window lost the focus.
    FocusLost,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prints_as_the_hints_show_keys() {
        for (key, text) in [
            (Key::ctrl('n'), "Ctrl-N"),
            (Key::ctrl('N'), "Ctrl-N"),
            (Key::alt('1'), "Alt-1"),
            (Key::plain(KeyCode::Enter), "Enter"),
            (Key::plain(KeyCode::Esc), "Esc"),
            (Key::new(KeyCode::Tab, false, false, true), "S-Tab"),
            (Key::plain(KeyCode::F(1)), "F1"),
            (Key::char('g'), "g"),
            (Key::new(KeyCode::Char('g'), false, false, true), "G"),
            (Key::char('?'), "?"),
            (Key::char(' '), "Space"),
            (Key::char('-'), "-"),
            (Key::alt('-'), "Alt--"),
            (Key::new(KeyCode::Up, true, true, true), "Ctrl-Alt-S-Up"),
        ] {
            assert_eq!(key.to_string(), text);
            assert_eq!(text.parse::<Key>().unwrap(), key);
        }
    }

    #[test]
    fn control_characters_become_the_keys_that_send_them() {
        assert_eq!(Key::char('\r'), Key::plain(KeyCode::Enter));
        assert_eq!(Key::char('\u{1}'), Key::ctrl('a'));
        assert_eq!(Key::char('\u{1b}'), Key::plain(KeyCode::Esc));
        assert_eq!(Key::char('\u{7f}'), Key::plain(KeyCode::Backspace));
        assert_eq!(Key::char('\0'), Key::ctrl('@'));
    }

    #[test]
    fn only_unmodified_characters_are_text() {
        assert_eq!(Key::char('q').text(), Some('q'));
        assert_eq!(Key::ctrl('q').text(), None);
        assert_eq!(Key::alt('q').text(), None);
        assert_eq!(Key::plain(KeyCode::Enter).text(), None);
    }

    #[test]
    fn what_is_no_key_is_refused_with_a_way_out() {
        for text in ["", "Ctrl-", "Crtl-N", "F0", "F25", "F1x", "Ctrl-Ctrl-N", "ab", "\u{7}", "S-"] {
            let error = text.parse::<Key>().unwrap_err().to_string();
            assert!(error.contains("Ctrl-N or S-Tab"), "{text}: {error}");
            assert!(!error.chars().any(char::is_control));
        }
    }

    #[test]
    fn overrides_read_and_write_keys_as_text() {
        let key: Key = serde_json::from_str("\"alt-x\"").unwrap();
        assert_eq!(key, Key::alt('x'));
        assert_eq!(serde_json::to_string(&Key::ctrl('p')).unwrap(), "\"Ctrl-P\"");
        assert!(serde_json::from_str::<Key>("\"Hyper-x\"").is_err());
    }

    fn codes() -> impl Strategy<Value = KeyCode> {
        prop_oneof![
            any::<char>().prop_map(KeyCode::Char),
            (1u8..=24).prop_map(KeyCode::F),
            proptest::sample::select(NAMES.map(|(_, code)| code).to_vec()),
        ]
    }

    proptest! {
        #[test]
        fn print_then_parse_gives_the_key_back(code in codes(), ctrl: bool, alt: bool, shift: bool) {
            let key = Key::new(code, ctrl, alt, shift);
            prop_assert_eq!(key.to_string().parse::<Key>(), Ok(key));
        }

        #[test]
        fn canonical_keys_stay_as_they_are(code in codes(), ctrl: bool, alt: bool, shift: bool) {
            let key = Key::new(code, ctrl, alt, shift);
            prop_assert_eq!(Key::new(key.code, key.ctrl, key.alt, key.shift), key);
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in ".{0,12}") {
            let _ = text.parse::<Key>();
        }
    }
}

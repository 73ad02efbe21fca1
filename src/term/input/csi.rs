//! Control sequences (`ESC [ …`) and function keys (`ESC O x`) as terminals send them.

use super::parse::Step;
use crate::app::key::{Input, Key, KeyCode, MouseKind};

/// Reads a control sequence; `tail` is what follows `ESC [`. The step counts those two bytes too.
pub(super) fn read(tail: &[u8]) -> Step {
    // Linux console: ESC [ [ A … E are F1 … F5.
    if let [b'[', rest @ ..] = tail {
        return match rest.first() {
            None => Step::More,
            Some(c @ b'A'..=b'E') => Step::Take(4, Input::Key(Key::plain(KeyCode::F(c - b'A' + 1)))),
            Some(_) => Step::Skip(3),
        };
    }
    let params = tail.iter().take_while(|b| (0x30..=0x3f).contains(*b)).count();
    let middle = tail.iter().skip(params).take_while(|b| (0x20..=0x2f).contains(*b)).count();
    let length = 2 + params + middle + 1;
    match tail.get(params + middle) {
        None => Step::More,
        Some(last @ 0x40..=0x7e) => {
            let text = tail.get(..params).and_then(|p| std::str::from_utf8(p).ok()).unwrap_or_default();
            if *last == b'~' && text == "200" {
                return Step::Paste(length);
            }
            // Mouse without SGR: three bytes follow. Never asked for, so dropped.
            if *last == b'M' && text.is_empty() {
                return if tail.len() < 4 { Step::More } else { Step::Skip(6) };
            }
            // Intermediate bytes mark replies.
            let input = if middle > 0 { None } else { input(text, *last) };
            match input {
                Some(input) => Step::Take(length, input),
                None => Step::Skip(length),
            }
        }
        // Cut short: what stands there now begins something else.
        Some(_) => Step::Skip(length - 1),
    }
}

fn input(text: &str, last: u8) -> Option<Input> {
    match (text, last) {
        ("", b'I') => return Some(Input::FocusGained),
        ("", b'O') => return Some(Input::FocusLost),
        _ => {}
    }
    if let Some(mouse) = text.strip_prefix('<') {
        return self::mouse(mouse, last);
    }
    key(text, last).map(Input::Key)
}

fn key(text: &str, last: u8) -> Option<Key> {
    // Private parameters (`?`, `>`, `=`) mark replies.
    if text.starts_with(['?', '>', '=', '<']) {
        return None;
    }
    let mut fields = text.split(';');
    let first = number(fields.next());
    let second = fields.next().unwrap_or_default();
    let third = number(fields.next());
    // Modifiers, and after a colon the kind of event; 3 is a release.
    let mut parts = second.split(':');
    let mods = number(parts.next()).unwrap_or(1);
    if number(parts.next()) == Some(3) {
        return None;
    }
    let key = |code| Some(modified(code, mods));
    match last {
        b'A' => key(KeyCode::Up),
        b'B' => key(KeyCode::Down),
        b'C' => key(KeyCode::Right),
        b'D' => key(KeyCode::Left),
        b'H' => key(KeyCode::Home),
        b'F' => key(KeyCode::End),
        b'Z' => Some(Key::new(KeyCode::Tab, false, false, true)),
        // rxvt's arrows with shift.
        b'a' => Some(modified(KeyCode::Up, 2)),
        b'b' => Some(modified(KeyCode::Down, 2)),
        b'c' => Some(modified(KeyCode::Right, 2)),
        b'd' => Some(modified(KeyCode::Left, 2)),
        b'P' | b'Q' | b'S' => key(KeyCode::F(last - b'P' + 1)),
        // With another first number this is the reply to where the cursor is.
        b'R' if first.unwrap_or(1) == 1 => key(KeyCode::F(3)),
        b'u' => key(code_point(first?)?),
        b'~' if first == Some(27) => key(code_point(third?)?),
        b'~' => key(numbered(first?)?),
        b'^' => Some(modified(numbered(first?)?, 5)),
        b'@' => Some(modified(numbered(first?)?, 6)),
        _ => None,
    }
}

/// The key after `ESC O`.
pub(super) fn ss3(last: u8) -> Option<Key> {
    let code = match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'H' => KeyCode::Home,
        b'F' => KeyCode::End,
        b'M' => KeyCode::Enter,
        b'P'..=b'S' => KeyCode::F(last - b'P' + 1),
        // The keypad in application mode sends its characters 0x40 higher.
        b'j'..=b'y' => KeyCode::Char(char::from(last - 0x40)),
        _ => return None,
    };
    Some(Key::plain(code))
}

/// `ESC [ n ~`, as xterm, rxvt and the Linux console number keys.
fn numbered(n: u32) -> Option<KeyCode> {
    let f = |n: u32| u8::try_from(n).ok().map(KeyCode::F);
    match n {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => f(n - 10),
        17..=21 => f(n - 11),
        23..=26 => f(n - 12),
        28 | 29 => f(n - 13),
        31..=34 => f(n - 14),
        _ => None,
    }
}

/// A key given by its code point; the kitty protocol's private ones are left out.
fn code_point(n: u32) -> Option<KeyCode> {
    let c = char::from_u32(n)?;
    if ('\u{e000}'..='\u{f8ff}').contains(&c) {
        return None;
    }
    Some(Key::char(c).code)
}

/// A key with modifiers as terminals count them: 1 plus shift 1, alt 2, ctrl 4, meta 32.
fn modified(code: KeyCode, mods: u32) -> Key {
    let bits = mods.saturating_sub(1);
    Key::new(code, bits & 4 != 0, bits & (2 | 32) != 0, bits & 1 != 0)
}

/// `b;column;row`, cells counted from 1; `M` is a press or a move, `m` a release.
fn mouse(text: &str, last: u8) -> Option<Input> {
    let mut fields = text.split(';');
    let button = number(fields.next())?;
    let cell = |n: Option<u32>| u16::try_from(n?.checked_sub(1)?).ok();
    let (column, row) = (cell(number(fields.next()))?, cell(number(fields.next()))?);
    // Shift, alt and ctrl are bits 4, 8 and 16.
    let kind = match (button & !0b1_1100, last) {
        (0, b'M') => MouseKind::Down,
        (0, b'm') => MouseKind::Up,
        (32, b'M') => MouseKind::Drag,
        (64, b'M') => MouseKind::ScrollUp,
        (65, b'M') => MouseKind::ScrollDown,
        (66, b'M') => MouseKind::ScrollLeft,
        (67, b'M') => MouseKind::ScrollRight,
        _ => return None,
    };
    Some(Input::Mouse { kind, column, row })
}

/// The number before any colon; nothing when empty.
fn number(field: Option<&str>) -> Option<u32> {
    field?.split(':').next()?.parse().ok()
}

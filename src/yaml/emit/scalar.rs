//! Scalars: when a word may stand bare, how text is quoted, when a `|` block keeps it exactly.

use std::fmt::Write as _;

use serde_json::Value;

use crate::yaml::screen::hidden;

/// Most blanks in a bare phrase; longer text is prose and is quoted.
const BARE_BLANKS: usize = 4;
/// Words that some YAML reader takes for something else than text (1.1 booleans, null, numbers).
const RESERVED: [&str; 10] = ["yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"];

/// Writes a scalar; maps and lists come out as their compact JSON, which is YAML too.
pub fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::String(text) if bare(text) || moment(text) => out.push_str(text),
        Value::String(text) => quoted(out, text),
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// Writes the key of a map, without its colon.
pub fn key(out: &mut String, key: &str) {
    if bare(key) { out.push_str(key) } else { quoted(out, key) }
}

/// Text in double quotes. Whatever a terminal or a reader could trip over is escaped.
pub fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if hidden(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                let code = u32::from(c);
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

/// A word or short phrase that every YAML reader takes for that text: it begins with a letter, holds
/// letters, digits, single blanks and `_ - . /`, and ends with a letter, a digit or `_`.
fn bare(text: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/');
    text.chars().next().is_some_and(char::is_alphabetic)
        && text.chars().all(|c| inner(c) && !hidden(c))
        && text.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
        && text.len() <= 80
        && !text.contains("  ")
        && text.matches(' ').count() <= BARE_BLANKS
        && !RESERVED.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// `2026-10-05`, optionally with `T08:02:10`, a fraction and `Z`: read back as text, and easy to read bare.
fn moment(text: &str) -> bool {
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    let date = |s: &str| {
        let mut parts = s.split('-');
        parts.next().is_some_and(|y| digits(y, 4))
            && parts.next().is_some_and(|m| digits(m, 2))
            && parts.next().is_some_and(|d| digits(d, 2))
            && parts.next().is_none()
    };
    let time = |s: &str| {
        let s = s.strip_suffix('Z').unwrap_or(s);
        let (clock, fraction) = s.split_once('.').unwrap_or((s, "0"));
        clock.split(':').count() == 3
            && clock.split(':').all(|part| digits(part, 2))
            && (1..=9).contains(&fraction.len())
            && digits(fraction, fraction.len())
    };
    match text.split_once('T') {
        Some((day, clock)) => date(day) && time(clock),
        None => date(text),
    }
}

/// The header of the `|` block that keeps `text` exactly, or `None` if no block does it safely:
/// no line end inside or several at its end, a blank at the end of a line, leading blank line, or hidden characters.
pub fn block_style(text: &str) -> Option<&'static str> {
    let body = text.trim_end_matches('\n');
    let several = text.contains('\n');
    let safe_line =
        |line: &str| !line.ends_with(' ') && !line.chars().any(|c| hidden(c) || matches!(c, '\u{fffe}' | '\u{ffff}'));
    if !several || body.is_empty() || body.starts_with([' ', '\n']) || !body.split('\n').all(safe_line) {
        return None;
    }
    match text.len() - body.len() {
        0 => Some("|-"),
        1 => Some("|"),
        // `|+` would also keep blank lines that follow the block, such as those between events.
        _ => None,
    }
}

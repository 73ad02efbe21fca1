//! What is looked at before the parser sees the text: encoding, size, raw control characters.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::error::{Fault, YamlError};

/// See [`super::decode`].
pub fn decode<'a>(bytes: &'a [u8], origin: &str) -> Result<&'a str, YamlError> {
    let says = |message: String| Err(YamlError::without_place(message, origin));
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return says("this is UTF-16 text; save it as UTF-8 and try again".into());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(_) if looks_binary(bytes) => {
            says("this is not text (it holds control bytes); it cannot be read as YAML".into())
        }
        Err(e) => {
            let at = e.valid_up_to();
            let byte = bytes.get(at).copied().unwrap_or_default();
            let before = bytes.get(..at).unwrap_or_default();
            let line = 1 + before.iter().filter(|b| **b == b'\n').count();
            says(format!(
                "this is not UTF-8 text: byte 0x{byte:02x} at offset {at} (line {line}) does not belong; save it as UTF-8 and try again"
            ))
        }
    }
}

/// Control bytes that no text file holds, in the first kibibyte.
fn looks_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(1024).any(|b| matches!(b, 0..=8 | 14..=26 | 28..=31))
}

/// Refuses oversize text and characters that YAML forbids. A raw NUL must be refused here: a parser
/// that reads it as the end of the text would silently drop what follows.
pub fn check(text: &str) -> Result<(), Fault> {
    if text.len() > super::MAX_BYTES {
        return Err(Fault::nowhere(format!(
            "the text has {} MiB; at most {} MiB are read",
            text.len() >> 20,
            super::MAX_BYTES >> 20
        )));
    }
    if !text.bytes().any(|b| (b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r')) || b == 0x7f || b == 0xc2) {
        return Ok(());
    }
    let (mut line, mut column) = (1, 1);
    for c in text.chars() {
        match c {
            '\n' => (line, column) = (line + 1, 0),
            '\t' | '\r' | '\u{85}' => {}
            c if c.is_control() => {
                let message = format!(
                    "the control character U+{:04X} may not stand here; write it as an escape inside double quotes",
                    u32::from(c)
                );
                return Err(Fault { message, place: Some((line, column)) });
            }
            _ => {}
        }
        column += 1;
    }
    Ok(())
}

/// See [`super::visible`].
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if hidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Characters that a terminal would act on, or that would hide or reorder what is read.
pub fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

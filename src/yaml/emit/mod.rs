//! Writing YAML in one deterministic house style.
//!
//! Two-space indent, keys in the given order, small maps and lists in flow style when they fit
//! [`WIDTH`] columns, `|` blocks for text with line ends, everything doubtful in double quotes.
//! Whatever is written reads back as the same value, as long as it nests no deeper than
//! [`super::MAX_DEPTH`].

use serde_json::{Map, Value};

mod back;
mod flow;
mod scalar;

/// Columns that a line in flow style may fill.
pub const WIDTH: usize = 100;
/// Longest key written in the plain `key: value` form; YAML reads such keys up to 1024 characters.
const LONGEST_KEY: usize = 500;

/// A whole document; ends with a line end.
pub fn document(value: &Value) -> String {
    let mut out = String::new();
    node(&mut out, value, 0, After::Nothing);
    out
}

/// One item of a block list whose dash stands after `indent` spaces; ends with a line end.
///
/// ```
/// let event = serde_json::json!({"n": 1, "text": "Why do users leave?"});
/// assert_eq!(whyboard::yaml::emit::list_item(&event, 2), "  - n: 1\n    text: \"Why do users leave?\"\n");
/// ```
pub fn list_item(value: &Value, indent: usize) -> String {
    let mut out = String::new();
    spaces(&mut out, indent);
    out.push('-');
    // A one-line event would be hard to read and to compare: its fields always stand one a line.
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push(' ');
            entries(&mut out, map, indent + 2, true);
        }
        other => node(&mut out, other, indent, After::Dash),
    }
    out
}

/// Reads an item that [`list_item`] wrote, several times faster than the full reader; `None` for any
/// other text, however close.
///
/// Sound because it writes what it read once more and compares: text that [`list_item`] gives for a
/// value reads back as that value through the door too.
pub fn read_item(text: &str) -> Option<Value> {
    let indent = text.len() - text.trim_start_matches(' ').len();
    back::item(text, indent).filter(|value| list_item(value, indent) == text)
}

/// What stands on the line before a node.
#[derive(Clone, Copy, PartialEq)]
enum After {
    Nothing,
    Key,
    Dash,
}

/// Writes a node and its line end. `indent` is where its key or dash stands.
fn node(out: &mut String, value: &Value, indent: usize, after: After) {
    let space = if after == After::Nothing { "" } else { " " };
    if let Value::String(text) = value
        && let Some(style) = scalar::block_style(text)
    {
        out.push_str(space);
        out.push_str(style);
        out.push('\n');
        block_text(out, text, indent + 2);
        return;
    }
    let used = out.len() - out.rfind('\n').map_or(0, |at| at + 1) + space.len();
    match value {
        Value::Object(map) if after == After::Nothing && !map.is_empty() => entries(out, map, indent, false),
        Value::Array(list) if after == After::Nothing && !list.is_empty() => items(out, list, indent, false),
        Value::Object(map) if map.is_empty() => {
            out.push_str(space);
            out.push_str("{}\n");
        }
        Value::Array(list) if list.is_empty() => {
            out.push_str(space);
            out.push_str("[]\n");
        }
        Value::Object(_) | Value::Array(_) if let Some(line) = flow::line(value, WIDTH.saturating_sub(used)) => {
            out.push_str(space);
            out.push_str(&line);
            out.push('\n');
        }
        Value::Object(map) => {
            out.push_str(if after == After::Key { "\n" } else { space });
            entries(out, map, indent + 2, after == After::Dash);
        }
        Value::Array(list) => {
            out.push_str(if after == After::Key { "\n" } else { space });
            items(out, list, indent + 2, after == After::Dash);
        }
        other => {
            out.push_str(space);
            scalar::write(out, other);
            out.push('\n');
        }
    }
}

/// The entries of a map, one a line; the first goes on the present line if `inline`.
fn entries(out: &mut String, map: &Map<String, Value>, indent: usize, inline: bool) {
    for (i, (key, value)) in map.iter().enumerate() {
        if i > 0 || !inline {
            spaces(out, indent);
        }
        if key.len() > LONGEST_KEY {
            out.push_str("? ");
            scalar::quoted(out, key);
            out.push('\n');
            spaces(out, indent);
        } else {
            scalar::key(out, key);
        }
        out.push(':');
        node(out, value, indent, After::Key);
    }
}

fn items(out: &mut String, list: &[Value], indent: usize, inline: bool) {
    for (i, value) in list.iter().enumerate() {
        if i > 0 || !inline {
            spaces(out, indent);
        }
        out.push('-');
        node(out, value, indent, After::Dash);
    }
}

/// The lines of a `|` block. Empty lines stay empty: no trailing spaces.
fn block_text(out: &mut String, text: &str, indent: usize) {
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            spaces(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

//! The short way back: reads what the house style writes, and gives up on everything else.
//!
//! It may be wrong about texts in other styles; [`super::read_item`] compares and throws those out.

use serde_json::{Map, Number, Value};

/// Deeper items go the long way, where the depth is counted.
const DEPTH: usize = 30;

/// A list item whose dash stands after `indent` blanks.
pub fn item(text: &str, indent: usize) -> Option<Value> {
    let mut lines = Lines { rest: text };
    let first = lines.next()?.get(indent..)?.strip_prefix("- ")?;
    let value = inline(&mut lines, first, indent, DEPTH)?;
    lines.rest.is_empty().then_some(value)
}

struct Lines<'a> {
    rest: &'a str,
}

impl<'a> Lines<'a> {
    /// The next line, without its line end.
    fn next(&mut self) -> Option<&'a str> {
        let (line, rest) = self.rest.split_once('\n')?;
        self.rest = rest;
        Some(line)
    }

    /// What stands after `indent` blanks on the next line, if it stands exactly there.
    fn at(&mut self, indent: usize) -> Option<&'a str> {
        let (line, rest) = self.rest.split_once('\n')?;
        let inner = line.trim_start_matches(' ');
        if line.len() - inner.len() != indent || inner.is_empty() {
            return None;
        }
        self.rest = rest;
        Some(inner)
    }
}

/// What follows a dash on its line: a map, a list, or a scalar.
fn inline(lines: &mut Lines, first: &str, indent: usize, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    if let Some(inner) = first.strip_prefix("- ") {
        return list(lines, inner, indent + 2, depth);
    }
    match key(first) {
        Some((name, rest)) => map(lines, name, rest, indent + 2, depth),
        None => tail(lines, first, indent, depth),
    }
}

/// A map whose first entry was read up to its colon.
fn map(lines: &mut Lines, name: String, rest: &str, indent: usize, depth: usize) -> Option<Value> {
    let mut map = Map::new();
    map.insert(name, entry(lines, rest, indent, depth)?);
    while let Some(line) = lines.at(indent) {
        let (name, rest) = key(line)?;
        map.insert(name, entry(lines, rest, indent, depth)?);
    }
    Some(Value::Object(map))
}

fn list(lines: &mut Lines, first: &str, indent: usize, depth: usize) -> Option<Value> {
    let mut list = vec![inline(lines, first, indent, depth)?];
    while let Some(line) = lines.at(indent) {
        list.push(inline(lines, line.strip_prefix("- ")?, indent, depth)?);
    }
    Some(Value::Array(list))
}

/// The value after a key's colon.
fn entry(lines: &mut Lines, rest: &str, indent: usize, depth: usize) -> Option<Value> {
    if !rest.is_empty() {
        return tail(lines, rest.strip_prefix(' ')?, indent, depth);
    }
    let depth = depth.checked_sub(1)?;
    let line = lines.at(indent + 2)?;
    if let Some(first) = line.strip_prefix("- ") {
        return list(lines, first, indent + 2, depth);
    }
    let (name, rest) = key(line)?;
    map(lines, name, rest, indent + 2, depth)
}

/// A block of text, or a value that ends with its line.
fn tail(lines: &mut Lines, text: &str, indent: usize, depth: usize) -> Option<Value> {
    if text == "|" || text == "|-" {
        let mut block = block(lines, indent + 2);
        if text == "|-" {
            block.pop();
        }
        return Some(Value::String(block));
    }
    let mut rest = text;
    let value = flow(&mut rest, depth, false)?;
    rest.is_empty().then_some(value)
}

fn block(lines: &mut Lines, indent: usize) -> String {
    let mut out = String::new();
    while let Some((line, rest)) = lines.rest.split_once('\n') {
        let inner = line.trim_start_matches(' ');
        if !inner.is_empty() && line.len() - inner.len() < indent {
            break;
        }
        out.push_str(line.get(indent..).unwrap_or_default());
        out.push('\n');
        lines.rest = rest;
    }
    out
}

/// A key and what follows its colon.
fn key(line: &str) -> Option<(String, &str)> {
    let mut rest = line;
    let name = if line.starts_with('"') {
        quoted(&mut rest)?
    } else {
        let end = line.find([':', '"', '{', '['])?;
        rest = line.get(end..)?;
        line.get(..end)?.to_owned()
    };
    let rest = rest.strip_prefix(':')?;
    (rest.is_empty() || rest.starts_with(' ')).then_some((name, rest))
}

fn flow(rest: &mut &str, depth: usize, inside: bool) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    if let Some(inner) = rest.strip_prefix('[') {
        *rest = inner;
        let mut list = Vec::new();
        while !rest.starts_with(']') {
            if !list.is_empty() {
                *rest = rest.strip_prefix(", ")?;
            }
            list.push(flow(rest, depth, true)?);
        }
        *rest = rest.get(1..)?;
        return Some(Value::Array(list));
    }
    if let Some(inner) = rest.strip_prefix('{') {
        *rest = inner;
        let mut map = Map::new();
        while !rest.starts_with('}') {
            if !map.is_empty() {
                *rest = rest.strip_prefix(", ")?;
            }
            let (name, after) = key(rest)?;
            *rest = after.strip_prefix(' ')?;
            map.insert(name, flow(rest, depth, true)?);
        }
        *rest = rest.get(1..)?;
        return Some(Value::Object(map));
    }
    if rest.starts_with('"') {
        return quoted(rest).map(Value::String);
    }
    let end = if inside { rest.find([',', ']', '}'])? } else { rest.len() };
    let (word, after) = rest.split_at_checked(end)?;
    *rest = after;
    Some(match word {
        "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => number(word).map_or_else(|| Value::String(word.to_owned()), Value::Number),
    })
}

fn number(word: &str) -> Option<Number> {
    if !word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return None;
    }
    let whole = word.parse::<u64>().map(Number::from).or_else(|_| word.parse::<i64>().map(Number::from));
    whole.ok().or_else(|| Number::from_f64(word.parse().ok()?))
}

/// Text in double quotes, with the escapes that the house style uses.
fn quoted(rest: &mut &str) -> Option<String> {
    let mut text = String::new();
    let mut inner = rest.strip_prefix('"')?;
    loop {
        let at = inner.find(['"', '\\'])?;
        text.push_str(inner.get(..at)?);
        inner = inner.get(at..)?;
        if let Some(after) = inner.strip_prefix('"') {
            *rest = after;
            return Some(text);
        }
        let escape = inner.chars().nth(1)?;
        inner = inner.get(1 + escape.len_utf8()..)?;
        let digits = match escape {
            'n' => {
                text.push('\n');
                continue;
            }
            'r' => {
                text.push('\r');
                continue;
            }
            't' => {
                text.push('\t');
                continue;
            }
            '"' | '\\' => {
                text.push(escape);
                continue;
            }
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => return None,
        };
        text.push(char::from_u32(u32::from_str_radix(inner.get(..digits)?, 16).ok()?)?);
        inner = inner.get(digits..)?;
    }
}

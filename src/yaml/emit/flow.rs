//! Maps and lists on one line: `{a: 1, b: [x, y]}`.

use serde_json::Value;

use super::scalar;

/// Deepest nesting that is still easy to read on one line.
const DEPTH: usize = 3;

/// The value in flow style, if it fits `room` columns and holds no text with line ends.
pub fn line(value: &Value, room: usize) -> Option<String> {
    let mut out = String::new();
    write(&mut out, value, room, DEPTH).then_some(out)
}

/// Gives up (`false`) as soon as the room or the depth is used up, so that big values cost little.
fn write(out: &mut String, value: &Value, room: usize, depth: usize) -> bool {
    match value {
        Value::Object(map) => {
            if depth == 0 && !map.is_empty() {
                return false;
            }
            out.push('{');
            for (i, (key, value)) in map.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                if key.len() > room {
                    return false;
                }
                scalar::key(out, key);
                out.push_str(": ");
                if !write(out, value, room, depth - 1) {
                    return false;
                }
            }
            out.push('}');
        }
        Value::Array(list) => {
            if depth == 0 && !list.is_empty() {
                return false;
            }
            out.push('[');
            for (i, value) in list.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                if !write(out, value, room, depth - 1) {
                    return false;
                }
            }
            out.push(']');
        }
        Value::String(text) if text.len() > room || text.contains('\n') => return false,
        scalar => scalar::write(out, scalar),
    }
    out.len() <= room || out.chars().count() <= room
}

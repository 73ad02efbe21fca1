//! JSON laid out over lines. Its numbers and texts stay as they were written, digit by digit.

use serde::de::IgnoredAny;

/// Longer text is shown as it is.
const LONGEST: usize = 4 << 20;

/// A JSON array or object over several lines; `None` for anything else.
pub fn laid_out(text: &str) -> Option<String> {
    let text = text.trim();
    let begins = text.starts_with(['{', '[']);
    if !begins || text.len() > LONGEST || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return None;
    }
    let mut out = String::with_capacity(text.len() * 2);
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if quoted {
            out.push(c);
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '"' => {
                quoted = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while rest.next_if(|c| c.is_whitespace()).is_some() {}
                // What is empty stays on its line.
                if let Some(end) = rest.next_if(|e| matches!(e, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    Some(out)
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    // Very deep nesting would leave no room for its content.
    out.extend(std::iter::repeat_n("  ", depth.min(20)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_stay_as_they_were_written() {
        let text = r#"{"a":[1.10,12345678901234567890,{}],"b":"x, {y}: \"z\"","c":[ ]}"#;
        let laid = "{\n  \"a\": [\n    1.10,\n    12345678901234567890,\n    {}\n  ],\n  \"b\": \"x, {y}: \\\"z\\\"\",\n  \"c\": []\n}";
        assert_eq!(laid_out(text).as_deref(), Some(laid));
        for other in ["12", "\"text\"", "{broken", "[1, 2", "", "null", "{a: 1}"] {
            assert_eq!(laid_out(other), None, "{other}");
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            "[ -~\\n\"\\\\{}\\[\\],:]{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                proptest::collection::vec(("[a-z\"\\\\ ]{0,4}", inner), 0..5)
                    .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn laid_out_it_says_the_same(value in json()) {
            let text = value.to_string();
            match laid_out(&text) {
                Some(laid) => prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&laid).ok(), Some(value)),
                None => prop_assert!(!value.is_array() && !value.is_object()),
            }
        }
    }
}

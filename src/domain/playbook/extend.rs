//! A playbook that builds on another: what it says takes the place of what the other says.

use serde_json::{Map, Value};

/// The base with the own playbook laid over it, before either is read as a playbook: maps key by key, lists of things
/// with an `id` thing by thing (a new one stands at the end), and everything else as a whole.
#[must_use]
pub fn extended(base: &Value, own: &Value) -> Value {
    match (base, own) {
        (Value::Object(base), Value::Object(own)) => {
            let mut out = base.clone();
            for (key, value) in own {
                let value = match out.get(key) {
                    Some(before) => extended(before, value),
                    None => value.clone(),
                };
                out.insert(key.clone(), value);
            }
            out.shift_remove("extends");
            Value::Object(out)
        }
        (Value::Array(base), Value::Array(own)) if named(base) && named(own) => {
            let mut out = base.clone();
            for thing in own {
                match out.iter_mut().find(|b| b.get("id") == thing.get("id")) {
                    Some(before) => *before = extended(before, thing),
                    None => out.push(thing.clone()),
                }
            }
            Value::Array(out)
        }
        _ => own.clone(),
    }
}

/// A list of things that have an id.
fn named(list: &[Value]) -> bool {
    !list.is_empty() && list.iter().all(|v| v.as_object().is_some_and(|m: &Map<String, Value>| m.contains_key("id")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn maps_go_by_key_and_lists_by_id() {
        let base = json!({
            "id": "churn", "version": "1", "roles": {"ops": "a", "data": "b"},
            "questions": [
                {"id": "q1", "text": "old", "ask": ["ops", "data"], "set": {"x": "answer"}},
                {"id": "q2", "text": "two"},
            ],
            "finish": {"need": ["q1"]},
        });
        let own = json!({
            "extends": "churn", "id": "mine", "roles": {"shop": "c"},
            "questions": [{"id": "q3", "text": "three"}, {"id": "q1", "text": "new", "ask": ["shop"]}],
            "finish": {"need": ["q3"]},
        });
        assert_eq!(
            extended(&base, &own),
            json!({
                "id": "mine", "version": "1", "roles": {"ops": "a", "data": "b", "shop": "c"},
                "questions": [
                    {"id": "q1", "text": "new", "ask": ["shop"], "set": {"x": "answer"}},
                    {"id": "q2", "text": "two"},
                    {"id": "q3", "text": "three"},
                ],
                "finish": {"need": ["q3"]},
            })
        );
    }
}

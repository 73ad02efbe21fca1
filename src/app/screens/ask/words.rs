//! An answer in words, and whether it is weak.

use serde_json::Value;

use crate::domain::playbook::{Question, QuestionType, matches_answer};
use crate::domain::session::AnswerRecord;

/// Whether the playbook calls such an answer weak.
#[must_use]
pub fn is_weak(question: &Question, value: &Value, text: &str) -> bool {
    let Some(weak) = &question.weak_if else { return false };
    let missing = |part: &str| {
        let at = usize::from(part == "second");
        value.as_array().and_then(|l| l.get(at)).is_none_or(Value::is_null)
    };
    weak.missing.iter().any(|p| missing(p)) || (!weak.when.is_empty() && matches_answer(&weak.when, value, text))
}

/// A value of an answer in the words of its question, with its unit; empty where only words were said.
#[must_use]
pub fn value_words(question: &Question, answer: &AnswerRecord) -> String {
    let word = |v: &Value| match v {
        Value::Null => "?".to_owned(),
        Value::String(s) => question.options.iter().find(|(k, _)| k == s).map_or_else(|| s.clone(), |(_, w)| w.clone()),
        other => plain(other),
    };
    let unit = answer.unit.as_deref().map(|u| format!(" {u}")).unwrap_or_default();
    match &answer.value {
        Value::Null if answer.text.trim().is_empty() => "does not know".into(),
        Value::Null => String::new(),
        Value::Array(list) => {
            let between = if question.kind == QuestionType::NumberPair { " → " } else { "; " };
            format!("{}{unit}", list.iter().map(word).collect::<Vec<_>>().join(between))
        }
        one => format!("{}{unit}", word(one)),
    }
}

/// A value as it would be typed: 7.6, not 7.60; 8, not 8.0.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        Value::Null => String::new(),
        other => other.as_f64().map_or_else(|| other.to_string(), |x| x.to_string()),
    }
}

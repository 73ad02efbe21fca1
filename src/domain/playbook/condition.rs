//! Conditions on an answer: `{is: yes}`, `{any_of: [a, b]}`, `{lte: 14}` …

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

/// All parts given must hold.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub struct When {
    /// The answer is this.
    #[serde(default)]
    pub is: Option<Value>,
    /// The answer is one of these.
    #[serde(default)]
    pub any_of: Option<Vec<Value>>,
    /// A multiple answer holds this.
    #[serde(default)]
    pub has: Option<Value>,
    /// A multiple answer holds one of these.
    #[serde(default)]
    pub has_any: Option<Vec<Value>>,
    /// A number of at least this.
    #[serde(default)]
    pub gte: Option<f64>,
    /// A number of at most this.
    #[serde(default)]
    pub lte: Option<f64>,
    /// Nobody knows.
    #[serde(default)]
    pub unknown: Option<bool>,
    /// Somebody knows.
    #[serde(default)]
    pub known: Option<bool>,
    /// More characters than this in the words.
    #[serde(default)]
    pub longer_than: Option<u64>,
    /// Fewer characters than this in the words.
    #[serde(default)]
    pub shorter_than: Option<u64>,
    /// The words hold one of these, whatever the case.
    #[serde(default)]
    pub contains_any: Option<Vec<String>>,
    /// A multiple answer has at least so many.
    #[serde(default)]
    pub count_gte: Option<u64>,
    /// A multiple answer has exactly so many.
    #[serde(default)]
    pub count_is: Option<u64>,
}

impl When {
    /// True where no part is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn same(a: &Value, b: &Value) -> bool {
    let text = |v: &Value| match v {
        Value::String(s) => s.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        other => other.to_string(),
    };
    a == b || text(a) == text(b)
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// How a line begins that the interviewer asked, among the words of an answer.
pub const ASKED: &str = "— ";

/// The words that the person said: an answer's words without the lines that the interviewer asked.
#[must_use]
pub fn said(text: &str) -> Cow<'_, str> {
    if !text.lines().any(|line| line.starts_with(ASKED)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.lines().filter(|line| !line.starts_with(ASKED)).collect::<Vec<_>>().join("\n"))
}

/// Whether an answer (its typed value and its words) meets a condition. What the interviewer asked in between does
/// not count as said.
#[must_use]
pub fn matches_answer(when: &When, value: &Value, text: &str) -> bool {
    let text = &*said(text);
    let unknown = (value.is_null() && text.trim().is_empty()) || value.as_str() == Some("unknown");
    let number = value.as_f64().or_else(|| value.as_str().and_then(|s| s.trim().parse().ok()));
    let length = text.trim().chars().count() as u64;
    let count = items(value).len() as u64;
    let words = text.to_lowercase();
    when.is.as_ref().is_none_or(|v| same(v, value))
        && when.any_of.as_ref().is_none_or(|l| l.iter().any(|v| same(v, value)))
        && when.has.as_ref().is_none_or(|v| items(value).iter().any(|i| same(i, v)))
        && when.has_any.as_ref().is_none_or(|l| l.iter().any(|v| items(value).iter().any(|i| same(i, v))))
        && when.gte.is_none_or(|b| number.is_some_and(|n| n >= b))
        && when.lte.is_none_or(|b| number.is_some_and(|n| n <= b))
        && when.unknown.is_none_or(|b| b == unknown)
        && when.known.is_none_or(|b| b != unknown)
        && when.longer_than.is_none_or(|n| length > n)
        && when.shorter_than.is_none_or(|n| length < n)
        && when.contains_any.as_ref().is_none_or(|l| l.iter().any(|w| words.contains(&w.to_lowercase())))
        && when.count_gte.is_none_or(|n| count >= n)
        && when.count_is.is_none_or(|n| count == n)
}

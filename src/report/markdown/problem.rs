//! The data-science problem, and the test that settles it.

use serde_json::Value;

use super::{Desk, section};
use crate::domain::brief::{FIELDS, suggested, words};
use crate::report::escape::{inline, table};

/// Fields that stand in the part on the test.
const TEST: [&str; 3] = ["success_test", "success_if", "guards"];

/// All fields of the brief in order; what nobody wrote is shown as open, or as the playbook suggests it.
pub(super) fn problem(desk: &Desk<'_>) -> String {
    let state = &desk.session.state;
    if state.decision.is_none() {
        return String::new();
    }
    let known = |key: &str| FIELDS.iter().any(|f| f.key == key) || key == "hypothesis";
    let mut rows = rows(desk, |key| !TEST.contains(&key));
    rows.extend(
        state
            .brief
            .iter()
            .filter(|(k, _)| !known(k))
            .map(|(k, v)| vec![inline(&capital(&k.replace('_', " "))), inline(&readable(k, v))]),
    );
    section("The data-science problem", &table(&["", ""], &rows))
}

/// Test, success, guards.
pub(super) fn test(desk: &Desk<'_>) -> String {
    if desk.session.state.decision.is_none() {
        return String::new();
    }
    section("The test that settles it", &table(&["", ""], &rows(desk, |key| TEST.contains(&key))))
}

fn rows(desk: &Desk<'_>, wanted: impl Fn(&str) -> bool) -> Vec<Vec<String>> {
    let brief = &desk.session.state.brief;
    let suggested = suggested(desk.session, desk.playbook);
    FIELDS
        .iter()
        .filter(|f| wanted(f.key))
        .map(|f| {
            let written = brief.get(f.key).map(|v| readable(f.key, v)).filter(|w| !w.trim().is_empty());
            let words = match (written, suggested.get(f.key)) {
                (Some(w), _) => inline(&w),
                (None, Some(v)) => format!("*suggested, not confirmed:* {}", inline(&readable(f.key, v))),
                (None, None) => "*not written yet*".to_owned(),
            };
            vec![format!("**{}**", f.title), words]
        })
        .collect()
}

/// A field's words; a kind such as `forecast_then_allocate` reads as words.
fn readable(key: &str, value: &Value) -> String {
    let text = words(value);
    if key == "kind" { text.replace('_', " ") } else { text }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

//! `S.derived.yaml` must say what a fresh fold of `S.yaml` says.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Finding, place};
use crate::cli::load::read_session;
use crate::domain::board::derived;
use crate::yaml;

/// Numbers may differ by this much; the file holds four decimals.
const TOLERANCE: f64 = 1e-4;

/// The session beside a derived file.
fn session_of(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let stem = name.strip_suffix(".derived.yaml")?;
    ["yaml", "yml"].iter().map(|end| path.with_file_name(format!("{stem}.{end}"))).find(|p| p.is_file())
}

/// Everything that differs.
pub fn look(path: &Path, text: &str) -> Vec<Finding> {
    let stored = match yaml::value(text, &path.display().to_string()) {
        Ok(value) => value,
        Err(e) => return vec![Finding::yaml(&e)],
    };
    let Some(source) = session_of(path) else {
        return vec![Finding::fault((0, 0), "its session is not beside it; S.derived.yaml belongs to S.yaml")];
    };
    let session = match read_session(&source) {
        Ok((read, _)) => read.session,
        Err(e) => return vec![Finding::fault((0, 0), e.to_string().trim_end_matches('.'))],
    };
    let fresh = derived(&session);
    let again = format!("write it anew with `whyboard board {} --derived`", source.display());
    if stored.get("upto_event") != fresh.get("upto_event") {
        let of = |v: &Value| v.get("upto_event").map_or_else(|| "?".to_owned(), Value::to_string);
        let at = place::of_key(text, "upto_event").unwrap_or((1, 1));
        let message = format!("it ends with event {}, the session with event {}; {again}", of(&stored), of(&fresh));
        return vec![Finding::fault(at, message)];
    }
    let mut differences = Vec::new();
    compare("", &stored, &fresh, &mut differences);
    differences
        .into_iter()
        .map(|(key, why)| {
            let top = key.split(['.', '[']).next().unwrap_or_default();
            let at = place::of_key(text, top).unwrap_or((1, 1));
            Finding::fault(at, format!("{key} {why}; {again}"))
        })
        .collect()
}

/// Paths at which two values differ.
fn compare(at: &str, stored: &Value, fresh: &Value, out: &mut Vec<(String, String)>) {
    let join = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    match (stored, fresh) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, x) in a {
                match b.get(key) {
                    Some(y) => compare(&join(key), x, y, out),
                    None => out.push((join(key), "does not follow from the session".into())),
                }
            }
            for key in b.keys().filter(|k| !a.contains_key(*k)) {
                out.push((join(key), "is missing".into()));
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (i, (x, y)) in a.iter().zip(b).enumerate() {
                compare(&format!("{at}[{i}]"), x, y, out);
            }
        }
        (Value::Number(a), Value::Number(b)) if matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if (a - b).abs() <= TOLERANCE + 1e-9) =>
            {}
        (a, b) if a == b => {}
        (Value::Array(a), Value::Array(b)) => {
            out.push((at.to_owned(), format!("has {} entries, a fresh fold gives {}", a.len(), b.len())));
        }
        (a, b) => out.push((at.to_owned(), format!("is {a}, a fresh fold gives {b}"))),
    }
}

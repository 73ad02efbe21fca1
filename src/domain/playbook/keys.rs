//! Keys of a playbook file that nobody reads: mostly slips of the pen.

use serde_json::{Map, Value};

use super::PlaybookFault;

/// Where a map stands and which keys are read there.
struct Part {
    /// Key of the list in the file.
    list: &'static str,
    /// Keys of its items.
    keys: &'static [&'static str],
}

const TOP: &[&str] = &[
    "schema",
    "id",
    "version",
    "title",
    "one_line",
    "kpi",
    "roles",
    "stages",
    "columns",
    "questions",
    "hypotheses",
    "checks",
    "finish",
];

const PARTS: [Part; 4] = [
    Part { list: "stages", keys: &["id", "title"] },
    Part {
        list: "questions",
        keys: &[
            "id",
            "stage",
            "ask",
            "text",
            "why",
            "type",
            "unit",
            "min",
            "max",
            "scale",
            "options",
            "required",
            "set",
            "probes",
            "tips",
            "only",
            "show_if",
            "then",
            "weak_if",
            "nudge",
            "record_as",
        ],
    },
    Part {
        list: "hypotheses",
        keys: &["id", "title", "category", "claim", "wrong_if", "row", "only", "predicts", "lever", "ds_problem"],
    },
    Part { list: "checks", keys: &["id", "title", "op", "needs", "params", "yes_if", "minutes", "only"] },
];

/// Warnings for keys that this version does not read. `document` is the whole file as a plain value.
#[must_use]
pub fn unknown_keys(document: &Value) -> Vec<PlaybookFault> {
    let mut out = Vec::new();
    let Some(top) = document.as_object() else { return out };
    look(&mut out, "", top, TOP);
    for part in &PARTS {
        let items = top.get(part.list).and_then(Value::as_array).into_iter().flatten();
        for item in items.filter_map(Value::as_object) {
            let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
            look(&mut out, id, item, part.keys);
        }
    }
    out
}

fn look(out: &mut Vec<PlaybookFault>, id: &str, map: &Map<String, Value>, known: &[&str]) {
    for key in map.keys().filter(|k| !known.contains(&k.as_str())) {
        let at = if id.is_empty() { String::new() } else { format!("{id}: ") };
        let nearest = known
            .iter()
            .copied()
            .find(|k| k.len() > 2 && (key.starts_with(k) || k.starts_with(key.as_str())))
            .map(|k| format!("; is {k} meant?"))
            .unwrap_or_default();
        out.push(PlaybookFault {
            needle: if id.is_empty() { key.clone() } else { id.to_owned() },
            message: format!("{at}this version does not read the key {key}{nearest}"),
            warning: true,
        });
    }
}

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
    "extends",
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

/// Keys of a condition.
const WHEN: &[&str] = &[
    "is",
    "any_of",
    "has",
    "has_any",
    "gte",
    "lte",
    "unknown",
    "known",
    "longer_than",
    "shorter_than",
    "contains_any",
    "count_gte",
    "count_is",
];

const RULE: &[&str] = &["when", "propose", "clue", "clue_form", "note", "block"];

const YES_IF: &[&str] = &["metric", "gte", "lte", "gt", "lt", "lower_gt", "upper_lt", "and"];

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
            "check",
        ],
    },
    Part {
        list: "hypotheses",
        keys: &["id", "title", "category", "claim", "wrong_if", "row", "only", "predicts", "lever", "ds_problem"],
    },
    Part { list: "checks", keys: &["id", "title", "op", "needs", "params", "yes_if", "minutes", "only"] },
];

/// Keys that this version does not read. `document` is the whole file as a plain value. A condition or a rule is a
/// fault with a slip in it, since what is left of it may hold always; elsewhere it is a warning.
#[must_use]
pub fn unknown_keys(document: &Value) -> Vec<PlaybookFault> {
    let mut look = Look { out: Vec::new() };
    let Some(top) = document.as_object() else { return look.out };
    look.map("", "", top, TOP, true);
    for (key, known) in
        [("kpi", &["name", "better", "shape"][..]), ("finish", &["need", "brief_fields", "guard_metrics"])]
    {
        if let Some(map) = top.get(key).and_then(Value::as_object) {
            look.map(key, "", map, known, true);
        }
    }
    for (role, column) in top.get("columns").and_then(Value::as_object).into_iter().flatten() {
        if let Some(map) = column.as_object() {
            look.map(role, "", map, &["title", "types", "guess"], true);
        }
    }
    for part in &PARTS {
        for item in maps(top.get(part.list)) {
            let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
            look.map(id, "", item, part.keys, true);
            look.inside(id, item);
        }
    }
    look.out
}

fn maps(list: Option<&Value>) -> impl Iterator<Item = &Map<String, Value>> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

struct Look {
    out: Vec<PlaybookFault>,
}

impl Look {
    /// The maps inside a question, hypothesis or check.
    fn inside(&mut self, id: &str, item: &Map<String, Value>) {
        let with = |more: &[&'static str]| [WHEN, more].concat();
        let map = |key: &str| item.get(key).and_then(Value::as_object);
        if let Some(show) = map("show_if") {
            self.map(id, "show_if", show, &with(&["q"]), false);
        }
        if let Some(weak) = map("weak_if") {
            self.map(id, "weak_if", weak, &with(&["missing"]), false);
        }
        if let Some(scale) = map("scale") {
            self.map(id, "scale", scale, &["min", "max", "step", "unit"], true);
        }
        for rule in maps(item.get("then")) {
            self.map(id, "then", rule, RULE, false);
            if let Some(when) = rule.get("when").and_then(Value::as_object) {
                self.map(id, "when", when, WHEN, false);
            }
            if let Some(clue) = rule.get("clue").and_then(Value::as_object) {
                self.map(id, "clue", clue, &["text", "rate"], false);
            }
        }
        for p in maps(item.get("predicts")) {
            self.map(id, "predicts", p, &["check", "if_yes", "if_no"], false);
        }
        if let Some(rule) = map("yes_if") {
            self.yes_if(id, rule);
        }
    }

    fn yes_if(&mut self, id: &str, rule: &Map<String, Value>) {
        self.map(id, "yes_if", rule, YES_IF, false);
        for next in maps(rule.get("and")) {
            self.yes_if(id, next);
        }
    }

    fn map(&mut self, id: &str, place: &str, map: &Map<String, Value>, known: &[&str], warning: bool) {
        for key in map.keys().filter(|k| !known.contains(&k.as_str())) {
            let at = if id.is_empty() { String::new() } else { format!("{id}: ") };
            let inside = if place.is_empty() { String::new() } else { format!(" in {place}") };
            let nearest = nearest(key, known).map(|k| format!("; is {k} meant?")).unwrap_or_default();
            self.out.push(PlaybookFault {
                needle: if id.is_empty() { key.clone() } else { id.to_owned() },
                word: key.clone(),
                message: format!("{at}this version does not read the key {key}{inside}{nearest}"),
                warning,
            });
        }
    }
}

/// A known key that begins alike, or that two slips of the pen at most make of this one.
fn nearest<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let alike = |k: &&&str| k.len() > 2 && (key.starts_with(**k) || (key.len() > 2 && k.starts_with(key)));
    known.iter().find(alike).or_else(|| known.iter().find(|k| k.len() > 3 && distance(key, k) <= 2)).copied()
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let swap = row.get(j).copied().unwrap_or(0) + usize::from(x != *y);
            let add = next.get(j).copied().unwrap_or(0).min(row.get(j + 1).copied().unwrap_or(0)) + 1;
            next.push(swap.min(add));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

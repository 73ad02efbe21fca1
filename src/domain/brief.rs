//! The brief: which fields it has, what they ask, and what can be filled in from the session.

use serde_json::{Map, Value};

use super::playbook::{Flow, Playbook, fill};
use super::session::Session;

/// One field of the brief.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BriefField {
    /// Key in files.
    pub key: &'static str,
    /// Title on the screen and in the report.
    pub title: &'static str,
    /// What to write.
    pub asks: &'static str,
}

/// The fields of a brief in order.
pub const FIELDS: [BriefField; 14] = [
    BriefField {
        key: "kind",
        title: "Kind",
        asks: "uplift, forecast then allocate, detection, ranking, elasticity, survival, experiment, or none: fix it",
    },
    BriefField { key: "predict", title: "Predict", asks: "What exactly is predicted or estimated?" },
    BriefField { key: "decide", title: "Decide", asks: "Which decision does it change, and who acts?" },
    BriefField { key: "unit", title: "Unit", asks: "For which unit: customer, order, zone and hour …" },
    BriefField { key: "horizon", title: "Horizon", asks: "How far ahead?" },
    BriefField {
        key: "label",
        title: "Label and traps",
        asks: "What is the label, and which columns know it too early?",
    },
    BriefField { key: "simple_rule_first", title: "Simple rule first", asks: "Which rule of thumb must be beaten?" },
    BriefField { key: "offline_metric", title: "Offline metric", asks: "How is it judged on past data?" },
    BriefField { key: "business_metric", title: "Business metric", asks: "Which number moves if it works?" },
    BriefField { key: "success_test", title: "Test", asks: "Which experiment settles it, and how large?" },
    BriefField { key: "success_if", title: "Success if", asks: "Which result counts as success?" },
    BriefField { key: "guards", title: "Guards", asks: "What must not get worse?" },
    BriefField { key: "pipelines", title: "Pipelines", asks: "Features, training, inference: what runs when?" },
    BriefField { key: "owner", title: "Who acts", asks: "Who uses it from day one?" },
];

/// A field's words, where it has some. Maps such as guards read as `name: words`.
#[must_use]
pub fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(s) => s.clone(),
        Value::Array(l) => l.iter().map(words).collect::<Vec<_>>().join("; "),
        Value::Object(m) => {
            m.iter().map(|(k, v)| format!("{}: {}", k.replace('_', " "), words(v))).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

/// What the chosen hypothesis' playbook entry suggests for fields that are still empty.
#[must_use]
pub fn suggested(session: &Session, playbook: Option<&Playbook>) -> Map<String, Value> {
    let mut out = Map::new();
    let Some(decision) = &session.state.decision else { return out };
    let mut put = |key: &str, value: String| {
        if !value.trim().is_empty() && !session.state.brief.contains_key(key) {
            out.insert(key.to_owned(), value.into());
        }
    };
    let row = session.state.row(&decision.chosen);
    if let Some(playbook) = playbook {
        let fills = Flow::new(playbook, session).fills();
        if let Some(h) = row.and_then(|r| r.from.as_deref()).and_then(|id| playbook.hypothesis(id)) {
            let p = &h.ds_problem;
            put("kind", p.kind.clone());
            put("predict", fill(&p.target, &fills));
            put("unit", p.unit.clone());
            put("horizon", p.horizon.clone());
            put("success_test", p.compare.clone());
            let more = |key: &str| p.more.get(key).map(words).unwrap_or_default();
            put("simple_rule_first", more("simple_rule"));
            put("guards", more("guards"));
            put("decide", if more("first_step").is_empty() { h.lever.clone() } else { more("first_step") });
        }
        put("guards", playbook.finish.guard_metrics.join("; "));
    }
    if let Some(row) = row {
        put("decide", row.lever.clone());
    }
    if let Some(kpi) = &session.state.kpi {
        put("label", format!("{} (check Leaks: which columns know it too early?)", kpi.kpi));
    }
    put("business_metric", session.state.goal.kpi.clone().unwrap_or_default());
    if let Some(points) = session.state.goal.target_points() {
        put("success_if", format!("{points} KPI points won, by the test above"));
    }
    out
}

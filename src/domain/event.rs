//! Events: one fact each, in the order in which they were recorded.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::words::{ForecastWord, Grade, Origin, Prior, Quality, Rating};
use crate::query::{Better, CheckRequest, Kpi, Outcome};

/// Names another event: by its position in this file or, better, by its id, which survives a merge of two files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum EventRef {
    /// Position, 1 for the first.
    N(u64),
    /// The event's id.
    Id(String),
}

impl std::fmt::Display for EventRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::N(n) => write!(f, "#{n}"),
            Self::Id(id) => f.write_str(id),
        }
    }
}

/// One recorded fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Position in the session, 1 for the first.
    pub n: u64,
    /// A short random name; absent in files written by hand.
    pub id: Option<String>,
    /// When, UTC with seconds.
    pub at: String,
    /// Who recorded it (an alias).
    pub by: String,
    /// What was recorded.
    pub act: Act,
}

impl Event {
    /// The best name for references to this event.
    #[must_use]
    pub fn reference(&self) -> EventRef {
        self.id.clone().map_or(EventRef::N(self.n), EventRef::Id)
    }

    /// Reads an event from a parsed item.
    ///
    /// # Errors
    /// A sentence that names the field that is missing or wrong.
    pub fn from_value(value: &Value) -> Result<Self, String> {
        let map = value.as_object().ok_or("an event must be a map that starts with n, at, by, do")?;
        let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let n = map.get("n").and_then(Value::as_u64).ok_or("n, the event's number, is missing")?;
        let verb = text("do").ok_or("do, the event's verb, is missing")?;
        let mut id = text("id");
        // In files without event ids, `id` of a hypothesis or clue is the id of what is added.
        let old_id =
            matches!(verb.as_str(), "hypothesis" | "clue") && !map.contains_key(&verb) && map.contains_key("id");
        // These take every key for a field of their own.
        let free = matches!(verb.as_str(), "problem" | "rerun" | "outcome" | "review");
        let known = VERBS.contains(&verb.as_str());
        let act = if known && !old_id && !free {
            // Most events by far: read without a copy.
            Act::deserialize(value).map_err(|e| format!("{verb}: {e}"))?
        } else {
            let mut fields = map.clone();
            if let (true, Some(old)) = (old_id, fields.get("id").cloned()) {
                fields.insert(verb.clone(), old);
                id = None;
            }
            for key in ["n", "id", "at", "by"] {
                fields.shift_remove(key);
            }
            if known {
                serde_json::from_value(Value::Object(fields)).map_err(|e| format!("{verb}: {e}"))?
            } else {
                fields.shift_remove("do");
                Act::Unknown { verb, fields }
            }
        };
        Ok(Self { n, id, at: text("at").unwrap_or_default(), by: text("by").unwrap_or_default(), act })
    }

    /// What stands in the place of an item that could not be read: it keeps its number, its id and all its fields, so
    /// that the numbers and references of the others stay right and a rewrite gives it back as it was. `place` counts
    /// from 1 and is its number where it has none.
    #[must_use]
    pub fn unreadable(value: &Value, place: u64) -> Self {
        let fields = value.as_object().cloned().unwrap_or_default();
        let text = |key: &str| fields.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let verb = Some(text("do")).filter(|v| !v.is_empty()).unwrap_or_else(|| "?".into());
        // Without event ids, `id` of a hypothesis or clue is the id of what is added.
        let added = matches!(verb.as_str(), "hypothesis" | "clue") && !fields.contains_key(&verb);
        let id = Some(text("id")).filter(|id| !id.is_empty() && !added);
        let n = fields.get("n").and_then(Value::as_u64).unwrap_or(place);
        let (at, by) = (text("at"), text("by"));
        Self { n, id, at, by, act: Act::Unknown { verb, fields } }
    }

    /// The event as it is written: `n, id, at, by, do`, then the verb's fields in their fixed order.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut out = Map::new();
        out.insert("n".into(), self.n.into());
        if let Some(id) = &self.id {
            out.insert("id".into(), id.clone().into());
        }
        out.insert("at".into(), self.at.clone().into());
        out.insert("by".into(), self.by.clone().into());
        match &self.act {
            Act::Unknown { verb, fields } => {
                out.insert("do".into(), verb.clone().into());
                out.extend(fields.clone());
            }
            act => {
                if let Ok(Value::Object(fields)) = serde_json::to_value(act) {
                    out.extend(fields);
                }
            }
        }
        Value::Object(out)
    }
}

/// The name that all events of one intent share.
#[must_use]
pub fn batch_of(id: &str) -> &str {
    id.split('-').next().unwrap_or(id)
}

/// All verbs that this version understands.
pub const VERBS: [&str; 32] = [
    "open",
    "goal",
    "person",
    "attach_data",
    "fingerprint",
    "read_options",
    "map_columns",
    "known_before",
    "setting",
    "kpi",
    "answer",
    "defer",
    "hypothesis",
    "park",
    "clue",
    "rate",
    "split_family",
    "predict",
    "check",
    "impact",
    "propose",
    "dismiss",
    "note",
    "amend",
    "retract",
    "undo",
    "redact",
    "decide",
    "problem",
    "rerun",
    "outcome",
    "review",
];

/// Whether the KPI got worse or was always too high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// It rose (or fell): there is an onset.
    Rise,
    /// It was always there.
    Level,
}

/// What is known of a table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct TableFacts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Bytes on disk.
    pub bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Time of last change, UTC.
    pub modified: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// First 16 hexadecimal digits of the file's SHA-256.
    pub sha256_16: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Rows.
    pub rows: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// A hash that does not depend on the order of the rows.
    pub order_free_hash: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Column → type.
    pub columns: Option<Map<String, Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Column → nulls, where there are any.
    pub nulls: Option<Map<String, Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// First and last moment.
    pub time_range: Option<Vec<String>>,
}

/// A measured level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasuredLevel {
    /// Rows that count.
    pub n: u64,
    /// In the KPI's own unit (0.265 for 26.5 %).
    pub value: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// 95 % interval.
    pub interval: Option<(f64, f64)>,
}

/// The event from which a clue comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClueSource {
    /// An answer, a check, or a note.
    pub event: EventRef,
}

/// What an answer proposes, waiting for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProposalKind {
    /// A hypothesis of the playbook.
    Hypothesis,
    /// A clue with ratings.
    Clue,
    /// A clue that the user words and rates.
    ClueForm,
    /// Something to keep in mind.
    Note,
    /// Something to settle before going on.
    Block,
    /// Two statements that don't agree.
    Contradiction,
}

/// Ratings by hypothesis id.
pub type Ratings = BTreeMap<String, Rating>;

/// What is recorded. The field order is the order in files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[allow(missing_docs)] // docs/session.md describes each field
pub enum Act {
    /// The sentence as it was said.
    Open { text: String },
    /// The goal; absent fields keep what was said before.
    Goal {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kpi: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shape: Option<Shape>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        points: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by_date: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        budget_days: Option<f64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<String>,
    },
    /// A person behind an alias.
    Person { alias: String, role: String, shown_as: String },
    /// A table: a file, or a query over tables that are files.
    AttachData {
        data: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        path: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sql: Option<String>,
        #[serde(flatten)]
        facts: TableFacts,
    },
    /// What the background read found.
    Fingerprint {
        data: String,
        #[serde(flatten)]
        facts: TableFacts,
    },
    /// How a table is read.
    ReadOptions { data: String, options: Map<String, Value> },
    /// Role → column.
    MapColumns {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<String>,
        columns: BTreeMap<String, String>,
    },
    /// Whether a column was known before the outcome, or fixed before other columns were.
    KnownBefore {
        column: String,
        known: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        before: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said_by: Option<String>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
    },
    /// A setting of this session.
    Setting { key: String, value: Value },
    /// The KPI over a table.
    Kpi {
        data: String,
        kpi: Kpi,
        #[serde(default)]
        better: Better,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        independent_unit: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<MeasuredLevel>,
    },
    /// What a person answered. `value: null` is "does not know".
    Answer {
        question: String,
        said_by: String,
        #[serde(default)]
        value: Value,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<String>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
        #[serde(default)]
        verbatim: bool,
    },
    /// A question for later or for someone else.
    Defer {
        question: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    /// A hypothesis.
    Hypothesis {
        hypothesis: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_question: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposal: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        row: Option<String>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        category: String,
        title: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        claim: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        wrong_if: String,
        #[serde(default)]
        prior: Prior,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        lever: String,
    },
    /// Set aside, or taken back (`back: true`).
    Park {
        hypothesis: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
        #[serde(default, skip_serializing_if = "is_false")]
        back: bool,
    },
    /// A clue with the ratings of the person who records it.
    Clue {
        clue: String,
        text: String,
        origin: Origin,
        grade: Grade,
        family: String,
        source: ClueSource,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposal: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repeat_of: Option<String>,
        #[serde(default)]
        ratings: Ratings,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Ratings given later or by another rater.
    Rate {
        clue: String,
        ratings: Ratings,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The clue counts as a source of its own.
    SplitFamily { clue: String, family: String, note: String },
    /// A forecast written before a check is run.
    Predict {
        check: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
        forecasts: BTreeMap<String, f64>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        words: BTreeMap<String, ForecastWord>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<CheckRequest>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        if_yes: Ratings,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        if_no: Ratings,
    },
    /// A check or an analysis that was run.
    Check {
        check: String,
        #[serde(default)]
        data: Vec<String>,
        predicted: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        #[serde(default)]
        params: Map<String, Value>,
        #[serde(default)]
        result: Map<String, Value>,
        outcome: Outcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        took_seconds: Option<f64>,
    },
    /// What a hypothesis could move.
    Impact { hypothesis: String, exposed: f64, fixable: f64, effect_points: [f64; 3], quality: Quality, cost_days: f64 },
    /// Something an answer proposes.
    Propose {
        proposal: String,
        kind: ProposalKind,
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hypothesis: Option<String>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        ratings: Ratings,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        family: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grade: Option<Grade>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        question: Option<String>,
        source: ClueSource,
    },
    /// A proposal not taken.
    Dismiss {
        proposal: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
    },
    /// A remark.
    Note { text: String },
    /// A correction of one field of an earlier event.
    Amend { event: EventRef, field: String, value: Value, why: String },
    /// A clue or a check taken back.
    Retract {
        clue: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        why: String,
    },
    /// Earlier events count no more.
    Undo { events: Vec<EventRef> },
    /// Words removed wherever they stand.
    Redact {
        event: EventRef,
        field: String,
        why: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep_instead: Option<String>,
    },
    /// The chosen hypothesis and why.
    Decide {
        chosen: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        runner_up: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        agreed_by: Vec<String>,
        because: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        would_change_our_mind: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review_on: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        red_gates: Vec<String>,
    },
    /// The brief: the data-science problem; the latest words of each field count.
    Problem {
        hypothesis: String,
        #[serde(flatten)]
        fields: Map<String, Value>,
    },
    /// Checks run again on other data.
    Rerun {
        #[serde(flatten)]
        fields: Map<String, Value>,
    },
    /// What happened after the decision was acted on.
    Outcome {
        #[serde(flatten)]
        fields: Map<String, Value>,
    },
    /// A look back at the decision.
    Review {
        #[serde(flatten)]
        fields: Map<String, Value>,
    },
    /// A verb of a newer version: kept and shown, not understood.
    #[serde(skip)]
    Unknown { verb: String, fields: Map<String, Value> },
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature that serde asks for
fn is_false(b: &bool) -> bool {
    !*b
}

impl Act {
    /// The verb as it stands in files.
    #[must_use]
    pub fn verb(&self) -> String {
        match self {
            Self::Unknown { verb, .. } => verb.clone(),
            act => serde_json::to_value(act)
                .ok()
                .and_then(|v| v.get("do").and_then(Value::as_str).map(str::to_owned))
                .unwrap_or_default(),
        }
    }
}

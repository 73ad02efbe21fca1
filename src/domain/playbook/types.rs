//! The format of a playbook file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::When;
use crate::domain::event::{Ratings, Shape};
use crate::query::{Better, CheckOp, YesIf};

/// A map of the file with its order kept.
pub type Ordered<T> = Vec<(String, T)>;

/// A playbook.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Playbook {
    /// `playbook/1`.
    pub schema: String,
    /// Short name, as in `--playbook churn`.
    pub id: String,
    /// Version of its text.
    pub version: String,
    /// Title.
    pub title: String,
    /// One sentence on what it is for.
    #[serde(default)]
    pub one_line: String,
    /// The KPI in general words.
    pub kpi: PlaybookKpi,
    /// Role → who that is.
    #[serde(deserialize_with = "ordered")]
    pub roles: Ordered<String>,
    /// Stages in order.
    pub stages: Vec<Stage>,
    /// What the columns are called here; a session maps them to its own.
    #[serde(default, deserialize_with = "ordered")]
    pub columns: Ordered<ColumnRole>,
    /// Questions in order.
    pub questions: Vec<Question>,
    /// Hypotheses.
    pub hypotheses: Vec<PlaybookHypothesis>,
    /// Checks.
    pub checks: Vec<PlaybookCheck>,
    /// What a brief needs.
    #[serde(default)]
    pub finish: Finish,
}

/// The KPI in general words.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PlaybookKpi {
    /// Name, fills `{kpi}`.
    pub name: String,
    /// Which way is better.
    #[serde(default)]
    pub better: Better,
}

/// A stage of the interview.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Stage {
    /// Short name.
    pub id: String,
    /// Title.
    pub title: String,
}

/// A column by its meaning.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub struct ColumnRole {
    /// What it holds.
    #[serde(default)]
    pub title: String,
    /// Types that fit: bool int num text date time.
    #[serde(default)]
    pub types: Vec<String>,
    /// Parts of column names that suggest it, best first, lower case.
    #[serde(default)]
    pub guess: Vec<String>,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionType {
    /// Words only.
    FreeText,
    /// One of the options.
    Choice,
    /// Any of the options.
    Multi,
    /// Any number of short words, not from a list.
    MultiFree,
    /// Yes or no.
    YesNo,
    /// A number.
    Number,
    /// Two numbers, from and to.
    NumberPair,
    /// A day.
    Date,
    /// A point on a scale.
    Rating,
    /// Somebody to ask.
    Person,
}

/// A rating's scale.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Scale {
    /// Lowest.
    pub min: f64,
    /// Highest.
    pub max: f64,
    /// Step between two points.
    #[serde(default)]
    pub step: Option<f64>,
    /// Unit.
    #[serde(default)]
    pub unit: Option<String>,
}

/// Shown only when another question was answered so.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ShowIf {
    /// The earlier question.
    pub q: String,
    /// The condition on its answer.
    #[serde(flatten)]
    pub when: When,
}

/// When an answer is weak and deserves the nudge.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub struct WeakIf {
    /// Parts of a pair that are missing: `first`, `second`.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Further conditions.
    #[serde(flatten)]
    pub when: When,
}

/// What an answer leads to.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Rule {
    /// The condition.
    pub when: When,
    /// Hypotheses to propose.
    #[serde(default)]
    pub propose: Vec<String>,
    /// A clue to propose.
    #[serde(default)]
    pub clue: Option<RuleClue>,
    /// Open a form for a clue in the user's words.
    #[serde(default)]
    pub clue_form: bool,
    /// Something to keep in mind.
    #[serde(default)]
    pub note: Option<String>,
    /// Something to settle first.
    #[serde(default)]
    pub block: Option<String>,
}

/// A clue that a rule proposes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RuleClue {
    /// Its words.
    pub text: String,
    /// Playbook hypothesis → rating.
    #[serde(default)]
    pub rate: Ratings,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Question {
    /// Id.
    pub id: String,
    /// Stage id.
    pub stage: String,
    /// Roles to ask, best first.
    pub ask: Vec<String>,
    /// The words, with `{placeholders}`.
    pub text: String,
    /// Why it is asked.
    #[serde(default)]
    pub why: String,
    /// How it is answered.
    #[serde(rename = "type")]
    pub kind: QuestionType,
    /// Unit of a number.
    #[serde(default)]
    pub unit: Option<String>,
    /// Lower bound.
    #[serde(default)]
    pub min: Option<f64>,
    /// Upper bound.
    #[serde(default)]
    pub max: Option<f64>,
    /// Scale of a rating.
    #[serde(default)]
    pub scale: Option<Scale>,
    /// Option key → words.
    #[serde(default, deserialize_with = "ordered")]
    pub options: Ordered<String>,
    /// Must be answered for the brief.
    #[serde(default)]
    pub required: bool,
    /// Placeholder → `answer`, `first` or `second`.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    /// Follow-ups.
    #[serde(default)]
    pub probes: Vec<String>,
    /// A word to the interviewer.
    #[serde(default)]
    pub tips: Option<String>,
    /// Shown only for this shape of problem.
    #[serde(default)]
    pub only: Option<Shape>,
    /// Shown only after another answer.
    #[serde(default)]
    pub show_if: Option<ShowIf>,
    /// What answers lead to.
    #[serde(default)]
    pub then: Vec<Rule>,
    /// When the answer is weak.
    #[serde(default)]
    pub weak_if: Option<WeakIf>,
    /// What to say then.
    #[serde(default)]
    pub nudge: Option<String>,
    /// `forecast` or `verdict`.
    #[serde(default)]
    pub record_as: Option<String>,
    /// The check that a forecast is about: the answer says how surely it will be yes.
    #[serde(default)]
    pub check: Option<String>,
}

/// What a check's answer says about hypotheses.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Prediction {
    /// The check.
    pub check: String,
    /// Ratings if yes; `self` is the hypothesis that predicts.
    #[serde(default)]
    pub if_yes: Ratings,
    /// Ratings if no.
    #[serde(default)]
    pub if_no: Ratings,
}

/// The data-science problem that a hypothesis would lead to.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, Serialize)]
pub struct DsProblem {
    /// uplift, forecast_then_allocate, detection …
    #[serde(default)]
    pub kind: String,
    /// For which unit.
    #[serde(default)]
    pub unit: String,
    /// What to predict.
    #[serde(default)]
    pub target: String,
    /// How far ahead.
    #[serde(default)]
    pub horizon: String,
    /// How it is tested.
    #[serde(default)]
    pub compare: String,
    /// Anything else: first_step, simple_rule, guards.
    #[serde(flatten)]
    pub more: Map<String, Value>,
}

/// A hypothesis that answers may propose.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PlaybookHypothesis {
    /// Id, by custom `h_…`.
    pub id: String,
    /// Title.
    pub title: String,
    /// Category.
    #[serde(default)]
    pub category: String,
    /// The claim, with placeholders.
    #[serde(default)]
    pub claim: String,
    /// What would prove it wrong.
    #[serde(default)]
    pub wrong_if: String,
    /// `data`: feeds that permanent row instead of standing beside it.
    #[serde(default)]
    pub row: Option<String>,
    /// Only for this shape of problem.
    #[serde(default)]
    pub only: Option<Shape>,
    /// What its checks say.
    #[serde(default)]
    pub predicts: Vec<Prediction>,
    /// What could be done.
    #[serde(default)]
    pub lever: String,
    /// The problem that it would become.
    #[serde(default)]
    pub ds_problem: DsProblem,
}

/// When a check says yes: a rule, or prose that a person judges by.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum YesRule {
    /// Judged by the program.
    Rule(YesIf),
    /// Judged by a person.
    Prose(String),
}

/// A check.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PlaybookCheck {
    /// Id, by custom `d_…`.
    pub id: String,
    /// A question that yes or no answers.
    pub title: String,
    /// What to run.
    pub op: CheckOp,
    /// Column roles that it needs.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Parameters.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// When the answer is yes.
    #[serde(default)]
    pub yes_if: Option<YesRule>,
    /// Minutes of work.
    #[serde(default = "ten")]
    pub minutes: f64,
    /// Only for this shape of problem.
    #[serde(default)]
    pub only: Option<Shape>,
}

fn ten() -> f64 {
    10.0
}

/// What a brief needs.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
pub struct Finish {
    /// Questions that must be answered.
    #[serde(default)]
    pub need: Vec<String>,
    /// Fields of the brief.
    #[serde(default)]
    pub brief_fields: Vec<String>,
    /// What must not get worse.
    #[serde(default)]
    pub guard_metrics: Vec<String>,
}

impl Playbook {
    /// The question of that id.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|q| q.id == id)
    }

    /// The hypothesis of that id.
    #[must_use]
    pub fn hypothesis(&self, id: &str) -> Option<&PlaybookHypothesis> {
        self.hypotheses.iter().find(|h| h.id == id)
    }

    /// The check of that id.
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&PlaybookCheck> {
        self.checks.iter().find(|c| c.id == id)
    }

    /// Who a role is.
    #[must_use]
    pub fn role(&self, id: &str) -> Option<&str> {
        self.roles.iter().find(|(r, _)| r == id).map(|(_, t)| t.as_str())
    }
}

/// Reads a map as pairs in file order.
fn ordered<'de, D, T>(deserializer: D) -> Result<Ordered<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let map = Option::<Map<String, Value>>::deserialize(deserializer)?.unwrap_or_default();
    map.into_iter()
        .map(|(k, v)| match serde_json::from_value(v) {
            Ok(v) => Ok((k, v)),
            Err(e) => Err(serde::de::Error::custom(format!("{k}: {e}"))),
        })
        .collect()
}

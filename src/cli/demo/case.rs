//! The format of the scripted case (`assets/demo/case.yaml`, `case/1`): who said what and what was done, step by step.
//! It holds no result: checks, levels and impacts are computed when it is played.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domain::event::{Act, ProposalKind, Ratings};
use crate::domain::words::{Grade, Quality};
use crate::query::{Better, CheckRequest, Kpi, Outcome};
use crate::yaml;

/// A scripted case.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// `case/1`.
    pub schema: String,
    /// The session's id.
    pub id: String,
    /// The session's title.
    pub title: String,
    /// When it begins, UTC.
    pub begins: jiff::Timestamp,
    /// Seed of the event ids.
    pub seed: u64,
    /// Id of the playbook.
    pub playbook: String,
    /// Name of the table in the session.
    pub table: String,
    /// The hypothesis that is planted in the data.
    pub truth: String,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Step {
    /// Minutes since the step before.
    #[serde(default = "one")]
    pub after: f64,
    /// What happens.
    #[serde(flatten)]
    pub what: What,
}

fn one() -> f64 {
    1.0
}

/// What happens in a step.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A heading of the text; `at` sets the clock.
    Scene(Scene),
    /// The board is shown; nothing is recorded.
    Board(String),
    /// Here the half-played session ends.
    Half(String),
    /// Any event as it stands in a session.
    Act(Act),
    /// The table is attached and its fingerprint taken.
    Attach(Attach),
    /// The KPI is bound; its level is measured.
    Kpi(KpiStep),
    /// Somebody answers a question.
    Answer(AnswerStep),
    /// A proposal is taken.
    Accept(AcceptStep),
    /// A proposal is not taken.
    Dismiss(DismissStep),
    /// All proposals that wait are not taken.
    DismissRest(String),
    /// A check: forecasts first, then it is run, then its clue is pinned.
    Check(CheckStep),
    /// The ratings of a check's clue are changed.
    Rerate(RerateStep),
    /// A hypothesis is sized on the table.
    Impact(ImpactStep),
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// Its words.
    pub title: String,
    /// When it begins, UTC.
    #[serde(default)]
    pub at: Option<jiff::Timestamp>,
    /// What it is about.
    #[serde(default)]
    pub words: String,
}

/// Attaching the table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attach {
    /// Role → column.
    pub columns: BTreeMap<String, String>,
}

/// Binding the KPI.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KpiStep {
    /// The KPI.
    pub kpi: Kpi,
    /// Which way is better.
    pub better: Better,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerStep {
    /// Question id.
    pub question: String,
    /// Alias.
    pub who: String,
    /// The typed answer; null for "does not know".
    #[serde(default)]
    pub value: Value,
    /// Their words.
    #[serde(default)]
    pub text: String,
    /// Left out of the text.
    #[serde(default)]
    pub untold: bool,
}

/// Names a proposal by what it came from.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptStep {
    /// Question id.
    pub question: String,
    /// What is proposed.
    pub kind: ProposalKind,
    /// Whose answer proposed it; the last one without.
    #[serde(default)]
    pub who: Option<String>,
    /// For a hypothesis: which one.
    #[serde(default)]
    pub hypothesis: Option<String>,
    /// Other words.
    #[serde(default)]
    pub text: Option<String>,
    /// Other ratings.
    #[serde(default)]
    pub ratings: Option<Ratings>,
    /// Another grade.
    #[serde(default)]
    pub grade: Option<Grade>,
}

/// A proposal that is not taken.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DismissStep {
    /// Question id.
    pub question: String,
    /// What is proposed.
    pub kind: ProposalKind,
    /// Whose answer proposed it; the last one without.
    #[serde(default)]
    pub who: Option<String>,
    /// Why not.
    pub why: String,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckStep {
    /// Its id: in the playbook, or free for one made on the spot.
    pub id: String,
    /// A check made on the spot.
    #[serde(default)]
    pub spot: Option<Spot>,
    /// Alias → probability of a yes.
    #[serde(default)]
    pub forecasts: BTreeMap<String, f64>,
    /// What came out, for one that is done outside.
    #[serde(default)]
    pub by_hand: Option<ByHand>,
    /// The clue; without it the suggestions are taken as they are.
    #[serde(default)]
    pub pin: Pin,
}

/// A check that is in no playbook.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    /// The question that it answers.
    pub title: String,
    /// What to run.
    pub request: CheckRequest,
    /// Ratings if yes.
    #[serde(default)]
    pub if_yes: Ratings,
    /// Ratings if no.
    #[serde(default)]
    pub if_no: Ratings,
}

/// What came out of a check done outside.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    /// Yes, no, unclear.
    pub outcome: Outcome,
    /// The number.
    pub value: f64,
    /// In one sentence.
    pub says: String,
}

/// How a clue differs from what is suggested.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Other words than the result's; names in braces are filled with its figures (see [`crate::cli::demo::play`]).
    #[serde(default)]
    pub text: Option<String>,
    /// Ratings that replace or join the suggested ones.
    #[serde(default)]
    pub ratings: Ratings,
    /// Why they differ.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Other ratings for a clue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RerateStep {
    /// The check that the clue came from.
    pub check: String,
    /// The ratings.
    pub ratings: Ratings,
    /// Why.
    pub reason: String,
}

/// The size of a hypothesis, measured.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImpactStep {
    /// Row id.
    pub hypothesis: String,
    /// Who is exposed, a SQL condition.
    pub exposed: String,
    /// Who is not, a SQL condition.
    #[serde(default)]
    pub others: Option<String>,
    /// Columns held fixed.
    #[serde(default)]
    pub within: Vec<String>,
    /// Share that can be mended.
    pub fixable: f64,
    /// Days of work.
    pub cost_days: f64,
    /// How it is known.
    pub quality: Quality,
}

/// The case that the program ships.
const TEXT: &str = include_str!("../../../assets/demo/case.yaml");

impl Case {
    /// The case that the program ships.
    ///
    /// # Errors
    /// When it does not read; a test holds that it does.
    pub fn shipped() -> Result<Self, String> {
        Self::read(TEXT)
    }

    /// Reads a case.
    ///
    /// # Errors
    /// What is wrong with it, naming the step.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut value: Value = yaml::value(text, "case.yaml").map_err(|e| e.to_string())?;
        // Step by step, so that a message says which one does not fit.
        let steps = value.get_mut("steps").map(Value::take).unwrap_or_default();
        let mut case: Map<String, Value> = value.as_object().cloned().unwrap_or_default();
        case.insert("steps".into(), Value::Array(Vec::new()));
        let mut case: Self = serde_json::from_value(Value::Object(case)).map_err(|e| format!("The case: {e}."))?;
        if case.schema != "case/1" {
            return Err(format!("The case says schema {}; this program plays case/1.", case.schema));
        }
        for (i, step) in steps.as_array().cloned().unwrap_or_default().into_iter().enumerate() {
            let shown = step.to_string();
            let step = serde_json::from_value(step).map_err(|e| {
                format!("Step {} of the case: {e}: {}", i + 1, shown.chars().take(120).collect::<String>())
            })?;
            case.steps.push(step);
        }
        Ok(case)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const HEAD: &str = "schema: case/1\nid: x\ntitle: X\nbegins: 2026-10-05T08:00:00Z\nseed: 1\nplaybook: churn\n\
                        table: riders\ntruth: service\n";

    #[test]
    fn the_shipped_case_reads_and_has_one_half() {
        let case = Case::shipped().unwrap();
        let halves = case.steps.iter().filter(|s| matches!(s.what, What::Half(_))).count();
        assert_eq!(halves, 1);
        let checks = case.steps.iter().filter(|s| matches!(s.what, What::Check(_))).count();
        assert!(checks >= 8, "{checks}");
    }

    #[test]
    fn a_wrong_step_is_named() {
        let why = Case::read(&format!("{HEAD}steps:\n  - act: {{do: open, text: a}}\n  - dance: now\n")).unwrap_err();
        assert!(why.contains("Step 2") && why.contains("dance"), "{why}");
        let why = Case::read(&HEAD.replace("case/1", "case/2")).unwrap_err();
        assert!(why.contains("case/2"), "{why}");
        let why = Case::read("a: [").unwrap_err();
        assert!(why.contains("case.yaml"), "{why}");
    }
}

//! What the events of a session add up to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::Header;
use crate::domain::event::{EventRef, MeasuredLevel, ProposalKind, Ratings, Shape, TableFacts};
use crate::domain::scoreboard::{ImpactInput, Settings};
use crate::domain::words::{ForecastWord, Grade, Origin, Prior, Rating};
use crate::query::{Better, CheckRequest, Kpi, Outcome};

/// The goal as known so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GoalState {
    /// The KPI's name in words.
    pub kpi: Option<String>,
    /// Rise or level.
    pub shape: Option<Shape>,
    /// Where it stands, as said, in display units (percent for a rate).
    pub from: Option<f64>,
    /// Where it should go.
    pub to: Option<f64>,
    /// KPI points to win.
    pub points: Option<f64>,
    /// By which day.
    pub by_date: Option<String>,
    /// Days of work to spend.
    pub budget_days: Option<f64>,
    /// For whom.
    pub scope: Option<String>,
}

impl GoalState {
    /// T in KPI points: as stated, or the distance from → to.
    #[must_use]
    pub fn target_points(&self) -> Option<f64> {
        // Rounded, so that 8.0 − 7.6 is 0.4 and not a hair more.
        let distance = || Some(((self.from? - self.to?).abs() * 1e9).round() / 1e9);
        self.points.or_else(distance).filter(|t| *t > 0.0)
    }
}

/// Someone behind an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Role in the playbook.
    pub role: String,
    /// How to show them.
    pub shown_as: String,
}

/// A table of the session.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TableState {
    /// Alias.
    pub data: String,
    /// Path, relative to the session's folder where possible; empty where a query makes the table.
    pub path: String,
    /// The query that makes it out of other tables of the session.
    pub sql: Option<String>,
    /// What is known.
    pub facts: TableFacts,
    /// How it is read.
    pub options: Map<String, Value>,
}

/// The KPI over a table.
#[derive(Debug, Clone, PartialEq)]
pub struct KpiBinding {
    /// Table alias.
    pub data: String,
    /// The KPI.
    pub kpi: Kpi,
    /// Which way is better.
    pub better: Better,
    /// The independent unit's column.
    pub independent_unit: Option<String>,
    /// The level when it was bound.
    pub level: Option<MeasuredLevel>,
    /// Position of the event.
    pub event: u64,
}

/// What a person answered.
#[derive(Debug, Clone, PartialEq)]
pub struct AnswerRecord {
    /// Position of the event.
    pub event: u64,
    /// When.
    pub at: String,
    /// Name for references.
    pub reference: EventRef,
    /// The question.
    pub question: String,
    /// Who.
    pub said_by: String,
    /// Typed answer; null for "does not know".
    pub value: Value,
    /// Unit.
    pub unit: Option<String>,
    /// Their words.
    pub text: String,
    /// Whether the words are theirs.
    pub verbatim: bool,
}

impl AnswerRecord {
    /// Nobody knew: no value and no words.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.value.is_null() && self.text.trim().is_empty()
    }
}

/// A row of the board.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HypothesisRow {
    /// Id.
    pub id: String,
    /// Position of the event; 0 for a permanent row nobody has worded.
    pub event: u64,
    /// The playbook hypothesis that it came from.
    pub from: Option<String>,
    /// Playbook hypotheses that feed a permanent row.
    pub fed_by: Vec<String>,
    /// Category.
    pub category: String,
    /// Title.
    pub title: String,
    /// Claim.
    pub claim: String,
    /// What would prove it wrong.
    pub wrong_if: String,
    /// Prior word.
    pub prior: Prior,
    /// What could be done.
    pub lever: String,
    /// Added once data had been looked at.
    pub late: bool,
    /// Set aside.
    pub parked: bool,
}

/// A clue.
#[derive(Debug, Clone, PartialEq)]
pub struct ClueRecord {
    /// Id.
    pub id: String,
    /// Position of the event.
    pub event: u64,
    /// Words.
    pub text: String,
    /// Origin.
    pub origin: Origin,
    /// Grade.
    pub grade: Grade,
    /// Family.
    pub family: String,
    /// The event that it comes from.
    pub source: EventRef,
    /// The clue whose content it repeats.
    pub repeat_of: Option<String>,
    /// Hypothesis → rater → rating.
    pub ratings: BTreeMap<String, BTreeMap<String, Rating>>,
}

impl ClueRecord {
    /// The cell: the mean of the raters, in decibans.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn cell(&self, hypothesis: &str) -> Option<f64> {
        let by = self.ratings.get(hypothesis).filter(|m| !m.is_empty())?;
        Some(by.values().map(|r| r.decibans()).sum::<f64>() / by.len() as f64)
    }

    /// Raters differ by 9 decibans or more: talk.
    #[must_use]
    pub fn disagreement(&self, hypothesis: &str) -> bool {
        let Some(by) = self.ratings.get(hypothesis) else { return false };
        let db = || by.values().map(|r| r.decibans());
        db().fold(f64::NEG_INFINITY, f64::max) - db().fold(f64::INFINITY, f64::min) >= 9.0
    }
}

/// Whether a column was known, or fixed, before something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAnswer {
    /// Position of the event.
    pub event: u64,
    /// It was.
    pub known: bool,
    /// The person who says so, where it is not whoever keeps the session.
    pub said_by: Option<String>,
    /// Why, in words; may be empty.
    pub why: String,
}

/// A forecast.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Forecast {
    /// Position of the event that first forecast it.
    pub event: u64,
    /// The claim that is tested.
    pub text: String,
    /// Person → probability of a yes.
    pub forecasts: BTreeMap<String, f64>,
    /// Hypothesis → forecast word.
    pub words: BTreeMap<String, ForecastWord>,
    /// Title of a check made on the spot.
    pub title: Option<String>,
    /// Request of a check made on the spot.
    pub request: Option<CheckRequest>,
    /// Ratings if yes, for a check made on the spot.
    pub if_yes: Ratings,
    /// Ratings if no.
    pub if_no: Ratings,
}

/// A check that was run.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckRecord {
    /// Position of the event.
    pub event: u64,
    /// Name for references.
    pub reference: EventRef,
    /// The check's id.
    pub check: String,
    /// Title, where it is not the playbook's.
    pub title: Option<String>,
    /// Tables.
    pub data: Vec<String>,
    /// Whether a forecast came first.
    pub predicted: bool,
    /// Parameters.
    pub params: Map<String, Value>,
    /// What came out.
    pub result: Map<String, Value>,
    /// Yes, no, unclear, failed.
    pub outcome: Outcome,
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProposalFate {
    /// Waits.
    #[default]
    Open,
    /// Taken.
    Accepted,
    /// Not taken.
    Dismissed,
}

/// Something that waits for triage.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// Id.
    pub id: String,
    /// Position of the event.
    pub event: u64,
    /// Kind.
    pub kind: ProposalKind,
    /// Words.
    pub text: String,
    /// Playbook hypothesis.
    pub hypothesis: Option<String>,
    /// Suggested ratings by row id or playbook id.
    pub ratings: Ratings,
    /// Family of the clue.
    pub family: Option<String>,
    /// Grade of the clue.
    pub grade: Option<Grade>,
    /// The question whose answer proposed it.
    pub question: Option<String>,
    /// The answer.
    pub source: EventRef,
    /// What became of it.
    pub fate: ProposalFate,
}

/// A remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRecord {
    /// Position of the event.
    pub event: u64,
    /// When.
    pub at: String,
    /// Words.
    pub text: String,
}

/// The decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// Position of the event.
    pub event: u64,
    /// Chosen hypothesis.
    pub chosen: String,
    /// The next best.
    pub runner_up: Option<String>,
    /// Who agreed.
    pub agreed_by: Vec<String>,
    /// Why.
    pub because: String,
    /// What would change our mind.
    pub would_change_our_mind: String,
    /// When to look again.
    pub review_on: Option<String>,
    /// Gates that were red.
    pub red_gates: Vec<String>,
}

/// Everything that the events add up to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// The sentence as it was said.
    pub sentence: String,
    /// The goal.
    pub goal: GoalState,
    /// Alias → person.
    pub people: BTreeMap<String, Person>,
    /// Tables in the order they were attached.
    pub tables: Vec<TableState>,
    /// Role → column.
    pub columns: BTreeMap<String, String>,
    /// Column → known before the outcome?
    pub known_before: BTreeMap<String, KnownAnswer>,
    /// (column, other column) → was the first fixed before the second?
    pub fixed_before: BTreeMap<(String, String), KnownAnswer>,
    /// Settings.
    pub settings: BTreeMap<String, Value>,
    /// The KPI.
    pub kpi: Option<KpiBinding>,
    /// Answers in order.
    pub answers: Vec<AnswerRecord>,
    /// Question → the role that should be asked instead, if any.
    pub deferred: BTreeMap<String, Option<String>>,
    /// Rows in the order they were added; `data` and `other` are last.
    pub hypotheses: Vec<HypothesisRow>,
    /// Clues that count.
    pub clues: Vec<ClueRecord>,
    /// Ids of clues ever used, those taken back among them.
    pub clue_ids: BTreeSet<String>,
    /// Check → its latest forecast.
    pub forecasts: BTreeMap<String, Forecast>,
    /// Checks that were run, in order.
    pub checks: Vec<CheckRecord>,
    /// Impacts by hypothesis.
    pub impacts: BTreeMap<String, ImpactInput>,
    /// Proposals in order.
    pub proposals: Vec<Proposal>,
    /// Ids of proposals.
    pub proposal_ids: BTreeSet<String>,
    /// Notes.
    pub notes: Vec<NoteRecord>,
    /// The decision.
    pub decision: Option<Decided>,
    /// The brief's fields by name, in the order they were filled.
    pub brief: Map<String, Value>,
    /// Events of a newer version: position and verb.
    pub not_understood: Vec<(u64, String)>,
}

impl State {
    /// The state before the first event: the permanent rows, and what older files keep in their head.
    pub(super) fn from_header(header: &Header) -> Self {
        let row = |id: &str, category: &str, title: &str| HypothesisRow {
            id: id.into(),
            category: category.into(),
            title: title.into(),
            ..HypothesisRow::default()
        };
        let mut state = Self {
            hypotheses: vec![
                row("data", "measurement", "The data is wrong"),
                row("other", "open", "Something we have not thought of"),
            ],
            ..Self::default()
        };
        if let Some(people) = header.more.get("people").and_then(Value::as_object) {
            for (alias, v) in people {
                let text = |k: &str| v.get(k).and_then(Value::as_str).unwrap_or_default().to_owned();
                state.people.insert(alias.clone(), Person { role: text("role"), shown_as: text("shown_as") });
            }
        }
        if let Some(tables) = header.more.get("columns").and_then(Value::as_object) {
            for roles in tables.values().filter_map(Value::as_object) {
                for (role, column) in roles {
                    if let Some(column) = column.as_str() {
                        state.columns.insert(role.clone(), column.to_owned());
                    }
                }
            }
        }
        if let Some(settings) = header.more.get("settings").and_then(Value::as_object) {
            state.settings = settings.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        }
        state
    }

    /// Answers to a question, oldest first.
    pub fn answers_to<'a>(&'a self, question: &'a str) -> impl Iterator<Item = &'a AnswerRecord> + 'a {
        self.answers.iter().filter(move |a| a.question == question)
    }

    /// The row of that id, or the one that a playbook hypothesis became.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<&HypothesisRow> {
        self.hypotheses.iter().find(|h| h.id == id).or_else(|| {
            self.hypotheses.iter().find(|h| h.from.as_deref() == Some(id) || h.fed_by.iter().any(|f| f == id))
        })
    }

    /// Columns of which it was answered that they were known before the outcome (`true`), or only after it (`false`).
    #[must_use]
    pub fn answered(&self, known: bool) -> Vec<String> {
        self.known_before.iter().filter(|(_, a)| a.known == known).map(|(c, _)| c.clone()).collect()
    }

    /// Column → the columns of which it was answered that they were fixed only after it: they are its consequences, and
    /// holding them fixed would explain it by what it causes.
    #[must_use]
    pub fn consequences(&self) -> BTreeMap<String, Vec<String>> {
        let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for ((column, other), _) in self.fixed_before.iter().filter(|(_, a)| !a.known) {
            out.entry(other.clone()).or_default().push(column.clone());
        }
        out
    }

    /// The clue of that id.
    #[must_use]
    pub fn clue(&self, id: &str) -> Option<&ClueRecord> {
        self.clues.iter().rev().find(|c| c.id == id)
    }

    /// The latest run of a check.
    #[must_use]
    pub fn latest_check(&self, id: &str) -> Option<&CheckRecord> {
        self.checks.iter().rev().find(|c| c.check == id)
    }

    /// Proposals that wait.
    pub fn open_proposals(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals.iter().filter(|p| p.fate == ProposalFate::Open)
    }

    /// The proposal of that id.
    #[must_use]
    pub fn proposal(&self, id: &str) -> Option<&Proposal> {
        self.proposals.iter().rev().find(|p| p.id == id)
    }

    /// The scoreboard's constants as this session sets them.
    #[must_use]
    pub fn score_settings(&self) -> Settings {
        let base = Settings::default();
        let get = |key: &str, low: f64, high: f64, otherwise: f64| {
            self.settings.get(key).and_then(Value::as_f64).filter(|x| (low..=high).contains(x)).unwrap_or(otherwise)
        };
        Settings {
            family_discount: get("family_discount", 0.0, 1.0, base.family_discount),
            humility: get("humility", 0.0, 0.5, base.humility),
            spend_weight: get("spend_weight", 0.0, 10.0, base.spend_weight),
        }
    }

    /// How a person is shown: never the real name.
    #[must_use]
    pub fn shown_as<'a>(&'a self, alias: &'a str) -> &'a str {
        self.people.get(alias).map(|p| p.shown_as.as_str()).filter(|s| !s.is_empty()).unwrap_or(alias)
    }

    /// True once data has been looked at: a check was run or a clue from data stands.
    #[must_use]
    pub fn data_seen(&self) -> bool {
        !self.checks.is_empty() || self.clues.iter().any(|c| c.origin != Origin::Told)
    }
}

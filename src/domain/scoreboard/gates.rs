//! The gates for stopping.

use std::collections::{BTreeMap, BTreeSet};

use super::{Board, Inputs, Without};
use crate::domain::words::Origin;

/// The numbers at which the gates turn green.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Leader's plausibility at least.
    pub leader: f64,
    /// Margin in decibans at least.
    pub margin_db: f64,
    /// `other` below.
    pub other: f64,
    /// `data` below.
    pub data: f64,
    /// A family favours the leader over the runner-up by at least this many decibans.
    pub family_db: f64,
    /// Best remaining value of information below, in points per hour.
    pub voi_per_hour: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { leader: 0.60, margin_db: 5.0, other: 0.20, data: 0.15, family_db: 3.0, voi_per_hour: 1.0 }
    }
}

/// How a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GateState {
    /// Holds.
    Green,
    /// Holds only in part.
    Amber,
    /// Does not hold.
    Red,
}

impl GateState {
    fn from_bool(ok: bool) -> Self {
        if ok { Self::Green } else { Self::Red }
    }
}

/// One gate.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Its key in exports.
    pub key: &'static str,
    /// Two or three words for the screen.
    pub short: &'static str,
    /// Plain words on what it asks.
    pub asks: &'static str,
    /// How it stands.
    pub state: GateState,
    /// What to do about it; empty when it is green.
    pub todo: String,
}

/// What is left to ask or check.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Left {
    /// The best value of what can be asked or run now, in points per hour.
    pub ready: Option<f64>,
    /// The best value of what still lacks a column.
    pub waiting: Option<f64>,
}

/// All gates in a fixed order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gates(pub Vec<Gate>);

impl Gates {
    /// True when nothing is red.
    #[must_use]
    pub fn open(&self) -> bool {
        self.0.iter().all(|g| g.state != GateState::Red)
    }

    /// The gates that are not green.
    pub fn not_green(&self) -> impl Iterator<Item = &Gate> {
        self.0.iter().filter(|g| g.state != GateState::Green)
    }

    /// The state of one gate.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<GateState> {
        self.0.iter().find(|g| g.key == key).map(|g| g.state)
    }

    /// Adds a red gate for what answers have asked to settle before going on; without any there is no such gate.
    #[must_use]
    pub fn with_blocks<'a>(mut self, blocks: impl IntoIterator<Item = &'a str>) -> Self {
        let words: Vec<&str> = blocks.into_iter().collect();
        if !words.is_empty() {
            self.0.push(Gate {
                key: "nothing_to_settle_first",
                short: "settle first",
                asks: "What an answer asked to settle first is settled.",
                state: GateState::Red,
                todo: format!("Settle it, then take or dismiss it in the triage of 2 Ask: {}", words.join(" · ")),
            });
        }
        self
    }

    /// Judges the board.
    #[must_use]
    pub fn judge(
        inputs: &Inputs,
        board: &Board,
        without_clue: &BTreeMap<String, Without>,
        left: Left,
        at: &Thresholds,
    ) -> Self {
        let (leader, runner_up) = (board.leader().unwrap_or_default(), board.runner_up().unwrap_or_default());
        let families = supporting_families(inputs, board, leader, runner_up, at.family_db);
        let tables: BTreeSet<&str> = families.iter().map(|f| table_of(f)).collect();
        let two_families = match families.len() {
            0 | 1 => GateState::Red,
            _ if tables.len() < 2 => GateState::Amber,
            _ => GateState::Green,
        };
        let ok = GateState::from_bool;
        let worth_it = |v: Option<f64>| v.is_some_and(|v| v >= at.voi_per_hour);
        // Without target, budget and a sized hypothesis nothing can be worth anything, which says nothing.
        let unvalued = inputs.impacts.is_empty() || inputs.target.is_none() || inputs.budget.is_none();
        let nothing_left = match left {
            _ if unvalued => GateState::Amber,
            Left { ready, .. } if worth_it(ready) => GateState::Red,
            Left { waiting, .. } if worth_it(waiting) => GateState::Amber,
            _ => GateState::Green,
        };
        let next_todo = match nothing_left {
            _ if unvalued => {
                let mut missing = Vec::new();
                if inputs.target.is_none() || inputs.budget.is_none() {
                    missing.push("give target and budget on 1 Problem");
                }
                if inputs.impacts.is_empty() {
                    missing.push("size a hypothesis with e");
                }
                format!("Nothing can be valued yet: {}.", missing.join(", and "))
            }
            GateState::Amber => "What is left needs a column that no role names yet; name it, or leave it.".to_owned(),
            _ => "Ask or run the first of what is next.".to_owned(),
        };
        let gate = |key, short, asks, state, todo: &str| Gate {
            key,
            short,
            asks,
            state,
            todo: if state == GateState::Green { String::new() } else { todo.to_owned() },
        };
        Self(vec![
            gate(
                "leader_at_least_0.60",
                "6 in 10",
                "The leader is at least 6 in 10 plausible.",
                ok(board.p(leader) >= at.leader),
                "Ask or check what tells the leader from the others.",
            ),
            gate(
                "margin_at_least_5_db",
                "odds",
                "The leader stands at least 3 : 1 over the next.",
                ok(board.margin_db.unwrap_or(0.0) >= at.margin_db),
                "Ask or check what tells the first two apart.",
            ),
            gate(
                "other_below_0.20",
                "other",
                "Something not thought of is less than 2 in 10 plausible.",
                ok(board.p("other") < at.other),
                "Ask openly what else it could be, and add it as a hypothesis.",
            ),
            gate(
                "data_fault_below_0.15",
                "data",
                "Wrong data is less than 15 % plausible.",
                ok(board.p("data") < at.data),
                "Compare the number with a source of its own.",
            ),
            gate(
                "no_single_clue_flips",
                "no single clue",
                "No single clue decides who leads.",
                ok(!without_clue.values().any(|w| w.flips)),
                "Look for a second clue that does not rest on the same source.",
            ),
            gate(
                "two_families_support",
                "two sources",
                "At least two sources favour the leader; all in one table counts half.",
                two_families,
                "Find a clue for the leader in another table or from another person.",
            ),
            gate(
                "one_prediction_tested",
                "predicted",
                "At least one forecast was written before looking.",
                ok(inputs.clues.iter().any(|c| c.origin == Origin::Predicted)),
                "Write a forecast, then run a check.",
            ),
            gate(
                "next_check_below_1_point_an_hour",
                "nothing left",
                "No open question or check is worth an hour.",
                nothing_left,
                &next_todo,
            ),
        ])
    }
}

/// The table of a family `data:table/column`, or the family itself for a person.
fn table_of(family: &str) -> &str {
    if family.starts_with("data:") { family.split('/').next().unwrap_or(family) } else { family }
}

fn supporting_families(inputs: &Inputs, board: &Board, leader: &str, runner_up: &str, at_least: f64) -> Vec<String> {
    let mut by_family: BTreeMap<&str, f64> = BTreeMap::new();
    for clue in &inputs.clues {
        if let Some(adds) = board.contribution.get(&clue.id) {
            let of = |id: &str| adds.get(id).copied().unwrap_or(0.0);
            *by_family.entry(&clue.family).or_default() += of(leader) - of(runner_up);
        }
    }
    // The tiny slack keeps a sum such as 0.6·6 − 0.6·1 from missing the bound by rounding.
    by_family.into_iter().filter(|(_, db)| *db >= at_least - 1e-9).map(|(f, _)| f.to_owned()).collect()
}

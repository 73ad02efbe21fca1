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

    /// Judges the board. `best_voi_per_hour` is absent when nothing is left to ask or check.
    #[must_use]
    pub fn judge(
        inputs: &Inputs,
        board: &Board,
        without_clue: &BTreeMap<String, Without>,
        best_voi_per_hour: Option<f64>,
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
        // Without a sized hypothesis no check can be worth anything, which says nothing.
        let nothing_left = match best_voi_per_hour {
            _ if inputs.impacts.is_empty() => GateState::Amber,
            best => ok(best.unwrap_or(0.0) < at.voi_per_hour),
        };
        let gate = |key, short, asks, state| Gate { key, short, asks, state };
        Self(vec![
            gate(
                "leader_at_least_0.60",
                "6 in 10",
                "The leader is at least 6 in 10 plausible.",
                ok(board.p(leader) >= at.leader),
            ),
            gate(
                "margin_at_least_5_db",
                "odds",
                "The leader stands at least 3 : 1 over the next.",
                ok(board.margin_db.unwrap_or(0.0) >= at.margin_db),
            ),
            gate(
                "other_below_0.20",
                "other",
                "Something not thought of is less than 2 in 10 plausible.",
                ok(board.p("other") < at.other),
            ),
            gate(
                "data_fault_below_0.15",
                "data",
                "Wrong data is less than 15 % plausible.",
                ok(board.p("data") < at.data),
            ),
            gate(
                "no_single_clue_flips",
                "no single clue",
                "No single clue decides who leads.",
                ok(!without_clue.values().any(|w| w.flips)),
            ),
            gate(
                "two_families_support",
                "two sources",
                "At least two sources favour the leader; all in one table counts half.",
                two_families,
            ),
            gate(
                "one_prediction_tested",
                "predicted",
                "At least one forecast was written before looking.",
                ok(inputs.clues.iter().any(|c| c.origin == Origin::Predicted)),
            ),
            gate(
                "next_check_below_1_point_an_hour",
                "nothing left",
                "No open question or check is worth an hour.",
                nothing_left,
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

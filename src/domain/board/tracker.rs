//! The board over time: after each event, at the cost of what that event changed.

use std::collections::BTreeMap;

use super::{clue_input, rows};
use crate::domain::event::{Act, Event};
use crate::domain::scoreboard::{Core, RowInput};
use crate::domain::session::{Session, State};

/// One step of the belief over time.
#[derive(Debug, Clone, PartialEq)]
pub struct BeliefStep {
    /// Position of the event after which the board stood so.
    pub event: u64,
    /// P by row.
    pub plausibility: BTreeMap<String, f64>,
}

/// Where the board stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stand {
    /// P by row.
    pub plausibility: BTreeMap<String, f64>,
    /// The row with the highest score.
    pub leader: Option<String>,
    /// The second.
    pub runner_up: Option<String>,
    /// The distance between them in decibans.
    pub margin_db: f64,
}

/// Follows a session event by event.
#[derive(Debug, Default)]
pub struct Tracker {
    board: Option<(Vec<RowInput>, Core)>,
}

impl Tracker {
    /// Takes up an event that was just applied to the session; tells whether it may have moved the board.
    pub fn follow(&mut self, session: &Session, event: &Event) -> bool {
        match &event.act {
            Act::Clue { clue, .. } | Act::Rate { clue, .. } | Act::SplitFamily { clue, .. } => {
                if let (Some((rows, core)), Some(c)) = (&mut self.board, session.state.clue(clue)) {
                    core.set(&clue_input(c, rows));
                }
                true
            }
            Act::Retract { clue, .. } => {
                if let Some((_, core)) = &mut self.board {
                    core.remove(clue);
                }
                true
            }
            Act::Undo { .. } | Act::Amend { .. } | Act::Park { .. } | Act::Hypothesis { .. } | Act::Setting { .. } => {
                self.board = None;
                true
            }
            _ => false,
        }
    }

    /// The board now.
    pub fn stand(&mut self, state: &State) -> Stand {
        let (_, core) = self.board.get_or_insert_with(|| {
            let rows = rows(state);
            let clues: Vec<_> = state.clues.iter().map(|c| clue_input(c, &rows)).collect();
            let core = Core::with(&rows, &state.score_settings(), &clues);
            (rows, core)
        });
        let scores = core.scores();
        let places = Core::order(&scores);
        let name = |place: usize| places.get(place).and_then(|i| core.rows().get(*i)).cloned();
        let score = |place: usize| places.get(place).and_then(|i| scores.get(*i)).copied().unwrap_or(0.0);
        Stand {
            plausibility: core.rows().iter().cloned().zip(core.plausibility(&scores)).collect(),
            leader: name(0),
            runner_up: name(1),
            margin_db: if places.len() > 1 { score(0) - score(1) } else { 0.0 },
        }
    }
}

/// The board after every event that moved it.
#[must_use]
pub fn belief(session: &Session) -> Vec<BeliefStep> {
    let mut so_far = Session::new(session.header.clone());
    let mut tracker = Tracker::default();
    let mut out: Vec<BeliefStep> = Vec::new();
    for event in &session.events {
        so_far.apply(event.clone());
        if !tracker.follow(&so_far, event) || so_far.state.clues.is_empty() {
            continue;
        }
        let plausibility = tracker.stand(&so_far.state).plausibility;
        if out.last().is_none_or(|l| l.plausibility != plausibility) || matches!(event.act, Act::Clue { .. }) {
            out.push(BeliefStep { event: event.n, plausibility });
        }
    }
    out
}

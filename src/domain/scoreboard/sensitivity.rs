//! What the verdict hangs on: the board without each clue, each source, each person.

use std::collections::BTreeMap;

use super::plausibility::margin;
use super::sums::Core;
use super::{ClueInput, Inputs};

/// The board with something left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Without {
    /// The leader then.
    pub leader: String,
    /// Its margin over the next, in decibans.
    pub margin_db: f64,
    /// Whether the leader is another one than with everything.
    pub flips: bool,
    /// P of every row then.
    pub plausibility: BTreeMap<String, f64>,
}

/// Scores again without each group of clues that `group_of` names; clues of which it names none are never left out.
#[must_use]
pub fn without_each(inputs: &Inputs, group_of: impl Fn(&ClueInput) -> Option<String>) -> BTreeMap<String, Without> {
    left_out(inputs, &inputs.core(), group_of)
}

/// The same over a core that holds all clues.
pub(crate) fn left_out(
    inputs: &Inputs,
    core: &Core,
    group_of: impl Fn(&ClueInput) -> Option<String>,
) -> BTreeMap<String, Without> {
    let base = Core::order(&core.scores()).first().copied();
    core.without_each(&inputs.clues, group_of)
        .into_iter()
        .filter_map(|(group, scores)| {
            let places = Core::order(&scores);
            let leader = core.rows().get(*places.first()?)?.clone();
            let p = core.plausibility(&scores);
            let without = Without {
                flips: places.first().copied() != base,
                margin_db: margin(&scores, &places).unwrap_or(0.0),
                leader,
                plausibility: core.rows().iter().cloned().zip(p).collect(),
            };
            Some((group, without))
        })
        .collect()
}

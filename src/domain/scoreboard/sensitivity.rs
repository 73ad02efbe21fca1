//! What the verdict hangs on: the board without each clue, each source, each person.

use std::collections::BTreeMap;

use super::{ClueInput, Inputs, score};

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
    let base = score(inputs);
    let Some(leader) = base.leader().map(str::to_owned) else {
        return BTreeMap::new();
    };
    let mut groups: BTreeMap<String, ()> = BTreeMap::new();
    for clue in &inputs.clues {
        if let Some(g) = group_of(clue) {
            groups.insert(g, ());
        }
    }
    groups
        .into_keys()
        .map(|group| {
            let rest = Inputs {
                clues: inputs.clues.iter().filter(|c| group_of(c).as_ref() != Some(&group)).cloned().collect(),
                ..inputs.clone()
            };
            let board = score(&rest);
            let now = board.leader().unwrap_or_default().to_owned();
            let without = Without {
                flips: now != leader,
                margin_db: board.margin_db.unwrap_or(0.0),
                leader: now,
                plausibility: board.plausibility,
            };
            (group, without)
        })
        .collect()
}

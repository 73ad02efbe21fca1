//! The greedy search.

use super::evidence::{Evidence, Gain};
use super::leaves::{Cuboid, Leaves};
use super::refine;

/// (dimension, value) pairs, ascending by dimension; the empty place is everything.
pub type Place = Vec<(usize, u32)>;

/// How far the search goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// At most this many columns in a cell.
    pub depth: usize,
    /// A cell must gain this much beyond what is taken off for its depth and for the number of cells looked at.
    pub gain: f64,
    /// Share of a cell's leaves that must stand nearer to the cell's effect than to none.
    pub nearer: f64,
    /// At most this many rounds.
    pub rounds: usize,
    /// Combinations of columns with more cells than this are not looked at.
    pub most_cells: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 3, gain: 10.0, nearer: 0.7, rounds: 25, most_cells: 1 << 20 }
    }
}

/// A cell that deviates.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Where it is.
    pub place: Place,
    /// Its leaves that no cell before it had taken.
    pub leaves: Vec<u32>,
    /// What it gains, penalties taken off.
    pub gain: f64,
    /// The effect that its leaves share: a relative deviation, or in the KPI's unit.
    pub effect: f64,
}

/// The cells looked at, and the smallest set of them in which the deviations stand, the most telling first. An effect
/// that everything shares comes first, with an empty place; the others are then counted from it.
#[must_use]
pub fn localise(leaves: &Leaves, evidence: &Evidence, limits: Limits) -> (u64, Vec<Found>) {
    if leaves.is_empty() || evidence.len() != leaves.len() {
        return (0, Vec::new());
    }
    let mut evidence = evidence.clone();
    let mut found: Vec<Found> = refine::shared(leaves, &mut evidence, limits).into_iter().collect();
    let mut search = Search::new(leaves, &evidence, limits);
    let tried = search.counts.iter().map(|c| c.seen).sum();
    for _ in 0..limits.rounds {
        let Some(best) = search.best() else { break };
        let best = search.child_for(best);
        search.take(&best.leaves);
        if evidence.explained(leaves, &best.place, &best.leaves, &best.found) >= limits.nearer {
            let (gain, effect) = (best.score, best.found.effect);
            found.push(Found { place: best.place, leaves: best.leaves, gain, effect });
        }
    }
    (tried, refine::merged(leaves, &evidence, limits, found))
}

/// Sums of one combination of columns over the leaves that are left.
struct Counts {
    cuboid: Cuboid,
    sums: Vec<(f64, f64)>,
    /// Cells in which any leaf stands.
    seen: u64,
    penalty: f64,
}

/// A cell under consideration.
#[derive(Debug, Clone)]
struct Candidate {
    place: Place,
    leaves: Vec<u32>,
    found: Gain,
    score: f64,
}

struct Search<'a> {
    leaves: &'a Leaves,
    evidence: &'a Evidence,
    limits: Limits,
    counts: Vec<Counts>,
    left: Vec<bool>,
}

/// What is taken off a cell's gain: one for each column, and the logarithm of the cells of its kind, as in a coding of
/// which cell it is.
pub(super) fn penalty(depth: usize, cells: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    number(depth) + number(cells.max(1)).ln()
}

/// Candidates of this many cells are looked at with care before the best one is taken.
const CLOSE: usize = 6;

impl<'a> Search<'a> {
    fn new(leaves: &'a Leaves, evidence: &'a Evidence, limits: Limits) -> Self {
        let left: Vec<bool> = (0..leaves.len()).map(|l| evidence.tells(l)).collect();
        let told: Vec<u32> = (0u32..).zip(&left).filter(|(_, left)| **left).map(|(leaf, _)| leaf).collect();
        let summands: Vec<(f64, f64)> = told.iter().map(|l| evidence.summands(*l as usize)).collect();
        let counts = leaves
            .cuboids(limits.depth, limits.most_cells)
            .into_iter()
            .map(|cuboid| {
                let mut sums = vec![(0.0, 0.0); cuboid.cells];
                for (cell, (a, b)) in cuboid.cells_of(leaves, &told).into_iter().zip(&summands) {
                    let sum = &mut sums[cell];
                    *sum = (sum.0 + a, sum.1 + b);
                }
                let seen = sums.iter().filter(|s| s.1 > 0.0).count() as u64;
                let penalty = penalty(cuboid.dimensions.len(), cuboid.cells);
                Counts { cuboid, sums, seen, penalty }
            })
            .collect();
        Self { leaves, evidence, limits, counts, left }
    }

    /// The cell with the highest score, if any gains enough.
    fn best(&self) -> Option<Candidate> {
        let mut open: Vec<(f64, usize, usize)> = Vec::new();
        for (k, counts) in self.counts.iter().enumerate() {
            for (cell, sums) in counts.sums.iter().enumerate() {
                let most = self.evidence.at_most(*sums) - counts.penalty;
                if most >= self.limits.gain {
                    open.push((most, k, cell));
                }
            }
        }
        open.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut close: Vec<Candidate> = Vec::new();
        for (most, k, cell) in open {
            if close.len() == CLOSE && close.last().is_some_and(|c| c.score >= most) {
                break;
            }
            let counts = &self.counts[k];
            let Some(candidate) = self.candidate(counts.cuboid.place(self.leaves, cell), counts.penalty) else {
                continue;
            };
            let at = close.partition_point(|c| c.score >= candidate.score);
            close.insert(at, candidate);
            close.truncate(CLOSE);
        }
        // Among equals the one of fewer columns came first and stays first.
        close.into_iter().find(|c| c.score >= self.limits.gain)
    }

    /// A cell with what it gains by the leaves that are left.
    fn candidate(&self, place: Place, penalty: f64) -> Option<Candidate> {
        let leaves: Vec<u32> = self.leaves.within(&place).into_iter().filter(|l| self.left[*l as usize]).collect();
        if leaves.is_empty() {
            return None;
        }
        let found = self.evidence.careful_gain(&leaves);
        Some(Candidate { place, leaves, score: found.gain - penalty, found })
    }

    /// A child instead of its parent, where the rest of the parent does not share the effect; and where the parts of
    /// the parent have too little in common for one effect, the best child that has one.
    fn child_for(&self, parent: Candidate) -> Candidate {
        if parent.place.len() >= self.limits.depth {
            return parent;
        }
        let alike = |c: &Candidate| self.evidence.explained(self.leaves, &c.place, &c.leaves, &c.found);
        let one_effect = alike(&parent) >= self.limits.nearer;
        let mut best: Option<Candidate> = None;
        for child in self.children(&parent) {
            if child.score < self.limits.gain || child.leaves.len() == parent.leaves.len() {
                continue;
            }
            let beaten = best.as_ref().is_some_and(|b| b.score >= child.score);
            let right =
                !beaten && if one_effect { self.alone(&parent, &child) } else { alike(&child) >= self.limits.nearer };
            if right {
                best = Some(child);
            }
        }
        best.unwrap_or(parent)
    }

    /// Whether a child has all of the effect and the rest of the parent none.
    fn alone(&self, parent: &Candidate, child: &Candidate) -> bool {
        let rest: Vec<u32> = parent.leaves.iter().copied().filter(|l| child.leaves.binary_search(l).is_err()).collect();
        let rest = self.evidence.careful_gain(&rest);
        rest.effect.abs() < 0.25 * child.found.effect.abs() && rest.gain < self.limits.gain
    }

    /// The cells of one column more inside a cell.
    fn children(&self, parent: &Candidate) -> Vec<Candidate> {
        let mut out = Vec::new();
        for counts in &self.counts {
            let columns = &counts.cuboid.dimensions;
            let wider = columns.len() == parent.place.len() + 1;
            let holds = parent.place.iter().all(|(d, _)| columns.contains(d));
            let new = columns.iter().find(|d| parent.place.iter().all(|(p, _)| p != *d));
            let (true, true, Some(new)) = (wider, holds, new) else { continue };
            for value in (0u32..).take(self.leaves.dimensions()[*new].size) {
                let mut place = parent.place.clone();
                place.push((*new, value));
                place.sort_unstable();
                out.extend(self.candidate(place, counts.penalty));
            }
        }
        out
    }

    /// Takes leaves out.
    fn take(&mut self, taken: &[u32]) {
        for leaf in taken.iter().map(|l| *l as usize) {
            if !std::mem::replace(&mut self.left[leaf], false) {
                continue;
            }
            let (a, b) = self.evidence.summands(leaf);
            for counts in &mut self.counts {
                let at = counts.cuboid.cell(self.leaves, leaf);
                let cell = &mut counts.sums[at];
                *cell = (cell.0 - a, cell.1 - b);
            }
        }
    }
}

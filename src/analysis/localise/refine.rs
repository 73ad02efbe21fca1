//! What the greedy search can't see: an effect that everything shares, and parents that were found child by child.

use super::evidence::{Evidence, median};
use super::leaves::Leaves;
use super::search::{Found, Limits, penalty};

/// A shared effect below this relative deviation is the forecast's own bias and no finding.
const LEAST_SHARED: f64 = 0.05;
/// A median spreads this much wider than a mean of normal numbers.
const MEDIAN_ERROR: f64 = 1.253;
/// Standard errors that a shared effect must stand off 0.
const SURE: f64 = 5.0;
/// Pairs of columns with more cells than this are not looked at for a shared effect.
const MOST_CELLS: usize = 2000;
/// Children that hold this share of a parent's leaves speak for the parent.
const MOST_OF_PARENT: f64 = 0.8;

/// The effect that everything shares, where there is one; it is taken out of the evidence.
///
/// It is the smallest, over the columns and their pairs, of the median effect of the cells. What moves one value of a
/// column leaves the others of that column where they were, so it is no shared effect; what moves everything moves the
/// cells of all columns. It must stand five standard errors of such a median off 0.
pub(super) fn shared(leaves: &Leaves, evidence: &mut Evidence, limits: Limits) -> Option<Found> {
    let all = evidence.telling(leaves.within(&[]));
    let depth = if matches!(evidence, Evidence::Tests { .. }) { 2 } else { 1 };
    let mut smallest: Option<(f64, f64)> = None;
    for cuboid in leaves.cuboids(depth, MOST_CELLS) {
        let mut of_cell: Vec<Vec<u32>> = vec![Vec::new(); cuboid.cells];
        for (cell, leaf) in cuboid.cells_of(leaves, &all).into_iter().zip(&all) {
            of_cell[cell].push(*leaf);
        }
        of_cell.retain(|l| !l.is_empty());
        if of_cell.len() < 2 {
            continue;
        }
        let (mut effects, mut errors): (Vec<f64>, Vec<f64>) =
            of_cell.iter().map(|l| (evidence.careful_gain(l).effect, evidence.error(l))).unzip();
        let number = f64::from(u32::try_from(effects.len()).unwrap_or(u32::MAX));
        let (middle, error) = (median(&mut effects)?, median(&mut errors)?);
        if smallest.is_none_or(|(s, _)| middle.abs() < s.abs()) {
            smallest = Some((middle, MEDIAN_ERROR * error / number.sqrt()));
        }
    }
    let (effect, _) = smallest.filter(|(e, error)| e.is_finite() && e.abs() > SURE * error)?;
    let whole = evidence.careful_gain(&all);
    let telling = whole.gain - penalty(0, 1) >= limits.gain && whole.effect.signum() == effect.signum();
    let large = matches!(evidence, Evidence::Tests { .. }) || effect.abs() >= LEAST_SHARED;
    if !telling || !large {
        return None;
    }
    evidence.less(effect);
    evidence.settle();
    Some(Found { place: Vec::new(), leaves: all, gain: whole.gain, effect })
}

/// Puts parents in the place of children that were found one by one: those that differ in the value of one column only
/// and hold nearly all leaves of their parent, where the pooled gain is not beaten by the sum of theirs.
pub(super) fn merged(leaves: &Leaves, evidence: &Evidence, limits: Limits, found: Vec<Found>) -> Vec<Found> {
    let mut found = found;
    while let Some((parts, whole)) = parent_of_some(leaves, evidence, limits, &found) {
        let first = parts.first().copied().unwrap_or(0);
        let mut at = 0;
        found.retain(|_| {
            at += 1;
            !parts.contains(&(at - 1))
        });
        found.insert(first.min(found.len()), whole);
    }
    found
}

/// Found cells (by their numbers) that a parent stands for, and the parent.
fn parent_of_some(
    leaves: &Leaves,
    evidence: &Evidence,
    limits: Limits,
    found: &[Found],
) -> Option<(Vec<usize>, Found)> {
    for one in found {
        for out in 0..one.place.len() {
            let mut place = one.place.clone();
            place.remove(out);
            if place.is_empty() {
                continue;
            }
            let inside = |f: &Found| place.iter().all(|p| f.place.contains(p)) && f.place.len() > place.len();
            let parts: Vec<usize> = (0..found.len()).filter(|k| inside(&found[*k])).collect();
            if parts.len() < 2 {
                continue;
            }
            let all = evidence.telling(leaves.within(&place));
            let held: usize = parts.iter().map(|k| found[*k].leaves.len()).sum();
            let share = f64::from(u32::try_from(held).unwrap_or(u32::MAX))
                / f64::from(u32::try_from(all.len().max(1)).unwrap_or(u32::MAX));
            let cells = place.iter().map(|(d, _)| leaves.dimensions()[*d].size.max(1)).product();
            let whole = evidence.careful_gain(&all);
            let score = whole.gain - penalty(place.len(), cells);
            let apart: f64 = parts.iter().map(|k| found[*k].gain).sum();
            if share >= MOST_OF_PARENT
                && evidence.explained(leaves, &place, &all, &whole) >= limits.nearer
                && score >= apart
            {
                return Some((parts, Found { place, leaves: all, gain: score, effect: whole.effect }));
            }
        }
    }
    None
}

//! Steps 1 to 4 over positions instead of names: rows, clues and families once, so that taking one clue in or out
//! costs its family and not the whole board.

use std::collections::{BTreeMap, HashMap};

use super::plausibility::priors;
use super::{ClueInput, RowInput, Settings};
use crate::domain::words::Origin;

/// One clue, its cells clipped by its origin.
#[derive(Debug, Clone)]
struct Slot {
    id: String,
    origin: Origin,
    /// r, the weight of the source.
    weight: f64,
    /// w by row.
    cells: Vec<f64>,
    /// r·(max w − min w): how much it tells apart.
    spread: f64,
    repeats: bool,
}

/// The clues of one source and what they add.
#[derive(Debug, Clone, Default)]
struct Family {
    /// Positions of clues, the most diagnostic first; repeats are not among them.
    members: Vec<usize>,
    /// Σ r·d·w by row.
    sum: Vec<f64>,
}

/// The board in the making.
#[derive(Debug, Clone, Default)]
pub(crate) struct Core {
    rows: Vec<String>,
    prior: Vec<f64>,
    discount: f64,
    humility: f64,
    slots: Vec<Slot>,
    place: HashMap<String, usize>,
    families: BTreeMap<String, Family>,
    family_of: Vec<String>,
}

#[cfg(test)]
thread_local! {
    /// How many clues were added up: the work, whatever the machine.
    pub(crate) static WORK: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

impl Core {
    /// A board without clues.
    pub(crate) fn new(rows: &[RowInput], settings: &Settings) -> Self {
        let by_id = priors(rows);
        // By id, so that ties and sums do not depend on the order in which rows came.
        Self {
            prior: by_id.values().map(|p| 10.0 * p.log10()).collect(),
            rows: by_id.into_keys().collect(),
            discount: settings.family_discount,
            humility: settings.humility,
            ..Self::default()
        }
    }

    /// A board with these clues.
    pub(crate) fn with<'a>(
        rows: &[RowInput],
        settings: &Settings,
        clues: impl IntoIterator<Item = &'a ClueInput>,
    ) -> Self {
        let mut core = Self::new(rows, settings);
        for clue in clues {
            core.put(clue);
        }
        for family in core.families.values_mut() {
            order(&mut family.members, &core.slots);
            family.sum = sum(&family.members, &core.slots, core.discount, core.prior.len());
        }
        core
    }

    /// Row ids in the order of all numbers here.
    pub(crate) fn rows(&self) -> &[String] {
        &self.rows
    }

    /// Takes a clue in, in place of one of the same id.
    pub(crate) fn set(&mut self, clue: &ClueInput) {
        let before = self.place.get(&clue.id).and_then(|at| self.family_of.get(*at)).cloned();
        self.put(clue);
        for family in before.iter().chain([&clue.family]) {
            if let Some(f) = self.families.get_mut(family) {
                order(&mut f.members, &self.slots);
                f.sum = sum(&f.members, &self.slots, self.discount, self.prior.len());
            }
        }
    }

    /// Takes a clue out.
    pub(crate) fn remove(&mut self, clue: &str) {
        let Some(at) = self.place.remove(clue) else { return };
        if let Some(slot) = self.slots.get_mut(at) {
            slot.repeats = false;
        }
        if let Some(f) = self.family_of.get(at).and_then(|f| self.families.get_mut(f)) {
            f.members.retain(|m| *m != at);
            f.sum = sum(&f.members, &self.slots, self.discount, self.prior.len());
        }
    }

    fn put(&mut self, clue: &ClueInput) {
        let cap = clue.origin.cap();
        let cells: Vec<f64> =
            self.rows.iter().map(|r| clue.cells.get(r).copied().unwrap_or(0.0).clamp(-cap, cap)).collect();
        let low = cells.iter().copied().fold(f64::INFINITY, f64::min);
        let high = cells.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weight = clue.grade.weight();
        let spread = if high >= low { weight * (high - low) } else { 0.0 };
        let repeats = clue.repeat_of.is_some();
        let slot = Slot { id: clue.id.clone(), origin: clue.origin, weight, cells, spread, repeats };
        let at = match self.place.get(&clue.id) {
            Some(at) => {
                let at = *at;
                if let (Some(old), Some(place)) = (self.slots.get_mut(at), self.family_of.get_mut(at)) {
                    if let Some(f) = self.families.get_mut(place) {
                        f.members.retain(|m| *m != at);
                    }
                    *old = slot;
                    place.clone_from(&clue.family);
                }
                at
            }
            None => {
                self.slots.push(slot);
                self.family_of.push(clue.family.clone());
                self.place.insert(clue.id.clone(), self.slots.len() - 1);
                self.slots.len() - 1
            }
        };
        let family = self.families.entry(clue.family.clone()).or_default();
        if !repeats {
            family.members.push(at);
        }
    }

    /// d by clue: in a family 1, δ, δ² … by falling weight; 0 for a repeat.
    pub(crate) fn discounts(&self) -> BTreeMap<String, f64> {
        let mut out: BTreeMap<String, f64> =
            self.slots.iter().filter(|s| s.repeats).map(|s| (s.id.clone(), 0.0)).collect();
        for family in self.families.values() {
            let mut d = 1.0;
            for slot in family.members.iter().filter_map(|m| self.slots.get(*m)) {
                out.insert(slot.id.clone(), d);
                d *= self.discount;
            }
        }
        out
    }

    /// r·w by row of a clue, before the discount.
    pub(crate) fn weighed(&self, clue: &str) -> Option<impl Iterator<Item = f64> + '_> {
        let slot = self.slots.get(*self.place.get(clue)?)?;
        Some(slot.cells.iter().map(|w| slot.weight * w))
    }

    /// S by row.
    pub(crate) fn scores(&self) -> Vec<f64> {
        let mut out = self.prior.clone();
        for family in self.families.values() {
            add(&mut out, &family.sum);
        }
        out
    }

    /// Step 4, with the largest score subtracted before the powers.
    #[allow(clippy::cast_precision_loss)]
    pub(crate) fn plausibility(&self, scores: &[f64]) -> Vec<f64> {
        let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = scores.iter().map(|s| 10f64.powf((s - top) / 10.0)).collect();
        let all: f64 = powers.iter().sum();
        let floor = self.humility / scores.len() as f64;
        powers.into_iter().map(|e| (1.0 - self.humility) * e / all + floor).collect()
    }

    /// Positions of rows by falling score, ties by id. Scores that differ by less than rounding does are the same.
    pub(crate) fn order(scores: &[f64]) -> Vec<usize> {
        let mut out: Vec<usize> = (0..scores.len()).collect();
        let key = |i: usize| (scores.get(i).copied().unwrap_or(0.0) * 1e9).round();
        out.sort_by(|a, b| key(*b).total_cmp(&key(*a)));
        out
    }

    /// S by row without each group of clues that `group_of` names.
    pub(crate) fn without_each<'a>(
        &self,
        clues: impl IntoIterator<Item = &'a ClueInput>,
        group_of: impl Fn(&ClueInput) -> Option<String>,
    ) -> BTreeMap<String, Vec<f64>> {
        let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for clue in clues {
            if let (Some(group), Some(at)) = (group_of(clue), self.place.get(&clue.id)) {
                groups.entry(group).or_default().push(*at);
            }
        }
        let names: HashMap<&str, usize> = self.families.keys().enumerate().map(|(i, f)| (f.as_str(), i)).collect();
        let families: Vec<&Family> = self.families.values().collect();
        // All families before, and all after, each one.
        let mut before = vec![self.prior.clone()];
        for f in &families {
            let mut next = before.last().cloned().unwrap_or_default();
            add(&mut next, &f.sum);
            before.push(next);
        }
        let mut after = vec![vec![0.0; self.prior.len()]];
        for f in families.iter().rev() {
            let mut next = f.sum.clone();
            add(&mut next, after.last().map_or(&[], Vec::as_slice));
            after.push(next);
        }
        after.reverse();
        groups
            .into_iter()
            .map(|(group, out)| {
                let mut hit: Vec<usize> = out
                    .iter()
                    .filter_map(|at| self.family_of.get(*at).and_then(|f| names.get(f.as_str()).copied()))
                    .collect();
                hit.sort_unstable();
                hit.dedup();
                let rest = |i: usize| {
                    let members: Vec<usize> = families
                        .get(i)
                        .map(|f| f.members.iter().copied().filter(|m| !out.contains(m)).collect())
                        .unwrap_or_default();
                    sum(&members, &self.slots, self.discount, self.prior.len())
                };
                let scores = match hit.as_slice() {
                    [only] => {
                        let mut s = before.get(*only).cloned().unwrap_or_default();
                        add(&mut s, &rest(*only));
                        add(&mut s, after.get(only + 1).map_or(&[], Vec::as_slice));
                        s
                    }
                    _ => {
                        let mut s = self.prior.clone();
                        for (i, f) in families.iter().enumerate() {
                            if hit.binary_search(&i).is_ok() { add(&mut s, &rest(i)) } else { add(&mut s, &f.sum) }
                        }
                        s
                    }
                };
                (group, scores)
            })
            .collect()
    }
}

/// Step 2: the most diagnostic first, then by origin, then by id.
fn order(members: &mut [usize], slots: &[Slot]) {
    members.sort_by(|a, b| match (slots.get(*a), slots.get(*b)) {
        (Some(a), Some(b)) => b.spread.total_cmp(&a.spread).then(a.origin.cmp(&b.origin)).then_with(|| a.id.cmp(&b.id)),
        _ => std::cmp::Ordering::Equal,
    });
}

/// Step 3 of one family: each further clue counts δ of the one before.
fn sum(members: &[usize], slots: &[Slot], discount: f64, rows: usize) -> Vec<f64> {
    #[cfg(test)]
    WORK.set(WORK.get() + members.len() as u64);
    let mut out = vec![0.0; rows];
    let mut d = 1.0;
    for slot in members.iter().filter_map(|m| slots.get(*m)) {
        for (o, w) in out.iter_mut().zip(&slot.cells) {
            *o += slot.weight * d * w;
        }
        d *= discount;
    }
    out
}

fn add(to: &mut [f64], what: &[f64]) {
    for (a, b) in to.iter_mut().zip(what) {
        *a += b;
    }
}

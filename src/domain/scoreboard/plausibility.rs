//! Steps 1 to 6: cells, discounts, scores, plausibility, worth.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::words::{Grade, Origin, Quality};

/// One row of the board.
#[derive(Debug, Clone, PartialEq)]
pub struct RowInput {
    /// Hypothesis id.
    pub id: String,
    /// Prior weight (1, 2 or 4).
    pub prior: f64,
    /// Added after the first clue: shares half of `other`'s first prior with the other late ones.
    pub late: bool,
}

/// One clue with its cells in decibans, before the origin's cap.
#[derive(Debug, Clone, PartialEq)]
pub struct ClueInput {
    /// Clue id.
    pub id: String,
    /// Clues of one family count less and less.
    pub family: String,
    /// Where it comes from.
    pub origin: Origin,
    /// How far the source is trusted.
    pub grade: Grade,
    /// Hypothesis id → decibans; absent means 0.
    pub cells: BTreeMap<String, f64>,
    /// Says the same as another clue and counts nothing.
    pub repeat_of: Option<String>,
}

/// What a hypothesis could move.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImpactInput {
    /// Share of the population that is exposed, 0 to 1.
    pub exposed: f64,
    /// Share of the effect that can be fixed, 0 to 1.
    pub fixable: f64,
    /// Effect on the exposed in KPI points: low, likely, high.
    pub effect: [f64; 3],
    /// How it is known.
    pub quality: Quality,
    /// Cost in days of work.
    pub cost_days: f64,
}

impl ImpactInput {
    /// R = x·f·E with the PERT mean E = (low + 4·likely + high)/6, in KPI points.
    #[must_use]
    pub fn reach(&self) -> f64 {
        let [low, likely, high] = self.effect;
        self.exposed * self.fixable * (low + 4.0 * likely + high) / 6.0
    }
}

/// Constants of the arithmetic; a session may change them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Each further clue of a family counts this much of the one before (0.5).
    pub family_discount: f64,
    /// Probability spread evenly over all rows, so that nobody dies (0.02).
    pub humility: f64,
    /// Weight λ of cost against gain (0.3).
    pub spend_weight: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { family_discount: 0.5, humility: 0.02, spend_weight: 0.3 }
    }
}

/// All that the board is computed from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inputs {
    /// The rows, in the order they were added; `other` and `data` among them.
    pub rows: Vec<RowInput>,
    /// The clues.
    pub clues: Vec<ClueInput>,
    /// Impacts by hypothesis id.
    pub impacts: BTreeMap<String, ImpactInput>,
    /// T: KPI points to win; `None` or 0 means plausibility only.
    pub target: Option<f64>,
    /// B: days of work to spend.
    pub budget: Option<f64>,
    /// Constants.
    pub settings: Settings,
}

/// The board: everything by hypothesis id.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Board {
    /// S in decibans.
    pub score: BTreeMap<String, f64>,
    /// P, sums to 1.
    pub plausibility: BTreeMap<String, f64>,
    /// Worth in points; only rows with an impact, and only with target and budget.
    pub worth: BTreeMap<String, f64>,
    /// d by clue.
    pub discount: BTreeMap<String, f64>,
    /// Clue → hypothesis → decibans that it adds.
    pub contribution: BTreeMap<String, BTreeMap<String, f64>>,
    /// Ids by falling score, ties by id.
    pub order: Vec<String>,
    /// S₁ − S₂; absent with fewer than two rows.
    pub margin_db: Option<f64>,
}

impl Board {
    /// The row with the highest score.
    #[must_use]
    pub fn leader(&self) -> Option<&str> {
        self.order.first().map(String::as_str)
    }

    /// The second.
    #[must_use]
    pub fn runner_up(&self) -> Option<&str> {
        self.order.get(1).map(String::as_str)
    }

    /// P of a row, 0 when unknown.
    #[must_use]
    pub fn p(&self, id: &str) -> f64 {
        self.plausibility.get(id).copied().unwrap_or(0.0)
    }
}

/// Step 1: the cell clipped by the origin's cap.
fn cell(clue: &ClueInput, row: &str) -> f64 {
    let cap = clue.origin.cap();
    clue.cells.get(row).copied().unwrap_or(0.0).clamp(-cap, cap)
}

/// Step 2: in a family, the most diagnostic clue counts whole, the next half, then a quarter.
fn discounts(inputs: &Inputs) -> BTreeMap<String, f64> {
    let mut out = BTreeMap::new();
    let mut families: BTreeMap<&str, Vec<(f64, &ClueInput)>> = BTreeMap::new();
    for clue in &inputs.clues {
        if clue.repeat_of.is_some() {
            out.insert(clue.id.clone(), 0.0);
            continue;
        }
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for row in &inputs.rows {
            let w = cell(clue, &row.id);
            low = low.min(w);
            high = high.max(w);
        }
        let spread = if high >= low { clue.grade.weight() * (high - low) } else { 0.0 };
        families.entry(&clue.family).or_default().push((spread, clue));
    }
    for members in families.values_mut() {
        members
            .sort_by(|(sa, a), (sb, b)| sb.total_cmp(sa).then(a.origin.cmp(&b.origin)).then_with(|| a.id.cmp(&b.id)));
        let mut d = 1.0;
        for (_, clue) in members {
            out.insert(clue.id.clone(), d);
            d *= inputs.settings.family_discount;
        }
    }
    out
}

/// Prior probability of each row: words normalised; late rows share half of `other`'s equally.
fn priors(rows: &[RowInput]) -> BTreeMap<String, f64> {
    let late: BTreeSet<&str> = rows.iter().filter(|r| r.late && r.id != "other").map(|r| r.id.as_str()).collect();
    let has_other = rows.iter().any(|r| r.id == "other");
    let splits = has_other && !late.is_empty();
    let total: f64 = rows.iter().filter(|r| !(splits && late.contains(r.id.as_str()))).map(|r| r.prior).sum();
    let other = rows.iter().find(|r| r.id == "other").map_or(0.0, |r| r.prior / total);
    #[allow(clippy::cast_precision_loss)]
    let share = other / 2.0 / late.len().max(1) as f64;
    rows.iter()
        .map(|r| {
            let p = if splits && late.contains(r.id.as_str()) {
                share
            } else if splits && r.id == "other" {
                other / 2.0
            } else {
                r.prior / total
            };
            (r.id.clone(), p)
        })
        .collect()
}

/// Steps 1 to 6.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn score(inputs: &Inputs) -> Board {
    let n = inputs.rows.len();
    if n == 0 {
        return Board::default();
    }
    let discount = discounts(inputs);
    let mut score: BTreeMap<String, f64> =
        priors(&inputs.rows).into_iter().map(|(id, p)| (id, 10.0 * p.log10())).collect();
    let mut contribution: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    // Sorted by id, so that the order of clues in a session can't change a sum's last bit.
    let mut clues: Vec<&ClueInput> = inputs.clues.iter().collect();
    clues.sort_by(|a, b| a.id.cmp(&b.id));
    for clue in clues {
        let weight = clue.grade.weight() * discount.get(&clue.id).copied().unwrap_or(0.0);
        let by_row = contribution.entry(clue.id.clone()).or_default();
        for row in &inputs.rows {
            let add = weight * cell(clue, &row.id);
            by_row.insert(row.id.clone(), add);
            if let Some(s) = score.get_mut(&row.id) {
                *s += add;
            }
        }
    }
    let plausibility = softmax(&score, inputs.settings.humility);
    let worth = worth(inputs, &plausibility);
    let mut order: Vec<String> = score.keys().cloned().collect();
    order.sort_by(|a, b| score[b].total_cmp(&score[a]).then_with(|| a.cmp(b)));
    let margin_db = match order.as_slice() {
        [first, second, ..] => Some(score[first] - score[second]),
        _ => None,
    };
    Board { score, plausibility, worth, discount, contribution, order, margin_db }
}

/// Step 4, with the largest score subtracted before the powers.
#[allow(clippy::cast_precision_loss)]
fn softmax(score: &BTreeMap<String, f64>, humility: f64) -> BTreeMap<String, f64> {
    let top = score.values().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: BTreeMap<&String, f64> = score.iter().map(|(id, s)| (id, 10f64.powf((s - top) / 10.0))).collect();
    let sum: f64 = powers.values().sum();
    let floor = humility / score.len() as f64;
    powers.into_iter().map(|(id, e)| (id.clone(), (1.0 - humility) * e / sum + floor)).collect()
}

/// Step 6: Worth = 100·(P·K·G − λ·c/B) with G = clamp(R/T, −1, 1); `other` and `data` only gate.
pub(super) fn worth(inputs: &Inputs, p: &BTreeMap<String, f64>) -> BTreeMap<String, f64> {
    let (Some(target), Some(budget)) = (inputs.target, inputs.budget) else {
        return BTreeMap::new();
    };
    if target.abs() < 1e-12 || budget <= 0.0 {
        return BTreeMap::new();
    }
    inputs
        .impacts
        .iter()
        .filter(|(id, _)| id.as_str() != "other" && id.as_str() != "data")
        .filter_map(|(id, impact)| {
            let gain = (impact.reach() / target).clamp(-1.0, 1.0);
            let cost = inputs.settings.spend_weight * impact.cost_days / budget;
            p.get(id).map(|p| (id.clone(), 100.0 * (p * impact.quality.weight() * gain - cost)))
        })
        .collect()
}

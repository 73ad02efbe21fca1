//! Steps 1 to 6: cells, discounts, scores, plausibility, worth.

use std::collections::{BTreeMap, BTreeSet};

use super::sums::Core;
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

impl Inputs {
    /// Rows and clues made ready for adding up.
    pub(crate) fn core(&self) -> Core {
        Core::with(&self.rows, &self.settings, &self.clues)
    }
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

/// Prior probability of each row: words normalised; late rows share half of `other`'s equally.
pub(super) fn priors(rows: &[RowInput]) -> BTreeMap<String, f64> {
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
pub fn score(inputs: &Inputs) -> Board {
    board(inputs, &inputs.core())
}

/// The board over a core that holds all clues.
pub(crate) fn board(inputs: &Inputs, core: &Core) -> Board {
    if core.rows().is_empty() {
        return Board::default();
    }
    let named =
        |values: &[f64]| -> BTreeMap<String, f64> { core.rows().iter().cloned().zip(values.iter().copied()).collect() };
    let discount = core.discounts();
    let contribution = inputs
        .clues
        .iter()
        .filter_map(|clue| {
            let d = discount.get(&clue.id).copied().unwrap_or(0.0);
            let adds = core.rows().iter().cloned().zip(core.weighed(&clue.id)?.map(|w| d * w)).collect();
            Some((clue.id.clone(), adds))
        })
        .collect();
    let scores = core.scores();
    let plausibility = named(&core.plausibility(&scores));
    let worth = worth(inputs, &plausibility);
    let places = Core::order(&scores);
    let order: Vec<String> = places.iter().filter_map(|i| core.rows().get(*i).cloned()).collect();
    Board {
        score: named(&scores),
        plausibility,
        worth,
        discount,
        contribution,
        order,
        margin_db: margin(&scores, &places),
    }
}

/// S₁ − S₂; none with fewer than two rows.
pub(super) fn margin(scores: &[f64], places: &[usize]) -> Option<f64> {
    match places {
        [first, second, ..] => Some(scores.get(*first)? - scores.get(*second)?),
        _ => None,
    }
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

//! What to ask or check next: expected information and value of a yes/no answer.

use std::collections::BTreeMap;

use super::plausibility::worth;
use super::{Inputs, score};

/// A check or a question with P(yes | hypothesis).
#[derive(Debug, Clone, PartialEq)]
pub struct NextItem {
    /// Its id.
    pub id: String,
    /// Weight r of the source that would answer.
    pub weight: f64,
    /// Minutes that it takes.
    pub minutes: f64,
    /// P(yes | hypothesis), before shrinking by the source's weight; absent means 0.5.
    pub p_yes: BTreeMap<String, f64>,
}

/// What an answer would bring, before it is known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CheckValue {
    /// Probability of a yes.
    pub p_yes: f64,
    /// Expected information in bits.
    pub bits: f64,
    /// Bits per hour.
    pub bits_per_hour: f64,
    /// Expected gain of the best move's worth, in points.
    pub voi_points: f64,
    /// Points per hour.
    pub voi_per_hour: f64,
}

/// An item with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct NextValue {
    /// The item's id.
    pub id: String,
    /// Its value.
    pub value: CheckValue,
}

/// P(yes | h) that follows from the rating which a yes would get: 1/(1 + 10^(−w/10)).
#[must_use]
pub fn p_yes_from_rating(decibans: f64) -> f64 {
    1.0 / (1.0 + 10f64.powf(-decibans / 10.0))
}

fn entropy(p: &BTreeMap<String, f64>) -> f64 {
    -p.values().filter(|p| **p > 0.0).map(|p| p * p.log2()).sum::<f64>()
}

/// Worth of the best move; holding is worth 0.
fn best(inputs: &Inputs, p: &BTreeMap<String, f64>) -> f64 {
    worth(inputs, p).values().copied().fold(0.0, f64::max)
}

/// The value of one item over a board.
#[must_use]
pub fn check_value(inputs: &Inputs, item: &NextItem) -> CheckValue {
    value_of(inputs, &score(inputs).plausibility, item)
}

/// H(P) − E[H(P | answer)] and E[best worth | answer] − best worth, with p shrunk to r·p + (1 − r)/2.
#[must_use]
pub fn value_of(inputs: &Inputs, prior: &BTreeMap<String, f64>, item: &NextItem) -> CheckValue {
    if prior.is_empty() {
        return CheckValue::default();
    }
    let r = item.weight;
    let py = |id: &String| r * item.p_yes.get(id).copied().unwrap_or(0.5) + (1.0 - r) / 2.0;
    let yes: f64 = prior.iter().map(|(id, p)| p * py(id)).sum();
    let posterior = |answer: bool| -> BTreeMap<String, f64> {
        let total = if answer { yes } else { 1.0 - yes };
        prior
            .iter()
            .map(|(id, p)| {
                (id.clone(), if total > 0.0 { p * if answer { py(id) } else { 1.0 - py(id) } / total } else { *p })
            })
            .collect()
    };
    let (if_yes, if_no) = (posterior(true), posterior(false));
    let bits = (entropy(prior) - (yes * entropy(&if_yes) + (1.0 - yes) * entropy(&if_no))).max(0.0);
    let then = yes * best(inputs, &if_yes) + (1.0 - yes) * best(inputs, &if_no);
    let voi_points = (then - best(inputs, prior)).max(0.0);
    let hours = (item.minutes / 60.0).max(1.0 / 60.0);
    CheckValue { p_yes: yes, bits, bits_per_hour: bits / hours, voi_points, voi_per_hour: voi_points / hours }
}

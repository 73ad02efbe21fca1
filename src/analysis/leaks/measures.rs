//! How closely a column goes with the outcome, by several measures.

use crate::analysis::coding::{Counted, Tally, value_order};
use crate::analysis::level::count_f64;
use crate::analysis::roc::area;
use crate::query::{Cell, Kpi};

/// A value with at least so many rows …
const PURE_ROWS: u64 = 30;
/// … and such a rate, or one this many times smaller than that of all …
const PURE_RATE: f64 = 0.99;
const EMPTY_TIMES: f64 = 50.0;
/// … that holds such a share of the events, or of the rows without one.
const PURE_SHARE: f64 = 0.5;

/// What is measured of a column.
#[derive(Debug, Default)]
pub struct Measures {
    /// Area under the ROC curve; only of a rate.
    pub auc: Option<f64>,
    /// Correlation ratio η: √ of the share of the variance between the groups.
    pub eta: f64,
    /// H(y|x)/H(y); only of a rate.
    pub entropy: Option<f64>,
    /// Information value; only of a rate.
    pub iv: Option<f64>,
    /// Share of rows that the likelier side of each group tells right; only of a rate.
    pub accuracy: Option<f64>,
    /// The same without the column.
    pub without: Option<f64>,
    /// A value that nearly always, or nearly never, has the outcome: its label, rows, rate.
    pub pure: Option<(String, u64, f64)>,
    /// Area of "is it missing".
    pub missing: Option<f64>,
}

/// What is measured of a column's groups; absent where the KPI is the same in all of them.
pub fn measure(kpi: &Kpi, column: &Counted, groups: &[Tally], values: &[Cell]) -> Option<Measures> {
    let mut all = Tally::total(groups);
    let mean = all.level()?;
    let whole = all.residuals(mean);
    if whole <= 0.0 {
        return None;
    }
    all.d = if all.d == 0.0 { 1.0 } else { all.d };
    let scale = all.dd / all.d;
    let between: f64 = groups.iter().filter_map(|g| g.level().map(|r| g.d * (r - mean).powi(2))).sum::<f64>() * scale;
    let eta = (between / whole).clamp(0.0, 1.0).sqrt();
    if !kpi.is_share() {
        return Some(Measures { eta, ..Measures::default() });
    }
    let pairs: Vec<(f64, f64)> = groups.iter().map(|g| (g.y, (g.d - g.y).max(0.0))).collect();
    let is_null = |k: usize| values.get(k) == Some(&Cell::Null);
    let mut order: Vec<usize> = (0..groups.len()).filter(|k| groups[*k].n > 0).collect();
    if column.coded.ordered() {
        order.retain(|k| !is_null(*k));
        order.sort_by(|a, b| value_order(&values[*a], &values[*b]));
    } else {
        order.sort_by(|a, b| groups[*a].level().unwrap_or(0.0).total_cmp(&groups[*b].level().unwrap_or(0.0)));
    }
    let ranked: Vec<(f64, f64)> = order.iter().map(|k| pairs[*k]).collect();
    let missing = (0..groups.len()).find(|k| is_null(*k) && groups[*k].n >= PURE_ROWS).and_then(|k| {
        let rest =
            pairs.iter().enumerate().filter(|(i, _)| *i != k).fold((0.0, 0.0), |s, (_, p)| (s.0 + p.0, s.1 + p.1));
        auc(&[pairs[k], rest])
    });
    let (yes, no) = pairs.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
    let right: f64 = pairs.iter().map(|p| p.0.max(p.1)).sum();
    Some(Measures {
        auc: auc(&ranked),
        eta,
        entropy: entropy(&pairs),
        iv: Some(information_value(&pairs)),
        accuracy: Some(right / (yes + no)),
        without: Some(yes.max(no) / (yes + no)),
        pure: pure(column, groups, values, (yes, no)),
        missing,
    })
}

/// How often a row with the outcome stands above one without, ties half, turned so that it is at least one half. Of
/// (rows with, rows without) in their order.
pub fn auc(groups: &[(f64, f64)]) -> Option<f64> {
    area(groups).value
}

/// H(y|x)/H(y); absent where the outcome is certain.
pub fn entropy(groups: &[(f64, f64)]) -> Option<f64> {
    let h = |yes: f64, no: f64| {
        let n = yes + no;
        let part = |x: f64| if x > 0.0 { -(x / n) * (x / n).ln() } else { 0.0 };
        if n > 0.0 { part(yes) + part(no) } else { 0.0 }
    };
    let (yes, no) = groups.iter().fold((0.0, 0.0), |s, g| (s.0 + g.0, s.1 + g.1));
    let whole = h(yes, no);
    let inside: f64 = groups.iter().map(|(y, n)| (y + n) / (yes + no) * h(*y, *n)).sum();
    (whole > 0.0).then(|| inside / whole)
}

/// Σ(share of events − share of others)·ln of their ratio, half a row added so that empty sides stay finite.
pub fn information_value(groups: &[(f64, f64)]) -> f64 {
    let (yes, no) = groups.iter().fold((0.0, 0.0), |s, g| (s.0 + g.0, s.1 + g.1));
    let more = 0.5 * count_f64(groups.len() as u64);
    groups
        .iter()
        .map(|(y, n)| {
            let (a, b) = ((y + 0.5) / (yes + more), (n + 0.5) / (no + more));
            (a - b) * (a / b).ln()
        })
        .sum()
}

/// A value that holds half of the events and nearly nothing else, or half of the others and nearly no event.
fn pure(column: &Counted, groups: &[Tally], values: &[Cell], all: (f64, f64)) -> Option<(String, u64, f64)> {
    let overall = all.0 / (all.0 + all.1);
    groups.iter().zip(values).filter(|(g, _)| g.n >= PURE_ROWS).find_map(|(g, value)| {
        let rate = g.level()?;
        let events = rate >= PURE_RATE && g.y >= PURE_SHARE * all.0;
        // Where events are rare, a large group without any is no wonder: it must be many times rarer than chance allows.
        let others = rate <= overall / EMPTY_TIMES && (g.d - g.y) >= PURE_SHARE * all.1 && overall >= 0.02;
        (events || others).then(|| (column.coded.label(value), g.n, rate))
    })
}

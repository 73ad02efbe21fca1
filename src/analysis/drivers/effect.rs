//! ω² with its interval, and the test that goes with it.

use crate::analysis::coding::Tally;
use crate::analysis::level::count_f64;

/// How much of a KPI's variation goes with some groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effect {
    /// ω² = [SSB − (k−1)·MSW]/(SST + MSW), cut at 0 (Hays 1963).
    pub omega2: f64,
    /// Its 95 % interval, by leaving out one bucket of units at a time.
    pub interval: (f64, f64),
    /// The variance of single rows.
    pub variance: f64,
    /// The variance within groups, of a row.
    pub within: f64,
    /// The variance between groups, τ².
    pub between: f64,
    /// F = MSB/MSW, divided by how many times wider the groups' levels spread by units than by rows (Rao and Scott
    /// 1984).
    pub f: f64,
    /// Its degrees of freedom.
    pub df: (f64, f64),
}

/// The parts of the variation.
#[derive(Debug, Clone, Copy)]
struct Parts {
    omega2: f64,
    ssb: f64,
    sst: f64,
    msw: f64,
    k: f64,
    n: f64,
    /// Of Σn²/N, for τ².
    n0: f64,
}

/// The variance of single rows around a level.
#[must_use]
pub fn variance(all: &Tally, r: f64) -> f64 {
    let n = count_f64(all.n);
    let scale = if all.d == 0.0 { 1.0 } else { all.dd / all.d };
    if n < 2.0 || scale <= 0.0 { 0.0 } else { all.residuals(r) / scale.powi(2) / (n - 1.0) }
}

/// Of sums by group. A row of a ratio counts by its denominator: its squares are brought to the scale of the levels.
fn parts(groups: &[Tally]) -> Option<Parts> {
    let all = Tally::total(groups);
    let mean = all.level()?;
    let scale = all.dd / all.d;
    if !(scale > 0.0 && scale.is_finite()) {
        return None;
    }
    let (mut ssb, mut ssw, mut k, mut squares) = (0.0, 0.0, 0.0, 0.0);
    for g in groups.iter().filter(|g| g.n > 0) {
        let Some(r) = g.level() else { continue };
        ssb += g.d / scale * (r - mean).powi(2);
        ssw += g.residuals(r) / scale.powi(2);
        k += 1.0;
        squares += (g.d / scale).powi(2);
    }
    let n = all.d / scale;
    if k < 2.0 || n <= k {
        return None;
    }
    let msw = ssw / (n - k);
    let sst = ssb + ssw;
    let omega2 = if sst + msw > 0.0 { ((ssb - (k - 1.0) * msw) / (sst + msw)).clamp(0.0, 1.0) } else { 0.0 };
    Some(Parts { omega2, ssb, sst, msw, k, n, n0: (n - squares / n) / (k - 1.0) })
}

/// The effect of groups whose sums are given by bucket of units. Absent where fewer than two groups have a level.
#[must_use]
pub fn effect(cells: &[Vec<Tally>], clustered: bool) -> Option<Effect> {
    let groups: Vec<Tally> = cells.iter().map(Tally::total).collect();
    let p = parts(&groups)?;
    let width = cells.iter().map(Vec::len).max().unwrap_or(0);
    let used: Vec<usize> = (0..width).filter(|b| cells.iter().any(|c| c.get(*b).is_some_and(|t| t.n > 0))).collect();
    let mut left: Vec<f64> = Vec::with_capacity(used.len());
    if used.len() >= 2 {
        for b in &used {
            let without: Vec<Tally> =
                groups.iter().zip(cells).map(|(g, c)| c.get(*b).map_or(*g, |t| g.without(t))).collect();
            left.extend(parts(&without).map(|p| p.omega2));
        }
    }
    let m = count_f64(left.len() as u64);
    let interval = if m >= 2.0 {
        let mean = left.iter().sum::<f64>() / m;
        let se = ((m - 1.0) / m * left.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt();
        let half = super::half(se, m).unwrap_or(f64::INFINITY);
        ((p.omega2 - half).max(0.0), (p.omega2 + half).min(1.0))
    } else {
        // One unit says nothing of others.
        (0.0, 1.0)
    };
    let design = if clustered { design_effect(&groups, cells, used.len()) } else { 1.0 };
    let mut df2 = p.n - p.k;
    if clustered {
        df2 = df2.min(count_f64(used.len() as u64) - 1.0);
    }
    let msb = p.ssb / (p.k - 1.0);
    let f = if p.msw > 0.0 {
        msb / p.msw / design
    } else if msb > 0.0 {
        f64::MAX
    } else {
        0.0
    };
    Some(Effect {
        omega2: p.omega2,
        interval,
        variance: p.sst / (p.n - 1.0),
        within: p.msw,
        between: ((msb - p.msw) / p.n0).max(0.0),
        f,
        df: (p.k - 1.0, df2.max(1.0)),
    })
}

/// How many times wider the groups' levels spread by units than by rows, on average over the groups, at least 1.
fn design_effect(groups: &[Tally], cells: &[Vec<Tally>], buckets: usize) -> f64 {
    let b = count_f64(buckets as u64);
    if b < 2.0 {
        return 1.0;
    }
    let (mut by_units, mut by_rows) = (0.0, 0.0);
    for (g, c) in groups.iter().zip(cells) {
        let Some(r) = g.level() else { continue };
        let clustered: f64 = c.iter().map(|t| (t.y - r * t.d).powi(2)).sum::<f64>() * b / (b - 1.0);
        by_units += clustered / g.d.abs();
        by_rows += g.residuals(r) / g.d.abs();
    }
    if by_rows > 0.0 { (by_units / by_rows).max(1.0) } else { 1.0 }
}

/// For each of several probabilities the share of false finds among all at least as small, in their order (Benjamini
/// and Hochberg 1995).
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*b].total_cmp(&p[*a]));
    let n = count_f64(p.len() as u64);
    let mut out = vec![1.0; p.len()];
    let mut least: f64 = 1.0;
    for (k, at) in order.into_iter().enumerate() {
        least = least.min(p[at] * n / (n - count_f64(k as u64)));
        out[at] = least.min(1.0);
    }
    out
}

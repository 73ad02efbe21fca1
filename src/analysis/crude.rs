//! Group A against group B over all rows.

use crate::query::Estimate;

use super::cells::{Arm, Scale, Spread, estimate_at, spread};
use super::dist::{ALPHA, wilson, z_at};
use super::level::{UNKNOWN, count_f64, finite, finite_pair, point, ratio_variance};

/// A difference and a ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// A − B.
    pub difference: Estimate,
    /// A / B.
    pub ratio: Estimate,
}

/// A against B over all rows, with 95 % intervals (see [`crude_at`]).
#[must_use]
pub fn crude(a: &Arm, b: &Arm, rate: bool) -> Contrast {
    crude_at(a, b, rate, ALPHA)
}

/// A against B over all rows, with intervals that miss with probability `alpha`.
///
/// | case | difference | ratio |
/// |---|---|---|
/// | rate of independent rows | Newcombe's hybrid score interval (1998, Statistics in Medicine 17, method 10) | Katz's log interval (1978, Biometrics 34); with an empty cell, half an event is added to each (Walter 1975, Biometrika 62), for the ratio itself too where B has no event |
/// | mean, ratio | Welch's t | log interval by the delta method, where both are positive |
/// | clustered | by the summed influence of each bucket of units | the same, on the log scale |
#[must_use]
pub fn crude_at(a: &Arm, b: &Arm, rate: bool, alpha: f64) -> Contrast {
    let (Some(ra), Some(rb)) = (point(&a.sums), point(&b.sums)) else {
        return Contrast { difference: UNKNOWN, ratio: UNKNOWN };
    };
    let clustered = !a.buckets.is_empty() || !b.buckets.is_empty();
    let ratio_value = if rb == 0.0 { None } else { finite(ra / rb) };
    if rate && !clustered {
        let Some(z) = z_at(alpha) else { return Contrast { difference: UNKNOWN, ratio: UNKNOWN } };
        let difference = newcombe(ra, count_f64(a.sums.known), rb, count_f64(b.sums.known), z);
        return Contrast { difference, ratio: katz(a, b, z) };
    }
    let gradient = |weight_a: f64, weight_b: f64| {
        [(weight_a / a.sums.d, -weight_a * ra / a.sums.d), (-weight_b / b.sums.d, weight_b * rb / b.sums.d)]
    };
    let variance = |wa: f64, wb: f64| {
        if clustered { spread(&[a, b], &gradient(wa, wb)) } else { welch(a, b, wa, wb) }
    };
    let ratio = match ratio_value {
        Some(r) if ra > 0.0 && rb > 0.0 => estimate_at(r, variance(r / ra, r / rb), Scale::Log, alpha),
        value => Estimate { value, interval: None },
    };
    Contrast { difference: estimate_at(ra - rb, variance(1.0, 1.0), Scale::Linear, alpha), ratio }
}

/// Variance of `wa·r_A − wb·r_B` with Satterthwaite's degrees of freedom (Welch 1947).
fn welch(a: &Arm, b: &Arm, wa: f64, wb: f64) -> Option<Spread> {
    let va = wa * wa * ratio_variance(&a.sums)?;
    let vb = wb * wb * ratio_variance(&b.sums)?;
    let variance = va + vb;
    if variance <= 0.0 {
        return None;
    }
    let part = |v: f64, units: u64| v * v / (count_f64(units) - 1.0);
    let df = variance * variance / (part(va, a.sums.units) + part(vb, b.sums.units));
    Some(Spread { variance, df })
}

fn newcombe(p1: f64, n1: f64, p2: f64, n2: f64, z: f64) -> Estimate {
    let d = p1 - p2;
    let interval = wilson(p1, n1, z).zip(wilson(p2, n2, z)).and_then(|((l1, u1), (l2, u2))| {
        finite_pair(
            d - ((p1 - l1).powi(2) + (u2 - p2).powi(2)).sqrt(),
            d + ((u1 - p1).powi(2) + (p2 - l2).powi(2)).sqrt(),
        )
    });
    // One row in an arm says nothing about spread.
    Estimate { value: finite(d), interval: interval.filter(|_| n1 >= 2.0 && n2 >= 2.0) }
}

fn katz(a: &Arm, b: &Arm, z: f64) -> Estimate {
    let (mut xa, mut na) = (a.sums.y, count_f64(a.sums.known));
    let (mut xb, mut nb) = (b.sums.y, count_f64(b.sums.known));
    if xa <= 0.0 && xb <= 0.0 {
        return UNKNOWN;
    }
    let plain = (xb > 0.0).then(|| (xa / na) / (xb / nb));
    if xa <= 0.0 || xb <= 0.0 || (xa >= na && xb >= nb) {
        (xa, na, xb, nb) = (xa + 0.5, na + 0.5, xb + 0.5, nb + 0.5);
    }
    let rr = (xa / na) / (xb / nb);
    let se = (1.0 / xa - 1.0 / na + 1.0 / xb - 1.0 / nb).max(0.0).sqrt();
    let value = plain.unwrap_or(rr);
    let low = if value <= 0.0 { 0.0 } else { (rr * (-z * se).exp()).min(value) };
    let interval = finite_pair(low, (rr * (z * se).exp()).max(value));
    Estimate { value: finite(value), interval: interval.filter(|_| a.sums.known >= 2 && b.sums.known >= 2) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::cast_precision_loss)]
mod tests {
    use super::*;
    use crate::query::Sums;

    fn share(events: u64, n: u64) -> Arm {
        let (e, m) = (events as f64, n as f64);
        Arm { sums: Sums { n, units: n, known: n, y: e, d: m, yy: e, yd: e, dd: m, centre: 0.0 }, buckets: Vec::new() }
    }

    fn values(rows: &[f64]) -> Arm {
        let n = rows.len() as u64;
        let (y, yy) = (rows.iter().sum(), rows.iter().map(|x| x * x).sum());
        Arm {
            sums: Sums { n, units: n, known: n, y, d: n as f64, yy, yd: y, dd: n as f64, centre: 0.0 },
            buckets: Vec::new(),
        }
    }

    #[test]
    fn newcombes_published_difference() {
        // Newcombe 1998, table II: 56/70 − 48/80 = 0.2, method 10: 0.0524 to 0.3339.
        let c = crude(&share(56, 70), &share(48, 80), true);
        let (l, h) = c.difference.interval.unwrap();
        assert!((l - 0.0524).abs() < 1e-4 && (h - 0.3339).abs() < 1e-4, "{l} {h}");
        // 10/10 − 0/10: 0.6075 to 1.
        let (l, h) = crude(&share(10, 10), &share(0, 10), true).difference.interval.unwrap();
        assert!((l - 0.6075).abs() < 1e-4 && (h - 1.0).abs() < 1e-9, "{l} {h}");
    }

    #[test]
    fn welchs_interval_of_two_means() {
        // Means 3 and 6, s² 2.5 and 10 over 5 each: se = √2.5, df = 5.882, t = 2.4587.
        let c = crude(&values(&[1.0, 2.0, 3.0, 4.0, 5.0]), &values(&[2.0, 4.0, 6.0, 8.0, 10.0]), false);
        let (l, h) = c.difference.interval.unwrap();
        assert!((c.difference.value.unwrap() + 3.0).abs() < 1e-12);
        assert!(((h - l) / 2.0 - 2.4587 * 2.5f64.sqrt()).abs() < 1e-2, "{l} {h}");
        assert!((c.ratio.value.unwrap() - 0.5).abs() < 1e-12 && c.ratio.interval.unwrap().0 > 0.0);
    }

    #[test]
    fn katz_and_the_empty_cell() {
        // 30/100 against 20/200: RR 3, se(ln) √(0.023333 + 0.045) = 0.261406.
        let (l, h) = crude(&share(30, 100), &share(20, 200), true).ratio.interval.unwrap();
        assert!(
            (l - 3.0 * (-1.96f64 * 0.261_406).exp()).abs() < 1e-3
                && (h - 3.0 * (1.96f64 * 0.261_406).exp()).abs() < 1e-2
        );
        let none = crude(&share(0, 100), &share(20, 200), true).ratio;
        assert_eq!(none.value, Some(0.0));
        assert!(none.interval.unwrap().0 == 0.0 && none.interval.unwrap().1 < 1.0, "{none:?}");
        // (5.5/100.5)/(0.5/200.5) = 21.95: large, wide, and off 1.
        let only_a = crude(&share(5, 100), &share(0, 200), true).ratio;
        assert!((only_a.value.unwrap() - 21.945).abs() < 1e-2 && only_a.interval.unwrap().0 > 1.0, "{only_a:?}");
        assert_eq!(crude(&share(0, 100), &share(0, 200), true).ratio, UNKNOWN);
    }
}

//! Group A against group B with the strata held fixed, by Mantel and Haenszel.

use crate::query::Estimate;

use super::cells::{Arm, Scale, Spread, estimate, spread};
use super::crude::Contrast;
use super::level::{UNKNOWN, count_f64, finite, residual_squares};

/// The rows of A and of B in one stratum.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stratum {
    /// Group A.
    pub a: Arm,
    /// Group B.
    pub b: Arm,
}

impl Stratum {
    fn both(&self) -> bool {
        self.a.sums.d > 0.0 && self.b.sums.d > 0.0
    }

    /// ω = D_A·D_B/(D_A + D_B), Mantel and Haenszel's weight.
    fn weight(&self) -> f64 {
        let (a, b) = (self.a.sums.d, self.b.sums.d);
        a * b / (a + b)
    }
}

/// A against B with the strata held fixed: the difference Σω_k(a_k − b_k)/Σω_k and the ratio
/// Σ(Y_A·D_B/D)_k / Σ(Y_B·D_A/D)_k over the strata that hold both (Mantel and Haenszel 1959).
///
/// Errors: for a rate of independent rows Sato's variance of the difference (Sato 1989, Biometrics 45) and that of
/// Greenland and Robins for the log ratio (1985, Biometrics 41), both valid for few large and many small strata;
/// for means and ratios the weighted variances of the strata's levels, single rows taking the pooled one; clustered,
/// the summed influence of each bucket of units.
///
/// Where B has no event in a rate of independent rows, half an event spread over the strata is added to both sides of
/// the ratio, so that it is large rather than undefined.
///
/// Absent where no stratum holds both.
#[must_use]
pub fn within(strata: &[Stratum], rate: bool) -> Option<Contrast> {
    let used: Vec<&Stratum> = strata.iter().filter(|s| s.both()).collect();
    let sum = |f: &dyn Fn(&Stratum) -> f64| used.iter().map(|s| f(s)).sum::<f64>();
    let omega = sum(&Stratum::weight);
    if !(omega > 0.0 && omega.is_finite()) {
        return None;
    }
    let r = sum(&|s| s.a.sums.y * s.b.sums.d / (s.a.sums.d + s.b.sums.d));
    let q = sum(&|s| s.b.sums.y * s.a.sums.d / (s.a.sums.d + s.b.sums.d));
    let difference = (r - q) / omega;
    let ratio = if q == 0.0 { None } else { finite(r / q) };
    let clustered = used.iter().any(|s| !s.a.buckets.is_empty() || !s.b.buckets.is_empty());
    let (difference_spread, log_spread) = if clustered {
        (bucketed(&used, omega, omega), bucketed(&used, r, q))
    } else if rate {
        (sato(&used, difference, omega), greenland_robins(&used, r, q))
    } else {
        (pooled(&used, omega, omega), pooled(&used, r, q))
    };
    let ratio = match ratio {
        None if rate && !clustered && r > 0.0 => half_an_event_more(&used),
        Some(v) if r > 0.0 && q > 0.0 => {
            // The spread is that of ln(ratio); `estimate` wants it on the ratio's own scale.
            estimate(v, log_spread.map(|s| Spread { variance: s.variance * v * v, df: s.df }), Scale::Log)
        }
        value => Estimate { value, interval: None },
    };
    Some(Contrast { difference: estimate(difference, difference_spread, Scale::Linear), ratio })
}

fn half_an_event_more(strata: &[&Stratum]) -> Estimate {
    let more = 0.5 / count_f64(strata.len() as u64);
    let filled: Vec<Stratum> = strata
        .iter()
        .map(|s| {
            let mut s = (*s).clone();
            for arm in [&mut s.a, &mut s.b] {
                arm.sums.y += more;
                arm.sums.d += more;
            }
            s
        })
        .collect();
    within(&filled, true).map_or(UNKNOWN, |c| c.ratio)
}

fn positive(variance: f64, df: f64) -> Option<Spread> {
    (variance > 0.0 && variance.is_finite()).then_some(Spread { variance, df })
}

fn sato(strata: &[&Stratum], difference: f64, omega: f64) -> Option<Spread> {
    let (mut p, mut q) = (0.0, 0.0);
    for s in strata {
        let (a, n1) = (s.a.sums.y, s.a.sums.d);
        let (c, n0) = (s.b.sums.y, s.b.sums.d);
        let n = n1 + n0;
        p += (n1 * n1 * c - n0 * n0 * a + n1 * n0 * (n0 - n1) / 2.0) / (n * n);
        q += (a * (n0 - c) + c * (n1 - a)) / (2.0 * n);
    }
    positive((difference * p + q) / (omega * omega), f64::INFINITY)
}

fn greenland_robins(strata: &[&Stratum], r: f64, q: f64) -> Option<Spread> {
    if r <= 0.0 || q <= 0.0 {
        return None;
    }
    let mut p = 0.0;
    for s in strata {
        let (a, n1) = (s.a.sums.y, s.a.sums.d);
        let (c, n0) = (s.b.sums.y, s.b.sums.d);
        let n = n1 + n0;
        p += (n1 * n0 * (a + c) - a * c * n) / (n * n);
    }
    positive(p / (r * q), f64::INFINITY)
}

/// Influence of a row of A in stratum k: ω_k/left·(y − a_k d)/D_A, of B: −ω_k/right·(y − b_k d)/D_B. With both
/// divisors Σω it is the difference's; with the two sums of the ratio it is that of its logarithm.
fn bucketed(strata: &[&Stratum], left: f64, right: f64) -> Option<Spread> {
    if left == 0.0 || right == 0.0 {
        return None;
    }
    let (mut arms, mut gradient) = (Vec::new(), Vec::new());
    for s in strata {
        for (arm, scale) in [(&s.a, s.weight() / left), (&s.b, -s.weight() / right)] {
            let d = arm.sums.d;
            arms.push(arm);
            gradient.push((scale / d, -scale * arm.sums.y / (d * d)));
        }
    }
    spread(&arms, &gradient)
}

fn pooled(strata: &[&Stratum], left: f64, right: f64) -> Option<Spread> {
    if left == 0.0 || right == 0.0 {
        return None;
    }
    let residuals = |arm: &Arm| {
        let r = arm.sums.y / arm.sums.d;
        residual_squares(&arm.sums, r)
    };
    let (mut squares, mut freedom) = (0.0, 0.0);
    for arm in strata.iter().flat_map(|s| [&s.a, &s.b]).filter(|a| a.sums.units >= 2) {
        squares += residuals(arm);
        freedom += count_f64(arm.sums.units) - 1.0;
    }
    if freedom < 1.0 {
        return None;
    }
    let typical = squares / freedom;
    let mut variance = 0.0;
    for s in strata {
        for (arm, divisor) in [(&s.a, left), (&s.b, right)] {
            let m = count_f64(arm.sums.units);
            let of_level = if m >= 2.0 { residuals(arm) * m / (m - 1.0) } else { typical } / (arm.sums.d * arm.sums.d);
            variance += (s.weight() / divisor).powi(2) * of_level;
        }
    }
    positive(variance, freedom)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::cast_precision_loss)]
mod tests {
    use super::*;
    use crate::analysis::crude::crude;
    use crate::analysis::dist::Z95;
    use crate::query::Sums;
    use proptest::prelude::*;

    fn share(events: u64, n: u64) -> Arm {
        let (e, m) = (events as f64, n as f64);
        Arm { sums: Sums { n, units: n, known: n, y: e, d: m, yy: e, yd: e, dd: m, centre: 0.0 }, buckets: Vec::new() }
    }

    fn stratum(a: u64, an: u64, b: u64, bn: u64) -> Stratum {
        Stratum { a: share(a, an), b: share(b, bn) }
    }

    #[test]
    fn mantel_haenszel_matches_a_worked_example() {
        // Two ages, coffee and infarction-like counts: by hand RD = (Σω·d)/Σω, RR as below.
        let strata = [stratum(8, 106, 5, 120), stratum(22, 98, 16, 85)];
        let w = [106.0 * 120.0 / 226.0, 98.0 * 85.0 / 183.0];
        let rd = (w[0] * (8.0 / 106.0 - 5.0 / 120.0) + w[1] * (22.0 / 98.0 - 16.0 / 85.0)) / (w[0] + w[1]);
        let rr = (8.0 * 120.0 / 226.0 + 22.0 * 85.0 / 183.0) / (5.0 * 106.0 / 226.0 + 16.0 * 98.0 / 183.0);
        let c = within(&strata, true).unwrap();
        assert!((c.difference.value.unwrap() - rd).abs() < 1e-12);
        assert!((c.ratio.value.unwrap() - rr).abs() < 1e-12);
        // Greenland and Robins: Σ(n1 n0 m − a c n)/n² = 4.4176 …, computed apart.
        let p = (106.0 * 120.0 * 13.0 - 8.0 * 5.0 * 226.0) / 226f64.powi(2)
            + (98.0 * 85.0 * 38.0 - 22.0 * 16.0 * 183.0) / 183f64.powi(2);
        let rs = (8.0 * 120.0 / 226.0 + 22.0 * 85.0 / 183.0) * (5.0 * 106.0 / 226.0 + 16.0 * 98.0 / 183.0);
        let se = (p / rs).sqrt();
        let (l, h) = c.ratio.interval.unwrap();
        assert!((l - rr * (-Z95 * se).exp()).abs() < 1e-9 && (h - rr * (Z95 * se).exp()).abs() < 1e-9);
    }

    #[test]
    fn satos_error_agrees_with_the_plain_one_in_large_strata() {
        let strata = [stratum(300, 1000, 100, 500), stratum(90, 400, 150, 900)];
        let (l, h) = within(&strata, true).unwrap().difference.interval.unwrap();
        let omega: f64 = strata.iter().map(Stratum::weight).sum();
        let plain: f64 = strata
            .iter()
            .map(|s| {
                let v = |a: &Arm| (a.sums.y / a.sums.d) * (1.0 - a.sums.y / a.sums.d) / a.sums.d;
                s.weight().powi(2) * (v(&s.a) + v(&s.b))
            })
            .sum::<f64>()
            / (omega * omega);
        assert!(((h - l) / 2.0 / Z95 / plain.sqrt() - 1.0).abs() < 0.02);
    }

    #[test]
    fn admissions_at_berkeley_turn_round_within_departments() {
        // Women against men by department A … F (Bickel 1975; the counts of the well-known six-department table).
        let table = [
            (89, 108, 512, 825),
            (17, 25, 353, 560),
            (202, 593, 120, 325),
            (131, 375, 138, 417),
            (94, 393, 53, 191),
            (24, 341, 22, 373),
        ];
        let strata: Vec<Stratum> = table.iter().map(|(a, an, b, bn)| stratum(*a, *an, *b, *bn)).collect();
        let mut all = Stratum::default();
        for s in &strata {
            all.a.absorb(&s.a);
            all.b.absorb(&s.b);
        }
        let crude = crude(&all.a, &all.b, true).difference;
        let held = within(&strata, true).unwrap().difference;
        assert!((crude.value.unwrap() + 0.1416).abs() < 1e-3 && crude.interval.unwrap().1 < 0.0);
        assert!(held.value.unwrap() > 0.0, "{held:?}");
    }

    #[test]
    fn without_an_event_in_b_the_ratio_is_large_and_not_undefined() {
        let held = within(&[stratum(5, 100, 0, 200), stratum(9, 100, 0, 100)], true).unwrap().ratio;
        assert!(held.value.unwrap() > 10.0 && held.interval.unwrap().0 > 1.0, "{held:?}");
    }

    #[test]
    fn strata_without_both_groups_are_left_out() {
        assert!(within(&[stratum(1, 5, 0, 0)], true).is_none());
        let one = within(&[stratum(3, 50, 2, 60), stratum(9, 9, 0, 0)], true).unwrap();
        assert!((one.difference.value.unwrap() - (3.0 / 50.0 - 2.0 / 60.0)).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn one_stratum_is_the_crude_comparison(a in 1u64..90, b in 1u64..90) {
            let s = stratum(a, 100, b, 150);
            let w = within(std::slice::from_ref(&s), true).unwrap();
            let c = crude(&s.a, &s.b, true);
            prop_assert!((w.difference.value.unwrap() - c.difference.value.unwrap()).abs() < 1e-12);
            prop_assert!((w.ratio.value.unwrap() / c.ratio.value.unwrap() - 1.0).abs() < 1e-12);
        }

        #[test]
        fn swapping_the_groups_turns_the_difference_round(a in 0u64..90, b in 0u64..90, c in 0u64..40, d in 0u64..40) {
            let forth = within(&[stratum(a, 90, b, 150), stratum(c, 40, d, 44)], true).unwrap();
            let back = within(&[stratum(b, 150, a, 90), stratum(d, 44, c, 40)], true).unwrap();
            prop_assert!((forth.difference.value.unwrap() + back.difference.value.unwrap()).abs() < 1e-12);
            if let (Some((l, h)), Some((bl, bh))) = (forth.difference.interval, back.difference.interval) {
                prop_assert!((l + bh).abs() < 1e-9 && (h + bl).abs() < 1e-9);
            }
        }
    }
}

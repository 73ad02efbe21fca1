//! Critical values of the normal and Student distributions, and the score interval of a share.

use statrs::distribution::{ContinuousCDF, FisherSnedecor, Normal, StudentsT};

/// z for a two-sided 95 % interval.
pub const Z95: f64 = 1.959_963_984_540_054;

/// The quantile of the standard normal distribution; absent for a probability outside (0, 1).
#[must_use]
pub fn normal_quantile(probability: f64) -> Option<f64> {
    if !(probability > 0.0 && probability < 1.0) {
        return None;
    }
    Normal::new(0.0, 1.0).ok().map(|n| n.inverse_cdf(probability))
}

/// The critical value of a two-sided 95 % interval with `df` degrees of freedom (may be fractional, as in Welch's
/// approximation). Absent below half a degree: such an interval says nothing.
///
/// Above 200 degrees the expansion t ≈ z + (z³ + z)/(4 df) + (5z⁵ + 16z³ + 3z)/(96 df²) is used (Abramowitz and Stegun
/// 26.7.5), which is exact to 1e-6 there.
#[must_use]
pub fn t95(df: f64) -> Option<f64> {
    if !df.is_finite() {
        return if df == f64::INFINITY { Some(Z95) } else { None };
    }
    if df > 200.0 {
        let z3 = Z95.powi(3);
        let second = (5.0 * Z95.powi(5) + 16.0 * z3 + 3.0 * Z95) / (96.0 * df * df);
        return Some(Z95 + (z3 + Z95) / (4.0 * df) + second);
    }
    if df < 0.5 {
        return None;
    }
    let t = StudentsT::new(0.0, 1.0, df).ok()?.inverse_cdf(0.975);
    t.is_finite().then_some(t)
}

/// The critical value of a two-sided interval that misses with probability `alpha`.
#[must_use]
pub fn z_at(alpha: f64) -> Option<f64> {
    if alpha == ALPHA { Some(Z95) } else { normal_quantile(1.0 - alpha / 2.0) }
}

/// The same with `df` degrees of freedom; [`t95`] for `alpha` 0.05.
#[must_use]
pub fn t_at(df: f64, alpha: f64) -> Option<f64> {
    if alpha == ALPHA {
        return t95(df);
    }
    if df > 1e6 {
        return z_at(alpha);
    }
    if !(df >= 0.5 && alpha > 0.0 && alpha < 1.0) {
        return None;
    }
    let t = StudentsT::new(0.0, 1.0, df).ok()?.inverse_cdf(1.0 - alpha / 2.0);
    t.is_finite().then_some(t)
}

/// The probability that an F-distributed number with these degrees of freedom is above `f`.
#[must_use]
pub fn f_above(f: f64, df1: f64, df2: f64) -> Option<f64> {
    if f.is_nan() || f < 0.0 {
        return None;
    }
    if f >= 1e12 {
        return Some(0.0);
    }
    // Beyond so many degrees the denominator is its mean.
    let p = FisherSnedecor::new(df1, df2.min(1e7)).ok()?.sf(f);
    p.is_finite().then(|| p.clamp(0.0, 1.0))
}

/// The two-sided probability of a standard normal number at least as far off 0 as `z`.
#[must_use]
pub fn z_beyond(z: f64) -> f64 {
    Normal::new(0.0, 1.0).map_or(1.0, |n| 2.0 * n.sf(z.abs())).clamp(0.0, 1.0)
}

/// The same of Student's t with `df` degrees of freedom.
#[must_use]
pub fn t_beyond(t: f64, df: f64) -> f64 {
    if df > 1e6 || !df.is_finite() {
        return z_beyond(t);
    }
    StudentsT::new(0.0, 1.0, df.max(0.5)).map_or(1.0, |d| 2.0 * d.sf(t.abs())).clamp(0.0, 1.0)
}

/// How often an interval may miss when nothing was chosen: 95 % intervals.
pub const ALPHA: f64 = 0.05;

/// Wilson's score interval of a share `p` seen in `n` independent trials, with critical value `z` (Wilson 1927,
/// J. Am. Stat. Assoc. 22). Never of zero width, never outside 0 to 1. `n` may be fractional: an effective size.
#[must_use]
pub fn wilson(p: f64, n: f64, z: f64) -> Option<(f64, f64)> {
    if !(n > 0.0 && n.is_finite() && (0.0..=1.0).contains(&p) && z.is_finite()) {
        return None;
    }
    let z2 = z * z;
    let scale = 1.0 + z2 / n;
    let centre = (p + z2 / (2.0 * n)) / scale;
    let half = z / scale * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // At the ends the exact bound is 0 or 1; rounding must not leave it a hair inside.
    let low = if p == 0.0 { 0.0 } else { (centre - half).clamp(0.0, p) };
    let high = if p == 1.0 { 1.0 } else { (centre + half).clamp(p, 1.0) };
    Some((low, high))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn critical_values_match_the_printed_tables() {
        for (df, t) in
            [(1.0, 12.7062), (2.0, 4.3027), (10.0, 2.2281), (30.0, 2.0423), (200.0, 1.97190), (1000.0, 1.96234)]
        {
            assert!((t95(df).unwrap() - t).abs() < 1e-4, "df {df}: {}", t95(df).unwrap());
        }
        assert!((t95(200.0).unwrap() - t95(200.001).unwrap()).abs() < 2e-5, "no step where the expansion begins");
        assert_eq!(t95(f64::INFINITY), Some(Z95));
        assert_eq!(t95(0.0), None);
        assert_eq!(t95(f64::NAN), None);
        assert!((normal_quantile(0.975).unwrap() - Z95).abs() < 1e-9);
        assert_eq!(normal_quantile(1.0), None);
    }

    #[test]
    fn more_looks_ask_for_more() {
        // Bonferroni for 5 looks: z 2.5758, t(10) 3.1693; for 10 looks t(20) 3.1534.
        assert!((z_at(0.01).unwrap() - 2.575_83).abs() < 1e-4);
        assert!((t_at(10.0, 0.01).unwrap() - 3.1693).abs() < 1e-3);
        assert!((t_at(20.0, 0.005).unwrap() - 3.1534).abs() < 1e-3);
        assert!((t_at(2e6, 0.01).unwrap() - t_at(9e5, 0.01).unwrap()).abs() < 1e-4);
        assert_eq!((z_at(ALPHA), t_at(30.0, ALPHA)), (Some(Z95), t95(30.0)));
        assert_eq!((t_at(0.1, 0.01), t_at(f64::NAN, 0.01), t_at(5.0, 0.0)), (None, None, None));
    }

    #[test]
    fn wilson_matches_published_examples() {
        // Newcombe 1998, Statistics in Medicine 17, table I, method 3.
        for (r, n, low, high) in [
            (81.0, 263.0, 0.2553, 0.3662),
            (15.0, 148.0, 0.0624, 0.1605),
            (0.0, 20.0, 0.0, 0.1611),
            (1.0, 29.0, 0.0061, 0.1718),
        ] {
            let (l, h) = wilson(r / n, n, Z95).unwrap();
            assert!((l - low).abs() < 1e-4 && (h - high).abs() < 1e-4, "{r}/{n}: {l} {h}");
        }
        assert_eq!(wilson(0.5, 0.0, Z95), None);
        assert_eq!(wilson(f64::NAN, 10.0, Z95), None);
        let (l, h) = wilson(1.0, 5.0, Z95).unwrap();
        assert!(l > 0.5 && h == 1.0);
    }
}

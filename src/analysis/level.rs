//! The level of a KPI with its 95 % interval, from grouped sums.

use crate::query::{Estimate, Kpi, Measure, Sums};

use super::dist::{Z95, t95, wilson};

/// An estimate of which nothing is known.
pub const UNKNOWN: Estimate = Estimate { value: None, interval: None };

/// The level of `kpi` in the rows behind `sums`, in the KPI's own unit (a rate as a share from 0 to 1).
///
/// `clustered` says that the squares in `sums` are of totals per independent unit. Then, and for means and ratios,
/// the variance is the linearised one of a ratio of totals, `m/(m−1)·Σ(y − R d)²/D²` over m rows or units
/// (Woodruff 1971, J. Am. Stat. Assoc. 66), with Student's t on m − 1 degrees.
///
/// | KPI | interval |
/// |---|---|
/// | rate over independent rows | Wilson's score interval |
/// | rate over units | Wilson's with the effective size R(1−R)/variance, at most the rows (Korn and Graubard 1998, Survey Methodology 24) |
/// | mean, ratio | R ± t·se |
/// | sum | Y ± t·√(m·s²), the number of rows or units held fixed |
/// | count | none: it is a fact about the table |
///
/// Without rows there is no value (a count is 0); with one row or unit, or where all are the same to the last digit,
/// there is a value and no interval: no spread seen is not certainty. What is not finite is unknown.
#[must_use]
pub fn level(kpi: &Kpi, sums: &Sums, clustered: bool) -> Estimate {
    match kpi.measure {
        Measure::Count => Estimate { value: Some(count_f64(sums.n)), interval: None },
        Measure::Sum(_) => total(sums),
        Measure::Rate(_) => rate(sums, clustered),
        Measure::Mean(_) | Measure::Ratio(..) => ratio(sums),
    }
}

/// N/D, where it is defined.
#[must_use]
pub fn point(sums: &Sums) -> Option<f64> {
    if sums.known == 0 || sums.d == 0.0 {
        return None;
    }
    finite(sums.y / sums.d)
}

/// The linearised variance of N/D; absent below two rows or units.
#[must_use]
pub fn ratio_variance(sums: &Sums) -> Option<f64> {
    let r = point(sums)?;
    if sums.units < 2 {
        return None;
    }
    let m = count_f64(sums.units);
    finite(residual_squares(sums, r) / (sums.d * sums.d) * m / (m - 1.0))
}

/// Σ(y − r·d)². Rounding leaves dust where all residuals are zero; dust is no spread.
#[must_use]
pub fn residual_squares(sums: &Sums, r: f64) -> f64 {
    let off = r - sums.centre;
    let squares = sums.yy - 2.0 * off * sums.yd + off * off * sums.dd;
    let dust = 1e-13 * (sums.yy.abs() + off * off * sums.dd.abs()) + rounding(sums, r);
    if squares <= dust { 0.0 } else { squares }
}

/// What the last digits of the values themselves may add up to in squares, at a level r.
#[must_use]
pub fn rounding(sums: &Sums, r: f64) -> f64 {
    (1e-15 * r).powi(2) * sums.dd.abs()
}

fn rate(sums: &Sums, clustered: bool) -> Estimate {
    let Some(r) = point(sums) else { return UNKNOWN };
    let interval = if sums.units < 2 {
        None
    } else if !clustered {
        wilson(r.clamp(0.0, 1.0), count_f64(sums.known), Z95)
    } else {
        let rows = count_f64(sums.known);
        let units = count_f64(sums.units);
        let spread = r * (1.0 - r);
        let effective = match ratio_variance(sums) {
            Some(v) if v > 0.0 && spread > 0.0 => (spread / v).min(rows),
            // All units alike: each counts as one observation, the careful reading.
            _ => units,
        };
        t95(units - 1.0).and_then(|t| wilson(r.clamp(0.0, 1.0), effective, t))
    };
    Estimate { value: Some(r), interval }
}

fn ratio(sums: &Sums) -> Estimate {
    let Some(r) = point(sums) else { return UNKNOWN };
    let interval = ratio_variance(sums)
        .filter(|v| *v > 0.0)
        .and_then(|v| t95(count_f64(sums.units) - 1.0).map(|t| t * v.sqrt()))
        .and_then(|half| finite_pair(r - half, r + half));
    Estimate { value: Some(r), interval }
}

fn total(sums: &Sums) -> Estimate {
    let Some(y) = finite(sums.y) else { return UNKNOWN };
    if sums.known == 0 {
        // The sum over no rows is zero only where there are no rows; over unknown values it is unknown.
        return if sums.n == 0 { Estimate { value: Some(0.0), interval: None } } else { UNKNOWN };
    }
    let m = count_f64(sums.units);
    let interval = (sums.units >= 2)
        .then(|| deviations(sums) / (m - 1.0) * m)
        .filter(|v| *v > 0.0)
        .map(f64::sqrt)
        .and_then(|se| t95(m - 1.0).map(|t| t * se))
        .and_then(|half| finite_pair(y - half, y + half));
    Estimate { value: Some(y), interval }
}

/// Σ(y − ȳ)² over the rows or units.
fn deviations(sums: &Sums) -> f64 {
    let m = count_f64(sums.units);
    let alike = (sums.dd * m - sums.d * sums.d).abs() <= 1e-12 * sums.dd * m;
    // Where all units have the same d, counting y from a centre moves all of them alike; else it is undone.
    let s = if alike { *sums } else { recentred(sums, 0.0) };
    let y = s.y - s.centre * s.d;
    let squares = s.yy - y * y / m;
    if squares <= 1e-13 * s.yy + rounding(&s, s.centre) { 0.0 } else { squares }
}

/// The same rows with y counted from another centre.
fn recentred(s: &Sums, centre: f64) -> Sums {
    let by = s.centre - centre;
    if by == 0.0 {
        return *s;
    }
    Sums { yy: s.yy + 2.0 * by * s.yd + by * by * s.dd, yd: s.yd + by * s.dd, centre, ..*s }
}

/// A number that is neither infinite nor NaN.
#[must_use]
pub fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// Two such numbers.
#[must_use]
pub fn finite_pair(low: f64, high: f64) -> Option<(f64, f64)> {
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

/// A count as a number; exact up to 2⁵³ rows.
#[must_use]
#[allow(clippy::cast_precision_loss)]
pub fn count_f64(n: u64) -> f64 {
    n as f64
}

/// The sums of two sets of rows together. Squares add up only for row-wise sums, not for units that stand in both.
#[must_use]
pub fn add(a: &Sums, b: &Sums) -> Sums {
    // No rows have no centre of their own.
    let centre = if a.units == 0 { b.centre } else { a.centre };
    let (a, b) = (recentred(a, centre), recentred(b, centre));
    Sums {
        centre,
        n: a.n + b.n,
        units: a.units + b.units,
        known: a.known + b.known,
        y: a.y + b.y,
        d: a.d + b.d,
        yy: a.yy + b.yy,
        yd: a.yd + b.yd,
        dd: a.dd + b.dd,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn sums(rows: &[(f64, f64)]) -> Sums {
        let mut s =
            Sums { n: rows.len() as u64, units: rows.len() as u64, known: rows.len() as u64, ..Sums::default() };
        for (y, d) in rows {
            s.y += y;
            s.d += d;
            s.yy += y * y;
            s.yd += y * d;
            s.dd += d * d;
        }
        s
    }

    fn kpi(text: &str) -> Kpi {
        text.parse().unwrap()
    }

    fn share(events: u64, n: u64) -> Sums {
        #[allow(clippy::cast_precision_loss)]
        let (e, m) = (events as f64, n as f64);
        Sums { n, units: n, known: n, y: e, d: m, yy: e, yd: e, dd: m, centre: 0.0 }
    }

    #[test]
    fn the_level_of_the_telco_table() {
        let e = level(&kpi("rate(x)"), &share(1869, 7043), false);
        let (l, h) = e.interval.unwrap();
        assert!((e.value.unwrap() - 0.265_37).abs() < 1e-5);
        assert!((l - 0.255_19).abs() < 5e-5 && (h - 0.275_81).abs() < 5e-5, "{l} {h}");
    }

    #[test]
    fn a_mean_has_students_interval() {
        // 1..5: mean 3, sd 1.5811, se 0.70711, t(4) 2.77645.
        let e = level(&kpi("mean(x)"), &sums(&[(1.0, 1.0), (2.0, 1.0), (3.0, 1.0), (4.0, 1.0), (5.0, 1.0)]), false);
        let (l, h) = e.interval.unwrap();
        assert_eq!(e.value, Some(3.0));
        assert!((l - (3.0 - 1.963_24)).abs() < 1e-4 && (h - (3.0 + 1.963_24)).abs() < 1e-4, "{l} {h}");
    }

    #[test]
    fn a_ratio_has_the_linearised_interval() {
        // Residuals y − R d with R = 0.5: 0.5, −0.5, 0.5, −0.5; D = 12, m = 4: se = √(4/3·1/144) = 0.096225.
        let e = level(&kpi("ratio(sum(a), sum(b))"), &sums(&[(2.0, 3.0), (1.0, 3.0), (2.0, 3.0), (1.0, 3.0)]), false);
        let (l, h) = e.interval.unwrap();
        assert!((e.value.unwrap() - 0.5).abs() < 1e-12);
        assert!(((h - l) / 2.0 - 3.182_446 * 0.096_225).abs() < 1e-4);
    }

    #[test]
    fn a_sum_has_an_interval_and_a_count_none() {
        let s = sums(&[(1.0, 1.0), (2.0, 1.0), (3.0, 1.0)]);
        let e = level(&kpi("sum(x)"), &s, false);
        // s = 1, m = 3: 6 ± 4.30265·√3.
        assert!((e.interval.unwrap().1 - (6.0 + 4.302_65 * 3f64.sqrt())).abs() < 1e-4);
        assert_eq!(level(&kpi("count()"), &s, false), Estimate { value: Some(3.0), interval: None });
    }

    /// As an engine gives them: y counted from a centre.
    fn sums_from(rows: &[(f64, f64)], centre: f64) -> Sums {
        let squares: Vec<(f64, f64)> = rows.iter().map(|(y, d)| (y - centre * d, *d)).collect();
        let plain = sums(rows);
        let moved = sums(&squares);
        // The sum is counted from the centre too, so that it is exact to the last digits.
        Sums { y: moved.y + centre * plain.d, yy: moved.yy, yd: moved.yd, centre, ..plain }
    }

    #[test]
    fn values_that_are_all_the_same_have_no_interval() {
        for y in [0.1, 7.0, 1.7e9 + 0.3, -1e-7] {
            let rows = vec![(y, 1.0); 1000];
            for centre in [0.0, y, y * (1.0 - 1e-16)] {
                for text in ["mean(x)", "sum(x)", "ratio(sum(a), sum(b))"] {
                    let e = level(&kpi(text), &sums_from(&rows, centre), false);
                    assert!(e.value.is_some() && e.interval.is_none(), "{text} of {y} from {centre}: {e:?}");
                }
            }
        }
    }

    #[test]
    fn large_numbers_with_a_small_spread_keep_their_interval() {
        // Seconds since 1970, some minutes apart: 1..5 and an offset.
        let rows: Vec<(f64, f64)> = (1..=5).map(|i| (1.7e9 + f64::from(i), 1.0)).collect();
        let e = level(&kpi("mean(x)"), &sums_from(&rows, 1.7e9), false);
        let (l, h) = e.interval.unwrap();
        assert!(((h - l) / 2.0 - 1.963_24).abs() < 1e-4, "{l} {h}");
        let e = level(&kpi("sum(x)"), &sums_from(&rows, 1.7e9), false);
        let (l, h) = e.interval.unwrap();
        assert!(((h - l) / 2.0 - 5.0 * 1.963_24).abs() < 1e-3, "{l} {h}");
    }

    #[test]
    fn a_centre_changes_nothing_but_the_rounding() {
        let rows = [(2.0, 3.0), (1.0, 3.5), (2.5, 3.0), (1.0, 2.0)];
        let plain = sums(&rows);
        for centre in [0.5, -3.0] {
            let moved = sums_from(&rows, centre);
            for text in ["mean(x)", "sum(x)", "ratio(sum(a), sum(b))"] {
                let (a, b) = (level(&kpi(text), &plain, true), level(&kpi(text), &moved, true));
                let ((al, ah), (bl, bh)) = (a.interval.unwrap(), b.interval.unwrap());
                assert!((al - bl).abs() < 1e-12 && (ah - bh).abs() < 1e-12, "{text}: {a:?} {b:?}");
            }
            let both = add(&moved, &plain);
            let twice = add(&plain, &plain);
            assert!((residual_squares(&both, 0.4) - residual_squares(&twice, 0.4)).abs() < 1e-9);
        }
    }

    #[test]
    fn edges_are_unknown_rather_than_wrong() {
        for text in ["rate(x)", "mean(x)", "ratio(sum(a), sum(b))"] {
            assert_eq!(level(&kpi(text), &Sums::default(), false), UNKNOWN, "{text}");
            let one = level(&kpi(text), &sums(&[(1.0, 1.0)]), false);
            assert_eq!((one.value, one.interval), (Some(1.0), None), "{text}");
        }
        assert_eq!(level(&kpi("sum(x)"), &Sums::default(), false).value, Some(0.0));
        assert_eq!(level(&kpi("sum(x)"), &Sums { n: 4, ..Sums::default() }, false), UNKNOWN);
        assert_eq!(level(&kpi("ratio(sum(a), sum(b))"), &sums(&[(1.0, 0.0), (2.0, 0.0)]), false), UNKNOWN);
        assert_eq!(level(&kpi("mean(x)"), &sums(&[(f64::MAX, 1.0), (f64::MAX, 1.0)]), false), UNKNOWN);
        let none = level(&kpi("rate(x)"), &share(0, 50), false).interval.unwrap();
        assert!(none.0 == 0.0 && none.1 > 0.05);
        let all = level(&kpi("rate(x)"), &share(50, 50), false).interval.unwrap();
        assert!(all.1 == 1.0 && all.0 < 0.95);
    }

    #[test]
    fn units_widen_a_rate_and_never_collapse_it() {
        // 10 units of 10 rows, each unit all events or none: the effective size is about 10, not 100.
        let clustered =
            Sums { n: 100, units: 10, known: 100, y: 50.0, d: 100.0, yy: 500.0, yd: 500.0, dd: 1000.0, centre: 0.0 };
        let wide = level(&kpi("rate(x)"), &clustered, true).interval.unwrap();
        let narrow = level(&kpi("rate(x)"), &share(50, 100), false).interval.unwrap();
        assert!(wide.1 - wide.0 > 2.5 * (narrow.1 - narrow.0), "{wide:?} {narrow:?}");
        let none = Sums { n: 100, units: 10, known: 100, y: 0.0, d: 100.0, yy: 0.0, yd: 0.0, dd: 1000.0, centre: 0.0 };
        let (l, h) = level(&kpi("rate(x)"), &none, true).interval.unwrap();
        assert!(l == 0.0 && h > 0.2, "{l} {h}");
    }

    proptest! {
        #[test]
        fn never_anything_but_finite_numbers(rows in proptest::collection::vec((-1e6..1e6f64, -10.0..10.0f64), 0..20)) {
            let s = sums(&rows);
            for text in ["rate(x)", "mean(x)", "sum(x)", "count()", "ratio(sum(a), sum(b))"] {
                for clustered in [false, true] {
                    let e = level(&kpi(text), &s, clustered);
                    prop_assert!(e.value.is_none_or(f64::is_finite));
                    if let Some((l, h)) = e.interval {
                        prop_assert!(l.is_finite() && h.is_finite() && l <= h);
                    }
                }
            }
        }

        #[test]
        fn a_rate_stands_inside_its_interval(n in 2u64..5000, part in 0.0..=1.0f64) {
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let events = (part * n as f64) as u64;
            let e = level(&kpi("rate(x)"), &share(events, n), false);
            let (l, h) = e.interval.unwrap();
            let v = e.value.unwrap();
            prop_assert!(0.0 <= l && l <= v && v <= h && h <= 1.0 && h > l);
        }
    }
}

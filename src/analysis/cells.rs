//! Grouped sums with what is needed for the error of anything computed from them.

use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Cell, Estimate, GroupQuery, Key, KeyBin, Kpi, Measure, Sums};

use super::dist::{ALPHA, t_at};
use super::level::{add, count_f64, finite, finite_pair, rounding};

/// Hashed buckets of the independent unit: enough for a stable error, few enough for any number of groups.
pub const BUCKETS: u16 = 50;

/// The sums of one group of rows; with a unit also Σy and Σd in each hashed bucket of units.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arm {
    /// Row-wise sums.
    pub sums: Sums,
    /// (Σy, Σd) by bucket, the last one for rows without a unit; empty without a unit.
    pub buckets: Vec<(f64, f64)>,
}

impl Arm {
    /// No rows yet, with a place for each bucket of units.
    #[must_use]
    pub fn with_buckets() -> Self {
        Self { sums: Sums::default(), buckets: vec![(0.0, 0.0); usize::from(BUCKETS) + 1] }
    }

    /// Adds Σy and Σd to a bucket; without buckets nothing is kept by unit.
    pub fn add_to(&mut self, bucket: usize, y: f64, d: f64) {
        if let Some(b) = self.buckets.get_mut(bucket) {
            *b = (b.0 + y, b.1 + d);
        }
    }

    /// Adds another group's rows to this one.
    pub fn absorb(&mut self, other: &Arm) {
        self.sums = add(&self.sums, &other.sums);
        if self.buckets.is_empty() {
            self.buckets.clone_from(&other.buckets);
        } else {
            for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
                mine.0 += theirs.0;
                mine.1 += theirs.1;
            }
        }
    }
}

/// The key that puts rows into the buckets of a unit.
#[must_use]
pub fn bucket_key(unit: &str) -> Key {
    Key::column(unit).binned(KeyBin::Bucket(BUCKETS))
}

/// The bucket that such a key came back with; the last one for rows without a unit.
#[must_use]
pub fn bucket_of(cell: Option<&Cell>) -> usize {
    let last = usize::from(BUCKETS);
    match cell {
        Some(Cell::Int(b)) => usize::try_from(*b).unwrap_or(last).min(last),
        _ => last,
    }
}

/// A group and its key values.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Key values, the bucket left out.
    pub keys: Vec<Cell>,
    /// Its sums.
    pub arm: Arm,
}

/// Refuses KPIs that have no level to compare: a sum or count of two groups differs by their sizes alone.
///
/// # Errors
/// For `sum` and `count`, with what to write instead.
pub fn need_level(kpi: &Kpi, what: &str) -> Result<(), EngineError> {
    match &kpi.measure {
        Measure::Sum(e) => Err(EngineError::request(
            format!("{what} needs a level per row, and {kpi} is a total."),
            format!("Use mean({e}), or a ratio of two sums."),
        )),
        Measure::Count => Err(EngineError::request(
            format!("{what} needs a level per row, and count() is a total."),
            "Use a rate, a mean or a ratio.",
        )),
        _ => Ok(()),
    }
}

/// Fetches the sums by `keys`, with buckets where a `unit` is given. Groups come in the engine's order.
///
/// # Errors
/// As [`Engine::aggregate`].
pub fn fetch(
    engine: &dyn Engine,
    kpi: &Kpi,
    keys: &[Key],
    filter: Option<&str>,
    unit: Option<&str>,
    ticket: &Ticket,
) -> Result<Vec<Group>, EngineError> {
    let mut asked = keys.to_vec();
    if let Some(unit) = unit {
        asked.push(bucket_key(unit));
    }
    let query = GroupQuery { keys: asked, kpi: Some(kpi.clone()), filter: filter.map(str::to_owned), unit: None };
    let rows = engine.aggregate(&query, ticket)?;
    ticket.check()?;
    let mut groups: Vec<Group> = Vec::new();
    for row in rows {
        let mut keys_of_row = row.keys;
        if unit.is_none() {
            groups.push(Group { keys: keys_of_row, arm: Arm { sums: row.sums, buckets: Vec::new() } });
            continue;
        }
        let mut arm = Arm { sums: row.sums, ..Arm::with_buckets() };
        arm.add_to(bucket_of(keys_of_row.pop().as_ref()), row.sums.y, row.sums.d);
        // Rows are sorted by keys, so a group's buckets stand side by side.
        match groups.last_mut() {
            Some(last) if last.keys == keys_of_row => last.arm.absorb(&arm),
            _ => groups.push(Group { keys: keys_of_row, arm }),
        }
    }
    Ok(groups)
}

/// A variance and its degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The variance of the estimate.
    pub variance: f64,
    /// Degrees of freedom for Student's t.
    pub df: f64,
}

/// The variance of an estimate whose gradient to each arm's totals (Σy, Σd) is given: unit i of arm g moves it by
/// `∂y_g·y_i + ∂d_g·d_i`, and the variance is `m/(m−1)·Σ` of the squares of these influences (Woodruff 1971; with
/// units in B buckets the influences are added up per bucket first, `B/(B−1)`, as in a grouped jackknife).
/// Absent below two rows or buckets, and where all influences are zero: no spread seen is not certainty.
#[must_use]
pub fn spread(arms: &[&Arm], gradient: &[(f64, f64)]) -> Option<Spread> {
    let clustered = arms.iter().any(|a| !a.buckets.is_empty());
    let (mut squares, mut size) = (0.0, 0.0);
    let m = if clustered {
        let width = arms.iter().map(|a| a.buckets.len()).max().unwrap_or(0);
        let mut used = 0.0;
        for b in 0..width {
            let (mut influence, mut any) = (0.0, false);
            for (arm, (gy, gd)) in arms.iter().zip(gradient) {
                if let Some((y, d)) = arm.buckets.get(b) {
                    influence += gy * y + gd * d;
                    // Totals are exact to about 16 figures, and so are their influences.
                    size += 1e-15 * ((gy * y).powi(2) + (gd * d).powi(2));
                    any |= *d != 0.0 || *y != 0.0;
                }
            }
            squares += influence * influence;
            used += f64::from(u8::from(any));
        }
        used
    } else {
        for (arm, (gy, gd)) in arms.iter().zip(gradient) {
            let s = &arm.sums;
            // gy·y + gd·d is gy·(y − c·d) + (gd + gy·c)·d.
            let gc = gd + gy * s.centre;
            squares += gy * gy * s.yy + 2.0 * gy * gc * s.yd + gc * gc * s.dd;
            size += gy * gy * s.yy + gc * gc * s.dd + 1e13 * gy * gy * rounding(s, s.centre);
        }
        arms.iter().map(|a| count_f64(a.sums.units)).sum()
    };
    if m < 2.0 || squares <= 1e-13 * size {
        return None;
    }
    finite(squares * m / (m - 1.0)).map(|variance| Spread { variance, df: m - 1.0 })
}

/// On what scale an interval is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// value ± t·se.
    Linear,
    /// value·exp(±t·se/value), for ratios.
    Log,
    /// value ± t·se, cut to 0 … 1.
    Share,
}

/// A value with the 95 % interval that a variance gives it.
#[must_use]
pub fn estimate(value: f64, spread: Option<Spread>, scale: Scale) -> Estimate {
    estimate_at(value, spread, scale, ALPHA)
}

/// A value with an interval that misses with probability `alpha`.
#[must_use]
pub fn estimate_at(value: f64, spread: Option<Spread>, scale: Scale, alpha: f64) -> Estimate {
    let Some(value) = finite(value) else { return super::level::UNKNOWN };
    let interval = spread.and_then(|s| {
        let half = t_at(s.df, alpha)? * s.variance.max(0.0).sqrt();
        match scale {
            Scale::Linear => finite_pair(value - half, value + half),
            Scale::Share => finite_pair((value - half).max(0.0), (value + half).min(1.0)).filter(|(l, h)| l <= h),
            Scale::Log if value > 0.0 => {
                let factor = (half / value).exp();
                finite_pair(value / factor, value * factor)
            }
            Scale::Log => None,
        }
    });
    Estimate { value: Some(value), interval }
}

/// The estimate of any smooth function of the arms' totals (Σy, Σd), its gradient taken numerically (the delta
/// method). The function must not change when all totals are scaled alike, as all ratios do.
#[must_use]
pub fn delta(arms: &[&Arm], scale: Scale, f: impl Fn(&[(f64, f64)]) -> Option<f64>) -> Estimate {
    delta_at(arms, scale, ALPHA, f)
}

/// The same with an interval that misses with probability `alpha`.
#[must_use]
pub fn delta_at(arms: &[&Arm], scale: Scale, alpha: f64, f: impl Fn(&[(f64, f64)]) -> Option<f64>) -> Estimate {
    let mut totals: Vec<(f64, f64)> = arms.iter().map(|a| (a.sums.y, a.sums.d)).collect();
    let Some(value) = f(&totals).and_then(finite) else { return super::level::UNKNOWN };
    let size_y = totals.iter().fold(0.0f64, |m, t| m.max(t.0.abs()));
    let size_d = totals.iter().fold(0.0f64, |m, t| m.max(t.1.abs()));
    let mut gradient = Vec::with_capacity(arms.len());
    for i in 0..totals.len() {
        let Some(here) = totals.get(i).copied() else { break };
        // A step small against the arm itself, or against the others where the arm holds nothing.
        let step = |x: f64, size: f64| 1e-5 * if x == 0.0 { 1e-2 * size.max(1e-300) } else { x.abs() };
        let (hy, hd) = (step(here.0, size_y), step(here.1, size_d));
        let mut at = |y: f64, d: f64| {
            if let Some(t) = totals.get_mut(i) {
                *t = (y, d);
            }
            let v = f(&totals).and_then(finite);
            if let Some(t) = totals.get_mut(i) {
                *t = here;
            }
            v
        };
        let gy = slope(at(here.0 + hy, here.1), at(here.0 - hy, here.1), hy);
        let gd = slope(at(here.0, here.1 + hd), at(here.0, here.1 - hd), hd);
        let (Some(gy), Some(gd)) = (gy, gd) else { return estimate_at(value, None, scale, alpha) };
        gradient.push((gy, gd));
    }
    estimate_at(value, spread(arms, &gradient), scale, alpha)
}

fn slope(above: Option<f64>, below: Option<f64>, step: f64) -> Option<f64> {
    finite((above? - below?) / (2.0 * step))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::cast_precision_loss)]
mod tests {
    use super::*;
    use crate::analysis::dist::t95;

    fn share(events: u64, n: u64) -> Arm {
        let (e, m) = (events as f64, n as f64);
        Arm { sums: Sums { n, units: n, known: n, y: e, d: m, yy: e, yd: e, dd: m, centre: 0.0 }, buckets: Vec::new() }
    }

    #[test]
    fn the_delta_method_gives_katz_interval_of_a_ratio() {
        // ln(RR) has the variance 1/30 − 1/100 + 1/20 − 1/100 (Katz 1978); 300/299 apart for the small-sample factor.
        let (a, b) = (share(30, 100), share(20, 200));
        let e = delta(&[&a, &b], Scale::Log, |t| match t {
            [a, b] => Some((a.0 / a.1) / (b.0 / b.1)),
            _ => None,
        });
        let se = (1.0 / 30.0 - 1.0 / 100.0 + 1.0 / 20.0 - 1.0 / 200.0f64).sqrt() * (300.0f64 / 299.0).sqrt();
        let (l, h) = e.interval.unwrap();
        assert!((e.value.unwrap() - 3.0).abs() < 1e-12);
        let t = t95(299.0).unwrap();
        assert!((l - 3.0 * (-t * se).exp()).abs() < 1e-5 && (h - 3.0 * (t * se).exp()).abs() < 1e-4, "{l} {h}");
    }

    #[test]
    fn buckets_add_up_before_they_are_squared() {
        // The same units in both arms move together, so that their difference does not spread at all … or nearly.
        let mut a = share(50, 100);
        let mut b = share(40, 100);
        a.buckets = (0..10).map(|i| (if i % 2 == 0 { 6.0 } else { 4.0 }, 10.0)).collect();
        b.buckets = (0..10).map(|i| (if i % 2 == 0 { 5.0 } else { 3.0 }, 10.0)).collect();
        let g = [(1.0 / 100.0, -0.5 / 100.0), (-1.0 / 100.0, 0.4 / 100.0)];
        assert!(spread(&[&a, &b], &g).is_none(), "no spread seen");
        let alone = spread(&[&a], &g[..1]).unwrap();
        // Residuals ±1 in 10 buckets over D = 100: 10/9 · 10 · 1e-4.
        assert!((alone.variance - 10.0 / 9.0 * 10.0 * 1e-4).abs() < 1e-12 && alone.df == 9.0);
    }

    #[test]
    fn a_centre_changes_nothing_but_the_rounding() {
        let plain = Arm {
            sums: Sums { n: 3, units: 3, known: 3, y: 6.0, d: 3.0, yy: 14.0, yd: 6.0, dd: 3.0, centre: 0.0 },
            buckets: Vec::new(),
        };
        let mut moved = plain.clone();
        (moved.sums.yy, moved.sums.yd, moved.sums.centre) = (2.0, 0.0, 2.0);
        let g = [(1.0 / 3.0, -2.0 / 3.0)];
        assert_eq!(spread(&[&plain], &g).unwrap().df, 2.0);
        let (a, b) = (spread(&[&plain], &g).unwrap().variance, spread(&[&moved], &g).unwrap().variance);
        assert!((a - b).abs() < 1e-15 && (a - 1.0 / 3.0).abs() < 1e-15, "{a} {b}");
    }

    #[test]
    fn nothing_certain_comes_from_nothing() {
        assert!(spread(&[&share(0, 10), &share(0, 10)], &[(0.1, 0.0), (-0.1, 0.0)]).is_none());
        assert!(spread(&[], &[]).is_none());
        assert_eq!(estimate(f64::NAN, None, Scale::Linear), super::super::level::UNKNOWN);
        assert_eq!(delta(&[&share(0, 0)], Scale::Linear, |t| t.first().map(|t| t.0 / t.1)).value, None);
    }

    #[test]
    fn totals_are_refused_where_a_level_is_needed() {
        let kpi: Kpi = "sum(revenue)".parse().unwrap();
        assert!(need_level(&kpi, "Reach").unwrap_err().to_string().contains("mean(revenue)"));
        assert!(need_level(&"rate(x)".parse().unwrap(), "Reach").is_ok());
    }
}

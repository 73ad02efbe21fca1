//! `trend`: how much a measure goes up or down per calendar step.

use crate::analysis::cells::{Scale, Spread, estimate, need_level};
use crate::analysis::format;
use crate::analysis::level::{UNKNOWN, count_f64, point};
use crate::engine::EngineError;
use crate::query::Estimate;

use super::ask::{Ask, Found, events, points, scaled};
use super::series::{by_step, days_between, every, measured, time_column};

/// A straight line through the levels of all steps, each weighted by its denominator; the spread of the steps around it
/// gives the interval, on two degrees of freedom less than there are steps.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let (kpi, name) = measured(ask, "measure")?;
    need_level(&kpi, "This check")?;
    let time = time_column(ask)?;
    let every = every(ask)?;
    let steps = by_step(ask, &kpi, &time, every)?;
    let begin = steps.first().map(|s| s.0);
    let length = match every {
        crate::query::Every::Week => 7.0,
        crate::query::Every::Month => 365.25 / 12.0,
        crate::query::Every::Quarter => 365.25 / 4.0,
        crate::query::Every::Year => 365.25,
        _ => 1.0,
    };
    let place = |d| begin.map_or(0.0, |b| count_f64(days_between(b, d).unsigned_abs()) / length);
    let series: Vec<(f64, f64, f64)> =
        steps.iter().filter_map(|(d, arm)| Some((place(*d), point(&arm.sums)?, arm.sums.d))).collect();
    let slope = slope(&series);
    let span = series.last().map_or(0.0, |s| s.0);
    let mut found = Found::new("slope_points", String::new());
    found.put("slope_points", scaled(slope, points(&kpi)));
    found.put("total_points", scaled(slope, points(&kpi) * span));
    found.n = vec![steps.iter().map(|s| s.1.sums.known).sum()];
    found.events = events(&kpi, &[steps.iter().map(|s| s.1.sums.y).sum()]);
    found.says = match slope.value {
        None => format!("{name} is known in {} {}s; three are needed for a trend.", series.len(), every.word()),
        Some(_) => format!(
            "{name} moves by {} per {} over {} {}s.",
            format::change_with_interval(&kpi, &slope),
            every.word(),
            format::count(series.len() as u64),
            every.word(),
        ),
    };
    Ok(found)
}

/// Weighted least squares of (place, level, weight).
fn slope(series: &[(f64, f64, f64)]) -> Estimate {
    let m = series.len();
    let w: f64 = series.iter().map(|s| s.2).sum();
    if m < 3 || w <= 0.0 {
        return UNKNOWN;
    }
    let mean = |f: fn(&(f64, f64, f64)) -> f64| series.iter().map(|s| s.2 * f(s)).sum::<f64>() / w;
    let (mx, my) = (mean(|s| s.0), mean(|s| s.1));
    let sxx: f64 = series.iter().map(|s| s.2 * (s.0 - mx).powi(2)).sum();
    if sxx <= 0.0 {
        return UNKNOWN;
    }
    let b = series.iter().map(|s| s.2 * (s.0 - mx) * (s.1 - my)).sum::<f64>() / sxx;
    let rest: f64 = series.iter().map(|s| s.2 * (s.1 - my - b * (s.0 - mx)).powi(2)).sum();
    let df = count_f64(m as u64) - 2.0;
    let variance = rest / df / sxx;
    // Points on a line to the last digit have no spread to speak of.
    let spread = (rest > 1e-26 * w * my * my).then_some(Spread { variance, df });
    estimate(b, spread, Scale::Linear)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_anscombes_first_set() {
        // Anscombe 1973, The American Statistician 27: slope 0.5001, standard error 0.1179 on 9 degrees, t 2.2622.
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        let series: Vec<(f64, f64, f64)> = x.into_iter().zip(y).map(|(x, y)| (x, y, 1.0)).collect();
        let e = slope(&series);
        let (l, h) = e.interval.unwrap();
        assert!((e.value.unwrap() - 0.500_09).abs() < 1e-5);
        assert!(((h - l) / 2.0 - 2.262_16 * 0.117_91).abs() < 1e-4, "{l} {h}");
        assert_eq!(slope(&series[..2]), UNKNOWN);
        let line: Vec<(f64, f64, f64)> = (0..9).map(|i| (f64::from(i), 2.0 + 3.0 * f64::from(i), 4.0)).collect();
        let exact = slope(&line);
        assert!((exact.value.unwrap() - 3.0).abs() < 1e-12 && exact.interval.is_none());
    }
}

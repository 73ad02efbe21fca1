//! `compare_series`: do two measures move together over time?

use crate::analysis::cells::need_level;
use crate::analysis::dist::Z95;
use crate::analysis::level::{UNKNOWN, count_f64, finite, point};
use crate::engine::EngineError;
use crate::query::{Estimate, Kpi};

use super::ask::{Ask, Found};
use super::series::{by_step, every, measured, time_column};

/// The correlation of the changes from step to step (two series that both grow go together in their levels whatever they
/// have to do with each other), and that of the levels beside it. Fisher's interval (1921, Metron 1).
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    if ask.text("other")?.is_none() && !ask.request.columns.contains_key("other") {
        return Err(ask.missing("other", "the second series: a role, a KPI or SQL"));
    }
    let ((kpi, name), (other, other_name)) = (measured(ask, "measure")?, measured(ask, "other")?);
    need_level(&kpi, "This check")?;
    need_level(&other, "This check")?;
    let time = time_column(ask)?;
    let every = every(ask)?;
    let levels = |kpi: &Kpi| -> Result<Vec<(jiff::civil::Date, f64, u64)>, EngineError> {
        let steps = by_step(ask, kpi, &time, every)?;
        Ok(steps.iter().filter_map(|(d, arm)| Some((*d, point(&arm.sums)?, arm.sums.known))).collect())
    };
    let (a, b) = (levels(&kpi)?, levels(&other)?);
    let pairs: Vec<(f64, f64)> =
        a.iter().filter_map(|(day, x, _)| b.iter().find(|(d, ..)| d == day).map(|(_, y, _)| (*x, *y))).collect();
    let changes: Vec<(f64, f64)> = pairs
        .windows(2)
        .filter_map(|w| match w {
            [from, to] => Some((to.0 - from.0, to.1 - from.1)),
            _ => None,
        })
        .collect();
    let (of_changes, of_levels) = (correlation(&changes), correlation(&pairs));
    let mut found = Found::new("correlation", String::new());
    found.put("correlation", of_changes);
    found.put("level_correlation", of_levels);
    found.n = vec![a.iter().map(|s| s.2).sum(), b.iter().map(|s| s.2).sum()];
    let shown = |e: &Estimate| match (e.value, e.interval) {
        (Some(v), Some((l, h))) => format!("{v:.2} [{l:.2}, {h:.2}]"),
        (Some(v), None) => format!("{v:.2}"),
        _ => "–".to_owned(),
    };
    found.says = match of_changes.value {
        None => {
            format!("{name} and {other_name} have {} {}s in common; four are needed.", pairs.len(), every.word())
        }
        Some(_) => format!(
            "From {word} to {word} the changes of {name} and {other_name} go together with a correlation of {} over {} {word}s; their levels with {}.",
            shown(&of_changes),
            pairs.len(),
            shown(&of_levels),
            word = every.word(),
        ),
    };
    Ok(found)
}

/// Pearson's correlation with Fisher's interval.
fn correlation(pairs: &[(f64, f64)]) -> Estimate {
    let m = count_f64(pairs.len() as u64);
    if pairs.len() < 3 {
        return UNKNOWN;
    }
    let (mx, my) = (pairs.iter().map(|p| p.0).sum::<f64>() / m, pairs.iter().map(|p| p.1).sum::<f64>() / m);
    let sum = |f: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(x, y)| f(x - mx, y - my)).sum::<f64>();
    let (xx, yy, xy) = (sum(&|x, _| x * x), sum(&|_, y| y * y), sum(&|x, y| x * y));
    if xx <= 1e-26 * m * mx * mx || yy <= 1e-26 * m * my * my {
        return UNKNOWN;
    }
    let Some(r) = finite(xy / (xx * yy).sqrt()).map(|r| r.clamp(-1.0, 1.0)) else { return UNKNOWN };
    let interval = (m > 3.0 && r.abs() < 1.0).then(|| {
        let half = Z95 / (m - 3.0).sqrt();
        ((r.atanh() - half).tanh(), (r.atanh() + half).tanh())
    });
    Estimate { value: Some(r), interval }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_correlation_of_anscombes_first_set() {
        // 0.81642; Fisher's interval for 11 pairs: tanh(1.14589 ∓ 0.69295).
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        let e = correlation(&x.into_iter().zip(y).collect::<Vec<_>>());
        let (l, h) = e.interval.unwrap();
        assert!((e.value.unwrap() - 0.816_42).abs() < 1e-5);
        assert!((l - 0.4244).abs() < 1e-3 && (h - 0.9507).abs() < 1e-3, "{l} {h}");
        assert_eq!(correlation(&[(1.0, 2.0); 9]), UNKNOWN);
        assert_eq!(correlation(&[(1.0, 2.0), (2.0, 3.0)]), UNKNOWN);
    }
}

//! Columns that add up to the KPI: each alone may be an honest part of it, together they are the outcome.

use crate::analysis::coding::Prepared;
use crate::analysis::sqltext::{both, quoted};
use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Cell, ClueRequest, Leak, LeakTier, Measure};

/// So many rows are looked at.
const ROWS: usize = 4000;
/// A sum of more columns than this is no sum that anybody keeps.
const MOST_PARTS: usize = 6;
/// So many columns are tried.
const MOST_COLUMNS: usize = 60;
/// Columns that leave no more than this share of the KPI's variance are the KPI.
const LEFT: f64 = 1e-3;
/// A column that leaves less of itself than this beside those chosen says what they say.
const SAME: f64 = 1e-9;
/// A coefficient this near to 1 is one.
const NEAR: f64 = 1e-3;

/// Looks for two to [`MOST_PARTS`] columns of numbers of which a sum is the KPI row by row; those that alone are a leak
/// (`lone`) or were known before are left out. Columns are taken one by one, each the one that goes most closely with
/// what is left (orthogonal matching pursuit; Pati, Rezaiifar and Krishnaprasad 1993), then those that are not needed are
/// dropped.
///
/// # Errors
/// What the engine says, or a cancel.
pub fn of_kpi(
    engine: &dyn Engine,
    prepared: &Prepared,
    asked: &ClueRequest,
    lone: &[&str],
    ticket: &Ticket,
) -> Result<Vec<Leak>, EngineError> {
    let (Measure::Rate(y) | Measure::Mean(y) | Measure::Sum(y)) = &asked.kpi.measure else { return Ok(Vec::new()) };
    let names: Vec<&str> = prepared
        .columns
        .iter()
        .filter(|c| c.coded.is_number() && !lone.contains(&c.of.as_str()))
        .filter(|c| !asked.known_before.contains(&c.of))
        .map(|c| c.of.as_str())
        .take(MOST_COLUMNS)
        .collect();
    if names.len() < 2 {
        return Ok(Vec::new());
    }
    let columns: Vec<String> = names.iter().map(|n| quoted(n)).collect();
    let filter = both(asked.filter.as_deref(), asked.kpi.filter.as_deref());
    let filter = filter.map_or_else(String::new, |f| format!(" WHERE {f}"));
    let y = if engine.schema().get(y).is_some() { quoted(y) } else { format!("({y})") };
    let query = format!("SELECT {y} AS \"the KPI\", {} FROM data{filter} LIMIT {ROWS}", columns.join(", "));
    let (_, page) = engine.sql(&query, ROWS, ticket)?;
    let rows: Vec<Vec<f64>> = page
        .rows
        .iter()
        .filter(|row| row.first().and_then(Cell::as_f64).is_some_and(f64::is_finite))
        // A part that is not there adds nothing.
        .map(|row| row.iter().map(|c| c.as_f64().filter(|x| x.is_finite()).unwrap_or(0.0)).collect())
        .collect();
    let Some(sum) = found(&rows) else { return Ok(Vec::new()) };
    let name = |at: usize| names.get(at).copied().unwrap_or_default();
    Ok(sum
        .parts
        .iter()
        .map(|(at, _)| {
            let others: Vec<&str> = sum.parts.iter().map(|(k, _)| name(*k)).filter(|n| *n != name(*at)).collect();
            let how = if sum.plain() { "adds up to" } else { "gives" };
            Leak {
                column: name(*at).to_owned(),
                tier: LeakTier::Leak,
                why: format!("together with {} it {how} the KPI row by row", others.join(", ")),
                strength: (1.0 - sum.left).sqrt(),
                auc: None,
                accuracy: None,
            }
        })
        .collect())
}

/// Columns with their coefficients, and the share of the variance that they leave.
struct Sum {
    parts: Vec<(usize, f64)>,
    left: f64,
}

impl Sum {
    /// Whether each part counts once.
    fn plain(&self) -> bool {
        self.parts.iter().all(|(_, c)| (c - 1.0).abs() <= NEAR)
    }
}

/// Rows of y and the columns. Columns are numbered from 0.
fn found(rows: &[Vec<f64>]) -> Option<Sum> {
    let columns = rows.first()?.len().checked_sub(1)?;
    // Fewer rows than this are fitted by anything.
    if rows.len() < 10 * MOST_PARTS {
        return None;
    }
    let series: Vec<Vec<f64>> = (0..=columns).map(|k| centred(rows, k)).collect();
    let (y, xs) = series.split_first()?;
    let whole = dot(y, y);
    if whole <= 0.0 {
        return None;
    }
    let mut chosen: Vec<usize> = Vec::new();
    let mut fit = Fit { coefficients: Vec::new(), rest: y.clone() };
    while chosen.len() < MOST_PARTS && dot(&fit.rest, &fit.rest) > LEFT * 1e-3 * whole {
        let next = (0..columns)
            .filter(|k| !chosen.contains(k))
            .map(|k| (k, dot(&xs[k], &fit.rest).powi(2) / dot(&xs[k], &xs[k]).max(f64::MIN_POSITIVE)))
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        chosen.push(next.0);
        match least_squares(y, xs, &chosen) {
            Some(better) => fit = better,
            None => {
                chosen.pop();
                break;
            }
        }
    }
    // What was taken on the way and is not needed in the end.
    for k in chosen.clone() {
        let fewer: Vec<usize> = chosen.iter().copied().filter(|c| *c != k).collect();
        if let Some(without) = least_squares(y, xs, &fewer) {
            if dot(&without.rest, &without.rest) <= LEFT * whole {
                (chosen, fit) = (fewer, without);
            }
        }
    }
    let left = dot(&fit.rest, &fit.rest) / whole;
    let parts: Vec<(usize, f64)> = chosen.into_iter().zip(fit.coefficients).collect();
    (left <= LEFT && parts.len() >= 2).then_some(Sum { parts, left })
}

fn centred(rows: &[Vec<f64>], column: usize) -> Vec<f64> {
    let values: Vec<f64> = rows.iter().map(|r| r.get(column).copied().unwrap_or(0.0)).collect();
    #[allow(clippy::cast_precision_loss)]
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.into_iter().map(|x| x - mean).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

struct Fit {
    coefficients: Vec<f64>,
    rest: Vec<f64>,
}

/// y by some columns, by their normal equations; absent where one of them follows from the others.
fn least_squares(y: &[f64], xs: &[Vec<f64>], chosen: &[usize]) -> Option<Fit> {
    let n = chosen.len();
    let mut m: Vec<Vec<f64>> = chosen
        .iter()
        .map(|i| chosen.iter().map(|j| dot(&xs[*i], &xs[*j])).chain([dot(&xs[*i], y)]).collect())
        .collect();
    let sizes: Vec<f64> = (0..n).map(|i| m[i][i]).collect();
    for i in 0..n {
        if m[i][i] <= SAME * sizes[i] {
            return None;
        }
        let pivot = m[i].clone();
        for (_, row) in m.iter_mut().enumerate().filter(|(k, _)| *k != i) {
            let times = row[i] / pivot[i];
            row.iter_mut().zip(&pivot).for_each(|(x, p)| *x -= times * p);
        }
    }
    let coefficients: Vec<f64> = (0..n).map(|i| m[i][n] / m[i][i]).collect();
    let mut rest = y.to_vec();
    for (c, k) in coefficients.iter().zip(chosen) {
        rest.iter_mut().zip(&xs[*k]).for_each(|(r, x)| *r -= c * x);
    }
    Some(Fit { coefficients, rest })
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests {
    use super::*;

    fn rows(of: impl Fn(f64) -> Vec<f64>) -> Vec<Vec<f64>> {
        (0..500).map(|i| of(f64::from(i))).collect()
    }

    /// Numbers without a pattern, of 0 to 1.
    fn noise(i: f64, k: f64) -> f64 {
        ((i * 12.9898 + k * 78.233).sin() * 43758.5453).abs().fract()
    }

    #[test]
    fn parts_are_found_among_others_and_told_with_their_weights() {
        let table = rows(|i| {
            let x: Vec<f64> = (0..8).map(|k| noise(i, f64::from(k)) * 100.0).collect();
            [vec![x[1] + x[4] + x[6]], x].concat()
        });
        let sum = found(&table).unwrap();
        let mut at: Vec<usize> = sum.parts.iter().map(|p| p.0).collect();
        at.sort_unstable();
        assert_eq!(at, [1, 4, 6]);
        assert!(sum.plain() && sum.left < 1e-9);
        let minutes = rows(|i| {
            let (h, m) = ((noise(i, 1.0) * 24.0).floor(), (noise(i, 2.0) * 60.0).floor());
            vec![60.0 * h + m, h, m, noise(i, 3.0)]
        });
        let sum = found(&minutes).unwrap();
        assert!(sum.parts.len() == 2 && !sum.plain());
    }

    #[test]
    fn what_only_goes_with_it_is_no_sum() {
        let close = rows(|i| {
            let (a, b) = (noise(i, 1.0), noise(i, 2.0));
            vec![a + b + 0.3 * noise(i, 3.0), a, b, noise(i, 4.0)]
        });
        assert!(found(&close).is_none());
        assert!(found(&rows(|_| vec![1.0, 2.0, 3.0])).is_none(), "constants");
        assert!(found(&rows(|i| vec![i, i, i])).is_none_or(|s| s.parts.len() >= 2), "one column alone is no sum");
        assert!(found(&[]).is_none());
    }
}

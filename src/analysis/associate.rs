//! How strongly two columns go together.

use std::collections::BTreeMap;

use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{GroupQuery, Key, Kpi, Sums};

use super::keys::{ASSOCIATION, code};
use super::level::{add, count_f64, finite, point, residual_squares};

/// Cramér's V of two columns, 0 to 1: √(χ²/(n·min(r−1, c−1))), without bias correction (Cramér 1946, *Mathematical
/// Methods of Statistics*). Numbers are cut into 10 quantile bins, text keeps its 50 most frequent values, null is a
/// group of its own. Absent where a column has fewer than two groups.
///
/// # Errors
/// An unknown column, or a cancel.
pub fn cramers_v(engine: &dyn Engine, a: &str, b: &str, ticket: &Ticket) -> Result<Option<f64>, EngineError> {
    let mut keys = Vec::new();
    for column in [a, b] {
        keys.push(code(engine, &Key::column(column), ASSOCIATION, None, None, ticket)?.key);
    }
    let rows = engine.aggregate(&GroupQuery { keys, kpi: None, filter: None, unit: None }, ticket)?;
    let table: Vec<(String, String, u64)> = rows
        .iter()
        .filter_map(|r| match r.keys.as_slice() {
            [x, y] => Some((format!("{x:?}"), format!("{y:?}"), r.sums.n)),
            _ => None,
        })
        .collect();
    Ok(v_of_table(&table))
}

/// Cramér's V of counts by two keys; cells that are not listed hold nothing.
#[must_use]
pub fn v_of_table(cells: &[(String, String, u64)]) -> Option<f64> {
    let (mut rows, mut columns): (BTreeMap<&str, f64>, BTreeMap<&str, f64>) = (BTreeMap::new(), BTreeMap::new());
    let mut n = 0.0;
    for (a, b, k) in cells.iter().filter(|c| c.2 > 0) {
        let k = count_f64(*k);
        *rows.entry(a).or_default() += k;
        *columns.entry(b).or_default() += k;
        n += k;
    }
    let least = count_f64(rows.len().min(columns.len()) as u64) - 1.0;
    if least < 1.0 {
        return None;
    }
    // χ² = n·(Σ n_ij²/(n_i n_j) − 1): only the cells that hold something are needed.
    let sum: f64 = cells
        .iter()
        .filter(|c| c.2 > 0)
        .filter_map(|(a, b, k)| Some(count_f64(*k).powi(2) / (rows.get(a.as_str())? * columns.get(b.as_str())?)))
        .sum();
    finite(((sum - 1.0).max(0.0) / least).sqrt().min(1.0)).filter(|_| n > 0.0)
}

/// How strongly a column goes with the KPI, 0 to 1: the correlation ratio η = √(SSB/SST) over the column's groups
/// (Pearson 1905). For a rate this is exactly Cramér's V of column and outcome.
///
/// Only KPIs of rows (rate, mean) have it; others, and a KPI that does not vary, give nothing.
///
/// # Errors
/// An unknown column, or a cancel.
pub fn with_kpi(
    engine: &dyn Engine,
    kpi: &Kpi,
    column: &str,
    filter: Option<&str>,
    ticket: &Ticket,
) -> Result<Option<f64>, EngineError> {
    use crate::query::Measure::{Mean, Rate};
    if !matches!(kpi.measure, Rate(_) | Mean(_)) {
        return Ok(None);
    }
    let key = code(engine, &Key::column(column), ASSOCIATION, Some(kpi), filter, ticket)?.key;
    let query = GroupQuery { keys: vec![key], kpi: Some(kpi.clone()), filter: filter.map(str::to_owned), unit: None };
    let groups: Vec<Sums> = engine.aggregate(&query, ticket)?.into_iter().map(|r| r.sums).collect();
    Ok(correlation_ratio(&groups))
}

/// √(SSB/SST) of row-wise sums by group.
#[must_use]
pub fn correlation_ratio(groups: &[Sums]) -> Option<f64> {
    let all = groups.iter().fold(Sums::default(), |a, g| add(&a, g));
    let mean = point(&all)?;
    let total = residual_squares(&all, mean);
    if total <= 0.0 || groups.iter().filter(|g| g.known > 0).count() < 2 {
        return None;
    }
    let between: f64 = groups.iter().filter_map(|g| point(g).map(|r| g.d * (r - mean).powi(2))).sum();
    finite((between / total).clamp(0.0, 1.0).sqrt())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analysis::fake::Fake;
    use crate::query::{Cell, ValueType};

    fn cell(a: &str, b: &str, n: u64) -> (String, String, u64) {
        (a.into(), b.into(), n)
    }

    #[test]
    fn the_strongest_column_of_the_telco_table() {
        // Contract by Churn: V 0.410.
        let t = [
            cell("m", "yes", 1655),
            cell("m", "no", 2220),
            cell("1", "yes", 166),
            cell("1", "no", 1307),
            cell("2", "yes", 48),
            cell("2", "no", 1647),
        ];
        assert!((v_of_table(&t).unwrap() - 0.410_116).abs() < 1e-5);
    }

    #[test]
    fn ends_of_the_scale() {
        assert!((v_of_table(&[cell("a", "x", 5), cell("b", "y", 7)]).unwrap() - 1.0).abs() < 1e-12);
        let even = [cell("a", "x", 5), cell("a", "y", 5), cell("b", "x", 5), cell("b", "y", 5)];
        assert!(v_of_table(&even).unwrap().abs() < 1e-6);
        assert_eq!(v_of_table(&[cell("a", "x", 5), cell("a", "y", 5)]), None);
        assert_eq!(v_of_table(&[]), None);
    }

    #[test]
    fn for_a_rate_eta_is_v() {
        let rows: Vec<Vec<Cell>> = (0..60)
            .map(|i| {
                let plan = if i % 3 == 0 { "a" } else { "b" };
                vec![Cell::Text(plan.into()), Cell::Int(i64::from(i % 3 == 0 && i % 2 == 0 || i % 7 == 0))]
            })
            .collect();
        let t = Fake::new(&[("plan", ValueType::Text), ("left", ValueType::Int)], rows);
        let v = cramers_v(&t, "plan", "left", &Ticket::default()).unwrap().unwrap();
        let eta = with_kpi(&t, &"rate(left)".parse().unwrap(), "plan", None, &Ticket::default()).unwrap().unwrap();
        assert!(v > 0.1 && (v - eta).abs() < 1e-9, "{v} {eta}");
        assert!(with_kpi(&t, &"count()".parse().unwrap(), "plan", None, &Ticket::default()).unwrap().is_none());
        assert!(cramers_v(&t, "plan", "nope", &Ticket::default()).is_err());
    }
}

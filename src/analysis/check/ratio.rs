//! `sample_ratio`: are the arms of an experiment as large as they were meant to be?

use std::collections::BTreeMap;

use serde_json::Value;
use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::analysis::format;
use crate::analysis::level::count_f64;
use crate::engine::EngineError;
use crate::query::{Cell, GroupQuery, Key, Kpi, Measure};

use super::ask::{Ask, Found};

/// Pearson's χ² of the sizes against the `expected` shares (value → share; equal ones without it). With a unit, units are
/// counted. A split is usually called broken below 0.001 (Fabijan and others 2019, KDD).
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let column = ask.column_of("arm")?;
    let query = GroupQuery {
        keys: vec![Key::column(&column)],
        kpi: Some(Kpi { measure: Measure::Count, filter: None }),
        filter: ask.filter()?,
        unit: ask.unit.map(str::to_owned),
    };
    let seen: BTreeMap<String, u64> = ask
        .engine
        .aggregate(&query, ask.ticket)?
        .into_iter()
        .filter_map(|r| match r.keys.into_iter().next() {
            None | Some(Cell::Null) => None,
            Some(cell) => Some((cell.to_string(), if ask.unit.is_some() { r.sums.units } else { r.sums.n })),
        })
        .collect();
    let expected = expected(ask, &seen)?;
    let arms: Vec<(&str, f64, f64)> = expected
        .iter()
        .map(|(arm, share)| (arm.as_str(), seen.get(arm).copied().map_or(0.0, count_f64), *share))
        .collect();
    let mut found = Found::new("p_value", String::new());
    let all: f64 = arms.iter().map(|a| a.1).sum();
    let test = (arms.len() >= 2 && all > 0.0).then(|| split(&arms.iter().map(|a| (a.1, a.2)).collect::<Vec<_>>()));
    found.put_fact("p_value", test.and_then(|t| t.1));
    found.put_fact("chi_square", test.map(|t| t.0));
    let worst = arms
        .iter()
        .map(|(arm, n, share)| (*arm, n / all - share))
        .filter(|(_, gap)| gap.is_finite())
        .reduce(|a, b| if b.1.abs() > a.1.abs() { b } else { a });
    found.put_fact("worst_gap_points", worst.map(|w| w.1.abs() * 100.0));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let sizes: Vec<u64> = arms.iter().map(|a| a.1 as u64).collect();
    found.n = sizes;
    found.says = match (test.and_then(|t| t.1), worst) {
        (Some(p), Some((arm, gap))) => format!(
            "The {} arms of {column} hold {}; the one furthest from its share is {arm} with {} points, and a gap like these comes by chance with p = {}.",
            arms.len(),
            arms.iter()
                .map(|(arm, n, share)| format!(
                    "{arm} {} (expected {})",
                    format::percent(n / all),
                    format::percent(*share)
                ))
                .collect::<Vec<_>>()
                .join(", "),
            format::signed(gap * 100.0, 2),
            format::p_value(p),
        ),
        _ => format!("{column} has no two arms."),
    };
    Ok(found)
}

fn expected(ask: &Ask<'_>, seen: &BTreeMap<String, u64>) -> Result<BTreeMap<String, f64>, EngineError> {
    match ask.request.params.get("expected") {
        None | Some(Value::Null) => {
            let share = 1.0 / count_f64(seen.len().max(1) as u64);
            Ok(seen.keys().map(|arm| (arm.clone(), share)).collect())
        }
        Some(Value::Object(map)) => {
            let mut out = BTreeMap::new();
            for (arm, share) in map {
                match share.as_f64() {
                    Some(s) if s > 0.0 && s.is_finite() => out.insert(arm.clone(), s),
                    _ => return Err(ask.wrong("expected", &format!("gives {share} for {arm}, which is no share"))),
                };
            }
            if let Some(other) = seen.keys().find(|arm| !out.contains_key(*arm)) {
                return Err(ask.wrong("expected", &format!("does not speak of {other}, which the column holds")));
            }
            let all: f64 = out.values().sum();
            out.values_mut().for_each(|s| *s /= all);
            Ok(out)
        }
        Some(other) => Err(ask.wrong("expected", &format!("is {other} and should be a map from value to share"))),
    }
}

/// χ² of (seen, expected share), and its p value.
fn split(arms: &[(f64, f64)]) -> (f64, Option<f64>) {
    let all: f64 = arms.iter().map(|a| a.0).sum();
    let chi: f64 = arms.iter().map(|(n, share)| (n - all * share).powi(2) / (all * share)).sum();
    let df = count_f64(arms.len() as u64) - 1.0;
    (chi, ChiSquared::new(df).ok().map(|c| c.sf(chi)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_known_split() {
        // 821 588 against 815 482 of 1 637 070, expected half and half (Fabijan 2019): p = 1.8e-6.
        let (chi, p) = split(&[(821_588.0, 0.5), (815_482.0, 0.5)]);
        assert!((chi - 22.774).abs() < 1e-2, "{chi}");
        assert!((p.unwrap() / 1.82e-6 - 1.0).abs() < 0.02, "{p:?}");
        // Mendel's peas: 315, 101, 108, 32 against 9:3:3:1 gives χ² 0.470, p 0.925.
        let (chi, p) = split(&[(315.0, 9.0 / 16.0), (101.0, 3.0 / 16.0), (108.0, 3.0 / 16.0), (32.0, 1.0 / 16.0)]);
        assert!((chi - 0.470).abs() < 1e-3 && (p.unwrap() - 0.9254).abs() < 1e-3, "{chi} {p:?}");
    }
}

//! `rank_and_calibration`: does a score put the rows in order, and does it mean what it says?

use std::collections::BTreeMap;

use crate::analysis::cells::fetch;
use crate::analysis::dist::Z95;
use crate::analysis::format;
use crate::analysis::keys::{Coding, code, column_type, quoted};
use crate::analysis::level::{UNKNOWN, finite};
use crate::analysis::roc::area;
use crate::analysis::sqltext::both;
use crate::engine::EngineError;
use crate::query::{Cell, Estimate, Key, Kpi, Measure};

use super::ask::{Ask, Found};

/// Ten bins of equal rows, as a reliability diagram has them.
const TENTHS: Coding = Coding { by_value: 10, bins: 10, top: None };

/// `auc` of the score, and its expected calibration error Σ (n_b/n)·|mean score_b − rate_b| over ten bins of equal rows
/// (Naeini, Cooper and Hauskrecht 2015), with an interval from the rates' binomial spread. `bias_points` is the mean score
/// less the rate.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    if !ask.kpi.is_share() {
        return Err(EngineError::request(
            format!("The check rank_and_calibration needs an outcome that is so or not, and {} is none.", ask.kpi),
            "Use a KPI of the form rate(condition).",
        ));
    }
    let column = ask.column_of("score")?;
    if !column_type(ask.engine, &column)?.is_number() {
        return Err(EngineError::request(
            format!("{column} holds no numbers."),
            "Name the column of scores from 0 to 1.",
        ));
    }
    let name = quoted(&column);
    let filter = both(ask.filter()?.as_deref(), Some(&format!("{name} IS NOT NULL")));
    let mut found = Found::new("calibration_error", String::new());
    let rates = fetch(ask.engine, ask.kpi, &[Key::column(&column)], filter.as_deref(), None, ask.ticket)?;
    // By ascending score: the engine gives groups in no promised order.
    let mut ranked: Vec<(f64, (f64, f64))> = rates
        .iter()
        .filter_map(|g| Some((g.keys.first()?.as_f64()?, (g.arm.sums.y, g.arm.sums.d - g.arm.sums.y))))
        .collect();
    ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
    let values: Vec<(f64, f64)> = ranked.iter().map(|r| r.1).collect();
    let auc = area(&values);
    found.put("auc", auc);
    let outside = ranked.iter().any(|(s, _)| !(0.0..=1.0).contains(s));
    if outside {
        for metric in ["calibration_error", "bias_points"] {
            found.put_fact(metric, None);
        }
        found.says = format!("{column} holds numbers beyond 0 to 1, so it is a rank and no probability.");
        return Ok(found);
    }
    let bins = code(ask.engine, &Key::column(&column), TENTHS, Some(ask.kpi), filter.as_deref(), ask.ticket)?.key;
    // The score only over rows with a known outcome, so that both speak of the same rows.
    let known = both(ask.kpi.filter.as_deref(), Some(&format!("({}) IS NOT NULL", condition(ask.kpi))));
    let score = Kpi { measure: Measure::Mean(name), filter: known };
    let mut cells: BTreeMap<String, [(f64, f64); 2]> = BTreeMap::new();
    for (side, kpi) in [(0, ask.kpi), (1, &score)] {
        for g in fetch(ask.engine, kpi, std::slice::from_ref(&bins), filter.as_deref(), None, ask.ticket)? {
            let key = g.keys.first().map(Cell::to_string).unwrap_or_default();
            if let Some(place) = cells.entry(key).or_default().get_mut(side) {
                *place = (g.arm.sums.y, g.arm.sums.d);
            }
        }
    }
    let (mut n, mut off, mut variance, mut yes, mut said) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for [(y, d), (s, e)] in cells.values().filter(|c| c.iter().all(|(_, d)| *d > 0.0)) {
        let rate = y / d;
        n += d;
        off += d * (s / e - rate).abs();
        variance += d * rate * (1.0 - rate);
        yes += y;
        said += s / e * d;
    }
    let error = if n > 0.0 {
        let (value, half) = (off / n, Z95 * variance.sqrt() / n);
        Estimate { value: finite(value), interval: Some(((value - half).max(0.0), (value + half).min(1.0))) }
    } else {
        UNKNOWN
    };
    found.put("calibration_error", error);
    found.put_fact("bias_points", (n > 0.0).then(|| (said - yes) / n * 100.0));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let (with, all) = (yes.max(0.0).round() as u64, n.max(0.0).round() as u64);
    found.n = vec![with, all.saturating_sub(with)];
    found.says = match error.value {
        None => format!("No row knows both {column} and the outcome."),
        Some(x) => format!(
            "{column} ranks a row with the outcome above one without in {} of pairs; its probabilities are off by {} on \
             average over {} bins (it says {}, {} happened) in {} rows.",
            auc.value.map_or_else(|| format::UNKNOWN.to_owned(), format::percent),
            format::percent(x),
            cells.len(),
            format::percent(said / n),
            format::percent(yes / n),
            format::count(all)
        ),
    };
    Ok(found)
}

/// The condition of a rate, or the expression of a mean.
fn condition(kpi: &Kpi) -> &str {
    match &kpi.measure {
        Measure::Rate(e) | Measure::Mean(e) | Measure::Sum(e) | Measure::Ratio(e, _) => e,
        Measure::Count => "1",
    }
}

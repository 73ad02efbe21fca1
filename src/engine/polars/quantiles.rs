//! Quantiles by linear interpolation (Hyndman and Fan 1996, type 7); of very many values by [`Spread`].

use super::sketch::{self, Spread};
use super::{PolarsEngine, codes, sql};
use crate::engine::{EngineError, Ticket, Unit};
use crate::query::Key;

/// Quantiles of tables of up to so many rows are exact; of larger ones they are off by at most 0.1 % of their size.
pub const EXACT: usize = 1 << 21;

/// Quantiles of a key's values.
pub fn run(
    engine: &PolarsEngine,
    key: &Key,
    probabilities: &[f64],
    filter: Option<&str>,
    ticket: &Ticket,
) -> Result<Vec<f64>, EngineError> {
    if let Some(p) = probabilities.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(EngineError::request(format!("{p} is not a probability."), "Give numbers from 0 to 1."));
    }
    let planned = engine.plan_key(key)?;
    if codes::numbers(&planned.empty())?.is_none() {
        return Err(sql::not_a_number(&key.expr, &planned.dtype));
    }
    let condition = filter.map(|f| sql::plan_condition(engine, f)).transpose()?;
    let exact = engine.rows() <= EXACT;
    let (mut kept, mut spread): (Vec<f64>, _) = (Vec::new(), Spread::default());
    let work = ticket.begin(Unit::Rows, engine.rows() as u64);
    for part in 0..engine.table.parts() {
        let series = planned.on(engine, part, ticket)?;
        let values = codes::numbers(&series)?.unwrap_or_default();
        let mask = condition.as_ref().map(|c| c.holds(engine, part, ticket)).transpose()?;
        let keep = |row: usize| mask.as_ref().is_none_or(|m| m.get(row).copied().unwrap_or(false));
        let known = values.into_iter().enumerate().filter(|(row, x)| !x.is_nan() && keep(*row)).map(|(_, x)| x);
        if exact {
            kept.extend(known);
        } else {
            known.for_each(|x| spread.add(x, 1));
        }
        work.advance(engine.table.rows_in(part) as u64);
    }
    if !exact {
        return Ok(sketch::quantiles(&spread.sorted(), probabilities));
    }
    ticket.check()?;
    kept.sort_unstable_by(f64::total_cmp);
    ticket.check()?;
    Ok(of_sorted(&kept, probabilities))
}

/// Quantiles of ascending values; empty when there are none.
pub fn of_sorted(sorted: &[f64], probabilities: &[f64]) -> Vec<f64> {
    if sorted.is_empty() {
        return Vec::new();
    }
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    probabilities
        .iter()
        .filter_map(|p| {
            let place = p * (sorted.len() - 1) as f64;
            let below = place.floor() as usize;
            let low = *sorted.get(below)?;
            let high = *sorted.get((below + 1).min(sorted.len() - 1))?;
            let part = place - place.floor();
            // Equal ends (two infinities too) need no interpolation.
            Some(if part == 0.0 || low == high { low } else { low + (high - low) * part })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolates_as_type_7() {
        assert_eq!(of_sorted(&[1.0, 2.0, 3.0, 4.0], &[0.0, 0.25, 0.5, 1.0]), [1.0, 1.75, 2.5, 4.0]);
        assert_eq!(of_sorted(&[7.0], &[0.3]), [7.0]);
        assert_eq!(of_sorted(&[f64::INFINITY, f64::INFINITY], &[0.3]), [f64::INFINITY]);
        assert!(of_sorted(&[], &[0.5]).is_empty());
    }
}

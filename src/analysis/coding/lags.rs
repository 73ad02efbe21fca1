//! How long moments lie after one another. A duration that ends with the outcome knows it, though neither of its ends
//! does by itself.

use crate::analysis::keys::{Coded, both, code, quantile_edges, quoted};
use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{ClueRequest, Key, KeyBin, ValueType};

use super::COUNTED;

/// Columns of time beyond this many are not held against each other.
const MOST_TIMES: usize = 4;

/// A key for each pair of columns of time, with the later and the earlier column; later is what mostly is.
///
/// # Errors
/// What the engine says, or a cancel.
pub fn keys(
    engine: &dyn Engine,
    coded: &[(Coded, String)],
    asked: &ClueRequest,
    ticket: &Ticket,
) -> Result<Vec<(Coded, String, String)>, EngineError> {
    let filter = both(asked.filter.as_deref(), asked.kpi.filter.as_deref());
    let times: Vec<&str> = coded
        .iter()
        .filter(|(c, of)| c.is_time() && c.name == *of)
        .map(|(_, of)| of.as_str())
        .take(MOST_TIMES)
        .collect();
    let mut out = Vec::new();
    for (k, a) in times.iter().enumerate() {
        for b in times.iter().skip(k + 1) {
            ticket.check()?;
            // Times of day and moments of another kind have no seconds to be taken apart.
            if engine.check_sql(&between(engine, b, a).expr).is_err() {
                continue;
            }
            let middle = engine.quantiles(&between(engine, b, a), &[0.5], filter.as_deref(), ticket)?;
            let Some(middle) = middle.first() else { continue };
            let (later, earlier) = if *middle < 0.0 { (a, b) } else { (b, a) };
            let key = between(engine, later, earlier);
            let edges = quantile_edges(engine, &key, COUNTED.bins, true, filter.as_deref(), ticket)?;
            if edges.is_empty() {
                continue;
            }
            let key = key.binned(KeyBin::Edges(edges));
            let coded = code(engine, &key, COUNTED, Some(&asked.kpi), asked.filter.as_deref(), ticket)?;
            out.push((coded, (*later).to_owned(), (*earlier).to_owned()));
        }
    }
    Ok(out)
}

/// Seconds from one moment to another; a day counts from its midnight.
fn between(engine: &dyn Engine, later: &str, earlier: &str) -> Key {
    let seconds = |column: &str| {
        let day = engine.schema().get(column).is_some_and(|c| c.dtype == ValueType::Date);
        let name = quoted(column);
        if day {
            format!("EXTRACT(EPOCH FROM CAST({name} AS TIMESTAMP))")
        } else {
            format!("EXTRACT(EPOCH FROM {name})")
        }
    };
    Key::sql(format!("{} - {}", seconds(later), seconds(earlier)))
}

//! How long moments lie after one another. A duration that ends with the outcome knows it, though neither of its ends
//! does by itself.

use crate::analysis::keys::{Coded, both, code, quantile_edges, quoted};
use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{ClueRequest, Key, KeyBin};

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
            let middle = engine.quantiles(&between(b, a), &[0.5], filter.as_deref(), ticket)?;
            let Some(middle) = middle.first() else { continue };
            let (later, earlier) = if *middle < 0.0 { (a, b) } else { (b, a) };
            let key = between(later, earlier);
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

/// Seconds from one moment to another.
fn between(later: &str, earlier: &str) -> Key {
    let seconds = |column: &str| format!("EXTRACT(EPOCH FROM {})", quoted(column));
    Key::sql(format!("{} - {}", seconds(later), seconds(earlier)))
}

//! From a data result to suggested ratings; the user confirms or changes them.

use std::collections::BTreeMap;

use crate::domain::board::predicted_ratings;
use crate::domain::event::Ratings;
use crate::domain::playbook::Playbook;
use crate::domain::session::Session;
use crate::domain::words::Rating;
use crate::query::{CheckResult, Outcome};

/// The ratings that a check's result suggests (2-model, "from a data result to a rating"):
/// what the hypotheses predicted for this answer, at full strength (±6) when the interval lies wholly beyond the
/// threshold, ±3 when the estimate is beyond but the interval crosses it, one step milder with fewer than 30 events
/// in an arm, ±3 at most after 100 tries. A result that is unclear around no effect is a bit surprising for whoever
/// predicted an effect.
#[must_use]
pub fn suggest_ratings(session: &Session, playbook: Option<&Playbook>, check: &str, result: &CheckResult) -> Ratings {
    let state = &session.state;
    let side = |yes: bool| -> BTreeMap<String, Rating> {
        let mut out = playbook.map(|p| predicted_ratings(state, p, check, yes)).unwrap_or_default();
        if let Some(f) = state.forecasts.get(check) {
            let own = if yes { &f.if_yes } else { &f.if_no };
            out.extend(own.iter().filter_map(|(h, r)| state.row(h).map(|row| (row.id.clone(), *r))));
        }
        out
    };
    let few = result.events.iter().any(|n| *n < 30);
    let cap: f64 = if result.tried >= 100 { 3.0 } else { 6.0 };
    let soften = |ratings: BTreeMap<String, Rating>, cap: f64| -> Ratings {
        ratings
            .into_iter()
            .map(|(h, r)| {
                let db = r.decibans().clamp(-cap, cap);
                let db = if few { db.signum() * (db.abs() - 3.0).max(0.0) } else { db };
                (h, Rating::from_decibans(db))
            })
            .filter(|(_, r)| *r != Rating::NoDifference)
            .collect()
    };
    match result.outcome {
        Outcome::Yes => soften(side(true), cap),
        Outcome::No => soften(side(false), cap),
        Outcome::Unclear => {
            let beyond = match (result.estimate, result.threshold) {
                (Some(e), Some(t)) => e >= t,
                _ => false,
            };
            if beyond {
                return soften(side(true), 3.0);
            }
            let narrow = match (result.interval, result.estimate) {
                (Some((low, high)), Some(e)) => (high - low).abs() <= 0.3 * e.abs().max(1e-9),
                _ => false,
            };
            if !narrow {
                return Ratings::new();
            }
            side(true)
                .into_iter()
                .filter(|(_, r)| r.decibans() > 0.0)
                .map(|(h, _)| (h, if few { Rating::NoDifference } else { Rating::ABitSurprising }))
                .filter(|(_, r)| *r != Rating::NoDifference)
                .collect()
        }
        Outcome::Failed => Ratings::new(),
    }
}

/// The family of a clue from a column: the table and the column; a column that goes with one already used
/// (V ≥ 0.3) joins that one's family.
#[must_use]
pub fn family_of_column(table: &str, column: &str, associated: &[(String, f64)]) -> String {
    let strongest = associated.iter().filter(|(_, v)| *v >= 0.3).max_by(|a, b| a.1.total_cmp(&b.1));
    let column = strongest.map_or(column, |(c, _)| c.as_str());
    format!("data:{table}/{column}")
}

//! From a data result to suggested ratings; the user confirms or changes them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::domain::board::predicted_ratings;
use crate::domain::event::Ratings;
use crate::domain::playbook::{Playbook, YesRule, counting_row, roles_of};
use crate::domain::session::{CheckRecord, Session};
use crate::domain::words::{Origin, Rating};
use crate::query::{CheckResult, Outcome, YesIf};

/// From so many slices looked at on, what was found among them is browsed, whatever was forecast in between: it counts
/// 3 decibans at most, after a hundred too.
pub const SEARCHED: u64 = 10;

/// How many slices had been looked at before a result was held against its rule.
pub(super) fn tried(result: &Map<String, Value>) -> u64 {
    result.get("tried").and_then(Value::as_u64).unwrap_or(1)
}

/// Where a clue from this run comes from: predicted where a forecast came first and the claim was not picked out of
/// many slices that had been looked at.
#[must_use]
pub fn origin_of(run: &CheckRecord) -> Origin {
    if run.predicted && tried(&run.result) < SEARCHED { Origin::Predicted } else { Origin::Browsed }
}

/// How a result lies to the threshold that it was held against.
struct Lie {
    /// The estimate is on the side of a yes.
    beyond: bool,
    /// The interval lies wholly on the estimate's side; a number without an interval is exact.
    wholly: bool,
    /// The interval holds no effect and is shorter than the way from there to the threshold.
    no_effect: bool,
}

impl Lie {
    fn of(result: &CheckResult, threshold: Option<(f64, bool)>) -> Self {
        let (Some(estimate), Some((t, below))) = (result.estimate, threshold) else {
            return Self { beyond: result.outcome == Outcome::Yes, wholly: true, no_effect: false };
        };
        let side = |x: f64| if below { x <= t } else { x >= t };
        let beyond = side(estimate);
        let wholly = result.interval.is_none_or(|(low, high)| side(low) == beyond && side(high) == beyond);
        let none = if result.metric.contains("ratio") { 1.0 } else { 0.0 };
        let no_effect =
            result.interval.is_some_and(|(low, high)| low <= none && none <= high && high - low < (t - none).abs());
        Self { beyond, wholly, no_effect }
    }
}

/// The ratings that a check's result suggests (2-model, "from a data result to a rating"): what the hypotheses
/// predicted for this answer.
///
/// * ±6 only where the interval lies wholly beyond the threshold, ±3 where the estimate is beyond but the interval
///   crosses it;
/// * a narrow interval around no effect is a bit surprising (−3) for whoever predicted an effect and said nothing of
///   a no;
/// * one step milder with fewer than 30 events in an arm;
/// * ±3 at most for what was found after ten or more slices, the cap of what is browsed.
#[must_use]
pub fn suggest_ratings(session: &Session, playbook: Option<&Playbook>, check: &str, result: &CheckResult) -> Ratings {
    let state = &session.state;
    let forecast = state.forecasts.get(check);
    let side = |yes: bool| -> BTreeMap<String, Rating> {
        let mut out = playbook.map(|p| predicted_ratings(state, p, check, yes)).unwrap_or_default();
        if let Some(f) = forecast {
            let own = if yes { &f.if_yes } else { &f.if_no };
            out.extend(own.iter().filter_map(|(h, r)| Some((counting_row(state, playbook, h)?.id.clone(), *r))));
        }
        out
    };
    // Results of older files do not say which side of the threshold is a yes; their rule does.
    let rule = match playbook.and_then(|p| p.check(check)).and_then(|c| c.yes_if.as_ref()) {
        Some(YesRule::Rule(rule)) => Some(rule),
        _ => forecast.and_then(|f| f.request.as_ref()).and_then(|r| r.yes_if.as_ref()),
    };
    let by_rule = rule.and_then(YesIf::threshold);
    let threshold = match (result.threshold, by_rule) {
        (Some(t), Some((same, below))) if (t - same).abs() < 1e-12 => Some((t, below || result.below)),
        (Some(t), _) => Some((t, result.below)),
        (None, by_rule) => by_rule,
    };
    let lie = Lie::of(result, threshold);
    let cap: f64 = if lie.wholly && u64::from(result.tried) < SEARCHED { 6.0 } else { 3.0 };
    let few = result.events.iter().any(|n| *n < 30);
    let milder = |db: f64| if few { db.signum() * (db.abs() - 3.0).max(0.0) } else { db };
    let said = |yes: bool| -> Vec<(String, f64)> {
        side(yes).into_iter().map(|(h, r)| (h, milder(r.decibans().clamp(-cap, cap)))).collect()
    };
    let mut out: BTreeMap<String, f64> = match result.outcome {
        Outcome::Yes => said(true).into_iter().collect(),
        Outcome::No => said(false).into_iter().collect(),
        Outcome::Unclear if threshold.is_some() && lie.beyond => {
            side(true).into_iter().map(|(h, r)| (h, milder(r.decibans().clamp(-3.0, 3.0)))).collect()
        }
        Outcome::Unclear | Outcome::Failed => BTreeMap::new(),
    };
    if lie.no_effect && matches!(result.outcome, Outcome::No | Outcome::Unclear) && !lie.beyond {
        for (h, _) in side(true).into_iter().filter(|(_, r)| r.decibans() > 0.0) {
            out.entry(h).or_insert(milder(-3.0));
        }
    }
    out.into_iter().map(|(h, db)| (h, Rating::from_decibans(db))).filter(|(_, r)| *r != Rating::NoDifference).collect()
}

/// The ratings that a look at some columns suggests, where what was seen lies off no effect: whoever predicted a yes of a
/// check on one of these columns expected it, a bit (what is browsed counts 3 decibans at most).
#[must_use]
pub fn suggest_for_columns(session: &Session, playbook: Option<&Playbook>, columns: &[String]) -> Ratings {
    let (state, mut out) = (&session.state, BTreeMap::<String, f64>::new());
    let Some(playbook) = playbook else { return Ratings::new() };
    let role_is = |role: &String| state.columns.get(role).is_some_and(|c| columns.contains(c));
    for check in playbook.checks.iter().filter(|c| roles_of(c).iter().any(role_is)) {
        for (hypothesis, rating) in predicted_ratings(state, playbook, &check.id, true) {
            let db = rating.decibans().clamp(-3.0, 3.0);
            let sum = out.entry(hypothesis).or_default();
            // Several checks of one column say one thing.
            *sum = if db.abs() > sum.abs() { db } else { *sum };
        }
    }
    out.into_iter().map(|(h, db)| (h, Rating::from_decibans(db))).filter(|(_, r)| *r != Rating::NoDifference).collect()
}

/// The family of a clue from a column: the table and the column; a column that goes with one already used
/// (V ≥ 0.3) joins that one's family.
#[must_use]
pub fn family_of_column(table: &str, column: &str, associated: &[(String, f64)]) -> String {
    let strongest = associated.iter().filter(|(_, v)| *v >= 0.3).max_by(|a, b| a.1.total_cmp(&b.1));
    let column = strongest.map_or(column, |(c, _)| c.as_str());
    format!("data:{table}/{column}")
}

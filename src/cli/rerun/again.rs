//! A check as it was run, and once more.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::analysis;
use crate::app::screens::checks::{self, PendingCheck};
use crate::domain::playbook::{Flow, Playbook, fill};
use crate::domain::session::{CheckRecord, KpiBinding, Session};
use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Analysis, CheckOp, CheckResult, Comparison, Estimate, Findings, Kpi};

/// What is done again.
enum What {
    /// A check with its operation.
    Check,
    /// What could be won in the group of a look.
    Reach { kpi: Kpi, segment: String },
    /// The difference of a look's group, with columns held fixed.
    Within(Comparison),
    /// Nothing, and why.
    Nothing(String),
}

/// A check ready to be run once more.
pub struct Again {
    pub pending: PendingCheck,
    what: What,
}

/// What came out.
pub enum Found {
    /// Of a check.
    Check(CheckResult),
    /// Of a look: its effect, and the record of it.
    Look { estimate: Estimate, result: Map<String, Value> },
}

impl Again {
    /// A check of the playbook as it stands now, with the columns and answers of the session; one made on the spot as its
    /// forecast or its record has it; a look by its group of rows.
    pub fn of(session: &Session, playbook: Option<&Playbook>, binding: &KpiBinding, record: &CheckRecord) -> Self {
        let data = record.data.first().cloned().unwrap_or_else(|| binding.data.clone());
        if let Some((playbook, check)) = playbook.and_then(|p| Some((p, p.check(&record.check)?))) {
            let mut pending = checks::resolve(session, playbook, check, &data);
            pending.title = fill(&check.title, &Flow::new(playbook, session).fills());
            return Self::ready(pending);
        }
        let title = record.title.clone().unwrap_or_else(|| record.check.clone());
        let mut pending = checks::of_run(record, &title);
        pending.data = data;
        if !record.params.contains_key("op") {
            let what = look(binding, record);
            return Self { pending, what };
        }
        let forecast = session.state.forecasts.get(&record.check).and_then(|f| f.request.clone());
        if let Some(request) = forecast {
            pending.request = request;
        }
        pending.request = checks::with_answers(session, pending.request);
        Self::ready(pending)
    }

    fn ready(pending: PendingCheck) -> Self {
        let what = match &pending.outside {
            Some(why) => What::Nothing(format!("{why} Enter its outcome by hand in the child session.")),
            None if pending.request.op == CheckOp::ByHand => {
                What::Nothing("It was done with your own tools.".to_owned())
            }
            None => What::Check,
        };
        Self { pending, what }
    }

    pub fn is_look(&self) -> bool {
        matches!(self.what, What::Reach { .. } | What::Within(_))
    }

    /// Runs it on the tables that are open now.
    ///
    /// # Errors
    /// Why it can't be run.
    pub fn run(
        &self,
        binding: &KpiBinding,
        tables: &[(String, Arc<dyn Engine>)],
        ticket: &Ticket,
    ) -> Result<Found, EngineError> {
        if let What::Nothing(why) = &self.what {
            return Err(EngineError::request(why.clone(), ""));
        }
        let Some((_, engine)) = tables.iter().find(|(name, _)| *name == self.pending.data) else {
            return Err(EngineError::request(
                format!("Its table {} is not open.", self.pending.data),
                "Name its file with --data.",
            ));
        };
        let unit = binding.independent_unit.clone();
        let asked = match &self.what {
            What::Reach { kpi, segment } => {
                Analysis::Reach { kpi: kpi.clone(), segment: segment.clone(), target: None, unit }
            }
            What::Within(comparison) => Analysis::Compare(Comparison { unit, ..comparison.clone() }),
            What::Check | What::Nothing(_) => Analysis::Check {
                kpi: binding.kpi.clone(),
                request: self.pending.request.clone(),
                unit,
                better: binding.better,
            },
        };
        match analysis::run_among(engine.as_ref(), tables, &asked, ticket)? {
            Findings::Check(mut result) => {
                result.seconds = (result.seconds * 100.0).round() / 100.0;
                Ok(Found::Check(result))
            }
            Findings::Reach(r) if r.n.0 == 0 || r.n.1 == 0 => Err(nobody()),
            Findings::Reach(r) => {
                let mut result = Map::new();
                result.insert("n".into(), json!(r.n.0));
                result.insert("estimate".into(), json!(r.inside.value));
                result.insert("interval".into(), json!(r.inside.interval));
                result.insert("rest".into(), json!(r.rest.value));
                result.insert("reach".into(), json!(r.reach.value));
                result.insert("reach_interval".into(), json!(r.reach.interval));
                Ok(Found::Look { estimate: r.reach, result })
            }
            Findings::Compare(r) if r.n.0 == 0 || r.n.1 == 0 => Err(nobody()),
            Findings::Compare(r) => {
                let estimate = r.adjusted_difference.unwrap_or(r.difference);
                let mut result = Map::new();
                result.insert("n".into(), json!([r.n.0, r.n.1]));
                result.insert("crude".into(), json!(r.difference.value));
                result.insert("estimate".into(), json!(estimate.value));
                result.insert("interval".into(), json!(estimate.interval));
                Ok(Found::Look { estimate, result })
            }
            _ => Err(EngineError::request("The analysis gave something else than a result.", "")),
        }
    }
}

fn nobody() -> EngineError {
    EngineError::request(
        "No row is in its group, or none outside of it.",
        "Look at the group's values in the new data.",
    )
}

/// What of a look can be measured again: the reach of its group, or its difference within strata.
fn look(binding: &KpiBinding, record: &CheckRecord) -> What {
    let text = |key: &str| record.params.get(key).and_then(Value::as_str);
    let kpi = text("kpi").and_then(|k| k.parse().ok()).unwrap_or_else(|| binding.kpi.clone());
    // A look through a filter was at those rows only.
    let kpi = match text("filter") {
        Some(filter) => Kpi { filter: crate::analysis::sqltext::both(kpi.filter.as_deref(), Some(filter)), ..kpi },
        None => kpi,
    };
    let Some(segment) = text("where").map(str::to_owned) else {
        return What::Nothing("It was a look at no group of rows; pin it anew.".to_owned());
    };
    let within = record.params.get("within").and_then(Value::as_array);
    if let Some(columns) = within {
        let within = columns.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        return What::Within(Comparison { kpi, a: segment, b: None, within, filter: None, unit: None });
    }
    if record.result.get("reach").is_some_and(|r| !r.is_null()) {
        return What::Reach { kpi, segment };
    }
    What::Nothing("It was a look whose figures are not measured again by themselves; pin it anew.".to_owned())
}

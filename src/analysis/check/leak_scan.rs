//! `leak_scan`: does any column know the outcome?

use std::collections::BTreeMap;

use serde_json::Value;

use crate::analysis::leaks;
use crate::analysis::level::count_f64;
use crate::engine::EngineError;
use crate::query::{ClueRequest, LeakTier};

use super::ask::{Ask, Found};

/// How many columns nearly are the outcome (`leaks`) or go with it so closely that somebody must say whether they were
/// known before (`suspects`). Columns in `known_before` are no leaks; those in `exclude` are not looked at.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let list = |param: &str| -> Result<Vec<String>, EngineError> {
        match ask.request.params.get(param) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(names)) => names
                .iter()
                .map(|n| {
                    n.as_str().map(str::to_owned).ok_or_else(|| ask.wrong(param, &format!("holds {n}, no column")))
                })
                .collect(),
            Some(other) => Err(ask.wrong(param, &format!("is {other} and should be a list of columns"))),
        }
    };
    let stands = |c: &String| ask.engine.schema().get(c).is_some();
    let request = ClueRequest {
        kpi: ask.kpi.clone(),
        better: ask.better,
        filter: ask.filter()?,
        unit: ask.unit.map(str::to_owned),
        exclude: list("exclude")?.into_iter().filter(stands).collect(),
        known_before: list("known_before")?.into_iter().filter(stands).collect(),
        consequences: BTreeMap::new(),
    };
    let r = leaks::run(ask.engine, &request, ask.ticket)?;
    let of = |tier: LeakTier| r.leaks.iter().filter(|l| l.tier == tier).collect::<Vec<_>>();
    let (sure, suspects) = (of(LeakTier::Leak), of(LeakTier::Suspect));
    let mut found = Found::new("leaks", String::new());
    found.put_fact("leaks", Some(count_f64(sure.len() as u64)));
    found.put_fact("suspects", Some(count_f64(suspects.len() as u64)));
    found.n = vec![r.n];
    let told = |list: &[&crate::query::Leak]| {
        list.iter().take(3).map(|l| format!("{} ({})", l.column, l.why)).collect::<Vec<_>>().join("; ")
    };
    found.says = match (sure.as_slice(), suspects.as_slice()) {
        ([], []) => format!("None of {} columns knows the outcome, as far as its values tell.", r.tried),
        ([], s) => format!("No column is the outcome itself; {} of {} come close: {}.", s.len(), r.tried, told(s)),
        (s, _) => format!("{} of {} columns know the outcome: {}.", s.len(), r.tried, told(s)),
    };
    Ok(found)
}

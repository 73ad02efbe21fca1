//! `overlap`: do keys of one group also stand in another?

use std::collections::BTreeMap;

use crate::analysis::dist::{Z95, wilson};
use crate::analysis::format;
use crate::analysis::level::count_f64;
use crate::engine::EngineError;
use crate::query::{Cell, Estimate, GroupQuery, Key};

use super::ask::{Ask, Found};

/// Of the rows of the smallest group of `by` (the judging ones of a split) the share whose `key` also stands in another
/// group. Rows without a key or a group are left out.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let (key, by) = (ask.column_of("key")?, ask.column_of("by")?);
    let keys = vec![Key::column(&key), Key::column(&by)];
    let query = GroupQuery { keys, kpi: None, filter: ask.filter()?, unit: None };
    let rows = ask.engine.aggregate(&query, ask.ticket)?;
    let mut groups: BTreeMap<String, u64> = BTreeMap::new();
    let mut by_key: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    for row in &rows {
        if let [k, g] = row.keys.as_slice()
            && *k != Cell::Null
            && *g != Cell::Null
        {
            *groups.entry(g.to_string()).or_default() += row.sums.n;
            by_key.entry(k.to_string()).or_default().push((g.to_string(), row.sums.n));
        }
    }
    let mut found = Found::new("overlap_share", String::new());
    let smallest = groups.iter().min_by_key(|(_, n)| **n).map(|(g, n)| (g.clone(), *n));
    let Some((group, n)) = smallest.filter(|_| groups.len() > 1) else {
        found.put_fact("overlap_share", None);
        found.put_fact("shared_keys", None);
        found.says = format!("{by} has no two groups with a known {key}.");
        return Ok(found);
    };
    let both = |places: &&Vec<(String, u64)>| places.len() > 1 && places.iter().any(|(g, _)| *g == group);
    let in_group =
        |places: &Vec<(String, u64)>| places.iter().filter(|(g, _)| *g == group).map(|(_, n)| n).sum::<u64>();
    let shared: u64 = by_key.values().filter(both).map(in_group).sum();
    let keys = by_key.values().filter(both).count() as u64;
    let share = count_f64(shared) / count_f64(n);
    found.put("overlap_share", Estimate { value: Some(share), interval: wilson(share, count_f64(n), Z95) });
    found.put_fact("shared_keys", Some(count_f64(keys)));
    found.n = vec![n, groups.values().sum::<u64>() - n];
    found.says = format!(
        "{} of {} rows with {by} {group} ({}) have a {key} that also stands in another group; {} are shared.",
        format::count(shared),
        format::count(n),
        format::percent(share),
        format::count(keys)
    );
    Ok(found)
}

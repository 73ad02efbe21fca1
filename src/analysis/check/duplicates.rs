//! `duplicate_rows`: rows that repeat the key of another.

use serde_json::Value;

use crate::analysis::format;
use crate::analysis::level::count_f64;
use crate::engine::EngineError;
use crate::query::{Cell, GroupQuery, Key};

use super::ask::{Ask, Found};

/// Of the rows whose key is known, the share that is beyond the first of its key.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let columns = match ask.request.params.get("key") {
        Some(Value::Array(roles)) if !roles.is_empty() => roles
            .iter()
            .map(|r| match r {
                Value::String(role) => ask.column(role),
                other => Err(ask.wrong("key", &format!("holds {other}, which is no role"))),
            })
            .collect::<Result<Vec<_>, _>>()?,
        _ => vec![ask.column_of("key")?],
    };
    let keys = columns.iter().map(Key::column).collect();
    let groups =
        ask.engine.aggregate(&GroupQuery { keys, kpi: None, filter: ask.filter()?, unit: None }, ask.ticket)?;
    let (mut rows, mut distinct, mut most) = (0u64, 0u64, 0u64);
    for group in groups.iter().filter(|g| g.keys.iter().all(|k| *k != Cell::Null)) {
        rows += group.sums.n;
        distinct += 1;
        most = most.max(group.sums.n);
    }
    let repeats = rows - distinct;
    let share = (rows > 0).then(|| count_f64(repeats) / count_f64(rows));
    let mut found = Found::new("duplicate_share", String::new());
    found.put_fact("duplicate_share", share);
    found.put_fact("duplicates", Some(count_f64(repeats)));
    found.put_fact("most_of_one_key", Some(count_f64(most)));
    found.n = vec![repeats, rows];
    let name = columns.join(", ");
    found.says = match share {
        None => format!("No row has a known {name}."),
        Some(s) => format!(
            "{} of {} rows repeat the {name} of another ({}); the most frequent one comes {} times.",
            format::count(repeats),
            format::count(rows),
            format::percent(s),
            format::count(most),
        ),
    };
    Ok(found)
}

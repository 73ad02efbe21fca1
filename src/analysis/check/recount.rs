//! `filter_recount`: the KPI under a further condition, against all rows.

use crate::analysis::cells::{Arm, Scale, delta, fetch};
use crate::analysis::format;
use crate::analysis::level::point;
use crate::analysis::reach::is_true;
use crate::engine::EngineError;
use crate::query::{Estimate, Key, Measure};

use super::ask::{Ask, Found, events};

/// `change_share` is the KPI over the rows for which `filter` holds over that of all rows, less 1. Both share rows, which
/// the interval takes into account.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let condition = ask.sql("filter")?.ok_or_else(|| ask.missing("filter", "a SQL condition on the rows"))?;
    let words = ask.words("filter")?;
    let key = Key::sql(format!("({condition})"));
    let (mut kept, mut others) = (Arm::default(), Arm::default());
    for group in fetch(ask.engine, ask.kpi, &[key], ask.filter()?.as_deref(), ask.unit, ask.ticket)? {
        if is_true(group.keys.first()) { kept.absorb(&group.arm) } else { others.absorb(&group.arm) }
    }
    // Of a total it is the total that changes, of all else the level.
    let total = matches!(ask.kpi.measure, Measure::Sum(_) | Measure::Count);
    let share: Estimate = delta(&[&kept, &others], Scale::Linear, |t| match t {
        [(y, _), (z, _)] if total => (y + z != 0.0).then(|| y / (y + z) - 1.0),
        [(y, d), (z, e)] if *d != 0.0 && d + e != 0.0 && y + z != 0.0 => Some(y / d / ((y + z) / (d + e)) - 1.0),
        _ => None,
    });
    let mut all = kept.clone();
    all.absorb(&others);
    let level = |arm: &Arm| if total { Some(arm.sums.y) } else { point(&arm.sums) };
    let mut found = Found::new("change_share", String::new());
    found.put("change_share", share);
    found.put_fact("kept_share", (all.sums.d != 0.0).then(|| kept.sums.d / all.sums.d));
    found.n = vec![kept.sums.known, all.sums.known];
    found.events = events(ask.kpi, &[kept.sums.y, all.sums.y]);
    found.says = match share.value {
        None => format!("No row with a known KPI is left where {words}."),
        Some(s) => format!(
            "Where {words}, {} is {} in {} rows against {} in all {}: {}%.",
            ask.kpi,
            format::level(ask.kpi, level(&kept)),
            format::count(kept.sums.known),
            format::level(ask.kpi, level(&all)),
            format::count(all.sums.known),
            format::signed(s * 100.0, 1),
        ),
    };
    Ok(found)
}

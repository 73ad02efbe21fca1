//! `row_compare`: in how many rows do two columns differ that should be the same?

use crate::analysis::format;
use crate::analysis::keys::{column_type, quoted};
use crate::analysis::level::level;
use crate::analysis::sqltext::sql_number;
use crate::engine::EngineError;
use crate::query::{Estimate, GroupQuery, Kpi, Measure};

use super::ask::{Ask, Found};

/// The share of all rows in which `left` and `right` differ: by more than `tolerance` where both are numbers, at all
/// otherwise; empty on one side only differs, empty on both sides does not.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let (left, right) = (ask.column_of("left")?, ask.column_of("right")?);
    let numbers = column_type(ask.engine, &left)?.is_number() && column_type(ask.engine, &right)?.is_number();
    let tolerance = ask.number("tolerance")?.unwrap_or(0.0);
    if tolerance < 0.0 || !tolerance.is_finite() {
        return Err(ask.wrong("tolerance", "should be 0 or more"));
    }
    let (l, r) = (quoted(&left), quoted(&right));
    let apart = if numbers {
        format!("ABS({l} - {r}) > {}", sql_number(tolerance))
    } else if column_type(ask.engine, &left)? == column_type(ask.engine, &right)? {
        format!("{l} <> {r}")
    } else {
        format!("CAST({l} AS VARCHAR) <> CAST({r} AS VARCHAR)")
    };
    let differ = Kpi {
        measure: Measure::Rate(format!(
            "({l} IS NULL AND {r} IS NOT NULL) OR ({l} IS NOT NULL AND {r} IS NULL) OR COALESCE({apart}, FALSE)"
        )),
        filter: None,
    };
    let (share, rows, yes) = share_of(ask, &differ)?;
    let mut found = Found::new("differ_share", String::new());
    found.put("differ_share", share);
    found.n = vec![rows];
    found.events = vec![yes];
    let by =
        if numbers && tolerance > 0.0 { format!(" by more than {}", format::number(tolerance)) } else { String::new() };
    found.says = match share.value {
        None => "There is no row to compare.".to_owned(),
        Some(_) => format!(
            "{left} and {right} differ{by} in {} of {} rows: {}.",
            format::count(yes),
            format::count(rows),
            format::level_with_interval(&differ, &share)
        ),
    };
    Ok(found)
}

/// A share over the rows that a check looks at, clustered on the unit where one is named, with its rows and how many of
/// them are so.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn share_of(ask: &Ask<'_>, share: &Kpi) -> Result<(Estimate, u64, u64), EngineError> {
    let query = GroupQuery {
        keys: Vec::new(),
        kpi: Some(share.clone()),
        filter: ask.filter()?,
        unit: ask.unit.map(str::to_owned),
    };
    let rows = ask.engine.aggregate(&query, ask.ticket)?;
    let sums = rows.first().map(|r| r.sums).unwrap_or_default();
    Ok((level(share, &sums, ask.unit.is_some()), sums.known, sums.y.max(0.0).round() as u64))
}

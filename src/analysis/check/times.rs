//! `compare_times`: in how many rows does what should be earlier come later?

use crate::analysis::format;
use crate::analysis::keys::{column_type, quoted};
use crate::engine::EngineError;
use crate::query::{Kpi, Measure};

use super::ask::{Ask, Found};
use super::rows::share_of;

/// The share of the rows with both times known in which `later` is after `earlier`.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let (later, earlier) = (ask.column_of("later")?, ask.column_of("earlier")?);
    for column in [&later, &earlier] {
        let dtype = column_type(ask.engine, column)?;
        if !dtype.is_temporal() && !dtype.is_number() {
            return Err(EngineError::request(
                format!("{column} holds neither times nor numbers, so nothing says what comes first."),
                "Name two columns of dates or times.",
            ));
        }
    }
    let (l, e) = (quoted(&later), quoted(&earlier));
    let after = Kpi {
        measure: Measure::Rate(format!("{l} > {e}")),
        filter: Some(format!("{l} IS NOT NULL AND {e} IS NOT NULL")),
    };
    let (share, rows, yes) = share_of(ask, &after)?;
    let mut found = Found::new("later_share", String::new());
    found.put("later_share", share);
    found.n = vec![rows];
    found.events = vec![yes];
    found.says = match share.value {
        None => format!("No row knows both {later} and {earlier}."),
        Some(_) => format!(
            "{later} comes after {earlier} in {} of {} rows that know both: {}.",
            format::count(yes),
            format::count(rows),
            format::level_with_interval(&after, &share)
        ),
    };
    Ok(found)
}

//! `single_feature_score`: how well one column alone tells who has the outcome.

use crate::analysis::cells::fetch;
use crate::analysis::format;
use crate::analysis::keys::column_type;
use crate::analysis::roc::area;
use crate::engine::EngineError;
use crate::query::{Cell, Key, KeyBin};

use super::ask::{Ask, Found};

/// Values of a text that are ranked by their own rates; with fewer rows than this they fall in with the others.
const KEPT: usize = 50;
const FEWEST: f64 = 30.0;

/// The area under the ROC curve: how often a row with the outcome has the larger value than one without, ties half
/// (Mann and Whitney 1947), turned so that it is at least one half. Numbers and times are ranked as they are, others by
/// the rate of each value that has 30 rows or more. Rows without a value are left out.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    if !ask.kpi.is_share() {
        return Err(EngineError::request(
            format!("The check single_feature_score needs an outcome that is so or not, and {} is none.", ask.kpi),
            "Use a KPI of the form rate(condition).",
        ));
    }
    let column = ask.column_of("column")?;
    let dtype = column_type(ask.engine, &column)?;
    let ranked = dtype.is_number() || dtype.is_temporal();
    let key = Key::column(&column);
    let key = if ranked { key } else { key.binned(KeyBin::Top(KEPT)) };
    let groups = fetch(ask.engine, ask.kpi, &[key], ask.filter()?.as_deref(), None, ask.ticket)?;
    let known = groups.iter().filter(|g| g.keys.first() != Some(&Cell::Null));
    let mut values: Vec<(f64, f64)> = known.map(|g| (g.arm.sums.y, g.arm.sums.d - g.arm.sums.y)).collect();
    if !ranked {
        let (kept, few): (Vec<_>, Vec<_>) = values.into_iter().partition(|(yes, no)| yes + no >= FEWEST);
        values = kept;
        let rest = few.iter().fold((0.0, 0.0), |sum, v| (sum.0 + v.0, sum.1 + v.1));
        values.push(rest);
        let rate = |v: &(f64, f64)| if v.0 + v.1 > 0.0 { v.0 / (v.0 + v.1) } else { 0.0 };
        values.sort_by(|a, b| rate(a).total_cmp(&rate(b)));
    }
    let area = area(&values);
    let (yes, no) = values.iter().fold((0.0, 0.0), |sum, v| (sum.0 + v.0, sum.1 + v.1));
    let mut found = Found::new("auc", String::new());
    found.put("auc", area);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let n = vec![yes.max(0.0) as u64, no.max(0.0) as u64];
    found.n = n;
    found.says = match area.value {
        None => format!("{column} is not known for rows with and without the outcome."),
        Some(x) => format!(
            "{column} alone ranks a row with the outcome above one without in {} of pairs{} ({} with, {} without); 50% is chance.",
            format::percent(x),
            area.interval.map_or_else(String::new, |(l, h)| format!(
                " [{}, {}]",
                format::fixed(l * 100.0, 1),
                format::fixed(h * 100.0, 1)
            )),
            format::count(found.n.first().copied().unwrap_or(0)),
            format::count(found.n.get(1).copied().unwrap_or(0)),
        ),
    };
    Ok(found)
}

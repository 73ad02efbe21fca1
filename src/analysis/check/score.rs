//! `single_feature_score`: how well one column alone tells who has the outcome.

use crate::analysis::cells::{Scale, Spread, estimate, fetch};
use crate::analysis::format;
use crate::analysis::keys::column_type;
use crate::analysis::level::UNKNOWN;
use crate::engine::EngineError;
use crate::query::{Cell, Estimate, Key, KeyBin};

use super::ask::{Ask, Found};

/// Values of a text that are ranked by their own rates; with fewer rows than this they fall in with the others.
const KEPT: usize = 50;
const FEWEST: f64 = 30.0;

/// The area under the ROC curve: how often a row with the outcome has the larger value than one without, ties half
/// (Mann and Whitney 1947), turned so that it is at least one half. Numbers and times are ranked as they are, others by
/// the rate of each value that has 30 rows or more. Rows without a value are left out. The interval is DeLong's (1988,
/// Biometrics 44).
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

/// The area under the ROC curve of (rows with, rows without) by ascending value, at least one half, with DeLong's
/// interval. Unknown where one of the two is missing.
#[must_use]
pub fn area(values: &[(f64, f64)]) -> Estimate {
    let (yes, no) = values.iter().fold((0.0, 0.0), |sum, v| (sum.0 + v.0, sum.1 + v.1));
    if yes < 1.0 || no < 1.0 {
        return UNKNOWN;
    }
    let (mut yes_below, mut no_below) = (0.0, 0.0);
    // For each value: the share of rows without that lie below it, and of rows with that lie above it.
    let mut places: Vec<(f64, f64, f64, f64)> = Vec::with_capacity(values.len());
    for (y, n) in values {
        places.push((*y, *n, (no_below + n / 2.0) / no, (yes - yes_below - y / 2.0) / yes));
        yes_below += y;
        no_below += n;
    }
    let area = places.iter().map(|(y, _, below, _)| y * below).sum::<f64>() / yes;
    let part = |spread: f64, n: f64| if n > 1.0 { spread / (n - 1.0) / n } else { 0.0 };
    let variance = part(places.iter().map(|(y, _, below, _)| y * (below - area).powi(2)).sum(), yes)
        + part(places.iter().map(|(_, n, _, above)| n * (above - area).powi(2)).sum(), no);
    let df = yes + no - 2.0;
    let spread = (variance > 1e-26 && df >= 1.0).then_some(Spread { variance, df });
    estimate(area.max(1.0 - area), spread, Scale::Share)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_ratings_of_hanley_and_mcneil() {
        // Hanley and McNeil 1982, Radiology 143, table I: 58 normal, 51 abnormal in five ratings; area 0.893.
        let e = area(&[(3.0, 33.0), (2.0, 6.0), (2.0, 6.0), (11.0, 11.0), (33.0, 2.0)]);
        assert!((e.value.unwrap() - 0.8932).abs() < 1e-3, "{e:?}");
        let (l, h) = e.interval.unwrap();
        assert!((h - l) / 2.0 / 1.98 > 0.028 && (h - l) / 2.0 / 1.98 < 0.036, "{l} {h}");
    }

    #[test]
    fn ends_of_the_scale() {
        assert_eq!(area(&[(0.0, 10.0), (10.0, 0.0)]).value, Some(1.0));
        assert_eq!(area(&[(10.0, 0.0), (0.0, 10.0)]).value, Some(1.0), "turned round");
        assert_eq!(area(&[(5.0, 5.0)]).value, Some(0.5));
        assert_eq!(area(&[(5.0, 0.0)]), UNKNOWN);
    }
}

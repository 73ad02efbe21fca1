//! The profile of a whole table.

use crate::engine::{Engine, EngineError, Ticket, Unit, on_all_cores};
use crate::query::{Cell, ColumnProfile, GroupQuery, Key, Kpi, Measure, ProfileAlert, ProfileResult, ValueType};

use super::alerts::{may_be_skewed, of_profile, of_skew, of_texts};
use super::format::count;
use super::keys::quoted;
use super::level::point;

/// Profiles every column, with alerts. The ticket advances by one per column.
///
/// # Errors
/// A condition that can't be parsed, or a cancel.
pub fn run(engine: &dyn Engine, filter: Option<&str>, ticket: &Ticket) -> Result<ProfileResult, EngineError> {
    let schema = engine.schema().clone();
    let work = ticket.begin(Unit::Columns, schema.columns.len() as u64);
    let rows = match filter {
        None => engine.row_count(),
        Some(_) => {
            let query = GroupQuery { keys: Vec::new(), kpi: None, filter: filter.map(str::to_owned), unit: None };
            engine.aggregate(&query, ticket)?.first().map_or(0, |r| r.sums.n)
        }
    };
    let columns = on_all_cores(&schema.columns, |info| {
        ticket.check()?;
        let profile = column(engine, &info.name, rows, filter, &ticket.without_progress())?;
        work.advance(1);
        Ok(profile)
    })?;
    Ok(ProfileResult { rows, alerts: of_table(rows, columns.len()), columns, read: engine.reading().clone() })
}

/// Profiles one column of a table of `rows` rows (after the filter), with alerts.
///
/// # Errors
/// An unknown column, a condition that can't be parsed, or a cancel.
pub fn column(
    engine: &dyn Engine,
    name: &str,
    rows: u64,
    filter: Option<&str>,
    ticket: &Ticket,
) -> Result<ColumnProfile, EngineError> {
    let mut profile = engine.column_profile(name, filter, ticket)?;
    profile.alerts = of_profile(&profile, rows);
    if may_be_skewed(&profile) {
        let skewness = match profile.skewness {
            Some(counted) => Some(counted),
            None => skewness(engine, &profile, filter, ticket)?,
        };
        profile.alerts.extend(skewness.and_then(of_skew));
    }
    if let Some(all) = few_texts(engine, &mut profile, filter, ticket)? {
        profile.alerts.extend(of_texts(&all));
    }
    Ok(profile)
}

/// All values of a column of text with their rows, where they are few; what the profile has of them is taken.
///
/// # Errors
/// As [`column`].
pub fn few_texts(
    engine: &dyn Engine,
    profile: &mut ColumnProfile,
    filter: Option<&str>,
    ticket: &Ticket,
) -> Result<Option<Vec<(String, u64)>>, EngineError> {
    if profile.dtype != ValueType::Text || profile.distinct > ColumnProfile::FEW_TEXTS {
        return Ok(None);
    }
    Ok(Some(match profile.texts.take() {
        Some(counted) => counted,
        // All values stand among the most frequent where they are few.
        None if profile.distinct == profile.top.len() as u64 => {
            profile.top.iter().map(|t| (t.value.to_string(), t.n)).collect()
        }
        None => texts(engine, &profile.name, filter, ticket)?,
    }))
}

/// Skewness, the mean of z³ (Fisher and Pearson's g₁ with the n − 1 spread), from one further pass.
fn skewness(
    engine: &dyn Engine,
    p: &ColumnProfile,
    filter: Option<&str>,
    ticket: &Ticket,
) -> Result<Option<f64>, EngineError> {
    let (Some(mean), Some(sd)) = (p.mean, p.sd) else { return Ok(None) };
    if !(mean.is_finite() && sd.is_finite() && sd > 0.0) {
        return Ok(None);
    }
    let z = format!("((CAST({} AS DOUBLE) - ({mean:?})) / ({sd:?}))", quoted(&p.name));
    let kpi = Kpi { measure: Measure::Mean(format!("{z} * {z} * {z}")), filter: None };
    let query = GroupQuery { keys: Vec::new(), kpi: Some(kpi), filter: filter.map(str::to_owned), unit: None };
    Ok(engine.aggregate(&query, ticket)?.first().and_then(|r| point(&r.sums)).filter(|x| x.is_finite()))
}

fn texts(
    engine: &dyn Engine,
    name: &str,
    filter: Option<&str>,
    ticket: &Ticket,
) -> Result<Vec<(String, u64)>, EngineError> {
    let query = GroupQuery { keys: vec![Key::column(name)], kpi: None, filter: filter.map(str::to_owned), unit: None };
    let rows = engine.aggregate(&query, ticket)?;
    Ok(rows
        .into_iter()
        .filter_map(|r| match r.keys.into_iter().next() {
            Some(Cell::Text(s)) => Some((s, r.sums.n)),
            _ => None,
        })
        .collect())
}

fn of_table(rows: u64, columns: usize) -> Vec<ProfileAlert> {
    let mut out = Vec::new();
    let mut put = |kind: &str, detail: String| out.push(ProfileAlert { kind: kind.to_owned(), detail });
    if rows == 0 {
        put("no_rows", "no row is left to look at".to_owned());
    } else if rows < 100 {
        put("few_rows", format!("{} rows: most intervals will be wide", count(rows)));
    }
    if columns == 1 {
        put("one_column", "one column only: was the delimiter read right?".to_owned());
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::analysis::fake::Fake;

    #[test]
    fn every_column_is_there_in_order_with_its_alerts() {
        let rows = (0..200)
            .map(|i| {
                vec![
                    Cell::Text(format!("id{i}")),
                    Cell::Text(["North", "north", "South"][i % 3].into()),
                    Cell::Int(7),
                    if i % 10 == 0 { Cell::Null } else { Cell::Float(i as f64) },
                ]
            })
            .collect();
        let t = Fake::new(
            &[("id", ValueType::Text), ("city", ValueType::Text), ("seven", ValueType::Int), ("x", ValueType::Float)],
            rows,
        );
        let ticket = Ticket::default();
        let p = run(&t, None, &ticket).unwrap();
        let kinds: Vec<Vec<&str>> =
            p.columns.iter().map(|c| c.alerts.iter().map(|a| a.kind.as_str()).collect()).collect();
        assert_eq!(kinds, [vec!["unique"], vec!["twins"], vec!["constant"], vec!["nulls"]]);
        assert_eq!((p.rows, ticket.state().done, ticket.state().total), (200, 4, 4));
        let some = run(&t, Some("\"city\" = 'South'"), &Ticket::default()).unwrap();
        assert_eq!(some.rows, 66);
        assert!(some.alerts.iter().any(|a| a.kind == "few_rows"));
    }

    #[test]
    fn a_cancelled_profile_stops() {
        let t = Fake::new(&[("x", ValueType::Int)], vec![vec![Cell::Int(1)]]);
        let ticket = Ticket::default();
        ticket.cancel();
        assert_eq!(run(&t, None, &ticket), Err(EngineError::Cancelled));
    }
}

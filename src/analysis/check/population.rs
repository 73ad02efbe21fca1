//! `population_diff`: who is in one and not in the other, and how their KPI differs.

use crate::analysis::cells::{Arm, bucket_key, bucket_of, need_level};
use crate::analysis::crude::crude;
use crate::analysis::format;
use crate::analysis::keys::both;
use crate::analysis::level::{UNKNOWN, add, count_f64, point};
use crate::engine::EngineError;
use crate::query::{GroupQuery, Key, Kpi, Measure};

use super::ask::{Ask, Found, scaled};
use super::sides::{Counts, Side, two_tables, type_words, whole};
use super::words::group_words;

/// Two tables (`left`, `right`), or two filters (`a`, `b`) of the KPI's table. `missing_share` is the share of the
/// left's keys that the right lacks, `extra_share` the other way round: facts without an interval. `rate_ratio` and
/// `difference_points` hold the KPI of those that the other side lacks against that of those in both, in the left where
/// it has the KPI's columns and else in the right, with the intervals of a crude comparison.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let (left, right) = match ask.sql("a")? {
        Some(a) => two_filters(ask, &a)?,
        None if ask.text("b")?.is_some() => {
            return Err(ask.missing("a", "a SQL condition, since b is given"));
        }
        None => two_tables(ask)?,
    };
    let (a, b) = (left.counts(ask)?, right.counts(ask)?);
    let shared = a.by.keys().filter(|key| b.by.contains_key(*key)).count() as u64;
    let (only_left, only_right) = (a.by.len() as u64 - shared, b.by.len() as u64 - shared);
    let of = |part: u64| (part + shared > 0).then(|| count_f64(part) / count_f64(part + shared));
    let mut found = Found::new("missing_share", String::new());
    found.put_fact("missing_share", of(only_left));
    found.put_fact("extra_share", of(only_right));
    found.put_fact("in_both", Some(count_f64(shared)));
    found.n = vec![only_left, shared, only_right];
    let key = left.key_words();
    let share = |part: u64| of(part).map_or_else(|| format::UNKNOWN.to_owned(), format::percent);
    found.says = format!(
        "Of {} different {key} in {}, {} ({}) are missing from {}; of {} there, {} ({}) are missing from {}.",
        format::count(only_left + shared),
        left.name,
        format::count(only_left),
        share(only_left),
        right.name,
        format::count(only_right + shared),
        format::count(only_right),
        share(only_right),
        left.name,
    );
    if let Some(words) = type_words(&left, &right).filter(|_| shared == 0) {
        found.says.push_str(&format!(" Nothing matches: {words}."));
    }
    let (mut ratio, mut difference) = (UNKNOWN, UNKNOWN);
    for (side, other) in [(&left, &b), (&right, &a)] {
        let Some((without, with)) = levels(ask, side, other)? else { continue };
        let contrast = crude(&without, &with, ask.kpi.is_share());
        (ratio, difference) = (contrast.ratio, contrast.difference);
        found.says.push_str(&format!(
            " In {}, {} is {} in {} rows of those missing from the other and {} in {} rows of those in both: {}.",
            side.name,
            ask.kpi,
            format::level(ask.kpi, point(&without.sums)),
            format::count(without.sums.known),
            format::level(ask.kpi, point(&with.sums)),
            format::count(with.sums.known),
            format::change_with_interval(ask.kpi, &difference),
        ));
        break;
    }
    found.put("rate_ratio", ratio);
    found.put("difference_points", scaled(difference, ask.points()));
    Ok(found)
}

/// The KPI's table twice, each time with a condition.
fn two_filters<'a>(ask: &Ask<'a>, a: &str) -> Result<(Side<'a>, Side<'a>), EngineError> {
    let b = ask.sql("b")?.ok_or_else(|| ask.missing("b", "the SQL condition that a is held against"))?;
    whole(ask, "The table", ask.engine)?;
    let key = match ask.text("key")? {
        Some(role) => ask.column(&role)?,
        None => ask.column("entity")?,
    };
    let filter = ask.filter()?;
    let side = |name: String, condition: &str| Side {
        name,
        engine: ask.engine,
        keys: vec![key.clone()],
        filter: both(filter.as_deref(), Some(condition)),
    };
    let names = (group_words(ask, "a", a, "the first group")?, group_words(ask, "b", &b, "the second group")?);
    Ok((side(names.0, a), side(names.1, &b)))
}

/// The KPI of those whom the other side lacks, and of those in both; `None` where this side can't tell.
fn levels(ask: &Ask<'_>, side: &Side<'_>, other: &Counts) -> Result<Option<(Arm, Arm)>, EngineError> {
    if need_level(ask.kpi, "This check").is_err() || !holds(side, ask.kpi) {
        return Ok(None);
    }
    let mut keys: Vec<Key> = side.keys.iter().map(Key::column).collect();
    let unit = ask.unit.filter(|unit| side.engine.schema().get(unit).is_some());
    if let Some(unit) = unit {
        keys.push(bucket_key(unit));
    }
    let query = GroupQuery { keys, kpi: Some(ask.kpi.clone()), filter: side.filter.clone(), unit: None };
    let empty = || if unit.is_some() { Arm::with_buckets() } else { Arm::default() };
    let (mut without, mut with) = (empty(), empty());
    for row in side.engine.aggregate(&query, ask.ticket)? {
        let mut cells = row.keys;
        let bucket = bucket_of(unit.and_then(|_| cells.pop()).as_ref());
        let Some(key) = super::sides::key_text(&cells) else { continue };
        let arm = if other.by.contains_key(&key) { &mut with } else { &mut without };
        arm.sums = add(&arm.sums, &row.sums);
        arm.add_to(bucket, row.sums.y, row.sums.d);
    }
    Ok((without.sums.known > 0 && with.sums.known > 0).then_some((without, with)))
}

/// Whether the side has the KPI's columns.
fn holds(side: &Side<'_>, kpi: &Kpi) -> bool {
    let parts: Vec<&str> = match &kpi.measure {
        Measure::Rate(e) | Measure::Mean(e) | Measure::Sum(e) => vec![e],
        Measure::Ratio(a, b) => vec![a, b],
        Measure::Count => Vec::new(),
    };
    parts.into_iter().chain(kpi.filter.as_deref()).all(|sql| side.engine.check_sql(sql).is_ok())
}

//! `join_audit`: what a join of two tables loses and multiplies.

use crate::analysis::format;
use crate::analysis::level::count_f64;
use crate::engine::EngineError;

use super::ask::{Ask, Found};
use super::sides::{two_tables, type_words};

/// The rows of `left` that find no row of `right` by their key are lost, and a key that stands k times in `right` adds
/// k − 1 rows for each of `left`'s. `changed_share` is both together over the rows of `left`, so that a loss never hides
/// behind a gain. All numbers are facts about the tables and have no interval.
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let (left, right) = two_tables(ask)?;
    let (a, b) = (left.counts(ask)?, right.counts(ask)?);
    let (lost, lost_right) = (a.unmatched(&b), b.unmatched(&a));
    let pairs = a.by.iter().map(|(key, n)| n.saturating_mul(b.by.get(key).copied().unwrap_or(0)));
    let after = pairs.fold(0u64, u64::saturating_add);
    let before = a.rows();
    let added = after.saturating_sub(before - lost);
    let repeated = b.by.values().filter(|n| **n > 1).count() as u64;
    let repeated_left = a.by.values().filter(|n| **n > 1).count() as u64;
    let of = |part: u64, whole: u64| (whole > 0).then(|| count_f64(part) / count_f64(whole));
    let mut found = Found::new("changed_share", String::new());
    found.put_fact("changed_share", of(lost.saturating_add(added), before));
    found.put_fact("lost_share", of(lost, before));
    found.put_fact("added_share", of(added, before));
    found.put_fact("right_lost_share", of(lost_right, b.rows()));
    found.put_fact("repeated_keys", Some(count_f64(repeated)));
    found.put_fact("left_repeated_keys", Some(count_f64(repeated_left)));
    found.put_fact("rows_before", Some(count_f64(before)));
    found.put_fact("rows_after", Some(count_f64(after)));
    found.n = vec![before, after];
    if before == 0 {
        found.says = format!("{} has no rows.", left.name);
        return Ok(found);
    }
    let share = |part: u64, whole: u64| of(part, whole).map_or_else(|| format::UNKNOWN.to_owned(), format::percent);
    found.says = format!(
        "Joined by {}, the {} rows of {} become {}: {} of them ({}) find nothing in {}; {} keys that stand there several times add {} rows; {} rows of {} ({}) find nothing in {}.",
        left.key_words(),
        format::count(before),
        left.name,
        format::count(after),
        format::count(lost),
        share(lost, before),
        right.name,
        format::count(repeated),
        format::count(added),
        format::count(lost_right),
        right.name,
        share(lost_right, b.rows()),
        left.name,
    );
    if let Some(words) = type_words(&left, &right).filter(|_| after == 0) {
        found.says.push_str(&format!(" Nothing matches: {words}."));
    }
    Ok(found)
}

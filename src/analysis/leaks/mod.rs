//! Columns that know the outcome (3-analysis.md v). They are looked for before any ranking, and held out of it until
//! somebody answers whether they were known before.

mod measures;
mod names;
mod parts;

use crate::analysis::coding::{Counted, Prepared, prepare};
use crate::analysis::format;
use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{ClueRequest, Leak, LeakResult, LeakTier};

use measures::{Measures, measure};

/// From here on a column nearly is the outcome.
const LEAK_AUC: f64 = 0.95;
const LEAK_SHARE: f64 = 0.9;
const LEAK_ENTROPY: f64 = 0.1;
/// From here on somebody must say whether it was known before.
const SUSPECT_AUC: f64 = 0.85;
const SUSPECT_CORRELATION: f64 = 0.8;
/// Information value from which a column is a suspect, where it also ranks well; the strongest honest columns of real
/// tables pass 1 by themselves (the contract of the telco table has 1.24 and ranks 73 % of pairs).
const SUSPECT_IV: f64 = 1.0;
const SUSPECT_IV_AUC: f64 = 0.8;
/// A name that tells of the outcome counts from this correlation on.
const NAMED_CORRELATION: f64 = 0.5;

/// Looks for leaks.
///
/// # Errors
/// As [`prepare`].
pub fn run(engine: &dyn Engine, asked: &ClueRequest, ticket: &Ticket) -> Result<LeakResult, EngineError> {
    let prepared = prepare(engine, asked, ticket)?;
    let leaks = found(engine, &prepared, asked, ticket)?;
    let mut notes = prepared.notes.clone();
    if leaks.is_empty() {
        notes.push("No column knows the outcome by these measures; whoever made the table may know of one.".to_owned());
    }
    Ok(LeakResult {
        kpi: prepared.kpi.clone(),
        n: prepared.table.len() as u64,
        leaks,
        tried: prepared.columns.len() as u64,
        skipped: prepared.skipped.clone(),
        notes,
    })
}

/// The leaks among the columns, the strongest first; those known before are none.
///
/// # Errors
/// A cancel, or what the engine says.
pub fn found(
    engine: &dyn Engine,
    prepared: &Prepared,
    asked: &ClueRequest,
    ticket: &Ticket,
) -> Result<Vec<Leak>, EngineError> {
    let known = |column: &str| asked.known_before.iter().any(|k| k == column);
    let mut out: Vec<Leak> = Vec::new();
    for column in prepared.columns.iter().filter(|c| !known(&c.of)) {
        ticket.check()?;
        out.extend(of_column(prepared, column));
        out.extend(of_moment(prepared, column));
    }
    for lag in prepared.lags.iter().filter(|l| !known(&l.counted.of)) {
        ticket.check()?;
        out.extend(of_lag(prepared, &lag.counted, &lag.since));
    }
    once_each(&mut out);
    let lone: Vec<&str> = out.iter().filter(|l| l.tier == LeakTier::Leak).map(|l| l.column.as_str()).collect();
    let parts = parts::of_kpi(engine, prepared, asked, &lone, ticket)?;
    out.extend(parts);
    once_each(&mut out);
    out.sort_by(|a, b| a.tier.cmp(&b.tier).then(b.strength.total_cmp(&a.strength)).then(a.column.cmp(&b.column)));
    Ok(out)
}

/// Leaves of each column what is most certain: a time is looked at in several ways.
fn once_each(leaks: &mut Vec<Leak>) {
    leaks.sort_by(|a, b| a.column.cmp(&b.column).then(a.tier.cmp(&b.tier)).then(b.strength.total_cmp(&a.strength)));
    leaks.dedup_by(|later, first| later.column == first.column);
}

/// What a column's measures make of it: how sure, and why, in words that begin with "it".
fn judged(m: &Measures) -> Option<(LeakTier, String)> {
    let percent = format::percent;
    Some(if let Some(auc) = m.auc.filter(|a| *a >= LEAK_AUC) {
        (LeakTier::Leak, format!("ranks {} of pairs right", percent(auc)))
    } else if m.eta * m.eta >= LEAK_SHARE {
        (LeakTier::Leak, format!("goes with {} of the KPI's variance", percent(m.eta * m.eta)))
    } else if let Some(left) = m.entropy.filter(|h| *h < LEAK_ENTROPY) {
        (LeakTier::Leak, format!("leaves only {} of the uncertainty", percent(left)))
    } else if let Some(auc) = m.auc.filter(|a| *a >= SUSPECT_AUC) {
        (LeakTier::Suspect, format!("ranks {} of pairs right", percent(auc)))
    } else if m.eta >= SUSPECT_CORRELATION {
        (LeakTier::Suspect, format!("correlates with the KPI at {}", format::fixed(m.eta, 2)))
    } else {
        return None;
    })
}

/// How the words begin that tell what a column alone would tell.
pub const ALONE: &str = "alone it would tell";

/// What a column alone would tell: the figure that a leak makes too good.
fn warning(m: &Measures) -> String {
    let percent = format::percent;
    match (m.accuracy, m.without) {
        (Some(with), Some(without)) => {
            format!("; {ALONE} {} of rows right, against {} without it", percent(with), percent(without))
        }
        _ => String::new(),
    }
}

fn leak(column: &str, tier: LeakTier, why: String, m: &Measures) -> Leak {
    let strength = m.auc.map_or(m.eta, |a| (2.0 * a - 1.0).max(m.eta)).clamp(0.0, 1.0);
    Leak { column: column.to_owned(), tier, why, strength, auc: m.auc, accuracy: m.accuracy }
}

/// A column by its values.
fn of_column(prepared: &Prepared, column: &Counted) -> Option<Leak> {
    let m = measure(&prepared.kpi, column, &column.groups(), prepared.values(column))?;
    let right = warning(&m);
    let percent = format::percent;
    let sure = judged(&m);
    let (tier, why) = if let Some((LeakTier::Leak, why)) = &sure {
        (LeakTier::Leak, format!("it {why}{right}"))
    } else if let Some((label, n, rate)) = &m.pure {
        (LeakTier::Leak, format!("{label} has the outcome in {} of {} rows{right}", percent(*rate), format::count(*n)))
    } else if let Some(auc) = m.missing.filter(|a| *a >= SUSPECT_AUC) {
        (LeakTier::Leak, format!("whether it is missing ranks {} of pairs right", percent(auc)))
    } else if let Some((tier, why)) = sure {
        (tier, format!("it {why}{right}"))
    } else if let Some(iv) = m.iv.filter(|iv| *iv > SUSPECT_IV && m.auc.is_some_and(|a| a >= SUSPECT_IV_AUC)) {
        (LeakTier::Suspect, format!("its information value is {}{right}", format::fixed(iv, 1)))
    } else if m.eta >= NAMED_CORRELATION && names::telling(&column.of) {
        (
            LeakTier::Suspect,
            format!("its name tells of the outcome, and it correlates at {}{right}", format::fixed(m.eta, 2)),
        )
    } else {
        return None;
    };
    Some(leak(&column.of, tier, why, &m))
}

/// A moment that by its name is stamped when the outcome is there. How closely it goes with it is no matter: a date of
/// the last change moves with the calendar and yet knows what came.
fn of_moment(prepared: &Prepared, column: &Counted) -> Option<Leak> {
    if !column.coded.is_time() || !names::stamped_after(&column.of) {
        return None;
    }
    let m = measure(&prepared.kpi, column, &column.groups(), prepared.values(column))?;
    let why = "by its name it is a moment at or after the outcome".to_owned();
    Some(leak(&column.of, LeakTier::Suspect, why, &m))
}

/// A moment by how long after another one it lies.
fn of_lag(prepared: &Prepared, lag: &Counted, since: &str) -> Option<Leak> {
    let m = measure(&prepared.kpi, lag, &lag.groups(), prepared.values(lag))?;
    let right = warning(&m);
    let (tier, why) = if let Some((tier, why)) = judged(&m) {
        (tier, format!("how long it lies after {since} {why}{right}"))
    } else {
        let (_, n, rate) = m.pure.as_ref()?;
        let rows = format::count(*n);
        (
            LeakTier::Leak,
            format!(
                "one stretch of time after {since} has the outcome in {} of {rows} rows{right}",
                format::percent(*rate)
            ),
        )
    };
    Some(leak(&lag.of, tier, why, &m))
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_precision_loss)]
#[cfg(test)]
mod tests;

//! Which columns the KPI goes with (3-analysis.md ii): one scale for all types, ranked by the careful end of its
//! interval.

mod effect;

use crate::analysis::coding::{Counted, Prepared, Tally, prepare, value_order};
use crate::analysis::confounders;
use crate::analysis::dist::{f_above, t95};
use crate::analysis::leaks;
use crate::analysis::level::count_f64;
use crate::engine::{Engine, EngineError, Ticket, on_all_cores};
use crate::query::{Better, Cell, ClueRequest, Driver, DriverGroup, DriverResult};

pub use effect::{Effect, benjamini_hochberg, effect, variance};

/// Groups with fewer rows than this are neither best nor worst.
const LEAST_ROWS: u64 = 30;
/// Nor are those with less than this share of the rows, up to [`ENOUGH_ROWS`]: a handful of rows of a large table is no
/// group to act on.
const LEAST_SHARE: f64 = 0.001;
/// So many rows are enough, however large the table is.
const ENOUGH_ROWS: u64 = 200;
/// Drivers whose worst group is held against the other columns.
const EXPLAINED: usize = 12;
/// A column whose groups differ by less than this share of the KPI's standard deviation is told as no driver: at a
/// million rows everything is "significant".
const LEAST_SPREAD: f64 = 0.02;
/// Probability beyond which a column is no driver.
const MOST_Q: f64 = 0.05;

/// Ranks the columns.
///
/// # Errors
/// As [`prepare`]; a KPI that does not vary.
pub fn run(engine: &dyn Engine, asked: &ClueRequest, ticket: &Ticket) -> Result<DriverResult, EngineError> {
    let prepared = prepare(engine, asked, ticket)?;
    let mut notes = prepared.notes.clone();
    let leaks = leaks::found(engine, &prepared, asked, ticket)?;
    let whole = prepared.whole();
    let tried: Vec<&Counted> = prepared.without(&leaks).collect();
    let mut drivers: Vec<(Driver, &Counted)> = Vec::new();
    let constant = prepared.constant();
    if constant.is_none() {
        let cut = tail(&prepared);
        for column in &tried {
            ticket.check()?;
            drivers.extend(of_column(&prepared, column, asked.better, cut).map(|d| (d, *column)));
        }
    }
    let p: Vec<f64> = drivers.iter().map(|(d, ..)| d.p).collect();
    for ((driver, ..), q) in drivers.iter_mut().zip(benjamini_hochberg(&p)) {
        driver.q = q;
    }
    let sd = whole.level().map_or(0.0, |r| effect::variance(&whole, r).sqrt());
    let (mut kept, small): (Vec<_>, Vec<_>) =
        drivers.into_iter().partition(|(d, ..)| d.q <= MOST_Q && d.interval.0 > 0.0 && d.spread >= LEAST_SPREAD * sd);
    kept.sort_by(|(a, _), (b, _)| b.interval.0.total_cmp(&a.interval.0).then_with(|| a.column.cmp(&b.column)));
    let held: Vec<(&Counted, &Cell)> = kept.iter().take(EXPLAINED).map(|(d, c)| (*c, &d.worst.value)).collect();
    let explained = on_all_cores(&held, |(column, worst)| {
        ticket.check()?;
        Ok(confounders::of_group(&prepared, asked, column, worst, &leaks))
    })?;
    for ((driver, _), by) in kept.iter_mut().zip(explained) {
        driver.explained_by = by;
    }
    notes.extend(constant);
    if !small.is_empty() {
        notes.push(format!("{} of {} columns go with the KPI no more than chance allows.", small.len(), tried.len()));
    }
    Ok(DriverResult {
        kpi: prepared.kpi.clone(),
        n: prepared.table.len() as u64,
        level: prepared.level(),
        tried: tried.len() as u64,
        drivers: kept.into_iter().map(|(d, _)| d).collect(),
        leaks,
        skipped: prepared.skipped.clone(),
        notes,
    })
}

/// The effect of a column, with its groups; absent where fewer than two groups have a level.
fn of_column(prepared: &Prepared, column: &Counted, better: Better, cut: Option<f64>) -> Option<Driver> {
    let values = prepared.values(column);
    let e = effect(&column.cells, prepared.clustered)?;
    let groups = column.groups();
    let overall = Tally::total(&groups).level()?;
    let named = |k: usize, g: &Tally| -> Option<DriverGroup> {
        let r = g.level()?;
        // κ = MSW/τ²: with no spread between the groups nothing is left of a group's own level.
        let weight = if e.between > 0.0 { g.d / (g.d + e.within / e.between) } else { 0.0 };
        let value = values.get(k)?;
        Some(DriverGroup {
            label: column.coded.label(value),
            value: value.clone(),
            condition: column.coded.condition(value, values),
            n: g.n,
            level: r,
            shrunk: overall + weight * (r - overall),
        })
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a small share of a count
    let least = (count_f64(Tally::total(&groups).n) * LEAST_SHARE) as u64;
    let least = least.clamp(LEAST_ROWS, ENOUGH_ROWS);
    let enough = |g: &&(usize, &Tally)| g.1.n >= least;
    let numbered: Vec<(usize, &Tally)> = groups.iter().enumerate().filter(|(_, g)| g.n > 0).collect();
    let pool: Vec<(usize, &Tally)> = if numbered.iter().filter(enough).count() >= 2 {
        numbered.iter().filter(enough).copied().collect()
    } else {
        numbered
    };
    let mut named: Vec<DriverGroup> = pool.iter().filter_map(|(k, g)| named(*k, g)).collect();
    named.sort_by(|a, b| a.shrunk.total_cmp(&b.shrunk).then_with(|| a.label.cmp(&b.label)));
    let (low, high) = (named.first()?.clone(), named.last()?.clone());
    let (best, worst) = if better == Better::Lower { (low, high) } else { (high, low) };
    let trend = if column.coded.ordered() { trend(&groups, values) } else { None };
    Some(Driver {
        column: column.coded.name.clone(),
        omega2: e.omega2,
        interval: e.interval,
        omega2_winsorised: cut.and_then(|cut| winsorised(prepared, column, cut)),
        spread: (e.omega2 * e.variance).sqrt(),
        best,
        worst,
        trend,
        p: f_above(e.f, e.df.0, e.df.1).unwrap_or(1.0),
        q: 1.0,
        explained_by: Vec::new(),
    })
}

/// The way the level goes along an ordered column: the sign of the correlation between the groups' order and their
/// levels, where it explains at least a quarter of what is between the groups.
fn trend(groups: &[Tally], values: &[Cell]) -> Option<i8> {
    let mut known: Vec<(&Cell, &Tally)> =
        values.iter().zip(groups).filter(|(v, g)| **v != Cell::Null && g.n > 0).collect();
    known.sort_by(|(a, _), (b, _)| value_order(a, b));
    let points: Vec<(f64, f64, f64)> =
        known.iter().enumerate().filter_map(|(i, (_, g))| Some((count_f64(i as u64), g.level()?, g.d.abs()))).collect();
    let weight: f64 = points.iter().map(|p| p.2).sum();
    if points.len() < 3 || weight <= 0.0 {
        return None;
    }
    let mean = |pick: fn(&(f64, f64, f64)) -> f64| points.iter().map(|p| pick(p) * p.2).sum::<f64>() / weight;
    let (mx, mr) = (mean(|p| p.0), mean(|p| p.1));
    let (sxy, sxx, syy) = points.iter().fold((0.0, 0.0, 0.0), |s, (x, r, w)| {
        (s.0 + w * (x - mx) * (r - mr), s.1 + w * (x - mx).powi(2), s.2 + w * (r - mr).powi(2))
    });
    let correlation = sxy / (sxx * syy).sqrt();
    (correlation.is_finite() && correlation.abs() >= 0.5).then_some(if correlation > 0.0 { 1 } else { -1 })
}

/// Where the largest 0.1 % of values begin, where a KPI of numbers has a tail of at least ten times that.
fn tail(prepared: &Prepared) -> Option<f64> {
    if prepared.kpi.is_share() || !prepared.table.d.is_empty() {
        return None;
    }
    let mut sizes: Vec<f64> = prepared.table.y.iter().map(|y| y.abs()).collect();
    let at = (sizes.len().checked_mul(999)? / 1000).min(sizes.len().checked_sub(1)?);
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    let (_, cut, _) = sizes.select_nth_unstable_by(at, f64::total_cmp);
    Some(*cut).filter(|cut| *cut > 0.0 && largest >= 10.0 * cut)
}

/// ω² with values beyond a size cut off.
fn winsorised(prepared: &Prepared, column: &Counted, cut: f64) -> Option<f64> {
    let mut cells = vec![vec![Tally::default(); 1]; column.cells.len()];
    for (code, y) in prepared.codes(column).iter().zip(&prepared.table.y) {
        if let Some(tally) = cells.get_mut(usize::from(*code)).and_then(|c| c.first_mut()) {
            tally.add(y.clamp(-cut, cut), 1.0);
        }
    }
    effect(&cells, false).map(|e| e.omega2)
}

/// Half the width of an interval over B buckets, for a standard error.
fn half(se: f64, buckets: f64) -> Option<f64> {
    t95(buckets - 1.0).map(|t| t * se)
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_precision_loss)]
#[cfg(test)]
pub(crate) mod tests;

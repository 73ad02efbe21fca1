//! What numbers mean: pure functions over small aggregates, and the one door that runs an [`Analysis`].
//!
//! | file | holds |
//! |---|---|
//! | [`dist`] | critical values, Wilson's interval |
//! | [`level`] | the KPI's level with its interval |
//! | [`cells`] | grouped sums with buckets of units, variances, the delta method |
//! | [`keys`] | columns as keys: values, quantile bins, calendar steps; labels and conditions |
//! | `sqltext` | names, values and conditions as SQL text |
//! | [`kpi`] | the KPI over all, by keys, over time |
//! | [`reach`] | what could be won |
//! | [`coding`], [`drivers`], [`segments`], [`leaks`], [`confounders`] | columns counted together; which the KPI goes with, in which combinations; which know the outcome; what explains it away |
//! | [`change`], [`localise`] | what moved between two periods or against a forecast, and in which smallest set of cells |
//! | [`crude`], [`mantel`], [`compare`] | A against B, crude and within strata |
//! | [`profile`], [`alerts`] | every column, and what in it deserves a look |
//! | [`shift`], [`days`] | every column in some rows against others; which days a time column covers |
//! | [`associate`] | how strongly two columns go together |
//! | [`check`] | the operations of checks, and when their answer is yes |
//! | [`experiment`] | the size of the follow-up experiment |
//! | [`format`] | numbers as people read them |

pub mod alerts;
pub mod associate;
pub mod cells;
pub mod change;
pub mod check;
pub mod coding;
pub mod compare;
pub mod confounders;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod coverage;
pub mod crude;
pub mod days;
pub mod dist;
pub mod drivers;
pub mod experiment;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod fake;
pub mod fixes;
pub mod format;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod hostile;
pub mod keys;
pub mod kpi;
pub mod leaks;
pub mod level;
pub mod localise;
pub mod mantel;
pub mod profile;
pub mod reach;
pub mod roc;
pub mod segments;
pub mod shift;
pub mod sqltext;
#[cfg(test)]
mod truth;
pub mod units;

use std::sync::Arc;

use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Analysis, Findings, Kpi, Measure, ValueType};

/// The KPI as its numbers are: the mean of a condition is the share of rows for which it holds, so it is shown, judged
/// and searched for leaks as a rate. Only the engine knows the type of an expression; what it can't read stays as it
/// is, and is refused when it is run.
#[must_use]
pub fn as_measured(engine: &dyn Engine, kpi: &Kpi) -> Kpi {
    match &kpi.measure {
        Measure::Mean(e) if matches!(engine.value_type(e), Ok(ValueType::Bool)) => kpi.of_condition(),
        _ => kpi.clone(),
    }
}

/// Runs an analysis on a table. Called on a job's thread; looks at the ticket between queries.
///
/// # Errors
/// [`EngineError::Request`] for what can't be asked (unknown column, SQL that can't be parsed, a KPI without a level,
/// a check that is done outside), [`EngineError::Cancelled`] after a cancel, and whatever the engine says.
pub fn run(engine: &dyn Engine, analysis: &Analysis, ticket: &Ticket) -> Result<Findings, EngineError> {
    run_among(engine, &[], analysis, ticket)
}

/// The same with all tables that are open under their names, for checks on more than one; `engine` is one of them.
///
/// # Errors
/// As [`run`].
pub fn run_among(
    engine: &dyn Engine,
    tables: &[(String, Arc<dyn Engine>)],
    analysis: &Analysis,
    ticket: &Ticket,
) -> Result<Findings, EngineError> {
    ticket.check()?;
    let mut resolved = analysis.clone();
    if let Some(kpi) = resolved.kpi_mut() {
        *kpi = as_measured(engine, kpi);
    }
    let analysis = &resolved;
    match analysis {
        Analysis::Profile { filter } => profile::run(engine, filter.as_deref(), ticket).map(Findings::Profile),
        Analysis::Fixes => fixes::proposed(engine, ticket).map(Findings::Fixes),
        Analysis::Kpi { kpi, by, trend, filter, unit } => {
            let grouping = kpi::Grouping {
                by,
                trend: trend.as_ref().map(|(column, step)| (column.as_str(), *step)),
                filter: filter.as_deref(),
                unit: unit.as_deref(),
            };
            kpi::run(engine, kpi, grouping, ticket).map(Findings::Kpi)
        }
        Analysis::Compare(comparison) => compare::run(engine, comparison, ticket).map(Findings::Compare),
        Analysis::Reach { kpi, segment, target, unit } => {
            reach::run(engine, kpi, segment, *target, unit.as_deref(), ticket).map(Findings::Reach)
        }
        Analysis::Check { kpi, request, unit, better } => {
            check::run_among(engine, tables, kpi, *better, request, unit.as_deref(), ticket).map(Findings::Check)
        }
        Analysis::Leaks(request) => leaks::run(engine, request, ticket).map(Findings::Leaks),
        Analysis::Drivers(request) => drivers::run(engine, request, ticket).map(Findings::Drivers),
        Analysis::Segments(request) => segments::run(engine, request, ticket).map(Findings::Segments),
        Analysis::Confounders(request) => confounders::run(engine, request, ticket).map(Findings::Confounders),
        Analysis::Change(request) => change::run(engine, request, ticket).map(Findings::Change),
        Analysis::Experiment(request) => experiment::run(request).map(Findings::Experiment),
        Analysis::Shift(request) => shift::run(engine, request, ticket).map(Findings::Shift),
        Analysis::Days { column, filter } => days::run(engine, column, filter.as_deref(), ticket).map(Findings::Days),
        Analysis::Association { a, b } => {
            associate::cramers_v(engine, a, b, ticket).map(|v| Findings::Association { v })
        }
    }
}

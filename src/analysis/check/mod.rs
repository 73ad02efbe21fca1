//! Runs the checks of a playbook and those made on the spot (3-analysis.md, the closed table).

mod answers;
mod ask;
mod before_after;
mod bias;
mod calibration;
mod change_point;
mod compare;
mod dose;
mod duplicates;
#[cfg(test)]
mod golden;
mod join;
mod lead_in;
mod leak_scan;
mod missing;
mod mix;
mod number;
mod overlap;
mod population;
mod rate_by;
mod ratio;
mod recount;
mod rows;
pub mod rule;
mod score;
mod season;
mod series;
mod shape;
mod shift;
mod sides;
#[cfg(test)]
mod tests;
mod times;
mod top_values;
mod trend;
mod two_series;
#[cfg(test)]
mod two_tables;
mod volume;
mod window;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Better, CheckOp, CheckRequest, CheckResult, Kpi, Outcome, YesIf};

use ask::Ask;
pub(super) use shift::{BINS, psi};
pub use sides::PLACES;

/// Runs a check and holds what it finds against its rule (see [`rule::answer`]). Without a rule the outcome is
/// unclear: a person judges. A result without rows to speak of is `failed` and says why.
///
/// Parameters that hold SQL may name a role in braces; every operation takes `where`, a SQL condition on the rows, and
/// what was answered about columns: `exclude` (known only after the outcome: such a column settles nothing) and
/// `consequences` (column → what follows from it: never held fixed while that column is tested).
///
/// | op | parameters | metrics |
/// |---|---|---|
/// | `rate_by` | `by` (role), `min_rows` (30) | `rate_ratio`, `difference_points` (both as how much worse the worst group is), `share_of_excess`, `share_of_rows` |
/// | `compare_rate`, `compare_groups` | `a`, `b` (SQL), `a_words`, `b_words` (what to call them), or `exposure` (role) with `split` (`top_quarter`, `bottom_quarter`, `median`, `top_value`); `within` (roles) | `rate_ratio`, `difference_points`, `crude_ratio`, `crude_points`, `explained_away`, `overlap` |
/// | `dose_response` | `measure` (role), `bins` (5), `within` | `rate_ratio`, `slope_points`, `same_direction` |
/// | `missing_vs_target` | `column` (role), `within` | as compare |
/// | `mix_vs_rate` | `group` (role), `before`, `after` (SQL) | `mix_share`, `mix_points`, `rate_points`, `change_points` |
/// | `before_after` | `measure` (role, SQL or KPI), `time` (role), `date` and/or `lead_days`, `days` | `change_share`, `change_points` |
/// | `change_point` | `measure`, `time`, `date` | `days_from_date` (the interval is that of the break's day), `break_strength` (F; 9.84 comes by chance), `shift_points` |
/// | `trend` | `measure`, `time`, `every` (`1d`) | `slope_points`, `total_points` |
/// | `compare_series` | `measure`, `other`, `time`, `every` | `correlation` (of the changes), `level_correlation` |
/// | `same_weeks_last_years` | `measure`, `time`, `date`, `days` | `share_of_rise`, `rise_points`, `earlier_points`, `years` |
/// | `volume_by_day` | `time` | `worst_factor`, `days_off_by_two`, `empty_days` |
/// | `filter_recount` | `filter` (SQL) | `change_share`, `kept_share` |
/// | `missing_compare` | `column`, `by` (roles) | as `rate_by`, of empty cells |
/// | `top_values` | `column` (role) | `top_share`, `top_share_known`, `distinct` |
/// | `distribution_shift` | `column`, and `by` or `before`, `after` (SQL) | `psi`, `bins` |
/// | `duplicate_rows` | `key` (role or list of roles) | `duplicate_share`, `duplicates`, `most_of_one_key` |
/// | `single_feature_score` | `column` (role) | `auc` |
/// | `sample_ratio` | `arm` (role), `expected` (value → share) | `p_value`, `chi_square`, `worst_gap_points` |
/// | `shape_by` | `column` (role), `by` (role) | `median_ratio` |
/// | `compare_times` | `later`, `earlier` (roles) | `later_share` |
/// | `row_compare` | `left`, `right` (roles), `tolerance` | `differ_share` |
/// | `overlap` | `key`, `by` (roles) | `overlap_share`, `shared_keys` |
/// | `leak_scan` | `known_before`, `exclude` (columns) | `leaks`, `suspects` |
/// | `rank_and_calibration` | `score` (role) | `calibration_error`, `auc`, `bias_points` |
/// | `bias_by` | `expected`, `actual`, `by` (roles) | `bias_points`, `all_points`, `share_of_rows` |
/// | `lead_in_curve` | `entity`, `time`, `left_at` (roles), `weeks` (4) | `fall_share`, `people` |
/// | `recount_with_window` | roles `entity`, `event_time`; `window` (days), `factor` (2), `lookback` (the window), `at` (last day), `table` | `change_share`, `gone_share`, `gone_share_other` |
/// | `join_audit` | `left`, `right` (tables), `key`, `left_key`, `right_key` | `changed_share`, `lost_share`, `added_share`, `right_lost_share`, `repeated_keys`, `left_repeated_keys`, `rows_before`, `rows_after` |
/// | `population_diff` | as `join_audit`, or `a`, `b` (SQL) with `key` | `missing_share`, `extra_share`, `in_both`, `rate_ratio`, `difference_points` |
/// | `sql` | `query` | `value` |
///
/// # Errors
/// A missing role, table or parameter, named; an operation that is done outside; a rule on a metric that the operation
/// does not give; and whatever the engine says.
pub fn run(
    engine: &dyn Engine,
    kpi: &Kpi,
    better: Better,
    request: &CheckRequest,
    unit: Option<&str>,
    ticket: &Ticket,
) -> Result<CheckResult, EngineError> {
    run_among(engine, &[], kpi, better, request, unit, ticket)
}

/// The same with all tables that are open under their names, for operations on more than one; `engine` is one of them.
///
/// # Errors
/// As [`run`].
pub fn run_among(
    engine: &dyn Engine,
    tables: &[(String, Arc<dyn Engine>)],
    kpi: &Kpi,
    better: Better,
    request: &CheckRequest,
    unit: Option<&str>,
    ticket: &Ticket,
) -> Result<CheckResult, EngineError> {
    let started = Instant::now();
    let ask = Ask { engine, tables, kpi, better, request, unit, ticket };
    let found = match request.op {
        CheckOp::RateBy => rate_by::run(&ask)?,
        CheckOp::CompareRate | CheckOp::CompareGroups => compare::run(&ask)?,
        CheckOp::MissingVsTarget => compare::missing(&ask)?,
        CheckOp::DoseResponse => dose::run(&ask)?,
        CheckOp::MixVsRate => mix::run(&ask)?,
        CheckOp::BeforeAfter => before_after::run(&ask)?,
        CheckOp::ChangePoint => change_point::run(&ask)?,
        CheckOp::Trend => trend::run(&ask)?,
        CheckOp::CompareSeries => two_series::run(&ask)?,
        CheckOp::SameWeeksLastYears => season::run(&ask)?,
        CheckOp::VolumeByDay => volume::run(&ask)?,
        CheckOp::FilterRecount => recount::run(&ask)?,
        CheckOp::MissingCompare => missing::run(&ask)?,
        CheckOp::TopValues => top_values::run(&ask)?,
        CheckOp::DistributionShift => shift::run(&ask)?,
        CheckOp::DuplicateRows => duplicates::run(&ask)?,
        CheckOp::SingleFeatureScore => score::run(&ask)?,
        CheckOp::SampleRatio => ratio::run(&ask)?,
        CheckOp::Sql => number::run(&ask)?,
        CheckOp::ShapeBy => shape::run(&ask)?,
        CheckOp::CompareTimes => times::run(&ask)?,
        CheckOp::RowCompare => rows::run(&ask)?,
        CheckOp::Overlap => overlap::run(&ask)?,
        CheckOp::LeakScan => leak_scan::run(&ask)?,
        CheckOp::RankAndCalibration => calibration::run(&ask)?,
        CheckOp::BiasBy => bias::run(&ask)?,
        CheckOp::LeadInCurve => lead_in::run(&ask)?,
        CheckOp::RecountWithWindow => window::run(&ask)?,
        CheckOp::JoinAudit => join::run(&ask)?,
        CheckOp::PopulationDiff => population::run(&ask)?,
        op @ CheckOp::ByHand => {
            return Err(EngineError::request(
                format!("The check {} is done outside.", op.word()),
                "Enter its answer and its number by hand.",
            ));
        }
    };
    let metric = request.yes_if.as_ref().map_or(found.usual, |r| r.metric.as_str()).to_owned();
    if let Some(rule) = &request.yes_if
        && let Some(unknown) = rule::metrics_of(rule).into_iter().find(|m| !found.metrics.contains_key(*m))
    {
        let names: Vec<&str> = found.metrics.keys().map(String::as_str).collect();
        return Err(EngineError::request(
            format!("The check {} gives no number called \"{unknown}\".", request.op.word()),
            format!("Its rule may speak of {}.", names.join(", ")),
        ));
    }
    let headline = found.metrics.get(&metric).copied().unwrap_or(super::level::UNKNOWN);
    let outcome = match &request.yes_if {
        Some(rule) => rule::answer(rule, &found.metrics),
        None if headline.value.is_none() => Outcome::Failed,
        None => Outcome::Unclear,
    };
    let late = answers::known_after(&ask);
    let (outcome, says) = match late {
        // However well it fits, it can't have brought the outcome about.
        Some(column) => (
            if outcome == Outcome::Failed { outcome } else { Outcome::Unclear },
            format!(
                "{} {column} is known only after the outcome, as was answered, so this settles nothing.",
                found.says
            ),
        ),
        None => (outcome, found.says),
    };
    let metrics: BTreeMap<String, f64> =
        found.metrics.iter().filter_map(|(name, e)| Some((name.clone(), e.value?))).collect();
    Ok(CheckResult {
        estimate: headline.value,
        interval: headline.interval,
        metric,
        n: found.n,
        events: found.events,
        threshold: request.yes_if.as_ref().and_then(rule::threshold),
        below: request.yes_if.as_ref().and_then(YesIf::threshold).is_some_and(|(_, below)| below),
        outcome,
        tried: found.tried,
        seconds: started.elapsed().as_secs_f64(),
        says,
        metrics,
    })
}

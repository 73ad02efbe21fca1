//! Which columns may explain a change, and how their values are grouped.

use crate::analysis::cells::Arm;
use crate::analysis::coding::names_rows;
use crate::analysis::keys::{Coded, Coding, SHOWN, code, key_named, time_parts};
use crate::analysis::level::{add, count_f64, point, residual_squares};
use crate::analysis::localise::TestLeaf;
use crate::analysis::sqltext::names_in;
use crate::engine::{EngineError, Ticket};
use crate::query::{Cell, ChangeRequest, Key, Sides, ValueType};

use super::MOST_COLUMNS;
use super::sides::{Cell2, Frame, Kind, raw_squares};

/// For the search: a little finer than what is shown.
const SEARCHED: Coding = Coding { by_value: 24, bins: 6, top: Some(20) };

/// A part of a time whose values that both sides have hold less of a side's rows than this tells which side it is.
const LEAST_SHARED: f64 = 0.9;

/// A column, or a part of a time, that may explain the change.
pub struct Candidate {
    /// How its values are grouped.
    pub coded: Coded,
    /// How far its groups moved apart: (Q − df)/√(2 df), about normal where they moved alike.
    pub apart: f64,
    /// Logarithm of the median ratio of its groups' totals; absent for levels.
    pub usual_ratio: Option<f64>,
    /// An hour or a weekday.
    pub of_time: bool,
}

/// The columns that are neither the KPI's own, nor cut the periods, nor hold time, nor name rows; and the hours and
/// weekdays of times, also of the one that cuts the periods.
pub fn candidates(
    frame: &Frame<'_>,
    asked: &ChangeRequest,
    notes: &mut Vec<String>,
    ticket: &Ticket,
) -> Result<Vec<Candidate>, EngineError> {
    let mut taken: Vec<String> = asked.exclude.iter().chain(&asked.unit).cloned().collect();
    let mut cut = Vec::new();
    match &asked.sides {
        Sides::Periods { kpi, before, after } => {
            taken.extend(names_in(&kpi.to_string()));
            cut.extend([before, after].into_iter().flat_map(|sql| names_in(sql)));
        }
        Sides::Forecast { actual, expected } => taken.extend([actual.clone(), expected.clone()]),
    }
    let among = |names: &[String], name: &str| names.iter().any(|t| t.eq_ignore_ascii_case(name));
    let mut names: Vec<(Key, String, bool)> = Vec::new();
    for column in &frame.engine.schema().columns {
        let name = column.name.as_str();
        if among(&taken, name) || column.dtype == ValueType::Other {
            continue;
        }
        if column.dtype.is_temporal() {
            names.extend(time_parts(name, column.dtype).into_iter().map(|(key, part)| (key, part, true)));
        } else if !among(&cut, name) {
            names.push((Key::column(name), name.to_owned(), false));
        }
    }
    if names.len() > MOST_COLUMNS {
        notes.push(format!(
            "Only the first {MOST_COLUMNS} of {} columns were looked at; leave some out to reach the others.",
            names.len()
        ));
    }
    let mut out = Vec::new();
    for (key, name, of_time) in names.into_iter().take(MOST_COLUMNS) {
        let mut coded = code(frame.engine, &key, SEARCHED, None, frame.filter().as_deref(), ticket)?;
        coded.name = name;
        let groups = frame.fetch_by(&[&coded], None, ticket)?;
        if groups.len() >= 2
            && !(of_time && (tells_the_side(&groups) || (frame.kind == Kind::Total && counts_days(&key))))
            && !names_rows(&coded, groups.iter().filter_map(|(place, c)| Some((place.first()?, c.rows()))))
        {
            let (apart, usual_ratio) = (apart(frame.kind, &groups), usual_ratio(frame.kind, &groups));
            out.push(Candidate { coded, apart, usual_ratio, of_time });
        }
    }
    out.sort_by(|a, b| b.apart.total_cmp(&a.apart).then_with(|| a.coded.name.cmp(&b.coded.name)));
    Ok(out)
}

/// Whether the groups differ by side so much that they say which side it is: the weekdays of two single days, for
/// example. They would explain everything and nothing.
fn tells_the_side(groups: &[(Vec<Cell>, Cell2)]) -> bool {
    let (mut all, mut shared) = ((0, 0), (0, 0));
    for (_, cell) in groups {
        let n = (cell.before.sums.n, cell.after.sums.n);
        all = (all.0 + n.0, all.1 + n.1);
        if n.0 > 0 && n.1 > 0 {
            shared = (shared.0 + n.0, shared.1 + n.1);
        }
    }
    let few = |part: u64, whole: u64| count_f64(part) < LEAST_SHARED * count_f64(whole);
    few(shared.0, all.0) || few(shared.1, all.1)
}

/// Whether a part of a time counts days: a month with five Saturdays has more of everything on Saturdays, which is the
/// calendar and no cause.
fn counts_days(key: &Key) -> bool {
    key.expr.starts_with("EXTRACT(ISODOW")
}

/// For columns that were named: folding groups together would turn mix inside `other` into level, so many are kept.
const NAMED: Coding = Coding { top: Some(100), ..SHOWN };

/// The columns that were named, as they are shown.
pub fn named(frame: &Frame<'_>, asked: &ChangeRequest, ticket: &Ticket) -> Result<Vec<Coded>, EngineError> {
    let filter = frame.filter();
    let coded = |name: &String| {
        let key = key_named(frame.engine, name)?;
        // Every hour is shown.
        let how = if key.column { NAMED } else { Coding { by_value: SEARCHED.by_value, ..NAMED } };
        let mut coded = code(frame.engine, &key, how, None, filter.as_deref(), ticket)?;
        coded.name.clone_from(name);
        Ok(coded)
    };
    asked.by.iter().map(coded).collect()
}

/// The column whose groups moved most apart.
pub fn telling(candidates: &[Candidate]) -> Vec<Coded> {
    candidates.first().map(|c| c.coded.clone()).into_iter().collect()
}

/// The score test of a group of rows: did it move?
pub fn test_leaf(kind: Kind, cell: &Cell2, times: f64) -> TestLeaf {
    let side = |arm: &Arm| (arm.sums.y, arm.sums.d);
    match kind {
        Kind::Level => {
            let both = add(&cell.before.sums, &cell.after.sums);
            let squares = point(&both).map_or(0.0, |r| residual_squares(&both, r));
            TestLeaf::level(side(&cell.before), side(&cell.after), count_f64(both.known), squares)
        }
        Kind::Total => {
            let side = |arm: &Arm| (arm.sums.y, raw_squares(&arm.sums));
            TestLeaf::total(side(&cell.before), side(&cell.after), times)
        }
        Kind::Forecast => {
            TestLeaf { u: cell.after.sums.y - cell.before.sums.y, w: cell.before.sums.y.abs(), v: cell.squares }
        }
    }
}

/// Cochran's Q between the groups around their common effect, less its mean, over its spread.
fn apart(kind: Kind, groups: &[(Vec<Cell>, Cell2)]) -> f64 {
    let times = usual_ratio(kind, groups).map_or(1.0, f64::exp);
    let tests: Vec<TestLeaf> =
        groups.iter().map(|(_, c)| test_leaf(kind, c, times)).filter(|t| t.v > 0.0 && t.w > 0.0).collect();
    let weight: f64 = tests.iter().map(|t| t.w * t.w / t.v).sum();
    if tests.len() < 2 || weight <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let effect = tests.iter().map(|t| t.u * t.w / t.v).sum::<f64>() / weight;
    let q: f64 = tests.iter().map(|t| (t.u - effect * t.w).powi(2) / t.v).sum();
    let df = count_f64(tests.len() as u64) - 1.0;
    (q - df) / (2.0 * df).sqrt()
}

/// The logarithm of the median ratio of the groups' totals: what a total moves by where nothing special happened.
fn usual_ratio(kind: Kind, groups: &[(Vec<Cell>, Cell2)]) -> Option<f64> {
    if kind != Kind::Total {
        return None;
    }
    let mut logs: Vec<f64> = groups
        .iter()
        .filter(|(_, c)| c.before.sums.y > 0.0 && c.after.sums.y > 0.0)
        .map(|(_, c)| (c.after.sums.y / c.before.sums.y).ln())
        .collect();
    logs.sort_by(f64::total_cmp);
    logs.get(logs.len() / 2).copied()
}

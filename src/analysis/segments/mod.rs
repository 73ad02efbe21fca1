//! Which combinations of values the KPI is another in, up to three columns (3-analysis.md iii).
//!
//! The search looks at one half of the units and the figures come from the other, so that what was picked because it
//! looked large is not told larger than it is.

mod counts;
mod pairs;
mod places;
mod search;

use crate::analysis::cells::{Scale, delta};
use crate::analysis::coding::{Counted, Prepared, Rows, Tally, arm, prepare};
use crate::analysis::confounders;
use crate::analysis::dist::{Z95, z_beyond};
use crate::analysis::drivers::{benjamini_hochberg, effect, variance};
use crate::analysis::keys::place_words;
use crate::analysis::leaks;
use crate::analysis::level::{count_f64, finite, point};
use crate::analysis::reach::reach;
use crate::engine::{Engine, EngineError, Ticket, on_all_cores};
use crate::query::{Better, ClueRequest, Leak, Segment, SegmentRequest, SegmentResult};

use places::Places;
use search::{Found, Search};

/// More columns than this are searched one by one only for the best of them.
const MOST_COLUMNS: usize = 24;
/// Segments that are held against the other columns.
const EXPLAINED: usize = 10;
/// Segments of which this share of the rows is common are twins.
const TWINS: f64 = 0.8;
/// A difference below this share of the KPI's standard deviation is told as none.
const LEAST_DELTA: f64 = 0.02;
/// Probability beyond which a segment is none.
const MOST_Q: f64 = 0.05;

/// A segment with the rows in it.
type Held = (Segment, Rows);

/// Searches the combinations.
///
/// # Errors
/// As [`prepare`]; a depth that is not 1 to 3.
pub fn run(engine: &dyn Engine, asked: &SegmentRequest, ticket: &Ticket) -> Result<SegmentResult, EngineError> {
    if !(1..=3).contains(&asked.depth) {
        return Err(EngineError::request("Segments are of one to three columns.", "Choose a depth of 1, 2 or 3."));
    }
    let prepared = prepare(engine, &asked.clues, ticket)?;
    let leaks = leaks::found(engine, &prepared, &asked.clues, ticket)?;
    let mut notes = prepared.notes.clone();
    let columns = columns(&prepared, &leaks, &mut notes);
    let whole = prepared.whole();
    let (mut tried, mut segments) = (0, Vec::new());
    if let Some(why) = prepared.constant() {
        notes.push(why);
    } else {
        let search = Search::new(&prepared, &columns, usize::from(asked.depth), design_effect(&prepared));
        let found;
        (tried, found) = search.run(ticket)?;
        let told = told(&prepared, &columns, found, asked, &whole, ticket)?;
        segments = explained(&prepared, &asked.clues, told, &leaks, ticket)?;
        if segments.is_empty() {
            notes.push(format!("No combination stands out among {} looked at.", crate::analysis::format::count(tried)));
        }
    }
    Ok(SegmentResult {
        kpi: prepared.kpi.clone(),
        n: prepared.table.len() as u64,
        level: prepared.level(),
        tried,
        leaks,
        segments,
        notes,
    })
}

/// The columns to search: without those held out, and where there are too many the ones that tell most alone.
fn columns<'a>(prepared: &'a Prepared, leaks: &'a [Leak], notes: &mut Vec<String>) -> Vec<&'a Counted> {
    let mut out: Vec<&Counted> = prepared.without(leaks).collect();
    if out.len() > MOST_COLUMNS {
        notes.push(format!("The {MOST_COLUMNS} columns that tell most alone were searched, of {}.", out.len()));
        let alone = |c: &&Counted| effect(&c.cells, prepared.clustered).map_or(0.0, |e| e.omega2);
        let mut ranked: Vec<(f64, &Counted)> = out.iter().map(|c| (alone(c), *c)).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.at.cmp(&b.1.at)));
        ranked.truncate(MOST_COLUMNS);
        out = ranked.into_iter().map(|(_, c)| c).collect();
        out.sort_by_key(|c| c.at);
    }
    out
}

/// How many times wider the level spreads by units than by rows; at least 1.
fn design_effect(prepared: &Prepared) -> f64 {
    if !prepared.clustered {
        return 1.0;
    }
    let all = prepared.all();
    let Some(r) = point(&all.sums) else { return 1.0 };
    let used: Vec<&(f64, f64)> = all.buckets.iter().filter(|b| b.1 != 0.0).collect();
    let b = count_f64(used.len() as u64);
    if b < 2.0 {
        return 1.0;
    }
    let by_units: f64 = used.iter().map(|(y, d)| (y - r * d).powi(2)).sum::<f64>() * b / (b - 1.0);
    let by_rows = crate::analysis::level::residual_squares(&all.sums, r);
    if by_rows > 0.0 { (by_units / by_rows).max(1.0) } else { 1.0 }
}

/// The segments with the figures of the half that was not searched.
fn told(
    prepared: &Prepared,
    columns: &[&Counted],
    found: Vec<Found>,
    asked: &SegmentRequest,
    whole: &Tally,
    ticket: &Ticket,
) -> Result<Vec<Held>, EngineError> {
    let least = whole.level().map_or(0.0, |r| LEAST_DELTA * variance(whole, r).sqrt());
    let places = Places::new(prepared, columns, found.iter().map(|f| f.place.as_slice()), ticket)?;
    let other_half = Rows::where_(&prepared.table.buckets, |bucket| bucket % 2 == 1);
    let all = prepared.folded(prepared.buckets().iter().skip(1).step_by(2));
    let width = all.len();
    // Those that can't be tested count among the ones that were.
    let tested = on_all_cores(&found, |one| {
        ticket.check()?;
        let rows = places.rows(&one.place);
        // Only the odd buckets of units are in this half.
        let bucket = |row: usize| prepared.bucket(row) / 2;
        let within = prepared.counting().cells(rows.and(&other_half).numbers(), width, bucket);
        let rest: Vec<Tally> = all.iter().zip(&within).map(|(all, within)| all.without(within)).collect();
        let (s, rest) = (arm(&within, prepared.clustered), arm(&rest, prepared.clustered));
        let difference = delta(&[&s, &rest], Scale::Linear, |t| match t {
            [a, b] if a.1 != 0.0 && b.1 != 0.0 => Some(a.0 / a.1 - b.0 / b.1),
            _ => None,
        });
        let (Some(value), Some((low, high))) = (difference.value, difference.interval) else {
            return Ok((None, 1.0));
        };
        let se = (high - low) / (2.0 * Z95);
        // Beyond chance, and beyond what would matter.
        let p = z_beyond(((value.abs() - least).max(0.0)) / se);
        let place: Vec<&Counted> = one.place.iter().map(|(c, _)| columns[*c]).collect();
        let cells: Vec<_> =
            one.place.iter().zip(&place).map(|((_, code), c)| prepared.values(c)[usize::from(*code)].clone()).collect();
        let (label, condition) = place_words(place.iter().zip(&cells).map(|(c, v)| (&c.coded, v, prepared.values(c))));
        let segment = Segment {
            place: place.iter().zip(&cells).map(|(c, v)| (c.coded.name.clone(), c.coded.value(v))).collect(),
            label,
            condition,
            n: rows.count(),
            level: point(&s.sums),
            rest: point(&rest.sums),
            delta: difference,
            reach: reach(&s, &rest),
            q: 1.0,
            also: Vec::new(),
            explained_by: Vec::new(),
        };
        Ok((Some((segment, one)), p))
    })?;
    let p: Vec<f64> = tested.iter().map(|t| t.1).collect();
    let mut kept: Vec<(Segment, &Found)> = Vec::new();
    for ((one, _), q) in tested.into_iter().zip(benjamini_hochberg(&p)) {
        let Some((mut segment, found)) = one else { continue };
        segment.q = q;
        let off = segment.delta.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0);
        if q <= MOST_Q && off && finite(segment.reach.value.unwrap_or(f64::NAN)).is_some() {
            kept.push((segment, found));
        }
    }
    let sign = if asked.clues.better == Better::Lower { 1.0 } else { -1.0 };
    // What could surely be won first, then what is to be protected.
    let worth = |s: &Segment| {
        let value = s.reach.value.unwrap_or(0.0);
        let (low, high) = s.reach.interval.unwrap_or((value, value));
        let surely = if low > 0.0 { low } else { (-high).max(0.0) };
        (sign * value > 0.0, surely)
    };
    kept.sort_by(|(a, _), (b, _)| {
        let (x, y) = (worth(a), worth(b));
        y.0.cmp(&x.0).then(y.1.total_cmp(&x.1)).then_with(|| a.label.cmp(&b.label))
    });
    let top = usize::try_from(asked.top).unwrap_or(usize::MAX);
    let mut out: Vec<Held> = Vec::new();
    for (segment, found) in kept {
        ticket.check()?;
        let rows = places.rows(&found.place);
        let twin = |(_, known): &Held| known.jaccard_at_most(&rows) > TWINS && known.jaccard(&rows) > TWINS;
        if let Some(at) = out.iter().position(twin) {
            out[at].0.also.push(segment.label);
        } else if out.len() < top {
            // Behind the last one that is told only twins are looked for.
            out.push((segment, rows));
        }
    }
    Ok(out)
}

/// Holds the first segments against the columns that they are not made of.
fn explained(
    prepared: &Prepared,
    asked: &ClueRequest,
    mut segments: Vec<Held>,
    leaks: &[Leak],
    ticket: &Ticket,
) -> Result<Vec<Segment>, EngineError> {
    let first = segments.get(..EXPLAINED).unwrap_or(&segments);
    let by = on_all_cores(first, |(segment, rows)| {
        ticket.check()?;
        let mut own: Vec<&str> = prepared
            .columns
            .iter()
            .filter(|c| segment.place.iter().any(|(name, _)| *name == c.coded.name))
            .map(|c| c.of.as_str())
            .collect();
        own.extend(confounders::late(asked, own.clone().into_iter()));
        Ok(confounders::explained(prepared, rows, &own, leaks))
    })?;
    for ((segment, _), by) in segments.iter_mut().zip(by) {
        segment.explained_by = by;
    }
    Ok(segments.into_iter().map(|(segment, _)| segment).collect())
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_precision_loss)]
#[cfg(test)]
mod tests;

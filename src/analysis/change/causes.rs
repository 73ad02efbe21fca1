//! The smallest set of cells in which a change stands, from the leaves of the columns that moved most apart.

use std::collections::BTreeMap;

use crate::analysis::keys::{Coded, occurring, place_words};
use crate::analysis::localise::{Dimension, Evidence, Leaves, Limits, TestLeaf, localise};
use crate::engine::{EngineError, Ticket};
use crate::query::{Cell, ChangeCause};

use super::columns::{Candidate, test_leaf};
use super::parts;
use super::sides::{Cell2, Frame, Kind};

/// At most this many columns make leaves: with more, nearly every row is a leaf of its own.
const MOST_COLUMNS: usize = 6;
/// Hours and weekdays make many leaves: they are searched only where their groups moved apart by so many standard
/// deviations.
const TIME_APART: f64 = 3.0;
/// At most this many combinations of values.
const MOST_CELLS: usize = 1 << 20;

/// What the search found.
#[derive(Default)]
pub struct Causes {
    /// The cells.
    pub causes: Vec<ChangeCause>,
    /// Cells that were looked at.
    pub tried: u64,
    /// Remarks.
    pub notes: Vec<String>,
}

/// Searches the columns that moved most apart.
pub fn run(frame: &Frame<'_>, candidates: &[Candidate], total: &Cell2, ticket: &Ticket) -> Result<Causes, EngineError> {
    let searched: Vec<&Candidate> = candidates.iter().filter(|c| !c.of_time || c.apart > TIME_APART).collect();
    let chosen: Vec<&Coded> = searched.iter().take(MOST_COLUMNS).map(|c| &c.coded).collect();
    if chosen.is_empty() {
        return Ok(Causes::default());
    }
    let mut notes = Vec::new();
    if searched.len() > MOST_COLUMNS {
        let names: Vec<&str> = chosen.iter().map(|c| c.name.as_str()).collect();
        notes.push(format!(
            "The search for causes looked at the {MOST_COLUMNS} columns whose groups moved most apart: {}.",
            names.join(", ")
        ));
    }
    let rows = frame.fetch_by(&chosen, None, ticket)?;
    let Some(leaves) = table(&chosen, &rows) else { return Ok(Causes { notes, ..Causes::default() }) };
    let evidence = evidence(frame, candidates, total, &rows);
    ticket.check()?;
    let limits = Limits { most_cells: MOST_CELLS, ..Limits::default() };
    let (tried, found) = localise(&leaves, &evidence, limits);
    let seen = occurring(chosen.len(), rows.iter().map(|(place, _)| place.as_slice()));
    let mut causes = Vec::with_capacity(found.len());
    for cell in found {
        let inside = leaves.within(&cell.place);
        let Some(first) = inside.first().and_then(|l| rows.get(*l as usize)) else { continue };
        let by: Vec<Coded> = cell.place.iter().filter_map(|(d, _)| chosen.get(*d).map(|c| (*c).clone())).collect();
        let place: Vec<Cell> = cell.place.iter().filter_map(|(d, _)| first.0.get(*d).cloned()).collect();
        let of_place = cell.place.iter().filter_map(|(d, _)| seen.get(*d).map(Vec::as_slice));
        let sums = Cell2::sum(inside.iter().filter_map(|l| rows.get(*l as usize)).map(|(_, c)| c));
        let (label, condition) = place_words(by.iter().zip(&place).zip(of_place).map(|((c, v), seen)| (c, v, seen)));
        causes.push(ChangeCause {
            place: by.iter().zip(&place).map(|(c, v)| (c.name.clone(), c.value(v))).collect(),
            label: if by.is_empty() { "everything moved alike".to_owned() } else { label },
            condition,
            n: match frame.kind {
                Kind::Forecast => sums.rows(),
                Kind::Level | Kind::Total => sums.before.sums.n + sums.after.sums.n,
            },
            level: parts::levels(&frame.kind, &sums),
            contribution: parts::value(&frame.kind, &sums, total),
            gain: cell.gain,
        });
    }
    Ok(Causes { causes, tried, notes })
}

/// The leaves' columns as codes.
fn table(chosen: &[&Coded], rows: &[(Vec<Cell>, Cell2)]) -> Option<Leaves> {
    let dimension = |(k, coded): (usize, &&Coded)| {
        let mut known: BTreeMap<String, u32> = BTreeMap::new();
        let mut codes = Vec::with_capacity(rows.len());
        for (place, _) in rows {
            let next = u32::try_from(known.len()).ok()?;
            // Cells have no order of their own; their text tells them apart, type included.
            codes.push(*known.entry(format!("{:?}", place.get(k))).or_insert(next));
        }
        Some(Dimension { name: coded.name.clone(), size: known.len(), codes })
    };
    Leaves::new(chosen.iter().enumerate().map(dimension).collect::<Option<Vec<_>>>()?)
}

/// What each leaf tells: score tests for periods, whose leaves may be small; relative deviations from a forecast.
fn evidence(frame: &Frame<'_>, candidates: &[Candidate], total: &Cell2, rows: &[(Vec<Cell>, Cell2)]) -> Evidence {
    if frame.kind == Kind::Forecast {
        let (actual, expected): (Vec<f64>, Vec<f64>) =
            rows.iter().map(|(_, c)| (c.after.sums.y, c.before.sums.y)).unzip();
        return Evidence::deviations(&actual, &expected);
    }
    let mut ratios: Vec<f64> = candidates.iter().filter(|c| !c.of_time).filter_map(|c| c.usual_ratio).collect();
    ratios.sort_by(f64::total_cmp);
    let times = ratios.get(ratios.len() / 2).map_or(1.0, |r| r.exp());
    let leaves: Vec<TestLeaf> = rows.iter().map(|(_, c)| test_leaf(frame.kind, c, times)).collect();
    Evidence::tests(leaves).spread_at_least(design_effect(frame, total))
}

/// How many times wider the change spreads by units than by rows.
fn design_effect(frame: &Frame<'_>, total: &Cell2) -> f64 {
    let mut by_rows = total.clone();
    by_rows.before.buckets.clear();
    by_rows.after.buckets.clear();
    let width = |c: &Cell2| parts::change(&frame.kind, c).interval.map(|(low, high)| high - low);
    match (width(total), width(&by_rows)) {
        (Some(units), Some(rows)) if rows > 0.0 => (units / rows).powi(2),
        _ => 1.0,
    }
}

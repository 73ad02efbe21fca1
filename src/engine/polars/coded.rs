//! Columns as small numbers, part by part, for dense counting.

use std::collections::HashMap;

use super::aggregate::{self, keys, measure};
use super::{PolarsEngine, codes, fingerprint, sql};
use crate::engine::{EngineError, Ticket, Unit};
use crate::query::{Cell, CodedColumn, CodedTable, CodingRequest, UNIT_BUCKETS};

/// More values than this are no groups.
const MOST_VALUES: usize = 255;

/// Codes the rows.
pub fn run(engine: &PolarsEngine, request: &CodingRequest, ticket: &Ticket) -> Result<CodedTable, EngineError> {
    let filters = [request.filter.as_deref(), request.kpi.filter.as_deref()];
    let filters: Vec<sql::Planned> =
        filters.into_iter().flatten().map(|f| sql::plan_condition(engine, f)).collect::<Result<_, _>>()?;
    let kpi = measure::plan(engine, Some(&request.kpi), ticket)?;
    if let Some(unit) = &request.unit {
        engine.known(unit)?;
    }
    let plans: Vec<keys::Plan<'_>> =
        request.keys.iter().map(|key| keys::plan(engine, key, &filters, ticket)).collect::<Result<_, _>>()?;
    let counted = ticket.begin(Unit::Rows, engine.rows() as u64);
    let mut out = CodedTable { columns: vec![CodedColumn::default(); plans.len()], ..CodedTable::default() };
    let mut known: Vec<HashMap<keys::Exact, u8>> = vec![HashMap::new(); plans.len()];
    for part in 0..engine.table.parts() {
        counted.check()?;
        let rows = engine.table.rows_in(part);
        let mask = aggregate::mask(engine, part, &filters, &counted)?;
        let measured = kpi.on(engine, part, mask.as_deref(), &counted)?;
        let mut kept: Vec<usize> = Vec::with_capacity(rows);
        for row in 0..rows {
            if mask.as_ref().is_some_and(|m| !m.get(row).copied().unwrap_or(false)) {
                continue;
            }
            match measured.at(row) {
                Some((y, d)) if y.is_finite() && d.is_finite() => {
                    kept.push(row);
                    out.y.push(y);
                    if d != 1.0 || !out.d.is_empty() {
                        // The rows so far had 1.
                        out.d.resize(out.y.len() - 1, 1.0);
                        out.d.push(d);
                    }
                }
                _ => out.unknown += 1,
            }
        }
        if !out.d.is_empty() {
            out.d.resize(out.y.len(), 1.0);
        }
        for ((plan, column), known) in plans.iter().zip(&mut out.columns).zip(&mut known) {
            let coded = plan.on(engine, part, &counted)?;
            add(column, known, &coded, &kept)?;
        }
        add_buckets(engine, request.unit.as_deref(), part, &kept, &mut out.buckets, &counted)?;
        counted.advance(rows as u64);
    }
    Ok(out)
}

/// The codes of a part, in the numbers that all parts share.
fn add(
    column: &mut CodedColumn,
    known: &mut HashMap<keys::Exact, u8>,
    coded: &keys::Coded,
    kept: &[usize],
) -> Result<(), EngineError> {
    // One more for rows without a value.
    let mut shared: Vec<Option<u8>> = vec![None; coded.groups as usize + 1];
    for row in kept {
        let code = coded.codes.get(*row).copied().unwrap_or(codes::NULL).min(coded.groups) as usize;
        let number = match shared.get(code).copied().flatten() {
            Some(number) => number,
            None => {
                let cell = coded.cell(*row);
                let exact = keys::Exact::from(&cell);
                let number = match known.get(&exact) {
                    Some(number) => *number,
                    None => {
                        let number = new_value(column, cell)?;
                        known.insert(exact, number);
                        number
                    }
                };
                if let Some(slot) = shared.get_mut(code) {
                    *slot = Some(number);
                }
                number
            }
        };
        column.codes.push(number);
    }
    Ok(())
}

fn new_value(column: &mut CodedColumn, cell: Cell) -> Result<u8, EngineError> {
    let number = u8::try_from(column.values.len()).ok().filter(|n| usize::from(*n) < MOST_VALUES);
    let number = number.ok_or_else(|| {
        EngineError::request(
            format!("A column has more than {MOST_VALUES} groups, too many to be counted together with others."),
            "Leave it out, or put its values into bins.",
        )
    })?;
    column.values.push(cell);
    Ok(number)
}

/// The bucket of each row's unit: by the hash of its value, or of the row's number where each row is its own.
fn add_buckets(
    engine: &PolarsEngine,
    unit: Option<&str>,
    part: usize,
    kept: &[usize],
    out: &mut Vec<u8>,
    ticket: &Ticket,
) -> Result<(), EngineError> {
    let bucket = |hash: u64| u8::try_from(hash % UNIT_BUCKETS as u64).unwrap_or(0);
    let Some(unit) = unit else {
        let start = engine.table.start(part);
        out.extend(kept.iter().map(|row| bucket(fingerprint::mix((start + row) as u64))));
        return Ok(());
    };
    let units = codes::of_column(engine, part, unit, ticket)?;
    let series = engine.table.series(part, unit)?;
    let of_code: Vec<u8> = units
        .first_row
        .iter()
        .map(|row| bucket(fingerprint::cell_hash(&sql::cell_at(&series, *row as usize))))
        .collect();
    out.extend(
        kept.iter().map(|row| units.codes.get(*row).and_then(|code| of_code.get(*code as usize)).copied().unwrap_or(0)),
    );
    Ok(())
}

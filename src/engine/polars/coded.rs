//! Columns as small numbers, for dense counting.

use std::collections::HashMap;

use super::aggregate::{self, keys, measure};
use super::{PolarsEngine, codes, fingerprint, sql, unwound};
use crate::engine::{EngineError, Ticket, Unit, on_all_cores};
use crate::query::{Cell, CodedColumn, CodedTable, CodingRequest, UNIT_BUCKETS};

/// More values than this are no groups.
const MOST_VALUES: usize = 255;

/// The rows of each part that count, ascending; `None` where all of them do.
type Kept = Vec<Option<Vec<u32>>>;

/// Codes the rows: first which rows count, with their KPI and bucket, then column by column, as many at a time as there
/// are cores. A column whose most frequent values must be known first is then read once, not again behind all others.
pub fn run(engine: &PolarsEngine, request: &CodingRequest, ticket: &Ticket) -> Result<CodedTable, EngineError> {
    let filters = [request.filter.as_deref(), request.kpi.filter.as_deref()];
    let filters: Vec<sql::Planned> =
        filters.into_iter().flatten().map(|f| sql::plan_condition(engine, f)).collect::<Result<_, _>>()?;
    // What is wrong with a key is said before anything is read.
    for key in &request.keys {
        engine.plan_key(key)?;
    }
    if let Some(unit) = &request.unit {
        engine.known(unit)?;
    }
    let counted = ticket.begin(Unit::Columns, 1 + request.keys.len() as u64);
    let mut out = CodedTable::default();
    let kept = measured(engine, request, &filters, &mut out, &counted)?;
    counted.advance(1);
    let rows = out.len();
    out.columns = on_all_cores(&request.keys, |key| {
        // Each thread catches its own panics.
        unwound(|| {
            let plan = keys::plan(engine, key, &filters, &counted)?;
            let mut column = CodedColumn { values: Vec::new(), codes: Vec::with_capacity(rows) };
            let mut known: HashMap<keys::Exact, u8> = HashMap::new();
            for (part, kept) in kept.iter().enumerate() {
                let coded = plan.on(engine, part, &counted)?;
                add(&mut column, &mut known, &coded, engine.table.rows_in(part), kept.as_deref())?;
            }
            counted.advance(1);
            Ok(column)
        })
    })?;
    Ok(out)
}

/// Puts down the KPI and the bucket of each row that counts, and gives which ones do.
fn measured(
    engine: &PolarsEngine,
    request: &CodingRequest,
    filters: &[sql::Planned],
    out: &mut CodedTable,
    ticket: &Ticket,
) -> Result<Kept, EngineError> {
    let kpi = measure::plan(engine, Some(&request.kpi), ticket)?;
    let mut all: Kept = Vec::with_capacity(engine.table.parts());
    for part in 0..engine.table.parts() {
        ticket.check()?;
        let rows = engine.table.rows_in(part);
        let mask = aggregate::mask(engine, part, filters, ticket)?;
        let measured = kpi.on(engine, part, mask.as_deref(), ticket)?;
        let mut kept: Vec<u32> = Vec::with_capacity(rows);
        for row in 0..rows {
            if mask.as_ref().is_some_and(|m| !m.get(row).copied().unwrap_or(false)) {
                continue;
            }
            match measured.at(row) {
                Some((y, d)) if y.is_finite() && d.is_finite() => {
                    kept.push(codes::number(row));
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
        add_buckets(engine, request.unit.as_deref(), part, &kept, &mut out.buckets, ticket)?;
        all.push((kept.len() < rows).then_some(kept));
    }
    Ok(all)
}

/// The codes of a part, in the numbers that all parts share.
fn add(
    column: &mut CodedColumn,
    known: &mut HashMap<keys::Exact, u8>,
    coded: &keys::Coded,
    rows: usize,
    kept: Option<&[u32]>,
) -> Result<(), EngineError> {
    // One more for rows without a value.
    let mut shared: Vec<Option<u8>> = vec![None; coded.groups as usize + 1];
    let mut number_of = |row: usize| {
        let code = coded.codes.get(row).copied().unwrap_or(codes::NULL).min(coded.groups) as usize;
        if let Some(number) = shared.get(code).copied().flatten() {
            return Ok(number);
        }
        let cell = coded.cell(row);
        let exact = keys::Exact::from(&cell);
        let number = match known.get(&exact) {
            Some(number) => *number,
            None => {
                let number = new_value(&mut column.values, cell)?;
                known.insert(exact, number);
                number
            }
        };
        if let Some(slot) = shared.get_mut(code) {
            *slot = Some(number);
        }
        Ok::<u8, EngineError>(number)
    };
    match kept {
        Some(kept) => kept.iter().try_for_each(|row| number_of(*row as usize).map(|n| column.codes.push(n))),
        None => (0..rows).try_for_each(|row| number_of(row).map(|n| column.codes.push(n))),
    }
}

fn new_value(values: &mut Vec<Cell>, cell: Cell) -> Result<u8, EngineError> {
    let number = u8::try_from(values.len()).ok().filter(|n| usize::from(*n) < MOST_VALUES);
    let number = number.ok_or_else(|| {
        EngineError::request(
            format!("A column has more than {MOST_VALUES} groups, too many to be counted together with others."),
            "Leave it out, or put its values into bins.",
        )
    })?;
    values.push(cell);
    Ok(number)
}

/// The bucket of each row's unit: by the hash of its value, or of the row's number where each row is its own.
fn add_buckets(
    engine: &PolarsEngine,
    unit: Option<&str>,
    part: usize,
    kept: &[u32],
    out: &mut Vec<u8>,
    ticket: &Ticket,
) -> Result<(), EngineError> {
    let bucket = |hash: u64| u8::try_from(hash % UNIT_BUCKETS as u64).unwrap_or(0);
    let Some(unit) = unit else {
        let start = engine.table.start(part);
        out.extend(kept.iter().map(|row| bucket(fingerprint::mix(start as u64 + u64::from(*row)))));
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
        kept.iter().map(|row| {
            units.codes.get(*row as usize).and_then(|code| of_code.get(*code as usize)).copied().unwrap_or(0)
        }),
    );
    Ok(())
}

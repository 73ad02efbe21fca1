//! A random draw of rows that comes out the same on every machine.

use ::polars::prelude::{Column, DataFrame, IdxCa, IdxSize, Series};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::engine::{EngineError, ReadOptions, Ticket, Unit};
use crate::query::{ReadingReport, Sample};

use super::codes::STRIDE;
use super::table::Table;

/// Keeps as many rows as the options say, in their order, and says so in the report.
pub fn draw(
    table: Table,
    report: &mut ReadingReport,
    options: &ReadOptions,
    ticket: &Ticket,
) -> Result<Table, EngineError> {
    let Some(wanted) = options.sample else { return Ok(table) };
    if wanted == 0 {
        return Err(EngineError::request("A sample of 0 rows says nothing.", "Ask for at least 1."));
    }
    let all = table.rows() as u64;
    if wanted >= all {
        report.notes.push(format!("The table has {all} rows, not more than the sample of {wanted}: all were kept."));
        return Ok(table);
    }
    let rows = chosen(wanted, all, options.seed, ticket)?;
    let names: Vec<String> = table.names().map(str::to_owned).collect();
    let work = ticket.begin(Unit::Rows, all);
    let mut kept: Vec<Option<Series>> = vec![None; names.len()];
    for part in 0..table.parts() {
        let (from, to) = (table.start(part), table.start(part) + table.rows_in(part));
        let inside: Vec<IdxSize> = rows
            .iter()
            .filter(|row| (from..to).contains(&usize::try_from(**row).unwrap_or(usize::MAX)))
            .map(|row| IdxSize::try_from(*row - from as u64).unwrap_or(IdxSize::MAX))
            .collect();
        let places = IdxCa::from_vec("rows".into(), inside);
        for (name, column) in names.iter().zip(&mut kept) {
            work.check()?;
            let drawn = table.glimpse(part, name)?.take(&places).map_err(|e| super::broken(&e))?;
            match column {
                Some(column) => column.append(&drawn).map(|_| ()).map_err(|e| super::broken(&e))?,
                None => *column = Some(drawn),
            }
        }
        work.advance(table.rows_in(part) as u64);
    }
    let columns: Vec<Column> = kept.into_iter().flatten().map(|s| Column::from(s.rechunk())).collect();
    let frame = DataFrame::new(rows.len(), columns).map_err(|e| super::broken(&e))?;
    report.sample = Some(Sample { rows: wanted, of: all, seed: options.seed });
    Ok(Table::memory(frame))
}

/// Selection sampling (Knuth, The Art of Computer Programming 3.4.2, algorithm S): each row is taken with the
/// probability of those still wanted over those still to come.
fn chosen(wanted: u64, all: u64, seed: u64, ticket: &Ticket) -> Result<Vec<u64>, EngineError> {
    let mut dice = Pcg64Mcg::seed_from_u64(seed);
    let mut out = Vec::with_capacity(usize::try_from(wanted).unwrap_or(0));
    let mut left = wanted;
    for row in 0..all {
        if row.is_multiple_of(STRIDE as u64) {
            ticket.check()?;
        }
        let below = (u128::from(dice.next_u64()) * u128::from(all - row)) >> 64;
        if below < u128::from(left) {
            out.push(row);
            left -= 1;
            if left == 0 {
                break;
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_the_same_chance_and_a_seed_gives_the_same_rows() {
        let ticket = Ticket::default();
        let mut hits = [0u32; 20];
        for seed in 0..4000 {
            let rows = chosen(5, 20, seed, &ticket).unwrap();
            assert_eq!(rows.len(), 5);
            assert!(rows.windows(2).all(|w| w[0] < w[1]), "{rows:?}");
            rows.iter().for_each(|r| hits[usize::try_from(*r).unwrap()] += 1);
        }
        // 1000 hits expected, with a spread of √(4000 · 0.25 · 0.75) = 27.
        assert!(hits.iter().all(|h| (870..=1130).contains(h)), "{hits:?}");
        assert_eq!(chosen(5, 20, 7, &ticket).unwrap(), chosen(5, 20, 7, &ticket).unwrap());
    }
}

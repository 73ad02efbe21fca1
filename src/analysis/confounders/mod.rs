//! What explains a difference away, or turns it round (3-analysis.md iv): the same comparison with other columns held
//! fixed. It does not say what comes first: whoever asks must know whether a column was fixed before the segment was.

use crate::analysis::coding::{Counted, Prepared, Rows, Tally, arm, prepare};
use crate::analysis::compare::{OVERLAP_NEEDED, assemble};
use crate::analysis::leaks;
use crate::analysis::level::{count_f64, finite, point};
use crate::analysis::mantel::Stratum;
use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{
    Cell, ClueRequest, ConfounderRequest, ConfounderResult, ConfounderStratum, Estimate, Explained, Key, Leak,
};

/// A column explains a difference when it takes at least this share of it away.
const EXPLAINS: f64 = 0.5;
/// The strongest ones are also held fixed together.
const TOGETHER: usize = 3;

/// What explains the difference between a segment and the rest.
///
/// # Errors
/// As [`prepare`]; a segment that can't be parsed, or that holds no row or all of them.
pub fn run(engine: &dyn Engine, asked: &ConfounderRequest, ticket: &Ticket) -> Result<ConfounderResult, EngineError> {
    engine.check_sql(&asked.segment)?;
    let prepared = prepare(engine, &asked.clues, ticket)?;
    let leaks = leaks::found(engine, &prepared, &asked.clues, ticket)?;
    let inside = inside(engine, asked, &prepared, ticket)?;
    let mut own = crate::analysis::sqltext::names_in(&asked.segment);
    let late = late(&asked.clues, own.iter().map(String::as_str));
    own.extend(late.iter().map(|c| (*c).to_owned()));
    let others: Vec<&Counted> =
        prepared.without(&leaks).filter(|c| !own.iter().any(|o| o.eq_ignore_ascii_case(&c.of))).collect();
    let crude = assemble(&prepared.kpi, &strata(&prepared, &inside, &[]), false);
    if crude.n.0 == 0 || crude.n.1 == 0 {
        return Err(EngineError::request(
            format!("{} holds for {} rows with a known KPI.", asked.segment, if crude.n.0 == 0 { "no" } else { "all" }),
            "Choose a segment with rows inside and outside.",
        ));
    }
    let mut found: Vec<(ConfounderStratum, &Counted)> = Vec::new();
    for column in &others {
        ticket.check()?;
        found.push((held(&prepared, &inside, &[column], &crude.difference), column));
    }
    let strength = |s: &ConfounderStratum| s.explained.explained_away.map_or(-1.0, f64::abs);
    found.sort_by(|(a, x), (b, y)| strength(b).total_cmp(&strength(a)).then_with(|| x.coded.name.cmp(&y.coded.name)));
    let best: Vec<&Counted> =
        found.iter().filter(|(s, _)| s.explained.adjusted.value.is_some()).take(TOGETHER).map(|(_, c)| *c).collect();
    let mut strata_told: Vec<ConfounderStratum> = found.iter().map(|(s, _)| s.clone()).collect();
    if best.len() > 1 {
        strata_told.push(held(&prepared, &inside, &best, &crude.difference));
    }
    let mut notes = prepared.notes.clone();
    notes.push(
        "A column that was decided after the segment is a consequence, and holding it fixed is wrong: answer for each \
         whether it was fixed before."
            .to_owned(),
    );
    if !late.is_empty() {
        notes.push(format!("Left out as consequences, fixed only after the segment: {}.", late.join(", ")));
    }
    if !leaks.is_empty() {
        let names: Vec<&str> = leaks.iter().map(|l| l.column.as_str()).collect();
        notes.push(format!("Held out until it is answered whether they were known before: {}.", names.join(", ")));
    }
    Ok(ConfounderResult {
        kpi: prepared.kpi.clone(),
        segment: asked.segment.clone(),
        n: crude.n,
        levels: (crude.a.value, crude.b.value),
        crude: crude.difference,
        strata: strata_told,
        e_value: if prepared.kpi.is_share() { crude.ratio.value.and_then(e_value) } else { None },
        notes,
    })
}

/// Which rows of the table of codes are inside the segment.
fn inside(
    engine: &dyn Engine,
    asked: &ConfounderRequest,
    prepared: &Prepared,
    ticket: &Ticket,
) -> Result<Rows, EngineError> {
    let request = crate::query::CodingRequest {
        keys: vec![Key::sql(format!("({})", asked.segment))],
        kpi: prepared.kpi.clone(),
        filter: asked.clues.filter.clone(),
        unit: asked.clues.unit.clone(),
    };
    let table = engine.coded(&request, ticket)?;
    let Some(column) = table.columns.first() else { return Ok(Rows::with_code(&[], 0)) };
    let holds: Vec<bool> = column.values.iter().map(|v| matches!(v, Cell::Bool(true) | Cell::Int(1))).collect();
    if column.values.iter().any(|v| !matches!(v, Cell::Bool(_) | Cell::Null | Cell::Int(0 | 1))) {
        return Err(EngineError::request(
            format!("\"{}\" is not a condition.", asked.segment),
            "Compare a column with something, as in Contract = 'One year'.",
        ));
    }
    Ok(Rows::where_(&column.codes, |c| holds.get(usize::from(*c)).copied().unwrap_or(false)))
}

/// E-value of a ratio: how strongly something unseen would have to go with both sides (VanderWeele and Ding 2017).
fn e_value(ratio: f64) -> Option<f64> {
    let rr = if ratio < 1.0 { 1.0 / ratio } else { ratio };
    finite(rr + (rr * (rr - 1.0)).sqrt())
}

/// The strata of some columns together, the rows inside as A and the others as B. Only the rows inside are counted where
/// the sums of all are known: the others are what is left.
fn strata(prepared: &Prepared, inside: &Rows, columns: &[&Counted]) -> Vec<Stratum> {
    let width = prepared.width();
    let sizes: Vec<usize> = columns.iter().map(|c| prepared.values(c).len().max(1)).collect();
    let cells = sizes.iter().product::<usize>().max(1) * width;
    let codes: Vec<&[u8]> = columns.iter().map(|c| prepared.codes(c)).collect();
    let place = |row: usize| {
        let code = codes.iter().zip(&sizes).fold(0, |at, (codes, size)| at * size + usize::from(codes[row]));
        code * width + prepared.bucket(row)
    };
    let counting = prepared.counting();
    let within = counting.cells(inside.numbers(), cells, place);
    let all: Vec<Tally> = match columns {
        [] => prepared.folded(prepared.buckets()),
        [column] => column.cells.iter().flat_map(|buckets| prepared.folded(buckets)).collect(),
        _ => counting.cells(0..prepared.table.len(), cells, place),
    };
    let rest: Vec<Tally> = all.iter().zip(&within).map(|(all, within)| all.without(within)).collect();
    within
        .chunks(width)
        .zip(rest.chunks(width))
        .map(|(a, b)| Stratum { a: arm(a, prepared.clustered), b: arm(b, prepared.clustered) })
        .filter(|s| s.a.sums.n + s.b.sums.n > 0)
        .collect()
}

/// The difference with some columns held fixed.
fn held(prepared: &Prepared, inside: &Rows, columns: &[&Counted], crude: &Estimate) -> ConfounderStratum {
    let strata = strata(prepared, inside, columns);
    let r = assemble(&prepared.kpi, &strata, true);
    let adjusted = r.adjusted_difference.unwrap_or(crate::analysis::level::UNKNOWN);
    let standardised =
        if r.overlap >= OVERLAP_NEEDED { standardised(&strata) } else { crate::analysis::level::UNKNOWN };
    ConfounderStratum {
        explained: Explained {
            columns: columns.iter().map(|c| c.coded.name.clone()).collect(),
            explained_away: r.explained_away,
            flips: flips(crude, &adjusted) || flips(crude, &standardised),
            adjusted,
            standardised,
        },
        overlap: r.overlap,
        i2: if r.overlap >= OVERLAP_NEEDED { heterogeneity(&strata) } else { None },
    }
}

/// Σ P(k)·(r_Sk − r_Rk) over the strata that hold both, P(k) their shares of the rows. Its variance is that of the
/// levels, clustered by the buckets of units where there are any.
fn standardised(strata: &[Stratum]) -> Estimate {
    let both: Vec<&Stratum> = strata.iter().filter(|s| s.a.sums.d > 0.0 && s.b.sums.d > 0.0).collect();
    let weight: f64 = both.iter().map(|s| s.a.sums.d + s.b.sums.d).sum();
    let arms: Vec<&crate::analysis::cells::Arm> = both.iter().flat_map(|s| [&s.a, &s.b]).collect();
    let share: Vec<f64> = both.iter().map(|s| (s.a.sums.d + s.b.sums.d) / weight).collect();
    // The shares are those of the table at hand: what is asked is how the sides differ in such a mixture.
    crate::analysis::cells::delta(&arms, crate::analysis::cells::Scale::Linear, |totals| {
        let mut sum = 0.0;
        for (pair, share) in totals.chunks_exact(2).zip(&share) {
            let [a, b] = pair else { return None };
            if a.1 == 0.0 || b.1 == 0.0 {
                return None;
            }
            sum += share * (a.0 / a.1 - b.0 / b.1);
        }
        (weight > 0.0).then_some(sum)
    })
}

/// The sign turns and the interval with the columns held fixed is off 0.
fn flips(crude: &Estimate, adjusted: &Estimate) -> bool {
    match (crude.value, adjusted.value, adjusted.interval) {
        (Some(c), Some(a), Some((low, high))) => c * a < 0.0 && (low > 0.0 || high < 0.0),
        _ => false,
    }
}

/// I² of the differences in the strata: the share of their spread beyond chance.
fn heterogeneity(strata: &[Stratum]) -> Option<f64> {
    let one = |s: &Stratum| {
        let (a, b) = (point(&s.a.sums)?, point(&s.b.sums)?);
        let variance = |arm: &crate::analysis::cells::Arm, r: f64| {
            crate::analysis::level::residual_squares(&arm.sums, r) / (arm.sums.d * arm.sums.d)
        };
        let v = variance(&s.a, a) + variance(&s.b, b);
        (v > 0.0 && s.a.sums.known >= 5 && s.b.sums.known >= 5).then_some((a - b, 1.0 / v))
    };
    let parts: Vec<(f64, f64)> = strata.iter().filter_map(one).collect();
    if parts.len() < 2 {
        return None;
    }
    let weight: f64 = parts.iter().map(|p| p.1).sum();
    let mean = parts.iter().map(|p| p.0 * p.1).sum::<f64>() / weight;
    let q: f64 = parts.iter().map(|p| p.1 * (p.0 - mean).powi(2)).sum();
    let df = count_f64(parts.len() as u64) - 1.0;
    finite(if q > df { (q - df) / q } else { 0.0 })
}

/// What takes at least half of a difference away, or turns it round, among all other columns; the strongest first.
pub(crate) fn explained(prepared: &Prepared, inside: &Rows, own: &[&str], leaks: &[Leak]) -> Vec<Explained> {
    let crude = assemble(&prepared.kpi, &strata(prepared, inside, &[]), false).difference;
    let mut out: Vec<Explained> = prepared
        .without(leaks)
        .filter(|c| !own.contains(&c.of.as_str()))
        .map(|c| held(prepared, inside, &[c], &crude).explained)
        .filter(|e| e.flips || e.explained_away.is_some_and(|x| x >= EXPLAINS))
        .collect();
    out.sort_by(|a, b| {
        let size = |e: &Explained| e.explained_away.unwrap_or(0.0);
        b.flips.cmp(&a.flips).then(size(b).total_cmp(&size(a))).then_with(|| a.columns.cmp(&b.columns))
    });
    out.truncate(TOGETHER);
    out
}

/// Columns that were fixed only after one of these: holding them fixed would explain a cause by what it causes.
pub(crate) fn late<'a, 'b>(asked: &'a ClueRequest, of: impl Iterator<Item = &'b str>) -> Vec<&'a str> {
    let of: Vec<&str> = of.collect();
    let after = asked.consequences.iter().filter(|(cause, _)| of.iter().any(|o| o.eq_ignore_ascii_case(cause)));
    let mut out: Vec<&str> = after.flat_map(|(_, columns)| columns.iter().map(String::as_str)).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// The same for a group of a column against all other rows.
pub(crate) fn of_group(
    prepared: &Prepared,
    asked: &ClueRequest,
    column: &Counted,
    value: &Cell,
    leaks: &[Leak],
) -> Vec<Explained> {
    let Some(code) = prepared.values(column).iter().position(|v| v == value) else { return Vec::new() };
    let Ok(code) = u8::try_from(code) else { return Vec::new() };
    let inside = Rows::with_code(prepared.codes(column), code);
    let mut own = vec![column.of.as_str()];
    own.extend(late(asked, std::iter::once(column.of.as_str())));
    explained(prepared, &inside, &own, leaks)
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_precision_loss)]
#[cfg(test)]
mod tests;

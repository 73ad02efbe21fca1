//! What of a table can be mended, with the evidence: proposals only, made by the user's word.

use crate::engine::{Engine, EngineError, Ticket, Unit, on_all_cores};
use crate::query::{ColumnProfile, Fix, ProposedFix, ValueType, families};

use super::alerts::sentinels;
use super::format::{count, short};
use super::level::count_f64;
use super::profile::few_texts;

/// Families of spellings and values that are named as evidence.
const SHOWN: usize = 2;

/// The fixes that the table suggests: one spelling for texts that differ in case, blanks or look-alike letters only; values at the end of
/// the range that may stand for "not known"; rows that repeat another in all columns, once spellings are mended.
///
/// Nothing speaks against mending the spelling of categories, nor against leaving out repeated rows where a column tells
/// all others apart. The rest may be meant as it stands.
///
/// # Errors
/// When the table can't be read, or a cancel.
pub fn proposed(engine: &dyn Engine, ticket: &Ticket) -> Result<Vec<ProposedFix>, EngineError> {
    let columns = engine.schema().columns.clone();
    let rows = engine.row_count();
    let work = ticket.begin(Unit::Columns, columns.len() as u64 + 1);
    let looked = on_all_cores(&columns, |column| {
        ticket.check()?;
        let silent = ticket.without_progress();
        let mut profile = engine.column_profile(&column.name, None, &silent)?;
        let texts = few_texts(engine, &mut profile, None, &silent)?;
        let mut fixes: Vec<ProposedFix> = texts.and_then(|t| spelling(&profile, &t, rows)).into_iter().collect();
        fixes.extend(missing(&profile, rows));
        work.advance(1);
        Ok((names_rows(&profile, rows), fixes))
    })?;
    let has_names = looked.iter().any(|(names, _)| *names);
    let mut out: Vec<ProposedFix> = looked.into_iter().flat_map(|(_, fixes)| fixes).collect();
    let alike: Vec<String> = out
        .iter()
        .filter_map(|p| match &p.fix {
            Fix::Spelling(column) => Some(column.clone()),
            _ => None,
        })
        .collect();
    let repeats = engine.repeated_rows(&alike, &ticket.without_progress())?;
    work.advance(1);
    if repeats > 0 {
        let why = if has_names {
            "repeat an earlier row in all columns, names included".to_owned()
        } else {
            "repeat an earlier row in all columns; as no column names the rows, they may be meant so".to_owned()
        };
        out.push(ProposedFix { fix: Fix::Distinct, why, rows: repeats, sure: has_names });
    }
    Ok(out)
}

/// Whether a column tells nearly all rows apart: repeats are then no two things that happen to be alike.
fn names_rows(p: &ColumnProfile, rows: u64) -> bool {
    matches!(p.dtype, ValueType::Text | ValueType::Int) && rows >= 20 && count_f64(p.distinct) >= 0.9 * count_f64(rows)
}

fn spelling(p: &ColumnProfile, texts: &[(String, u64)], rows: u64) -> Option<ProposedFix> {
    let (mut changed, mut shown) = (0, Vec::new());
    for family in families(texts.iter().map(|(text, n)| (text.as_str(), *n))) {
        let others: Vec<(&str, u64)> = family.others().collect();
        changed += others.iter().map(|(_, n)| n).sum::<u64>();
        if !others.is_empty() {
            let named: Vec<String> =
                others.iter().take(3).map(|(text, n)| format!("{:?} ({})", short(text), count(*n))).collect();
            shown.push(format!("{} become {:?}", named.join(", "), short(family.usual)));
        }
    }
    if shown.is_empty() {
        return None;
    }
    let more = if shown.len() > SHOWN { format!("; and {} more", shown.len() - SHOWN) } else { String::new() };
    let why = format!("{}{more}", shown.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; "));
    let fix = Fix::Spelling(p.name.clone());
    // Names of rows may differ in case and mean different things.
    let sure = texts.len() <= 1000 && count_f64(p.distinct) < 0.5 * count_f64(rows);
    Some(ProposedFix { fix, why, rows: changed, sure })
}

fn missing(p: &ColumnProfile, rows: u64) -> Vec<ProposedFix> {
    if p.distinct <= 10 {
        return Vec::new();
    }
    sentinels(p, rows)
        .into_iter()
        .map(|(t, why)| ProposedFix {
            fix: Fix::Null(p.name.clone(), t.value.to_string()),
            why: format!("{} {why}: it may stand for \"not known\"", t.value),
            rows: t.n,
            sure: false,
        })
        .collect()
}

//! `whyboard leakage`: columns that know the outcome, or may.

use serde_json::{Value, json};

use super::{ClueArgs, leaks_json, tier};
use crate::analysis::format;
use crate::cli::exit::{Outcome, Streams};
use crate::cli::output::{Column, Field, Sheet, json_number};
use crate::query::{Analysis, Findings, LeakResult};

/// Runs `leakage`.
///
/// # Errors
/// As [`drivers`](super::drivers).
pub fn leakage(args: &ClueArgs, streams: &mut Streams<'_>) -> Outcome {
    args.tell("looking for leaks", &Analysis::Leaks(args.request()), streams, |found, _| match found {
        Findings::Leaks(r) => Some((leak_sheet(r), leak_shape(r))),
        _ => None,
    })
}

fn leak_shape(r: &LeakResult) -> Value {
    json!({
        "kpi": r.kpi.to_string(),
        "n": r.n,
        "tried": r.tried,
        "leaks": leaks_json(&r.leaks),
        "skipped": r.skipped,
        "notes": r.notes,
    })
}

fn leak_sheet(r: &LeakResult) -> Sheet {
    let head = vec![format!(
        "{} · {} rows · {} columns looked at, {} know the outcome or may",
        r.kpi,
        format::count(r.n),
        r.tried,
        r.leaks.len()
    )];
    let columns = vec![Column::left("column"), Column::left("tier"), Column::right("strength"), Column::left("why")];
    let rows = r
        .leaks
        .iter()
        .map(|l| {
            vec![
                Field::text(l.column.clone()),
                Field::text(tier(l)),
                Field::new(format::fixed(l.strength, 2), json_number(Some(l.strength))),
                Field::text(l.why.clone()),
            ]
        })
        .collect();
    let csv_columns = ["column", "tier", "strength", "auc", "accuracy", "why"].map(str::to_owned).to_vec();
    let csv_rows = r
        .leaks
        .iter()
        .map(|l| {
            vec![
                json!(l.column),
                json!(tier(l)),
                json_number(Some(l.strength)),
                json_number(l.auc),
                json_number(l.accuracy),
                json!(l.why),
            ]
        })
        .collect();
    Sheet { head, columns, rows, csv_columns, csv_rows, notes: r.notes.clone() }
}

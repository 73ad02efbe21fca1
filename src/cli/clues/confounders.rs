//! `whyboard confounders`: what explains a segment's difference away.

use clap::Args;
use serde_json::{Value, json};

use super::{ClueArgs, explained_one};
use crate::analysis::format;
use crate::cli::exit::{Outcome, Streams};
use crate::cli::figures::ends;
use crate::cli::output::{Column, Field, Sheet, json_interval, json_number};
use crate::query::{Analysis, ConfounderRequest, ConfounderResult, Findings, Kpi};

/// Arguments of `confounders`.
#[derive(Debug, Clone, Args)]
pub struct ConfounderCommand {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub shared: ClueArgs,
    /// The segment that is held against all other rows
    #[arg(long, value_name = "SQL")]
    pub segment: String,
}

/// Runs `confounders`.
///
/// # Errors
/// As [`drivers`](super::drivers).
pub fn confounders(args: &ConfounderCommand, streams: &mut Streams<'_>) -> Outcome {
    let asked = ConfounderRequest { clues: args.shared.request(), segment: args.segment.clone() };
    args.shared.tell("holding fixed", &Analysis::Confounders(asked), streams, |found, _| match found {
        Findings::Confounders(r) => Some((confounder_sheet(&r.kpi, r), confounder_shape(r))),
        _ => None,
    })
}

fn confounder_shape(r: &ConfounderResult) -> Value {
    let strata: Vec<Value> = r
        .strata
        .iter()
        .map(|s| {
            let mut one = explained_one(&s.explained);
            if let Some(map) = one.as_object_mut() {
                map.insert("overlap".to_owned(), json_number(Some(s.overlap)));
                map.insert("i2".to_owned(), json_number(s.i2));
            }
            one
        })
        .collect();
    json!({
        "segment": r.segment,
        "n": [r.n.0, r.n.1],
        "value": json_number(r.levels.0),
        "rest": json_number(r.levels.1),
        "crude": json_number(r.crude.value),
        "crude_interval": json_interval(r.crude.interval),
        "strata": strata,
        "e_value": json_number(r.e_value),
        "notes": r.notes,
    })
}

fn confounder_sheet(kpi: &Kpi, r: &ConfounderResult) -> Sheet {
    let mut head = vec![format!(
        "{}: {} against {} of the rest, {} · {} and {} rows",
        r.segment,
        format::level(kpi, r.levels.0),
        format::level(kpi, r.levels.1),
        format::change_with_interval(kpi, &r.crude),
        format::count(r.n.0),
        format::count(r.n.1)
    )];
    head.extend(r.e_value.map(|e| {
        format!(
            "E-value {}: something unseen would have to go with both at that ratio to explain it away",
            format::fixed(e, 2)
        )
    }));
    let mut columns = vec![Column::left("held fixed")];
    columns.extend(["difference", "explained away", "overlap", "I²"].map(Column::right));
    columns.push(Column::left(""));
    let unknown = || Field::unknown();
    let rows = r
        .strata
        .iter()
        .map(|s| {
            let e = &s.explained;
            vec![
                Field::text(e.columns.join(" × ")),
                match e.adjusted.value {
                    Some(v) => Field::new(format::change_with_interval(kpi, &e.adjusted), json_number(Some(v))),
                    None => unknown(),
                },
                e.explained_away.map_or_else(unknown, |x| Field::new(format::percent(x), json_number(Some(x)))),
                Field::new(format::percent(s.overlap), json_number(Some(s.overlap))),
                s.i2.map_or_else(unknown, |x| Field::new(format::percent(x), json_number(Some(x)))),
                Field::text(if e.flips {
                    "turns the sign round"
                } else if e.adjusted.value.is_none() {
                    "too few rows to compare with"
                } else {
                    ""
                }),
            ]
        })
        .collect();
    let csv_columns = ["held_fixed", "adjusted", "low", "high", "explained_away", "flips", "overlap", "i2"]
        .map(str::to_owned)
        .to_vec();
    let csv_rows = r
        .strata
        .iter()
        .map(|s| {
            let e = &s.explained;
            let [low, high] = ends(e.adjusted.interval);
            vec![
                json!(e.columns.join(" × ")),
                json_number(e.adjusted.value),
                low,
                high,
                json_number(e.explained_away),
                json!(e.flips),
                json_number(Some(s.overlap)),
                json_number(s.i2),
            ]
        })
        .collect();
    Sheet { head, columns, rows, csv_columns, csv_rows, notes: r.notes.clone() }
}

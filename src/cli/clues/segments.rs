//! `whyboard segments`: in which combinations of values the KPI is another.

use clap::Args;
use serde_json::{Value, json};

use super::{ClueArgs, explained_json, explained_words, held_out, leaks_json};
use crate::analysis::format;
use crate::cli::exit::{Outcome, Streams};
use crate::cli::figures::{change_interval, ends, place};
use crate::cli::output::{Column, Field, Sheet, json_interval, json_number};
use crate::query::{Analysis, Findings, SegmentRequest, SegmentResult};

/// Arguments of `segments`.
#[derive(Debug, Clone, Args)]
pub struct SegmentCommand {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub shared: ClueArgs,
    /// At most so many columns together, 1 to 3
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=3))]
    pub depth: u8,
    /// At most so many segments
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub top: u32,
}

/// Runs `segments`.
///
/// # Errors
/// As [`drivers`](super::drivers).
pub fn segments(args: &SegmentCommand, streams: &mut Streams<'_>) -> Outcome {
    let asked = SegmentRequest { clues: args.shared.request(), depth: args.depth, top: args.top };
    args.shared.tell("searching", &Analysis::Segments(asked), streams, |found, _| match found {
        Findings::Segments(r) => Some((segment_sheet(r), segment_shape(r))),
        _ => None,
    })
}

fn segment_shape(r: &SegmentResult) -> Value {
    let segments: Vec<Value> = r
        .segments
        .iter()
        .map(|s| {
            json!({
                "where": place(&s.place),
                "condition": s.condition,
                "n": s.n,
                "value": json_number(s.level),
                "rest": json_number(s.rest),
                "delta": json_number(s.delta.value),
                "interval": json_interval(s.delta.interval),
                "reach": json_number(s.reach.value),
                "reach_interval": json_interval(s.reach.interval),
                "q": json_number(Some(s.q)),
                "also": s.also,
                "explained_by": explained_json(&s.explained_by),
            })
        })
        .collect();
    json!({
        "kpi": r.kpi.to_string(),
        "n": r.n,
        "value": json_number(r.level.value),
        "interval": json_interval(r.level.interval),
        "tried": r.tried,
        "leaks": leaks_json(&r.leaks),
        "segments": segments,
        "notes": r.notes,
    })
}

fn segment_sheet(r: &SegmentResult) -> Sheet {
    let mut head = vec![format!(
        "{}: {} · {} rows · {} combinations looked at",
        r.kpi,
        format::level_with_interval(&r.kpi, &r.level),
        format::count(r.n),
        format::count(r.tried)
    )];
    head.extend(held_out(&r.leaks));
    let mut columns = vec![Column::left("segment")];
    columns.extend(["n", "inside", "rest", "reach", "interval", "q"].map(Column::right));
    columns.push(Column::left("what explains it"));
    let rows = r
        .segments
        .iter()
        .map(|s| {
            vec![
                Field::text(s.label.clone()),
                Field::new(format::count(s.n), s.n),
                Field::new(format::level(&r.kpi, s.level), json_number(s.level)),
                Field::new(format::level(&r.kpi, s.rest), json_number(s.rest)),
                // People read what the KPI would move by, −G; JSON and CSV hold G itself.
                Field::new(format::change(&r.kpi, s.reach.negated().value), json_number(s.reach.value)),
                change_interval(&r.kpi, s.reach.negated().interval),
                Field::new(format::p_value(s.q), json_number(Some(s.q))),
                Field::text(explained_words(&s.explained_by)),
            ]
        })
        .collect();
    let csv_columns = ["segment", "condition", "n", "value", "rest", "delta", "reach", "reach_low", "reach_high", "q"]
        .map(str::to_owned)
        .to_vec();
    let csv_rows = r
        .segments
        .iter()
        .map(|s| {
            let mut row = vec![json!(s.label), json!(s.condition), json!(s.n)];
            row.extend([s.level, s.rest, s.delta.value, s.reach.value].map(json_number));
            row.extend(ends(s.reach.interval));
            row.push(json_number(Some(s.q)));
            row
        })
        .collect();
    let mut notes = r.notes.clone();
    if !r.segments.is_empty() {
        notes.push("Searched in one half of the units; the figures are of the other half.".to_owned());
    }
    Sheet { head, columns, rows, csv_columns, csv_rows, notes }
}

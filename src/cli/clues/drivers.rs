//! `whyboard drivers`: which columns the KPI goes with.

use serde_json::{Value, json};

use super::{ClueArgs, explained_json, explained_words, held_out, leaks_json};
use crate::analysis::format;
use crate::cli::exit::{Outcome, Streams};
use crate::cli::figures::raw;
use crate::cli::output::{Column, Field, Sheet, json_interval, json_number};
use crate::query::{Analysis, DriverGroup, DriverResult, Findings};

/// Runs `drivers`.
///
/// # Errors
/// Exit 2 for arguments that do not fit the table, 3 when it can't be read.
pub fn drivers(args: &ClueArgs, streams: &mut Streams<'_>) -> Outcome {
    args.tell("ranking", &Analysis::Drivers(args.request()), streams, |found, _| match found {
        Findings::Drivers(r) => Some((driver_sheet(r), driver_shape(r))),
        _ => None,
    })
}

fn group_json(g: &DriverGroup) -> Value {
    json!({
        "label": g.label,
        "value": raw(&g.value),
        "where": g.condition,
        "n": g.n,
        "level": json_number(Some(g.level)),
        "shrunk": json_number(Some(g.shrunk)),
    })
}

fn driver_shape(r: &DriverResult) -> Value {
    let drivers: Vec<Value> = r
        .drivers
        .iter()
        .map(|d| {
            json!({
                "column": d.column,
                "omega2": json_number(Some(d.omega2)),
                "interval": json_interval(Some(d.interval)),
                "omega2_winsorised": json_number(d.omega2_winsorised),
                "spread": json_number(Some(d.spread)),
                "best": group_json(&d.best),
                "worst": group_json(&d.worst),
                "trend": d.trend,
                "p": json_number(Some(d.p)),
                "q": json_number(Some(d.q)),
                "explained_by": explained_json(&d.explained_by),
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
        "drivers": drivers,
        "skipped": r.skipped,
        "notes": r.notes,
    })
}

fn driver_sheet(r: &DriverResult) -> Sheet {
    let mut head = vec![format!(
        "{}: {} · {} rows · {} columns ranked",
        r.kpi,
        format::level_with_interval(&r.kpi, &r.level),
        format::count(r.n),
        r.tried
    )];
    head.extend(held_out(&r.leaks));
    let mut columns = vec![Column::left("column")];
    columns.extend(["ω²", "interval", "spread"].map(Column::right));
    columns.extend(["worst", "best"].map(Column::left));
    columns.push(Column::right("q"));
    columns.push(Column::left("what explains it"));
    let group =
        |g: &DriverGroup| format!("{} {} of {}", g.label, format::level(&r.kpi, Some(g.level)), format::count(g.n));
    let rows = r
        .drivers
        .iter()
        .map(|d| {
            let trend = match d.trend {
                Some(1) => " ↑",
                Some(-1) => " ↓",
                _ => "",
            };
            vec![
                Field::text(format!("{}{trend}", d.column)),
                Field::new(format::fixed(d.omega2, 3), json_number(Some(d.omega2))),
                Field::new(
                    format!("[{}, {}]", format::fixed(d.interval.0, 3), format::fixed(d.interval.1, 3)),
                    json_interval(Some(d.interval)),
                ),
                Field::new(format::change(&r.kpi, Some(d.spread)).trim_start_matches('+'), json_number(Some(d.spread))),
                Field::text(group(&d.worst)),
                Field::text(group(&d.best)),
                Field::new(format::p_value(d.q), json_number(Some(d.q))),
                Field::text(explained_words(&d.explained_by)),
            ]
        })
        .collect();
    let csv_columns = [
        "column",
        "omega2",
        "low",
        "high",
        "spread",
        "worst",
        "worst_n",
        "worst_level",
        "best",
        "best_n",
        "best_level",
        "trend",
        "p",
        "q",
    ]
    .map(str::to_owned)
    .to_vec();
    let csv_rows = r
        .drivers
        .iter()
        .map(|d| {
            let number = |x: f64| json_number(Some(x));
            vec![
                json!(d.column),
                number(d.omega2),
                number(d.interval.0),
                number(d.interval.1),
                number(d.spread),
                json!(d.worst.label),
                json!(d.worst.n),
                number(d.worst.level),
                json!(d.best.label),
                json!(d.best.n),
                number(d.best.level),
                json!(d.trend),
                number(d.p),
                number(d.q),
            ]
        })
        .collect();
    Sheet { head, columns, rows, csv_columns, csv_rows, notes: r.notes.clone() }
}

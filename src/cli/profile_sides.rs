//! `whyboard profile DATA --compare "CONDITION" [--against "CONDITION"]`.

use serde_json::{Value, json};

use super::data_args::{OutputArgs, sample_words};
use super::exit::{Failure, Outcome, Streams, written};
use super::figures::{ends, notes_aside, put_sample, raw};
use super::output::{Column, Field, Sheet, json_interval, json_number, write};
use super::progress;
use crate::analysis::{self, format};
use crate::engine::Engine;
use crate::query::{Analysis, ColumnShift, Findings, ReadingReport, ShiftRequest, ShiftResult};

/// Holds every column of some rows against the others.
///
/// # Errors
/// Exit 2 for conditions that do not fit the table.
pub(super) fn run(
    engine: &dyn Engine,
    request: ShiftRequest,
    exclude: &[String],
    output: &OutputArgs,
    streams: &mut Streams<'_>,
) -> Outcome {
    let asked = Analysis::Shift(request.clone());
    let found = progress::run("comparing", streams.err_is_terminal, |ticket| analysis::run(engine, &asked, ticket))?;
    let Findings::Shift(mut result) = found else {
        return Err(Failure::input("The analysis gave something else than a comparison."));
    };
    result.columns.retain(|c| !exclude.contains(&c.name));
    notes_aside(&result.notes, output, streams);
    let read = engine.reading();
    written(write(&sheet(&request, &result, read), &shape(&request, &result, read), output, streams))
}

/// The shape of docs/analyses.md, with `sample` where the table is one.
fn shape(asked: &ShiftRequest, r: &ShiftResult, read: &ReadingReport) -> Value {
    let column = |c: &ColumnShift| {
        json!({
            "name": c.name,
            "dtype": c.dtype,
            "in_condition": c.own,
            "nulls": [c.nulls.0, c.nulls.1],
            "mean": c.mean.map(|(a, b)| [json_number(a), json_number(b)]),
            "moved": c.moved.as_ref().map(|m| json!({
                "value": raw(&m.value),
                "share": [json_number(Some(m.share.0)), json_number(Some(m.share.1))],
            })),
            "difference": json_number(c.difference.value),
            "interval": json_interval(c.difference.interval),
            "psi": json_number(c.psi.value),
            "psi_interval": json_interval(c.psi.interval),
            "bins": c.bins.iter().map(|b| json!({ "value": raw(&b.value), "n": [b.n.0, b.n.1] })).collect::<Vec<_>>(),
        })
    };
    let mut out = json!({
        "a": { "where": asked.a, "n": r.n.0 },
        "b": { "where": asked.b, "n": r.n.1 },
        "columns": r.columns.iter().map(column).collect::<Vec<_>>(),
        "notes": r.notes,
    });
    put_sample(&mut out, read);
    out
}

/// A side of a column: its mean, or the share of the value that differs most.
fn side(mean: Option<f64>, share: Option<f64>) -> Field {
    match (mean, share) {
        (Some(x), _) => Field::new(format::number(x), json_number(Some(x))),
        (None, Some(x)) => Field::new(format::percent(x), json_number(Some(x))),
        (None, None) => Field::unknown(),
    }
}

fn of(c: &ColumnShift) -> String {
    match (&c.mean, &c.moved) {
        (Some(_), _) => "mean".to_owned(),
        (None, Some(moved)) => format!("share of {}", format::short(&moved.value.to_string())),
        (None, None) => String::new(),
    }
}

fn sheet(asked: &ShiftRequest, r: &ShiftResult, read: &ReadingReport) -> Sheet {
    let others = || "all others".to_owned();
    let head = vec![
        format!("A: {}, {}", asked.a, format::counted(r.n.0, "row")),
        format!("B: {}, {}", asked.b.clone().unwrap_or_else(others), format::counted(r.n.1, "row")),
    ];
    let sides = |c: &ColumnShift| (c.mean.unwrap_or_default(), c.moved.as_ref().map(|m| m.share));
    let rows = r.columns.iter().map(|c| {
        let (mean, share) = sides(c);
        let words = format::difference_with_interval(c.moved.is_some(), &c.difference);
        vec![
            Field::text(&c.name),
            Field::text(c.dtype.word()),
            Field::new(format::count(c.nulls.0), c.nulls.0),
            Field::new(format::count(c.nulls.1), c.nulls.1),
            Field::text(of(c)),
            side(mean.0, share.map(|s| s.0)),
            side(mean.1, share.map(|s| s.1)),
            Field::new(words, json_number(c.difference.value)),
            match c.psi.value {
                Some(_) if c.own => Field::text("in the condition"),
                Some(x) => Field::new(format::fixed(x, 3), json_number(Some(x))),
                None => Field::unknown(),
            },
        ]
    });
    let csv_rows = r.columns.iter().map(|c| {
        let (mean, share) = sides(c);
        let mut row =
            vec![Value::from(c.name.as_str()), json!(c.dtype), c.own.into(), c.nulls.0.into(), c.nulls.1.into()];
        row.push(c.moved.as_ref().map_or(Value::Null, |m| raw(&m.value)));
        row.extend([mean.0.or(share.map(|s| s.0)), mean.1.or(share.map(|s| s.1)), c.difference.value].map(json_number));
        row.extend(ends(c.difference.interval));
        row.push(json_number(c.psi.value));
        row.extend(ends(c.psi.interval));
        row
    });
    let names = [
        "name",
        "dtype",
        "in_condition",
        "nulls_a",
        "nulls_b",
        "value",
        "a",
        "b",
        "difference",
        "low",
        "high",
        "psi",
        "psi_low",
        "psi_high",
    ];
    let (left, right) = (Column::left, Column::right);
    Sheet {
        rows: rows.collect(),
        csv_rows: csv_rows.collect(),
        head: head.into_iter().chain(sample_words(read)).collect(),
        columns: vec![
            left("column"),
            left("type"),
            right("null A"),
            right("null B"),
            left("of"),
            right("A"),
            right("B"),
            right("A − B"),
            right("PSI"),
        ],
        csv_columns: names.map(str::to_owned).to_vec(),
        notes: r.notes.clone(),
    }
}

//! `whyboard change DATA --kpi K --before SQL --after SQL [--by A,B]`, or `--actual COL --expected COL`.

use clap::Args;
use serde_json::{Value, json};

use super::data_args::{BetterArg, DataArgs, OutputArgs, sample_words};
use super::exit::{Failure, Outcome, Streams, written};
use super::figures::{change_interval, ends, notes_aside, place, put_sample, raw};
use super::output::{Column, Field, Sheet, json_interval, json_number, write};
use super::progress;
use crate::analysis::{self, change, format};
use crate::query::{Analysis, ChangePart, ChangeRequest, ChangeResult, Findings, Kpi, ReadingReport, Sides};

/// Arguments of `change`.
#[derive(Debug, Clone, Args)]
pub struct ChangeCommand {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    /// What is measured in both periods: "rate(Churn = 'Yes')", "mean(x)", "sum(x)", "count()" or
    /// "ratio(sum(a), sum(b))"
    #[arg(long, value_name = "KPI", requires = "before", conflicts_with = "actual")]
    pub kpi: Option<Kpi>,
    /// Which way it should move
    #[arg(long, value_name = "WAY", default_value = "lower")]
    pub better: BetterArg,
    /// The rows of the earlier period
    #[arg(long, value_name = "SQL", requires_all = ["kpi", "after"])]
    pub before: Option<String>,
    /// The rows of the later period
    #[arg(long, value_name = "SQL", requires = "before")]
    pub after: Option<String>,
    /// A column of what happened, against --expected
    #[arg(long, value_name = "COLUMN", requires = "expected")]
    pub actual: Option<String>,
    /// A column of what was expected
    #[arg(long, value_name = "COLUMN", requires = "actual")]
    pub expected: Option<String>,
    /// Columns whose groups are shown, at most two (the one that tells most otherwise)
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub by: Vec<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
}

/// Runs the command.
///
/// # Errors
/// Exit 2 for arguments that do not fit the table, 3 when it can't be read.
pub fn run(args: &ChangeCommand, streams: &mut Streams<'_>) -> Outcome {
    let sides = match (&args.kpi, &args.before, &args.after, &args.actual, &args.expected) {
        (Some(kpi), Some(before), Some(after), _, _) => {
            Sides::Periods { kpi: kpi.clone(), before: before.clone(), after: after.clone() }
        }
        (_, _, _, Some(actual), Some(expected)) => {
            Sides::Forecast { actual: actual.clone(), expected: expected.clone() }
        }
        _ => {
            return Err(Failure::usage(
                "It is not said what to compare. Give --kpi, --before and --after for two periods, or --actual and \
                 --expected for what happened against a forecast.",
            ));
        }
    };
    let opened = args.data.open(streams)?;
    let engine = opened.engine.as_ref();
    let request = ChangeRequest {
        sides,
        by: args.by.iter().map(|c| c.trim().to_owned()).filter(|c| !c.is_empty()).collect(),
        exclude: args.data.exclude.clone(),
        filter: args.data.filter.clone(),
        unit: args.data.unit.clone(),
        parts_only: false,
    };
    let asked = Analysis::Change(request);
    let found = progress::run("comparing", streams.err_is_terminal, |ticket| analysis::run(engine, &asked, ticket))?;
    let Findings::Change(result) = found else {
        return Err(Failure::input("The analysis gave something else than a change."));
    };
    notes_aside(&result.notes, &args.output, streams);
    let read = engine.reading();
    written(write(&sheet(&result, read), &shape(&result, read), &args.output, streams))
}

fn shape(r: &ChangeResult, read: &ReadingReport) -> Value {
    let part = |p: &ChangePart| {
        json!({
            "where": place(&p.place),
            "n_before": p.n.0,
            "n_after": p.n.1,
            "before": json_number(p.level.0),
            "after": json_number(p.level.1),
            "contribution": json_number(p.contribution.value),
            "interval": json_interval(p.contribution.interval),
            "rate": json_number(Some(p.rate)),
            "mix": json_number(Some(p.mix)),
            "did_z": json_number(p.did_z),
        })
    };
    let mut out = json!({
        "kpi": r.kpi.to_string(),
        "before": { "n": r.before.n, "value": json_number(r.before.level.value) },
        "after": { "n": r.after.n, "value": json_number(r.after.level.value) },
        "change": json_number(r.change.value),
        "interval": json_interval(r.change.interval),
        "usual": r.usual.map(|u| json!({ "pairs": u.pairs, "z": json_number(u.z) })),
        "tried": r.tried,
        "parts": r.parts.iter().map(part).collect::<Vec<_>>(),
        "causes": r.causes.iter().map(|c| json!({
            "where": place(&c.place),
            "n": c.n,
            "before": json_number(c.level.0),
            "after": json_number(c.level.1),
            "contribution": json_number(c.contribution),
            "gain": json_number(Some(c.gain)),
        })).collect::<Vec<_>>(),
        "notes": r.notes,
    });
    put_sample(&mut out, read);
    out
}

/// What is said above the table.
fn head(r: &ChangeResult, read: &ReadingReport) -> Vec<String> {
    let mut head = vec![format!(
        "{}: {} · {} and {} rows",
        r.kpi,
        change::sentence(r),
        format::count(r.before.n),
        format::count(r.after.n)
    )];
    if let Some(usual) = r.usual {
        head.extend(usual.z.map(|z| {
            format!(
                "{} standard deviations off the mean of {} earlier changes of this kind",
                format::signed(z, 1),
                usual.pairs
            )
        }));
    }
    head.extend(r.causes.iter().take(5).map(|c| {
        format!(
            "{}{}: {} → {} · {} rows",
            if c.place.is_empty() { "" } else { "stands in " },
            c.label,
            format::level(&r.kpi, c.level.0),
            format::level(&r.kpi, c.level.1),
            format::count(c.n)
        )
    }));
    if r.causes.is_empty() {
        head.push(format!("no cell stands out among {} looked at", format::count(r.tried)));
    }
    head.extend(sample_words(read));
    head
}

fn sheet(r: &ChangeResult, read: &ReadingReport) -> Sheet {
    let names: Vec<String> =
        r.parts.first().map(|p| p.place.iter().map(|(name, _)| name.clone()).collect()).unwrap_or_default();
    let mut columns: Vec<Column> = names.iter().map(Column::left).collect();
    columns.extend(["before", "after", "contributes", "interval", "by level", "by share", "z"].map(Column::right));
    let change = |x: Option<f64>| format::change(&r.kpi, x);
    let rows = r
        .parts
        .iter()
        .map(|p| {
            let mut row: Vec<Field> = p.place.iter().map(|(_, c)| Field::new(c.to_string(), raw(c))).collect();
            row.push(Field::new(format::level(&r.kpi, p.level.0), json_number(p.level.0)));
            row.push(Field::new(format::level(&r.kpi, p.level.1), json_number(p.level.1)));
            row.push(Field::new(change(p.contribution.value), json_number(p.contribution.value)));
            row.push(change_interval(&r.kpi, p.contribution.interval));
            row.push(Field::new(change(Some(p.rate)), json_number(Some(p.rate))));
            row.push(Field::new(change(Some(p.mix)), json_number(Some(p.mix))));
            row.push(match p.did_z {
                Some(z) => Field::new(format::signed(z, 1), json_number(Some(z))),
                None => Field::unknown(),
            });
            row
        })
        .collect();
    let mut csv_columns = names;
    csv_columns.extend(
        ["n_before", "n_after", "before", "after", "contribution", "low", "high", "rate", "mix", "did_z"]
            .map(str::to_owned),
    );
    let csv_rows = r
        .parts
        .iter()
        .map(|p| {
            let mut row: Vec<Value> = p.place.iter().map(|(_, c)| raw(c)).collect();
            row.extend([Value::from(p.n.0), Value::from(p.n.1)]);
            row.extend([p.level.0, p.level.1, p.contribution.value].map(json_number));
            row.extend(ends(p.contribution.interval));
            row.extend([Some(p.rate), Some(p.mix), p.did_z].map(json_number));
            row
        })
        .collect();
    Sheet { head: head(r, read), columns, rows, csv_columns, csv_rows, notes: r.notes.clone() }
}

//! `whyboard drivers`, `segments`, `leakage` and `confounders`: what the KPI goes with, in which combinations, what
//! knows the outcome, and what explains it away.

use clap::Args;
use serde_json::{Map, Value, json};

use super::data_args::{DataArgs, KpiArgs, OutputArgs, sample_words};
use super::exit::{Failure, Outcome, Streams, written};
use super::kpi::{put_sample, raw};
use super::output::{Column, Field, Format, Sheet, json_interval, json_number, write};
use super::progress;
use super::visible::visible;
use crate::analysis::{self, format};
use crate::query::{
    Analysis, ClueRequest, ConfounderRequest, ConfounderResult, DriverGroup, DriverResult, Explained, Findings, Kpi,
    Leak, LeakResult, LeakTier, ReadingReport, SegmentRequest, SegmentResult,
};

/// Arguments that all four share.
#[derive(Debug, Clone, Args)]
pub struct ClueArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub data: DataArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub kpi: KpiArgs,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub output: OutputArgs,
}

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

impl ClueArgs {
    fn request(&self) -> ClueRequest {
        ClueRequest {
            kpi: self.kpi.kpi.clone(),
            better: self.kpi.better.into(),
            filter: self.data.filter.clone(),
            unit: self.data.unit.clone(),
            exclude: self.data.exclude.clone(),
            known_before: self.data.known_before.clone(),
        }
    }

    /// Runs an analysis and writes what it found.
    fn tell(
        &self,
        label: &'static str,
        analysis: &Analysis,
        streams: &mut Streams<'_>,
        shown: impl FnOnce(&Findings, &ReadingReport) -> Option<(Sheet, Value)>,
    ) -> Outcome {
        let opened = self.data.open(streams)?;
        let engine = opened.engine.as_ref();
        let found = progress::run(label, streams.err_is_terminal, |ticket| analysis::run(engine, analysis, ticket))?;
        let read = engine.reading();
        let Some((mut sheet, mut shape)) = shown(&found, read) else {
            return Err(Failure::input("The analysis gave something else than was asked for."));
        };
        sheet.head.extend(sample_words(read));
        put_sample(&mut shape, read);
        if !matches!(self.output.format, Format::Table | Format::Markdown) {
            for note in &sheet.notes {
                let _ = writeln!(streams.err, "note: {}", visible(note));
            }
        }
        written(write(&sheet, &shape, &self.output, streams))
    }
}

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

/// Runs `leakage`.
///
/// # Errors
/// As [`drivers`].
pub fn leakage(args: &ClueArgs, streams: &mut Streams<'_>) -> Outcome {
    args.tell("looking for leaks", &Analysis::Leaks(args.request()), streams, |found, _| match found {
        Findings::Leaks(r) => Some((leak_sheet(r), leak_shape(r))),
        _ => None,
    })
}

/// Runs `segments`.
///
/// # Errors
/// As [`drivers`].
pub fn segments(args: &SegmentCommand, streams: &mut Streams<'_>) -> Outcome {
    let asked = SegmentRequest { clues: args.shared.request(), depth: args.depth, top: args.top };
    args.shared.tell("searching", &Analysis::Segments(asked), streams, |found, _| match found {
        Findings::Segments(r) => Some((segment_sheet(r), segment_shape(r))),
        _ => None,
    })
}

/// Runs `confounders`.
///
/// # Errors
/// As [`drivers`].
pub fn confounders(args: &ConfounderCommand, streams: &mut Streams<'_>) -> Outcome {
    let kpi = args.shared.kpi.kpi.clone();
    let asked = ConfounderRequest { clues: args.shared.request(), segment: args.segment.clone() };
    args.shared.tell("holding fixed", &Analysis::Confounders(asked), streams, |found, _| match found {
        Findings::Confounders(r) => Some((confounder_sheet(&kpi, r), confounder_shape(r))),
        _ => None,
    })
}

fn leaks_json(leaks: &[Leak]) -> Value {
    leaks
        .iter()
        .map(|l| {
            json!({
                "column": l.column,
                "tier": l.tier,
                "why": l.why,
                "strength": json_number(Some(l.strength)),
                "auc": json_number(l.auc),
                "accuracy": json_number(l.accuracy),
            })
        })
        .collect()
}

fn tier(leak: &Leak) -> &'static str {
    match leak.tier {
        LeakTier::Leak => "leak",
        LeakTier::Suspect => "suspect",
    }
}

/// One line for each column that is held out.
fn held_out(leaks: &[Leak]) -> Vec<String> {
    leaks
        .iter()
        .map(|l| {
            format!(
                "held out as a {}: {}: {}. If it was known before, --known-before {}",
                tier(l),
                l.column,
                l.why,
                l.column
            )
        })
        .collect()
}

fn explained_json(list: &[Explained]) -> Value {
    list.iter().map(explained_one).collect()
}

fn explained_one(e: &Explained) -> Value {
    json!({
        "columns": e.columns,
        "adjusted": json_number(e.adjusted.value),
        "interval": json_interval(e.adjusted.interval),
        "standardised": json_number(e.standardised.value),
        "standardised_interval": json_interval(e.standardised.interval),
        "explained_away": json_number(e.explained_away),
        "flips": e.flips,
    })
}

/// `turned round by dept`, `explained by hour (82%)`; empty where nothing does.
fn explained_words(list: &[Explained]) -> String {
    let one = |e: &Explained| {
        let columns = e.columns.join(" × ");
        if e.flips {
            return format!("turned round by {columns}");
        }
        let share = e.explained_away.map_or(String::new(), |x| format!(" ({})", format::percent(x)));
        format!("explained by {columns}{share}")
    };
    list.iter().map(one).collect::<Vec<_>>().join("; ")
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

fn segment_shape(r: &SegmentResult) -> Value {
    let segments: Vec<Value> = r
        .segments
        .iter()
        .map(|s| {
            let place: Map<String, Value> = s.place.iter().map(|(name, value)| (name.clone(), raw(value))).collect();
            json!({
                "where": place,
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
    let change = |x: Option<f64>| format::change(&r.kpi, x);
    let rows = r
        .segments
        .iter()
        .map(|s| {
            vec![
                Field::text(s.label.clone()),
                Field::new(format::count(s.n), s.n),
                Field::new(format::level(&r.kpi, s.level), json_number(s.level)),
                Field::new(format::level(&r.kpi, s.rest), json_number(s.rest)),
                Field::new(change(s.reach.value), json_number(s.reach.value)),
                match s.reach.interval {
                    Some((low, high)) => Field::new(
                        format!("{} … {}", change(Some(low)), change(Some(high))),
                        json_interval(s.reach.interval),
                    ),
                    None => Field::unknown(),
                },
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
            let (low, high) = s.reach.interval.map_or((None, None), |(l, h)| (Some(l), Some(h)));
            let mut row = vec![json!(s.label), json!(s.condition), json!(s.n)];
            row.extend([s.level, s.rest, s.delta.value, s.reach.value, low, high, Some(s.q)].map(json_number));
            row
        })
        .collect();
    let mut notes = r.notes.clone();
    if !r.segments.is_empty() {
        notes.push("Searched in one half of the units; the figures are of the other half.".to_owned());
    }
    Sheet { head, columns, rows, csv_columns, csv_rows, notes }
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
            let (low, high) = e.adjusted.interval.map_or((None, None), |(l, h)| (Some(l), Some(h)));
            vec![
                json!(e.columns.join(" × ")),
                json_number(e.adjusted.value),
                json_number(low),
                json_number(high),
                json_number(e.explained_away),
                json!(e.flips),
                json_number(Some(s.overlap)),
                json_number(s.i2),
            ]
        })
        .collect();
    Sheet { head, columns, rows, csv_columns, csv_rows, notes: r.notes.clone() }
}

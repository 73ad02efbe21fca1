//! `whyboard drivers`, `segments`, `leakage` and `confounders`: what the KPI goes with, in which combinations, what
//! knows the outcome, and what explains it away.

mod confounders;
mod drivers;
mod leakage;
mod segments;

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Value, json};

use super::data_args::{DataArgs, KpiArgs, OutputArgs, sample_words};
use super::exit::{Failure, Outcome, Streams, written};
use super::figures::{notes_aside, put_sample};
use super::output::{Sheet, json_interval, json_number, write};
use super::progress;
use crate::analysis::{self, format};
use crate::query::{Analysis, ClueRequest, Explained, Findings, Leak, LeakTier, ReadingReport};

pub use confounders::{ConfounderCommand, confounders};
pub use drivers::drivers;
pub use leakage::leakage;
pub use segments::{SegmentCommand, segments};

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

impl ClueArgs {
    fn request(&self) -> ClueRequest {
        ClueRequest {
            kpi: self.kpi.kpi.clone(),
            better: self.kpi.better.into(),
            filter: self.data.filter.clone(),
            unit: self.data.unit.clone(),
            exclude: self.data.exclude.clone(),
            known_before: self.data.known_before.clone(),
            consequences: BTreeMap::new(),
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
        notes_aside(&sheet.notes, &self.output, streams);
        written(write(&sheet, &shape, &self.output, streams))
    }
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

//! Whether the search for segments and drivers tells the truth on tables whose truth is known: a planted cause comes first,
//! chance is told as nothing, a shadow is marked as explained, and intervals hold what was planted.
//!
//! ```sh
//! cargo bench --profile release --bench truth     # 100 seeds a kind, 200 000 rows; -- 20 for fewer
//! cargo bench --profile release --bench truth -- csv 1000000 > rides.csv     # a table to hold other programs against
//! ```
//! It ends with status 1 where one of the bars is missed.
#![allow(clippy::expect_used, missing_docs)]

use std::process::ExitCode;
use std::sync::Arc;

use whyboard::analysis;
use whyboard::engine::{Engine, ReadOptions, Source, Ticket, open};
use whyboard::query::{Analysis, Better, ClueRequest, DriverResult, Findings, Segment, SegmentRequest, SegmentResult};

mod tables;

use tables::{Kind, UPLIFT};

const ROWS: u32 = 200_000;

fn main() -> ExitCode {
    let number = std::env::args().find_map(|a| a.parse().ok());
    if std::env::args().any(|a| a == "csv") {
        let rows = number.and_then(|n| u32::try_from(n).ok()).unwrap_or(ROWS);
        print!("{}", tables::csv(Kind::Price, 1, rows));
        return ExitCode::SUCCESS;
    }
    let seeds: u64 = number.unwrap_or(100);
    let bar = |share: f64, of: u64| share >= 0.95 || of == 0;
    let mut held = (0u64, 0u64);
    let mut good = true;
    println!("| table | seeds | as planted | of these intervals | hold the truth |\n|---|---|---|---|---|");
    for kind in Kind::ALL {
        let (mut right, mut intervals, mut holds) = (0u64, 0u64, 0u64);
        for seed in 0..seeds {
            let seen = look(kind, seed);
            right += u64::from(seen.right);
            if let Some(holds_it) = seen.holds {
                intervals += 1;
                holds += u64::from(holds_it);
            }
        }
        held = (held.0 + intervals, held.1 + holds);
        good &= bar(share(right, seeds), seeds);
        println!("| {} | {seeds} | {right} | {intervals} | {holds} |", kind.name());
    }
    let coverage = share(held.1, held.0);
    println!("\nIntervals that hold what was planted: {:.1} % of {}.", 100.0 * coverage, held.0);
    good &= (0.93..=0.97).contains(&coverage);
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[allow(clippy::cast_precision_loss)]
fn share(part: u64, of: u64) -> f64 {
    part as f64 / of.max(1) as f64
}

/// What became of one table.
struct Seen {
    /// The answer is the planted one.
    right: bool,
    /// Whether the interval of the planted cell holds the planted difference.
    holds: Option<bool>,
}

fn look(kind: Kind, seed: u64) -> Seen {
    let engine = opened(&tables::csv(kind, seed, ROWS));
    let asked = ClueRequest {
        kpi: "rate(left = 1)".parse().expect("a KPI"),
        better: Better::Lower,
        filter: None,
        unit: Some(kind.unit().to_owned()),
        exclude: kind.exclude().iter().map(|c| (*c).to_owned()).collect(),
        known_before: Vec::new(),
        consequences: std::collections::BTreeMap::new(),
    };
    if kind == Kind::Decoy {
        return Seen { right: decoy(&drivers(&engine, asked)), holds: None };
    }
    let found = segments(&engine, asked);
    let planted = kind.planted();
    let is = |s: &Segment, cell: &[(&str, &str)]| {
        s.place.len() == cell.len()
            && cell.iter().all(|(c, v)| s.place.iter().any(|(column, value)| column == c && value.to_string() == *v))
    };
    if planted.is_empty() {
        return Seen { right: found.segments.is_empty(), holds: None };
    }
    let first = &found.segments.iter().take(planted.len()).collect::<Vec<_>>();
    let right = planted.iter().all(|cell| first.iter().any(|s| is(s, cell)));
    // With two causes the rest of each holds the other, so that the planted difference is not the one to be found.
    let holds = match (planted.as_slice(), found.segments.first()) {
        ([cell], Some(top)) if is(top, cell) => top.delta.interval.map(|(low, high)| low <= UPLIFT && UPLIFT <= high),
        _ => None,
    };
    Seen { right, holds }
}

/// The zone is the driver, and the district, which goes with it, is marked as explained by it.
fn decoy(found: &DriverResult) -> bool {
    let first = found.drivers.first().is_some_and(|d| d.column == "zone" && d.explained_by.is_empty());
    let shadow = found.drivers.iter().find(|d| d.column == "district");
    first && shadow.is_none_or(|d| d.explained_by.iter().any(|e| e.columns == ["zone"]))
}

fn opened(csv: &str) -> Arc<dyn Engine> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.csv");
    std::fs::write(&path, csv).expect("a file");
    open(&Source { path, options: ReadOptions::default() }, &Ticket::default()).expect("a table")
}

fn segments(engine: &Arc<dyn Engine>, clues: ClueRequest) -> SegmentResult {
    let asked = Analysis::Segments(SegmentRequest { clues, depth: 2, top: 20 });
    match analysis::run(engine.as_ref(), &asked, &Ticket::default()).expect("segments") {
        Findings::Segments(r) => r,
        other => unreachable!("{other:?}"),
    }
}

fn drivers(engine: &Arc<dyn Engine>, clues: ClueRequest) -> DriverResult {
    match analysis::run(engine.as_ref(), &Analysis::Drivers(clues), &Ticket::default()).expect("drivers") {
        Findings::Drivers(r) => r,
        other => unreachable!("{other:?}"),
    }
}

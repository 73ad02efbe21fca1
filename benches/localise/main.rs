//! How well the search for causes finds what a labelled case holds, and what it costs.
//!
//! ```sh
//! cargo bench --profile release --bench localise     # 100 cases a kind; -- 300 for more
//! ```
#![allow(missing_docs)]

use std::time::{Duration, Instant};

use whyboard::analysis::localise;
use whyboard::analysis::localise::{Evidence, Leaves, Limits, Place};

mod cases;

/// A table of leaves, what is known of them, and the answer.
type Case = (Leaves, Evidence, Vec<Place>);

/// Makes a case of a seed.
type Kind = fn(u64) -> Case;

fn totals(seed: u64) -> Case {
    let case = cases::totals(seed);
    (case.leaves, Evidence::deviations(&case.actual, &case.expected), case.causes)
}

fn rates(seed: u64) -> Case {
    let case = cases::rates(seed);
    (case.leaves, Evidence::tests(case.tests), case.causes)
}

fn counts(seed: u64) -> Case {
    let case = cases::counts(seed);
    (case.leaves, Evidence::tests(case.tests), case.causes)
}

fn main() {
    let cases: u64 = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(100);
    println!("| kind | cases | F1 | precision | recall | median ms a case |\n|---|---|---|---|---|---|");
    let kinds: [(&str, Kind); 3] = [
        ("totals against a forecast", totals),
        ("rate in two periods", rates),
        ("small counts in two periods", counts),
    ];
    for (name, kind) in kinds {
        let (mut hit, mut found, mut wanted) = (0.0, 0.0, 0.0);
        let mut times: Vec<Duration> = Vec::new();
        for seed in 0..cases {
            let (leaves, evidence, causes) = kind(seed);
            let begun = Instant::now();
            let (_, got) = localise::localise(&leaves, &evidence, Limits::default());
            times.push(begun.elapsed());
            hit += f64::from(u32::try_from(got.iter().filter(|f| causes.contains(&f.place)).count()).unwrap_or(0));
            found += f64::from(u32::try_from(got.len()).unwrap_or(0));
            wanted += f64::from(u32::try_from(causes.len()).unwrap_or(0));
        }
        times.sort();
        let middle = times.get(times.len() / 2).copied().unwrap_or_default();
        println!(
            "| {name} | {cases} | {:.3} | {:.3} | {:.3} | {:.1} |",
            2.0 * hit / (found + wanted),
            hit / found,
            hit / wanted,
            middle.as_secs_f64() * 1e3
        );
    }
}

//! Columns that know the outcome (3-analysis.md v). They are looked for before any ranking, and held out of it until
//! somebody answers whether they were known before.

use crate::analysis::coding::{Counted, Prepared, Tally, prepare, value_order};
use crate::analysis::format;
use crate::analysis::level::count_f64;
use crate::analysis::roc::area;
use crate::engine::{Engine, EngineError, Ticket};
use crate::query::{Cell, ClueRequest, Kpi, Leak, LeakResult, LeakTier};

/// From here on a column nearly is the outcome.
const LEAK_AUC: f64 = 0.95;
const LEAK_SHARE: f64 = 0.9;
const LEAK_ENTROPY: f64 = 0.1;
/// From here on somebody must say whether it was known before.
const SUSPECT_AUC: f64 = 0.85;
const SUSPECT_CORRELATION: f64 = 0.8;
/// Information value from which a column is a suspect, where it also ranks well; the strongest honest columns of real
/// tables pass 1 by themselves (the contract of the telco table has 1.24 and ranks 73 % of pairs).
const SUSPECT_IV: f64 = 1.0;
const SUSPECT_IV_AUC: f64 = 0.8;
/// A name that tells of the outcome counts from this correlation on.
const NAMED_CORRELATION: f64 = 0.5;
/// A value with at least so many rows …
const PURE_ROWS: u64 = 30;
/// … and such a rate, or one this many times smaller than that of all …
const PURE_RATE: f64 = 0.99;
const EMPTY_TIMES: f64 = 50.0;
/// … that holds such a share of the events, or of the rows without one.
const PURE_SHARE: f64 = 0.5;

/// Words in a column's name that tell of the outcome.
const TELLING: [&str; 14] = [
    "cancel",
    "cancelled",
    "canceled",
    "cancellation",
    "churn",
    "churned",
    "refund",
    "refunded",
    "closed",
    "reason",
    "status",
    "final",
    "outcome",
    "result",
];

/// Looks for leaks.
///
/// # Errors
/// As [`prepare`].
pub fn run(engine: &dyn Engine, asked: &ClueRequest, ticket: &Ticket) -> Result<LeakResult, EngineError> {
    let prepared = prepare(engine, asked, ticket)?;
    let leaks = found(&prepared, &asked.known_before, ticket)?;
    let mut notes = prepared.notes.clone();
    if leaks.is_empty() {
        notes.push("No column knows the outcome by these measures; whoever made the table may know of one.".to_owned());
    }
    Ok(LeakResult {
        kpi: prepared.kpi.clone(),
        n: prepared.table.len() as u64,
        leaks,
        tried: prepared.columns.len() as u64,
        skipped: prepared.skipped.clone(),
        notes,
    })
}

/// The leaks among the columns, the strongest first; those known before are none.
///
/// # Errors
/// A cancel.
pub fn found(prepared: &Prepared, known_before: &[String], ticket: &Ticket) -> Result<Vec<Leak>, EngineError> {
    let mut out: Vec<Leak> = Vec::new();
    for column in &prepared.columns {
        ticket.check()?;
        if known_before.contains(&column.of) {
            continue;
        }
        if let Some(leak) = of_column(prepared, column) {
            // A column of time is told once, whichever of its parts knows the outcome.
            match out.iter_mut().find(|l| l.column == leak.column) {
                Some(known) if known.strength < leak.strength => *known = leak,
                Some(_) => {}
                None => out.push(leak),
            }
        }
    }
    out.sort_by(|a, b| a.tier.cmp(&b.tier).then(b.strength.total_cmp(&a.strength)).then(a.column.cmp(&b.column)));
    Ok(out)
}

/// What is measured of a column.
#[derive(Default)]
struct Measures {
    /// Area under the ROC curve; only of a rate.
    auc: Option<f64>,
    /// Correlation ratio η: √ of the share of the variance between the groups.
    eta: f64,
    /// H(y|x)/H(y); only of a rate.
    entropy: Option<f64>,
    /// Information value; only of a rate.
    iv: Option<f64>,
    /// Share of rows that the likelier side of each group tells right; only of a rate.
    accuracy: Option<f64>,
    /// The same without the column.
    without: Option<f64>,
    /// A value that nearly always, or nearly never, has the outcome: its label, rows, rate.
    pure: Option<(String, u64, f64)>,
    /// Area of "is it missing".
    missing: Option<f64>,
}

fn of_column(prepared: &Prepared, column: &Counted) -> Option<Leak> {
    let m = measure(&prepared.kpi, column, &column.groups(), prepared.values(column))?;
    let percent = format::percent;
    let right = match (m.accuracy, m.without) {
        (Some(with), Some(without)) => {
            format!("; alone it would tell {} of rows right, against {} without it", percent(with), percent(without))
        }
        _ => String::new(),
    };
    let (tier, why) = if let Some(auc) = m.auc.filter(|a| *a >= LEAK_AUC) {
        (LeakTier::Leak, format!("it ranks {} of pairs right{right}", percent(auc)))
    } else if m.eta * m.eta >= LEAK_SHARE {
        (LeakTier::Leak, format!("{} of the KPI's variance goes with it{right}", percent(m.eta * m.eta)))
    } else if let Some(left) = m.entropy.filter(|h| *h < LEAK_ENTROPY) {
        (LeakTier::Leak, format!("it leaves only {} of the uncertainty{right}", percent(left)))
    } else if let Some((label, n, rate)) = &m.pure {
        (LeakTier::Leak, format!("{label} has the outcome in {} of {} rows{right}", percent(*rate), format::count(*n)))
    } else if let Some(auc) = m.missing.filter(|a| *a >= SUSPECT_AUC) {
        (LeakTier::Leak, format!("whether it is missing ranks {} of pairs right", percent(auc)))
    } else if let Some(auc) = m.auc.filter(|a| *a >= SUSPECT_AUC) {
        (LeakTier::Suspect, format!("it ranks {} of pairs right{right}", percent(auc)))
    } else if m.eta >= SUSPECT_CORRELATION {
        (LeakTier::Suspect, format!("it correlates with the KPI at {}{right}", format::fixed(m.eta, 2)))
    } else if let Some(iv) = m.iv.filter(|iv| *iv > SUSPECT_IV && m.auc.is_some_and(|a| a >= SUSPECT_IV_AUC)) {
        (LeakTier::Suspect, format!("its information value is {}{right}", format::fixed(iv, 1)))
    } else if m.eta >= NAMED_CORRELATION && telling(&column.of) {
        (
            LeakTier::Suspect,
            format!("its name tells of the outcome, and it correlates at {}{right}", format::fixed(m.eta, 2)),
        )
    } else {
        return None;
    };
    let strength = m.auc.map_or(m.eta, |a| (2.0 * a - 1.0).max(m.eta)).clamp(0.0, 1.0);
    Some(Leak { column: column.of.clone(), tier, why, strength, auc: m.auc, accuracy: m.accuracy })
}

/// Whether a name says what came of it, by its words.
fn telling(name: &str) -> bool {
    let mut spaced = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            spaced.push(' ');
        }
        spaced.extend(c.to_lowercase());
        before = c;
    }
    let words = spaced.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let mut last = "";
    for word in words {
        if TELLING.contains(&word) || (last == "end" && word == "date") {
            return true;
        }
        last = word;
    }
    false
}

fn measure(kpi: &Kpi, column: &Counted, groups: &[Tally], values: &[Cell]) -> Option<Measures> {
    let mut all = Tally::total(groups);
    let mean = all.level()?;
    let whole = all.residuals(mean);
    if whole <= 0.0 {
        return None;
    }
    all.d = if all.d == 0.0 { 1.0 } else { all.d };
    let scale = all.dd / all.d;
    let between: f64 = groups.iter().filter_map(|g| g.level().map(|r| g.d * (r - mean).powi(2))).sum::<f64>() * scale;
    let eta = (between / whole).clamp(0.0, 1.0).sqrt();
    if !kpi.is_share() {
        return Some(Measures { eta, ..Measures::default() });
    }
    let pairs: Vec<(f64, f64)> = groups.iter().map(|g| (g.y, (g.d - g.y).max(0.0))).collect();
    let is_null = |k: usize| values.get(k) == Some(&Cell::Null);
    let mut order: Vec<usize> = (0..groups.len()).filter(|k| groups[*k].n > 0).collect();
    if column.coded.ordered() {
        order.retain(|k| !is_null(*k));
        order.sort_by(|a, b| value_order(&values[*a], &values[*b]));
    } else {
        order.sort_by(|a, b| groups[*a].level().unwrap_or(0.0).total_cmp(&groups[*b].level().unwrap_or(0.0)));
    }
    let ranked: Vec<(f64, f64)> = order.iter().map(|k| pairs[*k]).collect();
    let missing = (0..groups.len()).find(|k| is_null(*k) && groups[*k].n >= PURE_ROWS).and_then(|k| {
        let rest =
            pairs.iter().enumerate().filter(|(i, _)| *i != k).fold((0.0, 0.0), |s, (_, p)| (s.0 + p.0, s.1 + p.1));
        auc(&[pairs[k], rest])
    });
    let (yes, no) = pairs.iter().fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
    let right: f64 = pairs.iter().map(|p| p.0.max(p.1)).sum();
    Some(Measures {
        auc: auc(&ranked),
        eta,
        entropy: entropy(&pairs),
        iv: Some(information_value(&pairs)),
        accuracy: Some(right / (yes + no)),
        without: Some(yes.max(no) / (yes + no)),
        pure: pure(column, groups, values, (yes, no)),
        missing,
    })
}

/// How often a row with the outcome stands above one without, ties half, turned so that it is at least one half. Of
/// (rows with, rows without) in their order.
fn auc(groups: &[(f64, f64)]) -> Option<f64> {
    area(groups).value
}

/// H(y|x)/H(y); absent where the outcome is certain.
fn entropy(groups: &[(f64, f64)]) -> Option<f64> {
    let h = |yes: f64, no: f64| {
        let n = yes + no;
        let part = |x: f64| if x > 0.0 { -(x / n) * (x / n).ln() } else { 0.0 };
        if n > 0.0 { part(yes) + part(no) } else { 0.0 }
    };
    let (yes, no) = groups.iter().fold((0.0, 0.0), |s, g| (s.0 + g.0, s.1 + g.1));
    let whole = h(yes, no);
    let inside: f64 = groups.iter().map(|(y, n)| (y + n) / (yes + no) * h(*y, *n)).sum();
    (whole > 0.0).then(|| inside / whole)
}

/// Σ(share of events − share of others)·ln of their ratio, half a row added so that empty sides stay finite.
fn information_value(groups: &[(f64, f64)]) -> f64 {
    let (yes, no) = groups.iter().fold((0.0, 0.0), |s, g| (s.0 + g.0, s.1 + g.1));
    let more = 0.5 * count_f64(groups.len() as u64);
    groups
        .iter()
        .map(|(y, n)| {
            let (a, b) = ((y + 0.5) / (yes + more), (n + 0.5) / (no + more));
            (a - b) * (a / b).ln()
        })
        .sum()
}

/// A value that holds half of the events and nearly nothing else, or half of the others and nearly no event.
fn pure(column: &Counted, groups: &[Tally], values: &[Cell], all: (f64, f64)) -> Option<(String, u64, f64)> {
    let overall = all.0 / (all.0 + all.1);
    groups.iter().zip(values).filter(|(g, _)| g.n >= PURE_ROWS).find_map(|(g, value)| {
        let rate = g.level()?;
        let events = rate >= PURE_RATE && g.y >= PURE_SHARE * all.0;
        // Where events are rare, a large group without any is no wonder: it must be many times rarer than chance allows.
        let others = rate <= overall / EMPTY_TIMES && (g.d - g.y) >= PURE_SHARE * all.1 && overall >= 0.02;
        (events || others).then(|| (column.coded.label(value), g.n, rate))
    })
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_precision_loss)]
#[cfg(test)]
mod tests;

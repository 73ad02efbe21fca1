//! `dose_response`: does the KPI go up or down steadily over an ordered column, also within strata?

use std::collections::BTreeMap;

use crate::analysis::cells::{Arm, Scale, estimate, fetch, need_level, spread};
use crate::analysis::crude::{Contrast, crude};
use crate::analysis::format;
use crate::analysis::keys::{Coding, STRATA, code, column_type};
use crate::analysis::level::UNKNOWN;
use crate::analysis::mantel::{Stratum, within};
use crate::engine::EngineError;
use crate::query::{Better, Cell, Estimate, Key};

use super::answers::held;
use super::ask::{Ask, Found, events, scaled};

pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    need_level(ask.kpi, "This check")?;
    let column = ask.column_of("measure")?;
    if !column_type(ask.engine, &column)?.is_number() {
        return Err(EngineError::request(
            format!("The check dose_response needs a number, and \"{column}\" holds none."),
            "Map another column to the role.",
        ));
    }
    let bins = bin_count(ask)?;
    let filter = ask.filter()?;
    let strata = held(ask, std::slice::from_ref(&column))?;
    let (left_out, held) = (strata.words(), strata.columns);
    let coding = Coding { by_value: bins, bins, top: None };
    let coded = code(ask.engine, &Key::column(&column), coding, Some(ask.kpi), filter.as_deref(), ask.ticket)?;
    let mut keys = vec![coded.key.clone()];
    for h in &held {
        keys.push(code(ask.engine, &Key::column(h), STRATA, Some(ask.kpi), filter.as_deref(), ask.ticket)?.key);
    }
    let groups = fetch(ask.engine, ask.kpi, &keys, filter.as_deref(), ask.unit, ask.ticket)?;

    // The engine sorts by the first key, so bins come in the order of the measure.
    let mut order: Vec<Cell> = Vec::new();
    let mut strata: BTreeMap<String, BTreeMap<usize, Arm>> = BTreeMap::new();
    for g in &groups {
        let Some(cell) = g.keys.first().filter(|c| **c != Cell::Null) else { continue };
        let bin = order.iter().position(|c| c == cell).unwrap_or_else(|| {
            order.push(cell.clone());
            order.len() - 1
        });
        let stratum = strata.entry(format!("{:?}", g.keys.get(1..))).or_default();
        stratum.entry(bin).or_default().absorb(&g.arm);
    }
    let strata: Vec<BTreeMap<usize, Arm>> = strata.into_values().collect();
    let rate = ask.kpi.is_share();
    let last = order.len().saturating_sub(1);
    let ends = if order.len() < 2 { None } else { contrast(&strata, last, 0, rate, !held.is_empty()) };
    let slope = slope(&strata);
    let steps: Vec<f64> = (1..order.len())
        .filter_map(|i| contrast(&strata, i, i - 1, rate, !held.is_empty())?.difference.value)
        .collect();
    let same = slope.value.filter(|s| *s != 0.0 && !steps.is_empty()).map(|s| {
        let alike = steps.iter().filter(|d| **d * s > 0.0).count();
        #[allow(clippy::cast_precision_loss)]
        let share = alike as f64 / steps.len() as f64;
        share
    });

    let mut found = Found::new("rate_ratio", String::new());
    let worse_ratio = ends.map_or(UNKNOWN, |c| oriented(c, ask.better));
    found.put("rate_ratio", worse_ratio);
    found.put("slope_points", scaled(slope, ask.points()));
    found.put_fact("same_direction", same);
    let mut totals: Vec<(u64, f64)> = vec![(0, 0.0); order.len()];
    for (bin, arm) in strata.iter().flatten() {
        if let Some(t) = totals.get_mut(*bin) {
            t.0 += arm.sums.known;
            t.1 += arm.sums.y;
        }
    }
    found.n = totals.iter().map(|t| t.0).collect();
    found.events = events(ask.kpi, &totals.iter().map(|t| t.1).collect::<Vec<_>>());
    found.says = if order.len() < 2 {
        format!("{column} has no two levels to compare.")
    } else {
        let strata_words = if held.is_empty() { String::new() } else { format!(" within {}", held.join(" and ")) };
        format!(
            "From one of {} steps of {column} to the next the KPI moves by {}{strata_words}; {} of the steps go the same way, and the ratio of the worse end to the other is {}.",
            order.len(),
            format::change_with_interval(ask.kpi, &slope),
            same.map_or_else(|| format::UNKNOWN.to_owned(), |s| format::percent_with(s, 0)),
            format::ratio_with_interval(&worse_ratio),
        ) + &left_out
    };
    Ok(found)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn bin_count(ask: &Ask<'_>) -> Result<usize, EngineError> {
    match ask.number("bins")? {
        None => Ok(5),
        Some(b) if (2.0..=50.0).contains(&b) => Ok(b as usize),
        Some(b) => Err(ask.wrong("bins", &format!("is {b} and should be from 2 to 50"))),
    }
}

/// The ratio of the worse end to the other: turned round where the last bin is the better one.
fn oriented(ends: Contrast, better: Better) -> Estimate {
    let upside_down = match (ends.ratio.value, better) {
        (Some(r), Better::Lower) => r < 1.0,
        (Some(r), Better::Higher) => r > 1.0,
        (None, _) => false,
    };
    // For a KPI that should be high the worse end is the lower one, and the ratio says how many times lower it is.
    if (better == Better::Lower) == upside_down { inverse(ends.ratio) } else { ends.ratio }
}

fn inverse(e: Estimate) -> Estimate {
    let turn = |x: f64| (x != 0.0 && x.is_finite()).then(|| 1.0 / x);
    let Some(value) = e.value.and_then(turn) else { return UNKNOWN };
    let interval = e.interval.and_then(|(l, h)| Some((turn(h)?, turn(l)?)));
    Estimate { value: Some(value), interval }
}

fn contrast(strata: &[BTreeMap<usize, Arm>], a: usize, b: usize, rate: bool, held: bool) -> Option<Contrast> {
    let side = |s: &BTreeMap<usize, Arm>, bin: usize| s.get(&bin).cloned().unwrap_or_default();
    let pairs: Vec<Stratum> = strata.iter().map(|s| Stratum { a: side(s, a), b: side(s, b) }).collect();
    if held {
        return within(&pairs, rate);
    }
    pairs.first().map(|s| crude(&s.a, &s.b, rate))
}

/// KPI change per bin: least squares on the bin's number with an intercept per stratum, weighted by Σd, with the
/// sandwich error of its influences (White 1980, Econometrica 48).
fn slope(strata: &[BTreeMap<usize, Arm>]) -> Estimate {
    #[allow(clippy::cast_precision_loss)]
    let x = |bin: usize| bin as f64;
    let mut rows: Vec<(&Arm, f64, f64)> = Vec::new();
    let (mut sxy, mut sxx) = (0.0, 0.0);
    for s in strata {
        let (y, d) = s.values().fold((0.0, 0.0), |t, a| (t.0 + a.sums.y, t.1 + a.sums.d));
        if d <= 0.0 {
            continue;
        }
        let middle = s.iter().map(|(bin, a)| x(*bin) * a.sums.d).sum::<f64>() / d;
        for (bin, a) in s {
            let off = x(*bin) - middle;
            sxy += off * a.sums.y;
            sxx += off * off * a.sums.d;
            rows.push((a, off, y / d));
        }
    }
    if sxx <= 0.0 {
        return UNKNOWN;
    }
    let b = sxy / sxx;
    let arms: Vec<&Arm> = rows.iter().map(|r| r.0).collect();
    let gradient: Vec<(f64, f64)> =
        rows.iter().map(|(_, off, level)| (off / sxx, -off * (level + b * off) / sxx)).collect();
    estimate(b, spread(&arms, &gradient), Scale::Linear)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::query::Sums;

    #[test]
    fn the_slope_is_that_of_weighted_least_squares() {
        // Levels 0.1, 0.2, 0.4 over 100, 200, 100 rows: b = Σ n(x−1)(r−r̄)/Σ n(x−1)² = (−10 + 40)/200 = 0.15.
        let arm = |events: f64, n: f64| Arm {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            sums: Sums {
                n: n as u64,
                units: n as u64,
                known: n as u64,
                y: events,
                d: n,
                yy: events,
                yd: events,
                dd: n,
                centre: 0.0,
            },
            buckets: Vec::new(),
        };
        let s = BTreeMap::from([(0, arm(10.0, 100.0)), (1, arm(40.0, 200.0)), (2, arm(40.0, 100.0))]);
        let e = slope(std::slice::from_ref(&s));
        let (l, h) = e.interval.unwrap();
        assert!((e.value.unwrap() - 0.15).abs() < 1e-12);
        // Residuals about level + b·off: √Σ off²·(y − fit)² / 200 = √(9.25 + 24.25 …): near 0.029 by hand.
        assert!((h - l) / 2.0 / 1.966 > 0.025 && (h - l) / 2.0 / 1.966 < 0.033, "{l} {h}");
        assert_eq!(slope(&[BTreeMap::new()]), UNKNOWN);
    }

    #[test]
    fn the_ratio_names_the_worse_end() {
        let e = |v: f64| Estimate { value: Some(v), interval: Some((v * 0.5, v * 2.0)) };
        let ends = |v| Contrast { difference: UNKNOWN, ratio: e(v) };
        for better in [Better::Lower, Better::Higher] {
            for v in [0.25, 4.0] {
                let r = oriented(ends(v), better);
                assert!((r.value.unwrap() - 4.0).abs() < 1e-12, "{better:?} {v}");
                assert!((r.interval.unwrap().0 - 2.0).abs() < 1e-12);
            }
        }
    }
}

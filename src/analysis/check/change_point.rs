//! `change_point`: the day on which a measure moves to another level.

use jiff::civil::Date;

use crate::analysis::cells::need_level;
use crate::analysis::format;
use crate::analysis::level::{count_f64, point};
use crate::engine::EngineError;
use crate::query::{Estimate, Every};

use super::ask::{Ask, Found, scaled};
use super::series::{by_step, day, days_between, measured, time_column};

/// Days without which a break can't be told from noise.
const FEWEST: usize = 8;
/// The largest F of all breaks that chance alone brings in 5 of 100 series, the outer twentieths left out (Andrews 1993,
/// Econometrica 61, table I, one parameter).
const BY_CHANCE: f64 = 9.84;
/// A break is not ruled out as long as its fit is worse than the best by no more than this many residual variances
/// (Hansen 2000, Econometrica 68: the 95 % point of the likelihood ratio of a break's place).
const NOT_RULED_OUT: f64 = 7.35;

/// One break in the series of daily levels: the day before which and from which two means fit best, days weighted by
/// their denominators (Bai 1997, Review of Economics and Statistics 79).
pub(super) fn run(ask: &Ask<'_>) -> Result<Found, EngineError> {
    let (kpi, name) = measured(ask, "measure")?;
    need_level(&kpi, "This check")?;
    let time = time_column(ask)?;
    let wanted = day(ask, "date")?;
    let days: Vec<(Date, f64, f64, u64)> = by_step(ask, &kpi, &time, Every::Day)?
        .iter()
        .filter_map(|(d, arm)| Some((*d, point(&arm.sums)?, arm.sums.d, arm.sums.known)))
        .filter(|(_, _, weight, _)| *weight > 0.0)
        .collect();
    let mut found = Found::new(if wanted.is_some() { "days_from_date" } else { "break_strength" }, String::new());
    for metric in ["days_from_date", "break_strength", "shift_points"] {
        found.put_fact(metric, None);
    }
    found.n = vec![days.iter().map(|d| d.3).sum()];
    let series: Vec<(f64, f64)> = days.iter().map(|d| (d.1, d.2)).collect();
    let Some(cut) = best(&series) else {
        found.says = format!("{name} is known on {} days; {FEWEST} that differ are needed.", days.len());
        return Ok(found);
    };
    let date_of = |i: usize| days.get(i).map(|d| d.0);
    let (Some(at), Some(first), Some(last)) = (date_of(cut.at), date_of(cut.first), date_of(cut.last)) else {
        return Ok(found);
    };
    found.put_fact("break_strength", Some(cut.strength));
    found.put(
        "shift_points",
        scaled(Estimate { value: Some(cut.after - cut.before), interval: None }, super::ask::points(&kpi)),
    );
    found.says = format!(
        "{name} moves on {at} (from {first} to {last} is not ruled out): {} before, {} from then on{}",
        format::level(&kpi, Some(cut.before)),
        format::level(&kpi, Some(cut.after)),
        if cut.strength < BY_CHANCE { "; a break of that size comes by chance too." } else { "." },
    );
    if let Some(wanted) = wanted {
        let off = |d: Date| days_between(wanted, d);
        let (low, high) = (off(first), off(last));
        let near = if low <= 0 && high >= 0 { 0 } else { low.abs().min(high.abs()) };
        let far = low.abs().max(high.abs());
        let number = |x: i64| count_f64(x.unsigned_abs());
        found.put(
            "days_from_date",
            Estimate { value: Some(number(off(at))), interval: Some((number(near), number(far))) },
        );
        found.says.push_str(&format!(" That is {} days from {wanted}.", off(at).abs()));
    }
    Ok(found)
}

/// The best break: indexes of the first day of the new level, and of the first and last that are not ruled out.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cut {
    at: usize,
    first: usize,
    last: usize,
    before: f64,
    after: f64,
    /// F of the best break.
    strength: f64,
}

/// `series` holds (level, weight).
fn best(series: &[(f64, f64)]) -> Option<Cut> {
    let m = series.len();
    if m < FEWEST {
        return None;
    }
    let edge = (m / 20).max(2);
    let total: f64 = series.iter().map(|s| s.1).sum();
    let mean = series.iter().map(|(y, w)| y * w).sum::<f64>() / total;
    let all: f64 = series.iter().map(|(y, w)| w * (y - mean).powi(2)).sum();
    let (mut w0, mut s0) = (0.0, 0.0);
    // What a break after each day explains: w0·w1/(w0 + w1)·(mean1 − mean0)².
    let mut gains: Vec<(usize, f64, f64, f64)> = Vec::new();
    for (i, (y, w)) in series.iter().enumerate() {
        w0 += w;
        s0 += w * (y - mean);
        if i + 1 >= edge && i + 1 + edge <= m {
            let (before, after) = (s0 / w0, -s0 / (total - w0));
            gains.push((i + 1, w0 * (total - w0) / total * (after - before).powi(2), mean + before, mean + after));
        }
    }
    let (at, gain, before, after) = gains.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a })?;
    if all <= 1e-26 * mean * mean * total {
        return None;
    }
    // A perfect fit leaves only dust to measure by.
    let variance = ((all - gain) / (count_f64(m as u64) - 2.0)).max(1e-12 * all);
    let open = || gains.iter().filter(|g| gain - g.1 <= NOT_RULED_OUT * variance).map(|g| g.0);
    Some(Cut { at, first: open().min()?, last: open().max()?, before, after, strength: gain / variance })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_flow_of_the_nile_falls_in_1898() {
        // Annual flow at Aswan, 1871–1970 (Cobb 1978, Biometrika 65); the break is known: 1097.75 to 1898, 849.97 after.
        const NILE: [f64; 100] = [
            1120., 1160., 963., 1210., 1160., 1160., 813., 1230., 1370., 1140., 995., 935., 1110., 994., 1020., 960.,
            1180., 799., 958., 1140., 1100., 1210., 1150., 1250., 1260., 1220., 1030., 1100., 774., 840., 874., 694.,
            940., 833., 701., 916., 692., 1020., 1050., 969., 831., 726., 456., 824., 702., 1120., 1100., 832., 764.,
            821., 768., 845., 864., 862., 698., 845., 744., 796., 1040., 759., 781., 865., 845., 944., 984., 897.,
            822., 1010., 771., 676., 649., 846., 812., 742., 801., 1040., 860., 874., 848., 890., 744., 749., 838.,
            1050., 918., 986., 797., 923., 975., 815., 1020., 906., 901., 1170., 912., 746., 919., 718., 714., 740.,
        ];
        let cut = best(&NILE.map(|y| (y, 1.0))).unwrap();
        assert_eq!(1871 + cut.at, 1899, "the first year of the new level");
        assert!((cut.before - 1097.75).abs() < 0.01 && (cut.after - 849.97).abs() < 0.01, "{cut:?}");
        // strucchange gives sup F = 75.93.
        assert!((cut.strength - 75.93).abs() < 0.01, "{cut:?}");
        assert!(cut.first >= 26 && cut.last <= 31 && cut.first <= cut.at && cut.at <= cut.last, "{cut:?}");
    }

    #[test]
    fn noise_has_no_strong_break_and_a_constant_none() {
        let flat: Vec<(f64, f64)> = (0..60).map(|i| (f64::from((i * 37) % 11), 1.0)).collect();
        assert!(best(&flat).unwrap().strength < BY_CHANCE);
        assert_eq!(best(&[(0.3, 5.0); 30]), None);
        assert_eq!(best(&[(0.3, 5.0); 7]), None);
    }
}

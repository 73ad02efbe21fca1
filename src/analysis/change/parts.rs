//! What each group contributes to a change: exactly, split, and with an interval.

use crate::analysis::cells::{Arm, Scale, Spread, delta, estimate};
use crate::analysis::dist::Z95;
use crate::analysis::keys::{Coded, occurring, place_words};
use crate::analysis::level::{UNKNOWN, count_f64, finite, point};
use crate::engine::{EngineError, Ticket};
use crate::query::{Cell, ChangePart, Estimate};

use super::sides::{Cell2, Frame, Kind, raw_squares};

/// Σy and Σd of a group before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Totals {
    /// Before.
    pub before: (f64, f64),
    /// After.
    pub after: (f64, f64),
}

/// What goes with a group's level, and what with its share.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Split {
    /// `w̄ (r1 − r0)`; of a total `n̄ (p1 − p0)`.
    pub rate: f64,
    /// `(w1 − w0)(r̄ − R̄)`; of a total `(n1 − n0) p̄`.
    pub mix: f64,
}

/// The contribution of one group to the change of a level (3-analysis.md iii b):
/// `C_S = (N1_S/D1 − N0_S/D0) − (w1 − w0)·R̄`, split into rate and mix. Over the groups of any partition the
/// contributions add up to R1 − R0 exactly. A group that is new or gone is all mix, at the level it has where it is.
/// Absent where one of the two periods has no denominator.
#[must_use]
pub fn split_level(group: Totals, all: Totals) -> Option<Split> {
    let level = |t: (f64, f64)| (t.1 != 0.0).then(|| t.0 / t.1);
    let middle = f64::midpoint(level(all.before)?, level(all.after)?);
    let (w0, w1) = (group.before.1 / all.before.1, group.after.1 / all.after.1);
    let (r0, r1) = (level(group.before), level(group.after));
    let (Some(r0), Some(r1)) = (r0.or(r1), r1.or(r0)) else { return Some(Split::default()) };
    Some(Split { rate: f64::midpoint(w0, w1) * (r1 - r0), mix: (w1 - w0) * (f64::midpoint(r0, r1) - middle) })
}

/// The contribution of one group to the change of a total: `N1_S − N0_S`, split into price and volume, where d counts
/// rows. A group that is new or gone is all volume.
#[must_use]
pub fn split_total(group: Totals) -> Split {
    let level = |t: (f64, f64)| (t.1 != 0.0).then(|| t.0 / t.1);
    let (r0, r1) = (level(group.before), level(group.after));
    let (Some(r0), Some(r1)) = (r0.or(r1), r1.or(r0)) else { return Split::default() };
    Split {
        rate: f64::midpoint(group.before.1, group.after.1) * (r1 - r0),
        mix: (group.after.1 - group.before.1) * f64::midpoint(r0, r1),
    }
}

fn totals(cell: &Cell2) -> Totals {
    let side = |arm: &Arm| (arm.sums.y, arm.sums.d);
    Totals { before: side(&cell.before), after: side(&cell.after) }
}

/// After less before, with its 95 % interval.
pub(super) fn change(kind: &Kind, all: &Cell2) -> Estimate {
    match kind {
        Kind::Level => delta(&[&all.before, &all.after], Scale::Linear, |t| match t {
            [b, a] if a.1 != 0.0 && b.1 != 0.0 => Some(a.0 / a.1 - b.0 / b.1),
            _ => None,
        }),
        Kind::Total | Kind::Forecast => difference(kind, all),
    }
}

/// The difference of two totals. Of periods rows come by chance (a compound Poisson process, whose total has the
/// variance Σy²); of a forecast the rows are given and their deviations spread. With units the totals of the hashed
/// buckets are compared.
fn difference(kind: &Kind, cell: &Cell2) -> Estimate {
    let Some(value) = finite(cell.after.sums.y - cell.before.sums.y) else { return UNKNOWN };
    let buckets: Vec<f64> = {
        let width = cell.before.buckets.len().max(cell.after.buckets.len());
        let at = |arm: &Arm, b: usize| arm.buckets.get(b).copied().unwrap_or_default();
        (0..width)
            .filter(|b| at(&cell.before, *b) != (0.0, 0.0) || at(&cell.after, *b) != (0.0, 0.0))
            .map(|b| at(&cell.after, b).0 - at(&cell.before, b).0)
            .collect()
    };
    let spread = if buckets.is_empty() {
        let rows = count_f64(cell.before.sums.known.max(cell.after.sums.known));
        let variance = match kind {
            Kind::Forecast => cell.squares - value * value / rows.max(1.0),
            _ => raw_squares(&cell.before.sums) + raw_squares(&cell.after.sums),
        };
        (rows >= 2.0 && variance > 0.0).then_some(Spread { variance, df: rows - 1.0 })
    } else {
        let m = count_f64(buckets.len() as u64);
        let variance = buckets.iter().map(|x| (x - value / m).powi(2)).sum::<f64>() * m / (m - 1.0);
        (m >= 2.0 && variance > 0.0).then_some(Spread { variance, df: m - 1.0 })
    };
    estimate(value, spread, Scale::Linear)
}

/// The rest: all rows without those of a group.
fn rest(groups: &[(Vec<Cell>, Cell2)], without: usize) -> Cell2 {
    Cell2::sum(groups.iter().enumerate().filter(|(k, _)| *k != without).map(|(_, (_, c))| c))
}

/// The contribution with its interval: by the influence of each row or unit on `C_S`, taken by the delta method over
/// the four sums of the group and of the rest (which gives the influence functions of 3-analysis.md iii b).
fn contribution(kind: &Kind, group: &Cell2, rest: &Cell2) -> Estimate {
    match kind {
        Kind::Level => {
            let arms = [&group.before, &rest.before, &group.after, &rest.after];
            delta(&arms, Scale::Linear, |t| match t {
                [s0, r0, s1, r1] => {
                    let all = Totals { before: (s0.0 + r0.0, s0.1 + r0.1), after: (s1.0 + r1.0, s1.1 + r1.1) };
                    if all.before.1 == 0.0 || all.after.1 == 0.0 {
                        return None;
                    }
                    let middle = f64::midpoint(all.before.0 / all.before.1, all.after.0 / all.after.1);
                    let (w0, w1) = (s0.1 / all.before.1, s1.1 / all.after.1);
                    Some(s1.0 / all.after.1 - s0.0 / all.before.1 - (w1 - w0) * middle)
                }
                _ => None,
            })
        }
        Kind::Total | Kind::Forecast => difference(kind, group),
    }
}

/// How far the change of a group's level stands off that of the rest, in standard errors (difference in differences);
/// of totals the ratio of their changes.
fn did(kind: &Kind, group: &Cell2, rest: &Cell2) -> Option<f64> {
    let arms = [&group.before, &group.after, &rest.before, &rest.after];
    if *kind != Kind::Level {
        let logs = |c: &Cell2| {
            let (b, a) = (c.before.sums.y, c.after.sums.y);
            let of = |arm: &Arm| finite(raw_squares(&arm.sums) / (arm.sums.y * arm.sums.y));
            (b > 0.0 && a > 0.0).then_some(())?;
            Some(((a / b).ln(), of(&c.before)? + of(&c.after)?))
        };
        let (mine, others) = (logs(group)?, logs(rest)?);
        return finite((mine.0 - others.0) / (mine.1 + others.1).sqrt());
    }
    let e = delta(&arms, Scale::Linear, |t| match t {
        [s0, s1, r0, r1] if [s0, s1, r0, r1].iter().all(|t| t.1 != 0.0) => {
            Some((s1.0 / s1.1 - s0.0 / s0.1) - (r1.0 / r1.1 - r0.0 / r0.1))
        }
        _ => None,
    });
    let (value, (low, high)) = (e.value?, e.interval?);
    finite(value * 2.0 * Z95 / (high - low))
}

/// The contribution of a group alone, without an interval.
pub(super) fn value(kind: &Kind, group: &Cell2, all: &Cell2) -> Option<f64> {
    let split = match kind {
        Kind::Level => split_level(totals(group), totals(all))?,
        Kind::Total => split_total(totals(group)),
        Kind::Forecast => Split { rate: group.after.sums.y - group.before.sums.y, mix: 0.0 },
    };
    finite(split.rate + split.mix)
}

/// The KPI of a group on each side: a level, or a total.
pub(super) fn levels(kind: &Kind, cell: &Cell2) -> (Option<f64>, Option<f64>) {
    match kind {
        Kind::Level => (point(&cell.before.sums), point(&cell.after.sums)),
        Kind::Total | Kind::Forecast => (finite(cell.before.sums.y), finite(cell.after.sums.y)),
    }
}

/// The groups of some columns, the largest contribution first.
pub(super) fn run(
    frame: &Frame<'_>,
    by: &[Coded],
    total: &Cell2,
    ticket: &Ticket,
) -> Result<Vec<ChangePart>, EngineError> {
    if by.is_empty() {
        return Ok(Vec::new());
    }
    let groups = frame.fetch(&by.iter().collect::<Vec<_>>(), ticket)?;
    let seen = occurring(by.len(), groups.iter().map(|(place, _)| place.as_slice()));
    let mut parts: Vec<ChangePart> = Vec::with_capacity(groups.len());
    for (k, (place, cell)) in groups.iter().enumerate() {
        ticket.check()?;
        let others = rest(&groups, k);
        let split = match frame.kind {
            Kind::Level => split_level(totals(cell), totals(total)).unwrap_or_default(),
            // Both sides of a forecast hold the same rows, so all of it is level.
            Kind::Forecast => Split { rate: cell.after.sums.y - cell.before.sums.y, mix: 0.0 },
            Kind::Total => split_total(totals(cell)),
        };
        let (label, condition) =
            place_words(by.iter().zip(place).zip(&seen).map(|((c, v), seen)| (c, v, seen.as_slice())));
        parts.push(ChangePart {
            place: by.iter().zip(place).map(|(c, v)| (c.name.clone(), c.value(v))).collect(),
            label,
            condition,
            n: (cell.before.sums.n, cell.after.sums.n),
            level: levels(&frame.kind, cell),
            contribution: contribution(&frame.kind, cell, &others),
            rate: finite(split.rate).unwrap_or(0.0),
            mix: finite(split.mix).unwrap_or(0.0),
            did_z: did(&frame.kind, cell, &others),
        });
    }
    let size = |p: &ChangePart| p.contribution.value.map_or(0.0, f64::abs);
    parts.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.label.cmp(&b.label)));
    Ok(parts)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(groups: &[Totals]) -> Totals {
        let side =
            |pick: fn(&Totals) -> (f64, f64)| groups.iter().map(pick).fold((0.0, 0.0), |s, t| (s.0 + t.0, s.1 + t.1));
        Totals { before: side(|t| t.before), after: side(|t| t.after) }
    }

    fn of(before: (f64, f64), after: (f64, f64)) -> Totals {
        Totals { before, after }
    }

    #[test]
    fn pure_mix_and_pure_rate() {
        // Levels stay at 0.1 and 0.5, shares move from half and half to 1 : 3.
        let sum = |groups: &[Totals]| {
            groups
                .iter()
                .map(|g| split_level(*g, all(groups)).unwrap())
                .fold((0.0, 0.0), |s, p| (s.0 + p.rate, s.1 + p.mix))
        };
        let (rate, mix) = sum(&[of((10.0, 100.0), (5.0, 50.0)), of((50.0, 100.0), (75.0, 150.0))]);
        assert!(rate.abs() < 1e-12 && (mix - 0.1).abs() < 1e-12, "{rate} {mix}");
        let (rate, mix) = sum(&[of((10.0, 100.0), (20.0, 100.0)), of((50.0, 100.0), (60.0, 100.0))]);
        assert!(mix.abs() < 1e-12 && (rate - 0.1).abs() < 1e-12, "{rate} {mix}");
        assert_eq!(split_level(of((0.0, 0.0), (1.0, 2.0)), of((0.0, 0.0), (1.0, 2.0))), None);
    }

    #[test]
    fn a_total_is_price_and_volume() {
        // 10 rows at 5 become 12 rows at 6: 11 · 1 by price, 2 · 5.5 by volume.
        assert_eq!(split_total(of((50.0, 10.0), (72.0, 12.0))), Split { rate: 11.0, mix: 11.0 });
        assert_eq!(split_total(of((0.0, 0.0), (72.0, 12.0))), Split { rate: 0.0, mix: 72.0 });
    }

    proptest! {
        #[test]
        fn contributions_add_up_exactly_and_split_exactly(
            cells in proptest::collection::vec((0.0..50.0f64, 0.0..100.0f64, 0.0..50.0f64, 0.0..100.0f64), 1..12)
        ) {
            // Groups that are new, or gone, are among them.
            let d = |x: f64| if x < 20.0 { 0.0 } else { x };
            let groups: Vec<Totals> = cells
                .iter()
                .map(|(y0, d0, y1, d1)| {
                    let keep = |y: f64, d: f64| if d == 0.0 { (0.0, 0.0) } else { (y, d) };
                    of(keep(*y0, d(*d0)), keep(*y1, d(*d1)))
                })
                .chain([of((3.0, 10.0), (4.0, 11.0))])
                .collect();
            let whole = all(&groups);
            let sum: f64 = groups.iter().map(|g| split_level(*g, whole).unwrap()).map(|s| s.rate + s.mix).sum();
            prop_assert!((sum - (whole.after.0 / whole.after.1 - whole.before.0 / whole.before.1)).abs() < 1e-9);
            let sum: f64 = groups.iter().map(|g| split_total(*g)).map(|s| s.rate + s.mix).sum();
            prop_assert!((sum - (whole.after.0 - whole.before.0)).abs() < 1e-6);
        }
    }
}

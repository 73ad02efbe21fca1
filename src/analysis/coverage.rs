//! Do 95 % intervals hold the truth 95 times in 100? Drawn from known distributions with a fixed seed.

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::cells::{Arm, BUCKETS};
use super::crude::crude;
use super::level::level;
use super::mantel::{Stratum, within};
use super::reach::reach;
use crate::query::{Estimate, Kpi, Sums};

const ROUNDS: usize = 1500;

fn holds(e: &Estimate, truth: f64) -> bool {
    e.interval.is_some_and(|(l, h)| l <= truth && truth <= h)
}

/// Counts how often the interval holds the truth; each round gets its own stream.
fn coverage(truth: f64, mut draw: impl FnMut(&mut Pcg64Mcg) -> Estimate) -> f64 {
    let hits = (0..ROUNDS).filter(|i| holds(&draw(&mut Pcg64Mcg::seed_from_u64(77 + *i as u64)), truth)).count();
    #[allow(clippy::cast_precision_loss)]
    let share = hits as f64 / ROUNDS as f64;
    share
}

fn add_row(s: &mut Sums, y: f64) {
    s.n += 1;
    s.known += 1;
    s.units += 1;
    s.y += y;
    s.d += 1.0;
    s.yy += y * y;
    s.yd += y;
    s.dd += 1.0;
}

fn rows(rng: &mut impl Rng, n: usize, p: f64) -> Arm {
    let mut arm = Arm::default();
    for _ in 0..n {
        add_row(&mut arm.sums, f64::from(u8::from(rng.random::<f64>() < p)));
    }
    arm
}

/// 300 units of 10 rows: each has its own level, so that rows of a unit go together; half of each unit is in A.
fn by_unit(rng: &mut impl Rng, effect: f64) -> (Arm, Arm, Sums) {
    let (mut a, mut b, mut units) = (Arm::with_buckets(), Arm::with_buckets(), Sums::default());
    for unit in 0..300usize {
        // Levels 0.1 or 0.5 with the same probability: 0.3 in the mean.
        let own = if rng.random::<f64>() < 0.5 { 0.1 } else { 0.5 };
        let mut total = 0.0;
        for row in 0..10 {
            let (arm, p) = if row % 2 == 0 { (&mut a, own + effect) } else { (&mut b, own) };
            let y = f64::from(u8::from(rng.random::<f64>() < p));
            add_row(&mut arm.sums, y);
            arm.add_to(unit * 7919 % usize::from(BUCKETS), y, 1.0);
            total += y;
        }
        units.n += 10;
        units.known += 10;
        units.units += 1;
        units.y += total;
        units.d += 10.0;
        units.yy += total * total;
        units.yd += total * 10.0;
        units.dd += 100.0;
    }
    (a, b, units)
}

fn near_95(share: f64, what: &str) {
    assert!((0.93..=0.975).contains(&share), "{what}: {share}");
}

#[test]
fn levels() {
    let rate: Kpi = "rate(x)".parse().unwrap();
    near_95(coverage(0.05, |r| level(&rate, &rows(r, 200, 0.05).sums, false)), "a small rate");
    near_95(coverage(0.3, |r| level(&rate, &by_unit(r, 0.0).2, true)), "a rate over units");
    let blind = coverage(0.3, |r| {
        let (mut a, b, _) = by_unit(r, 0.0);
        a.absorb(&b);
        level(&rate, &a.sums, false)
    });
    assert!(blind < 0.9, "rows taken as independent are too sure: {blind}");
}

#[test]
fn differences_and_ratios() {
    let draw = |r: &mut Pcg64Mcg| crude(&rows(r, 150, 0.2), &rows(r, 250, 0.1), true);
    near_95(coverage(0.1, |r| draw(r).difference), "a difference");
    near_95(coverage(2.0, |r| draw(r).ratio), "a ratio");
    let paired = |r: &mut Pcg64Mcg| {
        let (a, b, _) = by_unit(r, 0.1);
        crude(&a, &b, true)
    };
    near_95(coverage(0.1, |r| paired(r).difference), "a difference within units");
    near_95(coverage(4.0 / 3.0, |r| paired(r).ratio), "a ratio within units");
}

#[test]
fn within_many_small_strata() {
    // 60 strata of 3 against 4 rows; A's level is B's plus 0.1 everywhere.
    let draw = |r: &mut Pcg64Mcg| {
        let strata: Vec<Stratum> = (0..60)
            .map(|k| {
                let p = 0.1 + 0.01 * f64::from(k);
                Stratum { a: rows(r, 3, p + 0.1), b: rows(r, 4, p) }
            })
            .collect();
        within(&strata, true).unwrap()
    };
    near_95(coverage(0.1, |r| draw(r).difference), "Mantel and Haenszel's difference");
}

#[test]
fn what_could_be_won() {
    // A quarter of the rows at 0.4, the rest at 0.2: 0.05 could be won, in the mean over the size of the segment.
    let draw = |r: &mut Pcg64Mcg| {
        let n = (0..800).filter(|_| r.random::<f64>() < 0.25).count();
        reach(&rows(r, n, 0.4), &rows(r, 800 - n, 0.2))
    };
    near_95(coverage(0.05, draw), "reach");
    near_95(
        coverage(0.05, |r| {
            let (a, b, _) = by_unit(r, 0.1);
            reach(&a, &b)
        }),
        "reach over units",
    );
}

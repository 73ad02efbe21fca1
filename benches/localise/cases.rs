//! Labelled cases of the kinds that the literature on root-cause localisation uses (multi-dimensional totals against a
//! forecast; Rudenius and Persson, "RiskLoc", 2022), made from a seed: Weibull leaf totals, part of them zero, relative
//! forecast errors, and one to three cells that deviate.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::localise::{Dimension, Leaves, Place, TestLeaf};

/// A case with its answer.
#[derive(Debug, Clone)]
pub struct Case {
    /// The leaves.
    pub leaves: Leaves,
    /// What happened.
    pub actual: Vec<f64>,
    /// What was expected.
    pub expected: Vec<f64>,
    /// The cells that deviate.
    pub causes: Vec<Place>,
}

/// A normal number (Box and Muller).
fn normal(rng: &mut Pcg64Mcg) -> f64 {
    let u: f64 = 1.0 - rng.random::<f64>();
    let v: f64 = rng.random();
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// Columns with 20 000 to 50 000 leaves together.
fn shape(rng: &mut Pcg64Mcg) -> Vec<usize> {
    loop {
        let count = rng.random_range(4..=5);
        let sizes: Vec<usize> = (0..count).map(|_| rng.random_range(5..=25)).collect();
        if (20_000..=50_000).contains(&sizes.iter().product::<usize>()) {
            return sizes;
        }
    }
}

/// One to three cells of one to three columns, none inside another and no two with a value in common.
fn causes(rng: &mut Pcg64Mcg, sizes: &[usize]) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    let count = rng.random_range(1..=3);
    while out.len() < count {
        let depth = rng.random_range(1..=3);
        let mut place: Place = Vec::new();
        while place.len() < depth {
            let d = rng.random_range(0..sizes.len());
            if place.iter().all(|(p, _)| *p != d) {
                place.push((d, rng.random_range(0..u32::try_from(sizes[d]).unwrap_or(1))));
            }
        }
        place.sort_unstable();
        if place.iter().all(|p| out.iter().all(|o| !o.contains(p))) {
            out.push(place);
        }
    }
    out
}

/// Leaves of all combinations.
fn grid(sizes: &[usize]) -> Vec<Dimension> {
    let all: usize = sizes.iter().product();
    let mut dimensions = Vec::new();
    let mut repeat = all;
    for (d, size) in sizes.iter().enumerate() {
        repeat /= size;
        let codes = (0..all).map(|leaf| u32::try_from(leaf / repeat % size).unwrap_or(0)).collect();
        dimensions.push(Dimension { name: format!("d{d}"), size: *size, codes });
    }
    dimensions
}

/// Totals against a forecast: the first of the published kinds.
#[must_use]
pub fn totals(seed: u64) -> Case {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let sizes = shape(&mut rng);
    let dimensions = grid(&sizes);
    let causes = causes(&mut rng, &sizes);
    let alpha = rng.random_range(0.5..1.0);
    let zeros = rng.random_range(0.0..0.25);
    let noise = rng.random_range(0.0..0.25);
    let up = rng.random::<bool>();
    let moves: Vec<(f64, f64)> =
        causes.iter().map(|_| (rng.random_range(0.2..1.0) + noise, rng.random_range(0.0..0.1))).collect();
    let all = dimensions.first().map_or(0, |d| d.codes.len());
    let (mut actual, mut expected) = (Vec::with_capacity(all), Vec::with_capacity(all));
    for leaf in 0..all {
        let weibull = 100.0 * (-(1.0 - rng.random::<f64>()).ln()).powf(1.0 / alpha);
        let value = if rng.random::<f64>() < zeros { 0.0 } else { weibull };
        let hit = causes.iter().position(|c| c.iter().all(|(d, v)| dimensions[*d].codes[leaf] == *v));
        let other = match hit.map(|k| moves[k]) {
            Some((severity, spread)) => value * (1.0 - (severity + spread * normal(&mut rng))).max(0.0),
            None => value * (1.0 + noise * normal(&mut rng)).max(0.0),
        };
        let (a, e) = if up { (value, other) } else { (other, value) };
        actual.push(a);
        expected.push(e);
    }
    let leaves = Leaves::new(dimensions).unwrap_or_default();
    Case { leaves, actual, expected, causes }
}

/// A number of events whose mean is given (Knuth's method in steps, exact for any mean).
fn poisson(rng: &mut Pcg64Mcg, mean: f64) -> f64 {
    let (mut left, mut count) = (mean.max(0.0), 0.0);
    while left > 0.0 {
        let step = left.min(20.0);
        left -= step;
        let (floor, mut product) = ((-step).exp(), 1.0);
        loop {
            product *= rng.random::<f64>();
            if product <= floor {
                break;
            }
            count += 1.0;
        }
    }
    count
}

/// A case of small counts with its answer.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// The leaves.
    pub leaves: Leaves,
    /// Each leaf's score test.
    pub tests: Vec<TestLeaf>,
    /// The cells whose level moved.
    pub causes: Vec<Place>,
}

/// What all leaves need: their columns, the cells that move, by how much, and each leaf's exposure and usual rate.
struct Ground {
    dimensions: Vec<Dimension>,
    causes: Vec<Place>,
    moves: Vec<f64>,
    exposure: Vec<f64>,
    rate: Vec<f64>,
}

/// Cells large enough that the move can be told from chance at all: at least `least` standard errors.
fn ground(rng: &mut Pcg64Mcg, least: f64) -> Ground {
    let sizes = shape(rng);
    let dimensions = grid(&sizes);
    let all = dimensions.first().map_or(0, |d| d.codes.len());
    let by_value: Vec<Vec<f64>> = sizes.iter().map(|n| (0..*n).map(|_| (0.25 * normal(rng)).exp()).collect()).collect();
    let base = rng.random_range(0.05..0.25);
    let (mut exposure, mut rate) = (Vec::with_capacity(all), Vec::with_capacity(all));
    for leaf in 0..all {
        exposure.push((10.0 * (0.8 * normal(rng)).exp()).round());
        let of: f64 = dimensions.iter().zip(&by_value).map(|(d, by)| by[d.codes[leaf] as usize]).product();
        rate.push((base * of).clamp(0.005, 0.6));
    }
    loop {
        let causes = causes(rng, &sizes);
        let moves: Vec<f64> = causes
            .iter()
            .map(|_| if rng.random::<bool>() { rng.random_range(1.3..2.0) } else { rng.random_range(0.3..0.7) })
            .collect();
        let seen = causes.iter().zip(&moves).all(|(cause, times)| {
            let (mut shift, mut variance) = (0.0, 0.0);
            for leaf in (0..all).filter(|l| cause.iter().all(|(d, v)| dimensions[*d].codes[*l] == *v)) {
                let (n, r) = (exposure[leaf], rate[leaf]);
                shift += n / 2.0 * r * (times - 1.0);
                variance += n / 2.0 * r * (1.0 - r);
            }
            shift.abs() >= least * variance.sqrt()
        });
        if seen {
            return Ground { dimensions, causes, moves, exposure, rate };
        }
    }
}

impl Ground {
    fn times(&self, leaf: usize) -> f64 {
        let hit = self.causes.iter().position(|c| c.iter().all(|(d, v)| self.dimensions[*d].codes[leaf] == *v));
        hit.map_or(1.0, |k| self.moves[k])
    }

    fn case(self, tests: Vec<TestLeaf>) -> TestCase {
        TestCase { leaves: Leaves::new(self.dimensions).unwrap_or_default(), tests, causes: self.causes }
    }
}

/// A rate in two periods, about ten rows a leaf and period.
#[must_use]
pub fn rates(seed: u64) -> TestCase {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let ground = ground(&mut rng, 8.0);
    let tests = (0..ground.exposure.len())
        .map(|leaf| {
            let mut side = |rate: f64| {
                let n = poisson(&mut rng, ground.exposure[leaf]);
                let mut y = 0.0;
                for _ in 0..(n as u32) {
                    y += f64::from(u8::from(rng.random::<f64>() < rate));
                }
                (y, n)
            };
            let (y0, n0) = side(ground.rate[leaf]);
            let (y1, n1) = side((ground.rate[leaf] * ground.times(leaf)).min(0.95));
            TestLeaf::level((y0, n0), (y1, n1), n0 + n1, {
                let (y, n) = (y0 + y1, n0 + n1);
                if n > 0.0 { y * (n - y) / n } else { 0.0 }
            })
        })
        .collect();
    ground.case(tests)
}

/// Small counts in two periods of which the second is longer by a factor.
#[must_use]
pub fn counts(seed: u64) -> TestCase {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let ground = ground(&mut rng, 8.0);
    let longer = rng.random_range(0.7..1.5);
    let tests = (0..ground.exposure.len())
        .map(|leaf| {
            let usual = ground.exposure[leaf] * ground.rate[leaf];
            let before = poisson(&mut rng, usual);
            let after = poisson(&mut rng, usual * longer * ground.times(leaf));
            TestLeaf::total((before, before), (after, after), longer)
        })
        .collect();
    ground.case(tests)
}

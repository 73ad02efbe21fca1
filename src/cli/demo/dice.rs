//! Chance that is the same on every machine: a seeded generator, and shapes made of nothing but `+ − × ÷`, which
//! IEEE 754 fixes to the last bit (logarithms and powers are not).

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// A seeded source of draws.
#[derive(Debug, Clone)]
pub(super) struct Dice(Pcg64Mcg);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(seed))
    }

    /// Uniform in [0, 1), in steps of 2⁻⁵³.
    #[allow(clippy::cast_precision_loss)]
    pub fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with this probability.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A whole number in `0..n`.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn below(&mut self, n: u32) -> u32 {
        ((self.unit() * f64::from(n)) as u32).min(n.saturating_sub(1))
    }

    /// One of the items, by weights that sum to 1; what is left over goes to the last.
    pub fn pick<T: Copy>(&mut self, items: &[(T, f64)]) -> Option<T> {
        let mut left = self.unit();
        for (item, weight) in items {
            left -= weight;
            if left < 0.0 {
                return Some(*item);
            }
        }
        items.last().map(|(item, _)| *item)
    }

    /// A draw from a distribution given by points `(probability, value)` of its quantile function, straight between
    /// them; the points begin at probability 0 and end at 1.
    pub fn quantile(&mut self, points: &[(f64, f64)]) -> f64 {
        let u = self.unit();
        for pair in points.windows(2) {
            if let [(p0, x0), (p1, x1)] = pair
                && u <= *p1
            {
                return x0 + (x1 - x0) * (u - p0) / (p1 - p0);
            }
        }
        points.last().map_or(0.0, |(_, x)| *x)
    }

    /// Bell-shaped around 0 with standard deviation ½: the sum of three uniform draws, never beyond ±1.5.
    pub fn bell(&mut self) -> f64 {
        self.unit() + self.unit() + self.unit() - 1.5
    }
}

/// A number with one decimal, as it stands in the table.
pub(super) fn tenth(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_the_same_for_ever() {
        // If these change, every figure of the demonstration does.
        let mut dice = Dice::new(1);
        let first: Vec<u64> = (0..3).map(|_| (dice.unit() * 1e9) as u64).collect();
        assert_eq!(first, [856_717_132, 137_554_485, 470_461_526]);
    }

    #[test]
    fn shapes_have_the_shape_asked_for() {
        let mut dice = Dice::new(7);
        let n = 20_000;
        let mean = |f: &mut dyn FnMut() -> f64| (0..n).map(|_| f()).sum::<f64>() / f64::from(n);
        let points = [(0.0, 0.0), (0.5, 1.0), (1.0, 5.0)];
        let q = mean(&mut || dice.quantile(&points));
        assert!((q - 1.75).abs() < 0.03, "{q}");
        let square = mean(&mut || dice.bell().powi(2));
        assert!((square - 0.25).abs() < 0.01, "{square}");
        let b = mean(&mut || f64::from(u8::from(dice.pick(&[(true, 0.3), (false, 0.7)]).unwrap())));
        assert!((b - 0.3).abs() < 0.01, "{b}");
        assert!((0..n).all(|_| dice.below(5) < 5));
        assert_eq!((dice.below(0), dice.pick::<u8>(&[])), (0, None));
    }
}

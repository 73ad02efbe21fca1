//! Mean, spread and skewness of very many numbers, run by run.

/// Count, mean, and sums of squared and cubed distances of the finite values, joined by the formulas of Pébay (2008),
/// "Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical moments".
#[derive(Default)]
pub struct Moments {
    n: f64,
    mean: f64,
    square: f64,
    cube: f64,
}

/// Sums that are taken side by side, so that none waits for the one before.
const LANES: usize = 8;

impl Moments {
    /// Those of some numbers, in two passes.
    pub fn of(numbers: &[f64]) -> Self {
        if numbers.iter().fold(true, |all, x| all & x.is_finite()) {
            return Self::of_finite(numbers);
        }
        let finite: Vec<f64> = numbers.iter().copied().filter(|x| x.is_finite()).collect();
        Self::of_finite(&finite)
    }

    fn of_finite(numbers: &[f64]) -> Self {
        if numbers.is_empty() {
            return Self::default();
        }
        #[allow(clippy::cast_precision_loss)]
        let n = numbers.len() as f64;
        let [sum] = sums(numbers, |x| [x]);
        // A sum of huge numbers may leave the range of doubles though the mean does not.
        let mean = if sum.is_finite() { sum / n } else { sums(numbers, |x| [x / n])[0] };
        let [square, cube] = sums(numbers, |x| {
            let off = x - mean;
            [off * off, off * off * off]
        });
        Self { n, mean, square, cube }
    }

    /// Adds those of other numbers.
    pub fn join(&mut self, more: &Self) {
        if more.n == 0.0 {
            return;
        }
        let n = self.n + more.n;
        let off = more.mean - self.mean;
        let weight = self.n * more.n / n;
        self.cube += more.cube
            + off * off * off * weight * (self.n - more.n) / n
            + 3.0 * off * (self.n * more.square - more.n * self.square) / n;
        self.square += more.square + off * off * weight;
        self.mean += off * more.n / n;
        self.n = n;
    }

    /// The mean.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0.0).then_some(self.mean).filter(|x| x.is_finite())
    }

    /// The standard deviation (n − 1).
    pub fn sd(&self) -> Option<f64> {
        (self.n > 1.0).then(|| (self.square / (self.n - 1.0)).sqrt()).filter(|x| x.is_finite())
    }

    /// The mean of z³ with the n − 1 spread.
    pub fn skewness(&self) -> Option<f64> {
        let sd = self.sd().filter(|sd| *sd > 0.0)?;
        Some(self.cube / self.n / (sd * sd * sd)).filter(|x| x.is_finite())
    }
}

/// Sums of what `of` makes of each number.
fn sums<const N: usize>(numbers: &[f64], of: impl Fn(f64) -> [f64; N]) -> [f64; N] {
    let mut lanes = [[0.0; LANES]; N];
    let (whole, rest) = numbers.as_chunks::<LANES>();
    for chunk in whole {
        for (lane, x) in chunk.iter().enumerate() {
            for (sum, value) in lanes.iter_mut().zip(of(*x)) {
                if let Some(sum) = sum.get_mut(lane) {
                    *sum += value;
                }
            }
        }
    }
    let mut out = lanes.map(|lanes| lanes.iter().sum());
    for x in rest {
        for (sum, value) in out.iter_mut().zip(of(*x)) {
            *sum += value;
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_not_finite_is_left_out() {
        let m = Moments::of(&[1.0, f64::INFINITY, 3.0, f64::NEG_INFINITY]);
        assert_eq!((m.mean(), m.sd().map(|x| (x * x * 1e9).round() / 1e9)), (Some(2.0), Some(2.0)));
        assert_eq!(Moments::of(&[1e308, 1e308, 1e308]).mean(), Some(1e308));
        assert_eq!(Moments::default().mean(), None);
        assert_eq!(Moments::of(&[5.0]).sd(), None);
    }

    proptest! {
        #[test]
        fn joined_runs_give_the_moments_of_the_whole(
            values in proptest::collection::vec(-1e3..1e3f64, 2..200), cut in 0usize..200, far in -1e6..1e6f64
        ) {
            let values: Vec<f64> = values.into_iter().map(|x| x + far).collect();
            let (a, b) = values.split_at(cut.min(values.len()));
            let mut joined = Moments::of(a);
            joined.join(&Moments::of(b));
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let sd = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
            prop_assume!(sd > 1e-3);
            let skew = values.iter().map(|x| ((x - mean) / sd).powi(3)).sum::<f64>() / n;
            prop_assert!((joined.mean().unwrap() - mean).abs() < 1e-7);
            prop_assert!((joined.sd().unwrap() - sd).abs() < 1e-6 * sd.max(1.0));
            prop_assert!((joined.skewness().unwrap() - skew).abs() < 1e-4 * skew.abs().max(1.0));
        }
    }
}

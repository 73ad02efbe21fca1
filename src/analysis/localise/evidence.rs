//! How much likelihood a set of leaves gains by an effect of its own.

use super::leaves::Leaves;

/// A leaf whose two sides are compared by a score test: under "nothing moved" `u` has the mean 0 and the variance
/// `v`; `u/w` is the leaf's effect in the KPI's unit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TestLeaf {
    /// Observed less expected.
    pub u: f64,
    /// What `u` grows by for each unit of effect.
    pub w: f64,
    /// The variance of `u`.
    pub v: f64,
}

impl TestLeaf {
    /// A level (rate, mean, ratio) in two periods, each by its (Σy, Σd). `m` counts the rows of both, `squares` is
    /// Σ(y − R d)² over both around their common level R.
    ///
    /// Given what both periods hold together, the first may hold any of it: the variance is that of a draw without
    /// replacement, the hypergeometric one for a rate (Mantel and Haenszel 1959), exact at any size. `u/w` is the
    /// difference of the levels.
    #[must_use]
    pub fn level(before: (f64, f64), after: (f64, f64), m: f64, squares: f64) -> Self {
        let (y, d) = (before.0 + after.0, before.1 + after.1);
        if before.1 <= 0.0 || after.1 <= 0.0 || m < 2.0 || !(y.is_finite() && squares.is_finite()) {
            return Self::default();
        }
        let share = after.1 / d;
        Self { u: after.0 - share * y, w: before.1 * share, v: share * (1.0 - share) * squares * m / (m - 1.0) }
    }

    /// A total (sum, count) in two periods, each by its (Σy, Σy²), where the second is expected to hold `times` the
    /// first. Rows come by chance (a compound Poisson process); given all rows of both, each is in the second with the
    /// probability times/(1 + times). `u/w` is the logarithm of the change beyond `times`, near 0.
    #[must_use]
    pub fn total(before: (f64, f64), after: (f64, f64), times: f64) -> Self {
        let second = times / (1.0 + times);
        let both = before.0 + after.0;
        if !(second > 0.0 && second < 1.0 && both.is_finite()) {
            return Self::default();
        }
        let spread = second * (1.0 - second);
        Self { u: after.0 - second * both, w: spread * both.abs(), v: spread * (before.1 + after.1) }
    }
}

/// Below this scale deviations are taken to be rounding.
const LEAST_SCALE: f64 = 1e-3;
/// One leaf gains or loses at most this much, so that no single leaf makes a cell.
const MOST_OF_A_LEAF: f64 = 100.0;
/// The median of a squared standard normal number.
const MEDIAN_CHI: f64 = 0.454_936;
/// A leaf tells something of the dispersion from this variance-to-weight on: below, its counts are too coarse.
const TELLING: usize = 30;

/// What is known of each leaf.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// Relative deviations d = 2(v − f)/(v + f) with Laplace noise of a scale: for totals against a forecast.
    Deviations {
        /// By leaf, −2 … 2; not a number where the leaf tells nothing.
        d: Vec<f64>,
        /// The noise's scale, median |d| / ln 2.
        scale: f64,
    },
    /// Score tests: for small counts, and for levels (rates, means, ratios) in two periods.
    Tests {
        /// By leaf.
        leaves: Vec<TestLeaf>,
        /// How many times the leaves spread wider than their variances say, at least 1.
        dispersion: f64,
    },
}

/// What a set of leaves gains.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gain {
    /// In units of log likelihood.
    pub gain: f64,
    /// The effect that the leaves share.
    pub effect: f64,
    /// Share of the leaves that stand nearer to that effect than to none; 1 for tests, whose single leaves say too
    /// little ([`Evidence::explained`] says how alike their parts are).
    pub nearer: f64,
}

impl Evidence {
    /// Totals `actual` against `expected`. A leaf with nothing on both sides tells nothing, nor does one that is not
    /// finite.
    #[must_use]
    pub fn deviations(actual: &[f64], expected: &[f64]) -> Self {
        let d: Vec<f64> = actual
            .iter()
            .zip(expected)
            .map(|(v, f)| {
                let size = v.abs() + f.abs();
                if size > 0.0 && size.is_finite() { 2.0 * (v - f) / size } else { f64::NAN }
            })
            .collect();
        let scale = scale(&d);
        Self::Deviations { d, scale }
    }

    /// Score tests, with the dispersion that the leaves show.
    #[must_use]
    pub fn tests(leaves: Vec<TestLeaf>) -> Self {
        let dispersion = dispersion(&leaves);
        Self::Tests { leaves, dispersion }
    }

    /// The same with a dispersion of at least this much, as rows of common units show it.
    #[must_use]
    pub fn spread_at_least(mut self, times: f64) -> Self {
        if let Self::Tests { dispersion, .. } = &mut self {
            *dispersion = dispersion.max(times);
        }
        self
    }

    /// Number of leaves.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Deviations { d, .. } => d.len(),
            Self::Tests { leaves, .. } => leaves.len(),
        }
    }

    /// Whether a leaf tells anything.
    pub(super) fn tells(&self, leaf: usize) -> bool {
        match self {
            Self::Deviations { d, .. } => d.get(leaf).is_some_and(|d| d.is_finite()),
            Self::Tests { leaves, .. } => leaves.get(leaf).is_some_and(|l| l.v > 0.0),
        }
    }

    /// Two numbers of a leaf from whose sums [`Evidence::at_most`] can be told.
    pub(super) fn summands(&self, leaf: usize) -> (f64, f64) {
        match self {
            Self::Deviations { d, .. } => (d[leaf], 1.0),
            Self::Tests { leaves, .. } => (leaves[leaf].u, leaves[leaf].v),
        }
    }

    /// What a cell with these sums gains at most.
    pub(super) fn at_most(&self, sums: (f64, f64)) -> f64 {
        match self {
            // |d| − |d − m| ≤ |m|, added up over the leaves.
            Self::Deviations { scale, .. } => sums.0.abs() / scale,
            Self::Tests { dispersion, .. } if sums.1 > 0.0 => sums.0 * sums.0 / (2.0 * sums.1 * dispersion),
            Self::Tests { .. } => 0.0,
        }
    }

    /// Those of some leaves that tell anything.
    pub(super) fn telling(&self, leaves: Vec<u32>) -> Vec<u32> {
        leaves.into_iter().filter(|l| self.tells(*l as usize)).collect()
    }

    /// What these leaves, which all tell something, gain by an effect of their own.
    pub(super) fn gain(&self, leaves: &[u32]) -> Gain {
        match self {
            Self::Deviations { d, scale } => {
                let (mut sum, mut n) = (0.0, 0.0);
                for leaf in leaves {
                    sum += d[*leaf as usize];
                    n += 1.0;
                }
                let effect = if n > 0.0 { sum / n } else { 0.0 };
                Self::gain_of(d, *scale, leaves, effect)
            }
            Self::Tests { leaves: tests, dispersion } => {
                let (mut u, mut w, mut v) = (0.0, 0.0, 0.0);
                for leaf in leaves {
                    let t = tests[*leaf as usize];
                    (u, w, v) = (u + t.u, w + t.w, v + t.v);
                }
                let effect = if w > 0.0 { u / w } else { 0.0 };
                let gain = if v > 0.0 { u * u / (2.0 * v * dispersion) } else { 0.0 };
                Gain { gain, effect, nearer: 1.0 }
            }
        }
    }

    /// The standard error of the effect that leaves share.
    pub(super) fn error(&self, leaves: &[u32]) -> f64 {
        match self {
            // A Laplace variable of scale b has the variance 2b², and its sample's median b²/n.
            Self::Deviations { scale, .. } => {
                scale / f64::from(u32::try_from(leaves.len().max(1)).unwrap_or(u32::MAX)).sqrt()
            }
            Self::Tests { leaves: tests, dispersion } => {
                let (w, v) = leaves.iter().map(|l| tests[*l as usize]).fold((0.0, 0.0), |s, t| (s.0 + t.w, s.1 + t.v));
                if w > 0.0 { (v * dispersion).sqrt() / w } else { 0.0 }
            }
        }
    }

    /// The same with the median as the effect, which is the likeliest one under Laplace noise and not moved by
    /// leaves that belong to something else.
    pub(super) fn careful_gain(&self, leaves: &[u32]) -> Gain {
        let Self::Deviations { d, scale } = self else { return self.gain(leaves) };
        let mut values: Vec<f64> = leaves.iter().map(|l| d[*l as usize]).collect();
        let middle = median(&mut values).unwrap_or(0.0);
        let (by_median, by_mean) = (Self::gain_of(d, *scale, leaves, middle), self.gain(leaves));
        if by_median.gain >= by_mean.gain { by_median } else { by_mean }
    }

    fn gain_of(d: &[f64], scale: f64, leaves: &[u32], effect: f64) -> Gain {
        let (mut gain, mut near, mut n) = (0.0, 0.0, 0.0);
        for leaf in leaves {
            let d = d[*leaf as usize];
            let won = d.abs() - (d - effect).abs();
            gain += (won / scale).clamp(-MOST_OF_A_LEAF, MOST_OF_A_LEAF);
            near += f64::from(u8::from(won > 0.0));
            n += 1.0;
        }
        Gain { gain, effect, nearer: if n > 0.0 { near / n } else { 0.0 } }
    }

    /// How much of what these leaves show their shared effect explains, 0 … 1: of deviations the share of leaves that
    /// stand nearer to it than to none; of tests, over the columns that the place leaves free, the least of
    /// `2 gain/(2 gain + (Q − df))` with Cochran's Q between the values of that column. Where one value in five carries
    /// all of the effect this is a fifth.
    pub(super) fn explained(&self, index: &Leaves, place: &[(usize, u32)], of: &[u32], gain: &Gain) -> f64 {
        let Self::Tests { leaves: tests, dispersion } = self else { return gain.nearer };
        let mut least = 1.0f64;
        for (d, dimension) in index.dimensions().iter().enumerate() {
            if place.iter().any(|(p, _)| *p == d) {
                continue;
            }
            let mut sums = vec![(0.0, 0.0, 0.0); dimension.size];
            for leaf in of {
                let t = tests[*leaf as usize];
                let sum = &mut sums[dimension.codes[*leaf as usize] as usize];
                *sum = (sum.0 + t.u, sum.1 + t.w, sum.2 + t.v);
            }
            let (mut q, mut df) = (0.0, -1.0);
            for (u, w, v) in sums.into_iter().filter(|s| s.2 > 0.0) {
                q += (u - gain.effect * w).powi(2) / (v * dispersion);
                df += 1.0;
            }
            let beyond: f64 = f64::max(q - df, 0.0);
            if gain.gain > 0.0 {
                least = least.min(2.0 * gain.gain / (2.0 * gain.gain + beyond));
            }
        }
        least
    }

    /// Counts all leaves from an effect that everything shares.
    pub(super) fn less(&mut self, effect: f64) {
        match self {
            Self::Deviations { d, .. } => d.iter_mut().for_each(|d| *d -= effect),
            Self::Tests { leaves, .. } => leaves.iter_mut().for_each(|l| l.u -= effect * l.w),
        }
    }

    /// The scale or dispersion as it stands now, after a shared effect was taken out.
    pub(super) fn settle(&mut self) {
        match self {
            Self::Deviations { d, scale: now } => *now = scale(d),
            Self::Tests { leaves, dispersion: now } => *now = dispersion(leaves),
        }
    }
}

/// The scale of Laplace noise: the median of the sizes over ln 2.
fn scale(d: &[f64]) -> f64 {
    let mut sizes: Vec<f64> = d.iter().map(|d| d.abs()).filter(|d| d.is_finite()).collect();
    (median(&mut sizes).unwrap_or(0.0) / std::f64::consts::LN_2).max(LEAST_SCALE)
}

/// The middle value; absent of nothing. Reorders the values.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    let (_, found, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    Some(*found)
}

/// How many times wider the leaves spread than their variances say: the median of u²/v over the leaves that tell most,
/// against that of a squared normal number. Most leaves are untouched by any cause, and the median does not see the
/// others. Never below 1.
fn dispersion(leaves: &[TestLeaf]) -> f64 {
    let mut telling: Vec<&TestLeaf> = leaves.iter().filter(|l| l.v > 0.0).collect();
    // Coarse counts have squares far from a normal number's; the better half says more.
    telling.sort_by(|a, b| (b.w * b.w / b.v).total_cmp(&(a.w * a.w / a.v)));
    telling.truncate((telling.len() / 2).max(TELLING));
    if telling.len() < TELLING {
        return 1.0;
    }
    let mut squares: Vec<f64> = telling.iter().map(|l| l.u * l.u / l.v).collect();
    (median(&mut squares).unwrap_or(0.0) / MEDIAN_CHI).max(1.0)
}

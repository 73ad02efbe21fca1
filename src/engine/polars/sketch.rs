//! Summaries of very many values in little room: how many are different, their quantiles, and which are frequent. Each has a stated error.

use std::hash::Hasher;

/// The registers of [`Distinct`] are 2 to this power; the standard error is 1.04/√2^14 = 0.8 %.
const BITS: u32 = 14;
/// The finest steps of [`Spread`]: the first so many bits after the leading one of a number's fraction.
const FRACTION: u32 = 9;

/// How many different values there are, by HyperLogLog (Flajolet, Fusy, Gandouet and Meunier 2007) with 64-bit hashes
/// and the estimator of Ertl (2017), which needs no corrections by size. Standard error 0.8 %.
#[derive(Clone)]
pub struct Distinct {
    registers: Vec<u8>,
}

impl Default for Distinct {
    fn default() -> Self {
        Self { registers: vec![0; 1 << BITS] }
    }
}

impl Distinct {
    /// Takes in a value by its hash.
    #[inline]
    pub fn add(&mut self, hash: u64) {
        #[allow(clippy::cast_possible_truncation)]
        let register = (hash >> (64 - BITS)) as usize;
        #[allow(clippy::cast_possible_truncation)]
        let rank = ((hash << BITS).leading_zeros().min(64 - BITS) + 1) as u8;
        if let Some(slot) = self.registers.get_mut(register) {
            *slot = (*slot).max(rank);
        }
    }

    /// The estimate.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn count(&self) -> u64 {
        let (m, q) = (self.registers.len() as f64, (64 - BITS) as usize);
        let mut counts = vec![0u64; q + 2];
        for register in &self.registers {
            if let Some(n) = counts.get_mut(usize::from(*register)) {
                *n += 1;
            }
        }
        let share = |k: usize| counts.get(k).copied().unwrap_or(0) as f64 / m;
        let mut z = m * tau(1.0 - share(q + 1));
        for k in (1..=q).rev() {
            z = 0.5 * (z + m * share(k));
        }
        z += m * sigma(share(0));
        (m * m / (2.0 * std::f64::consts::LN_2 * z)).round() as u64
    }
}

/// Ertl's σ: the contribution of empty registers.
fn sigma(mut x: f64) -> f64 {
    if x >= 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if z == before {
            return z;
        }
    }
}

/// Ertl's τ: the contribution of full registers.
fn tau(mut x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x) * (1.0 - x) * y;
        if z == before {
            return z / 3.0;
        }
    }
}

/// The distribution of numbers: counts in steps that grow with the size of the numbers. A quantile is off by at most
/// 1/1024 (0.1 %) of its size; whole numbers below 1024 are exact.
pub struct Spread {
    /// By sign and exponent, in the order of the numbers; steps within.
    pages: Vec<Option<Box<[u64; 1 << FRACTION]>>>,
}

impl Default for Spread {
    fn default() -> Self {
        Self { pages: vec![None; 1 << 12] }
    }
}

impl Spread {
    /// Takes in a number that is not NaN so many times.
    #[inline]
    pub fn add(&mut self, x: f64, times: u64) {
        let step = step(x) as usize;
        let Some(page) = self.pages.get_mut(step >> FRACTION) else { return };
        let page = page.get_or_insert_with(|| Box::new([0; 1 << FRACTION]));
        if let Some(n) = page.get_mut(step & ((1 << FRACTION) - 1)) {
            *n += times;
        }
    }

    /// The steps in order: a number that stands for each, and how many.
    pub fn sorted(&self) -> Vec<(f64, u64)> {
        let pages = self.pages.iter().zip(0u32..).filter_map(|(page, i)| Some((page.as_ref()?, i << FRACTION)));
        let steps = pages.flat_map(|(page, first)| page.iter().zip(first..));
        steps.filter(|(n, _)| **n > 0).map(|(n, step)| (middle(step), *n)).collect()
    }
}

/// Quantiles of numbers with counts in ascending order, without interpolation between neighbours.
pub fn quantiles(sorted: &[(f64, u64)], probabilities: &[f64]) -> Vec<f64> {
    let total: u64 = sorted.iter().map(|(_, n)| n).sum();
    if total == 0 {
        return Vec::new();
    }
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    probabilities
        .iter()
        .map(|p| {
            let place = (p * (total - 1) as f64).round() as u64;
            let mut before = 0;
            for (x, n) in sorted {
                before += n;
                if place < before {
                    return *x;
                }
            }
            sorted.last().map_or(f64::NAN, |(x, _)| *x)
        })
        .collect()
}

/// The bits of a number in the order of the numbers: those of negative ones are turned over.
#[inline]
pub fn ordered(x: f64) -> u64 {
    let bits = (x + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// Sign, exponent, and the first bits of the fraction.
#[inline]
fn step(x: f64) -> u32 {
    #[allow(clippy::cast_possible_truncation)]
    let step = (ordered(x) >> (52 - FRACTION)) as u32;
    step
}

/// The number in the middle of a step, or the only whole number in it.
fn middle(step: u32) -> f64 {
    let back = |ordered: u64| f64::from_bits(if ordered >> 63 == 1 { ordered & !(1 << 63) } else { !ordered });
    let shift = 52 - FRACTION;
    let low = u64::from(step) << shift;
    let (a, b) = (back(low), back(low | ((1 << shift) - 1)));
    let (a, b) = (a.min(b), a.max(b));
    if !a.is_finite() || !b.is_finite() {
        // Infinity, or the last step before it.
        return if a.is_finite() {
            a
        } else if b.is_finite() {
            b
        } else {
            a
        };
    }
    let whole = a.ceil();
    if whole <= b && whole + 1.0 > b { whole } else { a + (b - a) / 2.0 }
}

/// Values with the most occurrences, by the counters of Misra and Gries (1982): a count is too low by at most the number
/// of values over the number of counters. While there are fewer different values than counters, all counts are exact.
pub struct Frequent<T> {
    /// A table with open addressing; a place without a value is free. It is as large as what it holds asks for, so that
    /// few values stay near at hand.
    places: Vec<Place<T>>,
    taken: usize,
    most: usize,
    /// By how much a count may be too low.
    error: u64,
}

struct Place<T> {
    hash: u64,
    n: u64,
    value: Option<T>,
}

/// Places that a table begins with.
const FIRST_PLACES: usize = 64;

impl<T> Frequent<T> {
    /// With so many counters.
    pub fn new(most: usize) -> Self {
        Self { places: free(FIRST_PLACES), taken: 0, most, error: 0 }
    }

    /// Takes in a value `n` times: by its hash, and made only when it is new, which is told.
    #[inline]
    pub fn add(&mut self, hash: u64, n: u64, value: impl FnOnce() -> T) -> bool {
        let last = self.places.len() - 1;
        let mut at = spread_out(hash) & last;
        while let Some(place) = self.places.get_mut(at) {
            if place.value.is_none() {
                *place = Place { hash, n, value: Some(value()) };
                self.taken += 1;
                if self.taken * 2 > last || self.taken > self.most {
                    self.make_room();
                }
                return true;
            }
            if place.hash == hash {
                place.n += n;
                return false;
            }
            at = (at + 1) & last;
        }
        false
    }

    /// A larger table; or where there are too many values, the median count is taken away from all, so that half of the
    /// counters are free again.
    #[cold]
    fn make_room(&mut self) {
        let mut kept: Vec<Place<T>> = std::mem::take(&mut self.places);
        kept.retain(|place| place.value.is_some());
        if self.taken > self.most {
            let mut counts: Vec<u64> = kept.iter().map(|place| place.n).collect();
            let middle = counts.len() / 2;
            let (_, cut, _) = counts.select_nth_unstable(middle);
            let cut = *cut;
            kept.retain_mut(|place| {
                place.n = place.n.saturating_sub(cut);
                place.n > 0
            });
            self.error += cut;
        }
        self.taken = kept.len();
        self.places = free((4 * kept.len()).next_power_of_two().max(FIRST_PLACES));
        let last = self.places.len() - 1;
        for place in kept {
            let mut at = spread_out(place.hash) & last;
            while self.places.get(at).is_some_and(|p| p.value.is_some()) {
                at = (at + 1) & last;
            }
            if let Some(free) = self.places.get_mut(at) {
                *free = place;
            }
        }
    }

    /// How many different values are kept.
    pub fn len(&self) -> usize {
        self.taken
    }

    /// The values with their hashes and counts, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &T, u64)> {
        self.places.iter().filter_map(|place| Some((place.hash, place.value.as_ref()?, place.n)))
    }

    /// The values with the highest counts (too low by at most [`Frequent::error`]) and their hashes, the highest first;
    /// ties in no order.
    pub fn top(&self, most: usize) -> Vec<(u64, &T, u64)> {
        let mut all: Vec<(u64, &T, u64)> = self.iter().collect();
        all.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
        let last = all.get(most.saturating_sub(1)).map_or(0, |(_, _, n)| *n);
        let tied = all.partition_point(|(_, _, n)| *n >= last);
        all.truncate(tied.max(most));
        all
    }

    /// By how much a count may be too low.
    pub fn error(&self) -> u64 {
        self.error
    }
}

fn free<T>(places: usize) -> Vec<Place<T>> {
    std::iter::repeat_with(|| Place { hash: 0, n: 0, value: None }).take(places).collect()
}

/// The place where a hash is looked for first, before the size of the table is taken into account.
#[inline]
fn spread_out(hash: u64) -> usize {
    // The upper half of a product depends on all bits. (The odd number nearest to 2^64/φ, Knuth's multiplicative hash.)
    usize::try_from(hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32).unwrap_or(0)
}

/// Keys that are hashes or nearly so are taken as they are, spread by one multiplication.
#[derive(Default)]
pub struct Plain(u64);

impl Hasher for Plain {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 << 8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, x: u64) {
        self.0 = x;
    }

    fn finish(&self) -> u64 {
        // The odd number nearest to 2^64/φ (Knuth's multiplicative hash).
        let spread = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        spread ^ (spread >> 32)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hash(x: u64) -> u64 {
        let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    #[test]
    fn different_values_are_counted_within_the_stated_error() {
        for n in [0u64, 1, 10, 1000, 30_000, 1_000_000] {
            let mut whole = Distinct::default();
            for x in 0..n {
                let h = hash(x.wrapping_mul(0x1234_5677));
                whole.add(h);
                whole.add(h);
            }
            let off = (whole.count() as f64 - n as f64).abs() / (n as f64).max(1.0);
            assert!(off < 4.0 * 0.0082, "{n}: {}", whole.count());
        }
    }

    #[test]
    fn small_whole_numbers_have_steps_of_their_own() {
        for x in -1023..=1023 {
            assert_eq!(middle(step(f64::from(x))), f64::from(x), "{x}");
        }
        assert_eq!(middle(step(f64::INFINITY)), f64::INFINITY);
        assert_eq!(middle(step(f64::NEG_INFINITY)), f64::NEG_INFINITY);
        assert!(middle(step(f64::MAX)).is_finite());
    }

    #[test]
    fn few_values_are_counted_exactly_and_frequent_ones_survive() {
        let mut few = Frequent::new(100);
        for x in 0..1000u64 {
            few.add(hash(x % 7), 1, || x % 7);
        }
        assert_eq!(few.error(), 0);
        assert_eq!(few.top(1)[0], (hash(0), &0, 143));
        let mut many = Frequent::new(64);
        for x in 0..100_000u64 {
            let value = if x % 5 == 0 { 1_000_000 + x % 3 } else { x };
            many.add(hash(value), 1, || value);
        }
        assert!(many.error() > 0);
        let top: Vec<u64> = many.top(3).into_iter().take(3).map(|(_, v, _)| *v).collect();
        assert!(top.iter().all(|v| *v >= 1_000_000), "{top:?}");
        assert!(many.top(1)[0].2 + many.error() >= 6_667);
    }

    proptest! {
        #[test]
        fn quantiles_are_within_a_thousandth(values in proptest::collection::vec(-1e12..1e12f64, 1..300), p in 0.0..=1.0f64) {
            let mut spread = Spread::default();
            values.iter().for_each(|x| spread.add(*x, 1));
            let mut sorted = values.clone();
            sorted.sort_unstable_by(f64::total_cmp);
            let exact = sorted[(p * (sorted.len() - 1) as f64).round() as usize];
            let found = quantiles(&spread.sorted(), &[p])[0];
            prop_assert!((found - exact).abs() <= exact.abs() / 1000.0, "{found} {exact}");
        }

        #[test]
        fn steps_follow_the_order_of_numbers(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(!a.is_nan() && !b.is_nan());
            if a <= b { prop_assert!(step(a) <= step(b)); } else { prop_assert!(step(a) >= step(b)); }
        }
    }
}

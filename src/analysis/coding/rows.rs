//! Which rows of a table of codes, a bit a row.

use crate::analysis::level::count_f64;

/// A set of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    words: Vec<u64>,
    count: u64,
}

impl Rows {
    fn of_words(words: Vec<u64>) -> Self {
        let count = words.iter().map(|w| u64::from(w.count_ones())).sum();
        Self { words, count }
    }

    /// The rows for which something holds, out of a value a row.
    #[must_use]
    pub fn where_<T>(values: &[T], holds: impl Fn(&T) -> bool) -> Self {
        let pack =
            |rows: &[T]| rows.iter().enumerate().fold(0u64, |word, (at, row)| word | u64::from(holds(row)) << at);
        Self::of_words(values.chunks(64).map(pack).collect())
    }

    /// The rows with a code, out of the codes of all.
    #[must_use]
    pub fn with_code(codes: &[u8], code: u8) -> Self {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
        // Gathers the lowest bit of each byte into the highest byte.
        const GATHER: u64 = 0x0102_0408_1020_4080;
        let wanted = ONES.wrapping_mul(u64::from(code));
        let (eights, rest) = codes.as_chunks::<8>();
        let mut words = vec![0u64; codes.len().div_ceil(64)];
        for (word, eights) in words.iter_mut().zip(eights.chunks(8)) {
            for (at, eight) in eights.iter().enumerate() {
                let differs = u64::from_le_bytes(*eight) ^ wanted;
                // The highest bit of a byte is set where the byte is not zero.
                let high = ((differs & LOW) + LOW) | differs;
                let same = (!high >> 7) & ONES;
                *word |= (same.wrapping_mul(GATHER) >> 56) << (8 * at);
            }
        }
        let first = codes.len() - rest.len();
        for (at, found) in rest.iter().enumerate() {
            if let Some(word) = words.get_mut((first + at) / 64) {
                *word |= u64::from(*found == code) << ((first + at) % 64);
            }
        }
        Self::of_words(words)
    }

    /// Rows in both of two sets.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self::of_words(self.words.iter().zip(&other.words).map(|(a, b)| a & b).collect())
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their numbers, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| Bits(*word).map(move |bit| at * 64 + bit))
    }

    /// Rows in both, of the rows in either.
    #[must_use]
    pub fn jaccard(&self, other: &Self) -> f64 {
        let common: u64 = self.words.iter().zip(&other.words).map(|(a, b)| u64::from((a & b).count_ones())).sum();
        let either = self.count + other.count - common;
        if either == 0 { 0.0 } else { count_f64(common) / count_f64(either) }
    }

    /// What [`Self::jaccard`] can be at most, by the numbers of rows alone.
    #[must_use]
    pub fn jaccard_at_most(&self, other: &Self) -> f64 {
        let (few, many) = (self.count.min(other.count), self.count.max(other.count));
        if many == 0 { 0.0 } else { count_f64(few) / count_f64(many) }
    }
}

/// The places of the bits that are set, ascending.
struct Bits(u64);

impl Iterator for Bits {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let at = self.0.trailing_zeros() as usize;
        self.0 &= self.0 - 1;
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[bool]) -> Rows {
        Rows::where_(rows, |r| *r)
    }

    #[test]
    fn the_share_in_common_is_that_of_the_rows() {
        assert!((of(&[true, true, false]).jaccard(&of(&[true, false, false])) - 0.5).abs() < 1e-12);
        assert_eq!(of(&[false]).jaccard(&of(&[false])), 0.0);
        // Beyond one word.
        let (third, sixth): (Vec<bool>, Vec<bool>) = (0..200).map(|i| (i % 3 == 0, i % 6 == 0)).unzip();
        let (third, sixth) = (of(&third), of(&sixth));
        assert_eq!((third.count(), sixth.count()), (67, 34));
        assert!((third.jaccard(&sixth) - 34.0 / 67.0).abs() < 1e-12);
        assert!((third.jaccard_at_most(&sixth) - 34.0 / 67.0).abs() < 1e-12);
        assert_eq!(third.and(&sixth), sixth);
        assert!(sixth.numbers().eq((0..200).filter(|i| i % 6 == 0)));
    }

    #[test]
    fn codes_are_compared_eight_at_a_time_as_one_by_one() {
        // All distances between bytes that borrow or carry could get wrong, at lengths around the words' ends.
        for length in [0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 1000] {
            let codes: Vec<u8> = (0..length).map(|i: usize| u8::try_from(i * 37 % 256).unwrap_or(0)).collect();
            for code in [0, 1, 37, 127, 128, 129, 254, 255] {
                assert_eq!(Rows::with_code(&codes, code), Rows::where_(&codes, |c| *c == code), "{length} {code}");
            }
        }
    }
}

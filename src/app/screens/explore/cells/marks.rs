//! Rows that are marked: single ones and whole ranges, kept as stretches so that a million rows cost no more than one.

/// Marked rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// First row and the row behind the last one of each stretch: in order, apart, none empty.
    stretches: Vec<(u64, u64)>,
    /// Where a range began that follows the cursor.
    pub from: Option<u64>,
}

impl Marks {
    /// Marks a row, or takes its mark away.
    pub fn toggle(&mut self, row: u64) {
        if self.has(row) {
            self.remove(row);
        } else {
            self.add(row, row + 1);
        }
    }

    /// Marks the rows from `from` up to and without `to`.
    pub fn add(&mut self, from: u64, to: u64) {
        if from >= to {
            return;
        }
        self.stretches.push((from, to));
        self.stretches.sort_unstable();
        let mut out: Vec<(u64, u64)> = Vec::with_capacity(self.stretches.len());
        for (from, to) in self.stretches.drain(..) {
            match out.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => out.push((from, to)),
            }
        }
        self.stretches = out;
    }

    fn remove(&mut self, row: u64) {
        let mut out = Vec::with_capacity(self.stretches.len() + 1);
        for (from, to) in self.stretches.drain(..) {
            if (from..to).contains(&row) {
                out.extend([(from, row), (row + 1, to)].into_iter().filter(|(a, b)| a < b));
            } else {
                out.push((from, to));
            }
        }
        self.stretches = out;
    }

    /// Whether a row is marked, the range that follows the cursor left out.
    #[must_use]
    pub fn has(&self, row: u64) -> bool {
        let at = self.stretches.partition_point(|(_, to)| *to <= row);
        self.stretches.get(at).is_some_and(|(from, _)| *from <= row)
    }

    /// Whether a row is marked or within the range that reaches to the cursor.
    #[must_use]
    pub fn shows(&self, row: u64, cursor: u64) -> bool {
        self.from.is_some_and(|from| (from.min(cursor)..=from.max(cursor)).contains(&row)) || self.has(row)
    }

    /// Begins a range at the cursor, or keeps the one that was begun.
    pub fn range(&mut self, cursor: u64) {
        match self.from.take() {
            None => self.from = Some(cursor),
            Some(from) => self.add(from.min(cursor), from.max(cursor) + 1),
        }
    }

    /// First row and number of rows of each stretch, the open range among them.
    #[must_use]
    pub fn rows(&self, cursor: u64) -> Vec<(u64, u64)> {
        let mut all = self.clone();
        if all.from.is_some() {
            all.range(cursor);
        }
        all.stretches.into_iter().map(|(from, to)| (from, to - from)).collect()
    }

    /// How many rows are marked, the open range among them.
    #[must_use]
    pub fn count(&self, cursor: u64) -> u64 {
        self.rows(cursor).iter().map(|(_, n)| n).sum()
    }

    /// Takes all marks away; whether there was one.
    pub fn clear(&mut self) -> bool {
        let any = self.from.is_some() || !self.stretches.is_empty();
        *self = Self::default();
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn marks_are_a_set_of_rows(steps in proptest::collection::vec((any::<bool>(), 0u64..40, 0u64..8), 0..40)) {
            let (mut marks, mut set) = (Marks::default(), BTreeSet::new());
            for (range, row, more) in steps {
                if range {
                    marks.range(row + more);
                    marks.range(row);
                    set.extend(row..=row + more);
                } else {
                    marks.toggle(row);
                    if !set.remove(&row) {
                        set.insert(row);
                    }
                }
                prop_assert!((0..60).all(|r| marks.has(r) == set.contains(&r)));
                prop_assert!(marks.stretches.windows(2).all(|w| w[0].1 < w[1].0));
                prop_assert_eq!(marks.count(0), set.len() as u64);
            }
        }
    }

    #[test]
    fn an_open_range_reaches_to_the_cursor() {
        let mut marks = Marks::default();
        marks.toggle(9);
        marks.range(3);
        assert_eq!(marks.rows(5), [(3, 3), (9, 1)]);
        assert_eq!(marks.rows(2), [(2, 2), (9, 1)]);
        assert!(marks.shows(2, 1) && !marks.shows(4, 1) && marks.shows(9, 1));
        assert!(marks.clear() && !marks.clear());
    }
}

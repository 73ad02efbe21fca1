//! Dense sums by code and bucket.
//!
//! Where the KPI is 0 or 1 in each row, with a denominator of 1, rows are counted by outcome rather than added up: two
//! whole numbers a cell hold all six sums.

use crate::analysis::cells::Arm;
use crate::analysis::level::{count_f64, point};
use crate::query::{CodedColumn, CodedTable, Sums, UNIT_BUCKETS};

/// Sums of some rows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// Rows.
    pub n: u64,
    /// Σy.
    pub y: f64,
    /// Σd.
    pub d: f64,
    /// Σy².
    pub yy: f64,
    /// Σyd.
    pub yd: f64,
    /// Σd².
    pub dd: f64,
}

impl Tally {
    /// Adds a row.
    pub fn add(&mut self, y: f64, d: f64) {
        self.n += 1;
        self.y += y;
        self.d += d;
        self.yy += y * y;
        self.yd += y * d;
        self.dd += d * d;
    }

    /// Adds other rows.
    pub fn absorb(&mut self, other: &Self) {
        self.n += other.n;
        self.y += other.y;
        self.d += other.d;
        self.yy += other.yy;
        self.yd += other.yd;
        self.dd += other.dd;
    }

    /// Some sets of rows together.
    #[must_use]
    pub fn total<'a>(of: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        of.into_iter().for_each(|t| all.absorb(t));
        all
    }

    /// So many rows, of which some have the outcome.
    #[must_use]
    pub fn of_events(n: u64, events: u64) -> Self {
        let (all, y) = (count_f64(n), count_f64(events));
        Self { n, y, d: all, yy: y, yd: y, dd: all }
    }

    /// These rows without others that are among them.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        // What is left of all rows is nothing, whatever dust the sums leave.
        if self.n <= other.n {
            return Self::default();
        }
        Self {
            n: self.n.saturating_sub(other.n),
            y: self.y - other.y,
            d: self.d - other.d,
            yy: self.yy - other.yy,
            yd: self.yd - other.yd,
            dd: self.dd - other.dd,
        }
    }

    /// N/D; absent without a denominator.
    #[must_use]
    pub fn level(&self) -> Option<f64> {
        point(&sums(self))
    }

    /// Σ(y − r d)² around a level; rounding leaves dust where all are the same, and dust is no spread. More of it is
    /// allowed than for sums that were only added up: these may be differences.
    #[must_use]
    pub fn residuals(&self, r: f64) -> f64 {
        let squares = self.yy - 2.0 * r * self.yd + r * r * self.dd;
        if squares <= 1e-12 * (self.yy.abs() + r * r * self.dd.abs()) { 0.0 } else { squares }
    }
}

/// The outcome of each row, where all have one: 1 or 0, out of a denominator of 1.
#[must_use]
pub fn outcomes(table: &CodedTable) -> Option<Vec<u8>> {
    if !table.d.is_empty() {
        return None;
    }
    let outcome = |y: &f64| match *y {
        0.0 => Some(0),
        1.0 => Some(1),
        _ => None,
    };
    table.y.iter().map(outcome).collect()
}

/// A table that is being counted: what each row adds to its cell.
#[derive(Debug, Clone, Copy)]
pub struct Counting<'a> {
    /// The rows.
    pub table: &'a CodedTable,
    /// Their outcomes, as [`outcomes`] gives them.
    pub outcomes: Option<&'a [u8]>,
}

impl Counting<'_> {
    /// The sums of some rows by cell; `place` says which of the cells a row belongs to.
    #[must_use]
    pub fn cells(self, rows: impl Iterator<Item = usize>, cells: usize, place: impl Fn(usize) -> usize) -> Vec<Tally> {
        let Some(outcomes) = self.outcomes else {
            let mut out = vec![Tally::default(); cells];
            for row in rows {
                if let Some(tally) = out.get_mut(place(row)) {
                    tally.add(self.table.y[row], self.table.d(row));
                }
            }
            return out;
        };
        let mut counts = vec![[0u32; 2]; cells];
        for row in rows {
            if let Some(count) = counts.get_mut(place(row)) {
                count[usize::from(outcomes[row] & 1)] += 1;
            }
        }
        counts.into_iter().map(of_counts).collect()
    }

    /// Sums by code and bucket: `[code][bucket]`.
    #[must_use]
    pub fn one_way(self, column: &CodedColumn) -> Vec<Vec<Tally>> {
        let (codes, buckets) = (&column.codes, &self.table.buckets);
        let place = |row: usize| usize::from(codes[row]) * UNIT_BUCKETS + usize::from(buckets[row]);
        let flat = self.cells(0..self.table.len(), column.values.len() * UNIT_BUCKETS, place);
        flat.chunks(UNIT_BUCKETS).map(<[Tally]>::to_vec).collect()
    }

    /// The sums of all rows by bucket.
    #[must_use]
    pub fn by_bucket(self) -> Vec<Tally> {
        self.cells(0..self.table.len(), UNIT_BUCKETS, |row| usize::from(self.table.buckets[row]))
    }
}

/// The sums of rows counted without and with the outcome.
pub fn of_counts([without, with]: [u32; 2]) -> Tally {
    Tally::of_events(u64::from(without) + u64::from(with), u64::from(with))
}

/// The sums of a tally as the formulas take them.
fn sums(t: &Tally) -> Sums {
    Sums { n: t.n, units: t.n, known: t.n, y: t.y, d: t.d, yy: t.yy, yd: t.yd, dd: t.dd, centre: 0.0 }
}

/// The sums over buckets, with the buckets where rows are clustered.
#[must_use]
pub fn arm(buckets: &[Tally], clustered: bool) -> Arm {
    let totals = if clustered { buckets.iter().map(|b| (b.y, b.d)).collect() } else { Vec::new() };
    Arm { sums: sums(&Tally::total(buckets)), buckets: totals }
}

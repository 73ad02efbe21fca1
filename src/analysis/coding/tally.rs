//! Dense sums by code and bucket.

use crate::analysis::cells::Arm;
use crate::analysis::level::point;
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

    /// These rows without others that are among them.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
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

/// Sums by code and bucket: `[code][bucket]`.
#[must_use]
pub fn one_way(table: &CodedTable, column: &CodedColumn) -> Vec<Vec<Tally>> {
    let mut flat = vec![Tally::default(); column.values.len() * UNIT_BUCKETS];
    for (row, (code, bucket)) in column.codes.iter().zip(&table.buckets).enumerate() {
        let at = usize::from(*code) * UNIT_BUCKETS + usize::from(*bucket);
        if let Some(tally) = flat.get_mut(at) {
            tally.add(table.y[row], table.d(row));
        }
    }
    flat.chunks(UNIT_BUCKETS).map(<[Tally]>::to_vec).collect()
}

/// The sums of all rows by bucket.
#[must_use]
pub fn by_bucket(table: &CodedTable) -> Vec<Tally> {
    let mut out = vec![Tally::default(); UNIT_BUCKETS];
    for (row, bucket) in table.buckets.iter().enumerate() {
        if let Some(tally) = out.get_mut(usize::from(*bucket)) {
            tally.add(table.y[row], table.d(row));
        }
    }
    out
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

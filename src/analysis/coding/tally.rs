//! Dense sums by code and bucket.

use crate::query::{CodedColumn, CodedTable, Sums, UNIT_BUCKETS};

use crate::analysis::cells::Arm;

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
        (self.n > 0 && self.d != 0.0).then(|| self.y / self.d).filter(|r| r.is_finite())
    }

    /// Σ(y − r d)² around a level; rounding leaves dust where all are the same, and dust is no spread.
    #[must_use]
    pub fn residuals(&self, r: f64) -> f64 {
        let squares = self.yy - 2.0 * r * self.yd + r * r * self.dd;
        if squares <= 1e-12 * (self.yy.abs() + r * r * self.dd.abs()) { 0.0 } else { squares }
    }
}

/// Rows of each code.
#[must_use]
pub fn counts(column: &CodedColumn) -> Vec<u64> {
    let mut out = vec![0u64; column.values.len()];
    for code in &column.codes {
        if let Some(n) = out.get_mut(usize::from(*code)) {
            *n += 1;
        }
    }
    out
}

/// Sums by code and bucket: `[code][bucket]`.
#[must_use]
pub fn one_way(table: &CodedTable, column: usize) -> Vec<Vec<Tally>> {
    let Some(column) = table.columns.get(column) else { return Vec::new() };
    let mut flat = vec![Tally::default(); column.values.len() * UNIT_BUCKETS];
    for (row, (code, bucket)) in column.codes.iter().zip(&table.buckets).enumerate() {
        let at = usize::from(*code) * UNIT_BUCKETS + usize::from(*bucket);
        if let Some(tally) = flat.get_mut(at) {
            tally.add(table.y[row], table.d(row));
        }
    }
    flat.chunks(UNIT_BUCKETS).map(<[Tally]>::to_vec).collect()
}

/// The sums of a tally as the formulas take them.
#[must_use]
pub fn sums(t: &Tally) -> Sums {
    Sums { n: t.n, units: t.n, known: t.n, y: t.y, d: t.d, yy: t.yy, yd: t.yd, dd: t.dd, centre: 0.0 }
}

/// The sums over buckets, with the buckets where rows are clustered.
#[must_use]
pub fn arm(buckets: &[Tally], clustered: bool) -> Arm {
    let mut all = Tally::default();
    for bucket in buckets {
        all.absorb(bucket);
    }
    let buckets = if clustered { buckets.iter().map(|b| (b.y, b.d)).collect() } else { Vec::new() };
    Arm { sums: sums(&all), buckets }
}

//! The first rows in the order of one key, without sorting the others.

use ::polars::prelude::{DataType, IdxSize, Series};

use super::super::super::sketch::ordered;
use super::super::super::{broken, codes};
use crate::engine::{EngineError, Ticket};

/// The first `most` rows in the order of a key, ties in the order of the rows and nulls last, as sorting gives them.
/// `None` for keys that are neither numbers nor moments.
pub fn rows(key: &Series, descending: bool, most: usize, ticket: &Ticket) -> Result<Option<Vec<IdxSize>>, EngineError> {
    let bad = |e: ::polars::prelude::PolarsError| broken(&e);
    let ranks: Box<dyn Iterator<Item = Option<u64>>> = match key.dtype() {
        DataType::Float64 => Box::new(key.f64().map_err(bad)?.iter().map(|x| x.map(ordered))),
        DataType::UInt32 => Box::new(key.u32().map_err(bad)?.iter().map(|x| x.map(u64::from))),
        t if t.is_integer() || t.is_temporal() => {
            let whole = key.to_physical_repr().cast(&DataType::Int64).map_err(bad)?;
            let ranks: Vec<Option<u64>> = whole.i64().map_err(bad)?.iter().map(|x| x.map(of_whole)).collect();
            Box::new(ranks.into_iter())
        }
        _ => return Ok(None),
    };
    let mut first = First { most, kept: Vec::with_capacity(2 * most), limit: u64::MAX };
    let mut nulls: Vec<IdxSize> = Vec::new();
    for (row, rank) in ranks.enumerate() {
        if row.is_multiple_of(codes::STRIDE) {
            ticket.check()?;
        }
        match rank {
            Some(rank) => first.offer(if descending { !rank } else { rank }, codes::number(row)),
            None if nulls.len() < most => nulls.push(codes::number(row)),
            None => {}
        }
    }
    let mut rows = first.finish();
    rows.extend(nulls);
    rows.truncate(most);
    Ok(Some(rows))
}

/// The smallest of what was offered, in order.
struct First {
    most: usize,
    kept: Vec<(u64, IdxSize)>,
    /// What is not below this comes too late: as many are before it as are wanted.
    limit: u64,
}

impl First {
    #[inline]
    fn offer(&mut self, rank: u64, row: IdxSize) {
        if rank >= self.limit && self.limit != u64::MAX {
            return;
        }
        self.kept.push((rank, row));
        if self.kept.len() >= 2 * self.most {
            self.shrink();
        }
    }

    fn shrink(&mut self) {
        self.kept.sort_unstable();
        self.kept.truncate(self.most);
        if let (Some((last, _)), true) = (self.kept.last(), self.kept.len() == self.most) {
            self.limit = *last;
        }
    }

    fn finish(mut self) -> Vec<IdxSize> {
        self.shrink();
        self.kept.into_iter().map(|(_, row)| row).collect()
    }
}

/// A number whose order is that of the whole numbers with a sign.
fn of_whole(x: i64) -> u64 {
    x.cast_unsigned() ^ (1 << 63)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ::polars::prelude::{NamedFrom, SortOptions};

    use super::*;

    /// Rows of few and of many values, upwards, downwards and shuffled, are those that sorting puts first.
    #[test]
    fn the_first_rows_are_those_of_the_whole_order() {
        let mut x: u64 = 7;
        let mut next = || {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            x >> 33
        };
        let shuffled: Vec<u64> = (0..20_000).map(|_| next()).collect();
        let some = |i: usize, x: f64| (i % 7 != 3).then_some(x);
        #[allow(clippy::cast_precision_loss)]
        let floats = |f: &dyn Fn(usize) -> f64| -> Series {
            Series::new("x".into(), (0..20_000).map(|i| some(i, f(i))).collect::<Vec<Option<f64>>>())
        };
        #[allow(clippy::cast_precision_loss)]
        let keys = [
            floats(&|i| i as f64),
            floats(&|i| -(i as f64)),
            floats(&|i| (shuffled[i] % 50) as f64 - 25.0),
            floats(&|i| shuffled[i] as f64 / 1e6 - 1000.0),
            floats(&|i| if i % 2 == 0 { 0.0 } else { -0.0 }),
            Series::new("x".into(), (0..20_000i64).map(|i| (i * 7919) % 1000 - 500).collect::<Vec<_>>()),
            Series::new("x".into(), (0..20_000u32).map(|i| (i * 7919) % 30).collect::<Vec<_>>()),
            // Fewer values than are wanted, and none.
            Series::new("x".into(), (0..20_000i64).map(|i| (i < 5).then_some(-i)).collect::<Vec<_>>()),
            Series::new("x".into(), vec![None::<f64>; 300]),
        ];
        for key in &keys {
            for descending in [false, true] {
                let options = SortOptions::default()
                    .with_order_descending(descending)
                    .with_nulls_last(true)
                    .with_maintain_order(true);
                let sorted: Vec<IdxSize> = key.arg_sort(options).into_no_null_iter().take(256).collect();
                let first = rows(key, descending, 256, &Ticket::default()).unwrap().unwrap();
                assert_eq!(first, sorted, "{key} {descending}");
            }
        }
        assert!(rows(&Series::new("x".into(), ["a"]), false, 3, &Ticket::default()).unwrap().is_none());
    }
}

//! Columns of numbers in short runs of known values, so that every step over them is a plain loop in the nearest cache.

use ::polars::prelude::{DataType, Series, TimeUnit};

use super::super::{broken, codes};
use crate::engine::EngineError;

/// Values of a run.
const LENGTH: usize = 1024;

/// A run of values, none of them missing.
pub struct Run<'a> {
    /// What tells values apart: equal values have equal keys, different ones different keys.
    pub keys: &'a [u64],
    /// The values; dates and moments in seconds since 1970, true as 1.
    pub numbers: &'a [f64],
    /// Their rows in the part.
    pub rows: &'a [u32],
}

/// Calls `each` with the values of a part that a mask keeps, run by run; gives how many of the kept rows have none.
/// `None` where the column holds no numbers.
///
/// # Errors
/// When the library can't convert the column, which its types rule out.
pub fn runs(
    series: &Series,
    mask: Option<&[bool]>,
    each: &mut dyn FnMut(&Run<'_>),
) -> Result<Option<u64>, EngineError> {
    let bad = |e| broken(&e);
    let mut room = Room::new(mask, each);
    match series.dtype() {
        DataType::Int64 => {
            for chunk in series.i64().map_err(bad)?.downcast_iter() {
                room.take(chunk.values(), chunk.validity().map(|v| v.iter()), whole);
            }
        }
        DataType::Float64 => {
            for chunk in series.f64().map_err(bad)?.downcast_iter() {
                room.take(chunk.values(), chunk.validity().map(|v| v.iter()), |x: f64| ((x + 0.0).to_bits(), x));
            }
        }
        DataType::Date => {
            let days = series.to_physical_repr();
            for chunk in days.i32().map_err(bad)?.downcast_iter() {
                let valid = chunk.validity().map(|v| v.iter());
                room.take(chunk.values(), valid, |x: i32| (whole(x.into()).0, f64::from(x) * 86_400.0));
            }
        }
        DataType::Datetime(unit, _) | DataType::Duration(unit) => {
            let second = match unit {
                TimeUnit::Nanoseconds => 1e9,
                TimeUnit::Microseconds => 1e6,
                TimeUnit::Milliseconds => 1e3,
            };
            let ticks = series.to_physical_repr();
            for chunk in ticks.i64().map_err(bad)?.downcast_iter() {
                let valid = chunk.validity().map(|v| v.iter());
                room.take(chunk.values(), valid, |x: i64| (whole(x).0, whole(x).1 / second));
            }
        }
        _ => {
            let Some(values) = codes::numbers(series)? else { return Ok(None) };
            room.take(&values, None::<std::iter::Empty<bool>>, |x: f64| ((x + 0.0).to_bits(), x));
        }
    }
    Ok(Some(room.finish()))
}

/// A whole number's key and value.
#[allow(clippy::cast_precision_loss)]
fn whole(x: i64) -> (u64, f64) {
    (x.cast_unsigned(), x as f64)
}

struct Room<'a> {
    keys: Vec<u64>,
    numbers: Vec<f64>,
    rows: Vec<u32>,
    /// Places of these that are taken.
    taken: usize,
    /// Row of the part that comes next.
    row: usize,
    missing: u64,
    mask: Option<&'a [bool]>,
    each: &'a mut dyn FnMut(&Run<'_>),
}

impl<'a> Room<'a> {
    fn new(mask: Option<&'a [bool]>, each: &'a mut dyn FnMut(&Run<'_>)) -> Self {
        // One place more: what is left out is written where the next one will be.
        let places = LENGTH + 1;
        let (keys, numbers, rows) = (vec![0; places], vec![0.0; places], vec![0; places]);
        Self { keys, numbers, rows, taken: 0, row: 0, missing: 0, mask, each }
    }

    fn take<T: Copy>(
        &mut self,
        values: &[T],
        mut valid: Option<impl Iterator<Item = bool>>,
        read: impl Fn(T) -> (u64, f64),
    ) {
        for piece in values.chunks(LENGTH) {
            if valid.is_none() && self.mask.is_none() && self.whole(piece, &read) {
                continue;
            }
            let first = self.row;
            let kept = self.mask.map(|m| m.get(first..first + piece.len()).unwrap_or_default());
            let mut left_out = 0;
            for (i, value) in piece.iter().enumerate() {
                let (key, number) = read(*value);
                let wanted = kept.is_none_or(|k| k.get(i).copied().unwrap_or(false));
                let known = valid.as_mut().is_none_or(|v| v.next().unwrap_or(false)) && !number.is_nan();
                if let (Some(k), Some(n), Some(r)) =
                    (self.keys.get_mut(self.taken), self.numbers.get_mut(self.taken), self.rows.get_mut(self.taken))
                {
                    (*k, *n, *r) = (key, number, codes::number(first + i));
                }
                // No branch on what is missing, which comes at random.
                self.taken += usize::from(wanted & known);
                left_out += usize::from(wanted & !known);
                if self.taken == LENGTH {
                    self.hand_out();
                }
            }
            self.row += piece.len();
            self.missing += left_out as u64;
        }
    }

    /// Hands a piece out as it is; false where it has something that is no number.
    fn whole<T: Copy>(&mut self, piece: &[T], read: &impl Fn(T) -> (u64, f64)) -> bool {
        self.hand_out();
        for ((value, key), number) in piece.iter().zip(&mut self.keys).zip(&mut self.numbers) {
            (*key, *number) = read(*value);
        }
        let numbers = self.numbers.get(..piece.len()).unwrap_or_default();
        if numbers.iter().fold(false, |any, x| any | x.is_nan()) {
            return false;
        }
        let first = codes::number(self.row);
        for (row, number) in self.rows.iter_mut().zip(first..) {
            *row = number;
        }
        self.taken = piece.len();
        self.row += piece.len();
        self.hand_out();
        true
    }

    fn hand_out(&mut self) {
        if self.taken > 0 {
            let n = self.taken;
            let (keys, numbers, rows) = (self.keys.get(..n), self.numbers.get(..n), self.rows.get(..n));
            (self.each)(&Run {
                keys: keys.unwrap_or_default(),
                numbers: numbers.unwrap_or_default(),
                rows: rows.unwrap_or_default(),
            });
            self.taken = 0;
        }
    }

    fn finish(mut self) -> u64 {
        self.hand_out();
        self.missing
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use ::polars::prelude::NamedFrom;

    use super::*;

    fn collected(series: &Series, mask: Option<&[bool]>) -> (Vec<(f64, u32)>, u64) {
        let mut out = Vec::new();
        let missing = runs(series, mask, &mut |run| {
            assert!(run.keys.len() == run.rows.len() && run.rows.len() == run.numbers.len());
            out.extend(run.numbers.iter().copied().zip(run.rows.iter().copied()));
        });
        (out, missing.unwrap().unwrap())
    }

    #[test]
    fn runs_leave_out_what_is_missing_or_masked() {
        let values: Vec<Option<f64>> =
            (0..3000u32).map(|i| (i % 7 != 0).then(|| if i % 11 == 0 { f64::NAN } else { f64::from(i) })).collect();
        let series = Series::new("x".into(), values.clone());
        let known = |i: u32| values.get(i as usize).copied().flatten().filter(|x| !x.is_nan()).map(|x| (x, i));
        let (found, missing) = collected(&series, None);
        assert_eq!(found, (0..3000).filter_map(known).collect::<Vec<_>>());
        assert_eq!(missing + found.len() as u64, 3000);
        let mask: Vec<bool> = (0..3000).map(|i| i % 3 == 0).collect();
        let (found, missing) = collected(&series, Some(&mask));
        assert_eq!(found, (0..3000).step_by(3).filter_map(known).collect::<Vec<_>>());
        assert_eq!(missing + found.len() as u64, 1000);
    }

    #[test]
    fn pieces_without_gaps_come_whole_and_in_order() {
        let mut two = Series::new("x".into(), (0..1500i64).collect::<Vec<_>>());
        two.append(&Series::new("x".into(), (1500..2100i64).collect::<Vec<_>>())).unwrap();
        let (found, missing) = collected(&two, None);
        assert_eq!(found, (0..2100u32).map(|i| (f64::from(i), i)).collect::<Vec<_>>());
        assert_eq!(missing, 0);
        let texts = Series::new("x".into(), ["a", "b"]);
        assert!(runs(&texts, None, &mut |_| ()).unwrap().is_none());
    }
}

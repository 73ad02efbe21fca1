//! Rows from anywhere in a table, in the order asked: a page of a sorted table has its rows all over the file.

use ::polars::prelude::{Column, DataFrame, IdxCa, IdxSize};

use super::super::broken;
use super::{Store, Table};
use crate::engine::EngineError;

impl Table {
    /// Some columns of some rows, in the order asked. The rows must exist.
    ///
    /// # Errors
    /// As [`Table::series`].
    pub fn gather(&self, rows: &[usize], names: &[&str]) -> Result<DataFrame, EngineError> {
        match &self.store {
            Store::Layer(layer) => return layer.gather(self, rows, names),
            Store::Memory(frame) => {
                let frame = frame.select(names.iter().copied()).map_err(|e| broken(&e))?;
                return frame.take(&places(rows.iter().copied())).map_err(|e| broken(&e));
            }
            Store::Parquet(parts) => {
                // A page in file order need not read more than itself.
                if let Some((part, place)) = self.together(rows)
                    && !self.is_recent(part, names)
                {
                    return parts.slice(part, place, rows.len(), names);
                }
            }
            Store::Files(_) | Store::Several(_) | Store::Coat(_) => {}
        }
        self.scattered(rows, names)
    }

    /// The part and the place in it, where rows follow each other in one part.
    fn together(&self, rows: &[usize]) -> Option<(usize, usize)> {
        let (first, last) = (*rows.first()?, *rows.last()?);
        let (part, place) = self.place(first);
        let joined = rows.windows(2).all(|w| matches!(w, [a, b] if a + 1 == *b));
        (joined && self.place(last).0 == part).then_some((part, place))
    }

    /// Reads each part once, several at a time, and puts the rows into the order asked.
    pub fn scattered(&self, rows: &[usize], names: &[&str]) -> Result<DataFrame, EngineError> {
        let mut wanted: Vec<(usize, usize, usize)> = rows
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let (part, place) = self.place(*row);
                (part, place, at)
            })
            .collect();
        wanted.sort_unstable();
        let groups: Vec<&[(usize, usize, usize)]> = wanted.chunk_by(|a, b| a.0 == b.0).collect();
        let threads = std::thread::available_parallelism().map_or(2, usize::from).clamp(1, 4);
        let each = groups.len().div_ceil(threads).max(1);
        let one = |groups: &[&[(usize, usize, usize)]]| -> Result<Vec<DataFrame>, EngineError> {
            let read = |group: &&[(usize, usize, usize)]| {
                let part = group.first().map_or(0, |(part, _, _)| *part);
                let frame = self.frame(part, names)?;
                frame.take(&places(group.iter().map(|(_, place, _)| *place))).map_err(|e| broken(&e))
            };
            groups.iter().map(read).collect()
        };
        let found: Vec<Result<Vec<DataFrame>, EngineError>> = std::thread::scope(|scope| {
            let mut running = Vec::new();
            for groups in groups.chunks(each).skip(1) {
                // Its panics are taken for the library's own.
                let thread = std::thread::Builder::new().name("polars rows".into());
                running.push(thread.spawn_scoped(scope, move || one(groups)));
            }
            let mut found: Vec<_> = groups.chunks(each).take(1).map(one).collect();
            found.extend(running.into_iter().map(|thread| {
                let dead = || EngineError::input("Rows of the table can't be read.", "Open it again.");
                thread.map_err(|_| dead())?.join().map_err(|_| dead())?
            }));
            found
        });
        let mut out = self.without_rows().select(names.iter().copied()).map_err(|e| broken(&e))?;
        for frame in found {
            for frame in frame? {
                out.vstack_mut(&frame).map_err(|e| broken(&e))?;
            }
        }
        out.rechunk_mut();
        let mut back = vec![0; rows.len()];
        for (i, (_, _, at)) in wanted.iter().enumerate() {
            if let Some(slot) = back.get_mut(*at) {
                *slot = i;
            }
        }
        out.take(&places(back.into_iter())).map_err(|e| broken(&e))
    }
}

/// Row numbers as the library takes them.
pub fn places(rows: impl Iterator<Item = usize>) -> IdxCa {
    let rows: Vec<IdxSize> = rows.map(|r| IdxSize::try_from(r).unwrap_or(IdxSize::MAX)).collect();
    IdxCa::from_vec("rows".into(), rows)
}

/// A frame of columns that all have so many rows.
pub fn frame_of(rows: usize, columns: Vec<Column>) -> Result<DataFrame, EngineError> {
    DataFrame::new(rows, columns).map_err(|e| broken(&e))
}

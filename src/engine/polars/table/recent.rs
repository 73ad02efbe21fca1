//! Columns of parts that were read lately, within a room of bytes.

use std::collections::HashMap;

use ::polars::prelude::Column;

/// Keeps what was used last.
pub struct Recent {
    room: usize,
    used: usize,
    clock: u64,
    kept: HashMap<(usize, String), Kept>,
}

struct Kept {
    column: Column,
    bytes: usize,
    at: u64,
}

impl Recent {
    pub fn new(room: usize) -> Self {
        Self { room, used: 0, clock: 0, kept: HashMap::new() }
    }

    pub fn get(&mut self, part: usize, name: &str) -> Option<Column> {
        self.clock += 1;
        let kept = self.kept.get_mut(&(part, name.to_owned()))?;
        kept.at = self.clock;
        Some(kept.column.clone())
    }

    /// Keeps a column; what was not used for longest gives way.
    pub fn put(&mut self, part: usize, column: &Column) {
        let bytes = column.as_materialized_series().estimated_size();
        if bytes > self.room / 2 {
            return;
        }
        while self.used + bytes > self.room {
            let Some(oldest) = self.kept.iter().min_by_key(|(_, k)| k.at).map(|(key, _)| key.clone()) else { break };
            if let Some(gone) = self.kept.remove(&oldest) {
                self.used -= gone.bytes;
            }
        }
        self.clock += 1;
        let kept = Kept { column: column.clone(), bytes, at: self.clock };
        if let Some(before) = self.kept.insert((part, column.name().to_string()), kept) {
            self.used -= before.bytes;
        }
        self.used += bytes;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn column(name: &str, rows: usize) -> Column {
        Column::new(name.into(), vec![0i64; rows])
    }

    #[test]
    fn the_oldest_gives_way() {
        let mut recent = Recent::new(column("x", 100).as_materialized_series().estimated_size() * 3);
        for name in ["a", "b", "c"] {
            recent.put(0, &column(name, 100));
        }
        assert!(recent.get(0, "a").is_some());
        recent.put(0, &column("d", 100));
        assert!(recent.get(0, "b").is_none() && recent.get(0, "a").is_some() && recent.get(0, "d").is_some());
        assert!(recent.get(1, "a").is_none());
        recent.put(0, &column("huge", 1000));
        assert!(recent.get(0, "huge").is_none());
    }
}

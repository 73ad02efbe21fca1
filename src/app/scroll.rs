//! Where a list or table stands: the selected row and the part that is in sight.
//!
//! The application moves the selection; drawing says how many rows there was room for. That is kept
//! beside the selection in a [`Cell`], so that drawing needs no mutable application, page moves need
//! no size, and the rows in sight stay put until the selection leaves them.

use std::cell::Cell;
use std::ops::Range;

use super::hits::Spot;

/// A selection that scrolls. Nothing here goes into a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scroll {
    selected: usize,
    seen: Cell<Seen>,
    /// Where its rows were drawn, one line each.
    spot: Cell<Spot>,
}

/// What the last drawing showed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Seen {
    first: usize,
    height: usize,
}

impl Scroll {
    /// A selection on the given row.
    pub fn at(selected: usize) -> Self {
        Self { selected, ..Self::default() }
    }

    /// The selected row of `len`; `None` when there are no rows.
    pub fn selected(&self, len: usize) -> Option<usize> {
        len.checked_sub(1).map(|last| self.selected.min(last))
    }

    /// Selects a row; one past the end is the last.
    pub fn select(&mut self, row: usize) {
        self.selected = row;
    }

    /// Moves by rows, stopping at the ends of `len` rows.
    pub fn step(&mut self, by: isize, len: usize) {
        let now = self.selected(len).unwrap_or(0);
        self.selected = now.saturating_add_signed(by).min(len.saturating_sub(1));
    }

    /// Moves by pages of what was last drawn, keeping one row in common.
    pub fn page(&mut self, by: isize, len: usize) {
        let page = isize::try_from(self.height().saturating_sub(1).max(1)).unwrap_or(1);
        self.step(by.saturating_mul(page), len);
    }

    /// Moves by half pages of what was last drawn.
    pub fn half_page(&mut self, by: isize, len: usize) {
        let half = isize::try_from((self.height() / 2).max(1)).unwrap_or(1);
        self.step(by.saturating_mul(half), len);
    }

    /// To the first row.
    pub fn home(&mut self) {
        self.selected = 0;
    }

    /// To the last row.
    pub fn end(&mut self, len: usize) {
        self.selected = len.saturating_sub(1);
    }

    /// Rows in sight at the last drawing.
    pub fn height(&self) -> usize {
        self.seen.get().height
    }

    /// The rows to draw in `height` lines: as before, moved just so far that the selection is in
    /// sight. Remembers what it said.
    pub fn window(&self, len: usize, height: usize) -> Range<usize> {
        let selected = self.selected(len).unwrap_or(0);
        let mut first = self.seen.get().first.min(len.saturating_sub(height));
        if selected < first {
            first = selected;
        } else if height > 0 && selected - first >= height {
            first = selected + 1 - height;
        }
        self.seen.set(Seen { first, height });
        first..len.min(first.saturating_add(height))
    }

    /// Notes where the rows were drawn, one line each.
    pub fn drawn_at(&self, spot: impl Into<Spot>) {
        self.spot.set(spot.into());
    }

    /// The row drawn at a cell of the screen.
    pub fn row_under(&self, column: u16, row: u16, len: usize) -> Option<usize> {
        let spot = self.spot.get();
        spot.holds(column, row).then(|| self.row_at(usize::from(row - spot.y), len))?
    }

    /// The row drawn at a line of the window, for the mouse.
    pub fn row_at(&self, line: usize, len: usize) -> Option<usize> {
        let seen = self.seen.get();
        let row = seen.first.checked_add(line)?;
        (line < seen.height && row < len).then_some(row)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_window_moves_only_when_the_selection_leaves_it() {
        let mut scroll = Scroll::default();
        assert_eq!(scroll.window(100, 10), 0..10);
        scroll.step(9, 100);
        assert_eq!(scroll.window(100, 10), 0..10);
        scroll.step(1, 100);
        assert_eq!(scroll.window(100, 10), 1..11);
        scroll.step(-5, 100);
        assert_eq!(scroll.window(100, 10), 1..11);
        scroll.home();
        assert_eq!(scroll.window(100, 10), 0..10);
        scroll.end(100);
        assert_eq!(scroll.window(100, 10), 90..100);
    }

    #[test]
    fn pages_keep_one_row_and_stop_at_the_ends() {
        let mut scroll = Scroll::default();
        scroll.window(100, 10);
        scroll.page(1, 100);
        assert_eq!(scroll.selected(100), Some(9));
        scroll.page(-3, 100);
        assert_eq!(scroll.selected(100), Some(0));
        scroll.half_page(1, 100);
        assert_eq!(scroll.selected(100), Some(5));
    }

    #[test]
    fn a_list_that_shrinks_keeps_a_valid_selection() {
        let mut scroll = Scroll::at(50);
        assert_eq!(scroll.selected(3), Some(2));
        assert_eq!(scroll.selected(0), None);
        assert_eq!(scroll.window(0, 5), 0..0);
        scroll.step(1, 3);
        assert_eq!(scroll.selected(3), Some(2));
    }

    #[test]
    fn a_click_finds_its_row() {
        let scroll = Scroll::at(20);
        scroll.window(30, 5);
        assert_eq!(scroll.row_at(0, 30), Some(16));
        assert_eq!(scroll.row_at(4, 30), Some(20));
        assert_eq!(scroll.row_at(5, 30), None);
    }

    proptest! {
        #[test]
        fn the_selection_is_always_in_sight(
            len in 0usize..50, moves in proptest::collection::vec((-60isize..60, 0usize..20, 0usize..50), 0..20)
        ) {
            let mut scroll = Scroll::default();
            let mut len = len;
            for (by, height, new_len) in moves {
                scroll.step(by, len);
                let window = scroll.window(len, height);
                prop_assert!(window.end <= len && window.len() <= height);
                if let Some(selected) = scroll.selected(len) && height > 0 {
                    prop_assert!(window.contains(&selected));
                    prop_assert_eq!(window.len(), height.min(len));
                }
                len = new_len;
            }
        }
    }
}

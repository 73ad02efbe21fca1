//! Where things stand on the screen, noted while they are drawn, so that a click finds them and no geometry is written
//! twice.

use std::cell::RefCell;

use super::Screen;
use super::key::Key;

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spot {
    /// First cell from the left.
    pub x: u16,
    /// First cell from the top.
    pub y: u16,
    /// Cells across.
    pub width: u16,
    /// Cells down.
    pub height: u16,
}

impl Spot {
    /// Whether a cell lies in it.
    #[must_use]
    pub fn holds(self, column: u16, row: u16) -> bool {
        let within = |at: u16, from: u16, len: u16| at.checked_sub(from).is_some_and(|d| d < len);
        within(column, self.x, self.width) && within(row, self.y, self.height)
    }
}

/// What a click at a place means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The screen itself: a list that was drawn there knows its rows.
    Body,
    /// A stage in the first line.
    Stage(Screen),
    /// A row of the list that has the keys.
    Row(usize),
    /// A tab.
    Tab(usize),
    /// A key: a hint of the last line.
    Key(Key),
    /// A command, by its id.
    Command(&'static str),
    /// A row of what floats on top.
    PopupRow(usize),
    /// A field of the form on top.
    Field(usize),
    /// Something floats here that takes no clicks.
    Nothing,
}

/// All places of the last drawing. Drawing needs no mutable application: it writes here.
#[derive(Debug, Default)]
pub struct Hits(RefCell<Vec<(Spot, Target)>>);

impl Hits {
    /// Forgets all places, before a new drawing or under something that floats.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Notes a place; a later one lies above an earlier one.
    pub fn note(&self, spot: impl Into<Spot>, target: Target) {
        self.0.borrow_mut().push((spot.into(), target));
    }

    /// What stands at a cell.
    #[must_use]
    pub fn at(&self, column: u16, row: u16) -> Option<Target> {
        self.0.borrow().iter().rev().find(|(spot, _)| spot.holds(column, row)).map(|(_, target)| *target)
    }

    /// Where a target stands; for tests.
    #[must_use]
    pub fn place_of(&self, target: Target) -> Option<Spot> {
        self.0.borrow().iter().rev().find(|(_, t)| *t == target).map(|(spot, _)| *spot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upper_one_has_the_click() {
        let hits = Hits::default();
        hits.note(Spot { x: 0, y: 0, width: 10, height: 5 }, Target::Body);
        hits.note(Spot { x: 2, y: 1, width: 3, height: 1 }, Target::Row(4));
        assert_eq!(hits.at(2, 1), Some(Target::Row(4)));
        assert_eq!(hits.at(5, 1), Some(Target::Body));
        assert_eq!(hits.at(10, 1), None);
        assert!(!Spot { x: u16::MAX, y: 0, width: u16::MAX, height: 1 }.holds(0, 0));
        hits.clear();
        assert_eq!(hits.at(2, 1), None);
    }
}

//! Rows that moved: found between two frames, so that the terminal moves them itself and they need not be sent again.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;

/// Cells that a moving of rows must save, since it costs some twenty bytes itself.
const WORTH: usize = 40;
/// Rows are looked for at most so far from where they were.
const FARTHEST: usize = 20;

/// Rows of a region that all move by the same number of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shift {
    /// The rows, over the full width.
    pub region: Range<u16>,
    /// Lines by which they move up; down where negative.
    pub up: i32,
}

/// The moving of rows after which least has to be sent; none where it saves nothing.
pub(super) fn find(shown: &Buffer, wanted: &Buffer) -> Option<Shift> {
    if shown.area != wanted.area || shown.area.width == 0 {
        return None;
    }
    let width = usize::from(shown.area.width);
    let rows: Vec<&[Cell]> = shown.content.chunks(width).collect();
    let now: Vec<&[Cell]> = wanted.content.chunks(width).collect();
    let changed: Vec<usize> = (0..rows.len()).map(|y| differing(rows[y], now[y])).collect();
    let first = changed.iter().position(|n| *n > 0)?;
    let last = changed.iter().rposition(|n| *n > 0)? + 1;
    let without: usize = changed.iter().sum();
    if last - first < 3 || without < 2 * WORTH {
        return None;
    }
    let blank = vec![Cell::EMPTY; width];
    let mut best: Option<(usize, i32)> = None;
    let most = (last - first - 1).min(FARTHEST);
    for lines in 1..=most {
        for up in [true, false] {
            let mut cost = 0;
            let limit = best.map_or(without, |(cost, _)| cost);
            for (y, wanted) in now.iter().enumerate().take(last).skip(first) {
                let from = if up { Some(y + lines) } else { y.checked_sub(lines) };
                let row = from.filter(|y| (first..last).contains(y)).map_or(blank.as_slice(), |y| rows[y]);
                cost += differing(row, wanted);
                if cost + WORTH > limit {
                    break;
                }
            }
            if cost + WORTH <= limit {
                let lines = i32::try_from(lines).unwrap_or(0);
                best = Some((cost, if up { lines } else { -lines }));
            }
        }
    }
    let (_, up) = best?;
    let row = |y: usize| u16::try_from(y).unwrap_or(u16::MAX);
    Some(Shift { region: row(first)..row(last), up })
}

fn differing(a: &[Cell], b: &[Cell]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a != b).count()
}

/// The frame as it stands once the terminal has moved the rows; what comes in is blank.
pub(super) fn apply(shown: &mut Buffer, shift: &Shift) {
    let width = usize::from(shown.area.width);
    let area: Rect = shown.area;
    let (first, last) = (usize::from(shift.region.start), usize::from(shift.region.end.min(area.height)));
    let before = shown.content.clone();
    for y in first..last {
        let from = i64::try_from(y).unwrap_or(0) + i64::from(shift.up);
        let row = usize::try_from(from).ok().filter(|y| (first..last).contains(y));
        for x in 0..width {
            shown.content[y * width + x] = match row {
                Some(from) => before[from * width + x].clone(),
                None => Cell::EMPTY,
            };
        }
    }
}

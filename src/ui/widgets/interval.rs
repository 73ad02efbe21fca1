//! An estimate with its interval on an axis: `├──●──┤`.

use crate::ui::glyphs::Glyphs;

/// An interval from `lo` to `hi` with its estimate `mid`, drawn on an axis from `axis_lo` to
/// `axis_hi` in exactly `cells` cells, so that rows that share an axis can be compared. An end
/// beyond the axis is `‹` or `›`; an interval shorter than a cell is the point alone. An unknown end
/// (not a number) is left out, an unknown estimate leaves a blank line.
pub fn interval_line(lo: f64, mid: f64, hi: f64, axis_lo: f64, axis_hi: f64, cells: usize, glyphs: &Glyphs) -> String {
    let mut row = vec![" "; cells];
    let span = axis_hi - axis_lo;
    if cells == 0 {
        return String::new();
    }
    if mid.is_nan() || !span.is_finite() || span <= 0.0 {
        return row.concat();
    }
    let place = |v: f64| cell_of(v, axis_lo, axis_hi, cells);
    let point = place(mid);
    let from = if lo.is_nan() { point } else { place(lo).min(point) };
    let to = if hi.is_nan() { point } else { place(hi).max(point) };
    for cell in row.iter_mut().take(to).skip(from) {
        *cell = glyphs.line;
    }
    let mut set = |at: usize, glyph: &'static str| {
        if let Some(cell) = row.get_mut(at) {
            *cell = glyph;
        }
    };
    if !lo.is_nan() {
        set(from, if lo < axis_lo { glyphs.off_left } else { glyphs.left_end });
    }
    if !hi.is_nan() {
        set(to, if hi > axis_hi { glyphs.off_right } else { glyphs.right_end });
    }
    set(
        point,
        match mid {
            _ if mid < axis_lo => glyphs.off_left,
            _ if mid > axis_hi => glyphs.off_right,
            _ => glyphs.point,
        },
    );
    row.concat()
}

/// The cell of a value on an axis of `cells` cells; values beyond it stand at its ends.
pub fn cell_of(v: f64, axis_lo: f64, axis_hi: f64, cells: usize) -> usize {
    let last = cells.saturating_sub(1);
    let share = ((v - axis_lo) / (axis_hi - axis_lo)).clamp(0.0, 1.0);
    ((share * last as f64).round() as usize).min(last)
}

/// A common axis for several intervals: from the least end to the greatest, with a little room.
/// `include` is a value that the axis must hold, such as 0 or the overall level.
pub fn axis(intervals: impl IntoIterator<Item = (f64, f64)>, include: Option<f64>) -> (f64, f64) {
    let ends = intervals.into_iter().flat_map(|(lo, hi)| [lo, hi]).chain(include);
    match super::shapes::bounds(ends) {
        None => (0.0, 1.0),
        Some((lo, hi)) if hi > lo => {
            let room = (hi - lo) * 0.02;
            (lo - room, hi + room)
        }
        Some((v, _)) => {
            let room = (v.abs() * 0.5).max(0.5);
            (v - room, v + room)
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::text::width;
    use proptest::prelude::*;

    fn line(lo: f64, mid: f64, hi: f64) -> String {
        interval_line(lo, mid, hi, 0.0, 10.0, 11, &Glyphs::unicode())
    }

    #[test]
    fn intervals_stand_on_the_axis() {
        assert_eq!(line(2.0, 5.0, 8.0), "  ├──●──┤  ");
        assert_eq!(line(5.0, 5.0, 5.0), "     ●     ");
        assert_eq!(line(4.9, 5.0, 5.1), "     ●     ");
        assert_eq!(line(5.0, 5.0, 7.0), "     ●─┤   ");
        assert_eq!(line(-4.0, 5.0, 99.0), "‹────●────›");
        assert_eq!(line(-9.0, -8.0, -7.0), "‹          ");
        assert_eq!(line(11.0, 12.0, 13.0), "          ›");
        assert_eq!(line(f64::NAN, 5.0, 7.0), "     ●─┤   ");
        assert_eq!(line(1.0, f64::NAN, 2.0), "           ");
        assert_eq!(interval_line(2.0, 5.0, 8.0, 0.0, 10.0, 11, &Glyphs::ascii()), "  |--o--|  ");
    }

    #[test]
    fn the_axis_holds_every_end() {
        assert_eq!(axis([], None), (0.0, 1.0));
        let (lo, hi) = axis([(2.0, 4.0), (3.0, 12.0)], Some(0.0));
        assert!(lo <= 0.0 && hi >= 12.0);
        let (lo, hi) = axis([(5.0, 5.0)], None);
        assert!(lo < 5.0 && hi > 5.0);
    }

    proptest! {
        #[test]
        fn any_numbers_take_the_cells(v in proptest::array::uniform5(any::<f64>()), cells in 0usize..30) {
            let [lo, mid, hi, a, b] = v;
            prop_assert_eq!(width(&interval_line(lo, mid, hi, a, b, cells, &Glyphs::unicode())), cells);
        }
    }
}

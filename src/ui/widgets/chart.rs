//! A line over time in braille dots, with its band dim behind it. What is drawn over the band has a rim free of its dots,
//! so that line, rules and band are told apart without colour.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::draw::{put, put_right};
use super::shapes::bounds;
use crate::ui::text;
use crate::ui::theme::Theme;

/// A time series. Draws the value axis at the left (greatest and least value), the first and last
/// time below, and the line between. Values that are no numbers are gaps.
pub struct Chart<'a> {
    /// Points as (time, value), in order of time.
    pub line: &'a [(f64, f64)],
    /// A band as (time, low, high), in order of time; may be empty.
    pub band: &'a [(f64, f64, f64)],
    /// Times to mark with a vertical line, such as the start of a change.
    pub marks: &'a [f64],
    /// A level to mark with a horizontal line, such as the target.
    pub level: Option<f64>,
    /// How the value axis writes a value.
    pub value: &'a dyn Fn(f64) -> String,
    /// What stands under the first and the last time.
    pub ends: (&'a str, &'a str),
    /// The last stretch of the line is not complete yet: it is drawn in single dots.
    pub open_end: bool,
    /// Ink of the line.
    pub style: Style,
}

/// Dots of a dash, and from one dash to the next.
const DASH: (usize, usize) = (3, 6);
/// Of a stretch that is not complete every so many dots are drawn.
const OPEN: usize = 4;
/// So many dots above and below the line are free of the band where it is wide, and where it is narrow.
const RIM: (usize, usize) = (2, 1);
/// A band of so many dots is wide.
const WIDE: usize = 12;

/// Widest label that the value axis may take, in cells.
const LABEL: u16 = 12;

impl Chart<'_> {
    /// Draws the chart; nothing where there is no room or no finite point.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, theme: &Theme) {
        let area = area.intersection(buf.area);
        let Some(((x0, x1), (y0, y1))) = self.range() else { return };
        let (top, bottom) = ((self.value)(y1), (self.value)(y0));
        let wide = text::width(&top).max(text::width(&bottom));
        let label = u16::try_from(wide).unwrap_or(LABEL).min(LABEL);
        // Labels are worth their cells only where a plot is left.
        let (label, gap) = if area.width > label + 8 { (label, 1) } else { (0, 0) };
        let footer = u16::from(area.height > 2);
        let plot =
            Rect { x: area.x + label + gap, y: area.y, width: area.width - label - gap, height: area.height - footer };
        if plot.is_empty() {
            return;
        }
        if label > 0 {
            let axis = Rect { width: label, height: plot.height, ..area };
            put_right(buf, axis, 0, &top, theme.dim);
            if plot.height > 1 {
                put_right(buf, axis, plot.height - 1, &bottom, theme.dim);
            }
            self.level_label(axis, (y0, y1), buf, theme);
        }
        if footer > 0 {
            let under = Rect { y: area.bottom() - 1, height: 1, ..plot };
            let first = put(buf, under, 0, 0, self.ends.0, theme.dim);
            if usize::from(first) + 1 + text::width(self.ends.1) <= usize::from(under.width) {
                put_right(buf, under, 0, self.ends.1, theme.dim);
            }
        }
        let mut grid = Grid::new(plot, theme.glyphs.unicode, (x0, x1), (y0, y1));
        self.plot(&mut grid);
        let tall = |(_, low, high): &(f64, f64, f64)| grid.row(*low).abs_diff(grid.row(*high));
        let whole: usize = self.band.iter().map(tall).sum();
        grid.thin(if whole >= WIDE * self.band.len() { RIM.0 } else { RIM.1 });
        grid.paint(buf, [self.style, theme.text, theme.rule]);
    }

    /// The level's value beside its line, where the ends of the axis leave it a row.
    fn level_label(&self, axis: Rect, (y0, y1): (f64, f64), buf: &mut Buffer, theme: &Theme) {
        let Some(level) = self.level.filter(|v| v.is_finite()) else { return };
        let rows = usize::from(axis.height);
        let row = rows.saturating_sub(1) - scale(level, (y0, y1), rows);
        let words = (self.value)(level);
        if row > 0 && row + 1 < rows && text::width(&words) <= usize::from(axis.width) {
            put_right(buf, axis, u16::try_from(row).unwrap_or(0), &words, theme.text);
        }
    }

    fn plot(&self, grid: &mut Grid) {
        for mark in self.marks.iter().filter(|v| v.is_finite()) {
            let x = grid.column(*mark);
            for y in 0..grid.rows {
                grid.set(x, y, Dot::Rule);
            }
        }
        if let Some(level) = self.level.filter(|v| v.is_finite()) {
            let y = grid.row(level);
            // In dashes, so that it is no part of the data.
            for x in 0..grid.columns {
                grid.set(x, y, if x % DASH.1 < DASH.0 { Dot::Rule } else { Dot::Gap });
            }
        }
        for pair in self.band.windows(2) {
            let [(ax, alo, ahi), (bx, blo, bhi)] = *pair else { continue };
            if ![ax, alo, ahi, bx, blo, bhi].into_iter().all(f64::is_finite) {
                continue;
            }
            let (from, to) = (grid.column(ax), grid.column(bx));
            for x in from..=to.max(from) {
                let share = if to > from { (x - from) as f64 / (to - from) as f64 } else { 0.0 };
                let low = grid.row(alo + (blo - alo) * share);
                let high = grid.row(ahi + (bhi - ahi) * share);
                // Every other dot: the band is a shade, not a body.
                for y in high.min(low)..=low.max(high) {
                    if (x + y) % 2 == 0 {
                        grid.set(x, y, Dot::Faint);
                    }
                }
            }
        }
        let last = self.line.len().saturating_sub(2);
        for (i, pair) in self.line.windows(2).enumerate() {
            let [(ax, ay), (bx, by)] = *pair else { continue };
            if [ax, ay, bx, by].into_iter().all(f64::is_finite) {
                let every = if self.open_end && i == last { OPEN } else { 1 };
                grid.segment((grid.column(ax), grid.row(ay)), (grid.column(bx), grid.row(by)), every);
            }
        }
        for &(x, y) in self.line {
            if x.is_finite() && y.is_finite() {
                grid.set(grid.column(x), grid.row(y), Dot::Line);
            }
        }
    }

    /// The ranges of time and value that hold all that is drawn; never empty ranges.
    fn range(&self) -> Option<((f64, f64), (f64, f64))> {
        let times = self.line.iter().map(|p| p.0).chain(self.band.iter().map(|p| p.0));
        let values = self.line.iter().map(|p| p.1).chain(self.band.iter().flat_map(|p| [p.1, p.2])).chain(self.level);
        let widen = |(lo, hi): (f64, f64)| {
            if hi > lo { (lo, hi) } else { (lo - 0.5 * lo.abs().max(1.0), hi + 0.5 * hi.abs().max(1.0)) }
        };
        Some((widen(bounds(times)?), widen(bounds(values)?)))
    }
}

/// A dot, the stronger the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dot {
    Faint,
    /// Between two dashes: nothing, and nothing of the band.
    Gap,
    Rule,
    Line,
}

/// Dots behind the cells of a plot: 2 × 4 to a cell in braille, one to a cell in ASCII.
struct Grid {
    plot: Rect,
    unicode: bool,
    columns: usize,
    rows: usize,
    x: (f64, f64),
    y: (f64, f64),
    dots: Vec<Option<Dot>>,
}

impl Grid {
    fn new(plot: Rect, unicode: bool, x: (f64, f64), y: (f64, f64)) -> Self {
        let (across, down) = if unicode { (2, 4) } else { (1, 1) };
        let (columns, rows) = (usize::from(plot.width) * across, usize::from(plot.height) * down);
        Self { plot, unicode, columns, rows, x, y, dots: vec![None; columns * rows] }
    }

    /// The dot column of a time, within the grid.
    fn column(&self, x: f64) -> usize {
        scale(x, self.x, self.columns)
    }

    /// The dot row of a value, counted from the top.
    fn row(&self, y: f64) -> usize {
        self.rows.saturating_sub(1) - scale(y, self.y, self.rows)
    }

    fn set(&mut self, x: usize, y: usize, dot: Dot) {
        if x < self.columns
            && let Some(cell) = self.dots.get_mut(y * self.columns + x)
            && *cell != Some(Dot::Line)
            && (dot != Dot::Faint || cell.is_none())
        {
            *cell = Some(dot);
        }
    }

    /// Takes the band's dots away around the line and the rules. In ASCII their signs differ already.
    fn thin(&mut self, rim: usize) {
        if !self.unicode {
            return;
        }
        for at in 0..self.dots.len() {
            let Some(Some(dot)) = self.dots.get(at).copied() else { continue };
            if dot == Dot::Faint {
                continue;
            }
            let (x, y) = (at % self.columns, at / self.columns);
            for y in y.saturating_sub(rim)..=y + rim {
                self.clear(x, y);
            }
            if dot == Dot::Rule {
                self.clear(x + 1, y);
                self.clear(x.wrapping_sub(1), y);
            }
        }
    }

    /// Takes a dot of the band away.
    fn clear(&mut self, x: usize, y: usize) {
        if x < self.columns
            && let Some(dot) = self.dots.get_mut(y * self.columns + x)
            && *dot == Some(Dot::Faint)
        {
            *dot = None;
        }
    }

    /// A straight line between two dots, one dot for every so many steps of its longer side.
    fn segment(&mut self, a: (usize, usize), b: (usize, usize), every: usize) {
        let steps = a.0.abs_diff(b.0).max(a.1.abs_diff(b.1));
        for step in (0..=steps).step_by(every) {
            let share = if steps == 0 { 0.0 } else { step as f64 / steps as f64 };
            let between = |from: usize, to: usize| (from as f64 + (to as f64 - from as f64) * share).round() as usize;
            self.set(between(a.0, b.0), between(a.1, b.1), Dot::Line);
        }
    }

    fn dot(&self, x: usize, y: usize) -> Option<Dot> {
        self.dots.get(y * self.columns + x).copied().flatten()
    }

    /// Paints in the styles of the line, the rules and the band.
    fn paint(&self, buf: &mut Buffer, [line, rule, faint]: [Style; 3]) {
        // Bits of a braille cell by (row, column): Unicode 15, block U+2800.
        const BITS: [[u32; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        for cy in 0..usize::from(self.plot.height) {
            for cx in 0..usize::from(self.plot.width) {
                let mut bits = 0;
                let mut strongest: Option<Dot> = None;
                if self.unicode {
                    for (dy, row) in BITS.iter().enumerate() {
                        for (dx, bit) in row.iter().enumerate() {
                            if let Some(dot) = self.dot(cx * 2 + dx, cy * 4 + dy).filter(|dot| *dot != Dot::Gap) {
                                bits |= bit;
                                strongest = strongest.max(Some(dot));
                            }
                        }
                    }
                } else if let Some(dot) = self.dot(cx, cy).filter(|dot| *dot != Dot::Gap) {
                    bits = 1;
                    strongest = Some(dot);
                }
                let (ascii, style) = match strongest {
                    Some(Dot::Line) => ('*', line),
                    Some(Dot::Rule) => ('-', rule),
                    _ => ('.', faint),
                };
                let glyph = match (bits, self.unicode) {
                    (0, _) => continue,
                    (bits, true) => char::from_u32(0x2800 + bits).unwrap_or(ascii),
                    (_, false) => ascii,
                };
                let at = (self.plot.x + cx as u16, self.plot.y + cy as u16);
                if let Some(cell) = buf.cell_mut(at) {
                    cell.set_char(glyph).set_style(style);
                }
            }
        }
    }
}

/// The place of `v` of a range among `n` places.
fn scale(v: f64, (lo, hi): (f64, f64), n: usize) -> usize {
    let last = n.saturating_sub(1);
    // Halves first: the difference of two huge numbers may overflow.
    let share = (v / 2.0 - lo / 2.0) / (hi / 2.0 - lo / 2.0);
    ((share.clamp(0.0, 1.0) * last as f64).round() as usize).min(last)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::glyphs::Glyphs;
    use crate::ui::theme::{Depth, Ground};
    use crate::ui::widgets::fuzz::lines;

    fn chart<'a>(line: &'a [(f64, f64)], band: &'a [(f64, f64, f64)]) -> Chart<'a> {
        Chart {
            line,
            band,
            marks: &[],
            level: None,
            value: &|v| format!("{v:.0}"),
            ends: ("Mon", "Sun"),
            open_end: false,
            style: Style::new(),
        }
    }

    #[test]
    fn a_rising_line_goes_from_corner_to_corner() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 12, 3));
        let area = buf.area;
        chart(&[(0.0, 0.0), (1.0, 10.0)], &[]).draw(area, &mut buf, &Theme::dark());
        let drawn = lines(&buf);
        assert_eq!(drawn[2], "   Mon   Sun");
        assert!(drawn[0].starts_with("10 ") && drawn[1].starts_with(" 0 "), "{drawn:?}");
        assert!(!drawn[0].ends_with(' ') && drawn[1].chars().nth(3) != Some(' '), "{drawn:?}");
        assert_eq!(drawn[0].chars().nth(3), Some(' '));
    }

    #[test]
    fn ascii_draws_one_dot_to_a_cell() {
        let theme = Theme::new(Ground::Dark, Depth::Mono, Glyphs::ascii());
        let mut buf = Buffer::empty(Rect::new(0, 0, 3, 2));
        let area = buf.area;
        chart(&[(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)], &[]).draw(area, &mut buf, &theme);
        assert_eq!(lines(&buf), [" * ", "* *"]);
    }

    #[test]
    fn the_band_is_faint_and_the_line_is_not() {
        let theme = Theme::dark();
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 2));
        let area = buf.area;
        let mut chart = chart(&[(0.0, 1.0), (1.0, 1.0)], &[(0.0, 0.0, 2.0), (1.0, 0.0, 2.0)]);
        chart.style = theme.accent;
        chart.draw(area, &mut buf, &theme);
        let styles: Vec<_> = buf.content.iter().map(|cell| cell.fg).collect();
        assert!(styles.contains(&theme.accent.fg.unwrap()) && styles.contains(&theme.rule.fg.unwrap()));
    }

    #[test]
    fn without_colour_the_line_is_told_from_its_band_and_from_the_level() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 30, 9));
        let area = buf.area;
        let mut chart = chart(&[(0.0, 5.0), (1.0, 5.0)], &[(0.0, 0.0, 10.0), (1.0, 0.0, 10.0)]);
        chart.level = Some(8.0);
        chart.draw(area, &mut buf, &Theme::mono());
        let drawn = lines(&buf);
        // The line's row holds the line and its rim: no dot of the band touches it.
        assert!(drawn.iter().any(|l| l.contains("⣁⣁⣁⣁⣁⣁⣁⣁") && !l.contains('⢕')), "{drawn:#?}");
        // Nor does one stand between the dashes of the level.
        assert!(drawn.iter().any(|l| l.contains("⠤⠄ ⠤⠄ ⠤⠄") && !l.contains('⢕')), "{drawn:#?}");
        assert!(drawn[0].contains('⢕') && drawn[6].contains('⢕'), "the band is there above and below: {drawn:#?}");
        let label = drawn.iter().position(|l| l.trim_start().starts_with("8 ")).expect("the level has its value");
        assert!(label > 0 && label < 4, "{drawn:#?}");
    }

    #[test]
    fn a_stretch_that_is_not_complete_is_drawn_in_single_dots() {
        let dots = |open_end: bool| {
            let mut buf = Buffer::empty(Rect::new(0, 0, 40, 6));
            let area = buf.area;
            let mut chart = chart(&[(0.0, 0.0), (1.0, 0.0), (2.0, 0.0)], &[]);
            chart.open_end = open_end;
            chart.draw(area, &mut buf, &Theme::mono());
            let drawn = lines(&buf).concat();
            drawn.chars().filter(|c| ('\u{2801}'..='\u{28ff}').contains(c)).count()
        };
        assert!(dots(true) < dots(false) * 4 / 5, "{} of {}", dots(true), dots(false));
    }

    #[test]
    fn gaps_and_endless_values_are_left_out() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 6, 2));
        let area = buf.area;
        chart(&[(0.0, f64::NAN), (1.0, f64::INFINITY)], &[]).draw(area, &mut buf, &Theme::dark());
        assert_eq!(lines(&buf), ["      ", "      "]);
        chart(&[(0.0, f64::MAX), (1.0, f64::MIN), (2.0, 0.0)], &[]).draw(area, &mut buf, &Theme::dark());
        assert_ne!(lines(&buf), ["      ", "      "]);
    }
}

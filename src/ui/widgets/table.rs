//! A table: columns that fit, a header, a selected row over its full width, scrolling both ways.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::draw::{below, put, row_of, select};
use crate::app::scroll::Scroll;
use crate::ui::text::{self, Align};
use crate::ui::theme::Theme;

/// A column as it is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column<'a> {
    /// Header; the unit goes here, not into the cells.
    pub title: Cow<'a, str>,
    /// A second line of the header, such as type and unit; that line is there where any column has one.
    pub under: Cow<'a, str>,
    /// Where header and cells stand.
    pub align: Align,
    /// Cells below which the column is not narrowed.
    pub min: u16,
    /// Cells that it wants; keep these stable while numbers stream in.
    pub want: u16,
    /// Does it take cells that are left over?
    pub grow: bool,
}

impl<'a> Column<'a> {
    /// A left-aligned column that wants `want` cells and may shrink to half of them.
    pub fn text(title: impl Into<Cow<'a, str>>, want: u16) -> Self {
        Self {
            title: title.into(),
            under: Cow::Borrowed(""),
            align: Align::Left,
            min: want.div_ceil(2),
            want,
            grow: false,
        }
    }

    /// A right-aligned column that keeps its `want` cells: a cut number is a wrong number.
    pub fn number(title: impl Into<Cow<'a, str>>, want: u16) -> Self {
        Self { title: title.into(), under: Cow::Borrowed(""), align: Align::Right, min: want, want, grow: false }
    }

    /// The same column, taking what cells are left over.
    #[must_use]
    pub fn grows(mut self) -> Self {
        self.grow = true;
        self
    }
}

/// One cell: its text and its ink.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell<'a> {
    /// What it says; cleaned and fitted when drawn.
    pub text: Cow<'a, str>,
    /// Its ink.
    pub style: Style,
}

impl<'a> Cell<'a> {
    /// A cell in ordinary ink.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), style: Style::new() }
    }

    /// A cell in the given ink.
    pub fn styled(text: impl Into<Cow<'a, str>>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

/// A table over rows that the caller holds.
pub struct Table<'a> {
    /// All columns, in order.
    pub columns: &'a [Column<'a>],
    /// Number of rows.
    pub len: usize,
    /// Columns at the left that stay when the others scroll.
    pub frozen: usize,
    /// Does it have the keys?
    pub focused: bool,
    /// Is one column selected too (a data table), or only rows (a list)?
    pub pick_column: bool,
}

/// Blanks between two columns.
const GAP: u16 = 2;
/// Blank, cursor, blank before the first column.
const MARGIN: u16 = 3;

impl Table<'_> {
    /// Draws header and rows in sight. `cell` is asked only for what is in sight, by row and column.
    pub fn draw<'c>(
        &self,
        area: Rect,
        buf: &mut Buffer,
        theme: &Theme,
        rows: &Scroll,
        columns: &Scroll,
        mut cell: impl FnMut(usize, usize) -> Cell<'c>,
    ) {
        let area = area.intersection(buf.area);
        if area.is_empty() {
            return;
        }
        let places = self.places(area.width, columns);
        let picked = if self.pick_column { columns.selected(self.columns.len()) } else { None };
        self.header(row_of(area, 0), buf, theme, &places, picked);
        let double = self.columns.iter().any(|c| !c.under.is_empty()) && area.height > 3;
        if double {
            self.under(row_of(area, 1), buf, theme, &places);
        }
        let body = below(area, if double { 2 } else { 1 });
        let window = rows.window(self.len, usize::from(body.height));
        rows.drawn_at(body);
        for (line, row) in (0..body.height).zip(window) {
            let place = row_of(body, line);
            for spot in &places.shown {
                let Some(column) = self.columns.get(spot.column) else { continue };
                let content = cell(row, spot.column);
                let fitted = text::fit_to(&content.text, usize::from(spot.width), column.align);
                put(buf, place, spot.x, 0, &fitted, content.style);
            }
            if places.divider_at > 0 {
                put(buf, place, places.divider_at, 0, theme.glyphs.corners[5], theme.rule);
            }
            if rows.selected(self.len) == Some(row) {
                put(buf, place, 1, 0, theme.glyphs.cursor, theme.accent);
                if self.focused {
                    select(buf, place, theme);
                }
            }
        }
    }

    fn header(&self, area: Rect, buf: &mut Buffer, theme: &Theme, places: &Places, picked: Option<usize>) {
        for spot in &places.shown {
            let Some(column) = self.columns.get(spot.column) else { continue };
            let fitted = text::fit_to(&column.title, usize::from(spot.width), column.align);
            let style = if picked == Some(spot.column) { theme.focus } else { theme.dim };
            put(buf, area, spot.x, 0, &fitted, style);
        }
        if places.before {
            put(buf, area, places.before_at, 0, theme.glyphs.off_left, theme.accent);
        }
        if places.after && area.width > 0 {
            put(buf, area, area.width - 1, 0, theme.glyphs.off_right, theme.accent);
        }
    }

    fn under(&self, area: Rect, buf: &mut Buffer, theme: &Theme, places: &Places) {
        for spot in &places.shown {
            let Some(column) = self.columns.get(spot.column) else { continue };
            let fitted = text::fit_to(&column.under, usize::from(spot.width), column.align);
            put(buf, area, spot.x, 0, &fitted, theme.rule);
        }
    }

    /// Where the line behind the frozen columns stands, in a data table; 0 where there is none.
    fn divider(&self, shown: &[Spot], frozen: usize) -> u16 {
        if !self.pick_column || frozen == 0 {
            return 0;
        }
        shown.get(frozen).map_or(0, |spot| spot.x.saturating_sub(GAP))
    }

    /// Which columns are drawn where. All of them when they fit, narrowed to their least where that
    /// helps; else the frozen ones and those around the selected one.
    fn places(&self, width: u16, scroll: &Scroll) -> Places {
        let room = width.saturating_sub(MARGIN);
        let all: Vec<usize> = (0..self.columns.len()).collect();
        if self.least(&all) <= u32::from(room) {
            let shown = self.share(&all, room);
            let divider_at = self.divider(&shown, self.frozen);
            return Places { shown, divider_at, ..Places::default() };
        }
        let frozen: Vec<usize> = all.iter().copied().take(self.frozen).collect();
        let free: Vec<usize> = all.iter().copied().skip(self.frozen).collect();
        // A frozen part that leaves no room for others is not frozen.
        let (frozen, free) =
            if self.least(&frozen) * 3 > u32::from(room) * 2 { (Vec::new(), all) } else { (frozen, free) };
        let chosen = scroll.selected(self.columns.len()).unwrap_or(0).saturating_sub(frozen.len());
        let fits = |from: usize, to: usize| {
            let mut shown = frozen.clone();
            shown.extend(free.get(from..to).unwrap_or_default());
            // One cell stays for the mark at the right edge.
            self.least(&shown) < u32::from(room)
        };
        // The window as it was, moved just so far that the selected column is in sight.
        let mut from = scroll.window(free.len(), 1).start.min(chosen);
        while from < chosen && !fits(from, chosen + 1) {
            from += 1;
        }
        let mut to = (from + 1).min(free.len());
        while to < free.len() && fits(from, to + 1) {
            to += 1;
        }
        let mut shown = frozen.clone();
        shown.extend(free.get(from..to).unwrap_or_default());
        let after = to < free.len();
        let shown = self.share(&shown, room.saturating_sub(u16::from(after)));
        let before_at = shown.get(frozen.len()).map_or(0, |spot| spot.x.saturating_sub(1));
        let divider_at = self.divider(&shown, frozen.len());
        Places { shown, before: from > 0, before_at, after, divider_at }
    }

    /// Cells that columns need at least, with the blanks between.
    fn least(&self, shown: &[usize]) -> u32 {
        let cells: u32 = shown.iter().filter_map(|i| self.columns.get(*i)).map(|c| u32::from(c.min.min(c.want))).sum();
        cells + u32::from(GAP) * (shown.len() as u32).saturating_sub(1)
    }

    /// Widths for the shown columns: what they want, narrowed from the widest margin down, and what
    /// is left over to those that grow.
    fn share(&self, shown: &[usize], room: u16) -> Vec<Spot> {
        let columns: Vec<&Column<'_>> = shown.iter().filter_map(|i| self.columns.get(*i)).collect();
        let gaps = usize::from(GAP) * columns.len().saturating_sub(1);
        let room = usize::from(room).saturating_sub(gaps);
        let mut widths: Vec<usize> = columns.iter().map(|c| usize::from(c.want)).collect();
        let mut total: usize = widths.iter().sum();
        while total > room {
            let slack = |i: usize, w: usize| columns.get(i).map_or(0, |c| w.saturating_sub(usize::from(c.min)));
            let widest = widths.iter().copied().enumerate().max_by_key(|(i, w)| slack(*i, *w));
            match widest.filter(|(i, w)| slack(*i, *w) > 0) {
                Some((i, w)) => {
                    if let Some(width) = widths.get_mut(i) {
                        *width = w - 1;
                    }
                    total -= 1;
                }
                None => break,
            }
        }
        let growing = columns.iter().filter(|c| c.grow).count();
        if growing > 0 && total < room {
            let (each, mut odd) = ((room - total) / growing, (room - total) % growing);
            for (width, _) in widths.iter_mut().zip(&columns).filter(|(_, c)| c.grow) {
                *width += each + usize::from(odd > 0);
                odd = odd.saturating_sub(1);
            }
        }
        let mut x = usize::from(MARGIN);
        let mut spots = Vec::with_capacity(widths.len());
        for (column, width) in shown.iter().zip(widths) {
            let narrow = |v: usize| u16::try_from(v).unwrap_or(u16::MAX);
            spots.push(Spot { column: *column, x: narrow(x), width: narrow(width) });
            x += width + usize::from(GAP);
        }
        spots
    }
}

/// A drawn column: which, from where, how wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spot {
    column: usize,
    x: u16,
    width: u16,
}

#[derive(Debug, Default)]
struct Places {
    shown: Vec<Spot>,
    /// Are there columns out of sight at the left, and where to say so.
    before: bool,
    before_at: u16,
    /// Are there columns out of sight at the right?
    after: bool,
    /// Where the line behind the frozen columns stands; 0 where there is none.
    divider_at: u16,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::widgets::fuzz::lines;
    use ratatui::style::Modifier;

    fn drawn(width: u16, table: &Table<'_>, column: usize) -> Vec<String> {
        let mut buf = Buffer::empty(Rect::new(0, 0, width, 3));
        let area = buf.area;
        table.draw(area, &mut buf, &Theme::mono(), &Scroll::at(1), &Scroll::at(column), |row, column| {
            Cell::new(if column == 0 { format!("name{row}") } else { format!("{}", row * 1000 + column) })
        });
        lines(&buf)
    }

    fn columns() -> Vec<Column<'static>> {
        vec![Column::text("name", 8), Column::number("n", 6), Column::number("null", 6), Column::number("KPI", 6)]
    }

    #[test]
    fn numbers_stand_at_the_right_under_their_header() {
        let columns = columns();
        let table = Table { columns: &columns, len: 2, frozen: 1, focused: true, pick_column: false };
        assert_eq!(
            drawn(36, &table, 0),
            [
                "   name           n    null     KPI ",
                "   name0          1       2       3 ",
                " ▸ name1       1001    1002    1003 ",
            ]
        );
    }

    #[test]
    fn names_shrink_before_anything_scrolls_and_numbers_never() {
        let columns = columns();
        let table = Table { columns: &columns, len: 2, frozen: 1, focused: true, pick_column: false };
        assert_eq!(drawn(31, &table, 0)[1], "   nam…       1       2       3");
        let columns = [Column::text("name", 8).grows(), Column::number("n", 6)];
        let table = Table { columns: &columns, len: 2, frozen: 0, focused: true, pick_column: false };
        assert_eq!(drawn(31, &table, 0)[1], "   name0                      1");
    }

    #[test]
    fn the_selected_column_scrolls_into_sight_beside_the_frozen_one() {
        let columns = columns();
        let table = Table { columns: &columns, len: 2, frozen: 1, focused: true, pick_column: true };
        assert_eq!(drawn(24, &table, 0)[0], "   name       n    null›");
        let header = &drawn(24, &table, 3)[0];
        assert!(
            header.contains("name") && header.contains("KPI") && header.contains('‹') && !header.contains('›'),
            "{header}"
        );
    }

    #[test]
    fn the_selected_row_is_marked_over_its_full_width() {
        let columns = columns();
        let table = Table { columns: &columns, len: 2, frozen: 0, focused: true, pick_column: false };
        let mut buf = Buffer::empty(Rect::new(0, 0, 40, 3));
        let area = buf.area;
        table.draw(area, &mut buf, &Theme::mono(), &Scroll::at(0), &Scroll::default(), |_, _| Cell::default());
        assert!((0..40).all(|x| buf[(x, 1)].modifier.contains(Modifier::REVERSED)));
        assert!((0..40).all(|x| !buf[(x, 2)].modifier.contains(Modifier::REVERSED)));
    }
}

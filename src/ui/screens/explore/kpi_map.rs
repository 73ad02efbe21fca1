//! The KPI by two columns crossed: in each cell the level, how high it is among the others, and the rows.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::kpi::{FEW, Grid};
use crate::query::KpiGroup;
use crate::ui::text::{self, Align};
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, row_of, select};
use crate::ui::widgets::shapes::bounds;

/// Blank cells between two columns.
const GAP: u16 = 2;
/// Widest cell: wider ones tear the map apart.
const WIDEST: u16 = 24;

/// What all cells of the map share.
struct Map<'a> {
    grid: Grid<'a>,
    /// The least and the greatest level.
    range: (f64, f64),
    worst: Option<&'a KpiGroup>,
    best: Option<&'a KpiGroup>,
    /// Cells of a level with its brackets, and of a number of rows.
    wide: (u16, u16),
}

impl<'a> Map<'a> {
    fn new(grid: Grid<'a>) -> Self {
        let result = grid.result();
        let widest = |words: &dyn Fn(&KpiGroup) -> String| {
            let wide = result.groups.iter().map(|g| text::width(&words(g))).max().unwrap_or(0);
            u16::try_from(wide).unwrap_or(u16::MAX)
        };
        let ranked = grid.ranked();
        // Where all levels are one, none is best.
        let apart = ranked.first().zip(ranked.last()).is_some_and(|((_, a), (_, b))| a != b);
        Self {
            range: bounds(ranked.iter().map(|(_, v)| *v)).unwrap_or((0.0, 0.0)),
            worst: ranked.first().filter(|_| apart).map(|(g, _)| *g),
            best: ranked.last().filter(|_| apart).map(|(g, _)| *g),
            wide: (widest(&|g| level(&grid, g)), widest(&|g| format::count(g.n))),
            grid,
        }
    }

    /// The narrowest cell with level and rows in one line, or one under the other.
    fn narrowest(&self, one_line: bool) -> u16 {
        let level = 2 + self.wide.0 + 1;
        if one_line { level + 1 + self.wide.1 } else { level.max(self.wide.1) }
    }

    /// A cell: how high the level is, the level, whether it is the best or the worst, and the rows.
    fn cell(&self, group: &KpiGroup, theme: &Theme, area: Rect, one_line: bool, buf: &mut Buffer) {
        let same = |other: Option<&KpiGroup>| other.is_some_and(|o| std::ptr::eq(o, group));
        let (mark, ink) = match group {
            g if g.n < FEW => ("", theme.dim),
            g if same(self.worst) && g.n >= FEW => (theme.glyphs.down, theme.bad.add_modifier(Modifier::BOLD)),
            _ if same(self.best) => (theme.glyphs.up, theme.good.add_modifier(Modifier::BOLD)),
            _ => ("", theme.text),
        };
        let height = group.level.value.filter(|_| group.n >= FEW).map_or(" ", |v| self.block(v, theme));
        put(buf, area, 0, 0, height, theme.accent);
        let words = level(&self.grid, group);
        let mut x = 2 + put(buf, area, 2, 0, &text::fit_right(&words, usize::from(self.wide.0)), ink);
        x += put(buf, area, x, 0, &text::fit(mark, 1), ink);
        let rows = format::count(group.n);
        if one_line {
            let rows = text::fit_right(&rows, usize::from(self.wide.1));
            put(buf, area, x + 1, 0, &rows, theme.dim);
        } else {
            put(buf, area, 0, 1, &text::fit_right(&rows, usize::from(2 + self.wide.0)), theme.dim);
        }
    }

    /// A block the higher the greater the level is among all cells.
    fn block(&self, level: f64, theme: &Theme) -> &'static str {
        let (low, high) = self.range;
        let share = if high > low { (level / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0) } else { 0.5 };
        let last = theme.glyphs.column.len() - 1;
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let at = (share.clamp(0.0, 1.0) * last as f64).round() as usize;
        theme.glyphs.column.get(at).copied().unwrap_or(" ")
    }
}

/// A level; in brackets where few rows stand behind it.
fn level(grid: &Grid<'_>, group: &KpiGroup) -> String {
    let words = format::level(&grid.result().kpi, group.level.value);
    if group.n < FEW { format!("({words})") } else { words }
}

/// Draws the map with the selected cell in full below it. Returns the rows used.
pub fn draw(app: &App, grid: Grid<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let map = Map::new(grid);
    let Some((at_row, at_column)) = grid.cursor(app) else { return 0 };
    let ((down_name, down), (across_name, across)) = (grid.down, grid.across);
    let names = down.iter().map(|v| text::width(&text::clean(&v.to_string()))).chain([text::width(down_name)]).max();
    let name = u16::try_from(names.unwrap_or(0)).unwrap_or(u16::MAX).clamp(4, (area.width / 4).max(4));
    let free = area.width.saturating_sub(name + GAP);
    let count = u16::try_from(across.len()).unwrap_or(u16::MAX).max(1);
    // Head, the line of the selected cell with a blank before it, and what the marks say.
    let notes = notes(&grid, theme);
    let lines = area.height.saturating_sub(4 + u16::try_from(notes.len()).unwrap_or(0)).max(1);
    let fair = (free / count).saturating_sub(GAP);
    let tall = u16::try_from(down.len()).unwrap_or(u16::MAX).saturating_mul(2) <= lines;
    let one_line = !(tall && map.narrowest(true) > fair);
    let least = map.narrowest(one_line);
    let widest = across.iter().map(|v| text::width(&text::clean(&v.to_string()))).max().unwrap_or(0);
    let wanted = u16::try_from(widest).unwrap_or(WIDEST).min(WIDEST).min(fair);
    let cell = least.max(wanted);
    let room = usize::from((free / (cell + GAP)).max(1));
    let kpi = &app.views.explore.kpi;
    let shown = kpi.at.1.window(across.len(), room);
    let head = row_of(area, 0);
    let more = (
        if shown.start > 0 { theme.glyphs.off_left } else { "" },
        if shown.end < across.len() { theme.glyphs.off_right } else { "" },
    );
    let x = name + GAP;
    let mut used = x + put(buf, head, x, 0, across_name, theme.dim);
    for sign in [more.0, more.1].into_iter().filter(|s| !s.is_empty()) {
        used += 1 + put(buf, head, used + 1, 0, sign, theme.accent);
    }
    let titles = row_of(area, 1);
    put(buf, titles, 0, 0, &text::fit_to(down_name, usize::from(name), Align::Left), theme.dim);
    for (k, column) in shown.clone().enumerate() {
        let x = name + GAP + u16::try_from(k).unwrap_or(0) * (cell + GAP);
        let words = across.get(column).map(ToString::to_string).unwrap_or_default();
        let ink = if column == at_column { theme.title } else { theme.dim };
        // Over the level, so that the eye goes straight down.
        let over = 2 + map.wide.0;
        let wide = text::width(&text::clean(&words));
        let words = if wide < usize::from(over) { text::fit_right(&words, usize::from(over)) } else { words };
        put(buf, titles, x, 0, &text::fit(&text::clean(&words), usize::from(cell)), ink);
    }
    let step = if one_line { 1 } else { 2 };
    let window = kpi.at.0.window(down.len(), usize::from((lines / step).max(1)));
    let body = Rect { height: (lines / step).max(1) * step, ..below(area, 2) };
    if one_line {
        kpi.at.0.drawn_at(body);
    }
    let mut y = 0;
    for row in window {
        let line = Rect { height: step.min(body.height.saturating_sub(y)), ..below(body, y) };
        y += step;
        let words = down.get(row).map(ToString::to_string).unwrap_or_default();
        let ink = if row == at_row { theme.title } else { theme.text };
        put(buf, line, 0, 0, &text::fit_to(&words, usize::from(name), Align::Left), ink);
        for (k, column) in shown.clone().enumerate() {
            let x = name + GAP + u16::try_from(k).unwrap_or(0) * (cell + GAP);
            let slot = Rect { x: line.x + x.min(line.width), width: cell.min(line.width.saturating_sub(x)), ..line };
            match grid.at(row, column) {
                Some(group) => map.cell(group, theme, slot, one_line, buf),
                None => {
                    let none = text::fit_right(theme.glyphs.dot, usize::from(2 + map.wide.0));
                    put(buf, slot, 0, 0, &none, theme.dim);
                }
            }
            if (row, column) == (at_row, at_column) {
                select(buf, Rect { height: 1.min(slot.height), ..slot }, theme);
            }
        }
    }
    let mut at = 2 + y;
    for words in notes {
        at += put_prose(buf, Rect { height: 1, ..below(area, at) }, &words, theme.dim).min(1);
    }
    at += 1;
    at + detail(&grid, app, theme, below(area, at), buf)
}

/// What the marks and the brackets say.
fn notes(grid: &Grid<'_>, theme: &Theme) -> Vec<String> {
    let small = grid.result().groups.iter().filter(|g| g.n < FEW).count();
    let few = match small {
        0 => String::new(),
        1 => format!("   in brackets: fewer than {FEW} rows, 1 cell"),
        n => format!("   in brackets: fewer than {FEW} rows, {n} cells"),
    };
    let marks = format!("{} worst  {} best{few}", theme.glyphs.down, theme.glyphs.up);
    std::iter::once(marks).chain(grid.result().notes.iter().take(1).cloned()).collect()
}

/// The selected cell with its interval. Returns the rows used.
fn detail(grid: &Grid<'_>, app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> u16 {
    let line = row_of(area, 0);
    let mut x = put(buf, line, 0, 0, theme.glyphs.cursor, theme.accent) + 1;
    let mut add = |words: &str, style: Style| x += put(buf, line, x, 0, words, style) + 2;
    match grid.selected(app) {
        Some(group) => {
            add(&format::level_with_interval(&grid.result().kpi, &group.level), theme.text);
            add(&format!("n {}", format::count(group.n)), theme.dim);
            add(&group.label, theme.title);
        }
        None => add("No row is in this cell.", theme.dim),
    }
    line.height
}

//! 3 Explore: the panes over the data.

pub mod cells;
mod change;
mod change_map;
mod checks;
mod clues;
mod column_detail;
mod column_sides;
mod columns;
mod kpi;
mod kpi_map;
mod kpi_trend;
mod leaks;
mod pages;
mod reading;
mod rows;
mod sql;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::analysis::format;
use crate::app::App;
use crate::app::hits::Target;
use crate::app::screens::explore::pages::tab;
use crate::app::screens::explore::{Pane, filter};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_right, row_of};
use crate::ui::widgets::{pane, tabs};

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

/// Fewer cells beside the tabs say nothing of the table.
const LEAST_WORDS: usize = 10;

/// So many cells hold a table's name and size, with the blanks before them.
const WORDS: usize = 24;

/// Draws the screen.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let names: Vec<&str> = Pane::ALL.iter().map(|(_, n)| *n).collect();
    let tab = tab(app);
    let current = Pane::ALL.iter().position(|(p, _)| *p == tab).unwrap_or(0);
    let head = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..row_of(area, 0) };
    let mut tabs_end = head.x;
    // Where the table's name and size would find no room beside them, the tabs move together.
    let tight = usize::from(head.width) < tabs::width(&names) + WORDS;
    for (place, i) in tabs::draw(head, buf, theme, &names, current, tight) {
        tabs_end = tabs_end.max(place.right());
        app.hits.note(place, Target::Tab(i));
    }
    if let (Some(table), Some(info)) = (app.main_table(), app.main_info()) {
        if (info.rows > 0 || info.all_rows > 0) && area.width >= 64 {
            let columns = info.schema.columns.len();
            let all = info.all_rows.max(info.rows);
            // What does not fit beside the tabs is said in fewer words before anything is cut: half a number is a wrong
            // one.
            let room = usize::from(head.right().saturating_sub(tabs_end + 2));
            let (rows, whole) = (format::count(info.rows), format::count(all));
            let said = if info.rows < all {
                vec![format!("{rows} of {whole} rows × {columns}"), format!("{rows} of {whole} rows"), rows.clone()]
            } else if info.opening {
                vec![
                    format!("≈ the first {rows} rows × {columns}, reading …"),
                    format!("≈ first {rows} rows, reading …"),
                    "reading …".to_owned(),
                ]
            } else {
                vec![format!("{rows} rows × {columns}"), format!("{rows} × {columns}"), rows.clone()]
            };
            let table = text::clean(table).into_owned();
            let named = said.iter().map(|s| format!("{table}   {s}"));
            let named: Vec<String> = named.chain(said.iter().skip(1).map(|s| format!("{table} {s}"))).collect();
            let short = said.iter().map(|s| {
                let left = room.saturating_sub(text::width(s) + 2);
                if left >= 5 { format!("{}  {s}", text::cut(&table, left)) } else { s.clone() }
            });
            let words = named.iter().cloned().chain(short).find(|w| text::width(w) <= room);
            if let Some(words) = words.filter(|_| room >= LEAST_WORDS) {
                put_right(buf, head, 0, &words, theme.dim);
            }
        }
    }
    let roomy = area.height >= 18;
    let filtered = filter_line(app, theme, below(area, 1), buf);
    let rest = below(area, if roomy || filtered { 2 } else { 1 });
    if app.views.explore.pane == Pane::Sql {
        return sql::draw(app, theme, rest, buf);
    }
    if app.views.explore.pane == Pane::Reading {
        reading::draw(app, theme, rest, buf);
        return None;
    }
    match app.main_info() {
        None => pane::empty(
            rest,
            buf,
            theme,
            "No data is attached. On 1 Problem, a attaches a CSV, Parquet or JSON Lines file.",
        ),
        Some(info) if info.opening && app.views.explore.pane == Pane::Table && !info.page.rows.is_empty() => {
            rows::draw(app, theme, rest, buf);
        }
        Some(info) if info.opening => {
            pane::empty(rest, buf, theme, "The file is being read … Table shows its first rows.")
        }
        Some(info) if info.failed.is_some() => {
            let why = info.failed.clone().unwrap_or_default();
            pane::empty(rest, buf, theme, &format!("{why} 3 tries again; on 1 Problem, a attaches another file."));
        }
        Some(_) => match app.views.explore.pane {
            Pane::Table | Pane::Sql => rows::draw(app, theme, rest, buf),
            Pane::Columns => columns::draw(app, theme, rest, buf),
            Pane::Kpi => kpi::draw(app, theme, rest, buf),
            Pane::Checks => checks::draw(app, theme, rest, buf),
            Pane::Drivers | Pane::Segments => clues::draw(app, theme, rest, buf),
            Pane::Change => change::draw(app, theme, rest, buf),
            Pane::Leaks => leaks::draw(app, theme, rest, buf),
            Pane::Confounders => pages::draw_confounders(app, theme, rest, buf),
            Pane::Reach => pages::draw_reach(app, theme, rest, buf),
            Pane::Experiment => pages::draw_experiment(app, theme, rest, buf),
            Pane::Reading => reading::draw(app, theme, rest, buf),
        },
    }
    None
}

/// The filter in force, in a line of its own above every pane. Says whether there is one.
fn filter_line(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) -> bool {
    let Some(condition) = filter::filter(app) else { return false };
    let Some(info) = app.main_info() else { return false };
    let (rows, all) = (format::count(info.rows), format::count(info.all_rows));
    let words = format!("{rows} of {all} rows where {condition}");
    let line = row_of(area, 0);
    let fitted = text::fit_to(&words, usize::from(line.width.saturating_sub(2)), text::Align::Left);
    put(buf, line, 1, 0, &fitted, theme.warn);
    true
}

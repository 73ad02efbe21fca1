//! How a file is read: the ways, and the first rows or lines as they come out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::pages::reading::{self, Row, Seen, Source};
use crate::app::scroll::Scroll;
use crate::query::Cell as Value;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_right, row_of};
use crate::ui::widgets::pane;
use crate::ui::widgets::table::{Cell, Column, Table};

/// Rows and lines in sight at least, where there is room for both parts.
const LEAST: u16 = 7;
/// A column of the first rows is at most so wide.
const WIDEST: usize = 24;

/// Draws the page.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some((name, info)) = reading::table(app) else {
        return pane::empty(area, buf, theme, "No data is attached. On 1 Problem, a attaches a file.");
    };
    let inside = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    let format = reading::report(app).map(|r| r.format.clone()).unwrap_or_default();
    let title = format!("How {} is read   {format}", text::clean(name));
    let x = put(buf, inside, 0, 0, &text::fit(&title, usize::from(inside.width)), theme.title);
    if let Some(words) = reading::waiting(app)
        && usize::from(inside.width.saturating_sub(x + 3)) >= text::width(words)
    {
        put_right(buf, inside, 0, words, theme.warn);
    }
    let rows = reading::rows(app);
    let body = below(area, 1 + u16::from(area.height > 20));
    let wanted = u16::try_from(rows.len() + 1).unwrap_or(u16::MAX);
    let room = body.height.saturating_sub(LEAST + 1);
    let above = Rect { height: if body.height > 2 * LEAST { wanted.min(room) } else { body.height }, ..body };
    list(app, theme, &rows, above, buf);
    let under = below(body, above.height);
    if under.height < 3 {
        return;
    }
    let line = Rect { x: inside.x, width: inside.width, ..row_of(under, 0) };
    put(buf, line, 0, 0, &theme.glyphs.line.repeat(usize::from(line.width)), theme.rule);
    let mut part = below(under, 1);
    let view = &app.views.explore.pages.reading;
    if let Some(file) = view.seen_of.as_ref().filter(|f| f.of > 1) {
        let name = text::clean(&file.name);
        put_note(&format!("file {} of {}   f: next file   {name}", file.at + 1, file.of), theme, part, buf);
        part = below(part, 1);
    }
    match &view.seen {
        Some((_, Ok(Some(seen)))) if view.raw => lines(seen, theme, part, buf),
        Some((_, Ok(Some(seen)))) => first_rows(app, seen, theme, part, buf),
        Some((_, Ok(None))) => {
            pane::empty(
                part,
                buf,
                theme,
                "The file says itself how it is read: it holds no text whose form must be made out.",
            );
        }
        Some((_, Err(why))) => pane::empty(part, buf, theme, why),
        None if info.failed.is_some() => pane::empty(part, buf, theme, info.failed.as_deref().unwrap_or_default()),
        None => pane::empty(part, buf, theme, "The first rows are being read …"),
    }
}

fn list(app: &App, theme: &Theme, rows: &[Row], area: Rect, buf: &mut Buffer) {
    let columns = [Column::text("what", 28), Column::text("as", 40).grows(), Column::text("", 8)];
    let table = Table { columns: &columns, len: rows.len(), frozen: 0, focused: true, pick_column: false };
    let view = &app.views.explore.pages.reading;
    let read = reading::report(app);
    table.draw(area, buf, theme, &view.list, &app.views.explore.column, |row, column| {
        let Some(row) = rows.get(row) else { return Cell::default() };
        match (row, column) {
            (Row::Field(field), 0) => Cell::styled(field.title(), theme.dim),
            (Row::Field(field), 1) => {
                let chosen = reading::source(&view.draft, *field) == Source::Chosen;
                Cell::styled(reading::value(&view.draft, read, *field), if chosen { theme.accent } else { theme.text })
            }
            (Row::Field(field), _) => {
                let source = reading::source(&view.draft, *field);
                Cell::styled(source.word(), if source == Source::Chosen { theme.accent } else { theme.dim })
            }
            (Row::Type(name), 0) => Cell::styled(format!("  {name}"), theme.dim),
            (Row::Type(name), 1) => {
                Cell::styled(view.draft.types.get(name).map(|t| t.word()).unwrap_or_default(), theme.accent)
            }
            (Row::Type(_), _) => Cell::styled(Source::Chosen.word(), theme.accent),
            (Row::Fix(fix, on), 0) => {
                let mark = if *on { theme.glyphs.yes } else { theme.glyphs.no };
                let what = match fix.column() {
                    Some(column) => format!("Mend {column}"),
                    None => "Leave out repeated rows".to_owned(),
                };
                Cell::styled(format!("{mark} {what}"), if *on { theme.good } else { theme.text })
            }
            (Row::Fix(fix, _), 1) => match reading::proposal(app, fix) {
                Some(p) => {
                    let s = if p.rows == 1 { "" } else { "s" };
                    Cell::new(format!("{} row{s}: {}", format::count(p.rows), p.why))
                }
                None => Cell::styled(fix.to_string(), theme.accent),
            },
            (Row::Fix(fix, on), _) => match (on, reading::proposal(app, fix)) {
                (true, _) => Cell::styled(Source::Chosen.word(), theme.accent),
                (false, Some(p)) if !p.sure => Cell::styled("perhaps", theme.dim),
                (false, _) => Cell::styled("proposed", theme.warn),
            },
            (Row::Odd, 0) => Cell::styled("Lines that did not fit", theme.dim),
            (Row::Odd, 1) => match read.map_or(0, |r| r.odd.n) {
                0 => Cell::styled("none", theme.dim),
                n => Cell::styled(format!("{}; Enter shows them", format::count(n)), theme.warn),
            },
            (Row::Notes, 0) => Cell::styled("Remarks", theme.dim),
            (Row::Notes, 1) => match read.map(|r| r.notes.as_slice()).unwrap_or_default() {
                [] => Cell::styled("none", theme.dim),
                [one] => Cell::new(one.clone()),
                [first, ..] => Cell::new(format!("{first} …")),
            },
            (Row::Notes, _) => match read.map_or(0, |r| r.notes.len()) {
                n if n > 1 => Cell::styled(format!("{n}"), theme.dim),
                _ => Cell::default(),
            },
            (Row::Odd, _) => Cell::default(),
        }
    });
}

/// The first rows as they would be read, with the types of the columns.
fn first_rows(app: &App, seen: &Seen, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let width = |i: usize, name: &str| {
        let cells = seen.page.rows.iter().filter_map(|r| r.get(i)).map(|c| text::width(&shown(c)));
        cells.chain([text::width(name)]).max().unwrap_or(4).clamp(4, WIDEST)
    };
    let columns: Vec<Column<'_>> = seen
        .schema
        .columns
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let want = u16::try_from(width(i, &c.name)).unwrap_or(4);
            let column = if c.dtype.is_number() {
                Column::number(c.name.as_str(), want)
            } else {
                Column::text(c.name.as_str(), want)
            };
            Column { under: c.dtype.word().into(), min: want, ..column }
        })
        .collect();
    let note = match (seen.whole, app.views.explore.pages.reading.seen.as_ref()) {
        (false, _) => "the beginning of the file as it would be read   v: as it is written",
        _ => "as it would be read   v: as it is written",
    };
    put_note(note, theme, area, buf);
    let still = Scroll::default();
    let table = Table { columns: &columns, len: seen.page.rows.len(), frozen: 0, focused: false, pick_column: false };
    table.draw(below(area, 1), buf, theme, &still, &still, |row, column| {
        match seen.page.rows.get(row).and_then(|r| r.get(column)) {
            Some(Value::Null) => Cell::styled("null", theme.rule),
            Some(cell) => Cell::new(shown(cell)),
            None => Cell::default(),
        }
    });
    // Nothing is selected here.
    let bare = Rect { x: area.x, width: area.width.min(3), ..below(area, 3) };
    for y in bare.top()..bare.bottom() {
        put(buf, Rect { y, height: 1, ..bare }, 0, 0, "   ", theme.text);
    }
}

fn shown(cell: &Value) -> String {
    cell.to_string()
}

fn put_note(words: &str, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let line = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..row_of(area, 0) };
    put(buf, line, 0, 0, &text::fit(words, usize::from(line.width)), theme.dim);
}

/// The first lines as they stand, with their numbers.
fn lines(seen: &Seen, theme: &Theme, area: Rect, buf: &mut Buffer) {
    put_note("as it is written   v: as it would be read", theme, area, buf);
    let room = below(area, 1);
    for (i, line) in seen.lines.iter().enumerate().take(usize::from(room.height)) {
        let y = u16::try_from(i).unwrap_or(u16::MAX);
        let x = put(buf, room, 1, y, &format!("{:>4}  ", i + 1), theme.dim);
        let width = usize::from(room.width.saturating_sub(x + 1));
        put(buf, room, x, y, &text::fit(&text::clean(line), width), theme.text);
    }
}

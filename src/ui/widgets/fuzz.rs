//! Every widget at every small size with text that is trouble: it never panics and never writes
//! outside its area.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::{chart, draw, field, hints, interval, list, pane, popup, shapes, table, tabs, titlebar};
use crate::app::scroll::Scroll;
use crate::ui::glyphs::{Glyphs, to_ascii};
use crate::ui::text::Align;
use crate::ui::theme::{Depth, Ground, Theme};

/// The rows of a buffer as text; the cells that wide glyphs cover are left out.
pub(super) fn lines(buf: &Buffer) -> Vec<String> {
    let mut out = Vec::new();
    for y in buf.area.top()..buf.area.bottom() {
        let mut line = String::new();
        let mut x = buf.area.left();
        while x < buf.area.right() {
            let symbol = buf[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(crate::ui::text::width(symbol).max(1)).unwrap_or(1);
        }
        out.push(line);
    }
    out
}

const NASTY: [&str; 7] = [
    "",
    "churn rate by city",
    "客户流失率 流失",
    "\u{1b}[31m\u{202e}\0\t\n\u{9b}2J",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "👩‍👩‍👧‍👦 👍🏽 \u{1100}\u{1100}\u{1160}\u{11a8}",
    "\u{301}\u{ff9e}\u{200b}\u{feff}\u{e0041}a\u{0600}b",
];

/// All widgets, drawn with one text into one area.
fn each(area: Rect, buf: &mut Buffer, theme: &Theme, s: &str, draw_one: usize) -> bool {
    let scroll = Scroll::at(usize::from(area.height) / 2);
    let hint = hints::Hint { key: s, does: s };
    match draw_one {
        0 => list::draw(area, buf, theme, &scroll, 50, true, |_, _| Line::from(vec![s.into(), s.into()])),
        1 | 2 => {
            let column = |align, want| table::Column {
                title: s.into(),
                under: s.into(),
                align,
                min: 3,
                want,
                grow: want % 2 == 0,
            };
            let columns =
                [column(Align::Left, 9), column(Align::Right, 8), column(Align::Center, 0), column(Align::Left, 30)];
            let pick_column = draw_one == 2;
            let table = table::Table { columns: &columns, len: 30, frozen: draw_one, focused: true, pick_column };
            table.draw(area, buf, theme, &scroll, &Scroll::at(usize::from(area.width) % 5), |_, _| table::Cell::new(s));
        }
        3 => {
            let inside = popup::open(area, buf, theme, s, area.width / 2, area.height / 2);
            assert_eq!(inside.intersection(area), inside);
            draw::put_prose(buf, inside, s, theme.text);
        }
        4 => popup::frame(area, buf, theme, s, true),
        5 | 6 => {
            let message = (draw_one == 6).then_some((hints::Tone::Warn, s));
            hints::Hints { mode: s, status: s, jobs: s, message, keys: &[hint; 8] }.draw(area, buf, theme);
            hints::message(area, buf, theme, hints::Tone::Bad, &hints::message_lines(s, area.width, 2));
        }
        7 => {
            let stages = [s, "Ask", s].map(|name| titlebar::Stage { name, progress: s.to_owned() });
            titlebar::TitleBar { title: s, kpi: &[s.to_owned(), String::new()], stages: &stages, current: Some(1) }
                .draw(area, buf, theme);
        }
        8 => {
            tabs::draw(area, buf, theme, &[s, "a", s, s], usize::from(area.width) % 6, area.width.is_multiple_of(2));
        }
        9 => {
            for cursor in [0, 3, s.len(), usize::MAX] {
                let field = field::Field { label: s, text: s, cursor, placeholder: s, focused: true };
                if let Some(at) = field.draw(area, buf, theme) {
                    assert!(area.contains(at), "cursor {at:?} outside {area:?}");
                }
            }
        }
        10 => {
            let line = [(0.0, 1.0), (1.0, f64::NAN), (2.0, -1e300), (3.0, 1e300), (f64::INFINITY, 0.0)];
            let band = [(0.0, -1.0, 1.0), (3.0, 5.0, f64::INFINITY), (4.0, 1.0, 2.0), (5.0, 3.0, -2.0)];
            let value = |_| s.to_owned();
            let chart = chart::Chart {
                line: &line,
                band: &band,
                marks: &[1.5, f64::NAN],
                level: Some(0.5),
                value: &value,
                ends: (s, s),
                open_end: true,
                style: theme.accent,
            };
            chart.draw(area, buf, theme);
        }
        11 => {
            let rest = pane::title(area, buf, theme, s, s, true);
            pane::rule(area, buf, theme, 3);
            pane::empty(rest, buf, theme, s);
        }
        12 => {
            let cells = usize::from(area.width);
            draw::put(buf, area, 0, 0, &shapes::bar(0.3, cells, &theme.glyphs), Style::new());
            draw::put_line(buf, area, 0, 1, &shapes::gauge(0.3, cells, theme, theme.good));
            draw::put(
                buf,
                area,
                0,
                2,
                &interval::interval_line(1.0, 2.0, 3.0, 0.0, 4.0, cells, &theme.glyphs),
                Style::new(),
            );
            draw::put_right(buf, area, 3, s, theme.bad);
            draw::clear(buf, Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area });
        }
        _ => return false,
    }
    true
}

#[test]
fn no_widget_panics_or_writes_outside_its_area() {
    let themes = [Theme::dark(), Theme::new(Ground::Light, Depth::Mono, Glyphs::ascii())];
    let whole = Rect::new(0, 0, 44, 44);
    let mut background = Buffer::empty(whole);
    for y in 0..44 {
        background.set_string(0, y, "x".repeat(44), Style::new());
    }
    for width in 0..=40u16 {
        // All heights that change a layout, and some beyond.
        for height in [0, 1, 2, 3, 4, 5, 7, 11, 19, 40] {
            let area = Rect::new(2, 2, width, height);
            for s in NASTY {
                for theme in &themes {
                    for draw_one in 0.. {
                        let mut buf = background.clone();
                        if !each(area, &mut buf, theme, s, draw_one) {
                            break;
                        }
                        for at in whole.positions().filter(|at| !area.contains(*at)) {
                            assert_eq!(
                                buf[at].symbol(),
                                "x",
                                "widget {draw_one} wrote at {at:?}, outside {area:?}, {s:?}"
                            );
                            assert_eq!(buf[at].modifier, background[at].modifier, "widget {draw_one} at {at:?}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn no_widget_panics_outside_the_buffer_and_ascii_stays_ascii() {
    let theme = Theme::new(Ground::Dark, Depth::Ansi16, Glyphs::ascii());
    let places = [
        Rect::new(0, 0, 13, 7),
        Rect::new(8, 4, 40, 40),
        Rect::new(200, 200, 5, 5),
        Rect::new(12, 6, 1, 1),
        Rect::ZERO,
    ];
    for area in places {
        for s in NASTY {
            for draw_one in 0.. {
                let mut buf = Buffer::empty(Rect::new(0, 0, 13, 7));
                let area = area.intersection(buf.area);
                if !each(area, &mut buf, &theme, s, draw_one) {
                    break;
                }
                to_ascii(&mut buf);
                assert!(buf.content.iter().all(|cell| cell.symbol().is_ascii()), "widget {draw_one} {s:?}");
            }
        }
    }
}

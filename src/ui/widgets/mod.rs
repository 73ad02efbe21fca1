//! Parts that screens are made of. All draw into any [`Rect`](ratatui::layout::Rect) of a buffer,
//! however small, and never outside it; all clean the text they are given.
//!
//! | part | call |
//! |---|---|
//! | bar, gauge | `shapes::bar(value, cells, &glyphs) -> String`, `shapes::gauge(value, cells, &glyphs) -> String` |
//! | sparkline, histogram | `shapes::spark(&[f64], cells, &glyphs) -> String`, `shapes::hist(&[f64], cells, &glyphs) -> String` |
//! | interval | `interval::interval_line(lo, mid, hi, axis_lo, axis_hi, cells, &glyphs) -> String` |
//! | time series | `chart::Chart { … }.draw(area, buf, &theme)` |
//! | list | `list::ListState`, `list::draw(area, buf, &theme, &mut state, rows, row) ` |
//! | table | `table::Table { … }.draw(area, buf, &theme, &mut TableState)` |
//! | popup | `popup::open(area, buf, &theme, title, width, height) -> Rect` (the inside) |
//! | hints, title bar, tabs | `hints::Hints`, `titlebar::TitleBar`, `tabs::draw` |
//! | text input | `field::Field { … }.draw(area, buf, &theme) -> Option<Position>` (the cursor) |

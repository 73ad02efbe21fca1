//! Numbers as shapes on one line: bars, gauges, sparklines, small histograms.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::ui::glyphs::Glyphs;
use crate::ui::theme::Theme;

/// A bar of exactly `cells` cells for a value from 0 to 1, in eighths of a cell, filled up with
/// spaces. Anything above 0 shows; what is no number draws nothing.
pub fn bar(value: f64, cells: usize, glyphs: &Glyphs) -> String {
    let (mut filled, used) = filled(value, cells, glyphs);
    filled.extend(std::iter::repeat_n(' ', cells - used));
    filled
}

/// A [`bar`] in a style.
pub fn bar_span(value: f64, cells: usize, theme: &Theme, style: Style) -> Span<'static> {
    Span::styled(bar(value, cells, &theme.glyphs), style)
}

/// A bar whose unfilled part shows, for progress: exactly `cells` cells.
pub fn gauge(value: f64, cells: usize, theme: &Theme, style: Style) -> Line<'static> {
    let (filled, used) = filled(value, cells, &theme.glyphs);
    let rest = theme.glyphs.empty.repeat(cells - used);
    Line::from(vec![Span::styled(filled, style), Span::styled(rest, theme.rule)])
}

/// The filled part of a bar and the cells it takes (at most `cells`).
fn filled(value: f64, cells: usize, glyphs: &Glyphs) -> (String, usize) {
    if value.is_nan() || value <= 0.0 || cells == 0 {
        return (String::new(), 0);
    }
    let eighths = ((value.min(1.0) * cells as f64 * 8.0).round() as usize).clamp(1, cells * 8);
    let [.., full] = glyphs.bar;
    let mut out = full.repeat(eighths / 8);
    let mut used = eighths / 8;
    if let Some(part) = (eighths % 8).checked_sub(1).and_then(|i| glyphs.bar.get(i)) {
        out.push_str(part);
        used += 1;
    }
    (out, used)
}

/// A sparkline of exactly `cells` cells, from the least value (lowest block) to the greatest. More
/// values than cells are averaged; fewer take one cell each. A gap (not a number) is a blank; equal
/// values are a line at half height.
pub fn spark(values: &[f64], cells: usize, glyphs: &Glyphs) -> String {
    let points = pool(values, cells, |part| {
        let known: Vec<f64> = part.iter().copied().filter(|v| v.is_finite()).collect();
        known.iter().sum::<f64>() / known.len() as f64 // 0 / 0 is the gap
    });
    let (lo, hi) = bounds(points.iter().copied()).unwrap_or((0.0, 0.0));
    let mut out = String::new();
    for value in &points {
        let height = if hi > lo { (value - lo) / (hi - lo) } else { 0.45 };
        out.push_str(if value.is_finite() { block(height, glyphs) } else { " " });
    }
    out.extend(std::iter::repeat_n(' ', cells.saturating_sub(points.len())));
    out
}

/// A histogram of counts of exactly `cells` cells, from zero: an empty bin is a blank, any other
/// shows. More bins than cells are added together; fewer take one cell each.
pub fn hist(counts: &[f64], cells: usize, glyphs: &Glyphs) -> String {
    let bins = pool(counts, cells, |part| part.iter().copied().filter(|v| *v > 0.0 && v.is_finite()).sum());
    let top = bins.iter().copied().fold(0.0, f64::max);
    let mut out = String::new();
    for count in &bins {
        out.push_str(if *count > 0.0 { block(count / top, glyphs) } else { " " });
    }
    out.extend(std::iter::repeat_n(' ', cells.saturating_sub(bins.len())));
    out
}

/// Bars that stand on the last of `rows` lines, over at most `cells` cells, each as wide as the others. A little of
/// something shows, nothing is a blank.
pub fn bars_up(counts: &[f64], cells: usize, rows: usize, glyphs: &Glyphs) -> Vec<String> {
    let bins = pool(counts, cells, |part| part.iter().copied().filter(|v| *v > 0.0 && v.is_finite()).sum());
    let top = bins.iter().copied().fold(0.0, f64::max);
    let wide = (cells / bins.len().max(1)).max(1);
    (0..rows)
        .map(|row| {
            let under = (rows - 1 - row) * 8;
            let glyph = |count: &f64| {
                let eighths =
                    if *count > 0.0 { ((count / top * rows as f64 * 8.0).round() as usize).max(1) } else { 0 };
                match eighths.saturating_sub(under).min(8).checked_sub(1) {
                    Some(step) => glyphs.column.get(step).copied().unwrap_or(" "),
                    None => " ",
                }
            };
            bins.iter().map(|count| glyph(count).repeat(wide)).collect()
        })
        .collect()
}

/// The column glyph for a height from 0 (lowest block) to 1 (full).
fn block(height: f64, glyphs: &Glyphs) -> &'static str {
    let step = (height.clamp(0.0, 1.0) * 7.0).round() as usize;
    glyphs.column.get(step).copied().unwrap_or(" ")
}

/// The least and greatest of the finite values.
pub fn bounds(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| v.is_finite()).fold(None, |range, v| match range {
        None => Some((v, v)),
        Some((lo, hi)) => Some((lo.min(v), hi.max(v))),
    })
}

/// At most `cells` values: parts of nearly equal size, each made one by `join`.
fn pool(values: &[f64], cells: usize, join: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let n = values.len();
    let parts = n.min(cells);
    (0..parts)
        .map(|i| {
            let (from, to) = (i * n / parts, (i + 1) * n / parts);
            join(values.get(from..to).unwrap_or_default())
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::ui::text::width;
    use proptest::prelude::*;

    const U: Glyphs = Glyphs::unicode();

    #[test]
    fn bars_fill_by_eighths_and_never_hide_a_little() {
        assert_eq!(bar(0.0, 4, &U), "    ");
        assert_eq!(bar(1e-9, 4, &U), "▏   ");
        assert_eq!(bar(0.5, 4, &U), "██  ");
        assert_eq!(bar(0.55, 10, &U), "█████▌    ");
        assert_eq!(bar(1.0, 4, &U), "████");
        assert_eq!(bar(7.0, 4, &U), "████");
        assert_eq!(bar(f64::NAN, 4, &U), "    ");
        assert_eq!(bar(0.6, 4, &Glyphs::ascii()), "##- ");
        assert_eq!(bar(0.6, 0, &U), "");
    }

    #[test]
    fn a_gauge_shows_what_is_left() {
        let theme = Theme::dark();
        assert_eq!(gauge(0.5, 4, &theme, theme.accent).to_string(), "██░░");
        assert_eq!(gauge(0.0, 2, &theme, theme.accent).to_string(), "░░");
    }

    #[test]
    fn bars_stand_on_the_last_line() {
        assert_eq!(bars_up(&[1.0, 0.0, 4.0, 0.01], 8, 2, &U), ["    ██  ", "▄▄  ██▁▁"]);
        assert_eq!(bars_up(&[], 5, 1, &U), [""]);
        assert_eq!(bars_up(&[2.0, 2.0, 4.0, 0.0], 2, 1, &U), ["██"], "more bars than cells are added together");
        assert!(bars_up(&[1.0], 0, 2, &U).iter().all(String::is_empty));
    }

    #[test]
    fn sparks_go_from_least_to_greatest() {
        assert_eq!(spark(&[1.0, 2.0, 3.0, 8.0], 4, &U), "▁▂▃█");
        assert_eq!(spark(&[5.0, 5.0], 3, &U), "▄▄ ");
        assert_eq!(spark(&[1.0, f64::NAN, 2.0], 3, &U), "▁ █");
        assert_eq!(spark(&[0.0, 0.0, 9.0, 9.0], 2, &U), "▁█");
        assert_eq!(spark(&[], 3, &U), "   ");
        assert_eq!(spark(&[f64::INFINITY, 1.0, 2.0], 3, &U), " ▁█");
    }

    #[test]
    fn histograms_start_at_zero() {
        assert_eq!(hist(&[0.0, 1.0, 1000.0, 500.0], 4, &U), " ▁█▅");
        assert_eq!(hist(&[1.0, 1.0, 2.0, 2.0], 2, &U), "▅█");
        assert_eq!(hist(&[0.0, 0.0], 2, &U), "  ");
    }

    proptest! {
        #[test]
        fn shapes_take_their_cells(values in proptest::collection::vec(any::<f64>(), 0..50), cells in 0usize..40) {
            let theme = Theme::dark();
            let value = values.first().copied().unwrap_or(0.3);
            prop_assert_eq!(width(&bar(value, cells, &U)), cells);
            prop_assert_eq!(gauge(value, cells, &theme, theme.good).width(), cells);
            prop_assert_eq!(width(&spark(&values, cells, &U)), cells);
            prop_assert_eq!(width(&hist(&values, cells, &U)), cells);
        }

        #[test]
        fn a_greater_value_never_has_a_shorter_bar(a in 0.0f64..1.0, b in 0.0f64..1.0, cells in 1usize..40) {
            let eighths = |v| -> usize {
                let drawn = bar(v, cells, &U);
                drawn.chars().map(|c| U.bar.iter().position(|g| g.starts_with(c)).map_or(0, |i| i + 1)).sum()
            };
            prop_assert!(eighths(a.min(b)) <= eighths(a.max(b)));
        }
    }
}

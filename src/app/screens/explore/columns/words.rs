//! The whole profile of a column in words, for reading at leisure.

use super::sides;
use crate::analysis::{days, format};
use crate::app::screens::explore::selected_column;
use crate::app::{App, Popup};
use crate::query::ColumnProfile;

/// Opens the selected column in full.
pub(super) fn open(app: &mut App) {
    let Some(column) = selected_column(app) else { return };
    let rows = app.main_info().map_or(0, |i| i.rows);
    let mut lines = vec![head(column, rows), String::new()];
    if column.alerts.is_empty() {
        lines.push("No alerts.".into());
    }
    lines.extend(column.alerts.iter().map(|a| format!("{}: {}.", a.kind, a.detail)));
    lines.push(String::new());
    if let Some(cover) = app.views.explore.columns_view.covers.get(&column.name) {
        lines.push(format!("{}.", days::sentence(cover)));
        for gap in cover.gaps.iter().skip(1) {
            lines.push(format!(
                "Also missing: {}.",
                if gap.from == gap.to { gap.from.clone() } else { format!("{} to {}", gap.from, gap.to) }
            ));
        }
        lines.push(String::new());
    }
    lines.extend(numbers(column));
    if let Some(shift) = sides::of(app, &column.name) {
        lines.extend(sides::sentences(app, shift));
        lines.push(String::new());
    }
    lines.extend(values(column, rows));
    let title = column.name.clone();
    app.popups.push(Popup::Words { title, lines, scroll: 0 });
}

fn head(c: &ColumnProfile, rows: u64) -> String {
    let about = if c.distinct_exact { "" } else { "≈ " };
    #[allow(clippy::cast_precision_loss)]
    let share = c.nulls as f64 / rows.max(1) as f64;
    format!(
        "{}: {about}{} in {} rows, {} null ({})",
        c.dtype.word(),
        format::counted(c.distinct, "value"),
        format::count(rows),
        format::count(c.nulls),
        format::percent(share)
    )
}

fn numbers(c: &ColumnProfile) -> Vec<String> {
    let mut lines = Vec::new();
    if let (true, Some(mean)) = (c.dtype.is_number(), c.mean) {
        let sd = c.sd.map_or_else(|| format::UNKNOWN.to_owned(), format::number);
        lines.push(format!("mean {}, standard deviation {sd}", format::number(mean)));
        let mut quantiles: Vec<(f64, f64)> =
            c.quantiles.iter().filter_map(|(p, x)| Some((p.parse::<f64>().ok()?, *x))).collect();
        quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        let said: Vec<String> =
            quantiles.iter().map(|(p, x)| format!("{} {}", format::percent_with(*p, 0), format::number(*x))).collect();
        lines.push(format!("min {}, quantiles {}, max {}", c.min, said.join(", "), c.max));
    } else {
        lines.push(format!("from {} to {}", format::short(&c.min.to_string()), format::short(&c.max.to_string())));
    }
    for bar in &c.histogram {
        if c.dtype.is_number() {
            lines.push(format!(
                "{} to {}: {}",
                format::number(bar.from),
                format::number(bar.to),
                format::counted(bar.n, "row")
            ));
        }
    }
    lines.push(String::new());
    lines
}

fn values(c: &ColumnProfile, rows: u64) -> Vec<String> {
    if c.top.is_empty() {
        return Vec::new();
    }
    let known = rows.saturating_sub(c.nulls).max(1);
    let mut lines = vec!["Most frequent:".to_owned()];
    for top in &c.top {
        #[allow(clippy::cast_precision_loss)]
        let share = top.n as f64 / known as f64;
        lines.push(format!(
            "{}: {} ({} of the known)",
            format::short(&top.value.to_string()),
            format::count(top.n),
            format::percent(share)
        ));
    }
    lines
}

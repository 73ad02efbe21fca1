//! The Leaks pane: columns that know the outcome, how sure that is, and what was answered.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::analysis::format;
use crate::app::App;
use crate::app::screens::explore::leaks::{rows, selected, sentence, tier_word};
use crate::app::screens::explore::{filter, independence_short};
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, row_of};
use crate::ui::widgets::pane;
use crate::ui::widgets::table::{Cell, Column, Table};

/// Draws the pane.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let view = &app.views.explore.leaks;
    if app.doc.as_ref().is_none_or(|d| d.session.state.kpi.is_none()) {
        pane::empty(area, buf, theme, "No KPI is bound. K binds one; then this pane shows which columns know it.");
        return;
    }
    let inside = Rect { x: area.x + area.width.min(1), width: area.width.saturating_sub(2), ..area };
    let rows = rows(app);
    let waiting = || view.failed.clone().unwrap_or_else(|| "Columns are being looked at …".to_owned());
    let head = match &view.found {
        Some(found) => {
            let held = rows.iter().filter(|r| r.held_out()).count();
            format!(
                "{} columns looked at, {held} held out of every ranking   {}",
                format::count(found.tried),
                independence_short(app)
            )
        }
        None if rows.is_empty() => {
            pane::empty(area, buf, theme, &waiting());
            return;
        }
        // What was answered stands already.
        None => waiting(),
    };
    let x = put(buf, inside, 0, 0, &head, theme.dim) + 3;
    if filter::filter(app).is_some() {
        put(buf, inside, x, 0, "filtered", theme.warn);
    }
    let body = below(area, 2);
    if rows.is_empty() {
        pane::empty(body, buf, theme, "No column knows the outcome, as far as its values tell.");
        return;
    }
    let foot = if body.height >= 10 { 5 } else { 0 };
    let list = Rect { height: body.height.saturating_sub(foot), ..body };
    let mut columns = vec![
        Column::text("column", 22),
        Column::text("found", 7),
        Column::number("AUC", 5),
        Column::number("alone right", 11),
        Column::text("known before?", 24).grows(),
    ];
    if area.width < 64 {
        columns.remove(2);
    }
    let auc = usize::from(area.width >= 64);
    let table = Table { columns: &columns, len: rows.len(), frozen: 0, focused: true, pick_column: false };
    table.draw(list, buf, theme, &view.list, &app.views.explore.column, |row, column| {
        let Some(row) = rows.get(row) else { return Cell::default() };
        let number = |x: Option<f64>, as_share: bool| match x {
            Some(x) if as_share => Cell::new(format::percent(x)),
            Some(x) => Cell::new(format::fixed(x, 3)),
            None => Cell::styled(theme.glyphs.unknown, theme.dim),
        };
        match column {
            0 if row.held_out() => Cell::styled(format!("{} {}", theme.glyphs.warn, row.column), theme.warn),
            0 => Cell::new(row.column.to_owned()),
            1 => Cell::styled(tier_word(row), theme.dim),
            2 if auc == 1 => number(row.leak.and_then(|l| l.auc), false),
            c if c == 2 + auc => number(row.leak.and_then(|l| l.accuracy), true),
            _ => match row.answer {
                Some(a) if a.known => Cell::styled(format!("{} yes: ranked", theme.glyphs.yes), theme.good),
                Some(_) => Cell::styled(format!("{} no, only after: held out", theme.glyphs.no), theme.text),
                None => Cell::styled("not answered: w", theme.warn),
            },
        }
    });
    if foot > 0
        && let Some(row) = selected(app)
    {
        let under = Rect { y: body.y + list.height, height: foot, ..inside };
        put(buf, row_of(under, 0), 0, 0, &theme.glyphs.line.repeat(usize::from(under.width)), theme.rule);
        put_prose(buf, below(under, 1), &format!("{}.", sentence(app, &row)), theme.text);
    }
}

//! The panels that take the place of the rest: what moved the board, and one row in full.

use super::rows::solution;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::screens::score::rivals;
use crate::app::{App, Doc};
use crate::domain::board::in_ten;
use crate::query::Outcome;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, row_of};
use crate::ui::widgets::{chart::Chart, pane};

/// The board over time: one line per row, and the leader's curve.
pub(super) fn belief(doc: &Doc, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let area = if area.height > 8 { below(area, 1) } else { area };
    let rest = pane::title(area, buf, theme, "What moved it", "v closes", false);
    if doc.belief().is_empty() {
        pane::empty(rest, buf, theme, "Nothing moved yet. The first clue will.");
        return;
    }
    let leader = doc.board.board.leader().unwrap_or_default().to_owned();
    #[allow(clippy::cast_precision_loss)] // a session has few events
    let curve: Vec<(f64, f64)> =
        doc.belief().iter().filter_map(|s| s.plausibility.get(&leader).map(|p| (s.event as f64, *p))).collect();
    let tall = rest.height >= 12 && rest.width >= 60;
    let list = if tall {
        let chart = Rect { x: rest.x + 3, width: rest.width.saturating_sub(6).min(70), height: 6, ..rest };
        let ends = [
            format!("#{}", doc.belief().first().map_or(0, |s| s.event)),
            format!("#{}", doc.belief().last().map_or(0, |s| s.event)),
        ];
        chart_of(&curve, &ends, theme, chart, buf);
        below(rest, 7)
    } else {
        rest
    };
    let steps: Vec<(u64, String, String)> = doc
        .belief()
        .iter()
        .enumerate()
        .map(|(i, step)| {
            let before = i.checked_sub(1).and_then(|j| doc.belief().get(j));
            let mut moved: Vec<(f64, &String)> = step
                .plausibility
                .iter()
                .map(|(id, p)| (p - before.and_then(|b| b.plausibility.get(id)).copied().unwrap_or(*p), id))
                .collect();
            moved.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
            let words: Vec<String> = moved
                .iter()
                .filter(|(d, _)| d.abs() >= 0.03)
                .take(2)
                .map(|(d, id)| {
                    let sign = if *d > 0.0 { theme.glyphs.up } else { theme.glyphs.down };
                    format!(
                        "{sign} {} {}",
                        doc.row_title(id),
                        in_ten(step.plausibility.get(*id).copied().unwrap_or(0.0))
                    )
                })
                .collect();
            let what = doc
                .session
                .events
                .iter()
                .find(|e| e.n == step.event)
                .map(crate::app::screens::replay::describe)
                .unwrap_or_default();
            (step.event, what, if words.is_empty() { "hardly moved".into() } else { words.join("   ") })
        })
        .collect();
    let room = usize::from(list.height) / 2;
    for (k, (n, what, moved)) in steps.iter().rev().take(room).enumerate() {
        let y = u16::try_from(k * 2).unwrap_or(u16::MAX);
        put(buf, row_of(list, y), 1, 0, &text::fit_right(&format!("#{n}"), 5), theme.dim);
        put(buf, row_of(list, y), 8, 0, what, theme.text);
        put(buf, row_of(list, y + 1), 8, 0, moved, theme.accent);
    }
}

fn chart_of(curve: &[(f64, f64)], ends: &[String; 2], theme: &Theme, area: Rect, buf: &mut Buffer) {
    let value = |p: f64| format!("{:.0}%", p * 100.0);
    Chart {
        line: curve,
        band: &[],
        marks: &[],
        level: Some(0.6),
        value: &value,
        ends: (&ends[0], &ends[1]),
        open_end: false,
        style: theme.accent,
    }
    .draw(area, buf, theme);
}

/// The selected hypothesis in full.
pub(super) fn row_panel(app: &App, doc: &Doc, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(id) = crate::app::screens::score::selected(app) else { return };
    let Some(row) = doc.session.state.row(&id) else { return };
    let area = if area.height > 8 { below(area, 1) } else { area };
    let mut rest = pane::title(area, buf, theme, &row.title, &in_ten(doc.board.board.p(&id)), false);
    let impact = doc.session.state.impacts.get(&id);
    let harms = impact.is_some_and(|i| i.reach() < 0.0);
    let target = doc.session.state.goal.target_points();
    let size = impact.map(|i| {
        let [low, _, high] = i.effect;
        let end = |e: f64| i.exposed * i.fixable * e;
        let of_target = target
            .map(|t| {
                let share = |x: f64| x / t * 100.0;
                format!(
                    ", {:.0} % [{:.0}, {:.0}] of the target",
                    share(i.reach()),
                    share(end(low.min(high))),
                    share(end(low.max(high)))
                )
            })
            .unwrap_or_default();
        format!(
            "{}reach {:.2} [{:.2}, {:.2}] KPI points{of_target}: {:.0} % exposed × {:.0} % fixable × effect {} ({}); {} days",
            if harms { "would make it worse: " } else { "" },
            i.reach(),
            end(low.min(high)),
            end(low.max(high)),
            i.exposed * 100.0,
            i.fixable * 100.0,
            i.effect[1],
            i.quality.word(),
            i.cost_days
        )
    });
    let late = if row.late {
        "added once data had been looked at: it shares half of the first word of \"something else\""
    } else {
        ""
    };
    let permanent = id == "other" || id == "data";
    let survival = match rivals::words(app, &id) {
        Some(words) => words,
        None if permanent => String::new(),
        None => "s asks whether it survives the columns of its rivals".to_owned(),
    };
    for (label, words) in [
        ("claim", row.claim.as_str()),
        ("wrong if", row.wrong_if.as_str()),
        ("lever", row.lever.as_str()),
        ("solution", &solution(doc, &id)),
        ("size", size.as_deref().unwrap_or("not sized yet: e")),
        ("rivals", survival.as_str()),
        ("note", late),
    ] {
        if words.is_empty() || rest.is_empty() {
            continue;
        }
        put(buf, rest, 3, 0, label, theme.dim);
        let prose = Rect {
            x: rest.x + rest.width.min(14),
            width: rest.width.saturating_sub(16),
            height: rest.height.min(3),
            ..rest
        };
        let used = put_prose(buf, prose, words, if label == "size" && harms { theme.bad } else { theme.text });
        rest = below(rest, used.max(1));
    }
    checks(app, &id, theme, rest, buf);
}

/// The checks of a hypothesis: what was found, and what each would say if the hypothesis were true.
fn checks(app: &App, id: &str, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let list = rivals::checks_of(app, id);
    let room = usize::from(area.height);
    let cut = list.len() > room;
    let shown = if cut { room.saturating_sub(1) } else { list.len() };
    for (y, check) in list.iter().take(shown).enumerate() {
        let line = row_of(area, u16::try_from(y).unwrap_or(u16::MAX));
        if y == 0 {
            put(buf, line, 3, 0, "checks", theme.dim);
        }
        let (sign, ink) = match (check.outcome, check.expects) {
            (None, _) => (theme.glyphs.dot, theme.dim),
            (Some(Outcome::Yes), Some(true)) | (Some(Outcome::No), Some(false)) => (theme.glyphs.yes, theme.good),
            (Some(Outcome::Yes | Outcome::No), Some(_)) => (theme.glyphs.no, theme.bad),
            (Some(_), _) => (theme.glyphs.unknown, theme.dim),
        };
        let x = line.width.min(14);
        put(buf, line, x, 0, sign, ink);
        let said = match check.outcome {
            None => "not run".to_owned(),
            Some(Outcome::Failed) => "could not be run".to_owned(),
            Some(outcome) => format!("{} {}", outcome.word(), check.found),
        };
        let expects = match check.expects {
            Some(true) => "yes if true",
            Some(false) => "no if true",
            None => "says nothing",
        };
        let words = format!("{expects} {} {}   {}", theme.glyphs.dot, said.trim_end(), check.title);
        let width = usize::from(line.width.saturating_sub(x + 4));
        put(buf, line, x + 2, 0, &text::fit(&text::clean(&words), width), theme.text);
    }
    if cut && room > 0 {
        let line = row_of(area, u16::try_from(shown).unwrap_or(u16::MAX));
        put(buf, line, line.width.min(16), 0, &format!("{} more on 3 Explore, Checks", list.len() - shown), theme.dim);
    }
}

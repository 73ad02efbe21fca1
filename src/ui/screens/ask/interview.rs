//! One question in large clear text, what helps to ask it, and the answer as it is given.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::parts::{self, inset};
use super::plan::{PROBES, plan};
use super::typed;
use crate::app::screens::ask::answer::Answering;
use crate::app::screens::ask::interview::{Chooser, Interview, elapsed, place};
use crate::app::{App, commands};
use crate::domain::playbook::{Flow, QuestionState, fill};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{below, put, put_prose, put_right, row_of};
use crate::ui::widgets::{pane, popup};

/// Prose is read best in lines that are not too long.
const LONGEST: u16 = 92;

/// Draws the interview.
pub fn draw(app: &App, i: &Interview, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let doc = app.doc.as_ref()?;
    let flow = doc.flow()?;
    header(app, i, &flow, theme, area, buf);
    let mut rest = below(area, 1);
    if area.height >= 16 {
        pane::rule(rest, buf, theme, 0);
        rest = below(rest, 2);
    } else if area.height >= 12 {
        pane::rule(rest, buf, theme, 0);
        rest = below(rest, 1);
    }
    let margin = if area.width >= 70 { 3 } else { 1 };
    let inside = inset(rest, margin);
    let inside = Rect { width: inside.width.saturating_sub(margin).min(LONGEST), ..inside };
    match (&i.answer, &i.choosing) {
        (Some(a), Some(c)) => {
            someone_else(a, c, &flow, theme, inside, buf);
            None
        }
        (Some(a), None) => asking(app, a, &flow, theme, inside, buf),
        (None, _) => {
            ended(app, i, &flow, theme, inside, buf);
            None
        }
    }
}

/// Minutes and seconds; hours from the first on.
fn clock(seconds: i64) -> String {
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m:02}:{s:02}") }
}

fn header(app: &App, i: &Interview, flow: &Flow<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let state = &flow.session.state;
    let role = state.people.get(&i.alias).map(|p| p.role.as_str()).unwrap_or_default();
    let seconds = elapsed(app).unwrap_or(0);
    let over = i.time_box.is_some_and(|m| seconds >= i64::from(m) * 60);
    let (time, ink) = match i.time_box {
        Some(m) if over => (format!("{} {} of {m} min", theme.glyphs.warn, clock(seconds)), theme.warn),
        Some(m) => (format!("{} of {m} min", clock(seconds)), theme.text),
        None => (clock(seconds), theme.dim),
    };
    let (at, all) = place(app);
    let count = if i.answer.is_some() { format!("question {at} of {all}") } else { String::new() };
    let row = Rect { width: area.width.saturating_sub(1), ..row_of(area, 0) };
    let used = put_right(buf, row, 0, &time, ink);
    let mut room = row.width.saturating_sub(used + 1);
    let key = commands::key_of(app, "interview.time_box");
    if area.width >= 70 && !key.is_empty() {
        room = room.saturating_sub(put_right(buf, Rect { width: room, ..row }, 0, &key, theme.dim));
    }
    room = room.saturating_sub(2);
    if usize::from(room) > text::width(&count) + 24 {
        let used = put_right(buf, Rect { width: room, ..row }, 0, &count, theme.text);
        room = room.saturating_sub(used + 3);
    }
    let shown = state.shown_as(&i.alias);
    let long = format!("Interview with {shown} ({}), {role}", i.alias);
    let title = if text::width(&long) < usize::from(room) { long } else { format!("{shown}, {role}") };
    put(buf, Rect { width: room, ..row }, 1, 0, &title, theme.focus);
}

fn asking(app: &App, a: &Answering, flow: &Flow<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let fills = flow.fills();
    let q = &a.question;
    let wide = usize::from(area.width);
    let question = text::wrap(&fill(&q.text, &fills), wide);
    let probe = a.probe.and_then(|i| q.probes.get(i)).map(|p| text::wrap(&fill(p, &fills), wide.saturating_sub(7)));
    let probe = probe.unwrap_or_default();
    let has_stage = area.height >= 8;
    let head = question.len() + probe.len() + usize::from(has_stage);
    let notice = notice(a, theme, wide);
    let plan = plan(a, flow, area, u16::try_from(head).unwrap_or(u16::MAX), notice);
    let mut rest = area;
    if has_stage {
        let stage =
            flow.playbook.stages.iter().find(|s| s.id == q.stage).map_or(q.stage.as_str(), |s| s.title.as_str());
        let need = if q.required { "   needed for the brief" } else { "" };
        put(buf, rest, 0, 0, &format!("{stage}{need}"), theme.dim);
        rest = below(rest, 1);
        if plan.gaps {
            rest = below(rest, 1);
        }
    }
    rest = write(rest, buf, 0, &question, theme.title);
    if !probe.is_empty() {
        put(buf, rest, 0, 0, "asked", theme.accent);
        rest = write(rest, buf, 7, &probe, theme.accent.add_modifier(Modifier::BOLD));
    }
    if plan.gaps {
        rest = below(rest, 1);
    }
    for (label, lines) in [("why", &plan.why), ("tip", &plan.tip)] {
        if !lines.is_empty() {
            put(buf, rest, 0, 0, label, theme.dim);
            rest = write(rest, buf, 5, lines, theme.dim);
        }
    }
    let mut cursor = None;
    if plan.typed > 0 {
        if plan.gaps {
            rest = below(rest, 1);
        }
        cursor = typed::draw(a, theme, Rect { height: plan.typed.min(rest.height), ..rest }, buf);
        rest = below(rest, plan.typed);
    }
    if plan.gaps && plan.typed == 0 {
        rest = below(rest, 1);
    }
    let ink = if a.error.is_some() { theme.bad } else { theme.warn };
    rest = write(rest, buf, 0, &plan.notice, ink);
    if plan.gaps && plan.typed > 0 && plan.notice.is_empty() {
        rest = below(rest, 1);
    }
    let at = their_words(app, a, theme, Rect { height: plan.words.min(rest.height), ..rest }, buf);
    rest = below(rest, plan.words);
    if !plan.probes.is_empty() {
        put(buf, rest, 0, 0, "probes", theme.dim);
        write(rest, buf, PROBES, &plan.probes, theme.text);
    }
    cursor.or(at)
}

/// Lines of prose, some cells in; gives the area below.
fn write(area: Rect, buf: &mut Buffer, indent: u16, lines: &[String], style: ratatui::style::Style) -> Rect {
    let place = inset(area, indent);
    for (row, line) in (0..place.height).zip(lines) {
        put(buf, place, 0, row, line, style);
    }
    below(area, u16::try_from(lines.len()).unwrap_or(u16::MAX))
}

/// What keeps the answer from being recorded, or makes it weak, at the place where it is typed.
fn notice(a: &Answering, theme: &Theme, wide: usize) -> Vec<String> {
    if let Some(error) = &a.error {
        return text::wrap(&format!("{} {error}", theme.glyphs.no), wide);
    }
    match &a.nudge {
        Some(nudge) => text::wrap(&format!("{} {nudge} Ctrl-N again keeps it as it is.", theme.glyphs.warn), wide),
        None => Vec::new(),
    }
}

fn their_words(app: &App, a: &Answering, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let focused = a.on_words();
    let badge = if a.verbatim { "verbatim" } else { "in our words" };
    let ink = if a.verbatim { theme.accent } else { theme.dim };
    if area.height < 3 || area.width < 10 {
        buf.set_style(area, ratatui::style::Style::new().add_modifier(Modifier::UNDERLINED));
        return parts::words(&a.words, area, buf, theme, focused);
    }
    popup::frame(area, buf, theme, "their words", focused);
    if area.width >= 34 {
        let top = Rect { width: area.width - 2, ..row_of(area, 0) };
        let key = commands::key_of(app, "interview.verbatim");
        let used = put_right(buf, top, 0, &format!(" {badge} "), ink);
        if !key.is_empty() && area.width >= 46 {
            let left = Rect { width: top.width.saturating_sub(used), ..top };
            put_right(buf, left, 0, &format!(" {key}"), theme.dim);
        }
    }
    let inside = Rect { x: area.x + 2, y: area.y + 1, width: area.width - 4, height: area.height - 2 };
    if a.words.text().is_empty() && !focused {
        put(buf, inside, 0, 0, "Tab goes here", theme.dim);
        return None;
    }
    parts::words(&a.words, inside, buf, theme, focused)
}

fn someone_else(a: &Answering, c: &Chooser, flow: &Flow<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let used = put_prose(buf, area, &fill(&a.question.text, &flow.fills()), theme.title);
    let rest = below(area, used + u16::from(area.height > 14));
    put(buf, rest, 0, 0, "Who should be asked instead?", theme.text);
    let rest = below(rest, 1);
    let height = usize::from(rest.height);
    let first = c.selected.saturating_sub(height / 2).min(c.roles.len().saturating_sub(height));
    for (row, at) in (0..rest.height).zip(first..c.roles.len()) {
        let Some((role, who)) = c.roles.get(at) else { continue };
        let place = row_of(rest, row);
        let chosen = at == c.selected;
        if chosen {
            put(buf, place, 0, 0, theme.glyphs.cursor, theme.accent);
        }
        let style = if chosen { theme.focus } else { theme.text };
        let used = 2 + put(buf, place, 2, 0, &format!("{} {role}", at + 1), style);
        put(buf, place, used.max(17) + 1, 0, who, theme.dim);
    }
    let used = u16::try_from(c.roles.len().min(height)).unwrap_or(0);
    put(
        buf,
        below(rest, used),
        0,
        u16::from(rest.height > used + 1),
        "Enter keeps it for them, Esc goes back",
        theme.dim,
    );
}

fn ended(app: &App, i: &Interview, flow: &Flow<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) {
    put(buf, area, 0, 0, "All asked. Thank them.", theme.title);
    let later = i.asked.iter().filter(|id| flow.state_of(id) == QuestionState::Deferred).count();
    let mut words = format!("{} answered in {}", i.recorded.len(), clock(elapsed(app).unwrap_or(0)));
    if later > 0 {
        words.push_str(&format!(", {later} put off for another day or for somebody else"));
    }
    let rest = below(area, if area.height > 4 { 2 } else { 1 });
    let used = put_prose(buf, rest, &format!("{words}."), theme.text);
    let rest = below(rest, used + u16::from(area.height > 6));
    put_prose(buf, rest, "Enter goes on, best when you are alone. Ctrl-B goes back to the last question.", theme.dim);
}

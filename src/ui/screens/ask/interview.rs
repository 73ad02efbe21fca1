//! One question in large clear text, what helps to ask it, and the answer as it is given.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;

use super::parts::{self, inset};
use super::typed;
use crate::app::App;
use crate::app::screens::ask::answer::Answering;
use crate::app::screens::ask::interview::{Chooser, Interview, elapsed, place};
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
        (Some(a), None) => asking(a, &flow, theme, inside, buf),
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
    let mut room = row.width.saturating_sub(used + 3);
    if usize::from(room) > text::width(&count) + 24 {
        let used = put_right(buf, Rect { width: room, ..row }, 0, &count, theme.text);
        room = room.saturating_sub(used + 3);
    }
    let shown = state.shown_as(&i.alias);
    let long = format!("Interview with {shown} ({}), {role}", i.alias);
    let title = if text::width(&long) < usize::from(room) { long } else { format!("{shown}, {role}") };
    put(buf, Rect { width: room, ..row }, 1, 0, &title, theme.focus);
}

/// What stands between the question and the words, as far as there is room.
struct Plan {
    gaps: bool,
    why: Vec<String>,
    tip: Vec<String>,
    probes: Vec<String>,
    typed: u16,
    notice: Vec<String>,
    words: u16,
}

/// Shares out the lines: the question, the typed part and a place for words come first, then what went wrong, the
/// probes, the reason, the tip and blank lines; the words take what is left up to a limit.
fn plan(a: &Answering, flow: &Flow<'_>, area: Rect, head: u16, notice: Vec<String>) -> Plan {
    let fills = flow.fills();
    let wide = usize::from(area.width);
    let wanted = typed::rows(a);
    let least = if wanted == 0 {
        0
    } else if a.on_words() {
        1
    } else {
        wanted.min(3)
    };
    let mut left = area.height.saturating_sub(head);
    let mut take = |n: u16| {
        let ok = n <= left;
        if ok {
            left -= n;
        }
        ok
    };
    let lines = |v: &[String]| u16::try_from(v.len()).unwrap_or(u16::MAX);
    let mut typed = if take(least) { least } else { 0 };
    let mut words = if take(3) { 3 } else { u16::from(take(1)) };
    let notice = if take(lines(&notice)) {
        notice
    } else {
        let first: Vec<String> = notice.into_iter().take(1).collect();
        if take(lines(&first)) { first } else { Vec::new() }
    };
    let packed = packed_probes(a, flow, wide);
    let listed: Vec<String> =
        a.question.probes.iter().enumerate().map(|(i, p)| probe_words(a, i, &fill(p, &fills))).collect();
    let mut probes = if take(lines(&packed)) {
        packed
    } else {
        let keys = short_probes(a);
        if take(lines(&keys)) { keys } else { Vec::new() }
    };
    let more = wanted.saturating_sub(typed);
    if take(more) {
        typed = wanted;
    } else {
        while typed < wanted && take(1) {
            typed += 1;
        }
    }
    let why = text::wrap(&fill(&a.question.why, &fills), wide.saturating_sub(5));
    let why = if !a.question.why.is_empty() && take(lines(&why)) { why } else { Vec::new() };
    let gaps = take(3 + u16::from(wanted > 0));
    let tip =
        a.question.tips.as_ref().map(|t| text::wrap(&fill(t, &fills), wide.saturating_sub(5))).unwrap_or_default();
    let tip = if take(lines(&tip)) { tip } else { Vec::new() };
    if lines(&listed) > lines(&probes) && take(lines(&listed) - lines(&probes)) {
        probes = listed;
    }
    while words >= 3 && words < 10 && take(1) {
        words += 1;
    }
    Plan { gaps, why, tip, probes, typed, notice, words }
}

fn probe_words(a: &Answering, i: usize, probe: &str) -> String {
    let mark = if a.probed.contains(&i) { "✓" } else { " " };
    format!("Alt-{} {mark} {probe}", i + 1)
}

/// Probes one after the other, wrapped.
fn packed_probes(a: &Answering, flow: &Flow<'_>, wide: usize) -> Vec<String> {
    let fills = flow.fills();
    let mut out: Vec<String> = Vec::new();
    for (i, probe) in a.question.probes.iter().enumerate() {
        let mark = if a.probed.contains(&i) { "✓ " } else { "" };
        let one = text::cut(&format!("Alt-{} {mark}{}", i + 1, fill(probe, &fills)), wide).into_owned();
        match out.last_mut() {
            Some(line) if text::width(line) + 3 + text::width(&one) <= wide => {
                line.push_str("   ");
                line.push_str(&one);
            }
            _ => out.push(one),
        }
    }
    out
}

/// Where there is no room for the probes: that there are some.
fn short_probes(a: &Answering) -> Vec<String> {
    match a.question.probes.len() {
        0 => Vec::new(),
        1 => vec!["Alt-1 asks the probe".into()],
        n => vec![format!("Alt-1 … Alt-{} ask the probes", n.min(9))],
    }
}

fn asking(a: &Answering, flow: &Flow<'_>, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
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
    let ink = if a.error.is_some() { theme.bad } else { theme.warn };
    rest = write(rest, buf, 0, &plan.notice, ink);
    if plan.gaps && (plan.notice.is_empty() || plan.typed == 0) {
        rest = below(rest, 1);
    }
    let at = their_words(a, theme, Rect { height: plan.words.min(rest.height), ..rest }, buf);
    rest = below(rest, plan.words);
    write(rest, buf, 0, &plan.probes, theme.dim);
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

fn their_words(a: &Answering, theme: &Theme, area: Rect, buf: &mut Buffer) -> Option<Position> {
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
        put_right(buf, top, 0, &format!(" {badge} "), ink);
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

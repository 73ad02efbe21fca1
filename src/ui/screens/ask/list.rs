//! The questions by stage, and the selected one in full.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{detail, parts, split};
use crate::app::hits::Target;
use crate::app::screens::ask::list::{Entry, coverage, entries, found};
use crate::app::{App, Doc};
use crate::domain::playbook::{Flow, QuestionState, fill};
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{put, put_right, row_of, select};
use crate::ui::widgets::pane;

/// A line of the list.
enum Row<'a> {
    Stage(&'a str),
    Question(usize),
}

/// The sign of a question's state with its ink.
pub fn sign(state: QuestionState, theme: &Theme) -> (&'static str, Style) {
    match state {
        QuestionState::Answered => (theme.glyphs.yes, theme.good),
        QuestionState::Unknown => ("?", theme.warn),
        QuestionState::Deferred if theme.glyphs.unicode => ("↷", theme.warn),
        QuestionState::Deferred => (">", theme.warn),
        QuestionState::Open => (theme.glyphs.dot, theme.dim),
    }
}

/// Draws list and details.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(doc) = &app.doc else {
        pane::empty(area, buf, theme, "No session is open. 0 goes home, where one can be opened or begun.");
        return;
    };
    let Some(flow) = doc.flow() else {
        let rest = pane::title(area, buf, theme, "Questions", "", true);
        let words = "This session's playbook was not found, so there are no questions to ask. Put its file into \
                     ./playbooks and open the session again; all that was recorded is there.";
        pane::empty(rest, buf, theme, words);
        return;
    };
    let rows = entries(app);
    let lines = lines(&rows, &flow);
    let (left, right) = split(area, lines.len());
    let rest = pane::title(left, buf, theme, "Questions", &note(app, doc, &flow), true);
    if rows.is_empty() {
        let words = if app.views.ask.filter.words().is_empty() {
            "The playbook has no questions.".to_owned()
        } else {
            format!(
                "No question is left here ({}). f shows the next choice, Esc shows all.",
                app.views.ask.filter.words()
            )
        };
        pane::empty(rest, buf, theme, &words);
        return;
    }
    // Page keys move by what is in sight.
    app.views.ask.list.window(rows.len(), usize::from(rest.height));
    let at = app.views.ask.list.selected(rows.len()).unwrap_or(0);
    let line = lines.iter().position(|l| matches!(l, Row::Question(i) if *i == at)).unwrap_or(0);
    let titled = line.checked_sub(1).and_then(|i| lines.get(i)).is_some_and(|l| matches!(l, Row::Stage(_)));
    let hits = found(app);
    let widest = rows.iter().map(|e| text::width(&aside(app, &flow, e, theme).0)).max().unwrap_or(0);
    let aside_cells = widest.min(usize::from(rest.width / 4)).min(20);
    let window = parts::window(lines.len(), line, titled, usize::from(rest.height), &app.views.ask.list_top);
    for (y, line) in (0..rest.height).zip(lines.get(window).unwrap_or_default()) {
        let place = row_of(rest, y);
        match line {
            Row::Stage(id) => stage(&flow, id, place, buf, theme),
            Row::Question(i) => {
                let Some(entry) = rows.get(*i) else { continue };
                question(app, &flow, entry, hits.contains(i), aside_cells, place, buf, theme);
                app.hits.note(place, Target::Row(*i));
                if *i == at {
                    put(buf, place, 0, 0, theme.glyphs.cursor, theme.accent);
                    select(buf, place, theme);
                }
            }
        }
    }
    if let Some(entry) = rows.get(at) {
        detail::draw(app, &flow, &entry.id, theme, right, buf);
    }
}

fn lines<'a>(rows: &'a [Entry], flow: &Flow<'_>) -> Vec<Row<'a>> {
    let mut out = Vec::with_capacity(rows.len() + flow.playbook.stages.len());
    let mut stage = None;
    for (i, entry) in rows.iter().enumerate() {
        if stage != Some(&entry.stage) {
            stage = Some(&entry.stage);
            out.push(Row::Stage(&entry.stage));
        }
        out.push(Row::Question(i));
    }
    out
}

/// At the right of the title: the search or the filter, and what waits.
fn note(app: &App, doc: &Doc, flow: &Flow<'_>) -> String {
    let view = &app.views.ask;
    let mut out = Vec::new();
    if let Some(search) = &view.search {
        out.push(format!("/{search} {}", found(app).len()));
    }
    if !view.filter.words().is_empty() {
        out.push(view.filter.words());
    }
    if out.is_empty() {
        let (done, all) = flow.coverage();
        out.push(format!("{done} of {all} answered"));
    }
    match doc.session.state.open_proposals().count() {
        0 => {}
        1 => out.push("t 1 proposal waits".into()),
        n => out.push(format!("t {n} proposals wait")),
    }
    out.join("   ")
}

fn stage(flow: &Flow<'_>, id: &str, place: Rect, buf: &mut Buffer, theme: &Theme) {
    let title = flow.playbook.stages.iter().find(|s| s.id == id).map_or(id, |s| s.title.as_str());
    let (done, all) = coverage(flow, id);
    let used = 1 + put(buf, place, 1, 0, title, theme.title);
    let style = if done == all { theme.good } else { theme.dim };
    put(buf, place, used + 2, 0, &format!("{done}/{all}"), style);
}

/// Who answered, or else who should be asked; where there are several, the first one and how many more.
fn aside(app: &App, flow: &Flow<'_>, entry: &Entry, theme: &Theme) -> (String, Style) {
    let state = &flow.session.state;
    let mut who: Vec<&str> = Vec::new();
    for a in state.answers_to(&entry.id) {
        let shown = state.shown_as(&a.said_by);
        if !who.contains(&shown) {
            who.push(shown);
        }
    }
    let first = |list: &[&str]| match list {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => format!("{first} +{}", rest.len()),
    };
    if app.views.ask.drafts.keys().any(|(_, id)| *id == entry.id) {
        return ("begun".to_owned(), theme.warn);
    }
    if !who.is_empty() {
        return (first(&who), theme.text);
    }
    if let Some(Some(role)) = state.deferred.get(&entry.id) {
        return (format!("{} {role}", theme.glyphs.arrow), theme.dim);
    }
    let ask = flow.playbook.question(&entry.id).map(|q| q.ask.as_slice()).unwrap_or_default();
    (first(&ask.iter().map(String::as_str).collect::<Vec<_>>()), theme.dim)
}

#[allow(clippy::too_many_arguments)]
fn question(
    app: &App,
    flow: &Flow<'_>,
    entry: &Entry,
    hit: bool,
    aside_cells: usize,
    place: Rect,
    buf: &mut Buffer,
    theme: &Theme,
) {
    let Some(q) = flow.playbook.question(&entry.id) else { return };
    let (mark, ink) = sign(entry.state, theme);
    put(buf, place, 2, 0, mark, ink);
    if q.required && entry.state != QuestionState::Answered {
        put(buf, place, 3, 0, "*", theme.accent);
    }
    let (aside, style) = aside(app, flow, entry, theme);
    let room = if place.width >= 50 { aside_cells } else { 0 };
    let words = fill(&q.text, &flow.fills());
    let style_of = if hit { theme.text.add_modifier(Modifier::UNDERLINED) } else { theme.text };
    let gap = if room > 0 { room + 2 } else { 0 };
    let text_area = Rect { width: place.width.saturating_sub(u16::try_from(gap).unwrap_or(0)), ..place };
    put(buf, text_area, 5, 0, &words, style_of);
    if room > 0 {
        let inside = Rect { width: place.width.saturating_sub(1), ..place };
        put_right(buf, inside, 0, &text::cut(&aside, room), style);
    }
}

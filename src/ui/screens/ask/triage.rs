//! What the answers propose, and what taking the selected proposal would do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::parts::{self, Column, inset};
use super::split;
use crate::app::hits::Target;
use crate::app::screens::ask::triage::{Group, waiting};
use crate::app::screens::ask::words::value_words;
use crate::app::{App, Doc};
use crate::domain::event::ProposalKind;
use crate::domain::playbook::{PlaybookHypothesis, fill};
use crate::domain::session::{AnswerRecord, Proposal};
use crate::domain::words::Rating;
use crate::ui::text;
use crate::ui::theme::Theme;
use crate::ui::widgets::draw::{put, put_right, row_of, select};
use crate::ui::widgets::pane;

/// Cells of the labels at the left.
const LABEL: u16 = 10;

enum Row {
    Title(Group, usize),
    Proposal(usize),
}

/// Draws the proposals and the selected one in full.
pub fn draw(app: &App, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(doc) = &app.doc else { return };
    let rows = waiting(app);
    if rows.is_empty() {
        let rest = pane::title(area, buf, theme, "Triage", "", true);
        let words = "Nothing waits. Answers propose hypotheses and clues, and people who contradict each other; they \
                     gather here while an interview runs and are yours to take or to leave. Esc goes back to the \
                     questions, H adds a hypothesis of your own.";
        pane::empty(rest, buf, theme, words);
        return;
    }
    let lines = lines(&rows);
    let (left, right) = split(area, lines.len());
    let n = rows.len();
    let rest = pane::title(left, buf, theme, "Triage", &format!("{n} {}", if n == 1 { "waits" } else { "wait" }), true);
    app.views.ask.proposals.window(n, usize::from(rest.height));
    let at = app.views.ask.proposals.selected(n).unwrap_or(0);
    let line = lines.iter().position(|l| matches!(l, Row::Proposal(i) if *i == at)).unwrap_or(0);
    let titled = line.checked_sub(1).and_then(|i| lines.get(i)).is_some_and(|l| matches!(l, Row::Title(..)));
    let window = parts::window(lines.len(), line, titled, usize::from(rest.height), &app.views.ask.proposals_top);
    for (y, line) in (0..rest.height).zip(lines.get(window).unwrap_or_default()) {
        let place = row_of(rest, y);
        match line {
            Row::Title(group, count) => {
                let used = 1 + put(buf, place, 1, 0, group.title(), theme.title);
                put(buf, place, used + 2, 0, &count.to_string(), theme.dim);
            }
            Row::Proposal(i) => {
                let Some(p) = rows.get(*i) else { continue };
                proposal(doc, p, place, buf, theme);
                app.hits.note(place, Target::Row(*i));
                if *i == at {
                    put(buf, place, 0, 0, theme.glyphs.cursor, theme.accent);
                    select(buf, place, theme);
                }
            }
        }
    }
    if let Some(p) = rows.get(at) {
        detail(doc, p, theme, right, buf);
    }
}

fn lines(rows: &[&Proposal]) -> Vec<Row> {
    let mut out = Vec::with_capacity(rows.len() + 4);
    let mut group = None;
    for (i, p) in rows.iter().enumerate() {
        let own = Group::of(p.kind);
        if group != Some(own) {
            group = Some(own);
            out.push(Row::Title(own, rows.iter().filter(|p| Group::of(p.kind) == own).count()));
        }
        out.push(Row::Proposal(i));
    }
    out
}

fn proposal(doc: &Doc, p: &Proposal, place: Rect, buf: &mut Buffer, theme: &Theme) {
    let (mark, ink) = match p.kind {
        ProposalKind::Block | ProposalKind::Contradiction => (theme.glyphs.warn, theme.warn),
        _ => (theme.glyphs.dot, theme.dim),
    };
    put(buf, place, 2, 0, mark, ink);
    let from = source(doc, p).map(|a| doc.session.state.shown_as(&a.said_by).to_owned()).unwrap_or_default();
    let room = if place.width >= 50 { usize::from(place.width / 4).min(20) } else { 0 };
    let gap = u16::try_from(if room > 0 { room + 2 } else { 0 }).unwrap_or(0);
    put(buf, Rect { width: place.width.saturating_sub(gap), ..place }, 4, 0, &p.text, theme.text);
    if room > 0 {
        let inside = Rect { width: place.width.saturating_sub(1), ..place };
        put_right(buf, inside, 0, &text::cut(&from, room), theme.dim);
    }
}

/// The answer from which a proposal comes.
fn source<'a>(doc: &'a Doc, p: &Proposal) -> Option<&'a AnswerRecord> {
    let session = &doc.session;
    let at = session.find(&p.source, session.events.len())?;
    let n = session.events.get(at)?.n;
    session.state.answers.iter().find(|a| a.event == n)
}

fn detail(doc: &Doc, p: &Proposal, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let (title, does) = match p.kind {
        ProposalKind::Hypothesis => ("A hypothesis", "Enter puts it on the board"),
        ProposalKind::Clue => ("A clue", "Enter shows the ratings, then pins it"),
        ProposalKind::ClueForm => ("A clue to be worded", "Enter lets you word and rate it"),
        ProposalKind::Contradiction => ("Two statements that don't agree", "Enter makes it a clue that you rate"),
        ProposalKind::Note => ("A note", "Enter keeps it in session and report"),
        ProposalKind::Block => ("To settle first", "Enter keeps it as a note"),
    };
    let rest = pane::title(area, buf, theme, title, does, false);
    let inside = inset(Rect { width: rest.width.saturating_sub(1), ..rest }, 1);
    let roomy = inside.height >= 12;
    let mut column = Column::new(inside, buf);
    column.prose(&p.text, theme.text.add_modifier(Modifier::BOLD));
    if roomy {
        column.gap();
    }
    match p.kind {
        ProposalKind::Hypothesis => hypothesis(doc, p, theme, &mut column),
        ProposalKind::Clue | ProposalKind::ClueForm | ProposalKind::Contradiction => clue(doc, p, theme, &mut column),
        ProposalKind::Note | ProposalKind::Block => {}
    }
    if roomy {
        column.gap();
    }
    origin(doc, p, theme, &mut column);
}

fn hypothesis(doc: &Doc, p: &Proposal, theme: &Theme, column: &mut Column<'_>) {
    let from: Option<&PlaybookHypothesis> =
        doc.playbook.as_ref().zip(p.hypothesis.as_ref()).and_then(|(b, h)| b.hypothesis(h));
    let (Some(h), Some(flow)) = (from, doc.flow()) else {
        column.prose("The playbook knows this hypothesis no more. Add it by hand with H.", theme.warn);
        return;
    };
    let fills = flow.fills();
    if let Some(row) = &h.row {
        column.labelled("feeds", LABEL, &format!("the row “{}”", doc.row_title(row)), theme.text, theme);
    }
    for (label, words) in [("claim", &h.claim), ("wrong if", &h.wrong_if), ("lever", &h.lever)] {
        if !words.is_empty() {
            column.labelled(label, LABEL, &fill(words, &fills), theme.text, theme);
        }
    }
    if !h.ds_problem.kind.is_empty() {
        column.labelled("solution", LABEL, &h.ds_problem.kind.replace('_', " "), theme.text, theme);
    }
}

/// How expected the clue is under each row, as the playbook suggests it.
fn clue(doc: &Doc, p: &Proposal, theme: &Theme, column: &mut Column<'_>) {
    if p.ratings.is_empty() {
        column.prose("How expected it is under each row is yours to say.", theme.dim);
    }
    let mut first = true;
    for (id, rating) in &p.ratings {
        let (title, aside) = match doc.session.state.row(id) {
            Some(row) => (row.title.clone(), ""),
            None => {
                let title = doc.playbook.as_ref().and_then(|b| b.hypothesis(id)).map_or(id.as_str(), |h| &h.title);
                (title.to_owned(), " (not on the board, so it does not count there)")
            }
        };
        let ink = match rating {
            _ if !aside.is_empty() => theme.dim,
            Rating::Absurd | Rating::Surprising | Rating::ABitSurprising => theme.bad,
            Rating::NoDifference => theme.dim,
            _ => theme.good,
        };
        let words = format!("{} {} if “{title}”{aside}", rating.sign(), rating.words());
        column.labelled(if first { "rates" } else { "" }, LABEL, &words, ink, theme);
        first = false;
    }
    if let Some(grade) = p.grade {
        column.labelled("source", LABEL, grade.words(), theme.text, theme);
    }
}

/// The question, who answered it and how.
fn origin(doc: &Doc, p: &Proposal, theme: &Theme, column: &mut Column<'_>) {
    let Some(flow) = doc.flow() else { return };
    let answer = source(doc, p);
    let state = &doc.session.state;
    if let Some(a) = answer {
        let role = state.people.get(&a.said_by).map(|p| p.role.as_str()).unwrap_or_default();
        column.labelled("from", LABEL, &format!("{}, {role}", state.shown_as(&a.said_by)), theme.text, theme);
    } else if p.question.is_none() {
        column.labelled("from", LABEL, "the table, when the KPI was measured", theme.text, theme);
    }
    let Some(q) = p.question.as_deref().or(answer.map(|a| a.question.as_str())).and_then(|q| flow.playbook.question(q))
    else {
        return;
    };
    column.labelled("asked", LABEL, &fill(&q.text, &flow.fills()), theme.dim, theme);
    let Some(a) = answer else { return };
    let value = value_words(q, a);
    let both = [value.as_str(), a.text.trim()].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join("\n");
    column.labelled("said", LABEL, &both, theme.text, theme);
}

//! The selected question in full: text, why, whom to ask, probes, and what was answered.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::list::sign;
use super::parts::{Column, inset};
use crate::app::App;
use crate::app::screens::ask::list::answer_place;
use crate::app::screens::ask::words::{is_weak, value_words};
use crate::domain::playbook::{Flow, Question, QuestionState, QuestionType, fill};
use crate::domain::session::AnswerRecord;
use crate::ui::theme::Theme;
use crate::ui::widgets::pane;

/// Cells of the labels at the left.
const LABEL: u16 = 9;

/// How a question is answered, in words.
fn kind_words(q: &Question) -> String {
    let unit = q.unit.as_deref().or(q.scale.as_ref().and_then(|s| s.unit.as_deref()));
    let unit = unit.map(|u| format!(", {u}")).unwrap_or_default();
    let kind = match q.kind {
        QuestionType::FreeText => "in their words",
        QuestionType::Choice => "one of these",
        QuestionType::Multi => "any of these",
        QuestionType::MultiFree => "a list of short words",
        QuestionType::YesNo => "yes or no",
        QuestionType::Number => "a number",
        QuestionType::NumberPair => "two numbers, from and to",
        QuestionType::Date => "a day",
        QuestionType::Rating => "a point on a scale",
        QuestionType::Person => "somebody to ask",
    };
    format!("{kind}{unit}")
}

/// Draws the details.
pub fn draw(app: &App, flow: &Flow<'_>, id: &str, theme: &Theme, area: Rect, buf: &mut Buffer) {
    let Some(q) = flow.playbook.question(id) else { return };
    let state = flow.state_of(id);
    let note = match state {
        QuestionState::Answered => "answered",
        QuestionState::Unknown => "asked, nobody knew",
        QuestionState::Deferred => "put off",
        QuestionState::Open => "open",
    };
    let need = if q.required { ", needed for the brief" } else { "" };
    let (mark, _) = sign(state, theme);
    let rest = pane::title(area, buf, theme, &format!("{mark} {id}"), &format!("{note}{need}"), false);
    let inside = inset(Rect { width: rest.width.saturating_sub(1), ..rest }, 1);
    let fills = flow.fills();
    let answers: Vec<&AnswerRecord> = flow.session.state.answers_to(id).collect();
    let roomy = inside.height >= 14;
    // Answers matter most where there is little room, so they come before what helps to ask.
    let answers_first = !roomy && !answers.is_empty();
    let mut column = Column::new(inside, buf);
    column.prose(&fill(&q.text, &fills), theme.text.add_modifier(Modifier::BOLD));
    if answers_first {
        given(app, flow, q, &answers, theme, &mut column);
    }
    if roomy {
        column.gap();
    }
    if !q.why.is_empty() {
        column.labelled("why", LABEL, &fill(&q.why, &fills), theme.dim, theme);
    }
    column.labelled("ask", LABEL, &asks(flow, q, roomy), theme.text, theme);
    column.labelled("answer", LABEL, &kind_words(q), theme.text, theme);
    if roomy {
        for (_, words) in &q.options {
            column.indented(LABEL, &format!("{} {words}", theme.glyphs.dot), theme.dim);
        }
    }
    if !answers_first && !answers.is_empty() {
        if roomy {
            column.gap();
        }
        given(app, flow, q, &answers, theme, &mut column);
    }
    if roomy && !q.probes.is_empty() {
        column.gap();
    }
    for (i, probe) in q.probes.iter().enumerate() {
        column.labelled(if i == 0 { "probes" } else { "" }, LABEL, &fill(probe, &fills), theme.text, theme);
    }
    if let Some(tips) = &q.tips {
        column.labelled("tip", LABEL, &fill(tips, &fills), theme.dim, theme);
    }
    if answers.is_empty() && roomy && column.left() > 2 {
        column.gap();
        column.prose("Nobody was asked yet. Enter asks it now; i begins an interview.", theme.dim);
    }
}

/// Roles with who that is.
fn asks(flow: &Flow<'_>, q: &Question, long: bool) -> String {
    let mut list: Vec<String> = q
        .ask
        .iter()
        .map(|r| match flow.playbook.role(r).filter(|_| long) {
            Some(who) => format!("{r}: {}", who.split(['(', ';']).next().unwrap_or(who).trim()),
            None => r.clone(),
        })
        .collect();
    if let Some(Some(role)) = flow.session.state.deferred.get(&q.id) {
        list.push(format!("handed to {role}"));
    }
    list.join(if long { "\n" } else { ", " })
}

/// What was answered, the oldest first; the selected answer is marked where there are several.
fn given(app: &App, flow: &Flow<'_>, q: &Question, answers: &[&AnswerRecord], theme: &Theme, column: &mut Column<'_>) {
    let state = &flow.session.state;
    let selected = answer_place(app, answers.len());
    for (i, a) in answers.iter().enumerate() {
        let chosen = answers.len() > 1 && selected == Some(i);
        let role = state.people.get(&a.said_by).map(|p| p.role.as_str()).unwrap_or_default();
        let day = a.at.get(..10).unwrap_or_default();
        let cursor = if chosen { theme.glyphs.cursor } else { " " };
        let who = format!("{cursor} {}, {role}, {day}", state.shown_as(&a.said_by));
        column.prose(&who, if chosen { theme.accent } else { theme.dim });
        let value = value_words(q, a);
        if !value.is_empty() {
            column.indented(2, &value, theme.text);
        }
        if !a.text.trim().is_empty() {
            let quoted =
                if a.verbatim { format!("“{}”  verbatim", a.text.trim()) } else { a.text.trim().to_owned() };
            column.indented(2, &quoted, theme.text);
        }
        if is_weak(q, &a.value, &a.text) {
            let nudge = q.nudge.as_deref().unwrap_or("A weak answer: ask once more.");
            column.indented(2, &format!("{} {nudge}", theme.glyphs.warn), theme.warn);
        }
    }
}

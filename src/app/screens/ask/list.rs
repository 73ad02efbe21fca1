//! The list of questions: which are shown, in which order, and what a search finds.

use crate::app::{App, Effect, Tone, forms};
use crate::domain::decide::Intent;
use crate::domain::event::{Act, Ratings};
use crate::domain::playbook::{Flow, Question, QuestionState, fill};
use crate::domain::session::AnswerRecord;
use crate::domain::words::{Grade, Origin};

/// Which questions are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Filter {
    /// All that fit the problem and the answers so far.
    #[default]
    All,
    /// Those that nobody answered.
    Open,
    /// Those that nobody answered and this role could.
    OpenFor(String),
}

impl Filter {
    /// What is shown, in words; empty for all.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Open => "only open".into(),
            Self::OpenFor(role) => format!("only open, for {role}"),
        }
    }
}

/// A question in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Question.
    pub id: String,
    /// Stage.
    pub stage: String,
    /// How it stands.
    pub state: QuestionState,
}

/// The questions as listed: stage by stage, filtered.
#[must_use]
pub fn entries(app: &App) -> Vec<Entry> {
    let Some(flow) = app.doc.as_ref().and_then(|d| d.flow()) else { return Vec::new() };
    let mut out: Vec<(usize, Entry)> = flow
        .visible()
        .into_iter()
        .filter(|q| shows(&app.views.ask.filter, &flow, q))
        .map(|q| {
            let stage = flow.playbook.stages.iter().position(|s| s.id == q.stage).unwrap_or(usize::MAX);
            (stage, Entry { id: q.id.clone(), stage: q.stage.clone(), state: flow.state_of(&q.id) })
        })
        .collect();
    out.sort_by_key(|(stage, _)| *stage);
    out.into_iter().map(|(_, e)| e).collect()
}

fn shows(filter: &Filter, flow: &Flow<'_>, q: &Question) -> bool {
    let open = || flow.state_of(&q.id) != QuestionState::Answered;
    match filter {
        Filter::All => true,
        Filter::Open => open(),
        Filter::OpenFor(role) => open() && asks(flow, q, role),
    }
}

/// Whether a role should be asked: the question names it, or was handed to it.
fn asks(flow: &Flow<'_>, q: &Question, role: &str) -> bool {
    let handed = flow.session.state.deferred.get(&q.id).and_then(|to| to.as_deref());
    q.ask.iter().any(|r| r == role) || handed == Some(role)
}

/// Answered and all questions of a stage, whatever the filter.
#[must_use]
pub fn coverage(flow: &Flow<'_>, stage: &str) -> (usize, usize) {
    let of_stage: Vec<_> = flow.visible().into_iter().filter(|q| q.stage == stage).collect();
    let done = of_stage.iter().filter(|q| flow.state_of(&q.id) == QuestionState::Answered).count();
    (done, of_stage.len())
}

/// The selected question's id.
#[must_use]
pub fn selected(app: &App) -> Option<String> {
    let rows = entries(app);
    app.views.ask.list.selected(rows.len()).and_then(|i| rows.get(i)).map(|e| e.id.clone())
}

/// The place of the selected answer among those to the selected question; the latest until another is chosen.
#[must_use]
pub fn answer_place(app: &App, answers: usize) -> Option<usize> {
    let last = answers.checked_sub(1)?;
    let chosen = app.views.ask.answer.as_ref().filter(|(q, _)| Some(q) == selected(app).as_ref());
    Some(chosen.map_or(last, |(_, at)| (*at).min(last)))
}

/// The selected answer.
#[must_use]
pub fn selected_answer(app: &App) -> Option<AnswerRecord> {
    let id = selected(app)?;
    let answers: Vec<&AnswerRecord> = app.doc.as_ref()?.session.state.answers_to(&id).collect();
    answers.get(answer_place(app, answers.len())?).map(|a| (*a).clone())
}

/// The words of an answer: what was said, else what was chosen.
fn words_of(app: &App, answer: &AnswerRecord) -> Option<String> {
    if !answer.text.trim().is_empty() {
        return Some(answer.text.trim().to_owned());
    }
    let question = app.doc.as_ref()?.playbook.as_ref()?.question(&answer.question)?;
    Some(super::words::value_words(question, answer)).filter(|w| !w.is_empty())
}

/// The text of the selected question.
fn question_words(app: &App) -> Option<String> {
    let flow = app.doc.as_ref()?.flow()?;
    let question = flow.playbook.question(&selected(app)?)?;
    Some(fill(&question.text, &flow.fills()))
}

/// The selected answer as text, or the question where nobody answered.
#[must_use]
pub fn selected_words(app: &App) -> Option<String> {
    selected_answer(app).and_then(|a| words_of(app, &a)).or_else(|| question_words(app))
}

/// What the selected question and its answer give a new hypothesis to begin from.
#[must_use]
pub fn seed(app: &App) -> Option<forms::Seed> {
    if app.views.ask.triage {
        return None;
    }
    let question = selected(app)?;
    let said = selected_answer(app).filter(|a| !a.is_unknown()).and_then(|a| {
        let who = app.doc.as_ref()?.session.state.shown_as(&a.said_by).to_owned();
        Some(format!("{who} said: {}", words_of(app, &a)?))
    });
    Some(forms::Seed {
        name: question_words(app)?,
        claim: said.unwrap_or_default(),
        question: Some(question),
        ..forms::Seed::default()
    })
}

/// Pins the selected answer as a clue: told, by the person who said it.
pub fn pin(app: &mut App) -> Vec<Effect> {
    let Some(answer) = selected_answer(app) else { return Vec::new() };
    let Some(text) = words_of(app, &answer) else { return Vec::new() };
    let pin = forms::Pin {
        record: None,
        source: Some(answer.reference.clone()),
        origin: Origin::Told,
        family: format!("person:{}", answer.said_by),
        grade: Grade::C,
        text,
        ratings: Ratings::new(),
        says: question_words(app).unwrap_or_default(),
    };
    forms::open_pin(app, pin);
    Vec::new()
}

/// Selects the answer before or after.
pub fn step_answer(app: &mut App, forward: bool) -> Vec<Effect> {
    let Some(id) = selected(app) else { return Vec::new() };
    let n = app.doc.as_ref().map_or(0, |d| d.session.state.answers_to(&id).count());
    if let Some(at) = answer_place(app, n) {
        let at = if forward { (at + 1).min(n - 1) } else { at.saturating_sub(1) };
        app.views.ask.answer = Some((id, at));
    }
    Vec::new()
}

/// Selects a question in the list; a filter that hides it is taken away.
pub fn select(app: &mut App, question: &str) {
    let place = |app: &App| entries(app).iter().position(|e| e.id == question);
    app.views.ask.triage = false;
    if place(app).is_none() {
        app.views.ask.filter = Filter::All;
    }
    if let Some(at) = place(app) {
        app.views.ask.list.select(at);
    }
}

/// The next filter: all, only open, only open for each role that still has something to be asked, all.
pub fn next_filter(app: &mut App) -> Vec<Effect> {
    let Some(flow) = app.doc.as_ref().and_then(|d| d.flow()) else { return Vec::new() };
    let open: Vec<&Question> =
        flow.visible().into_iter().filter(|q| flow.state_of(&q.id) != QuestionState::Answered).collect();
    let roles: Vec<String> =
        flow.playbook.roles.iter().map(|(r, _)| r.clone()).filter(|r| open.iter().any(|q| asks(&flow, q, r))).collect();
    let next = match &app.views.ask.filter {
        Filter::All => Filter::Open,
        Filter::Open => roles.first().cloned().map_or(Filter::All, Filter::OpenFor),
        Filter::OpenFor(now) => roles
            .iter()
            .position(|r| r == now)
            .and_then(|i| roles.get(i + 1))
            .cloned()
            .map_or(Filter::All, Filter::OpenFor),
    };
    let kept = selected(app);
    app.views.ask.filter = next;
    let rows = entries(app);
    app.views.ask.list.select(rows.iter().position(|e| Some(&e.id) == kept.as_ref()).unwrap_or(0));
    Vec::new()
}

/// The places of questions that hold the searched words: in their text, why, options or in what was answered.
#[must_use]
pub fn found(app: &App) -> Vec<usize> {
    let (Some(doc), Some(search)) = (&app.doc, &app.views.ask.search) else { return Vec::new() };
    let Some(flow) = doc.flow() else { return Vec::new() };
    let needle = search.to_lowercase();
    let fills = flow.fills();
    let holds = |q: &Question| {
        let mut texts = vec![q.id.clone(), fill(&q.text, &fills), fill(&q.why, &fills)];
        texts.extend(q.options.iter().map(|(_, w)| w.clone()));
        texts.extend(doc.session.state.answers_to(&q.id).map(|a| a.text.clone()));
        texts.iter().any(|t| t.to_lowercase().contains(&needle))
    };
    entries(app)
        .iter()
        .enumerate()
        .filter(|(_, e)| flow.playbook.question(&e.id).is_some_and(holds))
        .map(|(i, _)| i)
        .collect()
}

/// Searches from the selected question on.
pub fn search(app: &mut App, words: &str) {
    let words = words.trim();
    app.views.ask.search = (!words.is_empty()).then(|| words.to_owned());
    if words.is_empty() {
        return;
    }
    let hits = found(app);
    let now = app.views.ask.list.selected(entries(app).len()).unwrap_or(0);
    match hits.iter().find(|i| **i >= now).or(hits.first()) {
        Some(at) => app.views.ask.list.select(*at),
        None => app.say(Tone::Warn, format!("No question or answer holds \"{words}\".")),
    }
}

/// The next or the previous question that the search finds, round the end.
pub fn next_found(app: &mut App, forward: bool) -> Vec<Effect> {
    let hits = found(app);
    let now = app.views.ask.list.selected(entries(app).len()).unwrap_or(0);
    let to = if forward {
        hits.iter().find(|i| **i > now).or(hits.first())
    } else {
        hits.iter().rev().find(|i| **i < now).or(hits.last())
    };
    match to {
        Some(at) => app.views.ask.list.select(*at),
        None => app.say(Tone::Plain, "Nothing is searched for, or nothing was found. / searches."),
    }
    Vec::new()
}

/// Puts the selected question off for another day.
pub fn later(app: &mut App) -> Vec<Effect> {
    let Some(question) = selected(app) else { return Vec::new() };
    let state = app.doc.as_ref().and_then(|d| d.flow()).map(|f| f.state_of(&question));
    match state {
        Some(QuestionState::Answered) => {
            app.say(Tone::Plain, "It is answered already.");
            Vec::new()
        }
        Some(QuestionState::Deferred) => {
            app.say(Tone::Plain, "It is put off already; it comes last in the next interview.");
            Vec::new()
        }
        _ => app.record_or_say(Intent::record(Act::Defer { question, to: None })),
    }
}

/// Goes back one step: the filter, the search, then the board beside a narrow screen.
pub fn back(app: &mut App) -> Vec<Effect> {
    let view = &mut app.views.ask;
    if view.search.is_some() {
        view.search = None;
    } else if view.filter != Filter::All {
        let kept = selected(app);
        app.views.ask.filter = Filter::All;
        if let Some(id) = kept {
            select(app, &id);
        }
    } else {
        app.board_open = false;
    }
    Vec::new()
}

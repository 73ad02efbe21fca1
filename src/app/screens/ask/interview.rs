//! Interview mode: one question at a time for the person who sits beside the user.
//!
//! Every answer is recorded at once; what is not complete stays as a draft for that question and person. Nothing
//! here shows or computes what answers propose: that waits for the triage.

use std::collections::BTreeSet;

use super::answer::Answering;
use super::settle::{Settled, keep_draft, settle_aside, settle_forward};
use crate::app::commands::writable;
use crate::app::key::{Key, KeyCode};
use crate::app::safe::{self, Then};
use crate::app::{App, Effect, Screen, Tone};
use crate::domain::decide::Intent;
use crate::domain::event::Act;
use crate::domain::playbook::Question;

/// Minutes that a time box can have, in the order in which Ctrl-T goes through them.
const TIME_BOXES: [u32; 3] = [10, 20, 30];

/// An interview with one person.
#[derive(Debug)]
pub struct Interview {
    /// Who is asked.
    pub alias: String,
    /// When it began, UTC as stamped.
    pub started_at: String,
    /// Minutes that it should take.
    pub time_box: Option<u32>,
    /// Questions shown so far, in order.
    pub asked: Vec<String>,
    /// Which of them is shown.
    pub at: usize,
    /// The answer being given; `None` once all is asked.
    pub answer: Option<Answering>,
    /// Who should be asked instead is being chosen.
    pub choosing: Option<Chooser>,
    /// Questions answered in this interview.
    pub recorded: BTreeSet<String>,
    /// Questions put off in this interview; they come once more at its end.
    pub put_off: BTreeSet<String>,
}

/// Which role should be asked instead.
#[derive(Debug)]
pub struct Chooser {
    /// Role and who that is; those whom the question is meant for come first.
    pub roles: Vec<(String, String)>,
    /// The selected one.
    pub selected: usize,
}

/// Begins an interview with a person who is known. A question chosen beforehand comes first.
pub fn begin_interview(app: &mut App, alias: &str) {
    let first = app.views.ask.first.take().filter(|id| question(app, id).is_some());
    if let Err(why) = writable(app) {
        app.say(Tone::Warn, format!("No interview: {why}."));
        return;
    }
    let Some(doc) = &app.doc else { return };
    if doc.playbook.is_none() {
        app.say(Tone::Warn, "No interview: this session's playbook was not found, so there are no questions.");
        return;
    }
    let Some(person) = doc.session.state.people.get(alias) else {
        app.say(Tone::Warn, format!("No interview: nobody is known as {alias}. Add the person first."));
        return;
    };
    let nothing_left = format!("Nothing is left to ask {} ({}).", doc.session.state.shown_as(alias), person.role);
    let started_at = app.stamp.as_ref().map(|s| s.at.clone()).unwrap_or_default();
    app.screen = Screen::Ask;
    app.views.ask.triage = false;
    app.views.ask.interview = Some(Interview {
        alias: alias.to_owned(),
        started_at,
        time_box: None,
        asked: Vec::new(),
        at: 0,
        answer: None,
        choosing: None,
        recorded: BTreeSet::new(),
        put_off: BTreeSet::new(),
    });
    match first.or_else(|| waiting(app).into_iter().next()) {
        Some(question) => show_new(app, question),
        None => {
            app.views.ask.interview = None;
            app.say(Tone::Plain, nothing_left);
        }
    }
}

/// Questions for this person that this interview has not shown, those put off last.
#[must_use]
pub fn waiting(app: &App) -> Vec<String> {
    let (Some(doc), Some(interview)) = (&app.doc, &app.views.ask.interview) else { return Vec::new() };
    let (Some(flow), Some(person)) = (doc.flow(), doc.session.state.people.get(&interview.alias)) else {
        return Vec::new();
    };
    flow.for_person(&interview.alias, &person.role)
        .into_iter()
        .map(|q| q.id.clone())
        .filter(|id| !interview.asked.contains(id))
        .collect()
}

/// Which question it is, and how many there are as far as is known now.
#[must_use]
pub fn place(app: &App) -> (usize, usize) {
    let Some(interview) = &app.views.ask.interview else { return (0, 0) };
    (interview.at + 1, interview.asked.len() + waiting(app).len())
}

/// Seconds since the interview began; `None` without a clock.
#[must_use]
pub fn elapsed(app: &App) -> Option<i64> {
    let from: jiff::Timestamp = app.views.ask.interview.as_ref()?.started_at.parse().ok()?;
    let to: jiff::Timestamp = app.stamp.as_ref()?.at.parse().ok()?;
    Some((to.as_second() - from.as_second()).max(0))
}

pub(super) fn interview(app: &mut App) -> Option<&mut Interview> {
    app.views.ask.interview.as_mut()
}

pub(in crate::app) fn answering(app: &mut App) -> Option<&mut Answering> {
    interview(app)?.answer.as_mut()
}

fn question(app: &App, id: &str) -> Option<Question> {
    app.doc.as_ref()?.playbook.as_ref()?.question(id).cloned()
}

/// Shows a question that this interview has not shown yet.
fn show_new(app: &mut App, id: String) {
    if let Some(i) = interview(app) {
        i.asked.push(id);
        let last = i.asked.len() - 1;
        show(app, last);
    }
}

/// Shows the question at a place: with its draft, with what was recorded in this interview, or empty.
fn show(app: &mut App, at: usize) {
    let Some(i) = interview(app) else { return };
    i.at = at;
    i.choosing = None;
    let Some(id) = i.asked.get(at).cloned() else { return };
    let (alias, was_recorded) = (i.alias.clone(), i.recorded.contains(&id));
    let Some(q) = question(app, &id) else { return };
    let key = (alias.clone(), id.clone());
    let answer = if let Some(mut draft) = app.views.ask.drafts.remove(&key) {
        draft.error = None;
        draft.nudge = None;
        draft
    } else {
        let record = app.doc.as_ref().filter(|_| was_recorded).and_then(|d| {
            d.session.state.answers_to(&id).filter(|a| a.said_by == alias).last().map(|a| Answering::of(&q, a))
        });
        record.unwrap_or_else(|| Answering::new(&q))
    };
    if let Some(i) = interview(app) {
        i.answer = Some(answer);
    }
}

/// Shows the next question: one seen before, the next open one, or the end.
fn go_on(app: &mut App) {
    let Some(i) = interview(app) else { return };
    if i.at + 1 < i.asked.len() {
        let next = i.at + 1;
        show(app, next);
    } else if let Some(id) = waiting(app).into_iter().next() {
        show_new(app, id);
    } else if let Some(i) = interview(app) {
        i.answer = None;
        i.choosing = None;
    }
}

/// Ctrl-N: records what was answered and goes on.
pub fn next(app: &mut App) -> Vec<Effect> {
    if safe::ask_of_answer(app, Then::Next) {
        return Vec::new();
    }
    match settle_forward(app) {
        Settled::Stay => Vec::new(),
        Settled::Go(effects) => {
            keep_draft(app);
            go_on(app);
            effects
        }
    }
}

/// Ctrl-B: back to the question before.
pub fn before(app: &mut App) -> Vec<Effect> {
    if safe::ask_of_answer(app, Then::Before) {
        return Vec::new();
    }
    let effects = settle_aside(app);
    let Some(i) = interview(app) else { return effects };
    let ended = i.answer.is_none();
    match (ended, i.at.checked_sub(1)) {
        (true, _) => {
            let at = i.at.min(i.asked.len().saturating_sub(1));
            show(app, at);
        }
        (false, Some(at)) => show(app, at),
        (false, None) => {
            let at = i.at;
            show(app, at);
            app.say(Tone::Plain, "This is the first question of the interview.");
        }
    }
    effects
}

/// Ctrl-L: puts the question off. It comes once more at the end of this interview, then another day.
pub fn later(app: &mut App) -> Vec<Effect> {
    let Some(id) = current(app) else { return Vec::new() };
    if interview(app).is_some_and(|i| i.recorded.contains(&id)) {
        app.say(Tone::Plain, "It is answered already. Ctrl-N goes on.");
        return Vec::new();
    }
    keep_draft(app);
    let effects = match app.record(Intent::record(Act::Defer { question: id.clone(), to: None })) {
        Ok(effects) => effects,
        Err(refusal) => {
            app.say(Tone::Bad, refusal.to_string());
            return Vec::new();
        }
    };
    let Some(i) = interview(app) else { return effects };
    if i.put_off.insert(id) {
        // It leaves its place and waits with those that come last.
        if i.at < i.asked.len() {
            i.asked.remove(i.at);
        }
        if i.at < i.asked.len() {
            let at = i.at;
            show(app, at);
        } else {
            i.at = i.asked.len().saturating_sub(1);
            go_on(app);
        }
    } else {
        go_on(app);
    }
    effects
}

fn current(app: &App) -> Option<String> {
    app.views.ask.interview.as_ref()?.answer.as_ref().map(|a| a.question.id.clone())
}

/// Ctrl-O: somebody else should be asked. Pressed again it goes to the next role.
pub fn someone_else(app: &mut App) -> Vec<Effect> {
    if let Some(c) = interview(app).and_then(|i| i.choosing.as_mut()) {
        c.selected = (c.selected + 1) % c.roles.len().max(1);
        return Vec::new();
    }
    let Some(asked) = current(app).and_then(|id| question(app, &id)).map(|q| q.ask) else { return Vec::new() };
    let Some(doc) = &app.doc else { return Vec::new() };
    let own = app.views.ask.interview.as_ref().and_then(|i| doc.session.state.people.get(&i.alias)).map(|p| &p.role);
    let mut roles: Vec<(String, String)> = doc
        .playbook
        .as_ref()
        .map(|p| p.roles.iter().filter(|(r, _)| Some(r) != own).cloned().collect())
        .unwrap_or_default();
    roles.sort_by_key(|(r, _)| asked.iter().position(|a| a == r).unwrap_or(usize::MAX));
    if roles.is_empty() {
        app.say(Tone::Warn, "The playbook names no other role.");
    } else if let Some(i) = interview(app) {
        i.choosing = Some(Chooser { roles, selected: 0 });
    }
    Vec::new()
}

/// Hands the question to the chosen role and goes on.
fn hand_over(app: &mut App) -> Vec<Effect> {
    let chosen = interview(app)
        .and_then(|i| i.choosing.take())
        .and_then(|c| c.roles.into_iter().nth(c.selected))
        .map(|(role, _)| role);
    let (Some(role), Some(question)) = (chosen, current(app)) else { return Vec::new() };
    keep_draft(app);
    match app.record(Intent::record(Act::Defer { question, to: Some(role.clone()) })) {
        Ok(effects) => {
            go_on(app);
            app.say(Tone::Good, format!("Kept for {role}."));
            effects
        }
        Err(refusal) => {
            app.say(Tone::Bad, refusal.to_string());
            Vec::new()
        }
    }
}

/// Ctrl-K: the person does not know. Recorded at once, with what was said about it.
pub fn does_not_know(app: &mut App) -> Vec<Effect> {
    let Some(a) = answering(app) else { return Vec::new() };
    a.unknown = true;
    next(app)
}

/// Ctrl-V: whether the words are exactly theirs.
pub fn verbatim(app: &mut App) -> Vec<Effect> {
    if let Some(a) = answering(app) {
        a.verbatim = !a.verbatim;
    }
    Vec::new()
}

/// Ctrl-T: a time box of 10, 20, 30 minutes, or none.
pub fn time_box(app: &mut App) -> Vec<Effect> {
    if let Some(i) = interview(app) {
        i.time_box = match i.time_box {
            None => TIME_BOXES.first().copied(),
            Some(now) => TIME_BOXES.into_iter().find(|m| *m > now),
        };
    }
    Vec::new()
}

/// Tab and S-Tab: between the typed part and the words.
pub fn step(app: &mut App, forward: bool) -> Vec<Effect> {
    if let Some(a) = answering(app) {
        a.step(forward);
    }
    Vec::new()
}

/// Alt-1 … Alt-9: asks a probe.
pub fn probe(app: &mut App, i: usize) -> Vec<Effect> {
    if !answering(app).is_some_and(|a| a.ask_probe(i)) {
        app.say(Tone::Plain, format!("This question has no probe {}.", i + 1));
    }
    Vec::new()
}

/// The program ends: what is complete is recorded as it was typed, anything else stays as a draft.
pub fn end(app: &mut App) -> Vec<Effect> {
    let effects = settle_aside(app);
    app.views.ask.interview = None;
    effects
}

/// Esc: leaves. A complete answer is recorded, anything else stays as a draft.
pub fn leave(app: &mut App) -> Vec<Effect> {
    if let Some(i) = interview(app) {
        if i.choosing.take().is_some() {
            return Vec::new();
        }
    }
    if safe::ask_of_answer(app, Then::Leave) {
        return Vec::new();
    }
    let ended = interview(app).is_some_and(|i| i.answer.is_none());
    let effects = settle_aside(app);
    let Some(i) = app.views.ask.interview.take() else { return effects };
    let open = app.doc.as_ref().map_or(0, |d| d.session.state.open_proposals().count());
    if let Some(id) = i.asked.get(i.at) {
        super::select(app, id);
    }
    if ended && open > 0 {
        app.views.ask.triage = true;
        app.views.ask.proposals.home();
    } else if ended {
        app.say(Tone::Plain, "The answers propose nothing to triage.");
    } else {
        let draft =
            i.asked.get(i.at).is_some_and(|id| app.views.ask.drafts.contains_key(&(i.alias.clone(), id.clone())));
        let kept =
            if draft { "the unfinished answer comes back when this question is asked again" } else { "all is kept" };
        let wait = if open > 0 { format!(" t shows what the answers propose ({open}).") } else { String::new() };
        app.say(Tone::Plain, format!("Interview left; {kept}.{wait}"));
    }
    effects
}

/// A key while an interview runs that is no command: text for what has the keys.
pub fn key(app: &mut App, key: Key) -> Vec<Effect> {
    let Some(i) = interview(app) else { return Vec::new() };
    let plain = !key.ctrl && !key.alt;
    if let Some(c) = &mut i.choosing {
        let last = c.roles.len().saturating_sub(1);
        match key.code {
            KeyCode::Enter if plain => return hand_over(app),
            KeyCode::Down | KeyCode::Char('j') if plain => c.selected = (c.selected + 1).min(last),
            KeyCode::Up | KeyCode::Char('k') if plain => c.selected = c.selected.saturating_sub(1),
            KeyCode::Char(d) if plain => {
                let at = d.to_digit(10).and_then(|d| usize::try_from(d).ok()).and_then(|d| d.checked_sub(1));
                if let Some(at) = at.filter(|at| *at <= last) {
                    c.selected = at;
                }
            }
            _ => {}
        }
        return Vec::new();
    }
    match &mut i.answer {
        Some(answer) => answer.key(key),
        None if key.code == KeyCode::Enter => return leave(app),
        None => {}
    }
    Vec::new()
}

/// Pasted text while an interview runs; never taken for keys.
pub fn paste(app: &mut App, text: &str) {
    match interview(app) {
        Some(Interview { choosing: None, answer: Some(answer), .. }) => answer.paste(text),
        Some(_) => app.say(Tone::Warn, "Nothing takes text here; the paste was ignored."),
        None => {}
    }
}

//! What becomes of the answer at hand when an interview moves: recorded, held back once, or kept as a draft.

use std::collections::BTreeSet;

use super::interview::{answering, interview};
use crate::app::{App, Effect};
use crate::domain::decide::{Intent, Stamp, batch_of, decide};
use crate::domain::event::{Act, Event, EventRef};

/// What became of the answer at hand when the interview moved.
pub(super) enum Settled {
    /// It was recorded, kept, or there was nothing: move on.
    Go(Vec<Effect>),
    /// It needs another look.
    Stay,
}

/// The intent that records the answer at hand. One given in this interview before is replaced, with the proposals
/// that followed from it; the log keeps both.
fn intent(app: &App) -> Option<Intent> {
    let i = app.views.ask.interview.as_ref()?;
    let a = i.answer.as_ref()?;
    let act = Act::Answer {
        question: a.question.id.clone(),
        said_by: i.alias.clone(),
        value: a.value(),
        unit: None,
        text: a.text(),
        verbatim: a.is_verbatim(),
    };
    if i.recorded.contains(&a.question.id) {
        let events = batch_of_answer(app, &i.alias, &a.question.id);
        if !events.is_empty() {
            return Some(Intent::RecordAll(vec![Act::Undo { events }, act]));
        }
    }
    Some(Intent::record(act))
}

/// The events that were recorded with this person's latest answer, so far as they say something themselves.
fn batch_of_answer(app: &App, alias: &str, question: &str) -> Vec<EventRef> {
    let Some(session) = app.doc.as_ref().map(|d| &d.session) else { return Vec::new() };
    let Some(answer) = session.state.answers_to(question).filter(|a| a.said_by == alias).last() else {
        return Vec::new();
    };
    let Some(id) = session.events.iter().find(|e| e.n == answer.event).and_then(|e| e.id.as_deref()) else {
        return vec![answer.reference.clone()];
    };
    session
        .events
        .iter()
        .filter(|e| e.id.as_deref().map(batch_of) == Some(batch_of(id)) && !matches!(e.act, Act::Undo { .. }))
        .map(Event::reference)
        .collect()
}

/// Why the answer at hand would be refused.
pub(super) fn refusal(app: &App) -> Option<String> {
    let (doc, stamp) = (app.doc.as_ref()?, app.stamp.clone());
    let stamp = stamp.unwrap_or_else(|| Stamp { at: String::new(), by: "p1".into(), seed: 1 });
    decide(&doc.session, doc.playbook.as_deref(), intent(app)?, &stamp).err().map(|r| r.to_string())
}

/// Records the answer at hand.
fn record(app: &mut App) -> Settled {
    let Some(intent) = intent(app) else { return Settled::Go(Vec::new()) };
    match app.record(intent) {
        Ok(effects) => {
            if let Some(i) = interview(app) {
                if let Some(id) = i.asked.get(i.at).cloned() {
                    i.put_off.remove(&id);
                    i.recorded.insert(id);
                }
                if let Some(a) = &mut i.answer {
                    a.mark_saved();
                }
            }
            forget_closed(app);
            Settled::Go(effects)
        }
        Err(refusal) => {
            if let Some(a) = answering(app) {
                a.error = Some(refusal.to_string());
                a.focus_wrong();
            }
            Settled::Stay
        }
    }
}

/// An answer may close follow-ups that were shown already; those not answered are not shown again.
fn forget_closed(app: &mut App) {
    let Some(visible) = app
        .doc
        .as_ref()
        .and_then(|d| d.flow())
        .map(|f| f.visible().into_iter().map(|q| q.id.clone()).collect::<BTreeSet<_>>())
    else {
        return;
    };
    if let Some(i) = interview(app) {
        let current = i.asked.get(i.at).cloned();
        let (asked, recorded) = (&mut i.asked, &i.recorded);
        asked.retain(|id| visible.contains(id) || recorded.contains(id) || Some(id) == current.as_ref());
        i.at = current.and_then(|c| i.asked.iter().position(|id| *id == c)).unwrap_or(i.at);
    }
}

/// The answer at hand before going on: recorded; or held back once, when it is refused or weak.
pub(super) fn settle_forward(app: &mut App) -> Settled {
    let Some(a) = answering(app) else { return Settled::Go(Vec::new()) };
    if a.is_empty() || a.is_saved() {
        return Settled::Go(Vec::new());
    }
    let weakness = a.weakness().filter(|_| a.nudge.is_none());
    if let Some(why) = refusal(app) {
        if let Some(a) = answering(app) {
            a.error = Some(why);
            a.focus_wrong();
        }
        return Settled::Stay;
    }
    if let (Some(weakness), Some(a)) = (weakness, answering(app)) {
        a.nudge = Some(weakness);
        return Settled::Stay;
    }
    record(app)
}

/// The answer at hand before looking elsewhere: recorded when it is complete, else kept as a draft.
pub(super) fn settle_aside(app: &mut App) -> Vec<Effect> {
    let Some(a) = answering(app) else { return Vec::new() };
    if a.is_saved() {
        return Vec::new();
    }
    let complete = !a.is_empty() && (a.weakness().is_none() || a.nudge.is_some());
    if complete && refusal(app).is_none() {
        if let Settled::Go(effects) = record(app) {
            return effects;
        }
    }
    keep_draft(app);
    Vec::new()
}

/// Keeps what was typed for this question and person.
pub(super) fn keep_draft(app: &mut App) {
    let Some(i) = interview(app) else { return };
    let Some(a) = i.answer.clone() else { return };
    let typed = !a.is_empty() || !a.words.text().trim().is_empty();
    let key = (i.alias.clone(), a.question.id.clone());
    if typed && !a.is_saved() {
        app.views.ask.drafts.insert(key, a);
    }
}

//! Private words in free text: a replacement is suggested before they are recorded, never forced.

use super::form::{FieldKind, Form};
use super::forms::FormId;
use super::screens::ask::interview;
use super::{App, Confirmed, Effect, Popup, update};
use crate::domain::privacy::{self, Found};

/// What goes on once it is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// The form below the question is submitted.
    Submit,
    /// The interview goes on to the next question.
    Next,
    /// The interview goes back.
    Before,
    /// The interview is left.
    Leave,
}

/// How many finds a question names.
const NAMED: usize = 3;

/// The question about the private words of a form; `None` where there are none.
#[must_use]
pub fn of_form(form: &Form, names: &[(String, String)]) -> Option<String> {
    let all: Vec<Found> = form
        .fields
        .iter()
        .filter(|f| is_free(&form.id, f.key))
        .filter_map(|f| match &f.kind {
            FieldKind::Text(editor) => Some(privacy::find(&editor.text(), names)),
            _ => None,
        })
        .flatten()
        .collect();
    question(&all)
}

/// Whether a field of a form holds free text that is recorded.
fn is_free(id: &FormId, key: &str) -> bool {
    match id {
        FormId::Person(_) => key == "shown_as",
        FormId::Sentence
        | FormId::Hypothesis(_)
        | FormId::Note
        | FormId::Pin(_)
        | FormId::Accept(_)
        | FormId::Rate(..)
        | FormId::Redact(_)
        | FormId::BriefField(_) => true,
        FormId::Decide(_) => key != "review",
        _ => false,
    }
}

fn question(found: &[Found]) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for f in found {
        let part = format!("{} by {}", f.words, f.instead);
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    if parts.is_empty() {
        return None;
    }
    let more = parts.len().saturating_sub(NAMED);
    parts.truncate(NAMED);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    Some(format!("Replace {}{more}?", parts.join(", ")))
}

/// Puts the question above what is there.
pub fn ask(app: &mut App, question: String, then: Then) {
    app.popups.push(Popup::Confirm { question, yes: Confirmed::Safe(then) });
}

/// Asks about the answer at hand where it is about to be recorded with private words; says whether it asked.
pub fn ask_of_answer(app: &mut App, then: Then) -> bool {
    let Some(answer) = interview::answering(app) else { return false };
    let complete = !answer.is_empty() && (answer.weakness().is_none() || answer.nudge.is_some());
    let typed = answer.typed();
    if !complete || answer.is_saved() || answer.as_typed.as_ref() == Some(&typed) {
        return false;
    }
    let found: Vec<Found> = typed.iter().flat_map(|text| privacy::find(text, &app.names)).collect();
    match question(&found) {
        Some(question) => {
            ask(app, question, then);
            true
        }
        None => false,
    }
}

/// The question was answered: the words are replaced or stay as typed, and what was begun goes on.
pub fn go_on(app: &mut App, then: Then, replace: bool) -> Vec<Effect> {
    let names = app.names.clone();
    if then == Then::Submit {
        let Some(Popup::Form(mut form)) = app.popups.pop_if(|p| matches!(p, Popup::Form(_))) else {
            return Vec::new();
        };
        if replace {
            let id = form.id.clone();
            for field in form.fields.iter_mut().filter(|f| is_free(&id, f.key)) {
                if let FieldKind::Text(editor) = &mut field.kind {
                    let (old, new) = (editor.text(), privacy::safe(&editor.text(), &names));
                    if old != new {
                        editor.set(&new);
                    }
                }
            }
        }
        return update::submit(app, form);
    }
    if let Some(answer) = interview::answering(app) {
        if replace {
            answer.reword(|text| privacy::safe(text, &names));
        }
        answer.as_typed = Some(answer.typed());
    }
    match then {
        Then::Next => interview::next(app),
        Then::Before => interview::before(app),
        Then::Leave | Then::Submit => interview::leave(app),
    }
}

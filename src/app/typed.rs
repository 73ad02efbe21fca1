//! What was typed and not recorded, for the time between an ending that nobody asked for and the next opening.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::forms::{FormId, worth_keeping};
use super::screens::ask;
use super::{App, Effect, Popup, Tone};

/// Everything typed in a session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Form → field → text.
    pub forms: BTreeMap<String, BTreeMap<String, String>>,
    /// Answers that were begun.
    pub answers: Vec<TypedAnswer>,
}

/// An answer that was begun.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedAnswer {
    /// The question.
    pub question: String,
    /// Who was asked.
    pub said_by: String,
    /// The typed part.
    pub value: Value,
    /// "Does not know" was chosen.
    pub unknown: bool,
    /// Their words.
    pub text: String,
    /// The words are exactly theirs.
    pub verbatim: bool,
}

/// The program is about to end and nobody was asked: forms are left, an interview as well, with what is complete
/// recorded as it was typed.
pub fn leave_all(app: &mut App) -> Vec<Effect> {
    for popup in std::mem::take(&mut app.popups) {
        if let Popup::Form(form) = popup {
            let draft = form.draft();
            if !draft.is_empty() {
                app.drafts.insert(form.id.draft_key(), draft);
            }
        }
    }
    // A query stands in the editor of its pane all the same.
    if let Some(a) = app.views.problem.attaching.take().filter(|a| a.sql.is_none()) {
        let draft = BTreeMap::from([("path".to_owned(), a.path), ("data".to_owned(), a.data)]);
        app.drafts.insert(FormId::Data.draft_key(), draft);
    }
    ask::interview::end(app)
}

/// What is typed and not recorded; `None` when there is nothing.
#[must_use]
pub fn of(app: &App) -> Option<Typed> {
    let typed = Typed {
        forms: app.drafts.iter().filter(|(k, _)| worth_keeping(k)).map(|(k, d)| (k.clone(), d.clone())).collect(),
        answers: app
            .views
            .ask
            .drafts
            .iter()
            .map(|((said_by, question), a)| TypedAnswer {
                question: question.clone(),
                said_by: said_by.clone(),
                value: a.value(),
                unknown: a.unknown,
                text: a.text(),
                verbatim: a.verbatim,
            })
            .collect(),
    };
    (typed != Typed::default()).then_some(typed)
}

/// Brings back what was typed.
pub fn restore(app: &mut App, typed: Typed) {
    app.drafts.extend(typed.forms);
    for answer in typed.answers {
        let book = app.doc.as_ref().and_then(|d| d.playbook.clone());
        if let Some(question) = book.as_ref().and_then(|b| b.question(&answer.question)) {
            let key = (answer.said_by.clone(), answer.question.clone());
            app.views.ask.drafts.insert(key, ask::answer::Answering::begun(question, &answer));
        }
    }
    app.say(
        Tone::Plain,
        "What you typed here before and did not record is back: open the same form or question to go on.",
    );
}

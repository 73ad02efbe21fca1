//! State, keys, recorded events: the whole of stage 2 on the built-in churn playbook.

mod answering;
mod listing;
mod moving;
mod random;
mod sorting;

use serde_json::Value;

use crate::app::App;
use crate::domain::event::{Act, ProposalKind};
use crate::domain::playbook::QuestionState;

fn said(question: &str, by: &str, value: Value, unit: Option<&str>, text: &str, verbatim: bool) -> Act {
    Act::Answer {
        question: question.into(),
        said_by: by.into(),
        value,
        unit: unit.map(str::to_owned),
        text: text.into(),
        verbatim,
    }
}

fn state_of(app: &App, question: &str) -> QuestionState {
    app.doc.as_ref().unwrap().flow().unwrap().state_of(question)
}

fn open_kinds(app: &App) -> Vec<ProposalKind> {
    app.doc.as_ref().unwrap().session.state.open_proposals().map(|p| p.kind).collect()
}

fn error(app: &App) -> Option<&str> {
    app.views.ask.interview.as_ref()?.answer.as_ref()?.error.as_deref()
}

fn nudge(app: &App) -> Option<&str> {
    app.views.ask.interview.as_ref()?.answer.as_ref()?.nudge.as_deref()
}

fn words(app: &App) -> String {
    app.views.ask.interview.as_ref().unwrap().answer.as_ref().unwrap().words.text()
}

fn message(app: &App) -> &str {
    app.message.as_ref().map_or("", |m| m.text.as_str())
}

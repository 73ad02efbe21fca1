//! 2 Ask: questions by stage, interview mode, triage.
//!
//! | module | part |
//! |---|---|
//! | [`list`] | the questions: filter, search, selection |
//! | [`interview`] | one question at a time, with a person beside the user |
//! | `settle` | what becomes of an answer when the interview moves |
//! | [`answer`], `choosing` | one answer while it is given |
//! | [`words`] | a recorded answer in words, and whether it is weak |
//! | [`triage`] | what the answers propose |
//! | `commands` | the keys of the three |

pub mod answer;
mod choosing;
mod commands;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
pub(crate) mod fixture;
pub mod interview;
pub mod list;
mod settle;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
pub mod triage;
pub mod words;

use std::cell::Cell;
use std::collections::BTreeMap;

pub use commands::COMMANDS;
pub use interview::{Interview, begin_interview, key, paste};
pub use list::select;

use crate::app::App;
use crate::app::scroll::Scroll;

/// The view.
#[derive(Debug, Default)]
pub struct AskView {
    /// The list of questions.
    pub list: Scroll,
    /// First line in sight of the list with its stage titles, as last drawn.
    pub list_top: Cell<usize>,
    /// The list of proposals.
    pub proposals: Scroll,
    /// First line in sight of the proposals with their titles, as last drawn.
    pub proposals_top: Cell<usize>,
    /// Which questions are listed.
    pub filter: list::Filter,
    /// What is searched for.
    pub search: Option<String>,
    /// The answer chosen among those to a question: question and place.
    pub answer: Option<(String, usize)>,
    /// The question that the next interview begins with.
    pub first: Option<String>,
    /// Answers that were begun: by person and question.
    pub drafts: BTreeMap<(String, String), answer::Answering>,
    /// The triage is shown.
    pub triage: bool,
    /// The interview that runs.
    pub interview: Option<Interview>,
}

/// Rows of the list that has the keys.
#[must_use]
pub fn len(app: &App) -> usize {
    if app.views.ask.triage { triage::waiting(app).len() } else { list::entries(app).len() }
}

/// The list that has the keys.
pub fn scroll(app: &mut App) -> Option<&mut Scroll> {
    let view = &mut app.views.ask;
    Some(if view.triage { &mut view.proposals } else { &mut view.list })
}

//! 2 Ask: questions by stage, interview mode, triage.

use crate::app::commands::CommandSpec;
use crate::app::key::Key;
use crate::app::scroll::Scroll;
use crate::app::{App, Effect};

/// The view.
#[derive(Debug, Default)]
pub struct AskView {
    /// The list of questions.
    pub list: Scroll,
    /// The list of proposals.
    pub proposals: Scroll,
    /// The triage is shown.
    pub triage: bool,
    /// The interview that runs.
    pub interview: Option<Interview>,
}

/// An interview with one person.
#[derive(Debug)]
pub struct Interview {
    /// Who is asked.
    pub alias: String,
}

/// Rows of the list that has the keys.
#[must_use]
pub fn len(_app: &App) -> usize {
    0
}

/// The list that has the keys.
pub fn scroll(app: &mut App) -> Option<&mut Scroll> {
    Some(&mut app.views.ask.list)
}

/// Selects a question in the list.
pub fn select(_app: &mut App, _question: &str) {}

/// Begins an interview with a person who is known.
pub fn begin_interview(app: &mut App, alias: &str) {
    app.views.ask.interview = Some(Interview { alias: alias.to_owned() });
}

/// A key while an interview runs that is no command.
pub fn key(_app: &mut App, _key: Key) -> Vec<Effect> {
    Vec::new()
}

/// Pasted text while an interview runs.
pub fn paste(_app: &mut App, _text: &str) {}

/// Commands of 2 Ask.
pub static COMMANDS: &[CommandSpec] = &[];

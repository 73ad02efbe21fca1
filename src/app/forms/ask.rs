//! Whom to interview, and what to search for among questions and answers.

use super::{FormId, open_person};
use crate::app::form::{Choice, Form};
use crate::app::screens::ask;
use crate::app::{App, Effect, Tone};

/// The choice that adds a person.
const SOMEONE_NEW: &str = "+";

/// Who sits beside the user: somebody known, or someone new.
pub fn open_interviewee(app: &mut App) {
    let Some(doc) = &app.doc else { return };
    let state = &doc.session.state;
    if state.people.is_empty() {
        open_person(app, true);
        return;
    }
    let Some(flow) = doc.flow() else { return };
    let left = |alias: &str, role: &str| flow.for_person(alias, role).len();
    let mut people: Vec<Choice> = state
        .people
        .iter()
        .map(|(alias, p)| {
            let open = match left(alias, &p.role) {
                0 => "nothing left".to_owned(),
                n => format!("{n} left"),
            };
            (alias.clone(), format!("{} ({alias}), {}, {open}", state.shown_as(alias), p.role))
        })
        .collect();
    people.push((SOMEONE_NEW.to_owned(), "someone new".to_owned()));
    // Whom the question is meant for, else who has most left to say.
    let asked = app.views.ask.first.as_deref().and_then(|q| flow.playbook.question(q)).map(|q| q.ask.as_slice());
    let fits = |role: &str| asked.is_some_and(|roles| roles.iter().any(|r| r == role));
    let best =
        state.people.iter().max_by_key(|(alias, p)| (fits(&p.role), left(alias, &p.role))).map(|(a, _)| a.clone());
    let form = Form::new(FormId::Interviewee, "Who sits beside you?", "begin");
    app.open_form(form.choice("who", "Person", "Decides which questions are asked", people, best.as_deref()));
}

pub(super) fn submit_interviewee(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    match form.text("who").as_str() {
        "" => return Err("Choose a person with the arrow keys.".into()),
        SOMEONE_NEW => open_person(app, true),
        alias => ask::begin_interview(app, alias),
    }
    Ok(Vec::new())
}

/// Words to search for among the questions.
pub fn open_ask_search(app: &mut App) {
    let before = app.views.ask.search.clone().unwrap_or_default();
    let form = Form::new(FormId::AskSearch, "Search questions and answers", "search");
    app.open_form(form.line("words", "Holds", "n and N go through what is found", &before));
}

pub(super) fn submit_ask_search(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    ask::list::search(app, &form.text("words"));
    let hits = ask::list::found(app).len();
    if hits > 1 {
        app.say(Tone::Plain, format!("{hits} questions. n goes to the next one."));
    }
    Ok(Vec::new())
}

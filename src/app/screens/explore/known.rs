//! "Was it known before the outcome?" and "was it fixed before?": the answers of the session, as analyses take them,
//! and the form that asks.

use super::binding;
use crate::app::form::{Choice, Form};
use crate::app::forms::FormId;
use crate::app::{App, Effect, Tone};
use crate::domain::decide::Intent;
use crate::domain::event::Act;
use crate::domain::session::{KnownAnswer, KpiBinding};
use crate::query::ClueRequest;

/// What is asked of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The column.
    pub column: String,
    /// The columns before which it should have been fixed; none where it is held against the outcome.
    pub before: Vec<String>,
}

/// The whole KPI with what was answered, for the table as it is looked at; `None` while no KPI is bound.
#[must_use]
pub fn request(app: &App) -> Option<(KpiBinding, ClueRequest)> {
    let b = binding(app)?;
    let state = &app.doc.as_ref()?.session.state;
    let columns = &app.main_info()?.schema.columns;
    // Answers may be of another table, or of a column that is hidden or gone.
    let stands = |name: &String| columns.iter().any(|c| c.name == *name);
    let answered = |known: bool| state.answered(known).into_iter().filter(|c| stands(c)).collect();
    let asked = ClueRequest {
        kpi: b.kpi.clone(),
        better: b.better,
        // The table is asked as it is seen, without the rows that the filter leaves out.
        filter: None,
        unit: b.independent_unit.clone(),
        exclude: answered(false),
        known_before: answered(true),
        consequences: state.consequences(),
    };
    Some((b, asked))
}

/// The answer to whether a column was known before the outcome.
#[must_use]
pub fn answer_of<'a>(app: &'a App, column: &str) -> Option<&'a KnownAnswer> {
    app.doc.as_ref()?.session.state.known_before.get(column)
}

/// The answer to whether a column was fixed before all of some others: no where it came after one of them, yes where it
/// was fixed before each.
#[must_use]
pub fn fixed_of<'a>(app: &'a App, column: &str, before: &[String]) -> Option<&'a KnownAnswer> {
    let answers = &app.doc.as_ref()?.session.state.fixed_before;
    let of = |other: &String| answers.get(&(column.to_owned(), other.clone()));
    if let Some(no) = before.iter().filter_map(of).find(|a| !a.known) {
        return Some(no);
    }
    before.iter().map(of).collect::<Option<Vec<_>>>()?.into_iter().next()
}

/// `known before, says Ops lead: it is on the booking form`.
#[must_use]
pub fn words(app: &App, answer: &KnownAnswer, fixed: bool) -> String {
    let what = match (fixed, answer.known) {
        (false, true) => "known before",
        (false, false) => "known only after",
        (true, true) => "fixed before",
        (true, false) => "fixed only after: a consequence",
    };
    let state = app.doc.as_ref().map(|d| &d.session.state);
    let who = answer.said_by.as_ref().zip(state).map(|(p, s)| format!(", says {}", s.shown_as(p))).unwrap_or_default();
    let why = if answer.why.is_empty() { String::new() } else { format!(": {}", answer.why) };
    format!("{what}{who}{why}")
}

const YES: &str = "yes";
const NO: &str = "no";

/// Asks.
pub fn open(app: &mut App, asked: Asked) {
    let Some(doc) = &app.doc else { return };
    let state = &doc.session.state;
    let old = if asked.before.is_empty() {
        answer_of(app, &asked.column)
    } else {
        fixed_of(app, &asked.column, &asked.before)
    };
    let column = &asked.column;
    let (title, help, yes, no) = if asked.before.is_empty() {
        (
            format!("Was {column} known before the outcome?"),
            "A column that is only known once the outcome is there explains nothing, however well it fits.",
            "yes: it is ranked like any other",
            "no, only after: it stays out",
        )
    } else {
        (
            format!("Was {column} fixed before {}?", asked.before.join(" and ")),
            "Holding a consequence fixed would explain a cause by what it causes.",
            "yes: holding it fixed is fair",
            "no, only after: it is a consequence, and is left out",
        )
    };
    let options = vec![(YES.to_owned(), yes.to_owned()), (NO.to_owned(), no.to_owned())];
    let given = old.map(|a| if a.known { YES } else { NO });
    let mut people: Vec<Choice> = vec![(String::new(), "I do".to_owned())];
    people.extend(state.people.iter().map(|(alias, p)| (alias.clone(), p.shown_as.clone())));
    let (who, why) =
        old.map_or((String::new(), String::new()), |a| (a.said_by.clone().unwrap_or_default(), a.why.clone()));
    let form = Form::new(FormId::Known(Box::new(asked.clone())), title, "answer")
        .info(help)
        .choice("known", "Answer", "", options, given);
    let form = if people.len() > 1 { form.choice("who", "Who says so", "", people, Some(&who)) } else { form };
    app.open_form(form.line("why", "Why", "Optional: when it is written, and by what", &why));
}

/// Records the answer.
///
/// # Errors
/// A sentence for the form where nothing was chosen or the answer is refused.
pub fn submit(app: &mut App, form: &Form, asked: &Asked) -> Result<Vec<Effect>, String> {
    let known = match form.text("known").as_str() {
        YES => true,
        NO => false,
        _ => return Err("Choose yes or no: y, n or the arrow keys.".into()),
    };
    let act = Act::KnownBefore {
        column: asked.column.clone(),
        known,
        before: asked.before.clone(),
        said_by: Some(form.text("who")).filter(|w| !w.is_empty()),
        why: form.text("why"),
    };
    let effects = app.record(Intent::record(act)).map_err(|r| r.to_string())?;
    let column = &asked.column;
    let said = match (asked.before.is_empty(), known) {
        (true, true) => format!("{column} was known before: it is ranked like any other now."),
        (true, false) => format!("{column} is known only after: it stays out of every ranking."),
        (false, true) => format!("{column} was fixed before: it may explain."),
        (false, false) => format!("{column} is a consequence: it is not held fixed any more."),
    };
    app.say(Tone::Good, format!("{said} u takes that back."));
    Ok(effects)
}

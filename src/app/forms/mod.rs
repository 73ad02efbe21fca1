//! Every form: how it is opened and what submitting it records.

mod ask;
mod board;
mod checks;
mod explore;
mod files;
mod problem;
mod rate;

pub use ask::{open_ask_search, open_interviewee};
pub use board::{
    Pin, Seed, open_accept, open_brief_field, open_decide, open_hypothesis, open_impact, open_note, open_pin,
    open_redact,
};
pub(in crate::app) use checks::ad_hoc_tried;
pub use checks::{open_ad_hoc, open_by_hand, open_forecast, open_roles};
pub use explore::{open_go_to_row, open_search};
pub use files::{open_new_session, open_path, open_report};
pub(in crate::app) use problem::{attach_query, attached, bind, level_found, not_attached};
pub use problem::{open_data, open_goal, open_kpi, open_person, open_sentence, options_map, table_name};
pub use rate::{open_rate, open_rate_as};

use super::form::Form;
use super::screens::checks::PendingCheck;
use super::screens::explore::change::{self, periods::Asks};
use super::screens::explore::columns::sides::{self, SideAsks};
use super::screens::explore::pages::reading::Field;
use super::screens::explore::{known, table};
use super::{App, Effect};
use crate::domain::words::Origin;

/// Which form it is, with what it is about.
#[derive(Debug, Clone)]
pub enum FormId {
    /// The sentence as it was said.
    Sentence,
    /// A data file.
    Data,
    /// The KPI.
    Kpi,
    /// The goal.
    Goal,
    /// Somebody to ask; `true` begins the interview with them.
    Person(bool),
    /// Who is interviewed.
    Interviewee,
    /// Words to search for among questions and answers.
    AskSearch,
    /// A hypothesis of one's own, begun from what was in sight.
    Hypothesis(Box<Seed>),
    /// A note.
    Note,
    /// A clue from data or from a check.
    Pin(Box<Pin>),
    /// A proposal of the triage, by id.
    Accept(String),
    /// What a hypothesis could move.
    Impact(String),
    /// Ratings of a clue; by somebody else than the user where a person is named.
    Rate(String, Option<String>),
    /// Who rates the clues without seeing what others gave.
    RateAs,
    /// The decision for a hypothesis.
    Decide(String),
    /// A field of the brief.
    BriefField(&'static str),
    /// Words to remove from an answer: event number.
    Redact(u64),
    /// A forecast before a check.
    Forecast(Box<PendingCheck>),
    /// A check made on the spot.
    AdHoc,
    /// The outcome of a check done outside.
    ByHand(Box<PendingCheck>),
    /// The numbers of an experiment.
    Experiment,
    /// A name for a query's result.
    QueryTable,
    /// A way of reading a file.
    Reading(Field),
    /// What is compared on the Change pane.
    Compare(Asks),
    /// Which rows the Columns pane holds side by side.
    Sides(SideAsks),
    /// Whether a column was known, or fixed, before something else.
    Known(Box<known::Asked>),
    /// Which columns play which roles, before a check.
    Roles(String, Vec<String>),
    /// What to look for in the pane of Explore that has the keys.
    ExploreSearch,
    /// A row of the table.
    GoToRow,
    /// A condition for the rows of the table.
    TableFilter,
    /// A derived column; the one to be changed where it is named.
    TableDerive(Option<String>),
    /// Hidden columns to show again.
    TableHidden,
    /// Where rows of the table go.
    ExportRows,
    /// A new session.
    NewSession,
    /// A session's path.
    OpenPath,
    /// Where the brief goes.
    Report,
    /// One of several, for what is named.
    Choose(&'static str),
}

impl FormId {
    /// The name under which a draft is kept.
    #[must_use]
    pub fn draft_key(&self) -> String {
        match self {
            Self::Pin(pin) => format!("pin {}", pin.text),
            Self::Hypothesis(seed) => format!("hypothesis {}", seed.name),
            Self::Forecast(p) => format!("forecast {}", p.id),
            Self::ByHand(p) => format!("by hand {}", p.id),
            Self::Known(asked) => format!("known {} {}", asked.column, asked.before.join(" ")),
            other => format!("{other:?}"),
        }
    }
}

/// Whether a draft holds something that was thought out, and is no mere path or search.
#[must_use]
pub fn worth_keeping(draft_key: &str) -> bool {
    let slight = [
        FormId::AskSearch,
        FormId::TableFilter,
        FormId::TableHidden,
        FormId::NewSession,
        FormId::OpenPath,
        FormId::Report,
        FormId::ExportRows,
        FormId::Choose("copy"),
    ];
    !slight.iter().any(|id| id.draft_key() == draft_key)
}

/// Records what a form says.
///
/// # Errors
/// A sentence for the form's last line; the form stays open.
pub fn submit(app: &mut App, form: &Form) -> Result<Vec<Effect>, String> {
    match &form.id {
        FormId::Sentence => problem::submit_sentence(app, form),
        FormId::Data => problem::submit_data(app, form),
        FormId::Kpi => problem::submit_kpi(app, form),
        FormId::Goal => problem::submit_goal(app, form),
        FormId::Person(begin) => problem::submit_person(app, form, *begin),
        FormId::Interviewee => ask::submit_interviewee(app, form),
        FormId::AskSearch => ask::submit_ask_search(app, form),
        FormId::Hypothesis(seed) => board::submit_hypothesis(app, form, seed),
        FormId::Note => board::submit_note(app, form),
        FormId::Pin(pin) => board::submit_pin(app, form, pin),
        FormId::Accept(id) => board::submit_accept(app, form, id),
        FormId::Impact(id) => board::submit_impact(app, form, id),
        FormId::Rate(id, by) => rate::submit_rate(app, form, id, by.as_deref()),
        FormId::RateAs => rate::submit_rate_as(app, form),
        FormId::Decide(id) => board::submit_decide(app, form, id),
        FormId::BriefField(key) => board::submit_brief_field(app, form, key),
        FormId::Redact(n) => board::submit_redact(app, form, *n),
        FormId::Forecast(pending) => checks::submit_forecast(app, form, pending),
        FormId::AdHoc => checks::submit_ad_hoc(app, form),
        FormId::ByHand(pending) => checks::submit_by_hand(app, form, pending),
        FormId::Roles(check, roles) => checks::submit_roles(app, form, check, roles),
        FormId::Experiment => super::screens::explore::pages::experiment::submit(app, form),
        FormId::QueryTable => super::screens::explore::sql::commands::submit(app, form),
        FormId::Reading(field) => super::screens::explore::pages::reading::submit(app, form, *field),
        FormId::Compare(asks) => change::submit(app, form, *asks),
        FormId::Sides(asks) => sides::submit(app, form, *asks),
        FormId::Known(asked) => known::submit(app, form, asked),
        FormId::ExploreSearch => Ok(explore::submit_search(app, form)),
        FormId::GoToRow => explore::submit_go_to_row(app, form),
        FormId::TableFilter => Ok(table::submit_filter(app, form)),
        FormId::TableDerive(old) => table::submit_derive(app, form, old.as_deref()),
        FormId::TableHidden => Ok(table::brought_back(app, &form.chosen("columns"))),
        FormId::ExportRows => super::screens::explore::cells::submit(app, form),
        FormId::NewSession => files::submit_new_session(form),
        FormId::OpenPath => files::submit_path(form),
        FormId::Report => files::submit_report(form),
        FormId::Choose(what) => match form.text("choice") {
            key if key.is_empty() => Err("Choose with the arrow keys.".into()),
            key => Ok(super::screens::explore::chosen(app, what, &key)),
        },
    }
}

/// Something was typed or chosen in a form: what follows from it while the form is open.
pub fn changed(app: &mut App, form: &mut Form) -> Vec<Effect> {
    match form.id {
        FormId::Kpi => problem::kpi_typed(app, form),
        FormId::TableFilter => {
            table::complete(app, form, "condition");
            Vec::new()
        }
        FormId::TableDerive(_) => {
            table::complete(app, form, "sql");
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Puts a form back after what it asked for has failed, with the words of why. While somebody else has the keys it waits
/// as a draft.
pub(in crate::app) fn reopen(app: &mut App, mut form: Form, why: String) {
    if app.popups.is_empty() && app.views.ask.interview.is_none() {
        form.error = Some(why);
        app.popups.push(super::Popup::Form(Box::new(form)));
    } else {
        keep_draft(app, &form);
        app.say(super::Tone::Bad, format!("{why} What you typed comes back when you open \"{}\" again.", form.title));
    }
}

/// Keeps what was typed in a form until it is opened again.
pub(in crate::app) fn keep_draft(app: &mut App, form: &Form) {
    let draft = form.draft();
    if !draft.is_empty() {
        app.drafts.insert(form.id.draft_key(), draft);
    }
}

/// A form was left with Esc.
pub fn left(app: &mut App, form: &Form) {
    match &form.id {
        FormId::Pin(pin) if pin.record.is_none() && pin.origin != Origin::Told => {
            app.say(super::Tone::Plain, "Not pinned. The check's result is kept; pin it later from Explore, Checks.");
        }
        FormId::Rate(_, Some(_)) => rate::stop(app),
        _ => {}
    }
}

fn words(refusal: &crate::domain::decide::Refusal) -> String {
    refusal.to_string()
}

#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#[cfg(test)]
mod tests;

//! The brief for stakeholders as Markdown. Everything in it follows from the session's fold; all text of the session
//! goes through [`escape`](super::escape).
//!
//! With a decision it is a brief; without one it says that it is the state of an investigation.

mod appendix;
mod evidence;
mod people;
mod problem;
mod verdict;

#[cfg(test)]
mod tests;

use super::escape::{inline, quote};
use crate::domain::board::BoardView;
use crate::domain::playbook::Playbook;
use crate::domain::session::Session;

/// How a brief that whyboard wrote begins; such a file may be written anew.
pub const MARK: &str = "<!-- whyboard brief";

/// What all parts of the brief look at.
struct Desk<'a> {
    session: &'a Session,
    playbook: Option<&'a Playbook>,
    view: BoardView,
}

impl Desk<'_> {
    /// A hypothesis' title, escaped.
    fn title(&self, id: &str) -> String {
        inline(self.session.state.row(id).map_or(id, |r| r.title.as_str()))
    }

    /// How a person is shown, escaped.
    fn person(&self, alias: &str) -> String {
        inline(self.session.state.shown_as(alias))
    }

    /// A check's title, escaped.
    fn check(&self, id: &str) -> String {
        let run = self.session.state.latest_check(id).and_then(|c| c.title.as_deref());
        let own = self.session.state.forecasts.get(id).and_then(|f| f.title.as_deref());
        let book = || self.playbook.and_then(|p| p.check(id)).map(|c| c.title.as_str());
        inline(run.or(own).or_else(book).unwrap_or(id))
    }
}

/// The whole brief; ends with a line end.
#[must_use]
pub fn brief(session: &Session, playbook: Option<&Playbook>) -> String {
    let desk = Desk { session, playbook, view: BoardView::of(session, playbook) };
    let parts = [
        head(&desk),
        verdict::goal(&desk),
        verdict::stamp(&desk),
        verdict::cause(&desk),
        verdict::others(&desk),
        problem::problem(&desk),
        problem::test(&desk),
        evidence::clues(&desk),
        evidence::forecasts(&desk),
        people::asked(&desk),
        people::quotes(&desk),
        appendix::left_open(&desk),
        appendix::notes(&desk),
        appendix::data(&desk),
        appendix::how(&desk),
    ];
    let mut out: String =
        parts.into_iter().filter(|p| !p.is_empty()).map(|p| format!("{}\n\n", p.trim_end())).collect();
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Mark, title, the sentence as it was said.
fn head(desk: &Desk<'_>) -> String {
    let (header, state) = (&desk.session.header, &desk.session.state);
    let title = inline(if header.title.trim().is_empty() { "Investigation" } else { &header.title });
    let what = if state.decision.is_some() { "Brief" } else { "State of the investigation: nothing is decided yet" };
    let last = desk.session.events.last();
    let upto = last.map_or_else(
        || "before the first event".to_owned(),
        |e| format!("after event {}, {}", e.n, inline(e.at.get(..10).unwrap_or(&e.at))),
    );
    let id = if header.id.is_empty() { String::new() } else { format!(" of session {}", inline(&header.id)) };
    let mut out = format!("{MARK}: rebuilt from the session, do not edit. -->\n\n# {title}\n\n*{what}{id}, {upto}.*");
    if !state.sentence.trim().is_empty() {
        out.push_str(&format!("\n\n{}", quote(&state.sentence)));
    }
    out
}

/// A part with its heading; nothing where the part is empty.
fn section(heading: &str, body: &str) -> String {
    if body.trim().is_empty() { String::new() } else { format!("## {heading}\n\n{}", body.trim_end()) }
}

/// `1 clue`, `2 clues`.
fn count(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

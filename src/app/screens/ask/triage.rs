//! Triage: what the answers propose, taken or not. Hypotheses come first, since clues rate them.

use crate::app::{App, Effect, Tone, forms};
use crate::domain::decide::{Intent, Stamp, decide};
use crate::domain::event::{Act, ProposalKind};
use crate::domain::session::Proposal;

/// Where a proposal stands on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// New rows of the board.
    Hypotheses,
    /// Evidence.
    Clues,
    /// Two statements that don't agree.
    Contradictions,
    /// To keep in mind, or to settle first.
    Notes,
}

impl Group {
    /// Where a kind belongs.
    #[must_use]
    pub fn of(kind: ProposalKind) -> Self {
        match kind {
            ProposalKind::Hypothesis => Self::Hypotheses,
            ProposalKind::Clue | ProposalKind::ClueForm => Self::Clues,
            ProposalKind::Contradiction => Self::Contradictions,
            ProposalKind::Note | ProposalKind::Block => Self::Notes,
        }
    }

    /// The title with what to do.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Hypotheses => "Hypotheses",
            Self::Clues => "Clues",
            Self::Contradictions => "Contradictions",
            Self::Notes => "Notes",
        }
    }
}

/// Proposals that wait, group by group; within a group as they came, what blocks first.
#[must_use]
pub fn waiting(app: &App) -> Vec<&Proposal> {
    let Some(doc) = &app.doc else { return Vec::new() };
    let mut out: Vec<&Proposal> = doc.session.state.open_proposals().collect();
    out.sort_by_key(|p| (Group::of(p.kind), p.kind != ProposalKind::Block));
    out
}

/// The selected proposal.
#[must_use]
pub fn selected(app: &App) -> Option<&Proposal> {
    let rows = waiting(app);
    app.views.ask.proposals.selected(rows.len()).and_then(|i| rows.get(i).copied())
}

/// Takes the selected proposal: a clue through its form with the ratings, all else at once.
pub fn accept(app: &mut App) -> Vec<Effect> {
    let Some(p) = selected(app).cloned() else { return Vec::new() };
    if matches!(Group::of(p.kind), Group::Clues | Group::Contradictions) {
        forms::open_accept(app, &p.id);
        return Vec::new();
    }
    let effects = app.record_or_say(plain(&p.id));
    if !effects.is_empty() {
        let words = match p.kind {
            ProposalKind::Hypothesis => format!("On the board: {}", p.text),
            _ => "Kept as a note.".to_owned(),
        };
        app.say(Tone::Good, words);
    }
    effects
}

/// Opens the selected proposal to be changed before it is taken.
pub fn edit(app: &mut App) -> Vec<Effect> {
    if let Some(id) = selected(app).map(|p| p.id.clone()) {
        forms::open_accept(app, &id);
    }
    Vec::new()
}

/// Does not take the selected proposal.
pub fn dismiss(app: &mut App) -> Vec<Effect> {
    let Some(proposal) = selected(app).map(|p| p.id.clone()) else { return Vec::new() };
    let effects = app.record_or_say(Intent::record(Act::Dismiss { proposal, why: String::new() }));
    if !effects.is_empty() {
        app.say(Tone::Plain, "Not taken. u brings it back.");
    }
    effects
}

/// Takes all hypotheses that wait, as one step.
pub fn accept_hypotheses(app: &mut App) -> Vec<Effect> {
    let stamp = app.stamp.clone().unwrap_or_else(|| Stamp { at: String::new(), by: "p1".into(), seed: 1 });
    let Some(doc) = &app.doc else { return Vec::new() };
    let waits: Vec<String> =
        waiting(app).into_iter().filter(|p| p.kind == ProposalKind::Hypothesis).map(|p| p.id.clone()).collect();
    let mut acts = Vec::new();
    let mut refused = None;
    for id in &waits {
        match decide(&doc.session, doc.playbook.as_deref(), plain(id), &stamp) {
            Ok(events) => acts.extend(events.into_iter().map(|e| e.act)),
            Err(refusal) => refused = Some(refusal.to_string()),
        }
    }
    let n = acts.len();
    let effects = if acts.is_empty() { Vec::new() } else { app.record_or_say(Intent::RecordAll(acts)) };
    match (effects.is_empty(), refused) {
        (_, Some(why)) => app.say(Tone::Bad, why),
        (false, None) if n == 1 => app.say(Tone::Good, "One hypothesis is on the board."),
        (false, None) => app.say(Tone::Good, format!("{n} hypotheses are on the board.")),
        (true, None) => {}
    }
    effects
}

fn plain(id: &str) -> Intent {
    Intent::Accept { proposal: id.to_owned(), text: None, ratings: None, grade: None, reason: None }
}

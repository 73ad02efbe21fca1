//! What to ask or check next, of people and of data in one list.

use std::collections::BTreeMap;

use crate::domain::playbook::{Flow, Playbook, QuestionState, counting_row, fill, fits, outside, unmapped};
use crate::domain::scoreboard::{CheckValue, Inputs, Left, NextItem, p_yes_from_rating, value_of};
use crate::domain::session::{Session, State};
use crate::domain::words::{Grade, Rating};
use crate::query::Outcome;

/// What kind of thing is next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextKind {
    /// A check of the playbook, or one with a forecast that was not run.
    Check,
    /// A question to a person.
    Question,
}

/// Something to ask or check.
#[derive(Debug, Clone, PartialEq)]
pub struct NextEntry {
    /// Check or question id.
    pub id: String,
    /// Kind.
    pub kind: NextKind,
    /// What it asks.
    pub title: String,
    /// Role to ask, for a question.
    pub ask: Option<String>,
    /// Minutes.
    pub minutes: f64,
    /// What it would bring.
    pub value: CheckValue,
    /// How far its answer would be trusted.
    pub grade: Grade,
    /// Column roles that nobody has named yet; it can't be run before.
    pub missing: Vec<String>,
    /// It was tried and could not be run.
    pub failed: bool,
}

impl NextEntry {
    /// It can be asked or run now.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.missing.is_empty() && !self.failed
    }
}

/// The best that is left, as the gate asks for it.
pub(super) fn left(next: &[NextEntry]) -> Left {
    let best = |ready: bool| {
        next.iter().filter(|n| !n.failed && n.ready() == ready).map(|n| n.value.voi_per_hour).reduce(f64::max)
    };
    Left { ready: best(true), waiting: best(false) }
}

/// What each row on the board would be rated if a playbook check said yes or no; a hypothesis' own word counts more
/// than what others say of it.
#[must_use]
pub fn predicted_ratings(state: &State, playbook: &Playbook, check: &str, yes: bool) -> BTreeMap<String, Rating> {
    let mut others: BTreeMap<String, Rating> = BTreeMap::new();
    let mut own: BTreeMap<String, Rating> = BTreeMap::new();
    let row = |id: &str| counting_row(state, Some(playbook), id).map(|r| r.id.clone());
    for h in &playbook.hypotheses {
        // Only a hypothesis whose row stands on the board speaks, of itself and of its rivals.
        let Some(its_row) = row(&h.id) else { continue };
        for p in h.predicts.iter().filter(|p| p.check == check) {
            let side = if yes { &p.if_yes } else { &p.if_no };
            for (who, rating) in side {
                if who == "self" {
                    own.insert(its_row.clone(), *rating);
                } else if let Some(row) = row(who) {
                    others.entry(row).or_insert(*rating);
                }
            }
        }
    }
    others.extend(own);
    others
}

/// The list in its order: what can be done now, then by points per hour, then by bits per hour.
pub(super) fn entries(
    session: &Session,
    playbook: Option<&Playbook>,
    inputs: &Inputs,
    prior: &BTreeMap<String, f64>,
) -> Vec<NextEntry> {
    let mut list = List { session, inputs, prior, out: Vec::new() };
    if let Some(playbook) = playbook {
        list.checks(playbook);
        list.questions(playbook);
    }
    list.on_the_spot(playbook);
    let mut out = list.out;
    out.sort_by(|a, b| {
        let by = |f: fn(&CheckValue) -> f64| f(&b.value).total_cmp(&f(&a.value));
        b.ready()
            .cmp(&a.ready())
            .then_with(|| by(|v| v.voi_per_hour))
            .then_with(|| by(|v| v.bits_per_hour))
            .then_with(|| a.id.cmp(&b.id))
    });
    out
}

struct List<'a> {
    session: &'a Session,
    inputs: &'a Inputs,
    prior: &'a BTreeMap<String, f64>,
    out: Vec<NextEntry>,
}

fn chances(ratings: &BTreeMap<String, Rating>) -> BTreeMap<String, f64> {
    ratings.iter().map(|(h, r)| (h.clone(), p_yes_from_rating(r.decibans()))).collect()
}

/// Measured by us, or by somebody else.
fn grade_of(runs_here: bool) -> Grade {
    if runs_here { Grade::A } else { Grade::B }
}

impl List<'_> {
    /// Adds an entry with its value, where it tells any rows apart.
    fn push(&mut self, mut entry: NextEntry, p_yes: BTreeMap<String, f64>) {
        if p_yes.is_empty() {
            return;
        }
        let item = NextItem { id: entry.id.clone(), weight: entry.grade.weight(), minutes: entry.minutes, p_yes };
        entry.value = value_of(self.inputs, self.prior, &item);
        self.out.push(entry);
    }

    fn answered(&self, check: &str) -> bool {
        self.session.state.latest_check(check).is_some_and(|c| c.outcome != Outcome::Failed)
    }

    fn check(&self, id: &str, title: String, runs_here: bool, minutes: f64, missing: Vec<String>) -> NextEntry {
        NextEntry {
            id: id.to_owned(),
            kind: NextKind::Check,
            title,
            ask: None,
            minutes,
            value: CheckValue::default(),
            grade: grade_of(runs_here),
            missing,
            failed: self.session.state.latest_check(id).is_some_and(|c| c.outcome == Outcome::Failed),
        }
    }

    fn checks(&mut self, playbook: &Playbook) {
        let state = &self.session.state;
        for check in playbook.checks.iter().filter(|c| fits(c.only, state.goal.shape)) {
            if self.answered(&check.id) {
                continue;
            }
            let mut p_yes = chances(&predicted_ratings(state, playbook, &check.id, true));
            if let Some(f) = state.forecasts.get(&check.id) {
                p_yes.extend(f.words.iter().map(|(h, w)| (h.clone(), w.probability())));
            }
            // Who does it outside finds the data there.
            let runs_here = outside(self.session, playbook, check).is_none();
            let missing = if runs_here { unmapped(state, check) } else { Vec::new() };
            self.push(self.check(&check.id, check.title.clone(), runs_here, check.minutes, missing), p_yes);
        }
    }

    fn questions(&mut self, playbook: &Playbook) {
        let flow = Flow::new(playbook, self.session);
        let fills = flow.fills();
        for q in flow.visible() {
            if flow.state_of(&q.id) == QuestionState::Answered || flow.nobody_knows(q) {
                continue;
            }
            let Some(clue) = q.then.iter().find_map(|r| r.clue.as_ref()) else { continue };
            let rated: BTreeMap<String, Rating> = clue
                .rate
                .iter()
                .filter_map(|(h, r)| {
                    counting_row(&self.session.state, Some(playbook), h).map(|row| (row.id.clone(), *r))
                })
                .collect();
            let entry = NextEntry {
                id: q.id.clone(),
                kind: NextKind::Question,
                title: fill(&q.text, &fills),
                ask: q.ask.first().cloned(),
                minutes: 10.0,
                value: CheckValue::default(),
                grade: Grade::C,
                missing: Vec::new(),
                failed: false,
            };
            self.push(entry, chances(&rated));
        }
    }

    /// Checks that were forecast on the spot and not run yet.
    fn on_the_spot(&mut self, playbook: Option<&Playbook>) {
        for (id, f) in &self.session.state.forecasts {
            let Some(request) = &f.request else { continue };
            if self.answered(id) || playbook.is_some_and(|p| p.check(id).is_some()) {
                continue;
            }
            let mut p_yes = chances(&f.if_yes);
            p_yes.extend(f.words.iter().map(|(h, w)| (h.clone(), w.probability())));
            let title = f.title.clone().unwrap_or_else(|| f.text.clone());
            self.push(self.check(id, title, request.op.runs_here(), 5.0, Vec::new()), p_yes);
        }
    }
}

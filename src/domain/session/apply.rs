//! One event at a time: what it adds to the state. Total; nonsense becomes a fault.

use super::effective::Past;
use super::index::Index;
use super::state::{
    AnswerRecord, CheckRecord, ClueRecord, Decided, HypothesisRow, KnownAnswer, KpiBinding, NoteRecord, Person,
    Proposal, ProposalFate, TableState,
};
use super::{Fault, State};
use crate::domain::event::{Act, Event, EventRef, Ratings, TableFacts};
use crate::domain::scoreboard::ImpactInput;
use crate::domain::words::Origin;
use crate::query::Outcome;

/// What an event is added to, and what it may look back at.
pub(super) struct Fold<'a> {
    pub(super) events: &'a [Event],
    pub(super) index: &'a Index,
    pub(super) past: &'a Past,
    pub(super) state: &'a mut State,
    pub(super) faults: &'a mut Vec<Fault>,
    /// The event's position.
    pub(super) at: usize,
}

impl Fold<'_> {
    fn fault(&mut self, event: u64, why: impl Into<String>) {
        self.faults.push(Fault { event, why: why.into() });
    }

    /// Adds one event that counts to the state.
    pub(super) fn apply(mut self, event: &Event) {
        let n = event.n;
        match &event.act {
            Act::Open { text } => self.state.sentence.clone_from(text),
            Act::Goal { kpi, shape, from, to, points, by_date, budget_days, scope } => {
                let goal = &mut self.state.goal;
                set(&mut goal.kpi, kpi);
                set(&mut goal.shape, shape);
                set(&mut goal.from, from);
                set(&mut goal.to, to);
                // New ends make old points stale.
                if points.is_none() && (from.is_some() || to.is_some()) {
                    goal.points = None;
                }
                set(&mut goal.points, points);
                set(&mut goal.by_date, by_date);
                set(&mut goal.budget_days, budget_days);
                set(&mut goal.scope, scope);
            }
            Act::Person { alias, role, shown_as } => {
                self.state.people.insert(alias.clone(), Person { role: role.clone(), shown_as: shown_as.clone() });
            }
            Act::AttachData { data, path, sql, facts } => self.attach(data, path, sql.as_deref(), facts),
            Act::Fingerprint { data, facts } => self.fingerprint(n, data, facts),
            Act::ReadOptions { data, options } => match self.state.tables.iter_mut().find(|t| t.data == *data) {
                Some(table) => table.options.extend(options.clone()),
                None => self.fault(n, format!("there is no table {data}")),
            },
            Act::MapColumns { columns, .. } => self.state.columns.extend(columns.clone()),
            Act::KnownBefore { column, known, before, said_by, why } => {
                let answer = KnownAnswer { event: n, known: *known, said_by: said_by.clone(), why: why.clone() };
                if before.is_empty() {
                    self.state.known_before.insert(column.clone(), answer);
                } else {
                    for other in before {
                        self.state.fixed_before.insert((column.clone(), other.clone()), answer.clone());
                    }
                }
            }
            Act::Setting { key, value } => {
                self.state.settings.insert(key.clone(), value.clone());
            }
            Act::Kpi { data, kpi, better, independent_unit, level } => {
                if !self.state.tables.iter().any(|t| t.data == *data) {
                    self.fault(n, format!("the KPI speaks of a table {data} that is not attached"));
                }
                self.state.kpi = Some(KpiBinding {
                    data: data.clone(),
                    kpi: kpi.clone(),
                    better: *better,
                    independent_unit: independent_unit.clone(),
                    level: level.clone(),
                    event: n,
                });
            }
            Act::Answer { question, said_by, value, unit, text, verbatim } => {
                self.state.deferred.remove(question);
                self.state.answers.push(AnswerRecord {
                    event: n,
                    at: event.at.clone(),
                    reference: event.reference(),
                    question: question.clone(),
                    said_by: said_by.clone(),
                    value: value.clone(),
                    unit: unit.clone(),
                    text: text.clone(),
                    verbatim: *verbatim,
                });
            }
            Act::Defer { question, to } => {
                self.state.deferred.insert(question.clone(), to.clone());
            }
            Act::Hypothesis { .. } => self.hypothesis(event),
            Act::Park { hypothesis, back, .. } => {
                match self.state.hypotheses.iter_mut().find(|h| h.id == *hypothesis) {
                    Some(row) if row.id == "other" || row.id == "data" => {
                        self.fault(n, format!("{hypothesis} is a permanent row and can't be parked"));
                    }
                    Some(row) => row.parked = !back,
                    None => self.fault(n, format!("there is no hypothesis {hypothesis}")),
                }
            }
            Act::Clue { .. } => self.clue(event),
            Act::Rate { clue, ratings, reason } => {
                if self.state.clue(clue).is_some() {
                    self.rate(n, clue, &event.by, ratings, reason.as_deref());
                } else {
                    self.fault(n, format!("there is no clue {clue}"));
                }
            }
            Act::SplitFamily { clue, family, .. } => match self.state.clues.iter_mut().rev().find(|c| c.id == *clue) {
                Some(c) => c.family.clone_from(family),
                None => self.fault(n, format!("there is no clue {clue}")),
            },
            Act::Predict { check, text, forecasts, words, title, request, if_yes, if_no } => {
                for (who, p) in forecasts {
                    if !(0.0..=1.0).contains(p) {
                        self.fault(n, format!("the forecast of {who} is {p}, not between 0 and 1"));
                    }
                }
                if self.state.checks.iter().any(|c| c.check == *check && c.outcome != Outcome::Failed) {
                    // It would flatter whoever wrote it.
                    self.fault(n, format!("the forecast came after {check} had given its answer, and does not count"));
                    return;
                }
                // Others' forecasts stay: each person has one of their own.
                let new = !self.state.forecasts.contains_key(check);
                let f = self.state.forecasts.entry(check.clone()).or_default();
                if new {
                    f.event = n;
                }
                f.forecasts.extend(forecasts.iter().map(|(k, p)| (k.clone(), p.clamp(0.0, 1.0))));
                f.words.extend(words.clone());
                if !text.is_empty() {
                    f.text.clone_from(text);
                }
                set(&mut f.title, title);
                set(&mut f.request, request);
                f.if_yes.extend(if_yes.clone());
                f.if_no.extend(if_no.clone());
            }
            Act::Check { check, data, predicted, title, params, result, outcome, .. } => {
                if *predicted && !self.state.forecasts.contains_key(check) {
                    self.fault(n, format!("it says that {check} was predicted, but no forecast came before it"));
                }
                self.state.checks.push(CheckRecord {
                    event: n,
                    reference: event.reference(),
                    check: check.clone(),
                    title: title.clone(),
                    data: data.clone(),
                    predicted: *predicted,
                    params: params.clone(),
                    result: result.clone(),
                    outcome: *outcome,
                });
            }
            Act::Impact { hypothesis, exposed, fixable, effect_points, quality, cost_days } => {
                if self.state.row(hypothesis).is_none() {
                    self.fault(n, format!("there is no hypothesis {hypothesis}"));
                    return;
                }
                let finite = [*exposed, *fixable, *cost_days].iter().chain(effect_points).all(|x| x.is_finite());
                if !finite || !(0.0..=1.0).contains(exposed) || !(0.0..=1.0).contains(fixable) || *cost_days < 0.0 {
                    self.fault(n, "exposed and fixable must be shares between 0 and 1, and the cost not negative");
                    return;
                }
                let impact = ImpactInput {
                    exposed: *exposed,
                    fixable: *fixable,
                    effect: *effect_points,
                    quality: *quality,
                    cost_days: *cost_days,
                };
                self.state.impacts.insert(hypothesis.clone(), impact);
            }
            Act::Propose { proposal, kind, text, hypothesis, ratings, family, grade, question, source } => {
                if !self.state.proposal_ids.insert(proposal.clone()) {
                    self.fault(n, format!("the proposal {proposal} stands already"));
                    return;
                }
                self.state.proposals.push(Proposal {
                    id: proposal.clone(),
                    event: n,
                    kind: *kind,
                    text: text.clone(),
                    hypothesis: hypothesis.clone(),
                    ratings: ratings.clone(),
                    family: family.clone(),
                    grade: *grade,
                    question: question.clone(),
                    source: source.event.clone(),
                    fate: ProposalFate::Open,
                });
            }
            Act::Dismiss { proposal, .. } => self.settle(n, proposal, ProposalFate::Dismissed),
            Act::Note { text } => {
                self.state.notes.push(NoteRecord { event: n, at: event.at.clone(), text: text.clone() });
            }
            Act::Retract { clue, .. } => {
                let before = self.state.clues.len();
                self.state.clues.retain(|c| c.id != *clue);
                if self.state.clues.len() == before {
                    self.fault(n, format!("there is no clue {clue}"));
                }
            }
            Act::Decide { chosen, runner_up, agreed_by, because, would_change_our_mind, review_on, red_gates } => {
                if self.state.row(chosen).is_none() {
                    self.fault(n, format!("the chosen hypothesis {chosen} is not on the board"));
                }
                self.state.decision = Some(Decided {
                    event: n,
                    chosen: chosen.clone(),
                    runner_up: runner_up.clone(),
                    agreed_by: agreed_by.clone(),
                    because: because.clone(),
                    would_change_our_mind: would_change_our_mind.clone(),
                    review_on: review_on.clone(),
                    red_gates: red_gates.clone(),
                });
            }
            Act::Problem { hypothesis, fields } => {
                if self.state.row(hypothesis).is_none() {
                    self.fault(n, format!("the brief speaks of {hypothesis}, which is not on the board"));
                }
                self.state.brief.insert("hypothesis".into(), hypothesis.clone().into());
                for (key, value) in fields {
                    self.state.brief.insert(key.clone(), value.clone());
                }
            }
            Act::Unknown { verb, .. } => self.state.not_understood.push((n, verb.clone())),
            // Their work is done when the effective events are chosen, or they only keep a record.
            Act::Undo { .. }
            | Act::Amend { .. }
            | Act::Redact { .. }
            | Act::Rerun { .. }
            | Act::Outcome { .. }
            | Act::Review { .. } => {}
        }
    }

    fn attach(&mut self, data: &str, path: &str, sql: Option<&str>, facts: &TableFacts) {
        let table = TableState {
            data: data.into(),
            path: path.into(),
            sql: sql.map(str::to_owned),
            facts: facts.clone(),
            ..TableState::default()
        };
        match self.state.tables.iter_mut().find(|t| t.data == data) {
            Some(old) => *old = table,
            None => self.state.tables.push(table),
        }
    }

    fn fingerprint(&mut self, n: u64, data: &str, facts: &TableFacts) {
        match self.state.tables.iter_mut().find(|t| t.data == data) {
            Some(table) => merge_facts(&mut table.facts, facts),
            None => self.fault(n, format!("there is no table {data}")),
        }
    }

    fn hypothesis(&mut self, event: &Event) {
        let Act::Hypothesis { hypothesis, from, proposal, row, category, title, claim, wrong_if, prior, lever, .. } =
            &event.act
        else {
            return;
        };
        if let Some(id) = proposal {
            self.settle(event.n, id, ProposalFate::Accepted);
        }
        let permanent =
            row.as_deref().or(matches!(hypothesis.as_str(), "data" | "other").then_some(hypothesis.as_str()));
        if let Some(target) = permanent {
            let Some(old) = self.state.hypotheses.iter_mut().find(|h| h.id == target) else {
                self.fault(event.n, format!("there is no permanent row {target}"));
                return;
            };
            if let Some(from) = from {
                old.fed_by.push(from.clone());
            }
            if row.is_none() || old.event == 0 {
                old.event = event.n;
                // A playbook's words feed the row; its own title stays, so that the row is known everywhere.
                if row.is_none() {
                    old.title.clone_from(title);
                    old.prior = *prior;
                }
                old.claim.clone_from(claim);
                old.wrong_if.clone_from(wrong_if);
                old.lever.clone_from(lever);
            }
            return;
        }
        let late = self.state.data_seen();
        let new = HypothesisRow {
            id: hypothesis.clone(),
            event: event.n,
            from: from.clone(),
            fed_by: Vec::new(),
            category: category.clone(),
            title: title.clone(),
            claim: claim.clone(),
            wrong_if: wrong_if.clone(),
            prior: *prior,
            lever: lever.clone(),
            late,
            parked: false,
        };
        if self.state.hypotheses.iter().any(|h| h.id == *hypothesis) {
            self.fault(event.n, format!("the hypothesis {hypothesis} stands already"));
            return;
        }
        let before_permanent = self.state.hypotheses.len().saturating_sub(2);
        self.state.hypotheses.insert(before_permanent, new);
    }

    fn clue(&mut self, event: &Event) {
        let Act::Clue { clue, text, origin, grade, family, source, proposal, repeat_of, ratings, reason } = &event.act
        else {
            return;
        };
        if let Some(id) = proposal {
            self.settle(event.n, id, ProposalFate::Accepted);
        }
        if self.state.clue_ids.contains(clue) {
            self.fault(event.n, format!("the clue {clue} stands already"));
            return;
        }
        self.source_faults(event.n, *origin, &source.event);
        if let Some(first) = repeat_of.as_ref().filter(|id| !self.state.clue_ids.contains(*id)) {
            self.fault(event.n, format!("it repeats {first}, which does not stand before it"));
        }
        self.state.clue_ids.insert(clue.clone());
        self.state.clues.push(ClueRecord {
            id: clue.clone(),
            event: event.n,
            text: text.clone(),
            origin: *origin,
            grade: *grade,
            family: family.clone(),
            source: source.event.clone(),
            repeat_of: repeat_of.clone(),
            ratings: std::collections::BTreeMap::new(),
        });
        self.rate(event.n, clue, &event.by, ratings, reason.as_deref());
    }

    /// A clue's source stands before it and fits its origin.
    fn source_faults(&mut self, n: u64, origin: Origin, source: &EventRef) {
        let Some(at) = self.index.find(source, self.at) else {
            self.fault(n, format!("its source {source} does not stand before it"));
            return;
        };
        let Some(from) = self.past.standing(self.events, at) else {
            self.fault(n, format!("its source {source} was taken back"));
            return;
        };
        let wrong = match (origin, &from.act) {
            (Origin::Predicted, Act::Check { predicted: true, .. }) => None,
            // What can't be read, or is of a newer version, can't be judged.
            (_, Act::Unknown { .. }) => None,
            (Origin::Predicted, _) => Some("it says predicted, but its source is no check with a forecast"),
            (Origin::Told, Act::Answer { .. } | Act::Note { .. } | Act::Kpi { .. }) => None,
            (Origin::Told, _) => Some("it says told, but its source is not an answer"),
            (Origin::Browsed, _) => None,
        };
        if let Some(why) = wrong {
            self.fault(n, why);
        }
    }

    fn rate(&mut self, n: u64, clue: &str, by: &str, ratings: &Ratings, reason: Option<&str>) {
        let without_reason = reason.is_none_or(|r| r.trim().is_empty());
        // A clue is mostly rated when it is new.
        let Some(place) = self.state.clues.iter().rposition(|c| c.id == clue) else { return };
        for (hypothesis, rating) in ratings {
            if rating.needs_reason() && without_reason {
                self.fault(n, format!("\"{}\" is the strongest word and needs a written reason", rating.words()));
            }
            let Some(row) = self.state.row(hypothesis).map(|r| r.id.clone()) else {
                self.fault(n, format!("it rates {hypothesis}, which is not on the board"));
                continue;
            };
            let Some(c) = self.state.clues.get_mut(place) else { continue };
            let before = c.ratings.entry(row).or_default().insert(by.to_owned(), *rating);
            if before.is_some_and(|b| b != *rating) && without_reason {
                self.fault(n, format!("it changes the frozen rating of {hypothesis} without a reason"));
            }
        }
    }

    fn settle(&mut self, n: u64, proposal: &str, fate: ProposalFate) {
        match self.state.proposals.iter_mut().rev().find(|p| p.id == proposal) {
            Some(p) => p.fate = fate,
            None => self.fault(n, format!("there is no proposal {proposal}")),
        }
    }
}

fn set<T: Clone>(target: &mut Option<T>, source: &Option<T>) {
    if source.is_some() {
        target.clone_from(source);
    }
}

fn merge_facts(old: &mut TableFacts, new: &TableFacts) {
    set(&mut old.bytes, &new.bytes);
    set(&mut old.modified, &new.modified);
    set(&mut old.sha256_16, &new.sha256_16);
    set(&mut old.rows, &new.rows);
    set(&mut old.order_free_hash, &new.order_free_hash);
    set(&mut old.columns, &new.columns);
    set(&mut old.nulls, &new.nulls);
    set(&mut old.time_range, &new.time_range);
}

impl State {
    /// A free clue id: `c1`, `c2` …
    #[must_use]
    pub fn next_clue_id(&self) -> String {
        (1..).map(|i| format!("c{i}")).find(|id| !self.clue_ids.contains(id)).unwrap_or_default()
    }
}

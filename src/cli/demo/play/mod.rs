//! Plays a case: every event goes through `decide`, every figure comes from the engine, and time and ids are the
//! script's, so that two plays on the same data give the same bytes.
//!
//! The words of a clue may name figures of its result in braces:
//!
//! | name | becomes |
//! |---|---|
//! | `{estimate}` | the estimate as a ratio, with its 95 % interval |
//! | `{percent}` | the same as a change in percent |
//! | `{n}` | the rows of each arm |
//! | any metric, such as `{crude_ratio}` | that metric as a ratio |

mod figures;
mod measure;

use serde_json::Value;

use super::case::{AcceptStep, AnswerStep, Case, RerateStep, Step, What};
use crate::app::screens::checks::PendingCheck;
use crate::cli::load::{FoundPlaybook, built_in_playbook, new_header};
use crate::cli::workbench::facts;
use crate::domain::decide::{Intent, Stamp, decide};
use crate::domain::event::{Act, Event, ProposalKind, TableFacts};
use crate::domain::session::{ProposalFate, Session};
use crate::engine::{Engine, Ticket};
use crate::query::{CheckResult, ComparisonResult, KpiResult, ReachResult};

/// How far to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// To the mark in the middle.
    Half,
    /// To the end.
    End,
}

/// What a step found, for those who tell it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// The events that it recorded.
    pub events: Vec<Event>,
    /// Of a KPI step.
    pub level: Option<KpiResult>,
    /// Of a check: what was run and what came out.
    pub check: Option<(PendingCheck, CheckResult)>,
    /// Of an impact.
    pub impact: Option<(ReachResult, ComparisonResult)>,
}

/// A case on its way.
pub struct Play<'a> {
    case: &'a Case,
    found: FoundPlaybook,
    engine: &'a dyn Engine,
    /// The table's path as the session records it.
    path: String,
    header: Value,
    session: Session,
    clock: jiff::Timestamp,
    next: usize,
}

impl<'a> Play<'a> {
    /// A play from the beginning on an opened table, whose path is recorded as given.
    ///
    /// # Errors
    /// A playbook that is not there.
    pub fn new(case: &'a Case, engine: &'a dyn Engine, path: &str) -> Result<Self, String> {
        let found = built_in_playbook(&case.playbook)?;
        let mut header = new_header(std::path::Path::new(&case.id), &found, &stamp_text(case.begins));
        if let Some(map) = header.as_object_mut() {
            map.insert("id".into(), case.id.clone().into());
            map.insert("title".into(), case.title.clone().into());
        }
        let head = serde_json::from_value(header.clone()).map_err(|e| e.to_string())?;
        Ok(Self {
            case,
            found,
            engine,
            path: path.to_owned(),
            header,
            session: Session::new(head),
            clock: case.begins,
            next: 0,
        })
    }

    /// The session so far.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The playbook.
    #[must_use]
    pub fn playbook(&self) -> &crate::domain::playbook::Playbook {
        &self.found.playbook
    }

    /// The head of the session's file.
    #[must_use]
    pub fn header(&self) -> &Value {
        &self.header
    }

    /// The events as they are written.
    #[must_use]
    pub fn values(&self) -> Vec<Value> {
        self.session.events.iter().map(Event::to_value).collect()
    }

    /// Plays on to a mark.
    ///
    /// # Errors
    /// As [`Play::step`].
    pub fn run(&mut self, until: Until) -> Result<(), String> {
        while let Some((step, _)) = self.step()? {
            if until == Until::Half && matches!(step.what, What::Half(_)) {
                break;
            }
        }
        Ok(())
    }

    /// Plays the next step; `None` at the end.
    ///
    /// # Errors
    /// What could not be recorded or computed, and in which step.
    pub fn step(&mut self) -> Result<Option<(&'a Step, Told)>, String> {
        let Some(step) = self.case.steps.get(self.next) else { return Ok(None) };
        self.next += 1;
        #[allow(clippy::cast_possible_truncation)]
        self.wait((step.after * 60.0) as i64)?;
        match self.take(&step.what) {
            Ok(told) => Ok(Some((step, told))),
            Err(why) => Err(format!("Step {} of the case can't be played: {why}", self.next)),
        }
    }

    fn take(&mut self, what: &What) -> Result<Told, String> {
        let mut told = Told::default();
        match what {
            What::Scene(scene) => {
                if let Some(at) = scene.at {
                    self.clock = self.clock.max(at);
                }
            }
            What::Board(_) | What::Half(_) => {}
            What::Act(act) => told.events = self.record(act.clone())?,
            What::Attach(attach) => {
                let data = self.case.table.clone();
                let print = self.engine.fingerprint(&Ticket::default()).map_err(|e| e.to_string())?;
                let bytes = TableFacts { bytes: Some(print.bytes), ..TableFacts::default() };
                let path = self.path.clone();
                told.events = self.record(Act::AttachData { data: data.clone(), path, sql: None, facts: bytes })?;
                let facts = facts(&print, self.engine.schema());
                told.events.extend(self.record(Act::Fingerprint { data: data.clone(), facts })?);
                let columns = attach.columns.clone();
                told.events.extend(self.record(Act::MapColumns { data: Some(data), columns })?);
            }
            What::Kpi(step) => self.kpi(step, &mut told)?,
            What::Answer(step) => told.events = self.answer(step)?,
            What::Accept(step) => told.events = self.accept(step)?,
            What::Dismiss(step) => {
                let proposal = self.proposal(&step.question, step.kind, step.who.as_deref(), None)?;
                told.events = self.record(Act::Dismiss { proposal, why: step.why.clone() })?;
            }
            What::Check(step) => self.check(step, &mut told)?,
            What::Rerate(step) => told.events = self.rerate(step)?,
            What::Impact(step) => self.impact(step, &mut told)?,
        }
        Ok(told)
    }

    /// Lets time pass.
    fn wait(&mut self, seconds: i64) -> Result<(), String> {
        self.clock = self.clock.checked_add(jiff::SignedDuration::from_secs(seconds)).map_err(|e| e.to_string())?;
        Ok(())
    }

    fn record(&mut self, act: Act) -> Result<Vec<Event>, String> {
        self.intend(Intent::record(act))
    }

    fn intend(&mut self, intent: Intent) -> Result<Vec<Event>, String> {
        let seed = mixed(self.case.seed, self.session.next_n());
        let stamp = Stamp { at: stamp_text(self.clock), by: "p1".into(), seed };
        let events =
            decide(&self.session, Some(&self.found.playbook), intent, &stamp).map_err(|refusal| refusal.to_string())?;
        for event in &events {
            self.session.apply(event.clone());
        }
        Ok(events)
    }

    fn answer(&mut self, step: &AnswerStep) -> Result<Vec<Event>, String> {
        self.record(Act::Answer {
            question: step.question.clone(),
            said_by: step.who.clone(),
            value: step.value.clone(),
            unit: None,
            text: step.text.clone(),
            verbatim: !step.text.is_empty(),
        })
    }

    fn accept(&mut self, step: &AcceptStep) -> Result<Vec<Event>, String> {
        let proposal = self.proposal(&step.question, step.kind, step.who.as_deref(), step.hypothesis.as_deref())?;
        self.intend(Intent::Accept {
            proposal,
            text: step.text.clone(),
            ratings: step.ratings.clone(),
            grade: step.grade,
            reason: None,
        })
    }

    /// The last open proposal that came from a question.
    fn proposal(
        &self,
        question: &str,
        kind: ProposalKind,
        who: Option<&str>,
        hypothesis: Option<&str>,
    ) -> Result<String, String> {
        let state = &self.session.state;
        let said_by = |reference| {
            let at = self.session.find(reference, self.session.events.len())?;
            match &self.session.events.get(at)?.act {
                Act::Answer { said_by, .. } => Some(said_by.as_str()),
                _ => None,
            }
        };
        state
            .proposals
            .iter()
            .rev()
            .filter(|p| p.fate == ProposalFate::Open && p.kind == kind && p.question.as_deref() == Some(question))
            .filter(|p| hypothesis.is_none() || p.hypothesis.as_deref() == hypothesis)
            .find(|p| who.is_none() || said_by(&p.source) == who)
            .map(|p| p.id.clone())
            .ok_or_else(|| format!("no proposal of that kind waits from {question}"))
    }

    fn rerate(&mut self, step: &RerateStep) -> Result<Vec<Event>, String> {
        let state = &self.session.state;
        let clue = state
            .latest_check(&step.check)
            .and_then(|run| state.clues.iter().find(|c| c.source == run.reference))
            .ok_or_else(|| format!("no clue came from the check {}", step.check))?;
        let clue = clue.id.clone();
        self.record(Act::Rate { clue, ratings: step.ratings.clone(), reason: Some(step.reason.clone()) })
    }
}

/// UTC with seconds, as sessions write it.
fn stamp_text(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A seed for the ids of the intent at position `n`: SplitMix64 (Steele, Lea, Flood 2014).
fn mixed(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_of_neighbours_have_nothing_in_common() {
        let all: std::collections::BTreeSet<u64> = (0..1000).map(|n| mixed(7, n) >> 40).collect();
        assert_eq!(all.len(), 1000);
    }
}

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

use std::collections::BTreeMap;

use serde_json::Value;

use super::case::{AcceptStep, AnswerStep, Case, CheckStep, ImpactStep, KpiStep, RerateStep, Step, What};
use crate::analysis::{self, format};
use crate::app::screens::checks::{self, PendingCheck};
use crate::cli::load::{FoundPlaybook, find_playbook, new_header};
use crate::cli::workbench::facts;
use crate::domain::decide::{Intent, Stamp, decide, suggest_ratings};
use crate::domain::event::{Act, Event, MeasuredLevel, ProposalKind, Ratings, TableFacts};
use crate::domain::playbook::fill;
use crate::domain::session::{ProposalFate, Session};
use crate::domain::words::Origin;
use crate::engine::{Engine, Ticket};
use crate::query::{
    Analysis, CheckOp, CheckResult, Comparison, ComparisonResult, Estimate, Findings, KpiResult, Outcome, ReachResult,
};

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
        let found = find_playbook(&case.playbook, None)?;
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
                told.events = self.record(Act::AttachData { data: data.clone(), path, facts: bytes })?;
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
            What::DismissRest(why) => {
                let open: Vec<String> = self.session.state.open_proposals().map(|p| p.id.clone()).collect();
                for proposal in open {
                    told.events.extend(self.record(Act::Dismiss { proposal, why: why.clone() })?);
                }
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

    fn run_analysis(&self, analysis: &Analysis) -> Result<Findings, String> {
        analysis::run(self.engine, analysis, &Ticket::default()).map_err(|e| e.to_string())
    }

    fn kpi(&mut self, step: &KpiStep, told: &mut Told) -> Result<(), String> {
        let asked = Analysis::Kpi { kpi: step.kpi.clone(), by: Vec::new(), trend: None, filter: None, unit: None };
        let Findings::Kpi(level) = self.run_analysis(&asked)? else { return Err("No level was found.".into()) };
        let measured = level.level.value.map(|value| MeasuredLevel {
            n: level.n,
            value: round(value),
            interval: level.level.interval.map(|(l, h)| (round(l), round(h))),
        });
        told.events = self.record(Act::Kpi {
            data: self.case.table.clone(),
            kpi: step.kpi.clone(),
            better: step.better,
            independent_unit: None,
            level: measured,
        })?;
        told.level = Some(level);
        Ok(())
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

    fn check(&mut self, step: &CheckStep, told: &mut Told) -> Result<(), String> {
        let pending = self.pending(step)?;
        if !step.forecasts.is_empty() {
            told.events = self.record(Act::Predict {
                check: pending.id.clone(),
                text: pending.title.clone(),
                forecasts: step.forecasts.clone(),
                words: BTreeMap::new(),
                title: pending.ad_hoc.then(|| pending.title.clone()),
                request: pending.ad_hoc.then(|| pending.request.clone()),
                if_yes: pending.if_yes.clone(),
                if_no: pending.if_no.clone(),
            })?;
            self.wait(70)?;
        }
        let result = match &step.by_hand {
            Some(found) => checks::by_hand(&pending, found.outcome, Some(found.value), found.says.clone()),
            None => self.run_check(&pending)?,
        };
        told.events.extend(self.record(checks::act_of(&pending, &result))?);
        self.wait(50)?;
        told.events.extend(self.pin(step, &pending, &result)?);
        told.check = Some((pending, result));
        Ok(())
    }

    fn pending(&self, step: &CheckStep) -> Result<PendingCheck, String> {
        if let Some(spot) = &step.spot {
            return Ok(PendingCheck {
                id: step.id.clone(),
                title: spot.title.clone(),
                yes_words: spot.request.yes_if.as_ref().map(checks::rule_words).unwrap_or_default(),
                request: spot.request.clone(),
                data: self.case.table.clone(),
                ad_hoc: true,
                if_yes: spot.if_yes.clone(),
                if_no: spot.if_no.clone(),
            });
        }
        let playbook = &self.found.playbook;
        let check = playbook.check(&step.id).ok_or_else(|| format!("the playbook has no check {}", step.id))?;
        let missing = checks::unmapped(&self.session, check);
        if !missing.is_empty() {
            return Err(format!("the check {} lacks the roles {}", step.id, missing.join(", ")));
        }
        if (check.op == CheckOp::ByHand) != step.by_hand.is_some() {
            return Err(format!("the check {} is done outside, or is not, against what the case says", step.id));
        }
        Ok(checks::resolve(&self.session, playbook, check, &self.case.table))
    }

    fn run_check(&self, pending: &PendingCheck) -> Result<CheckResult, String> {
        let binding = self.session.state.kpi.as_ref().ok_or("no KPI is bound yet")?;
        let asked = Analysis::Check {
            kpi: binding.kpi.clone(),
            request: pending.request.clone(),
            unit: binding.independent_unit.clone(),
            better: binding.better,
        };
        match self.run_analysis(&asked)? {
            Findings::Check(result) if result.outcome != Outcome::Failed => Ok(recorded(result)),
            Findings::Check(result) => Err(format!("the check {} failed: {}", pending.id, result.says)),
            _ => Err("no result of a check was found".into()),
        }
    }

    fn pin(&mut self, step: &CheckStep, pending: &PendingCheck, result: &CheckResult) -> Result<Vec<Event>, String> {
        let run = self.session.state.latest_check(&pending.id).ok_or("the check was not recorded")?;
        let (source, predicted) = (run.reference.clone(), run.predicted);
        let mut ratings: Ratings = suggest_ratings(&self.session, Some(&self.found.playbook), &pending.id, result);
        ratings.extend(step.pin.ratings.clone());
        let (family, grade) = checks::source_of(pending, &self.related(pending)?);
        self.record(Act::Clue {
            clue: String::new(),
            text: step.pin.text.as_ref().map_or_else(|| result.says.clone(), |text| filled(text, result)),
            origin: if predicted { Origin::Predicted } else { Origin::Browsed },
            grade,
            family,
            source: crate::domain::event::ClueSource { event: source },
            proposal: None,
            repeat_of: None,
            ratings,
            reason: step.pin.reason.clone(),
        })
    }

    /// How strongly the column of a check goes with each column on which clues rest.
    fn related(&self, pending: &PendingCheck) -> Result<Vec<(String, f64)>, String> {
        let Some(column) = checks::tested_column(&pending.request) else { return Ok(Vec::new()) };
        let mut out = Vec::new();
        for other in checks::columns_of_clues(&self.session) {
            let asked = Analysis::Association { a: column.clone(), b: other.clone() };
            let v = match self.run_analysis(&asked)? {
                _ if other == column => Some(1.0),
                Findings::Association { v } => v,
                _ => None,
            };
            out.extend(v.map(|v| (other, v)));
        }
        Ok(out)
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

    /// The share that is exposed from the reach of the segment, the effect from a comparison with columns held fixed.
    fn impact(&mut self, step: &ImpactStep, told: &mut Told) -> Result<(), String> {
        let kpi = self.session.state.kpi.as_ref().ok_or("no KPI is bound yet")?.kpi.clone();
        let target = self.session.state.goal.target_points().map(|points| points / 100.0);
        let asked = Analysis::Reach { kpi: kpi.clone(), segment: step.exposed.clone(), target, unit: None };
        let Findings::Reach(reach) = self.run_analysis(&asked)? else { return Err("no reach was found".into()) };
        let comparison = Comparison {
            kpi,
            a: step.exposed.clone(),
            b: step.others.clone(),
            within: step.within.clone(),
            filter: None,
            unit: None,
        };
        let Findings::Compare(compared) = self.run_analysis(&Analysis::Compare(comparison))? else {
            return Err("no comparison was found".into());
        };
        let effect = compared.adjusted_difference.unwrap_or(compared.difference);
        let (Some(likely), Some((low, high))) = (effect.value, effect.interval) else {
            return Err("the comparison has no interval".into());
        };
        told.events = self.record(Act::Impact {
            hypothesis: step.hypothesis.clone(),
            exposed: (reach.share * 1e4).round() / 1e4,
            fixable: step.fixable,
            effect_points: [low, likely, high].map(|x| (x * 1e4).round() / 100.0 + 0.0),
            quality: step.quality,
            cost_days: step.cost_days,
        })?;
        told.impact = Some((reach, compared));
        Ok(())
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

/// The words of a clue with the figures of its result.
fn filled(text: &str, result: &CheckResult) -> String {
    let percent = |x: f64| format!("{}%", format::signed(x * 100.0, 0));
    let mut figures: BTreeMap<String, String> =
        result.metrics.iter().map(|(name, value)| (name.clone(), format::ratio(Some(*value)))).collect();
    let estimate = Estimate { value: result.estimate, interval: result.interval };
    figures.insert("estimate".into(), format::ratio_with_interval(&estimate));
    let range = result.interval.map(|(low, high)| format!(" [{}, {}]", percent(low), percent(high)));
    let change = result.estimate.map_or_else(|| format::UNKNOWN.to_owned(), percent);
    figures.insert("percent".into(), change + &range.unwrap_or_default());
    let rows: Vec<String> = result.n.iter().map(|n| format::count(*n)).collect();
    figures.insert("n".into(), rows.join(" and "));
    fill(text, &figures)
}

/// A result as the played session keeps it: six figures, since sums and logarithms may differ in the last bits from
/// machine to machine, and no time of work, since that differs every time.
fn recorded(mut result: CheckResult) -> CheckResult {
    result.estimate = result.estimate.map(round);
    result.interval = result.interval.map(|(l, h)| (round(l), round(h)));
    for value in result.metrics.values_mut() {
        *value = round(*value);
    }
    result.seconds = 0.0;
    result
}

/// Six figures.
fn round(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(x)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn six_figures_are_kept() {
        assert_eq!(round(1.234_567_89), 1.234_57);
        assert_eq!(round(-0.000_123_456_78), -0.000_123_457);
        assert_eq!(round(0.0), 0.0);
    }

    #[test]
    fn words_take_the_figures_of_the_result() {
        let result = CheckResult {
            metric: "rate_ratio".into(),
            estimate: Some(0.961_23),
            interval: Some((0.88, 1.04)),
            n: vec![8731, 50_410],
            events: Vec::new(),
            threshold: None,
            outcome: Outcome::No,
            tried: 1,
            seconds: 0.0,
            says: String::new(),
            metrics: BTreeMap::from([("crude_ratio".to_owned(), 1.352)]),
        };
        let text = filled("{crude_ratio}, within {estimate}; {n}; {percent}", &result);
        assert_eq!(text, "1.35, within 0.96 [0.88, 1.04]; 8\u{2009}731 and 50\u{2009}410; +96% [+88%, +104%]");
    }

    #[test]
    fn seeds_of_neighbours_have_nothing_in_common() {
        let all: std::collections::BTreeSet<u64> = (0..1000).map(|n| mixed(7, n) >> 40).collect();
        assert_eq!(all.len(), 1000);
    }
}

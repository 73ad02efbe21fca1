//! The steps that ask the table: level, checks, sizes.

use std::collections::BTreeMap;

use super::figures::{filled, recorded, round};
use super::{Play, Told};
use crate::analysis;
use crate::app::screens::checks::{self, PendingCheck};
use crate::cli::demo::case::{CheckStep, ImpactStep, KpiStep};
use crate::domain::decide::{origin_of, suggest_ratings};
use crate::domain::event::{Act, ClueSource, Event, MeasuredLevel, Ratings};
use crate::engine::Ticket;
use crate::query::{Analysis, CheckResult, Comparison, Findings, Outcome};

impl Play<'_> {
    fn run_analysis(&self, analysis: &Analysis) -> Result<Findings, String> {
        analysis::run(self.engine, analysis, &Ticket::default()).map_err(|e| e.to_string())
    }

    pub(super) fn kpi(&mut self, step: &KpiStep, told: &mut Told) -> Result<(), String> {
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

    pub(super) fn check(&mut self, step: &CheckStep, told: &mut Told) -> Result<(), String> {
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
                outside: None,
            });
        }
        let playbook = &self.found.playbook;
        let check = playbook.check(&step.id).ok_or_else(|| format!("the playbook has no check {}", step.id))?;
        let missing = checks::unmapped(&self.session, playbook, check);
        if !missing.is_empty() {
            return Err(format!("the check {} lacks the roles {}", step.id, missing.join(", ")));
        }
        let pending = checks::resolve(&self.session, playbook, check, &self.case.table);
        if pending.outside.is_some() != step.by_hand.is_some() {
            return Err(format!("the check {} is done outside, or is not, against what the case says", step.id));
        }
        Ok(pending)
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
        let (source, origin) = (run.reference.clone(), origin_of(run));
        let mut ratings: Ratings = suggest_ratings(&self.session, Some(&self.found.playbook), &pending.id, result);
        ratings.extend(step.pin.ratings.clone());
        let (family, grade) = checks::source_of(pending, &self.related(pending)?);
        self.record(Act::Clue {
            clue: String::new(),
            text: step.pin.text.as_ref().map_or_else(|| result.says.clone(), |text| filled(text, result)),
            origin,
            grade,
            family,
            source: ClueSource { event: source },
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

    /// The share that is exposed from the reach of the segment, the effect from a comparison with columns held fixed.
    pub(super) fn impact(&mut self, step: &ImpactStep, told: &mut Told) -> Result<(), String> {
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

//! What an answer must look like, and what it proposes.

use serde_json::Value;

use super::rules::{day, own_source};
use super::{Refusal, is_unknown, proposals};
use crate::domain::event::{Act, ProposalKind, Ratings, Shape};
use crate::domain::playbook::{Flow, Playbook, Question, QuestionType, fill, fits, matches_answer, said};
use crate::domain::session::Session;
use crate::domain::words::Grade;

/// Checks an answer and adds what follows: the goal that it states, and proposals for the triage.
pub(super) fn check(session: &Session, playbook: Option<&Playbook>, act: Act) -> Result<Vec<Act>, Refusal> {
    let Act::Answer { question, said_by, value, unit, text, verbatim } = act else { return Ok(vec![act]) };
    if !session.state.people.contains_key(&said_by) {
        return Err(Refusal::new(format!("Nobody is known as {said_by}."), "Add the person first."));
    }
    let Some(playbook) = playbook else {
        return Ok(vec![Act::Answer { question, said_by, value, unit, text, verbatim }]);
    };
    let Some(q) = playbook.question(&question) else {
        return Err(Refusal::new(format!("The playbook has no question {question}."), ""));
    };
    let value = if is_unknown(&value, &text) { Value::Null } else { typed(q, value)? };
    let unit = unit.or_else(|| q.unit.clone()).filter(|_| !value.is_null());
    let follows = follows(session, playbook, q, &said_by, &value, &text);
    let mut out = vec![Act::Answer { question, said_by, value, unit, text, verbatim }];
    out.extend(follows);
    Ok(out)
}

/// The typed value, or why it does not fit the question.
fn typed(q: &Question, value: Value) -> Result<Value, Refusal> {
    if value.is_null() {
        return Ok(value);
    }
    let number = |v: &Value| -> Result<f64, Refusal> {
        let n = match (v.as_f64(), v.as_str()) {
            (Some(n), _) => n,
            (None, Some(text)) => super::read_number(text).map_err(|why| Refusal::new(why, ""))?,
            (None, None) => {
                return Err(Refusal::new(format!("{v} is not a number."), "Write digits, such as 8.0."));
            }
        };
        let (min, max) = match &q.scale {
            Some(s) => (Some(s.min), Some(s.max)),
            None => (q.min, q.max),
        };
        if min.is_some_and(|m| n < m) || max.is_some_and(|m| n > m) {
            let bound = |b: Option<f64>, word: &str| b.map(|b| format!("{word} {b}")).unwrap_or_default();
            let range: Vec<String> =
                [bound(min, "at least"), bound(max, "at most")].into_iter().filter(|b| !b.is_empty()).collect();
            return Err(Refusal::new(
                format!("{n} is out of range."),
                format!("The answer is {}.", range.join(" and ")),
            ));
        }
        Ok(n)
    };
    let option = |v: &Value| -> Result<Value, Refusal> {
        let word = v.as_str().unwrap_or_default();
        if q.options.iter().any(|(k, _)| k == word) {
            Ok(v.clone())
        } else {
            Err(Refusal::new(format!("{v} is not one of the options."), "Choose one of the listed answers."))
        }
    };
    match q.kind {
        QuestionType::Number | QuestionType::Rating => Ok(number(&value)?.into()),
        QuestionType::NumberPair => {
            let list = value.as_array().cloned().unwrap_or_default();
            let mut out = Vec::new();
            for part in list.iter().take(2) {
                out.push(if part.is_null() { Value::Null } else { number(part)?.into() });
            }
            if out.iter().all(Value::is_null) {
                return Ok(Value::Null);
            }
            out.resize(2, Value::Null);
            Ok(Value::Array(out))
        }
        QuestionType::Date => {
            day(value.as_str().unwrap_or_default())?;
            Ok(value)
        }
        QuestionType::YesNo => match &value {
            Value::Bool(b) => Ok(if *b { "yes" } else { "no" }.into()),
            Value::String(s) if s == "yes" || s == "no" => Ok(value),
            _ => Err(Refusal::new("The answer is yes or no.", "Leave it open when nobody knows.")),
        },
        QuestionType::Choice => option(&value),
        QuestionType::Multi => {
            for v in value.as_array().into_iter().flatten() {
                option(v)?;
            }
            Ok(value)
        }
        QuestionType::FreeText | QuestionType::MultiFree | QuestionType::Person => Ok(value),
    }
}

/// What follows from an answer.
fn follows(session: &Session, playbook: &Playbook, q: &Question, said_by: &str, value: &Value, text: &str) -> Vec<Act> {
    let mut out = Vec::new();
    let goal = goal(session, q, value);
    // What the answer itself says of the shape counts for what it proposes.
    let shape = match &goal {
        Some(Act::Goal { shape: Some(shape), .. }) => Some(*shape),
        _ => session.state.goal.shape,
    };
    let mut trial = Proposer { session, question: q, said_by, out: Vec::new() };
    if let Some(Act::Goal { from: Some(said), .. }) = &goal {
        trial.out.extend(proposals::said_against_table(session, *said));
    }
    trial.contradiction(value);
    let fills = Flow::new(playbook, session).fills();
    for rule in q.then.iter().filter(|r| matches_answer(&r.when, value, text)) {
        for id in &rule.propose {
            let Some(h) = playbook.hypothesis(id) else { continue };
            let waits = session.state.open_proposals().any(|p| p.hypothesis.as_deref() == Some(id));
            if fits(h.only, shape) && !waits && session.state.row(id).is_none() {
                trial.add(ProposalKind::Hypothesis, h.title.clone(), Some(id.clone()), Ratings::new());
            }
        }
        if let Some(clue) = &rule.clue {
            trial.add(ProposalKind::Clue, fill(&clue.text, &fills), None, clue.rate.clone());
        }
        if rule.clue_form {
            let words: String = said(text).trim().chars().take(160).collect();
            trial.add(ProposalKind::ClueForm, words, None, Ratings::new());
        }
        if let Some(note) = &rule.note {
            trial.add(ProposalKind::Note, fill(note, &fills), None, Ratings::new());
        }
        if let Some(block) = &rule.block {
            trial.add(ProposalKind::Block, fill(block, &fills), None, Ratings::new());
        }
    }
    let proposed = trial.out;
    out.extend(goal);
    out.extend(forecast(session, playbook, q, said_by, value));
    out.extend(proposed);
    out
}

/// An answer that is a forecast of a check: how sure somebody is, before it was run, that it says yes.
fn forecast(session: &Session, playbook: &Playbook, q: &Question, said_by: &str, value: &Value) -> Option<Act> {
    let check = playbook.check(q.check.as_deref().filter(|_| q.record_as.as_deref() == Some("forecast"))?)?;
    if super::rules::first_answer(session, &check.id).is_some() {
        return None;
    }
    let sure = value.as_f64()?;
    let whole = q.scale.as_ref().map_or(100.0, |s| s.max);
    let p = if whole > 0.0 { (sure / whole).clamp(0.0, 1.0) } else { return None };
    let text = fill(&check.title, &Flow::new(playbook, session).fills());
    Some(Act::Predict {
        check: check.id.clone(),
        text,
        forecasts: [(said_by.to_owned(), p)].into(),
        words: std::collections::BTreeMap::new(),
        title: None,
        request: None,
        if_yes: Ratings::new(),
        if_no: Ratings::new(),
    })
}

/// The part of the goal that an answer states, where nothing else was stated before.
fn goal(session: &Session, q: &Question, value: &Value) -> Option<Act> {
    let state = &session.state.goal;
    let has = |name: &str| q.set.contains_key(name);
    let part = |i: usize| value.as_array().and_then(|l| l.get(i)).and_then(Value::as_f64);
    let (mut shape, mut from, mut to, mut by_date) = (None, None, None, None);
    if has("shape") {
        shape = match value.as_str() {
            Some("rise") => Some(Shape::Rise),
            Some("level") => Some(Shape::Level),
            _ => None,
        }
        .filter(|s| state.shape != Some(*s));
    }
    if q.kind == QuestionType::NumberPair && has("baseline") && has("goal") {
        from = part(0).filter(|_| state.from.is_none());
        to = part(1).filter(|_| state.to.is_none());
    }
    if q.kind == QuestionType::Date && has("deadline") {
        by_date = value.as_str().map(str::to_owned).filter(|_| state.by_date.is_none());
    }
    if shape.is_none() && from.is_none() && to.is_none() && by_date.is_none() {
        return None;
    }
    Some(Act::Goal { kpi: None, shape, from, to, points: None, by_date, budget_days: None, scope: None })
}

struct Proposer<'a> {
    session: &'a Session,
    question: &'a Question,
    said_by: &'a str,
    out: Vec<Act>,
}

impl Proposer<'_> {
    fn add(&mut self, kind: ProposalKind, text: String, hypothesis: Option<String>, ratings: Ratings) {
        let is_clue = matches!(kind, ProposalKind::Clue | ProposalKind::ClueForm);
        self.out.push(Act::Propose {
            proposal: proposals::name(self.session, self.out.len()),
            kind,
            text,
            hypothesis,
            ratings,
            family: is_clue.then(|| format!("person:{}", self.said_by)),
            grade: is_clue.then(|| self.grade()),
            question: Some(self.question.id.clone()),
            source: own_source(self.session),
        });
    }

    /// Somebody whom the question is meant for sees it daily; others have heard of it.
    fn grade(&self) -> Grade {
        let role = self.session.state.people.get(self.said_by).map(|p| p.role.as_str()).unwrap_or_default();
        if self.question.ask.iter().any(|r| r == role) { Grade::C } else { Grade::D }
    }

    /// Two people who answer the same question differently.
    fn contradiction(&mut self, value: &Value) {
        let closed =
            matches!(self.question.kind, QuestionType::YesNo | QuestionType::Choice | QuestionType::NumberPair);
        if !closed || value.is_null() {
            return;
        }
        let state = &self.session.state;
        let other = state
            .answers_to(&self.question.id)
            .filter(|a| a.said_by != self.said_by && !a.value.is_null() && a.value != *value)
            .last();
        if let Some(other) = other {
            let text = format!(
                "{} says {}, {} says {}: {}",
                state.shown_as(&other.said_by),
                proposals::say(self.question, &other.value),
                state.shown_as(self.said_by),
                proposals::say(self.question, value),
                self.question.text
            );
            self.add(ProposalKind::Contradiction, text, None, Ratings::new());
        }
    }
}
